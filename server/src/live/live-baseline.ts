/** What a running system has loaded, as what a project is compared with. */
import type { CheckedStates, HeldVersion } from "../../../runtime/src/protocol.ts";
import type { OldCode } from "../analysis/facts.ts";
import type { LiveModule } from "../analysis/live-baselines.ts";
import type { WorkspaceAgainst } from "../late-workspace.ts";
import { type RuntimeConnection, RuntimeRefused } from "./connection.ts";

export interface LiveBaseline extends WorkspaceAgainst {
  readonly name: string;
  /** How many live states were checked, and how many could not be. */
  readonly checked: number;
  readonly unchecked: number;
}

/** Asks for everything at once. @throws RuntimeUnreachable, RuntimeRefused */
export async function liveBaseline(connection: RuntimeConnection): Promise<LiveBaseline> {
  const { name } = connection.info;
  const { modules } = await connection.request("states/check", {});
  const versions = await heldVersions(connection);
  return {
    name,
    key: null,
    checked: modules.reduce((sum, { checked }) => sum + checked, 0),
    unchecked: modules.reduce((sum, { unchecked }) => sum + unchecked, 0),
    open: () => ({ live: name, modules: modules.map((module) => toModule(name, module, versions)) }),
  };
}

/** Runtimes that do not know the question do not say. */
async function heldVersions(connection: RuntimeConnection): Promise<readonly HeldVersion[]> {
  try {
    return (await connection.request("code/holders", {})).versions;
  } catch (error) {
    if (error instanceof RuntimeRefused) return [];
    throw error;
  }
}

function toModule(name: string, checked: CheckedStates, versions: readonly HeldVersion[]): LiveModule {
  const { id, vsn, shape, declaration, drifts, drifted } = checked;
  return {
    id,
    vsn,
    processes: checked.checked + checked.unchecked,
    shape,
    declaration,
    drift: drifts === 0 ? null : { name, checked: checked.checked, drifts, states: drifted },
    oldCode: versions.filter(({ module }) => module === id).map((version) => toOldCode(name, version)),
  };
}

function toOldCode(name: string, { vsn, status, processes, timers, functions, instances }: HeldVersion): OldCode {
  return {
    name,
    vsn,
    purged: status === "purged",
    processes: processes.map(({ pid, name: called, handler }) => ({ pid, name: called, handler })),
    timers: timers.length,
    values: [...functions, ...instances].map(({ pid, name: called, path, code }) => ({ pid, name: called, path, code })),
  };
}
