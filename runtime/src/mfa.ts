/**
 * `mfa`: a reference to an exported function by its module and name, as OTP's `fun Module:Function/Arity`. It is looked up at each call, so
 * it reaches the current code wherever and for however long it is kept; a plain reference stays with the version that it was taken from.
 */
import { InstarError } from "./exit.ts";

type AnyFunction = (...args: never[]) => unknown;

// oxlint-disable-next-line typescript/no-explicit-any -- nothing else takes and gives a reference to any function
type AnyArguments = any;

/** A function that is looked up at each call. May lie in states: it belongs to no version. `Mfa` alone is a reference to any function. */
export interface Mfa<F extends AnyFunction = (...args: AnyArguments) => AnyArguments> {
  (...args: Parameters<F>): ReturnType<F>;
  /** `src/tax:rate` under the code server, else the function's name alone. */
  readonly name: string;
  /** For the compiler alone: a plain function is none. */
  readonly [referring]: true;
}

declare const referring: unique symbol;

/** The names under which a module's namespace has functions. */
export type FunctionNames<N> = { [K in keyof N]-?: N[K] extends AnyFunction ? K : never }[keyof N] & string;

/**
 * A reference to a module's exported function: `import * as tax from "./tax.ts"`, then `mfa(tax, "rate")`. Under the code server each call
 * reaches the module's current version; elsewhere a namespace has one. Calling it throws `INSTAR_UNDEFINED_FUNCTION` where the current
 * version has no such function.
 */
export function mfa<N extends object, K extends FunctionNames<N>>(
  namespace: N,
  name: K,
): Mfa<N[K] extends AnyFunction ? N[K] : AnyFunction> {
  const own = referenceOf(namespace);
  const reach = (...args: unknown[]): unknown => {
    const reference = own ?? adopted.get(namespace) ?? null;
    const found = (reference === null ? namespace : reference.current()) as Record<string, unknown> | null;
    const target = found?.[name];
    if (typeof target === "function") return Reflect.apply(target, undefined, args);
    const gone = found === null ? "is not part of the current code" : `has no function ${name}`;
    throw new InstarError(
      "INSTAR_UNDEFINED_FUNCTION",
      `${reference?.module ?? "the module"} ${gone}, but an mfa(…) for ${name} is still called. ` +
        "Keep the export for as long as somebody may hold the reference, or catch this.",
    );
  };
  Object.defineProperty(reach, "name", { value: own === null ? name : `${own.module}:${name}` });
  references.set(reach, { module: () => (own ?? adopted.get(namespace))?.module ?? null, name });
  return reach as never;
}

/** Whether a value came out of `mfa`, and so holds no version's code. */
export function isMfa(value: unknown): value is Mfa {
  return typeof value === "function" && references.has(value);
}

/** What a reference refers to, so that another process can make the same; `module` is null where no code server knows it. */
export function mfaParts(value: Function): { readonly module: string | null; readonly name: string } | null {
  const parts = references.get(value);
  return parts === undefined ? null : { module: parts.module(), name: parts.name };
}

/** What the namespace of a module with several versions knows of itself; the code server puts it on the prototype, which copies keep. */
export interface ModuleReference {
  /** For people: the path from the project root, without extension. */
  readonly module: string;
  /** The exports of the current version; null where the module has none any more. */
  current(): object | null;
}

/** For a namespace that Node made, and whose module the code server has taken over: nothing can be put on it. */
export function adoptNamespace(namespace: object, reference: ModuleReference): void {
  adopted.set(namespace, reference);
}

const adopted = new WeakMap<object, ModuleReference>();

/** A registered symbol, so that two copies of this package understand each other. */
export const moduleReference: unique symbol = Symbol.for("instar.module") as never;

/** The same for what CommonJS modules export, which namespaces have as their default. */
export const referencesOfExports = new WeakMap<object, ModuleReference>();

function referenceOf(namespace: { readonly [moduleReference]?: ModuleReference; readonly default?: unknown }): ModuleReference | null {
  const { default: whole } = namespace;
  const own = namespace[moduleReference] ?? referencesOfExports.get(namespace);
  return own ?? (typeof whole === "object" || typeof whole === "function" ? (referencesOfExports.get(whole as object) ?? null) : null);
}

const references = new WeakMap<object, { readonly module: () => string | null; readonly name: string }>();
