/** Lines as a document: its text, and where in it headings stand and which places in the sources are spoken of. */
import { type Line, type Place, pieceText } from "./line.ts";

export interface TextDocumentParts {
  readonly text: string;
  readonly links: readonly DocumentLink[];
  readonly headings: readonly Heading[];
}

/** Lines and columns of the document, counted from 0. */
interface DocumentLink {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly place: Place;
}

interface Heading {
  readonly title: string;
  readonly line: number;
  /** The last line that belongs to it. */
  readonly last: number;
}

export function documentOf(lines: readonly Line[]): TextDocumentParts {
  const links: DocumentLink[] = [];
  const headings: { title: string; line: number; last: number }[] = [];
  const texts: string[] = [];
  for (const line of lines) {
    let text = "";
    for (const cell of line) {
      // What is told in a document stands in one line, whatever the message was.
      const piece = pieceText(cell).replaceAll(/\s*\n\s*/g, " ");
      if (typeof cell !== "string" && cell.place !== undefined)
        links.push({ line: texts.length, start: text.length, end: text.length + piece.length, place: cell.place });
      text += piece;
    }
    const number = texts.push(text.trimEnd()) - 1;
    const open = headings.at(-1);
    if (text === "") continue;
    if (texts[number - 1] === "" && !text.startsWith(" ")) headings.push({ title: text, line: number, last: number });
    else if (open !== undefined) open.last = number;
  }
  return { text: `${texts.join("\n")}\n`, links, headings };
}
