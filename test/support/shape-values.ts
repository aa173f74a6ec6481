/** Random shapes, values of them, values with one thing broken, and a plain reading of what fits: the ground truth for validators. */
import { types } from "node:util";
import vm from "node:vm";
import type { EnumShape, Field, ObjectShape, Shape, Slot, TupleShape } from "../../server/src/analysis/shape.ts";
import { isPrimitive, primitive } from "../../server/src/analysis/shape.ts";
import { templatePattern } from "../../server/src/analysis/validator-tests.ts";

type Random = () => number;

/** Numbers from 0 to below 1, the same for the same seed. */
export function randomSource(seed: number): Random {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** A shape of a few levels, which may recurse. */
export function randomShape(random: Random): Shape {
  const open: ObjectShape[] = [];
  const make = (depth: number): Shape => {
    const kinds =
      depth <= 0 ? leaves : [...leaves, "array", "tuple", "object", "object", "class", "Map", "Set", "union", "tagged", "recursive"];
    switch (pick(kinds, random)) {
      case "literal":
        return { kind: "literal", value: pick(["a", "b", 1, -2, true, { bigint: "5" }], random) };
      case "enum":
        return {
          kind: "enum",
          table: [
            ["A", 0],
            ["B", 5],
            ["C", "c"],
          ],
          members: pick(
            [
              ["A", "B", "C"],
              ["A", "C"],
            ],
            random,
          ),
          name: "E",
        };
      case "template":
        return { kind: "template", texts: ["v", ".", ""], types: [primitive("number"), primitive("string")] };
      case "pid":
        return { kind: "pid", protocol: "User" };
      case "Date":
        return { kind: "builtin", class: "Date", from: "", args: [], readonly: false };
      case "function":
        return { kind: "function", signatures: [] };
      case "brand":
        return { kind: "brand", base: primitive("string"), tag: { kind: "object", fields: [], indexes: [] } };
      case "array":
        return { kind: "array", element: make(depth - 1), readonly: false };
      case "tuple":
        return { kind: "tuple", slots: slots(depth), readonly: false };
      case "object": {
        const shape: ObjectShape = { kind: "object", fields: [], indexes: [] };
        open.push(shape);
        shape.fields = fields(depth);
        if (random() < 0.2) {
          const whole = shape.fields.length === 0 && random() < 0.5;
          const key = whole ? "string" : pick(["string", "number"] as const, random);
          shape.indexes = [{ key: primitive(key), value: whole ? make(depth - 1) : primitive("unknown"), readonly: false }];
        }
        open.pop();
        return shape;
      }
      case "class":
        return {
          kind: "class",
          class: "Box",
          module: "box",
          bases: [],
          fields: [...fields(depth), field("grow", { kind: "function", signatures: [] })],
        };
      case "Map":
      case "Set": {
        const name = random() < 0.5 ? "Map" : "Set";
        return {
          kind: "builtin",
          class: name,
          from: "",
          args: name === "Map" ? [make(0), make(depth - 1)] : [make(depth - 1)],
          readonly: random() < 0.3,
        };
      }
      case "union":
        return {
          kind: "union",
          members: Array.from({ length: 2 + Math.floor(random() * 3) }, () => make(depth - 1)).flatMap((m) =>
            m.kind === "union" ? m.members : [m],
          ),
        };
      case "tagged":
        return {
          kind: "union",
          members: ["on", "off", "idle"].map((value) => ({
            kind: "object",
            fields: [field("kind", { kind: "literal", value }), ...fields(depth)],
            indexes: [],
          })),
        };
      case "recursive":
        return { kind: "union", members: [open.at(-1) ?? primitive("string"), primitive("null")] };
      default:
        return primitive(
          pick(["string", "number", "boolean", "bigint", "symbol", "null", "undefined", "object", "unknown"] as const, random),
        );
    }
  };
  const fields = (depth: number): Field[] =>
    ["a", "b", "c-d", "e"].slice(0, Math.floor(random() * 5)).map((name) => field(name, make(depth - 1), random() < 0.3, random() < 0.3));
  const slots = (depth: number): Slot[] => {
    const fixed = Array.from({ length: Math.floor(random() * 3) }, (): Slot => ({ shape: make(depth - 1), optional: false, rest: false }));
    if (random() < 0.3) return [...fixed, { shape: make(depth - 1), optional: true, rest: false }];
    return random() < 0.3 ? [...fixed, { shape: make(depth - 1), optional: false, rest: true }, ...fixed] : fixed;
  };
  return make(4);
}

const leaves = ["primitive", "primitive", "primitive", "literal", "enum", "template", "pid", "Date", "function", "brand"];

function field(name: string, shape: Shape, optional = false, exact = false): Field {
  return { name, shape, optional, readonly: false, ...(optional && exact ? { exact } : {}) };
}

/** There is no value of this shape. */
export class NoValue extends Error {}

/** A value of a shape. @throws NoValue */
export function randomValue(shape: Shape, random: Random, depth = 0): unknown {
  const inner = (each: Shape) => randomValue(each, random, depth + 1);
  const count = () => (depth > 6 ? 0 : Math.floor(random() * 3));
  if (depth > 40) throw new NoValue();
  switch (shape.kind) {
    case "primitive":
      return primitiveValue(shape.type, random);
    case "literal":
      return typeof shape.value === "object" ? BigInt(shape.value.bigint) : shape.value;
    case "enum":
      return pick(enumValues(shape), random);
    case "template":
      return shape.texts.map((text, index) => text + (shape.types[index] === undefined ? "" : String(inner(shape.types[index])))).join("");
    case "symbol":
      return Symbol(shape.symbol);
    case "array":
      return attempt(() => Array.from({ length: count() }, () => inner(shape.element)), []);
    case "tuple":
      return shape.slots.flatMap((slot) =>
        slot.rest
          ? attempt(() => Array.from({ length: count() }, () => inner(slot.shape)), [])
          : slot.optional && !shape.slots.some(({ rest }) => rest) && random() < 0.5 && slot === shape.slots.at(-1)
            ? []
            : [inner(slot.shape)],
      );
    case "object": {
      const made: Record<PropertyKey, unknown> = {};
      for (const { key, value } of shape.indexes) {
        for (let n = count(); n > 0; n -= 1) {
          if (isPrimitive(key, "string")) made[`k${n}`] = inner(value);
          else if (isPrimitive(key, "number")) made[n] = inner(value);
        }
      }
      fill(made, shape.fields);
      if (random() < 0.1 && shape.indexes.length === 0) made["excess"] = Symbol("excess");
      return made;
    }
    case "class": {
      const prototype = { constructor: class {} };
      for (const { name, shape: own } of shape.fields) if (own.kind === "function") Object.assign(prototype, { [name]() {} });
      const made = Object.create(prototype) as Record<PropertyKey, unknown>;
      fill(
        made,
        shape.fields.filter(({ shape: own }) => own.kind !== "function"),
      );
      return made;
    }
    case "builtin":
      if (shape.from === "" && shape.class === "Map")
        return new Map(
          attempt(() => Array.from({ length: count() }, () => [inner(shape.args[0] ?? shape), inner(shape.args[1] ?? shape)] as const), []),
        );
      if (shape.from === "" && shape.class === "Set")
        return new Set(attempt(() => Array.from({ length: count() }, () => inner(shape.args[0] ?? shape)), []));
      return builtinValue(shape.class);
    case "pid":
      return Object.freeze({ id: "<0.7>" });
    case "function":
      return () => {};
    case "brand":
      return inner(shape.base);
    default: {
      const order = shape.members
        .map((member) => ({ member, rank: depth > 6 && isDeep(member) ? 2 : random() }))
        .toSorted((one, other) => one.rank - other.rank);
      for (const { member } of order) {
        try {
          return inner(member);
        } catch (error) {
          if (!(error instanceof NoValue)) throw error;
        }
      }
      throw new NoValue();
    }
  }

  function fill(made: Record<PropertyKey, unknown>, fields: readonly Field[]): void {
    for (const { name, shape: own, optional, exact } of fields) {
      if (name.startsWith("#") || name.startsWith("[")) continue;
      if (optional && (depth > 6 || random() < 0.4)) {
        if (exact !== true && random() < 0.5) made[name] = undefined;
        continue;
      }
      const value = attempt(() => ({ value: inner(own) }), null);
      if (value !== null) made[name] = value.value;
      else if (!optional) throw new NoValue();
    }
  }
}

function attempt<T>(make: () => T, otherwise: T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof NoValue) return otherwise;
    throw error;
  }
}

function isDeep(shape: Shape): boolean {
  return ["array", "tuple", "object", "class", "builtin", "union"].includes(shape.kind);
}

function primitiveValue(type: string, random: Random): unknown {
  switch (type) {
    case "string":
      return pick(["", "text", "v1.x"], random);
    case "number":
      return pick([0, -1, 2.5], random);
    case "boolean":
      return random() < 0.5;
    case "bigint":
      return 7n;
    case "symbol":
      return Symbol("s");
    case "null":
      return null;
    case "object":
      return pick<object>([{}, [], new Map(), () => {}], random);
    case "unknown":
      return pick<unknown>([1, null, {}, undefined, Symbol("u")], random);
    case "undefined":
      return undefined;
    default:
      throw new NoValue();
  }
}

function builtinValue(name: string): unknown {
  if (name === "Date") return new Date(0);
  if (name === "RegExp") return /x/;
  if (name === "Promise") return Promise.resolve(1);
  if (name === "ArrayBuffer") return new ArrayBuffer(1);
  const Maker = (globalThis as unknown as Record<string, (new (of?: unknown) => unknown) | undefined>)[name];
  if (typeof Maker !== "function") return new (class Opaque {})();
  return new Maker(name === "DataView" ? new ArrayBuffer(1) : name === "AggregateError" ? [] : name === "WeakRef" ? {} : undefined);
}

function enumValues(shape: EnumShape): readonly (string | number)[] {
  return shape.table.filter(([name]) => shape.members.includes(name)).map(([, value]) => value);
}

/** Puts something else somewhere into a value, or takes something away; in place, unless it is the whole value. */
export function breakSomewhere(value: unknown, random: Random): unknown {
  const places: ((alien: unknown) => void)[] = [];
  const seen = new Set<unknown>();
  const visit = (each: unknown): void => {
    if (typeof each !== "object" || each === null || seen.has(each) || Object.isFrozen(each)) return;
    seen.add(each);
    if (each instanceof Map) {
      for (const [key, inner] of each) {
        places.push(
          (alien) => void each.set(key, alien),
          (alien) => void (each.delete(key), each.set(alien, inner)),
        );
        visit(inner);
      }
    } else if (each instanceof Set) {
      for (const inner of each) {
        places.push((alien) => void (each.delete(inner), each.add(alien)));
        visit(inner);
      }
    } else {
      const holder = each as Record<PropertyKey, unknown>;
      for (const key of Object.keys(each)) {
        places.push((alien) => void (holder[key] = alien));
        if (!Array.isArray(each)) places.push(() => void Reflect.deleteProperty(each, key));
        visit(holder[key]);
      }
      if (Array.isArray(each))
        places.push(
          (alien) => void each.push(alien),
          () => void each.pop(),
        );
    }
  };
  visit(value);
  const alien = pick<() => unknown>(
    [
      () => Symbol("alien"),
      () => 987654321.5,
      () => "alien",
      () => null,
      () => ({ alien: true }),
      () => [Symbol("alien")],
      () => true,
      () => new Date(1),
      () => new Map([[1, 1]]),
      () => 3n,
    ],
    random,
  )();
  if (places.length === 0 || random() < 0.05) return alien;
  pick(places, random)(alien);
  return value;
}

/** Whether a value fits: the same rules as a validator's, read from the shape at once. */
export function fitsShape(shape: Shape, value: unknown): boolean {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  switch (shape.kind) {
    case "primitive":
      if (shape.type === "unknown") return true;
      if (shape.type === "never") return false;
      if (shape.type === "null") return value === null;
      return shape.type === "object" ? isObject : typeof value === shape.type;
    case "literal":
      return value === (typeof shape.value === "object" ? BigInt(shape.value.bigint) : shape.value);
    case "enum":
      return (enumValues(shape) as readonly unknown[]).includes(value);
    case "template":
      return typeof value === "string" && (vm.runInThisContext(templatePattern(shape)) as RegExp).test(value);
    case "symbol":
      return typeof value === "symbol";
    case "array":
      return Array.isArray(value) && value.every((each) => fitsShape(shape.element, each));
    case "tuple":
      return Array.isArray(value) && tupleFits(shape, value);
    case "object":
      return objectFits(shape, value);
    case "class":
      if (!isObject || (isPlain(value) && shape.fields.some(({ name }) => name.startsWith("#")))) return false;
      return fieldsFit(shape.fields, value);
    case "builtin":
      return builtinFits(shape.class, shape.from, shape.args, value);
    case "pid":
      return isObject && typeof (value as { id?: unknown }).id === "string";
    case "function":
      return typeof value === "function";
    case "brand":
      return fitsShape(shape.base, value);
    default:
      return shape.members.some((member) => fitsShape(member, value));
  }
}

function tupleFits({ slots }: TupleShape, value: readonly unknown[]): boolean {
  const rest = slots.findIndex((slot) => slot.rest);
  const least = slots.filter((slot) => !slot.optional && !slot.rest).length;
  if (value.length < least || (rest < 0 && value.length > slots.length)) return false;
  const trailing = rest < 0 ? 0 : slots.length - rest - 1;
  return slots.every((slot, index) => {
    const own = slot.rest
      ? value.slice(rest, value.length - trailing)
      : rest >= 0 && index > rest
        ? [value[value.length - slots.length + index]]
        : [value[index]];
    return own.every((each) => (slot.optional && each === undefined) || fitsShape(slot.shape, each));
  });
}

function objectFits(shape: ObjectShape, value: unknown): boolean {
  if (value === null || value === undefined) return false;
  const hidden = (name: string) => name.startsWith("#") || name.startsWith("[");
  const readable = shape.fields.filter(({ name }) => !hidden(name));
  const list = Array.isArray(value) || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value);
  if (typeof value !== "object" || list) {
    const strict = shape.indexes.some((index) => !isPrimitive(index.key, "number") && !isPrimitive(index.value, "unknown"));
    const required = readable.filter(({ optional }) => !optional);
    const there = (own: Field) => own.name in Object(value);
    if (strict || !required.every(there)) return false;
    if (required.length === 0 && readable.length > 0 && !readable.some(there)) return false;
  }
  if (!fieldsFit(readable, value)) return false;
  return shape.indexes.every(({ key, value: own }) => {
    const fits = (name: string) => !isPrimitive(key, "number") || String(Number(name)) === name;
    const template = key.kind === "template" ? (vm.runInThisContext(templatePattern(key)) as RegExp) : /(?:)/;
    if (isPrimitive(key, "symbol"))
      return Object.getOwnPropertySymbols(value).every((name) => fitsShape(own, (value as Record<symbol, unknown>)[name]));
    return Object.entries(value).every(
      ([name, each]) => !fits(name) || !template.test(name) || readable.some((known) => known.name === name) || fitsShape(own, each),
    );
  });
}

function fieldsFit(fields: readonly Field[], value: unknown): boolean {
  return fields.every(({ name, shape, optional, exact }) => {
    if (name.startsWith("#") || name.startsWith("[")) return true;
    const holder = Object(value) as Record<string, unknown>;
    const plain = isPlain(value);
    if (!plain && !Object.hasOwn(holder, name) && name in holder) return true;
    const each = holder[name];
    return (optional && each === undefined && (exact !== true || !(name in holder))) || fitsShape(shape, each);
  });
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === null || prototype === Object.prototype;
}

function builtinFits(name: string, from: string, args: readonly Shape[], value: unknown): boolean {
  if (from !== "") return value !== null && value !== undefined;
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (/^(String|Number|Boolean|Symbol|BigInt)$/.test(name)) return isObject || typeof value === name.toLowerCase();
  if (!isObject) return false;
  if (name === "Map") return types.isMap(value) && [...value].every((entry) => args.every((arg, index) => fitsShape(arg, entry[index])));
  if (name === "Set") return types.isSet(value) && [...value].every((each) => args.every((arg) => fitsShape(arg, each)));
  if (name.endsWith("Error")) return value instanceof Error || (!list(value) && "message" in value);
  const Maker = (globalThis as unknown as Record<string, unknown>)[name];
  if (!/^(WeakMap|WeakSet|WeakRef|Date|RegExp|Promise|ArrayBuffer|SharedArrayBuffer|DataView|Buffer|\w+\d+(Clamped)?Array)$/.test(name))
    return true;
  return value instanceof (Maker as new () => unknown);
}

function list(value: unknown): boolean {
  return Array.isArray(value) || types.isMap(value) || types.isSet(value) || types.isDate(value);
}

/** What stands at the path of a validator's sentence. @throws where there is nothing to look into. */
export function valueAt(value: unknown, sentence: string): unknown {
  let at = value;
  let rest = sentence.slice("State".length);
  while (!rest.startsWith(": ")) {
    const piece = pieces.map((pattern) => pattern.exec(rest)).find((match) => match !== null);
    if (piece === undefined) throw new Error(`no path: ${rest}`);
    const [whole, text = ""] = piece;
    if (at === null || at === undefined) throw new Error(`nothing to look into before ${rest}`);
    if (whole.startsWith(".get(")) {
      const key: unknown = /^\d+n$/.test(text) ? BigInt(text.slice(0, -1)) : JSON.parse(text);
      if (!(at as Map<unknown, unknown>).has(key)) throw new Error(`no key ${text}`);
      at = (at as Map<unknown, unknown>).get(key);
    } else if (whole.startsWith(".keys()[")) at = [...(at as Map<unknown, unknown>).keys()][Number(text)];
    else if (whole.startsWith(".values()[")) at = [...(at as Map<unknown, unknown>).values()][Number(text)];
    else at = (at as Record<PropertyKey, unknown>)[whole.startsWith("[") ? (JSON.parse(text) as PropertyKey) : text];
    rest = rest.slice(whole.length);
  }
  return at;
}

const pieces = [
  /^\.get\(("(?:[^"\\]|\\.)*"|[^)]*)\)/,
  /^\.keys\(\)\[(\d+)\]/,
  /^\.values\(\)\[(\d+)\]/,
  /^\[("(?:[^"\\]|\\.)*"|\d+)\]/,
  /^\.([\p{ID_Start}$_][\p{ID_Continue}$]*)/u,
];
