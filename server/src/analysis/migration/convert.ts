/**
 * Writes the expression that makes a value of one shape from a value of another. Every field is written out: spreads are many times slower
 * over large states, and drag along what the new version does not know. Where no value can be known, the code throws and says so.
 */
import { byTag, tagOf } from "../compare.ts";
import {
  type ArrayShape,
  type BuiltinShape,
  type Field,
  isPrimitive,
  membersOf,
  type ObjectShape,
  type Shape,
  shapeHash,
  type TupleShape,
} from "../shape.ts";
import { accessText, keyText, typeText } from "../type-text.ts";
import { createValidity, literalsOf } from "../validity.ts";
import { indent, type Layout, list, parameterName } from "./code.ts";
import { obviousValue } from "./defaults.ts";

export interface Conversion {
  readonly layout: Layout;
  /** The name of a target type in the module's file. */
  readonly typeOf: (shape: Shape) => string;
  /** The field of the source that became this one, by the target's path, where a person said so. */
  readonly renamed: (path: string) => string | undefined;
  /** A first value for a field that the source does not have. */
  readonly first: (path: string, shape: Shape) => string | undefined;
  /** `exactOptionalPropertyTypes` */
  readonly exact: boolean;
}

/** @param taken names that are in use around the expression. */
export function convert(conversion: Conversion, from: Shape, to: Shape, value: string, path: string, taken: ReadonlySet<string>): string {
  return new Converter(conversion).value(from, to, value, path, taken, true);
}

class Converter {
  readonly #conversion: Conversion;
  readonly #valid = createValidity();
  readonly #open: [Shape, Shape][] = [];

  constructor(conversion: Conversion) {
    this.#conversion = conversion;
  }

  value(from: Shape, to: Shape, value: string, path: string, taken: ReadonlySet<string>, top = false): string {
    if (!top && this.#passes(from, to)) return value;
    if (top && from.kind !== "object" && this.#passes(from, to)) return value;
    // What recurses cannot be written out; a person has to write the function.
    if (this.#open.some(([one, other]) => one === from && other === to)) return this.#unknown(path, from, to);
    this.#open.push([from, to]);
    try {
      if (from.kind === "union" || to.kind === "union") return this.#union(from, to, value, path, taken);
      if (from.kind === "object" && to.kind === "object") return this.#object(from, to, value, path, taken, top);
      if (from.kind === "array" && to.kind === "array") return this.#array(from, to, value, path, taken);
      if (from.kind === "tuple" && to.kind === "tuple") return this.#tuple(from, to, value, path, taken);
      if (from.kind === "tuple" && to.kind === "array" && from.slots.every((slot) => this.#passes(slot.shape, to.element)))
        return `[...${value}]`;
      if (from.kind === "builtin" && to.kind === "builtin" && from.class === to.class && from.from === to.from) {
        const made = this.#builtin(from, to, value, path, taken);
        if (made !== undefined) return made;
      }
      return this.#simple(from, to, value, path);
    } finally {
      this.#open.pop();
    }
  }

  #simple(from: Shape, to: Shape, value: string, path: string): string {
    if (
      isPrimitive(to, "string") &&
      ["number", "boolean", "bigint"].some((type) => this.#passes(from, { kind: "primitive", type: type as "number" }))
    ) {
      return `String(${value})`;
    }
    // The values are the same, which only the type checker cannot see: an enum and the literals that it stands for.
    if (this.#valid(from, to) === "compatible" && (to.kind === "enum" || from.kind === "enum"))
      return `${value} as ${this.#conversion.typeOf(to)}`;
    return this.#unknown(path, from, to);
  }

  #object(from: ObjectShape, to: ObjectShape, value: string, path: string, taken: ReadonlySet<string>, broken: boolean): string {
    const { layout } = this.#conversion;
    const [index] = to.indexes;
    if (index !== undefined) {
      const [old] = from.indexes;
      if (to.fields.length > 0 || to.indexes.length > 1 || from.fields.length > 0 || old === undefined) {
        return this.#valid(from, to) === "compatible" ? value : this.#unknown(path, from, to);
      }
      const item = parameterName("name" in old.value ? old.value.name : undefined, "value", new Set([...taken, "key"]));
      const made = this.value(old.value, index.value, item, `${path}[string]`, new Set([...taken, item, "key"]));
      return `Object.fromEntries(Object.entries(${value}).map(([key, ${item}]) => [key, ${made}]))`;
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

  /** The value of one field; undefined leaves it out. */
  #field(from: ObjectShape, field: Field, value: string, path: string, taken: ReadonlySet<string>): string | undefined {
    const name = this.#conversion.renamed(path) ?? field.name;
    const old = from.fields.find((each) => each.name === name);
    if (old === undefined) {
      if (field.optional) return undefined;
      return this.#conversion.first(path, field.shape) ?? this.#unknown(path, null, field.shape);
    }
    const access = value + accessText(old.name);
    if (!old.optional) return this.value(old.shape, field.shape, access, path, taken);
    if (field.optional) {
      const made = this.value(old.shape, field.shape, access, path, taken);
      if (made === access && !this.#conversion.exact) return access;
      if (this.#conversion.exact)
        return `...(${access} === undefined ? {} : ${list("{", [`${keyText(field.name)}: ${made}`], "}", { layout: this.#conversion.layout })})`;
      return `${access} === undefined ? undefined : ${made}`;
    }
    const first = this.#conversion.first(path, field.shape) ?? this.#unknown(path, null, field.shape);
    const made = this.value(old.shape, field.shape, access, path, taken);
    const nullable = membersOf(old.shape).some((member) => isPrimitive(member, "null"));
    return made === access && !nullable && !first.includes("\n") ? `${access} ?? ${first}` : `${access} === undefined ? ${first} : ${made}`;
  }

  #array(from: ArrayShape, to: ArrayShape, value: string, path: string, taken: ReadonlySet<string>): string {
    if (this.#passes(from.element, to.element)) return `[...${value}]`;
    const item = parameterName("name" in from.element ? from.element.name : undefined, "item", taken);
    const made = this.value(from.element, to.element, item, `${path}[]`, new Set([...taken, item]));
    return `${value}.map((${item}) => ${body(made)})`;
  }

  #tuple(from: TupleShape, to: TupleShape, value: string, path: string, taken: ReadonlySet<string>): string {
    if ([...from.slots, ...to.slots].some((slot) => slot.rest)) return this.#unknown(path, from, to);
    const required = to.slots.filter((slot) => !slot.optional).length;
    const parts = to.slots.slice(0, Math.max(required, Math.min(from.slots.length, to.slots.length))).map((slot, index) => {
      const at = `${path}[${index}]`;
      const old = from.slots[index];
      if (old === undefined) return this.#conversion.first(at, slot.shape) ?? this.#unknown(at, null, slot.shape);
      const made = this.value(old.shape, slot.shape, `${value}[${index}]`, at, taken);
      if (!old.optional || slot.optional) return made;
      return `${value}[${index}] ?? ${this.#conversion.first(at, slot.shape) ?? this.#unknown(at, null, slot.shape)}`;
    });
    return list("[", parts, "]", { layout: this.#conversion.layout });
  }

  #builtin(from: BuiltinShape, to: BuiltinShape, value: string, path: string, taken: ReadonlySet<string>): string | undefined {
    const [oldKey, oldValue] = from.args;
    const [key, item] = to.args;
    if (from.class === "Map" && oldKey !== undefined && oldValue !== undefined && key !== undefined && item !== undefined) {
      if (this.#passes(oldKey, key) && this.#passes(oldValue, item)) return `new Map(${value})`;
      const names = new Set([...taken, "key"]);
      const name = parameterName("name" in oldValue ? oldValue.name : undefined, "value", names);
      names.add(name);
      const madeKey = this.value(oldKey, key, "key", `${path}<key>`, names);
      const made = this.value(oldValue, item, name, `${path}<value>`, names);
      const type = `[${this.#conversion.typeOf(key)}, ${this.#conversion.typeOf(item)}]`;
      return `new Map(Array.from(${value}, ([key, ${name}]): ${type} => [${madeKey}, ${made}]))`;
    }
    if (from.class === "Set" && oldKey !== undefined && key !== undefined) {
      if (this.#passes(oldKey, key)) return `new Set(${value})`;
      const name = parameterName("name" in oldKey ? oldKey.name : undefined, "item", taken);
      const made = this.value(oldKey, key, name, `${path}<item>`, new Set([...taken, name]));
      return `new Set(Array.from(${value}, (${name}): ${this.#conversion.typeOf(key)} => ${body(made)}))`;
    }
    return undefined;
  }

  /** One alternative after the other, the one that nothing simple tells apart last. */
  #union(from: Shape, to: Shape, value: string, path: string, taken: ReadonlySet<string>): string {
    const members = membersOf(from).flatMap((member): readonly Shape[] =>
      member.kind === "enum" && !this.#passes(member, to) ? literalsOf(member) : [member],
    );
    const tag = tagOf(from, to);
    const targets = byTag(membersOf(to), tag);
    const sources = byTag(members, tag);
    const branches: { test: string | undefined; made: string }[] = [];
    const keep: Shape[] = [];
    const complex: Shape[] = [];
    for (const member of sources.rest) {
      const test = guard(member, value);
      if (test === undefined) complex.push(member);
      else if (this.#fits(member, to)) keep.push(member);
      else branches.push({ test, made: this.#lost(member, to, path) });
    }
    const variants = sources.groups.map((units) =>
      this.#variant(units, sources.variants, targets.variants, tag ?? "", to, value, path, taken),
    );
    const changed = variants.filter(({ made }) => made !== value);
    const kept = variants.filter(({ made }) => made === value);
    const several = variants.filter(({ units }) => units.length > 1);
    if (changed.length > 0) {
      // What has no tag must be told apart before anybody looks at one.
      if (complex.length > 0) return this.#unknown(path, from, to);
      const tests = keep.map((member) => guard(member, value)).filter((test) => test !== undefined);
      if (tests.length > 0) branches.push({ test: tests.join(" || "), made: unitText(keep) ?? value });
      keep.length = 0;
    }
    const [last] = several;
    if (last !== undefined && changed.includes(last)) {
      // The type checker knows a variant with several tags only as what is left.
      if (several.length > 1) return this.#unknown(path, from, to);
      branches.push(...kept, ...changed.filter((each) => each !== last), { test: undefined, made: last.made });
    } else {
      branches.push(...changed);
      keep.push(...kept.flatMap(({ members: each }) => each));
    }
    const [only, ...others] = complex;
    if (only !== undefined && others.length === 0 && sources.variants.size === 0) {
      const candidates = membersOf(to).filter(
        (each) => each.kind === only.kind && (each.kind !== "builtin" || only.kind !== "builtin" || each.class === only.class),
      );
      const target = membersOf(to).find((each) => this.#passes(only, each)) ?? candidates[0] ?? to;
      const made = target.kind === "union" ? this.#unknown(path, only, to) : this.value(only, target, value, path, taken);
      if (made !== value) {
        // Those that stay as they are must be told apart first.
        const tests = keep.map((member) => guard(member, value)).filter((test) => test !== undefined);
        if (tests.length > 0) branches.push({ test: tests.join(" || "), made: unitText(keep) ?? value });
        branches.push({ test: undefined, made });
      }
    } else if (complex.some((member) => !this.#fits(member, to))) {
      return this.#unknown(path, from, to);
    }
    if (branches.length === 0) {
      return this.#fits(from, to) ? this.#simpleOrSame(from, to, value) : this.#unknown(path, from, to);
    }
    const rest = branches.at(-1)?.test === undefined ? branches.pop()?.made : keep.length + complex.length > 0 ? value : undefined;
    const end = rest ?? branches.pop()?.made ?? value;
    const [single] = branches;
    if (branches.length === 1 && single?.test === `${value} === null` && end === value && !single.made.includes("\n"))
      return `${value} ?? ${single.made}`;
    return this.#choose(branches, end);
  }

  /** What becomes of one variant, which may have several values of the tag, and how it is told from the others. */
  #variant(
    units: readonly string[],
    from: ReadonlyMap<string, ObjectShape>,
    targets: ReadonlyMap<string, ObjectShape>,
    tag: string,
    to: Shape,
    value: string,
    path: string,
    taken: ReadonlySet<string>,
  ): { units: readonly string[]; members: readonly Shape[]; test: string; made: string } {
    const access = value + accessText(tag);
    const parts = units.flatMap((unit) => {
      const member = from.get(unit);
      const target = targets.get(unit);
      if (member === undefined) return [];
      const made =
        target === undefined ? this.#unknown(path, member, to) : this.value(member, target, value, `${path}|${tag}=${unit}`, taken);
      return [{ test: `${access} === ${unit}`, made, member }];
    });
    const [first] = parts;
    const same = parts.every(({ made }) => made === first?.made);
    // The type checker does not know of the whole value that only one tag is left; a copy says so.
    const copies = parts.map(({ test, made }) => ({ test, made: made === value ? `{ ...${value}, ${keyText(tag)}: ${access} }` : made }));
    return {
      units,
      members: parts.map(({ member }) => member),
      test: parts.map(({ test }) => test).join(" || "),
      made: same ? (first?.made ?? value) : this.#choose(copies.slice(0, -1), copies.at(-1)?.made ?? value),
    };
  }

  /** One test after the other, and what is made where none holds. */
  #choose(branches: readonly { readonly test: string | undefined; readonly made: string }[], end: string): string {
    return branches.reduceRight((rest, branch) => {
      const text = `${branch.test} ? ${branch.made} : ${rest}`;
      if (text.length < 90 && !text.includes("\n")) return text;
      const { unit } = this.#conversion.layout;
      return `${branch.test}\n${indent(`? ${branch.made}`, unit)}\n${indent(`: ${rest}`, unit)}`;
    }, end);
  }

  #simpleOrSame(from: Shape, to: Shape, value: string): string {
    return membersOf(from).every((member) => this.#passes(member, to)) ? value : `${value} as ${this.#conversion.typeOf(to)}`;
  }

  /** What becomes of an alternative that is no more. */
  #lost(member: Shape, to: Shape, path: string): string {
    if (!isPrimitive(member, "null") && !isPrimitive(member, "undefined")) {
      if (
        member.kind === "primitive" &&
        membersOf(to).some((each) => isPrimitive(each, "string")) &&
        ["number", "boolean", "bigint"].includes(member.type)
      ) {
        return this.#unknown(path, member, to);
      }
      return this.#unknown(path, member, to);
    }
    return this.#conversion.first(path, to) ?? obviousValue(to, this.#conversion.layout) ?? this.#unknown(path, member, to);
  }

  #fits(from: Shape, to: Shape): boolean {
    return this.#valid(from, to) === "compatible";
  }

  /** Whether the value is right as it is, for the type checker too, and nothing in it is left over. */
  #passes(from: Shape, to: Shape): boolean {
    if (shapeHash(from) === shapeHash(to)) return true;
    if (isPrimitive(to, "unknown")) return true;
    if (from.kind === "union") return from.members.every((member) => this.#passes(member, to));
    if (isPrimitive(from, "boolean") && to.kind === "union")
      return [true, false].every((value) => this.#passes({ kind: "literal", value }, to));
    if (to.kind === "union") return to.members.some((member) => this.#passes(from, member));
    if (from.kind === "array" && to.kind === "array") return !(from.readonly && !to.readonly) && this.#passes(from.element, to.element);
    if (from.kind === "tuple" && to.kind === "tuple") return false;
    if (from.kind === "builtin" && to.kind === "builtin") {
      if (from.class !== to.class || (from.readonly && !to.readonly)) return false;
      return from.args.every((arg, index) => this.#passes(arg, to.args[index] ?? arg));
    }
    if (to.kind === "enum" || (from.kind === "enum" && to.kind !== "primitive")) return false;
    if (["primitive", "literal", "template", "enum", "brand", "class"].includes(from.kind) && from.kind !== to.kind)
      return this.#fits(from, to);
    return false;
  }

  #unknown(path: string, from: Shape | null, to: Shape): string {
    const text = this.#conversion.typeOf(to);
    const target = text.length > longest ? brief(typeText(to)) : text;
    const what =
      from === null ? `${path} needs a first value of type ${target}` : `${path}: say how ${brief(typeText(from))} becomes ${target}`;
    const { unit } = this.#conversion.layout;
    const oneLine = what.replaceAll(/\s+/g, " ");
    return `// instar: review ${oneLine}.\n((): never => {\n${unit}throw new Error(${JSON.stringify(`${oneLine}.`)});\n})()`;
  }
}

/** Enough of a type to know which one is meant. */
const longest = 300;

function brief(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** An object literal as the body of an arrow function needs parentheses. */
export function body(expression: string): string {
  return expression.startsWith("{") ? `(${expression})` : expression.startsWith("//") ? `\n${expression}` : expression;
}

/** What is certain to be the value where only one value is left. */
function unitText(shapes: readonly Shape[]): string | undefined {
  const [only] = shapes;
  return shapes.length === 1 && only !== undefined && (isPrimitive(only, "null") || isPrimitive(only, "undefined"))
    ? typeText(only)
    : undefined;
}

/** An expression that is true for this alternative only, where one test tells. */
function guard(member: Shape, value: string): string | undefined {
  switch (member.kind) {
    case "literal":
      return `${value} === ${typeText(member)}`;
    case "primitive":
      if (member.type === "null" || member.type === "undefined") return `${value} === ${member.type}`;
      return ["string", "number", "boolean", "bigint", "symbol"].includes(member.type) ? `typeof ${value} === "${member.type}"` : undefined;
    case "template":
      return `typeof ${value} === "string"`;
    case "enum":
      return undefined;
    default:
      return undefined;
  }
}
