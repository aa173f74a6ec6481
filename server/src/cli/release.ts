/** `instar release`: writes the snapshots that freeze the modules' versions. */
import { type Command, Option } from "commander";
import type { JudgedSnapshots } from "../snapshots.ts";
import { exitCode, UsageError } from "./exit.ts";
import { fromHere, fromRoot, openProject, projectRoot } from "./project.ts";
import { colors, count, print, printError, printJson } from "./terminal.ts";

interface ReleaseOptions {
  readonly check: boolean;
  readonly amend: boolean;
  readonly format: "text" | "json";
}

export function registerRelease(program: Command): void {
  program
    .command("release")
    .description("write the snapshots that are missing")
    .option("--check", "write nothing; fail if a snapshot is missing or stale", false)
    .option("--amend", "rewrite the snapshot of the current version: only for a version that nobody else has", false)
    .addOption(new Option("--format <format>", "how the result is printed").choices(["text", "json"]).default("text"))
    .action(async (options: ReleaseOptions, command: Command) => {
      if (options.check && options.amend) throw new UsageError("--check writes nothing and --amend rewrites: give one of them.");
      const project = await openProject(projectRoot(command));
      const { judgeSnapshots, writeSnapshots } = await import("../snapshots.ts");
      const judged = options.amend
        ? await withoutFrozen(project.root, judgeSnapshots(project, project.analyzed, true))
        : judgeSnapshots(project, project.analyzed);
      const refused = judged.problems.length > 0;
      const written = options.check || refused ? [] : await writeSnapshots(project.root, judged.due);
      if (options.format === "json") printJson(releaseJson(project.root, judged, written));
      else {
        printText(judged, written, options.check);
        if (refused && !options.check) printError("No snapshot was written.");
      }
      process.exitCode = refused || (options.check && judged.due.length > 0) ? exitCode.refused : exitCode.ok;
    });
}

/** What others may have cannot be amended. */
async function withoutFrozen(root: string, judged: JudgedSnapshots): Promise<JudgedSnapshots> {
  const stale = judged.due.filter(({ state }) => state === "stale");
  if (stale.length === 0) return judged;
  const { frozenSnapshots } = await import("../frozen-snapshots.ts");
  const frozen = frozenSnapshots(
    root,
    stale.flatMap(({ file }) => file ?? []),
  );
  const problems = stale.flatMap(({ module, file }) =>
    file === null || frozen === null || !frozen.files.includes(file)
      ? []
      : [
          `${fromRoot(root, module.file)} (version ${module.vsn}) is released on ${frozen.name}, so others may run it, and --amend would give them another version ${module.vsn} than yours. ` +
            `Raise vsn to ${(module.vsn ?? 0) + 1}, and put ${fromRoot(root, file)} back as it was.`,
        ],
  );
  return { ...judged, problems: [...judged.problems, ...problems] };
}

function releaseJson(root: string, { modules, problems }: JudgedSnapshots, written: readonly string[]): unknown {
  return {
    version: 1,
    written: written.map((file) => fromRoot(root, file)),
    modules: modules.map(({ module, state, file, problem }) => ({
      id: module.id,
      vsn: module.vsn,
      snapshot: file === null ? null : fromRoot(root, file),
      state: file !== null && written.includes(file) ? "written" : state,
      problem,
    })),
    problems,
  };
}

function printText({ modules, due, problems }: JudgedSnapshots, written: readonly string[], check: boolean): void {
  for (const problem of problems) printError(`${colors.red("Refused:")} ${problem}`);
  if (check) {
    for (const { module } of due)
      printError(`${colors.red("Missing:")} ${module.id} version ${module.vsn} has no snapshot. Run: instar release`);
  }
  for (const { module, file } of due) {
    if (file !== null && written.includes(file)) print(`${colors.green("wrote")} ${fromHere(file)}  (${module.id} version ${module.vsn})`);
  }
  if (problems.length === 0 && due.length === 0) {
    print(
      modules.length === 0
        ? "No actor modules here."
        : `${modules.length === 1 ? "The snapshot is" : `All ${count(modules.length, "snapshot")} are`} up to date.`,
    );
  }
}
