/**
 * Handles: what `actor(…)` and `supervisor(…)` return. A handle never changes; the `LoadedModule` behind it does. The code server
 * evaluates a new version of a file, takes the handle that came out, reads its version with `versionOf`, and binds it to the module that
 * the first version's handle already stands for, so that code of any version which holds any of these handles means the same module.
 */
import { withBareTables } from "./definition.ts";
import { InstarError, safeString } from "./exit.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";

export interface Handle {
  /** The module id. */
  readonly id: string;
  /** `vsn` of the current code. */
  readonly vsn: number;
}

/** The module that a handle stands for. @throws `InstarError` `INSTAR_NOT_A_HANDLE` */
export function moduleOf(handle: unknown): LoadedModule {
  if (isHandle(handle)) return (handle as unknown as Bound)[bound].module;
  const circle =
    " If it is imported, the modules import each other in a circle, so that one of them does not exist yet when the other needs it: " +
    "of two supervisors only one can be the other's child.";
  throw new InstarError(
    "INSTAR_NOT_A_HANDLE",
    `expected the result of actor(…) or supervisor(…), got ${safeString(handle)}. Import the actor module's default export.${handle === undefined ? circle : ""}`,
  );
}

export function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && bound in value;
}

/**
 * The version that a freshly evaluated handle carries. `moduleOf(handle).current` is the same with `shape: null` and `load: 1`; the code
 * server says what it knows better.
 */
export function versionOf(handle: Handle, known: { readonly shape?: string | null; readonly load?: number } = {}): ModuleVersion {
  const born = bornOf(handle);
  return { ...born, shape: known.shape ?? born.shape, load: known.load ?? born.load };
}

/**
 * From now on the handle stands for `module`. What it stood for before is forgotten, also the version that it was born with: a handle
 * lives as long as the application, and must not keep its first version's code for that long.
 */
export function bindHandle(handle: Handle, module: LoadedModule): void {
  Object.assign((handle as unknown as Bound)[bound], { module, born: null });
}

/** The literal `id` of the definition behind a handle, where there is one: it overrides the path. */
export function pinnedId(handle: Handle): string | null {
  const { id } = bornOf(handle).definition as { readonly id?: string };
  return id ?? null;
}

function bornOf(handle: Handle): ModuleVersion {
  const { born, module } = (handle as unknown as Bound)[bound];
  return born ?? module.current;
}

/**
 * A new handle, for a module of its own until the code server binds it. Without a code server the id is the literal one, or a number.
 */
export function createHandle(kind: ModuleVersion["kind"], definition: { readonly vsn: number; readonly id?: string }): Handle {
  const born: ModuleVersion = { vsn: definition.vsn, kind, definition: withBareTables(definition), shape: null, load: 1 };
  const module: LoadedModule = { id: definition.id ?? `${kind}-${++anonymous}`, file: null, current: born, old: null };
  const handle: Handle & Bound = {
    get id() {
      return this[bound].module.id;
    },
    get vsn() {
      return this[bound].module.current.vsn;
    },
    [bound]: { module, born },
  };
  // The binding stays mutable inside, the handle itself does not.
  return Object.freeze(handle);
}

/** A registered symbol, so that a handle is known as one even where an application has two copies of this package. */
const bound: unique symbol = Symbol.for("instar.handle") as never;

interface Bound {
  readonly [bound]: { module: LoadedModule; born: ModuleVersion | null };
}

let anonymous = 0;
