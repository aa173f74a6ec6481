/** Upgrades, rehearsals and downgrades from an editor. Whatever stands in the way becomes a report, so that the client has one thing to show. */
import type { CancellationToken } from "vscode-languageserver";
import type { Requests, Strategy, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { Projects } from "../projects.ts";
import type { ServerRequests } from "../protocol.ts";
import { blockingFindings } from "../live/blocking-findings.ts";
import { findingError, type Operation, operate, OutcomeUnknown, reportWithout } from "../live/operate.ts";
import { runtimeOf } from "./chosen-runtime.ts";
import type { Live, LiveRuntime } from "./live.ts";
import type { Plans } from "./plans.ts";

export async function upgrade(
  projects: Projects,
  live: Live,
  params: ServerRequests["instar/upgrade"]["params"],
  token: CancellationToken,
  plans: Plans,
): Promise<UpgradeReport> {
  const target = await runtimeOf(projects, live, params);
  if ("errors" in target) return reportWithout("refused", target.errors);
  // A rehearsal is of whatever is there, and shown in the plan that was made anew for it.
  const checked = params.plan === undefined ? undefined : await plans.check(params.plan);
  if (checked !== undefined && "error" in checked && params.rehearse !== true) return reportWithout("refused", [checked.error]);
  const stamp = checked !== undefined && "stamp" in checked && params.rehearse !== true ? checked.stamp : undefined;
  const ids = params.module === undefined ? target.runtime.modules.map(({ id }) => id) : [params.module];
  // The runtime takes what is on disk now, which a watcher may not have told yet.
  target.project.diskChanged();
  // Where no state goes over, what the analysis has against states is beside the point.
  const isChecked = params.force !== true && params.strategy !== "restart";
  const findings = !isChecked ? [] : blockingFindings((await target.project.current())?.findings ?? [], ids);
  if (findings.length > 0) return reportWithout("refused", findings.map(findingError));
  const method = params.rehearse === true ? "upgrade/rehearse" : "upgrade/apply";
  const modules = params.module === undefined ? {} : { modules: [params.module] };
  const plan = stamp === undefined ? {} : { plan: stamp };
  const report = await ask(live, target.runtime, method, { ...modules, ...plan, ...strategyOf(params) }, token);
  if (params.plan !== undefined) {
    if (params.rehearse === true) plans.rehearsed(params.plan, report);
    else if (report.outcome === "committed") plans.carriedOut(params.plan, report);
  }
  return report;
}

/** Undoes the last upgrade of the one runtime that is meant. */
export async function rollback(
  projects: Projects,
  live: Live,
  params: ServerRequests["instar/rollback"]["params"],
  token: CancellationToken,
): Promise<UpgradeReport> {
  const target = await runtimeOf(projects, live, params);
  if ("errors" in target) return reportWithout("refused", target.errors);
  return ask(live, target.runtime, "upgrade/rollback", strategyOf(params), token);
}

export async function downgrade(
  projects: Projects,
  live: Live,
  params: ServerRequests["instar/downgrade"]["params"],
  token: CancellationToken,
): Promise<UpgradeReport> {
  const target = await runtimeOf(projects, live, params);
  if ("errors" in target) return reportWithout("refused", target.errors);
  const { module, vsn } = params;
  return ask(live, target.runtime, "upgrade/downgrade", { targets: [{ module, vsn }], ...strategyOf(params) }, token);
}

function strategyOf({ strategy }: { readonly strategy?: Strategy }): { readonly strategy?: Strategy } {
  return strategy === undefined ? {} : { strategy };
}

async function ask<M extends Operation>(
  live: Live,
  runtime: LiveRuntime,
  method: M,
  params: Requests[M]["params"],
  token: CancellationToken,
): Promise<UpgradeReport> {
  // Canceled while the runtime was looked for: once asked, it might be quicker than its cancellation.
  if (token.isCancellationRequested) return reportWithout("canceled");
  const abort = new AbortController();
  const listening = token.onCancellationRequested(() => abort.abort());
  try {
    return await operate(runtime.connection, method, params, abort.signal);
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw error;
    throw new OutcomeUnknown(`${error.message} ${await whatRunsNow(live, runtime)}`, { cause: error });
  } finally {
    listening.dispose();
    await live.reread(runtime);
  }
}

/** After the connection was lost, the runtime may still be there, or another one in its place; what it runs tells most. */
async function whatRunsNow(live: Live, { root, info: { name } }: LiveRuntime): Promise<string> {
  await live.refresh([root]);
  const again = live.of(root).find((runtime) => runtime.info.name === name);
  if (again === undefined) {
    const problems = live.problems(root).join(" ");
    return `It cannot be reached now${problems === "" ? "" : `: ${problems}`}${problems.endsWith(".") ? "" : "."} Started anew, it runs the sources as they are, and its processes begin with new states.`;
  }
  const versions = again.modules.map(({ id, vsn }) => `version ${vsn} of ${id}`);
  const shown = versions.length > 5 ? [...versions.slice(0, 5), `${versions.length - 5} more modules`] : versions;
  return `It can be reached again, and runs ${shown.join(", ") || "no module"}: look whether that is the new code, and upgrade again where it is not.`;
}
