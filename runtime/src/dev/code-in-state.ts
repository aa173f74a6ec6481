/**
 * Looks for code in a state: functions, and instances of classes, each with its path. Getters are not run and proxies not touched. What
 * nobody can see from outside is not seen here: private fields, the variables of closures, and what lies in weak collections.
 */
import { types } from "node:util";
import { isHandle } from "../handle.ts";
import { isMfa } from "../mfa.ts";
import { ProcessPid } from "../process-pid.ts";

export interface FoundCode {
  readonly kind: "function" | "instance";
  /** The function, or the prototype of the instance. */
  readonly code: object;
  /** `State.items[3].onClick` */
  readonly path: string;
}

/**
 * Yields after every thousand objects, so that whoever runs it can let others have their turn.
 *
 * @param isWanted Whether a function or prototype is to be told; asked for each that is found.
 */
export function* findCode(state: unknown, isWanted: (code: object) => boolean): Generator<void, readonly FoundCode[]> {
  // Remembering what has been seen costs more than all the rest, and most states are small trees.
  return (yield* search(state, isWanted, null)) ?? (yield* search(state, isWanted, new Set())) ?? [];
}

interface Place {
  readonly value: object;
  readonly parent: Place | null;
  readonly key: string;
  readonly depth: number;
}

/** @returns null where, without `seen`, it may be going in circles */
function* search(
  state: unknown,
  isWanted: (code: object) => boolean,
  seen: Set<object> | null,
): Generator<void, readonly FoundCode[] | null> {
  const found: FoundCode[] = [];
  const waiting: Place[] = [];
  const push = (value: unknown, parent: Place | null, key: () => string): void => {
    if ((typeof value !== "object" || value === null) && typeof value !== "function") return;
    if (seen !== null && (seen.has(value) || !seen.add(value))) return;
    waiting.push({ value, parent, key: key(), depth: (parent?.depth ?? 0) + 1 });
  };
  push(state, null, () => "State");
  let visited = 0;
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (++visited % 1000 === 0) yield;
    if (seen === null && (place.depth > deepTree || visited > largeTree)) return null;
    const { value } = place;
    if (typeof value === "function") {
      if (!isMfa(value) && isWanted(value)) found.push({ kind: "function", code: value, path: pathOf(place) });
      continue;
    }
    if (types.isProxy(value) || ProcessPid.processOf(value) !== null || isHandle(value)) continue;
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype !== null && !builtIn.has(prototype) && isWanted(prototype)) {
      found.push({ kind: "instance", code: prototype, path: pathOf(place) });
    }
    pushContent(value, place, push);
  }
  return found;
}

const deepTree = 32;
const largeTree = 100_000;

function pushContent(value: object, place: Place, push: (value: unknown, parent: Place, key: () => string) => void): void {
  if (types.isMap(value)) {
    for (const [k, v] of Map.prototype.entries.call(value)) {
      push(k, place, () => `.key(${short(k)})`);
      push(v, place, () => `.get(${short(k)})`);
    }
  } else if (types.isSet(value)) {
    let n = 0;
    for (const v of Set.prototype.values.call(value)) {
      const at = n++;
      push(v, place, () => `.values()[${at}]`);
    }
  }
  // On a promise, Node keeps where it was made: that is the runtime's own, and all processes can be reached by it.
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isPromise(value)) return;
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    if ("value" in property) push(property.value, place, () => keyText(key));
    else for (const accessor of [property.get, property.set]) push(accessor, place, () => keyText(key));
  }
}

function pathOf(place: Place): string {
  let path = "";
  for (let at: Place | null = place; at !== null; at = at.parent) path = at.key + path;
  return path;
}

function keyText(key: string | symbol): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  if (/^(?:0|[1-9]\d*)$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function short(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key.length > 40 ? `${key.slice(0, 39)}…` : key);
  if (typeof key === "function" || (typeof key === "object" && key !== null)) return "…";
  return String(key);
}

/** The prototypes of the language's and the platform's own classes. */
const builtIn = new Set<object>(
  Object.getOwnPropertyNames(globalThis).flatMap((name) => {
    // Some are made when they are first looked at, and say something on standard error then.
    const made: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    const prototype: unknown = typeof made === "function" ? (made as { readonly prototype?: unknown }).prototype : null;
    return typeof prototype === "object" && prototype !== null ? [prototype] : [];
  }),
);
