/**
 * For rules about what should not lie in states or travel in messages: each declaration that brings it in, once, with all modules that have
 * it.
 */
import type { ModuleFacts } from "./facts.ts";
import { findInShape, type FoundShape } from "./find-in-shape.ts";
import { keptSort, type KeptSort } from "./kept-values.ts";
import { ofModules } from "./of-modules.ts";
import { type ProtocolShapes, sections } from "./protocol-shapes.ts";
import type { Finding } from "./rule.ts";
import type { Shape } from "./shape.ts";
import type { Location } from "./span.ts";
import { accessText } from "./type-text.ts";

export interface Held {
  readonly sort: KeptSort;
  /** As in changes: `State.players[].run`, `casts.join[0]`, `calls.get()`. */
  readonly path: string;
  readonly shape: Shape;
  readonly place: Location;
  readonly modules: readonly ModuleFacts[];
}

export function heldInStates(modules: readonly ModuleFacts[], ...sorts: readonly KeptSort[]): Iterable<Held> {
  return byPlace(modules, sorts, keptInState);
}

/** Without what lies in states as well: there it is worse, and the cause is one. */
export function heldInMessages(modules: readonly ModuleFacts[], ...sorts: readonly KeptSort[]): Iterable<Held> {
  const inStates = new Set([...byPlace(modules, sorts, keptInState)].map(({ place }) => keyOf(place)));
  return [...byPlace(modules, sorts, keptInMessages)].filter(({ place }) => !inStates.has(keyOf(place)));
}

/** The fields of a finding that say where it is and what of whom it concerns. */
export function heldBy({ path, place, modules }: Held): Pick<Finding, "module" | "modules" | "items" | "file" | "range"> {
  const ids = modules.map(({ module }) => module.id);
  return { module: ids[0] ?? null, ...(ids.length > 1 ? { modules: ids } : {}), items: [path], ...place };
}

interface Kept extends FoundShape {
  readonly sort: KeptSort;
}

function byPlace(
  modules: readonly ModuleFacts[],
  sorts: readonly KeptSort[],
  keptIn: (facts: ModuleFacts) => readonly Kept[],
): Iterable<Held> {
  const found = new Map<string, Held & { readonly modules: ModuleFacts[] }>();
  for (const [facts, all] of ofModules(modules, keptIn)) {
    const fallback: Location = { file: facts.module.file, range: facts.module.ranges.state ?? facts.module.ranges.actor };
    for (const { path, shape, sort, declared = fallback } of all) {
      if (!sorts.includes(sort)) continue;
      const { file, range } = declared;
      const key = keyOf(declared);
      const before = found.get(key) ?? { sort, path, shape, place: { file, range }, modules: [] };
      if (!before.modules.includes(facts)) before.modules.push(facts);
      found.set(key, before);
    }
  }
  return found.values();
}

function keyOf({ file, range: { start } }: Location): string {
  return `${file}:${start.line}:${start.column}`;
}

function keptInState({ source }: ModuleFacts): readonly Kept[] {
  const { state } = source.protocol;
  let kept = known.get(state);
  if (kept === undefined) known.set(state, (kept = keptIn(state, "State", undefined)));
  return kept;
}

function keptInMessages({ source }: ModuleFacts): readonly Kept[] {
  const { protocol } = source;
  let kept = known.get(protocol);
  if (kept === undefined) {
    kept = sections.flatMap((section) =>
      protocol[section].flatMap(({ name, args, reply, declared }) => {
        const path = `${section}${accessText(name)}`;
        return [...keptIn(args, path, declared), ...(reply === null ? [] : keptIn(reply, `${path}()`, declared))];
      }),
    );
    known.set(protocol, kept);
  }
  return kept;
}

/** What is found is not looked into: what lies in an instance comes with it. */
function keptIn(root: Shape, path: string, around: Location | undefined): readonly Kept[] {
  return findInShape(root, path, isKept).flatMap(({ declared = around, ...found }) => {
    const sort = keptSort(found.shape);
    return sort === undefined ? [] : [{ ...found, declared, sort }];
  });
}

function isKept(shape: Shape): boolean {
  return keptSort(shape) !== undefined;
}

/** Most modules are the same from one analysis to the next. */
const known = new WeakMap<Shape | ProtocolShapes, readonly Kept[]>();
