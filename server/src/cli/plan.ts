/** `instar plan`: what an upgrade of the running system would do, before anything is begun. */
import { type Command, Option } from "commander";
import { isReady, planFacts } from "../documents/plan-facts.ts";
import { exitCode } from "./exit.ts";
import { connectLive } from "./live.ts";
import { planText } from "./plan-text.ts";
import { fromRoot, moduleIds, openProject } from "./project.ts";
import { count, print, printError, printJson } from "./terminal.ts";

interface PlanOptions {
  readonly runtime?: string;
  readonly format: "text" | "json";
}

export function registerPlan(program: Command): void {
  program
    .command("plan")
    .description("what an upgrade would do: modules in order, processes, children, messages, and the way back; nothing is begun")
    .argument("[module...]", "ids or files of actor modules; all that changed if left out")
    .option("--runtime <name>", "which runtime, where several run")
    .addOption(new Option("--format <format>", "how the plan is printed").choices(["text", "json"]).default("text"))
    .action(async (names: string[], { runtime, format }: PlanOptions, command: Command) => {
      const { root, connection } = await connectLive(command, runtime);
      try {
        const { modules } = await connection.request("modules/list", {});
        const loaded = modules.map(({ id }) => id);
        const ids = moduleIds(names, root, modules);
        const plan = await connection.request("upgrade/plan", ids.length > 0 ? { modules: ids } : {});
        const restarting = await connection.request("upgrade/plan", { ...(ids.length > 0 ? { modules: ids } : {}), strategy: "restart" });
        const { processes } = await connection.request("processes/list", {});
        const project = await openProject(root);
        const facts = planFacts({ plan, restarting, analyzed: project.analyzed, processes, ids: ids.length > 0 ? ids : loaded });
        const { findings } = facts;
        if (format === "json") {
          const { findingJson } = await import("./format-json.ts");
          const { strategy, forcedBy, strategies, lossy } = facts;
          printJson({
            version: 1,
            ...plan,
            strategy,
            forcedBy,
            strategies,
            lossy: lossy.map(({ place, ...step }) => ({
              ...step,
              place: place === null ? null : { ...place, file: fromRoot(root, place.file) },
            })),
            findings: findings.map((finding) => findingJson(root, finding)),
          });
        } else {
          print(planText(facts));
          if (findings.length > 0)
            printError(`${count(findings.length, "finding")} at error level: instar upgrade refuses, unless it is told to --force.`);
        }
        process.exitCode = findings.length === 0 && isReady(plan) ? exitCode.ok : exitCode.refused;
      } finally {
        connection.close();
      }
    });
}
