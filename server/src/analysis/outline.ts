/**
 * What one file says by names and syntax alone: its imports and exports, the types that it declares, and the actor that it makes. Plain
 * data that depends on nothing but the file's text, so it can be kept by the hash of that text; what it cannot say it marks as open, and
 * the type checker is asked instead.
 */
import type { Definition, StepSource, WrittenObject } from "./facts.ts";
import type { PrimitiveName, Shape } from "./shape.ts";
import type { Location, Range } from "./span.ts";

/** A number that stands for a place in the file: positions change with every line that is inserted above, what is declared does not. */
type Place = number;

/** A type as it is written. */
export type WrittenType =
  | { readonly kind: "primitive"; readonly type: PrimitiveName }
  | { readonly kind: "literal"; readonly value: Extract<Shape, { kind: "literal" }>["value"] }
  | { readonly kind: "array"; readonly element: WrittenType; readonly readonly: boolean }
  | { readonly kind: "tuple"; readonly slots: readonly WrittenSlot[]; readonly readonly: boolean }
  | { readonly kind: "object"; readonly members: readonly WrittenMember[]; readonly indexes: readonly WrittenIndex[] }
  /** A primitive with a mark: `string & { readonly __brand: "Id" }`. */
  | { readonly kind: "brand"; readonly base: PrimitiveName; readonly members: readonly WrittenMember[] }
  | { readonly kind: "union"; readonly types: readonly WrittenType[]; readonly parentheses?: true }
  | { readonly kind: "function"; readonly parameters: readonly WrittenSlot[]; readonly result: WrittenType }
  /** `Name`, `Name<Args>`, or `Enum.Member`. */
  | {
      readonly kind: "name";
      readonly name: string;
      readonly member?: string;
      readonly args?: readonly WrittenType[];
      readonly parentheses?: true;
    }
  /** What only the checker understands. */
  | { readonly kind: "open" };

export interface WrittenSlot {
  readonly type: WrittenType;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly label?: string;
}

export interface WrittenMember {
  readonly name: string;
  readonly type: WrittenType;
  readonly optional: boolean;
  readonly readonly: boolean;
  readonly at: Place;
}

export interface WrittenIndex {
  readonly key: WrittenType;
  readonly value: WrittenType;
  readonly readonly: boolean;
}

export type Declaration =
  | {
      readonly kind: "interface";
      readonly at: Place;
      readonly bases: readonly WrittenType[];
      readonly members: readonly WrittenMember[];
      readonly indexes: readonly WrittenIndex[];
    }
  | { readonly kind: "alias"; readonly at: Place; readonly type: WrittenType }
  | { readonly kind: "enum"; readonly at: Place; readonly members: readonly (readonly [name: string, value: string | number])[] }
  | { readonly kind: "open" };

/** `names` are pairs of what it is called there and here; `*` is the whole module. */
export interface Import {
  readonly from: string;
  readonly names: readonly (readonly [there: string, here: string])[];
}

/** Exports of another module that this one passes on. */
export interface Passed {
  readonly from: string;
  /** Pairs of what it is called there and what others call it here; null for all. */
  readonly names: readonly (readonly [there: string, here: string])[] | null;
}

/** A call outside of functions: of a name, or of a name's property. */
export interface Call {
  readonly name: string;
  readonly property?: string;
  readonly exported: boolean;
  readonly at: Place;
}

export interface Outline {
  readonly imports: readonly Import[];
  /** Pairs of what others call it and what it is called here. */
  readonly exports: readonly (readonly [there: string, here: string])[];
  readonly passed: readonly Passed[];
  readonly declarations: Readonly<Record<string, Declaration>>;
  /** It declares names for other files, too: names may mean something else in all of them. */
  readonly global: boolean;
  readonly calls: readonly Call[];
  /** The call among those whose value is the default export, with what it says; null where there is none. */
  readonly actor: WrittenActor | null;
  readonly syntax: { readonly text: string; readonly at: Place } | null;
}

export interface WrittenActor {
  readonly call: number;
  readonly definition: Omit<Definition, "vsnValue" | "steps">;
  readonly steps: readonly WrittenStep[];
  readonly vsn: { readonly text: string; readonly at: Place } | null;
  /** The type argument of the call; null where it has none. */
  readonly protocol: WrittenType | null;
}

export interface WrittenStep extends Omit<StepSource, "range" | "functions"> {
  readonly at: Place | null;
  readonly functions: { readonly up: WrittenFunction | null; readonly down: WrittenFunction | null };
}

export interface WrittenFunction {
  readonly takes: WrittenType | null;
  readonly gives: WrittenType | null;
  readonly returned: WrittenObject | null;
}

/** A file's outline with where its places are. */
export class PlacedOutline {
  readonly file: string;
  readonly outline: Outline;
  #said: string | undefined;
  /** Four numbers for each place. */
  #places: readonly number[];
  readonly #locations: { file: string; range: Range }[] = [];

  constructor(file: string, outline: Outline, places: readonly number[]) {
    this.file = file;
    this.outline = outline;
    this.#places = places;
  }

  /** Whether the other differs only in what outlines leave out. */
  saysTheSame(other: PlacedOutline): boolean {
    return this.#text() === other.#text();
  }

  #text(): string {
    return (this.#said ??= JSON.stringify(this.outline));
  }

  get places(): readonly number[] {
    return this.#places;
  }

  /** The same object for the same place, so that whoever holds it sees where it has moved to. */
  locate(at: Place): Location {
    return (this.#locations[at] ??= { file: this.file, range: this.#range(at) });
  }

  /** Takes over the places of a newer text that says the same. */
  move(places: readonly number[]): void {
    this.#places = places;
    for (const [at, location] of this.#locations.entries()) if (location !== undefined) location.range = this.#range(at);
  }

  #range(at: Place): Range {
    const [line = 1, column = 1, endLine = 1, endColumn = 1] = this.#places.slice(at * 4, at * 4 + 4);
    return { start: { line, column }, end: { line: endLine, column: endColumn } };
  }
}
