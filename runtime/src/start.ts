/** `start`, `stop` and `whereis` in the system that the caller runs in. */
import type { Actor } from "./actor.ts";
import type { ArgsOf, Pid, Protocol } from "./pid.ts";
import type { ExitReason } from "./exit.ts";

/** Options of `start`; where `init` takes no arguments they can be left out. */
export type StartArguments<P extends Protocol> =
  ArgsOf<P["init"]> extends readonly []
    ? [options?: { readonly args?: ArgsOf<P["init"]>; readonly name?: string }]
    : [options: { readonly args: ArgsOf<P["init"]>; readonly name?: string }];

export declare function start<P extends Protocol>(handle: Actor<P>, ...options: StartArguments<P>): Promise<Pid<P>>;
export declare function stop(pid: Pid<never>, reason?: ExitReason): Promise<void>;
export declare function whereis<P = never>(name: string): Pid<P> | null;
