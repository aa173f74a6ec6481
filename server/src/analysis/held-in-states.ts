/** For rules about what should not lie in a state: each declaration that brings it in, once, with all modules whose states have it. */
import type { ModuleFacts } from "./facts.ts";
import { findInShape, type FoundShape } from "./find-in-shape.ts";
import { keptSort, type KeptSort } from "./kept-values.ts";
import type { Finding } from "./rule.ts";
import type { Shape } from "./shape.ts";
import type { Location } from "./span.ts";

export interface Held {
  readonly sort: KeptSort;
  readonly path: string;
  readonly shape: Shape;
  readonly place: Location;
  readonly modules: readonly ModuleFacts[];
}

export function heldInStates(modules: readonly ModuleFacts[], ...sorts: readonly KeptSort[]): Iterable<Held> {
  const found = new Map<string, Held & { readonly modules: ModuleFacts[] }>();
  for (const facts of modules) {
    const fallback: Location = { file: facts.module.file, range: facts.module.ranges.state ?? facts.module.ranges.actor };
    for (const { path, shape, sort, declared = fallback } of keptIn(facts.source.protocol.state)) {
      if (!sorts.includes(sort)) continue;
      const { file, range } = declared;
      const key = `${file}:${range.start.line}:${range.start.column}`;
      const before = found.get(key) ?? { sort, path, shape, place: { file, range }, modules: [] };
      if (!before.modules.includes(facts)) before.modules.push(facts);
      found.set(key, before);
    }
  }
  return found.values();
}

/** The fields of a finding that say where it is and whom it concerns. */
export function heldBy({ place, modules }: Held): Pick<Finding, "module" | "modules" | "file" | "range"> {
  const ids = modules.map(({ module }) => module.id);
  return { module: ids[0] ?? null, ...(ids.length > 1 ? { modules: ids } : {}), ...place };
}

interface Kept extends FoundShape {
  readonly sort: KeptSort;
}

/** What is found is not looked into: what lies in an instance comes with it. */
function keptIn(state: Shape): readonly Kept[] {
  let kept = known.get(state);
  if (kept === undefined) {
    const found = findInShape(state, "State", (shape) => keptSort(shape) !== undefined);
    kept = found.flatMap((each) => {
      const sort = keptSort(each.shape);
      return sort === undefined ? [] : [{ ...each, sort }];
    });
    known.set(state, kept);
  }
  return kept;
}

/** Most states are the same from one analysis to the next. */
const known = new WeakMap<Shape, readonly Kept[]>();
