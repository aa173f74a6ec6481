/** Asks a runtime to rehearse, upgrade or downgrade, lets Ctrl-C cancel it, and reports what came of it. */
import { type Command, Option } from "commander";
import type { Requests, UpgradeParams, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "../live/connection.ts";
import { type Operation, operate, OutcomeUnknown } from "../live/operate.ts";
import { type Verdict, watchProbation } from "../live/watch-probation.ts";
import { exitCode, Refused } from "./exit.ts";
import { type KeptReport, keptReport } from "./keep-report.ts";
import { parseMilliseconds } from "./live.ts";
import { reportText, rollbackText } from "./report.ts";
import { colors, print, printError, printJson } from "./terminal.ts";

export interface LiveOptions {
  readonly runtime?: string;
  readonly timeout?: number;
  readonly wait: boolean;
  readonly format: "text" | "json";
  readonly report?: string;
}

/** The options that rehearse, upgrade and downgrade have in common. */
export function withLiveOptions(command: Command): Command {
  return command
    .option("--runtime <name>", "which runtime, where several run")
    .option("--timeout <ms>", "how long to wait for busy processes, default 5000", parseMilliseconds)
    .option("--wait", "go on waiting for busy processes instead of giving up", false)
    .addOption(new Option("--format <format>", "how the report is printed").choices(["text", "json"]).default("text"))
    .option("--report <file>", "also write the report there, as a document to keep (Markdown), however it ends");
}

/** The part of the parameters that the common options decide. */
export function patience({ timeout, wait }: LiveOptions): Pick<UpgradeParams, "onBusy" | "timeout"> {
  return { ...(wait ? { onBusy: "wait" as const } : {}), ...(timeout === undefined ? {} : { timeout }) };
}

/**
 * Waits for the end of a probation as well. Sets the exit code: 0 where the runtime did what was asked or had nothing to do, and that was not
 * taken back.
 *
 * @param more What else a program is told.
 */
export async function carryOut<M extends Operation>(
  connection: RuntimeConnection,
  method: M,
  params: Requests[M]["params"],
  options: LiveOptions,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { format } = options;
  const kept = await reportToKeep(connection, options);
  const interrupt = new AbortController();
  /** Stops waiting for the end of a probation. */
  const leave = new AbortController();
  const watch = watchProbation(connection);
  let answered = false;
  const onSignal = (): void => {
    if (answered) return leave.abort();
    if (interrupt.signal.aborted) {
      printError("instar: not waiting for the runtime's answer. What is running now is shown by: instar ps");
      process.exit(130);
    }
    interrupt.abort();
    printError("\ninstar: canceling; waiting for the runtime to say how far it was. Ctrl-C again leaves without its answer.");
  };
  process.on("SIGINT", onSignal);
  try {
    const report = await ask(connection, method, params, interrupt.signal, kept);
    answered = true;
    await kept.keep(report);
    if (format === "text") {
      print(reportText(report));
      if (interrupt.signal.aborted) print(afterInterrupt(report));
    }
    const { probation } = report;
    if (probation !== undefined && format === "text")
      print(colors.dim(`On probation until ${localTime(probation.until)}; Ctrl-C does not wait for its end.`));
    const verdict = probation === undefined ? null : await watch.verdict(probation.until, leave.signal);
    if (verdict !== null) {
      const remark =
        verdict.kind === "rolledBack" ? "The new code did not hold its probation." : verdictText(verdict, report, (text) => text);
      await kept.keep(report, { remark, ...(verdict.kind === "rolledBack" && { wayBack: verdict.report }) });
    }
    if (format === "json") printJson({ ...report, ...(verdict !== null && { verdict }), ...more });
    else if (verdict !== null) print(verdictText(verdict, report));
    const good = ["committed", "rehearsed", "unchanged"].includes(report.outcome) && (verdict === null || heldOr(verdict));
    process.exitCode = good ? exitCode.ok : exitCode.refused;
  } finally {
    process.off("SIGINT", onSignal);
  }
}

/** Its title is the command as it was typed. */
export function reportToKeep(connection: RuntimeConnection, { report }: LiveOptions): Promise<KeptReport> {
  return keptReport(report, { title: `instar ${process.argv.slice(2).join(" ")}`, runtime: connection.info.name });
}

/** An end that nobody knows is no success: the exit code says so. */
async function ask<M extends Operation>(
  connection: RuntimeConnection,
  method: M,
  params: Requests[M]["params"],
  signal: AbortSignal,
  kept: KeptReport,
): Promise<UpgradeReport> {
  try {
    return await operate(connection, method, params, signal);
  } catch (error) {
    await kept.keep(null, { remark: (error as Error).message });
    if (error instanceof OutcomeUnknown) throw new Refused(error.message, { cause: error });
    throw error;
  }
}

/** An end that is not known is no success here either. */
function heldOr({ kind }: Verdict): boolean {
  return kind === "held" || kind === "replaced";
}

function verdictText(
  verdict: Verdict,
  { operation }: UpgradeReport,
  tone: (text: string, colour: "green" | "red") => string = (text, colour) => colors[colour](text),
): string {
  if (verdict.kind === "rolledBack") return `\n${rollbackText(verdict.report)}`;
  return {
    held: tone(`${operation === undefined ? "The new code" : "It"} has held: the probation is over.`, "green"),
    replaced: "Another upgrade has been committed, which ends the probation.",
    crashed: tone("The application crashed during the probation. It is started again with the code of before, and with new states.", "red"),
    lost: tone("The application ended during the probation, or its runtime is gone. See with: instar ps", "red"),
    left: "Not waiting for the end of the probation, which goes on without us.",
  }[verdict.kind];
}

function localTime(until: string): string {
  return new Date(until).toLocaleTimeString();
}

function afterInterrupt({ outcome, operation }: UpgradeReport): string {
  if (outcome === "committed") {
    const what = operation === undefined ? "the new code was committed before it, and serves" : "it was committed before that";
    return `Ctrl-C came too late: ${what}. Undo it with: instar rollback`;
  }
  return "Canceled by Ctrl-C: nothing was committed, everything is as it was.";
}
