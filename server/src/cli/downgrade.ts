/** `instar downgrade <module> <vsn> …`: modules go back to earlier versions, several of them in one transaction. */
import type { Command } from "commander";
import { type LiveOptions, carryOut, patience, withLiveOptions } from "./carry-out.ts";
import { UsageError } from "./exit.ts";
import { connectLive } from "./live.ts";
import { withProbationOptions } from "./probation-options.ts";
import { moduleIds } from "./project.ts";
import { type StrategyOptions, strategyParams, withStrategyOptions } from "./strategy-options.ts";

interface Target {
  readonly module: string;
  readonly vsn: number;
}

export function registerDowngrade(program: Command): void {
  withStrategyOptions(withProbationOptions(withLiveOptions(program.command("downgrade"))))
    .description("take modules of the running system back to earlier versions: all processes or none")
    .argument("<module-and-vsn...>", "a module and the version to go back to; more pairs go back in the same transaction")
    .usage("[options] <module> <vsn> [<module> <vsn> ...]")
    .action(async (words: string[], options: LiveOptions & StrategyOptions, command: Command) => {
      const named = targets(words);
      const strategy = strategyParams(options);
      const { root, connection } = await connectLive(command, options.runtime);
      try {
        const { modules } = await connection.request("modules/list", {});
        const ids = moduleIds(
          named.map(({ module }) => module),
          root,
          modules,
        );
        const resolved = named.map(({ vsn }, index) => ({ module: ids[index] as string, vsn }));
        const twice = ids.find((id, index) => ids.indexOf(id) !== index);
        if (twice !== undefined) throw new UsageError(`${twice} is named twice. Give it one version.`);
        await carryOut(connection, "upgrade/downgrade", { targets: resolved, ...patience(options), ...strategy }, options);
      } finally {
        connection.close();
      }
    });
}

function targets(words: readonly string[]): Target[] {
  if (words.length % 2 !== 0)
    throw new UsageError("Write a version after each module: instar downgrade <module> <vsn> [<module> <vsn> ...]");
  return Array.from({ length: words.length / 2 }, (_, index) => {
    const module = words[index * 2] as string;
    const text = words[index * 2 + 1] as string;
    if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${text} is not a version of ${module}: write a whole number, 1 or more.`);
    return { module, vsn: Number(text) };
  });
}
