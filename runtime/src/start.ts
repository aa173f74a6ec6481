/** `start`, `stop` and `whereis`, in the system that the caller runs in: that of the handler, else the default one. */
import type { Actor, StartArguments } from "./actor.ts";
import { InstarError, safeString, type ExitReason } from "./exit.ts";
import type { Pid, Protocol } from "./pid.ts";
import { ProcessPid } from "./process-pid.ts";
import { currentSystem } from "./system.ts";

/**
 * Starts a process and waits for its `init`.
 *
 * @throws `InstarError` `INSTAR_INIT_FAILED` with what `init` threw as `cause`, `INSTAR_NAME_TAKEN`, `INSTAR_SYSTEM_STOPPED`,
 * `INSTAR_NOT_A_HANDLE`
 */
export function start<P extends Protocol>(handle: Actor<P>, ...options: StartArguments<P>): Promise<Pid<P>> {
  return currentSystem().start(handle, ...options);
}

/** Asks a process to end once it has handled what is queued, as `gen_server:stop` does; resolves when it has. Default reason `normal`. */
export async function stop<P>(pid: Pid<P>, reason: ExitReason = "normal"): Promise<void> {
  const process = ProcessPid.processOf(pid);
  if (process === null) throw new InstarError("INSTAR_NOPROC", `stop: ${safeString(pid)} is not a pid.`);
  await process.stop(reason);
}

/**
 * The process that is registered under `name`, null where none is. The protocol is the caller's claim, since names carry no types:
 * `whereis<Room>("tea-room")`.
 */
export function whereis<P = never>(name: string): Pid<P> | null {
  return currentSystem().whereis<P>(name);
}
