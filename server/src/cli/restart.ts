/** `instar restart [process]`: starts the application of a dev runtime anew from the sources as they are, or one process. States are lost. */
import type { Command } from "commander";
import { exitCode } from "./exit.ts";
import { findProcess, processArgument } from "./find-process.ts";
import { connectLive } from "./live.ts";
import { print } from "./terminal.ts";

export function registerRestart(program: Command): void {
  program
    .command("restart")
    .description(
      "end the application and start it anew from the sources as they are, or one process on the code that runs; states are lost",
    )
    .argument("[process]", `only this process: ${processArgument}`)
    .option("--runtime <name>", "which runtime, where several run")
    .action(async (text: string | undefined, { runtime }: { runtime?: string }, command: Command) => {
      const { connection } = await connectLive(command, runtime);
      try {
        if (text === undefined) {
          await connection.request("runtime/restart", {});
          print("The application runs again.");
        } else {
          const { pid } = await findProcess(connection, text);
          await connection.request("processes/restart", { pid });
          print(`Ended ${pid}; its supervisor starts it anew. See: instar ps`);
        }
        process.exitCode = exitCode.ok;
      } finally {
        connection.close();
      }
    });
}
