/** `makeValue`: a value from its recipe, with stand-ins for what cannot be made. Runs in the process that runs the project's code. */
import type { Opaque, Recipe } from "./recipe.ts";

/** A step looked into what only stands in for something, so what it does with the real thing is not known. */
export class LookedInto extends Error {
  /** Where in the type. */
  readonly path: string;
  readonly what: string;

  constructor({ path, what }: Pick<Opaque, "path" | "what">) {
    super(`${path} stands in for ${what}`);
    this.path = path;
    this.what = what;
  }
}

/** Whether a step runs: outside of that, stand-ins let themselves be looked at. And the last stand-in that was made, if any. */
export const looking: { step: boolean; found: LookedInto | null; made: Opaque | null } = { step: false, found: null, made: null };

export function makeValue(recipe: Recipe): unknown {
  return new Maker().make(recipe);
}

/** What stands in for a value, for whoever prints it; null for a value of its own. */
export function standInText(value: unknown): string | null {
  return (typeof value === "object" || typeof value === "function") && value !== null ? (standIns.get(value) ?? null) : null;
}

class Maker {
  readonly #pids = new Map<number, StandInPid>();
  readonly #symbols = new Map<string, symbol>();

  make(recipe: Recipe): unknown {
    if (typeof recipe !== "object" || recipe === null) return recipe;
    switch (recipe.kind) {
      case "array":
        return recipe.items.map((item) => this.make(item));
      case "object": {
        const made = {};
        for (const [key, value] of recipe.entries) {
          Object.defineProperty(made, key, { value: this.make(value), enumerable: true, configurable: true, writable: true });
        }
        return made;
      }
      case "map":
        return new Map(recipe.entries.map(([key, value]) => [this.make(key), this.make(value)]));
      case "set":
        return new Set(recipe.items.map((item) => this.make(item)));
      case "date":
        return new Date(recipe.time);
      case "pattern":
        return new RegExp(recipe.source, recipe.flags);
      case "bytes":
        return bytes(recipe.class, recipe.items);
      case "error":
        return new (platform[recipe.class] as new (message: string) => Error)(recipe.message);
      case "url":
        return new URL(recipe.href);
      case "symbol":
        return remembered(this.#symbols, recipe.name, () => Symbol(recipe.name));
      case "pid":
        return remembered(this.#pids, recipe.number, () => new StandInPid(recipe.number, recipe.protocol));
      default:
        return opaque(recipe);
    }
  }
}

const platform = globalThis as unknown as Readonly<Record<string, new (...args: never[]) => object>>;
const standIns = new WeakMap<object, string>();

function remembered<K, V>(all: Map<K, V>, key: K, make: () => V): V {
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
}

function bytes(name: string, items: readonly number[]): unknown {
  if (name === "Buffer") return Buffer.from(items);
  const buffer = Uint8Array.from(items).buffer;
  if (name === "ArrayBuffer") return buffer;
  if (name === "SharedArrayBuffer") return new SharedArrayBuffer(items.length);
  if (name === "DataView") return new DataView(buffer);
  const Maker = platform[name] as unknown as { from(items: readonly unknown[]): unknown };
  return Maker.from(name.startsWith("Big") ? items.map(BigInt) : items);
}

/** A process that nobody started. It has an identity, and nothing can be sent to it. */
class StandInPid {
  readonly #number: number;

  constructor(number: number, protocol: string) {
    this.#number = number;
    standIns.set(this, `<0.${number}> /* ${protocol} */`);
    Object.freeze(this);
  }

  get id(): string {
    return `<0.${this.#number}>`;
  }

  call(): never {
    throw new Error("a step is pure: it must not call processes.");
  }

  cast(): never {
    throw new Error("a step is pure: it must not send messages.");
  }

  withTimeout(): never {
    return this.call();
  }

  toString(): string {
    return this.id;
  }

  toJSON(): string {
    return this.id;
  }
}

/** Looks like an instance to a validator, which reads no accessors. */
function opaque(recipe: Opaque): object {
  looking.made = recipe;
  const target: object = recipe.is === "function" ? () => {} : (Object.create(prototypeOf(recipe)) as object);
  for (const name of recipe.fields) Object.defineProperty(target, name, { get: () => undefined, enumerable: true, configurable: true });
  const look = (): void => {
    if (!looking.step) return;
    throw (looking.found ??= new LookedInto(recipe));
  };
  const guarded = Object.fromEntries(
    Reflect.ownKeys(Reflect).flatMap((trap) => {
      if (typeof trap !== "string") return [];
      const plain = Reflect[trap as "get"] as (...args: unknown[]) => unknown;
      return [[trap, (...args: unknown[]): unknown => (look(), plain(...args))]];
    }),
  );
  const made = new Proxy(target, guarded);
  standIns.set(made, `/* ${recipe.what} */`);
  return made;
}

function prototypeOf({ what, class: name }: Opaque): object {
  const Platform = name === null ? undefined : platform[name];
  if (typeof Platform === "function") return Platform.prototype as object;
  return Object.create(Object.prototype, { constructor: { value: { [what]: class {} }[what] } }) as object;
}
