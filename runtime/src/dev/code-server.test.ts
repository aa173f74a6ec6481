/** The code server with the builder and the real core, in this process: which instances are new, which stay, and what becomes of old ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { untilCollected } from "../../../test/support/collected.ts";
import { answering, exported, loaded, maps } from "../../../test/support/loaded-project.ts";
import type { Build } from "./builder.ts";
import type { Layer } from "./built-file.ts";
import type { DevError } from "./dev-error.ts";

test("modules of a project load with each other, and with the running copy of instar", async (t) => {
  const { ask } = await loaded(t, {
    "src/app.ts": answering(
      "[label(), pkg.url.endsWith('app.ts'), data.n]",
      "",
      'import { label } from "./label.js"; import data from "./data.json"; const pkg = import.meta;',
    ),
    "src/label.ts": 'import { start } from "instar"; import { word } from "@/deep"; export const label = () => `${typeof start} ${word}`;',
    "src/data.json": '{ "n": 3 }',
    "src/lib/deep/index.ts": 'export const word: string = "deep";',
    "tsconfig.json": '{ // with a comment\n "compilerOptions": { "paths": { "@/*": ["./src/lib/*"] } } }',
  });
  assert.deepEqual(await ask("src/app"), ["function deep", true, 3]);
});

test("a changed module is a new instance for those who import it, and for nobody else", async (t) => {
  const { project, server, ask, upgrade } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import "./room.actor"; import "./user.actor";'),
    "src/room.actor.ts": answering("[price(), count()]", "", 'import { price } from "./price"; import { count } from "./cache";'),
    "src/user.actor.ts": answering("count()", "", 'import { count } from "./cache";'),
    "src/price.ts": 'import { tax } from "./tax"; import { count } from "./cache"; count(); export const price = () => 100 + tax;',
    "src/tax.ts": "export const tax = 7;",
    "src/cache.ts": "let n = 0; export const count = () => ++n;",
  });
  assert.deepEqual(await ask("src/room.actor"), [107, 2]);
  project.write("src/tax.ts", "export const tax = 19;");
  const prepared = await upgrade();
  // The app imports the room for nothing but its effect, so it is safe only when it is evaluated again.
  assert.deepEqual(
    prepared.changes.map(({ module, reinstantiated }) => [module.id, reinstantiated]),
    [["src/room.actor", true]],
  );
  // The cache went on counting: it is the same instance. The new price has counted once when it was evaluated.
  assert.deepEqual(await ask("src/room.actor"), [119, 4]);
  assert.deepEqual(await ask("src/user.actor"), 5);
  assert.equal(server.modules.get("src/room.actor")?.module.current.load, 2);
  assert.equal(server.modules.get("src/user.actor")?.module.current.load, 1);
});

test("what is new only because its imports changed is told, with the successors of its classes", async (t) => {
  const classes = `
    import { tax } from "./tax";
    export class Money { static zero = 0; constructor(readonly cents: number) {} gross() { return this.cents + tax; } }
    export class Euro extends Money { symbol() { return "€"; } }
    export class Private { #secret = tax; secret() { return this.#secret; } }
    export const plain = () => tax;`;
  const { project, server, upgrade } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import "./money"; import "./other"; export * from "./money";'),
    "src/money.ts": classes,
    "src/other.ts": 'import "./tax"; export class Changed { n() { return 1; } } export class Same {}',
    "src/tax.ts": "export const tax = 7;",
  });
  const exportedNow = () =>
    (server.modules.get("src/app") ?? assert.fail()).current.module.exports as Record<string, new (n: number) => object>;
  const { Money, Euro, Private } = exportedNow();
  project.write("src/tax.ts", "export const tax = 19;");
  project.write("src/other.ts", 'import "./tax"; export class Changed { n() { return 2; } } export class Same {}');
  const { reinstantiated, prototypes } = await upgrade();
  const now = exportedNow();
  assert.deepEqual(
    reinstantiated.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    [
      { file: project.path("src/app.ts"), classes: [] },
      { file: project.path("src/money.ts"), classes: ["Euro", "Money", "Private"] },
    ],
  );
  assert.equal(prototypes.get(Money?.prototype), now["Money"]?.prototype);
  assert.equal(prototypes.get(Euro?.prototype), now["Euro"]?.prototype);
  // Instances with private fields belong to the class that made them for good.
  assert.equal(prototypes.get(Private?.prototype), undefined);
  // Of the other file, the class whose text is the same.
  assert.equal(prototypes.size, 3);
  const old = new (Euro ?? assert.fail())(100);
  const moved = Object.setPrototypeOf(old, prototypes.get(Object.getPrototypeOf(old)) as object) as { gross(): number };
  assert.deepEqual([moved.gross(), moved instanceof (now["Money"] ?? assert.fail())], [119, true]);
});

test("who uses an actor's other exports is evaluated again with it; who has the handle alone is not", async (t) => {
  const { project, ask, upgrade } = await loaded(t, {
    "src/app.ts": answering(
      "[room.vsn, room === again]",
      "",
      'import room from "./room.actor"; import again from "./named.actor"; import { room as other } from "./named.actor"; export { other };',
    ),
    "src/named.actor.ts":
      'export { default as room, default } from "./room.actor"; import { limit } from "./room.actor"; export const twice = () => limit * 2;',
    "src/user.actor.ts": answering("limit", "", 'import { limit } from "./room.actor";'),
    "src/room.actor.ts": answering("user.vsn", "", 'import user from "./user.actor"; export const limit = 1;'),
  });
  assert.deepEqual(await ask("src/user.actor"), 1);
  assert.deepEqual(await ask("src/app"), [1, true]);
  project.write("src/room.actor.ts", answering("user.vsn", "", 'import user from "./user.actor"; export const limit = 2;'));
  const prepared = await upgrade();
  assert.deepEqual(prepared.changes.map(({ module }) => module.id).toSorted(), ["src/app", "src/room.actor", "src/user.actor"]);
  assert.deepEqual(await ask("src/user.actor"), 2);
});

test("cycles load, whichever side comes first", async (t) => {
  const { project, ask, upgrade } = await loaded(t, {
    "src/app.ts": answering(
      "[isEven(4), a.id, b.id]",
      "",
      'import { isEven } from "./even"; import a from "./a.actor"; import b from "./b.actor";',
    ),
    "src/even.ts": 'import { isOdd } from "./odd"; export const isEven = (n: number): boolean => n === 0 || isOdd(n - 1);',
    "src/odd.ts": 'import { isEven } from "./even"; export const isOdd = (n: number): boolean => n !== 0 && isEven(n - 1);',
    "src/a.actor.ts": answering("b.vsn", "", 'import b from "./b.actor";'),
    "src/b.actor.ts": answering("a.vsn", "", 'import a from "./a.actor";'),
  });
  assert.deepEqual(await ask("src/app"), [true, "src/a.actor", "src/b.actor"]);
  project.write("src/a.actor.ts", answering("b.vsn", "", 'import b from "./b.actor";').replace("vsn: 1", "vsn: 2"));
  await upgrade();
  assert.equal(await ask("src/b.actor"), 2);
});

test("packages: CommonJS by names that Node does not see, ESM alone, and dynamic imports of what is missing", async (t) => {
  const { ask } = await loaded(t, {
    "src/app.ts": answering(
      "[chunk(2), only, join('a', 'b'), missing]",
      "",
      `import { chunk } from "old-style"; import { only } from "esm-only"; import { join } from "node:path";
       const missing = await_(); function await_() { return typeof (() => import("not-there")); }`,
    ),
    "node_modules/old-style/package.json": '{ "main": "./main.js" }',
    "node_modules/old-style/main.js": "const all = {}; for (const name of ['chunk']) all[name] = (n) => n + 1; module.exports = all;",
    "node_modules/esm-only/package.json": '{ "type": "module", "exports": { "import": "./main.js" } }',
    "node_modules/esm-only/main.js": "await 0; export const only = 5;",
  });
  assert.deepEqual(await ask("src/app"), [3, 5, "a/b", "function"]);
});

test("a dynamic import reaches the neighbours of its own version", async (t) => {
  const { project, server, ask, upgrade } = await loaded(t, {
    "src/app.ts": answering("later()", "", "export const later = async () => (await import('./later')).word;"),
    "src/later.ts": 'export const word = "first";',
  });
  // Not reached yet, it belongs to the version all the same.
  assert.deepEqual(
    server
      .closureOf("src/app")
      .map(({ file }) => file)
      .toSorted(),
    [project.path("src/app.ts"), project.path("src/later.ts")],
  );
  assert.deepEqual((await upgrade()).changes, []);
  const old = exported(server, "src/app", "later");
  project.write("src/later.ts", 'export const word = "second";');
  assert.equal((await upgrade()).changes.length, 1);
  assert.equal(await old(""), "first");
  assert.equal(await ask("src/app"), "second");
  assert.deepEqual((await upgrade()).changes, []);
  project.write("src/later.ts", 'export const word = "third";');
  assert.equal((await upgrade()).changes.length, 1);
  assert.equal(await ask("src/app"), "third");
});

test("an actor module that only a dynamic import reaches is loaded when that is reached", async (t) => {
  const { project, server, ask, upgrade } = await loaded(t, {
    "src/app.ts": answering("import('./late.actor').then((late) => late.default.id)"),
    "src/late.actor.ts": answering("1"),
  });
  assert.deepEqual([...server.modules.keys()], ["src/app"]);
  assert.equal(await ask("src/app"), "src/late.actor");
  assert.equal(await ask("src/late.actor"), 1);
  project.write("src/late.actor.ts", answering("2"));
  // Who imports dynamically has the whole module, so it counts as using more than the handle.
  assert.deepEqual((await upgrade()).changes.map(({ module }) => module.id).toSorted(), ["src/app", "src/late.actor"]);
  assert.equal(await ask("src/late.actor"), 2);
});

const faults: readonly {
  readonly name: string;
  readonly file?: string;
  readonly text: string;
  readonly code: string;
  readonly line: number;
  readonly column?: number;
}[] = [
  {
    name: "does not parse",
    text: "import { actor } from 'instar';\nexport default actor({ vsn: 1,,",
    code: "INSTAR_BUILD_FAILED",
    line: 2,
    column: 31,
  },
  { name: "awaits at its top level", text: "export {};\n\nawait 1;", code: "INSTAR_TOP_LEVEL_AWAIT", line: 3, column: 1 },
  {
    name: "imports a file that is not there",
    text: 'export {};\nimport { x } from "./gone"; x();',
    code: "INSTAR_UNRESOLVED_IMPORT",
    line: 2,
    column: 19,
  },
  {
    name: "imports a package that is not there",
    text: 'import { x } from "no-such-package"; x();',
    code: "INSTAR_UNRESOLVED_IMPORT",
    line: 1,
  },
  {
    name: "throws while it is evaluated",
    text: 'type A = {\n  a: 1\n};\nexport const a: A = (() => { throw new Error("no") })();',
    code: "INSTAR_EVALUATION_FAILED",
    line: 4,
    column: 36,
  },
  { name: "no longer exports its actor", text: "export default 1;", code: "INSTAR_KIND_CHANGED", line: 1 },
  {
    name: "becomes a supervisor",
    text: 'import { supervisor } from "instar"; export default supervisor({ children: [] });',
    code: "INSTAR_KIND_CHANGED",
    line: 1,
  },
  { name: "has another id", text: answering("1", 'id: "other",'), code: "INSTAR_KIND_CHANGED", line: 1 },
  {
    name: "takes the id of another module",
    file: "src/extra.ts",
    text: answering("1", 'id: "src/room.actor",'),
    code: "INSTAR_MODULE_ID_TAKEN",
    line: 1,
  },
  {
    name: "has a vsn that is no number",
    text: answering("1").replace("vsn: 1", 'vsn: "one" as never'),
    code: "INSTAR_BAD_DEFINITION",
    line: 5,
  },
];

for (const { name, file = "src/room.actor.ts", text, code, line, column } of faults) {
  test(`a module that ${name} is an error with its place, and changes nothing`, async (t) => {
    const { project, server, ask, upgrade } = await loaded(t, {
      "src/app.ts": answering("0", "", 'import "./extra"; import "./room.actor"; import "./other.actor";'),
      "src/extra.ts": "export {};",
      "src/room.actor.ts": answering("'as before'"),
      "src/other.actor.ts": answering("'as before'"),
    });
    const before = [...server.modules.values()].map(({ module, current }) => ({ ...module, instance: current }));
    const held = server.held();
    const { size } = maps;
    project.write(file, text);
    project.write("src/other.actor.ts", answering("'changed as well'"));
    await assert.rejects(upgrade(), (error: DevError) => {
      assert.equal(error.code, code, error.message);
      assert.deepEqual([error.place?.file, error.place?.line], [project.path(file), line]);
      if (column !== undefined) assert.equal(error.place?.column, column);
      return true;
    });
    assert.deepEqual(
      [...server.modules.values()].map(({ module, current }) => ({ ...module, instance: current })),
      before,
    );
    assert.deepEqual(server.held(), held);
    assert.equal(maps.size, size);
    assert.equal(await ask("src/room.actor"), "as before");
    assert.equal(await ask("src/other.actor"), "as before");
  });
}

test("a module that two files default-export is one module", async (t) => {
  const { server } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import "./alias";'),
    "src/alias.ts": 'export { default } from "./room.actor";',
    "src/room.actor.ts": answering("1"),
  });
  assert.deepEqual([...server.modules.keys()].toSorted(), ["src/app", "src/room.actor"]);
});

test("two new modules with one id are an error that names both", async (t) => {
  const files = {
    "src/app.ts": answering("0", "", 'import "./one.actor"; import "./two.actor";'),
    "src/one.actor.ts": answering("1", 'id: "same",'),
    "src/two.actor.ts": answering("2", 'id: "same",'),
  };
  await assert.rejects(loaded(t, files), (error: DevError) => {
    assert.equal(error.code, "INSTAR_MODULE_ID_TAKEN");
    assert.match(error.message, /two\.actor\.ts and .*one\.actor\.ts both have the module id same/);
    return true;
  });
});

test("a literal id outlives a move of the file", async (t) => {
  const { project, server, ask, upgrade } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import "./room.actor";'),
    "src/room.actor.ts": answering("1", 'id: "room",'),
  });
  const { module } = server.modules.get("room") ?? assert.fail();
  project.remove("src/room.actor.ts");
  project.write("src/rooms/room.actor.ts", answering("2", 'id: "room",'));
  project.write("src/app.ts", answering("0", "", 'import "./rooms/room.actor";'));
  await upgrade();
  assert.equal(server.modules.get("room")?.module, module);
  assert.equal(module.file, project.path("src/rooms/room.actor.ts"));
  assert.equal(await ask("room"), 2);
});

test("stack traces show TypeScript, of two versions at once", async (t) => {
  const thrower = (lines: number): string =>
    `${"interface Nothing { a: number }\n".repeat(lines)}export const fail = (what: string): never => {\n  throw new Error(what);\n};`;
  const { project, server, upgrade } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import { fail } from "./fail"; export { fail };'),
    "src/fail.ts": thrower(1),
  });
  const first = exported(server, "src/app", "fail");
  project.write("src/fail.ts", thrower(5));
  await upgrade();
  const second = exported(server, "src/app", "fail");
  const stackOf = (fail: (what: string) => unknown): string => {
    try {
      return String(fail("this"));
    } catch (error) {
      return (error as Error).stack ?? "";
    }
  };
  assert.match(stackOf(first), new RegExp(`^Error: this\\n    at fail \\(${project.path("src/fail.ts")}:3:9\\)\\n`));
  assert.match(stackOf(second), new RegExp(`^Error: this\\n    at fail \\(${project.path("src/fail.ts")}:7:9\\)\\n`));
});

test("a changed shape counts as a change where the text is the same", async (t) => {
  const { project, server, upgrade } = await loaded(t, { "src/app.ts": answering("1") }, { "src/app.ts": "shape-a" });
  assert.deepEqual((await upgrade({ "src/app.ts": "shape-a" })).changes, []);
  const { changes } = await upgrade({ "src/app.ts": "shape-b" });
  assert.deepEqual(
    changes.map(({ to, reinstantiated }) => [to.shape, reinstantiated]),
    [["shape-b", false]],
  );
  assert.equal(server.modules.get("src/app")?.module.file, project.path("src/app.ts"));
});

test("two layers may hold two texts of one file, and the next whole build makes them one again", async (t) => {
  const files = {
    "src/app.ts": answering("0", "", 'import "./a.actor"; import "./b.actor";'),
    "src/a.actor.ts": answering("tax", "", 'import { tax } from "./tax";'),
    "src/b.actor.ts": answering("tax", "", 'import { tax } from "./tax";'),
    "src/tax.ts": "export const tax = 1;",
  };
  const { project, builder, ask, build, apply } = await loaded(t, files);
  const layerOf = ({ files: built }: Build, root: string): Layer => ({ roots: [project.path(root)], files: [...built.values()] });
  project.write("src/tax.ts", "export const tax = 2;");
  const two = await build();
  const codes = Object.fromEntries([...two.files.values()].map(({ hash }) => [hash, builder.codeOf(hash) ?? assert.fail()]));
  project.write("src/tax.ts", "export const tax = 3;");
  const three = await build();
  await apply([layerOf(two, "src/a.actor.ts"), layerOf(three, "src/b.actor.ts")], {}, codes);
  assert.deepEqual([await ask("src/a.actor"), await ask("src/b.actor")], [2, 3]);
  await apply([
    {
      roots: [project.path("src/app.ts"), project.path("src/a.actor.ts"), project.path("src/b.actor.ts")],
      files: [...three.files.values()],
    },
  ]);
  assert.deepEqual([await ask("src/a.actor"), await ask("src/b.actor")], [3, 3]);
});

test("after 50 upgrades only the current and the old version are alive, with their maps and texts", async (t) => {
  const room = (n: number): string =>
    answering(`${n} + tax`, "", `import { tax } from "./tax"; import user from "./user.actor"; export const other = user;`);
  // In a cycle with the room: must not hold on to the rooms that it has seen, although it can still import.
  const user = (n: number): string => answering(`[room.vsn, ${n}, () => import("./later")]`, "", 'import room from "./room.actor";');
  const { project, server, upgrade } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import room from "./room.actor"; export const held = room;'),
    "src/room.actor.ts": room(0),
    "src/user.actor.ts": user(0),
    "src/tax.ts": "export const tax = 0;",
    "src/later.ts": "export {};",
  });
  const { size } = maps;
  const held = server.held().length;
  const versions: WeakRef<object>[] = [];
  const remember = (): void => {
    const record = server.modules.get("src/room.actor") ?? assert.fail();
    versions.push(new WeakRef(record.current.module.exports as object), new WeakRef(record.module.current.definition as object));
  };
  remember();
  for (let n = 1; n <= 50; n++) {
    // Loaded together with one of the rooms in the middle, and then no more.
    if (n === 25) project.write("src/user.actor.ts", user(1));
    project.write("src/room.actor.ts", room(n));
    project.write("src/tax.ts", `export const tax = ${n};`);
    await upgrade();
    remember();
  }
  assert.equal(await untilCollected(versions, 4), 4);
  assert.equal(maps.size, size + 3, "maps: one more of the room, the tax and the user");
  assert.equal(server.held().length, held + 3);
});

test("the texts of old versions do not stay in the heap", async (t) => {
  const room = (n: number): string => answering("1", "", `export const unused = () => "${String(n).padEnd(200_000, "x")}";`);
  const { project, upgrade } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import "./room.actor";'),
    "src/room.actor.ts": room(0),
  });
  const grow = async (from: number, to: number): Promise<number> => {
    for (let n = from; n < to; n++) {
      project.write("src/room.actor.ts", room(n));
      await upgrade();
    }
    await untilCollected([], -1);
    return process.memoryUsage().heapUsed;
  };
  const before = await grow(1, 10);
  const after = await grow(10, 70);
  // 60 versions have 12 MB of text, and as much again in their maps.
  assert.ok(after - before < 4_000_000, `the heap grew by ${after - before} bytes`);
});
