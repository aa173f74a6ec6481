/** The declarations at which a finding asks for steps: what else they break is said there, too. */
import { breaking, causesOf } from "../causes.ts";
import type { ModuleFacts } from "../facts.ts";
import { modulesWith } from "../of-modules.ts";
import { isBehindItsSteps } from "../rules/code-change-wrong-range.ts";
import type { Location } from "../span.ts";

/** For as long as the facts are the same. */
const known = new WeakMap<readonly ModuleFacts[], ReadonlySet<string>>();

/** By `placeKey`. */
export function stateCauses(modules: readonly ModuleFacts[]): ReadonlySet<string> {
  let places = known.get(modules);
  if (places === undefined) {
    const missing = modulesWith(modules, lacksSteps);
    places = new Set(causesOf(missing, ({ state }) => breaking(state, "up"), modules).map(({ place }) => placeKey(place)));
    known.set(modules, places);
  }
  return places;
}

export function placeKey({ file, range }: Location): string {
  return `${file}:${range.start.line}:${range.start.column}`;
}

function lacksSteps(facts: ModuleFacts): boolean {
  const { module, unresolved } = facts;
  const missing = !unresolved && module.baseline !== null && module.state.up !== "compatible" && module.codeChange.up === "missing";
  return missing && !isBehindItsSteps(facts);
}
