/** A step takes an old state that no release had: what it reads is not there. */
import { changesText } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { ofModules } from "../of-modules.ts";
import { restoreFixes } from "../restore-type.ts";
import type { Finding, Rule } from "../rule.ts";
import { snapshotFile } from "../snapshots.ts";
import { relativeTo } from "../paths.ts";
import { byRecord, type Misfit, misfitsOf } from "../step-types.ts";
import { counterexample, valueText } from "../witness.ts";

export const codeChangeReadsUnknownField: Rule = {
  id: "code-change-reads-unknown-field",
  severity: "error",
  group: "code-change",
  description: "A step of `codeChange` is declared to take another state than the version that it starts from was released with.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const [facts, misfits] of ofModules(project.modules, misfitsOf))
      for (const [misfit, ...alike] of byRecord(misfits.filter(({ side }) => side === "takes")))
        if (misfit !== undefined) yield finding(misfit, alike, facts, project);
  },
};

/** @param alike others that the same edit of a record makes. */
function finding(misfit: Misfit, alike: readonly Misfit[], { module, source }: ModuleFacts, project: ProjectFacts): Finding {
  const { step, from, direction, vsn, state, declared, differences, place } = misfit;
  const others =
    alike.length === 0
      ? ""
      : ` So ${alike.length === 1 ? "is" : "are"} ${alike.map((other) => `\`codeChange[${other.from}].${other.direction}\``).join(", ")}, by the same type of today.`;
  const witness = counterexample(state, declared);
  const such = witness === null ? "" : ` It gets a state such as \`${valueText(witness)}\`, which is not what it is written for.`;
  const released = vsn === source.vsn ? "" : ` (\`${relativeTo(project.root, snapshotFile(project.root, module.id, vsn))}\` says it)`;
  return {
    rule: codeChangeReadsUnknownField.id,
    severity: codeChangeReadsUnknownField.severity,
    module: module.id,
    items: differences.map(({ path }) => path),
    ...place,
    message:
      `\`codeChange[${from}].${direction}\` is declared to take another state than version ${vsn} of \`${module.id}\` has: from there to here, ${changesText(differences)}.` +
      `${such}${others} The compiler cannot know what was released. Declare the state of version ${vsn} as it was${released}, and nothing that changes with today's types.`,
    related: [
      ...(place.range === step.range ? [] : [{ file: module.file, range: step.range, message: "The step that takes it." }]),
      ...alike.map((other) => ({ ...other.place, message: `What \`codeChange[${other.from}].${other.direction}\` is declared to take.` })),
    ],
    fixes: restoreFixes([misfit, ...alike], project),
  };
}
