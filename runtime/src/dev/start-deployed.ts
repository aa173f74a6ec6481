/**
 * `startDeployed`: runs an application from its build, as it is deployed. As under `startDevRuntime`, this process is the parent, which holds
 * the control endpoint and the ports, and stays whatever the application moves to. But there is nobody to edit sources or to look at it:
 * nothing is watched, a build is taken as a whole or not at all, and this process ends with the application.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DevError } from "./dev-error.ts";
import type { Deployed, DeployedOptions, Ended } from "./options.ts";
import { projectFolder } from "./project-folder.ts";
import { type Timing, startDevRuntime } from "./start-dev-runtime.ts";

/**
 * An application that crashes is started again, with the code that it ran; one that does so too often is left, and `ended` says so.
 * SIGINT, SIGTERM and SIGHUP of this process stop it in order, a second one at once.
 *
 * @throws DevError where the application does not build, load or start, or a runtime of that name lives.
 */
export async function startDeployed(options: DeployedOptions, timing: Timing = {}): Promise<Deployed> {
  const { name = "app", shutdown = 30_000, handlerLimit = 10_000, onLog, onUpgrade } = options;
  // Not the real path: a deploy may switch a link above it.
  const entry = resolve(options.entry);
  if (!existsSync(entry)) throw new DevError("INSTAR_BUILD_FAILED", `there is no file ${entry}. Build the application first.`);
  const root = options.root ?? projectFolder(entry);
  let how: Ended = "stopped";
  const runtime = await startDevRuntime(
    {
      root,
      entry,
      name,
      handlerLimit,
      onLog: onLog ?? ((level, text) => console.error(`instar ${level}: ${text}`)),
      ...(onUpgrade === undefined ? {} : { onUpgrade }),
    },
    timing,
    { shutdown, onEnd: (ended) => (how = ended) },
  );
  const { port, runFile, stop, stopped } = runtime;
  return { name, port, runFile, stop, ended: stopped.then(() => how) };
}
