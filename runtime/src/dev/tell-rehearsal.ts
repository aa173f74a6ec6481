/**
 * `tellRehearsal`: what the process of a rehearsal says of itself in the middle of a step that may never return, or may take the process
 * with it: whose state it converts, over a pipe of its own, written to at once; and that it has too much memory, which a second thread sees.
 */
import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Process } from "../process.ts";

export interface NamedProcess {
  readonly pid: string;
  readonly name: string | null;
  readonly module: string;
}

/** The pipe, after that of the watchdog. */
export const rehearsalDescriptor = 5;

/** @param memory What V8 may have, in MB. Buffers are outside of that. @returns what tells of a process */
export function tellRehearsal(memory: number): (process: Pick<Process, "pid" | "name" | "module">) => void {
  const workerData = { limit: (memory + beside) * 2 ** 20, descriptor: rehearsalDescriptor, lookEvery };
  new Worker(workerCode, { eval: true, workerData, stdout: true, stderr: true }).unref();
  return ({ pid, name, module }) =>
    void writeSync(rehearsalDescriptor, `${JSON.stringify({ pid: pid.id, name, module: module.id } satisfies NamedProcess)}\n`);
}

/** @returns null where it has too much memory */
export function readTold(line: string): NamedProcess | null {
  return JSON.parse(line) as NamedProcess | null;
}

/** What the program itself takes, in MB. */
const beside = 256;
/** Milliseconds. */
const lookEvery = 20;

/** Plain text, since it must load the same from the bundle and from the sources. */
const workerCode = `
"use strict";
const { writeSync } = require("node:fs");
const { workerData } = require("node:worker_threads");
const { limit, descriptor, lookEvery } = workerData;
setInterval(() => {
  if (process.memoryUsage.rss() < limit) return;
  writeSync(descriptor, "null\\n");
  process.kill(process.pid, "SIGKILL");
}, lookEvery);
`;
