/** Reports and plans of upgrades that did not get as far as the engine, and reports for a log. */
import type { UpgradeError, UpgradePlan, UpgradeReport } from "../protocol.ts";
import { formatUpgradeError } from "./dev-error.ts";

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

/** For a log: what came of it, in one line, and one for each error. */
export function formatReport(report: UpgradeReport): string {
  const { outcome, modules, processes, errors, time, why, mode, operation = "upgrade" } = report;
  const names = modules.map(({ id, from, to }) => (from === to ? `${id} (${to})` : `${id} (${from} → ${to})`)).join(", ");
  const did = { upgrade: "upgraded", downgrade: "downgraded", rollback: "rolled back" }[operation];
  const head =
    outcome === "committed"
      ? `${did} ${names || "new modules"}: ${processes.length} ${processes.length === 1 ? "process" : "processes"}, ${Math.round(time.total)} ms`
      : `${operation} ${outcome}${outcome === "failed" && mode === "otp" ? " midway, and nothing is put back" : ""}`;
  return [head, ...(why === undefined ? [] : [`  ${why}`]), ...errors.map((error) => `  ${formatUpgradeError(error)}`)].join("\n");
}
