/** `instar ps`: the processes of a running system. */
import { type Command, Option } from "commander";
import type { ProcessInfo, StuckProcess } from "../../../runtime/src/protocol.ts";
import { exitCode } from "./exit.ts";
import { connectLive } from "./live.ts";
import { colors, count, print, printJson, table } from "./terminal.ts";

export function registerPs(program: Command): void {
  program
    .command("ps")
    .description("the processes of the running system")
    .option("--runtime <name>", "which runtime, where several run")
    .addOption(new Option("--format <format>", "how processes are printed").choices(["text", "json"]).default("text"))
    .action(async ({ runtime, format }: { runtime?: string; format: string }, command: Command) => {
      const { connection } = await connectLive(command, runtime);
      try {
        const { processes } = await connection.request("processes/list", {});
        const info = await connection.request("runtime/info", {});
        // An older runtime does not say.
        const stuck = info.stuck ?? null;
        if (format === "json") printJson({ version: 1, runtime: info, processes });
        else {
          print(`${colors.bold(info.name)} ${info.status}, ${info.entry}, process ${info.applicationPid ?? "none"}, Node ${info.node}`);
          print(
            processes.length === 0
              ? "No processes."
              : `\n${processTable(processes, stuck?.pid ?? null, Date.now())}\n\n${count(processes.length, "process", "processes")}`,
          );
          if (stuck !== null) print(`\n${stuckText(stuck)}`);
        }
        process.exitCode = exitCode.ok;
      } finally {
        connection.close();
      }
    });
}

/** Who holds up everybody else, where, and what to do about it. */
function stuckText({ pid, name, handler, since, endsIn, killable, stack }: StuckProcess): string {
  const who =
    pid === null ? "Code outside of any process, or native code," : `${name ?? pid}, in ${handler ?? "what a handler of it left behind"},`;
  const way = killable ? `instar kill "${pid}"` : "instar restart";
  const then = endsIn === null ? `End it with: ${way}` : `It is killed in ${(endsIn / 1000).toFixed(1)} s, or with: ${way}`;
  return `${colors.red(`${who} has not returned for ${(since / 1000).toFixed(1)} s, so nothing else runs.`)} ${then}\n${stack}`;
}

/** @param now milliseconds since the epoch, for the column of ages. */
function processTable(processes: readonly ProcessInfo[], stuck: string | null, now: number): string {
  const rows = processes.map((entry) => [
    entry.pid,
    entry.name ?? "-",
    entry.module,
    String(entry.vsn),
    entry.pid === stuck ? "stuck" : entry.status,
    String(entry.mailbox),
    bytes(entry.stateSize),
    age(now - Date.parse(entry.since)),
    String(entry.restarts),
    entry.oldCode ? "old" : "-",
  ]);
  return table([["PID", "NAME", "MODULE", "VSN", "STATUS", "MAILBOX", "STATE", "SINCE", "RESTARTS", "CODE"], ...rows]);
}

function bytes(number: number): string {
  if (number < 1024) return `${number} B`;
  return number < 1024 ** 2 ? `${(number / 1024).toFixed(1)} KiB` : `${(number / 1024 ** 2).toFixed(1)} MiB`;
}

function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (!Number.isFinite(seconds)) return "-";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(seconds / 3600)}h${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}m`;
}
