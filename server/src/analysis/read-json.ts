/** Reads JSON as far as it can be read, with places that people count. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { lineStarts, type Range } from "./span.ts";

/** @param lenient whether comments and commas too many are allowed. */
export function readJson(
  text: string,
  lenient: boolean,
): { readonly tree: Node | undefined; readonly problem: { readonly range: Range; readonly text: string } | null } {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: lenient, disallowComments: !lenient });
  const [error] = errors;
  if (error === undefined) return { tree, problem: null };
  return {
    tree,
    problem: { range: rangeOf(text, error), text: `It cannot be read as JSON: ${wordsOf(printParseErrorCode(error.error))}` },
  };
}

export function rangeOf(text: string, place: { readonly offset: number; readonly length: number } = { offset: 0, length: 1 }): Range {
  const starts = lineStarts(text);
  const at = (offset: number) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
  return { start: at(place.offset), end: at(place.offset + place.length) };
}

/** The parser's own names for what it complains of are nearly words. */
function wordsOf(code: string): string {
  const words = code.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  const known: Readonly<Record<string, string>> = {
    "invalid symbol": "a name without quotes, or something that is no value.",
    "invalid comment token": "comments are not allowed here.",
    "end of file expected": "there is something behind its end.",
    "value expected": "a value is missing.",
  };
  return known[words] ?? `${words.replace(/^(.*) expected$/, "a $1 is expected")}.`;
}
