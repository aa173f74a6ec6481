/** Code lenses in conversation with an editor: where they stand while somebody types, what they do, and when they are asked for again. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { FixAnswers } from "../server/src/protocol.ts";
import { type Editor, startEditor } from "./support/editor.ts";
import { temporaryProject, type TemporaryProject } from "./support/temporary-project.ts";

const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });

const member = "export interface Member {\n  readonly name: string;\n}\n";

const room = `import { actor } from "instar";
import type { Member } from "./member.ts";

export interface State {
  readonly members: readonly Member[];
}

export interface Room {
  init(): State;
  calls: {};
  casts: {};
  infos: {};
}

export default actor<Room>({
  vsn: 1,
  init: () => ({ members: [] }),
  calls: {},
  casts: {},
  infos: {},
});
`;

test("a lens is listed where it is in the text as it is now, and says nothing until it is seen", async (context) => {
  const { editor, file } = await released(context);
  editor.replace(file, "import { actor }", "\n\nimport { actor }");
  const listed = await editor.listedLenses(file);
  assert.deepEqual(
    listed.map(({ range, command }) => [range.start.line, command]),
    [
      [16, undefined],
      [16, undefined],
    ],
  );
  // Resolved after a further edit, it is true of that.
  editor.replace(file, "  vsn: 1,", "  vsn: 2,");
  const [version] = await Promise.all(listed.map((lens) => editor.resolveLens(lens)));
  assert.equal(version?.command?.title, "v2 (draft)");
});

test("what is missing is written by the lens that says so", async (context) => {
  const { editor, file } = await released(context);
  editor.replace(file, "readonly members: readonly Member[];", "readonly members: readonly Member[];\n  readonly size: number;");
  await editor.pause();
  const lenses = await Promise.all((await editor.listedLenses(file)).map((lens) => editor.resolveLens(lens)));
  const missing = lenses.find(({ command }) => command?.title === "up missing, down unneeded");
  assert.equal(missing?.command?.command, "instar.answer");
  const [fix] = (missing.command.arguments ?? []) as FixAnswers[];
  assert.ok(fix);
  const made = await editor.request("instar/fix", { fix }).result;
  editor.apply(made!.edit);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  const step = (await editor.lenses(file)).slice(-2);
  assert.deepEqual(step, ["Rehearse", "Prove"]);
});

test("a lens whose module is gone says nothing, and nothing fails", async (context) => {
  const { editor, file } = await released(context);
  const [lens] = await editor.listedLenses(file);
  editor.replace(file, editor.text(file), "");
  assert.equal((await editor.resolveLens(lens!)).command?.command, "");
  assert.deepEqual(editor.errors, []);
});

test("lenses are asked for again where something else changed what they say, and only then", async (context) => {
  const { editor, project, file } = await released(context);
  await editor.read();
  const before = editor.refreshed.codeLens;
  editor.replace(file, "infos: {},\n});", "infos: {},\n});\n// A comment.");
  await editor.pause();
  await editor.read();
  assert.equal(editor.refreshed.codeLens, before, "nothing that they say is another");
  project.write({ "src/member.ts": member.replace("string", "number") });
  editor.changedOnDisk(project.path("src/member.ts"));
  await editor.pause();
  await editor.read();
  assert.equal(editor.refreshed.codeLens, before + 1);
  assert.deepEqual((await editor.lenses(file)).slice(0, 2), ["v1", "1 change since v1"]);
});

interface Released {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  /** Is open. */
  readonly file: string;
}

async function released(context: TestContext): Promise<Released> {
  const project = temporaryProject(context, { "package.json": manifest, "src/member.ts": member, "src/room.actor.ts": room });
  const commands = ["instar.answer", "instar.rehearse", "instar.prove", "instar.showStates"];
  const editor = await startEditor(context, { folders: [project.root], initializationOptions: { commands } });
  const file = project.path("src/room.actor.ts");
  editor.open(file);
  await editor.pause();
  assert.deepEqual((await editor.request("instar/release", {}).result).problems, []);
  await editor.pause();
  return { editor, project, file };
}

test("the first lenses do not wait until the whole project is read, and are asked for again then", async (context) => {
  const project = temporaryProject(context, {
    "package.json": manifest,
    "src/member.ts": member,
    "src/room.actor.ts": room,
    // No more than the compiler can say what this is.
    "src/hall.actor.ts": room.replace("readonly Member[]", "readonly (Member extends { name: infer Name } ? Name : never)[]"),
  });
  const workspace = await import("../server/src/late-workspace.ts");
  let load = () => {};
  const loading = new Promise<void>((resolve) => (load = resolve));
  const loadCompiler = async () => {
    await loading;
    return (await import("../server/src/analysis/compiler.ts")).compiler;
  };
  const editor = await startEditor(context, {
    folders: [project.root],
    capabilities: { workspace: { codeLens: { refreshSupport: true } } },
    loadWorkspace: async () => ({
      ...workspace,
      openWorkspace: (root, options) => workspace.openWorkspace(root, { ...options, loadCompiler }),
    }),
  });
  const file = project.path("src/room.actor.ts");
  editor.open(file);
  const early = await editor.listedLenses(file);
  assert.deepEqual(
    early.map(({ command }) => command?.title),
    ["v1 (draft)", "never released"],
  );
  assert.equal(editor.refreshed.codeLens, 0);
  load();
  assert.deepEqual(await editor.lenses(project.path("src/hall.actor.ts")), ["v1 (draft)", "never released"]);
  await editor.pause();
  await editor.read();
  assert.equal(editor.refreshed.codeLens, 1);
  assert.deepEqual(await editor.lenses(file), ["v1 (draft)", "never released"]);
});
