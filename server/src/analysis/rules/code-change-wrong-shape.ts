/** A step gives a state that the version which it leads to does not have. */
import { changesText } from "../explain.ts";
import type { ModuleFacts, ProjectFacts, StepSource } from "../facts.ts";
import { ofModules } from "../of-modules.ts";
import { restoreFixes } from "../restore-type.ts";
import type { Finding, Rule } from "../rule.ts";
import { isPrimitive } from "../shape.ts";
import { lackingFields, type Misfit, misfitsOf } from "../step-types.ts";
import { createValidity } from "../validity.ts";
import { counterexample, valueText } from "../witness.ts";

export const codeChangeWrongShape: Rule = {
  id: "code-change-wrong-shape",
  severity: "error",
  group: "code-change",
  description: "A step of `codeChange` gives a state that the version which it leads to does not accept.",
  proof: true,
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const [facts, misfits] of ofModules(project.modules, misfitsOf))
      for (const misfit of misfits) if (misfit.side === "gives") yield declaredFinding(misfit, facts, project);
  },
  *checkModule(facts: ModuleFacts): Iterable<Finding> {
    if (facts.unresolved) return;
    for (const step of facts.source.steps) {
      yield* writtenFinding(step, "up", facts);
      yield* writtenFinding(step, "down", facts);
    }
  },
};

/** It may be declared to give more than it ever gives; what every such state lacks is certain. */
function isCertain({ differences }: Misfit): boolean {
  const valid = createValidity();
  return differences.some(({ kind, from, to }) => {
    if (kind === "fieldAdded" || kind === "tupleArity") return true;
    return from !== null && to !== null && kind === "changed" && !isPrimitive(from, "unknown") && valid(to, from) === "incompatible";
  });
}

function declaredFinding(misfit: Misfit, { module }: ModuleFacts, project: ProjectFacts): Finding {
  const { step, from, direction, vsn, state, declared, differences, place } = misfit;
  const certain = isCertain(misfit);
  const witness = counterexample(declared, state);
  const example = witness === null ? "" : ` Version ${vsn} does not accept a state such as \`${valueText(witness)}\`.`;
  const doubt = certain ? "" : " Whether the step ever gives such a state, its type does not say.";
  return {
    rule: codeChangeWrongShape.id,
    severity: certain ? "error" : "warning",
    module: module.id,
    items: differences.map(({ path }) => path),
    ...place,
    message:
      `\`codeChange[${from}].${direction}\` is declared to give another state than version ${vsn} of \`${module.id}\` has: from here to there, ${changesText(differences)}.` +
      `${example}${doubt} Give what version ${vsn} has, and declare that.`,
    related: place.range === step.range ? [] : [{ file: module.file, range: step.range, message: "The step that gives it." }],
    fixes: restoreFixes([misfit], project),
  };
}

function* writtenFinding(step: StepSource, direction: "up" | "down", facts: ModuleFacts): Iterable<Finding> {
  const lacking = lackingFields(facts, step, direction) ?? [];
  if (lacking.length === 0 || step.from === null) return;
  const { module } = facts;
  const vsn = direction === "up" ? step.from + 1 : step.from;
  const names = lacking.map((name) => `\`${name}\``).join(", ");
  yield {
    rule: codeChangeWrongShape.id,
    severity: codeChangeWrongShape.severity,
    module: module.id,
    items: lacking.map((name) => `State.${name}`),
    file: module.file,
    range: step.range,
    message:
      `\`codeChange[${step.from}].${direction}\` of \`${module.id}\` gives a state without ${names}, which every state of version ${vsn} has. ` +
      `The upgrade is refused when the new state is checked, or the code that reads ${names} meets \`undefined\`. ` +
      `Write ${lacking.length === 1 ? "it" : "them"} out, and declare what the step gives, so that the compiler says so the next time.`,
    related: [],
    fixes: [],
  };
}
