/** `modulesToProve`: which modules have steps, and the shapes of all their versions: from the snapshots, and of the current one from its source. */
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import type { ActorModule, Analyzed } from "../analysis/model.ts";
import { parseSnapshot } from "../analysis/parse-snapshot.ts";
import type { Shape } from "../analysis/shape.ts";
import { snapshotFile } from "../analysis/snapshots.ts";
import type { Workspace } from "../late-workspace.ts";
import type { ModuleToProve } from "./report.ts";

/** @param ids null for all modules that speak of `codeChange`. */
export function modulesToProve(
  workspace: Pick<Workspace, "root" | "analyzer" | "readFile">,
  { modules }: Analyzed,
  ids: readonly string[] | null,
): readonly ModuleToProve[] {
  return modules
    .filter(({ id, file }) => (ids === null ? workspace.readFile(file)?.includes("codeChange") === true : ids.includes(id)))
    .map((module) => {
      const { id, file, vsn, ranges } = module;
      const { line, column } = ranges.actor.start;
      return { id, file, vsn, place: { line, column }, shapes: shapesOf(workspace, module) };
    });
}

function shapesOf({ root, analyzer, readFile }: Parameters<typeof modulesToProve>[0], module: ActorModule): ReadonlyMap<number, Shape> {
  const { id, vsn } = module;
  const shapes = new Map<number, Shape>();
  const add = (version: number, text: string | undefined): void => {
    const parsed = text === undefined ? undefined : parseSnapshot(text, id, version);
    if (parsed?.kind === "ok") shapes.set(version, parsed.shapes.state);
  };
  if (vsn === null) return shapes;
  const folder = dirname(snapshotFile(root, id, 1));
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const version = Number(/^([1-9]\d*)\.d\.ts$/.exec(name)?.[1] ?? vsn);
    if (version < vsn) add(version, readFile(`${folder}/${name}`));
  }
  add(vsn, analyzer.snapshot(module)?.text);
  return shapes;
}
