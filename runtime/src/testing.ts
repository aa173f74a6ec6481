/** `instar/testing`: public names and nothing else. Loads no dependency, except where `mixed` is asked for another version than a module. */
export { mixed, type GitVersion, type KeptVersion, type MixedOptions, type MixedVersions, type Version } from "./mixed.ts";
export { savedStates, type SavedState } from "./state-corpus.ts";
export { simulatedClock, type SimulatedClock } from "./simulated-clock.ts";
export { testSystem, type TestSystem } from "./test-system.ts";
