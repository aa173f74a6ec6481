/**
 * What `instar/dev` needs of the core and applications do not: handles and the modules behind them, upgrades, and a look at processes.
 * Not exported by the package; `dev/` imports it by path.
 */
export { bindHandle, createHandle, isHandle, moduleOf, pinnedId, versionOf, type Handle } from "./handle.ts";
export { planSteps, type PlannedStep, type PlanRequest, type StepPlan, type VersionPoint } from "./plan-steps.ts";
export { upgrade, type ModuleChange, type UpgradeOptions } from "./upgrade.ts";
export { processes, stateOf } from "./process-info.ts";
export { currentSystem, defaultSystem, setDefaultSystem, subscribe, type SystemEvent } from "./system.ts";
