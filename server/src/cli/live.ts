/** What the commands on a running system share: reaching the one runtime that is meant, and saying clearly why not. */
import { unlink } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { RuntimeConnection } from "../live/connection.ts";
import type { FoundRuntime } from "../live/find-runtimes.ts";
import { UsageError } from "./exit.ts";
import { slashed } from "../project-root.ts";
import { memberProjects } from "./member-projects.ts";
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
  const { connectRuntime } = await import("../live/connection.ts");
  let found = await reachable(root, name);
  if (found.length === 0 && command.optsWithGlobals<{ project?: string }>().project === undefined) {
    found = (await Promise.all(memberProjects(root).map((member) => reachable(member, name)))).flat();
  }
  const { run } = choose(found, name, root);
  // The runtime's own word for the project: module ids count from there.
  if (slashed(run.root) !== root) printError(colors.dim(`instar: working on ${fromHere(run.root)}`));
  return { root: slashed(run.root), connection: await connectRuntime(run) };
}

async function reachable(root: string, name: string | undefined): Promise<readonly FoundRuntime[]> {
  const { findRuntimes } = await import("../live/find-runtimes.ts");
  const { runtimes, problems } = await findRuntimes(root);
  for (const problem of problems) {
    if (problem.kind === "stale") {
      await unlink(problem.file).catch(() => {});
      printError(`${colors.yellow("instar:")} ${problem.message} Removed ${fromHere(problem.file)}.`);
    } else if (name === undefined || problem.name === name) {
      printError(`${colors.yellow("instar:")} ${problem.message}`);
    }
  }
  return runtimes;
}

function choose(runtimes: readonly FoundRuntime[], name: string | undefined, root: string): FoundRuntime {
  const meant = runtimes.filter(({ run }) => name === undefined || run.name === name);
  const [first, second] = meant;
  const nameOf = ({ run }: FoundRuntime): string => (slashed(run.root) === root ? run.name : `${run.name} of ${fromHere(run.root)}`);
  if (first === undefined) {
    if (name === undefined) {
      throw new UsageError(
        `No runtime is running in ${root}. Start one with: instar dev <entry>; or name another project with --project <folder>.`,
      );
    }
    const hint = runtimes.length > 0 ? `Running: ${runtimes.map(nameOf).join(", ")}.` : `Start one with: instar dev <entry> --name ${name}`;
    throw new UsageError(`No runtime ${name} is running in ${root}. ${hint}`);
  }
  if (second === undefined) return first;
  const differ = (what: "name" | "root"): boolean => new Set(meant.map(({ run }) => run[what])).size === meant.length;
  const options = differ("name")
    ? ["--runtime <name>"]
    : differ("root")
      ? ["--project <folder>"]
      : ["--project <folder>", "--runtime <name>"];
  const several = meant.map(nameOf).join(", ");
  throw new UsageError(`Several runtimes are running in ${root}: ${several}. Say which with ${options.join(" and ")}.`);
}

/** Reads a duration: `1500`, `1500ms`, `2s`. Gives milliseconds. */
export function parseMilliseconds(text: string): number {
  return parseDuration(text, 1, "Write milliseconds, such as 5000, or seconds, such as 5s.");
}

/** Reads a duration: `2`, `2s`, `1500ms`. Gives milliseconds. */
export function parseSeconds(text: string): number {
  return parseDuration(text, 1000, "Write seconds, such as 10, or milliseconds, such as 500ms.");
}

function parseDuration(text: string, unit: number, help: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text);
  const milliseconds =
    match === null ? Number.NaN : Math.round(Number(match[1]) * (match[2] === undefined ? unit : match[2] === "s" ? 1000 : 1));
  if (!(milliseconds >= 1 && milliseconds < 2 ** 31)) throw new InvalidArgumentError(help);
  return milliseconds;
}
