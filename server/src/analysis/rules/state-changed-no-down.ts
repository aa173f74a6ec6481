/** The state can be carried over to this version, but not back. */
import { breaking, type Cause, causesOf } from "../causes.ts";
import { affected, changesText, concerned, subject } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { halfStep, missingStep, renameQuestions } from "../migration/missing-step.ts";
import { modulesWith } from "../of-modules.ts";
import type { Answers, Finding, Fix, Rule } from "../rule.ts";
import { counterexample, valueText } from "../witness.ts";
import { isMissing, since, startsAnew } from "./state-changed-no-code-change.ts";

export const stateChangedNoDown: Rule = {
  id: "state-changed-no-down",
  severity: "warning",
  group: "state",
  presets: { rollback: "error" },
  description: "States of this version are not valid for the released one, and no `down` leads back to it.",
  *check(facts: ProjectFacts): Iterable<Finding> {
    const modules = modulesWith(facts.modules, lacksDown);
    for (const cause of causesOf(modules, ({ state }) => breaking(state, "down"), facts.modules)) yield finding(cause, facts);
  },
};

function lacksDown(facts: ModuleFacts): boolean {
  const { module, unresolved } = facts;
  return module.baseline !== null && !unresolved && module.codeChange.down === "missing" && !isMissing(facts);
}

function finding(cause: Cause, project: ProjectFacts): Finding {
  const fixable = cause.modules.every((facts) => missingStep(facts) !== null || halfStep(facts, "down") !== undefined);
  return {
    rule: stateChangedNoDown.id,
    severity: startsAnew(project) ? "info" : stateChangedNoDown.severity,
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
  // Where there is no step yet, writing one writes both directions.
  const whole = cause.modules.some((facts) => missingStep(facts) !== null);
  const write: Fix = {
    title: whole ? "Write codeChange with up and down" : "Write down",
    preferred: true,
    questions: [...questions.values()],
    values: (answers) =>
      cause.modules.flatMap((facts) =>
        project.writer.questions(facts, project, answers, missingStep(facts) === null ? ["down"] : ["up", "down"]),
      ),
    edits: (answers) => cause.modules.flatMap((facts) => written(facts, project, answers)),
  };
  if (whole) return [write];
  const irreversible = (facts: ModuleFacts) => {
    const step = halfStep(facts, "down");
    return step === undefined ? [] : project.writer.irreversible(facts, project, step);
  };
  return [
    write,
    { title: "Say that there is no way back", preferred: false, questions: [], edits: () => cause.modules.flatMap(irreversible) },
  ];
}

function written(facts: ModuleFacts, project: ProjectFacts, answers: Answers): ReturnType<Fix["edits"]> {
  if (missingStep(facts) !== null) return project.writer.step(facts, project, answers);
  const step = halfStep(facts, "down");
  return step === undefined ? [] : project.writer.half(facts, project, step, "down", answers);
}
