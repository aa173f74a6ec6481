/** A step that throws on one state refuses the upgrade of all. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { moduleSteps, shapesAt, type StepFunction, versionsOf, wayText } from "../module-steps.ts";
import type { Finding, Rule } from "../rule.ts";
import type { Shape } from "../shape.ts";
import { shapesAtPath } from "../shapes-at-path.ts";
import { typeText } from "../type-text.ts";

type MayThrow = StepFunction["throws"][number];

export const codeChangeMayThrow: Rule = {
  id: "code-change-may-throw",
  severity: "warning",
  group: "code-change",
  description: "A step of `codeChange` throws, or may, on a state that its types allow.",
  *check(project: ProjectFacts): Iterable<Finding> {
    // What two steps reach is one place to mend.
    const seen = new Set<string>();
    for (const { facts, step } of moduleSteps(project)) {
      for (const risk of step.throws) {
        const { start } = risk.range;
        const key = `${facts.module.file}:${start.line}:${start.column}`;
        if (seen.has(key)) continue;
        const left = leftOver(facts, step, risk);
        if (left === null) continue;
        seen.add(key);
        yield finding(facts, step, risk, left);
      }
    }
  },
};

/** What a `switch` leaves for the `throw` behind it; null where it leaves nothing, or nothing is known of it. */
function leftOver(facts: ModuleFacts, step: StepFunction, { otherwise }: MayThrow): readonly Shape[] | null {
  if (otherwise === null) return [];
  const versions = versionsOf(step);
  const state = versions === undefined ? undefined : shapesAt(facts, versions.taken)?.state;
  const switched = state === undefined ? undefined : shapesAtPath(state, otherwise.path);
  if (switched === undefined) return null;
  const cases: readonly unknown[] = otherwise.cases;
  const left = switched.filter((shape) => !(shape.kind === "literal" && cases.includes(shape.value)));
  const known = left.every(({ kind }) => kind === "literal" || kind === "primitive");
  return left.length > 0 && known ? left : null;
}

function finding({ module }: ModuleFacts, step: StepFunction, risk: MayThrow, left: readonly Shape[]): Finding {
  const way = step.part === "down" ? "A downgrade" : "An upgrade";
  return {
    rule: codeChangeMayThrow.id,
    severity: codeChangeMayThrow.severity,
    module: module.id,
    file: module.file,
    range: risk.range,
    message:
      `${wayText(step.name, risk.through)} ${what(risk, left)}. ${way} with one such state in any process is refused for all of them. ` +
      `${advice(risk)} Where no process can have such a state, say so in its type; where it is to be refused, say why: \`// instar-ignore ${codeChangeMayThrow.id}: …\`.`,
    related: [],
    fixes: [],
  };
}

function what({ kind, text, otherwise }: MayThrow, left: readonly Shape[]): string {
  if (otherwise !== null)
    return `throws where \`${otherwise.path.join(".")}\` is ${left.length === 1 ? "" : "one of "}${left.map((shape) => `\`${typeText(shape)}\``).join(", ")}`;
  if (kind === "throw") return `throws: \`${text}\``;
  if (kind === "lookup") return `takes for granted that \`${text}\` finds something, and throws or gives \`undefined\` where it does not`;
  if (kind === "reduce") return `throws where there is nothing for \`${text}\` to begin with`;
  return `throws where \`${text}\` gets what it does not understand`;
}

function advice({ kind }: MayThrow): string {
  if (kind === "lookup") return "Say what becomes of a state without it: `?? …`.";
  if (kind === "reduce") return "Give it a value to begin with.";
  return "Handle it in the step: convert what can be, and give the rest a value that says so.";
}
