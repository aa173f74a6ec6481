/** The options that say what a project is compared with, for the commands that compare. */
import { type Command, Option } from "commander";
import type { Analyzed } from "../analysis/model.ts";
import type { GitBaseline } from "../git-baseline.ts";
import type { LiveBaseline } from "../live/live-baseline.ts";
import { GitError } from "../git.ts";
import { UsageError } from "./exit.ts";
import { connectLive } from "./live.ts";
import { configurationOf, fromHere } from "./project.ts";
import { colors, count, printError } from "./terminal.ts";

export interface BaselineOptions {
  readonly against?: string;
  readonly mergeBase?: boolean;
  readonly live?: boolean;
  readonly runtime?: string;
}

/** What else than the newest snapshots a project is compared with. */
export type OtherBaseline = GitBaseline | LiveBaseline;

export function withBaselineOptions(command: Command): Command {
  return command
    .addOption(new Option("--against <git ref>", "compare with a branch, tag or commit instead of the newest snapshots"))
    .option("--merge-base", "with --against, or a configured baseline: the commit where this branch left that one")
    .option("--live", "compare with what the running system has loaded, and check its states")
    .option("--runtime <name>", "with --live: which runtime, where several run");
}

/** Undefined where nothing but the newest snapshots is asked for, neither here nor by the configuration. */
export async function baselineOf(command: Command, root: string, options: BaselineOptions): Promise<OtherBaseline | undefined> {
  const { against, mergeBase = false, live = false, runtime } = options;
  if (live && against !== undefined)
    throw new UsageError("--against compares with a git ref, and --live with a running system: give one of them.");
  if (runtime !== undefined && !live) throw new UsageError("--runtime says which running system is meant: add --live.");
  if (mergeBase && live)
    throw new UsageError("--merge-base says where this branch left another one: it goes with --against, not with --live.");
  if (!live) {
    const { baseline, file } = await configurationOf(root);
    const ref = against ?? baseline;
    if (ref === null) {
      if (!mergeBase) return undefined;
      throw new UsageError(
        'This branch left another one at its merge base: say which with --against <git ref>, or by "baseline" in the configuration.',
      );
    }
    const { gitBaseline } = await import("../git-baseline.ts");
    try {
      return gitBaseline(root, ref, mergeBase);
    } catch (error) {
      if (against !== undefined || file === null || !(error instanceof GitError)) throw error;
      throw new GitError(error.code, `${fromHere(file)} says "baseline": ${JSON.stringify(ref)}. ${error.message}`);
    }
  }
  const { liveBaseline } = await import("../live/live-baseline.ts");
  const { connection } = await connectLive(command, runtime);
  try {
    return await liveBaseline(connection);
  } finally {
    connection.close();
  }
}

export function baselineText(baseline: OtherBaseline): string {
  if ("commit" in baseline) {
    const { name, commit, uncommitted } = baseline;
    return `Compared with ${name} (${commit.slice(0, 10)})${uncommitted ? ", uncommitted changes included" : ""}.`;
  }
  const { name, checked, unchecked } = baseline;
  const not = unchecked === 0 ? "" : `; ${unchecked} could not be, since they are in old code or the runtime knows no types`;
  return `Compared with what ${name} runs. ${count(checked, "live state was", "live states were")} checked${not}.`;
}

/** Beside the findings, since they are not about the sources. */
export function printNotes({ notes = [] }: Analyzed): void {
  for (const { code, message } of notes) printError(`${colors.yellow("instar:")} ${message} ${colors.dim(`(${code})`)}`);
}
