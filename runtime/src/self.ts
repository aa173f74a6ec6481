/** `self`: the running process as it sees itself. */
import type { Self } from "./actor.ts";
import { InstarError, safeString } from "./exit.ts";
import { currentFlight } from "./flight.ts";
import { connect, disconnect } from "./links.ts";
import { MonitorReference } from "./monitor.ts";
import { noPid } from "./process-errors.ts";
import { ProcessPid } from "./process-pid.ts";
import type { Process } from "./process.ts";

/**
 * The process that this code runs in, for `init` and for functions that handlers call: `self<Room>().sendAfter(1000, "tick")`. The
 * protocol is the caller's claim.
 *
 * @throws `InstarError` `INSTAR_NOT_IN_PROCESS` outside of handlers
 */
export function self<P>(): Self<P> {
  return currentProcess("self()").self as unknown as Self<P>;
}

/** The process that this code runs in. @throws `InstarError` `INSTAR_NOT_IN_PROCESS` */
export function currentProcess(what: string): Process {
  const flight = currentFlight();
  if (flight === null) {
    throw new InstarError(
      "INSTAR_NOT_IN_PROCESS",
      `${what} was used outside of a process, so there is nobody that it could be about. Use it in init or in a handler.`,
    );
  }
  return flight.process;
}

/** What stands behind the type `Self`. The functions are made when they are asked for, so that they may be taken out of it. */
export class ProcessSelf {
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  get pid(): ProcessPid {
    return this.#process.pid;
  }

  get sendAfter() {
    return (ms: number, info: string, ...args: readonly unknown[]): (() => boolean) => {
      if (!(typeof ms === "number" && ms >= 0)) throw new TypeError(`sendAfter takes milliseconds from 0, not ${safeString(ms)}.`);
      return this.#process.sendAfter(ms, info, args);
    };
  }

  get trapExit() {
    return (on: boolean): void => void (this.#process.trapExit = on);
  }

  get link() {
    return (pid: unknown): void => {
      const [own, other] = [this.#process, target("link", pid)];
      if (own === other || own.phase === "exited") return;
      if (other.phase === "exited") own.exitSignal(other, "noproc", "link");
      else connect(own, other);
    };
  }

  get unlink() {
    return (pid: unknown): void => disconnect(this.#process, target("unlink", pid));
  }

  get monitor() {
    return (pid: unknown): MonitorReference => MonitorReference.watch(this.#process, target("monitor", pid));
  }

  get demonitor() {
    return (monitor: unknown): void => MonitorReference.unwatch(this.#process, monitor);
  }
}

function target(what: string, pid: unknown): Process {
  const process = ProcessPid.processOf(pid);
  if (process === null) throw noPid(what, pid);
  return process;
}
