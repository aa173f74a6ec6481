/** What the live dashboard draws: each runtime in numbers, and upgrades in short, so that 10,000 processes cost an editor no more than ten. */
import type { ProcessInfo, UpgradedProcess, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { RuntimeOverview, UpgradeOutline } from "../protocol.ts";
import type { Live, LiveRuntime } from "./live.ts";

/** Processes with the longest mailboxes that are named. */
const namedMailboxes = 5;
/** Processes of one upgrade that are listed: those that paused for the longest. */
const listedProcesses = 200;
const listedErrors = 20;

/** Asks the runtimes anew: mailboxes change without anybody being told, so nobody else is told of what is read here either. */
export async function overview(live: Live): Promise<RuntimeOverview[]> {
  return Promise.all(
    live.all.map(async (runtime) => {
      try {
        return overviewOf({ ...runtime, ...(await runtime.connection.request("processes/list", {})) });
      } catch {
        // It is just ending, or its application has; what was read last says so.
        return overviewOf(runtime);
      }
    }),
  );
}

export function overviewOf({
  root,
  info,
  processes,
  modules,
}: Pick<LiveRuntime, "root" | "info" | "processes" | "modules">): RuntimeOverview {
  const current = new Map(modules.map(({ id, vsn }) => [id, vsn]));
  const versions = new Map<string, { module: string; vsn: number; count: number; current: boolean }>();
  let [queued, restarts, suspended, oldCode] = [0, 0, 0, 0];
  for (const { module, vsn, kind, mailbox, restarts: own, status, oldCode: old } of processes) {
    queued += mailbox;
    restarts += own;
    if (status === "suspended") suspended += 1;
    if (old) oldCode += 1;
    if (kind === "supervisor") continue;
    const key = `${module}\n${vsn}`;
    const version = versions.get(key) ?? { module, vsn, count: 0, current: !old && current.get(module) === vsn };
    version.count += 1;
    versions.set(key, version);
  }
  return {
    root,
    runtime: info.name,
    status: info.status,
    processes: processes.length,
    versions: [...versions.values()].toSorted((a, b) => a.module.localeCompare(b.module) || a.vsn - b.vsn),
    queued,
    longest: longestMailboxes(processes),
    restarts,
    suspended,
    oldCode,
  };
}

/** @param at when it was finished, ISO 8601. */
export function outlineOf(report: UpgradeReport, at: string): UpgradeOutline {
  const { outcome, modules, processes, messages, errors, operation = "upgrade", strategy = "hot", why = null } = report;
  const pauses = processes.map(({ pause }) => pause).toSorted((a, b) => a - b);
  return {
    at,
    operation,
    strategy,
    outcome,
    why,
    modules: modules.map(({ id, from, to, kind }) => ({ id, from, to, kind })),
    messages,
    errors: errors.slice(0, listedErrors).map(({ code, message, pid, name }) => ({ code, message, process: name ?? pid })),
    pause: { median: pauses[Math.floor(pauses.length / 2)] ?? 0, longest: pauses.at(-1) ?? 0 },
    processes: processes
      .toSorted((a, b) => b.pause - a.pause)
      .slice(0, listedProcesses)
      .map(outcomeOf),
    more: Math.max(0, processes.length - listedProcesses),
  };
}

function outcomeOf({ pid, name, module, from, to, pause, queued, restarted }: UpgradedProcess): UpgradeOutline["processes"][number] {
  return { pid, name, module, from, to, pause, queued, restarted: restarted === true };
}

function longestMailboxes(processes: readonly ProcessInfo[]): RuntimeOverview["longest"] {
  const longest: ProcessInfo[] = [];
  for (const process of processes) {
    if (process.mailbox === 0 || process.mailbox <= (longest[namedMailboxes - 1]?.mailbox ?? 0)) continue;
    longest.push(process);
    longest.sort((a, b) => b.mailbox - a.mailbox);
    longest.length = Math.min(longest.length, namedMailboxes);
  }
  return longest.map(({ pid, name, module, mailbox }) => ({ pid, name, module, mailbox }));
}
