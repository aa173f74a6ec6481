/** `createSystem`: owner of processes, names, the scheduler and the clock. */
import type { Clock } from "./clock.ts";
import type { Actor } from "./actor.ts";
import type { ExitReason } from "./exit.ts";
import type { Pid, Protocol } from "./pid.ts";
import type { StartArguments } from "./start.ts";

export interface SystemOptions {
  /** Default: the computer's time. */
  readonly clock?: Clock;
  /** With a seed, which of several ready processes runs next is chosen by a generator of that seed instead of first come, first served. */
  readonly seed?: number;
  /** Keep track, across `await`, of the process that code runs in: `start` in a handler and upgrades under load use it. Default true. */
  readonly context?: boolean;
  /** Where crash reports and other events for people go. Default: standard error. */
  readonly log?: (level: "info" | "warning" | "error", text: string) => void;
}

export interface System {
  readonly clock: Clock;
  start<P extends Protocol>(handle: Actor<P>, ...options: StartArguments<P>): Promise<Pid<P>>;
  /** The process of that name, if it lives. The protocol is the caller's claim: names carry no types. */
  whereis<P = never>(name: string): Pid<P> | null;
  /** Ends all processes, the newest first, for `shutdown`; supervisors end their children. Afterwards nothing can be started. */
  stop(): Promise<void>;
}

/** What happens to processes, for those who watch: `instar ps`, the tree, tests. */
export type SystemEvent =
  | { readonly type: "started"; readonly pid: string }
  | { readonly type: "exited"; readonly pid: string; readonly reason: ExitReason }
  | { readonly type: "upgraded"; readonly modules: readonly string[] };

export declare function createSystem(options?: SystemOptions): System;
/** The system of top-level `start`; made at the first use. */
export declare function defaultSystem(): System;
/** The system of the handler that this code runs in, else the default one. */
export declare function currentSystem(): System;
/** Calls `listener` for every event, synchronously; the result ends that. */
export declare function subscribe(system: System, listener: (event: SystemEvent) => void): () => void;
