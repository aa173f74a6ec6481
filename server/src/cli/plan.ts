/** `instar plan`: what an upgrade of the running system would do, before anything is begun. */
import { type Command, Option } from "commander";
import type { RuntimeConnection } from "../live/connection.ts";
import { isReady, planFacts, type Rehearsal } from "../documents/plan-facts.ts";
import { askPlans } from "../live/ask-plans.ts";
import { exitCode } from "./exit.ts";
import { connectLive } from "./live.ts";
import { planText } from "./plan-text.ts";
import { fromRoot, moduleIds, openProject } from "./project.ts";
import { count, print, printError, printJson } from "./terminal.ts";

interface PlanOptions {
  readonly rehearse: boolean;
  readonly runtime?: string;
  readonly format: "text" | "json";
}

export function registerPlan(program: Command): void {
  program
    .command("plan")
    .description("what an upgrade would do: modules in order, processes, children, messages, and the way back; nothing is begun")
    .argument("[module...]", "ids or files of actor modules; all that changed if left out")
    .option("--rehearse", "also run the steps on copies of the live states: the expected pause, and what comes back", false)
    .option("--runtime <name>", "which runtime, where several run")
    .addOption(new Option("--format <format>", "how the plan is printed").choices(["text", "json"]).default("text"))
    .action(async (names: string[], { runtime, format, rehearse }: PlanOptions, command: Command) => {
      const { root, connection } = await connectLive(command, runtime);
      try {
        const { modules } = await connection.request("modules/list", {});
        const loaded = modules.map(({ id }) => id);
        const ids = moduleIds(names, root, modules);
        const asked = await askPlans(connection, ids.length > 0 ? ids : undefined);
        const { plan } = asked;
        const { processes } = await connection.request("processes/list", {});
        const project = await openProject(root);
        const facts = planFacts({ ...asked, analyzed: project.analyzed, processes, ids: ids.length > 0 ? ids : loaded });
        const { findings } = facts;
        const rehearsal = rehearse && plan.groups.length > 0 && isReady(plan) ? await rehearsed(connection, ids) : undefined;
        if (format === "json") {
          const { findingJson } = await import("./format-json.ts");
          const { strategy, forcedBy, strategies, lossy, cannotMove } = facts;
          printJson({
            version: 1,
            ...plan,
            strategy,
            forcedBy,
            strategies,
            cannotMove,
            lossy: lossy.map(({ place, ...step }) => ({
              ...step,
              place: place === null ? null : { ...place, file: fromRoot(root, place.file) },
            })),
            findings: findings.map((finding) => findingJson(root, finding)),
            ...(rehearsal === undefined ? {} : { rehearsal }),
          });
        } else {
          print(planText(facts, rehearsal));
          if (findings.length > 0)
            printError(`${count(findings.length, "finding")} at error level: instar upgrade refuses, unless it is told to --force.`);
        }
        const works = rehearsal === undefined || ["rehearsed", "unchanged"].includes(rehearsal.report.outcome);
        process.exitCode = works && findings.length === 0 && isReady(plan) ? exitCode.ok : exitCode.refused;
      } finally {
        connection.close();
      }
    });
}

async function rehearsed(connection: RuntimeConnection, ids: readonly string[]): Promise<Rehearsal> {
  const report = await connection.request("upgrade/rehearse", ids.length > 0 ? { modules: ids } : {});
  return { at: new Date().toISOString(), report };
}
