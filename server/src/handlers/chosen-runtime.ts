/** Which runtime a command means that names none: the only one of its project, or the only one that has loaded its module. */
import type { UpgradeError } from "../../../runtime/src/protocol.ts";
import type { Project, Projects } from "../projects.ts";
import type { Live, LiveRuntime } from "./live.ts";

export async function runtimeOf(
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

function error(code: string, message: string): UpgradeError {
  return { code, message, module: null, pid: null, name: null, place: null };
}
