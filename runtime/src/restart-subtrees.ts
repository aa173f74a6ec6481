/**
 * `restartSubtrees`: new code by restarting, as OTP's own advice has it where a state is not worth converting. One supervisor's children after
 * the other's are ended, and the next ones only when the supervisor has them all back: so a new version that does not start takes no more
 * than its own subtree along. `endsWith` says beforehand who ends with whom.
 *
 * A restart that is asked for does not count against the restart intensity of a supervisor; one of a child that does not hold does.
 */
import { formatReason } from "./exit.ts";
import { linksOf } from "./links.ts";
import type { Process } from "./process.ts";
import type { UpgradeError } from "./protocol.ts";
import { killToRestart } from "./restartable.ts";
import { isSimple, type FailedRestart, type Supervision, type SupervisorCode } from "./supervise.ts";
import type { Child } from "./child-table.ts";
import type { LiveSystem } from "./system.ts";
import { upgradeError } from "./upgrade-error.ts";

export interface RestartedSubtrees {
  /** Those that were ended, in this order. */
  readonly ended: readonly Process[];
  /** Why it went no further; null where all are back. */
  readonly error: UpgradeError | null;
  /** Lets supervisors try again with what did not start. */
  readonly retry: () => void;
}

export async function restartSubtrees(system: LiveSystem, due: Iterable<Process>): Promise<RestartedSubtrees> {
  const subtrees = new Map<Process, Process[]>();
  for (const process of due) {
    const { supervisor } = process;
    if (supervisor !== null) subtrees.set(supervisor, [...(subtrees.get(supervisor) ?? []), process]);
  }
  const ended: Process[] = [];
  // A child that does not start is not tried again until its intensity is exceeded: there is another way to get it back.
  const failed = new Map<Child, FailedRestart>();
  system.failedRestarts = failed;
  const retry = (): void => {
    for (const [child, { supervisor, reason }] of failed) {
      child.excused = true;
      supervisor.info("restartAgain", [child, reason]);
    }
  };
  const end = (error: UpgradeError | null): RestartedSubtrees => {
    system.failedRestarts = null;
    return { ended, error, retry };
  };
  for (const [supervisor, children] of subtrees) {
    for (const process of children) {
      // It may have ended with one before it.
      if (process.phase === "exited") continue;
      ended.push(...[...endsWith(process)].filter(({ phase }) => phase !== "exited"));
      killToRestart(process);
    }
    // Answered behind all that it has heard of by now, and each restart is a part of one answer.
    await supervisor.call("countChildren", [], Infinity).catch(() => {});
    const [first] = failed;
    if (first !== undefined)
      return end(notBack(supervisor, `${first[0].id ?? "one of them"} did not start: ${formatReason(first[1].reason)}`));
    if (supervisor.phase === "exited") return end(notBack(supervisor, `it ended: ${formatReason(supervisor.reason ?? "normal")}`));
  }
  return end(null);
}

/**
 * Who ends when this process is ended for a restart: it; by the strategy of its supervisor others of its children, with all beneath them; and
 * whoever is linked to one of these and does not trap exits.
 */
export function endsWith(process: Process): ReadonlySet<Process> {
  const found = new Set([process, ...groupOf(process)]);
  // It grows while it is read.
  for (const each of found) {
    if (each.phase === "exited") continue;
    if (each.version.kind === "supervisor") {
      for (const child of (each.state as Supervision).children) if (child.process !== null) found.add(child.process);
    }
    for (const other of linksOf(each)) {
      if (other === each.supervisor || other.trapExit || other.phase === "exited") continue;
      found.add(other);
      for (const sibling of groupOf(other)) found.add(sibling);
    }
  }
  return found;
}

/** Those that a supervisor restarts together with a child. */
function groupOf(process: Process): readonly Process[] {
  const { supervisor } = process;
  if (supervisor === null || supervisor.phase !== "running") return [];
  const { strategy } = supervisor.definition as unknown as SupervisorCode;
  if (strategy === "one_for_one" || isSimple({ strategy })) return [];
  const children = [...(supervisor.state as Supervision).children].flatMap((child) => child.process ?? []);
  const at = children.indexOf(process);
  return at < 0 ? [] : strategy === "one_for_all" ? children : children.slice(at);
}

function notBack(supervisor: Process, why: string): UpgradeError {
  const text =
    `the children of ${supervisor.describe()} did not come back on the new code: ${why}. ` +
    "The old code is current again, and what had been restarted before was restarted on it. See the log for why they did not start.";
  return upgradeError("INSTAR_RESTART_FAILED", text, { process: supervisor });
}
