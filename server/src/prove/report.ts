/** What is to be proved, and what is found: plain data. A leaf with types alone. */
import type { Shape } from "../analysis/shape.ts";
import type { Direction, Place } from "./child-protocol.ts";
import type { StandIn } from "./generate.ts";

export interface ModuleToProve {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
  readonly vsn: number | null;
  /** Where the module is to be shown where no step is. */
  readonly place: Pick<Place, "line" | "column">;
  /** By version: the states of those that are released, and of the current one, where they can be read. */
  readonly shapes: ReadonlyMap<number, Shape>;
}

/** Published: never renamed. `docs/prove.md` has a row for each. */
export type ProofRule =
  | "code-change-async"
  | "code-change-exits"
  | "code-change-hangs"
  | "code-change-impure"
  | "code-change-mutates-input"
  | "code-change-not-loaded"
  | "code-change-not-proved"
  | "code-change-round-trip-fails"
  | "code-change-throws"
  | "code-change-wrong-shape"
  | "lossy-down";

export interface ProofFinding {
  readonly rule: ProofRule;
  readonly severity: "error" | "warning" | "info";
  readonly module: string;
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Null where it concerns the whole module. */
  readonly step: { readonly from: number; readonly direction: Direction } | null;
  /** What is wrong, why it matters, what to do. */
  readonly message: string;
  readonly counterExample: CounterExample | null;
}

/** All values as the code that would make them. */
export interface CounterExample {
  /** The version that the state is one of. */
  readonly vsn: number;
  readonly state: string;
  /** What came of it, in order. */
  readonly steps: readonly { readonly by: string; readonly gives: string }[];
  /** Where in the state, as far as one place is to blame. */
  readonly path: string | null;
  /** The file with the state, from the root, where that is one that a process had; left out where it was made. */
  readonly savedIn?: string;
}

export interface ProvedModule {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
  readonly vsn: number | null;
  readonly tried: readonly Trial[];
}

/** One way through the versions, and how many states went it. */
export interface Trial {
  readonly from: number;
  /** Below `from` for a way down. */
  readonly to: number;
  readonly states: number;
  /** How many states that processes had were tried besides; left out where there were none. */
  readonly saved?: number;
  /** What stood in for something in these states. */
  readonly standIns: readonly StandIn[];
}

export interface Proof {
  readonly seed: number;
  readonly runs: number;
  readonly modules: readonly ProvedModule[];
  readonly findings: readonly ProofFinding[];
}
