/** `instar plan`: what an upgrade of the running system would do, before anything is begun. */
import { type Command, Option } from "commander";
import { blockingFindings } from "../live/blocking-findings.ts";
import { exitCode } from "./exit.ts";
import { connectLive } from "./live.ts";
import { isReady, planText } from "./plan-text.ts";
import { moduleIds, openProject } from "./project.ts";
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
        // What `instar upgrade` refuses belongs to what it would do.
        const project = await openProject(root);
        const findings = blockingFindings(project.analyzed.findings, ids.length > 0 ? ids : loaded);
        if (format === "json") {
          const { findingJson } = await import("./format-json.ts");
          printJson({ version: 1, ...plan, findings: findings.map((finding) => findingJson(root, finding)) });
        } else {
          print(planText(plan));
          if (findings.length > 0) {
            const { findingsText } = await import("./format-text.ts");
            print(`\n${findingsText(findings, (file) => project.readFile(file)).join("\n")}`);
            printError(`${count(findings.length, "finding")} at error level: instar upgrade refuses, unless it is told to --force.`);
          }
        }
        process.exitCode = findings.length === 0 && isReady(plan) ? exitCode.ok : exitCode.refused;
      } finally {
        connection.close();
      }
    });
}
