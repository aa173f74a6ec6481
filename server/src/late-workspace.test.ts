/** What is kept between runs: the same result without the compiler, as long as nothing has changed; and nothing else, whatever lies there. */
import assert from "node:assert/strict";
import { existsSync, rmSync, utimesSync } from "node:fs";
import { describe, type TestContext, test } from "node:test";
import { changedCounter, counter } from "../../test/support/counter.ts";
import { releasedProject } from "../../test/support/released-project.ts";
import { temporaryProject, type TemporaryProject } from "../../test/support/temporary-project.ts";
import { compiler } from "./analysis/compiler.ts";
import type { Analyzed } from "./analysis/model.ts";
import { openWorkspace, type Workspace } from "./late-workspace.ts";

const kept = ".instar/cache/analysis.json";
/** What only the type checker understands. */
const odd = counter.replace("readonly count: number;", "readonly count: number;\n  readonly odd?: Partial<{ readonly a: 1 }>;");
const files = { "src/changed.actor.ts": counter, "src/same.actor.ts": counter, "src/odd.actor.ts": odd };

/** A project whose analysis was kept. */
async function keptProject(t: TestContext): Promise<{ project: TemporaryProject; result: unknown }> {
  const project = await releasedProject(t, files);
  project.write({ "src/changed.actor.ts": changedCounter });
  const { workspace } = open(project);
  const result = await workspace.analyze();
  await workspace.save();
  assert.ok(existsSync(project.path(kept)));
  return { project, result: plain(result) };
}

function open(project: TemporaryProject, engine = "test"): { workspace: Workspace; loaded(): boolean } {
  let loads = 0;
  const workspace = openWorkspace(project.root, {
    engine,
    loadCompiler: async () => {
      loads += 1;
      return compiler;
    },
  });
  return { workspace, loaded: () => loads > 0 };
}

function plain(analyzed: Analyzed | undefined): unknown {
  return JSON.parse(JSON.stringify(analyzed));
}

async function expectAnew(project: TemporaryProject, engine?: string): Promise<void> {
  const { workspace, loaded } = open(project, engine);
  assert.equal((await workspace.analyze())?.modules.length, 3);
  assert.ok(loaded());
}

test("with nothing changed, the compiler is not loaded", async (t) => {
  const { project, result } = await keptProject(t);
  for (let run = 0; run < 2; run += 1) {
    const { workspace, loaded } = open(project);
    assert.deepEqual(plain(await workspace.analyze()), result);
    assert.equal(loaded(), false);
  }
});

test("a file that was only touched has not changed: contents decide", async (t) => {
  const { project, result } = await keptProject(t);
  utimesSync(project.path("src/same.actor.ts"), new Date(0), new Date(0));
  const { workspace, loaded } = open(project);
  assert.deepEqual(plain(await workspace.analyze()), result);
  assert.equal(loaded(), false);
});

test("what is opened and closed as it was read has no say in what is found", async (t) => {
  const project = await releasedProject(t, files);
  const { workspace } = open(project);
  const file = project.path("src/same.actor.ts");
  assert.ok(workspace.setOverlay(file, counter), "nothing was read yet");
  assert.ok(workspace.setOverlay(file, undefined));
  await workspace.analyze();
  assert.equal(workspace.setOverlay(file, counter), false);
  assert.equal(workspace.setOverlay(file, counter), false);
  assert.equal(workspace.setOverlay(file, undefined), false);
  assert.equal(workspace.setOverlay(file, counter), false);
  assert.ok(workspace.setOverlay(file, changedCounter));
  assert.ok(workspace.setOverlay(file, counter));
  assert.equal(workspace.setOverlay(file, undefined), false);
  assert.ok(workspace.setOverlay(project.path("src/new.actor.ts"), counter), "there is no such file");
});

/** What happens while a document is open that is as it was read, or is again; after each, the disk says something else than what is known. */
const unseen: Record<string, (workspace: Workspace, project: TemporaryProject, file: string) => void> = {
  "it is edited, saved, and taken back without a save"(workspace, project, file) {
    workspace.setOverlay(file, changedCounter);
    project.write({ "src/same.actor.ts": changedCounter });
    workspace.refresh();
    workspace.setOverlay(file, counter);
  },
  "it is deleted"(workspace, project, file) {
    rmSync(file);
    workspace.refresh();
  },
  "it becomes another one on disk"(workspace, project) {
    project.write({ "src/same.actor.ts": changedCounter });
    workspace.refresh();
  },
};
for (const [what, happens] of Object.entries(unseen))
  test(`a document is closed, and meanwhile ${what}: the disk counts`, async (t) => {
    const project = await releasedProject(t, files);
    const { workspace } = open(project);
    const file = project.path("src/same.actor.ts");
    await workspace.analyze();
    workspace.setOverlay(file, counter);
    happens(workspace, project, file);
    assert.ok(workspace.setOverlay(file, undefined));
    workspace.refresh();
    const fresh = await openWorkspace(project.root, { compiler, engine: null }).analyze();
    assert.deepEqual(plain(await workspace.analyze()), plain(fresh));
  });

test("what was read from an open document that was as on disk is not taken for another text", async (t) => {
  const project = await releasedProject(t, files);
  const { workspace } = open(project);
  workspace.setOverlay(project.path("src/same.actor.ts"), counter);
  await workspace.analyze();
  await workspace.save();
  project.write({ "src/same.actor.ts": changedCounter });
  await expectAnew(project);
});

test("a document that is opened as it is on disk changes nothing; one that says something else does", async (t) => {
  const { project } = await keptProject(t);
  const file = project.path("src/same.actor.ts");
  const same = open(project);
  same.workspace.setOverlay(file, counter);
  await same.workspace.analyze();
  assert.equal(same.loaded(), false);
  const other = open(project);
  other.workspace.setOverlay(file, counter.replace("vsn: 1", "vsn: 0"));
  assert.ok((await other.workspace.analyze())?.findings.some(({ rule }) => rule === "vsn-not-literal"));
});

test("fixes of kept findings write what those of new ones do", async (t) => {
  const { project } = await keptProject(t);
  const { workspace } = open(project);
  const fix = (await workspace.analyze())?.findings.flatMap(({ fixes }) => fixes)[0];
  await workspace.loadCompiler();
  const anew = open(project).workspace;
  const expected = (await anew.analyzeFully())?.findings.flatMap(({ fixes }) => fixes)[0];
  assert.ok(expected !== undefined && fix !== undefined);
  assert.notEqual(expected.edits({ renames: {} }).length, 0);
  assert.deepEqual(fix.edits({ renames: {} }), expected.edits({ renames: {} }));
});

describe("everything is read anew", () => {
  const changes: Record<string, (project: TemporaryProject) => void> = {
    "after an edit": (project) => project.write({ "src/same.actor.ts": counter.replace("vsn: 1", "vsn: 2") }),
    "after a snapshot was changed": (project) => project.write({ ".instar/releases/src/same.actor/1.d.ts": "" }),
    "after a configuration came": (project) => project.write({ "tsconfig.json": "{}" }),
    "with a damaged cache": (project) => project.write({ [kept]: project.read(kept).slice(0, -100) }),
    "with an empty cache": (project) => project.write({ [kept]: "{}" }),
    "with a cache of another format": (project) => project.write({ [kept]: project.read(kept).replace(/"format":\d+/, '"format":99') }),
    "with a cache of another project": (project) => project.write({ [kept]: project.read(kept).replaceAll(project.root, "/elsewhere") }),
  };
  for (const [name, change] of Object.entries(changes))
    test(name, async (t) => {
      const { project } = await keptProject(t);
      change(project);
      await expectAnew(project);
    });

  test("after a file came", async (t) => {
    const { project } = await keptProject(t);
    project.write({ "src/fourth.actor.ts": counter });
    const { workspace } = open(project);
    assert.equal((await workspace.analyze())?.modules.length, 4);
  });

  test("by another build", async (t) => expectAnew((await keptProject(t)).project, "another"));
});

test("a project without .instar gets none, and nothing that is open and unsaved is kept", async (t) => {
  const bare = temporaryProject(t, files);
  const first = open(bare).workspace;
  await first.analyze();
  await first.save();
  assert.equal(existsSync(bare.path(".instar")), false);
  const released = await releasedProject(t, files);
  const second = open(released).workspace;
  second.setOverlay(released.path("src/same.actor.ts"), changedCounter);
  await second.analyze();
  await second.save();
  assert.equal(existsSync(released.path(kept)), false);
});

test("others get their turn, and an analysis that is canceled gives nothing", async (t) => {
  const project = await releasedProject(
    t,
    Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`src/m${index}.actor.ts`, counter])),
  );
  const { workspace } = open(project);
  assert.equal(await workspace.analyzeFully(() => true), undefined);
  assert.equal((await workspace.analyzeFully())?.modules.length, 40);
});

test("the whole project waits for what is settled before it has the compiler loaded, and a question does not", async (t) => {
  const project = await releasedProject(t, files);
  let settle = () => {};
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const order: string[] = [];
  const loadCompiler = async () => {
    order.push("loaded");
    return compiler;
  };
  const workspace = openWorkspace(project.root, { engine: "test", settled, loadCompiler });
  const whole = workspace.analyze().then(() => order.push("analyzed"));
  // Whatever can go on without it has had its turns by then.
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(workspace.ask((analyzer) => analyzer.module(project.path("src/same.actor.ts"))));
  order.push("settled");
  settle();
  await whole;
  assert.deepEqual(order, ["settled", "loaded", "analyzed"]);
  const asked = openWorkspace(project.root, { engine: null, settled: new Promise(() => {}), loadCompiler: async () => compiler });
  await asked.loadCompiler();
  assert.equal((await asked.analyze())?.modules.length, 3);
});
