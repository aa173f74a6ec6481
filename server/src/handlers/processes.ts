/** What an editor does with one runtime and its processes, beyond upgrades: it looks at states and at what holds old code, suspends, restarts, stops. */
import type { ServerRequests } from "../protocol.ts";
import type { Live, LiveRuntime } from "./live.ts";

type Params<M extends keyof ServerRequests> = ServerRequests[M]["params"];
type Result<M extends keyof ServerRequests> = Promise<ServerRequests[M]["result"]>;

/** Null where the process or its runtime is gone: whoever looks at it has an old list. */
export async function processState(live: Live, { root, runtime, pid }: Params<"instar/processState">): Result<"instar/processState"> {
  const found = live
    .of(root)
    .filter(({ info }) => runtime === undefined || info.name === runtime)
    .find(({ processes }) => processes.some((process) => process.pid === pid));
  return found === undefined ? null : { text: (await found.connection.request("processes/state", { pid })).text };
}

export async function codeHolders(live: Live, { module, ...which }: Params<"instar/codeHolders">): Result<"instar/codeHolders"> {
  return await runtimeOf(live, which).connection.request("code/holders", module === undefined ? {} : { module });
}

export async function changeProcess(live: Live, { pid, change, ...which }: Params<"instar/changeProcess">): Result<"instar/changeProcess"> {
  const runtime = runtimeOf(live, which);
  await runtime.connection.request(`processes/${change}`, { pid });
  await live.reread(runtime);
  return null;
}

export async function changeRuntime(live: Live, { change, ...which }: Params<"instar/changeRuntime">): Result<"instar/changeRuntime"> {
  const runtime = runtimeOf(live, which);
  await runtime.connection.request(`runtime/${change}`, {});
  if (change === "restart") await live.reread(runtime);
  return null;
}

function runtimeOf(live: Live, { root, runtime }: { readonly root: string; readonly runtime: string }): LiveRuntime {
  const found = live.of(root).find(({ info }) => info.name === runtime);
  if (found === undefined)
    throw new Error(`The runtime ${runtime} of ${root} has ended, so nothing was done. Start it again with "Instar: Start Dev Runtime".`);
  return found;
}
