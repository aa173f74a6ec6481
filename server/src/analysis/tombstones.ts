/**
 * Fields that come back: removed in some version, and added again later. TypeScript forgets what a field was; a state in memory does not,
 * since a step such as `(old) => ({ ...old })` carries along what its type no longer says.
 */
import { argumentName, byTag, tagOf } from "./compare.ts";
import type { Verdict } from "./model.ts";
import { type Field, membersOf, primitive, type Shape, shapeHash } from "./shape.ts";
import { accessText, typeText } from "./type-text.ts";
import { createValidity } from "./validity.ts";

export interface Tombstone {
  /** As changes have it. */
  readonly path: string;
  /** What the field was, and the last version that had it so. */
  readonly type: string;
  readonly vsn: number;
  /** The version that no longer had it. */
  readonly removed: number;
  /** Whether what it was then is valid for what it is now; never compatible. */
  readonly verdict: Exclude<Verdict, "compatible">;
  /** An optional field is as good as there where an old value lies in its place. */
  readonly optional: boolean;
}

/** One version's shape of what is looked at. */
interface Past {
  readonly vsn: number;
  readonly shape: Shape;
}

/**
 * @param history by version, ascending; the last one is what is compared with.
 * @param to the state as it is now.
 */
export function tombstones(history: readonly Past[], to: Shape): readonly Tombstone[] {
  const newest = history.at(-1);
  if (history.length < 2 || newest === undefined) return [];
  const valid = createValidity();
  const found: Tombstone[] = [];
  const open = new Set<Shape>();
  visit(to, history, "State");
  return found;

  function visit(now: Shape, past: readonly Past[], path: string): void {
    // What never changed has lost nothing.
    if (open.has(now) || past.length < 2 || past.every(({ shape }) => shapeHash(shape) === shapeHash(now))) return;
    open.add(now);
    if (now.kind === "union") alternatives(now, past, path);
    else
      inside(
        now,
        past.flatMap(({ vsn, shape }) => membersOf(shape).map((member) => ({ vsn, shape: member }))),
        path,
      );
    open.delete(now);
  }

  function inside(now: Shape, past: readonly Past[], path: string): void {
    if (now.kind === "object" || now.kind === "class") fields(now.fields, past, path);
    else if (now.kind === "array")
      visit(
        now.element,
        parts(past, (shape) => (shape.kind === "array" ? shape.element : null)),
        `${path}[]`,
      );
    else if (now.kind === "brand")
      visit(
        now.base,
        parts(past, (shape) => (shape.kind === "brand" ? shape.base : null)),
        path,
      );
    else if (now.kind === "tuple") {
      for (const [index, slot] of now.slots.entries()) {
        visit(
          slot.shape,
          parts(past, (shape) => (shape.kind === "tuple" ? (shape.slots[index]?.shape ?? null) : null)),
          `${path}[${index}]`,
        );
      }
    } else if (now.kind === "builtin") {
      for (const [index, arg] of now.args.entries()) {
        const old = parts(past, (shape) => (shape.kind === "builtin" && shape.class === now.class ? (shape.args[index] ?? null) : null));
        visit(arg, old, `${path}<${argumentName(now.class, index)}>`);
      }
    }
    if (now.kind !== "object") return;
    for (const { key, value } of now.indexes) {
      const old = parts(past, (shape) =>
        shape.kind === "object" ? (shape.indexes.find((each) => shapeHash(each.key) === shapeHash(key))?.value ?? null) : null,
      );
      visit(value, old, `${path}[${typeText(key)}]`);
    }
  }

  /** Alternatives are told apart by their tag, where they have one; a single object is itself in every version. */
  function alternatives(now: Shape, past: readonly Past[], path: string): void {
    const tag = tagOf(past.at(-1)?.shape ?? now, now);
    const tagged = byTag(membersOf(now), tag);
    for (const [value, variant] of tagged.variants) {
      const old = past.flatMap(({ vsn, shape }): Past[] => {
        const same = byTag(membersOf(shape), tag).variants.get(value);
        return same === undefined ? [] : [{ vsn, shape: same }];
      });
      fields(variant.fields, old, `${path}|${tag}=${value}`);
    }
    for (const kind of new Set(tagged.rest.map((member) => member.kind))) {
      const [only, ...others] = tagged.rest.filter((member) => member.kind === kind);
      if (only === undefined || others.length > 0) continue;
      const old = past.flatMap(({ vsn, shape }) =>
        membersOf(shape).flatMap((member) => (member.kind === kind ? [{ vsn, shape: member }] : [])),
      );
      visit(only, old, path);
    }
  }

  function fields(now: readonly Field[], past: readonly Past[], path: string): void {
    const holders = past.flatMap(({ vsn, shape }) =>
      shape.kind === "object" || shape.kind === "class" ? [{ vsn, fields: shape.fields }] : [],
    );
    for (const field of now) {
      const at = path + accessText(field.name);
      const had = holders.map(({ vsn, fields: all }) => ({ vsn, field: all.find(({ name }) => name === field.name) }));
      if (had.at(-1)?.field !== undefined)
        visit(
          field.shape,
          had.flatMap(({ vsn, field: old }) => (old === undefined ? [] : [{ vsn, shape: old.shape }])),
          at,
        );
      else buried(field, had, at);
    }
  }

  /** The last of its forms that does not fit what it is now. */
  function buried(field: Field, had: readonly { readonly vsn: number; readonly field: Field | undefined }[], path: string): void {
    for (const [index, { vsn, field: old }] of [...had.entries()].toReversed()) {
      const verdict = old === undefined ? "compatible" : valid(old.shape, withUndefined(field));
      if (old === undefined || verdict === "compatible") continue;
      const removed = had.slice(index).find((each) => each.field === undefined)?.vsn ?? vsn;
      found.push({ path, type: typeText(old.shape), vsn, removed, verdict, optional: field.optional });
      return;
    }
  }
}

function parts(past: readonly Past[], part: (shape: Shape) => Shape | null): readonly Past[] {
  return past.flatMap(({ vsn, shape }) => {
    const found = part(shape);
    return found === null ? [] : [{ vsn, shape: found }];
  });
}

function withUndefined({ shape, optional, exact }: Field): Shape {
  return optional && exact !== true ? { kind: "union", members: [...membersOf(shape), primitive("undefined")] } : shape;
}
