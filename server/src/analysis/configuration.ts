/** What a project's configuration says, as rules see it. `read-configuration.ts` reads it; without one, everything is as `unconfigured`. */
import type { ConfigProblem } from "./facts.ts";
import type { Strategy } from "./model.ts";
import type { Severity } from "./rule.ts";
import type { Location } from "./span.ts";

/** What is sure to happen in this project: nothing in particular, two versions at once, or a way back. */
export type Preset = "recommended" | "rolling" | "rollback";

export interface Configuration {
  /** The file that says it; null where none does. */
  readonly file: string | null;
  /** Globs from the project root; an empty list takes in everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** A git ref to compare with in place of the newest snapshots. */
  readonly baseline: string | null;
  readonly preset: Preset;
  /** By rule id. */
  readonly rules: ReadonlyMap<string, RuleSettings>;
  readonly upgradableFrom: {
    /** So many of a module's newest releases have to be upgradable; null: all of them. */
    readonly releases: number | null;
    /** By module id: the oldest version that has to be. */
    readonly modules: ReadonlyMap<string, number>;
  };
  readonly acceptedBreaks: readonly AcceptedBreak[];
  /** A file, from the root, with the code that redacts states before they are saved; null where they are saved as they are. */
  readonly redact: string | null;
  /** How the project says that it rolls out its changes; null where it says nothing. */
  readonly strategy: Strategy | null;
  /** Where it speaks of files and modules, which may not exist. */
  readonly names: readonly ConfiguredName[];
  /** What of it is not understood, at its place; the rest counts. */
  readonly problems: readonly ConfigProblem[];
}

export interface RuleSettings {
  /** Null where the rule's own counts. */
  readonly severity: Severity | "off" | null;
  /** Globs from the project root: files in which the rule finds nothing. */
  readonly ignore: readonly string[];
}

/** A glob, or the id of a module. */
export interface ConfiguredName extends Location {
  readonly kind: "include" | "exclude" | "ignore" | "module";
  readonly name: string;
}

export interface AcceptedBreak extends Location {
  readonly rule: string;
  readonly module: string;
  /** The path or message that it is about, as a finding's `items` name it; null for all of them. */
  readonly item: string | null;
  readonly reason: string;
}

export const unconfigured: Configuration = {
  file: null,
  include: [],
  exclude: [],
  baseline: null,
  preset: "recommended",
  rules: new Map(),
  upgradableFrom: { releases: null, modules: new Map() },
  acceptedBreaks: [],
  redact: null,
  strategy: null,
  names: [],
  problems: [],
};

/**
 * The oldest version of a module from which it has to be possible to upgrade; null where nothing was released.
 * @param released the versions that were, ascending.
 */
export function oldestSupported({ upgradableFrom }: Configuration, module: string, released: readonly number[]): number | null {
  const { releases, modules } = upgradableFrom;
  return modules.get(module) ?? (releases === null ? released[0] : released[Math.max(0, released.length - releases)]) ?? null;
}
