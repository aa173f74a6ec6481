/** What a running system has loaded, as what a project is compared with. */
import type { CheckedStates } from "../../../runtime/src/protocol.ts";
import type { LiveModule } from "../analysis/live-baselines.ts";
import type { WorkspaceAgainst } from "../late-workspace.ts";
import type { RuntimeConnection } from "./connection.ts";

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
  return {
    name,
    key: null,
    checked: modules.reduce((sum, { checked }) => sum + checked, 0),
    unchecked: modules.reduce((sum, { unchecked }) => sum + unchecked, 0),
    open: () => ({ live: name, modules: modules.map((module) => toModule(name, module)) }),
  };
}

function toModule(name: string, { id, vsn, shape, declaration, checked, drifts, drifted }: CheckedStates): LiveModule {
  return { id, vsn, shape, declaration, drift: drifts === 0 ? null : { name, checked, drifts, states: drifted } };
}
