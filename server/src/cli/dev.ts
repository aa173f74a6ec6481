/** `instar dev <entry>`: runs an application under the dev runtime, in this process and a child of it, until Ctrl-C. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { DevRuntime, DevRuntimeOptions, ShapePort } from "../../../runtime/src/dev/index.ts";
import type { UpgradeError } from "../../../runtime/src/protocol.ts";
import { devModuleUrl } from "./dev-module.ts";
import { exitCode, Refused, UsageError } from "./exit.ts";
import { parseMilliseconds } from "./live.ts";
import { type ProbationOptions, probationOf, withProbationOptions } from "./probation-options.ts";
import { fromHere, projectRoot } from "./project.ts";
import { colors, printError } from "./terminal.ts";

interface DevOptions extends ProbationOptions {
  readonly watch: boolean;
  readonly name: string;
  readonly handlerLimit: number;
}

type Place = NonNullable<UpgradeError["place"]>;

/** What this program uses of `instar/dev`. */
interface DevModule {
  readonly startDevRuntime: (options: DevRuntimeOptions) => Promise<DevRuntime>;
}

export function registerDev(program: Command): void {
  withProbationOptions(program.command("dev"))
    .description("run an application so that it can be upgraded while it runs")
    .argument("<entry>", "the entry module, whose default export is a supervisor")
    .option("--watch", "upgrade whenever a source is saved", false)
    .option("--name <name>", "tells several runtimes of one project apart", "dev")
    .option(
      "--handler-limit <ms>",
      "how long a handler may hold up everything before its process is killed; off for ever",
      parseLimit,
      10_000,
    )
    .action(async (entry: string, options: DevOptions, command: Command) => {
      if (!existsSync(entry))
        throw new UsageError(`There is no file ${entry}. Name the module whose default export is the application's supervisor.`);
      if (!/^[\w.-]+$/.test(options.name) || /^\.+$/.test(options.name)) {
        throw new UsageError(`--name ${options.name}: it becomes the name of a file, so write letters, digits, ".", "-" and "_" only.`);
      }
      if (probationOf(options) !== undefined && !options.watch) {
        throw new UsageError("--probation is about what --watch upgrades: write both, or give it to instar upgrade.");
      }
      const root = projectRoot(command, entry);
      const { createShapePort } = await import("../live/shape-port.ts");
      // Its thread reads the project while everything else starts.
      const shapes = createShapePort(root);
      try {
        await run(root, resolve(entry), options, shapes);
      } finally {
        await shapes.close();
      }
    });
}

async function run(root: string, entry: string, options: DevOptions, shapes: ShapePort): Promise<void> {
  const { startDevRuntime } = (await import(devModuleUrl(root))) as DevModule;
  const probation = probationOf(options);
  const runtime = await started(() =>
    startDevRuntime({
      root,
      entry,
      name: options.name,
      watch: options.watch,
      ...(probation === undefined ? {} : { probation }),
      handlerLimit: options.handlerLimit === 0 ? null : options.handlerLimit,
      shapes,
      // Standard output belongs to the application. Upgrades are logged as well.
      onLog: (level, text) => printError(`${levelText(level)} ${text}`),
    }),
  );
  stopOnSignals(runtime);
  const from = root === process.cwd() ? "" : ` -C ${fromHere(root)}`;
  printError(
    `${colors.bold("instar:")} in another terminal: instar${from} ps, instar${from} upgrade. ${options.watch ? "Saving upgrades it. " : ""}Ctrl-C stops it.`,
  );
  await runtime.stopped;
  process.exitCode = exitCode.ok;
}

/** 0 is off: commander takes no null. */
function parseLimit(text: string): number {
  return text === "off" ? 0 : parseMilliseconds(text);
}

async function started(start: () => Promise<DevRuntime>): Promise<DevRuntime> {
  try {
    return await start();
  } catch (error) {
    const { code, message, place } = error as { code?: unknown; message: string; place?: Place | null };
    if (typeof code === "string" && code.startsWith("INSTAR_")) {
      const where = place === null || place === undefined ? "" : `${fromHere(place.file)}:${place.line}:${place.column} `;
      throw new Refused(`${where}${message} (${code})`, { cause: error });
    }
    throw error;
  }
}

/** The first signal stops the system in order, the second one at once. */
function stopOnSignals(runtime: DevRuntime): void {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      printError(`${colors.bold("instar:")} stopping; once more stops at once.`);
      runtime.stop().catch((error: Error) => {
        printError(`${colors.red("instar:")} it did not stop in order: ${error.message}`);
        process.exit(exitCode.refused);
      });
    });
  }
}

function levelText(level: "info" | "warning" | "error"): string {
  return { info: colors.dim, warning: colors.yellow, error: colors.red }[level](`instar ${level}:`);
}
