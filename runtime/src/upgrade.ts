/** The transactional upgrade engine: swaps versions, states and mailboxes of all changed modules in one turn, or changes nothing. */
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { PlannedStep } from "./plan-steps.ts";
import type { UpgradedModule, UpgradeReport } from "./protocol.ts";
import type { System } from "./system.ts";

/** One module's part in an upgrade: `to` is loaded already, `kind` and `steps` come from `planSteps`. */
export interface ModuleChange {
  readonly module: LoadedModule;
  readonly to: ModuleVersion;
  readonly kind: UpgradedModule["kind"];
  readonly steps: readonly PlannedStep[];
}

export interface UpgradeOptions {
  /** Run the steps up and then down again on copies of the live states, and commit nothing. Nothing is suspended. Default false. */
  readonly rehearse?: boolean;
  /** Second argument of every step. */
  readonly extra?: unknown;
  /** How long processes may take to come to rest, in milliseconds. Default 5000. */
  readonly timeout?: number;
  /** `abort` (default): after `timeout` the upgrade fails and names the busy processes. `wait`: there is no limit. */
  readonly onBusy?: "abort" | "wait";
  /** Cancels the upgrade as long as it has not committed. */
  readonly signal?: AbortSignal;
  /** Runs inside the turn of the commit, after versions, states and mailboxes have been swapped. Where it throws, all is swapped back. */
  readonly onCommit?: () => void;
}

/**
 * Never rejects: everything that goes wrong is in the report. `time.build` is 0 and `time.total` counts from this call; the caller adds
 * what it did before.
 */
export declare function upgrade(system: System, changes: readonly ModuleChange[], options?: UpgradeOptions): Promise<UpgradeReport>;
