/** What outlines show of a file, and what a search for actors and messages finds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DocumentSymbol, type SymbolInformation, SymbolKind } from "vscode-languageserver-protocol/node";
import { vscode } from "./support/editor.ts";
import { chatFiles, manifest, namedMessages } from "./support/named-messages.ts";

const capabilities = { ...vscode, textDocument: { ...vscode.textDocument, documentSymbol: { hierarchicalDocumentSymbolSupport: true } } };

const nameOfKind = new Map(Object.entries(SymbolKind).map(([name, kind]) => [kind, name]));

/** As lines, each child further in: its kind, its name, and what stands beside it. */
function outline(symbols: readonly DocumentSymbol[] | null, depth = 0): readonly string[] {
  return (symbols ?? []).flatMap(({ kind, name, detail = "", children = [] }) => [
    `${"  ".repeat(depth)}${nameOfKind.get(kind)} ${name} (${detail})`,
    ...outline(children, depth + 1),
  ]);
}

test("the outline of an actor shows its version, its state, its messages and its steps; that of a supervisor its children", async (context) => {
  const { editor, project } = await namedMessages(
    context,
    {
      ...chatFiles(),
      "src/door.ts": `import * as instar from "instar";
import { irreversible } from "instar";
type Door = { init(): Promise<State>; calls: { enter(): boolean }; casts: { knock(): void } };
export interface State { readonly state: "locked" | "open"; readonly data: null }
const calls = { async enter({ reply }) { return reply(true); } };
const definition = {
  vsn: 3,
  init: async () => ({ state: "locked", data: null }),
  states: { locked: { calls }, open: {} },
  any: { casts: { "knock": ({ keep }) => keep() } },
  codeChange: { 1: { up: (old) => old, down: irreversible("gone") }, 2: { up: (old) => old } },
};
const door = instar.stateMachine<Door>(definition);
export { door as default };
`,
    },
    { capabilities },
  );
  const ask = (file: string) => {
    editor.open(project.path(file));
    return editor.ask<DocumentSymbol[] | null>("textDocument/documentSymbol", { textDocument: { uri: editor.uri(project.path(file)) } });
  };
  const room = await ask("src/room.actor.ts");
  assert.deepEqual(outline(room), [
    "Class Room (actor, version 1)",
    "  Constant vsn (1)",
    "  Struct State (state)",
    "  Method title (call)",
    "  Method size (call)",
    "  Method join (call)",
    "  Method post (call)",
    "  Event say (cast)",
  ]);
  const join = room?.[0]?.children?.find(({ name }) => name === "join");
  const lines = editor.text(project.path("src/room.actor.ts")).split("\n");
  assert.equal(lines[join?.selectionRange.start.line ?? 0]?.trim(), "join: async ({ state, self, reply }, who) => {");
  assert.equal((join?.range.end.line ?? 0) - (join?.range.start.line ?? 0), 4, "with its body");
  assert.deepEqual(outline(await ask("src/door.ts")), [
    "Class Door (actor, version 3)",
    "  Constant vsn (3)",
    "  Struct State (state)",
    "  EnumMember locked (state)",
    "    Method enter (call)",
    "  EnumMember open (state)",
    "  EnumMember any (state)",
    "    Event knock (cast)",
    "  Operator codeChange 1 (to version 2: up, irreversible)",
    "  Operator codeChange 2 (to version 3: up)",
  ]);
  const [app] = (await ask("src/app.ts")) ?? [];
  const [child] = app?.children ?? [];
  assert.ok(app && child && child.range.end.line < app.range.end.line, "a supervisor's children are within it");
  assert.deepEqual(outline(await ask("src/app.ts")), ["Module app (supervisor, one_for_one)", "  Object presence (presence, permanent)"]);
  assert.equal(await ask("src/ledger.ts"), null, "nothing of ours");
  assert.deepEqual(editor.errors, []);
});

test("an outline follows what is typed, and survives what is half typed; a client without trees gets a list", async (context) => {
  const { editor, project } = await namedMessages(context, chatFiles());
  const file = project.path("src/room.actor.ts");
  const names = async () =>
    ((await editor.ask<SymbolInformation[] | null>("textDocument/documentSymbol", { textDocument: { uri: editor.uri(file) } })) ?? []).map(
      ({ name, containerName = "" }) => `${containerName}.${name}`,
    );
  editor.open(file);
  assert.deepEqual(await names(), [".Room", "Room.vsn", "Room.State", "Room.title", "Room.size", "Room.join", "Room.post", "Room.say"]);
  editor.replace(file, "join: async ({", "enter: async ({");
  editor.replace(file, "reply(state.title),", "reply(state.title");
  const now = await names();
  assert.ok(now.includes("Room.title") && now[0] === ".Room", now.join(" "));
  editor.replace(file, "reply(state.title", "reply(state.title),");
  assert.ok((await names()).includes("Room.enter"));
  assert.deepEqual(editor.errors, []);
});

test("actors and messages are found by a few letters of their names, the best first", async (context) => {
  const { editor, project } = await namedMessages(context, {
    "package.json": JSON.stringify({ name: "workspace", private: true, type: "module" }),
    ...Object.fromEntries(Object.entries(chatFiles()).map(([name, text]) => [`chat/${name}`, text])),
    "chat/package.json": manifest,
    "other/package.json": manifest,
    "other/src/joiner.ts": `import { actor } from "instar";
export interface Joiner { init(): null; infos: { rejoin(): void } }
export default actor<Joiner>({ vsn: 1, init: () => null, infos: { rejoin: ({ next }) => next() } });
`,
  });
  const search = async (query: string) =>
    ((await editor.ask<SymbolInformation[] | null>("workspace/symbol", { query })) ?? []).map(
      ({ kind, name, containerName, location }) =>
        `${nameOfKind.get(kind)} ${name} in ${containerName}: ${location.uri.slice(editor.uri(project.root).length + 1)}`,
    );
  assert.deepEqual(await search("join"), [
    "Method join in Room: chat/src/room.actor.ts",
    "Class Joiner in src/joiner: other/src/joiner.ts",
    "Event rejoin in Joiner: other/src/joiner.ts",
  ]);
  assert.deepEqual(await search("rm"), ["Class Room in src/room.actor: chat/src/room.actor.ts"]);
  assert.deepEqual(await search("room.SIZE"), ["Method size in Room: chat/src/room.actor.ts"]);
  assert.ok((await search("app")).includes("Module app in supervisor: chat/src/app.ts"));
  assert.deepEqual(await search("no such thing"), []);
  assert.ok((await search("")).length > 10);
  editor.open(project.path("chat/src/room.actor.ts"));
  editor.replace(project.path("chat/src/room.actor.ts"), "size(): number", "howMany(): number");
  assert.deepEqual(await search("howm"), ["Method howMany in Room: chat/src/room.actor.ts"]);
  assert.deepEqual(editor.errors, []);
});
