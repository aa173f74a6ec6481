/** The state can be carried over to this version, but not back. */
import { breaking, type Cause, causesOf } from "../causes.ts";
import { affected, changesText, concerned, subject } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { missingStep, renameQuestions } from "../migration/missing-step.ts";
import type { Answers, Finding, Fix, Rule } from "../rule.ts";
import { counterexample, valueText } from "../witness.ts";
import { isMissing, since } from "./state-changed-no-code-change.ts";

export const stateChangedNoDown: Rule = {
  id: "state-changed-no-down",
  severity: "warning",
  description: "States of this version are not valid for the released one, and no `down` leads back to it.",
  *check(facts: ProjectFacts): Iterable<Finding> {
    const modules = facts.modules.filter(
      (each) => each.module.baseline !== null && !each.unresolved && each.module.codeChange.down === "missing" && !isMissing(each),
    );
    for (const cause of causesOf(modules, ({ state }) => breaking(state, "down"), facts.modules)) yield finding(cause, facts);
  },
};

function finding(cause: Cause, project: ProjectFacts): Finding {
  const fixable = cause.modules.every((facts) => fixOf(facts) !== undefined);
  return {
    rule: stateChangedNoDown.id,
    severity: stateChangedNoDown.severity,
    ...concerned(cause),
    ...cause.place,
    message:
      `${subject(cause)} has changed since ${since(cause.modules)}, and no \`down\` leads back: ${changesText(cause.all)}. ` +
      `An upgrade that goes wrong could not be rolled back without restarting the processes and losing what they hold${example(cause)}. ` +
      `Add \`down\` to the step, or \`down: irreversible("why")\` if there is no way back.`,
    related: affected(cause),
    fixes: fixable ? fixes(cause, project) : [],
  };
}

/** A state of the new version that the released one would not accept. */
function example({ modules: [first] }: Cause): string {
  const old = first?.baseline?.shapes.state;
  const found = old === undefined ? null : counterexample(first?.source.protocol.state ?? old, old);
  return found === null ? "" : `: the released version does not accept \`${valueText(found)}\``;
}

function fixes(cause: Cause, project: ProjectFacts): readonly Fix[] {
  const questions = new Map(cause.modules.flatMap(renameQuestions).map((question) => [`${question.from}=${question.to}`, question]));
  const all = (answers: Answers, irreversible: boolean) =>
    cause.modules.flatMap((facts) => fixOf(facts)?.(project, answers, irreversible) ?? []);
  const write: Fix = { title: "Write down", preferred: true, questions: [...questions.values()], edits: (answers) => all(answers, false) };
  // Where there is no step yet, writing one writes both directions.
  if (cause.modules.some((facts) => missingStep(facts) !== null)) return [{ ...write, title: "Write codeChange with up and down" }];
  return [write, { title: "Say that there is no way back", preferred: false, questions: [], edits: (answers) => all(answers, true) }];
}

function fixOf(
  facts: ModuleFacts,
): ((project: ProjectFacts, answers: Answers, irreversible: boolean) => ReturnType<Fix["edits"]>) | undefined {
  if (missingStep(facts) !== null) return (project, answers) => project.writer.step(facts, project, answers);
  const { baseline, source } = facts;
  if (baseline === null || source.vsn === null) return undefined;
  const lacking = source.steps.filter(
    (step) => step.from !== null && step.from >= baseline.vsn && step.from < (source.vsn ?? 0) && step.down === "missing",
  );
  const [step] = lacking;
  // The states between two unreleased steps are in no snapshot.
  if (step === undefined || !step.written || lacking.length > 1 || source.vsn !== baseline.vsn + 1) return undefined;
  return (project, answers, irreversible) => project.writer.down(facts, project, step, answers, irreversible);
}
