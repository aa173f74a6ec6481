/**
 * What a dev runtime asks of the analysis (`ShapePort`), answered by a thread of its own: however long it takes to read a project, the
 * runtime's control endpoint answers, and the application starts and prints meanwhile.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { ShapePort } from "../../../runtime/src/dev/index.ts";

export interface Question {
  readonly id: number;
  readonly ask:
    | {
        readonly kind: "describe";
        readonly about: Parameters<ShapePort["describe"]>[0];
        readonly sources: Parameters<ShapePort["describe"]>[1];
      }
    | { readonly kind: "compare"; readonly about: Parameters<ShapePort["compare"]>[0] }
    | { readonly kind: "look"; readonly about: Parameters<ShapePort["look"]>[0] };
}

export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

export interface ShapeThread extends ShapePort {
  /** Ends the thread. What it was asked stays without an answer. */
  close(): Promise<void>;
}

/**
 * Begins to read the project at once. A thread that dies takes the analysis with it: every question then fails, and says why.
 * @param root the project root, absolute.
 * @param worker for tests
 */
export function createShapePort(root: string, worker: Worker = startWorker({ root })): ShapeThread {
  const waiting = new Map<number, { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }>();
  let lastId = 0;
  let died: Error | null = null;
  let closed = false;

  const die = (why: string): void => {
    died ??= new Error(`the thread of the analysis has ended (${why}); start the runtime again to have it back.`);
    if (closed) return;
    for (const { reject } of waiting.values()) reject(died);
    waiting.clear();
  };
  worker.on("message", (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) asked?.reject(new Error(answer.error));
    else asked?.resolve(answer.value as never);
  });
  worker.on("error", (error: Error) => die(error.message));
  worker.on("exit", (code) => die(`exit code ${code}`));

  const ask = <T>(question: Question["ask"]): Promise<T> => {
    if (died !== null) return Promise.reject(died);
    const id = ++lastId;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage({ id, ask: question } satisfies Question);
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  const port: ShapeThread = {
    describe: (about, sources) => ask({ kind: "describe", about, sources }),
    compare: (about) => ask({ kind: "compare", about }),
    look: (about) => ask({ kind: "look", about }),
    async close() {
      closed = true;
      await worker.terminate();
    },
  };
  // Whatever the first question is, the project has to be read for it. If that fails, so does the question, which says so.
  port.describe([]).catch(() => {});
  return port;
}

/** The thread's file lies beside this one, in the sources as in the bundle. */
function startWorker(workerData: { readonly root: string }): Worker {
  const bundled = fileURLToPath(new URL("./shape-worker.js", import.meta.url));
  if (existsSync(bundled)) return new Worker(bundled, { execArgv: [], workerData });
  // In a thread, `--import tsx` does not reach the first file, so a program that registers it imports that.
  const [tsx, source] = [import.meta.resolve("tsx/esm/api"), new URL("./shape-worker.ts", import.meta.url).href];
  const program = `import("${tsx}").then(({ register }) => { register(); return import("${source}"); });`;
  return new Worker(program, { eval: true, execArgv: [], workerData });
}
