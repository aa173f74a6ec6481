/** Asks a runtime to rehearse, upgrade or downgrade, lets Ctrl-C cancel it, and reports what came of it. */
import { type Command, Option } from "commander";
import type { Requests, UpgradeParams, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "../live/connection.ts";
import { type Operation, operate, OutcomeUnknown } from "../live/operate.ts";
import { exitCode, Refused } from "./exit.ts";
import { parseMilliseconds } from "./live.ts";
import { reportText } from "./report.ts";
import { print, printError, printJson } from "./terminal.ts";

export interface LiveOptions {
  readonly runtime?: string;
  readonly timeout?: number;
  readonly wait: boolean;
  readonly format: "text" | "json";
}

/** The options that rehearse, upgrade and downgrade have in common. */
export function withLiveOptions(command: Command): Command {
  return command
    .option("--runtime <name>", "which runtime, where several run")
    .option("--timeout <ms>", "how long to wait for busy processes, default 5000", parseMilliseconds)
    .option("--wait", "go on waiting for busy processes instead of giving up", false)
    .addOption(new Option("--format <format>", "how the report is printed").choices(["text", "json"]).default("text"));
}

/** The part of the parameters that the common options decide. */
export function patience({ timeout, wait }: LiveOptions): Pick<UpgradeParams, "onBusy" | "timeout"> {
  return { ...(wait ? { onBusy: "wait" as const } : {}), ...(timeout === undefined ? {} : { timeout }) };
}

/** Sets the exit code: 0 where the runtime did what was asked or had nothing to do. */
export async function carryOut<M extends Operation>(
  connection: RuntimeConnection,
  method: M,
  params: Requests[M]["params"],
  format: LiveOptions["format"],
): Promise<void> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) {
      printError("instar: not waiting for the runtime's answer. What is running now is shown by: instar ps");
      process.exit(130);
    }
    interrupt.abort();
    printError("\ninstar: canceling; waiting for the runtime to say how far it was. Ctrl-C again leaves without its answer.");
  };
  process.on("SIGINT", onSignal);
  try {
    const report = await ask(connection, method, params, interrupt.signal);
    if (format === "json") printJson(report);
    else {
      print(reportText(report));
      if (interrupt.signal.aborted) print(afterInterrupt(report));
    }
    process.exitCode = ["committed", "rehearsed", "unchanged"].includes(report.outcome) ? exitCode.ok : exitCode.refused;
  } finally {
    process.off("SIGINT", onSignal);
  }
}

/** An end that nobody knows is no success: the exit code says so. */
async function ask<M extends Operation>(
  connection: RuntimeConnection,
  method: M,
  params: Requests[M]["params"],
  signal: AbortSignal,
): Promise<UpgradeReport> {
  try {
    return await operate(connection, method, params, signal);
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw new Refused(error.message, { cause: error });
    throw error;
  }
}

function afterInterrupt({ outcome }: UpgradeReport): string {
  if (outcome === "committed")
    return "Ctrl-C came too late: the new code was committed before it, and serves. Go back with: instar downgrade <module> <vsn>";
  return "Canceled by Ctrl-C: nothing was committed, everything is as it was.";
}
