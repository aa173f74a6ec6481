/** Timers that are given code of the project: they go on calling it as the version that set them has it. */
import { unwrap } from "../find.ts";
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames } from "./file-names.ts";
import { functionPath, type FunctionPath } from "./function-path.ts";
import { functionAround, keptCode, localResult, onlySends, settlesPromise } from "./kept-code.ts";
import type { TextEdit } from "./round-edits.ts";
import { timerEdits } from "./timer-edits.ts";

export interface Timer {
  /** `setTimeout`. */
  readonly name: string;
  /** What is called. */
  readonly range: Range;
  /** What is handed over: written out there, or named. */
  readonly callback: "written" | "named";
  /** Whether the runtime knows it as one of its module, and ends it when the module's version goes. */
  readonly known: boolean;
  /** Whether it fires as soon as the code that runs has returned. */
  readonly brief: boolean;
  readonly within: FunctionPath;
  /** What makes of it an info that the process sends to itself; null where that takes more. */
  readonly info: readonly TextEdit[] | null;
}

const timerFunctions = new Set(["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]);

export function timers({ source, names }: BodySource): readonly Timer[] {
  const found: Timer[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const timer = timerOf(node, names);
      if (timer !== undefined) found.push(timer);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function timerOf(call: ts.CallExpression, names: FileNames): Timer | undefined {
  const name = timerName(call.expression, names);
  const [callback, delay] = call.arguments;
  if (name === undefined || callback === undefined) return undefined;
  const kept = keptCode(callback, names);
  if (kept === null || settlesPromise(callback, names) || isCleared(call, names)) return undefined;
  const brief = name === "setImmediate" || name === "queueMicrotask" || (name === "setTimeout" && isNothing(delay));
  // A message to oneself is what it would be replaced by.
  if (brief && onlySends(callback)) return undefined;
  const known = names.meaningOf(call.expression);
  return {
    name,
    range: rangeOf(call.expression),
    callback: kept,
    known: ts.isIdentifier(unwrap(call.expression)) && known?.kind === "global",
    brief,
    within: functionPath(call),
    info: timerEdits(call, name, names),
  };
}

function timerName(callee: ts.Expression, names: FileNames): string | undefined {
  const meaning = names.originOf(callee);
  const name = meaning?.kind === "global" || (meaning?.kind === "import" && /^(node:)?timers$/.test(meaning.from)) ? meaning.name : "";
  return timerFunctions.has(name) ? name : undefined;
}

function isNothing(delay: ts.Expression | undefined): boolean {
  return delay === undefined || (ts.isNumericLiteral(delay) && Number(delay.text) <= 1);
}

/** Whether the function that sets it also ends it, as for a limit of time around something that is waited for. */
function isCleared(call: ts.CallExpression, names: FileNames): boolean {
  const variable = localResult(call);
  const around = functionAround(call);
  if (variable === undefined || ts.isSourceFile(around)) return false;
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node !== call) {
      const { expression: callee } = node;
      const cleared = ts.isPropertyAccessExpression(callee) && callee.name.text === "close" ? callee.expression : node.arguments[0];
      const meaning = cleared === undefined ? undefined : names.meaningOf(cleared);
      const clears = cleared !== node.arguments[0] || /^clear(Timeout|Interval|Immediate)$/.test(nameOf(callee, names));
      if (clears && meaning?.kind === "local" && meaning.declaration === variable) found = true;
    }
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(around, visit);
  return found;
}

function nameOf(callee: ts.Expression, names: FileNames): string {
  const meaning = names.originOf(callee);
  return meaning === undefined || meaning.kind === "local" ? "" : meaning.name;
}
