/**
 * What the runtime knows of a loaded actor module: the handle that importers hold is stable, and points here; the code behind it is one of
 * at most two versions. The code server makes new versions, the upgrade engine swaps them in.
 */

/** One loaded version of a module's code. */
export interface ModuleVersion {
  readonly vsn: number;
  readonly kind: "actor" | "supervisor";
  /** What `actor(…)` or `supervisor(…)` was called with. */
  readonly definition: unknown;
  /** Hash of the state's shape, where an analysis supplied one. For the first load it does so when the application runs already. */
  shape: string | null;
  /** Counts the loads of this module from 1; appears in script URLs as `?v=`. */
  readonly load: number;
}

/** A module as the whole system sees it. Mutable on purpose: a commit is an assignment of `current` and `old`. */
export interface LoadedModule {
  /** Path from the project root without extension, or the literal `id`. */
  id: string;
  /** Absolute path of the source, where the code server loaded it. */
  file: string | null;
  current: ModuleVersion;
  old: ModuleVersion | null;
}
