/** The state has another shape than the released one, and nothing carries old states over. */
import { breaking, type Cause, causesOf } from "../causes.ts";
import { affected, changesText, concerned, modulesText, subject } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { type Carrier, carriersOf } from "../messages/carriers.ts";
import { halfStep, missingStep, raiseVersion, renameQuestions } from "../migration/missing-step.ts";
import { modulesWith } from "../of-modules.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import { primitive } from "../shape.ts";
import { witness } from "../witness.ts";
import { isBehindItsSteps } from "./code-change-wrong-range.ts";

export const stateChangedNoCodeChange: Rule = {
  id: "state-changed-no-code-change",
  severity: "error",
  group: "state",
  description:
    "The state has changed since the last release in a way that makes old states invalid, and no `codeChange` step carries them over.",
  *check(facts: ProjectFacts): Iterable<Finding> {
    // A step that is there and only not reached is another rule's.
    const modules = modulesWith(facts.modules, isMissing).filter((each) => !isBehindItsSteps(each));
    for (const cause of causesOf(modules, ({ state }) => breaking(state, "up"), facts.modules))
      yield finding(cause, facts, carriersOf(cause, facts));
  },
};

/** Whether this rule speaks for a module; rules whose work its fix does are silent then. */
export function isMissing({ module, unresolved }: ModuleFacts): boolean {
  return !unresolved && module.baseline !== null && module.state.up !== "compatible" && module.codeChange.up === "missing";
}

function finding(cause: Cause, project: ProjectFacts, carriers: readonly Carrier[]): Finding {
  const [first] = cause.modules;
  const versions = new Set(cause.modules.map(({ baseline }) => baseline?.vsn ?? 0));
  const [vsn = 0] = versions;
  const step = versions.size === 1 ? `\`codeChange[${vsn}]\`` : "the missing steps of `codeChange`";
  const certain = cause.modules.some(({ module }) => module.state.up === "incompatible");
  const [difference] = cause.differences;
  const example =
    difference === undefined
      ? ""
      : ` ${witness(difference, first?.baseline?.shapes.state ?? null, first?.source.protocol.state ?? primitive("unknown"))}`;
  const half = cause.modules.filter((facts) => halfStep(facts, "up") !== undefined);
  const fixable = cause.modules.every((facts) => missingStep(facts) !== null || half.includes(facts));
  const todo = fixable
    ? half.length === cause.modules.length
      ? `Add \`up\` to ${versions.size === 1 ? step : "the steps"}; the quick fix does.`
      : `Write ${step} with \`up\` and \`down\`; the quick fix does.`
    : `Write the missing step of \`codeChange\`; some of the steps from ${since(cause.modules)} are there already, so this has to be done by hand.`;
  const carrying = carriers.map(({ facts }) => facts);
  const all: Cause = { ...cause, modules: [...cause.modules, ...carrying] };
  const carried = carrying.length === 0 ? "" : ` Messages of ${modulesText(carrying)} carry it, too.`;
  return {
    rule: stateChangedNoCodeChange.id,
    severity: startsAnew(project) ? "info" : certain ? "error" : "warning",
    ...concerned(all),
    ...cause.place,
    message: `${subject(cause)} has changed since ${since(cause.modules)}, and no \`codeChange\` step carries old states over: ${changesText(cause.all)}.${example}${carried} ${startsAnew(project) ? anew : todo}`,
    related: related(all),
    fixes: fixable ? [fix(cause, project, carriers)] : [],
  };
}

/** Whether the project's way to roll out changes leaves no old state for the new code. */
export function startsAnew({ config: { strategy } }: ProjectFacts): boolean {
  return strategy === "restart" || strategy === "blue-green";
}

const anew =
  "The configuration says that processes start anew with each change, so this is meant as long as nothing is worth keeping; the quick fix writes the step for an upgrade that keeps it.";

/** What is compared with, as a sentence goes on. */
export function since(modules: readonly ModuleFacts[]): string {
  const texts = new Set(
    modules.map(({ baseline }) => (baseline === null || baseline.source === "snapshot" ? `version ${baseline?.vsn ?? 0}` : baseline.label)),
  );
  const [text = ""] = texts;
  return texts.size === 1
    ? text
    : modules.every(({ baseline }) => baseline?.source === "snapshot")
      ? "their last releases"
      : "their baselines";
}

function related(cause: Cause): Finding["related"] {
  const [first] = cause.modules;
  const found = affected(cause);
  if (found.length > 0) return found;
  if (first === undefined || first.baseline === null) return [];
  const { module, baseline } = first;
  return [
    { file: module.file, range: module.ranges.vsn ?? module.ranges.actor, message: `Compared with ${baseline.label} of ${module.id}.` },
  ];
}

function fix(cause: Cause, project: ProjectFacts, carriers: readonly Carrier[]): Fix {
  const steps = cause.modules.map((facts) => ({ facts, step: missingStep(facts) }));
  const [only] = steps;
  const raised = steps.some(({ facts, step }) => step !== null && step.to !== facts.source.vsn);
  const questions = new Map(cause.modules.flatMap(renameQuestions).map((question) => [`${question.from}=${question.to}`, question]));
  const whole = steps.filter(({ step }) => step !== null);
  const title =
    steps.length + carriers.length === 1
      ? whole.length === 0
        ? `Write up into codeChange[${only?.facts.baseline?.vsn}]`
        : `Write codeChange[${only?.step?.from}] with up and down${raised ? ` and raise vsn to ${only?.step?.to}` : ""}`
      : `Write codeChange with up and down in ${steps.length + carriers.length} modules${raised ? " and raise their vsn" : ""}`;
  return {
    title,
    preferred: true,
    questions: [...questions.values()],
    values: (answers) =>
      steps.flatMap(({ facts, step }) => project.writer.questions(facts, project, answers, step === null ? ["up"] : ["up", "down"])),
    edits: (answers) => [
      ...cause.modules.flatMap((facts) => {
        const half = halfStep(facts, "up");
        return half === undefined ? project.writer.step(facts, project, answers) : project.writer.half(facts, project, half, "up", answers);
      }),
      ...carriers.flatMap(({ facts, messages }) =>
        messages.length === 0
          ? raiseVersion(facts)
          : project.writer.messages(
              facts,
              project,
              messages.map((name) => ({ name })),
              answers,
            ),
      ),
    ],
  };
}
