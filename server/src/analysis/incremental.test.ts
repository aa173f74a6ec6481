/** After any edits, an analysis finds what a fresh one finds in the same files; and what is looked at again is what a change reaches. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { generator, randomModules } from "../../../test/support/random-modules.ts";
import { CompilerNeeded, createLateAnalyzer } from "./analyzer.ts";
import { type Analyzer, createAnalyzer } from "./analyze.ts";
import { compiler } from "./compiler.ts";
import type { Finding } from "./rule.ts";
import type { SourceHost } from "./source-host.ts";
import { testSeed } from "../../../test/support/test-seed.ts";

const root = "/p";

/** Everything that leaves an analysis; what fixes write is tested elsewhere. */
function all(analyzer: Analyzer): unknown {
  const result = analyzer.analyze();
  assert.ok(result !== undefined);
  return {
    modules: result.modules.map((module) => ({ ...module, snapshot: analyzer.snapshot(module) })),
    findings: result.findings.map(({ fixes, ...finding }) => ({
      ...finding,
      fixes: fixes.map(({ title, questions }) => [title, questions]),
    })),
  };
}

describe("random edits", () => {
  const seed = testSeed();
  test(`seed ${seed}`, () => {
    const random = generator(seed);
    const sources = randomModules(seed, { actors: 5, shared: 4 });
    const files: Record<string, string> = Object.fromEntries(Object.entries(sources).map(([name, text]) => [`${root}/${name}`, text]));
    const analyzer = createAnalyzer(memoryHost(files), { root });
    const write = (name: string, text: string | undefined) => {
      if (text === undefined) Reflect.deleteProperty(files, name);
      else files[name] = text;
      analyzer.invalidate([name]);
    };
    for (const module of analyzer.analyze()?.modules ?? []) {
      const snapshot = analyzer.snapshot(module);
      if (snapshot !== undefined && random(4) > 0) files[snapshot.file] = snapshot.text;
    }
    analyzer.invalidate(Object.keys(files).filter((file) => file.includes("/.instar/")));
    for (let round = 0; round < Number(process.env["ROUNDS"] ?? 25); round += 1) {
      const edits = 1 + random(2);
      let what = "";
      for (let edit = 0; edit < edits; edit += 1) {
        const names = Object.keys(files).filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
        const name = names[random(names.length)] ?? "";
        const text = files[name] ?? "";
        const other = randomModules(seed + round + 1, { actors: 5, shared: 4 });
        const change = random(12);
        what += ` ${change} in ${name};`;
        if (change === 8) {
          // Called otherwise, or moved.
          const other = random(2) === 0 ? name.replace(/\.ts$/, "x.ts") : name.replace("/src/", "/src/moved/");
          write(name, undefined);
          write(other, text);
        } else if (change === 9) {
          const options = [
            { target: "es2022" },
            { target: "es2022", exactOptionalPropertyTypes: true },
            { target: "es5" },
            { baseUrl: "." },
          ];
          const compilerOptions = options[random(options.length + 1)];
          write(`${root}/tsconfig.json`, compilerOptions === undefined ? undefined : JSON.stringify({ compilerOptions }));
        } else if (change === 10) {
          const snapshots = Object.keys(files).filter((file) => file.includes("/.instar/"));
          const snapshot = snapshots[random(snapshots.length)] ?? "";
          const before = files[snapshot] ?? "";
          if (snapshot !== "") write(snapshot, random(3) === 0 ? undefined : before.slice(0, before.length - random(40)));
        } else if (change === 11) {
          // A declaration goes from one file into another.
          const [declaration = ""] = /^export (?:interface|type) [^]*?\n(?=export|$)/m.exec(text) ?? [];
          const target = names[random(names.length)] ?? name;
          write(name, text.replace(declaration, ""));
          write(target, `${files[target] ?? ""}${declaration}`);
        } else if (change === 0) write(name, text.replace("{", "{\n  // moved\n"));
        else if (change === 1) write(name, text.replace(/: (string|number)\b/, ": boolean"));
        else if (change === 2)
          write(
            name,
            text.replace(/vsn: (\d)/, (_, vsn: string) => `vsn: ${Number(vsn) + 1}`),
          );
        else if (change === 3) write(name, text.slice(0, random(text.length)));
        else if (change === 4) write(name, other[name.slice(root.length + 1)] ?? text);
        else if (change === 5 && random(3) === 0) write(name, undefined);
        else if (change === 5) {
          // What went comes back.
          const [gone] = Object.keys(sources).filter((each) => files[`${root}/${each}`] === undefined);
          if (gone !== undefined) write(`${root}/${gone}`, sources[gone]);
        } else if (change === 6) write(name, sources[name.slice(root.length + 1)]);
        else if (random(3) === 0) write(`${root}/src/shared${random(5)}.tsx`, "export interface S0A { added: number }\n");
        else
          write(name, `${text}\n${random(6) === 0 ? "declare global { interface Later { a: 1 } }" : "export interface Later { a: 1 }"}\n`);
      }
      assert.deepEqual(all(analyzer), all(createAnalyzer(memoryHost({ ...files }), { root })), `round ${round}:${what}`);
    }
  });
});

test("a file that went and comes back is seen again", () => {
  const file = `${root}/src/a.actor.ts`;
  const other = `${root}/src/b.actor.ts`;
  const files: Record<string, string> = { [file]: room("n: number"), [other]: room('n: import("./a.actor.ts").State') };
  const analyzer = createAnalyzer(memoryHost(files), { root });
  const modules = () => {
    analyzer.invalidate([file]);
    assert.deepEqual(all(analyzer), all(createAnalyzer(memoryHost({ ...files }), { root })));
    return analyzer.analyze()?.modules.length;
  };
  assert.equal(modules(), 2);
  Reflect.deleteProperty(files, file);
  assert.equal(modules(), 1);
  assert.equal(modules(), 1);
  files[file] = room("n: string");
  assert.equal(modules(), 2);
});

const room = (state: string, imports = "") => `import { actor } from "instar";
${imports}
export interface State { ${state} }
export interface Room { init(): State }
export default actor<Room>({ vsn: 1, init: () => null as never });
`;

describe("what is looked at again", () => {
  function counted(sources: Record<string, string>) {
    const files: Record<string, string> = Object.fromEntries(Object.entries(sources).map(([name, text]) => [`${root}/${name}`, text]));
    const counts = { outlines: [] as string[], checked: 0 };
    const host = memoryHost(files);
    const counting: SourceHost = {
      ...host,
      readFile(file) {
        if (file.endsWith(".ts")) counts.outlines.push(file);
        return host.readFile(file);
      },
    };
    const analyzer = createLateAnalyzer(counting, { root }, () => ({
      ...compiler,
      openProject(host, at) {
        const project = compiler.openProject(host, at);
        const read = project.read.bind(project);
        project.read = (...given) => {
          counts.checked += 1;
          return read(...given);
        };
        return project;
      },
    }));
    const edit = (name: string, text: string) => {
      files[`${root}/${name}`] = text;
      counts.outlines = [];
      counts.checked = 0;
      analyzer.invalidate([`${root}/${name}`]);
      analyzer.analyze();
      return { read: [...new Set(counts.outlines)].map((file) => file.slice(root.length + 1)), checked: counts.checked };
    };
    analyzer.analyze();
    return edit;
  }
  const shared = "export interface Item { a: number }\nexport type Odd = Partial<Item>;\n";
  const sources = {
    "src/shared.ts": shared,
    "src/a.actor.ts": room("item: Item", 'import type { Item } from "./shared.ts";'),
    "src/b.actor.ts": room("odd: Odd", 'import type { Odd } from "./shared.ts";'),
    "src/c.actor.ts": room("n: number"),
  };

  test("one file for an edit of it; the checker only where names do not say it", () => {
    const edit = counted(sources);
    assert.deepEqual(edit("src/c.actor.ts", room("n: string")), { read: ["src/c.actor.ts"], checked: 0 });
    assert.deepEqual(edit("src/a.actor.ts", `${sources["src/a.actor.ts"]}// a comment`), { read: ["src/a.actor.ts"], checked: 0 });
    assert.deepEqual(edit("src/shared.ts", shared.replace("number", "string")), { read: ["src/shared.ts"], checked: 1 });
  });
});

test("the compiler is asked for when it is needed, and not before", () => {
  const files: Record<string, string> = {
    [`${root}/tsconfig.json`]: '{ "compilerOptions": { "target": "es2022", "strict": true } }',
    [`${root}/src/a.actor.ts`]: room("n: number"),
  };
  const analyzer = createLateAnalyzer(memoryHost(files), { root }, () => {
    throw new CompilerNeeded();
  });
  const analyze = (file: string, text: string) => {
    files[file] = text;
    analyzer.invalidate([file]);
    return analyzer.analyze()?.modules[0];
  };
  const module = analyzer.analyze()?.modules[0];
  const snapshot = module === undefined ? undefined : analyzer.snapshot(module);
  assert.ok(snapshot !== undefined);
  assert.equal(analyze(snapshot.file, snapshot.text)?.baseline?.vsn, 1);
  assert.equal(analyze(`${root}/src/a.actor.ts`, room("n: string"))?.state.up, "incompatible");
  // What only a type checker understands, and what does not parse.
  for (const text of [room("n: Partial<{ a: 1 }>"), room("n: {")])
    assert.throws(() => analyze(`${root}/src/a.actor.ts`, text), CompilerNeeded);
});

test("one file's findings come before the others are read", () => {
  const files = {
    [`${root}/src/a.actor.ts`]: room("f: () => void"),
    [`${root}/src/b.actor.ts`]: room("n: number").replace("vsn: 1", "vsn: 0"),
  };
  const first = createAnalyzer(memoryHost(files), { root });
  const rules = first.first(`${root}/src/b.actor.ts`)?.map(({ rule }) => rule);
  assert.deepEqual(rules, ["vsn-not-literal"]);
  // What only the checker understands waits for the whole.
  assert.equal(first.first(`${root}/src/a.actor.ts`), undefined);
});

test("a package whose types are edited is read again", () => {
  const types = `${root}/node_modules/queue/index.d.ts`;
  const files = {
    [types]: "export interface Item { n: number }",
    [`${root}/src/a.actor.ts`]: room("item: Item", 'import type { Item } from "queue";'),
  };
  const analyzer = createAnalyzer(memoryHost(files), { root });
  const shape = () => analyzer.analyze()?.modules[0]?.shape;
  const before = shape();
  files[types] = "export interface Item { n: string }";
  analyzer.invalidate([types]);
  assert.notEqual(shape(), before);
  assert.deepEqual(all(analyzer), all(createAnalyzer(memoryHost(files), { root })));
});

test("what a step calls in another file counts when its file is looked at first, too", () => {
  const calling = room("n: number", 'import { newId } from "./ids.ts";')
    .replace("vsn: 1", "vsn: 2")
    .replace("init: ", "codeChange: { 1: { up: (old: { n: number }): State => ({ n: newId() }) } }, init: ");
  const files = {
    [`${root}/src/a.actor.ts`]: calling,
    [`${root}/src/ids.ts`]: "export function newId(): number {\n  return Math.random();\n}\n",
  };
  const first = createAnalyzer(memoryHost(files), { root }).first(`${root}/src/a.actor.ts`);
  assert.deepEqual(
    first?.map(({ rule }) => rule).filter((rule) => rule.startsWith("code-change-im")),
    ["code-change-imports-live-code", "code-change-impure"],
  );
});

test("who sends a message that is gone, others say", () => {
  const said = (casts: string) => room("n: number").replace("init(): State", `init(): State; casts: { ${casts} }`);
  const files: Record<string, string> = { [`${root}/src/a.actor.ts`]: said("say(): void; add(): void") };
  const analyzer = createAnalyzer(memoryHost(files), { root });
  const [module = assert.fail()] = analyzer.analyze()?.modules ?? [];
  const snapshot = analyzer.snapshot(module) ?? assert.fail();
  files[snapshot.file] = snapshot.text;
  files[`${root}/src/a.actor.ts`] = said("add(): void").replace("vsn: 1", "vsn: 2");
  const cold = createAnalyzer(memoryHost(files), { root });
  assert.equal(cold.first(`${root}/src/a.actor.ts`), undefined);
  assert.deepEqual(
    cold.analyze()?.findings.map(({ rule }) => rule),
    ["message-handler-removed"],
  );
});

test("what a file starts, others say", () => {
  const starting = room("n: number", 'import { start } from "instar";\nimport other from "./b.actor.ts";').replace(
    "() => null as never",
    "async () => { await start(other); return null as never; }",
  );
  const files = { [`${root}/src/a.actor.ts`]: starting, [`${root}/src/b.actor.ts`]: room("n: number") };
  const analyzer = createAnalyzer(memoryHost(files), { root });
  assert.equal(analyzer.first(`${root}/src/a.actor.ts`), undefined);
  assert.deepEqual(
    analyzer.analyze()?.findings.map(({ rule }) => rule),
    ["spawn-outside-supervisor"],
  );
});

describe("what one file says by itself is what the whole says of it", () => {
  const seed = Number(process.env["SEED"] ?? 20_261_122);
  const said = (findings: readonly Finding[] | undefined) => findings?.map((finding) => JSON.stringify(finding));
  let told = 0;
  for (let project = 0; project < 3; project += 1)
    test(`seed ${seed + project}`, () => {
      const random = generator(seed + project);
      const sources = randomModules(seed + project, { actors: 4, shared: 3, odd: project % 2 === 0 });
      const files: Record<string, string> = Object.fromEntries(Object.entries(sources).map(([name, text]) => [`${root}/${name}`, text]));
      // A module whose declarations others use as well.
      files[`${root}/src/rooms.actor.ts`] = room("item: Item").replace(
        "export interface State",
        "export interface Item { a: number }\nexport interface State",
      );
      files[`${root}/src/users.actor.ts`] = room("item: Item", 'import type { Item } from "./rooms.actor.ts";');
      const warm = createAnalyzer(memoryHost(files), { root });
      for (const module of warm.analyze()?.modules ?? []) {
        const snapshot = warm.snapshot(module);
        if (snapshot !== undefined && random(4) > 0) files[snapshot.file] = snapshot.text;
      }
      warm.invalidate(Object.keys(files).filter((file) => file.includes("/.instar/")));
      warm.analyze();
      for (let round = 0; round < 8; round += 1) {
        const names = Object.keys(files).filter((file) => file.endsWith(".actor.ts"));
        const name = names[random(names.length)] ?? "";
        const text = files[name] ?? "";
        const edits: ((text: string) => string)[] = [
          (all) => all.replace("{", "{\n  // moved\n"),
          (all) => all.replace(/: (string|number)\b/, ": boolean"),
          (all) => all.replace(/vsn: (\d)/, (_, vsn: string) => `vsn: ${Number(vsn) + 1}`),
          (all) => all.replace("interface State {", `interface State { added${round}: number;`),
          (all) => all.replace("interface State {", `interface State { f${round}: () => void;`),
          (all) => all.replace("interface Item {", `interface Item { added${round}: number;`),
          (all) => all.replace(/vsn: \d+/, "vsn: two"),
          (all) => sources[name.slice(root.length + 1)] ?? all,
        ];
        files[name] = edits[random(edits.length)]?.(text) ?? text;
        warm.invalidate([name]);
        const first = said(warm.first(name));
        const cold = createAnalyzer(memoryHost({ ...files }), { root });
        const coldFirst = said(cold.first(name));
        const whole = said(cold.analyze()?.findings.filter(({ file }) => file === name)) ?? [];
        if (first !== undefined) assert.deepEqual(first, whole, `round ${round}: ${name}\n${files[name]}`);
        // Nothing was shown before, so more may come.
        for (const finding of coldFirst ?? [])
          assert.ok(whole.includes(finding), `round ${round}: ${name}: ${finding}\n${whole.join("\n")}`);
        if (first !== undefined && coldFirst !== undefined) told += 1;
        if (random(3) > 0) assert.deepEqual(said(warm.analyze()?.findings.filter(({ file }) => file === name)), whole);
      }
    });
  test("it does so now and then", () => assert.ok(told > 0, `${told} times`));
});
