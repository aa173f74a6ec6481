/** Call hierarchy for messages, for editors that ask all who know one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall } from "vscode-languageserver-protocol/node";
import { chatFiles, namedMessages } from "./support/named-messages.ts";

const line = ({ name, detail }: CallHierarchyItem) => `${name} in ${detail}`;

test("a message has those who send it, and what its handler sends in turn", async (context) => {
  const { editor, project, at } = await namedMessages(context, chatFiles(), { initializationOptions: null });
  assert.equal(editor.initialized.capabilities.callHierarchyProvider, true);
  const prepare = async (file: string, cursor: string) =>
    (await editor.ask<CallHierarchyItem[] | null>("textDocument/prepareCallHierarchy", at(file, cursor))) ?? [];
  const incoming = async (item: CallHierarchyItem) =>
    (await editor.ask<CallHierarchyIncomingCall[]>("callHierarchy/incomingCalls", { item })).map(
      ({ from, fromRanges }) => `${line(from)}: ${fromRanges.length}`,
    );
  const outgoing = async (item: CallHierarchyItem) =>
    (await editor.ask<CallHierarchyOutgoingCall[]>("callHierarchy/outgoingCalls", { item })).map(
      ({ to, fromRanges }) => `${line(to)}: ${fromRanges.length}`,
    );
  const [join, ...others] = await prepare("src/presence.actor.ts", 'call("‸join"');
  assert.ok(join);
  assert.deepEqual(others, []);
  assert.equal(line(join), "join in Room");
  assert.deepEqual(await incoming(join), ["init in presence.actor.ts: 1"]);
  assert.deepEqual(await outgoing(join), ["name in User: 1", "entered in User: 1"]);
  const [heard] = await prepare("src/user.actor.ts", "‸heard: (");
  assert.ok(heard);
  assert.deepEqual(await incoming(heard), ["passOn in room.actor.ts: 1"]);
  assert.deepEqual(await prepare("src/room.actor.ts", "‸passOn(state: State"), []);
  editor.replace(project.path("src/room.actor.ts"), "      who.cast(", '      self.pid.cast("say", "", "");\n      who.cast(');
  assert.equal((await outgoing(join)).length, 3, "what was just typed is in it");
  assert.deepEqual(editor.errors, []);
});

test("an item is found again after lines have moved above it", async (context) => {
  const { editor, project, at } = await namedMessages(context, chatFiles(), { initializationOptions: null });
  const [join] = await editor.ask<CallHierarchyItem[]>("textDocument/prepareCallHierarchy", at("src/presence.actor.ts", 'call("‸join"'));
  assert.ok(join);
  const calls = async () => {
    const incoming = await editor.ask<CallHierarchyIncomingCall[]>("callHierarchy/incomingCalls", { item: join });
    const outgoing = await editor.ask<CallHierarchyOutgoingCall[]>("callHierarchy/outgoingCalls", { item: join });
    return [...incoming.map(({ from }) => line(from)), ...outgoing.map(({ to }) => line(to))];
  };
  const before = await calls();
  assert.deepEqual(before, ["init in presence.actor.ts", "name in User", "entered in User"]);
  const room = project.path("src/room.actor.ts");
  editor.open(room);
  editor.replace(room, "import ", "// Somebody joins.\n// More of them join.\n\nimport ");
  assert.deepEqual(await calls(), before);
  editor.replace(room, "// Somebody joins.\n// More of them join.\n\n", "");
  assert.deepEqual(await calls(), before);
});

test("VS Code, which asks one alone, keeps TypeScript's", async (context) => {
  const { editor } = await namedMessages(context, chatFiles());
  assert.equal(editor.initialized.capabilities.callHierarchyProvider, false);
  await editor.read();
});
