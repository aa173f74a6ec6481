/**
 * Whether several shapes cover one together that none of them covers alone: `{ a: 1 | 2 }` is in `{ a: 1 } | { a: 2 }`. A value is outside
 * of all of them where each has a field to blame, and where each field can hold something that all those reject whom it is blamed by. All
 * ways to share out the blame are tried.
 */
import type { Verdict } from "./model.ts";
import {
  type ClassShape,
  type Field,
  type Index,
  isPrimitive,
  membersOf,
  type Shape,
  type Slot,
  type TupleShape,
  type UnionShape,
} from "./shape.ts";

/** What `validity.ts` decides of the parts. */
export interface Parts {
  check(from: Shape, to: Shape): Verdict;
  field(from: Product, to: Field): Verdict;
  indexes(from: readonly Index[], to: Index): Verdict;
  isKeyOf(name: string, key: Shape): boolean;
}

/** Values with several parts, each of which may be what is wrong. */
interface Product {
  readonly fields: readonly Field[];
  readonly indexes: readonly Index[];
}

/** A demand on one part; on the keys that only index signatures know of, where it has no field. */
interface Demand {
  readonly part: string;
  readonly verdict: Verdict;
  readonly field?: Field;
}

/** So many ways to share out the blame are tried for one shape, and for all in one comparison. */
const mostWays = 256;
const mostInAll = 20_000;

export interface Cover {
  /** Undefined where the alternatives are not of a kind that could cover the shape together. */
  decide(from: Shape, targets: readonly Shape[]): Verdict | undefined;
}

export function createCover(parts: Parts): Cover {
  let spent = 0;
  const ids = new WeakMap<Shape, number>();
  let count = 0;
  const unions = new Map<string, Shape>();

  return { decide };

  function decide(from: Shape, targets: readonly Shape[]): Verdict | undefined {
    if (from.kind === "tuple") return decideTuple(from, targets);
    const source = productOf(from);
    if (source === undefined) return undefined;
    const products = targets.flatMap((target) => (isOf(from, target) ? (productOf(target) ?? []) : []));
    return products.length < 2 ? undefined : decideProduct(source, products);
  }

  function decideTuple(from: TupleShape, targets: readonly Shape[]): Verdict | undefined {
    const tuples = targets.filter((target) => target.kind === "tuple" || target.kind === "array");
    if (tuples.length < 2 || tuples.every((target) => target.kind === "array" && from.slots.length === 0)) return undefined;
    const fixed = Math.max(...[from, ...tuples].map((each) => (each.kind === "tuple" ? each.slots.length : 0)));
    let result: Verdict = "compatible";
    for (let length = 0; length <= fixed + 2; length += 1) {
      const source = ofLength(from, length);
      if (source === undefined) continue;
      const verdict = decideProduct(
        source,
        tuples.flatMap((target) => ofLength(target, length) ?? []),
      );
      if (verdict === "incompatible") return verdict;
      if (verdict === "unknown") result = verdict;
    }
    return result;
  }

  function decideProduct(from: Product, targets: readonly Product[]): Verdict {
    const demands: (readonly Demand[])[] = [];
    for (const target of targets) {
      const found = demandsOf(from, target);
      if (found === "none") continue;
      const open = found.filter(({ verdict }) => verdict !== "compatible");
      if (open.length === 0) return "compatible";
      demands.push(open);
    }
    let ways = 0;
    // Those with the fewest parts to blame first: whatever is decided is decided early.
    const order = demands.toSorted((one, other) => one.length - other.length);
    const blamed = new Map<string, readonly Demand[]>();
    return share(0);

    /** The worst verdict of all ways to share out what is left. */
    function share(at: number): Verdict {
      const own = order[at];
      if (own === undefined) return best([...blamed.values()].map((group) => together(from, group)));
      let result: Verdict = "compatible";
      for (const demand of own) {
        ways += 1;
        spent += 1;
        if (ways > mostWays || spent > mostInAll) return "unknown";
        const before = blamed.get(demand.part) ?? [];
        const group = [...before, demand];
        // Whatever the part holds, one of these takes it.
        if (before.length > 0 && together(from, group) === "compatible") continue;
        blamed.set(demand.part, group);
        const verdict = share(at + 1);
        if (before.length === 0) blamed.delete(demand.part);
        else blamed.set(demand.part, before);
        if (verdict === "incompatible") return verdict;
        if (verdict === "unknown") result = verdict;
      }
      return result;
    }
  }

  /** Whether what a part holds satisfies one of several demands. */
  function together(from: Product, group: readonly Demand[]): Verdict {
    const [first] = group;
    if (first === undefined) return "incompatible";
    if (group.length === 1) return first.verdict;
    const fields = group.flatMap(({ field }) => field ?? []);
    // Of keys that nobody has named there can be as many as are needed.
    if (fields.length < group.length) return best(group.map(({ verdict }) => verdict));
    const [field] = fields;
    if (field === undefined) return "incompatible";
    const optional = fields.filter((each) => each.optional);
    return parts.field(from, {
      name: field.name,
      shape: unionOf(fields.map(({ shape }) => shape)),
      optional: optional.length > 0,
      readonly: false,
      ...(optional.length > 0 && optional.every(({ exact }) => exact === true) ? { exact: true } : {}),
    });
  }

  function demandsOf(from: Product, to: Product): readonly Demand[] | "none" {
    const demands: Demand[] = [];
    for (const field of to.fields) {
      const verdict = parts.field(from, field);
      const own = from.fields.find(({ name }) => name === field.name);
      if (verdict === "incompatible" && (own === undefined ? !field.optional : isApart(own, field))) return "none";
      demands.push({ part: field.name, verdict, field });
    }
    for (const index of to.indexes) {
      for (const { name } of from.fields) {
        if (!parts.isKeyOf(name, index.key)) continue;
        const field: Field = { name, shape: index.value, optional: true, readonly: false };
        demands.push({ part: name, verdict: parts.field(from, field), field });
      }
      demands.push({ part: "", verdict: parts.indexes(from.indexes, index) });
    }
    return demands;
  }

  /** Whether no value of the one field is one of the other. */
  function isApart(from: Field, to: Field): boolean {
    if (from.optional && to.optional) return false;
    return membersOf(from.shape).every((one) => membersOf(to.shape).every((other) => areApart(one, other)));
  }

  function areApart(one: Shape, other: Shape): boolean {
    if (isUnit(one)) return parts.check(one, other) === "incompatible";
    if (isUnit(other)) return parts.check(other, one) === "incompatible";
    const [left, right] = [typeOf(one), typeOf(other)];
    return left !== undefined && right !== undefined && left !== right;
  }

  /** The same shape for the same members, so that recursion through it comes to its end. */
  function unionOf(shapes: readonly Shape[]): Shape {
    const members = [...new Set(shapes.flatMap(membersOf))];
    const [only] = members;
    if (members.length === 1 && only !== undefined) return only;
    const key = members
      .map((member) => {
        const id = ids.get(member) ?? (count += 1);
        ids.set(member, id);
        return id;
      })
      .toSorted((one, other) => one - other)
      .join();
    const known: Shape = unions.get(key) ?? ({ kind: "union", members } satisfies UnionShape);
    unions.set(key, known);
    return known;
  }
}

function productOf(shape: Shape): Product | undefined {
  if (shape.kind === "object") return shape;
  if (shape.kind === "class" && shape.extends === undefined) return { fields: shape.fields, indexes: [] };
  if (shape.kind !== "builtin" || !/^(Promise|WeakRef)$/.test(shape.class)) return undefined;
  return { fields: shape.args.map((arg, at): Field => ({ name: String(at), shape: arg, optional: false, readonly: false })), indexes: [] };
}

/** Whether values of the one kind may be values of the other at all. */
function isOf(from: Shape, to: Shape): boolean {
  if (to.kind === "class") return from.kind === "class" && isInstance(from, to);
  if (to.kind === "builtin") return from.kind === "builtin" && from.class === to.class && from.from === to.from;
  return to.kind === "object" && from.kind !== "builtin";
}

function isInstance(from: ClassShape, to: ClassShape): boolean {
  return (from.class === to.class && from.module === to.module) || (from.class !== to.class && from.bases.includes(to.class));
}

/** Those lists that have this length, item by item. */
function ofLength(shape: TupleShape | Extract<Shape, { kind: "array" }>, length: number): Product | undefined {
  const slots: readonly Slot[] = shape.kind === "array" ? [{ shape: shape.element, optional: false, rest: true }] : shape.slots;
  const rest = slots.findIndex((slot) => slot.rest);
  const after = rest < 0 ? 0 : slots.length - rest - 1;
  if (length < slots.filter((slot) => !slot.optional && !slot.rest).length || (rest < 0 && length > slots.length)) return undefined;
  const slotAt = (at: number) =>
    rest < 0 || at < Math.min(rest, length - after) ? slots[at] : at >= length - after ? slots[slots.length - (length - at)] : slots[rest];
  const fields = Array.from({ length }, (_, at): Field => {
    const slot = slotAt(at);
    return {
      name: String(at),
      shape: slot?.shape ?? { kind: "primitive", type: "never" },
      optional: slot?.optional === true,
      readonly: false,
    };
  });
  return { fields, indexes: [] };
}

function isUnit(shape: Shape): boolean {
  return shape.kind === "literal" || shape.kind === "symbol" || isPrimitive(shape, "null") || isPrimitive(shape, "undefined");
}

/** What `typeof` says of all its values, where it says one thing of them. */
function typeOf(shape: Shape): string | undefined {
  if (shape.kind === "template") return "string";
  if (shape.kind === "array" || shape.kind === "tuple") return "list";
  if (shape.kind === "primitive") return ["object", "unknown", "never"].includes(shape.type) ? undefined : shape.type;
  return undefined;
}

function best(verdicts: readonly Verdict[]): Verdict {
  return verdicts.includes("compatible") ? "compatible" : verdicts.includes("unknown") ? "unknown" : "incompatible";
}
