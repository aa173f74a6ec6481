/**
 * `copyState`: a copy of a state for `codeChange` steps to work on, so that a step which changes its input cannot damage the state that
 * the upgrade goes back to if something fails. `structuredClone` is not used: it loses classes in silence and fails on functions.
 */
import { EventEmitter } from "node:events";
import { types } from "node:util";
import { ProcessPid } from "./process-pid.ts";

/**
 * Copies plain objects, arrays, maps, sets, dates, regular expressions, buffers and instances of ordinary classes at any depth; keeps
 * prototypes, accessors, symbol keys, frozenness, cycles and sharing within the value. Everything else is the original, since a copy of
 * it would not work: functions, pids, promises, errors, weak collections, proxies, event emitters (sockets, streams), and instances of
 * classes with private fields or of built-in ones.
 */
export function copyState<T>(value: T): T {
  const copying: Copying = { seen: new Map(), unfilled: [] };
  const made = copy(value, copying) as T;
  // In a loop, since a long list would be too deep for a recursion.
  for (let pair = copying.unfilled.pop(); pair !== undefined; pair = copying.unfilled.pop()) fill(pair, copying);
  return made;
}

interface Copying {
  readonly seen: Map<object, object>;
  /** Originals and copies that are still empty. */
  readonly unfilled: { readonly value: object; readonly made: object }[];
}

/** The copy of a value, which has its content when `copyState` is done. */
function copy(value: unknown, copying: Copying): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = copying.seen.get(value);
  if (known !== undefined) return known;
  if (types.isProxy(value) || ProcessPid.processOf(value) !== null) return value;
  const made = shell(value, copying);
  if (made === null) return value;
  copying.seen.set(value, made);
  copying.unfilled.push({ value, made });
  return made;
}

function fill({ value, made }: Copying["unfilled"][number], copying: Copying): void {
  if (made instanceof Map) {
    for (const [k, v] of Map.prototype.entries.call(value)) Map.prototype.set.call(made, copy(k, copying), copy(v, copying));
  } else if (made instanceof Set) {
    for (const v of Set.prototype.values.call(value)) Set.prototype.add.call(made, copy(v, copying));
  }
  for (const key of Reflect.ownKeys(value)) {
    // Elements of buffers and the length of arrays are there already.
    if (ArrayBuffer.isView(value) && typeof key === "string" && /^\d+$/.test(key)) continue;
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
    if ("value" in property) property.value = copy(property.value, copying);
    Object.defineProperty(made, key, property);
  }
  if (Object.isFrozen(value)) Object.freeze(made);
  else if (Object.isSealed(value)) Object.seal(made);
  else if (!Object.isExtensible(value)) Object.preventExtensions(made);
}

/** An empty object of the same make; null where there is no way to make one that works. */
function shell(value: object, copying: Copying): object | null {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (Array.isArray(value)) return withPrototype([], prototype, Array.prototype);
  if (types.isMap(value)) return withPrototype(new Map(), prototype, Map.prototype);
  if (types.isSet(value)) return withPrototype(new Set(), prototype, Set.prototype);
  if (types.isDate(value)) return withPrototype(new Date(value.getTime()), prototype, Date.prototype);
  if (types.isRegExp(value)) return withPrototype(new RegExp(value.source, value.flags), prototype, RegExp.prototype);
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (types.isArrayBuffer(value)) return structuredClone(value);
  if (types.isTypedArray(value))
    return copyView(value, value.length, typedArrays[value[Symbol.toStringTag]] as ViewMaker, prototype, copying);
  if (types.isDataView(value)) return copyView(value, value.byteLength, DataView, prototype, copying);
  if (types.isBoxedPrimitive(value) || types.isNativeError(value) || types.isExternal(value)) return null;
  return isCopyable(prototype) ? (Object.create(prototype) as object) : null;
}

/** Over the copy of its buffer, since others may look at the same one. */
function copyView(
  value: NodeJS.ArrayBufferView,
  length: number,
  Maker: ViewMaker,
  prototype: object | null,
  copying: Copying,
): object | null {
  const made = new Maker(copy(value.buffer, copying) as ArrayBuffer, value.byteOffset, length);
  return withPrototype(made, prototype, Maker.prototype);
}

type ViewMaker = new (buffer: ArrayBuffer, byteOffset: number, length: number) => NodeJS.ArrayBufferView;

function withPrototype(made: object, prototype: object | null, expected: object): object | null {
  if (prototype === expected) return made;
  if (!isCopyable(prototype)) return null;
  return Object.setPrototypeOf(made, prototype) as object;
}

/** Whether instances with this prototype are nothing but their properties. Private fields and built-in slots cannot be copied. */
function isCopyable(prototype: object | null): boolean {
  for (let p = prototype; p !== null; p = Object.getPrototypeOf(p) as object | null) {
    if (ordinary.has(p)) return true;
    const maker: unknown = Object.hasOwn(p, "constructor") ? (p as { constructor: unknown }).constructor : undefined;
    if (maker === undefined) continue;
    if (typeof maker !== "function" || isBuiltIn(maker) || !hasOrdinarySource(maker)) return false;
  }
  return true;
}

/** Node writes many of its classes in JavaScript, so their source does not give them away. */
function isBuiltIn(maker: Function): boolean {
  return maker === EventEmitter || maker === (globalThis as Record<string, unknown>)[maker.name];
}

function hasOrdinarySource(maker: Function): boolean {
  let answer = sources.get(maker);
  if (answer === undefined) {
    const source = Function.prototype.toString.call(maker);
    // A `#` may also stand in a text or a comment; then the instance is shared where it could have been copied, which is the safe side.
    answer = !source.includes("[native code]") && !source.includes("#");
    sources.set(maker, answer);
  }
  return answer;
}

const typedArrays = globalThis as unknown as Readonly<Record<string, ViewMaker>>;
const sources = new WeakMap<Function, boolean>();
const ordinary = new Set<object>([Object.prototype, Array.prototype, Map.prototype, Set.prototype, Date.prototype, RegExp.prototype]);
