/** Fixes in conversation with editors: all at once in as many rounds as it takes, and what touches several files under one name. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { ClientCapabilities } from "vscode-languageserver-protocol/node";
import { type Editor, type EditorOptions, startEditor, vscode } from "./support/editor.ts";
import { temporaryProject, type TemporaryProject } from "./support/temporary-project.ts";

const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });

const member = `export interface Member {
  readonly name: string;
}
`;

const room = `import { actor } from "instar";
import type { Member } from "./member.ts";

export interface State {
  readonly members: readonly Member[];
  readonly title: string;
}

export interface Room {
  init(title: string): State;
  calls: {};
  casts: {};
  infos: {};
}

export default actor<Room>({
  vsn: 1,
  init: (title) => ({ members: [], title }),
  calls: {},
  casts: {},
  infos: {},
});
`;

test("fix all goes on until there is nothing left that it can fix, in one edit", async (context) => {
  const { editor, room: file } = await released(context);
  editor.replace(file, "readonly title: string;", "readonly title: string;\n  readonly size: number;");
  editor.replace(file, "members: [], title", "members: [], title, size: 0");
  // The comment is needed until the version is raised.
  editor.replace(file, "  vsn: 1,", "  // instar-ignore code-change-wrong-range, version-not-bumped: it will be raised\n  vsn: 1,");
  editor.replace(file, "  infos: {},\n});", "  infos: {},\n  codeChange: {},\n});");
  await editor.pause();
  const [action, ...others] = await editor.codeActions(file, "import", ["source.fixAll.instar"]);
  assert.deepEqual(others, []);
  const text = editor.text(file);
  editor.apply(action!.edit!);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  assert.match(editor.text(file), /vsn: 2,[^]*codeChange: \{[^]*up[^]*down/);
  assert.doesNotMatch(editor.text(file), /instar-ignore/);
  // What did not change is not written anew.
  assert.ok(!JSON.stringify(action!.edit).includes("calls: {}"));
  assert.ok(text.includes("calls: {}"));
  assert.deepEqual(await editor.codeActions(file, "import", ["source.fixAll.instar"]), []);
});

const annotating: ClientCapabilities = {
  ...vscode,
  workspace: { ...vscode.workspace, workspaceEdit: { ...vscode.workspace?.workspaceEdit, changeAnnotationSupport: {} } },
};

test("a fix in several files goes by its name, so that it can be shown first; its parts are made together", async (context) => {
  for (const [capabilities, named] of [
    [annotating, true],
    [vscode, false],
  ] as const) {
    const { editor, member: file, room: own, hall } = await released(context, { capabilities });
    const title = "  readonly title: string;";
    editor.replace(own, title, `${title}\n  readonly size: number;`);
    await editor.pause();
    const [single] = await editor.codeActions(own, editor.diagnostics(own)[0]!);
    assert.equal((await editor.resolve(single!)).edit?.changeAnnotations, undefined);
    editor.replace(own, `${title}\n  readonly size: number;`, title);
    editor.open(file);
    editor.replace(file, "readonly name: string;", "readonly name: string;\n  readonly age: number;");
    await editor.pause();
    const [finding] = editor.diagnostics(file);
    const action = (await editor.codeActions(file, finding!)).find(({ isPreferred }) => isPreferred);
    const { edit } = await editor.resolve(action!);
    const files = (edit?.documentChanges ?? []).map((change) => ("textDocument" in change ? change.textDocument.uri : ""));
    assert.deepEqual(files.toSorted(), [editor.uri(hall), editor.uri(own)].toSorted());
    const [annotation, ...more] = Object.values(edit?.changeAnnotations ?? {});
    assert.deepEqual(more, []);
    assert.equal(annotation?.needsConfirmation, undefined, "VS Code would make none of them then");
    if (named) assert.match(annotation?.label ?? "", /codeChange with up and down in 2 modules/);
    assert.equal(JSON.stringify(edit).includes("annotationId"), named);
    editor.apply(edit!);
    await editor.pause();
    assert.deepEqual(editor.diagnostics(file), []);
  }
});

test("all of the project can be fixed at once, as one edit, or one of which a person chooses", async (context) => {
  const { editor, room: own, hall } = await released(context, { capabilities: annotating });
  editor.open(hall);
  for (const file of [own, hall]) {
    editor.replace(file, "readonly title: string;", "readonly title: string;\n  readonly size: number;");
    editor.replace(file, "members: [], title", "members: [], title, size: 0");
  }
  await editor.pause();
  const { edit, count } = (await editor.request("instar/fixAll", {}).result) ?? {};
  assert.equal(count, 2);
  assert.ok(!JSON.stringify(edit).includes("needsConfirmation"));
  const chosen = await editor.request("instar/fixAll", { choose: true }).result;
  assert.ok(JSON.stringify(chosen.edit).includes('"needsConfirmation":true'));
  editor.apply(edit!);
  await editor.pause();
  for (const file of [own, hall]) assert.deepEqual(editor.diagnostics(file), []);
  assert.deepEqual(await editor.request("instar/fixAll", {}).result, { edit: null, count: 0 });
});

interface Released {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  /** Is open. */
  readonly room: string;
  readonly hall: string;
  readonly member: string;
}

/** Two modules that share a record, released at version 1. */
async function released(context: TestContext, options: Partial<EditorOptions> = {}): Promise<Released> {
  const project = temporaryProject(context, {
    "package.json": manifest,
    "src/member.ts": member,
    "src/room.actor.ts": room,
    "src/hall.actor.ts": room.replaceAll("Room", "Hall"),
  });
  const editor = await startEditor(context, { folders: [project.root], ...options });
  const file = project.path("src/room.actor.ts");
  editor.open(file);
  await editor.pause();
  assert.deepEqual((await editor.request("instar/release", {}).result).problems, []);
  await editor.pause();
  return { editor, project, room: file, hall: project.path("src/hall.actor.ts"), member: project.path("src/member.ts") };
}
