/**
 * `leftBehind`: which processes of modules that are no longer part of the code would live on after an upgrade. Those that end with it, since
 * their supervisors change and no longer specify them, would not.
 */
import type { ModuleChange } from "./module-change.ts";
import { plannedChildren } from "./plan-children.ts";
import type { Process } from "./process.ts";
import type { Supervision } from "./supervise.ts";
import { live, type System } from "./system.ts";

/** Processes of the modules with these ids. */
export function leftBehind(system: System, ids: ReadonlySet<string>, changes: readonly ModuleChange[]): Process[] {
  const stopped = new Map(changes.map(({ module, to }) => [module, new Set(plannedChildren(module.current, to)?.stop)]));
  const endsWithIt = (process: Process): boolean => {
    const { parent } = process;
    // Whoever was started by an actor does not end with it.
    if (parent === null || parent.version.kind !== "supervisor") return false;
    const ids = stopped.get(parent.module);
    if (ids !== undefined) {
      for (const child of (parent.state as Supervision).children) if (child.process === process && ids.has(child.id ?? "")) return true;
    }
    return endsWithIt(parent);
  };
  return [...live(system).processes.values()].filter((process) => ids.has(process.module.id) && !endsWithIt(process));
}
