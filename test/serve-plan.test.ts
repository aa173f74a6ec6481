/** Plans, reports and comparisons as documents of the language server: on a real runtime, and on one that is only its control endpoint. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { CodeLens, DocumentLink, DocumentSymbol } from "vscode-languageserver-protocol";
import type { ProcessInfo, UpgradeError, UpgradePlan, UpgradeReport } from "../runtime/src/protocol.ts";
import { counterApp, counterSource } from "./support/counter.ts";
import { type Editor, startEditor } from "./support/editor.ts";
import { type Answers, fakeRuntime } from "./support/fake-runtime.ts";
import { inRepository } from "./support/git-project.ts";
import { releasedProject } from "./support/released-project.ts";
import { startCli } from "./support/run-cli.ts";
import type { TemporaryProject } from "./support/temporary-project.ts";

const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });
const file = "src/counter.actor.ts";
const id = "src/counter.actor";
const commands = ["instar.rehearsePlan", "instar.applyPlan", "instar.applyPlanBy", "instar.showUpgradePlan"];

/** Of a process that was started anew, `born` is another one. */
const state = "  readonly title: string;\n  readonly count: number;\n  readonly born: number;";
const initial = "{ title, count: 0, born: performance.now() }";
const first = counterSource({ state, initial });
const second = counterSource({
  vsn: "2",
  state: `${state}\n  readonly step: number;`,
  initial: initial.replace(" }", ", step: 1 }"),
  codeChange: `
  codeChange: {
    1: {
      up: (old: Omit<State, "step">): State => ({ ...old, step: 1 }),
      down: ({ step: _, ...old }: State): Omit<State, "step"> => old,
    },
  },`,
});

test("a plan is read, rehearsed and carried out on a real runtime, and what it says of costs is what happens", async (context) => {
  const { editor, project, path } = await opened(context);
  const dev = startCli(context, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  const born = async (): Promise<string[]> => {
    const [live] = await editor.request("instar/processes", {}).result;
    const pids = live?.processes.filter(({ module }) => module === id).map(({ pid }) => pid) ?? [];
    const states = pids.map((pid) => editor.request("instar/processState", { root: project.root, pid }).result);
    return (await Promise.all(states)).map((each) => /born: [\d.]+/.exec(each?.text ?? "")?.[0] ?? "none");
  };
  const atFirst = await born();
  assert.equal(atFirst.length, 2);

  const { uri } = await editor.request("instar/plan", { module: id }).result;
  assert.match(uri, /^instar-plan:\/Upgrade%20Plan%20of%20counter\.actor\.instar-plan\?/);
  assert.match(
    await editor.content(uri),
    /^Upgrade plan of src\/counter\.actor in the runtime dev, made at .*\nNothing to do: the running code/,
  );
  assert.deepEqual(await actions(editor, uri), ["Refresh"]);

  edit(editor, project, second);
  assert.equal((await editor.request("instar/plan", { module: id }).result).uri, uri);
  const text = await editor.content(uri);
  assert.match(text, /\nAn upgrade would go like this\..*\n\nStrategy: hot\n {2}nothing forces a stronger one\n/);
  assert.match(
    text,
    /\n {2}hot +no state is lost; 2 processes wait for a moment\n {2}restart +2 processes lose their states: 2 of src\/counter\.actor; they /,
  );
  assert.deepEqual(await actions(editor, uri), ["Rehearse", "Apply", "Apply by…", "Refresh"]);
  const links = await editor.ask<DocumentLink[]>("textDocument/documentLink", { textDocument: { uri } });
  assert.deepEqual(
    links.map(({ target }) => target),
    ["actor<Counter>", "1: {"].map((at) => {
      const before = second.slice(0, second.indexOf(at)).split("\n");
      return `${editor.uri(path)}#L${before.length},${before.at(-1)!.length + 1}`;
    }),
  );

  const symbols = await editor.ask<DocumentSymbol[]>("textDocument/documentSymbol", { textDocument: { uri } });
  assert.deepEqual(
    symbols.map(({ name, range }) => [name, range.end.line - range.start.line]),
    [
      ["Strategy: hot", 5],
      ["Modules, in this order", 1],
      ["Processes", 2],
    ],
  );

  const rehearsed = await editor.request("instar/upgrade", { module: id, rehearse: true, plan: uri }).result;
  assert.equal(rehearsed.outcome, "rehearsed", JSON.stringify(rehearsed.errors));
  const after = await editor.content(uri);
  assert.match(after, /\nRehearsal at [\d:]+\n {2}it would work\. Nothing was changed, on copies of 2 live states\n/);
  assert.match(after, /\n {2}way back +2 of 2 states come back as they were\n/);
  assert.match(after, /\n {4}first +<[\d.]+> +1 → 2 +[\d.]+ ms +lossless\n/);

  // Written again meanwhile: what was read is not what would happen.
  edit(editor, project, `${second}// edited\n`);
  await editor.read();
  assert.match(await editor.content(uri), /\nStale: src\/counter\.actor\.ts was written since\. Refresh it/);
  const refused = await editor.request("instar/upgrade", { module: id, plan: uri }).result;
  assert.deepEqual([refused.outcome, refused.errors[0]?.code], ["refused", "INSTAR_PLAN_STALE"]);
  assert.doesNotMatch(await editor.content(uri), /Stale|Rehearsal/);
  assert.deepEqual(await born(), atFirst);

  const upgraded = await editor.request("instar/upgrade", { module: id, plan: uri }).result;
  assert.equal(upgraded.outcome, "committed", JSON.stringify(upgraded.errors));
  assert.match(await editor.content(uri), /\nCarried out at [\d:]+: Committed in .*: the new code serves\.\n/);
  assert.deepEqual(await actions(editor, uri), ["Refresh"]);
  assert.deepEqual(await born(), atFirst, "no state was lost");

  const back = await editor.request("instar/rollback", { root: project.root }).result;
  assert.deepEqual([back.outcome, back.operation], ["committed", "rollback"]);
  assert.deepEqual(await born(), atFirst);
  await editor.request("instar/plan", { module: id }).result;
  const anew = await editor.request("instar/upgrade", { module: id, plan: uri, strategy: "restart" }).result;
  const ended = anew.processes.filter(({ restarted }) => restarted);
  assert.equal(ended.length, 2, "as it was predicted");
  assert.equal((await born()).filter((each) => atFirst.includes(each)).length, 0, "a restart loses them all");
  assert.deepEqual(editor.errors, []);
});

const loaded = { id, file: "", kind: "actor", vsn: 1, shape: null, old: null, processes: 1 } as const;
const empty: UpgradePlan = { groups: [], modules: [], convert: [], restart: [], blocked: [], messages: [], errors: [] };
const planned: UpgradePlan = {
  ...empty,
  stamp: "a",
  groups: [[id]],
  modules: [{ id, from: 1, to: 2, kind: "convert", steps: ["1 up"], irreversible: [], probation: "rollBack" }],
};
const report: UpgradeReport = {
  outcome: "failed",
  modules: [{ id, from: 1, to: 2, kind: "convert", steps: ["1 up"] }],
  processes: [],
  messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
  time: { build: 1, quiesce: 1, convert: 1, commit: 0, total: 3 },
  errors: [],
};
const process: ProcessInfo = {
  pid: "<0.2>",
  name: null,
  parent: null,
  module: id,
  kind: "actor",
  vsn: 1,
  status: "idle",
  mailbox: 0,
  stateSize: 1,
  since: "2026-01-01T00:00:00.000Z",
  restarts: 0,
  oldCode: false,
};
const running: Answers = {
  "processes/list": (_, reply) => reply({ processes: [] }),
  "modules/list": (_, reply) => reply({ modules: [loaded] }),
  "upgrade/plan": (_, reply) => reply(planned),
};

test("a plan is named to the runtime, which has the last word on whether it still holds", async (context) => {
  const { editor, project } = await opened(context, second);
  const error = { code: "INSTAR_PLAN_STALE", message: "m", module: null, pid: null, name: null, place: null };
  const runtime = await fakeRuntime(
    context,
    { root: project.root },
    { ...running, "upgrade/apply": (_, reply) => reply({ ...report, outcome: "refused", errors: [error] }) },
  );
  const { uri } = await editor.request("instar/plan", {}).result;
  assert.equal((await editor.request("instar/upgrade", { plan: uri }).result).errors[0]?.code, "INSTAR_PLAN_STALE");
  assert.deepEqual(runtime.requests.find(({ method }) => method === "upgrade/apply")?.params, { plan: "a" });
  assert.doesNotMatch(await editor.content(uri), /Carried out/);
  // As an editor has it that outlived a server: nobody made it anew.
  const unknown = await editor.request("instar/upgrade", { plan: uri.replace("?", "%20Before?") }).result;
  assert.match(unknown.errors[0]?.message ?? "", /was started anew since it was made\. Show it anew/);
});

test("a plan says that its runtime has ended, and without one what the analysis knows", async (context) => {
  const { editor, project } = await opened(context, second);
  const runtime = await fakeRuntime(context, { root: project.root }, running);
  const { uri } = await editor.request("instar/plan", {}).result;
  assert.match(await editor.content(uri), /^Upgrade plan of all changed modules in the runtime dev/);
  const changed = editor.contentChanged(uri);
  rmSync(runtime.runFile);
  runtime.drop();
  await changed;
  assert.match(await editor.content(uri), /\nStale: the runtime dev has ended\. Refresh it/);
  await editor.request("instar/plan", {}).result;
  const text = await editor.content(uri);
  assert.match(text, /^Upgrade plan of all changed modules, made at .*\nAn upgrade would be refused/);
  assert.match(text, /\nModules, in this order\n {2}1\. {2}src\/counter\.actor\n/);
  assert.match(text, /\nErrors\n {2}INSTAR_NO_RUNTIME\n {4}No dev runtime .*Start Dev Runtime/);
  assert.deepEqual(await actions(editor, uri), ["Refresh"]);
});

test("an editor that still has the document of another server gets it anew", async (context) => {
  const { editor, project } = await opened(context);
  const query = encodeURIComponent(JSON.stringify({ root: project.root }));
  assert.match(await editor.content(`instar-plan:/Upgrade%20Plan.instar-plan?${query}`), /^Upgrade plan of all changed modules, made at/);
  assert.match(await editor.content(`instar-report:/Upgrade.instar-report?${encodeURIComponent('{"id":7}')}`), /^This report is gone/);
  assert.equal(await editor.content("instar-report:/Upgrade.instar-report?%7B"), "This document is gone.\n");
});

test("a document that is open still after the server was started anew has its lenses, and the text that they are of", async (context) => {
  const { editor, project } = await opened(context);
  await fakeRuntime(context, { root: project.root }, running);
  const uri = `instar-plan:/Upgrade Plan.instar-plan?${encodeURIComponent("{}")}`;
  const changed = editor.contentChanged(uri);
  const [lenses] = await Promise.all([
    editor.ask<CodeLens[]>("textDocument/codeLens", { textDocument: { uri } }),
    editor.ask<DocumentLink[]>("textDocument/documentLink", { textDocument: { uri } }),
    editor.ask<DocumentSymbol[]>("textDocument/documentSymbol", { textDocument: { uri } }),
  ]);
  await changed;
  assert.deepEqual(
    lenses.map(({ command }) => command?.title),
    ["Rehearse", "Apply", "Apply by…", "Refresh"],
  );
  assert.match(await editor.content(uri), /^Upgrade plan of all changed modules/);
  const elsewhere = { textDocument: { uri: "output:/tasks" } };
  assert.equal(await editor.ask<CodeLens[] | null>("textDocument/codeLens", elsewhere), null);
});

test("a report is a document with links into the code", async (context) => {
  const { editor, project, path } = await opened(context);
  const error = {
    code: "INSTAR_CODE_CHANGE_FAILED",
    message: "it threw",
    module: id,
    pid: "<0.2>",
    name: "first",
    place: { file: path, line: 3, column: 5 },
  };
  const { uri } = await editor.request("instar/report", {
    title: "Upgrade",
    at: "2026-01-02T03:04:05.000Z",
    report: { ...report, errors: [error] },
  }).result;
  assert.match(
    await editor.content(uri),
    /^Upgrade at .* on 2026-01-02\nFailed\. Everything is as it was\.\n\nErrors\n {2}INSTAR_CODE_CHANGE_FAILED in src\/counter\.actor, process first <0\.2> at src\/counter\.actor\.ts:3:5\n {4}it threw\n\nModules\n/,
  );
  const links = await editor.ask<DocumentLink[]>("textDocument/documentLink", { textDocument: { uri } });
  assert.deepEqual(
    links.map(({ target }) => target),
    [`${editor.uri(project.path(file))}#L3,5`],
  );
});

test("how far an upgrade is, and that one was taken back, is told", async (context) => {
  const { editor, project } = await opened(context);
  const runtime = await fakeRuntime(context, { root: project.root }, running);
  await editor.request("instar/processes", {}).result;
  const told = editor.next("instar/upgradeProgress");
  runtime.notify("upgrade/progress", { phase: "rest", busy: 2 });
  assert.deepEqual(await told, { root: project.root, runtime: "dev", phase: "rest", busy: 2 });
  const back = editor.next("instar/rolledBack");
  const rolledBack = { ...report, outcome: "committed", operation: "rollback", why: "a test" };
  runtime.notify("upgrade/rolledBack", rolledBack);
  assert.deepEqual(await back, { root: project.root, runtime: "dev", report: rolledBack });
});

test("each way of carrying a change out, and back, is asked with what it costs, and carried out by the strategy that was picked", async (context) => {
  const { editor, project } = await opened(context, second);
  const { root } = project;
  const processes = ["<0.2>", "<0.3>"].map((pid) => ({ ...process, pid }));
  const stuck = {
    code: "INSTAR_CANNOT_TRAVEL",
    message:
      "<0.2> (src/counter.actor) cannot move to another program: State.log is the function log. Keep plain data, pids and mfa(…) in states.",
    module: id,
    pid: "<0.2>",
    name: null,
    place: null,
  };
  let errors: readonly UpgradeError[] = [stuck];
  const committed: UpgradeReport = { ...report, outcome: "committed" };
  const runtime = await fakeRuntime(
    context,
    { root },
    {
      "processes/list": (_, reply) => reply({ processes }),
      "modules/list": (_, reply) => reply({ modules: [loaded] }),
      "upgrade/plan": ({ strategy }, reply) =>
        reply({
          ...planned,
          ...(strategy === "restart" ? { restart: processes.map(({ pid }) => ({ pid, name: null, module: id })) } : {}),
          errors: strategy === "blue-green" ? errors : [],
        }),
      "upgrade/apply": (_, reply) => reply(committed),
      "upgrade/downgrade": (_, reply) => reply(committed),
      "upgrade/rollback": (_, reply) => reply(committed),
    },
  );
  const costs = async (operation: "upgrade" | "downgrade" | "rollback") =>
    (await editor.request("instar/strategies", { root, module: id, operation }).result).map(
      ({ strategy, losesStates, impossible, cost }) => [strategy, losesStates, impossible ?? cost],
    );
  const lost = "2 processes lose their states: 2 of src/counter.actor; they end and are started anew";
  const cannot = "1 process cannot move (State.log is the function log)";
  const inTheWay = [
    ["window", false, cannot],
    ["blue-green", false, cannot],
  ];
  assert.deepEqual(await costs("upgrade"), [["restart", true, lost], ...inTheWay]);
  assert.deepEqual(await costs("downgrade"), [["restart", true, lost], ...inTheWay]);
  const [restart, ...moves] = await costs("rollback");
  assert.deepEqual(moves, inTheWay);
  assert.match(String(restart?.[2]), /all processes of the modules that the last upgrade changed lose their states/);
  errors = [];
  assert.deepEqual((await costs("downgrade")).slice(1), [
    ["window", false, "no state is lost; all 2 processes stop until the new code has taken their states over"],
    ["blue-green", false, "no state is lost; old and new code run beside each other until the states are handed over"],
  ]);

  await editor.request("instar/upgrade", { root, module: id, strategy: "window" }).result;
  await editor.request("instar/downgrade", { root, module: id, vsn: 1, strategy: "blue-green" }).result;
  await editor.request("instar/rollback", { root, strategy: "restart" }).result;
  const asked = runtime.requests.filter(({ method }) => /apply|downgrade|rollback/.test(method));
  assert.deepEqual(
    asked.map(({ method, params }) => [method, params]),
    [
      ["upgrade/apply", { modules: [id], strategy: "window" }],
      ["upgrade/downgrade", { targets: [{ module: id, vsn: 1 }], strategy: "blue-green" }],
      ["upgrade/rollback", { strategy: "restart" }],
    ],
  );
});

test("a downgrade and a rollback by another strategy can be canceled before their commit", async (context) => {
  const { editor, project } = await opened(context, second);
  const canceled: UpgradeReport = { ...report, outcome: "canceled" };
  const runtime = await fakeRuntime(
    context,
    { root: project.root },
    { ...running, "upgrade/downgrade": () => {}, "upgrade/rollback": () => {}, onCancel: (reply) => reply(canceled) },
  );
  for (const [asking, method] of [
    [editor.request("instar/downgrade", { module: id, vsn: 1, strategy: "window" }), "upgrade/downgrade"],
    [editor.request("instar/rollback", { strategy: "blue-green" }), "upgrade/rollback"],
  ] as const) {
    await runtime.asked(method);
    asking.cancel();
    assert.equal((await asking.result).outcome, "canceled");
  }
});

test("a connection that is lost in the middle of an upgrade: what is known of the system, and what to do", async (context) => {
  const { editor, project } = await opened(context);
  const runtime = await fakeRuntime(
    context,
    { root: project.root },
    { ...running, "upgrade/apply": () => {}, "upgrade/rollback": () => {} },
  );
  const { result } = editor.request("instar/upgrade", {});
  await runtime.asked("upgrade/apply");
  runtime.drop();
  await assert.rejects(result, /committed is not known\. It can be reached again, and runs version 1 of src\/counter\.actor: look whether/);
  const back = editor.request("instar/rollback", {}).result;
  await runtime.asked("upgrade/rollback");
  rmSync(runtime.runFile);
  runtime.drop();
  await assert.rejects(back, /committed is not known\. It cannot be reached now\. Started anew, it runs the sources as they are/);
});

test("the source is compared with its release, and follows what is typed", async (context) => {
  const { editor, project, path } = await opened(context);
  const compared = await compare(editor, "baseline", "source");
  assert.equal(compared.title, "counter.actor: v1 ↔ source (v1)");
  assert.equal(compared.left, editor.uri(project.path(`.instar/releases/${id}/1.d.ts`)));
  assert.match(compared.right, /^instar-release:\/src\/counter\.actor\/source\.d\.ts\?/);
  assert.match(
    await editor.content(compared.right),
    /^\/\/ src\/counter\.actor as its source is now, version 1\.\n\nexport interface State \{\n {2}readonly title: string;/,
  );
  const changed = editor.contentChanged(compared.right);
  editor.replace(path, editor.text(path), second);
  await editor.pause();
  await changed;
  assert.match(await editor.content(compared.right), /version 2\.\n\nexport interface State \{\n[^}]*\n {2}readonly step: number;\n/);
  assert.equal((await compare(editor, "baseline", "source")).title, "counter.actor: v1 ↔ source (v2 draft)");
  // In the middle of an edit, what was there last stays.
  editor.replace(path, "export interface State {", "export interface State {{");
  await editor.pause();
  assert.match(await editor.content(compared.right), /step: number/);
});

test("the source is compared with the git ref that the configuration names, as its sources say it", async (context) => {
  const { editor, project, path } = await opened(context, first, (root) => {
    const repository = inRepository(root);
    repository.write({ "instar.config.json": JSON.stringify({ baseline: "main" }), ".gitignore": "node_modules\n" });
    repository.git("init", "-q", "-b", "main");
    repository.commit("first");
  });
  editor.replace(path, editor.text(path), second);
  await editor.pause();
  const compared = await compare(editor, "baseline", "source");
  assert.equal(compared.title, "counter.actor: main (v1) ↔ source (v2 draft)");
  assert.match(await editor.content(compared.left), /^\/\/ src\/counter\.actor at main, version 1\.\n/);
  assert.doesNotMatch(await editor.content(compared.left), /step/);
  assert.deepEqual([project.root !== "", editor.errors], [true, []]);
});

test("two releases are compared as they lie there, and what is missing is said with what to do", async (context) => {
  const { editor, project } = await opened(context);
  project.write({ [`.instar/releases/${id}/2.d.ts`]: "// another\n", "src/new.actor.ts": first });
  editor.changedOnDisk(project.path("src/new.actor.ts"));
  const compared = await compare(editor, 1, 2);
  assert.deepEqual([compared.title, compared.right], ["counter.actor: v1 ↔ v2", editor.uri(project.path(`.instar/releases/${id}/2.d.ts`))]);
  const problem = async (module: string, left: number | "baseline") => {
    const result = await editor.request("instar/compare", { module, left, right: "source" }).result;
    return "problem" in result ? result.problem : result.title;
  };
  assert.match(await problem(id, 9), /no snapshot of version 9.*Write Release Snapshots/);
  assert.match(await problem("src/new.actor", "baseline"), /was never released.*Write Release Snapshots/);
  assert.match(await problem("src/gone.actor", "baseline"), /no actor module .*releases can be compared/);
});

async function opened(context: TestContext, source = first, prepare: (project: TemporaryProject) => void = () => {}) {
  const project = await releasedProject(context, { "package.json": manifest, [file]: first, "src/app.ts": counterApp });
  project.write({ [file]: source });
  prepare(project);
  const editor = await startEditor(context, { folders: [project.root], initializationOptions: { commands } });
  const path = project.path(file);
  editor.open(path);
  await editor.pause();
  return { editor, project, path };
}

function edit(editor: Editor, project: TemporaryProject, text: string): void {
  const path = project.path(file);
  editor.replace(path, editor.text(path), text);
  project.write({ [file]: text });
  editor.changedOnDisk(path);
}

async function actions(editor: Editor, uri: string): Promise<(string | undefined)[]> {
  const lenses = await editor.ask<CodeLens[]>("textDocument/codeLens", { textDocument: { uri } });
  return lenses.map(({ command }) => command?.title);
}

async function compare(editor: Editor, left: number | "baseline", right: number | "source") {
  const compared = await editor.request("instar/compare", { module: id, left, right }).result;
  assert.ok("title" in compared, JSON.stringify(compared));
  return compared;
}
