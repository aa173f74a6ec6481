/** The real states of the processes that run one version of a module, and what the steps from it would make of them. */
import type { CancellationToken } from "vscode-languageserver";
import type { LiveState, LiveStates, ServerRequests } from "../protocol.ts";
import { operate } from "../live/operate.ts";
import type { Live, LiveRuntime } from "./live.ts";

/** More are not read by anybody; they are of one kind. */
const most = 20;
/** A rehearsal is of all processes of the module, and takes time in the running system. */
const mostRehearsed = 500;

export async function liveStates(
  live: Live,
  { root, module, from }: ServerRequests["instar/states"]["params"],
  token: CancellationToken,
): Promise<LiveStates> {
  const runtimes: LiveStates["runtimes"][number][] = [];
  for (const runtime of live.of(root)) {
    const own = runtime.processes.filter((process) => process.module === module && process.vsn === from);
    if (own.length === 0) continue;
    const made = await rehearsed(runtime, module, token);
    const states: LiveState[] = [];
    for (const { pid, name } of own.slice(0, most)) {
      if (token.isCancellationRequested) break;
      // It may have ended since the list was made.
      const state = await runtime.connection.request("processes/state", { pid }).catch(() => null);
      if (state !== null) states.push({ pid, name, state: state.text, after: made.after.get(pid) ?? null });
    }
    runtimes.push({ name: runtime.info.name, states, more: Math.max(0, own.length - most), problem: made.problem });
  }
  return { runtimes };
}

interface Rehearsed {
  /** By pid. */
  readonly after: ReadonlyMap<string, string>;
  readonly problem: string | null;
}

async function rehearsed(runtime: LiveRuntime, module: string, token: CancellationToken): Promise<Rehearsed> {
  const count = runtime.processes.filter((process) => process.module === module).length;
  if (count > mostRehearsed)
    return { after: new Map(), problem: `There are ${count} processes; rehearse the upgrade to see what becomes of them.` };
  const abort = new AbortController();
  const listening = token.onCancellationRequested(() => abort.abort());
  try {
    const { outcome, processes, errors } = await operate(runtime.connection, "upgrade/rehearse", { modules: [module] }, abort.signal);
    const after = new Map(processes.flatMap((each) => (each.after === null ? [] : [[each.pid, each.after] as const])));
    return { after, problem: outcome === "rehearsed" || outcome === "unchanged" ? null : (errors[0]?.message ?? outcome) };
  } catch (error) {
    return { after: new Map(), problem: error instanceof Error ? error.message : String(error) };
  } finally {
    listening.dispose();
  }
}
