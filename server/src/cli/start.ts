/** `instar start <entry>`: runs an application from its build. The command itself is the runtime's, where it needs no analysis. */
import type { Command } from "commander";
import { devModuleUrl } from "./dev-module.ts";

/** What this program uses of `instar/dev`. */
interface DevModule {
  readonly runStart: (args: readonly string[]) => Promise<number>;
}

export function registerStart(program: Command): void {
  program
    .command("start")
    .description("run an application from its build, as it is deployed, so that it can be upgraded while it runs")
    .argument("[argument...]", "the compiled entry module, and options; see instar start --help")
    .helpOption(false)
    .allowUnknownOption()
    .action(async (args: string[], _options: unknown, command: Command) => {
      const { project } = command.optsWithGlobals<{ project?: string }>();
      const { runStart } = (await import(devModuleUrl(project ?? process.cwd()))) as DevModule;
      process.exit(await runStart(project === undefined ? args : ["--project", project, ...args]));
    });
}
