/** `instar explain <rule or record>`: a rule's page, or what a record is part of. */
import { type Command, Option } from "commander";
import { closest } from "../analysis/closest.ts";
import type { Change } from "../analysis/model.ts";
import type { RecordFacts } from "../analysis/record-facts.ts";
import { findProjectRoot } from "../project-root.ts";
import { UsageError } from "./exit.ts";
import { renderMarkdown } from "./markdown.ts";
import { fromHere, fromRoot, openProject, projectRoot } from "./project.ts";
import { readRulePage, ruleDescription, ruleIds } from "./rule-pages.ts";
import { colors, count, print, printJson, table } from "./terminal.ts";

export function registerExplain(program: Command): void {
  program
    .command("explain")
    .description("a rule's page: what it finds, why, what to do; or a record: where it is used, and what changed in it")
    .argument("<name>", "the id of a rule as a finding shows it, or the name of a type that lies in states or messages")
    .addOption(new Option("--format <format>", "how it is printed").choices(["text", "json"]).default("text"))
    .action(async (name: string, { format }: { format: string }, command: Command) => {
      const rule = name.toLowerCase();
      const page = readRulePage(rule);
      if (page === undefined) return explainRecord(name, format, command);
      if (format === "json") printJson({ version: 1, rule, description: ruleDescription(page), page });
      else print(renderMarkdown(page));
    });
}

async function explainRecord(name: string, format: string, command: Command): Promise<void> {
  const { project: named } = command.optsWithGlobals<{ project?: string }>();
  // Rules are explained anywhere, records only where there are some.
  const project = findProjectRoot(named ?? ".") === undefined ? undefined : await openProject(projectRoot(command));
  const records = project?.analyzer.records() ?? [];
  const found = records.filter((record) => record.name === name);
  if (project === undefined || found.length === 0) throw unknown(name, records);
  if (format === "json") printJson({ version: 1, records: found.map((record) => recordJson(record, project.root)) });
  else print(found.map(recordText).join("\n\n"));
}

function unknown(name: string, records: readonly RecordFacts[]): UsageError {
  const ids = ruleIds();
  const near = closest(name, [...new Set([...ids, ...records.map((record) => record.name)])]);
  const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Rules: ${ids.join(", ")}.`;
  return new UsageError(`There is no rule ${name}, and no type of that name in the states and messages of this project. ${hint}`);
}

function recordJson({ name, file, range, uses, changes }: RecordFacts, root: string): unknown {
  return { name, file: fromRoot(root, file), range, uses, changes };
}

function recordText({ name, file, range, uses, changes }: RecordFacts): string {
  const modules = new Set(uses.map(({ module }) => module));
  const lines = [`${colors.bold(name)}  ${fromHere(file)}:${range.start.line}:${range.start.column}`];
  for (const [where, title] of [
    ["state", "in the states of"],
    ["messages", "in the messages of"],
  ] as const) {
    const rows = uses.filter((use) => use.in === where).map(({ module, path }) => [module, path]);
    if (rows.length > 0) lines.push(`  ${title}`, indent(table(rows)));
  }
  if (changes.length > 0) lines.push("  changed since the release", indent(table(changes.map(changeRow))));
  lines.push(
    changes.length > 0
      ? `  This concerns ${count(modules.size, "actor module")}.`
      : `  It has not changed since the release. A change of it would concern ${count(modules.size, "actor module")}.`,
  );
  return lines.join("\n");
}

function changeRow({ path, kind, old, new: now, renameOf }: Change): string[] {
  return [path, kind, `${old ?? "(none)"} → ${now ?? "(none)"}${renameOf === undefined ? "" : `   perhaps ${renameOf} renamed`}`];
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
