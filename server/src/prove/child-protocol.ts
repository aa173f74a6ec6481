/** What the process that runs the steps is asked, and what it says: plain data. A leaf with types alone. */
import type { BuiltActor } from "../../../runtime/src/dev/index.ts";
import type { Level, Recipe, Segment } from "./recipe.ts";

export type Direction = "up" | "down";

export interface Place {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface LoadRequest {
  readonly kind: "load";
  /** Goes with every answer, so that what the project's code sends is not taken for one. */
  readonly nonce: string;
  readonly actor: BuiltActor;
  /** URL of `instar/dev` as the project has it. */
  readonly dev: string;
  /** What checks the states of each version whose shape is known, as JavaScript. */
  readonly validators: readonly { readonly vsn: number; readonly source: string }[];
}

export interface RunRequest {
  readonly kind: "run";
  readonly id: number;
  readonly step: number;
  readonly direction: Direction;
  /** A state that is made, or what the last step in that direction gave. */
  readonly from: { readonly recipe: Recipe } | { readonly kept: Direction };
}

export interface CompareRequest {
  /** Compares the state that was made last with what came back by the last step down. */
  readonly kind: "compare";
  readonly id: number;
  /** The version of the state that the last step up gave. */
  readonly vsn: number;
}

export type Request = LoadRequest | RunRequest | CompareRequest;

export interface LoadedStep {
  readonly from: number;
  /** Null where there is a way down. */
  readonly irreversible: string | null;
  readonly up: Place | null;
  readonly down: Place | null;
}

export type LoadAnswer =
  | { readonly kind: "loaded"; readonly vsn: number; readonly steps: readonly LoadedStep[] }
  | { readonly kind: "failed"; readonly code: string | null; readonly message: string; readonly place: Place | null };

export interface RunAnswer {
  readonly kind: "ran";
  readonly outcome:
    /** `misfit` is null where the result is a state of the next version, as far as that is known. */
    | { readonly kind: "returned"; readonly misfit: string | null }
    | { readonly kind: "threw"; readonly text: string; readonly place: Place | null; readonly denied: string | null }
    | { readonly kind: "promise" }
    | { readonly kind: "exited"; readonly how: string }
    | { readonly kind: "lookedInto"; readonly path: string; readonly what: string };
  /** What the step returned, as code. */
  readonly returned: string;
  /** Where the step changed the state that it was given. */
  readonly mutated: string | null;
  readonly printed: string | null;
  /** What failed meanwhile that a step had begun which returned before. */
  readonly afterwards: { readonly step: number; readonly direction: Direction; readonly text: string } | null;
}

export interface CompareAnswer {
  readonly kind: "compared";
  readonly differences: readonly ValueDifference[];
}

/** What it was asked for belongs to a process of before. */
export interface Forgotten {
  readonly kind: "forgotten";
}

export interface ValueDifference {
  readonly path: readonly Segment[];
  readonly pathText: string;
  readonly was: string;
  readonly is: string;
  /** Whether the state between would be valid with the old value there. */
  readonly fits: boolean;
  /** What the state between has beside each segment of the path; null where it is no object with fields. */
  readonly levels: readonly (Level | null)[];
}

export type Answer = LoadAnswer | RunAnswer | CompareAnswer | Forgotten;

/** As it is sent. */
export interface Envelope {
  readonly nonce: string;
  /** Null answers the load. */
  readonly id: number | null;
  readonly answer: Answer;
}
