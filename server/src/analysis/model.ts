/** Plain facts about actor modules, as the extraction finds them and the rules, the command line and the language server read them. */
import type { Range } from "./span.ts";
import type { Finding } from "./rule.ts";

export type Verdict = "compatible" | "incompatible" | "unknown";

export type Strategy = "hot" | "restart" | "window" | "blue-green";

export interface Change {
  /** As in `shape-cases.json`: `State.members[].name`. */
  readonly path: string;
  readonly kind: string;
  /** The types as text; null where there is none on that side. */
  readonly old: string | null;
  readonly new: string | null;
  /** The removed field that this added one may be a new name for. */
  readonly renameOf?: string;
  /** Of an added field: what it was before it was removed, where that does not fit; old values may still lie in memory. */
  readonly reused?: { readonly type: string; readonly vsn: number; readonly removed: number };
}

export type WarningKind =
  | "leftoverField"
  | "dataLoss"
  | "mayCarryStrayField"
  | "enumMemberRenamed"
  | "classInstance"
  | "functionInState"
  | "promiseInState"
  | "uniqueSymbol";

/** What a verdict does not say: the values are valid, and something is lost or left behind all the same. */
export interface Warning {
  readonly kind: WarningKind;
  readonly path: string;
  readonly text: string;
}

/** One actor module, compared with its baseline. */
export interface ActorModule {
  /** Path from the project root without extension, or the literal `id`. */
  readonly id: string;
  readonly file: string;
  /** Null where the source does not say it as a literal whole number. */
  readonly vsn: number | null;
  /** Whether this `vsn` has a snapshot. */
  readonly released: boolean;
  /** Hash of the state's shape; null where it could not be read. */
  readonly shape: string | null;
  readonly baseline: {
    readonly vsn: number;
    readonly source: "snapshot" | "git" | "live";
    readonly file: string;
    /** Which ref or runtime; null for a snapshot. */
    readonly name: string | null;
  } | null;
  readonly state: {
    readonly up: Verdict;
    readonly down: Verdict;
    readonly changes: readonly Change[];
    /** Absent where there are none. */
    readonly warnings?: readonly Warning[];
  };
  readonly messages: { readonly oldToNew: Verdict; readonly newToOld: Verdict; readonly changes: readonly Change[] };
  readonly strategy: Strategy;
  /** For each direction, whether steps lead from the baseline to this version. `unneeded`: the states are valid as they stand. */
  readonly codeChange: { readonly up: "ok" | "missing" | "unneeded"; readonly down: "ok" | "missing" | "unneeded" | "irreversible" };
  /** The steps that are written, as far as their versions are whole numbers, in the order of the source. */
  readonly steps: readonly WrittenStep[];
  readonly ranges: {
    /** The call `actor(`: where the code lens stands. */
    readonly actor: Range;
    readonly vsn: Range | null;
    /** The name of the state's type where it is declared. */
    readonly state: Range | null;
  };
}

/** `codeChange[from]`, which leads to the version after it, and back. */
export interface WrittenStep {
  readonly from: number;
  readonly up: boolean;
  readonly down: "function" | "irreversible" | "missing";
  /** Its key; the call of `actor` where that is not written out. */
  readonly range: Range;
}

/** What has to be known of a comparison with something else than the newest snapshots, and is no finding about the sources. */
export interface Note {
  /** Stable. */
  readonly code:
    | "INSTAR_BASELINE_AHEAD"
    | "INSTAR_BASELINE_BROKEN"
    | "INSTAR_BASELINE_EMPTY"
    | "INSTAR_BASELINE_MOVED"
    | "INSTAR_BASELINE_REMOTE"
    | "INSTAR_BASELINE_REMOVED"
    | "INSTAR_BASELINE_SUBMODULE"
    | "INSTAR_LIVE_AHEAD"
    | "INSTAR_LIVE_ASSUMED"
    | "INSTAR_LIVE_REMOVED"
    | "INSTAR_LIVE_UNKNOWN";
  readonly module: string | null;
  readonly message: string;
}

/** What an analysis of one project gives. */
export interface Analyzed {
  readonly root: string;
  readonly modules: readonly ActorModule[];
  readonly findings: readonly Finding[];
  /** Only where it was compared with something else than the newest snapshots. */
  readonly notes?: readonly Note[];
}
