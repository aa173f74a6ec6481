/** Upgrades, rehearsals and downgrades from an editor. Whatever stands in the way becomes a report, so that the client has one thing to show. */
import type { CancellationToken } from "vscode-languageserver";
import type { Requests, UpgradeError, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { Project, Projects } from "../projects.ts";
import type { ServerRequests } from "../protocol.ts";
import { blockingFindings } from "../live/blocking-findings.ts";
import { findingError, type Operation, operate, reportWithout } from "../live/operate.ts";
import type { Live, LiveRuntime } from "./live.ts";

export async function upgrade(
  projects: Projects,
  live: Live,
  params: ServerRequests["instar/upgrade"]["params"],
  token: CancellationToken,
): Promise<UpgradeReport> {
  const target = await runtimeOf(projects, live, params);
  if ("errors" in target) return reportWithout("refused", target.errors);
  const ids = params.module === undefined ? target.runtime.modules.map(({ id }) => id) : [params.module];
  const findings = params.force === true ? [] : blockingFindings((await target.project.current())?.findings ?? [], ids);
  if (findings.length > 0) return reportWithout("refused", findings.map(findingError));
  const method = params.rehearse === true ? "upgrade/rehearse" : "upgrade/apply";
  return ask(live, target.runtime, method, params.module === undefined ? {} : { modules: [params.module] }, token);
}

export async function downgrade(
  projects: Projects,
  live: Live,
  params: ServerRequests["instar/downgrade"]["params"],
  token: CancellationToken,
): Promise<UpgradeReport> {
  const target = await runtimeOf(projects, live, params);
  if ("errors" in target) return reportWithout("refused", target.errors);
  return ask(live, target.runtime, "upgrade/downgrade", { targets: [{ module: params.module, vsn: params.vsn }] }, token);
}

async function runtimeOf(
  projects: Projects,
  live: Live,
  { root, module }: { root?: string; module?: string },
): Promise<{ project: Project; runtime: LiveRuntime } | { errors: UpgradeError[] }> {
  const candidates = projects.all.filter((project) => root === undefined || project.root === root);
  await live.refresh(candidates.map((project) => project.root));
  const connected = candidates.flatMap((project) => live.of(project.root).map((runtime) => ({ project, runtime })));
  // With several, those count that run the module at all.
  const running = connected.filter(({ runtime }) => module === undefined || runtime.modules.some(({ id }) => id === module));
  const chosen = running.length > 0 ? running : connected;
  if (chosen.length === 1) return chosen[0]!;
  if (chosen.length === 0) {
    const start = 'Start one with the command "Instar: Start Dev Runtime" or with `instar dev <entry>`.';
    const problems = candidates.flatMap((project) => live.problems(project.root));
    const message =
      problems.length > 0
        ? `No dev runtime can be reached. ${problems.join(" ")} ${start}`
        : `No dev runtime is running for ${root ?? "this workspace"}, so there is no live system to change. ${start}`;
    return { errors: [error("INSTAR_NO_RUNTIME", message)] };
  }
  return {
    errors: [
      error(
        "INSTAR_SEVERAL_RUNTIMES",
        `Several runtimes are running (${chosen.map(({ runtime }) => runtime.info.name).join(", ")}), and the command does not say which is meant. Start it from the process in the view "Live Processes", or use \`instar upgrade --runtime <name>\`.`,
      ),
    ],
  };
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
  } finally {
    listening.dispose();
    await live.reread(runtime);
  }
}

function error(code: string, message: string): UpgradeError {
  return { code, message, module: null, pid: null, name: null, place: null };
}
