/** A step that does not look at the old state gives every process the same new one, and what they held is gone. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { moduleSteps, shapesAt, type StepFunction, versionsOf } from "../module-steps.ts";
import type { FileEdit, Finding, Fix, Rule } from "../rule.ts";
import { membersOf, type Shape, shapeHash } from "../shape.ts";

export const codeChangeResetsState: Rule = {
  id: "code-change-resets-state",
  severity: "warning",
  group: "code-change",
  description: "A step of `codeChange` makes nothing of the state that it is given, although both versions keep the same things.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const { facts, step } of moduleSteps(project)) {
      const lost = step.reset === null ? [] : keptByBoth(facts, step);
      if (lost.length > 0) yield finding(facts, step, lost);
    }
  },
};

/** The fields that both versions have, and that have a value to lose; `""` for a state that is no object. */
function keptByBoth(facts: ModuleFacts, step: StepFunction): readonly string[] {
  const versions = versionsOf(step);
  const old = versions === undefined ? undefined : shapesAt(facts, versions.taken)?.state;
  const now = versions === undefined ? undefined : shapesAt(facts, versions.given)?.state;
  if (old === undefined || now === undefined) return [];
  const fieldsOf = (state: Shape) =>
    new Map(
      membersOf(state)
        .flatMap((shape) => (shape.kind === "object" ? shape.fields : []))
        .map((field) => [field.name, field.shape]),
    );
  const [before, after] = [fieldsOf(old), fieldsOf(now)];
  if (before.size > 0 || after.size > 0) return [...before].flatMap(([name, shape]) => (after.has(name) && varies(shape) ? [name] : []));
  return varies(old) && shapeHash(old) === shapeHash(now) ? [""] : [];
}

/** Of a value that is always the same, nothing is lost. */
function varies(shape: Shape): boolean {
  if (shape.kind === "literal") return false;
  if (shape.kind === "primitive") return !/^(?:null|undefined|never)$/.test(shape.type);
  return shape.kind !== "object" || shape.fields.some((field) => field.optional || varies(field.shape)) || shape.indexes.length > 0;
}

function finding({ module, source }: ModuleFacts, step: StepFunction, lost: readonly string[]): Finding {
  const { name, range, part, from } = step;
  const [first = ""] = lost;
  const shown = lost.slice(0, 3).map((each) => `\`State.${each}\``);
  const kept =
    first === "" ? "the state" : shown.join(", ") + (lost.length > shown.length ? ` and ${lost.length - shown.length} more` : "");
  const place =
    part === "up" && from !== null && from + 1 === source.vsn ? "this version" : `version ${part === "up" ? (from ?? 0) + 1 : from}`;
  return {
    rule: codeChangeResetsState.id,
    severity: codeChangeResetsState.severity,
    module: module.id,
    items: first === "" ? ["State"] : lost.map((each) => `State.${each}`),
    file: module.file,
    range,
    message:
      `\`${name}\` does not look at the state that it is given, so all processes get the same new one: what they hold in ${kept}, which ${place} keeps as well, is lost. ` +
      "Carry it over; where the processes are to begin anew, restart them in place of upgrading them, or say why: `// instar-ignore code-change-resets-state: …`.",
    related: [],
    fixes: fixes(module.file, step, lost),
  };
}

function fixes(file: string, { reset }: StepFunction, lost: readonly string[]): readonly Fix[] {
  const { parameter = null, fields = null } = reset ?? {};
  if (parameter === null || fields === null) return [];
  const edits = fields.flatMap(({ name, value }): readonly FileEdit[] =>
    lost.includes(name) ? [{ file, range: value, newText: `${parameter}.${name}` }] : [],
  );
  return edits.length === 0 ? [] : [{ title: "Carry over what both versions keep", preferred: false, questions: [], edits: () => edits }];
}
