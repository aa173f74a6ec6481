/** Hovers in conversation with an editor: since when something exists, what it was, what the migration does with it, and who lives on what. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Hover } from "vscode-languageserver-protocol/node";
import type { LoadedModuleInfo, ProcessInfo } from "../runtime/src/protocol.ts";
import type { Workspace } from "../server/src/late-workspace.ts";
import { fakeRuntime } from "./support/fake-runtime.ts";
import { atCursor, type Files } from "./support/at-cursor.ts";
import type { TemporaryProject } from "./support/temporary-project.ts";

/** @param parts of the module; fields of the state, their first values, and what else the definition has. */
function room(vsn: number, fields: string, initial: string, more = "", casts = "say(text: string): void"): string {
  return `import { actor } from "instar";

export interface State {
  ${fields}
}

export interface Room {
  init(title: string): State;
  calls: { size(): number };
  casts: { ${casts} };
  infos: {};
}

export default actor<Room>({
  vsn: ${vsn},
  init: (title) => (${initial}),
  calls: { size: ({ state, reply }) => reply(state.size) },
  casts: { say: ({ next }) => next() },
  infos: {},${more}
});
`;
}

const first = room(1, "readonly title: string; readonly size: number", "{ title, size: 0 }");

const hoverAt = (test: TestContext, releases: readonly string[], now: string, format?: "markdown" | "plaintext") =>
  hoverIn(
    test,
    releases.map((text) => ({ "src/room.actor.ts": text })),
    { "src/room.actor.ts": now },
    format,
  );

async function hoverIn(
  test: TestContext,
  releases: readonly Files[],
  now: Files,
  format: "markdown" | "plaintext" = "markdown",
  change?: (project: TemporaryProject) => void,
): Promise<string | null> {
  const capabilities = { textDocument: { hover: { contentFormat: [format] } } };
  const { editor, file, position } = await atCursor(test, releases, now, { capabilities }, change);
  const hover = await editor.ask<Hover | null>("textDocument/hover", { textDocument: { uri: editor.uri(file) }, position });
  assert.deepEqual(editor.errors, []);
  if (hover === null) return null;
  const { value } = hover.contents as { value: string };
  return value.replaceAll(/\(file:[^)]*\/(src\/[^)]*)\)/g, "($1)");
}

const steps = (up: string, down: string) => `
  codeChange: {
    1: {
      up: ${up},
      down: ${down},
    },
  },`;
const topic = (down = "(state: State) => ({ title: state.title, size: state.size })") =>
  steps('(old: { title: string; size: number }): State => ({ title: old.title, size: old.size, topic: "" })', down);
const threeFields = "readonly title: string; readonly size: number; readonly to‸pic: string";
const withTopic = '{ title, size: 0, topic: "" }';

const frozen = `${room(2, "readonly title: string", "{ title }", steps("(old: StateV1): State => ({ title: old.title })", "(state: State): StateV1 => ({ ...state, size: 0 })")).replaceAll("reply(state.size)", "reply(0)")}
interface StateV1 { readonly title: string; readonly size: number }
`;

/** What is hovered over at `‸`, after the first release unless others are given, and what is said of it. */
const cases: readonly {
  name: string;
  releases?: readonly string[];
  now: string;
  says: readonly string[] | null;
  format?: "markdown" | "plaintext";
}[] = [
  {
    name: "a field that came with the draft: what up sets it to, and that down loses it",
    now: room(2, threeFields, withTopic, topic()),
    says: [
      "**New in version 2** (draft).",
      '- [1 → 2](src/room.actor.ts#L21,5): set to `""`',
      "- [2 → 1](src/room.actor.ts#L21,5): dropped; its value is lost on the way back",
    ],
  },
  {
    name: "a type of an older state: which it is, and which steps take and give it",
    now: frozen.replace("StateV1 {", "State‸V1 {"),
    says: [
      "**The state of version 1**, kept for the steps that lead from there and back.",
      "- [Step 1 → 2](src/room.actor.ts#L21,5): `up` takes it, `down` gives it",
    ],
  },
  {
    name: "such a type where a step names it",
    now: frozen.replace("(old: StateV1)", "(old: State‸V1)"),
    says: [
      "**The state of version 1**, kept for the steps that lead from there and back.",
      "- [Step 1 → 2](src/room.actor.ts#L21,5): `up` takes it, `down` gives it",
    ],
  },
  {
    name: "a field of such a type that the state has no longer",
    now: frozen.replace("readonly size: number }\n", "readonly si‸ze: number }\n"),
    says: [
      "**In version 1**, and no longer in version 2. Kept for the steps that lead from there and back.",
      "- [Step 1 → 2](src/room.actor.ts#L21,5): `up` takes it, `down` gives it",
    ],
  },
  {
    name: "a field of such a type that the state still has",
    now: frozen.replace("StateV1 { readonly title", "StateV1 { readonly tit‸le"),
    says: ["**Since version 1**, the first release."],
  },
  {
    name: "as plain text, where the client wants that",
    now: room(2, threeFields, withTopic, topic()),
    format: "plaintext",
    says: ["New in version 2 (draft).", '- 1 → 2: set to ""', "- 2 → 1: dropped; its value is lost on the way back"],
  },
  {
    name: "there is no way back",
    now: room(2, threeFields, withTopic, topic('irreversible("the `old` topics are gone")')),
    says: [
      "**New in version 2** (draft).",
      '- [1 → 2](src/room.actor.ts#L21,5): set to `""`',
      "- [2 → 1](src/room.actor.ts#L21,5): there is no way back: ``the `old` topics are gone``",
    ],
  },
  {
    name: "no step is written yet",
    now: room(2, threeFields, withTopic),
    says: ["**New in version 2** (draft).", "- No step from version 1 to version 2 is written yet."],
  },
  {
    name: "an optional field needs no step",
    now: room(2, "readonly title: string; readonly size: number; readonly to‸pic?: string", "{ title, size: 0 }"),
    says: ["**New in version 2** (draft).", "- States of version 1 are valid as they are: no step is needed."],
  },
  {
    name: "a field under another name is the same field, where a step says so",
    now: room(
      2,
      "readonly na‸me: string; readonly size: number",
      "{ name: title, size: 0 }",
      steps(
        "(old: { title: string; size: number }): State => ({ name: old.title, size: old.size })",
        "(state: State) => ({ title: state.name, size: state.size })",
      ),
    ),
    says: [
      "**Renamed in version 2** (draft), before that `title`; there since version 1, the first release.",
      "```ts\n// version 1\ntitle: string\n// version 2 (draft)\nname: string\n```",
      "- [1 → 2](src/room.actor.ts#L21,5): taken over from `title`",
      "- [2 → 1](src/room.actor.ts#L21,5): taken over from `name`",
    ],
  },
  {
    name: "a field of another type, converted both ways, in the body of a handler",
    now: room(
      2,
      "readonly title: string; readonly size: string",
      '{ title, size: "" }',
      steps(
        "(old: { title: string; size: number }): State => ({ ...old, size: String(old.size) })",
        "(state: State) => ({ ...state, size: Number(state.size) })",
      ),
    ).replace("state.size)", "state.si‸ze.length)"),
    says: [
      "**Changed in version 2** (draft); there since version 1, the first release.",
      "```ts\n// version 1\nsize: number\n// version 2 (draft)\nsize: string\n```",
      "- [1 → 2](src/room.actor.ts#L21,5): made by `String(old.size)`",
      "- [2 → 1](src/room.actor.ts#L21,5): made by `Number(state.size)`",
    ],
  },
  {
    name: "what a step does in a body of its own is for its code to say",
    now: room(
      2,
      threeFields,
      withTopic,
      topic().replace('({ title: old.title, size: old.size, topic: "" })', '{ const topic = ""; return { ...old, topic }; }'),
    ),
    says: [
      "**New in version 2** (draft).",
      "- [1 → 2](src/room.actor.ts#L21,5): for the step's code to decide",
      "- [2 → 1](src/room.actor.ts#L21,5): dropped; its value is lost on the way back",
    ],
  },
  {
    name: "a field that was always there",
    now: first.replace("readonly size:", "readonly si‸ze:"),
    says: ["**Since version 1**, the first release."],
  },
  {
    name: "with Windows' line ends and a byte order mark, behind characters of two units",
    now: `\uFEFF${first.replace("readonly size:", "/* 🦋🦋 */ readonly si‸ze:").replaceAll("\n", "\r\n")}`,
    says: ["**Since version 1**, the first release."],
  },
  {
    name: "where it is taken out of the state",
    now: first.replace("({ state, reply }) => reply(state.size)", "({ state: { si‸ze }, reply }) => reply(size)"),
    says: ["**Since version 1**, the first release."],
  },
  {
    name: "where the first state is written, also while something else is broken",
    now: first.replace("{ title, size: 0 }", "{ title, si‸ze: 0 }").replace("casts: {", "casts: { say: ({ next }) =>"),
    says: ["**Since version 1**, the first release."],
  },
  { name: "a name that is like a field's and is none", now: first.replace("(title) =>", "(ti‸tle) =>"), says: null },
  {
    name: "nothing was released",
    releases: [],
    now: first.replace("readonly size:", "readonly si‸ze:"),
    says: ["**Not released yet**: version 1 is a draft."],
  },
  {
    name: "a name that comes back",
    releases: [
      first,
      room(
        2,
        "readonly title: string",
        "{ title }",
        steps(
          "(old: { title: string; size: number }): State => ({ title: old.title })",
          "(state: State) => ({ title: state.title, size: 0 })",
        ),
      ).replace("state.size", "0"),
    ],
    now: room(3, "readonly title: string; readonly si‸ze: bigint", "{ title, size: 0n }").replace("reply(state.size)", "reply(0)"),
    says: [
      "**New in version 3** (draft). Version 1 had `size: number`, which was gone in version 2: old values of it may still lie in memory.",
      "- No step from version 2 to version 3 is written yet.",
    ],
  },
  {
    name: "a message whose arguments are others, at its handler, with what becomes of those that wait",
    now: room(2, "readonly title: string; readonly size: number", "{ title, size: 0 }", "", "say(text: string, loud: boolean): void")
      .replace("say: ({ next })", "s‸ay: async ({ next })")
      .replace(
        "infos: {},\n});",
        "infos: {},\n  codeChange: { 1: { up: (s: State) => s, down: (s: State) => s, messages: { say: (text: string) => [text, false] } } },\n});",
      ),
    says: [
      "**Changed in version 2** (draft); there since version 1, the first release.",
      "```ts\n// version 1\nsay(text: string): void\n// version 2 (draft)\nsay(text: string, loud: boolean): void\n```",
      "- Queued in an upgrade from version 1, [step 1 → 2](src/room.actor.ts#L20,17): `(text: string) => [text, false]`",
    ],
  },
  {
    name: "a message where it is declared",
    now: first.replace("casts: { say", "casts: { s‸ay"),
    says: ["**Since version 1**, the first release."],
  },
  {
    name: "a message where it is sent",
    now: `${first}import type { Pid } from "instar";\nexport const tell = (room: Pid<Room>) => room.cast("s‸ay", "hi");\n`,
    says: ["**Since version 1**, the first release."],
  },
  {
    name: "a message of the same name where it is sent to somebody else",
    now: `${first}export const tell = (other: { cast(name: string): void }) => other.cast("s‸ay");\n`,
    says: null,
  },
  {
    name: "the version, and what is changed in it",
    now: first.replace("vsn: 1", "vs‸n: 2").replace("title: string;", "title: string | null;"),
    says: [
      "**Version 2 is a draft**; the newest release is version 1.",
      "Changed since version 1:",
      "- `State.title`: `string` → `string | null`",
      "Steps from version 1: up not needed, down missing.",
    ],
  },
  { name: "the version that is released", now: first.replace("vsn: 1", "vsn: ‸1"), says: ["**Version 1 is released**."] },
  {
    name: "a step, and what changed between its versions",
    now: room(2, threeFields.replace("‸", ""), withTopic, topic()).replace("    1: {", "    ‸1: {"),
    says: ["**The step between versions 1 and 2**. What changed:", "- `State.topic` added: `string`"],
  },
];

for (const { name, releases = [first], now, says, format } of cases)
  test(name, async (context) => assert.equal(await hoverAt(context, releases, now, format), says && said(says)));

/** Paragraphs, but for the items of one list. */
function said(blocks: readonly string[]): string {
  return blocks
    .join("\n\n")
    .replaceAll(/\n\n(?=- )/g, (gap, at: number, all: string) => (/(^|\n)- [^\n]*$/.test(all.slice(0, at)) ? "\n" : gap));
}

test("a field of a record that several actors share is told of each, once where it lies in several places", async (context) => {
  const member = "export interface Member {\n  readonly name: string;\n}\n";
  const holder = (name: string, state: string, initial: string) =>
    room(1, state, initial)
      .replaceAll("Room", name)
      .replace('"instar";', '"instar";\nimport type { Member } from "./member.ts";')
      .replace("reply(state.size)", "reply(0)");
  const files = {
    "src/member.ts": member,
    "src/hall.actor.ts": holder("Hall", "readonly seats: readonly Member[]; readonly host: Member | null", "{ seats: [], host: null }"),
    "src/desk.actor.ts": holder("Desk", "readonly clerk: Member | null", "{ clerk: null }"),
  };
  const now = { ...files, "src/member.ts": member.replace("name: string;", "name: string;\n  readonly a‸ge?: number;") };
  assert.equal(
    await hoverIn(context, [files], now),
    said([
      "`src/desk.actor`, as `State.clerk.age`: **New since the release of version 1**.",
      "`src/hall.actor`, as `State.seats[].age`: **New since the release of version 1**.",
    ]),
  );
});

test("a snapshot that cannot be read hides no other, and what it may have had is not claimed", async (context) => {
  const second = room(2, "readonly title: string; readonly size: number; readonly topic: string", withTopic, topic());
  const third = (fields: string) =>
    second.replace("vsn: 2", "vsn: 3").replace("readonly title: string; readonly size: number; readonly topic: string", fields);
  const releases = [first, second].map((text) => ({ "src/room.actor.ts": text }));
  const damage = (project: TemporaryProject) => project.write({ ".instar/releases/src/room.actor/2.d.ts": "// cut" });
  const hoverOver = (fields: string) => hoverIn(context, releases, { "src/room.actor.ts": third(fields) }, "markdown", damage);
  assert.match(
    (await hoverOver("readonly title: string; readonly size: number; readonly to‸pic: string")) ?? "",
    /^\*\*New in version 3\*\* \(draft\)\. It may be older: the snapshot of version 2 cannot be read\./,
  );
  assert.match(
    (await hoverOver("readonly title: string; readonly si‸ze: number; readonly topic: string")) ?? "",
    /^\*\*Since version 1\*\*, the first release\./,
  );
  const renamed = (vsn: number, title: string) =>
    room(
      vsn,
      `readonly ${title}: string; readonly size: number`,
      "{ name: title, size: 0 }",
      `
  codeChange: {
    1: {
      up: (old: { title: string; size: number }): State => ({ name: old.title, size: old.size }),
      down: (state: State) => ({ title: state.name, size: state.size }),
    },
    2: {
      up: (old: State): State => ({ name: old.name, size: 0 }),
      down: (state: State): State => ({ name: state.name, size: state.size }),
    },
  },`,
    );
  const files = [first, renamed(2, "name")].map((text) => ({ "src/room.actor.ts": text }));
  assert.equal(
    await hoverIn(context, files, { "src/room.actor.ts": renamed(3, "na‸me") }, "plaintext", damage),
    `Renamed by version 3 (draft), before that title; there since version 1, the first release. It may have been earlier: the snapshot of version 2 cannot be read.

// version 1
title: string
// version 3 (draft)
name: string

- 1 → 2: taken over from title
- 2 → 1: taken over from name`,
    "a step that leaves it as it is loses nothing",
  );
  const version = await hoverIn(context, releases, { "src/room.actor.ts": second.replace("vsn: 2", "v‸sn: 3") }, "markdown", damage);
  assert.match(version ?? "", /The snapshot of version 2 cannot be read\./);
});

const door = (vsn: number, open: string, first: string) => `import { stateMachine } from "instar";

export interface Door {
  init(): { state: "closed"; data: { locks: number } } | { state: "open"; data: { ${open} } };
  calls: {};
  casts: { push(): void };
  infos: {};
}

export default stateMachine<Door>({
  vsn: ${vsn},
  init: () => ({ state: "closed", data: { locks: 0 } }),
  states: {
    closed: { casts: { push: ({ goto }) => goto("open", { ${first} }) } },
    open: { casts: { push: ({ goto }) => goto("closed", { locks: 0 }) } },
  },
});
`;

test("in a state machine, a field belongs to one of its states, and its handlers are found in each", async (context) => {
  const releases = [{ "src/door.actor.ts": door(1, "since: number", "since: 0") }];
  const at = (text: string) => hoverIn(context, releases, { "src/door.actor.ts": text });
  assert.equal(
    await at(door(2, "since: number; by‸: string", 'since: 0, by: ""')),
    said(["**New in version 2** (draft).", "- No step from version 1 to version 2 is written yet."]),
  );
  assert.equal(await at(door(2, "si‸nce: number", "since: 0")), "**Since version 1**, the first release.");
  assert.equal(
    await at(door(1, "since: number", "since: 0").replace("open: { casts: { push", "open: { casts: { pu‸sh")),
    "**Since version 1**, the first release.",
  );
});

test("what lives is said by version, with what the field is there", async (context) => {
  const now = room(2, threeFields, withTopic, topic());
  const { editor, project, file, position } = await atCursor(
    context,
    [{ "src/room.actor.ts": first }],
    { "src/room.actor.ts": now },
    { capabilities: { textDocument: { hover: { contentFormat: ["markdown"] } } } },
  );
  const id = "src/room.actor";
  const living = [2, 2, 1].map((vsn, index) => ({ pid: `<0.${index}>`, module: id, vsn }) as ProcessInfo);
  await fakeRuntime(
    context,
    { root: project.root },
    {
      "processes/list": (_, reply) => reply({ processes: living }),
      "modules/list": (_, reply) => reply({ modules: [{ id, vsn: 2 } as LoadedModuleInfo] }),
    },
  );
  await editor.request("instar/processes", {}).result;
  const hover = await editor.ask<Hover>("textDocument/hover", { textDocument: { uri: editor.uri(file) }, position });
  assert.match((hover.contents as { value: string }).value, /\n\n\*\*Live:\*\* 2 on version 2; 1 on version 1, without it\.$/);
  assert.deepEqual(hover.range, {
    start: { ...position, character: position.character - 2 },
    end: { ...position, character: position.character + 3 },
  });
});

test("what names and syntax say is told without the compiler", async (context) => {
  const workspaces: Workspace[] = [];
  const { editor, file, position } = await atCursor(
    context,
    [{ "src/room.actor.ts": first }],
    { "src/room.actor.ts": room(2, threeFields, withTopic, topic()) },
    {
      capabilities: { textDocument: { hover: { contentFormat: ["plaintext"] } } },
      loadWorkspace: async () => {
        const module = await import("../server/src/late-workspace.ts");
        return {
          ...module,
          openWorkspace(root) {
            const workspace = module.openWorkspace(root, {
              loadCompiler: () => {
                throw new Error("the compiler was loaded");
              },
            });
            workspaces.push(workspace);
            return workspace;
          },
        };
      },
    },
  );
  const hover = await editor.ask<Hover | null>("textDocument/hover", { textDocument: { uri: editor.uri(file) }, position });
  assert.ok(hover !== null);
  assert.equal(workspaces.length, 1);
  assert.deepEqual(editor.errors, []);
});
