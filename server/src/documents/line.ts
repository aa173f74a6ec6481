/**
 * The lines that plans and reports are made of: pieces of text that know how they are meant and which place in the sources they speak of.
 * A terminal makes colours of that, an editor links; the text is the same.
 */

/** What a piece says, not how it looks. */
export type Tone = "good" | "bad" | "warning" | "quiet" | "strong";

/** In a source, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Piece {
  readonly text: string;
  readonly tone?: Tone;
  readonly place?: Place | undefined;
}

export type Cell = string | Piece;

/** A line that is not indented is a heading, or the one sentence that says it all. */
export type Line = readonly Cell[];

/** How paths are written: from where the reader is. */
export type PathText = (file: string) => string;

export const good = (text: string): Piece => ({ text, tone: "good" });
export const bad = (text: string): Piece => ({ text, tone: "bad" });
export const warning = (text: string): Piece => ({ text, tone: "warning" });
export const quiet = (text: string): Piece => ({ text, tone: "quiet" });

/** A heading and what is under it; nothing where there is nothing under it. */
export function section(heading: Line, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], heading, ...lines];
}

/** Rows in columns as wide as their longest cell, two spaces apart. */
export function columns(rows: readonly (readonly Cell[])[], indent = "  "): Line[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column] ?? "")))) ?? [];
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => lengthOf(cell) > 0);
    return [
      indent,
      ...row
        .slice(0, last + 1)
        .flatMap((cell, column) => (column === last ? [cell] : [cell, " ".repeat((widths[column] ?? 0) - lengthOf(cell) + 2)])),
    ];
  });
}

export function pieceText(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function lengthOf(cell: Cell): number {
  return pieceText(cell).length;
}
