/**
 * Functions of the project that something outside of it is told to call again and again: listeners, subscribers, servers. Whatever is
 * listened to is known by what names stand for: a class or a function of the platform or of a package.
 */
import { unwrap } from "../find.ts";
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { type EmitterElsewhere, emitterOf } from "./emitters.ts";
import type { FileNames } from "./file-names.ts";
import { functionPath, type FunctionPath } from "./function-path.ts";
import { functionAround, keptCode, localResult, onlySends, settlesPromise } from "./kept-code.ts";

export interface Subscription {
  /** `bus.on`. */
  readonly text: string;
  /** What is called, or assigned to. */
  readonly range: Range;
  /** What is listened to, where another file of the project says what that is; null where this one does. */
  readonly elsewhere: EmitterElsewhere | null;
  readonly within: FunctionPath;
}

export function subscriptions({ source, names }: BodySource): readonly Subscription[] {
  const found: Subscription[] = [];
  const visit = (node: ts.Node): void => {
    const made = ts.isCallExpression(node) ? byCall(node, names) : ts.isBinaryExpression(node) ? byAssignment(node, names) : undefined;
    if (made !== undefined) {
      const { place, elsewhere } = made;
      found.push({ text: textOf(place), range: rangeOf(place), elsewhere, within: functionPath(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

interface Made {
  readonly place: ts.Expression;
  readonly elsewhere: EmitterElsewhere | null;
}

function byCall(call: ts.CallExpression, names: FileNames): Made | undefined {
  const { expression: callee } = call;
  const listener = listenerOf(call, names);
  if (listener === undefined || !isKept(listener, names) || isTakenBack(call, listener, names)) return undefined;
  if (isMaker(callee, names)) return { place: callee, elsewhere: null };
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const emitter = emitterOf(callee.expression, names);
  return emitter === null ? undefined : { place: callee, elsewhere: emitter === "known" ? null : emitter };
}

/** `socket.onmessage = …` */
function byAssignment({ left, right, operatorToken }: ts.BinaryExpression, names: FileNames): Made | undefined {
  if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left)) return undefined;
  if (!/^on[a-z]+$/.test(left.name.text) || !isKept(right, names)) return undefined;
  const emitter = emitterOf(left.expression, names);
  return emitter === null ? undefined : { place: left, elsewhere: emitter === "known" ? null : emitter };
}

/** What is called whenever something happens, as far as the name of the method says which argument that is. */
function listenerOf(call: ts.CallExpression, names: FileNames): ts.Expression | undefined {
  const { expression: callee, arguments: args } = call;
  if (isMaker(callee, names)) return args.findLast((each) => keptCode(each, names) !== null);
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  switch (callee.name.text) {
    case "addEventListener":
      return isLimited(args[2]) ? undefined : args[1];
    case "on":
    case "addListener":
    case "prependListener":
      return args[1];
    case "subscribe":
      return args
        .flatMap((each) => (ts.isObjectLiteralExpression(each) ? observers(each) : [each]))
        .find((each) => keptCode(each, names) !== null);
    default:
      return undefined;
  }
}

/** The functions of `{ next: … }`. */
function observers(object: ts.ObjectLiteralExpression): readonly ts.Expression[] {
  return object.properties.flatMap((property) => (ts.isPropertyAssignment(property) ? [property.initializer] : []));
}

/** `{ once: true }`, `{ signal }`: it ends by itself, or by somebody. */
function isLimited(options: ts.Expression | undefined): boolean {
  return (
    options !== undefined &&
    ts.isObjectLiteralExpression(options) &&
    options.properties.some(({ name }) => name !== undefined && ts.isIdentifier(name) && /^(once|signal)$/.test(name.text))
  );
}

/** Functions of the platform that take a listener themselves. */
function isMaker(callee: ts.Expression, names: FileNames): boolean {
  const meaning = names.originOf(callee);
  if (meaning?.kind !== "import") return false;
  const from = meaning.from.replace(/^node:/, "");
  if (from === "fs") return /^watch(File)?$/.test(meaning.name);
  return /^(http|https|http2|net|tls)$/.test(from) && /^create(Secure)?Server$/.test(meaning.name);
}

function isKept(listener: ts.Expression, names: FileNames): boolean {
  return keptCode(listener, names) !== null && !onlySends(listener) && !settlesPromise(listener, names);
}

/** Whether the function that subscribes also takes that back. */
function isTakenBack(call: ts.CallExpression, listener: ts.Expression, names: FileNames): boolean {
  const around = functionAround(call);
  if (ts.isSourceFile(around)) return false;
  const variable = localResult(call);
  const bare = unwrap(listener);
  const meant = ts.isIdentifier(bare) ? names.meaningOf(bare) : undefined;
  let found = false;
  const isSame = (expression: ts.Expression | undefined, declaration: ts.Node | undefined): boolean => {
    const meaning = expression === undefined ? undefined : names.meaningOf(expression);
    return declaration !== undefined && meaning?.kind === "local" && meaning.declaration === declaration;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { expression: callee } = node;
      if (isSame(callee, variable)) found = true;
      if (ts.isPropertyAccessExpression(callee)) {
        const { text } = callee.name;
        if (/^(unsubscribe|close|dispose)$/.test(text) && isSame(callee.expression, variable)) found = true;
        if (
          /^(off|removeListener|removeEventListener)$/.test(text) &&
          meant?.kind === "local" &&
          isSame(node.arguments[1], meant.declaration)
        )
          found = true;
      }
    }
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(around, visit);
  return found;
}

function textOf(place: ts.Expression): string {
  const text = place.getText().replaceAll(/\s+/g, " ");
  return text.length > 40 && ts.isPropertyAccessExpression(place) ? `….${place.name.text}` : text;
}
