/**
 * A debugger for tests, in a thread of its own: sets breakpoints by TypeScript file and line as editors' debuggers do. When a script with a
 * source map is about to run for the first time, it pauses, maps the lines, sets the breakpoints in the script, and lets it run.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface Hit {
  /** The script's URL, without its folders: `room.actor.ts?v=2`. */
  readonly script: string;
  /** The frames from the top, as far as they are in the project: `src/price.ts:4`. */
  readonly frames: readonly string[];
  /** What was asked for, evaluated in the top frame. */
  readonly value: unknown;
}

export interface TestDebugger {
  /** All pauses so far. */
  hits(): Promise<readonly Hit[]>;
  close(): Promise<void>;
}

/** @param evaluate An expression that is evaluated at each hit. */
export async function attachDebugger(
  root: string,
  breakpoints: readonly { readonly file: string; readonly line: number }[],
  evaluate: string,
): Promise<TestDebugger> {
  const worker = new Worker(program, { eval: true, execArgv: [], workerData: { root, breakpoints, evaluate } });
  await once(worker, "message");
  return {
    async hits() {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage("hits");
      const [hits] = (await once(worker, "message")) as [readonly Hit[]];
      return hits;
    },
    async close() {
      await worker.terminate();
    },
  };
}

/** Plain text, since it must not pass through a loader that the debugged thread takes part in. */
const program = `
const { Session } = require("node:inspector");
const { parentPort, workerData: { root, breakpoints, evaluate } } = require("node:worker_threads");
const { LEAST_UPPER_BOUND, TraceMap, generatedPositionFor, originalPositionFor } = require("@jridgewell/trace-mapping");
const session = new Session();
session.connectToMainThread();
const post = (method, params) => new Promise((resolve, reject) =>
  session.post(method, params, (error, result) => (error ? reject(new Error(method + ": " + error.message)) : resolve(result))));
const maps = new Map();
const urls = new Map();
const hits = [];

async function bind({ scriptId, sourceMapURL }) {
  const [, base64] = /^data:application\\/json;base64,(.*)$/.exec(sourceMapURL) ?? [];
  if (base64 === undefined) return;
  const map = new TraceMap(Buffer.from(base64, "base64").toString());
  maps.set(scriptId, map);
  for (const { file, line } of breakpoints) {
    if (!map.sources.includes(root + "/" + file)) continue;
    const at = generatedPositionFor(map, { source: root + "/" + file, line, column: 0, bias: LEAST_UPPER_BOUND });
    if (at.line === null) continue;
    await post("Debugger.setBreakpoint", { location: { scriptId, lineNumber: at.line - 1, columnNumber: at.column } });
  }
}

async function note({ callFrames }) {
  const [top] = callFrames;
  const frames = callFrames.flatMap(({ location: { scriptId, lineNumber, columnNumber } }) => {
    const map = maps.get(scriptId);
    const place = map && originalPositionFor(map, { line: lineNumber + 1, column: columnNumber });
    return place && place.source !== null ? [place.source.slice(root.length + 1) + ":" + place.line] : [];
  });
  const { result } = await post("Debugger.evaluateOnCallFrame", { callFrameId: top.callFrameId, expression: evaluate, returnByValue: true });
  hits.push({ script: urls.get(top.location.scriptId).replace(/.*\\//, ""), frames, value: result.value });
}

session.on("Debugger.scriptParsed", ({ params: { scriptId, url } }) => urls.set(scriptId, url));
session.on("Debugger.paused", async ({ params }) => {
  try {
    await (params.reason === "instrumentation" ? bind(params.data) : note(params));
  } catch (error) {
    hits.push({ script: "", frames: [], value: String(error) });
  }
  await post("Debugger.resume");
});
parentPort.on("message", () => parentPort.postMessage(hits));
(async () => {
  await post("Debugger.enable");
  await post("Debugger.setInstrumentationBreakpoint", { instrumentation: "beforeScriptWithSourceMapExecution" });
  parentPort.postMessage("ready");
})();
`;
