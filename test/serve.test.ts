/** The language server in conversation with an editor, on real projects with the real analysis: what is said, when, and for which text. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Diagnostic } from "vscode-languageserver-protocol/node";
import { gitProject } from "./support/git-project.ts";
import { type Editor, type EditorOptions, startEditor, vscode } from "./support/editor.ts";
import { temporaryProject, type TemporaryProject } from "./support/temporary-project.ts";
import type { FixAnswers } from "../server/src/protocol.ts";
import { testSeed } from "./support/test-seed.ts";

const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });

const room = `import { actor } from "instar";

export interface State {
  readonly title: string;
  readonly size: number;
}

export interface Room {
  init(title: string): State;
  calls: { size(): number };
  casts: {};
  infos: {};
}

export default actor<Room>({
  vsn: 1,
  init: (title) => ({ title, size: 0 }),
  calls: { size: ({ state, reply }) => reply(state.size) },
  casts: {},
  infos: {},
});
`;

const changed = "state-changed-no-code-change";

test("a changed state is found while it is typed, and the quick fix ends it", async (context) => {
  const { editor, file, project } = await released(context);
  editor.replace(file, "  readonly size: number;", "  readonly size: number;\n  readonly topic: string;");
  editor.replace(file, "({ title, size: 0 })", '({ title, size: 0, topic: "" })');
  await editor.pause();
  const [finding, ...others] = editor.diagnostics(file);
  assert.deepEqual(others, []);
  assert.equal(finding?.code, changed);
  assert.equal(finding.severity, 1);
  assert.equal(finding.source, "instar");
  assert.match(finding.codeDescription?.href ?? "", /^https:\/\/github\.com\/.*\/rules\/state-changed-no-code-change\.md$/);

  const actions = await editor.codeActions(file, finding);
  const preferred = actions.filter(({ isPreferred }) => isPreferred);
  assert.equal(preferred.length, 1);
  assert.equal(preferred[0]?.edit, undefined, "the edit is made when it is asked for");
  assert.deepEqual(preferred[0]?.diagnostics, [finding]);
  const { edit } = await editor.resolve(preferred[0]);
  assert.ok(edit?.documentChanges, "the edit is versioned");
  editor.apply(edit);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  assert.match(editor.text(file), /vsn: 2,[^]*codeChange: \{[^]*up[^]*down/);
  assert.equal(project.read("src/room.actor.ts"), room, "the disk is the editor's");
  assert.deepEqual(editor.errors, []);
});

test("the lens tells the version, the changes and the steps, as they are typed", async (context) => {
  const { editor, file } = await started(context);
  assert.deepEqual(await editor.lenses(file), ["v1 (draft)", "never released"]);
  await release(editor, file);
  assert.deepEqual(await editor.lenses(file), ["v1", "no change since v1"]);
  editor.replace(file, "  readonly size: number;", "  readonly size: number;\n  readonly topic: string;");
  editor.replace(file, "vsn: 1", "vsn: 2");
  assert.deepEqual(await editor.lenses(file), ["v2 (draft)", "1 change since v1", "up missing, down unneeded"]);
});

test("whether a field was renamed is for a person to say: one action for each answer, none preferred", async (context) => {
  const { editor, file } = await released(context);
  editor.replace(file, "readonly title: string", "readonly name: string");
  editor.replace(file, "(title) => ({ title,", "(name) => ({ name,");
  await editor.pause();
  const finding = only(editor.diagnostics(file));
  const actions = await editor.codeActions(file, finding);
  const renamed = actions.find(({ title }) => title.endsWith("(title was renamed to name)"));
  const dropped = actions.find(({ title }) => title.endsWith("(title dropped, name added)"));
  assert.ok(renamed && dropped, actions.map(({ title }) => title).join("\n"));
  assert.ok(actions.indexOf(renamed) < actions.indexOf(dropped));
  assert.deepEqual(
    actions.filter(({ isPreferred }) => isPreferred),
    [],
  );
  assert.deepEqual(await editor.codeActions(file, finding, ["source.fixAll"]), [], "fix all answers nothing");

  const whole = JSON.stringify((await editor.resolve(dropped)).edit);
  assert.doesNotMatch(whole, /name: \w+\.title/);
  editor.apply((await editor.resolve(renamed)).edit!);
  assert.match(editor.text(file), /name: \w+\.title/);
  assert.match(editor.text(file), /title: \w+\.name/);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
});

test("a client that can ask is asked to: which renames and first values a fix does not know, and the fix with the answers", async (context) => {
  const { editor, file } = await released(context, { initializationOptions: { commands: ["instar.answer"] } });
  editor.replace(file, "readonly title: string", "readonly name: string;\n  readonly at: Date");
  editor.replace(file, "(title) => ({ title,", "(name) => ({ name, at: new Date(),");
  await editor.pause();
  const finding = only(editor.diagnostics(file));
  const asking = (await editor.codeActions(file, finding)).find(({ command }) => command?.command === "instar.answer");
  assert.match(asking?.title ?? "", /, and ask for what is not known$/);
  const [fix] = (asking?.command?.arguments ?? []) as FixAnswers[];
  assert.ok(fix);
  const questions = await editor.request("instar/fixQuestions", { fix }).result;
  assert.deepEqual(questions?.renames, [{ from: "State.title", to: "State.name" }]);
  const values = questions.values.map(({ path, suggestion }) => [path, suggestion]);
  assert.deepEqual(values, [
    ["State.name", '""'],
    ["State.at", null],
    ["State.title", '""'],
  ]);
  const renames = { "State.title": "State.name" };
  const then = await editor.request("instar/fixQuestions", { fix: { ...fix, renames } }).result;
  assert.deepEqual(
    then?.values.map(({ path, type }) => [path, type]),
    [["State.at", "Date"]],
  );
  await assert.rejects(
    editor.request("instar/fix", { fix: { ...fix, renames, values: { "State.at": "0), evil(" } } }).result,
    /no expression/,
  );
  const made = await editor.request("instar/fix", { fix: { ...fix, renames, values: { "State.at": "new Date(0)" } } }).result;
  assert.ok(made);
  editor.apply(made.edit);
  assert.match(editor.text(file), /name: old\.title,\n +at: new Date\(0\),/);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  assert.equal(await editor.request("instar/fixQuestions", { fix }).result, null, "its finding is gone");
});

test("a client that cannot ask gets no such action", async (context) => {
  const { editor, file } = await released(context, { initializationOptions: { commands: [] } });
  editor.replace(file, "  readonly size: number;", "  readonly size: number;\n  readonly topic: string;");
  await editor.pause();
  const actions = await editor.codeActions(file, only(editor.diagnostics(file)));
  assert.deepEqual(
    actions.filter(({ command }) => command !== undefined),
    [],
  );
});

test("fix all takes what has no open question, in one edit", async (context) => {
  const { editor, file } = await released(context);
  editor.replace(file, "  readonly size: number;\n", "");
  editor.replace(file, "({ title, size: 0 })", "({ title })");
  editor.replace(file, "reply(state.size)", "reply(0)");
  await editor.pause();
  assert.deepEqual(new Set(editor.diagnostics(file).map(({ code }) => code)), new Set(["state-changed-no-down", "version-not-bumped"]));
  const [action, ...others] = await editor.codeActions(file, "import", ["source.fixAll.instar"]);
  assert.deepEqual(others, []);
  assert.equal(action?.kind, "source.fixAll.instar");
  editor.apply(action.edit!);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  assert.match(editor.text(file), /vsn: 2,[^]*down: /);
  assert.deepEqual(await editor.codeActions(file, "import", ["source.fixAll"]), []);
});

test("an edit for a text that has moved on is refused, not applied", async (context) => {
  const { editor, file } = await released(context);
  editor.replace(file, "  readonly size: number;", "  readonly size: number;\n  readonly topic: string;");
  await editor.pause();
  const [action] = await editor.codeActions(file, only(editor.diagnostics(file)));
  const { edit } = await editor.resolve(action!);
  editor.replace(file, "import", "// A comment.\nimport");
  assert.throws(() => editor.apply(edit!), /version/);
  // Asked for again, it is right again.
  editor.apply((await editor.resolve(action!)).edit!);
  editor.replace(file, editor.text(file), room);
  await editor.pause();
  await assert.rejects(editor.resolve(action!), /changed since/);
});

test("an editor that resolves nothing and knows no versions gets whole edits", async (context) => {
  const capabilities = { ...vscode, textDocument: {}, workspace: {} };
  const { editor, file } = await released(context, { capabilities });
  editor.replace(file, "  readonly size: number;", "  readonly size: number;\n  readonly topic: string;");
  await editor.pause();
  const finding = only(editor.diagnostics(file));
  assert.equal(finding.codeDescription, undefined);
  const [action] = await editor.codeActions(file, finding);
  assert.deepEqual(Object.keys(action?.edit?.changes ?? {}), [editor.uri(file)]);
  editor.apply(action!.edit!);
  await editor.pause();
  assert.deepEqual(
    editor.diagnostics(file).filter(({ severity }) => severity === 1),
    [],
  );
});

test("an edit shows its findings at once, and of two quick ones the whole project is judged once", async (context) => {
  const { editor, file } = await released(context);
  const before = editor.published.length;
  editor.replace(file, "readonly size: number;", "readonly size: number; readonly a: string;");
  await editor.read();
  editor.replace(file, "readonly a: string;", "");
  await editor.read();
  const published = () => editor.published.slice(before).map(({ version, diagnostics }) => [version, diagnostics.length]);
  const atOnce = [
    [2, 1],
    [3, 0],
  ];
  assert.deepEqual(published(), atOnce);
  assert.equal(editor.waiting, 1);
  await editor.pause();
  assert.deepEqual(published(), atOnce);
});

test("whatever is published is true of the version that it names", async (context) => {
  const seed = testSeed();
  context.diagnostic(`SEED=${seed}`);
  const random = randomOf(seed);
  const { editor, file } = await released(context);
  const before = editor.published.length;
  const wrong = new Set<number>();
  let added = false;
  for (let step = 0; step < 30; step++) {
    if (added) editor.replace(file, " readonly a: string;", "");
    else editor.replace(file, "readonly size: number;", "readonly size: number; readonly a: string;");
    added = !added;
    if (added) wrong.add(editor.version(file));
    const choice = random();
    // Typing on while the server works, or pausing until it is done.
    if (choice < 0.4) await editor.read();
    if (choice < 0.2) await editor.pause();
  }
  await editor.pause();
  const published = editor.published.slice(before).filter(({ uri }) => uri === editor.uri(file));
  assert.equal(published.at(-1)?.version, editor.version(file));
  for (const { version, diagnostics } of published) assert.equal(diagnostics.length > 0, wrong.has(version!), `version ${version}`);
});

test("a file that does not parse is ordinary input", async (context) => {
  const { editor, file } = await released(context);
  editor.replace(file, room.slice(room.indexOf("  vsn: 1")), "  vsn: ");
  await editor.pause();
  await editor.lenses(file);
  await editor.codeActions(file, "actor<Room>");
  editor.replace(file, "  vsn: ", room.slice(room.indexOf("  vsn: 1")));
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  assert.deepEqual(editor.errors, []);
});

test("what a file says on disk counts when it is not open, and again when it is closed unsaved", async (context) => {
  const { editor, file, project } = await released(context);
  editor.replace(file, "readonly size: number;", "readonly size: number; readonly a: string;");
  await editor.pause();
  only(editor.diagnostics(file));
  editor.close(file);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  project.write({ "src/room.actor.ts": room.replace("readonly size: number;", "readonly size: number; readonly a: string;") });
  editor.changedOnDisk(file);
  await editor.pause();
  assert.equal(only(editor.diagnostics(file)).code, changed);
});

test("a wrong configuration is a finding at its place, the rest of it counts, and judging follows it", async (context) => {
  const wrong = '{ "rules": { "vsn-not-literal": "warning", "function-in-state": "no" } }';
  const text = room.replace("vsn: 1", "vsn: [1].length");
  const project = temporaryProject(context, { "package.json": manifest, "instar.config.json": wrong, "src/room.actor.ts": text });
  const editor = await startEditor(context, { folders: [project.root] });
  const [file, configuration] = [project.path("src/room.actor.ts"), project.path("instar.config.json")];
  editor.open(file);
  await editor.pause();
  assert.equal(only(editor.diagnostics(file)).severity, 2);
  const { code, message, range } = only(editor.diagnostics(configuration));
  assert.equal(code, "configuration-invalid");
  assert.match(textOf(message), /"function-in-state" cannot be "no"\. Did you mean/);
  assert.equal(range.start.character, wrong.indexOf('"no"'));
  assert.deepEqual(editor.messages, []);
  // As it is typed, and not saved yet.
  editor.open(configuration, '{ "rules": { "vsn-not-literal": "off" } }');
  await editor.pause();
  assert.deepEqual([...editor.diagnostics(file), ...editor.diagnostics(configuration)], []);
  project.write({ "instar.config.json": "{" });
  editor.close(configuration);
  editor.changedOnDisk(configuration);
  await editor.pause();
  assert.equal(only(editor.diagnostics(file)).severity, 1);
  assert.match(textOf(only(editor.diagnostics(configuration)).message), /cannot be read as JSON/);
});

test("every finding can be suppressed, and then asks for the reason", async (context) => {
  const text = room.replace("vsn: 1", "vsn: [1].length");
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": text });
  const editor = await startEditor(context, { folders: [project.root] });
  const file = project.path("src/room.actor.ts");
  editor.open(file);
  await editor.pause();
  const actions = await editor.codeActions(file, only(editor.diagnostics(file)));
  const action = actions.find(({ title }) => title === "Suppress vsn-not-literal here, with a reason");
  assert.ok(action !== undefined && action.isPreferred !== true);
  editor.apply((await editor.resolve(action)).edit!);
  await editor.pause();
  const { code, severity } = only(editor.diagnostics(file));
  assert.deepEqual([code, severity], ["suppression-without-reason", 1]);
  editor.replace(file, "TODO say why", "the build writes it");
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
});

test("an editor compares with what the configuration names, and releases by the snapshots all the same", async (context) => {
  const project = gitProject(context, {
    "package.json": manifest,
    "instar.config.json": '{ "baseline": "main" }',
    "src/room.actor.ts": room,
  });
  const editor = await startEditor(context, { folders: [project.root] });
  const file = project.path("src/room.actor.ts");
  editor.open(file);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  editor.replace(file, "readonly size: number;", "readonly size: number; readonly a: string;");
  await editor.pause();
  assert.match(textOf(only(editor.diagnostics(file)).message), /at main/);
  project.write({ "instar.config.json": '{ "baseline": "nowhere" }' });
  editor.changedOnDisk(project.path("instar.config.json"));
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), [], "nothing was released");
  assert.match(editor.messages.join(), /names a baseline that cannot be read, so the newest snapshots are compared with\. .*nowhere/);
  project.write({ "instar.config.json": '{ "baseline": "main" }' });
  editor.changedOnDisk(project.path("instar.config.json"));
  await editor.pause();
  assert.equal(editor.diagnostics(file).length, 1);
  assert.deepEqual((await editor.request("instar/release", {}).result).problems, []);
});

test("a file has its findings once, however the editor spells its URI", async (context) => {
  const text = room.replace("vsn: 1", "vsn: [1].length");
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": text });
  const editor = await startEditor(context, { folders: [project.root] });
  const file = project.path("src/room.actor.ts");
  await editor.pause();
  only(editor.diagnostics(file));
  const spelled = editor.uri(file).replace("room.actor", "room%2Eactor");
  editor.open(spelled, text);
  await editor.pause();
  only(editor.diagnostics(spelled));
  assert.deepEqual(editor.diagnostics(file), []);
  editor.close(spelled);
  await editor.pause();
  only(editor.diagnostics(file));
  assert.deepEqual(editor.diagnostics(spelled), []);
});

test("the answer to initialize does not wait for the analysis, and requests do", async (context) => {
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": room });
  let load = () => {};
  const asked = new Promise<void>((resolve) => (load = resolve));
  const editor = await startEditor(context, {
    folders: [project.root],
    loadWorkspace: async () => {
      await asked;
      return import("../server/src/workspace.ts");
    },
  });
  assert.ok(editor.initialized.capabilities.codeActionProvider);
  const file = project.path("src/room.actor.ts");
  editor.open(file);
  const lenses = editor.lenses(file);
  load();
  assert.deepEqual(await lenses, ["v1 (draft)", "never released"]);
});

test("an editor that asks for fixes wherever the cursor goes has no compiler loaded where there is nothing to fix", async (context) => {
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": room, "src/hall.actor.ts": room });
  const workspaces = await import("../server/src/late-workspace.ts");
  let loads = 0;
  const loadCompiler = async () => {
    loads += 1;
    return (await import("../server/src/analysis/compiler.ts")).compiler;
  };
  const editor = await startEditor(context, {
    folders: [project.root],
    loadWorkspace: async () => ({
      ...workspaces,
      openWorkspace: (root, options) => workspaces.openWorkspace(root, { ...options, loadCompiler }),
    }),
  });
  const [file, other] = [project.path("src/room.actor.ts"), project.path("src/hall.actor.ts")];
  editor.open(file);
  assert.deepEqual(await editor.codeActions(file, "vsn: 1"), []);
  editor.open(other);
  editor.replace(other, "vsn: 1", "vsn: 0");
  assert.deepEqual(await editor.codeActions(file, "vsn: 1"), []);
  assert.equal(loads, 0);
});

test("an analysis that cannot be loaded is said, and nothing crashes", async (context) => {
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": room });
  const editor = await startEditor(context, { folders: [project.root], loadWorkspace: () => Promise.reject(new Error("no such module")) });
  const status = await editor.next("instar/status", ({ state }) => state === "error");
  assert.match(status.message ?? "", /could not start/);
  editor.open(project.path("src/room.actor.ts"));
  assert.deepEqual(await editor.lenses(project.path("src/room.actor.ts")), []);
  assert.match(editor.errors.join(), /no such module/);
});

test("each file is judged in its own project, and one that has none in no project", async (context) => {
  const first = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": room });
  const second = temporaryProject(context, { "src/hall.actor.ts": room });
  const editor = await startEditor(context, { folders: [first.root, second.root] });
  editor.open(first.path("src/room.actor.ts"));
  // This project's package.json does not name the package: the open document does.
  editor.open(second.path("src/hall.actor.ts"));
  editor.open("/nowhere/at-all.ts", "export {};");
  const modules = await editor.request("instar/modules", {}).result;
  assert.deepEqual(
    modules.map(({ root, id, vsn, released: frozen, releases, loaded }) => ({ root, id, vsn, frozen, releases, loaded })),
    [
      { root: first.root, id: "src/room.actor", vsn: 1, frozen: false, releases: [], loaded: null },
      { root: second.root, id: "src/hall.actor", vsn: 1, frozen: false, releases: [], loaded: null },
    ],
  );
  assert.deepEqual(await editor.lenses("/nowhere/at-all.ts"), []);
  assert.deepEqual(editor.errors, []);
});

test("another editor is told nothing that it would not understand", async (context) => {
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": room });
  for (const initializationOptions of [undefined, null, {}]) {
    const editor = await startEditor(context, { folders: [project.root], initializationOptions });
    let told = false;
    void editor.next("instar/status").then(() => (told = true));
    editor.open(project.path("src/room.actor.ts"));
    await editor.read();
    assert.equal(told, false, JSON.stringify(initializationOptions));
  }
});

test("where the editor watches no files, a save is the time to look at the disk", async (context) => {
  const { didChangeWatchedFiles: _, ...workspace } = vscode.workspace!;
  const cannot = { capabilities: { ...vscode, workspace } };
  for (const options of [cannot, { refusesToWatch: true }]) {
    const { editor, file, project } = await released(context, options);
    project.write({ "src/hall.actor.ts": room });
    editor.saved(file);
    await editor.pause();
    const modules = await editor.request("instar/modules", {}).result;
    assert.deepEqual(
      modules.map(({ id }) => id),
      ["src/hall.actor", "src/room.actor"],
    );
    assert.deepEqual(editor.errors, []);
  }
});

test("a folder that lies in another one may leave the workspace, and nothing changes", async (context) => {
  const project = temporaryProject(context, { "sub/package.json": manifest, "sub/src/room.actor.ts": room });
  const editor = await startEditor(context, { folders: [project.root, project.path("sub")] });
  const ids = async () => (await editor.request("instar/modules", {}).result).map(({ id }) => id);
  assert.deepEqual(await ids(), ["src/room.actor"]);
  editor.removeFolder(project.path("sub"));
  assert.deepEqual(await ids(), ["src/room.actor"]);
  editor.removeFolder(project.root);
  assert.deepEqual(await ids(), []);
});

test("the server's own requests need no parameters", async (context) => {
  const { editor } = await started(context);
  const modules = await editor.request("instar/modules", null as never).result;
  assert.equal(modules.length, 1);
  assert.equal(await editor.request("instar/processState", null as never).result, null);
  const report = await editor.request("instar/upgrade", null as never).result;
  assert.equal(report.errors[0]?.code, "INSTAR_NO_RUNTIME");
  assert.deepEqual(editor.errors, []);
});

test("entry modules are those whose default export is a supervisor", async (context) => {
  const tree = 'supervisor({ strategy: "one_for_one", intensity: { restarts: 3, within: 5 }, children: [] })';
  const project = temporaryProject(context, {
    "package.json": manifest,
    "src/app.ts": `import { child, supervisor } from "instar";\nexport default ${tree};\n`,
    "src/named.ts": `import { supervisor as tree } from "instar";\nconst app = ${tree.replace("supervisor", "tree")};\nexport default app;\n`,
    "src/room.actor.ts": room,
    "src/other.ts": `import { supervisor } from "./own.ts";\nexport default ${tree};\n`,
    "src/part.ts": `import { supervisor } from "instar";\nexport const part = ${tree};\nexport default 1;\n`,
    "dist/app.ts": `import { supervisor } from "instar";\nexport default ${tree};\n`,
  });
  const editor = await startEditor(context, { folders: [project.root] });
  const entries = await editor.request("instar/entries", {}).result;
  assert.deepEqual(
    entries.map(({ path }) => path),
    ["src/app.ts", "src/named.ts"],
  );
});

interface Started {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  readonly file: string;
}

/** A project with one actor module, which is open. */
async function started(context: TestContext, options: Partial<EditorOptions> = {}): Promise<Started> {
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": room });
  const editor = await startEditor(context, { folders: [project.root], ...options });
  const file = project.path("src/room.actor.ts");
  editor.open(file);
  await editor.pause();
  return { editor, project, file };
}

/** The same with its version 1 released. */
async function released(context: TestContext, options: Partial<EditorOptions> = {}): Promise<Started> {
  const all = await started(context, options);
  await release(all.editor, all.file);
  return all;
}

async function release(editor: Editor, file: string): Promise<void> {
  const { written, problems } = await editor.request("instar/release", {}).result;
  assert.deepEqual(problems, []);
  assert.equal(written.length, 1);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
}

function only(diagnostics: readonly Diagnostic[]): Diagnostic {
  assert.equal(diagnostics.length, 1, JSON.stringify(diagnostics, null, 2));
  return diagnostics[0]!;
}

function textOf(message: Diagnostic["message"]): string {
  return typeof message === "string" ? message : message.value;
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("a check that is outdated stops at the next module, and the next one finds what the newest texts say", async (context) => {
  // Of these only the type checker can tell, so each of them takes a while.
  const text = room.replace("readonly size: number;", "readonly size: number;\n  readonly more: Partial<{ x: number }>;");
  const names = Array.from({ length: 30 }, (_, index) => `src/room${index}.actor.ts`);
  const project = temporaryProject(context, { "package.json": manifest, ...Object.fromEntries(names.map((name) => [name, text])) });
  const real = await import("../server/src/late-workspace.ts");
  const { compiler } = await import("../server/src/analysis/compiler.ts");
  const read: string[] = [];
  let onRead = () => {};
  const slow: typeof compiler = {
    ...compiler,
    openProject(host, root) {
      const opened = compiler.openProject(host, root);
      const readOne = opened.read.bind(opened);
      opened.read = (file, roots) => {
        read.push(file);
        onRead();
        // Longer than one turn may take, so that others get theirs after each module.
        for (const end = performance.now() + 12; performance.now() < end;);
        return readOne(file, roots);
      };
      return opened;
    },
  };
  const editor = await startEditor(context, {
    folders: [project.root],
    loadWorkspace: async () => ({ ...real, openWorkspace: (root) => real.openWorkspace(root, { loadCompiler: async () => slow }) }),
  });
  const file = project.path(names[0] ?? "");
  editor.open(file);
  await editor.read();
  const edited = new Promise<void>((resolve) => {
    onRead = () => {
      if (read.length !== 3) return;
      editor.replace(file, "vsn: 1", "vsn: 0");
      resolve();
    };
  });
  const done = editor.pause();
  await edited;
  await editor.read();
  const stopped = read.length;
  assert.ok(stopped < names.length / 2, `${stopped} modules were read`);
  await editor.read();
  assert.equal(read.length, stopped, "nothing begins before the typing pauses");
  assert.ok(editor.waiting > 0);
  onRead = () => {};
  await editor.pause();
  await done;
  assert.ok(read.length >= names.length);
  assert.deepEqual(
    editor.diagnostics(file).map(({ code }) => code),
    ["vsn-not-literal"],
  );
  assert.deepEqual(editor.errors, []);
});
