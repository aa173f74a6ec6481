/**
 * What code does, as text: two codes have the same if they differ only in layout, comments, types, and the names of parameters. Not every
 * code that does the same has the same text.
 */
import type { ExpressionTree, FunctionTree, PropertyTree } from "./tree.ts";

/** @param source what the tree was read from. */
export function codeText(tree: ExpressionTree, source: string): string {
  switch (tree.kind) {
    case "wrapped":
      return codeText(tree.inner, source);
    case "object":
      return `{${tree.properties.map((property) => propertyText(property, source)).join()}}`;
    case "function":
      return functionText(tree, source);
    case "call":
      // Why something is so is said to people.
      if (tree.callee.kind === "name" && /^(?:irreversible|drop)$/.test(tree.callee.text)) return `${tree.callee.text}()`;
      return `${codeText(tree.callee, source)}(${tree.args.map((arg) => codeText(arg, source)).join()})`;
    case "property":
      return `${codeText(tree.object, source)}.${tree.name}`;
    case "string":
      return JSON.stringify(tree.text);
    default:
      return tokensText(source.slice(tree.start, tree.end), []);
  }
}

function propertyText(property: PropertyTree, source: string): string {
  if (property.kind === "spread") return `...${codeText(property.value, source)}`;
  if (property.kind === "other") return tokensText(source.slice(property.start, property.end), []);
  return `${property.name ?? ""}:${codeText(property.value, source)}`;
}

function functionText({ signature, body, returns }: FunctionTree, source: string): string {
  const names = signature.parameters.map(({ name }) => name ?? "");
  const optional = signature.parameters.map(
    ({ name, rest, initialized }) => `${rest ? "..." : ""}${name === undefined ? "?" : ""}${initialized ? "=" : ""}`,
  );
  const text = tokensText(source.slice(body.start, body.end), names);
  // A body that gives back one value at once is that value.
  const whole = returns === undefined ? text.replace(/^\{ return (.*) \}$/, "$1") : text;
  return `(${optional.join()})=>${unwrapped(whole)}`;
}

/** Parentheses around all of it, as an object literal behind an arrow has. */
function unwrapped(text: string): string {
  if (!text.startsWith("( ") || !text.endsWith(" )")) return text;
  let depth = 0;
  const parts = text.split(" ");
  for (const [index, part] of parts.entries()) {
    if (part === "(") depth += 1;
    else if (part === ")") depth -= 1;
    if (depth === 0 && index < parts.length - 1) return text;
  }
  return unwrapped(parts.slice(1, -1).join(" "));
}

const token =
  /(?<gap>\s+|\/\/[^\n]*|\/\*[^]*?\*\/)|(?<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|`(?:[^`\\]|\\.)*`|(?<name>#?[\p{ID_Start}$_][\p{ID_Continue}$]*)|[\d.]*\d\w*|=>|\.\.\.|\?\.|[=!]==?|[<>]=|&&|\|\||\?\?|\*\*|[^\s]/gu;

/** @param parameters names that go by their number. */
function tokensText(text: string, parameters: readonly string[]): string {
  const tokens: { text: string; readonly name: boolean }[] = [];
  for (const { 0: found, groups } of text.matchAll(token)) {
    if (groups?.["gap"] !== undefined) continue;
    const quoted = groups?.["quoted"];
    tokens.push({
      text:
        quoted === undefined
          ? found
          : `"${quoted.slice(1, -1).replaceAll(" ", "\\x20").replaceAll('"', '\\"')}"`.replaceAll('\\\\"', '\\"'),
      name: groups?.["name"] !== undefined,
    });
  }
  const result: string[] = [];
  for (const [index, { text: own, name }] of tokens.entries()) {
    const [before, after] = [tokens[index - 1]?.text ?? "", tokens[index + 1]?.text ?? ""];
    if (own === ";" || (own === "," && /^[)\]}]$/.test(after))) continue;
    const number = name && before !== "." && before !== "?." ? parameters.indexOf(own) : -1;
    const isKey = after === ":" && /^[{,]$/.test(before);
    if (number >= 0 && !isKey) result.push(`$${number}`);
    else if (name && isTypeName(own, before, after, tokens[index + 2]?.text ?? "")) result.push("T");
    else result.push(own);
  }
  return result
    .join(" ")
    .replaceAll(/ (?:as|satisfies) (?:const|T(?: < [\w ,<>|]* >)?(?: \[ \])*)(?= |$)/g, "")
    .replaceAll(/\b(const|let) (\w+) : [\w ,<>|[\]{}:]*? =/g, "$1 $2 =");
}

/** What begins with a capital is a type's name, unless it is used as a value. */
function isTypeName(text: string, before: string, after: string, next: string): boolean {
  if (!/^\p{Lu}/u.test(text) || /^[\p{Lu}\d_]+$/u.test(text) || text === "Infinity" || text === "NaN") return false;
  if (/^(?:new|instanceof|\.|\?\.)$/.test(before) || /^(?:\(|\.|\?\.|:)$/.test(after)) return false;
  return after !== "[" || next === "]";
}
