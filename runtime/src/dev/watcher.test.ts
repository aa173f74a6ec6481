/** The watcher on a real file system: every way of saving is seen once, and what is no source is not. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type DevProject, devProject } from "../../../test/support/dev-project.ts";
import { type Saved, createWatcher } from "./watcher.ts";

const ways: readonly { readonly name: string; readonly save: (path: string) => void }[] = [
  { name: "writing into it", save: (path) => writeFileSync(path, "2") },
  { name: "adding to it", save: (path) => appendFileSync(path, "2") },
  {
    name: "renaming another file to it",
    save(path) {
      writeFileSync(`${path}.tmp`, "2");
      renameSync(`${path}.tmp`, path);
    },
  },
  {
    name: "moving it away and writing a new one",
    save(path) {
      renameSync(path, `${path}~`);
      writeFileSync(path, "2");
    },
  },
];

for (const { name, save } of ways) {
  test(`a file that is saved by ${name} is seen`, async (t) => {
    const { project, next } = watched(t, { "src/deep/a.ts": "1" });
    const path = project.path("src/deep/a.ts");
    const seen = next(path);
    save(path);
    const { at } = await seen;
    assert.ok(Math.abs(Date.now() - at) < 60_000);
  });
}

test("a new folder is watched, with what it brings along", async (t) => {
  const { project, next } = watched(t, { "src/a.ts": "1" });
  const first = next(project.path("src/new/deep/b.ts"));
  mkdirSync(project.path("src/new/deep"), { recursive: true });
  writeFileSync(project.path("src/new/deep/b.ts"), "1");
  await first;
  const second = next(project.path("src/new/deep/b.ts"));
  writeFileSync(project.path("src/new/deep/b.ts"), "12");
  await second;
});

test("packages, tools' folders, our own, and files that are no sources are not watched", async (t) => {
  const { project, next, all } = watched(t, {
    "node_modules/p/a.ts": "1",
    ".instar/builds/a.json": "1",
    ".git/a.ts": "1",
    "dist/a.js": "1",
    "notes.md": "1",
    "z.ts": "1",
  });
  const last = next(project.path("z.ts"));
  for (const file of ["node_modules/p/a.ts", ".instar/builds/a.json", ".git/a.ts", "dist/a.js", "notes.md", "z.ts"]) {
    writeFileSync(project.path(file), "22");
  }
  await last;
  assert.deepEqual(all(), [project.path("z.ts")]);
});

test("an event that changed nothing is no save, and a file with an old time was saved now", async (t) => {
  const { project, next, all } = watched(t, { "a.ts": "1", "z.ts": "1" });
  const path = project.path("a.ts");
  const old = new Date("2020-01-01");
  const seen = next(path);
  utimesSync(path, old, old);
  assert.ok(Date.now() - (await seen).at < 60_000);
  const last = next(project.path("z.ts"));
  utimesSync(path, old, old);
  writeFileSync(project.path("z.ts"), "22");
  await last;
  assert.deepEqual(all().toSorted(), [path, project.path("z.ts")].toSorted());
});

function watched(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): { project: DevProject; next: (path: string) => Promise<Saved>; all: () => string[] } {
  const project = devProject(t, files);
  const listeners = new Set<(saved: Saved) => void>();
  const seen: string[] = [];
  const onSaved = (saved: Saved): void => {
    seen.push(...saved.files);
    for (const listener of listeners) listener(saved);
  };
  const watcher = createWatcher(join(project.root), onSaved, (text) => assert.fail(text));
  t.after(() => watcher.close());
  return {
    project,
    all: () => seen,
    next: (path) =>
      new Promise((resolve) => {
        const listener = (saved: Saved): void => {
          if (!saved.files.includes(path)) return;
          listeners.delete(listener);
          resolve(saved);
        };
        listeners.add(listener);
      }),
  };
}
