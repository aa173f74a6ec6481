/** A name that meant something else once finds what it meant in states that were never cleaned of it. */
import type { BodyFact } from "../bodies/collectors.ts";
import { type Cause, causesOf } from "../causes.ts";
import type { Difference } from "../compare.ts";
import { affected, changesText, concerned, subject } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { modulesWith } from "../of-modules.ts";
import type { FileEdit, Finding, Fix, Rule } from "../rule.ts";
import { accessText, isSymbolName, keyText } from "../type-text.ts";
import { isMissing } from "./state-changed-no-code-change.ts";

export const fieldNameReused: Rule = {
  id: "field-name-reused",
  severity: "warning",
  group: "state",
  description: "A field that was removed in an earlier version comes back as an optional one of another type.",
  *check(project: ProjectFacts): Iterable<Finding> {
    const { modules } = project;
    // Where no step is there, the rule that asks for one says it.
    const stepped = modulesWith(modules, isStepped);
    const open = (facts: ModuleFacts) => reusedIn(facts).filter((difference) => !isDropped(difference, facts, project));
    for (const cause of causesOf(stepped, open, modules)) {
      const [first] = cause.differences;
      const name = first?.field?.name ?? "";
      yield {
        rule: fieldNameReused.id,
        severity: fieldNameReused.severity,
        ...concerned(cause),
        ...cause.place,
        message:
          `${subject(cause)} has a name that meant something else before: ${changesText(cause.differences)}. ` +
          `A step that copies the old state (\`{ ...old }\`) carries that along, and the new code takes it for what \`${name}\` means now. ` +
          `Write out the fields that \`up\` takes over, call the field something else, or set it: \`{ ...old, ${name}: undefined }\`.`,
        related: affected(cause),
        fixes: fixes(cause, project),
      };
    }
  },
};

function isStepped(facts: ModuleFacts): boolean {
  return !facts.unresolved && !isMissing(facts) && reusedIn(facts).length > 0;
}

/** A field that has to be there is set by the step, or the step would not compile. */
function reusedIn({ state }: ModuleFacts): readonly Difference[] {
  return state.changes.filter(({ kind, reused }) => reused !== undefined && kind === "optionalFieldAdded");
}

type Step = BodyFact<"stepFields">;

/** Those that every state of the baseline goes through. */
function stepsUp({ baseline, source }: ModuleFacts, { bodies }: ProjectFacts): readonly Step[] {
  const since = baseline?.vsn ?? 0;
  return bodies.of("stepFields", source.file).filter(({ from }) => from >= since && from < (source.vsn ?? 0));
}

/** Whether a step gives every state that goes through it another value there, or none. */
function isDropped(difference: Difference, facts: ModuleFacts, project: ProjectFacts): boolean {
  return (
    isOwn(difference) &&
    stepsUp(facts, project).some(({ spread, names }) => spread === null || names.includes(difference.field?.name ?? ""))
  );
}

/** Of the state itself, not of a part of it. */
function isOwn({ path, field }: Difference): boolean {
  return field !== undefined && path === `State${accessText(field.name)}`;
}

/** Writes out what the step takes over: what nobody knows of is not among it. */
function fixes({ modules, differences }: Cause, project: ProjectFacts): readonly Fix[] {
  const all = modules.map((facts) => (differences.every(isOwn) ? written(facts, differences, project) : null));
  const edits = all.flatMap((each) => each ?? []);
  if (edits.length === 0 || all.includes(null)) return [];
  return [{ title: "Write out the fields that up takes over", preferred: true, questions: [], edits: () => edits }];
}

function written(facts: ModuleFacts, differences: readonly Difference[], project: ProjectFacts): readonly FileEdit[] | null {
  const { file, protocol, steps } = facts.source;
  const [step, ...others] = stepsUp(facts, project);
  const spread = step?.spread;
  const takes = steps.find(({ from }) => from === step?.from)?.functions.up?.takes;
  const { state } = protocol;
  if (step === undefined || spread == null || others.length > 0 || takes?.kind !== "object" || state.kind !== "object") return null;
  const said = new Set([...step.names, ...differences.map(({ field }) => field?.name)]);
  const fields = takes.fields.filter(({ name }) => !said.has(name) && state.fields.some((each) => each.name === name));
  if (takes.indexes.length + state.indexes.length > 0 || fields.length === 0) return null;
  // What may be absent cannot be written out as what is there.
  if (fields.some(({ name, optional }) => optional || isSymbolName(name))) return null;
  const texts = fields.map(({ name }) => `${keyText(name)}: ${spread.parameter}${accessText(name)}`);
  const { start } = spread.range;
  const before = (project.text(file) ?? "").split(/\r?\n/)[start.line - 1]?.slice(0, start.column - 1) ?? "";
  return [{ file, range: spread.range, newText: texts.join(/^\s*$/.test(before) ? `,\n${before}` : ", ") }];
}
