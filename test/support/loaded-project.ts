/** A project whose modules are loaded by the code server into this process, without a child and without the upgrade engine. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type System, createSystem } from "../../runtime/src/system.ts";
import { type Build, createBuilder } from "../../runtime/src/dev/builder.ts";
import type { Layer, ShapeHashes } from "../../runtime/src/dev/built-file.ts";
import { type CodeServer, type Prepared, createCodeServer } from "../../runtime/src/dev/code-server.ts";
import { createPackageLoader } from "../../runtime/src/dev/package-loader.ts";
import { installSourceMaps } from "../../runtime/src/dev/source-maps.ts";
import { type DevProject, devProject } from "./dev-project.ts";

/** Of all projects that a test file loads. */
export const maps = installSourceMaps();

/** An actor whose definition calls `value` for its one answer; `more` are further fields. */
export const answering = (value: string, more = "", head = ""): string => `
import { actor } from "instar";
${head}
interface Answering { init(): number; calls: { get(): unknown } }
export default actor<Answering>({
  vsn: 1, init: () => 0,
  calls: { get: ({ reply }) => reply(${value}) },
  ${more}
});
`;

/** An exported function of the current version of a module. */
export function exported(server: CodeServer, id: string, name: string): (what: string) => unknown {
  const { exports } = (server.modules.get(id) ?? assert.fail()).current.module;
  return (exports as Record<string, (what: string) => unknown>)[name] ?? assert.fail(`no export ${name}`);
}

export interface LoadedProject {
  readonly project: DevProject;
  readonly server: CodeServer;
  /** Where `ask` starts its processes. */
  readonly system: System;
  readonly builder: ReturnType<typeof createBuilder>;
  /** What a new process of that module answers. */
  readonly ask: (id: string) => Promise<unknown>;
  readonly build: () => Promise<Build>;
  /** Everything from disk, as an upgrade without arguments does it, with processes left out. */
  readonly upgrade: (shapes?: ShapeHashes) => Promise<Applied>;
  readonly apply: (
    layers: readonly Layer[],
    shapes?: ShapeHashes,
    codes?: Record<string, { code: string; map: string }>,
  ) => Promise<Applied>;
  /** As `upgrade`, up to the commit; the caller ends it. */
  readonly prepare: (shapes?: ShapeHashes) => Promise<Prepared>;
}

export type Applied = Omit<Prepared, "commit" | "settle">;

export async function loaded(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  firstShapes: ShapeHashes = {},
): Promise<LoadedProject> {
  const project = devProject(t, files);
  const { root } = project;
  const builder = createBuilder(root);
  const server = createCodeServer({ root, packages: createPackageLoader(), maps });
  const system = createSystem();
  t.after(() => system.stop());
  const entry = project.path("src/app.ts");

  const build = (): Promise<Build> => builder.build([entry]);
  const load = (layers: readonly Layer[], shapes: ShapeHashes, extra: Record<string, { code: string; map: string }>): Promise<Prepared> => {
    const held = new Set(server.held());
    const codes = { ...extra };
    for (const { hash } of layers.flatMap((layer) => layer.files)) {
      const code = builder.codeOf(hash);
      if (!held.has(hash) && code !== undefined) codes[hash] = code;
    }
    const byPath = Object.entries(shapes).map(([file, shape]) => [project.path(file), shape]);
    return server.prepare({ layers, codes, shapes: Object.fromEntries(byPath) });
  };
  const apply: LoadedProject["apply"] = async (layers, shapes = {}, codes = {}) => commit(await load(layers, shapes, codes));
  const prepare: LoadedProject["prepare"] = async (shapes = {}) => {
    const { files: built } = await build();
    const actors = [...server.modules.values()].map(({ file }) => file).filter((file) => built.has(file));
    return load([{ roots: [...new Set([entry, ...actors])], files: [...built.values()] }], shapes, {});
  };
  const upgrade: LoadedProject["upgrade"] = async (shapes) => commit(await prepare(shapes));
  await upgrade(firstShapes);
  return {
    project,
    server,
    system,
    builder,
    build,
    apply,
    prepare,
    upgrade,
    async ask(id) {
      const { handle } = server.modules.get(id) ?? assert.fail(`no module ${id}`);
      const pid = await system.start<{ init(): number; calls: { get(): unknown } }>(handle);
      return await pid.call("get");
    },
  };
}

function commit(prepared: Prepared): Applied {
  // The engine's part of it.
  for (const { module, to } of prepared.changes) Object.assign(module, { old: module.current, current: to });
  prepared.commit();
  prepared.settle();
  const { commit: _, settle: __, ...applied } = prepared;
  return applied;
}
