/** The façade: what counts as an actor module, what is looked at again when files change, and that nothing makes it throw. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { createAnalyzer } from "./analyze.ts";

const room = `import { actor } from "instar";
export interface State { readonly size: number }
export interface Room { init(): State; calls: { size(): number } }
export default actor<Room>({ vsn: 1, init: () => ({ size: 0 }), calls: { size: ({ state, reply }) => reply(state.size) } });
`;
const body = "interface State { readonly size: number }\ninterface Room { init(): State }\n";
const definition = "<Room>({ vsn: 1, init: () => ({ size: 0 }) })";

function project(sources: Record<string, string>) {
  const files: Record<string, string> = Object.fromEntries(Object.entries(sources).map(([name, text]) => [`/p/${name}`, text]));
  const analyzer = createAnalyzer(memoryHost(files), { root: "/p" });
  const ids = () => analyzer.analyze()?.modules.map(({ id }) => id);
  const write = (name: string, text: string | undefined) => {
    if (text === undefined) Reflect.deleteProperty(files, `/p/${name}`);
    else files[`/p/${name}`] = text;
    analyzer.invalidate([`/p/${name}`]);
  };
  const release = () => {
    // All of them before the first is written, which makes what was read stale.
    const snapshots = analyzer.analyze()?.modules.map((module) => analyzer.snapshot(module)) ?? [];
    for (const snapshot of snapshots) if (snapshot !== undefined) write(snapshot.file.slice(3), snapshot.text);
  };
  return { files, analyzer, ids, write, release, only: () => analyzer.analyze()?.modules[0] };
}

describe("what counts as an actor module", () => {
  const yes: Record<string, Record<string, string>> = {
    "the plain form": { "src/room.actor.ts": room },
    "an alias": { "src/a.ts": `import { actor as make } from "instar";\n${body}export default make${definition};` },
    "a namespace": { "src/a.ts": `import * as instar from "instar";\n${body}export default instar.actor${definition};` },
    "a constant": { "src/a.ts": `import { actor } from "instar";\n${body}const it = actor${definition};\nexport default it;` },
    "a constant, exported as default by name": {
      "src/a.ts": `import { actor } from "instar";\n${body}const it = actor${definition};\nexport { it as default };`,
    },
    "with satisfies": { "src/a.ts": `import { actor } from "instar";\n${body}export default (actor${definition}) satisfies object;` },
    "passed on by another file": {
      "src/a.ts": `import { make } from "./kit.ts";\n${body}export default make${definition};`,
      "src/kit.ts": `export { actor as make } from "instar";`,
    },
    "in a tsx file": { "src/a.tsx": room },
    "a state machine": {
      "src/a.ts": `import { stateMachine } from "instar";
interface Door { init(): { state: "shut" | "open"; data: { n: number } }; casts: { turn(): void } }
export default stateMachine<Door>({
  vsn: 1,
  init: () => ({ state: "shut", data: { n: 0 } }),
  states: { shut: { casts: { turn: ({ goto }) => goto("open") } }, open: {} },
});`,
    },
    "through the paths of tsconfig.json": {
      "src/a.ts": `import { actor } from "@kit";\n${body}export default actor${definition};`,
      "src/kit.ts": `export { actor } from "instar";`,
      "tsconfig.json": `{ "compilerOptions": { "strict": true, "paths": { "@kit": ["./src/kit.ts"] }, "moduleResolution": "bundler", "module": "esnext" } }`,
    },
  };
  for (const [name, files] of Object.entries(yes)) {
    test(name, () => {
      const { analyzer } = project(files);
      const result = analyzer.analyze();
      assert.equal(result?.modules.length, 1);
      assert.equal(result.modules[0]?.vsn, 1);
      assert.notEqual(result.modules[0]?.shape, null);
      assert.deepEqual(result.findings, []);
    });
  }

  const no: Record<string, Record<string, string>> = {
    "another package's actor": { "src/a.ts": `import { actor } from "elsewhere";\nexport default actor({ vsn: 1 });` },
    "a function of its own": { "src/a.ts": `const actor = (it: unknown) => it; // instar\nexport default actor({ vsn: 1 });` },
    "a default export that is passed on": { "src/room.ts": `import { actor } from "instar";\nexport { default } from "./nothing.ts";` },
    "in node_modules": { "node_modules/x/room.actor.ts": room },
    "in dist": { "dist/room.actor.ts": room },
    "in a nested project": { "packages/x/package.json": "{}", "packages/x/src/room.actor.ts": room },
    "in a nested folder with a configuration": { "rooms/instar.config.json": "{}", "rooms/src/room.actor.ts": room },
    "a declaration file": { "src/room.actor.d.ts": room },
  };
  for (const [name, files] of Object.entries(no)) {
    test(`not ${name}`, () => assert.deepEqual(project(files).ids(), []));
  }

  test("the id is the path, or the literal id", () => {
    const { ids } = project({ "src/deep/room.actor.ts": room, "src/b.actor.ts": room.replace("vsn: 1,", 'vsn: 1, id: "chat/room",') });
    assert.deepEqual(ids(), ["chat/room", "src/deep/room.actor"]);
  });
});

describe("what is looked at again", () => {
  test("an edit, a new file, a deleted one", () => {
    const { ids, write, only } = project({ "src/room.actor.ts": room });
    assert.equal(only()?.vsn, 1);
    write("src/room.actor.ts", room.replace("vsn: 1", "vsn: 2"));
    assert.equal(only()?.vsn, 2);
    write("src/b.actor.ts", room);
    assert.deepEqual(ids(), ["src/b.actor", "src/room.actor"]);
    write("src/room.actor.ts", undefined);
    assert.deepEqual(ids(), ["src/b.actor"]);
  });

  test("an import that appears later, and one that changes", () => {
    const source = room
      .replace("readonly size: number }", "readonly size: Size }")
      .replace("\n", '\nimport type { Size } from "./size.ts";\n');
    const { write, only, analyzer } = project({ "src/room.actor.ts": source });
    assert.equal(only()?.shape, null);
    write("src/size.ts", "export type Size = number;");
    const number = only()?.shape;
    assert.ok(number);
    write("src/size.ts", "export type Size = bigint;");
    const bigint = only()?.shape;
    assert.ok(bigint);
    assert.notEqual(number, bigint);
    assert.equal(analyzer.compatible(number, bigint), "incompatible");
    assert.equal(analyzer.compatible(number, number), "compatible");
    assert.equal(analyzer.compatible(number, "no such hash"), "unknown");
  });

  test("snapshots: the baseline is the newest up to this version", () => {
    const { write, only, release, analyzer } = project({ "src/room.actor.ts": room });
    assert.equal(only()?.baseline, null);
    assert.equal(only()?.released, false);
    release();
    assert.equal(only()?.baseline?.vsn, 1);
    assert.equal(only()?.released, true);
    write("src/room.actor.ts", room.replace("vsn: 1", "vsn: 5"));
    assert.equal(only()?.baseline?.vsn, 1);
    release();
    assert.equal(only()?.baseline?.vsn, 5);
    write("src/room.actor.ts", room.replace("vsn: 1", "vsn: 3"));
    assert.deepEqual([only()?.baseline?.vsn, only()?.released], [1, false]);
    assert.deepEqual(analyzer.analyze()?.findings, []);
  });

  test("a release that cannot be read is not stepped over", () => {
    const folder = { "src/room.actor.ts": room, ".instar/releases/src/room.actor/1.d.ts/readme.md": "" };
    const [found] = project(folder).analyzer.analyze()?.findings ?? [];
    assert.match(`${found?.rule} ${found?.message}`, /^snapshot-damaged .*it is a folder/);
  });

  test("a released snapshot stays as it is while only the spelling changes", () => {
    const { write, only, release, files, analyzer } = project({ "src/room.actor.ts": room });
    release();
    const text = files["/p/.instar/releases/src/room.actor/1.d.ts"];
    write("src/room.actor.ts", room.replaceAll("State", "Data").replace("readonly size", "size"));
    const module = only();
    assert.ok(module);
    assert.equal(analyzer.snapshot(module)?.text, text);
    write("src/room.actor.ts", room.replace("readonly size: number", "readonly size: number; readonly more?: string"));
    const changed = only();
    assert.ok(changed);
    assert.notEqual(analyzer.snapshot(changed)?.text, text);
  });

  test("an interface of another name is the same protocol to those who hold its pids, and their snapshots stay", () => {
    const holder = (protocol: string) => `import { actor, type Pid } from "instar";
import type { ${protocol} } from "./room.actor.ts";
export interface Item { readonly room: Pid<${protocol}> | null; readonly next: Item | null }
export interface State { readonly first: Item; readonly rooms: readonly Pid<${protocol}>[] }
export interface User { init(): State; casts: { join(room: Pid<${protocol}>, more?: Item): void } }
export default actor<User>({ vsn: 1, init: () => ({ first: { room: null, next: null }, rooms: [] }), casts: { join: ({ state, next }) => next(state) } });
`;
    const { write, release, files, analyzer } = project({ "src/room.actor.ts": room, "src/user.actor.ts": holder("Room") });
    const user = () => analyzer.analyze()?.modules.find(({ id }) => id === "src/user.actor");
    const name = (protocol: string, vsn: number) => {
      write("src/room.actor.ts", room.replaceAll("Room", protocol).replace("vsn: 1", `vsn: ${vsn}`));
      write("src/user.actor.ts", holder(protocol));
    };
    const shape = user()?.shape ?? "";
    release();
    const text = files["/p/.instar/releases/src/user.actor/1.d.ts"];
    assert.ok(text);
    name("Chat", 2);
    const chat = user()?.shape ?? "";
    release();
    // The newest release of `room` says `Chat`, the snapshot of `user` says `Room`, and so do processes that run.
    for (const protocol of ["Chat", "Hall"]) {
      name(protocol, 3);
      const module = user();
      assert.ok(module?.shape);
      assert.deepEqual(
        [module.state.up, module.state.down, module.messages.oldToNew, module.strategy],
        ["compatible", "compatible", "compatible", "hot"],
      );
      assert.deepEqual([...module.state.changes, ...module.messages.changes, ...(analyzer.analyze()?.findings ?? [])], []);
      assert.equal(analyzer.snapshot(module)?.text, text);
      for (const old of [shape, chat]) {
        assert.equal(analyzer.compatible(old, module.shape), "compatible");
        assert.equal(analyzer.compatible(module.shape, old), "compatible");
      }
    }
    // As soon as another actor has the old name, a pid under that name is a pid of that one.
    write("src/other.actor.ts", room);
    assert.equal(user()?.state.up, "incompatible");
    assert.equal(analyzer.compatible(shape, user()?.shape ?? ""), "incompatible");
  });

  test("a module that still says the old name of a protocol means what it says", () => {
    const holder = `import { actor, type Pid } from "instar";
import type { Room } from "./room.actor.ts";
export interface User { init(): { readonly room: Pid<Room> | null } }
export default actor<User>({ vsn: 1, init: () => ({ room: null }) });
`;
    const { write, release, analyzer } = project({ "src/room.actor.ts": room, "src/user.actor.ts": holder });
    release();
    write(
      "src/room.actor.ts",
      room.replace("export default", "interface Chat extends Room {}\nexport default").replace("<Room>", "<Chat>"),
    );
    assert.deepEqual(analyzer.analyze()?.findings, []);
  });

  test("a tsconfig.json that appears", () => {
    const { write, analyzer } = project({ "src/room.actor.ts": room });
    assert.deepEqual(analyzer.analyze()?.findings, []);
    write("tsconfig.json", "{ nonsense");
    assert.deepEqual(
      analyzer.analyze()?.findings.map(({ rule }) => rule),
      ["config-not-read"],
    );
  });

  test("some files only, and cancellation", () => {
    const { analyzer, write } = project({ "src/room.actor.ts": room, "src/b.actor.ts": room.replace("vsn: 1", "vsn: 0") });
    assert.deepEqual(analyzer.analyze(["/p/src/room.actor.ts"])?.findings, []);
    assert.equal(analyzer.analyze(["/p/src/b.actor.ts"])?.findings.length, 1);
    write("src/b.actor.ts", room);
    assert.equal(
      analyzer.analyze(undefined, () => true),
      undefined,
    );
    assert.equal(analyzer.analyze()?.modules.length, 2);
  });
});

describe("bad input", () => {
  test("no state of typing throws", () => {
    const text =
      `${room}\nenum M { A = 1, B = A << 1 }\nclass Q<T extends Q<T>> { #x = 1; y?: T[] }\ntype J = { [k: string]: J } | [J, ...J[]] | \`a\${number}\`;\n`.replace(
        "readonly size: number",
        "readonly size: number; m: M; q: Q<never>; j: J",
      );
    const { write, analyzer, release } = project({ "src/room.actor.ts": text });
    release();
    for (let length = 0; length < text.length; length += 7) {
      write("src/room.actor.ts", text.slice(0, length));
      const result = analyzer.analyze();
      assert.ok(result);
      for (const module of result.modules) analyzer.snapshot(module);
      for (const finding of result.findings) for (const fix of finding.fixes) fix.edits({ renames: {} });
    }
  });

  test("types without end", () => {
    const endless = "interface Nest<T> { readonly value: T; readonly next: Nest<[T]> | null; readonly other: Nest<T[]> | null }";
    const { only, release, analyzer } = project({
      "src/room.actor.ts": `${endless}\n${room.replace("readonly size: number", "readonly size: number; readonly nest: Nest<string>")}`,
    });
    assert.ok(only()?.shape);
    release();
    assert.deepEqual(analyzer.analyze()?.findings, []);
  });

  test("an empty project, and a root that is not there", () => {
    assert.deepEqual(project({}).analyzer.analyze()?.modules, []);
    assert.deepEqual(createAnalyzer(memoryHost({}), { root: "/nowhere" }).analyze()?.findings, []);
  });
});

test("the same sources give the same snapshots, whatever was read before", () => {
  const sources = {
    "src/shared.ts": `export type Status = "b" | "a" | null; export interface Item { readonly status: Status; readonly more: readonly Item[]; readonly either: { k: 1 } | { k: 2; v: bigint } }`,
    "src/a.actor.ts": room
      .replace("readonly size: number", "readonly size: number; readonly items: Map<string, Item>")
      .replace("\n", '\nimport type { Item } from "./shared.ts";\n'),
    "src/b.actor.ts": room
      .replace("readonly size: number", "readonly size: number; readonly item: Item | undefined")
      .replace("\n", '\nimport type { Item } from "./shared.ts";\n'),
  };
  const texts = (files: Record<string, string>) => {
    const { analyzer } = project(files);
    const modules = analyzer.analyze()?.modules ?? [];
    return modules.map((module) => analyzer.snapshot(module)?.text);
  };
  const extra = {
    "src/0.actor.ts": room.replace("readonly size: number", 'readonly size: number; readonly s: { v: bigint; k: 2 } | "a" | "b"'),
  };
  assert.deepEqual(texts({ ...extra, ...sources }).slice(1), texts(sources));
});
