/**
 * The language server with a runtime: how it finds one, what it shows of it, and what it asks of it. Most of it against a runtime that is
 * only its control endpoint, which gives the answers that a real system gives rarely.
 */
import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { DiagnosticSeverity } from "vscode-languageserver-protocol";
import type { LoadedModuleInfo, ProcessInfo, UpgradeReport } from "../runtime/src/protocol.ts";
import { type Editor, startEditor } from "./support/editor.ts";
import { type Answers, type FakeRuntime, fakeRuntime } from "./support/fake-runtime.ts";
import { changedCounter, counter as realCounter, counterApp } from "./support/counter.ts";
import { releasedProject } from "./support/released-project.ts";
import { startCli } from "./support/run-cli.ts";
import { temporaryProject, type TemporaryProject } from "./support/temporary-project.ts";

const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });

const counter = `import { actor } from "instar";

export interface Counter {
  init(): { readonly count: number };
  calls: { count(): number };
  casts: {};
  infos: {};
}

export default actor<Counter>({
  vsn: 2,
  init: () => ({ count: 0 }),
  calls: { count: ({ state, reply }) => reply(state.count) },
  casts: {},
  infos: {},
});
`;

const loaded: LoadedModuleInfo = {
  id: "src/counter.actor",
  file: "",
  kind: "actor",
  vsn: 2,
  shape: null,
  old: { vsn: 1, processes: 1, handlers: 0, timers: 0 },
  processes: 3,
};

const process1: ProcessInfo = {
  pid: "<0.2>",
  name: "tea",
  parent: "<0.1>",
  module: "src/counter.actor",
  kind: "actor",
  vsn: 2,
  status: "idle",
  mailbox: 0,
  stateSize: 20,
  since: "2026-01-01T00:00:00.000Z",
  restarts: 0,
  oldCode: false,
};
const processes = [process1, { ...process1, pid: "<0.3>" }, { ...process1, pid: "<0.4>", vsn: 1, oldCode: true }];

const committed: UpgradeReport = {
  outcome: "committed",
  modules: [{ id: "src/counter.actor", from: 1, to: 2, kind: "convert", steps: ["1 up"] }],
  processes: [],
  messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
  time: { build: 1, quiesce: 1, convert: 1, commit: 1, total: 4 },
  errors: [],
};

const running: Answers = {
  "processes/list": (_, reply) => reply({ processes }),
  "modules/list": (_, reply) => reply({ modules: [loaded] }),
};

test("a runtime that is there is connected to, and its processes are in lens and list", async (context) => {
  const { editor, file, project } = await started(context);
  await fakeRuntime(context, { root: project.root }, running);
  const [live, ...others] = await editor.request("instar/processes", {}).result;
  assert.deepEqual(others, []);
  assert.equal(live?.runtime.name, "dev");
  assert.deepEqual(live.processes, processes);
  assert.equal((await editor.lenses(file)).at(-1), "3 live (1 on v1)");
  const [module] = await editor.request("instar/modules", {}).result;
  assert.equal(module?.loaded, 2);
});

test("a run file that appears is noticed, and processes that change are told", async (context) => {
  const { editor, file, project } = await started(context);
  let now = processes;
  const changed = editor.next("instar/processesChanged");
  const connected = editor.next("instar/status", ({ runtime }) => runtime === "dev");
  const runtime = await fakeRuntime(
    context,
    { root: project.root },
    { ...running, "processes/list": (_, reply) => reply({ processes: now }) },
  );
  editor.changedOnDisk(runtime.runFile);
  await changed;
  await connected;
  now = processes.slice(0, 1);
  const again = editor.next("instar/processesChanged");
  runtime.notify("processes/changed", {});
  await again;
  assert.equal((await editor.lenses(file)).at(-1), "1 live on v2");
});

test("a runtime is found by the folder of run files, where the editor saw no more than that come", async (context) => {
  const { editor, project } = await started(context);
  await fakeRuntime(context, { root: project.root }, running);
  const connected = editor.next("instar/status", ({ runtime }) => runtime === "dev");
  editor.changedOnDisk(project.path(".instar/run"));
  await connected;
});

test("a runtime that ends is forgotten", async (context) => {
  const { editor, file, project, runtime } = await connected(context);
  const gone = editor.next("instar/processesChanged");
  rmSync(runtime.runFile);
  runtime.drop();
  await gone;
  assert.deepEqual(await editor.request("instar/processes", {}).result, []);
  assert.deepEqual(await editor.lenses(file), ["v2 (draft)", "never released"]);
  assert.equal(await editor.request("instar/processState", { root: project.root, pid: "<0.2>" }).result, null);
});

test("a runtime that comes back is connected to again", async (context) => {
  const { editor, project, runtime } = await connected(context);
  const gone = editor.next("instar/processesChanged");
  rmSync(runtime.runFile);
  runtime.drop();
  await gone;
  await fakeRuntime(context, { root: project.root }, running);
  assert.equal((await editor.request("instar/processes", {}).result).length, 1);
});

test("a run file that nothing stands behind is said, and harms nothing", async (context) => {
  const { editor, project } = await started(context);
  project.write({ ".instar/run/old.json": "{" });
  await fakeRuntime(context, { root: project.root, run: { token: "wrong" } }, running);
  assert.deepEqual(await editor.request("instar/processes", {}).result, []);
  assert.deepEqual(editor.errors, []);
  const [error] = (await editor.request("instar/upgrade", {}).result).errors;
  assert.equal(error?.code, "INSTAR_NO_RUNTIME");
  assert.match(error.message, /old\.json cannot be read as a run file.*does not accept the token.*Start one with/);
});

test("a process's state is text", async (context) => {
  const { editor, project } = await connected(context, {
    "processes/state": ({ pid }, reply) => reply({ text: `{ count: 1 } of ${pid}`, json: { count: 1 } }),
  });
  assert.deepEqual(await editor.request("instar/processState", { root: project.root, pid: "<0.3>" }).result, {
    text: "{ count: 1 } of <0.3>",
  });
  assert.equal(await editor.request("instar/processState", { root: project.root, pid: "<0.99>" }).result, null);
});

test("states of one version are shown with what the steps would make of them, and without where that cannot be tried", async (context) => {
  let outcome: UpgradeReport["outcome"] = "rehearsed";
  const converted = { pid: "<0.4>", name: "tea", module: "src/counter.actor", from: 1, to: 2, pause: 0, queued: 0, before: null };
  const { editor, project } = await connected(context, {
    "processes/state": ({ pid }, reply) => reply({ text: `{ count: 1 } of ${pid}`, json: null }),
    "upgrade/rehearse": (_, reply) =>
      reply({
        ...committed,
        outcome,
        processes: [{ ...converted, after: "{ count: 1, name: '' }" }],
        errors:
          outcome === "rehearsed"
            ? []
            : [{ code: "INSTAR_BUILD_FAILED", message: "It does not build.", module: null, pid: null, name: null, place: null }],
      }),
  });
  const states = () => editor.request("instar/states", { root: project.root, module: "src/counter.actor", from: 1 }).result;
  const own = { pid: "<0.4>", name: "tea", state: "{ count: 1 } of <0.4>" };
  assert.deepEqual(await states(), {
    runtimes: [{ name: "dev", states: [{ ...own, after: "{ count: 1, name: '' }" }], more: 0, problem: null }],
  });
  outcome = "failed";
  const [runtime] = (await states()).runtimes;
  assert.equal(runtime?.problem, "It does not build.");
  assert.deepEqual(await editor.request("instar/states", { root: project.root, module: "src/counter.actor", from: 7 }).result, {
    runtimes: [],
  });
});

test("an upgrade asks the runtime and gives its report; without a module it is of all that changed", async (context) => {
  const { editor, runtime } = await connected(context, {
    "upgrade/apply": (_, reply) => reply(committed),
    "upgrade/rehearse": (_, reply) => reply({ ...committed, outcome: "rehearsed" }),
    "upgrade/downgrade": (_, reply) => reply(committed),
  });
  assert.deepEqual(await editor.request("instar/upgrade", { module: "src/counter.actor" }).result, committed);
  assert.deepEqual(await editor.request("instar/upgrade", {}).result, committed);
  assert.equal((await editor.request("instar/upgrade", { rehearse: true }).result).outcome, "rehearsed");
  assert.deepEqual(await editor.request("instar/downgrade", { module: "src/counter.actor", vsn: 1 }).result, committed);
  assert.deepEqual(
    runtime.requests.filter(({ method }) => method.startsWith("upgrade/")),
    [
      { method: "upgrade/apply", params: { modules: ["src/counter.actor"] } },
      { method: "upgrade/apply", params: {} },
      { method: "upgrade/rehearse", params: {} },
      { method: "upgrade/downgrade", params: { targets: [{ module: "src/counter.actor", vsn: 1 }] } },
    ],
  );
});

test("an upgrade can be canceled, and the runtime says what became of it", async (context) => {
  const { editor, runtime } = await connected(context, {
    "upgrade/apply": () => {},
    onCancel: (reply) => reply({ ...committed, outcome: "canceled" }),
  });
  const { result, cancel } = editor.request("instar/upgrade", {});
  await runtime.asked("upgrade/apply");
  cancel();
  assert.equal((await result).outcome, "canceled");
});

test("an upgrade that is canceled while the runtime is looked for is not begun", async (context) => {
  const { editor, project } = await started(context);
  let answer: (() => void) | undefined;
  const runtime = await fakeRuntime(
    context,
    { root: project.root },
    {
      ...running,
      "processes/list": (_, reply) => {
        // Only the first asking is kept waiting.
        if (answer === undefined) answer = () => reply({ processes });
        else reply({ processes });
      },
      "upgrade/apply": (_, reply) => reply(committed),
    },
  );
  const { result, cancel } = editor.request("instar/upgrade", {});
  await runtime.asked("processes/list");
  cancel();
  await editor.read();
  answer?.();
  assert.equal((await result).outcome, "canceled");
  assert.ok(!runtime.requests.some(({ method }) => method === "upgrade/apply"));
});

test("a folder that leaves the workspace takes its runtimes with it", async (context) => {
  const { editor, project } = await connected(context);
  const gone = editor.next("instar/status", ({ runtime }) => runtime === null);
  editor.removeFolder(project.root);
  await gone;
  assert.deepEqual(await editor.request("instar/processes", {}).result, []);
});

test("a project that was opened through a link has the runtime that was started in the folder itself", async (context) => {
  const project = temporaryProject(context, { "package.json": manifest, "src/counter.actor.ts": counter });
  const link = `${project.root}-link`;
  symlinkSync(project.root, link, "junction");
  context.after(() => rmSync(link));
  const editor = await startEditor(context, { folders: [link] });
  await fakeRuntime(context, { root: project.root }, { ...running, "upgrade/apply": (_, reply) => reply(committed) });
  const [live] = await editor.request("instar/processes", {}).result;
  assert.ok(live);
  const { root } = live.runtime;
  assert.equal((await editor.request("instar/upgrade", { root, module: "src/counter.actor" }).result).outcome, "committed");
});

test("a finding at error level refuses an upgrade, until it is insisted on", async (context) => {
  const { editor, file, runtime } = await connected(context, { "upgrade/apply": (_, reply) => reply(committed) });
  editor.replace(file, "vsn: 2", "vsn: [2].length");
  const refused = await editor.request("instar/upgrade", { module: "src/counter.actor" }).result;
  assert.equal(refused.outcome, "refused");
  const [error] = refused.errors;
  assert.equal(error?.code, "vsn-not-literal");
  assert.deepEqual(error.place, { file, line: 11, column: 8 });
  assert.deepEqual(
    runtime.requests.filter(({ method }) => method === "upgrade/apply"),
    [],
  );
  assert.equal((await editor.request("instar/upgrade", { module: "src/counter.actor", force: true }).result).outcome, "committed");
});

test("an upgrade is judged by what is on disk now, also where nobody has told of it yet", async (context) => {
  const { editor, file } = await connected(context, { "upgrade/apply": (_, reply) => reply(committed) });
  const text = editor.text(file);
  editor.close(file);
  assert.equal((await editor.request("instar/upgrade", { module: "src/counter.actor" }).result).outcome, "committed");
  writeFileSync(file, text.replace("vsn: 2", "vsn: [2].length"));
  const { outcome, errors } = await editor.request("instar/upgrade", { module: "src/counter.actor" }).result;
  assert.deepEqual([outcome, errors[0]?.code], ["refused", "vsn-not-literal"]);
});

test("without a runtime an upgrade is refused, and the message says how to start one", async (context) => {
  const { editor } = await started(context);
  const { outcome, errors } = await editor.request("instar/upgrade", { module: "src/counter.actor" }).result;
  assert.equal(outcome, "refused");
  assert.equal(errors[0]?.code, "INSTAR_NO_RUNTIME");
  assert.match(errors[0].message, /Start Dev Runtime/);
});

test("with several runtimes an upgrade is refused, unless only one has loaded the module", async (context) => {
  const { editor, project } = await connected(context, { "upgrade/apply": (_, reply) => reply(committed) });
  const other = {
    ...running,
    "modules/list": (_: unknown, reply: (result: { modules: LoadedModuleInfo[] }) => void) => reply({ modules: [] }),
  };
  await fakeRuntime(context, { root: project.root, name: "other" }, other);
  assert.equal((await editor.request("instar/processes", {}).result).length, 2);
  assert.equal((await editor.request("instar/upgrade", { module: "src/counter.actor" }).result).outcome, "committed");
  const { errors } = await editor.request("instar/upgrade", {}).result;
  assert.equal(errors[0]?.code, "INSTAR_SEVERAL_RUNTIMES");
  assert.match(errors[0].message, /dev, other/);
});

test("a connection that is lost in the middle of an upgrade is said", async (context) => {
  const { editor, runtime } = await connected(context, { "upgrade/apply": () => {} });
  const { result } = editor.request("instar/upgrade", {});
  await runtime.asked("upgrade/apply");
  runtime.drop();
  await assert.rejects(result, /connection to the runtime dev ended.*instar ps\. Whether the new code was committed is not known/);
});

test("the whole loop on a real runtime: edit, refusal, fix, rehearsal, upgrade, downgrade", async (context) => {
  const file = "src/counter.actor.ts";
  const project = await releasedProject(context, { "package.json": manifest, [file]: realCounter, "src/app.ts": counterApp });
  const editor = await startEditor(context, { folders: [project.root] });
  const path = project.path(file);
  editor.open(path);
  await editor.pause();
  const dev = startCli(context, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  const [live] = await editor.request("instar/processes", {}).result;
  const counters = live?.processes.filter(({ module }) => module === "src/counter.actor") ?? [];
  assert.deepEqual(
    counters.map(({ name, vsn }) => [name, vsn]),
    [
      ["first", 1],
      ["second", 1],
    ],
  );
  assert.ok(live?.processes.some(({ pid, kind }) => pid === counters[0]?.parent && kind === "supervisor"));
  assert.deepEqual(await editor.lenses(path), ["v1", "no change since v1", "2 live on v1"]);

  // The field is renamed, and the editor refuses to upgrade to what it knows to be broken.
  editor.replace(path, editor.text(path), changedCounter);
  save();
  const refused = await editor.request("instar/upgrade", { module: "src/counter.actor" }).result;
  assert.deepEqual([refused.outcome, refused.errors[0]?.code], ["refused", "state-changed-no-code-change"]);
  await editor.pause();
  const finding = editor.diagnostics(path).find(({ code }) => code === "state-changed-no-code-change");
  assert.ok(finding);
  const actions = await editor.codeActions(path, finding);
  const renamed = actions.find(({ title }) => title.includes("title was renamed to name"));
  assert.ok(renamed, actions.map(({ title }) => title).join("\n"));
  editor.apply((await editor.resolve(renamed)).edit!);
  await editor.pause();
  // That callers see the new name as well is worth knowing, and refuses nothing.
  assert.deepEqual(
    editor.diagnostics(path).map(({ code, severity }) => [code, severity]),
    [["reply-type-changed", DiagnosticSeverity.Information]],
  );
  save();

  const rehearsed = await editor.request("instar/upgrade", { module: "src/counter.actor", rehearse: true }).result;
  assert.equal(rehearsed.outcome, "rehearsed", JSON.stringify(rehearsed.errors));
  assert.equal((await editor.lenses(path)).at(-1), "2 live on v1");
  const upgraded = await editor.request("instar/upgrade", { module: "src/counter.actor" }).result;
  assert.equal(upgraded.outcome, "committed", JSON.stringify(upgraded.errors));
  assert.equal((await editor.lenses(path)).at(-1), "2 live on v2");
  const state = () => editor.request("instar/processState", { root: project.root, pid: counters[1]!.pid }).result;
  assert.match((await state())?.text ?? "", /name: ['"]Two['"]/);
  const downgraded = await editor.request("instar/downgrade", { module: "src/counter.actor", vsn: 1 }).result;
  assert.equal(downgraded.outcome, "committed", JSON.stringify(downgraded.errors));
  assert.equal((await editor.lenses(path)).at(-1), "2 live on v1");
  assert.match((await state())?.text ?? "", /title: ['"]Two['"]/);

  // Ended by Ctrl-C, it is gone from the lens.
  const gone = editor.next("instar/status", ({ runtime }) => runtime === null);
  dev.process.kill("SIGINT");
  await gone;
  assert.ok(!(await editor.lenses(path)).some((lens) => lens.includes("live")));
  assert.deepEqual(editor.errors, []);

  function save(): void {
    project.write({ [file]: editor.text(path) });
    editor.changedOnDisk(path);
  }
});

test("a finding about old code names who holds it, asked for when old code comes or goes and not at every key", async (context) => {
  let old: LoadedModuleInfo["old"] = { vsn: 1, processes: 0, handlers: 0, timers: 0 };
  let now = processes;
  const held = { name: "tea", code: "tick", url: "file:///counter.actor.ts?v=1" };
  const { editor, file, runtime } = await connected(context, {
    "processes/list": (_, reply) => reply({ processes: now }),
    "modules/list": (_, reply) => reply({ modules: [{ ...loaded, old }] }),
    "code/holders": (_, reply) =>
      reply({
        versions: [
          {
            module: "src/counter.actor",
            vsn: 1,
            load: 1,
            status: "old",
            counts: { processes: 0, handlers: 0, timers: 0, functions: 3, instances: 0 },
            processes: [],
            timers: [],
            functions: [
              { ...held, pid: "<0.2>", path: "State.onTick" },
              { ...held, pid: "<0.99>", path: "State.onTick" },
              { ...held, pid: "<0.3>", path: "State.other[0]" },
            ],
            instances: [],
          },
        ],
        unknown: 0,
      }),
  });
  const lines = (): string[] => {
    const finding = editor.diagnostics(file).find(({ code }) => code === "function-in-state");
    return (finding?.relatedInformation ?? []).map(({ message }) => message);
  };
  const asked = (): number => runtime.requests.filter(({ method }) => method === "code/holders").length;
  const said = (text: string[]) => editor.shows(file, () => lines().join() === text.join());

  assert.equal(asked(), 0, "no finding is about old code");
  editor.replace(file, "{ readonly count: number }", "{ readonly count: number; readonly onTick: () => void }");
  editor.replace(file, "{ count: 0 }", "{ count: 0, onTick: () => {} }");
  await editor.pause();
  const line = "In dev, tea <0.2> holds `tick` of version 1 at `State.onTick`.";
  await said([line]);
  editor.replace(file, "reply(state.count)", "reply(state.count + 1)");
  await editor.pause();
  assert.deepEqual([lines(), asked()], [[line], 1]);

  // Who holds it has ended, and then the old code has been purged.
  now = [{ ...process1, pid: "<0.3>" }];
  runtime.notify("processes/changed", {});
  await said([]);
  assert.equal(asked(), 1);
  old = null;
  const again = runtime.asked("code/holders", 2);
  runtime.notify("processes/changed", {});
  await again;
});

interface Started {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  readonly file: string;
}

async function started(context: TestContext): Promise<Started> {
  const project = temporaryProject(context, { "package.json": manifest, "src/counter.actor.ts": counter });
  const editor = await startEditor(context, { folders: [project.root] });
  const file = project.path("src/counter.actor.ts");
  editor.open(file);
  await editor.pause();
  return { editor, project, file };
}

async function connected(context: TestContext, answers: Answers = {}): Promise<Started & { readonly runtime: FakeRuntime }> {
  const all = await started(context);
  const runtime = await fakeRuntime(context, { root: all.project.root }, { ...running, ...answers });
  assert.equal((await all.editor.request("instar/processes", {}).result).length, 1);
  return { ...all, runtime };
}
