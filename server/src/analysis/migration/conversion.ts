/** What a conversion needs to know of where it is written, and what its parts ask of each other. */
import type { EnumShape, Shape } from "../shape.ts";
import type { Validity } from "../validity.ts";
import type { Layout } from "./code.ts";

export interface Conversion {
  readonly layout: Layout;
  /** The name of a target type in the module's file. */
  readonly typeOf: (shape: Shape) => string;
  /** The same for both sides where the type can be said whole; undefined for what recurses without a name. */
  readonly wholeType: (shape: Shape, side: "from" | "to") => string | undefined;
  /** How a member of an enum is written as a value, where the file can. */
  readonly enumMember: (shape: EnumShape, member: string) => string | undefined;
  /** The field of the source that became this one, by the target's path, where a person said so. */
  readonly renamed: (path: string) => string | undefined;
  /** A first value for a field that the source does not have. */
  readonly first: (path: string, shape: Shape) => FirstValue | undefined;
  /** `exactOptionalPropertyTypes` */
  readonly exact: boolean;
}

export interface FirstValue {
  readonly text: string;
  /** Who said so: a person, the module's own `init`, or nobody but the type, to which it is the simplest value. */
  readonly source: "answer" | "init" | "type";
}

/** The conversion that is being written. */
export interface Converting {
  readonly conversion: Conversion;
  readonly valid: Validity;
  /** @param taken names that are in use around the expression. */
  value(from: Shape, to: Shape, value: string, path: string, taken: ReadonlySet<string>): string;
  /** A local function for this pair, of which the statements are written with its parameter; undefined where its types cannot be said. */
  callable(from: Shape, to: Shape, path: string, write: (parameter: string) => string): string | undefined;
  /** Whether the value is right as it is, for the type checker too, and nothing in it is left over. */
  passes(from: Shape, to: Shape): boolean;
  /** A first value, or code that says that one is needed. */
  first(path: string, shape: Shape): string;
  /** Code that says what a person has to decide. */
  unknown(path: string, from: Shape | null, to: Shape): string;
}
