/** Whether a process that is killed comes back: what an upgrade has to know before it restarts one instead of converting it. */
import type { Child } from "./child-table.ts";
import type { Process } from "./process.ts";

/** Null where its supervisor restarts a process that is killed; else why it would not, as a part of a sentence. */
export function whyNotRestarted(process: Process): string | null {
  const { supervisor } = process;
  if (process.version.kind === "supervisor") return "it is a supervisor, and everything beneath it would end with it";
  if (supervisor === null || supervisor.phase !== "running") return "it has no supervisor";
  for (const child of (supervisor.state as { readonly children: Iterable<Child> }).children) {
    if (child.process === process) return child.spec.restart === "temporary" ? "it is a temporary child, which is not restarted" : null;
  }
  return "its supervisor does not know it any more";
}
