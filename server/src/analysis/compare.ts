/**
 * Compares two shapes: the verdict in both directions, and a list of what changed, by path. The verdicts are those of `validity.ts`; the
 * list explains them.
 */
import type { Change, Verdict } from "./model.ts";
import { type Message, type ProtocolShapes, sections } from "./protocol-shapes.ts";
import type { ArrayShape, BuiltinShape, EnumShape, Field, Holder, Index, ObjectShape, Shape, Slot, TupleShape } from "./shape.ts";
import { holderKey, isPrimitive, membersOf, namesIn, primitive, shapeHash } from "./shape.ts";
import { accessText, fieldText, typeText } from "./type-text.ts";
import { type Validity, createValidity, movedMembers, unitsOf, worst } from "./validity.ts";

/** A declaration around a change, and the path at which it begins. */
export interface Owner extends Holder {
  readonly path: string;
}

/** A change with what the rules need to explain it. */
export interface Difference extends Change {
  /** The shapes at this path; null where there is none on that side. */
  readonly from: Shape | null;
  readonly to: Shape | null;
  /** The declarations of the new side around it, the nearest first: one of them somebody edited. */
  readonly owners: readonly Owner[];
  /** What the record around a field that came or went has other fields from: it may have this one from there. */
  readonly bases?: readonly Holder[];
  readonly field?: Field;
}

export interface Comparison {
  /** Whether every old value is valid for the new code. */
  readonly up: Verdict;
  readonly down: Verdict;
  readonly changes: readonly Difference[];
}

export interface MessageComparison {
  /** Whether old senders, and messages that wait in mailboxes, are understood by the new code, and its replies by old callers. */
  readonly oldToNew: Verdict;
  readonly newToOld: Verdict;
  readonly changes: readonly Difference[];
  /** Messages whose arguments the other version does not take as they are. */
  readonly incompatible: readonly { readonly name: string; readonly old: Message; readonly new: Message }[];
}

/** More changes than anybody reads. */
const most = 500;

export function compareShapes(from: Shape, to: Shape, path = "State"): Comparison {
  const valid = createValidity();
  const comparer = new Comparer(valid, { from: [from], to: [to] });
  comparer.compare(from, to, path, []);
  return { up: valid(from, to), down: valid(to, from), changes: comparer.changes };
}

export const sameShape: Comparison = { up: "compatible", down: "compatible", changes: [] };
export const unknownMessages: MessageComparison = { oldToNew: "unknown", newToOld: "unknown", changes: [], incompatible: [] };
export const sameMessages: MessageComparison = { oldToNew: "compatible", newToOld: "compatible", changes: [], incompatible: [] };

/** Paths are `calls.join[0]` for arguments and `calls.join()` for the reply. A message is a variant of what a process understands. */
export function compareMessages(from: ProtocolShapes, to: ProtocolShapes): MessageComparison {
  const valid = createValidity();
  const comparer = new Comparer(valid, { from: messageShapes(from), to: messageShapes(to) });
  const oldToNew: Verdict[] = [];
  const newToOld: Verdict[] = [];
  const incompatible: { name: string; old: Message; new: Message }[] = [];
  for (const section of sections) {
    for (const old of from[section]) {
      const path = `${section}${accessText(old.name)}`;
      const now = to[section].find((message) => message.name === old.name);
      if (now === undefined) {
        oldToNew.push("incompatible");
        comparer.add({ path, kind: "variantRemoved", from: old.args, to: null, owners: [] });
        continue;
      }
      comparer.compare(old.args, now.args, path, []);
      const forth = valid(old.args, now.args);
      const back = valid(now.args, old.args);
      if (forth !== "compatible" || back !== "compatible") incompatible.push({ name: old.name, old, new: now });
      oldToNew.push(forth);
      newToOld.push(back);
      if (old.reply === null || now.reply === null) continue;
      comparer.compare(old.reply, now.reply, `${path}()`, []);
      // A reply travels the other way: the new code's to a caller that runs the old.
      oldToNew.push(valid(now.reply, old.reply));
      newToOld.push(valid(old.reply, now.reply));
    }
    for (const now of to[section]) {
      if (from[section].some((message) => message.name === now.name)) continue;
      newToOld.push("incompatible");
      comparer.add({ path: `${section}${accessText(now.name)}`, kind: "variantAdded", from: null, to: now.args, owners: [] });
    }
  }
  return { oldToNew: worst(oldToNew), newToOld: worst(newToOld), changes: comparer.changes, incompatible };
}

/** All shapes that are compared. */
interface Sides {
  readonly from: readonly Shape[];
  readonly to: readonly Shape[];
}

interface Found {
  readonly path: string;
  readonly kind: string;
  readonly from: Shape | null;
  readonly to: Shape | null;
  readonly owners: readonly Owner[];
  readonly bases?: readonly Holder[];
  readonly field?: Field;
  readonly renameOf?: string;
}

class Comparer {
  readonly changes: Difference[] = [];
  readonly #valid: Validity;
  readonly #sides: Sides;
  #names: { readonly old: ReadonlySet<string>; readonly now: ReadonlySet<string> } | undefined;
  /** Pairs that are being compared further out: recursion ends here. */
  readonly #open: [Shape, Shape][] = [];

  constructor(valid: Validity, sides: Sides) {
    this.#valid = valid;
    this.#sides = sides;
  }

  add(found: Found): void {
    if (this.changes.length >= most) return;
    const { field } = found;
    const text = (shape: Shape | null) => (shape === null ? null : typeText(shape));
    this.changes.push({ ...found, old: text(found.from), new: text(found.to), ...(field === undefined ? {} : { field }) });
  }

  compare(from: Shape, to: Shape, path: string, outer: readonly Owner[]): void {
    if (shapeHash(from) === shapeHash(to)) return;
    if (this.changes.length >= most || this.#open.some(([one, other]) => one === from && other === to)) return;
    // A declaration that only the new side refers to here was not edited; what refers to it was.
    const declared = declarationOf(to);
    const owners = declared !== undefined && this.#sameDeclaration(from, to, declared.name) ? [{ ...declared, path }, ...outer] : outer;
    this.#open.push([from, to]);
    try {
      if (from.kind === "union" || to.kind === "union") this.#unions(from, to, path, owners);
      else this.#single(from, to, path, owners);
    } finally {
      this.#open.pop();
    }
  }

  /** Whether both sides are one declaration, which may be called something else by now. */
  #sameDeclaration(from: Shape, to: Shape, name: string): boolean {
    const old = "name" in from ? from.name : undefined;
    // In a snapshot, the second one of a name has a number.
    if (old === undefined || old === name || (old.startsWith(name) && /^[2-9]\d*$/.test(old.slice(name.length)))) return old !== undefined;
    const names = (this.#names ??= { old: namesIn(this.#sides.from), now: namesIn(this.#sides.to) });
    return !names.now.has(old) && !names.old.has(name) && haveMuchInCommon(from, to);
  }

  #single(from: Shape, to: Shape, path: string, owners: readonly Owner[]): void {
    if (from.kind === "object" && to.kind === "object") {
      if (from.fields.length + from.indexes.length + to.fields.length + to.indexes.length > 0) this.#objects(from, to, path, owners);
    } else if (from.kind === "class" && to.kind === "class" && from.class === to.class) {
      const [one, other] = [from, to].map((each): ObjectShape => ({ kind: "object", fields: each.fields, indexes: [] }));
      if (one !== undefined && other !== undefined) this.#objects(one, other, path, owners);
      if (from.extends !== undefined && to.extends !== undefined) this.compare(from.extends, to.extends, path, owners);
      if (from.module !== to.module) this.#byVerdict(from, to, path, owners);
    } else if (from.kind === "array" && to.kind === "array") this.#arrays(from, to, path, owners);
    else if (from.kind === "tuple" && to.kind === "tuple") this.#tuples(from, to, path, owners);
    else if (from.kind === "builtin" && to.kind === "builtin" && from.class === to.class && from.from === to.from) {
      this.#builtins(from, to, path, owners);
    } else if (from.kind === "enum" && to.kind === "enum") this.#enums(from, to, path, owners);
    else if (from.kind === "function" && to.kind === "function") {
      if (shapeHash(from) !== shapeHash(to)) this.add({ path, kind: "functionChanged", from, to, owners });
    } else if (from.kind === "brand" && to.kind === "brand" && shapeHash(from.tag) === shapeHash(to.tag)) {
      this.compare(from.base, to.base, path, owners);
    } else if (shapeHash(from) !== shapeHash(to)) this.#byVerdict(from, to, path, owners);
  }

  #byVerdict(from: Shape, to: Shape, path: string, owners: readonly Owner[]): void {
    const up = this.#valid(from, to) === "compatible";
    const down = this.#valid(to, from) === "compatible";
    if (up && down) return;
    this.add({ path, kind: up ? "widened" : down ? "narrowed" : "changed", from, to, owners });
  }

  #objects(from: ObjectShape, to: ObjectShape, path: string, owners: readonly Owner[]): void {
    const added = to.fields.filter((field) => !from.fields.some((each) => each.name === field.name));
    const removed = from.fields.filter((field) => !to.fields.some((each) => each.name === field.name));
    const renames = pairRenames(removed, added);
    // A base of which no field was there is a new base: it was not edited, what extends it was.
    const bases = holdersOf(to.fields.filter((field) => !added.includes(field)));
    const known = new Set(bases.map(holderKey));
    for (const field of to.fields) {
      const old = from.fields.find((each) => each.name === field.name);
      const at = path + accessText(field.name);
      if (old === undefined) {
        const renameOf = renames.get(field.name);
        const kind = field.optional ? "optionalFieldAdded" : "fieldAdded";
        const { holder, picked } = field;
        const its =
          holder !== undefined && picked === undefined && known.has(holderKey(holder)) ? [{ ...holder, path }, ...owners] : owners;
        this.add({
          path: at,
          kind,
          from: null,
          to: field.shape,
          owners: its,
          bases,
          field,
          ...(renameOf === undefined ? {} : { renameOf }),
        });
        continue;
      }
      const its = ownersOf(field, owners, path);
      if (old.optional && !field.optional)
        this.add({ path: at, kind: "optionalToRequired", from: old.shape, to: field.shape, owners: its, field });
      else if (!old.optional && field.optional) {
        this.add({ path: at, kind: "requiredToOptional", from: old.shape, to: field.shape, owners: its, field });
      } else if (old.exact !== field.exact) {
        const kind = field.exact === true ? "narrowed" : "widened";
        this.add({ path: at, kind, from: whatIsThere(old), to: whatIsThere(field), owners: its, field });
      }
      const plain = field.optional && !old.optional ? withUndefinedDropped(old.shape) : old.shape;
      const wanted = old.optional && !field.optional ? withUndefinedDropped(field.shape) : field.shape;
      this.compare(plain, wanted, at, its);
    }
    const whole = wholeHolder(to.fields);
    for (const field of removed) {
      const kind = field.optional ? "optionalFieldRemoved" : "fieldRemoved";
      const its = whole === undefined ? owners : [{ ...whole, path }, ...owners];
      this.add({ path: path + accessText(field.name), kind, from: field.shape, to: null, owners: its, bases: holdersOf(to.fields), field });
    }
    this.#indexes(from.indexes, to.indexes, path, owners);
  }

  #indexes(from: readonly Index[], to: readonly Index[], path: string, owners: readonly Owner[]): void {
    const at = (index: Index) => `${path}[${typeText(index.key)}]`;
    for (const index of to) {
      const old = from.find((each) => shapeHash(each.key) === shapeHash(index.key));
      if (old === undefined) this.add({ path: at(index), kind: "indexSignatureAdded", from: null, to: index.value, owners });
      else this.compare(old.value, index.value, at(index), owners);
    }
    for (const index of from) {
      if (to.some((each) => shapeHash(each.key) === shapeHash(index.key))) continue;
      this.add({ path: at(index), kind: "indexSignatureRemoved", from: index.value, to: null, owners });
    }
  }

  #arrays(from: ArrayShape, to: ArrayShape, path: string, owners: readonly Owner[]): void {
    if (from.readonly !== to.readonly) this.add({ path, kind: "readonlyChanged", from, to, owners });
    this.compare(from.element, to.element, `${path}[]`, owners);
  }

  #tuples(from: TupleShape, to: TupleShape, path: string, owners: readonly Owner[]): void {
    if (lengths(from) !== lengths(to)) this.add({ path, kind: "tupleArity", from, to, owners });
    else if (from.readonly !== to.readonly) this.add({ path, kind: "readonlyChanged", from, to, owners });
    for (const [index, old, now] of pairSlots(from.slots, to.slots)) this.compare(old.shape, now.shape, `${path}[${index}]`, owners);
  }

  #builtins(from: BuiltinShape, to: BuiltinShape, path: string, owners: readonly Owner[]): void {
    if (from.readonly !== to.readonly) this.add({ path, kind: "readonlyChanged", from, to, owners });
    for (const [index, arg] of to.args.entries()) {
      const old = from.args[index];
      if (old !== undefined) this.compare(old, arg, `${path}<${argumentName(to.class, index)}>`, owners);
    }
  }

  #enums(from: EnumShape, to: EnumShape, path: string, owners: readonly Owner[]): void {
    for (const [name] of to.table)
      if (to.members.includes(name) && !from.table.some(([each]) => each === name))
        this.add({ path, kind: "enumMemberAdded", from, to, owners });
    for (const [name] of from.table)
      if (from.members.includes(name) && !to.table.some(([each]) => each === name))
        this.add({ path, kind: "enumMemberRemoved", from, to, owners });
    const moved = movedMembers(from, to);
    if (moved.length > 0) this.add({ path, kind: "enumValueChanged", from, to, owners });
    // The same table, but the type allows other members of it.
    if (moved.length === 0 && JSON.stringify(from.table) === JSON.stringify(to.table)) this.#byVerdict(from, to, path, owners);
  }

  #unions(from: Shape, to: Shape, path: string, owners: readonly Owner[]): void {
    const tag = tagOf(from, to);
    const old = byTag(membersOf(from), tag);
    const now = byTag(membersOf(to), tag);
    const common = new Set(old.rest.map(shapeHash));
    const same = new Set(now.rest.map(shapeHash).filter((hash) => common.has(hash)));
    let oldRest = old.rest.filter((member) => !same.has(shapeHash(member)));
    let nowRest = now.rest.filter((member) => !same.has(shapeHash(member)));
    for (const [value, variant] of now.variants) {
      const before = old.variants.get(value);
      const at = `${path}|${tag}=${value}`;
      if (before === undefined) this.add({ path: at, kind: "variantAdded", from: null, to: variant, owners });
      else this.compare(before, variant, at, owners);
    }
    for (const [value, variant] of old.variants) {
      if (!now.variants.has(value)) this.add({ path: `${path}|${tag}=${value}`, kind: "variantRemoved", from: variant, to: null, owners });
    }
    // One array, or one object, on both sides is the same thing in two versions.
    for (const kind of new Set(nowRest.map(sort))) {
      const [one, ...more] = oldRest.filter((member) => sort(member) === kind);
      const [other, ...others] = nowRest.filter((member) => sort(member) === kind);
      if (one === undefined || other === undefined || more.length + others.length > 0 || kind === "value") continue;
      this.compare(one, other, path, owners);
      oldRest = oldRest.filter((member) => member !== one);
      nowRest = nowRest.filter((member) => member !== other);
    }
    const gone = oldRest.filter((member) => this.#valid(member, to) !== "compatible");
    const fresh = nowRest.filter((member) => this.#valid(member, from) !== "compatible");
    if (gone.length + fresh.length === 0) return;
    this.add({ path, kind: gone.length === 0 ? "widened" : fresh.length === 0 ? "narrowed" : "changed", from, to, owners });
  }
}

export function messageShapes(protocol: ProtocolShapes): readonly Shape[] {
  return sections.flatMap((section) => protocol[section].flatMap(({ args, reply }) => (reply === null ? [args] : [args, reply])));
}

function declarationOf(shape: Shape): Holder | undefined {
  if (!("declared" in shape) || shape.declared === undefined || shape.name === undefined) return undefined;
  return { name: shape.name, declared: shape.declared };
}

/** Whether one may be the other after an edit: of records, most fields are still there. */
function haveMuchInCommon(from: Shape, to: Shape): boolean {
  if (from.kind !== to.kind) return false;
  if (from.kind !== "object" || to.kind !== "object") return true;
  const kept = from.fields.filter((field) => to.fields.some(({ name }) => name === field.name)).length;
  return kept * 2 > from.fields.length;
}

/** Where a field of a record comes from: what it was inherited or picked from was edited first of all. */
function ownersOf({ holder, open }: Field, owners: readonly Owner[], path: string): readonly Owner[] {
  if (holder !== undefined) return open === true ? owners : [{ ...holder, path }, ...owners];
  return open === true ? owners.slice(1) : owners;
}

/** What fields are inherited or picked from. */
function holdersOf(fields: readonly Field[]): readonly Holder[] {
  return [...new Map(fields.flatMap(({ holder }) => (holder === undefined ? [] : [[holderKey(holder), holder] as const]))).values()];
}

/** The one declaration that all fields come from; undefined where there are several, or the record has its own. */
function wholeHolder(fields: readonly Field[]): Holder | undefined {
  const [first] = fields;
  const holder = first?.holder;
  if (holder === undefined) return undefined;
  return fields.every((field) => field.holder !== undefined && field.picked === undefined && holderKey(field.holder) === holderKey(holder))
    ? holder
    : undefined;
}

/** Removed and added fields of one type, in the order in which they are declared: candidates, never certain. */
function pairRenames(removed: readonly Field[], added: readonly Field[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const left = [...removed];
  for (const field of added) {
    const at = left.findIndex((each) => isRenameCandidate(each, field));
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found !== undefined) pairs.set(field.name, found.name);
  }
  return pairs;
}

export function isRenameCandidate(removed: Field, added: Field): boolean {
  return removed.optional === added.optional && shapeHash(removed.shape) === shapeHash(added.shape);
}

/** What an optional field holds where it is there: only an exact one is never `undefined` then. */
function whatIsThere({ shape, exact }: Field): Shape {
  return exact === true ? shape : { kind: "union", members: [...membersOf(shape), primitive("undefined")] };
}

function withUndefinedDropped(shape: Shape): Shape {
  if (shape.kind !== "union") return shape;
  const members = shape.members.filter((member) => !isPrimitive(member, "undefined"));
  const [only] = members;
  if (members.length === shape.members.length) return shape;
  return members.length === 1 && only !== undefined ? only : { ...shape, members };
}

/** Slots that hold the same items, as far as their places tell: counted from the front before what repeats, from the end after it. */
function pairSlots(from: readonly Slot[], to: readonly Slot[]): readonly (readonly [at: number, old: Slot, now: Slot])[] {
  const [oldRest, nowRest] = [from, to].map((slots) => slots.findIndex((slot) => slot.rest)) as [number, number];
  const front = Math.min(oldRest < 0 ? from.length : oldRest, nowRest < 0 ? to.length : nowRest);
  const back = oldRest < 0 || nowRest < 0 ? 0 : Math.min(from.length - oldRest, to.length - nowRest) - 1;
  return to.flatMap((now, at): readonly (readonly [number, Slot, Slot])[] => {
    const fromEnd = to.length - at;
    const old =
      at < front ? from[at] : fromEnd <= back ? from[from.length - fromEnd] : now.rest ? (from[oldRest] ?? from[at]) : from[oldRest];
    return old === undefined ? [] : [[at, old, now]];
  });
}

function lengths(shape: TupleShape): string {
  return shape.slots.map((slot) => (slot.rest ? "." : slot.optional ? "?" : "!")).join("");
}

export function argumentName(builtin: string, index: number): string {
  if (/^(Weak)?Map$/.test(builtin)) return index === 0 ? "key" : "value";
  return /^(Weak)?Set$/.test(builtin) ? "item" : String(index);
}

/** Members of the same sort on both sides are compared with each other. */
function sort(shape: Shape): string {
  if (shape.kind === "class") return `class ${shape.class}`;
  if (shape.kind === "builtin") return `builtin ${shape.class} ${shape.from}`;
  return ["array", "tuple", "object", "function", "enum"].includes(shape.kind) ? shape.kind : "value";
}

/** The field by which the objects among these alternatives are told apart, on both sides, if there are several objects and such a field. */
export function tagOf(from: Shape, to: Shape): string | undefined {
  const sides = [from, to].map((side) => membersOf(side).filter((member) => member.kind === "object"));
  const [first] = sides.flat();
  if (first === undefined || sides.flat().length < 3) return undefined;
  return first.fields.find(({ name }) =>
    sides.every((objects) => {
      const units = objects.map((object) => tagUnits(object, name));
      const all = units.flatMap((each) => each ?? []).map((unit) => typeText(unit));
      return !units.includes(undefined) && new Set(all).size === all.length;
    }),
  )?.name;
}

/** The values of a field that is always there and holds nothing but units. */
function tagUnits(object: ObjectShape, name: string): readonly Shape[] | undefined {
  const own = object.fields.find((field) => field.name === name);
  if (own === undefined || own.optional) return undefined;
  const units = membersOf(own.shape).map(unitsOf);
  return units.includes(undefined) ? undefined : units.flatMap((each) => each ?? []);
}

interface Tagged {
  /** Value of the tag as text, and the object that has it. */
  readonly variants: ReadonlyMap<string, ObjectShape>;
  /** The same values, those of one alternative together: `{ kind: "a" | "b" }` has two. */
  readonly groups: readonly (readonly string[])[];
  readonly rest: readonly Shape[];
}

export function byTag(members: readonly Shape[], tag: string | undefined): Tagged {
  if (tag === undefined) return { variants: new Map(), groups: [], rest: members };
  const variants = new Map<string, ObjectShape>();
  const groups: string[][] = [];
  const rest: Shape[] = [];
  for (const member of members) {
    if (member.kind !== "object") {
      rest.push(member);
      continue;
    }
    const group: string[] = [];
    groups.push(group);
    for (const unit of unitsOf(member.fields.find((field) => field.name === tag)?.shape ?? primitive("never")) ?? []) {
      const fields = member.fields.map((field) => (field.name === tag ? { ...field, shape: unit } : field));
      variants.set(typeText(unit), { ...member, fields });
      group.push(typeText(unit));
    }
  }
  return { variants, groups, rest };
}

/** `name: string`, as a declaration has it. */
export function declarationText(difference: Difference): string {
  return difference.field === undefined ? (difference.new ?? difference.old ?? "") : fieldText(difference.field, { nameOf: nameOfShape });
}

function nameOfShape(shape: Shape): string | undefined {
  return "name" in shape ? shape.name : undefined;
}
