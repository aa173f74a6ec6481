/**
 * Where a text's comments are, and where its code is: without a parser, for any text that somebody may be typing. Strings, templates and
 * regular expressions are told apart as far as that can be done without one; a string ends with its line at the latest, so that an
 * apostrophe in the text of an element hides nothing beyond it.
 */

export interface Comment {
  readonly start: number;
  readonly end: number;
  /** Between its marks. */
  readonly text: string;
}

export interface Layout {
  readonly comments: readonly Comment[];
  /** Whether a place lies in code: not in a comment, a string, or the text of a template. */
  isCode(offset: number): boolean;
}

export function layoutOf(source: string): Layout {
  const comments: Comment[] = [];
  /** What is no code, ascending. */
  const others: (readonly [start: number, end: number])[] = [];
  /** For each template around: how many braces are open in its expression. */
  const braces: number[] = [];
  /** Whether a value has just ended, so that a slash divides. */
  let afterValue = false;
  let at = source.startsWith("#!") ? lineEnd(source, 0) : 0;
  while (at < source.length) {
    const char = source[at] ?? "";
    const start = at;
    if (char === "/" && source[at + 1] === "/") {
      at = lineEnd(source, at);
      comments.push({ start, end: at, text: source.slice(start + 2, at) });
      others.push([start, at]);
    } else if (char === "/" && source[at + 1] === "*") {
      const close = source.indexOf("*/", at + 2);
      at = close < 0 ? source.length : close + 2;
      comments.push({ start, end: at, text: source.slice(start + 2, close < 0 ? at : close) });
      others.push([start, at]);
    } else if (char === '"' || char === "'") {
      string.lastIndex = at;
      at += string.exec(source)?.[0].length ?? 1;
      others.push([start, at]);
      afterValue = true;
    } else if (char === "`") {
      template(start, at + 1);
    } else if (char === "}" && braces.at(-1) === 0) {
      braces.pop();
      template(at + 1, at + 1);
    } else if (char === "/" && !afterValue) {
      expression.lastIndex = at;
      at += expression.exec(source)?.[0].length ?? 1;
      if (at > start + 1) others.push([start, at]);
      afterValue = at > start + 1;
    } else if (/[\p{ID_Start}$_\d#]/u.test(char)) {
      word.lastIndex = at;
      const found = word.exec(source)?.[0] ?? char;
      at += found.length;
      afterValue = !beforeValue.has(found);
    } else {
      at += 1;
      if (char === "{" && braces.length > 0) braces[braces.length - 1] = (braces.at(-1) ?? 0) + 1;
      if (char === "}" && braces.length > 0) braces[braces.length - 1] = (braces.at(-1) ?? 0) - 1;
      if (!/\s/.test(char)) afterValue = /[)\]}]/.test(char);
    }
  }
  return {
    comments,
    isCode: (offset) => !others.some(([start, end]) => start < offset && offset < end),
  };

  /** @param from where its text begins, behind the backtick or the brace. */
  function template(start: number, from: number): void {
    templateText.lastIndex = from;
    const text = templateText.exec(source)?.[0] ?? "";
    at = from + text.length;
    others.push([start, at]);
    afterValue = true;
    if (!text.endsWith("${")) return;
    braces.push(0);
    afterValue = false;
  }
}

function lineEnd(source: string, from: number): number {
  newline.lastIndex = from;
  return newline.exec(source)?.index ?? source.length;
}

const newline = /[\n\r]/g;

const string = /(["'])(?:[^\\\n\r]|\\[^])*?(?:\1|(?=[\n\r])|$)/y;
const templateText = /(?:[^\\`$]|\\[^]|\$(?!\{))*(?:`|\$\{|$)/y;
const expression = /\/(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\\\]\n\r]|\\[^\n\r])*\])+\/[a-z]*/y;
const word = /[\p{ID_Continue}$#]+/uy;
const beforeValue: ReadonlySet<string> = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "do",
  "else",
  "void",
  "delete",
  "instanceof",
  "new",
  "throw",
  "await",
  "yield",
]);
