/** Generated code as text: pieces are written at indentation 0 and moved to where they stand. */

export interface Layout {
  /** One level of indentation. */
  readonly unit: string;
  readonly newline: string;
  readonly quote: '"' | "'";
  /** Whether statements end with semicolons. */
  readonly semicolons: boolean;
}

/** How a file is written: the first indented line decides, and the first quoted module name. */
export function layoutOf(text: string): Layout {
  const indent = /^([ \t]+)\S/m.exec(text.replaceAll(/^[ \t]+\*.*$/gm, ""))?.[1] ?? "  ";
  return {
    unit: indent.startsWith("\t") ? "\t" : " ".repeat(indent.length >= 4 && indent.length % 4 === 0 ? 4 : 2),
    newline: text.includes("\r\n") ? "\r\n" : "\n",
    quote: /\bfrom\s*(["'])/.exec(text)?.[1] === "'" ? "'" : '"',
    semicolons: !/^(import|export) [^\n]*["'][ \t]*\r?$/m.test(text),
  };
}

/** Generated code, which has double quotes and bare newlines, as the file writes them. */
export function inLayout(code: string, { newline, quote, semicolons }: Layout): string {
  const written = code.replaceAll(token, (text) => {
    if (text === ";") return semicolons ? text : "";
    return quote === "'" && text.startsWith('"') ? singleQuoted(text) : text;
  });
  // What was copied out of the file has them already.
  return written.replaceAll(/\r?\n/g, newline);
}

/** What may hold a quote or a semicolon, which are comments and strings of each kind, and a semicolon that ends a line. */
const token = /;(?=\n|$)|\/\/[^\n]*|\/\*[^]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** One that holds single quotes keeps its double ones, as formatters do. */
function singleQuoted(text: string): string {
  return text.includes("'") ? text : `'${text.slice(1, -1).replaceAll('\\"', '"')}'`;
}

/** The widest line that is not broken up. */
const width = 100;

/** `open`, the parts with commas between them, `close`: on one line where that is short and nothing in it takes more than one. */
export function list(
  open: string,
  parts: readonly string[],
  close: string,
  { broken = parts.some((part) => part.startsWith("//")), layout }: { broken?: boolean; layout: Layout },
): string {
  const inner = open.endsWith("[") ? "" : " ";
  const line = `${open}${inner}${parts.join(", ")}${inner}${close}`;
  if (parts.length === 0) return open + close;
  if (!broken && line.length <= width - 20 && !line.includes("\n") && !line.includes("//")) return line;
  return `${open}\n${parts.map((part) => `${indent(part, layout.unit)},`).join("\n")}\n${close}`;
}

/** What stands behind the arrow of a function that gives back what was made, with the functions that it calls. */
export function arrowBody({ expression, functions }: { expression: string; functions: readonly string[] }, layout: Layout): string {
  if (functions.length === 0) return body(expression);
  return `{\n${indent([...functions, statement(expression)].join("\n"), layout.unit)}\n}`;
}

/** An object literal as the body of an arrow function needs parentheses. */
export function body(expression: string): string {
  return expression.startsWith("{") ? `(${expression})` : expression.startsWith("//") ? `\n${expression}` : expression;
}

/** Gives back a value; what is to be said of it stands before it. */
export function statement(expression: string): string {
  const [before = ""] = /^\/\/ [^\n]*\n/.exec(expression) ?? [];
  return `${before}return ${expression.slice(before.length)};`;
}

/** One of two expressions; on one line where that is short. */
export function either(test: string, yes: string, no: string, { unit }: Layout): string {
  const text = `${test} ? ${yes} : ${no}`;
  if (text.length < 90 && !text.includes("\n")) return text;
  return `${test}\n${indent(`? ${yes}`, unit)}\n${indent(`: ${no}`, unit)}`;
}

/** Every line one level, or `by`, further in. */
export function indent(text: string, by: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : by + line))
    .join("\n");
}

/** A name for the parameter that stands for one value of a shape. */
export function parameterName(typeName: string | undefined, fallback: string, taken: ReadonlySet<string>): string {
  const base = typeName === undefined ? fallback : typeName.charAt(0).toLowerCase() + typeName.slice(1);
  let name = reserved.has(base) ? `${base}Value` : base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}${number}`;
  return name;
}

const reserved = new Set([
  "default",
  "function",
  "class",
  "new",
  "delete",
  "in",
  "case",
  "switch",
  "return",
  "this",
  "null",
  "void",
  "enum",
  "import",
  "export",
  "var",
  "package",
  "interface",
]);
