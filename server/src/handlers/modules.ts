/** What the extension's quick picks ask: the actor modules with their versions, and the writing of snapshots. */
import { readdirSync } from "node:fs";
import type { Projects } from "../projects.ts";
import type { EntrySummary, ModuleSummary, ReleaseResult } from "../protocol.ts";
import { type OpenDocuments, toUri } from "../to-lsp.ts";
import { entryModules } from "./entries.ts";
import type { Live } from "./live.ts";

export async function modules(projects: Projects, live: Live, open: OpenDocuments): Promise<ModuleSummary[]> {
  const all: ModuleSummary[] = [];
  for (const project of projects.all) {
    const found = (await project.current())?.modules ?? [];
    all.push(
      ...found.map((module) => ({
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
  return all;
}

export function entries(projects: Projects, open: OpenDocuments): EntrySummary[] {
  return projects.all.flatMap(({ root }) => entryModules(root).map((path) => ({ uri: toUri(`${root}/${path}`, open), root, path })));
}

/** Writes the snapshots that are due; a project that something stands against gets none. */
export async function release(projects: Projects): Promise<ReleaseResult> {
  const written: string[] = [];
  const problems: string[] = [];
  const { judgeSnapshots, writeSnapshots } = await import("../snapshots.ts");
  for (const project of projects.all) {
    const found = await project.againstSnapshots();
    if (found === undefined) continue;
    const judged = judgeSnapshots(found.workspace, found.analyzed);
    problems.push(...judged.problems);
    if (judged.problems.length > 0) continue;
    try {
      written.push(...(await writeSnapshots(project.root, judged.due)));
    } catch (error) {
      problems.push(`The snapshots of ${project.root} could not be written: ${error instanceof Error ? error.message : String(error)}`);
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
