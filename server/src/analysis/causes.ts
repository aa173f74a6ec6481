/** Groups what changed by the declaration that somebody edited: one cause is one finding, however many modules it reaches. */
import type { Comparison, Difference } from "./compare.ts";
import type { ModuleFacts } from "./facts.ts";
import type { Location } from "./span.ts";
import { createValidity } from "./validity.ts";

export interface Cause {
  readonly place: Location;
  /** Name of the declaration; null for one without a name. */
  readonly name: string | null;
  /** Whether it is the state of the one module that it reaches. */
  readonly own: boolean;
  readonly modules: readonly ModuleFacts[];
  /** What counts, as the first module sees it. */
  readonly differences: readonly Difference[];
  /** Everything that changed in this declaration, as the first module sees it. */
  readonly all: readonly Difference[];
}

/** @param of what counts for a module. */
export function causesOf(modules: readonly ModuleFacts[], of: (facts: ModuleFacts) => readonly Difference[]): readonly Cause[] {
  const causes = new Map<string, { place: Location; name: string | null; reached: Map<ModuleFacts, Difference[]> }>();
  for (const facts of modules) {
    for (const difference of of(facts)) {
      const place = placeOf(difference, facts);
      const key = keyOf(place);
      const { owner } = difference;
      const cause = causes.get(key) ?? { place, name: owner !== null && "name" in owner ? (owner.name ?? null) : null, reached: new Map() };
      causes.set(key, cause);
      cause.reached.set(facts, [...(cause.reached.get(facts) ?? []), difference]);
    }
  }
  return [...causes.values()].flatMap(({ place, name, reached }): readonly Cause[] => {
    const [first] = reached;
    if (first === undefined) return [];
    const [facts, differences] = first;
    const { state } = facts.source.protocol;
    const own = reached.size === 1 && "name" in state && state.name === name;
    const all = [...facts.state.changes, ...facts.messages.changes].filter(
      (each) => each.kind !== "readonlyChanged" && keyOf(placeOf(each, facts)) === keyOf(place),
    );
    const inState = all.filter((each) => facts.state.changes.includes(each));
    return [{ place, name, own, modules: [...reached.keys()], differences, all: inState.length > 0 ? inState : all }];
  });
}

/** The declaration that somebody edited; where it has no name, the state or the actor. */
function placeOf({ owner }: Difference, { module }: ModuleFacts): Location {
  const declared = owner !== null && "declared" in owner ? owner.declared : undefined;
  return declared ?? { file: module.file, range: module.ranges.state ?? module.ranges.actor };
}

function keyOf({ file, range }: Location): string {
  return `${file}:${range.start.line}:${range.start.column}`;
}

/** The changes that make old values invalid for the new code (`up`), or the reverse. */
export function breaking(comparison: Comparison, direction: "up" | "down"): readonly Difference[] {
  const valid = createValidity();
  const found = comparison.changes.filter(({ kind, from, to }) => {
    const [missing, left, right] =
      direction === "up"
        ? [["fieldAdded", "variantRemoved", "optionalToRequired"], from, to]
        : [["fieldRemoved", "variantAdded", "requiredToOptional"], to, from];
    if (missing.includes(kind)) return true;
    return left !== null && right !== null && valid(left, right) !== "compatible";
  });
  // A verdict that no single change explains, such as a field that comes back, is explained by all of them.
  return found.length > 0 ? found : comparison.changes.filter(({ kind }) => kind !== "readonlyChanged");
}
