/** The plans of one change by each of the strategies, as the runtime that would carry it out makes them. */
import type { UpgradePlan } from "../../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "./connection.ts";

export interface Plans {
  readonly plan: UpgradePlan;
  /** By restart. */
  readonly restarting: UpgradePlan;
  /** By a move to another process, as `window` and `blue-green` both are. */
  readonly moving: UpgradePlan;
}

/** @param modules all that changed if left out */
export async function askPlans(connection: RuntimeConnection, modules?: readonly string[]): Promise<Plans> {
  const params = modules === undefined ? {} : { modules };
  const plan = await connection.request("upgrade/plan", params);
  const restarting = await connection.request("upgrade/plan", { ...params, strategy: "restart" });
  const moving = await connection.request("upgrade/plan", { ...params, strategy: "blue-green" });
  return { plan, restarting, moving };
}
