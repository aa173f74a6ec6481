/**
 * What an outline needs of a file's syntax. Whoever has read the file makes such a tree: the compiler's parser (`compiler-tree.ts`), or the
 * one that does without the compiler (`plain-tree.ts`). Places are offsets into the text.
 */
import type { PrimitiveName } from "../shape.ts";

export interface Spot {
  readonly start: number;
  readonly end: number;
}

export interface NameTree extends Spot {
  readonly text: string;
}

export type TypeTree =
  | { readonly kind: "primitive"; readonly type: PrimitiveName }
  | { readonly kind: "void" }
  /** Undefined is a literal without a value of its own, such as one that is not the only one of its kind. */
  | { readonly kind: "literal"; readonly value: string | number | boolean | { readonly bigint: string } | undefined }
  | { readonly kind: "reference"; readonly left: string | null; readonly name: string; readonly args: readonly TypeTree[] | undefined }
  | { readonly kind: "parentheses"; readonly type: TypeTree }
  | { readonly kind: "array"; readonly element: TypeTree }
  | { readonly kind: "readonly"; readonly type: TypeTree }
  | { readonly kind: "tuple"; readonly elements: readonly SlotTree[] }
  | { readonly kind: "object"; readonly members: readonly MemberTree[] }
  | { readonly kind: "union" | "intersection"; readonly types: readonly TypeTree[] }
  | { readonly kind: "function"; readonly signature: SignatureTree }
  /** `x is string`, as a result. */
  | { readonly kind: "predicate" }
  /** Whatever else there is. */
  | { readonly kind: "open" };

export interface SlotTree {
  readonly label: string | undefined;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly type: TypeTree;
}

export interface SignatureTree {
  readonly generic: boolean;
  readonly parameters: readonly ParameterTree[];
  /** Undefined where none is written. */
  readonly result: TypeTree | undefined;
}

export interface ParameterTree {
  /** Undefined where it is a pattern. */
  readonly name: string | undefined;
  readonly type: TypeTree | undefined;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly initialized: boolean;
}

export type MemberTree =
  | {
      readonly kind: "property";
      /** Undefined where it is computed, or no name at all. */
      readonly name: NameTree | undefined;
      readonly readonly: boolean;
      readonly optional: boolean;
      readonly type: TypeTree | undefined;
    }
  | {
      readonly kind: "method";
      readonly name: NameTree | undefined;
      readonly readonly: boolean;
      readonly optional: boolean;
      readonly signature: SignatureTree;
    }
  | { readonly kind: "index"; readonly readonly: boolean; readonly key: TypeTree | undefined; readonly value: TypeTree | undefined }
  | { readonly kind: "other" };

export type ExpressionTree = Spot &
  (
    | { readonly kind: "name"; readonly text: string }
    | { readonly kind: "string"; readonly text: string; readonly template: boolean }
    /** With a minus, if it has one. */
    | { readonly kind: "number"; readonly text: string }
    | { readonly kind: "object"; readonly properties: readonly PropertyTree[] }
    | CallTree
    | { readonly kind: "property"; readonly object: ExpressionTree; readonly name: string }
    /** In parentheses, or with `as`, `satisfies` or `!`. */
    | { readonly kind: "wrapped"; readonly inner: ExpressionTree }
    | FunctionTree
    | { readonly kind: "other" }
  );

export interface CallTree extends Spot {
  readonly kind: "call";
  readonly callee: ExpressionTree;
  readonly typeArguments: readonly TypeTree[] | undefined;
  readonly args: readonly ExpressionTree[];
}

/** One that runs to its end at once: neither async nor a generator. */
export interface FunctionTree extends Spot {
  readonly kind: "function";
  readonly signature: SignatureTree;
  readonly body: Spot;
  /** What stands in place of a body. */
  readonly returns: ExpressionTree | undefined;
}

export type ObjectTree = Extract<ExpressionTree, { kind: "object" }>;

export type PropertyTree = Spot &
  (
    | { readonly kind: "value" | "shorthand"; readonly name: string | undefined; readonly value: ExpressionTree }
    | { readonly kind: "method"; readonly name: string | undefined; readonly value: FunctionTree }
    | { readonly kind: "spread"; readonly value: ExpressionTree }
    /** An accessor, or a method that does not run to its end at once. */
    | { readonly kind: "other"; readonly name: string | undefined }
  );

/** How a declaration is exported. */
export interface Exported {
  readonly exported: boolean;
  readonly asDefault: boolean;
}

export type StatementTree =
  | { readonly kind: "import"; readonly from: string; readonly names: readonly (readonly [there: string, here: string])[] }
  | { readonly kind: "exports"; readonly names: readonly (readonly [here: string, there: string])[] }
  | { readonly kind: "passed"; readonly from: string; readonly names: readonly (readonly [there: string, here: string])[] | null }
  | (Exported & {
      readonly kind: "interface";
      readonly name: NameTree;
      readonly generic: boolean;
      /** Undefined where it is more than a name. */
      readonly bases: readonly (string | undefined)[];
      readonly members: readonly MemberTree[];
    })
  | (Exported & { readonly kind: "alias"; readonly name: NameTree; readonly generic: boolean; readonly type: TypeTree })
  | (Exported & {
      readonly kind: "enum";
      readonly name: NameTree;
      readonly declared: boolean;
      readonly members: readonly { readonly name: string | undefined; readonly initializer: ExpressionTree | undefined }[];
    })
  | (Exported & { readonly kind: "variables"; readonly variables: readonly VariableTree[] })
  /** A function, a class or a namespace; with the function, where it has a body and runs to its end at once. */
  | (Exported & { readonly kind: "declared"; readonly name: string; readonly value: FunctionTree | undefined })
  /** It says something of names everywhere. */
  | { readonly kind: "global" }
  /** `export default` a value; `export =` is not the default. */
  | { readonly kind: "value"; readonly asDefault: boolean; readonly value: ExpressionTree }
  | { readonly kind: "expression"; readonly value: ExpressionTree }
  | { readonly kind: "other" };

export interface VariableTree {
  /** Of a pattern, all of them. */
  readonly names: readonly string[];
  readonly pattern: boolean;
  readonly initializer: ExpressionTree | undefined;
}

export interface SourceTree {
  readonly text: string;
  readonly statements: readonly StatementTree[];
  /** Whether it imports or exports: what it declares is its own then. */
  readonly module: boolean;
  /** Where it does not parse, if that is so and it has to do with actors. */
  readonly syntax: (Spot & { readonly text: string }) | null;
}
