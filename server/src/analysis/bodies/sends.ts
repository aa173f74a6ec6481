/** Messages that are sent: which name, and what the expression stands for that they are sent to is for the type checker to say. */
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { unwrap } from "../find.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { functionPath, type FunctionPath } from "./function-path.ts";

export interface Send {
  readonly via: "call" | "cast" | "sendAfter";
  /** Of the message. */
  readonly name: string;
  /** Where the name stands. */
  readonly range: Range;
  /** The pid, or the `self`, whose method is called; null where `sendAfter` was taken out of it. */
  readonly target: Range | null;
  /** Whether nobody looks at the answer. */
  readonly ignored: boolean;
  readonly within: FunctionPath;
}

export function sends({ source }: BodySource): readonly Send[] {
  const found: Send[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const send = sendOf(node);
      if (send !== undefined) found.push(send);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function sendOf(call: ts.CallExpression): Send | undefined {
  const parts = partsOfSend(call);
  if (parts === undefined || !ts.isStringLiteralLike(parts.name)) return undefined;
  const { via, name, target } = parts;
  return {
    via,
    name: name.text,
    range: rangeOf(name),
    target: target === null ? null : rangeOf(target),
    ignored: isIgnored(call),
    within: functionPath(call),
  };
}

/** What a call that sends, by how it looks, is made of; the name may be any expression. */
export function partsOfSend(
  call: ts.CallExpression,
): { readonly via: Send["via"]; readonly name: ts.Expression; readonly target: ts.Expression | null } | undefined {
  const { expression } = call;
  const via = ts.isPropertyAccessExpression(expression) ? expression.name.text : ts.isIdentifier(expression) ? expression.text : "";
  if (via !== "call" && via !== "cast" && via !== "sendAfter") return undefined;
  if (ts.isIdentifier(expression) && via !== "sendAfter") return undefined;
  const name = call.arguments[via === "sendAfter" ? 1 : 0];
  if (name === undefined) return undefined;
  return { via, name, target: ts.isPropertyAccessExpression(expression) ? pidOf(expression.expression) : null };
}

/** `pid.withTimeout(100)` is the same process. */
function pidOf(target: ts.Expression): ts.Expression {
  const bare = unwrap(target);
  if (!ts.isCallExpression(bare) || !ts.isPropertyAccessExpression(bare.expression) || bare.expression.name.text !== "withTimeout")
    return bare;
  return pidOf(bare.expression.expression);
}

function isIgnored(call: ts.CallExpression): boolean {
  let at: ts.Node = call.parent;
  while (ts.isAwaitExpression(at) || ts.isVoidExpression(at) || ts.isParenthesizedExpression(at)) at = at.parent;
  return ts.isExpressionStatement(at);
}
