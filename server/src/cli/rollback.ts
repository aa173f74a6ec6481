/** `instar rollback`: undoes the last upgrade of a running system. */
import type { Command } from "commander";
import { type LiveOptions, carryOut, patience, withLiveOptions } from "./carry-out.ts";
import { connectLive } from "./live.ts";
import { type ProbationOptions, probationParams, withProbationOptions } from "./probation-options.ts";

export function registerRollback(program: Command): void {
  withProbationOptions(withLiveOptions(program.command("rollback")))
    .description("undo the last upgrade: what it changed goes back to the code that was there before, by the steps' down")
    .action(async (options: LiveOptions & ProbationOptions, command: Command) => {
      const probation = probationParams(options);
      const { connection } = await connectLive(command, options.runtime);
      try {
        await carryOut(connection, "upgrade/rollback", { ...patience(options), ...probation }, options.format);
      } finally {
        connection.close();
      }
    });
}
