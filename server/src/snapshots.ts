/** Which release snapshots are due, which are stale, what stands against them, and their writing: `instar release` and the editor's command alike. */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import type { ActorModule, Analyzed } from "./analysis/model.ts";
import type { Finding } from "./analysis/rule.ts";
import { slashed } from "./project-root.ts";
import { type Workspace, ensureInstarFolder } from "./workspace.ts";
import { writeFilesAtomic } from "./write-files.ts";

export interface ModuleSnapshot {
  readonly module: ActorModule;
  /** `refused`: the version cannot be released as the module is. `stale`: the snapshot says something else than the module. */
  readonly state: "current" | "missing" | "stale" | "refused";
  /** Where the snapshot is or would be. */
  readonly file: string | null;
  readonly text: string | null;
  /** Why nothing may be released, in words for people; null where nothing stands against it. */
  readonly problem: string | null;
}

export interface JudgedSnapshots {
  readonly modules: readonly ModuleSnapshot[];
  /** Those that may be written: missing ones, and stale ones when amending. */
  readonly due: readonly ModuleSnapshot[];
  /** What stands against writing any, with the place where there is one. A release is of the whole project, or not at all. */
  readonly problems: readonly string[];
}

/** @param amend lets the snapshot of a module's own version be rewritten. */
export function judgeSnapshots(workspace: Pick<Workspace, "root" | "analyzer">, analyzed: Analyzed, amend = false): JudgedSnapshots {
  const modules = analyzed.modules.map((module) => judge(workspace, analyzed, module, amend));
  const unread = analyzed.findings
    .filter(({ module, severity }) => module === null && severity === "error")
    .map(({ file, range, message }) => `${fromRoot(workspace.root, file)}:${range.start.line}:${range.start.column} ${message}`);
  return {
    modules,
    due: modules.filter(({ state, problem }) => problem === null && (state === "missing" || state === "stale")),
    problems: [...modules.flatMap(({ problem }) => problem ?? []), ...unread],
  };
}

/** Writes all of these or none. */
export async function writeSnapshots(root: string, due: readonly ModuleSnapshot[]): Promise<string[]> {
  const changes = due.flatMap(({ file, text }) =>
    file === null || text === null ? [] : [{ file, before: existsSync(file) ? readFileSync(file, "utf8") : undefined, after: text }],
  );
  if (changes.length > 0) await ensureInstarFolder(root);
  await writeFilesAtomic(changes);
  return changes.map(({ file }) => file);
}

function judge(
  { root, analyzer }: Pick<Workspace, "root" | "analyzer">,
  analyzed: Analyzed,
  module: ActorModule,
  amend: boolean,
): ModuleSnapshot {
  const snapshot = analyzer.snapshot(module);
  const file = fromRoot(root, module.file);
  const where = `${file} (version ${module.vsn ?? "unknown"})`;
  const refuse = (problem: string, state: ModuleSnapshot["state"] = "refused"): ModuleSnapshot => ({
    module,
    state,
    file: snapshot?.file ?? null,
    text: null,
    problem,
  });
  // Of a file that does not parse, only some parts may have been read, and a release is for good.
  const broken = analyzed.findings.find(({ rule, file: place }) => rule === "syntax-error" && place === module.file);
  if (broken !== undefined) return refuse(`${file}:${broken.range.start.line}:${broken.range.start.column} ${broken.message}`);
  if (snapshot === undefined || module.vsn === null) {
    return refuse(
      `${where} cannot be read well enough to be released. Correct what instar check finds in it, also by rules that are switched off or suppressed, such as syntax-error and type-not-resolved.`,
    );
  }
  // Next to a snapshot that cannot be read, a new one would become the baseline, and what the old one said would be out of sight.
  const unreadable = analyzed.findings.find(
    (finding) =>
      finding.severity === "error" &&
      concerns(finding, module) &&
      finding.file.startsWith(`${root}/.instar/releases/`) &&
      !(amend && finding.file === snapshot.file),
  );
  if (unreadable !== undefined) return refuse(`${fromRoot(root, unreadable.file)}: ${unreadable.message}`);
  const present = existsSync(snapshot.file) ? readFileSync(snapshot.file, "utf8") : undefined;
  // Git may have made the line ends of this machine out of ours.
  if (present !== undefined && present.replaceAll("\r\n", "\n") !== snapshot.text) {
    if (amend) return { module, state: "stale", ...snapshot, problem: null };
    return refuse(
      `${where} is released, and its snapshot ${fromRoot(root, snapshot.file)} says otherwise. A released version is frozen: raise vsn to ` +
        `${module.vsn + 1}. If the snapshot was edited by hand, restore it; if nobody else has this version yet, run: instar release --amend`,
      "stale",
    );
  }
  if (module.codeChange.up === "missing") {
    // With its snapshot written, this version would be the baseline, and nobody would be told of the missing step any more.
    return refuse(
      `${where} has no codeChange from version ${module.baseline?.vsn ?? "before"}, whose states it cannot read. Write it, or run: instar fix --write`,
    );
  }
  const unbumped = analyzed.findings.find((finding) => finding.rule === "version-not-bumped" && concerns(finding, module));
  if (unbumped !== undefined && !amend) return refuse(`${where}: ${unbumped.message}`);
  return { module, state: present === undefined ? "missing" : "current", ...snapshot, problem: null };
}

function concerns(finding: Finding, { id }: ActorModule): boolean {
  return finding.module === id || finding.modules?.includes(id) === true;
}

function fromRoot(root: string, file: string): string {
  return slashed(relative(root, file));
}
