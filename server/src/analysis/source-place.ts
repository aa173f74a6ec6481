/** Places in the compiler's sources as places that people count. */
import type { Location, Range } from "./span.ts";
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

function positionIn(source: ts.SourceFile, offset: number): { line: number; column: number } {
  const { line, character } = source.getLineAndCharacterOfPosition(offset);
  return { line: line + 1, column: character + 1 };
}
