/** Reports and plans of upgrades that did not get as far as the engine. */
import type { UpgradeError, UpgradePlan, UpgradeReport } from "../protocol.ts";

export function emptyReport(outcome: UpgradeReport["outcome"], errors: readonly UpgradeError[] = []): UpgradeReport {
  return {
    outcome,
    modules: [],
    processes: [],
    messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
    time: { build: 0, quiesce: 0, convert: 0, commit: 0, total: 0 },
    errors,
  };
}

export function emptyPlan(errors: readonly UpgradeError[]): UpgradePlan {
  return { groups: [], modules: [], convert: [], restart: [], blocked: [], messages: [], errors };
}
