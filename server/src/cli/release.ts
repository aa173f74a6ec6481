/** `instar release`: writes the snapshots that freeze the modules' versions. */
import { existsSync, readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import type { ActorModule } from "../analysis/model.ts";
import { exitCode, UsageError } from "./exit.ts";
import { type Project, fromHere, fromRoot, openProject, projectRoot } from "./project.ts";
import { colors, count, print, printError, printJson } from "./terminal.ts";

interface ReleaseOptions {
  readonly check: boolean;
  readonly amend: boolean;
  readonly format: "text" | "json";
}

interface Judged {
  readonly module: ActorModule;
  readonly state: "current" | "missing" | "stale" | "refused";
  readonly file: string | null;
  readonly text: string | null;
  /** Why it cannot be released as it is. */
  readonly problem: string | null;
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
      const judged = project.analyzed.modules.map((module) => judge(project, module, options.amend));
      const refused = judged.filter(({ problem }) => problem !== null);
      const broken = project.analyzed.findings.filter(({ module, severity }) => module === null && severity === "error");
      const stop = refused.length > 0 || broken.length > 0;
      const due = judged.filter(({ state, problem }) => problem === null && (state === "missing" || state === "stale"));
      const write = !options.check && !stop && due.length > 0;
      if (write) await writeSnapshots(project.root, due);
      const failed = stop || (options.check && due.length > 0);
      if (options.format === "json") {
        printJson({
          version: 1,
          written: write ? due.map(({ file }) => fromRoot(project.root, file as string)) : [],
          modules: judged.map(({ module, state, file, problem }) => ({
            id: module.id,
            vsn: module.vsn,
            snapshot: file === null ? null : fromRoot(project.root, file),
            state: write && due.some((entry) => entry.module === module) ? "written" : state,
            problem,
          })),
          problems: broken.map(({ message }) => message),
        });
      } else {
        for (const { problem } of refused) printError(`${colors.red("Refused:")} ${problem}`);
        for (const { file, range, message } of broken)
          printError(`${colors.red("Refused:")} ${fromHere(file)}:${range.start.line}:${range.start.column} ${message}`);
        if (options.check)
          for (const { module, state } of due)
            printError(
              `${colors.red(state)}: ${module.id} version ${module.vsn} has ${state === "missing" ? "no snapshot" : "a stale snapshot"}. Run: instar release`,
            );
        if (write)
          for (const { module, file } of due)
            print(`${colors.green("wrote")} ${fromHere(file as string)}  (${module.id} version ${module.vsn})`);
        if (stop) printError("No snapshot was written.");
        else if (due.length === 0)
          print(judged.length === 0 ? "No actor modules here." : `All ${count(judged.length, "snapshot")} up to date.`);
      }
      process.exitCode = failed ? exitCode.refused : exitCode.ok;
    });
}

function judge(project: Project, module: ActorModule, amend: boolean): Judged {
  const snapshot = project.analyzer.snapshot(module);
  const where = `${fromHere(module.file)} (version ${module.vsn ?? "unknown"})`;
  const refuse = (problem: string, state: Judged["state"] = "refused"): Judged => ({
    module,
    state,
    file: snapshot?.file ?? null,
    text: null,
    problem,
  });
  if (snapshot === undefined || module.vsn === null) {
    return refuse(
      `${where} cannot be read well enough to be released. Run instar check ${fromHere(module.file)} and correct what it finds.`,
    );
  }
  if (module.codeChange.up === "missing") {
    // With its snapshot written, this version would be the baseline, and nobody would be told of the missing step any more.
    return refuse(
      `${where} has no codeChange from version ${module.baseline?.vsn ?? "before"}, whose states it cannot read. Write it, or run: instar fix --write`,
    );
  }
  const present = existsSync(snapshot.file) ? readFileSync(snapshot.file, "utf8") : undefined;
  if (present !== undefined && present.replaceAll("\r\n", "\n") !== snapshot.text) {
    if (amend) return { module, state: "stale", ...snapshot, problem: null };
    return refuse(
      `${where} is released, and its snapshot ${fromHere(snapshot.file)} says otherwise. A released version is frozen: raise vsn to ${module.vsn + 1}. ` +
        "If the snapshot was edited by hand, restore it; if nobody else has this version yet, run: instar release --amend",
      "stale",
    );
  }
  const unbumped = project.analyzed.findings.find((finding) => finding.rule === "version-not-bumped" && finding.module === module.id);
  if (unbumped !== undefined && !amend) return refuse(`${where}: ${unbumped.message}`);
  return { module, state: present === undefined ? "missing" : "current", ...snapshot, problem: null };
}

async function writeSnapshots(root: string, due: readonly Judged[]): Promise<void> {
  const [{ ensureInstarFolder }, { writeFilesAtomic }] = await Promise.all([import("../workspace.ts"), import("../write-files.ts")]);
  await ensureInstarFolder(root);
  await writeFilesAtomic(
    due.map(({ file, text }) => ({
      file: file as string,
      before: existsSync(file as string) ? readFileSync(file as string, "utf8") : undefined,
      after: text as string,
    })),
  );
}
