/** `instar init`: adds Instar to a project, and asks before each thing that it adds. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { askEach } from "./ask-each.ts";
import type { InitStep } from "../init-steps.ts";
import { ConfigurationError, exitCode, UsageError } from "./exit.ts";
import { configurationOf, fromHere, projectRoot } from "./project.ts";
import { colors, count, print } from "./terminal.ts";

export function registerInit(program: Command): void {
  program
    .command("init")
    .description("add Instar to this project: configuration, scripts, a CI step, a recommendation for the editor; asks before each")
    .option("-y, --yes", "add everything without asking", false)
    .action(async ({ yes }: { yes: boolean }, command: Command) => {
      const root = projectRoot(command);
      if (!existsSync(join(root, "package.json"))) {
        throw new UsageError(`There is no package.json in ${root}, so there is no project to add to. Make one with: npm init`);
      }
      const { foreignCi, initSteps, InitRefused, isServerInstalled } = await import("../init-steps.ts");
      const steps = asConfigurationError(() => initSteps(root, fromHere), InitRefused);
      await configurationOf(root);
      if (steps.length === 0) print("Everything that instar init adds is there already. Nothing was written.");
      else await take(steps, yes);
      const foreign = foreignCi.find((name) => existsSync(join(root, name)));
      if (foreign !== undefined) print(`In ${foreign}, let a job run: npx instar check, npx instar release --check, and npx instar prove`);
      if (!isServerInstalled(root)) print("Install what checks and serves the editor: npm install --save-dev instar-language-server");
      process.exitCode = exitCode.ok;
    });
}

async function take(steps: readonly InitStep[], yes: boolean): Promise<void> {
  if (!yes && !(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new UsageError(
      `instar init asks before each thing that it adds, and there is no terminal to ask in. Add everything with --yes:\n${steps.map(({ title }) => `  ${title}`).join("\n")}`,
    );
  }
  const accepted = yes ? steps : await askEach(steps, process.stdin, process.stdout);
  const { writeFilesAtomic } = await import("../write-files.ts");
  await writeFilesAtomic(accepted.map(({ change }) => change));
  for (const { title } of accepted) print(`${colors.green("Added")} ${title}`);
  print(
    accepted.length === 0
      ? "Nothing was written."
      : `${count(accepted.length, "file was", "files were")} written: ${accepted.map(({ change }) => fromHere(change.file)).join(", ")}.`,
  );
}

/** What stands in the project's files is the project's to correct. */
function asConfigurationError<T>(work: () => T, refused: new () => Error): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof refused) throw new ConfigurationError(error.message, { cause: error });
    throw error;
  }
}
