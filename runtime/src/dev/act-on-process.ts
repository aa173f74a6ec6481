/** What can be done to one process on request: suspending it, resuming it, and having its supervisor start it anew. */
import { InstarError } from "../exit.ts";
import type { Pid } from "../pid.ts";
import { killToRestart, whyNotRestarted } from "../restartable.ts";
import { sys } from "../sys.ts";
import { live, type System } from "../system.ts";
import type { ProcessAction } from "./child-protocol.ts";
import { DevError } from "./dev-error.ts";

/** @throws DevError with the code of `sys`, `INSTAR_NOPROC`, or `INSTAR_NOT_SUPERVISED` where a restart would only end it */
export async function actOnProcess(system: System, { pid, action }: ProcessAction): Promise<void> {
  const process = live(system).processes.get(pid);
  if (process === undefined) throw new DevError("INSTAR_NOPROC", `no process ${pid} lives here; it may have exited. See: instar ps`);
  if (action === "restart") {
    const why = whyNotRestarted(process);
    if (why === null) return killToRestart(process);
    throw new DevError("INSTAR_NOT_SUPERVISED", `${process.describe()} cannot be restarted: ${why}. Nothing was done.`);
  }
  try {
    await sys[action](process.pid as unknown as Pid<unknown>);
  } catch (error) {
    throw error instanceof InstarError ? new DevError(error.code, error.message) : error;
  }
}
