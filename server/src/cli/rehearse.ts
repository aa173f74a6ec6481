/** `instar rehearse`: what an upgrade would do, on copies of the live states; nothing is committed. The states may be saved on the way. */
import type { Command } from "commander";
import type { SavedStates } from "../../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "../live/connection.ts";
import { type LiveOptions, carryOut, patience, reportToKeep, withLiveOptions } from "./carry-out.ts";
import type { KeptReport } from "./keep-report.ts";
import { connectLive } from "./live.ts";
import { configurationOf, fromHere, moduleIds } from "./project.ts";
import { colors, count, print } from "./terminal.ts";

interface RehearseOptions extends LiveOptions {
  readonly save: boolean;
}

export function registerRehearse(program: Command): void {
  withLiveOptions(program.command("rehearse"))
    .description("try an upgrade on copies of the live states, in a process of its own; nothing is committed")
    .argument("[module...]", "ids or files of actor modules; all that changed if left out")
    .option("--save", "first save the live states, one of each kind, in .instar/states/ for instar prove and tests", false)
    .action(async (names: string[], options: RehearseOptions, command: Command) => {
      const { root, connection } = await connectLive(command, options.runtime);
      try {
        const { modules } = await connection.request("modules/list", {});
        const ids = moduleIds(names, root, modules);
        const which = ids.length > 0 ? { modules: ids } : {};
        const kept = await reportToKeep(connection, options);
        const saved = options.save ? await orKept(save(connection, root, which), kept) : null;
        if (saved !== null && options.format === "text") print(`${savedText(saved)}\n`);
        await carryOut(
          connection,
          "upgrade/rehearse",
          { ...which, ...patience(options) },
          options,
          saved === null ? {} : { savedStates: saved },
        );
      } finally {
        connection.close();
      }
    });
}

/** Where the configuration cannot be read, nothing is saved: it may say what nobody is to see. */
async function save(connection: RuntimeConnection, root: string, which: { readonly modules?: readonly string[] }): Promise<SavedStates> {
  const { redact } = await configurationOf(root);
  return connection.request("states/save", { ...which, ...(redact === null ? {} : { redact }) });
}

/** A report that is asked for is there also where it does not come to a rehearsal. */
async function orKept<T>(work: Promise<T>, kept: KeptReport): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await kept.keep(null, { remark: (error as Error).message });
    throw error;
  }
}

function savedText({ folder, modules, redacted, notSaved }: SavedStates): string {
  const sum = (of: (row: SavedStates["modules"][number]) => number): number => modules.reduce((all, row) => all + of(row), 0);
  const left = sum((row) => row.left);
  const how = redacted ? "redacted" : "as they are: nothing was redacted";
  return [
    `Saved ${count(
      sum((row) => row.saved),
      "state",
    )}, one for each structure among ${sum((row) => row.states)}, in ${fromHere(folder)}, ${how}.`,
    ...(left > 0 ? [colors.dim(`  ${count(left, "state")} left out, since there were too many, or they are too large.`)] : []),
    ...notSaved.map(({ pid, name, module, path, what }) => colors.dim(`  ${name ?? pid} (${module}) cannot be saved: ${path} is ${what}.`)),
  ].join("\n");
}
