/** `instar diff [module]`: what changed in the shapes of states and messages since the baseline. */
import { type Command, Option } from "commander";
import type { ActorModule, Change, Verdict } from "../analysis/model.ts";
import { type BaselineOptions, baselineOf, baselineText, printNotes, withBaselineOptions } from "./baseline-options.ts";
import { exitCode } from "./exit.ts";
import { judgeProject, moduleIds, projectRoot } from "./project.ts";
import { colors, print, printJson, table } from "./terminal.ts";

export function registerDiff(program: Command): void {
  withBaselineOptions(program.command("diff"))
    .description("shape changes since the newest release snapshot, since a git ref, or since what the running system has loaded")
    .argument("[module]", "the id or the file of one actor module")
    .addOption(new Option("--format <format>", "how changes are printed").choices(["text", "json"]).default("text"))
    .action(async (name: string | undefined, { format, ...options }: { format: string } & BaselineOptions, command: Command) => {
      const root = projectRoot(command);
      const baseline = await baselineOf(command, root, options);
      const project = await judgeProject(root, baseline);
      const { modules } = project.analyzed;
      const ids = name === undefined ? undefined : moduleIds([name], project.root, modules);
      const shown = modules.filter(({ id }) => ids === undefined || ids.includes(id));
      if (format === "json") {
        const { againstJson, moduleJson } = await import("./format-json.ts");
        printJson({
          version: 1,
          ...againstJson(project.analyzed, baseline),
          modules: shown.map((module) => moduleJson(project.root, module)),
        });
      } else {
        print(diffText(shown, name !== undefined, baseline?.name ?? null));
        if (baseline !== undefined) print(`\n${baselineText(baseline)}`);
        printNotes(project.analyzed);
      }
      process.exitCode = exitCode.ok;
    });
}

/**
 * @param all also says which modules have not changed.
 * @param against what was compared with; null for the newest snapshots.
 */
function diffText(modules: readonly ActorModule[], all: boolean, against: string | null): string {
  const changed = modules.filter((module) => module.baseline !== null && changes(module).length > 0);
  const fresh = modules.filter(({ baseline }) => baseline === null);
  const ids = fresh.map(({ id }) => id).join(", ");
  const texts = changed.map(moduleText);
  if (fresh.length > 0) {
    texts.push(
      against === null
        ? `Not released yet, so there is nothing to compare with: ${ids}. Release with: instar release`
        : `Not in ${against}, so there is nothing to compare with: ${ids}.`,
    );
  }
  if (changed.length === 0 && (all || fresh.length < modules.length)) texts.push(`No shape has changed since ${against ?? "the release"}.`);
  return texts.length > 0 ? texts.join("\n\n") : "No actor modules here.";
}

function changes(module: ActorModule): readonly Change[] {
  return [...module.state.changes, ...module.messages.changes];
}

function moduleText(module: ActorModule): string {
  const name = module.baseline?.name ?? null;
  const at = name === null ? "" : ` at ${name}`;
  const lines = [`${colors.bold(module.id)}  version ${module.baseline?.vsn ?? "?"}${at} → ${module.vsn ?? "?"}`];
  if (module.state.changes.length > 0) {
    lines.push(`  state: ${verdicts("up", module.state.up, "down", module.state.down)}`, indent(changeTable(module.state.changes)));
    const { warnings = [] } = module.state;
    if (warnings.length > 0) lines.push(indent(warnings.map(({ kind, text }) => `${colors.yellow(kind)}  ${text}`).join("\n")));
  }
  if (module.messages.changes.length > 0) {
    const { oldToNew, newToOld } = module.messages;
    lines.push(`  messages: ${verdicts("old to new", oldToNew, "new to old", newToOld)}`, indent(changeTable(module.messages.changes)));
  }
  return lines.join("\n");
}

function changeTable(list: readonly Change[]): string {
  return table(
    list.map(({ path, kind, old, new: now, renameOf, reused }) => [
      path,
      kind,
      `${old ?? "(none)"} → ${now ?? "(none)"}${renameOf === undefined ? "" : `   perhaps ${renameOf} renamed`}${reused === undefined ? "" : `   was ${reused.type} in version ${reused.vsn}, gone in ${reused.removed}`}`,
    ]),
  );
}

function verdicts(first: string, up: Verdict, second: string, down: Verdict): string {
  return `${first} ${verdictText(up)}, ${second} ${verdictText(down)}`;
}

function verdictText(verdict: Verdict): string {
  return { compatible: colors.green, incompatible: colors.red, unknown: colors.yellow }[verdict](verdict);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
