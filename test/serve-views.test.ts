/** What the language server tells the views of an editor: actors with their findings and steps, releases over time, and what is done to processes. */
import assert from "node:assert/strict";
import { rmSync, utimesSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { CodeHolders, LoadedModuleInfo, ProcessInfo } from "../runtime/src/protocol.ts";
import { changedCounter, counter } from "./support/counter.ts";
import { type Editor, startEditor } from "./support/editor.ts";
import { type Answers, type FakeRuntime, fakeRuntime } from "./support/fake-runtime.ts";
import { inRepository } from "./support/git-project.ts";
import { releasedProject } from "./support/released-project.ts";
import type { TemporaryProject } from "./support/temporary-project.ts";

const file = "src/counter.actor.ts";
const module = "src/counter.actor";

const process1: ProcessInfo = {
  pid: "<0.2>",
  name: "tea",
  parent: null,
  module,
  kind: "actor",
  vsn: 1,
  status: "idle",
  mailbox: 0,
  stateSize: 20,
  since: "2026-01-01T00:00:00.000Z",
  restarts: 0,
  oldCode: false,
};

test("an actor has its versions, its findings and its steps, each with its place", async (context) => {
  const { editor, project, path } = await started(context);
  await fakeRuntime(context, { root: project.root }, running);
  await editor.request("instar/processes", {}).result;
  const [clean, ...others] = await editor.request("instar/actors", {}).result;
  assert.deepEqual(others, []);
  assert.deepEqual(clean, {
    root: project.root,
    module,
    uri: editor.uri(path),
    range: { start: { line: 13, character: 15 }, end: { line: 13, character: 20 } },
    vsn: 1,
    released: true,
    baseline: 1,
    loaded: 1,
    running: [{ vsn: 1, count: 2 }],
    findings: [],
    steps: [],
  });
  const told = editor.next("instar/modulesChanged");
  editor.replace(
    path,
    editor.text(path),
    changedCounter.replace("vsn: 1,", "vsn: 2,\n  codeChange: { 1: { up: (old) => old as never } },"),
  );
  await editor.pause();
  await told;
  const [changed] = await editor.request("instar/actors", {}).result;
  assert.deepEqual([changed?.vsn, changed?.released, changed?.baseline], [2, false, 1]);
  assert.deepEqual(
    changed?.steps.map(({ from, up, down }) => [from, up, down]),
    [[1, true, "missing"]],
  );
  const finding = changed?.findings.find(({ rule }) => rule === "state-changed-no-down") ?? assert.fail();
  assert.equal(finding.uri, editor.uri(path));
  const lineOf = (text: string): number =>
    editor
      .text(path)
      .split("\n")
      .findIndex((line) => line.includes(text));
  assert.equal(finding.range.start.line, lineOf("export interface State"));
  assert.equal(changed?.steps[0]?.range.start.line, lineOf("codeChange: { 1:"));
});

test("a release has its date from git, or from its file where nobody committed it, and its state in one line", async (context) => {
  const { editor, project } = await started(context);
  const snapshot = project.path(`.instar/releases/${module}/1.d.ts`);
  utimesSync(snapshot, new Date(0), new Date("2026-02-03T04:05:06.000Z"));
  const release = { vsn: 1, uri: editor.uri(snapshot), state: "title: string, count: number" };
  assert.deepEqual(await editor.request("instar/releases", {}).result, [
    { root: project.root, module, releases: [{ ...release, date: "2026-02-03T04:05:06.000Z", committed: false }] },
  ]);
  const repository = inRepository(project);
  repository.git("init", "-q", "-b", "main");
  repository.commit("first");
  const date = repository.git("log", "-1", "--format=%cI");
  project.write({ [`.instar/releases/${module}/2.d.ts`]: "export type State = number;\n" });
  const [{ releases } = assert.fail()] = await editor.request("instar/releases", {}).result;
  assert.deepEqual(
    releases.map(({ vsn, state, committed }) => [vsn, state, committed]),
    [
      [2, "number", false],
      [1, "title: string, count: number", true],
    ],
  );
  assert.equal(releases[1]?.date, date);
  rmSync(snapshot);
  const [left] = await editor.request("instar/releases", {}).result;
  assert.deepEqual(
    left?.releases.map(({ vsn }) => vsn),
    [2],
  );
});

test("one process is suspended, resumed and restarted, and the list is read anew before the answer", async (context) => {
  const { editor, project, runtime } = await connected(context, {
    "processes/suspend": (_, reply) => reply(null),
    "processes/resume": (_, reply) => reply(null),
    "processes/restart": () => {
      throw new Error("it has no supervisor");
    },
  });
  const which = { root: project.root, runtime: "dev", pid: "<0.2>" };
  const changed = editor.next("instar/processesChanged");
  assert.equal(await editor.request("instar/changeProcess", { ...which, change: "suspend" }).result, null);
  await changed;
  await editor.request("instar/changeProcess", { ...which, change: "resume" }).result;
  await assert.rejects(editor.request("instar/changeProcess", { ...which, change: "restart" }).result, /it has no supervisor/);
  assert.deepEqual(
    runtime.requests.filter(({ method }) => !method.endsWith("/list")),
    ["suspend", "resume", "restart"].map((change) => ({ method: `processes/${change}`, params: { pid: "<0.2>" } })),
  );
  const other = { ...which, runtime: "other" };
  await assert.rejects(editor.request("instar/changeProcess", { ...other, change: "suspend" }).result, /The runtime other .* has ended/);
});

test("with several runtimes, the state is that of the one that is meant", async (context) => {
  const state = (text: string): Answers => ({ "processes/state": (_, reply) => reply({ text, json: null }) });
  const { editor, project } = await connected(context, state("of dev"));
  await fakeRuntime(context, { root: project.root, name: "other" }, { ...running, ...state("of other") });
  await editor.request("instar/processes", {}).result;
  const ask = (runtime: string) => editor.request("instar/processState", { root: project.root, runtime, pid: "<0.2>" }).result;
  assert.deepEqual([await ask("dev"), await ask("other"), await ask("gone")], [{ text: "of dev" }, { text: "of other" }, null]);
});

test("what holds old code is asked of the runtime, and what a runtime says is passed on", async (context) => {
  const holders: CodeHolders = { versions: [], unknown: 3 };
  const { editor, project, runtime } = await connected(context, { "code/holders": (_, reply) => reply(holders) });
  const which = { root: project.root, runtime: "dev" };
  assert.deepEqual(await editor.request("instar/codeHolders", { ...which, module }).result, holders);
  assert.deepEqual(runtime.requests.at(-1), { method: "code/holders", params: { module } });
  const said = editor.next("instar/runtimeLog");
  runtime.notify("runtime/log", { level: "warning", text: "the application does not answer" });
  assert.deepEqual(await said, { ...which, level: "warning", text: "the application does not answer" });
});

test("however often processes change, one reading is under way and one more follows, and the news come with counts", async (context) => {
  const { editor, project } = await started(context);
  const old = { ...process1, pid: "<0.3>", oldCode: true };
  let readings = 0;
  let answer = (): void => {};
  const runtime = await fakeRuntime(
    context,
    { root: project.root },
    {
      ...running,
      "processes/list"(_, reply) {
        readings++;
        answer = () => reply({ processes: [process1, old] });
        if (readings === 1) answer();
      },
    },
  );
  await editor.request("instar/processes", {}).result;
  for (let times = 0; times < 1000; times++) runtime.notify("processes/changed", {});
  await runtime.asked("processes/list", 2);
  const told = editor.next("instar/processesChanged");
  answer();
  assert.deepEqual(await told, { runtimes: 1, processes: 2, oldCode: 1 });
  await runtime.asked("processes/list", 3);
  const last = editor.next("instar/processesChanged");
  answer();
  await last;
  await editor.read();
  assert.equal(readings, 3);
});

test("an application that ended is told as that, though it answers nothing else", async (context) => {
  const refuse = (): never => {
    throw new Error("the application has ended");
  };
  const { editor, project } = await started(context);
  const answers = {
    "processes/list": refuse,
    "modules/list": refuse,
    "runtime/stop": (_: unknown, reply: (result: null) => void) => reply(null),
  };
  await fakeRuntime(context, { root: project.root, info: { status: "exited" } }, answers);
  const [live] = await editor.request("instar/processes", {}).result;
  assert.deepEqual([live?.runtime.status, live?.processes], ["exited", []]);
  assert.equal(await editor.request("instar/changeRuntime", { root: project.root, runtime: "dev", change: "stop" }).result, null);
});

interface Started {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  readonly path: string;
}

const loaded: LoadedModuleInfo = { id: module, file: "", kind: "actor", vsn: 1, shape: null, old: null, processes: 2 };
const running: Answers = {
  "processes/list": (_, reply) => reply({ processes: [process1, { ...process1, pid: "<0.3>", name: null }] }),
  "modules/list": (_, reply) => reply({ modules: [loaded] }),
};

async function started(context: TestContext): Promise<Started> {
  const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });
  const project = await releasedProject(context, { "package.json": manifest, [file]: counter });
  const editor = await startEditor(context, { folders: [project.root] });
  const path = project.path(file);
  editor.open(path);
  await editor.pause();
  return { editor, project, path };
}

async function connected(context: TestContext, answers: Answers = {}): Promise<Started & { readonly runtime: FakeRuntime }> {
  const all = await started(context);
  const runtime = await fakeRuntime(context, { root: all.project.root }, { ...running, ...answers });
  assert.equal((await all.editor.request("instar/processes", {}).result).length, 1);
  return { ...all, runtime };
}
