/**
 * Random pairs of shapes, and sampled values as the ground truth of what `validity.ts` says of them: where it says that old values are valid,
 * no sample may be found wrong; where it says that they are not, some sample has to be. Half of the pairs are edits of one shape, since two
 * random ones have little in common.
 */
import type { Verdict } from "../../server/src/analysis/model.ts";
import {
  type BrandShape,
  children,
  type ClassShape,
  type EnumShape,
  type Field,
  isPrimitive,
  membersOf,
  type ObjectShape,
  primitive,
  type PrimitiveName,
  type Shape,
  type Slot,
} from "../../server/src/analysis/shape.ts";
import { typeText } from "../../server/src/analysis/type-text.ts";
import { createValidity } from "../../server/src/analysis/validity.ts";
import { counterexample } from "../../server/src/analysis/witness.ts";
import { randomSource } from "../support/shape-values.ts";

export type Random = () => number;

export interface FuzzReport {
  readonly pairs: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Verdicts of compatibility that a value contradicts. */
  readonly unsound: readonly string[];
  /** Verdicts of incompatibility that no value confirms, and that nothing explains. */
  readonly refused: readonly string[];
  /** Those that are explained: enums whose names have other values now. */
  readonly explained: number;
  /** Witnesses that are no value of the old shape, or that the new one takes. */
  readonly wrongWitnesses: readonly string[];
  /** Undecided, although nothing in the types is beyond deciding. */
  readonly undecided: readonly string[];
}

export function fuzzShapes(seed: number, pairs: number, until = Infinity): FuzzReport {
  const verdicts: Record<Verdict, number> = { compatible: 0, incompatible: 0, unknown: 0 };
  const unsound: string[] = [];
  const refused: string[] = [];
  const undecided: string[] = [];
  const wrongWitnesses: string[] = [];
  let explained = 0;
  let done = 0;
  for (; done < pairs && Date.now() < until; done += 1) {
    const random = randomSource(seed + done);
    const from = randomShape(random);
    const to = random() < 0.2 ? randomShape(random) : edited(from, random);
    const verdict = createValidity()(from, to);
    verdicts[verdict] += 1;
    const say = (value?: unknown) =>
      `seed ${seed + done}: ${shown(from)}  →  ${shown(to)}${value === undefined ? "" : `  value ${valueText(value)}`}`;
    const found = search(from, to, random, verdict === "compatible" ? 25 : 15);
    if (verdict === "compatible" && found.kind !== "none") unsound.push(`${say(found.value)} is ${found.kind}`);
    if (verdict === "incompatible") {
      const wrong = checkWitness(from, to, random);
      if (wrong !== null) wrongWitnesses.push(`${say()}: ${wrong}`);
    }
    if (verdict === "incompatible" && found.kind !== "no") {
      if (search(from, to, random, 600).kind === "no") continue;
      if (hasMovedEnums(from, to) || isEndless(from) || search(from, from, random, 5).kind === "empty") explained += 1;
      else refused.push(say());
    }
    if (verdict === "unknown" && !isBeyondDeciding(from) && !isBeyondDeciding(to)) undecided.push(say());
  }
  return { pairs: done, verdicts, unsound, refused, explained, wrongWitnesses, undecided };
}

function checkWitness(from: Shape, to: Shape, random: Random): string | null {
  const found = counterexample(from, to);
  if (found === null) return "there is none";
  // Where the witness leaves something open, such as how many there are of something, some value of it has to be refused.
  let wrong = "it has no value";
  for (let tries = 0; tries < 20; tries += 1) {
    const value = sample(found, random);
    if (value === none) continue;
    if (fits(from, value) === "no") return `witness ${valueText(value)} is no old value`;
    if (fits(to, value) === "no" || hasMovedEnums(from, to)) return null;
    wrong = `witness ${valueText(value)} is a new value`;
  }
  return isEndless(from) || search(from, from, random, 20).kind === "empty" ? null : wrong;
}

/** Looks for a value of one shape that another does not take. */
function search(from: Shape, to: Shape, random: Random, tries: number): { kind: "none" | "no" | "maybe" | "empty"; value?: unknown } {
  let kind: "none" | "maybe" | "empty" = "empty";
  let value: unknown;
  for (let count = 0; count < tries; count += 1) {
    const made = sample(from, random);
    if (made === none) continue;
    const fit = fits(to, made);
    if (fit === "no") return { kind: "no", value: made };
    if (fit === "maybe") [kind, value] = ["maybe", made];
    else if (kind === "empty") kind = "none";
  }
  return { kind: kind === "empty" ? (tries > 5 ? "none" : "empty") : kind, value };
}

// Shapes ------------------------------------------------------------------------------------------------------------------------------

export function randomShape(random: Random): Shape {
  const open: ObjectShape[] = [];
  return make(1 + Math.floor(random() * 4));

  function make(depth: number): Shape {
    const kind = pick(depth <= 0 ? leafKinds : [...leafKinds, ...treeKinds, ...treeKinds], random);
    switch (kind) {
      case "primitive":
        return primitive(pick(primitives, random));
      case "literal":
        return { kind: "literal", value: pick(["a", "b", "x1", "v1.x", 0, 1, 2, true, false, { bigint: "5" }] as const, random) };
      case "enum":
        return randomEnum(random);
      case "template":
        return pick(templates, random);
      case "builtin":
        return builtin(pick(["Date", "RegExp", "Error", "TypeError"], random));
      case "pid":
        return { kind: "pid", protocol: pick(["User", "Bot"], random) };
      case "brand":
        return pick(brands, random);
      case "symbol":
        return { kind: "symbol", symbol: pick(["one", "two"], random) };
      case "array":
        return { kind: "array", element: make(depth - 1), readonly: random() < 0.2 };
      case "tuple":
        return { kind: "tuple", slots: slots(depth, random, make), readonly: random() < 0.2 };
      case "object": {
        const shape: ObjectShape = { kind: "object", fields: [], indexes: [] };
        open.push(shape);
        shape.fields = fields(depth, random, make);
        open.pop();
        return shape;
      }
      case "record":
        return record(depth, random, make);
      case "class":
        return randomClass(depth, random, make);
      case "Map":
        return builtin("Map", make(0), make(depth - 1));
      case "Set":
        return builtin("Set", make(depth - 1));
      case "Promise":
        return builtin("Promise", make(depth - 1));
      case "tagged":
        return unionOf(
          ["on", "off", "idle"].slice(0, 2 + Math.floor(random() * 2)).map((value) => ({
            kind: "object",
            fields: [field("kind", { kind: "literal", value }), ...fields(depth - 1, random, make)],
            indexes: [],
          })),
        );
      case "recursive":
        return unionOf([open.at(-1) ?? primitive("string"), primitive("null")]);
      default:
        return unionOf(Array.from({ length: 2 + Math.floor(random() * 2) }, () => make(depth - 1)));
    }
  }
}

const leafKinds = ["primitive", "primitive", "primitive", "literal", "literal", "enum", "template", "builtin", "pid", "brand", "symbol"];
const treeKinds = ["array", "tuple", "object", "object", "record", "class", "Map", "Set", "Promise", "tagged", "recursive", "union"];
const primitives: readonly PrimitiveName[] = [
  ...(["string", "string", "number", "number", "boolean", "bigint", "symbol", "null", "undefined", "object", "unknown"] as const),
];
const templates: readonly Shape[] = [
  { kind: "template", texts: ["v", ""], types: [primitive("number")] },
  { kind: "template", texts: ["v", ""], types: [primitive("string")] },
  { kind: "template", texts: ["v", ".", ""], types: [primitive("number"), primitive("string")] },
  { kind: "template", texts: ["", "x"], types: [primitive("string")] },
  { kind: "template", texts: ["x", ""], types: [primitive("bigint")] },
];
const brands: readonly BrandShape[] = ["Id", "Name"].map((name) => ({
  kind: "brand",
  base: primitive("string"),
  tag: { kind: "object", fields: [field("__brand", { kind: "literal", value: name })], indexes: [] },
}));
const tables: readonly EnumShape["table"][] = [
  ["A0", "B1"],
  ["A0", "B1", "C2"],
  ["A1", "B0"],
  ["Aa", "Bb"],
  ["Xa", "Bb", "Cc"],
].map((members) =>
  members.map((text): readonly [string, string | number] => [
    text.slice(0, 1),
    /\d/.test(text.slice(1)) ? Number(text.slice(1)) : text.slice(1),
  ]),
);

function randomEnum(random: Random): Shape {
  const table = pick(tables, random);
  const names = table.map(([name]) => name);
  return { kind: "enum", table, members: random() < 0.3 ? names.slice(0, 1) : names, name: "E" };
}

function builtin(name: string, ...args: Shape[]): Shape {
  return { kind: "builtin", class: name, from: "", args, readonly: false };
}

function field(name: string, shape: Shape, optional = false, exact = false): Field {
  return { name, shape: optional ? bare(shape) : shape, optional, readonly: false, ...(optional && exact ? { exact } : {}) };
}

type Make = (depth: number) => Shape;

/** @param rare names beside the usual ones: of unique symbols, of private members. */
function fields(depth: number, random: Random, make: Make, rare: readonly string[] = ["length", "[one]"]): Field[] {
  return ["a", "b", "c", ...rare]
    .filter((name) => random() < (name.length > 1 ? 0.08 : 0.55))
    .map((name) => field(name, make(depth - 1), random() < 0.3, random() < 0.4));
}

function slots(depth: number, random: Random, make: Make): Slot[] {
  const slot = (optional: boolean, rest: boolean): Slot => {
    const shape = make(depth - 1);
    return { shape: optional ? bare(shape) : shape, optional, rest };
  };
  const head = Array.from({ length: Math.floor(random() * 3) }, () => slot(false, false));
  if (random() < 0.25) return [...head, slot(true, false)];
  if (random() < 0.3) return [...head, slot(false, true), ...(random() < 0.4 ? [slot(false, false)] : [])];
  return head;
}

/** With an index signature that its fields keep. */
function record(depth: number, random: Random, make: Make): Shape {
  const value = make(depth - 1);
  const key = pick<Shape>(
    [primitive("string"), primitive("string"), primitive("number"), primitive("symbol"), templates[1] as Shape],
    random,
  );
  const own = ["a", "v1", "7"]
    .filter(() => random() < 0.25)
    .map((name) =>
      field(name, isPrimitive(key, "string") ? pick(membersOf(value), random) : value, bare(value) === value && random() < 0.3, true),
    );
  return { kind: "object", fields: own, indexes: [{ key, value, readonly: false }] };
}

function randomClass(depth: number, random: Random, make: Make): Shape {
  const [name, bases] = pick(
    [
      ["A", []],
      ["B", ["A"]],
      ["M", ["Map"]],
    ] as const,
    random,
  );
  const shape: ClassShape = { kind: "class", class: name, module: "m", bases, fields: fields(depth, random, make, ["#p", "[one]", "#q"]) };
  return name === "M" ? { ...shape, extends: builtin("Map", primitive("string"), make(0)) } : shape;
}

function unionOf(members: readonly Shape[]): Shape {
  const flat = members.flatMap((member) => membersOf(member));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind: "union", members: flat };
}

/** Without `undefined`, which an optional field says by itself. Nothing is hashed, since the shape may be half made. */
function bare(shape: Shape): Shape {
  if (shape.kind !== "union") return isPrimitive(shape, "undefined") ? primitive("null") : shape;
  const rest = shape.members.filter((member) => !isPrimitive(member, "undefined"));
  return rest.length === shape.members.length ? shape : rest.length === 0 ? primitive("null") : unionOf(rest);
}

/** A copy with a few changes. */
export function edited(root: Shape, random: Random): Shape {
  const copies = new Map<Shape, Shape>();
  const rate = pick([0, 0.05, 0.15, 0.3], random);
  const tame = () => randomShape(random);
  return copy(root);

  function copy(shape: Shape): Shape {
    const known = copies.get(shape);
    if (known !== undefined) return known;
    if (random() < rate) return change(shape);
    const made = { ...shape } as Shape;
    copies.set(shape, made);
    return Object.assign(made, parts(shape));
  }

  function parts(shape: Shape): object {
    switch (shape.kind) {
      case "array":
        return { element: copy(shape.element) };
      case "tuple":
        return {
          slots: shape.slots.map((slot) => ({ ...slot, shape: slot.optional ? bare(copy(slot.shape)) : copy(slot.shape) })),
        };
      case "object":
      case "class":
        return {
          fields: shape.fields.flatMap(editField),
          ...(shape.kind === "object" && shape.indexes.length > 0
            ? {
                fields: shape.fields,
                indexes: shape.indexes.map((index) => ({ ...index, value: unionOf([copy(index.value), index.value]) })),
              }
            : {}),
          ...(shape.kind === "class" && shape.extends !== undefined
            ? { extends: builtin("Map", primitive("string"), copy(children(shape.extends)[1] ?? shape.extends)) }
            : {}),
        };
      case "builtin":
        return { args: shape.args.map(copy) };
      case "union":
        return {
          members: shape.members
            .map(copy)
            .flatMap((member) => (member.kind === "union" && member.members.length > 0 ? member.members : [member])),
        };
      default:
        return {};
    }
  }

  function editField(own: Field): readonly Field[] {
    if (random() < rate / 2) return [];
    const optional = random() < rate ? !own.optional : own.optional;
    return [field(own.name, copy(own.shape), optional, random() < rate ? random() < 0.5 : own.exact === true)];
  }

  function change(shape: Shape): Shape {
    const roll = random();
    if (roll < 0.35) return unionOf([shape, tame()]);
    if (shape.kind === "union" && roll < 0.6) return unionOf(shape.members.filter((_, index) => index > 0));
    if (shape.kind === "object" && roll < 0.6)
      return {
        kind: "object",
        fields: shape.fields,
        indexes: [{ key: primitive("string"), value: primitive("unknown"), readonly: false }],
      };
    if (shape.kind === "class" && roll < 0.6) return { kind: "object", fields: shape.fields, indexes: [] };
    if (shape.kind === "array" && roll < 0.6)
      return { kind: "tuple", slots: [{ shape: shape.element, optional: false, rest: true }], readonly: false };
    if (shape.kind === "tuple" && roll < 0.5)
      return { kind: "array", element: unionOf([...shape.slots.map((slot) => slot.shape), primitive("undefined")]), readonly: false };
    if (shape.kind === "literal" && roll < 0.6)
      return primitive(typeof shape.value === "object" ? "bigint" : (typeof shape.value as "string"));
    if (shape.kind === "enum")
      return roll < 0.6 ? randomEnum(random) : unionOf(valuesOf(shape).map((value): Shape => ({ kind: "literal", value })));
    if (shape.kind === "template") return pick(templates, random);
    return tame();
  }
}

function valuesOf(shape: EnumShape): readonly (string | number)[] {
  return shape.table.filter(([name]) => shape.members.includes(name)).map(([, value]) => value);
}

// Values ------------------------------------------------------------------------------------------------------------------------------

/** There is no value, or none that is small. */
const none = Symbol("none");
/** What only types know of a value. */
const identities = new WeakMap<object, string>();
const promised = new WeakMap<object, unknown>();
const privates = new WeakMap<object, Map<string, unknown>>();
/** Fields that hold `undefined` where they might as well be absent: readers of an index signature have to expect as much. */
const leftOut = new WeakMap<object, Set<PropertyKey>>();

export function sample(shape: Shape, random: Random, depth = 0): unknown {
  if (depth > 12) return none;
  const inner = (each: Shape) => sample(each, random, depth + 1);
  const several = (make: () => unknown) =>
    Array.from({ length: depth > 4 ? 0 : pick([0, 1, 1, 2], random) }, make).filter((each) => each !== none);
  switch (shape.kind) {
    case "primitive":
      return samplePrimitive(shape.type, random);
    case "literal":
      return typeof shape.value === "object" ? BigInt(shape.value.bigint) : shape.value;
    case "enum":
      return shape.members.length === 0 ? none : pick(valuesOf(shape), random);
    case "template": {
      const parts = shape.types.map(inner);
      return parts.includes(none)
        ? none
        : shape.texts.map((text, index) => text + (index < parts.length ? String(parts[index]) : "")).join("");
    }
    case "symbol":
      return Symbol.for(shape.symbol);
    case "array":
      return several(() => inner(shape.element));
    case "tuple": {
      const made: unknown[] = [];
      for (const slot of shape.slots) {
        if (slot.rest) made.push(...several(() => inner(slot.shape)));
        else if (slot.optional && random() < 0.5) break;
        else made.push(slot.optional && random() < 0.3 ? undefined : inner(slot.shape));
      }
      return made.includes(none) ? none : made;
    }
    case "object":
      return sampleFields({}, shape.fields, shape);
    case "class": {
      const made = shape.extends === undefined ? {} : (sample(shape.extends, random, depth + 1) as object);
      identities.set(made, [shape.class, ...shape.bases].join());
      return sampleFields(made, shape.fields);
    }
    case "builtin": {
      const [first, second] = shape.args;
      if (shape.class === "Map" && first !== undefined && second !== undefined) {
        const entries = several(() => {
          const entry = [inner(first), inner(second)] as const;
          return entry[0] === none || entry[1] === none ? none : entry;
        });
        return new Map(entries as [unknown, unknown][]);
      }
      if (shape.class === "Set" && first !== undefined) return new Set(several(() => inner(first)));
      if (shape.class === "Promise") {
        const held = first === undefined ? none : inner(first);
        if (held === none) return none;
        const promise = Promise.resolve();
        promised.set(promise, held);
        return promise;
      }
      return platformValue(shape.class);
    }
    case "pid": {
      const pid = { id: "<0.1>" };
      identities.set(pid, `pid ${shape.protocol}`);
      return pid;
    }
    case "function":
      return () => {};
    case "brand":
      return `brand ${typeText(shape.tag)}`;
    default: {
      const order = shape.members.map((member) => [random() + (depth > 5 && children(member).length > 0 ? 1 : 0), member] as const);
      for (const [, member] of order.toSorted(([one], [other]) => one - other)) {
        const made = inner(member);
        if (made !== none) return made;
      }
      return none;
    }
  }

  function sampleFields(made: object, own: readonly Field[], indexed?: ObjectShape): unknown {
    const target = made as Record<PropertyKey, unknown>;
    for (const index of indexed?.indexes ?? []) {
      for (const key of keysOf(index.key)) {
        if (random() < 0.6 || own.some(({ name }) => keyFor(name) === key)) continue;
        const value = inner(index.value);
        if (value !== none) target[key] = value;
      }
    }
    for (const { name, shape: type, optional, exact } of own) {
      if (optional && random() < 0.4) {
        if (exact === true || random() < 0.5) continue;
        define(target, name, undefined);
        leftOut.set(made, (leftOut.get(made) ?? new Set()).add(keyFor(name)));
        continue;
      }
      const value = inner(type);
      if (value !== none) define(target, name, value);
      else if (!optional) return none;
    }
    return made;
  }
}

function define(target: object, name: string, value: unknown): void {
  if (name.startsWith("#")) {
    privates.set(target, (privates.get(target) ?? new Map<string, unknown>()).set(name, value));
    return;
  }
  Object.defineProperty(target, keyFor(name), { value, enumerable: true, configurable: true, writable: true });
}

/** Fields that are keyed by a unique symbol are called `[one]`. */
function keyFor(name: string): PropertyKey {
  return name.startsWith("[") ? Symbol.for(name.slice(1, -1)) : name;
}

function keysOf(key: Shape): readonly PropertyKey[] {
  if (isPrimitive(key, "symbol")) return [Symbol.for("one"), Symbol.for("key")];
  if (isPrimitive(key, "number")) return ["7", "8"];
  return key.kind === "template" ? ["v1", "vx"] : ["a", "b", "c", "z", "v1", "7", "length"];
}

function samplePrimitive(type: PrimitiveName, random: Random): unknown {
  switch (type) {
    case "string":
      return pick(["", "a", "b", "x1", "v1", "v1.x", "v", "zx", "on"], random);
    case "number":
      return pick([0, 1, 2, 5, -1.5], random);
    case "boolean":
      return random() < 0.5;
    case "bigint":
      return pick([5n, 7n], random);
    case "symbol":
      return pick([Symbol.for("one"), Symbol.for("two"), Symbol.for("other")], random);
    case "null":
      return null;
    case "undefined":
      return undefined;
    case "object":
      return pick<object>([{}, [], { a: 1 }, new Date(0), new Map()], random);
    case "unknown":
      return pick<unknown>([undefined, null, "a", 1, { a: "x" }, [true]], random);
    default:
      return none;
  }
}

function platformValue(name: string): unknown {
  return name === "Date" ? new Date(0) : name === "RegExp" ? /x/ : name === "TypeError" ? new TypeError("x") : new Error("x");
}

// What fits ---------------------------------------------------------------------------------------------------------------------------

type Fit = "yes" | "no" | "maybe";

const every = (fit: Iterable<Fit>): Fit => {
  let result: Fit = "yes";
  for (const each of fit) {
    if (each === "no") return each;
    if (each === "maybe") result = each;
  }
  return result;
};

/** Whether a value is one of a shape, read from the shape alone. */
export function fits(shape: Shape, value: unknown): Fit {
  const is = (condition: boolean): Fit => (condition ? "yes" : "no");
  switch (shape.kind) {
    case "primitive":
      if (shape.type === "unknown") return "yes";
      if (shape.type === "never") return "no";
      if (shape.type === "null") return is(value === null);
      return is(shape.type === "object" ? isObject(value) : typeof value === shape.type);
    case "literal":
      return is(value === (typeof shape.value === "object" ? BigInt(shape.value.bigint) : shape.value));
    case "enum":
      return is(valuesOf(shape).includes(value as string));
    case "template":
      return is(typeof value === "string" && templateFits(shape.texts, shape.types, value));
    case "symbol":
      return is(value === Symbol.for(shape.symbol));
    case "array":
      return Array.isArray(value) ? every(value.map((each) => fits(shape.element, each))) : "no";
    case "tuple":
      return Array.isArray(value) ? tupleFits(shape.slots, value) : "no";
    case "object":
      return objectFits(shape, value);
    case "class": {
      if (!isObject(value) || identities.get(value)?.split(",").includes(shape.class) !== true) return "no";
      return every([fieldsFit(shape.fields, value), shape.extends === undefined ? "yes" : fits(shape.extends, value)]);
    }
    case "builtin": {
      const maker = (globalThis as unknown as Record<string, new () => object>)[shape.class];
      if (maker === undefined || !(value instanceof maker)) return "no";
      const [first, second] = shape.args;
      if (value instanceof Map) return every([...value].flatMap(([key, each]) => [fit(first, key), fit(second, each)]));
      if (value instanceof Set) return every([...value].map((each) => fit(first, each)));
      return value instanceof Promise && promised.has(value) ? fit(first, promised.get(value)) : "yes";
    }
    case "pid":
      return is(isObject(value) && identities.get(value) === `pid ${shape.protocol}`);
    case "function":
      return is(typeof value === "function");
    case "brand":
      if (value === `brand ${typeText(shape.tag)}`) return "yes";
      return fits(shape.base, value) === "no" ? "no" : "maybe";
    default: {
      const all = shape.members.map((member) => fits(member, value));
      return all.includes("yes") ? "yes" : all.includes("maybe") ? "maybe" : "no";
    }
  }
}

function fit(shape: Shape | undefined, value: unknown): Fit {
  return shape === undefined ? "yes" : fits(shape, value);
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function templateFits(texts: readonly string[], types: readonly Shape[], value: string): boolean {
  const [head = "", ...rest] = texts;
  if (!value.startsWith(head)) return false;
  const [type, ...more] = types;
  const left = value.slice(head.length);
  if (type === undefined) return left === "";
  return Array.from({ length: left.length + 1 }, (_, end) => end).some((end) => {
    const part = left.slice(0, end);
    const own =
      isPrimitive(type, "string") || (part !== "" && (isPrimitive(type, "bigint") ? /^-?\d+$/.test(part) : Number.isFinite(Number(part))));
    return own && templateFits(rest, more, left.slice(end));
  });
}

function tupleFits(own: readonly Slot[], value: readonly unknown[]): Fit {
  const rest = own.findIndex((slot) => slot.rest);
  const least = own.filter((slot) => !slot.optional && !slot.rest).length;
  if (value.length < least || (rest < 0 && value.length > own.length)) return "no";
  const after = rest < 0 ? 0 : own.length - rest - 1;
  return every(
    value.map((each, index) => {
      const slot =
        rest < 0 || index < rest ? own[index] : index >= value.length - after ? own[own.length - (value.length - index)] : own[rest];
      if (slot === undefined) return "no";
      return slot.optional && each === undefined ? "yes" : fits(slot.shape, each);
    }),
  );
}

function objectFits(shape: ObjectShape, value: unknown): Fit {
  if (value === null || value === undefined) return "no";
  const plain = isObject(value) && (Object.getPrototypeOf(value) === Object.prototype || identities.has(value)) && !(value instanceof Map);
  const list = Array.isArray(value);
  const indexed = shape.indexes.map(({ key, value: own }): Fit => {
    if (list && isPrimitive(key, "number")) return every(value.map((each) => fits(own, each)));
    if (isObject(value) && identities.get(value)?.startsWith("pid ") === true) return "maybe";
    if (typeof value === "string" && isPrimitive(key, "number")) return every(value.split("").map((each) => fits(own, each)));
    if (!plain) return "no";
    return every(
      Reflect.ownKeys(value)
        .filter((name) => isKey(name, key) && leftOut.get(value)?.has(name) !== true)
        .map((name) => fits(own, (value as Record<PropertyKey, unknown>)[name])),
    );
  });
  return every([fieldsFit(shape.fields, value), ...indexed]);
}

function isKey(name: PropertyKey, key: Shape): boolean {
  if (typeof name === "symbol") return isPrimitive(key, "symbol");
  if (isPrimitive(key, "symbol")) return false;
  if (isPrimitive(key, "number")) return String(Number(name)) === name;
  return key.kind !== "template" || templateFits(key.texts, key.types, String(name));
}

function fieldsFit(own: readonly Field[], value: unknown): Fit {
  return every(
    own.map(({ name, shape, optional, exact }): Fit => {
      const hidden = isObject(value) ? privates.get(value) : undefined;
      const there = name.startsWith("#") ? hidden?.has(name) === true : keyFor(name) in Object(value);
      // What the runtime's pids have beside their identity is none of the types' business.
      if (isObject(value) && identities.get(value)?.startsWith("pid ") === true) return optional ? "yes" : "maybe";
      if (!there) return optional ? "yes" : "no";
      const held = name.startsWith("#") ? hidden?.get(name) : (value as Record<PropertyKey, unknown>)[keyFor(name)];
      if (held === undefined && optional) return exact === true ? fits(shape, held) : "yes";
      return fits(shape, held);
    }),
  );
}

// What explains a verdict -------------------------------------------------------------------------------------------------------------

function nodes(root: Shape): readonly Shape[] {
  const seen = new Set<Shape>([root]);
  for (const shape of seen) for (const child of children(shape)) seen.add(child);
  return [...seen];
}

/** A name of an enum keeps its value: that is more than values show. */
function hasMovedEnums(from: Shape, to: Shape): boolean {
  const enums = (root: Shape) => nodes(root).filter((shape): shape is EnumShape => shape.kind === "enum");
  return enums(from).some((one) =>
    enums(to).some((other) => one.table.some(([name, value]) => other.table.some(([each, now]) => each === name && now !== value))),
  );
}

/** Whether something in it has no value but one that contains itself, of which there are no samples. */
function isEndless(root: Shape): boolean {
  let left: readonly Shape[] = nodes(root);
  const ended = new Set<Shape>();
  const ends = (shape: Shape): boolean => {
    const own = "fields" in shape ? shape.fields.filter((each) => !each.optional).map((each) => each.shape) : [];
    if (shape.kind === "union") return shape.members.some((member) => ended.has(member));
    if (shape.kind === "array" || (shape.kind === "builtin" && shape.class !== "Promise")) return true;
    if (shape.kind === "tuple") return shape.slots.every((slot) => slot.optional || slot.rest || ended.has(slot.shape));
    return (own.length > 0 || "fields" in shape ? own : children(shape)).every((each) => ended.has(each));
  };
  for (let before = -1; ended.size > before;) {
    before = ended.size;
    for (const shape of left) if (ends(shape)) ended.add(shape);
    left = left.filter((shape) => !ended.has(shape));
  }
  return left.length > 0;
}

function isBeyondDeciding(root: Shape): boolean {
  // Without the option, hardly anybody means that an optional field may be `undefined`; with it, it may not.
  const isExact = (shape: Shape) => (shape.kind === "object" || shape.kind === "class") && shape.fields.some(({ exact }) => exact);
  return nodes(root).some(
    (shape) =>
      isExact(shape) ||
      shape.kind === "brand" ||
      shape.kind === "pid" ||
      shape.kind === "template" ||
      isPrimitive(shape, "unknown") ||
      isPrimitive(shape, "object"),
  );
}

function shown(shape: Shape): string {
  const text = (each: Shape) => typeText(each, { nameOf: () => undefined, deepest: 7, most: 80 });
  const classes = nodes(shape).flatMap((each) =>
    each.kind === "class"
      ? [
          `${each.class}${each.extends === undefined ? "" : ` extends ${text(each.extends)}`} ${text({ kind: "object", fields: each.fields, indexes: [] })}`,
        ]
      : [],
  );
  return [text(shape), ...classes].join(" where ");
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) =>
    each instanceof Map
      ? { Map: [...each] }
      : each instanceof Set
        ? { Set: [...each] }
        : typeof each === "bigint" || typeof each === "symbol"
          ? String(each)
          : isObject(each) && identities.has(each)
            ? { ...each, class: identities.get(each) }
            : each === undefined
              ? "undefined"
              : each,
  );
  return text ?? String(value);
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)] as T;
}
