/** `stateRecipes`: random states of a shape, as recipes that shrink to the simplest ones, and what of the shape they leave out. */
import * as fc from "fast-check";
import {
  type BuiltinShape,
  type ClassShape,
  children,
  type EnumShape,
  type Field,
  type Index,
  isPrimitive,
  type ObjectShape,
  type PrimitiveName,
  type Shape,
  stringMapping,
  type TemplateShape,
  type TupleShape,
} from "../analysis/shape.ts";
import { accessText } from "../analysis/type-text.ts";
import type { Opaque, Recipe } from "./recipe.ts";

export interface StateRecipes {
  /** Null where no state can be made. */
  readonly recipes: fc.Arbitrary<Recipe> | null;
  /** Why not; null where states can be made. */
  readonly impossible: string | null;
  /** What stands in for something: by path in the type. */
  readonly standIns: readonly StandIn[];
  /** Where values may be none that the program would ever make: a brand promises more than its type says. */
  readonly guessed: readonly StandIn[];
}

export interface StandIn {
  readonly path: string;
  /** As people read it: `a Box`. */
  readonly what: string;
}

/** Beyond this, states are made as small as they can be. */
const deepest = 5;

export function stateRecipes(shape: Shape, name = "State"): StateRecipes {
  const generator = new Generator(shape);
  const recipes = generator.of(shape, 0, name);
  const byPath = (found: ReadonlyMap<string, string>): StandIn[] =>
    [...found].map(([path, what]) => ({ path, what })).toSorted((one, other) => (one.path < other.path ? -1 : 1));
  return {
    recipes,
    impossible: recipes === null ? "its type has no value that ends" : null,
    standIns: byPath(generator.standIns),
    guessed: byPath(generator.guessed),
  };
}

class Generator {
  readonly standIns = new Map<string, string>();
  readonly guessed = new Map<string, string>();
  readonly #heights: ReadonlyMap<Shape, number>;
  /** By depth. */
  readonly #made: Map<Shape, fc.Arbitrary<Recipe> | null>[] = [];

  constructor(root: Shape) {
    this.#heights = heightsOf(root);
  }

  /** Null where the shape has no value. */
  of(shape: Shape, depth: number, path: string): fc.Arbitrary<Recipe> | null {
    if (this.#height(shape) === Infinity) return null;
    // What is said of these is said of each place.
    if (["brand", "class", "function", "pid", "primitive", "symbol"].includes(shape.kind)) return this.#make(shape, depth, path);
    const made = (this.#made[Math.min(depth, deepest)] ??= new Map());
    let known = made.get(shape);
    if (known === undefined) made.set(shape, (known = this.#make(shape, depth, path)));
    return known;
  }

  #height(shape: Shape): number {
    return this.#heights.get(shape) ?? Infinity;
  }

  #make(shape: Shape, depth: number, path: string): fc.Arbitrary<Recipe> | null {
    switch (shape.kind) {
      case "primitive":
        return this.#primitive(shape.type, path);
      case "literal":
        return fc.constant(typeof shape.value === "object" ? BigInt(shape.value.bigint) : shape.value);
      case "enum":
        return fc.constantFrom(...enumValues(shape));
      case "template":
        return this.#template(shape, depth, path);
      case "symbol":
        this.guessed.set(path, `the symbol ${shape.symbol}`);
        return fc.constant({ kind: "symbol", name: shape.symbol });
      case "array":
        return this.#items(shape.element, depth, `${path}[]`).map((items) => ({ kind: "array", items }));
      case "tuple":
        return this.#tuple(shape, depth, path);
      case "object":
        return this.#object(shape, depth, path);
      case "class":
        return this.#opaque(path, `a ${shape.class}`, { is: "object", class: null, fields: fieldNames(shape) });
      case "builtin":
        return this.#builtin(shape, depth, path);
      case "pid":
        this.standIns.set(path, `a process of ${shape.protocol}`);
        return fc.integer({ min: 1, max: 4 }).map((number) => ({ kind: "pid", number, protocol: shape.protocol }));
      case "function":
        return this.#opaque(path, "a function", { is: "function", class: null, fields: [] });
      case "brand": {
        const mapping = stringMapping(shape);
        if (mapping === undefined) this.guessed.set(path, "a brand");
        const base = this.of(shape.base, depth, path);
        return mapping === undefined ? base : (base?.map((text) => (typeof text === "string" ? mapping.apply(text) : text)) ?? null);
      }
      default:
        return this.#union(shape.members, depth, path);
    }
  }

  #primitive(type: PrimitiveName, path: string): fc.Arbitrary<Recipe> | null {
    switch (type) {
      case "string":
        return texts;
      case "number":
        return numbers;
      case "boolean":
        return fc.boolean();
      case "bigint":
        return fc.bigInt({ min: -1000n, max: 1000n });
      case "symbol":
        return fc.constantFrom("one", "two").map((name) => ({ kind: "symbol", name }));
      case "null":
        return fc.constant(null);
      case "undefined":
        return fc.constant(undefined);
      case "never":
        return null;
      default:
        return this.#opaque(path, type === "unknown" ? "a value of any type" : "any object", { is: "object", class: null, fields: [] });
    }
  }

  #opaque(path: string, what: string, rest: Omit<Opaque, "kind" | "what" | "path">): fc.Arbitrary<Recipe> {
    this.standIns.set(path, what);
    return fc.constant({ kind: "opaque", what, path, ...rest });
  }

  #template({ texts: parts, types }: TemplateShape, depth: number, path: string): fc.Arbitrary<Recipe> | null {
    const inner = types.flatMap((type) => this.of(type, depth + 1, path) ?? []);
    if (inner.length < types.length) return null;
    // What stands there is no object.
    const filled = (value: Recipe): string => (typeof value === "object" && value !== null ? "" : String(value));
    return fc
      .tuple(...inner)
      .map((values) => parts.map((part, index) => part + (index < values.length ? filled(values[index]) : "")).join(""));
  }

  #items(element: Shape, depth: number, path: string): fc.Arbitrary<Recipe[]> {
    const inner = depth >= deepest ? null : this.of(element, depth + 1, path);
    return inner === null ? fc.constant([]) : fc.array(inner, { maxLength: depth < 2 ? 4 : 2 });
  }

  #tuple({ slots }: TupleShape, depth: number, path: string): fc.Arbitrary<Recipe> | null {
    const parts: fc.Arbitrary<Recipe[]>[] = [];
    for (const [index, slot] of slots.entries()) {
      const at = `${path}[${index}]`;
      if (slot.rest) {
        parts.push(this.#items(slot.shape, depth, at));
        continue;
      }
      const inner = this.of(slot.shape, depth + 1, at);
      if (inner === null && !slot.optional) return null;
      if (inner === null) break;
      parts.push(inner.map((item) => [item]));
    }
    const optional = slots.slice(0, parts.length).filter((slot) => slot.optional).length;
    // What follows an optional element is there only where that is.
    const counts = slots.some((slot) => slot.rest) ? fc.constant(0) : fc.integer({ min: 0, max: optional });
    return fc.tuple(counts, ...parts).map(([without, ...all]) => ({ kind: "array", items: all.slice(0, all.length - without).flat() }));
  }

  #object({ fields, indexes }: ObjectShape, depth: number, path: string): fc.Arbitrary<Recipe> | null {
    const own = this.#fields(fields, depth, path);
    if (own === null) return null;
    const more = indexes.map((index) => this.#index(index, new Set(fields.map(({ name }) => name)), depth, path));
    return fc.tuple(own, ...more).map((lists) => ({ kind: "object", entries: lists.flat() }));
  }

  #fields(fields: readonly Field[], depth: number, path: string): fc.Arbitrary<Entry[]> | null {
    const parts: fc.Arbitrary<Entry[]>[] = [];
    for (const { name, shape, optional } of fields) {
      const at = `${path}${accessText(name)}`;
      if (name.startsWith("#") || name.startsWith("[")) {
        if (!optional) this.guessed.set(at, "what only its own module can name");
        continue;
      }
      const inner = optional && depth >= deepest ? null : this.of(shape, depth + 1, at);
      if (inner === null && !optional) return null;
      if (inner === null) continue;
      const entry = inner.map((value): Entry[] => [[name, value]]);
      parts.push(optional ? fc.option(entry, { nil: [] }) : entry);
    }
    return fc.tuple(...parts).map((lists) => lists.flat());
  }

  #index({ key, value }: Index, declared: ReadonlySet<string>, depth: number, path: string): fc.Arbitrary<Entry[]> {
    const base = key.kind === "brand" ? key.base : key;
    const keys: fc.Arbitrary<Recipe> | null = isPrimitive(base, "number")
      ? fc.nat({ max: 20 })
      : isPrimitive(base, "string")
        ? keyTexts
        : base.kind === "template"
          ? this.#template(base, depth, path)
          : null;
    const inner = keys === null || depth >= deepest ? null : this.of(value, depth + 1, `${path}[]`);
    if (keys === null || inner === null) return fc.constant([]);
    return fc
      .uniqueArray(fc.tuple(keys.map(String), inner), { maxLength: depth < 2 ? 3 : 1, selector: ([name]) => name })
      .map((entries) => entries.filter(([name]) => !declared.has(name) && name !== "__proto__"));
  }

  #builtin(shape: BuiltinShape, depth: number, path: string): fc.Arbitrary<Recipe> | null {
    const { class: name, from, args } = shape;
    const [first, second] = args;
    const opaque = () =>
      this.#opaque(path, `a ${name}${from === "" ? "" : ` of ${from}`}`, { is: "object", class: from === "" ? name : null, fields: [] });
    if (from !== "") return opaque();
    if (name === "Set" && first !== undefined) {
      return this.#items(first, depth, `${path}<item>`).map((items) => ({ kind: "set", items }));
    }
    if (name === "Map" && first !== undefined && second !== undefined) {
      const keys = depth >= deepest ? null : this.of(first, depth + 1, `${path}<key>`);
      const values = depth >= deepest ? null : this.of(second, depth + 1, `${path}<value>`);
      if (keys === null || values === null) return fc.constant({ kind: "map", entries: [] });
      return fc.array(fc.tuple(keys, values), { maxLength: depth < 2 ? 4 : 2 }).map((entries) => ({ kind: "map", entries }));
    }
    if (name === "Date") return dates;
    if (name === "RegExp") return fc.constantFrom("text", "^a+$").map((source) => ({ kind: "pattern", source, flags: "" }));
    if (name === "URL") return fc.constantFrom("a", "b/c?d=e").map((rest) => ({ kind: "url", href: `https://example.org/${rest}` }));
    if (/^([A-Z][a-z]+)?Error$/.test(name) && name !== "AggregateError") {
      return texts.map((message) => ({ kind: "error", class: name, message }));
    }
    if (
      /^(Uint8|Uint16|Uint32|Int8|Int16|Int32|Float32|Float64|BigInt64|BigUint64)(Clamped)?Array$|^(Shared)?ArrayBuffer$|^Buffer$|^DataView$/.test(
        name,
      )
    ) {
      return fc.array(fc.nat({ max: 100 }), { maxLength: 4 }).map((items) => ({ kind: "bytes", class: name, items }));
    }
    return opaque();
  }

  #union(members: readonly Shape[], depth: number, path: string): fc.Arbitrary<Recipe> | null {
    const least = Math.min(...members.map((member) => this.#height(member)));
    const possible = members
      .filter((member) => (depth >= deepest ? this.#height(member) === least : true))
      .toSorted((one, other) => rank(one) - rank(other) || this.#height(one) - this.#height(other))
      .flatMap((member) => this.of(member, depth, path) ?? []);
    return possible.length === 0 ? null : fc.oneof({ withCrossShrink: true }, ...possible);
  }
}

type Entry = [key: string, value: Recipe];

/** Counter-examples shrink to what can be made, rather than to what stands in for something. */
function rank(shape: Shape): number {
  if (shape.kind === "function" || shape.kind === "class" || isPrimitive(shape, "unknown") || isPrimitive(shape, "object")) return 2;
  return shape.kind === "builtin" && shape.from !== "" ? 2 : 0;
}

function fieldNames({ fields }: ClassShape): readonly string[] {
  return fields.map(({ name }) => name).filter((name) => !name.startsWith("#") && !name.startsWith("["));
}

function enumValues({ table, members }: EnumShape): readonly (string | number)[] {
  return table.filter(([name]) => members.includes(name)).map(([, value]) => value);
}

/** How many levels a value of each shape has at least; Infinity where it has none that ends. */
function heightsOf(root: Shape): ReadonlyMap<Shape, number> {
  const reached = new Set<Shape>([root]);
  for (const shape of reached) for (const child of children(shape)) reached.add(child);
  const heights = new Map<Shape, number>();
  const order = [...reached].toReversed();
  for (let changed = true; changed;) {
    changed = false;
    for (const shape of order) {
      const height = heightOf(shape, (each) => heights.get(each) ?? Infinity);
      if (height >= (heights.get(shape) ?? Infinity)) continue;
      heights.set(shape, height);
      changed = true;
    }
  }
  return heights;
}

function heightOf(shape: Shape, known: (shape: Shape) => number): number {
  const above = (needed: readonly Shape[]) => 1 + Math.max(0, ...needed.map(known));
  switch (shape.kind) {
    case "primitive":
      return shape.type === "never" ? Infinity : 0;
    case "enum":
      return shape.members.length === 0 ? Infinity : 0;
    case "template":
      return above(shape.types);
    case "tuple":
      return above(shape.slots.filter((slot) => !slot.optional && !slot.rest).map((slot) => slot.shape));
    case "object":
      return above(shape.fields.filter(({ optional, name }) => !optional && !/^[#[]/.test(name)).map((field) => field.shape));
    case "brand":
      return known(shape.base);
    case "union":
      return Math.min(...shape.members.map(known));
    default:
      return 0;
  }
}

/** A text of these characters; of no property that objects have already, which hardly any program expects. */
function text(characters: string, maxLength: number, minLength = 0): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...Array.from(characters)), { minLength, maxLength }).map((all) => all.join(""));
}

const texts = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: text("abcXYZ019 -_.,:/@", 8), weight: 4 },
  { arbitrary: text("aäßé漢🙂\n\"\\'<", 4), weight: 1 },
);

const keyTexts = text("abcdxyz019-", 4, 1);

/** Neither without end nor so large that sums are no longer exact: hardly any program expects that, and its type cannot say so. */
const numbers = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.integer({ min: -1000, max: 1000 }), weight: 4 },
  { arbitrary: fc.integer({ min: -4000, max: 4000 }).map((eighths) => eighths / 8), weight: 1 },
  { arbitrary: fc.integer({ min: -0x7fffffff, max: 0x7fffffff }), weight: 1 },
);

/** From 2000 on, in whole seconds. */
const dates = fc.nat({ max: 3_000_000_000 }).map((seconds): Recipe => ({ kind: "date", time: 946_684_800_000 + seconds * 1000 }));
