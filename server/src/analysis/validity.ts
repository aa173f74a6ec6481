/**
 * Is every value of one shape, as it stands in memory, a valid value of another? Coinductive over the graph of shapes. `incompatible` is
 * certain; `unknown` means that the types do not tell. Where this differs from TypeScript's assignability, a value in memory decides:
 * literals and enums are the values they stand for, classes are told apart by identity, arguments of containers are covariant.
 */
import type { Verdict } from "./model.ts";
import type { ClassShape, EnumShape, Field, FunctionShape, Index, LiteralShape, ObjectShape, Shape, Slot, TupleShape } from "./shape.ts";
import { createCover } from "./cover.ts";
import { haveCommonString, isString, stringOutside } from "./string-language.ts";
import { isPrimitive, literal, membersOf, primitive, shapeHash, stringMapping, withoutUndefined } from "./shape.ts";

export type Validity = (from: Shape, to: Shape) => Verdict;

export function worst(verdicts: Iterable<Verdict>): Verdict {
  let result: Verdict = "compatible";
  for (const verdict of verdicts) {
    if (verdict === "incompatible") return verdict;
    if (verdict === "unknown") result = verdict;
  }
  return result;
}

/** @param deepest what is nested deeper in the types is taken as valid. */
export function createValidity(deepest = Infinity): Validity {
  /** What is known; where not everything is looked at, it depends on how deep it was met. */
  const tables: Map<Shape, Map<Shape, Verdict>>[] = [];
  let level = 0;
  /** Pairs that are taken as valid while they are being looked at, or because such a pair said so. */
  const assumed: [Map<Shape, Verdict>, Shape][] = [];

  const cover = createCover({
    check,
    field: ({ fields, indexes }, to) => betweenFields(fields, indexes, [to]),
    indexes: betweenIndexes,
    isKeyOf,
  });

  return check;

  function check(from: Shape, to: Shape): Verdict {
    if (from === to) return "compatible";
    if (to.kind === "primitive" && to.type === "unknown") return to.why === "unresolved" || to.why === "endless" ? "unknown" : "compatible";
    if (isPrimitive(from, "never")) return "compatible";
    if (isPrimitive(from, "unknown")) return isEverything(to) ? "compatible" : "unknown";
    const known = knownOf(from);
    const before = known.get(to);
    if (before !== undefined) return before;
    if (level >= deepest || shapeHash(from) === shapeHash(to)) return "compatible";
    const mark = assumed.length;
    known.set(to, "compatible");
    assumed.push([known, to]);
    level += 1;
    const verdict = decide(from, to);
    level -= 1;
    if (verdict !== "compatible") {
      // What was concluded while this pair was taken as valid has lost its ground.
      for (const [one, other] of assumed.splice(mark)) one.delete(other);
      known.set(to, verdict);
    }
    if (mark === 0) assumed.length = 0;
    return verdict;
  }

  function knownOf(from: Shape): Map<Shape, Verdict> {
    const at = deepest === Infinity ? 0 : level;
    const table = (tables[at] ??= new Map<Shape, Map<Shape, Verdict>>());
    const known = table.get(from) ?? new Map<Shape, Verdict>();
    table.set(from, known);
    return known;
  }

  function decide(from: Shape, to: Shape): Verdict {
    if (from.kind === "union") return worst(from.members.map((member) => check(member, to)));
    if (from.kind === "enum") {
      if (to.kind === "enum") return betweenEnums(from, to);
      const targets = membersOf(to);
      if (to.kind === "union" && best(targets.map((each) => check(from, each))) === "compatible") return "compatible";
      // What an enum takes depends on the name, what others take on the value.
      const taken = (name: string, value: LiteralShape) =>
        best(targets.map((each) => (each.kind === "enum" ? betweenEnums({ ...from, members: [name] }, each) : check(value, each))));
      return worst(from.members.map((name) => worst(literalsOf({ ...from, members: [name] }).map((value) => taken(name, value)))));
    }
    if (to.kind === "union") {
      const whole = best(to.members.map((member) => check(from, member)));
      if (whole === "compatible") return whole;
      if (isPrimitive(from, "boolean")) return worst([true, false].map((value) => check(literal(value), to)));
      if (from.kind !== "literal" && isString(from)) return stringOutside(from, stringsOf(to.members)) === null ? "compatible" : whole;
      return cover.decide(from, to.members) ?? whole;
    }
    if (isPrimitive(from, "boolean")) return to.kind === "primitive" && to.type === "boolean" ? "compatible" : toBox(from, to);
    if (from.kind !== "primitive" && from.kind !== to.kind && isString(from) && isString(to)) return betweenStrings(from, to);
    if (from.kind === "brand") {
      if (to.kind !== "brand") return check(from.base, to);
      return shapeHash(from.tag) === shapeHash(to.tag) ? check(from.base, to.base) : worst([check(from.base, to.base), "unknown"]);
    }
    // The value may well be right; that it is, only the old code could have known.
    if (to.kind === "brand") {
      if (stringMapping(to) !== undefined && isString(from)) return betweenStrings(from, to);
      return check(from, to.base) === "incompatible" ? "incompatible" : "unknown";
    }
    switch (from.kind) {
      case "literal":
        return fromLiteral(from, to);
      case "template":
        return isString(to) ? betweenStrings(from, to) : toBox(primitive("string"), to);
      case "symbol":
        return isPrimitive(to, "symbol")
          ? "compatible"
          : to.kind === "symbol" && to.symbol === from.symbol
            ? "compatible"
            : toBox(from, to);
      case "primitive":
        if (to.kind === "primitive" && to.type === from.type) return "compatible";
        if (from.type === "object")
          return to.kind === "object" ? (to.fields.length + to.indexes.length === 0 ? "compatible" : "unknown") : unsure(to);
        return from.type === "null" || from.type === "undefined" ? "incompatible" : toBox(from, to);
      default:
        break;
    }
    if (isPrimitive(to, "object")) return "compatible";
    switch (from.kind) {
      case "array":
        if (to.kind === "array") return check(from.element, to.element);
        if (to.kind !== "tuple") return toBox(from, to);
        return betweenTuples(
          { kind: "tuple", slots: isEmpty(from.element) ? [] : [{ shape: from.element, optional: false, rest: true }], readonly: false },
          to,
        );
      case "tuple":
        if (to.kind === "array" && !from.slots.some((slot) => !slot.rest && !slot.optional && isEmpty(slot.shape)))
          return worst(from.slots.flatMap((slot) => [check(slot.shape, to.element), slot.optional ? absence(to.element) : "compatible"]));
        return to.kind === "tuple" ? betweenTuples(from, to) : toBox(from, to);
      case "object":
        return to.kind === "object" ? betweenObjects(from, to) : "incompatible";
      case "class":
        if (to.kind === "object") return fromClass(from, to);
        if (to.kind !== "class") return from.extends === undefined ? "incompatible" : check(from.extends, to);
        if (from.class !== to.class && !from.bases.includes(to.class)) return "incompatible";
        return worst([
          betweenFields(from.fields, [], to.fields),
          from.extends === undefined || to.extends === undefined ? "compatible" : check(from.extends, to.extends),
          // The same name in another file is another class, unless the class has only moved.
          from.class === to.class && from.module !== to.module ? "unknown" : "compatible",
        ]);
      case "builtin":
        if (to.kind === "builtin") {
          if (from.from !== to.from) return "incompatible";
          if (from.class !== to.class) return basesOfBuiltin(from.class).includes(to.class) ? "compatible" : "incompatible";
          return worst(from.args.map((arg, index) => check(arg, to.args[index] ?? primitive("unknown"))));
        }
        return toBox(from, to);
      case "pid":
        return to.kind === "pid" ? (to.protocol === from.protocol ? "compatible" : "incompatible") : toBox(from, to);
      case "function":
        return to.kind === "function" ? betweenFunctions(from, to) : toBox(from, to);
      default:
        return "incompatible";
    }
  }

  function fromClass(from: ClassShape, to: ObjectShape): Verdict {
    const base = from.extends;
    // What it inherits from elsewhere is not written out.
    const own = base === undefined ? to.fields : to.fields.filter(({ name }) => from.fields.some((field) => field.name === name));
    if (base !== undefined && to.indexes.length > 0) return check(base, { ...to, fields: [] });
    const rest = to.fields.filter((field) => !own.includes(field));
    const verdict = betweenObjects({ kind: "object", fields: from.fields, indexes: [] }, { ...to, fields: own });
    return base === undefined || rest.length === 0 ? verdict : worst([verdict, check(base, { kind: "object", fields: rest, indexes: [] })]);
  }

  function fromLiteral(from: LiteralShape, to: Shape): Verdict {
    if (to.kind === "literal") return "incompatible";
    if (to.kind === "enum") return literalsOf(to).some((literal) => literal.value === from.value) ? "compatible" : "incompatible";
    if (to.kind === "template") return "incompatible";
    const type = typeof from.value === "object" ? "bigint" : (typeof from.value as "string" | "number" | "boolean");
    if (isPrimitive(to, type)) return "compatible";
    // How long a text is and what its letters are is known where the text is.
    const { value } = from;
    if (typeof value !== "string" || to.kind !== "object") return toBox(primitive(type), to);
    const slots = value.split("").map((letter): Slot => ({ shape: literal(letter), optional: false, rest: false }));
    return toBox({ kind: "tuple", slots, readonly: true }, to);
  }

  function betweenTuples(from: TupleShape, to: TupleShape): Verdict {
    const [one, other] = [from, to].map(partsOf);
    if (one === undefined || other === undefined) return "unknown";
    if (one.least < other.least || one.most > other.most) return "incompatible";
    // Lists that are longer only repeat what stands in the middle.
    const longest = Math.min(one.most, Math.max(one.fixed, other.fixed) + 2);
    const verdicts: Verdict[] = [];
    for (let length = one.least; length <= longest; length += 1) {
      for (let at = 0; at < length; at += 1) {
        const [source, target] = [one.slotAt(at, length), other.slotAt(at, length)];
        if (source === undefined || target === undefined) return "incompatible";
        verdicts.push(check(target.optional ? withoutUndefined(source.shape) : source.shape, target.shape));
        if (source.optional && !target.optional) verdicts.push(absence(target.shape));
      }
    }
    return worst(verdicts);
  }

  function betweenObjects(from: ObjectShape, to: ObjectShape): Verdict {
    return worst([
      betweenFields(from.fields, from.indexes, to.fields),
      ...to.indexes.flatMap((index) => [
        ...from.fields
          .filter((field) => isKeyOf(field.name, index.key))
          // That an optional field may hold `undefined` is no more than that the key may be absent, which any index signature allows.
          .map((field) => check(field.shape, index.value)),
        betweenIndexes(from.indexes, index),
      ]),
    ]);
  }

  function betweenIndexes(from: readonly Index[], to: Index): Verdict {
    const meeting = from.filter((each) => mayOverlap(each.key, to.key));
    return worst(
      meeting.map((each) => {
        const verdict = check(each.value, to.value);
        if (verdict === "compatible") return verdict;
        // Another index signature may say more of the same keys.
        const closer = meeting.filter((other) => other !== each && (isKeyWithin(to.key, other.key) || isKeyWithin(each.key, other.key)));
        return best([verdict, ...closer.map((other) => check(other.value, to.value))]);
      }),
    );
  }

  /** Whether an optional field, which may be `undefined` where it should be absent, goes in there. */
  function absence(to: Shape): Verdict {
    return check(primitive("undefined"), to) === "compatible" ? "compatible" : "unknown";
  }

  function betweenFields(from: readonly Field[], indexes: readonly Index[], to: readonly Field[]): Verdict {
    return worst(
      to.map((target): Verdict => {
        const source = from.find((field) => field.name === target.name);
        if (source === undefined) {
          if (!target.optional) return "incompatible";
          const held = indexes.filter((each) => isKeyOf(target.name, each.key)).map((each) => check(each.value, target.shape));
          return held.length === 0 ? "compatible" : best(held);
        }
        if (source.optional && !target.optional) return "incompatible";
        if (!target.optional) return check(source.shape, target.shape);
        const bare = withoutUndefined(source.shape);
        const undefinedGoesIn =
          target.exact !== true ||
          (bare === source.shape && (!source.optional || source.exact === true)) ||
          check(primitive("undefined"), target.shape) === "compatible";
        return worst([check(bare, target.shape), undefinedGoesIn ? "compatible" : bare === source.shape ? "unknown" : "incompatible"]);
      }),
    );
  }

  function betweenFunctions(from: FunctionShape, to: FunctionShape): Verdict {
    if ((from.construct ?? false) !== (to.construct ?? false) && from.signatures.length > 0 && to.signatures.length > 0)
      return "incompatible";
    if (to.signatures.length === 0) return "compatible";
    if (from.signatures.length === 0) return "unknown";
    return worst(
      to.signatures.map((wanted) =>
        best(
          from.signatures.map((given) => {
            const required = given.parameters.filter((slot) => !slot.optional && !slot.rest).length;
            const rest = wanted.parameters.some((slot) => slot.rest);
            if (required > wanted.parameters.length && !rest) return "incompatible";
            // What is passed beyond the last parameter of either is what its rest takes.
            const longest = Math.max(wanted.parameters.length, given.parameters.length);
            const verdicts = Array.from({ length: longest }, (_, index) => {
              const slot = parameterAt(wanted, index);
              const taken = parameterAt(given, index);
              if (slot === undefined || taken === undefined) return "compatible";
              // What need not be passed is `undefined`.
              const left = slot.optional && !taken.optional && !taken.rest ? check(primitive("undefined"), taken.shape) : "compatible";
              return worst([check(taken.optional ? withoutUndefined(slot.shape) : slot.shape, taken.shape), left]);
            });
            const ignored = isPrimitive(wanted.result, "undefined");
            return worst([...verdicts, ignored ? "compatible" : check(given.result, wanted.result)]);
          }),
        ),
      ),
    );
  }

  /** Values that are not plain objects, read as one: `string[]` as `{ length: number }`. */
  function toBox(from: Shape, to: Shape): Verdict {
    if (to.kind === "builtin") return to.from === "" && boxOf(from) === to.class ? "compatible" : "incompatible";
    if (to.kind !== "object") return "incompatible";
    if (to.indexes.length > 0) {
      if (from.kind === "function" || from.kind === "pid") return "unknown";
      const items = itemsOf(from);
      if (items === undefined || !to.indexes.every(({ key }) => isPrimitive(key, "number"))) return "incompatible";
      const inner = worst(
        to.indexes.flatMap(({ value }) =>
          items.flatMap((item) => [check(item.shape, value), item.optional ? absence(value) : "compatible"]),
        ),
      );
      return worst([inner, toBox(from, { ...to, indexes: [] })]);
    }
    const own = dataFields(from);
    return worst(
      to.fields.map((field): Verdict => {
        const item = itemAt(from, field.name);
        if (item !== undefined) {
          const within = worst(item.shapes.map((shape) => check(shape, field.shape)));
          return item.always || field.optional ? within : "incompatible";
        }
        // Not `toString`, which every object has from its prototype.
        const type = own !== undefined && Object.hasOwn(own, field.name) ? own[field.name] : undefined;
        if (field.name === "length" && from.kind === "tuple") return worst(lengthsOf(from).map((length) => check(length, field.shape)));
        if (type !== undefined) return check(type === "buffer" ? buffers : primitive(type), field.shape);
        if (field.optional) return "compatible";
        return own === undefined || field.shape.kind === "function" ? "unknown" : "incompatible";
      }),
    );
  }
}

function best(verdicts: Iterable<Verdict>): Verdict {
  let result: Verdict = "incompatible";
  for (const verdict of verdicts) {
    if (verdict === "compatible") return verdict;
    if (verdict === "unknown") result = verdict;
  }
  return result;
}

/** `{} | null | undefined` */
function isEverything(shape: Shape): boolean {
  const members = membersOf(shape);
  return (
    members.some((each) => each.kind === "object" && each.fields.length + each.indexes.length === 0) &&
    ["null", "undefined"].every((type) => members.some((each) => isPrimitive(each, type as "null")))
  );
}

/** Whether there is no value of it, as far as one look tells. */
function isEmpty(shape: Shape): boolean {
  return (
    isPrimitive(shape, "never") ||
    (shape.kind === "enum" && shape.members.length === 0) ||
    (shape.kind === "union" && shape.members.length === 0)
  );
}

function parameterAt({ parameters }: FunctionShape["signatures"][number], index: number): Slot | undefined {
  return parameters[index] ?? parameters.find((each) => each.rest);
}

function unsure(to: Shape): Verdict {
  return to.kind === "primitive" || to.kind === "literal" || to.kind === "enum" || to.kind === "template" ? "incompatible" : "unknown";
}

interface TupleParts {
  readonly least: number;
  readonly most: number;
  /** How many slots there are beside what repeats. */
  readonly fixed: number;
  slotAt(index: number, length: number): Slot | undefined;
}

function partsOf({ slots }: TupleShape): TupleParts {
  const rest = slots.findIndex((slot) => slot.rest);
  const after = rest < 0 ? 0 : slots.length - rest - 1;
  return {
    least: slots.filter((slot) => !slot.optional && !slot.rest).length,
    most: rest < 0 ? slots.length : Infinity,
    fixed: rest < 0 ? slots.length : slots.length - 1,
    slotAt: (index, length) => {
      if (rest < 0 || index < Math.min(rest, length - after)) return slots[index];
      return index >= length - after ? slots[slots.length - (length - index)] : slots[rest];
    },
  };
}

export function literalsOf(shape: EnumShape): readonly LiteralShape[] {
  return shape.table.filter(([name]) => shape.members.includes(name)).map(([, value]) => ({ kind: "literal", value }));
}

/** Members whose name stands in both tables with another value. */
export function movedMembers(one: EnumShape, other: EnumShape): readonly string[] {
  const values = new Map(other.table);
  return one.table.filter(([name, value]) => values.has(name) && values.get(name) !== value).map(([name]) => name);
}

function betweenEnums(from: EnumShape, to: EnumShape): Verdict {
  const moved = movedMembers(from, to);
  if (from.members.some((name) => moved.includes(name))) return "incompatible";
  const values = new Set(literalsOf(to).map((literal) => literal.value));
  return literalsOf(from).every((literal) => values.has(literal.value)) ? "compatible" : "incompatible";
}

function betweenStrings(from: Shape, to: Shape): Verdict {
  if (isPrimitive(to, "string")) return "compatible";
  const outside = stringOutside(from, [to]);
  return outside === undefined ? "unknown" : outside === null ? "compatible" : "incompatible";
}

function stringsOf(shapes: readonly Shape[]): readonly Shape[] {
  return shapes.flatMap((shape): readonly Shape[] => (shape.kind === "enum" ? literalsOf(shape) : [shape])).filter(isString);
}

export function isKeyOf(field: string, key: Shape): boolean {
  // Private members are no properties.
  if (field.startsWith("#")) return false;
  if (field.startsWith("[") || isPrimitive(key, "symbol")) return field.startsWith("[") && isPrimitive(key, "symbol");
  if (isPrimitive(key, "number")) return String(Number(field)) === field;
  return isPrimitive(key, "string") || stringOutside(literal(field), [keyStrings(key)]) !== field;
}

/** Keys are strings in memory. */
export function keyStrings(key: Shape): Shape {
  if (isPrimitive(key, "number")) return { kind: "template", texts: ["", ""], types: [key] };
  return key.kind === "brand" && stringMapping(key) === undefined ? key.base : key;
}

function mayOverlap(one: Shape, other: Shape): boolean {
  if (isPrimitive(one, "symbol") || isPrimitive(other, "symbol")) return isPrimitive(one, "symbol") && isPrimitive(other, "symbol");
  return isPrimitive(one, "string") || isPrimitive(other, "string") || haveCommonString(keyStrings(one), keyStrings(other));
}

/** Whether all keys of the one sort are of the other, too. */
function isKeyWithin(one: Shape, other: Shape): boolean {
  if (isPrimitive(one, "symbol") || isPrimitive(other, "symbol")) return mayOverlap(one, other);
  return isPrimitive(other, "string") || stringOutside(keyStrings(one), [keyStrings(other)]) === null;
}

/** The single values that a shape consists of, if it consists of nothing else. */
export function unitsOf(shape: Shape): readonly Shape[] | undefined {
  const units = membersOf(shape).flatMap((member): (Shape | undefined)[] => {
    if (member.kind === "literal" || isPrimitive(member, "null") || isPrimitive(member, "undefined")) return [member];
    if (member.kind === "enum") return [...literalsOf(member)];
    return isPrimitive(member, "boolean") ? [true, false].map((value): Shape => ({ kind: "literal", value })) : [undefined];
  });
  const known = units.filter((unit) => unit !== undefined);
  return known.length === units.length ? known : undefined;
}

/** What is found under the numbers from 0 on. */
function itemsOf(shape: Shape): readonly Pick<Slot, "shape" | "optional">[] | undefined {
  if (shape.kind === "tuple") return shape.slots;
  if (shape.kind === "array") return [{ shape: shape.element, optional: false }];
  if (isPrimitive(shape, "string")) return [{ shape, optional: false }];
  if (shape.kind !== "builtin" || shape.from !== "" || !/^(?:Buffer|\w+Array)$/.test(shape.class)) return undefined;
  return [{ shape: primitive(shape.class.startsWith("Big") ? "bigint" : "number"), optional: false }];
}

/** What may be found under a number, and whether something always is; undefined where nothing is looked up by numbers. */
function itemAt(shape: Shape, name: string): { readonly shapes: readonly Shape[]; readonly always: boolean } | undefined {
  const items = /^(?:0|[1-9]\d*)$/.test(name) ? itemsOf(shape) : undefined;
  if (items === undefined) return undefined;
  if (shape.kind !== "tuple") return { shapes: items.map((item) => item.shape), always: false };
  const parts = partsOf(shape);
  const index = Number(name);
  const shapes: Shape[] = [];
  let always = true;
  for (let length = parts.least; length <= Math.min(parts.most, index + parts.fixed + 1); length += 1) {
    const slot = index < length ? parts.slotAt(index, length) : undefined;
    if (slot === undefined) always = false;
    else shapes.push(slot.shape);
  }
  return { shapes, always };
}

/** The platform's class by whose type values that are no objects go, too. */
function boxOf(shape: Shape): string | undefined {
  const type = shape.kind === "primitive" ? shape.type : shape.kind === "function" ? "function" : shape.kind === "symbol" ? "symbol" : "";
  return { string: "String", number: "Number", boolean: "Boolean", bigint: "BigInt", symbol: "Symbol" }[type as string];
}

/** How long lists of a type may be. */
function lengthsOf(tuple: TupleShape): readonly Shape[] {
  if (tuple.slots.some((slot) => slot.rest)) return [primitive("number")];
  const least = tuple.slots.filter((slot) => !slot.optional).length;
  return Array.from({ length: tuple.slots.length - least + 1 }, (_, more) => literal(least + more));
}

type Data = Readonly<Record<string, "string" | "number" | "boolean" | "buffer" | "unknown">>;

/** What typed arrays lie over. */
const buffers: Shape = {
  kind: "union",
  members: ["ArrayBuffer", "SharedArrayBuffer"].map((name): Shape => ({
    kind: "builtin",
    class: name,
    from: "",
    args: [],
    readonly: false,
  })),
};

/** The data that values of the platform have as properties; undefined where this is not known. */
function dataFields(shape: Shape): Data | undefined {
  switch (shape.kind) {
    case "array":
    case "tuple":
      return { length: "number" };
    case "primitive":
      return shape.type === "string" ? { length: "number" } : shape.type === "symbol" ? { description: "unknown" } : {};
    case "symbol":
      return { description: "unknown" };
    case "function":
      return { length: "number", name: "string" };
    case "builtin": {
      if (shape.from !== "") return undefined;
      if (shape.class === "RegExp") return { source: "string", flags: "string", lastIndex: "number" };
      if (/^(Map|Set)$/.test(shape.class)) return { size: "number" };
      if (/^(Date|WeakMap|WeakSet|Promise|WeakRef)$/.test(shape.class)) return {};
      if (shape.class.endsWith("Error")) return { name: "string", message: "string", stack: "unknown", cause: "unknown" };
      if (shape.class === "DataView") return { byteLength: "number", byteOffset: "number", buffer: "buffer" };
      if (shape.class.endsWith("Array") || shape.class === "Buffer")
        return { length: "number", byteLength: "number", byteOffset: "number", BYTES_PER_ELEMENT: "number", buffer: "buffer" };
      return undefined;
    }
    default:
      return undefined;
  }
}

/** The classes that a class of the platform extends. */
function basesOfBuiltin(name: string): readonly string[] {
  if (name === "Buffer") return ["Uint8Array"];
  return name !== "Error" && name.endsWith("Error") ? ["Error"] : [];
}
