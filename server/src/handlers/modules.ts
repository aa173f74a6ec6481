/** What the extension's quick picks ask: the actor modules with their versions, and the writing of snapshots. */
import { existsSync, readdirSync } from "node:fs";
import type { Projects } from "../projects.ts";
import type { EntrySummary, ModuleSummary, ReleaseResult } from "../protocol.ts";
import { type OpenDocuments, toUri } from "../to-lsp.ts";
import { entryModules } from "./entries.ts";
import type { Live } from "./live.ts";

export function modules(projects: Projects, live: Live, open: OpenDocuments): ModuleSummary[] {
  return projects.all.flatMap((project) =>
    (project.current()?.modules ?? []).map((module) => ({
      id: module.id,
      uri: toUri(module.file, open),
      root: project.root,
      vsn: module.vsn,
      released: module.released,
      releases: releases(project.root, module.id),
      loaded: live.module(project.root, module.id)?.loaded ?? null,
    })),
  );
}

export function entries(projects: Projects, open: OpenDocuments): EntrySummary[] {
  return projects.all.flatMap(({ root }) => entryModules(root).map((path) => ({ uri: toUri(`${root}/${path}`, open), root, path })));
}

/** Writes the snapshot of each version that has none. Snapshots that are there are frozen and stay as they are. */
export async function release(projects: Projects): Promise<ReleaseResult> {
  const written: string[] = [];
  const problems: string[] = [];
  const { ensureInstarFolder, writeFileAtomic } = await import("../workspace.ts");
  for (const project of projects.all) {
    for (const module of project.current()?.modules ?? []) {
      const snapshot = project.workspace.analyzer.snapshot(module);
      if (snapshot === undefined) {
        problems.push(`${module.id} cannot be read well enough to be released. Correct what the Problems view says of it, then try again.`);
        continue;
      }
      if (existsSync(snapshot.file)) continue;
      try {
        await ensureInstarFolder(project.root);
        await writeFileAtomic(snapshot.file, snapshot.text);
        written.push(snapshot.file);
      } catch (error) {
        problems.push(`${snapshot.file} could not be written: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    project.diskChanged();
  }
  return { written, problems };
}

/** The versions of a module that have a snapshot, ascending. */
function releases(root: string, id: string): number[] {
  try {
    return readdirSync(`${root}/.instar/releases/${id}`)
      .map((name) => /^(\d+)\.d\.ts$/.exec(name)?.[1])
      .filter((vsn) => vsn !== undefined)
      .map(Number)
      .toSorted((a, b) => a - b);
  } catch {
    return [];
  }
}
