/** `instar kill <process>`: ends one process of a running system, even one whose handler never returns. */
import type { Command } from "commander";
import { exitCode } from "./exit.ts";
import { findProcess, processArgument } from "./find-process.ts";
import { connectLive } from "./live.ts";
import { print } from "./terminal.ts";

export function registerKill(program: Command): void {
  program
    .command("kill")
    .description("end a process now, even in the middle of a handler that never returns; its supervisor restarts it")
    .argument("<process>", processArgument)
    .option("--runtime <name>", "which runtime, where several run")
    .action(async (text: string, { runtime }: { runtime?: string }, command: Command) => {
      const { connection } = await connectLive(command, runtime);
      try {
        const { pid } = await findProcess(connection, text);
        await connection.request("processes/kill", { pid });
        print(`Killed ${pid}. What its supervisor made of it is shown by: instar ps`);
        process.exitCode = exitCode.ok;
      } finally {
        connection.close();
      }
    });
}
