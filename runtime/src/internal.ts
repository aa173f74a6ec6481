/**
 * What `instar/dev` needs of the core and applications do not: handles and the modules behind them, upgrades, and a look at processes.
 * Not exported by the package; `dev/` imports it by path.
 */
export { bindHandle, isHandle, moduleOf, versionOf, type Handle } from "./handle.ts";
export { leftBehind } from "./left-behind.ts";
export { planUpgrade } from "./plan-upgrade.ts";
export { planSteps, type PlanRequest, type StepPlan } from "./plan-steps.ts";
export { rollback, upgrade, type UpgradeOptions } from "./upgrade.ts";
export type { ModuleChange } from "./module-change.ts";
export { lingering, purge, softPurge } from "./purge.ts";
export { type LiveState, processes, stateOf, states } from "./process-info.ts";
export { defaultSystem, endProcess, followContext, guardDrains, subscribe, type System, type SystemEvent } from "./system.ts";
export { currentFlight } from "./flight.ts";
