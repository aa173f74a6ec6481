/**
 * Where a handler, or what it waits for, waits for something that may never come: a request, an event or a reply without a time limit.
 * Only what the platform and the runtime are known to wait for without end; what functions of others do is not known.
 */
import { unwrap } from "../find.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { isEndlessIterable } from "./loops.ts";
import type { TextEdit } from "./round-edits.ts";
import { forEachOwn, runningIn, waitsForAll } from "./running.ts";

export interface Wait {
  /** A request by `fetch`; an event, by `once` or `on` of `node:events`, or by a promise that only an event settles; a call without limit. */
  readonly kind: "request" | "event" | "call";
  readonly range: Range;
  /** What waits, in one line. */
  readonly text: string;
  /** The handler that it runs for. */
  readonly handler: readonly string[];
  /** The function that it stands in, empty where it has no name; null where it is the handler itself. */
  readonly through: string | null;
  /** What ends it after five seconds; null where that takes more. */
  readonly limited: readonly TextEdit[] | null;
}

export function waits(body: BodySource): readonly Wait[] {
  const found: Wait[] = [];
  for (const { function: fn, handler, through, waitedFor, resultWaitedFor } of runningIn(body)) {
    // A step that waits is wrong whatever it waits for.
    if (!waitedFor || handler[0] === "codeChange") continue;
    const look = (expression: ts.Expression): void => {
      for (const each of waitedOn(expression, body)) {
        const wait = waitOf(each, body);
        if (wait !== null) found.push({ ...wait, range: rangeOf(each), text: firstLine(each), handler, through });
      }
    };
    forEachOwn(fn, (node) => {
      if (ts.isAwaitExpression(node)) look(node.expression);
      // What a handler itself gives back is no promise of such a thing.
      else if (ts.isReturnStatement(node) && node.expression !== undefined && through !== null && resultWaitedFor) look(node.expression);
      else if (ts.isForOfStatement(node) && node.awaitModifier !== undefined && isEvents(node.expression, body)) {
        // One without a way out is an endless loop, whatever comes.
        if (hasExit(node))
          found.push({
            kind: "event",
            range: rangeOf(node.expression),
            text: firstLine(node.expression),
            handler,
            through,
            limited: withOptions(node.expression, 2),
          });
      }
    });
    if (ts.isArrowFunction(fn) && !ts.isBlock(fn.body) && through !== null && resultWaitedFor) look(fn.body);
  }
  return found.toSorted((one, other) => one.range.start.line - other.range.start.line || one.range.start.column - other.range.start.column);
}

/** What has to come before an awaited expression has its value. */
function* waitedOn(expression: ts.Expression, body: BodySource): Iterable<ts.CallExpression | ts.NewExpression> {
  const bare = unwrap(expression);
  if (ts.isConditionalExpression(bare)) {
    yield* waitedOn(bare.whenTrue, body);
    yield* waitedOn(bare.whenFalse, body);
  } else if (ts.isNewExpression(bare)) {
    yield bare;
  } else if (ts.isCallExpression(bare)) {
    const callee = bare.expression;
    if (ts.isPropertyAccessExpression(callee) && /^(then|catch|finally)$/.test(callee.name.text)) yield* waitedOn(callee.expression, body);
    else if (!waitsForAll(bare, body)) yield bare;
    else for (const each of elementsOf(bare.arguments[0])) yield* waitedOn(each, body);
  }
}

/** The promises of `Promise.all([…])`, and of `Promise.all(list.map((each) => …))`. */
function elementsOf(argument: ts.Expression | undefined): readonly ts.Expression[] {
  const list = argument === undefined ? undefined : unwrap(argument);
  if (list === undefined) return [];
  if (ts.isArrayLiteralExpression(list)) return list.elements.filter((each) => !ts.isSpreadElement(each));
  if (!ts.isCallExpression(list) || !ts.isPropertyAccessExpression(list.expression) || list.expression.name.text !== "map") return [];
  const [each] = list.arguments;
  return each !== undefined && ts.isArrowFunction(each) && !ts.isBlock(each.body) ? [each.body] : [];
}

function waitOf(waited: ts.CallExpression | ts.NewExpression, body: BodySource): Pick<Wait, "kind" | "limited"> | null {
  if (ts.isNewExpression(waited)) return isEventPromise(waited, body) ? { kind: "event", limited: null } : null;
  const meaning = body.names.meaningOf(waited.expression);
  if (meaning?.kind === "global" && meaning.name === "fetch")
    return hasSignal(waited, 1) ? null : { kind: "request", limited: withOptions(waited, 1) };
  if (meaning?.kind === "import" && meaning.name === "once" && isEventsModule(meaning.from))
    return hasSignal(waited, 2) ? null : { kind: "event", limited: withOptions(waited, 2) };
  const endless = withoutLimit(waited.expression, body);
  return endless === null ? null : { kind: "call", limited: [{ range: endless, newText: "" }] };
}

/** Whether the argument at an index may bring a signal, which may end it. */
function hasSignal(call: ts.CallExpression, index: number): boolean {
  const [first] = call.arguments;
  // A `Request` brings its own.
  if (index === 1 && (first === undefined || /request|\breq\b/i.test(first.getText()))) return true;
  if (call.arguments.some(ts.isSpreadElement)) return true;
  const options = call.arguments[index];
  if (options === undefined) return false;
  const object = unwrap(options);
  if (!ts.isObjectLiteralExpression(object)) return true;
  return object.properties.some(
    (each) => ts.isSpreadAssignment(each) || each.name === undefined || /^(signal$|\[)/.test(each.name.getText()),
  );
}

/** Adds a signal to the options at an index. */
function withOptions(expression: ts.Expression, index: number): readonly TextEdit[] | null {
  const call = unwrap(expression);
  if (!ts.isCallExpression(call) || call.arguments.length < index) return null;
  const source = call.getSourceFile();
  const at = (place: number, newText: string): readonly TextEdit[] => [{ range: rangeIn(source, place, place), newText }];
  const signal = "signal: AbortSignal.timeout(5000)";
  const options = call.arguments[index];
  if (options === undefined) return at(call.arguments[index - 1]?.end ?? call.end - 1, `, { ${signal} }`);
  const object = unwrap(options);
  if (!ts.isObjectLiteralExpression(object)) return null;
  const last = object.properties.at(-1);
  if (last !== undefined) return at(last.end, `, ${signal}`);
  return [{ range: rangeOf(object), newText: `{ ${signal} }` }];
}

/** The place of `.withTimeout(Infinity)` in `pid.withTimeout(Infinity).call`. */
function withoutLimit(callee: ts.Expression, { names }: BodySource): Range | null {
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "call") return null;
  const limited = unwrap(callee.expression);
  if (!ts.isCallExpression(limited) || limited.arguments.length !== 1) return null;
  const [limit] = limited.arguments;
  const { expression: withTimeout } = limited;
  if (!ts.isPropertyAccessExpression(withTimeout) || withTimeout.name.text !== "withTimeout" || limit === undefined) return null;
  const meaning = names.meaningOf(limit);
  const endless = (meaning?.kind === "global" && meaning.name === "Infinity") || /^Number\.POSITIVE_INFINITY$/.test(limit.getText());
  return endless ? rangeIn(limited.getSourceFile(), withTimeout.expression.end, limited.end) : null;
}

const subscribing = /^(on|once|addEventListener|addListener|prependListener|prependOnceListener)$/;

/** `new Promise((resolve) => emitter.once("end", resolve))`: nothing but events settle it. */
function isEventPromise(made: ts.NewExpression, { names }: BodySource): boolean {
  const meaning = names.meaningOf(made.expression);
  const executor = made.arguments?.[0] === undefined ? undefined : unwrap(made.arguments[0]);
  if (meaning?.kind !== "global" || meaning.name !== "Promise" || executor === undefined) return false;
  if (!ts.isArrowFunction(executor) && !ts.isFunctionExpression(executor)) return false;
  if (!executor.parameters.every(({ name }) => ts.isIdentifier(name))) return false;
  const settlers = new Set(executor.parameters.map(({ name }) => name.getText()));
  let [events, others] = [0, 0];
  const visit = (node: ts.Node, within: boolean): void => {
    if (ts.isIdentifier(node)) {
      if (settlers.has(node.text)) {
        if (within) events += 1;
        else others += 1;
      } else if (/timeout|timer|signal|abort|delay|sleep/i.test(node.text)) others += 1;
    }
    const subscribes =
      ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && subscribing.test(node.expression.name.text);
    ts.forEachChild(node, (child) => visit(child, within || (subscribes && child !== node.expression)));
  };
  visit(executor.body, false);
  return events > 0 && others === 0;
}

function isEvents(expression: ts.Expression, body: BodySource): boolean {
  const call = unwrap(expression);
  if (!isEndlessIterable(call, body) || !ts.isCallExpression(call)) return false;
  const meaning = body.names.meaningOf(call.expression);
  return meaning?.kind === "import" && isEventsModule(meaning.from);
}

function isEventsModule(from: string): boolean {
  return /^(node:)?events$/.test(from);
}

function hasExit(loop: ts.ForOfStatement): boolean {
  let found = false;
  forEachOwn(loop.statement, (node) => {
    found ||= ts.isBreakStatement(node) || ts.isReturnStatement(node) || ts.isThrowStatement(node);
  });
  return found;
}

function firstLine(node: ts.Node): string {
  const text = node.getText();
  const [line = ""] = text.split("\n");
  return line === text ? line : `${line.trimEnd()}…`;
}
