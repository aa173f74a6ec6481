/** `planChildren`: what an upgrade of a supervisor means for its children, from the specifications alone. */
import { isDeepStrictEqual } from "node:util";
import type { ChildSpec } from "./child-spec.ts";
import { moduleOf } from "./handle.ts";
import type { ModuleVersion } from "./module.ts";
import type { PlannedChildren } from "./protocol.ts";

/** By ids. Children that were added at run time are in neither list and not concerned. */
export function planChildren(oldSpecs: readonly ChildSpec[], newSpecs: readonly ChildSpec[]): PlannedChildren {
  const before = new Map(oldSpecs.map((spec) => [spec.id, spec]));
  const after = new Map(newSpecs.map((spec) => [spec.id, spec]));
  const keep = [...after.keys()].filter((id) => before.has(id));
  const keptBefore = [...before.keys()].filter((id) => after.has(id));
  return {
    start: [...after.keys()].filter((id) => !before.has(id)),
    stop: [...before.keys()].filter((id) => !after.has(id)).toReversed(),
    keep,
    reorder: isDeepStrictEqual(keep, keptBefore) ? [] : keep,
    changed: keep.filter((id) => !isSameSpec(before.get(id) as ChildSpec, after.get(id) as ChildSpec)),
  };
}

/** The same for two versions of a module; null where nothing about children differs, and for actors. */
export function plannedChildren(from: ModuleVersion, to: ModuleVersion): PlannedChildren | null {
  if (from.kind !== "supervisor" || to.kind !== "supervisor") return null;
  const [before, after] = [from.definition, to.definition] as [Children, Children];
  if (after.strategy === "simple_one_for_one") {
    const [old, template] = [before.children[0], after.children[0]];
    if (old === undefined || template === undefined || isSameSpec(old, template)) return null;
    return { start: [], stop: [], keep: [template.id], reorder: [], changed: [template.id] };
  }
  const plan = planChildren(before.children, after.children);
  return plan.start.length + plan.stop.length + plan.reorder.length + plan.changed.length === 0 ? null : plan;
}

/** Why a supervisor of the one version cannot go on as one of the other; null where it can. */
export function strategyConflict(from: ModuleVersion, to: ModuleVersion): string | null {
  if (from.kind !== "supervisor" || to.kind !== "supervisor") return null;
  const [before, after] = [from.definition, to.definition] as [Children, Children];
  if ((before.strategy === "simple_one_for_one") === (after.strategy === "simple_one_for_one")) return null;
  return `its strategy is ${before.strategy} and would become ${after.strategy}, but children with ids and instances without any cannot become each other`;
}

interface Children {
  readonly strategy: string;
  readonly children: readonly ChildSpec[];
}

/** Functions and class instances among the arguments are the same only where they are the same object, so those of new code never are. */
function isSameSpec(a: ChildSpec, b: ChildSpec): boolean {
  const facts = ({ args, name, restart, shutdown, significant }: ChildSpec): unknown => [args, name, restart, shutdown, significant];
  try {
    return moduleOf(a.handle) === moduleOf(b.handle) && isDeepStrictEqual(facts(a), facts(b));
  } catch {
    // Arguments may be objects that fail when they are looked at.
    return false;
  }
}
