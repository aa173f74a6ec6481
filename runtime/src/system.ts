/** `createSystem`: the owner of processes, their names, the scheduler and the clock. */
import type { Actor, StartArguments, StartOptions } from "./actor.ts";
import { CallTimeouts } from "./call-timeouts.ts";
import { systemClock, type Clock } from "./clock.ts";
import { InstarError, type ExitReason } from "./exit.ts";
import { currentFlight } from "./flight.ts";
import { moduleOf } from "./handle.ts";
import { disconnect } from "./links.ts";
import type { LoadedModule } from "./module.ts";
import type { Pid, Protocol } from "./pid.ts";
import type { Preparation } from "./preparation.ts";
import { ProcessTable } from "./process-table.ts";
import type { Probation } from "./probation.ts";
import type { UpgradeProgress, UpgradeReport } from "./protocol.ts";
import { noParent } from "./process-errors.ts";
import { closePorts } from "./listen.ts";
import { ProcessPid } from "./process-pid.ts";
import type { Child } from "./child-table.ts";
import type { FailedRestart } from "./supervise.ts";
import { Process, type Elsewhere, type ProcessHost, type Quiescence } from "./process.ts";
import { Scheduler } from "./scheduler.ts";
import { currentProcess } from "./self.ts";

export interface SystemOptions {
  /** Default: the computer's time. */
  readonly clock?: Clock;
  /** With a seed, which of several ready processes runs next is chosen by a generator of that seed instead of first come, first served. */
  readonly seed?: number;
  /** Keep track, across `await`, of the process that code runs in: `start` in a handler and upgrades under load use it. Default true. */
  readonly context?: boolean;
  /** Where crash reports and other news for people go. Default: standard error. */
  readonly log?: (level: LogLevel, text: string) => void;
}

export type LogLevel = "info" | "warning" | "error";

export interface System {
  readonly clock: Clock;
  /** As the function `start`, in this system. */
  start<P extends Protocol>(handle: Actor<P>, ...options: StartArguments<P>): Promise<Pid<P>>;
  /** As the function `whereis`, in this system. */
  whereis<P = never>(name: string): Pid<P> | null;
  /**
   * Ends all processes, the newest first, as a supervisor would: by the exit signal `shutdown`, which runs `terminate` where exits are
   * trapped. Supervisors end their children. A process that takes longer than 5 s is killed.
   * Nothing can be started from now on.
   */
  stop(): Promise<void>;
}

/** What happens to processes, for those who watch: `instar ps`, the tree, tests. */
export type SystemEvent =
  | { readonly type: "started"; readonly pid: string }
  | { readonly type: "exited"; readonly pid: string; readonly reason: ExitReason }
  /** An upgrade takes longer than one turn. */
  | { readonly type: "upgrading"; readonly progress: UpgradeProgress }
  | { readonly type: "upgraded"; readonly modules: readonly string[] }
  /** An upgrade did not survive its probation. Whether it could be taken back is in the report. */
  | { readonly type: "rolledBack"; readonly report: UpgradeReport }
  /** The time of a probation is over, and the code stays. */
  | { readonly type: "probationEnded"; readonly until: string };

/** A separate world of processes. Most applications need only the default one. */
export function createSystem(options: SystemOptions = {}): System {
  return new LiveSystem(options);
}

/**
 * The system of top-level `start`; made at the first use. Its `context` is off, since following handlers across `await` is what costs most
 * of all: the dev runtime and `enableUpgrades` turn it on.
 */
export function defaultSystem(): System {
  return (theDefault ??= new LiveSystem({ context: false }));
}

/** The system of the handler that this code runs in, else the default one. */
export function currentSystem(): System {
  const flight = currentFlight();
  return flight === null ? defaultSystem() : (flight.process.host as LiveSystem);
}

/** From now on keeps track, across `await`, of the process that code runs in, as the option `context` does. */
export function followContext(system: System): void {
  live(system).context = true;
}

/** From now on everything that processes do runs through `run`; see `Scheduler.runDrain`. */
export function guardDrains(system: System, run: (drain: () => void) => void): void {
  live(system).scheduler.runDrain = run;
}

/** Kills a process, as the exit signal `kill` does. @returns whether there was one of that pid */
export function endProcess(system: System, pid: string): boolean {
  const process = live(system).processes.get(pid);
  process?.kill();
  return process !== undefined;
}

/** Calls `listener` for every event, synchronously; the result ends that. */
export function subscribe(system: System, listener: (event: SystemEvent) => void): () => void {
  const { listeners } = live(system);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The system as the rest of the core sees it. */
export function live(system: System): LiveSystem {
  if (system instanceof LiveSystem) return system;
  throw new TypeError("expected the result of createSystem(…)");
}

export interface SpawnOptions {
  readonly args: readonly unknown[];
  readonly name: string | null;
  /** With the process whose handler this runs in. A supervisor's child is linked in any case. */
  readonly link?: boolean;
  readonly supervisor?: Process;
  readonly restarts?: number;
}

export class LiveSystem implements System, ProcessHost {
  readonly clock: Clock;
  context: boolean;
  readonly scheduler: Scheduler;
  readonly timeouts: CallTimeouts;
  readonly processes = new ProcessTable();
  readonly names = new Map<string, Process>();
  readonly listeners = new Set<(event: SystemEvent) => void>();
  preparation: Preparation | null = null;
  /** Of the last upgrade, while it lasts. */
  probation: Probation | null = null;
  quiescence: Quiescence | null = null;
  elsewhere: Elsewhere | null = null;
  timersPaused = false;
  /** Where children that do not start are noted instead of being tried again; null while nobody asks for that. */
  failedRestarts: Map<Child, FailedRestart> | null = null;
  /** How many messages waited for those that have ended; null while nobody asks for that. */
  unhandled: Map<Process, number> | null = null;
  #number = 0;
  #stopping = false;
  readonly #log: (level: LogLevel, text: string) => void;

  constructor(options: SystemOptions) {
    this.clock = options.clock ?? systemClock;
    this.context = options.context ?? true;
    this.scheduler = new Scheduler(options.seed ?? null);
    this.timeouts = new CallTimeouts(this.clock);
    this.#log = options.log ?? ((level, text) => console.error(`instar ${level}: ${text}`));
    this.clock.watch?.(() => this.scheduler.busy);
  }

  start<P extends Protocol>(handle: Actor<P>, ...[options]: StartArguments<P>): Promise<Pid<P>> {
    const { args = none, name = null, link = false } = (options ?? {}) as StartOptions<readonly unknown[]>;
    try {
      return this.spawn(moduleOf(handle), { args, name, link }).begin();
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  whereis<P = never>(name: string): Pid<P> | null {
    return (this.names.get(name)?.pid as unknown as Pid<P> | undefined) ?? null;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // Once more where a supervisor was killed: what it supervised may take a while longer to end.
    while (this.processes.size > 0) {
      const unsupervised = [...this.processes.values()].filter(({ supervisor }) => supervisor === null || supervisor.phase === "exited");
      for (const process of unsupervised.toReversed()) {
        await this.shutDown(process, process.module.current.kind === "supervisor" ? "infinity" : 5000);
      }
    }
  }

  /** From now on pids have numbers from this one on. */
  get nextNumber(): number {
    return this.#number + 1;
  }

  set nextNumber(number: number) {
    this.#number = Math.max(this.#number, number - 1);
  }

  /** A process that was another program's, with the pid that it had there; those are to come in their order. */
  adopt(process: Process): void {
    this.processes.add(process);
    if (process.name !== null) this.names.set(process.name, process);
    this.nextNumber = ProcessPid.numberOf(process.pid) + 1;
  }

  /** A new process, whose `init` is still to run. */
  spawn(module: LoadedModule, { args, name, link = false, supervisor, restarts = 0 }: SpawnOptions): Process {
    if (link) currentProcess("start with link");
    if (this.#stopping) throw new InstarError("INSTAR_SYSTEM_STOPPED", `${module.id} cannot be started: the system is stopping.`);
    const namesake = name === null ? undefined : this.names.get(name);
    if (namesake !== undefined) {
      const text = `${module.id} cannot be started as ${name}: that name belongs to ${namesake.describe()}. Use another name, or whereis("${name}").`;
      throw new InstarError("INSTAR_NAME_TAKEN", text);
    }
    const flight = currentFlight();
    const parent = supervisor ?? (flight !== null && (link || flight.process.host === this) ? flight.process : null);
    const linked = link || supervisor !== undefined;
    // It may have been killed while its handler awaits; a child that is linked to nobody would never end.
    if (linked && parent?.phase === "exited") throw noParent(module, parent);
    const process = new Process(this, {
      number: ++this.#number,
      module,
      args,
      name,
      parent,
      linked,
      supervisor: supervisor ?? null,
      restarts,
    });
    this.processes.add(process);
    this.preparation?.spawned(process);
    if (name !== null) this.names.set(name, process);
    return process;
  }

  /**
   * Ends a process as a supervisor does: by the exit signal `shutdown`, and killed where that takes too long. Resolves when it has ended.
   * As in OTP the link to the supervisor is cut first, so that it does not hear of an end that it asked for.
   */
  async shutDown(process: Process, how: number | "infinity" | "brutalKill"): Promise<void> {
    if (process.supervisor !== null) disconnect(process, process.supervisor);
    if (how === "brutalKill") return process.kill();
    const ended = process.ended();
    process.exitSignal(process.supervisor, "shutdown", "parent");
    if (process.phase === "exited") return;
    const limit = how === "infinity" ? null : this.clock.setTimeout(() => process.kill(), how);
    await ended;
    if (limit !== null) this.clock.clearTimeout(limit);
  }

  started(process: Process): void {
    this.elsewhere?.started(process);
    if (this.listeners.size > 0) this.emit({ type: "started", pid: process.pid.id });
  }

  exited(process: Process, unhandled: number): void {
    if (unhandled > 0) this.unhandled?.set(process, unhandled);
    this.processes.remove(process);
    closePorts(process);
    if (process.name !== null && this.names.get(process.name) === process) this.names.delete(process.name);
    if (this.elsewhere?.exited(process) === true) return;
    if (this.listeners.size > 0) this.emit({ type: "exited", pid: process.pid.id, reason: process.reason ?? "normal" });
  }

  emit(event: SystemEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        this.log("error", `a listener for ${event.type} failed: ${String(error)}`);
      }
    }
  }

  /** Never throws: it is called in the middle of the message loop. */
  log(level: LogLevel, text: string): void {
    try {
      this.#log(level, text);
    } catch {
      // The application's own logger failed; there is nowhere left to say so.
    }
  }
}

const none: readonly unknown[] = [];
let theDefault: LiveSystem | null = null;
