/** The command line `instar`: reads the arguments, runs one command, and turns whatever comes of it into text and an exit code. */
import { Command, CommanderError, Help } from "commander";
import { registerCommands } from "./commands.ts";
import { exitCode, Refused, UsageError } from "./exit.ts";
import { colors, guardStreams, printError } from "./terminal.ts";
import { version } from "./version.ts";

guardStreams();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const program = new Command("instar")
    .description("Hot upgrades of TypeScript actors: see what a change would break, fix it, upgrade the running system.")
    .version(version(), "-V, --version")
    .option("-C, --project <folder>", "work on the project there instead of the one around the current folder")
    .option("--no-color", "print without colours; NO_COLOR does the same")
    .showHelpAfterError("(instar --help shows all commands)")
    .exitOverride()
    // That nothing happens unless it is asked for needs no words.
    .configureHelp({ optionDescription: (option) => new Help().optionDescription(option).replace(/ \(default: (?:false|\{\})\)$/, "") })
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing at error level; 1 findings at error level, or the operation was refused;\n2 wrong usage, wrong configuration, or no runtime to reach.",
    );
  registerCommands(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? exitCode.ok);
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  // Commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (!(error instanceof Error)) throw error;
  const { code, rpc } = error as { code?: unknown; rpc?: unknown };
  // A runtime that answers with an error was reached, and refused.
  const refused = error instanceof Refused || code === "INSTAR_WRITE_REFUSED" || typeof rpc === "number";
  if (refused || error instanceof UsageError || (typeof code === "string" && code.startsWith("INSTAR_"))) {
    const suffix = typeof code === "string" ? ` (${code})` : "";
    printError(`${colors.red("instar:")} ${error.message}${suffix}`);
    return refused ? exitCode.refused : exitCode.usage;
  }
  printError(
    `${colors.red("instar:")} this should not have happened; please report it with what follows.\n${error.stack ?? error.message}`,
  );
  return exitCode.usage;
}
