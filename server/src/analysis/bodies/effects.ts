/**
 * What a function takes from outside its arguments, or does to the world: the clock, chance, the environment, files, the network, variables
 * of the module. Told by what names stand for; what a package does, and methods of values that came with the arguments, are not known.
 */
import { unwrap } from "../find.ts";
import { isReference } from "../outside-names.ts";
import { rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";
import { changedVariables } from "./changed-variables.ts";
import { eachPart, type ReachedFunction } from "./reached-functions.ts";

export type EffectKind =
  /** Another moment gives another value. */
  | "time"
  /** Each call gives another value. */
  | "chance"
  /** Another machine or process gives another value. */
  | "environment"
  /** Files, the network, other processes, timers. */
  | "world"
  /** A line on the console. */
  | "print"
  /** A variable of the module that functions assign. */
  | "variable"
  /** A map, array or object of the module that functions write into: perhaps only to remember what would come out anyway. */
  | "container";

export interface Effect {
  readonly kind: EffectKind;
  /** As a message shows it: `Date.now()`. */
  readonly text: string;
  readonly range: Range;
  /** The functions of this file on the way there. */
  readonly through: readonly string[];
  /** What stands there when the value comes with the upgrade instead: an expression over `extra`; null where it cannot. */
  readonly fromExtra: string | null;
}

/** A call of a function that another file of the project declares. */
export interface OutsideCall {
  readonly from: string;
  readonly name: string;
  readonly range: Range;
  readonly through: readonly string[];
}

export interface Effects {
  readonly effects: readonly Effect[];
  readonly calls: readonly OutsideCall[];
}

export function effectsOf(reached: readonly ReachedFunction[], names: FileNames): Effects {
  const effects: Effect[] = [];
  const calls: OutsideCall[] = [];
  const variables = changedVariables(names);
  const seen = new Set<string>();
  const own = new Set<ts.Node>(reached.map(({ node }) => node));
  for (const { node, through } of reached) {
    eachPart(node, (part) => {
      const effect = effectOf(part, names);
      if (effect !== null) effects.push({ ...effect, range: rangeOf(part), through });
      if (!ts.isIdentifier(part) || !isReference(part)) return;
      const meaning = names.meaningOf(part);
      if (meaning?.kind === "import" && meaning.from.startsWith(".")) {
        const whole = meaning.name === "*" && ts.isPropertyAccessExpression(part.parent) ? part.parent : part;
        const name = whole === part ? meaning.name : (names.meaningOf(whole) as { readonly name: string }).name;
        calls.push({ from: meaning.from, name, range: rangeOf(whole), through });
      } else if (meaning?.kind === "local" && meaning.top && !seen.has(meaning.name)) {
        const changed = variables.get(meaning.declaration);
        // What only the step itself fills is there to remember what it has found before.
        if (changed === undefined || (changed.kind === "container" && changed.by.every((by) => own.has(by)))) return;
        seen.add(meaning.name);
        effects.push({ kind: changed.kind, text: meaning.name, range: rangeOf(part), through, fromExtra: null });
      }
    });
  }
  return { effects, calls };
}

type Found = Pick<Effect, "kind" | "text" | "fromExtra">;

function effectOf(part: ts.Node, names: FileNames): Found | null {
  if (ts.isNewExpression(part)) {
    const name = globalName(part.expression, names);
    if (name === "Date" && (part.arguments?.length ?? 0) === 0)
      return { kind: "time", text: "new Date()", fromExtra: `new Date(${extra("now", "number")} ?? 0)` };
    return name !== undefined && worldClasses.has(name) ? { kind: "world", text: `new ${name}(…)`, fromExtra: null } : null;
  }
  if (ts.isCallExpression(part)) return effectOfCall(part, names);
  // A property of `process` that is called is told of as a call.
  if (ts.isPropertyAccessExpression(part) && !isCalled(part)) {
    const object = globalName(part.expression, names) ?? builtinOf(part.expression, names);
    if (object === "process" && part.name.text === "env") {
      const { parent } = part;
      const key = ts.isPropertyAccessExpression(parent) && parent.expression === part ? parent.name.text : null;
      return { kind: "environment", text: `process.env${key === null ? "" : `.${key}`}`, fromExtra: null };
    }
    if (object === "process" && changingOfProcess.has(part.name.text))
      return { kind: "environment", text: `process.${part.name.text}`, fromExtra: null };
    return null;
  }
  return null;
}

function effectOfCall(call: ts.CallExpression, names: FileNames): Found | null {
  const callee = unwrap(call.expression);
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return { kind: "world", text: "import(…)", fromExtra: null };
  const meaning = names.meaningOf(callee);
  const text = `${callee.getText()}(${call.arguments.length === 0 ? "" : "…"})`;
  if (meaning?.kind === "global") {
    if (meaning.name === "Date") return { kind: "time", text, fromExtra: null };
    return worldFunctions.has(meaning.name) ? { kind: "world", text, fromExtra: null } : null;
  }
  if (meaning?.kind === "import") {
    const kind = importedKind(meaning.from, meaning.name);
    return kind === null ? null : { kind, text, fromExtra: null };
  }
  if (!ts.isPropertyAccessExpression(callee)) return null;
  const method = callee.name.text;
  const object = globalName(callee.expression, names);
  if (object !== undefined) {
    if (object === "console") return { kind: "print", text, fromExtra: null };
    if (object === "Date" && method === "now")
      return { kind: "time", text, fromExtra: standsAlone(call) ? `${extra("now", "number")} ?? 0` : `(${extra("now", "number")} ?? 0)` };
    if (object === "performance") return { kind: "time", text, fromExtra: null };
    if (object === "Math" && method === "random") return { kind: "chance", text, fromExtra: null };
    if (object === "crypto" && chance.has(method)) return { kind: "chance", text, fromExtra: null };
    if (object === "process") return { kind: worldOfProcess.has(method) ? "world" : "environment", text, fromExtra: null };
    if (object === "localStorage" || object === "sessionStorage" || object === "navigator") return { kind: "world", text, fromExtra: null };
    return null;
  }
  const imported = names.meaningOf(callee.expression);
  if (imported?.kind !== "import") return null;
  // The default export of a built-in module is the module itself; `fs.promises.readFile` is found by its first part.
  const kind = imported.name === "default" ? importedKind(imported.from, method) : importedKind(imported.from, imported.name);
  return kind === null ? null : { kind, text, fromExtra: null };
}

/** What a function of a package does that is known here; nothing is known of most. */
function importedKind(from: string, name: string): EffectKind | null {
  const builtin = from.replace(/^node:/, "");
  if (worldModules.has(builtin.split("/")[0] ?? "")) return "world";
  if (builtin === "crypto") return chance.has(name) ? "chance" : null;
  if (builtin === "perf_hooks") return "time";
  if (builtin === "process") return worldOfProcess.has(name) ? "world" : "environment";
  if (builtin === "os") return name === "EOL" ? null : "environment";
  if (builtin === "timers") return "world";
  if (from === "instar") return /^(?:exit|start|stop|whereis|self|createSystem)$/.test(name) ? "world" : null;
  if (from === "uuid") return /^v[1467]$/.test(name) ? "chance" : null;
  if (from === "nanoid") return name === "nanoid" ? "chance" : null;
  return null;
}

function globalName(expression: ts.Expression, names: FileNames): string | undefined {
  const meaning = names.meaningOf(expression);
  return meaning?.kind === "global" ? meaning.name : undefined;
}

/** `process` where it is imported. */
function builtinOf(expression: ts.Expression, names: FileNames): string | undefined {
  const meaning = names.meaningOf(expression);
  return meaning?.kind === "import" && /^(?:node:)?process$/.test(meaning.from) && /^(?:default|\*)$/.test(meaning.name)
    ? "process"
    : undefined;
}

function isCalled(node: ts.Expression): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

/** Whether an expression in the place of this one needs no brackets around it. */
function standsAlone({ parent }: ts.Expression): boolean {
  return (
    ts.isPropertyAssignment(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isArrayLiteralExpression(parent)
  );
}

/** Nothing is lost where the upgrade brings no `extra`: a step that throws would be refused. */
function extra(name: string, type: string): string {
  return `(extra as { readonly ${name}?: ${type} } | undefined)?.${name}`;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const worldFunctions = words("clearInterval clearTimeout fetch postMessage queueMicrotask require setImmediate setInterval setTimeout");
const worldClasses = words("BroadcastChannel EventSource WebSocket Worker XMLHttpRequest");
const worldModules = words(
  "child_process cluster dgram dns fs http http2 https inspector net readline repl sqlite tls trace_events tty v8 vm worker_threads",
);
const worldOfProcess = words("abort chdir emitWarning exit kill on once send setgid setuid");
const changingOfProcess = words("argv execPath pid ppid title");
const chance = words("getRandomValues randomBytes randomFill randomFillSync randomInt randomUUID");
