/** Inlay hints in conversation with an editor: what came with this version, and nothing where nobody wants to know. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { InlayHint } from "vscode-languageserver-protocol/node";
import { atCursor, type Files } from "./support/at-cursor.ts";
import { type Editor, vscode } from "./support/editor.ts";

const room = (vsn: number, fields: string, casts: string, more = "") => `import { actor } from "instar";

export interface State {${fields}
}

export interface Room {
  init(title: string): State;
  calls: {};
  casts: {${casts}
  };
  infos: {};
}

export default actor<Room>({
  vsn: ${vsn},
  init: (title) => ({ title }),
  calls: {},
  casts: {},
  infos: {},${more}
});
`;

const first = room(1, "\n  readonly title: string;", "\n    say(text: string): void;");
const said = "\n    say(text: string): void;\n    shout(text: string): void; // louder";
const more = "\n  readonly title: string;\n  readonly topic: string; readonly size: number;\n  readonly names: Map<string, number>;";

async function hinted(test: TestContext, releases: readonly Files[], now: Files): Promise<string> {
  const { editor, file } = await atCursor(test, releases, now);
  return hintsIn(editor, file);
}

async function hintsIn(editor: Editor, file: string): Promise<string> {
  const lines = editor.text(file).split("\n");
  const range = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } };
  const hints = (await editor.ask<InlayHint[] | null>("textDocument/inlayHint", { textDocument: { uri: editor.uri(file) }, range })) ?? [];
  assert.deepEqual(editor.errors, []);
  return hints
    .map(({ position: { line, character }, label }) => `${lines[line]?.slice(0, character).trim()} <${label as string}>`)
    .join("\n");
}

const at = (text: string): Files => ({ "src/room.actor.ts": `${text}‸` });

test("fields and messages that the last release does not have say so, behind their members or their names", async (context) => {
  assert.equal(
    await hinted(context, [{ "src/room.actor.ts": first }], at(room(2, more, said))),
    `readonly topic <added in v2>
readonly topic: string; readonly size: number; <added in v2>
readonly names: Map<string, number>; <added in v2>
shout(text: string): void; <added in v2>`,
  );
});

test("a field that a step takes over from another is not new", async (context) => {
  const step = "\n  codeChange: { 1: { up: (old: { title: string }) => ({ name: old.title }), down: (s: State) => ({ title: s.name }) } },";
  const now = room(2, "\n  readonly name: string;", "\n    say(text: string): void;", step);
  assert.equal(await hinted(context, [{ "src/room.actor.ts": first }], at(now)), "");
});

test("where nothing was released, all is new and nothing says so", async (context) => {
  assert.equal(await hinted(context, [], at(first)), "");
});

test("where the setting is off there are none, and the editor asks again when it is on", async (context) => {
  const capabilities = { ...vscode, workspace: { ...vscode.workspace, configuration: true, inlayHint: { refreshSupport: true } } };
  const settings = { inlayHints: { enabled: false } };
  const now = at(room(2, "\n  readonly title: string;\n  readonly topic?: string;", "\n    say(text: string): void;"));
  const { editor, file } = await atCursor(context, [{ "src/room.actor.ts": first }], now, { capabilities, settings });
  await editor.pause();
  assert.equal(await hintsIn(editor, file), "");
  const { inlayHint: before } = editor.refreshed;
  editor.configure({ inlayHints: { enabled: true } });
  while (editor.refreshed.inlayHint === before) await editor.read();
  assert.equal(await hintsIn(editor, file), "readonly topic?: string; <added in v2>");
});
