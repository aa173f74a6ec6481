/** A version number that stands for two programs, or a step that is written twice: what a merge of two branches leaves behind. */
import { compareMessages, compareShapes, type Difference } from "../compare.ts";
import { changesText } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { missingStep, renameQuestions } from "../migration/missing-step.ts";
import { relativeTo } from "../paths.ts";
import type { ProtocolShapes } from "../protocol-shapes.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import { isFitting } from "../step-types.ts";

export const codeChangeChainFork: Rule = {
  id: "code-change-chain-fork",
  severity: "error",
  group: "state",
  description: "Two branches gave the same number to different versions, or wrote a step from the same version.",
  *check(project): Iterable<Finding> {
    for (const facts of project.modules) {
      if (facts.source.steps.length > 1) yield* doubleSteps(facts, project);
      if (facts.baseline?.source === "git") yield* forkedReleases(facts, project);
    }
  },
};

function* doubleSteps(facts: ModuleFacts, project: ProjectFacts): Iterable<Finding> {
  const { module, source } = facts;
  const versions = source.steps.flatMap(({ from }) => (from === null ? [] : [from]));
  for (const vsn of new Set(versions.filter((each, index) => versions.indexOf(each) !== index))) {
    yield {
      rule: codeChangeChainFork.id,
      severity: codeChangeChainFork.severity,
      module: module.id,
      file: module.file,
      range: module.ranges.actor,
      message:
        `\`codeChange[${vsn}]\` of \`${module.id}\` is written twice. Only the last one runs, so whatever the first one does to states of version ${vsn} does not happen. ` +
        `If two branches wrote them, keep the one that is released as it is, make the other one \`codeChange[${vsn + 1}]\`, and raise \`vsn\` to ${vsn + 2}; else delete one.`,
      related: [],
      fixes: withoutTheOther(vsn, facts, project),
    };
  }
}

/** Where the types say which one of two steps is that of the versions that were released. */
function withoutTheOther(vsn: number, facts: ModuleFacts, project: ProjectFacts): readonly Fix[] {
  const steps = facts.source.steps.filter(({ from }) => from === vsn);
  const unfit = steps.filter((step) => isFitting(facts, step) === false);
  const [other] = unfit;
  if (steps.length !== 2 || other === undefined || unfit.length !== 1 || steps.some((step) => isFitting(facts, step) === null)) return [];
  return [
    {
      title: `Delete the codeChange[${vsn}] that is for other states than those of versions ${vsn} and ${vsn + 1}`,
      preferred: false,
      questions: [],
      edits: () => project.writer.without(facts, other),
    },
  ];
}

function* forkedReleases(facts: ModuleFacts, project: ProjectFacts): Iterable<Finding> {
  const { module, baseline, snapshots } = facts;
  const { root } = project;
  if (baseline === null) return;
  for (const { vsn, file, text, parsed } of snapshots) {
    const there = baseline.snapshots.find((each) => each.vsn === vsn);
    if (there === undefined || parsed.kind !== "ok" || there.parsed.kind !== "ok" || normal(there.text) === normal(text)) continue;
    const changes = changesBetween(there.parsed.shapes, parsed.shapes);
    const line = firstDifference(normal(there.text), normal(text));
    const path = relativeTo(root, file);
    const ref = baseline.name ?? "";
    yield {
      rule: codeChangeChainFork.id,
      severity: codeChangeChainFork.severity,
      module: module.id,
      file,
      range: { start: { line, column: 1 }, end: { line: line + 1, column: 1 } },
      message:
        `Version ${vsn} of \`${module.id}\` is released twice: here, and at ${ref} with other contents${changes.length === 0 ? "" : ` (here, ${changesText(changes)})`}. ` +
        `Processes that say that they run version ${vsn} could have states of either, and no step would fit both. Take the snapshot of ${ref} (\`git restore --source=${/\s/.test(ref) ? "<commit>" : ref} ${path}\`); ` +
        `if this branch made a version ${vsn} of its own, raise its \`vsn\` to ${vsn + 1} with a \`codeChange[${vsn}]\` that starts from that one, and run \`instar release\`.`,
      related: [{ file: module.file, range: module.ranges.vsn ?? module.ranges.actor, message: "The module that it is a snapshot of." }],
      fixes: [renumber(vsn, { file, text, there: there.text }, facts, project)],
    };
  }
}

/** The other branch keeps the number; this one goes on from there. */
function renumber(
  vsn: number,
  { file, text, there }: { readonly file: string; readonly text: string; readonly there: string },
  facts: ModuleFacts,
  project: ProjectFacts,
): Fix {
  const { baseline, source } = facts;
  const goesOn = baseline?.vsn === vsn && source.vsn === vsn && missingStep(facts) !== null;
  const lines = text.split(/\r?\n/);
  const all = { start: { line: 1, column: 1 }, end: { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 } };
  const takes = `Take version ${vsn} of ${baseline?.name ?? ""}`;
  return {
    title: goesOn ? `${takes}, and make this one version ${vsn + 1}` : takes,
    // Whether somebody runs the other one is for a person to say.
    preferred: false,
    questions: goesOn ? renameQuestions(facts) : [],
    values: (answers) => (goesOn ? project.writer.questions(facts, project, answers, ["up", "down"]) : []),
    edits: (answers) => [{ file, range: all, newText: there }, ...(goesOn ? project.writer.step(facts, project, answers) : [])],
  };
}

/** What differs in the states, or in the messages where those are the same. */
function changesBetween(from: ProtocolShapes, to: ProtocolShapes): readonly Difference[] {
  const { changes } = compareShapes(from.state, to.state);
  return changes.length > 0 ? changes : compareMessages(from, to).changes;
}

/** Git may have made the line ends of this machine out of ours. */
function normal(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** Beneath the header, whose hash differs in any case. */
function firstDifference(one: string, other: string): number {
  const [before, after] = [one.split("\n"), other.split("\n")];
  const at = after.findIndex((line, index) => index > 0 && line !== before[index]);
  return at < 0 ? 1 : at + 1;
}
