/**
 * Writes the expression that makes a value of one shape from a value of another. Every field is written out: spreads are many times slower
 * over large states, and drag along what the new version does not know. What recurses, and what has many variants, becomes a local function.
 * Where no value can be known, the code throws and says so.
 */
import { argumentName } from "../compare.ts";
import {
  type ArrayShape,
  type BuiltinShape,
  type EnumShape,
  type Field,
  isPrimitive,
  isRecursive,
  membersOf,
  type ObjectShape,
  primitive,
  type Shape,
  shapeHash,
  type Slot,
  type TupleShape,
} from "../shape.ts";
import { accessText, keyText, typeText } from "../type-text.ts";
import { createValidity } from "../validity.ts";
import { body, either, indent, list, parameterName, statement } from "./code.ts";
import type { Conversion, Converting } from "./conversion.ts";
import { alternatives } from "./convert-union.ts";

/** A first value that nobody has said, with what stands for it; null where the code throws. */
export interface OpenValue {
  readonly path: string;
  readonly shape: Shape;
  readonly suggestion: string | null;
}

/** What the function is called that throws where a person has to say something. */
const undecided = "undecided";

export class Converter implements Converting {
  readonly conversion: Conversion;
  readonly valid = createValidity();
  /** First values that nobody has said. */
  readonly open: OpenValue[] = [];
  /** Pairs that are being converted further out; one that is met again is a function. */
  readonly #around: { readonly key: string; name: string | undefined }[] = [];
  readonly #made = new Map<string, { readonly name: string; text: string }>();
  /** Names of parameters, which no function may have. */
  #names = new Set<string>();

  #undecided = false;

  /** @param reserved names that no function may have. */
  constructor(conversion: Conversion, reserved: Iterable<string> = []) {
    this.conversion = conversion;
    for (const name of reserved) this.#names.add(name);
  }

  /** Declarations of the functions that the expressions call. */
  get functions(): readonly string[] {
    const { unit } = this.conversion.layout;
    // A function that is called where it is written would make the checker take all that follows for unreachable.
    const thrower = `const ${undecided} = (what: string): never => {\n${unit}throw new Error(what);\n};`;
    return [...(this.#undecided ? [thrower] : []), ...[...this.#made.values()].map(({ text }) => text)];
  }

  /** @param taken names that are in use around the expression. */
  value(from: Shape, to: Shape, value: string, path: string, taken: ReadonlySet<string>, top = false): string {
    if ((!top || from.kind !== "object") && this.passes(from, to)) return value;
    const key = `${shapeHash(from)} ${shapeHash(to)}`;
    const known = this.#made.get(key);
    if (known !== undefined) return `${known.name}(${value})`;
    const again = this.#around.find((each) => each.key === key);
    if (again !== undefined) {
      if (this.#signature(from, to) === undefined) return this.unknown(path, from, to);
      again.name ??= this.#nameFor(from, to, path);
      return `${again.name}(${value})`;
    }
    const frame: { key: string; name: string | undefined } = { key, name: undefined };
    const [opened, names] = [this.open.length, [...this.#names]];
    this.#around.push(frame);
    const made = this.#make(from, to, value, path, taken, top);
    this.#around.pop();
    if (frame.name === undefined) return made;
    // It is written once more, of the function's own parameter.
    this.open.length = opened;
    this.#names = new Set(names);
    return `${this.#define(key, frame.name, from, to, (parameter) => statement(this.#make(from, to, parameter, path, new Set([parameter]), false)))}(${value})`;
  }

  callable(from: Shape, to: Shape, path: string, write: (parameter: string) => string): string | undefined {
    const key = `${shapeHash(from)} ${shapeHash(to)}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known.name;
    return this.#signature(from, to) === undefined ? undefined : this.#define(key, this.#nameFor(from, to, path), from, to, write);
  }

  #define(key: string, name: string, from: Shape, to: Shape, write: (parameter: string) => string): string {
    const made = { name, text: "" };
    this.#made.set(key, made);
    const [source, target] = this.#signature(from, to) ?? [];
    const lines = write("from");
    const [, returned] = /^return ([^\n]*);$/.exec(lines) ?? [];
    const { layout } = this.conversion;
    const head = `const ${name} = (from: ${source}): ${target} =>`;
    const broken = head.length > 110 ? `const ${name} = (\n${layout.unit}from: ${source},\n): ${target} =>` : head;
    made.text = `${broken} ${returned === undefined ? `{\n${indent(lines, layout.unit)}\n}` : body(returned)};`;
    return name;
  }

  #signature(from: Shape, to: Shape): readonly [string, string] | undefined {
    const source = this.conversion.wholeType(from, "from");
    const target = this.conversion.wholeType(to, "to");
    return source === undefined || target === undefined ? undefined : [source, target];
  }

  #nameFor(from: Shape, to: Shape, path: string): string {
    const named = [to, from].flatMap((shape) => ("name" in shape && shape.name !== undefined ? [shape.name] : []))[0];
    const last = /([\p{ID_Start}$_][\p{ID_Continue}$]*)[^\p{ID_Continue}]*$/u.exec(path.replaceAll(/[[<|][^.]*/g, ""))?.[1];
    return parameterName(named ?? last, "converted", new Set(["from", ...this.#names, ...this.#functionNames()]));
  }

  /** A name that no function has, and nothing around. */
  parameter(typeName: string | undefined, fallback: string, taken: ReadonlySet<string>): string {
    const name = parameterName(typeName, fallback, new Set([...taken, ...this.#functionNames()]));
    this.#names.add(name);
    return name;
  }

  #functionNames(): readonly string[] {
    return [undecided, ...[...this.#made.values()].map(({ name }) => name), ...this.#around.flatMap(({ name }) => name ?? [])];
  }

  #make(from: Shape, to: Shape, value: string, path: string, taken: ReadonlySet<string>, top: boolean): string {
    if (from.kind === "enum" && to.kind === "enum") return this.#enum(from, to, value, path);
    if (from.kind === "union" || to.kind === "union" || from.kind === "enum") return alternatives(this, from, to, value, path, taken);
    if (from.kind === "object" && to.kind === "object") return this.#object(from, to, value, path, taken, top);
    if (from.kind === "array" && to.kind === "array") return this.#array(from, to, value, path, taken);
    if (from.kind === "tuple" && to.kind === "tuple") return this.#tuple(from, to, value, path, taken);
    if (from.kind === "tuple" && to.kind === "array" && from.slots.every((slot) => this.passes(slot.shape, to.element)))
      return `[...${value}]`;
    if (from.kind === "builtin" && to.kind === "builtin" && from.class === to.class && from.from === to.from) {
      const made = this.#builtin(from, to, value, path, taken);
      if (made !== undefined) return made;
    }
    return this.#simple(from, to, value, path, taken);
  }

  #simple(from: Shape, to: Shape, value: string, path: string, taken: ReadonlySet<string>): string {
    if (isPrimitive(to, "string") && ["number", "boolean", "bigint"].some((type) => this.passes(from, primitive(type as "number")))) {
      return `String(${value})`;
    }
    const plain = (shape: Shape, name: string) => shape.kind === "builtin" && shape.from === "" && shape.class === name;
    // The same items, held in another way; that some may be equal is for the new version's type to say.
    if (from.kind === "array" && to.kind === "builtin" && plain(to, "Set")) {
      const items: ArrayShape = { kind: "array", element: to.args[0] ?? primitive("unknown"), readonly: true };
      return `new Set(${this.value(from, items, value, path, taken)})`;
    }
    if (from.kind === "builtin" && plain(from, "Set") && to.kind === "array") {
      const element = from.args[0] ?? primitive("unknown");
      if (this.passes(element, to.element)) return `[...${value}]`;
      return this.#array({ kind: "array", element, readonly: false }, to, `[...${value}]`, path, taken);
    }
    // The values are the same, which only the type checker cannot see: an enum and the literals that it stands for.
    if (this.valid(from, to) === "compatible" && to.kind === "enum") return `${value} as ${this.conversion.typeOf(to)}`;
    return this.unknown(path, from, to);
  }

  /** A table from each old value to the new one of the same name. */
  #enum(from: EnumShape, to: EnumShape, value: string, path: string): string {
    const names = new Map(from.table.map(([name, each]) => [each, name]));
    const rows = from.table
      .filter(([name]) => from.members.includes(name))
      .map(([, old]) => {
        const name = names.get(old) ?? "";
        const now = to.members.includes(name) ? to.table.find(([each]) => each === name) : undefined;
        return now === undefined ? undefined : { old, name, now: now[1] };
      });
    const kept = rows.filter((row) => row !== undefined);
    if (kept.length === 0) return alternatives(this, from, to, value, path, new Set());
    if (kept.length < rows.length) return this.#someOf(from, to, value, path, kept);
    if (kept.every(({ old, now }) => old === now)) return `${value} as ${this.conversion.typeOf(to)}`;
    const type = this.conversion.typeOf(to);
    // Where the enum is not at hand, its values are what the type says.
    const constant = /^["\d-]/.test(type);
    const entries = kept.map(({ old, name, now }) => {
      const made = this.conversion.enumMember(to, name) ?? `${JSON.stringify(now)}${constant ? "" : ` as ${type}`}`;
      return `${typeof old === "number" && old >= 0 ? old : JSON.stringify(String(old))}: ${made}`;
    });
    const table = list("{", entries, "}", { layout: this.conversion.layout });
    // Some of an enum's members would be widened to all of them.
    return `${constant || to.members.length < to.table.length ? `(${table} as const)` : table}[${value}]`;
  }

  /** What the other enum has is kept by its name; of the rest, a person has to say what becomes of it. */
  #someOf(
    from: EnumShape,
    to: EnumShape,
    value: string,
    path: string,
    kept: readonly { old: string | number; name: string; now: string | number }[],
  ): string {
    const type = this.conversion.typeOf(to);
    const rest = from.members.filter((name) => !kept.some((row) => row.name === name));
    const end = this.unknown(path, { ...from, members: rest }, to);
    return kept.reduceRight((otherwise, { old, name, now }) => {
      const made = this.conversion.enumMember(to, name) ?? `${JSON.stringify(now)}${/^["\d-]/.test(type) ? "" : ` as ${type}`}`;
      return either(
        `${value} === ${this.conversion.enumMember(from, name) ?? JSON.stringify(old)}`,
        made,
        otherwise,
        this.conversion.layout,
      );
    }, end);
  }

  #object(from: ObjectShape, to: ObjectShape, value: string, path: string, taken: ReadonlySet<string>, broken: boolean): string {
    const { layout } = this.conversion;
    const [index] = to.indexes;
    if (index !== undefined) {
      const [old] = from.indexes;
      const simple = to.fields.length === 0 && to.indexes.length === 1 && from.fields.length === 0 && from.indexes.length === 1;
      if (!simple || old === undefined || shapeHash(old.key) !== shapeHash(index.key) || isPrimitive(index.key, "symbol")) {
        return this.valid(from, to) === "compatible" && this.#readable(from, to) ? value : this.unknown(path, from, to);
      }
      const names = new Set([...taken, "key"]);
      const item = this.parameter("name" in old.value ? old.value.name : undefined, "value", names);
      const made = this.value(old.value, index.value, item, `${path}[string]`, new Set([...names, item]));
      const type = this.conversion.wholeType(index.value, "to");
      const result = type === undefined || made === item ? "" : `: [string, ${type}]`;
      const pair = list("[", ["key", made], "]", { layout });
      return `Object.fromEntries(Object.entries(${value}).map(([key, ${item}])${result} => ${pair}))`;
    }
    const parts = to.fields.flatMap((field): readonly string[] => {
      if (field.name.startsWith("#")) return [];
      const text = this.#field(from, field, value, path + accessText(field.name), taken);
      if (text === undefined) return [];
      const marked = /^\/\/ instar: review .*\n/.exec(text);
      const [comment, rest] = marked === null ? ["", text] : [marked[0], text.slice(marked[0].length)];
      return [rest.startsWith("...") ? `${comment}${rest}` : `${comment}${keyText(field.name)}: ${rest}`];
    });
    return list("{", parts, "}", { broken, layout });
  }

  /** Whether the type checker takes it, too: it knows of no index signature of an interface. */
  #readable(from: ObjectShape, to: ObjectShape): boolean {
    return to.indexes.every((index) => from.indexes.some((old) => shapeHash(old.key) === shapeHash(index.key))) && to.fields.length === 0;
  }

  /** The value of one field; undefined leaves it out. */
  #field(from: ObjectShape, field: Field, value: string, path: string, taken: ReadonlySet<string>): string | undefined {
    const name = this.conversion.renamed(path) ?? field.name;
    const old = from.fields.find((each) => each.name === name);
    if (old === undefined) return field.optional ? undefined : this.first(path, field.shape);
    const access = value + accessText(old.name);
    if (!old.optional) {
      const kept = field.optional && field.exact !== true && isPrimitive(old.shape, "undefined");
      return kept ? access : this.value(old.shape, field.shape, access, path, taken);
    }
    const made = this.value(old.shape, field.shape, access, path, taken);
    if (field.optional) {
      if (made === access && field.exact !== true) return access;
      // A value of `undefined` that was there becomes a field that is not there.
      if (field.exact === true || (old.exact === true && this.conversion.exact))
        return `...(${access} === undefined ? {} : ${list("{", [`${keyText(field.name)}: ${made}`], "}", { layout: this.conversion.layout })})`;
      return either(`${access} === undefined`, "undefined", made, this.conversion.layout);
    }
    const first = this.first(path, field.shape);
    const nullable = membersOf(old.shape).some((member) => isPrimitive(member, "null") || isPrimitive(member, "unknown"));
    return made === access && !nullable && !first.includes("\n") ? `${access} ?? ${first}` : `${access} === undefined ? ${first} : ${made}`;
  }

  #array(from: ArrayShape, to: ArrayShape, value: string, path: string, taken: ReadonlySet<string>): string {
    if (this.passes(from.element, to.element)) return `[...${value}]`;
    const item = this.parameter("name" in from.element ? from.element.name : undefined, "item", taken);
    const made = this.value(from.element, to.element, item, `${path}[]`, new Set([...taken, item]));
    return `${value}.map((${item}) => ${body(made)})`;
  }

  #tuple(from: TupleShape, to: TupleShape, value: string, path: string, taken: ReadonlySet<string>): string {
    if ([...from.slots, ...to.slots].some((slot) => slot.rest)) return this.#tupleWithRest(from, to, value, path);
    const required = to.slots.filter((slot) => !slot.optional).length;
    const parts = to.slots.slice(0, Math.max(required, Math.min(from.slots.length, to.slots.length))).map((slot, index) => {
      const old = from.slots[index];
      return this.#slot(old, slot, `${value}[${index}]`, `${path}[${index}]`, taken);
    });
    return list("[", parts, "]", { layout: this.conversion.layout });
  }

  #slot(old: Slot | undefined, slot: Slot, value: string, path: string, taken: ReadonlySet<string>): string {
    if (old === undefined) return slot.optional ? "undefined" : this.first(path, slot.shape);
    const made = this.value(old.shape, slot.shape, value, path, taken);
    if (!old.optional || (slot.optional && made === value)) return made;
    return either(`${value} === undefined`, slot.optional ? "undefined" : this.first(path, slot.shape), made, this.conversion.layout);
  }

  /** What repeats at the end is taken apart by name. */
  #tupleWithRest(from: TupleShape, to: TupleShape, value: string, path: string): string {
    const simple = [from, to].every(
      ({ slots }) => slots.every((slot, index) => !slot.rest || index === slots.length - 1) && !slots.some((slot) => slot.optional),
    );
    const [oldRest, newRest] = [from, to].map(({ slots }) => slots.find((slot) => slot.rest));
    const [olds, news] = [from.slots, to.slots].map((slots) => slots.filter((slot) => !slot.rest)) as [Slot[], Slot[]];
    // What repeated cannot be told from what did not where they do not begin at the same place.
    if (!simple || (oldRest !== undefined && olds.length !== news.length)) return this.unknown(path, from, to);
    const name = this.callable(from, to, path, (parameter) => {
      const names = olds.map((slot, index) => this.parameter(slot.label, `item${index}`, new Set([parameter, "rest"])));
      const taken = new Set([parameter, "rest", ...names]);
      const pattern = [...names, ...(oldRest === undefined ? [] : ["...rest"])];
      const parts = news.map((slot, index) => this.#slot(olds[index], slot, names[index] ?? "", `${path}[${index}]`, taken));
      const at = `${path}[${news.length}]`;
      if (oldRest !== undefined && newRest !== undefined) {
        const [one, other] = [oldRest, newRest].map((slot): ArrayShape => ({ kind: "array", element: slot.shape, readonly: false }));
        if (one !== undefined && other !== undefined) parts.push(`...${this.value(one, other, "rest", at, taken)}`);
      } else if (newRest !== undefined) {
        for (const [index, old] of olds.slice(news.length).entries())
          parts.push(this.value(old.shape, newRest.shape, names[news.length + index] ?? "", at, taken));
      }
      const { layout } = this.conversion;
      return `const [${pattern.join(", ")}] = ${parameter};\nreturn ${list("[", parts, "]", { layout })};`;
    });
    return name === undefined ? this.unknown(path, from, to) : `${name}(${value})`;
  }

  #builtin(from: BuiltinShape, to: BuiltinShape, value: string, path: string, taken: ReadonlySet<string>): string | undefined {
    const [oldKey, oldValue] = from.args;
    const [key, item] = to.args;
    if (from.class === "Map" && oldKey !== undefined && oldValue !== undefined && key !== undefined && item !== undefined) {
      if (this.passes(oldKey, key) && this.passes(oldValue, item)) return `new Map(${value})`;
      const names = new Set([...taken, "key"]);
      const name = this.parameter("name" in oldValue ? oldValue.name : undefined, "value", names);
      names.add(name);
      const madeKey = this.value(oldKey, key, "key", `${path}<${argumentName("Map", 0)}>`, names);
      const made = this.value(oldValue, item, name, `${path}<${argumentName("Map", 1)}>`, names);
      const pair = list("[", [madeKey, made], "]", { layout: this.conversion.layout });
      const types = [key, item].map((shape) => this.conversion.wholeType(shape, "to"));
      const arrow = types.includes(undefined) ? `=> ${pair} as const` : `: [${types.join(", ")}] => ${pair}`;
      return `new Map(Array.from(${value}, ([key, ${name}])${arrow.startsWith(":") ? arrow : ` ${arrow}`}))`;
    }
    if (from.class === "Set" && oldKey !== undefined && key !== undefined) {
      if (this.passes(oldKey, key)) return `new Set(${value})`;
      const name = this.parameter("name" in oldKey ? oldKey.name : undefined, "item", taken);
      const made = this.value(oldKey, key, name, `${path}<item>`, new Set([...taken, name]));
      const type = this.conversion.wholeType(key, "to");
      return `new Set(Array.from(${value}, (${name})${type === undefined ? "" : `: ${type}`} => ${body(made)}))`;
    }
    return undefined;
  }

  passes(from: Shape, to: Shape): boolean {
    if (shapeHash(from) === shapeHash(to)) return true;
    if (isPrimitive(to, "unknown") || isPrimitive(from, "never")) return true;
    if (from.kind === "union") return from.members.every((member) => this.passes(member, to));
    if (isPrimitive(from, "boolean") && to.kind === "union")
      return [true, false].every((value) => this.passes({ kind: "literal", value }, to));
    if (to.kind === "union") return to.members.some((member) => this.passes(from, member));
    // Before two types that recurse are found to be the same, they would be asked for again and again.
    if (isRecursive(from) || isRecursive(to)) return false;
    if (from.kind === "array" && to.kind === "array") return !(from.readonly && !to.readonly) && this.passes(from.element, to.element);
    if (from.kind === "tuple" && to.kind === "tuple") return false;
    if (from.kind === "builtin" && to.kind === "builtin") {
      if (from.class !== to.class || from.from !== to.from || (from.readonly && !to.readonly)) return false;
      return from.args.every((arg, index) => this.passes(arg, to.args[index] ?? arg));
    }
    if (to.kind === "enum" || (from.kind === "enum" && to.kind !== "primitive")) return false;
    if (["primitive", "literal", "template", "enum", "brand", "class"].includes(from.kind) && from.kind !== to.kind)
      return this.valid(from, to) === "compatible";
    return false;
  }

  first(path: string, shape: Shape): string {
    const first = this.conversion.first(path, shape);
    if (first === undefined || first.source === "type") this.open.push({ path, shape, suggestion: first?.text ?? null });
    return first?.text ?? this.unknown(path, null, shape);
  }

  unknown(path: string, from: Shape | null, to: Shape): string {
    const text = this.conversion.typeOf(to);
    const target = text.length > longest ? brief(typeText(to)) : text;
    const what =
      from === null ? `${path} needs a first value of type ${target}` : `${path}: say how ${brief(typeText(from))} becomes ${target}`;
    const oneLine = what.replaceAll(/\s+/g, " ");
    this.#undecided = true;
    return `// instar: review ${oneLine}.\n${undecided}(${JSON.stringify(`${oneLine}.`)})`;
  }
}

/** Enough of a type to know which one is meant. */
const longest = 300;

function brief(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
