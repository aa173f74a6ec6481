/** `adoptChildren`: after the commit of an upgrade, lets supervisors start and end the children that their specifications gained and lost. */
import { formatReason, toReason } from "./exit.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import { planChildren } from "./plan-children.ts";
import type { Process } from "./process.ts";
import type { UpgradedChildren } from "./protocol.ts";
import type { AdoptedChildren, SupervisorCode } from "./supervise.ts";

export interface ChangedSupervisor {
  readonly module: LoadedModule;
  readonly from: ModuleVersion;
  readonly to: ModuleVersion;
}

/** What became of the children of one supervisor module, in all of its processes; null where they are the same. */
export async function adoptChildren(
  { module, from, to }: ChangedSupervisor,
  processes: readonly Process[],
): Promise<UpgradedChildren | null> {
  const plan = planChildren((from.definition as SupervisorCode).children, (to.definition as SupervisorCode).children);
  if (plan.start.length + plan.stop.length + plan.reorder.length + plan.changed.length === 0) return null;
  const failed: UpgradedChildren["failed"][number][] = [];
  await Promise.all(
    processes
      .filter((process) => process.module === module)
      .map(async (process) => {
        try {
          const adopted = (await process.call("adoptChildren", [], Infinity)) as AdoptedChildren;
          for (const { id, reason } of adopted.failed) failed.push({ pid: process.pid.id, id, message: formatReason(reason) });
        } catch (thrown) {
          // It ended meanwhile, and its children with it.
          for (const id of plan.start) failed.push({ pid: process.pid.id, id, message: formatReason(toReason(thrown)) });
        }
      }),
  );
  return { ...plan, failed };
}
