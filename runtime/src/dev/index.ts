/**
 * `instar/dev`: runs an application so that its code can be changed while it runs. The caller's process becomes the parent, which holds
 * the control endpoint, the builds and the file watching; the application runs in a child. `startDeployed`, which is the command
 * `instar start`, does so from a build. A program that runs without either opts in to upgrades by `enableUpgrades`.
 */
export type {
  Deployed,
  DeployedOptions,
  DevRuntime,
  DevRuntimeOptions,
  EnabledUpgrades,
  Ended,
  ModuleShape,
  ShapeDetails,
  ShapePort,
  UpgradeOptions,
} from "./options.ts";
export { DevError } from "./dev-error.ts";
export { enableUpgrades } from "./enable-upgrades.ts";
export { buildActor, loadActor, type BuiltActor, type LoadedActor } from "./load-actor.ts";
export { runStart } from "./run-start.ts";
export { startDeployed } from "./start-deployed.ts";
export { startDevRuntime } from "./start-dev-runtime.ts";
export { readCorpus } from "../state-corpus.ts";
export type { UpgradeReport } from "../protocol.ts";
