/**
 * `copyState`: a copy of a state for `codeChange` steps to work on, so that a step which changes its input cannot damage the state that
 * the upgrade goes back to if something fails. `structuredClone` is not used: it loses classes in silence and fails on functions.
 *
 * An upgrade copies very many states that are made alike. So there is a fast way for plain objects, arrays and maps with nothing special
 * about them, and an exact way for everything else. To find out what is special costs several times as much as to copy, so a `Copier`
 * looks at the first values of each place in the states, and at every 1024th from then on; a place where something special was seen goes
 * the exact way from then on. One copy alone is always exact.
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
  return new Copier().copy(value);
}

/** Makes copies of many states that are alike, such as those of one module. */
export class Copier {
  readonly #prototypes: ReadonlyMap<object, object>;
  readonly #root = new Site();
  readonly #seen = new Seen();
  /** Originals and copies that are still empty. */
  readonly #unfilled: { readonly value: object; readonly made: object }[] = [];

  /** @param prototypes Which prototypes the copies have in place of others: new classes for old ones. */
  constructor(prototypes: ReadonlyMap<object, object> = new Map()) {
    this.#prototypes = prototypes;
  }

  copy<T>(value: T): T {
    try {
      const made = this.#copy(value, this.#root, 0) as T;
      // In a loop, since a long list would be too deep for a recursion.
      for (let pair = this.#unfilled.pop(); pair !== undefined; pair = this.#unfilled.pop()) this.#fill(pair.value, pair.made);
      return made;
    } finally {
      this.#seen.clear();
      this.#unfilled.length = 0;
    }
  }

  #copy(value: unknown, site: Site, depth: number): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (site.special || depth > deepest) return this.#exact(value);
    const looked = site.count++ < looksAtFirst || (site.count & (looksAtEvery - 1)) === 0;
    if (looked && !isOrdinary(value, site)) {
      site.special = true;
      return this.#exact(value);
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#object(value as Record<string, unknown>, site, depth);
    if (prototype === Array.prototype && Array.isArray(value)) return this.#array(value, site, depth);
    if (prototype === Map.prototype && types.isMap(value)) return this.#map(value, site, depth);
    return this.#exact(value);
  }

  #object(value: Record<string, unknown>, site: Site, depth: number): object {
    const known = this.#seen.get(value);
    if (known !== undefined) return known;
    // Of all ways to copy an object, this one is the fastest.
    const made = { ...value };
    // Nothing in a state without objects can lead back to it.
    let isKnown = depth > 0;
    if (isKnown) this.#seen.set(value, made);
    for (const key in value) {
      const inner = value[key];
      if (typeof inner !== "object" || inner === null) continue;
      if (!isKnown) this.#seen.set(value, made);
      isKnown = true;
      const copied = this.#copy(inner, site.field(key), depth + 1);
      if (copied === inner) continue;
      if (key === "__proto__") Object.defineProperty(made, key, { ...Object.getOwnPropertyDescriptor(made, key), value: copied });
      else made[key] = copied;
    }
    if (site.locked) lockAs(value, made);
    return made;
  }

  #array(value: readonly unknown[], site: Site, depth: number): object {
    const known = this.#seen.get(value);
    if (known !== undefined) return known;
    const made: unknown[] = Array.prototype.slice.call(value);
    this.#seen.set(value, made);
    const element = site.element();
    for (let i = 0; i < made.length; i++) {
      const inner = made[i];
      if (typeof inner === "object" && inner !== null) made[i] = this.#copy(inner, element, depth + 1);
    }
    if (site.locked) lockAs(value, made);
    return made;
  }

  #map(value: ReadonlyMap<unknown, unknown>, site: Site, depth: number): object {
    const known = this.#seen.get(value);
    if (known !== undefined) return known;
    const made = new Map<unknown, unknown>();
    this.#seen.set(value, made);
    for (const [k, v] of mapEntries.call(value)) {
      made.set(
        typeof k === "object" ? this.#copy(k, site.field("keys"), depth + 1) : k,
        typeof v === "object" ? this.#copy(v, site.element(), depth + 1) : v,
      );
    }
    if (site.locked) lockAs(value, made);
    return made;
  }

  /** The copy of a value, which has its content when everything that is unfilled has been filled. */
  #exact(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = this.#seen.get(value);
    if (known !== undefined) return known;
    if (types.isProxy(value) || ProcessPid.processOf(value) !== null) return value;
    const made = this.#shell(value);
    if (made === null) return value;
    this.#seen.set(value, made);
    this.#unfilled.push({ value, made });
    return made;
  }

  #fill(value: object, made: object): void {
    if (made instanceof Map) {
      for (const [k, v] of Map.prototype.entries.call(value)) Map.prototype.set.call(made, this.#exact(k), this.#exact(v));
    } else if (made instanceof Set) {
      for (const v of Set.prototype.values.call(value)) Set.prototype.add.call(made, this.#exact(v));
    }
    for (const key of Reflect.ownKeys(value)) {
      // Elements of buffers and the length of arrays are there already.
      if (ArrayBuffer.isView(value) && typeof key === "string" && /^\d+$/.test(key)) continue;
      const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      if ("value" in property) property.value = this.#exact(property.value);
      Object.defineProperty(made, key, property);
    }
    lockAs(value, made);
  }

  /** An empty object of the same make; null where there is no way to make one that works. */
  #shell(value: object): object | null {
    const own = Object.getPrototypeOf(value) as object | null;
    const prototype = own === null ? null : (this.#prototypes.get(own) ?? own);
    if (Array.isArray(value)) return withPrototype([], prototype, Array.prototype);
    if (types.isMap(value)) return withPrototype(new Map(), prototype, Map.prototype);
    if (types.isSet(value)) return withPrototype(new Set(), prototype, Set.prototype);
    if (types.isDate(value)) return withPrototype(new Date(value.getTime()), prototype, Date.prototype);
    if (types.isRegExp(value)) return withPrototype(new RegExp(value.source, value.flags), prototype, RegExp.prototype);
    if (Buffer.isBuffer(value)) return Buffer.from(value);
    if (types.isArrayBuffer(value)) return copyOfBuffer(value);
    if (types.isTypedArray(value)) return this.#view(value, typedArrays[value[Symbol.toStringTag]] as ViewMaker, prototype);
    if (types.isDataView(value)) return this.#view(value, DataView, prototype);
    if (types.isBoxedPrimitive(value) || types.isNativeError(value) || types.isExternal(value)) return null;
    return isCopyable(prototype) ? (Object.create(prototype) as object) : null;
  }

  /** Over the copy of its buffer, since others may look at the same one. */
  #view(value: NodeJS.ArrayBufferView, Maker: ViewMaker, prototype: object | null): object | null {
    const buffer = this.#exact(value.buffer) as ArrayBuffer;
    // Of what has been transferred there is nothing to look at, except what is there already.
    if (buffer === value.buffer && types.isArrayBuffer(buffer)) return null;
    const made = new Maker(buffer, value.byteOffset, types.isTypedArray(value) ? value.length : value.byteLength);
    return withPrototype(made, prototype, Maker.prototype);
  }
}

/** What is known of the values that lie at one place of states that are alike, for example in `items[…].price`. */
class Site {
  /** How many values were copied there. */
  count = 0;
  /** Something was there that only the exact way copies as it is. */
  special = false;
  /** Something was there that is frozen, sealed or not extensible. */
  locked = false;
  #fields: Map<string, Site> | null = null;
  #element: Site | null = null;

  field(name: string): Site {
    const fields = (this.#fields ??= new Map());
    let site = fields.get(name);
    if (site !== undefined) return site;
    // So many names are no fields of a record, but keys of a dictionary.
    if (fields.size === 64) return this.element();
    site = new Site();
    fields.set(name, site);
    return site;
  }

  element(): Site {
    return (this.#element ??= new Site());
  }
}

/** Which objects of one state have been copied already. Most states have few; a search beats a `Map` there. */
class Seen {
  readonly #values: (object | null)[] = [];
  readonly #copies: (object | null)[] = [];
  #count = 0;
  #many: Map<object, object> | null = null;

  get(value: object): object | undefined {
    if (this.#many !== null) return this.#many.get(value);
    const values = this.#values;
    for (let i = this.#count - 1; i >= 0; i--) if (values[i] === value) return this.#copies[i] as object;
    return undefined;
  }

  set(value: object, made: object): void {
    if (this.#many !== null) {
      this.#many.set(value, made);
    } else if (this.#count < fewAre) {
      this.#values[this.#count] = value;
      this.#copies[this.#count++] = made;
    } else {
      this.#many = new Map(this.#values.map((known, i) => [known as object, this.#copies[i] as object]));
      this.#many.set(value, made);
    }
  }

  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#values[i] = this.#copies[i] = null;
    this.#count = 0;
    this.#many = null;
  }
}

/** Whether the fast way copies it as it is. */
function isOrdinary(value: object, site: Site): boolean {
  if (types.isProxy(value)) return false;
  if (!Object.isExtensible(value)) site.locked = true;
  const properties: Readonly<Record<PropertyKey, PropertyDescriptor>> = Object.getOwnPropertyDescriptors(value);
  const isArray = Array.isArray(value);
  for (const key of Reflect.ownKeys(properties)) {
    if (isArray && key === "length") continue;
    const property = properties[key] as PropertyDescriptor;
    if (typeof key === "symbol" || !property.enumerable || !("value" in property)) return false;
    // What is not writable without the whole being frozen.
    if (!property.writable && !Object.isFrozen(value)) return false;
    if (!property.configurable && !Object.isSealed(value)) return false;
  }
  if (types.isMap(value)) return Object.keys(value).length === 0;
  return !isArray || Object.keys(properties).length <= value.length + 1;
}

function lockAs(value: object, made: object): void {
  if (Object.isExtensible(value)) return;
  if (Object.isFrozen(value)) Object.freeze(made);
  else if (Object.isSealed(value)) Object.seal(made);
  else Object.preventExtensions(made);
}

/** Null where it was transferred elsewhere, to a worker for example, so that there is nothing left of it. */
function copyOfBuffer(buffer: ArrayBuffer): ArrayBuffer | null {
  try {
    return structuredClone(buffer);
  } catch {
    return null;
  }
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

const mapEntries = Map.prototype.entries;
const typedArrays = globalThis as unknown as Readonly<Record<string, ViewMaker>>;
const sources = new WeakMap<Function, boolean>();
const ordinary = new Set<object>([Object.prototype, Array.prototype, Map.prototype, Set.prototype, Date.prototype, RegExp.prototype]);
/** Deeper than this the recursion ends and the loop goes on. */
const deepest = 100;
const looksAtFirst = 32;
const looksAtEvery = 1024;
const fewAre = 16;
