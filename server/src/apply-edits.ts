/** Applies the edits of fixes to text. */
import type { FileEdit } from "./analysis/rule.ts";
import { lineStarts, type Position } from "./analysis/span.ts";

/**
 * The text after these edits, which all mean the text as it is now. New lines end as the text's own lines do.
 * @throws RangeError where two edits overlap.
 */
export function applyEdits(text: string, edits: readonly Pick<FileEdit, "range" | "newText">[]): string {
  const starts = lineStarts(text);
  const newline = /\r\n|\n/.exec(text)?.[0] ?? "\n";
  const placed = edits
    .map(({ range, newText }, index) => ({
      from: offset(starts, text, range.start),
      to: offset(starts, text, range.end),
      newText: newText.replaceAll(/\r\n|\n/g, newline),
      index,
    }))
    .toSorted((a, b) => a.from - b.from || a.to - b.to || a.index - b.index);
  let result = "";
  let end = 0;
  for (const edit of placed) {
    if (edit.from < end) throw new RangeError("Two edits of one fix overlap.");
    result += text.slice(end, edit.from) + edit.newText;
    end = edit.to;
  }
  return result + text.slice(end);
}

function offset(starts: readonly number[], text: string, { line, column }: Position): number {
  return Math.min((starts[line - 1] ?? text.length) + column - 1, text.length);
}
