/**
 * Whether a look at a file's text finds a reason to parse it, for each kind of facts: without the compiler, for every file of a project, so
 * a text that says nothing of the kind has to be told quickly. What it lets through by mistake costs a few milliseconds; what it leaves out
 * is never found.
 */
import { runtimePackage } from "../runtime-names.ts";
import type { BodyKind } from "./collectors.ts";
import { mayRunForEver, mayWait } from "./endless-words.ts";
import { mayHoldSteps } from "./step-words.ts";
import { mayCheckClasses, mayKeepVariables, maySubscribe } from "./kept-words.ts";

interface Words {
  mayHold(text: string): boolean;
  /** Asked for only where something else is wrong already, so no file is parsed for it before. */
  readonly rare?: true;
  /** The strings that facts of this kind may speak of, for whoever asks only for those that say a certain one. */
  strings?(text: string): ReadonlySet<string>;
}

export const words: Readonly<Record<BodyKind, Words>> = {
  actorMessages: { mayHold: (text) => /\b(?:calls|casts|infos|codeChange)\b/.test(text), rare: true, strings: named },
  classChecks: { mayHold: mayCheckClasses },
  classes: { mayHold: (text) => /\bclass\b/.test(text), rare: true },
  emitters: { mayHold: (text) => /\bexport\b/.test(text), rare: true },
  exportedFunctions: { mayHold: (text) => /\bexport\b/.test(text), rare: true },
  imports: { mayHold: (text) => /\b(?:import|export)\b/.test(text), rare: true },
  laterNames: { mayHold: (text) => /=>|\bfunction\b|\(/.test(text), rare: true, strings: wordsIn },
  keptReferences: { mayHold: (text) => text.includes(runtimePackage), rare: true },
  loops: { mayHold: mayRunForEver },
  messageArguments: { mayHold: (text) => /\b(?:calls|casts|infos)\b/.test(text), rare: true },
  moduleVariables: { mayHold: mayKeepVariables },
  patterns: { mayHold: (text) => /\bstate\b|\bState\b|: [A-Z]/.test(text), rare: true },
  plainClasses: { mayHold: (text) => /\bclass\b/.test(text), rare: true },
  sends: { mayHold: (text) => /\.(?:call|cast)\b|\bsendAfter\b/.test(text), rare: true, strings: quoted },
  spawns: { mayHold: (text) => /\bstart\b\s*(?:[(<]|as\b)/.test(text) && text.includes(runtimePackage) },
  stateValues: { mayHold: (text) => /=>|\bfunction\b|\bnew\b/.test(text), rare: true },
  stepFields: { mayHold: (text) => /\bcodeChange\b/.test(text), rare: true },
  steps: { mayHold: mayHoldSteps },
  subscriptions: { mayHold: maySubscribe },
  supervisors: { mayHold: (text) => /\bsupervisor\b/.test(text) && text.includes(runtimePackage) },
  timers: { mayHold: (text) => /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/.test(text) },
  waits: { mayHold: mayWait },
};

function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
}

/** Whatever may be the name of a key. */
function named(text: string): ReadonlySet<string> {
  return new Set([...wordsIn(text), ...quoted(text)]);
}

/** Whatever stands between two quotes, a few texts that are no strings among it. */
function quoted(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/["'`]([^"'`\\\n]+)(?=["'`])/g)].map(([, inner = ""]) => inner));
}
