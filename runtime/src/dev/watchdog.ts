/**
 * Watches the application's main thread from a second one, which a handler that never returns cannot hold up. It finds out that the event
 * loop has stopped turning (a counter in shared memory), who is running and where (by a question that V8 answers in the middle of the
 * loop, in about a millisecond), and tells the parent over a pipe of its own. It can break such a handler off: drains run in a `vm.Script`
 * that SIGINT ends, and that signal is the watchdog's to send. The same pipe is the leash: when it breaks, the parent is gone, and the
 * process ends.
 *
 * A `timeout` of `vm.Script` would do the same at twice the price for each drain, and its time would run while a debugger has paused.
 */
import { fstatSync } from "node:fs";
import inspector from "node:inspector";
import vm from "node:vm";
import { Worker } from "node:worker_threads";
import type { RunningCode } from "./watchdog-channel.ts";

/** The descriptor of the pipe in the child; after those of Node, and the IPC channel. */
export const watchdogDescriptor = 4;

export interface WatchdogOptions {
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** How long the event loop may stand still before that is reported. */
  readonly stuckAfter: number;
  /** How long a handler may hold up the event loop before it is broken off; null for ever. */
  readonly handlerLimit: number | null;
  /** What runs at this moment. Called in the middle of any code. */
  readonly look: () => RunningCode;
  /** Answers a question that changes nothing. Called in the middle of any code. */
  readonly answer: (method: string, params: unknown) => unknown;
}

/**
 * @returns what drains are to run through, so that they can be broken off; null where there is no pipe, as on Windows, where a descriptor
 * cannot be handed over like this: then nothing is watched.
 */
export function startWatchdog(options: WatchdogOptions): ((drain: () => void) => void) | null {
  const { interval, stuckAfter, handlerLimit, look, answer } = options;
  try {
    if (!fstatSync(watchdogDescriptor).isSocket()) return null;
  } catch {
    return null;
  }
  const memory = new Int32Array(new SharedArrayBuffer(8));
  let drained = (): void => {};
  const reached = {
    look: () => JSON.stringify({ ...look(), debuggable: inspector.url() !== undefined }),
    answer: (method: string, params: unknown) => JSON.stringify(answer(method, params)),
    drain: () => drained(),
  };
  Object.defineProperty(globalThis, Symbol.for(name), { value: reached });
  setInterval(() => Atomics.add(memory, turns, 1), interval).unref();
  const workerData = { memory, descriptor: watchdogDescriptor, interval, stuckAfter, handlerLimit, graceful, name, turns, draining };
  const worker = new Worker(workerCode, { eval: true, execArgv: [], stdin: false, workerData });
  worker.on("error", () => {});
  worker.unref();

  const script = new vm.Script(`globalThis[Symbol.for("${name}")].drain()`, { filename: "instar-drain" });
  return (drain) => {
    drained = drain;
    Atomics.store(memory, draining, 1);
    try {
      script.runInThisContext({ breakOnSigint: true });
    } finally {
      Atomics.store(memory, draining, 0);
    }
  };
}

/** Where the worker's questions find their answers: a key of the global object that no application uses by chance. */
const name = "instar.watchdog";
/** Places in the shared memory: how often the event loop has turned, and whether a drain runs. */
const turns = 0;
const draining = 1;
/** Milliseconds that the main thread has to end by itself when the parent is gone. */
const graceful = 500;

/** Plain text, since it must load the same from the bundle and from the sources. */
const workerCode = `
"use strict";
const { workerData } = require("node:worker_threads");
const { Session } = require("node:inspector");
const { Socket } = require("node:net");
const { memory, descriptor, interval, stuckAfter, handlerLimit, graceful, name, turns, draining } = workerData;

const orphaned = () => setTimeout(() => process.kill(process.pid, "SIGKILL"), graceful);
const pipe = new Socket({ fd: descriptor, readable: true, writable: true });
const say = (message) => pipe.write(JSON.stringify(message) + "\\n");
let rest = "";
pipe.setEncoding("utf8").on("error", orphaned).on("end", orphaned).on("data", (text) => {
  const lines = (rest + text).split("\\n");
  rest = lines.pop();
  for (const line of lines) receive(JSON.parse(line));
});

/** How long the event loop has not turned. Counted in ticks of this thread, so that a computer that slept is not taken for a stuck one. */
let stalled = 0;
let lastTurn = -1;
let lastTick = performance.now();
let reported = false;
let looking = false;
const kills = [];

setInterval(() => {
  const now = performance.now();
  stalled += Math.min(now - lastTick, 2 * interval);
  lastTick = now;
  const turn = Atomics.load(memory, turns);
  if (turn !== lastTurn) {
    lastTurn = turn;
    stalled = 0;
    if (reported) say({ type: "back" });
    reported = false;
    for (const { id } of kills.splice(0)) say({ type: "killed", id, how: "turning" });
    return;
  }
  const isOver = handlerLimit !== null && stalled >= handlerLimit;
  if (looking || !(isOver || (stalled >= stuckAfter && !reported) || (stalled > 2 * interval && kills.length > 0))) return;
  looking = true;
  look(isOver).finally(() => (looking = false));
}, interval);

/** Native code, such as execFileSync, takes no questions. */
const unknown = { pid: null, name: null, module: null, handler: null, stack: "    in native code, which does not say where", place: null };

async function look(isOver) {
  const turn = lastTurn;
  const code = JSON.parse((await evaluate("look()")) ?? "null");
  if (turn !== Atomics.load(memory, turns)) return;
  if (code !== null && code.debuggable && (await isPaused())) {
    // The time that a debugger takes is not the handler's.
    stalled = 0;
    for (const { id } of kills.splice(0)) say({ type: "killed", id, how: "paused" });
    return;
  }
  const inDrain = Atomics.load(memory, draining) === 1 && code !== null && code.pid !== null;
  if (!reported && (isOver || stalled >= stuckAfter)) {
    reported = true;
    const endsIn = inDrain && handlerLimit !== null ? Math.max(0, Math.round(handlerLimit - stalled)) : null;
    say({ type: "stuck", stuck: { ...(code ?? unknown), since: Math.round(stalled), endsIn, killable: inDrain } });
  }
  const asked = kills.splice(0);
  const mine = asked.filter(({ pid }) => code !== null && pid === code.pid);
  for (const { id } of asked.filter((kill) => !mine.includes(kill))) say({ type: "killed", id, how: "behind" });
  for (const { id } of mine) say({ type: "killed", id, how: inDrain ? "broken off" : "out of reach" });
  if (!inDrain || !(isOver || mine.length > 0) || turn !== Atomics.load(memory, turns)) return;
  if (isOver) say({ type: "limit", pid: code.pid, after: Math.round(stalled) });
  stalled = 0;
  process.kill(process.pid, "SIGINT");
}

async function receive(message) {
  if (message.type === "kill") kills.push(message);
  else say({ type: "answer", id: message.id, json: await evaluate("answer(" + JSON.stringify(message.method) + "," + JSON.stringify(message.params) + ")") });
}

/** What the main thread says in the middle of what it does, as text; null where it is in a native function that does not return. */
function evaluate(call) {
  const session = new Session();
  session.connectToMainThread();
  const answered = new Promise((resolve) => {
    const expression = 'globalThis[Symbol.for("' + name + '")].' + call;
    session.post("Runtime.evaluate", { expression, returnByValue: true, silent: true }, (error, answer) => {
      session.disconnect();
      resolve(error || answer.exceptionDetails ? null : answer.result.value);
    });
  });
  return Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 1000, null))]);
}

/** Whoever enables the debugger while another one has paused is told so at once. */
function isPaused() {
  const session = new Session();
  session.connectToMainThread();
  return new Promise((resolve) => {
    let paused = false;
    session.on("Debugger.paused", () => (paused = true));
    session.post("Debugger.enable", () => {
      session.disconnect();
      resolve(paused);
    });
  });
}
`;
