/** `instar kill <process>`: ends one process of a running system, even one whose handler never returns. */
import type { Command } from "commander";
import { exitCode, UsageError } from "./exit.ts";
import { connectLive } from "./live.ts";
import { print } from "./terminal.ts";

export function registerKill(program: Command): void {
  program
    .command("kill")
    .description("end a process now, even in the middle of a handler that never returns; its supervisor restarts it")
    .argument("<process>", 'its pid, such as "<0.12>" or 12, or its registered name')
    .option("--runtime <name>", "which runtime, where several run")
    .action(async (text: string, { runtime }: { runtime?: string }, command: Command) => {
      const { connection } = await connectLive(command, runtime);
      try {
        const { processes } = await connection.request("processes/list", {});
        const pid = processes.find(({ pid, name }) => name === text || pid === text || pid === `<0.${text}>`)?.pid;
        if (pid === undefined) throw new UsageError(`There is no process ${text}. The live ones are shown by: instar ps`);
        await connection.request("processes/kill", { pid });
        print(`Killed ${pid}. What its supervisor made of it is shown by: instar ps`);
        process.exitCode = exitCode.ok;
      } finally {
        connection.close();
      }
    });
}
