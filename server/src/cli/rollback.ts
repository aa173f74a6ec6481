/** `instar rollback`: undoes the last upgrade of a running system. */
import type { Command } from "commander";
import { type LiveOptions, carryOut, patience, withLiveOptions } from "./carry-out.ts";
import { connectLive } from "./live.ts";
import { withProbationOptions } from "./probation-options.ts";
import { type StrategyOptions, strategyParams, withStrategyOptions } from "./strategy-options.ts";

export function registerRollback(program: Command): void {
  withStrategyOptions(withProbationOptions(withLiveOptions(program.command("rollback"))))
    .description("undo the last upgrade: what it changed goes back to the code that was there before, by the steps' down")
    .action(async (options: LiveOptions & StrategyOptions, command: Command) => {
      const strategy = strategyParams(options);
      const { connection } = await connectLive(command, options.runtime);
      try {
        await carryOut(connection, "upgrade/rollback", { ...patience(options), ...strategy }, options);
      } finally {
        connection.close();
      }
    });
}
