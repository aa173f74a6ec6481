/** `planChildren`: what an upgrade of a supervisor means for its children, from the specifications alone. */
import { isDeepStrictEqual } from "node:util";
import type { ChildSpec } from "./child-spec.ts";
import { moduleOf } from "./handle.ts";
import type { PlannedChildren } from "./protocol.ts";

/** By ids. Children that were added at run time are in neither list and not concerned. */
export function planChildren(oldSpecs: readonly ChildSpec[], newSpecs: readonly ChildSpec[]): PlannedChildren {
  const before = new Map(oldSpecs.map((spec) => [spec.id, spec]));
  const after = new Map(newSpecs.map((spec) => [spec.id, spec]));
  const kept = [...after.keys()].filter((id) => before.has(id));
  const keptBefore = [...before.keys()].filter((id) => after.has(id));
  return {
    start: [...after.keys()].filter((id) => !before.has(id)),
    stop: [...before.keys()].filter((id) => !after.has(id)).toReversed(),
    keep: kept,
    reorder: isDeepStrictEqual(kept, keptBefore) ? [] : kept,
    changed: kept.filter((id) => !sameSpec(before.get(id) as ChildSpec, after.get(id) as ChildSpec)),
  };
}

/** Functions and class instances among the arguments are the same only where they are the same object, so those of new code never are. */
export function sameSpec(a: ChildSpec, b: ChildSpec): boolean {
  return (
    moduleOf(a.handle) === moduleOf(b.handle) &&
    isDeepStrictEqual([a.args, a.name, a.restart, a.shutdown, a.significant], [b.args, b.name, b.restart, b.shutdown, b.significant])
  );
}
