/** Shapes as TypeScript text, for people and for snapshots. */
import type { EnumShape, Field, Shape, Slot } from "./shape.ts";
import { isPrimitive, stringMapping } from "./shape.ts";

/** Says how a shape that has a name of its own is referred to; undefined writes it out. */
type NameOf = (shape: Shape) => string | undefined;

export interface TextOptions {
  readonly nameOf: NameOf;
  /** How a pid's protocol is written. */
  readonly protocol?: (name: string) => string;
  /** How an enum is written where its name does not do. */
  readonly enumText?: (shape: EnumShape) => string | undefined;
  /** Marks fields that may be absent but not `undefined`, which no syntax tells apart. */
  readonly markExact?: boolean;
  /** Says of fields that may be absent or `undefined` that they may be `undefined`, where the syntax alone does not. */
  readonly sayUndefined?: boolean;
  /** What nests deeper is left out, where a part of the text will do. */
  readonly deepest?: number;
  /** Of how many types the text may speak; the rest is left out. */
  readonly most?: number;
  /** What stands for what is left out, where the text has to be a type: `unknown`. */
  readonly cut?: string;
}

/** What recurses without a name would fill books, and nobody reads more than this. */
const byItsName: TextOptions = { nameOf: (each) => ("name" in each ? each.name : undefined), most: 500 };

/** One level is written out, what has a name below it is named. */
export function typeText(shape: Shape, options: TextOptions = byItsName): string {
  return apart(() => write(shape, options, "top"));
}

/** The beginning of `typeText`, for a message. */
export function shortTypeText(shape: Shape): string {
  return typeText(shape, { ...byItsName, deepest: 4 });
}

/** The type under its name, where it has one. */
export function referenceText(shape: Shape, options: TextOptions): string {
  return apart(() => write(shape, options, "top", true));
}

/** A text that is asked for while another is written, such as a declaration that the other refers to, has limits of its own. */
function apart(make: () => string): string {
  const before = [depth, count] as const;
  depth = 0;
  try {
    return make();
  } finally {
    [depth, count] = before;
  }
}

/** Where a text stands decides whether it needs parentheses. */
type Place = "top" | "member" | "element";

/** How deep the type that is being written nests, and how many were written with it. */
let depth = 0;
let count = 0;

function write(shape: Shape, options: TextOptions, place: Place, byName = false): string {
  // Only what recurses without a name gets here, and no text says all of it.
  if (depth > 50) return "unknown";
  if (depth === 0) count = 0;
  count += 1;
  if (depth > (options.deepest ?? depth) || count > (options.most ?? count)) return options.cut ?? "…";
  depth += 1;
  try {
    return writeOne(shape, options, place, byName);
  } finally {
    depth -= 1;
  }
}

function writeOne(shape: Shape, options: TextOptions, place: Place, byName: boolean): string {
  // A class of a package is written with its name below, together with its arguments.
  if (byName && shape.kind !== "enum" && shape.kind !== "builtin") {
    const name = options.nameOf(shape);
    if (name !== undefined) return name;
  }
  const inner = (each: Shape, where: Place = "top") => write(each, options, where, true);
  switch (shape.kind) {
    case "primitive":
      return shape.type;
    case "literal":
      return typeof shape.value === "object" ? `${shape.value.bigint}n` : Object.is(shape.value, -0) ? "-0" : JSON.stringify(shape.value);
    case "enum": {
      const name = options.nameOf(shape) ?? shape.name ?? "Enum";
      const instead = options.enumText?.(shape);
      if (instead === undefined && shape.members.length === shape.table.length) return name;
      const text = instead ?? shape.members.map((member) => `${name}${accessText(member)}`).join(" | ");
      return shape.members.length > 1 && place !== "top" ? `(${text})` : text;
    }
    case "template":
      return `\`${shape.texts.map((text, index) => escapeTemplate(text) + (index < shape.types.length ? `\${${inner(shape.types[index] ?? shape)}}` : "")).join("")}\``;
    case "symbol":
      return `typeof ${shape.symbol}`;
    case "array": {
      const text = `${shape.readonly ? "readonly " : ""}${inner(shape.element, "element")}[]`;
      return shape.readonly && place === "element" ? `(${text})` : text;
    }
    case "tuple": {
      const text = `${shape.readonly ? "readonly " : ""}[${slotsText(shape.slots, options)}]`;
      return shape.readonly && place === "element" ? `(${text})` : text;
    }
    case "object": {
      const parts = shape.indexes.map((index) => `${index.readonly ? "readonly " : ""}[key: ${inner(index.key)}]: ${inner(index.value)}`);
      parts.push(...shape.fields.map((field) => fieldText(field, options)));
      return parts.length === 0 ? "{}" : `{ ${parts.join("; ")} }`;
    }
    case "class":
      return options.nameOf(shape) ?? shape.class;
    case "builtin": {
      const name = `${shape.readonly ? "Readonly" : ""}${options.nameOf(shape) ?? shape.class}`;
      return shape.args.length === 0 ? name : `${name}<${shape.args.map((arg) => inner(arg)).join(", ")}>`;
    }
    case "pid":
      return `Pid<${(options.protocol ?? ((name) => name))(shape.protocol)}>`;
    case "function": {
      if (shape.signatures.length === 0) return "Function";
      const texts = shape.signatures.map(
        (signature) => [slotsText(signature.parameters, options, true), resultText(inner(signature.result))] as const,
      );
      const [only] = texts;
      const call = shape.construct === true ? "new " : "";
      if (texts.length > 1 || only === undefined) return `{ ${texts.map(([args, result]) => `${call}(${args}): ${result}`).join("; ")} }`;
      const text = `${call}(${only[0]}) => ${only[1]}`;
      return place === "top" ? text : `(${text})`;
    }
    case "brand": {
      const mapping = stringMapping(shape);
      if (mapping !== undefined) return `${mapping.name}<${inner(shape.base)}>`;
      const text = `${inner(shape.base, "member")} & ${write(shape.tag, options, "member")}`;
      return place === "element" ? `(${text})` : text;
    }
    default: {
      const text = unionMembers(shape.members, options).join(" | ");
      return place === "top" ? text : `(${text})`;
    }
  }
}

function unionMembers(members: readonly Shape[], options: TextOptions): readonly string[] {
  const rank = (shape: Shape) =>
    isPrimitive(shape, "undefined") ? 3 : isPrimitive(shape, "null") ? 2 : shape.kind === "literal" || shape.kind === "primitive" ? 0 : 1;
  // The checker orders alternatives by when it met them, which differs between runs.
  return members
    .map((member) => ({
      rank: rank(member),
      number: member.kind === "literal" && typeof member.value === "number" ? member.value : 0,
      text: write(member, options, "member", true),
    }))
    .toSorted(
      (one, other) => one.rank - other.rank || one.number - other.number || (one.text < other.text ? -1 : one.text > other.text ? 1 : 0),
    )
    .map(({ text }) => text);
}

export function fieldText(field: Field, options: TextOptions): string {
  const mark = options.markExact === true && field.exact === true ? "/** @exact */ " : "";
  const type = write(field.shape, options, "top", true);
  const more = options.sayUndefined === true && field.optional && field.exact !== true && !/(^|\| )(undefined|unknown)$/.test(type);
  return `${mark}${field.readonly ? "readonly " : ""}${keyText(field.name)}${field.optional ? "?" : ""}: ${more ? orUndefined(type, field.shape) : type}`;
}

function orUndefined(type: string, { kind }: Shape): string {
  return `${kind === "function" ? `(${type})` : type} | undefined`;
}

/** @param parameters every parameter needs a name; a tuple's slots have all or none. */
export function slotsText(slots: readonly Slot[], options: TextOptions, parameters = false): string {
  const labels = parameters || (slots.length > 0 && slots.every((slot) => slot.label !== undefined));
  return slots
    .map((slot, index) => {
      const label = slot.label ?? `arg${index}`;
      if (slot.rest) return `...${labels ? `${label}: ` : ""}${write(slot.shape, options, "element", true)}[]`;
      if (labels) return `${label}${slot.optional ? "?" : ""}: ${write(slot.shape, options, "top", true)}`;
      return slot.optional ? `${write(slot.shape, options, "element", true)}?` : write(slot.shape, options, "top", true);
    })
    .join(", ");
}

/** A field's name as a key. */
export function keyText(name: string): string {
  return isSymbolName(name) || /^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** Whether a field's key is a unique symbol: `[key]`. */
export function isSymbolName(name: string): boolean {
  return /^\[[\p{ID_Start}$_][\p{ID_Continue}$.]*\]$/u.test(name);
}

/** A field's name after an expression. */
export function accessText(name: string): string {
  if (isSymbolName(name)) return name;
  return /^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function escapeTemplate(text: string): string {
  return text.replaceAll(/[`\\]|\$\{/g, "\\$&");
}

/** A function that gives nothing back, as it is usually written. */
function resultText(text: string): string {
  return text === "undefined" ? "void" : text;
}
