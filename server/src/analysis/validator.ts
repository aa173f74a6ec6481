/**
 * From a shape, the source text of a function that says whether a value in memory fits it. The text is plain JavaScript without imports,
 * with every field written out, so that a runtime which knows no types can check many states quickly. What a shape does not decide, and
 * what cannot be read without running the application's code, is accepted: a value that it refuses is wrong.
 */
import type { ArrayShape, BuiltinShape, EnumShape, Field, Index, ObjectShape, Shape, Slot, UnionShape } from "./shape.ts";
import { children, isPrimitive } from "./shape.ts";
import { accessText, shortTypeText, typeText } from "./type-text.ts";
import { builtinTest, enumTest, isContainer, isSimple, joined, literalText, primitiveTest, templatePattern } from "./validator-tests.ts";
import { validatorHelpers } from "./validator-helpers.ts";
import { unitsOf } from "./validity.ts";

export interface ValidatorSource {
  /**
   * An expression. Its value is `(state) => string | null`: null where the state fits, else a sentence with the path, such as
   * `State.members[3].name: expected string, got number`. It never throws.
   */
  readonly source: string;
  /** What it does not look at: places in the type, and what about them. */
  readonly unchecked: readonly string[];
}

/** @param name what the value is called at the start of paths. */
export function validatorSource(root: Shape, name = "State"): ValidatorSource {
  const writer = new Writer(root);
  const check = writer.write(name);
  const source = `(() => {
"use strict";
${validatorHelpers}
${writer.texts.join("\n")}
return (state) => {
  try {
    ${check}return null;
  } catch {
    return null;
  } finally {
    forget();
  }
};
})()`;
  return { source, unchecked: [...writer.unchecked].toSorted() };
}

/** Beyond this many functions, what is deeper in the type is accepted. */
const largest = 2000;

/** Every piece of text that checks something is made of statements that return what is wrong, and go on where nothing is. */
class Writer {
  readonly texts: string[] = [];
  readonly unchecked = new Set<string>();
  readonly #root: Shape;
  /** Where values that contain themselves would be checked for ever. */
  readonly #heads: ReadonlySet<Shape>;
  readonly #functions = new Map<Shape, string>();
  readonly #waiting: { readonly shape: Shape; readonly id: string; readonly path: string }[] = [];
  #constants = 0;

  constructor(root: Shape) {
    this.#root = root;
    this.#heads = cycleHeads(root);
  }

  write(name: string): string {
    const check = this.#check(this.#root, { value: "state", place: JSON.stringify(name), path: name });
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      const guard = this.#heads.has(next.shape) ? `if (again(${next.id.slice(1)}, v)) return null;\n` : "";
      this.texts.push(`function ${next.id}(v) {\n${guard}${this.#body(next.shape, next.path)}return null;\n}`);
    }
    return check;
  }

  #check(shape: Shape, { value, place, path, unless = "" }: Place): string {
    const test = this.#test(shape, value, path);
    if (test === "true") return "";
    const accepted = unless === "" ? "" : ` && !(${unless})`;
    if (test !== null) return `if (!(${test})${accepted}) return ${place} + ${miss(shape, value)};\n`;
    const id = this.#function(shape, path);
    return id === null ? "" : `{ const e = ${id}(${value}); if (e !== null${accepted}) return ${place} + e; }\n`;
  }

  #constant(text: string): string {
    const id = `k${this.#constants++}`;
    this.texts.push(`const ${id} = ${text};`);
    return id;
  }

  /** The function that checks a shape; null where there are too many already. */
  #function(shape: Shape, path: string): string | null {
    const known = this.#functions.get(shape);
    if (known !== undefined) return known;
    if (this.#functions.size >= largest) {
      this.unchecked.add(`${path}: everything, since the type is too large`);
      return null;
    }
    const id = `c${this.#functions.size}`;
    this.#functions.set(shape, id);
    this.#waiting.push({ shape, id, path });
    return id;
  }

  /** An expression that is true where the value fits; null where that takes a function. */
  #test(shape: Shape, v: string, path: string): string | null {
    switch (shape.kind) {
      case "primitive":
        if (shape.type === "unknown") this.unchecked.add(`${path}: everything, since its type says nothing`);
        return primitiveTest(shape.type, v);
      case "literal":
        return `${v} === ${literalText(shape.value)}`;
      case "enum":
        return this.#enum(shape, v);
      case "template":
        return `typeof ${v} === "string" && (${v}.length > 10000 || ${this.#constant(templatePattern(shape))}.test(${v}))`;
      case "symbol":
        this.unchecked.add(`${path}: which symbol it is`);
        return `typeof ${v} === "symbol"`;
      case "pid":
        this.unchecked.add(`${path}: which protocol the process has`);
        return `isPid(${v})`;
      case "function":
        this.unchecked.add(`${path}: what the function takes and gives`);
        return `typeof ${v} === "function"`;
      case "brand":
        this.unchecked.add(`${path}: what its brand promises`);
        return this.#test(shape.base, v, path);
      case "builtin":
        if (isContainer(shape)) return null;
        if (shape.from !== "" || shape.args.length > 0) this.unchecked.add(`${path}: what the ${shape.class} holds`);
        return builtinTest(shape, v);
      case "union":
        return shape.members.every(isSimple) ? joined(this.#simple(shape, v, path)) : null;
      default:
        return null;
    }
  }

  #enum(shape: EnumShape, v: string): string {
    return enumTest(shape, v, (values) => this.#constant(`new Set([${values.join(", ")}])`));
  }

  /** Tests for those alternatives that need no function. Many literals are looked up. */
  #simple(shape: UnionShape, v: string, path: string): readonly string[] {
    const literals = shape.members.filter((member) => member.kind === "literal");
    const many = literals.length > 8;
    const found = many ? [`${this.#constant(`new Set([${literals.map(({ value }) => literalText(value)).join(", ")}])`)}.has(${v})`] : [];
    const rest = shape.members.filter((member) => isSimple(member) && !(many && member.kind === "literal"));
    return [...found, ...rest.map((member) => this.#test(member, v, path) ?? "true")];
  }

  #body(shape: Shape, path: string): string {
    switch (shape.kind) {
      case "array":
        return this.#array(shape, path);
      case "tuple":
        return `if (!Array.isArray(v)) return ${miss(shape, "v")};\n${lengthCheck(shape.slots)}${this.#slots(shape.slots, path)}`;
      case "object":
        return `${plainness}${kindCheck(shape)}${this.#fields(shape.fields, path)}${shape.indexes.map((index) => this.#index(index, shape, path)).join("")}`;
      case "class": {
        // No object literal has private fields.
        const wrong = shape.fields.some(({ name }) => name.startsWith("#")) ? "plain || !isObject(v)" : "!isObject(v)";
        return `${plainness}if (${wrong}) return ${miss(shape, "v")};\n${this.#fields(shape.fields, path)}`;
      }
      case "builtin":
        return this.#container(shape, path);
      case "brand":
        return this.#check(shape.base, { value: "v", place: '""', path });
      case "union":
        return this.#union(shape, path);
      default:
        return "";
    }
  }

  #array(shape: ArrayShape, path: string): string {
    const head = `if (!Array.isArray(v)) return ${miss(shape, "v")};\n`;
    // The types do not know of holes.
    const inner = this.#check(shape.element, { value: "x", place: '"[" + i + "]"', path: `${path}[]`, unless: "!(i in v)" });
    return inner === "" ? head : `${head}for (let i = 0; i < v.length; i++) {\nconst x = v[i];\n${inner}}\n`;
  }

  #slots(slots: readonly Slot[], path: string): string {
    const rest = slots.findIndex((slot) => slot.rest);
    return slots
      .map((slot, index) => {
        const after = slots.length - index - 1;
        const inner = this.#check(slot.shape, {
          value: "x",
          place: '"[" + i + "]"',
          path: `${path}[${index}]`,
          ...(slot.optional ? { unless: "x === undefined" } : {}),
        });
        if (inner === "") return "";
        if (slot.rest) return `for (let i = ${index}; i < v.length - ${after}; i++) {\nconst x = v[i];\n${inner}}\n`;
        const at = rest >= 0 && index > rest ? `v.length - ${after + 1}` : `${index}`;
        return `{\nconst i = ${at}, x = v[i];\n${inner}}\n`;
      })
      .join("");
  }

  #fields(fields: readonly Field[], path: string): string {
    return fields.map((field) => this.#field(field, `${path}${accessText(field.name)}`)).join("");
  }

  #field({ name, shape, optional, exact }: Field, path: string): string {
    if (isHidden(name)) {
      if (shape.kind !== "function")
        this.unchecked.add(`${path}: everything, since ${name.startsWith("#") ? "it is private" : "its key is a symbol"}`);
      return "";
    }
    const [access, key] = [accessText(name), JSON.stringify(name)];
    const absent = exact === true ? `x === undefined && !has(v, ${key})` : "x === undefined";
    const inner = this.#check(shape, {
      value: "x",
      place: JSON.stringify(access),
      path,
      unless: optional ? `x === any || ${absent}` : "x === any",
    });
    if (inner === "") return "";
    // Read as a property, this one name means the prototype.
    const read = name === "__proto__" ? `get(v, ${key})` : `plain ? v${access} : get(v, ${key})`;
    return `{\nconst x = ${read};\n${inner}}\n`;
  }

  #index({ key, value }: Index, { fields }: ObjectShape, path: string): string {
    const base = key.kind === "brand" ? key.base : key;
    const symbols = isPrimitive(base, "symbol");
    const place = symbols ? '"[" + String(k) + "]"' : "at(k)";
    const inner = this.#check(value, { value: "x", place, path: `${path}[${typeText(key)}]`, unless: "x === any" });
    if (inner === "") return "";
    const others = isPrimitive(base, "number")
      ? "String(Number(k)) !== k"
      : base.kind === "template"
        ? `!${this.#constant(templatePattern(base))}.test(k)`
        : "false";
    const declared =
      fields.length === 0 || symbols ? "false" : `${this.#constant(`new Set(${JSON.stringify(fields.map(({ name }) => name))})`)}.has(k)`;
    const keys = symbols ? "Object.getOwnPropertySymbols(v)" : "Object.keys(v)";
    return `for (const k of ${keys}) {\nif (${others} || ${declared}) continue;\nconst x = get(v, k);\n${inner}}\n`;
  }

  #container(shape: BuiltinShape, path: string): string {
    const head = `if (!(v instanceof ${shape.class})) return ${builtinTest(shape, "v")} ? null : ${miss(shape, "v")};\n`;
    const [first, second] = shape.args;
    if (shape.class === "Set") {
      const inner = first === undefined ? "" : this.#check(first, { value: "x", place: '".values()[" + i + "]"', path: `${path}<item>` });
      return inner === "" ? head : `${head}let i = 0;\nfor (const x of items(v)) {\n${inner}i++;\n}\n`;
    }
    const keys = first === undefined ? "" : this.#check(first, { value: "k", place: '".keys()[" + i + "]"', path: `${path}<key>` });
    const values = second === undefined ? "" : this.#check(second, { value: "x", place: "under(k, i)", path: `${path}<value>` });
    return keys + values === "" ? head : `${head}let i = 0;\nfor (const [k, x] of entries(v)) {\n${keys}${values}i++;\n}\n`;
  }

  /** Tries the alternatives. Where none fits, the one that its tag names, or else the one that comes closest, says what is wrong. */
  #union(shape: UnionShape, path: string): string {
    const parts: string[] = [];
    const simple = this.#simple(shape, "v", path);
    if (simple.length > 0) parts.push(`if (${joined(simple)}) return null;\n`);
    const rest = shape.members.filter((member) => !isSimple(member));
    const tag = discriminant(rest);
    const errors: string[] = [];
    for (const member of rest) {
      if (tag?.variants.some((variant) => variant.shape === member) === true) continue;
      const id = this.#function(member, path);
      if (id === null) return "";
      const error = `e${errors.length}`;
      parts.push(`const ${error} = ${id}(v);\nif (${error} === null) return null;\n`);
      errors.push(error);
    }
    if (tag !== null) parts.push(this.#tagged(tag, path));
    parts.push(`return closest(v, [${errors.join(", ")}]) ?? ${miss(shape, "v")};\n`);
    return parts.join("");
  }

  #tagged({ name, variants }: Discriminant, path: string): string {
    const access = accessText(name);
    const cases = variants.flatMap(({ shape, units }) => {
      const id = this.#function(shape, path);
      return units.map((unit) => `case ${unitText(unit)}: return ${id === null ? "null" : `${id}(v)`};\n`);
    });
    const wanted = shorten(variants.flatMap(({ units }) => units.map((unit) => typeText(unit))).join(" | "));
    const fail = `return ${JSON.stringify(access)} + miss(${JSON.stringify(wanted)}, x, true);`;
    return `if (isObject(v) && !isList(v)) {\nconst x = get(v, ${JSON.stringify(name)});\nswitch (x) {\n${cases.join("")}case any: return null;\ndefault: ${fail}\n}\n}\n`;
  }
}

/** What is checked, as expressions. */
interface Place {
  readonly value: string;
  /** The last piece of the path, in errors. */
  readonly place: string;
  /** Where in the type. */
  readonly path: string;
  /** Where this is true, any value will do. */
  readonly unless?: string;
}

interface Discriminant {
  readonly name: string;
  readonly variants: readonly { readonly shape: Shape; readonly units: readonly Shape[] }[];
}

/** The field that tells the objects among these apart, if there is one. */
function discriminant(members: readonly Shape[]): Discriminant | null {
  const objects = members.filter((member) => member.kind === "object" || member.kind === "class");
  const [first] = objects;
  if (first === undefined || objects.length < 2) return null;
  for (const { name } of first.fields) {
    if (isHidden(name) || name === "__proto__") continue;
    const variants = objects.flatMap((shape) => {
      const field = shape.fields.find((each) => each.name === name);
      const units = field === undefined || field.optional ? undefined : unitsOf(field.shape);
      return units === undefined ? [] : [{ shape, units }];
    });
    const values = variants.flatMap(({ units }) => units.map(unitText));
    if (variants.length === objects.length && new Set(values).size === values.length) return { name, variants };
  }
  return null;
}

function unitText(unit: Shape): string {
  return unit.kind === "literal" ? literalText(unit.value) : isPrimitive(unit, "null") ? "null" : "undefined";
}

/** Most values are plain objects, whose fields are read directly. Accessors of others are not called. */
const plainness = "const plain = isPlain(v);\n";

/** What is no plain object may still be a value of the type: TypeScript takes a string for `{ length: number }`. */
function kindCheck(shape: ObjectShape): string {
  const readable = shape.fields.filter(({ name }) => !isHidden(name));
  const names = (optional: boolean) => JSON.stringify(readable.filter((field) => field.optional === optional).map(({ name }) => name));
  const open = shape.indexes.every(({ key, value }) => isPrimitive(key, "number") || isPrimitive(value, "unknown"));
  return `if (!plain && !fits(v, ${names(false)}, ${names(true)}, ${open})) return ${miss(shape, "v")};\n`;
}

function lengthCheck(slots: readonly Slot[]): string {
  const least = slots.filter((slot) => !slot.optional && !slot.rest).length;
  const most = slots.some((slot) => slot.rest) ? Infinity : slots.length;
  const wrong = [...(least > 0 ? [`v.length < ${least}`] : []), ...(most < Infinity ? [`v.length > ${most}`] : [])].join(" || ");
  const wanted = most === Infinity ? `at least ${least}` : least === most ? `${most}` : `${least} to ${most}`;
  return wrong === ""
    ? ""
    : `if (${wrong}) return ": expected ${wanted} ${/(^| )1$/.test(wanted) ? "element" : "elements"}, got " + v.length;\n`;
}

/** Private names, and symbols, which have no name outside of their module. */
function isHidden(name: string): boolean {
  return name.startsWith("#") || name.startsWith("[");
}

/** An expression for the end of an error: what was expected, and what was there. */
function miss(shape: Shape, v: string): string {
  const shown = unitsOf(shape) !== undefined || shape.kind === "template";
  return `miss(${JSON.stringify(expectedText(shape))}, ${v}${shown ? ", true" : ""})`;
}

function expectedText(shape: Shape): string {
  if (shape.kind === "brand") return expectedText(shape.base);
  return shorten((shape.kind === "object" ? shape.name : undefined) ?? shortTypeText(shape));
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** At least one shape of each cycle. */
function cycleHeads(root: Shape): ReadonlySet<Shape> {
  const heads = new Set<Shape>();
  const open = new Set<Shape>();
  const done = new Set<Shape>();
  const visit = (shape: Shape): void => {
    if (open.has(shape)) heads.add(shape);
    if (open.has(shape) || done.has(shape)) return;
    open.add(shape);
    for (const child of children(shape)) visit(child);
    open.delete(shape);
    done.add(shape);
  };
  visit(root);
  return heads;
}
