/** Where a snapshot says what a path of a change is about, so that a person can look at what it was. */
import type { Range } from "./span.ts";

/**
 * The name at the end of a path such as `State.members[].name`, or the last one on the way there that is found: a field that was added has
 * no place in what was released before it, and what is around it has.
 */
export function snapshotPlace(text: string, path: string): Range | undefined {
  const lines = text.split(/\r\n|\n/);
  const [root = "State", ...names] = [...path.matchAll(/(?:^|\.)([\w$]+)|\["((?:[^"\\]|\\.)*)"\]/g)].map(
    ([, plain, quoted]) => plain ?? quoted ?? "",
  );
  let found = declaration(lines, root);
  let beneath = true;
  for (const name of names) {
    if (found === undefined) return undefined;
    const { line, column }: Range["end"] = found.end;
    // Where what is there is written out; else in one of the declarations that it names.
    const types: readonly string[] = [...(lines[line - 1] ?? "").slice(column - 1).matchAll(/[\w$]+/g)].map(([type]) => type);
    const next: Range | undefined =
      fieldIn(lines, found.end, name, beneath) ??
      types
        .map((type) => declaration(lines, type))
        .flatMap((each) => (each === undefined ? [] : [fieldIn(lines, each.end, name, true)]))
        .find((each) => each !== undefined);
    if (next === undefined) return found;
    found = next;
    beneath = false;
  }
  return found;
}

/** The name of an interface or a type where it is declared. */
function declaration(lines: readonly string[], name: string): Range | undefined {
  const pattern = new RegExp(`^(?:export )?(?:interface|type) ${escaped(name)}(?![\\w$])`);
  const index = lines.findIndex((line) => pattern.test(line));
  return index < 0 ? undefined : rangeAt(index + 1, (lines[index] ?? "").indexOf(name) + 1, name.length);
}

/** @param beneath whether the lines beneath belong to it, up to the end of the declaration. */
function fieldIn(lines: readonly string[], { line, column }: Range["end"], name: string, beneath: boolean): Range | undefined {
  const pattern = new RegExp(`(?<![\\w$"])("?)(${escaped(name)})\\1\\??:`);
  for (let at = line; at <= lines.length; at += 1) {
    const text = lines[at - 1] ?? "";
    const from = at === line ? column - 1 : 0;
    const match = pattern.exec(text.slice(from));
    if (match !== null) return rangeAt(at, from + match.index + (match[1] ?? "").length + 1, name.length);
    if (!beneath || (at > line && /^\S/.test(text))) return undefined;
  }
  return undefined;
}

function rangeAt(line: number, column: number, length: number): Range {
  return { start: { line, column }, end: { line, column: column + length } };
}

function escaped(name: string): string {
  return name.replaceAll(/[^\w]/g, "\\$&");
}
