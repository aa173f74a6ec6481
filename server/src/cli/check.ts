/** `instar check`: all rules over the project. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Analyzed } from "../analysis/model.ts";
import type { Finding, Severity } from "../analysis/rule.ts";
import { findProjectRoot, slashed } from "../project-root.ts";
import { type BaselineOptions, baselineOf, baselineText, printNotes, withBaselineOptions } from "./baseline-options.ts";
import { exitCode, UsageError } from "./exit.ts";
import { memberProjects } from "./member-projects.ts";
import { fromHere, judgeProject, projectRoot } from "./project.ts";
import { print, printJson } from "./terminal.ts";

interface CheckOptions extends BaselineOptions {
  readonly format: "text" | "json" | "sarif" | "github";
  readonly failOn: Severity | "none";
  readonly quiet: boolean;
}

/** The worst first; `none` comes before all of them. */
const severities: readonly (Severity | "none")[] = ["none", "error", "warning", "info"];

export function registerCheck(program: Command): void {
  withBaselineOptions(program.command("check"))
    .description("all rules over the project; paths narrow what is reported")
    .argument("[path...]", "files or folders")
    .addOption(new Option("--format <format>", "how findings are printed").choices(["text", "json", "sarif", "github"]).default("text"))
    .addOption(
      new Option("--fail-on <severity>", "from which severity on findings make it fail")
        .choices(["error", "warning", "info", "none"])
        .default("error"),
    )
    .option("-q, --quiet", "only findings that make it fail; nothing where there are none", false)
    .action(async (paths: string[], { format, failOn, quiet, ...options }: CheckOptions, command: Command) => {
      for (const path of paths) if (!existsSync(path)) throw new UsageError(`There is no file or folder ${path}.`);
      const root = projectRoot(command, paths[0]);
      for (const path of paths) refuseOutside(root, path);
      const baseline = await baselineOf(command, root, options);
      const project = await judgeProject(root, baseline);
      refuseWorkspace(project.analyzed);
      const fails = ({ severity }: Finding): boolean => severities.indexOf(severity) <= severities.indexOf(failOn);
      const all = narrow(project.analyzed, paths);
      const analyzed = quiet ? { ...all, findings: all.findings.filter(fails) } : all;
      if (format === "json") printJson((await import("./format-json.ts")).checkJson(analyzed, baseline));
      else if (format === "sarif") printJson((await import("./format-sarif.ts")).sarif(analyzed));
      else if (format === "github") printLines((await import("./format-github.ts")).workflowCommands(analyzed));
      else {
        const { findingsText, summaryLine } = await import("./format-text.ts");
        const silent = quiet && analyzed.findings.length === 0;
        printLines([...findingsText(analyzed.findings, (file) => project.readFile(file)), ...(silent ? [] : [summaryLine(analyzed)])]);
        if (baseline !== undefined && !silent) print(baselineText(baseline));
      }
      if (format !== "json" && !quiet) printNotes(analyzed);
      process.exitCode = all.findings.some(fails) ? exitCode.refused : exitCode.ok;
    });
}

function narrow(analyzed: Analyzed, paths: readonly string[]): Analyzed {
  if (paths.length === 0) return analyzed;
  const wanted = paths.map((path) => slashed(resolve(path)));
  const within = (file: string): boolean => wanted.some((path) => file === path || file.startsWith(path.endsWith("/") ? path : `${path}/`));
  const modules = analyzed.modules.filter(({ file }) => within(file));
  // What a module shares with others is reported where it is declared, which may be elsewhere.
  const concerns = (ids: readonly (string | null)[]): boolean => modules.some(({ id }) => ids.includes(id));
  return {
    ...analyzed,
    modules,
    findings: analyzed.findings.filter(({ file, module, modules: all = [] }) => within(file) || concerns([module, ...all])),
  };
}

/** A check that looks at nothing must not pass: in CI nobody would see it. */
function refuseWorkspace({ root, modules, findings }: Analyzed): void {
  const members = memberProjects(root);
  if (modules.length > 0 || findings.length > 0 || members.length === 0) return;
  throw new UsageError(
    `No actor modules in ${root} itself, and the members of its workspace are projects of their own. Check one of them:\n` +
      members.map((member) => `  instar check ${fromHere(member)}`).join("\n"),
  );
}

function refuseOutside(root: string, path: string): void {
  const own = findProjectRoot(path);
  if (own !== root) {
    throw new UsageError(
      `${path} belongs to ${own === undefined ? "no project" : `the project ${own}`}, not to ${root}. Check one project at a time.`,
    );
  }
}

function printLines(lines: readonly string[]): void {
  if (lines.length > 0) print(lines.join("\n"));
}
