/** What the commands on a running system share: reaching the one runtime that is meant, and saying clearly why not. */
import { unlink } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { RuntimeConnection } from "../live/connection.ts";
import type { FoundRuntime } from "../live/find-runtimes.ts";
import { UsageError } from "./exit.ts";
import { fromHere, projectRoot } from "./project.ts";
import { colors, printError } from "./terminal.ts";

export interface Live {
  readonly root: string;
  readonly connection: RuntimeConnection;
}

/**
 * Connects to the project's runtime, the one of this name where there are several. Run files that stale runtimes left are removed.
 * @throws UsageError where there is none, or none that can be meant.
 */
export async function connectLive(command: Command, name: string | undefined): Promise<Live> {
  const root = projectRoot(command);
  const [{ findRuntimes }, { connectRuntime }] = await Promise.all([import("../live/find-runtimes.ts"), import("../live/connection.ts")]);
  const { runtimes, problems } = await findRuntimes(root);
  for (const problem of problems) {
    if (problem.kind === "stale") {
      await unlink(problem.file).catch(() => {});
      printError(`${colors.yellow("instar:")} ${problem.message} Removed ${fromHere(problem.file)}.`);
    } else if (name === undefined || problem.name === name) {
      printError(`${colors.yellow("instar:")} ${problem.message}`);
    }
  }
  const chosen = choose(runtimes, name, root);
  return { root, connection: await connectRuntime(chosen.run) };
}

function choose(runtimes: readonly FoundRuntime[], name: string | undefined, root: string): FoundRuntime {
  const names = runtimes.map(({ run }) => run.name).join(", ");
  if (name !== undefined) {
    const named = runtimes.find(({ run }) => run.name === name);
    if (named !== undefined) return named;
    throw new UsageError(
      `No runtime ${name} is running in ${root}. ${runtimes.length > 0 ? `Running: ${names}.` : `Start one with: instar dev <entry> --name ${name}`}`,
    );
  }
  const [first, second] = runtimes;
  if (first === undefined) {
    throw new UsageError(
      `No runtime is running in ${root}. Start one with: instar dev <entry>; or name another project with --project <folder>.`,
    );
  }
  if (second !== undefined) throw new UsageError(`Several runtimes are running in ${root}: ${names}. Say which with --runtime <name>.`);
  return first;
}

/** Reads a duration: `1500`, `1500ms`, `2s`. Gives milliseconds. */
export function parseMilliseconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text);
  const milliseconds = match === null ? Number.NaN : Math.round(Number(match[1]) * (match[2] === "s" ? 1000 : 1));
  if (!(milliseconds >= 1 && milliseconds < 2 ** 31))
    throw new InvalidArgumentError("Write milliseconds, such as 5000, or seconds, such as 5s.");
  return milliseconds;
}
