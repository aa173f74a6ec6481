/** Kept builds: found again by version, bounded, and never missing what is still needed. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type DevProject, devProject } from "../../../test/support/dev-project.ts";
import { type BuildStore, type Manifest, createBuildStore } from "./build-store.ts";
import type { Code } from "./built-file.ts";

/** A manifest of one file whose hash is its text. */
const manifest = ({ root }: DevProject, vsn: number, hash = `h${vsn}`, module = "src/room.actor"): Manifest => ({
  module,
  vsn,
  shape: null,
  file: join(root, `${module}.ts`),
  files: [
    {
      file: join(root, `${module}.ts`),
      id: module,
      hash,
      imports: [{ specifier: "./x", target: join(root, "src/x.ts"), dynamic: false, defaultOnly: true }],
    },
  ],
});
const codeOf = (hash: string): Code => ({ code: `code of ${hash}`, map: '{"sources":["x"]}' });
const filesOf = (project: DevProject): string[] => readdirSync(project.path(".instar/builds/files")).toSorted();
const keepAll = (store: BuildStore, project: DevProject, from: number, to: number): void => {
  for (let n = from; n <= to; n++) store.keep(manifest(project, n), codeOf);
};

test("a version is found again by another process, newest first", (t) => {
  const project = devProject(t, {});
  const store = createBuildStore(project.root);
  store.keep(manifest(project, 1, "a"), codeOf);
  store.keep(manifest(project, 1, "b"), codeOf);
  store.keep(manifest(project, 2, "c"), codeOf);
  const again = createBuildStore(project.root);
  assert.deepEqual(again.find("src/room.actor", 1), manifest(project, 1, "b"));
  assert.deepEqual(again.versions("src/room.actor"), [1, 2]);
  assert.equal(again.find("src/room.actor", 3), null);
  assert.equal(again.find("src/room", 1), null);
  const [built] = manifest(project, 1, "b").files;
  assert.deepEqual(again.codeOf(built ?? assert.fail()), {
    code: "code of b",
    map: JSON.stringify({ sources: [project.path("src/room.actor.ts")] }),
  });
});

test("what was loaded before is no new build", (t) => {
  const project = devProject(t, {});
  createBuildStore(project.root).keep(manifest(project, 1), codeOf);
  createBuildStore(project.root).keep(manifest(project, 1), codeOf);
  assert.equal(readdirSync(project.path(".instar/builds/manifests")).length, 1);
});

test("a build that is cut off, edited or incomplete is passed over for an older one", (t) => {
  const project = devProject(t, {});
  const store = createBuildStore(project.root);
  for (const hash of ["a", "b", "c"]) store.keep(manifest(project, 1, hash), codeOf);
  const [, second, third] = readdirSync(project.path(".instar/builds/manifests"));
  writeFileSync(project.path(`.instar/builds/manifests/${third}`), '{"module":');
  assert.equal(store.find("src/room.actor", 1)?.files[0]?.hash, "b");
  project.remove(".instar/builds/files/b.json");
  assert.equal(store.find("src/room.actor", 1)?.files[0]?.hash, "a");
  writeFileSync(project.path(`.instar/builds/manifests/${second}`), "null");
  writeFileSync(project.path(".instar/builds/manifests/not-ours.txt"), "x");
  writeFileSync(project.path(".instar/builds/manifests/%E0%A4%A@1.9.json"), "x");
  assert.equal(store.find("src/room.actor", 1)?.files[0]?.hash, "a");
});

test("the bound drops the oldest builds with their files, except what is in use or released", (t) => {
  const project = devProject(t, { ".instar/releases/src/room.actor/2.d.ts": "// released" });
  const store = createBuildStore(project.root, 3);
  keepAll(store, project, 1, 9);
  store.prune([
    { module: "src/room.actor", vsn: 9 },
    { module: "src/room.actor", vsn: 4 },
  ]);
  assert.deepEqual(store.versions("src/room.actor"), [2, 4, 7, 8, 9]);
  assert.deepEqual(filesOf(project), ["h2.json", "h4.json", "h7.json", "h8.json", "h9.json"]);
  assert.notEqual(store.find("src/room.actor", 2), null);
  // Numbers go on, so that newest stays newest.
  const again = createBuildStore(project.root, 3);
  again.keep(manifest(project, 9, "h9b"), codeOf);
  again.prune([]);
  assert.equal(again.find("src/room.actor", 9)?.files[0]?.hash, "h9b");
});

test("of a version that is in use, only the newest build is", (t) => {
  const project = devProject(t, {});
  const store = createBuildStore(project.root, 1);
  for (const hash of ["a", "b", "c"]) store.keep(manifest(project, 1, hash), codeOf);
  store.keep(manifest(project, 2, "d"), codeOf);
  store.prune([{ module: "src/room.actor", vsn: 1 }]);
  assert.deepEqual(filesOf(project), ["c.json", "d.json"]);
});

test("a store without a folder is empty", (t) => {
  const project = devProject(t, {});
  const store = createBuildStore(project.root);
  store.prune([]);
  assert.deepEqual(store.versions("src/room.actor"), []);
  assert.equal(existsSync(project.path(".instar")), false);
});
