/**
 * Recipes: values as plain data that says how to make them. They cross to the process that runs the project's code, where what plain data
 * cannot be is stood in for. A leaf with types alone.
 */

export type Recipe = string | number | boolean | bigint | null | undefined | Made;

type Made =
  | { readonly kind: "array"; readonly items: readonly Recipe[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [key: string, value: Recipe])[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [key: Recipe, value: Recipe])[] }
  | { readonly kind: "set"; readonly items: readonly Recipe[] }
  /** Milliseconds. */
  | { readonly kind: "date"; readonly time: number }
  | { readonly kind: "pattern"; readonly source: string; readonly flags: string }
  /** A typed array, a buffer, or a view of one. */
  | { readonly kind: "bytes"; readonly class: string; readonly items: readonly number[] }
  | { readonly kind: "error"; readonly class: string; readonly message: string }
  | { readonly kind: "url"; readonly href: string }
  /** The same number is the same symbol within one state. */
  | { readonly kind: "symbol"; readonly name: string }
  /** Stands in for a process. The same number is the same process within one state. */
  | { readonly kind: "pid"; readonly number: number; readonly protocol: string }
  | Opaque;

/** Stands in for something that cannot be made: it can be carried along, and whoever looks into it ends the try. */
export interface Opaque {
  readonly kind: "opaque";
  readonly is: "function" | "object";
  /** As people read it: `a Box`. */
  readonly what: string;
  /** Where in the type. */
  readonly path: string;
  /** The platform's class that it passes for, if any. */
  readonly class: string | null;
  /** What an instance would have; reading one of them is looking into it. */
  readonly fields: readonly string[];
}

/** One step into a value. */
export type Segment =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  /** The value that a Map has under a key; how the key is written. */
  | { readonly kind: "key"; readonly text: string };

/** The fields of an object, with those values that are no objects. */
export type Level = ReadonlyMap<string, { readonly value: "object" | readonly [string | number | boolean | bigint | null | undefined] }>;
