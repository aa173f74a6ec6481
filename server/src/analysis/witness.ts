/**
 * Witnesses: a concrete value of one shape that another does not accept, which is what a finding shows as the state that would break. A
 * witness is a shape too, one that has been narrowed to a single value, so that the algebra itself can say that it is still refused.
 */
import type { Difference } from "./compare.ts";
import {
  children,
  isPrimitive,
  isRecursive,
  literal,
  type LiteralShape,
  membersOf,
  primitive,
  type PrimitiveName,
  type Shape,
  stringMapping,
  type TemplateShape,
} from "./shape.ts";
import { keyText, typeText } from "./type-text.ts";
import { commonString, isString, stringOutside } from "./string-language.ts";
import { createValidity, isKeyOf, keyStrings, literalsOf } from "./validity.ts";

/** A shape with one value, valid for `from` and not for `to`; null where no value is certain to be refused. */
export function counterexample(from: Shape, to: Shape): Shape | null {
  if (createValidity()(from, to) !== "incompatible") return null;
  let tries = 0;
  // As near to the surface as can be, so that what recurses is not followed for ever.
  const valid = [6, 12, 24, 48].map((deepest) => createValidity(deepest)).find((each) => each(from, to) === "incompatible");
  if (valid === undefined) return from;
  const refused = (shape: Shape) => {
    tries += 1;
    return valid(shape, to) === "incompatible";
  };
  const simplest = simplestOf(from);
  // Mostly any state will do, as where a field is new.
  const simple = simplest(from);
  if (simple !== undefined && refused(simple)) return simple;
  return narrowed(from, { refused, ...namesIn(to), simplest, depth: 0, isSpent: () => tries > mostTries });
}

interface Search {
  readonly refused: (shape: Shape) => boolean;
  /** What a key may have to be called. */
  readonly names: readonly string[];
  /** The types of strings on the other side, keys among them. */
  readonly strings: readonly Shape[];
  /** One value of a shape, for where any will do; undefined where it has none that ends. */
  readonly simplest: (shape: Shape) => Shape | undefined;
  readonly depth: number;
  readonly isSpent: () => boolean;
}

/** One sentence on what a process that lives through the change would meet. */
export function witness({ path, kind, from, to }: Difference, old: Shape | null, now: Shape): string {
  const state = old === null ? null : counterexample(old, now);
  const such = state === null ? "" : ` such as \`${valueText(state)}\``;
  if (from === null)
    return `A process that lives through the upgrade keeps a state${such}, in which \`${path}\` is missing: the new code reads \`undefined\`.`;
  if (kind === "optionalToRequired")
    return `A process that lives through the upgrade may keep a state${such}, with nothing at \`${path}\`, where the new code expects \`${typeText(to ?? from)}\`.`;
  const bad = to === null ? null : counterexample(from, to);
  const expected = to === null ? "no longer knows it" : `expects \`${typeText(to)}\``;
  const held = bad === null ? `may hold \`${typeText(from)}\`` : `may hold \`${valueText(bad)}\``;
  return `A process that lives through the upgrade ${held} at \`${path}\`, where the new code ${expected}${such === "" ? "" : `; a state${such} breaks it`}.`;
}

/** Beyond this, what is left is shown as it is. */
const deepest = 40;
const mostTries = 1000;

/**
 * Takes away from a shape, as long as what is left is still refused, until one value is left. Only parts that are to blame are narrowed;
 * whatever else there is becomes the simplest value at once, so that the work grows with the depth and not with how often types meet again.
 */
function narrowed(shape: Shape, search: Search): Shape {
  const { refused, names, depth } = search;
  if (depth > deepest || search.isSpent()) return shape;
  const inner = (each: Shape, wrap: (each: Shape) => Shape) => {
    const simple = search.simplest(each);
    // What recurses without an end has no value that could be written.
    if (simple === undefined) return each;
    if (refused(wrap(simple))) return simple;
    return narrowed(each, { ...search, refused: (one) => refused(wrap(one)), depth: depth + 1 });
  };
  switch (shape.kind) {
    case "primitive":
      return (
        candidates(shape.type).find(refused) ??
        (shape.type === "string" ? stringsBeside(shape, search.strings).find(refused) : undefined) ??
        shape
      );
    case "enum":
      return shape.members.map((name): Shape => ({ ...shape, members: [name] })).find(refused) ?? shape;
    case "template":
      return [...[0, 1, 2].map((number) => filled(shape, number)), ...stringsBeside(shape, search.strings)].find(refused) ?? shape;
    case "union": {
      // The simplest first, so that what recurses comes to its end.
      const members = shape.members.toSorted((one, other) => rank(one) - rank(other));
      const member = members.find(refused);
      return member === undefined ? shape : inner(member, (each) => each);
    }
    case "array": {
      const list = (...items: Shape[]): Shape => ({
        kind: "tuple",
        slots: items.map((item) => ({ shape: item, optional: false, rest: false })),
        readonly: false,
      });
      if (refused(list())) return list();
      // There may have to be more than the other side takes.
      const count = [1, 2, 3, 4, 5, 6].find((each) => refused(list(...Array.from({ length: each }, () => shape.element))));
      if (count === undefined) return shape;
      const several = (item: Shape) => list(...Array.from({ length: count }, () => item));
      return several(inner(shape.element, several));
    }
    case "tuple": {
      let slots = shape.slots;
      const made = () => ({ ...shape, slots });
      for (let at = slots.length - 1; at >= 0; at -= 1) {
        const without = slots.filter((_, index) => index !== at);
        const slot = slots[at];
        if (slot !== undefined && (slot.rest || slot.optional) && refused({ ...shape, slots: without })) slots = without;
      }
      slots = slots.map((slot) => ({ ...slot, optional: false, rest: false }));
      for (const [at, slot] of slots.entries()) {
        const wrap = (each: Shape): Shape => ({ ...made(), slots: slots.with(at, { ...slot, shape: each }) });
        slots = slots.with(at, { ...slot, shape: inner(slot.shape, wrap) });
      }
      return made();
    }
    case "object":
    case "class": {
      let fields = shape.fields;
      let made: typeof shape = { ...shape };
      const put = (next: typeof shape) => {
        made = next;
        fields = next.fields;
      };
      if (shape.kind === "object" && shape.indexes.length > 0) {
        const plain = { ...shape, indexes: [] };
        if (refused(plain)) put(plain);
        else {
          const [index] = shape.indexes.filter((each) => refused({ ...shape, indexes: [each] }));
          if (index === undefined) return shape;
          const keyed = (name: string, each: Shape): typeof shape => ({
            ...plain,
            fields: [...plain.fields, { name, shape: each, optional: false, readonly: false }],
          });
          const known = new Set(plain.fields.map((own) => own.name));
          const strings = isPrimitive(index.key, "symbol") ? [] : search.strings;
          const meeting = strings.flatMap((each) => commonString(keyStrings(index.key), each) ?? []);
          const possible = ["key", "1", ...names, ...meeting].filter((each) => isKeyOf(each, index.key) && !known.has(each));
          const name = possible.find((each) => refused(keyed(each, index.value)));
          put(
            name === undefined
              ? { ...plain, indexes: [index] }
              : keyed(
                  name,
                  inner(index.value, (each) => keyed(name, each)),
                ),
          );
        }
      }
      // What recurses first: it may end, as long as something beside it is what is refused.
      for (const own of fields.toSorted((one, other) => Number(isRecursive(other.shape)) - Number(isRecursive(one.shape)))) {
        const others = fields.filter((each) => each !== own);
        if (own.optional && refused({ ...made, fields: others })) {
          put({ ...made, fields: others });
          continue;
        }
        const at = fields.indexOf(own);
        const wrap = (each: Shape): typeof shape => ({ ...made, fields: fields.with(at, { ...own, shape: each, optional: false }) });
        if (!refused(wrap(own.shape))) continue;
        put(wrap(inner(own.shape, wrap)));
      }
      return made;
    }
    case "builtin": {
      let made = shape;
      // An empty one, where that is refused already.
      const empty = { ...shape, args: shape.args.map(() => primitive("never")) };
      if (/^(Map|Set)$/.test(shape.class) && refused(empty)) return empty;
      for (const [at, arg] of shape.args.entries()) {
        const wrap = (each: Shape): typeof shape => ({ ...made, args: made.args.with(at, each) });
        made = wrap(inner(arg, wrap));
      }
      return made;
    }
    case "brand":
      if (stringMapping(shape) !== undefined) return stringsBeside(shape, search.strings).find(refused) ?? shape;
      return { ...shape, base: inner(shape.base, (base) => ({ ...shape, base })) };
    default:
      return shape;
  }
}

/** The simplest value of each shape that is reached; of what recurses, one that ends. */
function simplestOf(root: Shape): Search["simplest"] {
  const reached = new Set<Shape>([root]);
  for (const shape of reached) for (const child of children(shape)) reached.add(child);
  const found = new Map<Shape, Shape>();
  // What is beneath comes first, so that only cycles take more than one round.
  let waiting = [...reached].toReversed();
  for (let before = -1; found.size > before;) {
    before = found.size;
    waiting = waiting.filter((shape) => {
      const simple = simplest(shape, found);
      if (simple !== undefined) found.set(shape, simple);
      return simple === undefined;
    });
  }
  return (shape) => found.get(shape);
}

function simplest(shape: Shape, found: ReadonlyMap<Shape, Shape>): Shape | undefined {
  switch (shape.kind) {
    case "primitive":
      return shape.type === "never" ? undefined : candidates(shape.type)[0];
    case "enum":
      return shape.members.length === 0 ? undefined : { ...shape, members: shape.members.slice(0, 1) };
    case "template":
      return filled(shape, 0);
    case "array":
      return { kind: "tuple", slots: [], readonly: false };
    case "tuple": {
      const slots = shape.slots
        .filter((slot) => !slot.optional && !slot.rest)
        .flatMap((slot) => {
          const simple = found.get(slot.shape);
          return simple === undefined ? [] : [{ ...slot, shape: simple }];
        });
      return slots.length < shape.slots.filter((slot) => !slot.optional && !slot.rest).length ? undefined : { ...shape, slots };
    }
    case "object":
    case "class": {
      const needed = shape.fields.filter((field) => !field.optional);
      const fields = needed.flatMap((field) => {
        const simple = found.get(field.shape);
        return simple === undefined ? [] : [{ ...field, shape: simple }];
      });
      if (fields.length < needed.length) return undefined;
      return shape.kind === "object" ? { ...shape, fields, indexes: [] } : { ...shape, fields };
    }
    case "builtin": {
      if (/^(Map|Set)$/.test(shape.class)) return { ...shape, args: shape.args.map(() => primitive("never")) };
      const args = shape.args.flatMap((arg) => found.get(arg) ?? []);
      return args.length < shape.args.length ? undefined : { ...shape, args };
    }
    case "brand": {
      if (stringMapping(shape) !== undefined) return stringsBeside(shape, [])[0];
      const base = found.get(shape.base);
      return base && { ...shape, base };
    }
    case "union": {
      const [first] = shape.members
        .flatMap((member) => (found.has(member) ? [[rank(member), found.get(member)] as const] : []))
        .toSorted(([one], [other]) => one - other);
      return first?.[1];
    }
    default:
      return shape;
  }
}

/** What the other side calls its fields, and its types of strings. */
function namesIn(root: Shape): Pick<Search, "names" | "strings"> {
  const seen = new Set<Shape>([root]);
  const names = new Set<string>();
  const strings = new Set<Shape>();
  for (const shape of seen) {
    if (names.size + strings.size > 100) break;
    if (shape.kind === "object") {
      for (const { name } of shape.fields) names.add(name);
      for (const { key } of shape.indexes) if (!isPrimitive(key, "symbol")) strings.add(keyStrings(key));
    }
    if (isString(shape)) strings.add(shape);
    else for (const child of children(shape)) seen.add(child);
  }
  return { names: [...names].filter((name) => !name.startsWith("[") && !name.startsWith("#")), strings: [...strings] };
}

/** Strings of a type that are not of one of the others, or of none of them. */
function stringsBeside(shape: Shape, others: readonly Shape[]): readonly Shape[] {
  return [others, ...others.map((other) => [other]), []].flatMap((each) => {
    const text = stringOutside(shape, each);
    return typeof text === "string" ? [literal(text)] : [];
  });
}

function rank(shape: Shape): number {
  if (shape.kind === "literal" || shape.kind === "enum") return 0;
  if (shape.kind === "primitive") return shape.type === "null" || shape.type === "undefined" ? 1 : 0;
  return 2;
}

function candidates(type: PrimitiveName): readonly Shape[] {
  switch (type) {
    case "string":
      return ["text", "", "1", "a"].map(literal);
    case "number":
      return [1, 0, -1, 1.5, 1e21].map(literal);
    case "boolean":
      return [true, false].map(literal);
    case "bigint":
      return ["1", "0", "-1"].map((bigint) => literal({ bigint }));
    case "object":
      return [{ kind: "object", fields: [], indexes: [] }];
    case "unknown":
      return [primitive("undefined"), primitive("null"), literal("text"), literal(1)];
    default:
      return [primitive(type)];
  }
}

function filled({ texts, types }: TemplateShape, number: number): LiteralShape {
  return { kind: "literal", value: texts.map((text, at) => text + (types[at] === undefined ? "" : filling(types[at], number))).join("") };
}

function filling(type: Shape, number: number): string {
  if (isPrimitive(type, "number")) return ["1", "2.5", "-1"][number] ?? "1";
  if (isPrimitive(type, "bigint")) return ["1", "2", "-1"][number] ?? "1";
  return ["text", "", "1"][number] ?? "";
}

/** A shape with one value as JavaScript would write it; what has no such form by its name. */
export function valueText(shape: Shape, depth = 0): string {
  const inner = (each: Shape) => valueText(each, depth + 1);
  switch (shape.kind) {
    case "primitive":
      return (
        { symbol: "Symbol()", object: "{}", string: '"text"', number: "1", boolean: "true", bigint: "1n" }[shape.type as string] ??
        shape.type
      );
    case "enum":
      return literalsOf(shape).length === 1 ? typeText(shape) : `${shape.name ?? "Enum"}.${shape.members[0] ?? ""}`;
    case "tuple":
      return depth > 5 && shape.slots.length > 0 ? "[…]" : `[${shape.slots.map((slot) => inner(slot.shape)).join(", ")}]`;
    case "array":
      return "[]";
    case "class":
    case "object": {
      const fields = shape.fields.filter((field) => !field.optional && (shape.kind === "object" || field.shape.kind !== "function"));
      const name = shape.kind === "class" ? `${shape.class} ` : "";
      if (fields.length === 0) return `${name}{}`;
      if (depth > 5) return `${name}{ … }`;
      const shown = fields.slice(0, most).map((field) => `${keyText(field.name)}: ${inner(field.shape)}`);
      return `${name}{ ${shown.join(", ")}${fields.length > shown.length ? ", …" : ""} }`;
    }
    case "builtin":
      return builtinText(shape.class, shape.args, inner);
    case "pid":
      return `<0.12> (${shape.protocol})`;
    case "function":
      return "() => {}";
    case "symbol":
      return shape.symbol;
    case "brand":
      return inner(shape.base);
    case "union":
      return inner(membersOf(shape)[0] ?? primitive("undefined"));
    default:
      return typeText(shape);
  }
}

/** More fields than anybody reads. */
const most = 12;

function builtinText(name: string, args: readonly Shape[], inner: (shape: Shape) => string): string {
  const [first, second] = args;
  const empty = args.some((arg) => isPrimitive(arg, "never"));
  if (name === "Map" && first !== undefined && second !== undefined)
    return empty ? "new Map()" : `new Map([[${inner(first)}, ${inner(second)}]])`;
  if (name === "Set" && first !== undefined) return empty ? "new Set()" : `new Set([${inner(first)}])`;
  if (name === "Promise" && first !== undefined) return `Promise.resolve(${empty ? "" : inner(first)})`;
  return name === "RegExp" ? "/text/" : name === "Date" ? "new Date(0)" : `new ${name}()`;
}
