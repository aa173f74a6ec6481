/** What commands share: which project they work on, and its analysis, which is loaded only by those that call for it. */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { closest } from "../analysis/closest.ts";
import type { Analyzed } from "../analysis/model.ts";
import { hasTsconfig, withoutTsconfig } from "../has-tsconfig.ts";
import { findProjectRoot, slashed } from "../project-root.ts";
import type { Configuration } from "../analysis/configuration.ts";
import type { Workspace, WorkspaceAgainst } from "../late-workspace.ts";
import { ConfigurationError, UsageError } from "./exit.ts";
import { printError, colors } from "./terminal.ts";

export interface Project extends Workspace {
  readonly analyzed: Analyzed;
}

/** The root of the project that the command works on: of `--project`, else of `path`, else of the current folder. */
export function projectRoot(command: Command, path?: string): string {
  const { project } = command.optsWithGlobals<{ project?: string }>();
  const from = project ?? path ?? ".";
  if (!existsSync(from)) throw new UsageError(`There is no file or folder ${from}.`);
  const root = findProjectRoot(from);
  if (root === undefined) {
    throw new UsageError(
      `No project here: neither ${resolve(from)} nor a folder above it has a package.json or an instar.config.json. ` +
        "Run instar inside a project, or name one with --project <folder>.",
    );
  }
  return root;
}

/**
 * What the project says of itself.
 * @throws ConfigurationError where it says something wrong: half a configuration is no base for a judgement.
 */
export async function configurationOf(root: string): Promise<Configuration> {
  const { projectConfiguration } = await import("../project-configuration.ts");
  const configuration = projectConfiguration(root);
  if (configuration.problems.length > 0) {
    const lines = configuration.problems.map(
      ({ file, range: { start }, text }) => `  ${fromHere(file)}:${start.line}:${start.column} ${text}`,
    );
    throw new ConfigurationError(`the configuration is wrong, so nothing was judged:\n${lines.join("\n")}`);
  }
  return configuration;
}

/** Judges the whole project, from what the last run kept where nothing has changed since: quick, but without answers to further questions. */
export async function judgeProject(root: string, against?: WorkspaceAgainst): Promise<Pick<Project, "root" | "analyzed" | "readFile">> {
  await configurationOf(root);
  warnWithoutConfig(root);
  const { openWorkspace } = await import("../late-workspace.ts");
  const workspace = openWorkspace(root, against === undefined ? {} : { against });
  const analyzed = (await workspace.analyze()) ?? { root: workspace.root, modules: [], findings: [] };
  await workspace.save();
  return { root: workspace.root, analyzed, readFile: (file) => workspace.readFile(file) };
}

/** Reads and judges the whole project. */
export async function openProject(root: string, against?: WorkspaceAgainst): Promise<Project> {
  await configurationOf(root);
  warnWithoutConfig(root);
  const { openWorkspace } = await import("../workspace.ts");
  const workspace = openWorkspace(root, against === undefined ? {} : { against });
  return { ...workspace, analyzed: analyzeAll(workspace) };
}

function warnWithoutConfig(root: string): void {
  if (!hasTsconfig(root)) printError(`${colors.yellow("instar:")} ${withoutTsconfig(root)}`);
}

/** The whole project as it is now, with its open documents. */
export function analyzeAll(workspace: Workspace): Analyzed {
  return workspace.analyzer.analyze() ?? { root: workspace.root, modules: [], findings: [] };
}

/** A path as JSON has it: from the project root, with `/`. */
export function fromRoot(root: string, file: string): string {
  return slashed(relative(root, file));
}

/** A path as people and their terminals can open it: from the current folder, absolute where that is no shorter. */
export function fromHere(file: string): string {
  const path = slashed(relative(process.cwd(), file));
  return path.startsWith("..") && path.length >= file.length ? file : path;
}

/**
 * The ids of the modules that the user named, by id or by file: the source, or what was compiled from it and is loaded.
 * @throws UsageError with the nearest names where one is unknown.
 */
export function moduleIds(names: readonly string[], root: string, modules: readonly NamedModule[]): string[] {
  const known = modules.map(({ id }) => id);
  const byFile = new Map(
    modules.flatMap(({ id, file }) => [fromRoot(root, file), withoutExtension(fromRoot(root, file))].map((path) => [path, id])),
  );
  return names.map((name) => {
    if (known.includes(name)) return name;
    // From the current folder, as paths are, or from the root, as ids are.
    for (const path of [fromRoot(root, resolve(name)), slashed(name)]) {
      const found = byFile.get(path) ?? known.find((id) => id === withoutExtension(path)) ?? byFile.get(withoutExtension(path));
      if (found !== undefined) return found;
    }
    const ending = known.filter((id) => id.endsWith(`/${name}`) || id.endsWith(`/${name}.actor`));
    if (ending.length === 1) return ending[0] as string;
    const candidates = closest(name, ending.length > 0 ? ending : known);
    const hint = candidates.length > 0 ? ` Did you mean ${candidates.join(" or ")}?` : known.length === 0 ? " There are none." : "";
    throw new UsageError(`There is no actor module ${name} in ${root}.${hint}`);
  });
}

export interface NamedModule {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
}

function withoutExtension(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, "");
}
