/** Writes a frozen type of a step as the version was released, in place of what it says now. */
import type { ProjectFacts } from "./facts.ts";
import { inLayout, layoutOf } from "./migration/code.ts";
import type { FileEdit, Fix } from "./rule.ts";
import { children, isRecursive, type Shape } from "./shape.ts";
import type { Misfit } from "./step-types.ts";
import { lineStarts, type Position } from "./span.ts";
import { fieldText, type TextOptions, typeText } from "./type-text.ts";
import { literalsOf } from "./validity.ts";

/**
 * None where the type is not a record that is written out in the module's own file, or refers to what only its imports explain. What the
 * step makes of it then, the compiler says.
 */
export function restoreFixes(misfits: readonly Misfit[], facts: Pick<ProjectFacts, "text">): readonly Fix[] {
  const restored = misfits.map((misfit) => restore(misfit, facts));
  const written = restored.filter((each) => each !== undefined);
  // What one edit broke is mended as a whole, or by hand.
  if (written.length < restored.length) return [];
  const [only] = written;
  if (only === undefined) return [];
  const names = written.map(({ name }) => name);
  const title =
    written.length === 1
      ? `Declare ${only.name} as version ${only.vsn} was released`
      : `Declare ${names.slice(0, -1).join(", ")} and ${names.at(-1)} as they were released`;
  return [{ title, preferred: false, questions: [], edits: () => written.map(({ edit }) => edit()) }];
}

function restore(
  { vsn, declared, state, place, step }: Misfit,
  { text }: Pick<ProjectFacts, "text">,
): { readonly name: string; readonly vsn: number; readonly edit: () => FileEdit } | undefined {
  const name = "name" in declared ? declared.name : undefined;
  if (place.range === step.range || name === undefined || state.kind !== "object" || state.indexes.length > 0 || !isPlainText(state))
    return undefined;
  const source = text(place.file);
  const body = source === undefined ? undefined : bodyAfter(source, place.range.end);
  if (source === undefined || body === undefined) return undefined;
  const layout = layoutOf(source);
  const fields = state.fields.map((field) => `${layout.unit}${fieldText(field, written)};\n`).join("");
  return {
    name,
    vsn,
    edit: () => ({ file: place.file, range: body, newText: inLayout(`{\n${fields}}`, layout) }),
  };
}

const written: TextOptions = {
  nameOf: () => undefined,
  enumText: (shape) =>
    literalsOf(shape)
      .map((literal) => typeText(literal))
      .join(" | "),
};

/** Whether it can be written without a name from elsewhere. */
function isPlainText(root: Shape): boolean {
  if (isRecursive(root)) return false;
  const reached = new Set([root]);
  for (const shape of reached) {
    if (shape.kind === "class" || shape.kind === "pid" || shape.kind === "symbol" || shape.kind === "brand") return false;
    if (shape.kind === "builtin" && shape.from !== "") return false;
    for (const child of children(shape)) reached.add(child);
  }
  return true;
}

/** The braces behind a name, of an interface or an alias; undefined where something else stands there, or somebody has said something. */
function bodyAfter(source: string, { line, column }: Position): FileEdit["range"] | undefined {
  const starts = lineStarts(source);
  const from = (starts[line - 1] ?? 0) + column - 1;
  const opening = /^\s*(?:=\s*)?\{/.exec(source.slice(from))?.[0].length;
  if (opening === undefined) return undefined;
  let depth = 0;
  for (let at = from + opening - 1; at < source.length; at += 1) {
    const char = source[at];
    // What is quoted or said may hold braces of its own.
    if (char === '"' || char === "'" || char === "`" || (char === "/" && /[/*]/.test(source[at + 1] ?? ""))) return undefined;
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    if (depth > 0) continue;
    // More of an alias may follow.
    if (!/^(?:;|\s*(?:\r?\n|$))/.test(source.slice(at + 1))) return undefined;
    return { start: positionAt(starts, from + opening - 1), end: positionAt(starts, at + 1) };
  }
  return undefined;
}

function positionAt(starts: readonly number[], offset: number): Position {
  const line = starts.findLastIndex((start) => start <= offset);
  return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
}
