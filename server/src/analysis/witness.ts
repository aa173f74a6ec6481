/**
 * Witnesses: a concrete value of one shape that another does not accept, which is what a finding shows as the state that would break. A
 * witness is a shape too, one that has been narrowed to a single value, so that the algebra itself can say that it is still refused.
 */
import type { Difference } from "./compare.ts";
import { children, isPrimitive, isRecursive, literal, membersOf, primitive, type PrimitiveName, type Shape } from "./shape.ts";
import { keyText, typeText } from "./type-text.ts";
import { createValidity, isKeyOf, literalsOf } from "./validity.ts";

/** A shape with one value, valid for `from` and not for `to`; null where no value is certain to be refused. */
export function counterexample(from: Shape, to: Shape): Shape | null {
  const valid = createValidity();
  const refused = (shape: Shape) => valid(shape, to) === "incompatible";
  return refused(from) ? narrowed(from, refused, fieldNames(to), 0) : null;
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
const deepest = 12;

/** Takes away from a shape, as long as what is left is still refused, until one value is left. */
function narrowed(shape: Shape, refused: (shape: Shape) => boolean, names: readonly string[], depth: number): Shape {
  if (depth > deepest) return shape;
  const inner = (each: Shape, wrap: (each: Shape) => Shape) => narrowed(each, (one) => refused(wrap(one)), names, depth + 1);
  switch (shape.kind) {
    case "primitive":
      return candidates(shape.type).find(refused) ?? shape;
    case "enum":
      return shape.members.map((name): Shape => ({ ...shape, members: [name] })).find(refused) ?? shape;
    case "template": {
      const filled = (n: number) =>
        literal(shape.texts.map((text, index) => text + (shape.types[index] === undefined ? "" : filling(shape.types[index], n))).join(""));
      return [0, 1, 2].map(filled).find(refused) ?? shape;
    }
    case "union": {
      // The simplest first, so that what recurses comes to its end.
      const members = shape.members.toSorted((one, other) => rank(one) - rank(other));
      const member = members.find(refused);
      return member === undefined ? shape : narrowed(member, refused, names, depth + 1);
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
          const possible = ["key", "1", ...names].filter((each) => isKeyOf(each, index.key) && !known.has(each));
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
      return { ...shape, base: inner(shape.base, (base) => ({ ...shape, base })) };
    default:
      return shape;
  }
}

/** What a key may have to be called to be seen by the other side. */
function fieldNames(root: Shape): readonly string[] {
  const seen = new Set<Shape>([root]);
  const names = new Set<string>();
  for (const shape of seen) {
    if (shape.kind === "object") for (const { name } of shape.fields) names.add(name);
    if (shape.kind === "template")
      names.add(shape.texts.map((text, index) => text + (shape.types[index] === undefined ? "" : filling(shape.types[index], 0))).join(""));
    for (const child of children(shape)) seen.add(child);
    if (names.size > 100) break;
  }
  return [...names].filter((name) => !name.startsWith("[") && !name.startsWith("#"));
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
