/** Monitors: how a process learns of the end of another one without being linked to it. */
import { noPid } from "./process-errors.ts";
import type { Process } from "./process.ts";

/** What `self.monitor` gives: says in the info `down` which monitor it was, and ends it in `self.demonitor`. */
export interface Monitor {
  /** Only a type: nothing else is one. */
  readonly [monitors]: true;
}
declare const monitors: unique symbol;

/** What stands behind the type `Monitor`. Private fields, so that copies of a state share it: it is known by its identity. */
export class MonitorReference {
  readonly #watcher: Process;
  readonly #watched: Process;

  private constructor(watcher: Process, watched: Process) {
    this.#watcher = watcher;
    this.#watched = watched;
    Object.freeze(this);
  }

  /** Who watches whom, and whether that is still to tell anything; null for what is no monitor. */
  static ends(value: object): { readonly watcher: Process; readonly watched: Process; readonly active: boolean } | null {
    if (!(#watcher in value)) return null;
    return { watcher: value.#watcher, watched: value.#watched, active: value.#watcher.watching?.has(value) === true };
  }

  /** One that came from another process of the operating system. */
  static restored(watcher: Process, watched: Process, active: boolean): MonitorReference {
    if (active && watched.phase !== "exited") return MonitorReference.watch(watcher, watched);
    return new MonitorReference(watcher, watched);
  }

  /** From now on `watcher` gets the info `down` when `watched` ends; at once, for `noproc`, if it does not live. */
  static watch(watcher: Process, watched: Process): MonitorReference {
    const monitor = new MonitorReference(watcher, watched);
    if (watcher.phase === "exited") return monitor;
    if (watched.phase === "exited") {
      watcher.info("down", [monitor, watched.pid, "noproc"]);
      return monitor;
    }
    (watcher.watching ??= new Set()).add(monitor);
    (watched.watchers ??= new Set()).add(monitor);
    return monitor;
  }

  /** Ends it. A `down` that is queued already is taken out of the mailbox. */
  static unwatch(watcher: Process, monitor: unknown): void {
    if (typeof monitor !== "object" || monitor === null || !(#watcher in monitor) || monitor.#watcher !== watcher) {
      throw noPid("demonitor", monitor, "a monitor of this process");
    }
    monitor.#cut();
    watcher.mailbox.take(({ kind, name, args }) => kind === "info" && name === "down" && args[0] === monitor);
  }

  /** Tells those who watch a process that it has ended, and ends its own monitors. */
  static ended(process: Process): void {
    const { watching, watchers } = process;
    process.watching = process.watchers = null;
    for (const monitor of watching ?? []) monitor.#watched.watchers?.delete(monitor);
    for (const monitor of watchers ?? []) {
      monitor.#watcher.watching?.delete(monitor);
      monitor.#watcher.info("down", [monitor, process.pid, process.reason]);
    }
  }

  #cut(): void {
    this.#watcher.watching?.delete(this);
    this.#watched.watchers?.delete(this);
  }

  toString(): string {
    return `monitor of ${this.#watched.pid.id}`;
  }

  toJSON(): string {
    return this.toString();
  }
}
