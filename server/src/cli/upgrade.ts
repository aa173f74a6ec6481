/** `instar upgrade`: the sources as they are become the running code, unless the analysis says that it would break. */
import { type Command, Option } from "commander";
import type { PlannedProcess, ProcessInfo } from "../../../runtime/src/protocol.ts";
import { blockingFindings } from "../live/blocking-findings.ts";
import { findingError, reportWithout } from "../live/operate.ts";
import { type LiveOptions, carryOut, patience, reportToKeep, withLiveOptions } from "./carry-out.ts";
import { exitCode, UsageError } from "./exit.ts";
import type { KeptReport } from "./keep-report.ts";
import { connectLive } from "./live.ts";
import { withProbationOptions } from "./probation-options.ts";
import { moduleIds, openProject } from "./project.ts";
import { type StrategyOptions, strategyParams, withStrategyOptions } from "./strategy-options.ts";
import { count, print, printError, printJson } from "./terminal.ts";

export function registerUpgrade(program: Command): void {
  withStrategyOptions(withProbationOptions(withLiveOptions(program.command("upgrade"))))
    .description("upgrade the running system to the sources as they are: all processes or none")
    .argument("[module...]", "ids or files of actor modules; all that changed if left out")
    .option("--force", "upgrade although there are findings at error level", false)
    .addOption(new Option("--mode <mode>", "otp: one process after the other, as OTP's release handler does").choices(["otp"]))
    .action(async (names: string[], options: UpgradeOptions, command: Command) => {
      const { mode } = options;
      const strategy = strategyParams(options);
      if (mode !== undefined && "probation" in strategy) throw new UsageError("--mode otp knows no way back, so there is no --probation.");
      if (mode !== undefined && "strategy" in strategy)
        throw new UsageError(`--mode otp is a way of its own, so there is no --strategy ${options.strategy}.`);
      const { root, connection } = await connectLive(command, options.runtime);
      try {
        const { modules } = await connection.request("modules/list", {});
        const loaded = modules.map(({ id }) => id);
        const ids = moduleIds(names, root, modules);
        // Where no state goes over, what the analysis has against states is beside the point.
        const isChecked = !options.force && options.strategy !== "restart";
        if (isChecked && (await refusedByAnalysis(root, ids.length > 0 ? ids : loaded, options, await reportToKeep(connection, options)))) {
          process.exitCode = exitCode.refused;
          return;
        }
        const params = {
          ...(ids.length > 0 ? { modules: ids } : {}),
          ...patience(options),
          ...(mode === undefined ? {} : { mode }),
          ...strategy,
        };
        if (options.strategy === "restart" && options.format === "text") {
          const { restart } = await connection.request("upgrade/plan", {
            ...(ids.length > 0 ? { modules: ids } : {}),
            strategy: "restart",
          });
          const { processes } = await connection.request("processes/list", {});
          if (restart.length > 0) print([lossText(restart), ...mixtureLines(restart, processes)].join("\n"));
        }
        await carryOut(connection, "upgrade/apply", params, options);
      } finally {
        connection.close();
      }
    });
}

interface UpgradeOptions extends LiveOptions, StrategyOptions {
  readonly force: boolean;
  readonly mode?: "otp";
}

/** What a restart costs, before it is begun. */
function lossText(restart: readonly PlannedProcess[]): string {
  const modules = [...new Set(restart.map(({ module }) => module))];
  const parts = modules.map((module) => `${restart.filter((process) => process.module === module).length} of ${module}`);
  return `${count(restart.length, "process", "processes")} will lose ${restart.length === 1 ? "its state" : "their states"}, and what waits for them: ${parts.join(", ")}`;
}

/** Where not all are ended at once, what that means for those who have had their turn. */
function mixtureLines(restart: readonly PlannedProcess[], processes: readonly ProcessInfo[]): readonly string[] {
  const ending = new Set(restart.map(({ pid }) => pid));
  const subtrees = new Set(processes.flatMap(({ pid, parent }) => (ending.has(pid) && !ending.has(parent ?? "") ? [parent] : [])));
  if (subtrees.size < 2) return [];
  return [
    `${subtrees.size} subtrees have their turn one after the other. Until the last one has had it, old and new code send each other messages, ` +
      "which nobody translates. Where they do not fit: --strategy hot, window or blue-green.",
  ];
}

/** Prints what stands against the upgrade of these modules, if anything does. */
async function refusedByAnalysis(root: string, ids: readonly string[], { format }: LiveOptions, kept: KeptReport): Promise<boolean> {
  const project = await openProject(root);
  const errors = blockingFindings(project.analyzed.findings, ids);
  if (errors.length === 0) return false;
  // A report like the runtime's own, so that programs read one kind of object, and the findings in full.
  const report = reportWithout("refused", errors.map(findingError));
  await kept.keep(report);
  if (format === "json") {
    const { findingJson } = await import("./format-json.ts");
    printJson({ ...report, findings: errors.map((finding) => findingJson(root, finding)) });
  } else {
    const { findingsText } = await import("./format-text.ts");
    print(findingsText(errors, (file) => project.readFile(file)).join("\n"));
  }
  printError(
    `Refused: ${count(errors.length, "finding")} at error level. The running system was not touched. Correct them (instar fix), or upgrade with --force.`,
  );
  return true;
}
