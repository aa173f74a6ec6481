/** `instar purge <module>`: lets go of a module's old code, and says what still holds any. */
import { type Command, Option } from "commander";
import type { CodeHolders, HeldVersion, PurgeReport } from "../../../runtime/src/protocol.ts";
import { exitCode } from "./exit.ts";
import { connectLive } from "./live.ts";
import { moduleIds } from "./project.ts";
import { colors, count, print, printJson } from "./terminal.ts";

interface PurgeOptions {
  readonly soft: boolean;
  readonly runtime?: string;
  readonly format: "text" | "json";
}

export function registerPurge(program: Command): void {
  program
    .command("purge")
    .description("let go of a module's old code, and of the processes that still run it; say what else holds it")
    .argument("<module>", "a module that was upgraded")
    .option("--soft", "refuse instead, where a process still runs the old code", false)
    .option("--runtime <name>", "which runtime, where several run")
    .addOption(new Option("--format <format>", "how the report is printed").choices(["text", "json"]).default("text"))
    .action(async (name: string, { soft, runtime, format }: PurgeOptions, command: Command) => {
      const { root, connection } = await connectLive(command, runtime);
      try {
        const { modules } = await connection.request("modules/list", {});
        const [module = name] = moduleIds([name], root, modules);
        const report = await connection.request("code/purge", { module, ...(soft ? { soft } : {}) });
        const holders = await connection.request("code/holders", { module });
        if (format === "json") printJson({ version: 1, ...report, holders });
        else print([...reportLines(report), ...holderLines(holders)].join("\n"));
        process.exitCode = report.purged ? exitCode.ok : exitCode.refused;
      } finally {
        connection.close();
      }
    });
}

function reportLines({ module, vsn, purged, processes, timers }: PurgeReport): string[] {
  if (vsn === null) return [`${module} has no old code.`];
  const number = count(processes.length, "process", "processes");
  const names = processes.slice(0, shown).map((entry) => `  ${named(entry)}`);
  if (!purged) return [colors.red(`Refused: ${number} still in version ${vsn} of ${module}.`), ...names, "Without --soft they are ended."];
  const ended = processes.length === 0 ? "nobody was in it" : `${number} ended`;
  return [`Purged version ${vsn} of ${module}: ${ended}, ${count(timers, "timer")} ended.`, ...names];
}

function holderLines({ versions, unknown }: CodeHolders): string[] {
  const lines = versions.flatMap((version) => {
    const held = [...handlersOf(version), ...timersOf(version), ...valuesOf(version)];
    const left = Object.values(version.counts).reduce((sum, number) => sum + number, 0);
    if (version.status === "purged" && left === 0) held.push("something that cannot be seen, such as a closure or a private field");
    return held.length === 0 ? [] : [`Version ${version.vsn} (load ${version.load}) is held by`, ...held.map((line) => `  ${line}`)];
  });
  return unknown === 0 ? lines : [...lines, `${count(unknown, "function")} in states could not be looked up.`];
}

function handlersOf({ processes }: HeldVersion): string[] {
  return processes
    .slice(0, shown)
    .map((entry) => `${named(entry)}${entry.handler === null ? "" : `, in ${entry.handler} since ${entry.since}`}`);
}

function timersOf({ counts, timers }: HeldVersion): string[] {
  if (counts.timers === 0) return [];
  const kinds = [...new Set(timers.map(({ kind }) => kind))].join(", ");
  return [`${count(counts.timers, "timer")} (${kinds})`];
}

function valuesOf({ counts, functions, instances }: HeldVersion): string[] {
  const lines = [...functions, ...instances].slice(0, shown).map((value) => `${value.path} of ${named(value)}: ${value.code}`);
  const more = counts.functions + counts.instances - lines.length;
  return more > 0 ? [...lines, `and ${more} more functions and instances in states`] : lines;
}

function named({ pid, name }: { readonly pid: string; readonly name: string | null }): string {
  return name === null ? pid : `${name} ${pid}`;
}

/** More lines do not tell more; `--format json` has them. */
const shown = 20;
