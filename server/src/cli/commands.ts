/** The registry of commands, one line each, in the order in which help shows them. A command's file loads what the command needs only when it runs. */
import type { Command } from "commander";
import { registerCheck } from "./check.ts";
import { registerDev } from "./dev.ts";
import { registerDiff } from "./diff.ts";
import { registerDowngrade } from "./downgrade.ts";
import { registerExplain } from "./explain.ts";
import { registerFix } from "./fix.ts";
import { registerInit } from "./init.ts";
import { registerKill } from "./kill.ts";
import { registerPlan } from "./plan.ts";
import { registerProve } from "./prove.ts";
import { registerPs } from "./ps.ts";
import { registerPurge } from "./purge.ts";
import { registerRehearse } from "./rehearse.ts";
import { registerRelease } from "./release.ts";
import { registerRestart } from "./restart.ts";
import { registerRollback } from "./rollback.ts";
import { registerStart } from "./start.ts";
import { registerStop } from "./stop.ts";
import { registerResume, registerSuspend } from "./suspend.ts";
import { registerUpgrade } from "./upgrade.ts";

export function registerCommands(program: Command): void {
  registerInit(program);
  registerCheck(program);
  registerDiff(program);
  registerFix(program);
  registerRelease(program);
  registerProve(program);
  registerExplain(program);
  registerDev(program);
  registerStart(program);
  registerPs(program);
  registerPlan(program);
  registerRehearse(program);
  registerUpgrade(program);
  registerDowngrade(program);
  registerRollback(program);
  registerPurge(program);
  registerSuspend(program);
  registerResume(program);
  registerKill(program);
  registerRestart(program);
  registerStop(program);
}
