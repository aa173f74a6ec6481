/** `instar stop`: ends a running system in order, as Ctrl-C in its terminal does. */
import type { Command } from "commander";
import { exitCode } from "./exit.ts";
import { connectLive } from "./live.ts";
import { print } from "./terminal.ts";

export function registerStop(program: Command): void {
  program
    .command("stop")
    .description("end the running system in order")
    .option("--runtime <name>", "which runtime, where several run")
    .action(async ({ runtime }: { runtime?: string }, command: Command) => {
      const { connection } = await connectLive(command, runtime);
      try {
        await connection.request("runtime/stop", {});
        await connection.closed;
        print(`Stopped ${connection.info.name}.`);
        process.exitCode = exitCode.ok;
      } finally {
        connection.close();
      }
    });
}
