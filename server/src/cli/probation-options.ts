/** The options of commands that put upgrades on probation. */
import { type Command, InvalidArgumentError } from "commander";
import type { ProbationParams } from "../../../runtime/src/protocol.ts";
import { UsageError } from "./exit.ts";
import { parseSeconds } from "./live.ts";

export interface ProbationOptions {
  readonly probation?: number;
  readonly restarts?: number;
}

export function withProbationOptions(command: Command): Command {
  return command
    .option("--probation <seconds>", "take it back if processes of the changed modules are restarted too often in this time", parseSeconds)
    .option("--restarts <n>", "with --probation: how many restarts are all right, default 0", parseRestarts);
}

/** @throws UsageError */
export function probationOf({ probation, restarts }: ProbationOptions): ProbationParams | undefined {
  if (probation !== undefined) return { for: probation, restarts: restarts ?? 0 };
  if (restarts !== undefined)
    throw new UsageError("--restarts says what a probation tolerates; say how long it lasts with --probation <seconds>.");
  return undefined;
}

/** The part of the parameters that these options decide. @throws UsageError */
export function probationParams(options: ProbationOptions): { readonly probation?: ProbationParams } {
  const probation = probationOf(options);
  return probation === undefined ? {} : { probation };
}

function parseRestarts(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Write a whole number, 0 or more.");
  return Number(text);
}
