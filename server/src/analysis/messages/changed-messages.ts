/**
 * What became of a module's messages since its baseline, one part at a time, as processes see it: a handler gets the arguments of a message
 * one by one, and looks at no more of them than it names.
 */
import type { Difference } from "../compare.ts";
import type { ModuleFacts } from "../facts.ts";
import type { Verdict } from "../model.ts";
import { type Message, type ProtocolShapes, type Section, sections } from "../protocol-shapes.ts";
import { membersOf, primitive, type Shape, shapeHash, type Slot } from "../shape.ts";
import { accessText, typeText } from "../type-text.ts";
import { createValidity, type Validity, worst } from "../validity.ts";
import type { Direction } from "./exposure.ts";

export interface MessageName {
  readonly section: Section;
  readonly name: string;
}

/** A message that only one of the versions has. */
export interface Removed extends MessageName {
  readonly message: Message;
  /** `moved`: the name is a message of another section now; `renamed`: one message is new that takes and gives the same. */
  readonly became: (MessageName & { readonly as: "moved" | "renamed" }) | null;
}

/** A part of a message that is other than it was, and whom that breaks. */
export interface BrokenPart extends MessageName {
  readonly difference: Difference;
  readonly what: "added" | "removed" | "type" | "reply";
  readonly direction: Direction;
  readonly certain: boolean;
  readonly old: Message;
  readonly now: Message;
}

export interface ChangedMessages {
  readonly removed: readonly Removed[];
  readonly added: readonly (MessageName & { readonly message: Message })[];
  readonly parts: readonly BrokenPart[];
}

const none: ChangedMessages = { removed: [], added: [], parts: [] };
const known = new WeakMap<ModuleFacts, ChangedMessages>();

export function changedMessages(facts: ModuleFacts): ChangedMessages {
  const { baseline, messages, unresolved, source } = facts;
  if (messages.changes.length === 0 || baseline === null || unresolved) return none;
  let found = known.get(facts);
  if (found === undefined) known.set(facts, (found = findChanges(baseline.shapes, source.protocol, messages.changes)));
  return found;
}

/** As changes have it. */
export function messagePath({ section, name }: MessageName): string {
  return section + accessText(name);
}

function findChanges(from: ProtocolShapes, to: ProtocolShapes, changes: readonly Difference[]): ChangedMessages {
  const gone = lacking(from, to);
  const fresh = lacking(to, from);
  const same = (one: (typeof gone)[number], other: (typeof gone)[number]) =>
    one.section === other.section && payload(one.message) === payload(other.message);
  const removed = gone.map((old): Removed => {
    const moved = fresh.find((each) => each.name === old.name);
    if (moved !== undefined) return { ...old, became: { section: moved.section, name: moved.name, as: "moved" } };
    const [only, ...others] = fresh.filter((each) => same(each, old) && !gone.some(({ name }) => name === each.name));
    // Where several are alike, nobody knows which of them it is.
    const certain = only !== undefined && others.length === 0 && gone.filter((each) => same(each, old)).length === 1;
    return { ...old, became: certain ? { section: only.section, name: only.name, as: "renamed" } : null };
  });
  const valid = createValidity();
  const parts = sections.flatMap((section) =>
    from[section].flatMap((old): readonly BrokenPart[] => {
      const now = to[section].find(({ name }) => name === old.name);
      if (now === undefined || shapesOf(old) === shapesOf(now)) return [];
      const path = messagePath({ section, name: old.name });
      const own = changes.filter((each) => each.path.startsWith(path) && /^($|[[(.|<])/.test(each.path.slice(path.length)));
      const inReply = (each: Difference) => each.path.startsWith(`${path}()`);
      const its = { section, name: old.name, old, now };
      return [
        ...argumentParts(
          its,
          own.filter((each) => !inReply(each)),
          path,
          valid,
        ),
        ...replyParts(its, own.filter(inReply), `${path}()`, valid),
      ];
    }),
  );
  return { removed, added: fresh, parts };
}

function lacking(one: ProtocolShapes, other: ProtocolShapes): readonly (MessageName & { readonly message: Message })[] {
  return sections.flatMap((section) =>
    one[section]
      .filter(({ name }) => !other[section].some((each) => each.name === name))
      .map((message) => ({ section, name: message.name, message })),
  );
}

function payload({ args, reply }: Message): string {
  return `${args.slots.map((slot) => `${slot.optional}${slot.rest}${shapeHash(slot.shape)}`).join()} ${reply === null ? "" : shapeHash(reply)}`;
}

function shapesOf({ args, reply }: Message): string {
  return `${shapeHash(args)} ${reply === null ? "" : shapeHash(reply)}`;
}

type Its = MessageName & Pick<BrokenPart, "old" | "now">;

function argumentParts(its: Its, changes: readonly Difference[], path: string, valid: Validity): readonly BrokenPart[] {
  const [old, now] = [its.old.args.slots, its.now.args.slots];
  if ([...old, ...now].some(({ rest }) => rest)) return restParts(its, changes, path, valid);
  return Array.from({ length: Math.max(old.length, now.length) }, (_, index) => index).flatMap((index): readonly BrokenPart[] => {
    const [one, other] = [old[index], now[index]];
    const at = `${path}[${index}]`;
    if (one === undefined || other === undefined) {
      const slot = one ?? other;
      // What is handed over beyond that, nobody looks at; what may be left out, nobody misses.
      if (slot === undefined || takesUndefined(slot, valid)) return [];
      const difference = ownDifference(at, one === undefined ? "fieldAdded" : "fieldRemoved", one, other);
      return [
        one === undefined
          ? { ...its, difference, what: "added", direction: "backward", certain: true }
          : { ...its, difference, what: "removed", direction: "forward", certain: true },
      ];
    }
    const inside = changes.filter((each) => each.path.startsWith(at));
    return [...slotParts(its, one, other, inside, at, valid, "backward"), ...slotParts(its, other, one, inside, at, valid, "forward")];
  });
}

/** @param from what is handed over, and `to` what is expected. */
function slotParts(
  its: Its,
  from: Slot,
  to: Slot,
  inside: readonly Difference[],
  path: string,
  valid: Validity,
  direction: Direction,
): readonly BrokenPart[] {
  const verdict = valid(from.shape, withUndefined(to));
  const certain = verdict === "incompatible";
  const left = from.optional && !takesUndefined(to, valid);
  const backward = direction === "backward";
  const omitted: readonly BrokenPart[] = left
    ? [
        {
          ...its,
          difference: ownDifference(
            path,
            backward ? "optionalToRequired" : "requiredToOptional",
            backward ? from : to,
            backward ? to : from,
          ),
          what: backward ? "added" : "removed",
          direction,
          certain: true,
        },
      ]
    : [];
  if (verdict === "compatible") return omitted;
  const breaking = inside.filter((each) => breaks(each, direction, valid));
  const parts = (breaking.length > 0 ? breaking : inside).map((difference): BrokenPart => {
    const lacks = (backward ? ["fieldAdded", "optionalToRequired"] : ["fieldRemoved", "requiredToOptional"]).includes(difference.kind);
    return { ...its, difference, what: !lacks ? "type" : backward ? "added" : "removed", direction, certain };
  });
  if (parts.length > 0) return [...omitted, ...parts];
  // The list of changes is explanation, and may leave out what the verdict counts.
  const [old, now] = backward ? [from, to] : [to, from];
  return [...omitted, { ...its, difference: ownDifference(path, "changed", old, now), what: "type", direction, certain }];
}

/** Messages that take any number of arguments are judged as a whole. */
function restParts(its: Its, changes: readonly Difference[], path: string, valid: Validity): readonly BrokenPart[] {
  const [old, now] = [its.old.args, its.now.args];
  return (["backward", "forward"] as const).flatMap((direction): readonly BrokenPart[] => {
    const verdict = direction === "backward" ? valid(old, now) : valid(now, old);
    if (verdict === "compatible") return [];
    const breaking = changes.filter((each) => breaks(each, direction, valid));
    const [difference = { path, kind: "changed", from: old, to: now, old: typeText(old), new: typeText(now), owners: [] }] = breaking;
    return [{ ...its, difference, what: "type", direction, certain: verdict === "incompatible" }];
  });
}

/** An answer travels the other way: the new code's to a caller that runs the old. */
function replyParts(its: Its, changes: readonly Difference[], path: string, valid: Validity): readonly BrokenPart[] {
  const [old, now] = [its.old.reply, its.now.reply];
  if (old === null || now === null) return [];
  return (["backward", "forward"] as const).flatMap((direction): readonly BrokenPart[] => {
    const verdict = direction === "backward" ? valid(now, old) : valid(old, now);
    // Whoever was promised nothing looks at nothing.
    const promised = direction === "backward" ? old : now;
    if (verdict === "compatible" || (promised.kind === "primitive" && promised.type === "undefined")) return [];
    const breaking = changes.filter((each) => breaks(each, direction === "backward" ? "forward" : "backward", valid));
    const whole: Difference = { path, kind: "changed", from: old, to: now, old: typeText(old), new: typeText(now), owners: [] };
    return (breaking.length > 0 ? breaking : changes.length > 0 ? changes : [whole]).map((difference) => ({
      ...its,
      difference,
      what: "reply",
      direction,
      certain: verdict === "incompatible",
    }));
  });
}

/** Whether values of the one side are not valid for the other because of this. */
function breaks({ kind, from, to }: Difference, direction: Direction, valid: Validity): boolean {
  const [missing, left, right] =
    direction === "backward"
      ? [["fieldAdded", "variantRemoved", "optionalToRequired"], from, to]
      : [["fieldRemoved", "variantAdded", "requiredToOptional"], to, from];
  return missing.includes(kind) || (left !== null && right !== null && valid(left, right) !== "compatible");
}

function ownDifference(path: string, kind: string, from: Slot | undefined, to: Slot | undefined): Difference {
  const text = (slot: Slot | undefined) => (slot === undefined ? null : slotText(slot));
  return { path, kind, from: from?.shape ?? null, to: to?.shape ?? null, old: text(from), new: text(to), owners: [] };
}

/** `channel: string` */
function slotText({ label, optional, shape }: Slot): string {
  return label === undefined ? typeText(shape) : `${label}${optional ? "?" : ""}: ${typeText(shape)}`;
}

function takesUndefined(slot: Slot, valid: Validity): boolean {
  return slot.optional || valid(primitive("undefined"), slot.shape) === "compatible";
}

function withUndefined({ shape, optional }: Slot): Shape {
  return optional ? { kind: "union", members: [...membersOf(shape), primitive("undefined")] } : shape;
}

export function verdictOf(old: Message, now: Message): Verdict {
  const valid = createValidity();
  return worst(
    now.args.slots.map((slot, index): Verdict => {
      const from = old.args.slots[index];
      if (from === undefined) return takesUndefined(slot, valid) ? "compatible" : "incompatible";
      return valid(withUndefined(from), withUndefined(slot));
    }),
  );
}
