/** `instar fix`: takes the preferred fixes. Without `--write` it only shows what it would write. */
import { type Command, Option } from "commander";
import { closest } from "../analysis/closest.ts";
import type { FileChange } from "../write-files.ts";
import { type BaselineOptions, baselineOf, baselineText, printNotes, withBaselineOptions } from "./baseline-options.ts";
import { exitCode, UsageError } from "./exit.ts";
import { openProject, projectRoot, fromHere, fromRoot } from "./project.ts";
import { ruleIds } from "./rule-pages.ts";
import { colors, count, print, printError, printJson } from "./terminal.ts";

interface FixOptions extends BaselineOptions {
  readonly rule?: string;
  readonly rename: Readonly<Record<string, string>>;
  readonly default: Readonly<Record<string, string>>;
  readonly write: boolean;
  readonly format: "text" | "json";
}

export function registerFix(program: Command): void {
  withBaselineOptions(program.command("fix"))
    .description("the preferred fixes, as a diff; --write writes them")
    .option("--rule <id>", "only the findings of this rule")
    .option("--rename <old=new>", "answers a question: this path is a new name for that one; may be repeated", collectRename, {})
    .option("--default <path=value>", "answers a question: old states begin with this value there; may be repeated", collectDefault, {})
    .option("--write", "write the files; all of them or none", false)
    .addOption(new Option("--format <format>", "how the result is printed").choices(["text", "json"]).default("text"))
    .action(async (options: FixOptions, command: Command) => {
      refuseUnknownRule(options.rule);
      const root = projectRoot(command);
      const baseline = await baselineOf(command, root, options);
      const project = await openProject(root, baseline);
      const { fixProject } = await import("./fix-project.ts");
      await refuseOtherThanExpressions(options.default);
      const fixed = fixProject(project, { rule: options.rule, renames: options.rename, values: options.default });
      refuseUnaskedRenames(options.rename, fixed.asked);
      refuseUnaskedValues(options.default, fixed.askedValues);
      const { createTwoFilesPatch } = await import("diff");
      const changes = fixed.changes.map(({ file, before, after }) => {
        const name = fromRoot(project.root, file);
        return { file, diff: createTwoFilesPatch(`a/${name}`, `b/${name}`, before ?? "", after, undefined, undefined, { context: 3 }) };
      });
      if (options.write) {
        const { writeFilesAtomic } = await import("../write-files.ts");
        await writeFilesAtomic(fixed.changes);
      }
      const left = fixed.changes.flatMap(leftToWrite);
      const errors = fixed.remaining.filter(({ severity }) => severity === "error");
      if (options.format === "json") {
        const { againstJson, findingJson } = await import("./format-json.ts");
        printJson({
          version: 1,
          ...againstJson(project.analyzed, baseline),
          written: options.write,
          fixes: fixed.taken.map(({ finding, title }) => ({
            rule: finding.rule,
            module: finding.module,
            file: fromRoot(project.root, finding.file),
            title,
          })),
          files: changes.map(({ file, diff }) => ({ file: fromRoot(project.root, file), diff })),
          questions: fixed.open.map(({ from, to, module }) => ({ module, from, to })),
          values: fixed.openValues,
          left: left.map((place) => ({ ...place, file: fromRoot(project.root, place.file) })),
          findings: fixed.remaining.map((finding) => findingJson(project.root, finding)),
        });
      } else {
        if (options.write) for (const { file } of changes) print(`${colors.green("wrote")} ${fromHere(file)}`);
        else if (changes.length > 0)
          print(
            changes
              .map(({ diff }) => coloured(diff))
              .join("")
              .trimEnd(),
          );
        for (const { finding, title } of fixed.taken)
          printError(`${options.write ? "Fixed" : "Would fix"} ${finding.rule} in ${fromHere(finding.file)}: ${title}`);
        for (const { from, to } of fixed.open) {
          printError(
            `${colors.yellow("Question:")} ${from} may have become ${to}: pass --rename ${from}=${to} if so. Until then its value is dropped.`,
          );
        }
        for (const { path, type, suggestion, module } of fixed.openValues) {
          if (suggestion !== null)
            printError(
              `${colors.yellow("Assumed:")} ${path} of ${module} begins with ${suggestion} in states that do not have it (${type}): pass --default ${path}=… for another value.`,
            );
        }
        for (const { file, line, text } of left)
          printError(`${colors.yellow("Left to you:")} ${fromHere(file)}:${line} ${text}. Until then, the step throws.`);
        for (const { finding, message } of fixed.failed)
          printError(`${colors.red("Not fixed:")} ${finding.rule} in ${fromHere(finding.file)}: ${message}`);
        if (fixed.taken.length === 0) printError("Nothing to fix by itself.");
        else if (!options.write) printError("Nothing was written; --write writes it.");
        if (errors.length > 0)
          printError(
            `${count(errors.length, "error")} would remain: ${[...new Set(errors.map(({ rule }) => rule))].join(", ")}. See: instar check`,
          );
        // The diff alone is on the standard output, so that it can be applied.
        if (baseline !== undefined) printError(baselineText(baseline));
        printNotes(project.analyzed);
      }
      process.exitCode = errors.length > 0 ? exitCode.refused : exitCode.ok;
    });
}

/** Where the written code throws, since only a person can say what the value is. */
function leftToWrite({ file, before = "", after }: FileChange): { file: string; line: number; text: string }[] {
  const known = new Set(before.split(/\r?\n/).map((line) => line.trim()));
  return after.split(/\r?\n/).flatMap((line, index) => {
    const text = /\/\/ instar: review (.+(?:: say how | needs a first value ).+)\.$/.exec(line)?.[1];
    return text === undefined || known.has(line.trim()) ? [] : [{ file, line: index + 1, text }];
  });
}

function collectRename(argument: string, previous: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [from = "", to = "", ...rest] = argument.split("=");
  if (from === "" || to === "" || rest.length > 0) {
    throw new UsageError(`--rename ${argument}: write the old path, =, and the new one, for example --rename State.title=State.name.`);
  }
  if (previous[from] !== undefined && previous[from] !== to) {
    throw new UsageError(`--rename: ${from} cannot have become both ${previous[from]} and ${to}. Give one of them.`);
  }
  const rival = Object.entries(previous).find(([old, now]) => now === to && old !== from);
  if (rival !== undefined) throw new UsageError(`--rename: ${rival[0]} and ${from} cannot both have become ${to}. Give one of them.`);
  return { ...previous, [from]: to };
}

function collectDefault(argument: string, previous: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = argument.indexOf("=");
  const [path, value] = [argument.slice(0, at).trim(), argument.slice(at + 1).trim()];
  if (at < 0 || path === "" || value === "")
    throw new UsageError(`--default ${argument}: write the path, =, and the value as code, for example --default State.step=1.`);
  if (previous[path] !== undefined && previous[path] !== value)
    throw new UsageError(`--default: ${path} cannot begin with both ${previous[path]} and ${value}. Give one of them.`);
  return { ...previous, [path]: value };
}

async function refuseOtherThanExpressions(values: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(values).length === 0) return;
  const { isExpression } = await import("../analysis/migration/expression.ts");
  for (const [path, value] of Object.entries(values))
    if (!isExpression(value))
      throw new UsageError(
        `--default ${path}=${value}: this is no expression. It is written into code as it stands, so a text needs its quotes: --default '${path}="…"'.`,
      );
}

function refuseUnaskedValues(values: Readonly<Record<string, string>>, asked: readonly { path: string }[]): void {
  for (const path of Object.keys(values)) {
    if (asked.some((question) => question.path === path)) continue;
    const candidates = [...new Set(asked.map((question) => question.path))];
    throw new UsageError(
      `--default ${path} answers no question of a fix, so nothing was written. ` +
        (candidates.length > 0 ? `Questions: ${candidates.join(", ")}.` : "No fix asks for a first value."),
    );
  }
}

function refuseUnknownRule(rule: string | undefined): void {
  const ids = ruleIds();
  if (rule === undefined || ids.includes(rule)) return;
  const near = closest(rule, ids);
  throw new UsageError(`There is no rule ${rule}. ${near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Rules: ${ids.join(", ")}.`}`);
}

function refuseUnaskedRenames(renames: Readonly<Record<string, string>>, asked: readonly { from: string; to: string }[]): void {
  for (const [from, to] of Object.entries(renames)) {
    if (asked.some((question) => question.from === from && question.to === to)) continue;
    const candidates = asked.map((question) => `${question.from}=${question.to}`);
    throw new UsageError(
      `--rename ${from}=${to} answers no question of a fix, so nothing was written. ` +
        (candidates.length > 0 ? `Questions: ${candidates.join(", ")}.` : "No fix asks about a rename."),
    );
  }
}

function coloured(diff: string): string {
  return diff.replaceAll(/^[-+@].*$/gm, (line) =>
    line.startsWith("@") ? colors.cyan(line) : line.startsWith("+") ? colors.green(line) : colors.red(line),
  );
}
