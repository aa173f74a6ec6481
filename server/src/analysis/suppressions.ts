/** Comments that say that a finding is known and meant: `// instar-ignore <id>: reason`, on the line above it or at the end of its own. */
import type { FileEdit } from "./rule.ts";
import { lineStarts, type Location, type Range } from "./span.ts";
import { layoutOf } from "./syntax/comments.ts";

export interface Suppression {
  /** Of the comment. */
  readonly range: Range;
  readonly ids: readonly { readonly id: string; readonly range: Range }[];
  /** Null where there is none, or one that somebody still has to write. */
  readonly reason: string | null;
  /** The line whose findings it hides. */
  readonly line: number;
  /** What goes when it goes: the comment, with its whole line where nothing else stands there. */
  readonly whole: Range;
}

/** What stands where somebody still has to write the reason. */
export const openReason = "TODO say why";

const mark = "instar-ignore";

export function suppressionsIn(source: string): readonly Suppression[] {
  // Most files have none, and all of them are asked.
  if (!source.includes(mark)) return [];
  const starts = lineStarts(source);
  const { comments } = layoutOf(source);
  return comments.flatMap(({ start, end, text }): Suppression[] => {
    const parts = /^([\s*]*)instar-ignore(?![\w-])([^:]*)(?::([^]*))?$/.exec(text);
    if (parts === null) return [];
    const [, before = "", names = "", said = ""] = parts;
    const reason = said.replaceAll(/\s+/g, " ").trim();
    const from = start + 2 + before.length + mark.length;
    const [line, wholeLine] = lineMeant(start, end);
    return [
      {
        range: rangeOf(start, end),
        ids: [...names.matchAll(/[a-z][\w-]*/gi)].map(({ 0: id, index }) => ({
          id,
          range: rangeOf(from + index, from + index + id.length),
        })),
        reason: reason === "" || /^todo\b/i.test(reason) ? null : reason,
        line,
        whole: wholeLine ?? rangeOf(start - (/[ \t]*$/.exec(source.slice(lineStart(start), start))?.[0].length ?? 0), end),
      },
    ];
  });

  function lineMeant(start: number, end: number): readonly [line: number, whole: Range | undefined] {
    const own = lineOf(start);
    // In the text of an element, braces around the comment make it one.
    const before = source.slice(lineStart(start), start).replace(/\{\s*$/, "");
    const rest = source.slice(end, starts[lineOf(end)] ?? source.length);
    if (before.trim() !== "" || rest.replace(/^\s*\}/, "").trim() !== "") return [own, undefined];
    let next = lineOf(end) + 1;
    while (next <= starts.length && isGap(next)) next += 1;
    const whole = { start: { line: own, column: 1 }, end: { line: lineOf(end) + 1, column: 1 } };
    return [next, starts[lineOf(end)] === undefined ? undefined : whole];
  }

  /** Whether a line has nothing but comments, or nothing at all. */
  function isGap(line: number): boolean {
    const [from, to] = [starts[line - 1] ?? source.length, starts[line] ?? source.length];
    let at = from;
    while (at < to) {
      if (/\s/.test(source[at] ?? " ")) at += 1;
      else {
        const comment = comments.find(({ start, end }) => start <= at && at < end);
        if (comment === undefined) return false;
        at = comment.end;
      }
    }
    return true;
  }

  function lineStart(offset: number): number {
    return starts[lineOf(offset) - 1] ?? 0;
  }

  function lineOf(offset: number): number {
    return starts.findLastIndex((each) => each <= offset) + 1;
  }

  function rangeOf(start: number, end: number): Range {
    const at = (offset: number) => ({ line: lineOf(offset), column: offset - lineStart(offset) + 1 });
    return { start: at(start), end: at(end) };
  }
}

/** Where a comment that hides what is found at a place can stand, and its text. The reason is left to a person. */
export function suppressionEdit(source: string, id: string, { file, range }: Location): FileEdit {
  const { line, column } = range.start;
  const starts = lineStarts(source);
  const layout = layoutOf(source);
  const place = { line, column };
  const lineStart = starts[line - 1] ?? 0;
  // Between the tags of elements, a line is text; who can tell tags from types is not asked.
  if (!layout.isCode(lineStart) || (file.endsWith("x") && /<\/|\/>/.test(source))) {
    return { file, range: { start: place, end: place }, newText: `/* ${mark} ${id}: ${openReason} */ ` };
  }
  let above = line;
  // What is meant for the next line goes on standing above it.
  while (above > 1 && /^\s*\/[/*].*-next-line\b/.test(source.slice(starts[above - 2], starts[above - 1]))) above -= 1;
  const indentation = /^[ \t]*/.exec(source.slice(lineStart))?.[0] ?? "";
  const at = { line: above, column: 1 };
  return { file, range: { start: at, end: at }, newText: `${indentation}// ${mark} ${id}: ${openReason}\n` };
}
