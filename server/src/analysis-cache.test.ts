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

test("what was read of a commit is kept by its blobs, whichever commit they are in and whatever changes here", async (t) => {
  const types = "export interface Owner {\n  readonly name: string;\n  readonly above: Owner | null;\n}\n";
  const owned = counter.replace("readonly count: number;", 'readonly count: number;\n  readonly owner: import("./owner.ts").Owner;');
  const project = gitProject(t, { [file]: owned, "src/owner.ts": types, ".instar/.gitignore": "/cache/\n" });
  const against = async (): Promise<readonly [boolean, unknown]> => {
    const base = gitBaseline(project.root, "main", false);
    let recalled = false;
    const open: typeof base.open = (disk, engine) => {
      const opened = base.open(disk, engine);
      const recall = (): ReturnType<typeof opened.recall> => {
        const readings = opened.recall();
        recalled = readings !== undefined;
        return readings;
      };
      return { ...opened, recall };
    };
    const { found } = await run(project.root, { against: { ...base, open } });
    return [recalled, found.modules[0]?.state.changes.map(({ path, kind }) => `${kind} ${path}`)];
  };
  assert.deepEqual(await against(), [false, []]);
  project.write({ "src/owner.ts": types.replace("above: Owner", "under: Owner") });
  const changes = ["fieldAdded State.owner.under", "fieldRemoved State.owner.above"];
  assert.deepEqual(await against(), [true, changes]);
  project.git("stash", "-q");
  project.write({ "README.md": "nothing to read" });
  project.commit("beside the sources");
  project.git("stash", "pop", "-q");
  assert.deepEqual(await against(), [true, changes]);
  for (const damage of [(text: string) => text.replace("Owner", "Other"), () => "", (text: string) => text.slice(0, -9)]) {
    const path = project.path(".instar/cache/tree.json");
    writeFileSync(path, damage(readFileSync(path, "utf8")));
    project.write({ [file]: `${owned}// edited\n` });
    assert.equal((await against())[0], false);
    project.write({ [file]: `${owned}// edited again\n` });
    assert.equal((await against())[0], true, "it was written anew");
  }
  project.commit("the types");
  assert.deepEqual(await against(), [false, []]);
});

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
