/** `ProcessPid`: what stands behind the type `Pid`, and the only way from a pid to its process. */
import { safeString } from "./exit.ts";
import type { Process } from "./process.ts";

/** Node's `util.inspect.custom`, without its import: the published types need no types of Node's. */
const inspectCustom = Symbol.for("nodejs.util.inspect.custom");

/** The one object by which everybody knows a process. */
export class ProcessPid {
  readonly #process: Process;
  readonly #number: number;

  constructor(process: Process, number: number) {
    this.#process = process;
    this.#number = number;
  }

  /** Made when somebody asks, since most pids are never printed. */
  get id(): string {
    return `<0.${this.#number}>`;
  }

  /** Of a pid whose process is known. */
  static numberOf(pid: ProcessPid): number {
    return pid.#number;
  }

  /** The process behind a pid; null for anything that is not one. */
  static processOf(pid: unknown): Process | null {
    return typeof pid === "object" && pid !== null && #process in pid ? pid.#process : null;
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#process.call(name, args.length === 0 ? none : args, defaultTimeout(this.#process));
  }

  cast(name: string, ...args: readonly unknown[]): void {
    this.#process.cast(name, args.length === 0 ? none : args);
  }

  withTimeout(ms: number): { call(name: string, ...args: readonly unknown[]): Promise<unknown> } {
    if (typeof ms !== "number" || Number.isNaN(ms))
      throw new TypeError(`withTimeout takes milliseconds or Infinity, not ${safeString(ms)}.`);
    const process = this.#process;
    return { call: (name, ...args) => process.call(name, args, ms) };
  }

  toString(): string {
    return this.id;
  }

  toJSON(): string {
    return this.id;
  }

  [inspectCustom](): string {
    return this.id;
  }
}

/** Milliseconds, as in OTP, where calls of supervisors wait for however long a child takes to start or to end. */
function defaultTimeout({ module }: Process): number {
  return module.current.kind === "supervisor" ? Infinity : 5000;
}
/** Messages without arguments share these: queued by the million, lists of their own are a third of what messages take. */
const none: readonly unknown[] = [];
