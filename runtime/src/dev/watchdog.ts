/**
 * Ends the application's process when its parent is gone, even if a handler never returns: then the event loop would not hear of it. A
 * worker thread holds one end of a pipe whose other end is the parent's, and that breaks with the parent in any case.
 */
import { fstatSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** The descriptor of the pipe in the child; after those of Node, and the IPC channel. */
export const watchdogDescriptor = 4;

/** Does nothing where there is no such pipe, as on Windows, where a descriptor cannot be handed over like this. */
export function startWatchdog(): void {
  try {
    if (!fstatSync(watchdogDescriptor).isSocket()) return;
  } catch {
    return;
  }
  // Plain text, since it must load the same from the bundle and from the sources.
  const code = `
    const { Socket } = require("node:net");
    const end = () => setTimeout(() => process.kill(process.pid, "SIGKILL"), ${graceful});
    new Socket({ fd: ${watchdogDescriptor}, readable: true, writable: false }).on("error", end).on("end", end).resume();
  `;
  const worker = new Worker(code, { eval: true, execArgv: [], stdin: false });
  worker.on("error", () => {});
  worker.unref();
}

/** Milliseconds that the main thread has to end by itself. */
const graceful = 500;
