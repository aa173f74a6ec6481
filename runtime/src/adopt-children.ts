/** `adoptChildren`: after the commit of an upgrade, lets supervisors start and end the children that their specifications gained and lost. */
import { formatReason, InstarError, toReason } from "./exit.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import { plannedChildren } from "./plan-children.ts";
import type { Process } from "./process.ts";
import type { UpgradedChildren } from "./protocol.ts";
import type { Adoption } from "./supervise.ts";

export interface ChangedSupervisor {
  readonly module: LoadedModule;
  readonly from: ModuleVersion;
  readonly to: ModuleVersion;
}

/**
 * What became of the children of one supervisor module, in all of its processes; null where they are the same. Waits for at most `ms`
 * milliseconds of the system's clock: a child may take for ever to start or to end, and its supervisor then waits on.
 */
export async function adoptChildren(
  { module, from, to }: ChangedSupervisor,
  processes: readonly Process[],
  ms: number,
): Promise<UpgradedChildren | null> {
  const supervisors = processes.filter((process) => process.module === module);
  const plan = plannedChildren(from, to);
  if (plan === null) {
    for (const process of supervisors) process.info("codeChanged", []);
    return null;
  }
  const failed: UpgradedChildren["failed"][number][] = [];
  const adopt = async (process: Process): Promise<void> => {
    const pid = process.pid.id;
    const adoption: Adoption = { started: new Set(), failed: new Map() };
    let others: string | null = null;
    try {
      await process.call("adoptChildren", [adoption], ms);
    } catch (thrown) {
      const isSlow = thrown instanceof InstarError && thrown.code === "INSTAR_CALL_TIMEOUT";
      others = isSlow ? `it had not started after ${ms} ms, and may do so yet` : formatReason(toReason(thrown));
    }
    for (const id of plan.start) {
      const reason = adoption.failed.get(id);
      if (reason !== undefined) failed.push({ pid, id, message: formatReason(reason) });
      else if (others !== null && !adoption.started.has(id)) failed.push({ pid, id, message: others });
    }
  };
  await Promise.all(supervisors.map(adopt));
  return { ...plan, failed };
}
