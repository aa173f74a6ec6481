/** The state has another shape than the released one, and nothing carries old states over. */
import { breaking, type Cause, causesOf } from "../causes.ts";
import { changesText, concerned, subject } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { missingStep, renameQuestions } from "../migration/missing-step.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import { primitive } from "../shape.ts";
import { witness } from "../witness.ts";

export const stateChangedNoCodeChange: Rule = {
  id: "state-changed-no-code-change",
  severity: "error",
  description:
    "The state has changed since the last release in a way that makes old states invalid, and no `codeChange` step carries them over.",
  *check(facts: ProjectFacts): Iterable<Finding> {
    const modules = facts.modules.filter(isMissing);
    for (const cause of causesOf(modules, ({ state }) => breaking(state, "up"))) yield finding(cause, facts);
  },
};

/** Whether this rule speaks for a module; rules whose work its fix does are silent then. */
export function isMissing({ module, unresolved }: ModuleFacts): boolean {
  return !unresolved && module.baseline !== null && module.state.up !== "compatible" && module.codeChange.up === "missing";
}

function finding(cause: Cause, project: ProjectFacts): Finding {
  const [first] = cause.modules;
  const vsn = first?.baseline?.vsn ?? 0;
  const certain = cause.modules.some(({ module }) => module.state.up === "incompatible");
  const [difference] = cause.differences;
  const example =
    difference === undefined
      ? ""
      : ` ${witness(difference, first?.baseline?.shapes.state ?? null, first?.source.protocol.state ?? primitive("unknown"))}`;
  const fixable = cause.modules.every((facts) => missingStep(facts) !== null);
  const todo = fixable
    ? `Write \`codeChange[${vsn}]\` with \`up\` and \`down\`; the quick fix does.`
    : `Write the missing step of \`codeChange\`; some of the steps from version ${vsn} are there already, so this has to be done by hand.`;
  return {
    rule: stateChangedNoCodeChange.id,
    severity: certain ? "error" : "warning",
    ...concerned(cause),
    ...cause.place,
    message: `${subject(cause)} has changed since ${since(first)}, and no \`codeChange\` step carries old states over: ${changesText(cause.all)}.${example} ${todo}`,
    related: cause.modules.flatMap(({ module, baseline }) =>
      module.baseline === null || baseline === null
        ? []
        : [
            {
              file: module.file,
              range: module.ranges.vsn ?? module.ranges.actor,
              message: `Compared with ${baseline.label} of ${module.id}.`,
            },
          ],
    ),
    fixes: fixable ? [fix(cause, project)] : [],
  };
}

/** What is compared with, as a sentence goes on. */
export function since(facts: ModuleFacts | undefined): string {
  const baseline = facts?.baseline ?? null;
  return baseline === null || baseline.source === "snapshot" ? `version ${baseline?.vsn ?? 0}` : baseline.label;
}

function fix(cause: Cause, project: ProjectFacts): Fix {
  const steps = cause.modules.map((facts) => ({ facts, step: missingStep(facts) }));
  const [only] = steps;
  const raised = steps.some(({ facts, step }) => step !== null && step.to !== facts.source.vsn);
  const questions = new Map(cause.modules.flatMap(renameQuestions).map((question) => [`${question.from}=${question.to}`, question]));
  const title =
    steps.length === 1
      ? `Write codeChange[${only?.step?.from}] with up and down${raised ? ` and raise vsn to ${only?.step?.to}` : ""}`
      : `Write codeChange with up and down in ${steps.length} modules${raised ? " and raise their vsn" : ""}`;
  return {
    title,
    preferred: true,
    questions: [...questions.values()],
    edits: (answers) => cause.modules.flatMap((facts) => project.writer.step(facts, project, answers)),
  };
}
