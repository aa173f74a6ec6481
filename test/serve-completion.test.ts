/** Completion in conversation with an editor: what is offered where, while the text is broken, too, and what the file is when it is taken. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { ClientCapabilities, CompletionClientCapabilities, CompletionItem, CompletionList } from "vscode-languageserver-protocol/node";
import { atCursor, type AtCursor } from "./support/at-cursor.ts";

function room(vsn: number, fields: string, initial: string, codeChange: string, casts = "say(text: string): void"): string {
  return `import { actor } from "instar";

export interface State {
  ${fields}
}

export interface Room {
  init(title: string): State;
  calls: {};
  casts: { ${casts} };
  infos: {};
}

export default actor<Room>({
  vsn: ${vsn},
  init: (title) => (${initial}),
  calls: {},
  casts: { say: ({ next }) => next() },
  infos: {},
  ${codeChange}
});
`;
}

const first = room(1, "readonly title: string", "{ title }", "");
const draft = (codeChange: string, vsn = 2) =>
  room(vsn, "readonly title: string; readonly size: number", "{ title, size: countOf(title) }", codeChange);

interface Completed extends AtCursor {
  readonly items: readonly CompletionItem[];
}

async function completed(test: TestContext, releases: readonly string[], now: string, item = vscodeItem): Promise<Completed> {
  const capabilities: ClientCapabilities = { textDocument: { completion: { completionItem: item } } };
  const all = await atCursor(
    test,
    releases.map((text) => ({ "src/room.actor.ts": text })),
    { "src/room.actor.ts": now },
    { capabilities },
  );
  const { editor, file, position } = all;
  const list = await editor.ask<CompletionList | null>("textDocument/completion", { textDocument: { uri: editor.uri(file) }, position });
  assert.deepEqual(editor.errors, []);
  return { ...all, items: list?.items ?? [] };
}

const up = "up: (old: StateV1): State => ({\n  title: old.title,\n  size: ${1:0},\n}),";
const down = "down: (state: State): StateV1 => ({\n  title: state.title,\n}),";
const written = `1: {\n  ${`${up}\n${down}`.replaceAll("\n", "\n  ")}\n},`;

const vscodeItem: NonNullable<CompletionClientCapabilities["completionItem"]> = {
  snippetSupport: true,
  documentationFormat: ["markdown"],
  insertTextModeSupport: { valueSet: [1, 2] },
};

/** What is offered at `‸`, by label and what stands there then; null: nothing, since the type checker knows it, or nobody does. */
const offers: readonly { name: string; releases?: readonly string[]; now: string; offered: Readonly<Record<string, string>> | null }[] = [
  {
    name: "in codeChange, the missing step",
    now: draft("codeChange: {\n    ‸\n  },"),
    offered: { "1: { up, down }": `// instar: review this step before the release.\n${written}` },
  },
  {
    name: "in codeChange, when its number is being written",
    now: draft("codeChange: {\n    1‸\n  },"),
    offered: { "1: { up, down }": `// instar: review this step before the release.\n${written}` },
  },
  {
    name: "a step over a version that was never released, with the one behind it",
    now: draft("codeChange: {\n    ‸\n  },", 3),
    offered: {
      "1: { up, down }": `// instar: review this step before the release.\n${written}
// Version 2 was never released, so nothing is left to convert.
2: {
  up: (state: State): State => state,
  down: (state: State): State => state,
},`,
    },
  },
  {
    name: "of a text that is a guess, what stands between its quotes; and a line of its own for what follows",
    now: room(2, "readonly title: string; readonly topic: string", "{ title, topic: topicOf(title) }", "codeChange: { 1: {\n      u‸} },"),
    offered: {
      "up: (old: StateV1): State => …": `${up.replace("size: ${1:0}", 'topic: "${1:}"')}\n`,
      "down: (state: State): StateV1 => …": `${down}\n`,
    },
  },
  {
    name: "no step that is there",
    now: draft(`codeChange: {\n    ${written.replaceAll(/\$\{\d:(\w+)\}/g, "$1")}\n    ‸\n  },`),
    offered: null,
  },
  {
    name: "in a step, both functions",
    now: draft("codeChange: {\n    1: {\n      ‸\n    },\n  },"),
    offered: { "up: (old: StateV1): State => …": up, "down: (state: State): StateV1 => …": down },
  },
  {
    name: "in a step that is not closed, the one that is missing",
    now: draft(`codeChange: {\n    1: {\n      ${up.replace("${1:0}", "0")}\n      do‸`).replace(/\n\}\);\n$/, ""),
    offered: { "down: (state: State): StateV1 => …": down },
  },
  {
    name: "what becomes of queued messages, where their arguments changed",
    now: room(
      2,
      "readonly title: string",
      "{ title }",
      "codeChange: {\n    1: { up: (s: State) => s, down: (s: State) => s,\n      ‸\n    },\n  },",
      "say(text: string, loud: boolean): void",
    ),
    offered: {
      "messages: { … }": `messages: {
  say: {
    up: (text: string): [string, boolean] => [text, false],
    down: (text: string, loud: boolean): [string] => [text],
  },
},`,
    },
  },
  {
    name: "behind a state that nobody declares, its fields at that version",
    now: draft("codeChange: { 1: { up: (old) => ({ title: old.‸ }) } },"),
    offered: { title: "title" },
  },
  {
    name: "the same on the way back",
    now: draft("codeChange: { 1: { down: state => ({ title: state.si‸"),
    offered: { title: "title", size: "size" },
  },
  {
    name: "behind a state that is declared",
    now: draft("codeChange: { 1: { up: (old: { title: string }) => ({ title: old.‸ }) } },"),
    offered: null,
  },
  { name: "behind something else", now: draft("codeChange: { 1: { up: (old) => ({ title: other.‸ }) } },"), offered: null },
  {
    name: "in what a function gives back, the fields that it lacks, taken over where they can be",
    now: draft("codeChange: { 1: { up: (old) => ({ ‸ }) } },"),
    offered: { title: "title: old.title", size: "size: " },
  },
  {
    name: "behind what is spread, those alone that it has not",
    now: draft("codeChange: { 1: { up: (old) => ({ ...old, ‸ }) } },"),
    offered: { size: "size: " },
  },
  {
    name: "the same in a body, without those that are there",
    now: draft("codeChange: { 1: { up(old) { return { title: old.title, ‸"),
    offered: { size: "size: " },
  },
  {
    name: "where the type checker knows what is given back",
    now: draft("codeChange: { 1: { up: (old): State => ({ ‸ }) } },"),
    offered: null,
  },
  { name: "in an object within it", now: draft("codeChange: { 1: { up: (old) => ({ title: { ‸ } }) } },"), offered: null },
  { name: "in handlers, which the type checker knows", now: draft("").replace("calls: {}", "calls: { ‸ }"), offered: null },
  { name: "where nothing was released", releases: [], now: draft("codeChange: {\n    ‸\n  },"), offered: null },
  {
    name: "in the definition, the whole of codeChange",
    now: draft("codeC‸"),
    offered: {
      "codeChange: { 1: { up, down } }": `codeChange: {
  // instar: review this step before the release.
  ${written.replaceAll("\n", "\n  ")}
},`,
    },
  },
  { name: "in the definition, where no step is missing", now: room(2, "readonly title: string", "{ title }", "codeC‸"), offered: null },
];

for (const { name, releases = [first], now, offered } of offers)
  test(name, async (context) => {
    const { items } = await completed(context, releases, now);
    const found = items.map((item) => [item.label, item.textEdit?.newText.replaceAll(/\\([\\$}])/g, "$1")]);
    assert.deepEqual(Object.fromEntries(found), offered ?? {});
  });

test("a step that is taken brings its types and raises the version, and nothing is left to be found", async (context) => {
  const now = draft("codeChange: {\n    ‸\n  },", 1).replace("countOf(title)", "0");
  const { editor, file, items } = await completed(context, [first], now, { insertTextModeSupport: { valueSet: [1] } });
  take(editor, file, items[0]);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  assert.match(
    editor.text(file),
    /interface StateV1 \{\n {2}readonly title: string;\n\}[^]*vsn: 2,[^]*\n {2}codeChange: \{\n {4}\/\/ instar: review this step before the release\.\n {4}1: \{\n {6}up: \(old: StateV1\): State => \(\{\n {8}title: old\.title,\n {8}size: 0,\n {6}\}\),/,
  );
  assert.equal(items[0]?.insertTextFormat, 1, "no snippet");
});

test("with Windows' line ends, behind characters of two units, on one line with its braces", async (context) => {
  const now = draft("/* 🦋 */ codeChange: { 1‸ },").replaceAll("\n", "\r\n").replace("countOf(title)", "0");
  const { editor, file, items } = await completed(context, [first.replaceAll("\n", "\r\n")], now, {});
  take(editor, file, items[0]);
  await editor.pause();
  assert.deepEqual(editor.diagnostics(file), []);
  assert.doesNotMatch(editor.text(file), /[^\r]\n/);
  assert.match(editor.text(file), /🦋 \*\/ codeChange: \{ \r\n {4}\/\/ instar[^\r]*\r\n {4}1: \{\r\n/);
});

test("a release that cannot be read has no step to offer, and others have", async (context) => {
  const second = draft(`codeChange: {\n    ${written.replaceAll(/\$\{\d:(\w+)\}/g, "$1")}\n  },`).replace("countOf(title)", "0");
  const third = second
    .replace("vsn: 2", "vsn: 3")
    .replace("size: number", "size: bigint")
    .replace("size: 0 }", "size: 0n }")
    .replace(/codeChange: [^]*$/, "codeChange: {\n    ‸\n  },\n});\n");
  const files = [first, second].map((text) => ({ "src/room.actor.ts": text }));
  const capabilities: ClientCapabilities = { textDocument: { completion: { completionItem: vscodeItem } } };
  for (const [damaged, labels] of [
    [1, ["2: { up, down }"]],
    [2, []],
  ] as const) {
    const { editor, file, position } = await atCursor(context, files, { "src/room.actor.ts": third }, { capabilities }, (project) =>
      project.write({ [`.instar/releases/src/room.actor/${damaged}.d.ts`]: "// cut" }),
    );
    const list = await editor.ask<CompletionList | null>("textDocument/completion", { textDocument: { uri: editor.uri(file) }, position });
    assert.deepEqual(list?.items.map(({ label }) => label) ?? [], labels, `version ${damaged} is damaged`);
  }
});

test("a state machine's steps are offered as an actor's", async (context) => {
  const door = (vsn: number, data: string, value: string, codeChange: string) => `import { stateMachine } from "instar";

export interface Door {
  init(): { state: "closed"; data: { ${data} } };
  calls: {};
  casts: {};
  infos: {};
}

export default stateMachine<Door>({
  vsn: ${vsn},
  init: () => ({ state: "closed", data: { ${value} } }),
  states: { closed: {} },
  ${codeChange}
});
`;
  const { items } = await completed(
    context,
    [door(1, "locks: number", "locks: 0", "")],
    door(2, "locks: number; at: number", "locks: 0, at: 0", "codeChange: {\n    ‸\n  },"),
  );
  assert.deepEqual(
    items.map(({ label }) => label),
    ["1: { up, down }"],
  );
});

/** Takes an offer as an editor does that inserts what it is given. */
function take(editor: AtCursor["editor"], file: string, item: CompletionItem | undefined): void {
  assert.ok(item?.textEdit !== undefined && "range" in item.textEdit);
  editor.apply({ changes: { [editor.uri(file)]: [item.textEdit, ...(item.additionalTextEdits ?? [])] } });
}
