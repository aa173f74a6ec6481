/** Places in the compiler's sources as places that people count. */
import { lineStarts, type Location, type Position, type Range } from "./span.ts";
import type { ts } from "./typescript.ts";

export function rangeIn(source: ts.SourceFile, start: number, end: number): Range {
  return { start: positionIn(source, start), end: positionIn(source, end) };
}

export function rangeOf(node: ts.Node): Range {
  const source = node.getSourceFile();
  return rangeIn(source, node.getStart(source), node.getEnd());
}

export function locationOf(node: ts.Node): Location {
  return { file: node.getSourceFile().fileName, range: rangeOf(node) };
}

/** TypeScript ends lines at U+2028 and U+2029, too; editors and LSP do not, and an edit has to land where they count. */
function positionIn(source: ts.SourceFile, offset: number): Position {
  let starts = startsOf.get(source);
  if (starts === undefined) startsOf.set(source, (starts = lineStarts(source.text)));
  let [line, beyond] = [0, starts.length];
  while (beyond - line > 1) {
    const middle = (line + beyond) >> 1;
    if ((starts[middle] ?? 0) <= offset) line = middle;
    else beyond = middle;
  }
  return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
}

const startsOf = new WeakMap<ts.SourceFile, readonly number[]>();
