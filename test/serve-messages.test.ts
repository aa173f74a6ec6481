/** What an editor is told of messages' names: where they are handled, who sends them, and what a new name changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chatFiles, namedMessages } from "./support/named-messages.ts";

test("in the chat, a message leads to its handler, and its handler to all who send it", async (context) => {
  const { definition, references, editor } = await namedMessages(context, chatFiles());
  const join = [
    'src/presence.actor.ts: if (room !== null && user !== null) here.push(await room.call("«join»", user));',
    "src/room.actor.ts: «join»(who: Pid<User>): string;",
    "src/room.actor.ts: «join»: async ({ state, self, reply }, who) => {",
  ];
  assert.deepEqual(await definition("src/presence.actor.ts", 'call("jo‸in"'), [join[2]]);
  assert.deepEqual(await definition("src/room.actor.ts", 'call("na‸me")'), [
    "src/user.actor.ts: «name»: ({ state, reply }) => reply(state.name),",
  ]);
  for (const [file, cursor] of [
    ["src/presence.actor.ts", 'call("join‸"'],
    ["src/room.actor.ts", "jo‸in(who"],
    ["src/room.actor.ts", "‸join: async"],
  ] as const)
    assert.deepEqual(await references(file, cursor), join, cursor);
  assert.deepEqual(await references("src/room.actor.ts", "‸join: async", false), [join[0]]);
  assert.deepEqual(editor.errors, []);
});

test("a rename changes the protocol, the handler and all senders, in files that are not open as well", async (context) => {
  const { prepareRename, rename, references, editor, project } = await namedMessages(context, chatFiles());
  assert.equal(
    await prepareRename("src/presence.actor.ts", 'call("jo‸in"'),
    'src/presence.actor.ts: if (room !== null && user !== null) here.push(await room.call("«join»", user)); → join',
  );
  const renamed = [
    'src/presence.actor.ts: if (room !== null && user !== null) here.push(await room.call("enter", user));',
    "src/room.actor.ts: enter(who: Pid<User>): string;",
    "src/room.actor.ts: enter: async ({ state, self, reply }, who) => {",
  ];
  assert.deepEqual(await rename("src/presence.actor.ts", 'call("jo‸in"', "enter"), renamed);
  assert.equal((await references("src/room.actor.ts", "ent‸er: async")).length, 3, "what was just edited is what counts");
  assert.deepEqual(await rename("src/room.actor.ts", "ent‸er(who", "user:enters"), [
    'src/presence.actor.ts: if (room !== null && user !== null) here.push(await room.call("user:enters", user));',
    'src/room.actor.ts: "user:enters"(who: Pid<User>): string;',
    'src/room.actor.ts: "user:enters": async ({ state, self, reply }, who) => {',
  ]);
  assert.equal((await rename("src/room.actor.ts", '"user:en‸ters": async', "join")).length, 3);
  assert.equal(editor.text(project.path("src/room.actor.ts")).includes('"join": async'), true, "quotes that are there stay");
  assert.deepEqual(editor.errors, []);
});

const room = `import { actor, type Pid } from "instar";
import type { User } from "./user.actor.ts";

export interface Room {
  init(): { readonly members: readonly Pid<User>[] };
  calls: { join(who: Pid<User>): string; size(): number };
  casts: { leave(who: Pid<User>): void };
}

export default actor<Room>({
  vsn: 1,
  init: () => ({ members: [] }),
  calls: {
    join: async ({ state, reply }, who) => reply(await who.call("name"), { members: [...state.members, who] }),
    size: ({ state, reply }) => reply(state.members.length),
  },
  casts: { leave: ({ state, next }, who) => next({ members: state.members.filter((each) => each !== who) }) },
});
`;

const user = `import { actor, type Pid } from "instar";
import type { Room } from "./room.actor.ts";

export interface User {
  init(name: string): { readonly name: string };
  calls: { name(): string; join(room: Pid<Room>): number };
}

export default actor<User>({
  vsn: 1,
  init: (name) => ({ name }),
  calls: {
    name: ({ state, reply }) => reply(state.name),
    join: async ({ self, reply }, room) => {
      await room.call("join", self.pid);
      return reply(await room.withTimeout(100).call("size"));
    },
  },
});
`;

const actors = { "src/room.actor.ts": room, "src/user.actor.ts": user };

test("messages of one name that two actors have are two messages", async (context) => {
  const { definition, references, rename } = await namedMessages(context, {
    ...actors,
    "src/main.ts": `import { start } from "instar";
import room from "./room.actor.ts";
import user from "./user.actor.ts";

const [hall, ada] = [await start(room), await start(user, { args: ["ada"] })];
await ada.call("join", hall);
const join = { join: (first: string) => first };
join.join.call("join", "no message");
`,
  });
  assert.deepEqual(await definition("src/main.ts", 'ada.call("‸join"'), ["src/user.actor.ts: «join»: async ({ self, reply }, room) => {"]);
  assert.deepEqual(await definition("src/user.actor.ts", 'room.call("‸join"'), [
    'src/room.actor.ts: «join»: async ({ state, reply }, who) => reply(await who.call("name"), { members: [...state.members, who] }),',
  ]);
  assert.deepEqual(await definition("src/main.ts", 'join.join.call("‸join"'), []);
  assert.deepEqual(await references("src/main.ts", "{ ‸join: (first"), []);
  assert.deepEqual(await references("src/user.actor.ts", "‸join: async", false), ['src/main.ts: await ada.call("«join»", hall);']);
  assert.deepEqual(await rename("src/user.actor.ts", "‸join: async", "visit"), [
    'src/main.ts: await ada.call("visit", hall);',
    "src/user.actor.ts: calls: { name(): string; visit(room: Pid<Room>): number };",
    "src/user.actor.ts: visit: async ({ self, reply }, room) => {",
  ]);
});

test("what is sent to one of several actors belongs to all of them, and is renamed with all of them", async (context) => {
  const { definition, references, rename } = await namedMessages(context, {
    "src/pair.ts": `import { actor } from "instar";
export interface One { init(): null; calls: { ask(): number } }
export default actor<One>({ vsn: 1, init: () => null, calls: { ask: ({ reply }) => reply(1) } });
`,
    "src/other.ts": `import { actor } from "instar";
export interface Other { init(): null; calls: { ask(): number } }
export default actor<Other>({ vsn: 1, init: () => null, calls: { ask: ({ reply }) => reply(2) } });
`,
    "src/apart.ts": `import { actor } from "instar";
export interface Apart { init(): null; calls: { ask(): number } }
export default actor<Apart>({ vsn: 1, init: () => null, calls: { ask: ({ reply }) => reply(3) } });
`,
    "src/use.ts": `import type { Pid } from "instar";
import type { One } from "./pair.ts";
import type { Other } from "./other.ts";
import type { Apart } from "./apart.ts";
export const either = (pid: Pid<One> | Pid<Other>) => pid.call("ask");
export const both = (pid: Pid<One | Other> | null) => pid?.call("ask");
export const one = (pid: Pid<One>) => pid.call("ask");
export const apart = (pid: Pid<Apart>) => pid.call("ask");
`,
  });
  assert.deepEqual(await definition("src/use.ts", 'Pid<Other>) => pid.call("‸ask"'), [
    "src/other.ts: export default actor<Other>({ vsn: 1, init: () => null, calls: { «ask»: ({ reply }) => reply(2) } });",
    "src/pair.ts: export default actor<One>({ vsn: 1, init: () => null, calls: { «ask»: ({ reply }) => reply(1) } });",
  ]);
  assert.equal((await references("src/other.ts", "‸ask()", false)).length, 2);
  assert.equal((await references("src/pair.ts", "‸ask()", false)).length, 3);
  assert.deepEqual(await rename("src/use.ts", 'Pid<One>) => pid.call("‸ask"', "tell"), [
    "src/other.ts: export default actor<Other>({ vsn: 1, init: () => null, calls: { tell: ({ reply }) => reply(2) } });",
    "src/other.ts: export interface Other { init(): null; calls: { tell(): number } }",
    "src/pair.ts: export default actor<One>({ vsn: 1, init: () => null, calls: { tell: ({ reply }) => reply(1) } });",
    "src/pair.ts: export interface One { init(): null; calls: { tell(): number } }",
    'src/use.ts: export const both = (pid: Pid<One | Other> | null) => pid?.call("tell");',
    'src/use.ts: export const either = (pid: Pid<One> | Pid<Other>) => pid.call("tell");',
    'src/use.ts: export const one = (pid: Pid<One>) => pid.call("tell");',
  ]);
});

test("protocols may lie apart, extend others and be passed on; handlers may lie apart as well", async (context) => {
  const { definition, references, rename } = await namedMessages(context, {
    "src/protocol.ts": `export interface Named { name(): string }
export interface Base { init(): null; calls: Named & { size(): number } }
export interface Shop extends Base { casts: { close(why: string): void } }
`,
    "src/shop.ts": `import { actor, type Definition } from "instar";
import type { Shop } from "./protocol.ts";
import { close } from "./close.ts";

const common = { name: ({ reply }) => reply("shop") } satisfies Partial<NonNullable<Definition<Shop>["calls"]>>;

export default actor<Shop>({
  vsn: 1,
  init: () => null,
  calls: { ...common, size: ({ reply }) => reply(1) },
  casts: { close },
});
`,
    "src/close.ts": `import type { Definition } from "instar";
import type { Shop } from "./protocol.ts";
export const close: Definition<Shop>["casts"]["close"] = ({ stop }, why) => stop(why);
`,
    "src/index.ts": `export { default as shop } from "./shop.ts";
export type * from "./protocol.ts";
`,
    "src/use.ts": `import { start, type Pid } from "instar";
import { shop, type Shop } from "./index.ts";
const pid = await start(shop);
pid.cast("close", (await pid.call("name")) + (await pid.call("size")));
export const patient = (given: Pid<Shop>) => {
  const slow = given.withTimeout(Infinity);
  return slow.call("name");
};
`,
  });
  assert.deepEqual(await definition("src/use.ts", 'cast("‸close"'), ["src/shop.ts: casts: { «close» },"]);
  assert.deepEqual(await definition("src/use.ts", 'pid.call("‸name"'), [
    'src/shop.ts: const common = { «name»: ({ reply }) => reply("shop") } satisfies Partial<NonNullable<Definition<Shop>["calls"]>>;',
  ]);
  assert.deepEqual(await references("src/protocol.ts", "‸name()", false), [
    'src/use.ts: pid.cast("close", (await pid.call("«name»")) + (await pid.call("size")));',
    'src/use.ts: return slow.call("«name»");',
  ]);
  assert.deepEqual(await rename("src/protocol.ts", "‸close(", "shut"), [
    'src/close.ts: export const close: Definition<Shop>["casts"]["shut"] = ({ stop }, why) => stop(why);',
    "src/protocol.ts: export interface Shop extends Base { casts: { shut(why: string): void } }",
    "src/shop.ts: casts: { shut: close },",
    'src/use.ts: pid.cast("shut", (await pid.call("name")) + (await pid.call("size")));',
  ]);
});
