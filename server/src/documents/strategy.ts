/** The strategy that a whole change needs, and what forces it. */
import type { ActorModule, Strategy } from "../analysis/model.ts";

export interface NeededStrategy {
  readonly strategy: Strategy;
  /** The modules that need it, and why; nothing forces what is always possible. */
  readonly forcedBy: readonly { readonly module: string; readonly reason: string }[];
}

export const strategies: readonly Strategy[] = ["hot", "restart", "window", "blue-green"];

/** The worst of the modules decides. */
export function neededStrategy(modules: readonly ActorModule[]): NeededStrategy {
  const strategy = strategies.findLast((each) => modules.some((module) => module.strategy === each)) ?? "hot";
  const forcing = strategy === "hot" ? [] : modules.filter((module) => module.strategy === strategy);
  return { strategy, forcedBy: forcing.map((module) => ({ module: module.id, reason: reasonOf(module) })) };
}

function reasonOf({ strategy, codeChange, baseline, state, messages }: ActorModule): string {
  const from = baseline === null ? "the baseline" : `version ${baseline.vsn}`;
  if (strategy === "restart" && codeChange.up === "missing")
    return `no codeChange carries the states of ${from} over${changed(state.changes)}`;
  if (strategy === "window") return `messages that are queued for ${from} are none that it takes${changed(messages.changes)}`;
  return `its change needs ${strategy}`;
}

function changed(changes: readonly { readonly path: string; readonly kind: string }[]): string {
  const paths = [...new Set(changes.filter(({ kind }) => kind !== "readonlyChanged").map(({ path }) => path))];
  if (paths.length === 0) return "";
  return ` (${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""})`;
}
