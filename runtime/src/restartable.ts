/** Restarting a process instead of converting it: whether its supervisor would, and that this is nothing to hold against its children. */
import type { LoadedModule } from "./module.ts";
import type { Process } from "./process.ts";
import type { Supervision } from "./supervise.ts";

/** Null where its supervisor restarts a process that is killed; else why it would not, as a part of a sentence. */
export function whyNotRestarted(process: Process): string | null {
  const { supervisor } = process;
  if (process.version.kind === "supervisor") return "it is a supervisor, and everything beneath it would end with it";
  if (supervisor === null || supervisor.phase !== "running") return "it has no supervisor";
  const child = (supervisor.state as Supervision).childOf(process);
  // Where its supervisor is just restarting it, it will do so again.
  if (child === undefined && process.restarts > 0) return null;
  if (child === undefined) return "its supervisor does not know it any more";
  return child.spec.restart === "temporary" ? "it is a temporary child, which is not restarted" : null;
}

/** Kills a process for its supervisor to restart it, which does not count against the restart intensity: many may be restarted at once. */
export function killToRestart(process: Process): void {
  const child = (process.supervisor?.state as Supervision | undefined)?.childOf(process);
  if (child !== undefined) child.excused = true;
  process.kill();
}

/** Processes of these modules that have ended, and whose supervisors have not heard of it yet: that does not count against them either. */
export function excuseEnded(processes: Iterable<Process>, modules: readonly LoadedModule[]): void {
  for (const { phase, state, version } of processes) {
    if (version.kind !== "supervisor" || phase !== "running") continue;
    for (const child of (state as Supervision).children) {
      if (child.process?.phase === "exited" && modules.includes(child.process.module)) child.excused = true;
    }
  }
}
