/** Open documents lie over the disk, and a second look at the disk finds what changed. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { counter } from "../../test/support/counter.ts";
import { releasedProject } from "../../test/support/released-project.ts";
import { temporaryProject } from "../../test/support/temporary-project.ts";
import { ensureInstarFolder, findProjectRoot, openWorkspace } from "./workspace.ts";
import { writeFilesAtomic } from "./write-files.ts";

const file = "src/counter.actor.ts";

test("an open document wins over the disk until it is closed", (t) => {
  const project = temporaryProject(t, { [file]: counter });
  const workspace = openWorkspace(project.root);
  const vsn = () => workspace.analyzer.analyze()?.modules.map((module) => module.vsn);
  assert.deepEqual(vsn(), [1]);
  workspace.setOverlay(project.path(file), counter.replace("vsn: 1", "vsn: 5"));
  assert.deepEqual(vsn(), [5]);
  assert.match(workspace.readFile(project.path(file)) ?? "", /vsn: 5/);
  workspace.setOverlay(project.path(file), undefined);
  assert.deepEqual(vsn(), [1]);
});

test("an open document that was never saved is part of the project", (t) => {
  const project = temporaryProject(t, { [file]: counter });
  const workspace = openWorkspace(project.root);
  workspace.setOverlay(project.path("src/deep/new.actor.ts"), counter);
  assert.deepEqual(
    workspace.analyzer
      .analyze()
      ?.modules.map(({ id }) => id)
      .toSorted(),
    ["src/counter.actor", "src/deep/new.actor"],
  );
});

test("refresh finds what was written, made and deleted, once", (t) => {
  const project = temporaryProject(t, { [file]: counter, "src/other.actor.ts": counter });
  const workspace = openWorkspace(project.root);
  const modules = () =>
    workspace.analyzer
      .analyze()
      ?.modules.map(({ id, vsn }) => `${id} ${vsn}`)
      .toSorted();
  assert.deepEqual(modules(), ["src/counter.actor 1", "src/other.actor 1"]);
  assert.deepEqual(workspace.refresh(), []);
  project.write({ [file]: counter.replace("vsn: 1", "vsn: 22"), "src/made/later.actor.ts": counter });
  project.remove("src/other.actor.ts");
  const changed = workspace.refresh();
  for (const name of [file, "src/made/later.actor.ts", "src/other.actor.ts"]) assert.ok(changed.includes(project.path(name)), name);
  assert.deepEqual(modules(), ["src/counter.actor 22", "src/made/later.actor 1"]);
  assert.deepEqual(workspace.refresh(), []);
});

test("a release that is being written is none yet, and no damaged one either", async (t) => {
  const project = await releasedProject(t, { [file]: counter });
  const folder = project.path(".instar/releases/src/counter.actor");
  const after = project.read(".instar/releases/src/counter.actor/1.d.ts");
  const workspace = openWorkspace(project.root);
  const rules = () => workspace.analyzer.analyze()?.findings.map(({ rule }) => rule);
  const before = rules();
  const seen: unknown[] = [];
  await writeFilesAtomic([
    { file: `${folder}/2.d.ts`, before: undefined, after },
    {
      // Asked for when the first one lies there under its temporary name.
      get file() {
        seen.push(readdirSync(folder).length, workspace.refresh(), rules());
        return project.path("other.txt");
      },
      before: undefined,
      after: "",
    },
  ]);
  assert.deepEqual(seen.slice(0, 3), [2, [folder], before]);
});

test("the root is the nearest configuration, else the nearest package.json", (t) => {
  const project = temporaryProject(t, {
    "packages/plain/package.json": "{}",
    "packages/plain/src/a.ts": "",
    "packages/own/package.json": '{ "instar": {} }',
    "packages/own/inner/package.json": "{}",
  });
  assert.equal(findProjectRoot(project.path("packages/plain/src/a.ts")), project.path("packages/plain"));
  assert.equal(findProjectRoot(project.path("packages/own/inner")), project.path("packages/own"));
  project.write({ "instar.config.json": "{}" });
  assert.equal(findProjectRoot(project.path("packages/plain/src/a.ts")), project.root);
  assert.equal(findProjectRoot(project.path("packages/own")), project.path("packages/own"));
  assert.equal(findProjectRoot("/"), undefined);
});

test("the .gitignore in .instar is written once and then left alone", async (t) => {
  const project = temporaryProject(t, {});
  await ensureInstarFolder(project.root);
  assert.ok(existsSync(project.path(".instar/.gitignore")));
  project.write({ ".instar/.gitignore": "# mine\n" });
  await ensureInstarFolder(project.root);
  assert.equal(project.read(".instar/.gitignore"), "# mine\n");
});
