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
