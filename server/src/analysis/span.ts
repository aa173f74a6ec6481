/** Places in source text. Lines and columns count from 1, as people and `instar check --format json` count; LSP's zero-based positions are made in `to-lsp.ts` alone. */

export interface Position {
  readonly line: number;
  /** In UTF-16 code units. */
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  /** Exclusive. */
  readonly end: Position;
}

export interface Location {
  /** Absolute path, always with `/`. */
  readonly file: string;
  readonly range: Range;
}

/** The offset at which each line begins. Lines end as in LSP: with a line feed, a carriage return, or both. */
export function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|[\n\r]/g)].map((match) => match.index + match[0].length)];
}

/** @param starts as `lineStarts` gives them for the text. */
export function positionAt(starts: readonly number[], offset: number): Position {
  let [line, beyond] = [0, starts.length];
  while (beyond - line > 1) {
    const middle = (line + beyond) >> 1;
    if ((starts[middle] ?? 0) <= offset) line = middle;
    else beyond = middle;
  }
  return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
}

/** The end of the text for a place behind it. */
export function offsetAt(text: string, { line, column }: Position): number {
  const start = lineStarts(text)[line - 1];
  return start === undefined ? text.length : Math.min(start + column - 1, text.length);
}

export function isWithin({ start, end }: Range, { line, column }: Position): boolean {
  return (
    (line > start.line || (line === start.line && column >= start.column)) &&
    (line < end.line || (line === end.line && column <= end.column))
  );
}
