/**
 * Functions and instances that handlers put into the state, where they are written: types may hide them, by `unknown`, `object` or an index
 * signature of such. What `init` and steps return, what `next` and its like are given, and what is written into the state that is there.
 */
import { unwrap } from "../find.ts";
import type { FunctionNode } from "../file-functions.ts";
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { ts } from "../typescript.ts";
import { classMeant } from "./class-checks.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames } from "./file-names.ts";
import { handlersOf } from "./handlers.ts";
import { keptCode } from "./kept-code.ts";
import { constantOf } from "./reached-functions.ts";
import { forEachOwn } from "./running.ts";

export interface StateValue {
  /** From the state: names of fields, `[]` for an element of a list, `<>` for a value of a map or a set. */
  readonly path: readonly string[];
  readonly what: "function" | "instance";
  readonly range: Range;
}

export function stateValues(body: BodySource): readonly StateValue[] {
  const { names } = body;
  const found: StateValue[] = [];
  for (const { path, function: fn } of handlersOf(body)) {
    const [section] = path;
    if (path.includes("messages")) continue;
    const gives = section === "init" || (section === "codeChange" && /^(up|down)$/.test(path.at(-1) ?? ""));
    if (gives) for (const value of givenBack(fn)) collect(value, []);
    if (section === "calls" || section === "casts" || section === "infos") lookInto(fn);
  }
  return found;

  function lookInto(fn: FunctionNode): void {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const result = contextName(node.expression, fn, names);
        const at = result === undefined ? undefined : stateAt.get(result);
        const state = at === undefined ? undefined : node.arguments[at];
        if (state !== undefined) collect(state, []);
        writtenBy(node, fn);
      } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
        const place = statePath(node.left, fn, names);
        if (place !== undefined && place.length > 0) collect(node.right, place);
      }
      ts.forEachChild(node, visit);
    };
    if (fn.body !== undefined) visit(fn.body);
  }

  /** `state.listeners.set(id, …)`, `state.queue.push(…)` */
  function writtenBy(call: ts.CallExpression, fn: FunctionNode): void {
    const { expression: callee, arguments: args } = call;
    if (!ts.isPropertyAccessExpression(callee)) return;
    const place = statePath(callee.expression, fn, names);
    if (place === undefined) return;
    const { text } = callee.name;
    if (text === "push" || text === "unshift") for (const each of args) collect(each, [...place, "[]"]);
    else if (text === "add" && args[0] !== undefined) collect(args[0], [...place, "<>"]);
    else if (text === "set" && args[1] !== undefined) collect(args[1], [...place, "<>"]);
  }

  function collect(expression: ts.Expression, path: readonly string[], depth = 0): void {
    const value = unwrap(expression);
    if (depth > 10) return;
    const inner = (each: ts.Expression, ...more: readonly string[]) => collect(each, [...path, ...more], depth + 1);
    if (ts.isAwaitExpression(value)) inner(value.expression);
    else if (ts.isConditionalExpression(value)) {
      inner(value.whenTrue);
      inner(value.whenFalse);
    } else if (ts.isObjectLiteralExpression(value)) {
      for (const property of value.properties) {
        const name = property.name === undefined ? undefined : nameOf(property.name);
        if (name === undefined) {
          if (ts.isSpreadAssignment(property)) inner(property.expression);
        } else if (ts.isMethodDeclaration(property)) {
          found.push({ path: [...path, name], what: "function", range: rangeOf(property.name) });
        } else if (ts.isPropertyAssignment(property)) inner(property.initializer, name);
        else if (ts.isShorthandPropertyAssignment(property)) inner(property.name, name);
      }
    } else if (ts.isArrayLiteralExpression(value)) {
      for (const each of value.elements) {
        if (ts.isSpreadElement(each)) inner(each.expression);
        else inner(each, "[]");
      }
    } else if (ts.isNewExpression(value)) {
      collectMade(value, path, depth);
    } else if (keptCode(value, names) !== null) {
      found.push({ path, what: "function", range: rangeOf(value) });
    } else if (ts.isIdentifier(value)) {
      const meaning = names.meaningOf(value);
      const held = meaning?.kind === "local" ? constantOf(meaning.declaration) : undefined;
      if (held !== undefined) inner(held);
    }
  }

  function collectMade(made: ts.NewExpression, path: readonly string[], depth: number): void {
    const meaning = names.meaningOf(made.expression);
    if (meaning?.kind === "global" && /^(Map|Set)$/.test(meaning.name)) {
      const [content] = made.arguments ?? [];
      const list = content === undefined ? undefined : unwrap(content);
      if (list === undefined || !ts.isArrayLiteralExpression(list)) return;
      for (const each of list.elements) {
        const pair = unwrap(each);
        const value = meaning.name === "Set" ? each : ts.isArrayLiteralExpression(pair) ? pair.elements[1] : undefined;
        if (value !== undefined) collect(value, [...path, "<>"], depth + 1);
      }
    } else if (classMeant(made.expression, names) !== undefined) {
      found.push({ path, what: "instance", range: rangeOf(made) });
    }
  }
}

/** Which argument is the state. */
export const stateAt: ReadonlyMap<string, number> = new Map([
  ["next", 0],
  ["noReply", 0],
  ["reply", 1],
  ["stop", 1],
]);

export function givenBack(fn: FunctionNode): readonly ts.Expression[] {
  if (fn.body === undefined) return [];
  if (!ts.isBlock(fn.body)) return [fn.body];
  const found: ts.Expression[] = [];
  forEachOwn(fn.body, (node) => {
    if (ts.isReturnStatement(node) && node.expression !== undefined) found.push(node.expression);
  });
  return found;
}

/** What of a handler's context an expression is: `next`, or `context.next`. */
export function contextName(expression: ts.Expression, fn: FunctionNode, names: FileNames): string | undefined {
  const value = unwrap(expression);
  const [context] = fn.parameters;
  if (context === undefined) return undefined;
  const isContext = (each: ts.Expression): boolean => {
    const meaning = names.meaningOf(each);
    return meaning?.kind === "local" && meaning.declaration === context;
  };
  if (ts.isPropertyAccessExpression(value))
    return ts.isIdentifier(context.name) && isContext(value.expression) ? value.name.text : undefined;
  if (!ts.isIdentifier(value) || !ts.isObjectBindingPattern(context.name) || !isContext(value)) return undefined;
  const element = context.name.elements.find(({ name }) => ts.isIdentifier(name) && name.text === value.text);
  const key = element?.propertyName ?? element?.name;
  return key !== undefined && ts.isIdentifier(key) ? key.text : undefined;
}

/** The path of `state.a[0].b`; undefined for what is no part of the state. */
export function statePath(expression: ts.Expression, fn: FunctionNode, names: FileNames): readonly string[] | undefined {
  const value = unwrap(expression);
  if (contextName(value, fn, names) === "state") return [];
  if (!ts.isPropertyAccessExpression(value) && !ts.isElementAccessExpression(value)) return undefined;
  const before = statePath(value.expression, fn, names);
  if (before === undefined) return undefined;
  if (ts.isPropertyAccessExpression(value)) return [...before, value.name.text];
  const { argumentExpression: key } = value;
  return [...before, ts.isStringLiteralLike(key) ? key.text : "[]"];
}

function nameOf(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name)
    ? name.text
    : ts.isComputedPropertyName(name)
      ? "[]"
      : undefined;
}
