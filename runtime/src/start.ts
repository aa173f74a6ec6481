/** `start`, `stop`, `exit` and `whereis`, in the system that the caller runs in: that of the handler, else the default one. */
import type { Actor, StartArguments } from "./actor.ts";
import type { ExitReason } from "./exit.ts";
import { currentFlight } from "./flight.ts";
import type { Pid, Protocol } from "./pid.ts";
import { noPid } from "./process-errors.ts";
import { ProcessPid } from "./process-pid.ts";
import { currentSystem } from "./system.ts";

/**
 * Starts a process and waits for its `init`. With `link: true`, in a handler, the two end together, as after `start_link`; that holds
 * for an `init` that fails, too.
 *
 * @throws `InstarError` `INSTAR_INIT_FAILED` with what `init` threw as `cause`, `INSTAR_NAME_TAKEN`, `INSTAR_SYSTEM_STOPPED`,
 * `INSTAR_NOT_A_HANDLE`, `INSTAR_NOT_IN_PROCESS` for a link from outside of every process, `INSTAR_NOPROC` for one with a process that has ended
 */
export function start<P extends Protocol>(handle: Actor<P>, ...options: StartArguments<P>): Promise<Pid<P>> {
  return currentSystem().start(handle, ...options);
}

/**
 * Asks a process to end once it has handled what is queued, as `gen_server:stop` does; `terminate` runs. Resolves when it has ended.
 * Default reason `normal`.
 *
 * @throws `InstarError` `INSTAR_NOPROC` for what is not a pid, `INSTAR_CALL_SELF` from the process's own handler
 */
export async function stop<P>(pid: Pid<P>, reason: ExitReason = "normal"): Promise<void> {
  const process = ProcessPid.processOf(pid);
  if (process === null) throw noPid("stop", pid);
  await process.stop(reason);
}

/**
 * Sends an exit signal, as OTP's `exit/2` does. A process that does not trap exits ends at once for `reason`, without `terminate`, even
 * while its handler awaits something; `"normal"` ends nobody but the sender itself. One that traps gets the info `exit(from, reason)`, or,
 * where its parent sent it, runs `terminate` and ends when it has handled what is queued. `"kill"` cannot be trapped; the process ends for
 * `"killed"`. To a process that does not live it is lost.
 *
 * @throws `InstarError` `INSTAR_NOPROC` for what is not a pid
 */
export function exit<P>(pid: Pid<P>, reason: ExitReason): void {
  const process = ProcessPid.processOf(pid);
  if (process === null) throw noPid("exit", pid);
  process.exitSignal(currentFlight()?.process ?? null, reason, "exit");
}

/**
 * The process that is registered under `name`, null where none is. The protocol is the caller's claim, since names carry no types:
 * `whereis<Room>("tea-room")`.
 */
export function whereis<P = never>(name: string): Pid<P> | null {
  return currentSystem().whereis<P>(name);
}
