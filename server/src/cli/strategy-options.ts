/** The options of commands that can carry a change out by other strategies than `hot`. */
import { type Command, Option } from "commander";
import type { RollbackParams, Strategy } from "../../../runtime/src/protocol.ts";
import { UsageError } from "./exit.ts";
import { parseSeconds } from "./live.ts";
import { type ProbationOptions, probationParams } from "./probation-options.ts";

export interface StrategyOptions extends ProbationOptions {
  readonly strategy: Strategy;
  readonly drain?: number;
}

export const strategies = ["hot", "restart", "window", "blue-green"] as const satisfies readonly Strategy[];

export function withStrategyOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--strategy <strategy>", "convert states where they are, restart processes, or move to a new process")
        .choices(strategies)
        .default("hot"),
    )
    .option("--drain <seconds>", "with --strategy window: how long what is queued may take to be finished, default 10", parseSeconds);
}

/** The part of the parameters that these options, and those of a probation, decide. @throws UsageError */
export function strategyParams(options: StrategyOptions): Pick<RollbackParams, "strategy" | "drain" | "probation"> {
  const { strategy, drain } = options;
  if (drain !== undefined && strategy !== "window")
    throw new UsageError("--drain is about --strategy window: the others do not wait for what is queued.");
  const probation = probationParams(options);
  if (strategy === "hot") return probation;
  if (strategy === "restart" && "probation" in probation)
    throw new UsageError("--probation takes states back, and --strategy restart leaves none, so there is no such thing.");
  return { strategy, ...probation, ...(drain === undefined ? {} : { drain }) };
}
