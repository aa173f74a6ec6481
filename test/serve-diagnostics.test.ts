/** Diagnostics in conversation with editors that are told and with editors that ask: for which text, of which files, in which order, and how long work is said. */
import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { ClientCapabilities, Diagnostic, DocumentDiagnosticReport } from "vscode-languageserver-protocol/node";
import { type Editor, type EditorOptions, startEditor, vscode } from "./support/editor.ts";
import { temporaryProject, type TemporaryProject } from "./support/temporary-project.ts";
import { testSeed } from "./support/test-seed.ts";

const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });

/** A version that cannot be read is found in the file alone. */
const room = (vsn: string) => `import { actor } from "instar";

export interface State {
  readonly title: string;
}

export interface Room {
  init(title: string): State;
  calls: {};
  casts: {};
  infos: {};
}

export default actor<Room>({
  vsn: ${vsn},
  init: (title) => ({ title }),
  calls: {},
  casts: {},
  infos: {},
});
`;
const right = room("1");
const wrong = room("[1].length");

const pulling: ClientCapabilities = {
  ...vscode,
  textDocument: { ...vscode.textDocument, diagnostic: { dynamicRegistration: false } },
  workspace: { ...vscode.workspace, diagnostics: { refreshSupport: true } },
};

test("a client that pulls is asked nothing twice: what it has is unchanged, and nothing is pushed to it", async (context) => {
  const { editor, room, hall } = await twoRooms(context, { capabilities: pulling });
  assert.deepEqual(editor.initialized.capabilities.diagnosticProvider, {
    identifier: "instar",
    interFileDependencies: true,
    workspaceDiagnostics: true,
  });
  const first = full(await editor.pull(room));
  assert.deepEqual(codes(first.items), ["vsn-not-literal"]);
  assert.deepEqual(await editor.pull(room, first.resultId), { kind: "unchanged", resultId: first.resultId });
  editor.replace(room, "[1].length", "1");
  const then = full(await editor.pull(room, first.resultId));
  assert.deepEqual(then.items, []);
  await editor.pause();
  const whole = await editor.pullAll();
  assert.deepEqual(
    whole.items.map((item) => [item.uri, item.version, item.kind === "full" ? codes(item.items) : []]),
    [[editor.uri(hall), null, ["vsn-not-literal"]]],
  );
  const again = await editor.pullAll({ [hall]: whole.items[0]?.resultId ?? "", [room]: then.resultId ?? "" });
  assert.deepEqual(
    again.items.map(({ kind }) => kind),
    ["unchanged", "unchanged"],
  );
  assert.deepEqual(editor.published, []);
  assert.deepEqual(editor.errors, []);
});

test("a client that could pull and wants to be told is told", async (context) => {
  const { editor, room } = await twoRooms(context, { capabilities: pulling, initializationOptions: { commands: [], diagnostics: "push" } });
  assert.equal(editor.initialized.capabilities.diagnosticProvider, undefined);
  assert.deepEqual(codes(editor.diagnostics(room)), ["vsn-not-literal"]);
});

test("a client that pulls is asked to pull again where the project says more than the document did, and only then", async (context) => {
  const { editor, project, room, hall } = await twoRooms(context, { capabilities: pulling });
  await editor.pull(room);
  editor.replace(room, "[1].length", "[2].length");
  await editor.pull(room);
  await editor.pause();
  assert.equal(editor.refreshed.diagnostic, 0);
  editor.open(hall);
  const shown = full(await editor.pull(hall));
  assert.deepEqual(codes(shown.items), ["vsn-not-literal"]);
  // Another file now hides the finding of this one.
  project.write({ "instar.config.json": '{ "rules": { "vsn-not-literal": "off" } }' });
  editor.changedOnDisk(project.path("instar.config.json"));
  await editor.pause();
  assert.equal(editor.refreshed.diagnostic, 1);
  assert.deepEqual(full(await editor.pull(hall, shown.resultId)).items, []);
});

test("an answer brings along what other open documents show since, where the client takes that", async (context) => {
  const capabilities = {
    ...pulling,
    textDocument: { ...pulling.textDocument, diagnostic: { relatedDocumentSupport: true } },
  };
  const { editor, project, room, hall } = await twoRooms(context, { capabilities });
  editor.open(hall);
  await editor.pull(room);
  await editor.pull(hall);
  project.write({ "instar.config.json": '{ "rules": { "vsn-not-literal": "warning" } }' });
  editor.changedOnDisk(project.path("instar.config.json"));
  await editor.pause();
  const { relatedDocuments } = (await editor.pull(room)) as { relatedDocuments?: Record<string, DocumentDiagnosticReport> };
  const related = relatedDocuments?.[editor.uri(hall)];
  assert.ok(related);
  assert.deepEqual(
    full(related).items.map(({ severity }) => severity),
    [2],
  );
  assert.equal("relatedDocuments" in (await editor.pull(room)), false, "it is known now");
});

test("whatever is pulled is true of the text when it is answered, however the typing and the asking interleave", async (context) => {
  const seed = testSeed();
  context.diagnostic(`SEED=${seed}`);
  const random = randomOf(seed);
  const { editor, room } = await twoRooms(context, { capabilities: pulling });
  let isWrong = true;
  const asked: Promise<void>[] = [];
  for (let step = 0; step < 40; step++) {
    if (random() < 0.5) {
      editor.replace(room, isWrong ? "[1].length" : "vsn: 1", isWrong ? "1" : "vsn: [1].length");
      isWrong = !isWrong;
    }
    const expected = isWrong;
    const version = editor.version(room);
    if (random() < 0.7)
      asked.push(
        editor.pull(room).then((report) => {
          // Where something was typed since, the client asks again and takes that answer.
          if (editor.version(room) === version) assert.equal(full(report).items.length > 0, expected, `version ${version}`);
        }),
      );
    if (random() < 0.3) await asked.at(-1);
    if (random() < 0.1) await editor.pause();
  }
  await Promise.all(asked);
  assert.equal(full(await editor.pull(room)).items.length > 0, isWrong);
  assert.deepEqual(editor.errors, []);
});

test("of two files that somebody edits by turns, opens and closes, none ever shows what another version of it had", async (context) => {
  const seed = testSeed();
  context.diagnostic(`SEED=${seed}`);
  const random = randomOf(seed);
  const { editor, room, hall } = await twoRooms(context);
  // On disk and when it is opened a file is wrong, and each edit makes it right or wrong again: the odd versions are those that are wrong.
  const open = new Set([room]);
  const isWrong = (file: string) => !open.has(file) || editor.version(file) % 2 === 1;
  for (let step = 0; step < 80; step++) {
    const file = random() < 0.5 ? room : hall;
    if (!open.has(file)) {
      editor.open(file);
      open.add(file);
    } else if (random() < 0.15) {
      editor.close(file);
      open.delete(file);
    } else if (isWrong(file)) editor.replace(file, "[1].length", "1");
    else editor.replace(file, "vsn: 1", "vsn: [1].length");
    if (random() < 0.4) await editor.read();
    if (random() < 0.2) await editor.pause();
  }
  await editor.pause();
  for (const { uri, version, diagnostics } of editor.published)
    assert.equal(diagnostics.length, version === undefined || version % 2 === 1 ? 1 : 0, `version ${version} of ${uri}`);
  for (const file of [room, hall]) assert.equal(editor.diagnostics(file).length > 0, isWrong(file), file);
});

test("only open files show findings where the person wants that, and all of them again", async (context) => {
  const { editor, room, hall } = await twoRooms(context, {
    settings: { diagnostics: { scope: "openFiles" } },
    capabilities: { ...vscode, workspace: { ...vscode.workspace, configuration: true } },
  });
  assert.deepEqual(codes(editor.diagnostics(room)), ["vsn-not-literal"]);
  // The client may answer what the person has set after the first look at the project.
  await editor.shows(hall, (shown) => shown.length === 0);
  editor.configure({ diagnostics: { scope: "workspace" } });
  await editor.shows(hall, (shown) => shown.length === 1);
  editor.configure({ diagnostics: { scope: "openFiles" } });
  await editor.shows(hall, (shown) => shown.length === 0);
  editor.open(hall);
  await editor.shows(hall, (shown) => shown.length === 1);
});

test("a file that another project's states are declared in shows its findings while it is open", async (context) => {
  const project = temporaryProject(context, {
    "rooms/package.json": manifest,
    "rooms/src/room.actor.ts": `import type { Title } from "../../shared/title.ts";\n${right.replace("title: string;", "title: Title;").replaceAll("title: string)", "title: Title)")}`,
    "shared/package.json": JSON.stringify({ name: "shared" }),
    "shared/title.ts": "export interface Title {\n  readonly text: any;\n}\n",
  });
  const editor = await startEditor(context, {
    folders: [project.path("rooms")],
    settings: { diagnostics: { scope: "openFiles" } },
    capabilities: { ...vscode, workspace: { ...vscode.workspace, configuration: true } },
  });
  const [room, title] = [project.path("rooms/src/room.actor.ts"), project.path("shared/title.ts")];
  editor.open(room);
  await editor.pause();
  assert.deepEqual(codes(editor.diagnostics(title)), []);
  for (let time = 0; time < 2; time += 1) {
    editor.open(title);
    await editor.pause();
    assert.deepEqual(codes(editor.diagnostics(title)), ["state-type-opaque"]);
    editor.close(title);
    await editor.pause();
    assert.deepEqual(codes(editor.diagnostics(title)), []);
  }
});

test("an editor that sends its settings along is listened to", async (context) => {
  const { editor, hall } = await twoRooms(context);
  assert.deepEqual(codes(editor.diagnostics(hall)), ["vsn-not-literal"]);
  editor.configure({ diagnostics: { scope: "openFiles" } });
  await editor.shows(hall, (shown) => shown.length === 0);
});

test("what is open is told before what is not", async (context) => {
  const { editor, project } = await twoRooms(context);
  const files = ["src/a.actor.ts", "src/z.actor.ts"];
  project.write(Object.fromEntries(files.map((name) => [name, wrong])));
  editor.open(project.path("src/z.actor.ts"));
  const before = editor.published.length;
  editor.changedOnDisk(...files.map((name) => project.path(name)));
  await editor.pause();
  const told = editor.published.slice(before).map(({ uri }) => uri.slice(uri.lastIndexOf("/") + 1));
  assert.ok(told.indexOf("z.actor.ts") < told.indexOf("a.actor.ts"), told.join());
});

test("what nobody needs any more is faded, where the client can", async (context) => {
  const text = right.replace("  vsn: 1", "  // instar-ignore vsn-not-literal: it was computed\n  vsn: 1");
  for (const tags of [[1], undefined]) {
    const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": text });
    const publishDiagnostics = tags === undefined ? {} : { tagSupport: { valueSet: [1 as const] } };
    const editor = await startEditor(context, { folders: [project.root], capabilities: { textDocument: { publishDiagnostics } } });
    await editor.pause();
    const found = editor.diagnostics(project.path("src/room.actor.ts"));
    assert.deepEqual(
      found.map(({ code, tags: own }) => [code, own]),
      [["unused-suppression", tags]],
    );
  }
});

test("what takes a while is shown as progress, and what is done at once is not", async (context) => {
  const { editor, begun, release } = await held(context, { capabilities: { ...vscode, window: { workDoneProgress: true } } });
  const done = editor.pause();
  await begun;
  assert.deepEqual(editor.progress, []);
  // The analysis is under way, and the only timer is the one that says so.
  assert.equal(editor.waiting, 1);
  editor.elapse();
  // The client agrees first.
  await editor.read();
  await editor.read();
  assert.match(editor.progress.join("; "), /^begin Instar: analyzing \S+$/);
  release();
  await done;
  await editor.read();
  await editor.read();
  assert.match(editor.progress.join("; "), /^begin Instar: analyzing \S+; end$/);
  assert.equal(editor.waiting, 0);
});

test("what was found in a folder that is deleted or gets another name goes with it", async (context) => {
  const { editor, project, room, hall } = await twoRooms(context);
  editor.close(room);
  await editor.pause();
  const moved = project.path("source/hall.actor.ts");
  renameSync(project.path("src"), project.path("source"));
  editor.movedFolder(project.path("src"), project.path("source"));
  await editor.pause();
  assert.deepEqual(
    [hall, moved].map((file) => editor.diagnostics(file).length),
    [0, 1],
  );
  rmSync(project.path("source"), { recursive: true });
  editor.movedFolder(project.path("source"), undefined);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(moved), []);
});

test("of a folder that is closed nothing is shown or counted, also where its analysis was under way", async (context) => {
  const { project, editor, begun, release } = await held(context);
  const done = editor.pause();
  await begun;
  const counted = editor.next("instar/modulesChanged");
  const ready = editor.next("instar/status", ({ state }) => state === "ready");
  editor.removeFolder(project.root);
  assert.equal((await counted).modules, 0);
  assert.deepEqual((await ready).projects, []);
  release();
  await done;
  await editor.read();
  assert.deepEqual(editor.published, []);
});

test("the status says what was found, when, against what, and what is wrong with the configuration", async (context) => {
  const { editor, project } = await twoRooms(context);
  const after = async (configuration: string) => {
    project.write({ "instar.config.json": configuration });
    editor.changedOnDisk(project.path("instar.config.json"));
    const ready = editor.next("instar/status", ({ state, projects }) => state === "ready" && projects[0]?.run !== null);
    await editor.pause();
    const { projects, modules } = await ready;
    assert.equal(modules, 2);
    return projects[0]!;
  };
  const { run, ...fine } = await after("{}");
  assert.deepEqual(fine, { root: project.root, modules: 2, baseline: null, errors: 2, warnings: 0, configuration: [] });
  assert.ok(run !== null && !Number.isNaN(Date.parse(run.at)) && run.milliseconds >= 0);
  const wrongly = await after('{\n  "rulez": {}\n}');
  assert.deepEqual(
    wrongly.configuration.map(({ uri, line }) => [uri, line]),
    [[editor.uri(project.path("instar.config.json")), 2]],
  );
  const ref = await after('{ "baseline": "nowhere" }');
  assert.equal(ref.baseline, null, "it cannot be read");
  assert.deepEqual([ref.configuration.length, ref.configuration[0]?.uri], [1, null]);
  assert.match(ref.configuration[0]?.message ?? "", /names a baseline that cannot be read/);
});

test("it is not ready while another project is still being analyzed", async (context) => {
  const beside = temporaryProject(context, { "package.json": manifest, "src/hall.actor.ts": wrong });
  const { project, editor, begun, release } = await held(context, {}, [beside.root]);
  await editor.read();
  const one = editor.next("instar/status", ({ projects }) => projects.some(({ run }) => run !== null));
  const both = editor.next("instar/status", ({ projects }) => projects.every(({ run }) => run !== null));
  editor.elapse();
  await begun;
  const { state, projects } = await one;
  assert.deepEqual([state, projects.map(({ run }) => run !== null)], ["analyzing", projects.map(({ root }) => root !== project.root)]);
  release();
  assert.equal((await both).state, "ready");
});

/** One actor in a project whose analysis goes on only once it is released. */
async function held(context: TestContext, options: Partial<EditorOptions> = {}, beside: readonly string[] = []) {
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": wrong });
  const real = await import("../server/src/late-workspace.ts");
  let release = () => {};
  let entered = () => {};
  const begun = new Promise<void>((resolve) => (entered = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const editor = await startEditor(context, {
    folders: [project.root, ...beside],
    loadWorkspace: async () => ({
      ...real,
      openWorkspace(root, given) {
        const workspace = real.openWorkspace(root, given);
        return {
          ...workspace,
          async analyze(cancelled) {
            if (root === project.root) {
              entered();
              await released;
            }
            return workspace.analyze(cancelled);
          },
        };
      },
    }),
    ...options,
  });
  return { project, editor, begun, release };
}

interface TwoRooms {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  /** Is open. */
  readonly room: string;
  readonly hall: string;
}

async function twoRooms(context: TestContext, options: Partial<EditorOptions> = {}): Promise<TwoRooms> {
  const project = temporaryProject(context, { "package.json": manifest, "src/room.actor.ts": wrong, "src/hall.actor.ts": wrong });
  const editor = await startEditor(context, { folders: [project.root], ...options });
  const room = project.path("src/room.actor.ts");
  editor.open(room);
  await editor.pause();
  return { editor, project, room, hall: project.path("src/hall.actor.ts") };
}

function full(report: DocumentDiagnosticReport): Extract<DocumentDiagnosticReport, { kind: "full" }> {
  if (report.kind !== "full") throw new Error(`${report.kind} in place of a full report`);
  return report;
}

function codes(diagnostics: readonly Diagnostic[]): unknown[] {
  return diagnostics.map(({ code }) => code);
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
