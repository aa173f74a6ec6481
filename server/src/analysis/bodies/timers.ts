/** Calls of the platform's timers: what they call later is the code of the version that set them. */
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { functionPath, type FunctionPath } from "./function-path.ts";

export interface Timer {
  /** `setTimeout`. */
  readonly name: string;
  /** What is called. */
  readonly range: Range;
  /** What is handed over: written out there, or named. */
  readonly callback: "written" | "named" | "other";
  readonly within: FunctionPath;
}

const timerFunctions = new Set(["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]);

export function timers({ source, names }: BodySource): readonly Timer[] {
  const found: Timer[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const meaning = names.meaningOf(node.expression);
      const name = meaning?.kind === "global" || (meaning?.kind === "import" && /^(node:)?timers$/.test(meaning.from)) ? meaning.name : "";
      const [callback] = node.arguments;
      if (timerFunctions.has(name) && callback !== undefined)
        found.push({ name, range: rangeOf(node.expression), callback: written(callback), within: functionPath(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function written(callback: ts.Expression): Timer["callback"] {
  if (ts.isArrowFunction(callback) || ts.isFunctionExpression(callback)) return "written";
  return ts.isIdentifier(callback) ? "named" : "other";
}
