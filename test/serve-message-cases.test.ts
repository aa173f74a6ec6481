/** The hard cases of messages' names: what is released, unknown, computed, broken, somebody else's, or no message at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { processHost } from "../server/src/host.ts";
import { judgeSnapshots, writeSnapshots } from "../server/src/snapshots.ts";
import { openWorkspace } from "../server/src/workspace.ts";
import { manifest, namedMessages } from "./support/named-messages.ts";
import type { TemporaryProject } from "./support/temporary-project.ts";

const counter = `import { actor } from "instar";

export interface Counter {
  init(): { readonly n: number };
  calls: { read(): number };
  casts: { add(k: number): void };
  infos: { tick(): void; timeout(): void };
}

export default actor<Counter>({
  vsn: 1,
  init: () => ({ n: 0 }),
  calls: { read: ({ state, reply }) => reply(state.n) },
  casts: { add: ({ state, next }, k) => next({ n: state.n + k }) },
  infos: {
    tick: ({ self, next }) => {
      self.sendAfter(1000, "tick");
      return next();
    },
    timeout: ({ self: { sendAfter }, next }) => {
      sendAfter(10, "tick");
      return next();
    },
  },
});
`;

test("timers send infos, and what the runtime sends keeps its name", async (context) => {
  const { definition, rename, prepareRename } = await namedMessages(context, { "src/counter.actor.ts": counter });
  const file = "src/counter.actor.ts";
  assert.deepEqual(await definition(file, '1000, "‸tick"'), [`${file}: «tick»: ({ self, next }) => {`]);
  assert.deepEqual(await definition(file, '10, "‸tick"'), [`${file}: «tick»: ({ self, next }) => {`]);
  await assert.rejects(prepareRename(file, "‸timeout(): void"), /The runtime itself sends "timeout"/);
  await assert.rejects(rename(file, "‸tick: (", "exit"), /"exit" is what the runtime sends by itself/);
  assert.deepEqual(await rename(file, "‸tick: (", "beat"), [
    `${file}: beat: ({ self, next }) => {`,
    `${file}: infos: { beat(): void; timeout(): void };`,
    `${file}: self.sendAfter(1000, "beat");`,
    `${file}: sendAfter(10, "beat");`,
  ]);
});

test("a state machine handles a message in each of its states", async (context) => {
  const { definition, rename } = await namedMessages(context, {
    "src/door.actor.ts": `import { stateMachine, type Pid } from "instar";

export interface Door {
  init(): { readonly state: "locked" | "open"; readonly data: null };
  calls: { enter(code: string): boolean };
  casts: { knock(): void };
}

export default stateMachine<Door>({
  vsn: 1,
  init: () => ({ state: "locked", data: null }),
  states: {
    locked: { calls: { enter: ({ goto, reply }, code) => reply(true, goto("open")) } },
    open: { calls: { enter: ({ reply }) => reply(false) } },
  },
  any: { casts: { knock: ({ keep }) => keep() } },
});

export const use = (pid: Pid<Door>) => [pid.call("enter", "1"), pid.cast("knock")];
`,
  });
  const file = "src/door.actor.ts";
  assert.deepEqual(await definition(file, 'call("‸enter"'), [
    `${file}: locked: { calls: { «enter»: ({ goto, reply }, code) => reply(true, goto("open")) } },`,
    `${file}: open: { calls: { «enter»: ({ reply }) => reply(false) } },`,
  ]);
  assert.deepEqual(await definition(file, 'cast("‸knock"'), [`${file}: any: { casts: { «knock»: ({ keep }) => keep() } },`]);
  assert.equal((await rename(file, "‸enter(code", "pass")).length, 4);
});

test("a new name has to be one, and nobody else's", async (context) => {
  const { rename, editor } = await namedMessages(context, { "src/counter.actor.ts": counter });
  const file = "src/counter.actor.ts";
  await assert.rejects(rename(file, "‸tick(): void", "timeout"), /Counter has a message "timeout" among its infos already/);
  await assert.rejects(rename(file, "‸read(): number", "  "), /A message needs a name/);
  await assert.rejects(rename(file, "‸read(): number", 'a"b'), /no quotes, backslashes or line breaks/);
  await assert.rejects(rename(file, "‸read(): number", "__proto__"), /means something else/);
  assert.deepEqual(editor.errors, []);
});

test("what cannot be resolved is left alone, and a person is told", async (context) => {
  const { prepareRename, definition, rename, editor } = await namedMessages(context, {
    "src/counter.actor.ts": counter,
    "src/use.ts": `import { whereis, type Pid } from "instar";
import type { Counter } from "./counter.actor.ts";

export const anybody = (pid: any) => pid.call("read");
export const computed = (pid: Pid<Counter>, name: "read") => pid.call(name);
export const chosen = (pid: Pid<Counter>, gently: boolean) => pid.call(gently ? "read" : ("read" as const));
export const named = () => whereis<Counter>("counter")!.call("read");
export const other = (map: Map<string, () => void>) => map.get("read")!.call("read");
`,
  });
  assert.deepEqual(await definition("src/use.ts", 'any) => pid.call("‸read"'), []);
  await assert.rejects(prepareRename("src/use.ts", 'any) => pid.call("‸read"'), /the type of the receiver is not known/);
  assert.equal(
    await prepareRename("src/use.ts", '!.call("‸read");\n'),
    'src/use.ts: export const named = () => whereis<Counter>("counter")!.call("«read»"); → read',
  );
  assert.deepEqual(await rename("src/counter.actor.ts", "‸read()", "value"), [
    "src/counter.actor.ts: calls: { value(): number };",
    "src/counter.actor.ts: calls: { value: ({ state, reply }) => reply(state.n) },",
    'src/use.ts: export const chosen = (pid: Pid<Counter>, gently: boolean) => pid.call(gently ? "value" : ("value" as const));',
    'src/use.ts: export const named = () => whereis<Counter>("counter")!.call("value");',
  ]);
  assert.deepEqual(editor.messages, [
    'Instar: 2 places may send "read" as well and keep it, since their receivers or the names are known only when they run: use.ts:4, use.ts:5.',
  ]);
});

test("a handler that is made elsewhere keeps its name, and a person is told; generic senders know what they send", async (context) => {
  const { rename, definition, editor } = await namedMessages(context, {
    "src/make.ts": `export const make = () => ({ read: ({ reply }: any) => reply(1) });\n`,
    "src/made.actor.ts": `import { actor, type Pid } from "instar";
import { make } from "./make.ts";

export interface Made {
  init(): null;
  calls: { read(): number };
}

export default actor<Made>({ vsn: 1, init: () => null, calls: { ...make() } });

export const generic = <P extends Made>(pid: Pid<P>) => pid.call("read");
export class Reader<Of extends Pid<Made>> {
  constructor(readonly of: Of) {}
  read() {
    return this.of.call("read");
  }
}
`,
  });
  const file = "src/made.actor.ts";
  assert.deepEqual(await definition(file, 'pid.call("‸read"'), [`${file}: calls: { «read»(): number };`], "where it is declared");
  assert.deepEqual(await rename(file, "‸read(): number", "value"), [
    `${file}: calls: { value(): number };`,
    `${file}: export const generic = <P extends Made>(pid: Pid<P>) => pid.call("value");`,
    `${file}: return this.of.call("value");`,
  ]);
  assert.deepEqual(editor.messages, [
    'Instar: The handler of "read" is not written out where Made is defined, so it keeps its name. Rename it there as well.',
  ]);
});

test("a rename reaches handlers that are taken out of an object, and keys in brackets", async (context) => {
  const { rename, editor } = await namedMessages(context, {
    "src/room.actor.ts": `import { actor, type Definition } from "instar";

export interface Room {
  init(): null;
  calls: { join(): number; size(): number };
}

const size = "join";
const made = { join: ({ reply }) => reply(1), ["size"]: ({ reply }) => reply(2) } satisfies Definition<Room>["calls"];
export const { join, ...rest } = made;
export const first = ({ join: one }: typeof made) => [one, made.join, { [size]: rest }];

export default actor<Room>({ vsn: 1, init: () => null, calls: { ["join"]: join, size: made["size"] } });
`,
  });
  const file = "src/room.actor.ts";
  assert.deepEqual(await rename(file, "‸join(): number", "enter"), [
    `${file}: calls: { enter(): number; size(): number };`,
    `${file}: const made = { enter: ({ reply }) => reply(1), ["size"]: ({ reply }) => reply(2) } satisfies Definition<Room>["calls"];`,
    `${file}: export const first = ({ enter: one }: typeof made) => [one, made.enter, { [size]: rest }];`,
    `${file}: export const { enter: join, ...rest } = made;`,
    `${file}: export default actor<Room>({ vsn: 1, init: () => null, calls: { ["enter"]: join, size: made["size"] } });`,
  ]);
  assert.equal((await rename(file, "‸size(): number", "count")).length, 3, "the constant of that name is another thing");
  assert.deepEqual([editor.messages, editor.errors], [[], []]);
});

test("what an interface says again of the one that it extends is renamed there as well", async (context) => {
  const { rename } = await namedMessages(context, {
    "src/named.ts": "export interface Named {\n  name(): string | null;\n}\n",
    "src/shop.actor.ts": `import { actor } from "instar";
import type { Named } from "./named.ts";

interface Calls extends Named {
  name(): string;
}
export interface Shop {
  init(): null;
  calls: Calls;
}

export default actor<Shop>({ vsn: 1, init: () => null, calls: { name: ({ reply }) => reply("shop") } });
`,
  });
  const renamed = [
    "src/named.ts: title(): string | null;",
    'src/shop.actor.ts: export default actor<Shop>({ vsn: 1, init: () => null, calls: { title: ({ reply }) => reply("shop") } });',
    "src/shop.actor.ts: title(): string;",
  ];
  assert.deepEqual(await rename("src/shop.actor.ts", "‸name: (", "title"), renamed);
});

const machine = (vsn: number, calls: string, handlers: string, codeChange = ""): string => `import { actor, drop } from "instar";

export interface Room {
  init(): { readonly n: number };
  calls: { ${calls} };
}

/** As version 1 had it. */
interface RoomV1 {
  init(): { readonly n: number };
  calls: { join(who: string): number };
}

export type Old = Parameters<RoomV1["calls"]["join"]>;
export default actor<Room>({
  vsn: ${vsn},
  init: () => ({ n: 0 }),
  calls: { ${handlers} },${codeChange}
});
`;

async function release(project: TemporaryProject): Promise<void> {
  const workspace = openWorkspace(project.root);
  const { due } = judgeSnapshots(workspace, workspace.analyzer.analyze()!);
  await writeSnapshots(project.root, due);
}

test("what is released keeps its name: snapshots, frozen types, and translations of messages that the older version had", async (context) => {
  const join = ["join(who: string): number", "join: ({ reply }) => reply(1)"] as const;
  const file = "src/room.actor.ts";
  const { rename, prepareRename, definition, references, editor, project } = await namedMessages(context, { [file]: machine(1, ...join) });
  await release(project);
  const snapshot = project.read(".instar/releases/src/room.actor/1.d.ts");
  const now = machine(
    2,
    `${join[0]}; leave(why: number): boolean`,
    `${join[1]}, leave: ({ reply }) => reply(true)`,
    `
  codeChange: {
    1: {
      up: (old: { readonly n: number }) => old,
      down: (state: { readonly n: number }) => state,
      messages: { join: (who: string) => [who], leave: { down: drop("version 1 knows no leaving") } },
    },
  },`,
  );
  project.write({ [file]: now });
  editor.changedOnDisk(project.path(file), project.path(".instar/releases/src/room.actor/1.d.ts"));
  assert.deepEqual(await definition(file, "messages: { ‸join"), [
    `${file}: calls: { «join»: ({ reply }) => reply(1), leave: ({ reply }) => reply(true) },`,
  ]);
  assert.equal((await references(file, "‸leave(why")).length, 3);
  await assert.rejects(prepareRename(file, "messages: { ‸join"), /"join" is what version 1 called it/);
  assert.deepEqual(await rename(file, "‸leave(why", "exit"), [
    `${file}: calls: { join(who: string): number; exit(why: number): boolean };`,
    `${file}: calls: { join: ({ reply }) => reply(1), exit: ({ reply }) => reply(true) },`,
    `${file}: messages: { join: (who: string) => [who], exit: { down: drop("version 1 knows no leaving") } },`,
  ]);
  assert.deepEqual(await rename(file, "‸join: ({", "enter"), [
    `${file}: calls: { enter(who: string): number; exit(why: number): boolean };`,
    `${file}: calls: { enter: ({ reply }) => reply(1), exit: ({ reply }) => reply(true) },`,
  ]);
  assert.match(
    editor.text(project.path(file)),
    /calls: \{ join\(who: string\): number \};\n\}\n\nexport type Old = Parameters<RoomV1\["calls"\]\["join"\]>/,
  );
  assert.equal(project.read(".instar/releases/src/room.actor/1.d.ts"), snapshot);
  await editor.pause();
  assert.deepEqual(
    editor.diagnostics(project.path(file)).map(({ code }) => code),
    ["message-tag-renamed"],
    "a rule says what to do about messages that are on their way",
  );
});

test("code that is wrong is answered as far as it can be read", async (context) => {
  const { definition, references, editor, project } = await namedMessages(context, {
    "src/counter.actor.ts": counter,
    "src/use.ts": `import type { Pid } from "instar";
import type { Counter } from "./counter.actor.ts";
export const read = (pid: Pid<Counter>) => {
  pid.call("read"
  pid.cast("nothing");
`,
  });
  assert.deepEqual(await definition("src/use.ts", '"‸read"'), [
    "src/counter.actor.ts: calls: { «read»: ({ state, reply }) => reply(state.n) },",
  ]);
  assert.deepEqual(await definition("src/use.ts", '"‸nothing"'), []);
  assert.deepEqual(await references("src/use.ts", '"‸nothing"'), []);
  editor.open(project.path("src/counter.actor.ts"));
  editor.replace(project.path("src/counter.actor.ts"), "reply(state.n) },", "reply(state.n },");
  assert.equal((await references("src/use.ts", '"‸read"')).length, 3);
  editor.replace(project.path("src/counter.actor.ts"), "calls: { read(): number };", "calls: { read(): number ");
  assert.ok((await definition("src/use.ts", '"‸read"')).length > 0);
  editor.replace(project.path("src/counter.actor.ts"), "read(): number ", "");
  assert.deepEqual(await definition("src/use.ts", '"‸read"'), []);
  assert.deepEqual(editor.errors, []);
});

test("actors and those who send to them may belong to different projects of a workspace", async (context) => {
  const { definition, references, rename, editor } = await namedMessages(context, {
    "package.json": JSON.stringify({ name: "workspace", private: true, type: "module" }),
    "actors/package.json": manifest,
    "actors/src/counter.actor.ts": counter,
    "senders/package.json": manifest,
    "senders/src/use.ts": `import type { Pid } from "instar";
import type { Counter } from "../../actors/src/counter.actor.ts";
export const read = (pid: Pid<Counter>) => pid.call("read");
`,
  });
  assert.deepEqual(await definition("senders/src/use.ts", '"‸read"'), [
    "actors/src/counter.actor.ts: calls: { «read»: ({ state, reply }) => reply(state.n) },",
  ]);
  assert.equal((await references("actors/src/counter.actor.ts", "‸read()", false)).length, 1);
  assert.deepEqual(await rename("actors/src/counter.actor.ts", "‸read()", "value"), [
    "actors/src/counter.actor.ts: calls: { value(): number };",
    "actors/src/counter.actor.ts: calls: { value: ({ state, reply }) => reply(state.n) },",
    'senders/src/use.ts: export const read = (pid: Pid<Counter>) => pid.call("value");',
  ]);
  assert.deepEqual(editor.errors, []);
});

test("a message of a package leads to its declaration, and cannot be renamed here", async (context) => {
  const { definition, prepareRename, references } = await namedMessages(context, {
    "src/app.ts": `import { supervisor, start } from "instar";
const app = supervisor({ vsn: 1, children: [] });
export default app;
export const count = async () => (await start(app)).call("countChildren");
`,
  });
  assert.match((await definition("src/app.ts", '"‸countChildren"')).join("\n"), /runtime\/dist\/.*: «countChildren»\(\): ChildCounts;$/);
  await assert.rejects(prepareRename("src/app.ts", '"‸countChildren"'), /declared by a package/);
  assert.equal((await references("src/app.ts", '"‸countChildren"', false)).length, 1);
});

test("the id of a module leads to its actor", async (context) => {
  const { definition } = await namedMessages(context, {
    "src/counter.actor.ts": counter,
    "instar.config.json": `{ "modules": { "src/counter.actor": { "strategy": "restart" } } }`,
    "src/counter.test.ts": `export const kept = { module: "src/counter.actor", vsn: 1, other: "src/nothing.actor" };\n`,
  });
  const actor = ["src/counter.actor.ts: export default «actor»<Counter>({"];
  assert.deepEqual(await definition("src/counter.test.ts", '"src/coun‸ter.actor"'), actor);
  assert.deepEqual(await definition("instar.config.json", '"src/coun‸ter.actor"'), actor);
  assert.deepEqual(await definition("src/counter.test.ts", '"src/no‸thing.actor"'), []);
});

test("what is no message is answered at once, without the compiler; documents that are no files are none of ours", async (context) => {
  let loads = 0;
  const { editor, project, definition, references, prepareRename, rename } = await namedMessages(
    context,
    { "src/counter.actor.ts": counter, "src/plain.ts": `export const plain = { read: 1, text: "plain" };\n` },
    {
      async loadWorkspace() {
        const workspaces = await processHost().loadWorkspace();
        return {
          ...workspaces,
          openWorkspace: (root, options) =>
            workspaces.openWorkspace(root, {
              ...options,
              loadCompiler: async () => {
                loads += 1;
                return (await import("../server/src/analysis/compiler.ts")).compiler;
              },
            }),
        };
      },
    },
  );
  for (const cursor of ["const pl‸ain", "{ re‸ad: 1", '"pla‸in"']) {
    assert.deepEqual(await definition("src/plain.ts", cursor), []);
    assert.deepEqual(await references("src/plain.ts", cursor), []);
    assert.equal(await prepareRename("src/plain.ts", cursor), null);
    assert.deepEqual(await rename("src/plain.ts", cursor, "other"), []);
  }
  assert.equal(loads, 0);
  for (const uri of ["untitled:Untitled-1", "git:/src/counter.actor.ts?ref=main", `file://${project.root}/gone.ts`])
    for (const method of ["definition", "references", "prepareRename", "rename"]) {
      const params = { textDocument: { uri }, position: { line: 0, character: 0 }, context: { includeDeclaration: true }, newName: "x" };
      assert.equal(await editor.ask(`textDocument/${method}`, params), null, `${method} of ${uri}`);
    }
  assert.deepEqual(editor.errors, []);
});
