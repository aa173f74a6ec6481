/**
 * What runs as a part of an actor's handlers: the handlers themselves, and the functions of the same file that they call, as far as names
 * say which. What is handed over to others to be called is nobody's that is known here.
 */
import type { FunctionNode } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { functionOf, handlersOf } from "./handlers.ts";

export interface Running {
  readonly function: FunctionNode;
  /** Where the handler stands in the definition that it runs for. */
  readonly handler: readonly string[];
  /** The name of the function, empty where it has none; null where it is the handler itself. */
  readonly through: string | null;
  /** Whether the handler ends no earlier than it does. Else the handler does not look after it any more. */
  readonly waitedFor: boolean;
  /** Whether the handler waits for the promise that it gives. */
  readonly resultWaitedFor: boolean;
  /** Whether somebody catches what it throws. */
  readonly caught: boolean;
}

export function runningIn(body: BodySource): readonly Running[] {
  const found: Running[] = [];
  const seen = new Set<FunctionNode>();
  for (const { path, function: fn } of handlersOf(body)) {
    if (seen.has(fn)) continue;
    seen.add(fn);
    found.push({ function: fn, handler: path, through: null, waitedFor: true, resultWaitedFor: true, caught: false });
  }
  // What handlers wait for comes first: a function that is also called without waiting is worse where it is waited for.
  for (const waitedFor of [true, false]) {
    for (const running of found) {
      forEachOwn(running.function, (node) => {
        if (!ts.isCallExpression(node)) return;
        const called = functionOf(node.expression, body.names);
        if (called === undefined || seen.has(called) || called.asteriskToken !== undefined) return;
        const use = useOf(node, running.resultWaitedFor, body);
        const isAsync = ts.getModifiers(called)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
        if (isAsync && use === "kept") return;
        const waits = running.waitedFor && (!isAsync || use === "waited");
        if (waits !== waitedFor) return;
        seen.add(called);
        found.push({
          function: called,
          handler: running.handler,
          through: ts.isIdentifier(unwrap(node.expression)) ? unwrap(node.expression).getText() : "",
          waitedFor: waits,
          resultWaitedFor: running.waitedFor && use === "waited",
          caught: running.caught || isCaught(node),
        });
      });
    }
  }
  return found;
}

/** Calls `visit` for what a function runs itself: not for what is in functions within it. */
export function forEachOwn(node: ts.Node, visit: (node: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    visit(child);
    if (!ts.isFunctionLike(child) && !ts.isClassLike(child)) forEachOwn(child, visit);
  });
}

/** Whether an exception of a node is caught in the function that it stands in. */
export function isCaught(node: ts.Node, within?: ts.Node): boolean {
  for (let at = node; at.parent !== undefined && at !== within && !ts.isFunctionLike(at); at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause !== undefined) return true;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === at && /^(catch|then)$/.test(parent.name.text)) {
      const call = parent.parent;
      if (ts.isCallExpression(call) && call.expression === parent && call.arguments.length > (parent.name.text === "then" ? 1 : 0))
        return true;
    }
  }
  return false;
}

/** What becomes of the promise that a call gives: whoever calls waits for it, nobody has it, or it goes somewhere. */
function useOf(call: ts.Expression, returnsAreWaitedFor: boolean, body: BodySource): "waited" | "dropped" | "kept" {
  for (let at: ts.Node = call; ;) {
    const { parent } = at;
    if (ts.isAwaitExpression(parent)) return "waited";
    if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === at)) return returnsAreWaitedFor ? "waited" : "kept";
    if (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent)) return "dropped";
    if (ts.isExpression(parent) && unwrap(parent) === unwrap(at as ts.Expression)) at = parent;
    else if (ts.isConditionalExpression(parent) && parent.condition !== at) at = parent;
    else if (ts.isBinaryExpression(parent) && parent.right === at && /^(&&|\|\||\?\?)$/.test(parent.operatorToken.getText())) at = parent;
    else if (ts.isPropertyAccessExpression(parent) && /^(then|catch|finally)$/.test(parent.name.text) && isCalled(parent))
      at = parent.parent;
    else if (ts.isArrayLiteralExpression(parent) && ts.isCallExpression(parent.parent) && waitsForAll(parent.parent, body))
      at = parent.parent;
    else return "kept";
  }
}

function isCalled(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

/** `Promise.all(…)` and `Promise.allSettled(…)`. */
export function waitsForAll(call: ts.CallExpression, { names }: BodySource): boolean {
  const { expression: callee } = call;
  if (!ts.isPropertyAccessExpression(callee) || !/^all(Settled)?$/.test(callee.name.text)) return false;
  const meaning = names.meaningOf(callee.expression);
  return meaning?.kind === "global" && meaning.name === "Promise";
}
