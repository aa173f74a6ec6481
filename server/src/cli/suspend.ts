/** `instar suspend <process>` and `instar resume <process>`: a process that takes no messages for a while, as with OTP's `sys`. */
import type { Command } from "commander";
import { exitCode } from "./exit.ts";
import { findProcess, processArgument } from "./find-process.ts";
import { connectLive } from "./live.ts";
import { print } from "./terminal.ts";

export function registerSuspend(program: Command): void {
  register(program, "suspend", "let a process take no messages until it is resumed; they wait in its mailbox", "Suspended");
}

export function registerResume(program: Command): void {
  register(program, "resume", "let a suspended process take messages again", "Resumed");
}

function register(program: Command, action: "suspend" | "resume", description: string, done: string): void {
  program
    .command(action)
    .description(description)
    .argument("<process>", processArgument)
    .option("--runtime <name>", "which runtime, where several run")
    .action(async (text: string, { runtime }: { runtime?: string }, command: Command) => {
      const { connection } = await connectLive(command, runtime);
      try {
        const { pid, name } = await findProcess(connection, text);
        await connection.request(`processes/${action}`, { pid });
        print(`${done} ${name === null ? pid : `${name} ${pid}`}.`);
        process.exitCode = exitCode.ok;
      } finally {
        connection.close();
      }
    });
}
