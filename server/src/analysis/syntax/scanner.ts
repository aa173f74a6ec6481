/** The tokens of a TypeScript source, one at a time, as its parser asks for them. What is unusual it leaves to the compiler. */

/** Thrown, without a stack, where only the compiler can read on. */
export const notPlain = Symbol("not plain");

export function leave(): never {
  throw notPlain;
}

export type TokenKind = "name" | "private" | "string" | "number" | "bigint" | "template" | "punctuation" | "end";

export class Scanner {
  readonly source: string;
  kind: TokenKind = "end";
  /** A template's text goes up to its first `${`, whose expression is the parser's. */
  text = "";
  start = 0;
  end = 0;
  /** Where the token before ends. */
  before = 0;
  /** Whether a line ends between that and this. */
  newline = false;
  #budget: number;

  constructor(source: string) {
    this.source = source;
    // Looking ahead reads some tokens several times, but never all of them many times.
    this.#budget = source.length * 4 + 100;
    if (unusual.test(source)) leave();
    if (source.startsWith("#!")) this.end = lineEnd(source, 0);
    this.next();
  }

  next(): void {
    const { source } = this;
    this.#budget -= 1;
    if (this.#budget < 0) leave();
    this.before = this.end;
    this.newline = false;
    let at = this.end;
    for (;;) {
      const code = source.charCodeAt(at);
      if (code === 32 || code === 9) at += 1;
      else if (code === 10 || code === 13) {
        this.newline = true;
        at += 1;
      } else if (code === 47 && source.charCodeAt(at + 1) === 47) at = lineEnd(source, at);
      else if (code === 47 && source.charCodeAt(at + 1) === 42) {
        const close = source.indexOf("*/", at + 2);
        if (close < 0) leave();
        const line = source.indexOf("\n", at);
        if (line >= 0 && line < close) this.newline = true;
        at = close + 2;
      } else break;
    }
    this.start = at;
    if (at >= source.length) {
      this.kind = "end";
      this.text = "";
      this.end = at;
      return;
    }
    const code = source.charCodeAt(at);
    const type = code < 128 ? (types[code] ?? 0) : 0;
    if (type === nameStart) {
      this.kind = "name";
      this.end = nameEnd(source, at);
      this.text = source.slice(at, this.end);
    } else if (type === digit || (code === 46 && types[source.charCodeAt(at + 1)] === digit)) this.#number(at);
    else if (code === 34 || code === 39) {
      this.kind = "string";
      this.end = this.#quoted(at + 1, code);
      this.text = source.slice(at, this.end);
    } else if (code === 96) this.template(at);
    else if (code === 35) {
      if (types[source.charCodeAt(at + 1)] !== nameStart) leave();
      this.kind = "private";
      this.end = nameEnd(source, at + 1);
      this.text = source.slice(at, this.end);
    } else {
      this.kind = "punctuation";
      punctuation.lastIndex = at;
      if (!punctuation.test(source)) leave();
      this.end = punctuation.lastIndex;
      this.text = source.slice(at, this.end);
    }
  }

  /** Goes back to a token that began after what ended there. */
  back(before: number): void {
    this.end = before;
    this.next();
  }

  /** More of what begins with `>`: only in expressions are several of them one token. */
  greater(): void {
    greater.lastIndex = this.start;
    if (!greater.test(this.source)) leave();
    this.end = greater.lastIndex;
    this.text = this.source.slice(this.start, this.end);
  }

  /** A regular expression where the parser waits for a value; the compiler is as lenient about what is in it. */
  expression(): void {
    expression.lastIndex = this.start;
    if (!expression.test(this.source)) leave();
    this.end = expression.lastIndex;
    if (types[this.source.charCodeAt(this.end)] !== undefined && (types[this.source.charCodeAt(this.end)] ?? 0) > 0) leave();
  }

  /** Text of a template, from its backtick or from the brace that ends an expression. */
  template(from: number): void {
    const { source } = this;
    let at = from + 1;
    for (;;) {
      const code = source.charCodeAt(at);
      if (Number.isNaN(code)) leave();
      if (code === 96) {
        at += 1;
        break;
      }
      if (code === 36 && source.charCodeAt(at + 1) === 123) {
        at += 2;
        break;
      }
      at = code === 92 ? escapeEnd(source, at) : at + 1;
    }
    this.kind = "template";
    this.end = at;
    this.text = source.slice(from, at);
  }

  #quoted(from: number, quote: number): number {
    const { source } = this;
    let at = from;
    for (;;) {
      const code = source.charCodeAt(at);
      if (code === quote) return at + 1;
      if (Number.isNaN(code) || code === 10 || code === 13) leave();
      at = code === 92 ? escapeEnd(source, at) : at + 1;
    }
  }

  #number(at: number): void {
    const { source } = this;
    number.lastIndex = at;
    if (!number.test(source)) leave();
    this.end = number.lastIndex;
    const after = source.charCodeAt(this.end);
    if (after >= 128 || (types[after] ?? 0) > 0) leave();
    this.text = source.slice(at, this.end);
    this.kind = this.text.endsWith("n") ? "bigint" : "number";
    if (this.kind === "bigint" && !/^\d+n$/.test(this.text)) leave();
  }
}

/** What a string or a template without expressions stands for. */
export function stringValue(token: string): string {
  const inner = token.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  return inner.replace(/\\(.)/gs, (_, escaped: string) => escapes.get(escaped) ?? leave());
}

/** A number as the compiler writes it. */
export function numberText(token: string): string {
  return String(Number(token.replaceAll("_", "")));
}

/** Lines that end in unusual ways, spaces of other kinds, names beyond ASCII cannot be told from here; directives may be wrong. */
const unusual = /[\u2028\u2029\uFEFF]|\r(?!\n)|^[ \t]*\/\/\/[ \t]*</m;
const number =
  /(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)n?/y;
const punctuation =
  /\.\.\.|\?\?=?|\?\.(?![0-9])|=>|={1,3}|!={0,2}|\+\+|\+=?|--|-=?|\*\*=?|\*=?|&&=?|&=?|\|\|=?|\|=?|\^=?|%=?|<<=?|<=?|\/=?|[{}()[\];,>~:@.?]/y;
const greater = />{1,3}=?/y;
const expression = /\/(?![*/])(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\\\]\n\r]|\\[^\n\r])*\])+\/[dgimsuvy]*/y;
const nameStart = 1;
const digit = 2;
const types = new Uint8Array(128);
for (const each of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$") types[each.charCodeAt(0)] = nameStart;
for (const each of "0123456789") types[each.charCodeAt(0)] = digit;

const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["`", "`"],
  ["/", "/"],
  ["$", "$"],
]);

function nameEnd(source: string, from: number): number {
  let at = from;
  for (;;) {
    const code = source.charCodeAt(at);
    // A name may go on with letters of any script, or with an escape.
    if (code >= 128 || code === 92) leave();
    if (!((types[code] ?? 0) > 0)) return at;
    at += 1;
  }
}

function escapeEnd(source: string, at: number): number {
  const code = source.charCodeAt(at + 1);
  if (code === 120) return hexEnd(source, at + 2, /[0-9a-fA-F]{2}/y);
  if (code === 117) return hexEnd(source, at + 2, /[0-9a-fA-F]{4}|\{0{0,4}[0-9a-fA-F]{1,5}\}/y);
  // Octal ones are errors in most places, and what lies beyond ASCII may be half of something.
  if (!(code < 128) || types[code] === digit) leave();
  return code === 13 ? at + 3 : at + 2;
}

function hexEnd(source: string, at: number, digits: RegExp): number {
  digits.lastIndex = at;
  if (!digits.test(source)) leave();
  return digits.lastIndex;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}
