/** The registry: one line per rule. */
export { codeChangeChainFork } from "./code-change-chain-fork.ts";
export { configNotRead } from "./config-not-read.ts";
export { configurationInvalid } from "./configuration-invalid.ts";
export { fieldNameReused } from "./field-name-reused.ts";
export { functionInState } from "./function-in-state.ts";
export { liveStateDrift } from "./live-state-drift.ts";
export { severalActors } from "./several-actors.ts";
export { snapshotDamaged } from "./snapshot-damaged.ts";
export { stateChangedNoCodeChange } from "./state-changed-no-code-change.ts";
export { stateChangedNoDown } from "./state-changed-no-down.ts";
export { syntaxError } from "./syntax-error.ts";
export { typeNotResolved } from "./type-not-resolved.ts";
export { versionNotBumped } from "./version-not-bumped.ts";
export { vsnNotLiteral } from "./vsn-not-literal.ts";
