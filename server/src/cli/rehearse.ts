/** `instar rehearse`: what an upgrade would do, on copies of the live states; nothing is committed. */
import type { Command } from "commander";
import { type LiveOptions, carryOut, patience, withLiveOptions } from "./carry-out.ts";
import { connectLive } from "./live.ts";
import { moduleIds } from "./project.ts";

export function registerRehearse(program: Command): void {
  withLiveOptions(program.command("rehearse"))
    .description("try an upgrade on copies of the live states; nothing is committed")
    .argument("[module...]", "ids or files of actor modules; all that changed if left out")
    .action(async (names: string[], options: LiveOptions, command: Command) => {
      const { root, connection } = await connectLive(command, options.runtime);
      try {
        const { modules } = await connection.request("modules/list", {});
        const ids = moduleIds(names, root, modules);
        await carryOut(
          connection,
          "upgrade/rehearse",
          { ...(ids.length > 0 ? { modules: ids } : {}), ...patience(options) },
          options.format,
        );
      } finally {
        connection.close();
      }
    });
}
