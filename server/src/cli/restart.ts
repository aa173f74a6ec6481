/** `instar restart`: starts the application of a dev runtime anew, from the sources as they are. States are lost. */
import type { Command } from "commander";
import { exitCode } from "./exit.ts";
import { connectLive } from "./live.ts";
import { print } from "./terminal.ts";

export function registerRestart(program: Command): void {
  program
    .command("restart")
    .description("end the application and start it anew from the sources as they are; its states are lost")
    .option("--runtime <name>", "which runtime, where several run")
    .action(async ({ runtime }: { runtime?: string }, command: Command) => {
      const { connection } = await connectLive(command, runtime);
      try {
        await connection.request("runtime/restart", {});
        print("The application runs again.");
        process.exitCode = exitCode.ok;
      } finally {
        connection.close();
      }
    });
}
