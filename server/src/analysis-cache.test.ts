/** What one run keeps for the next, and what becomes of it when it is damaged. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { changedCounter, counter } from "../../test/support/counter.ts";
import { gitProject } from "../../test/support/git-project.ts";
import { releasedProject } from "../../test/support/released-project.ts";
import type { Analyzed } from "./analysis/model.ts";
import { gitBaseline } from "./git-baseline.ts";
import { openWorkspace, type WorkspaceOptions } from "./late-workspace.ts";

const file = "src/counter.actor.ts";

async function run(root: string, options: WorkspaceOptions = {}): Promise<{ readonly kept: boolean; readonly found: Analyzed }> {
  const workspace = openWorkspace(root, { engine: "test", ...options });
  const kept = workspace.kept();
  const found = kept ?? (await workspace.analyzeFully());
  await workspace.save();
  assert.ok(found !== undefined);
  return { kept: kept !== undefined, found };
}

const plain = ({ modules, findings, notes }: Analyzed): unknown => JSON.parse(JSON.stringify({ modules, findings, notes }));

test("what was found is kept, and taken for as long as nothing has changed", async (t) => {
  const project = await releasedProject(t, { [file]: counter });
  project.write({ [file]: changedCounter });
  const first = await run(project.root);
  const second = await run(project.root);
  assert.deepEqual([first.kept, second.kept], [false, true]);
  assert.deepEqual(plain(second.found), plain(first.found));
  assert.equal((await run(project.root, { engine: "another build" })).kept, false);
  project.write({ [file]: counter });
  assert.equal((await run(project.root)).kept, false);
});

const whole = ".instar/cache/analysis.json";
const damages: Record<string, (path: string) => void> = {
  "cut off": (path) => writeFileSync(path, readFileSync(path, "utf8").slice(0, -200)),
  "changed in one place": (path) => writeFileSync(path, readFileSync(path, "utf8").replace('"vsn":1', '"vsn":2')),
  "without what it is about": (path) => writeFileSync(path, "{}"),
  empty: (path) => writeFileSync(path, ""),
  "not text": (path) => writeFileSync(path, Buffer.from([0, 255, 254, 10, 0])),
  "a folder": (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  "a file in place of its folder": (path) => {
    rmSync(path.replace(/\/analysis\.json$/, ""), { recursive: true });
    writeFileSync(path.replace(/\/analysis\.json$/, ""), "");
  },
};

for (const [name, damage] of Object.entries(damages)) {
  test(`a cache that is ${name} is ignored, and written anew`, async (t) => {
    const project = await releasedProject(t, { [file]: counter });
    const { found } = await run(project.root);
    damage(project.path(whole));
    const again = await run(project.root);
    assert.equal(again.kept, false);
    assert.deepEqual(plain(again.found), plain(found));
    assert.equal((await run(project.root)).kept, true);
  });
}

test("a comparison with a commit is kept by the commit, beside that with the snapshots", async (t) => {
  const project = gitProject(t, { [file]: counter, ".instar/.gitignore": "/cache/\n" });
  project.write({ [file]: changedCounter });
  const against = (ref: string): WorkspaceOptions => ({ against: gitBaseline(project.root, ref, false) });
  assert.equal((await run(project.root)).kept, false);
  const first = await run(project.root, against("main"));
  const second = await run(project.root, against("main"));
  assert.deepEqual([first.kept, second.kept, (await run(project.root)).kept], [false, true, true]);
  assert.deepEqual(plain(second.found), plain(first.found));
  assert.equal(second.found.modules[0]?.baseline?.source, "git");
  project.commit("the change");
  const moved = await run(project.root, against("main"));
  assert.deepEqual([moved.kept, moved.found.modules[0]?.state.changes], [false, []]);
});
