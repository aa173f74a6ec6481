/** The options that say what a project is compared with, for the commands that compare. */
import { type Command, Option } from "commander";
import type { Analyzed } from "../analysis/model.ts";
import type { GitBaseline } from "../git-baseline.ts";
import { UsageError } from "./exit.ts";
import { colors, printError } from "./terminal.ts";

export interface BaselineOptions {
  readonly against?: string;
  readonly mergeBase?: boolean;
}

export function withBaselineOptions(command: Command): Command {
  return command
    .addOption(new Option("--against <git ref>", "compare with a branch, tag or commit instead of the newest snapshots"))
    .option("--merge-base", "with --against: the commit where this branch left that one");
}

/** Undefined where nothing but the newest snapshots is asked for. */
export async function baselineOf(root: string, { against, mergeBase = false }: BaselineOptions): Promise<GitBaseline | undefined> {
  if (against === undefined) {
    if (mergeBase) throw new UsageError("--merge-base says where this branch left another one: say which with --against <git ref>.");
    return undefined;
  }
  const { gitBaseline } = await import("../git-baseline.ts");
  return gitBaseline(root, against, mergeBase);
}

export function baselineText({ name, commit, uncommitted }: GitBaseline): string {
  return `Compared with ${name} (${commit.slice(0, 10)})${uncommitted ? ", uncommitted changes included" : ""}.`;
}

/** Beside the findings, since they are not about the sources. */
export function printNotes({ notes = [] }: Analyzed): void {
  for (const { code, message } of notes) printError(`${colors.yellow("instar:")} ${message} ${colors.dim(`(${code})`)}`);
}
