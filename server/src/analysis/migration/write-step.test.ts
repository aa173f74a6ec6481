/**
 * The fix that writes a step, for many kinds of change: what it writes type-checks under strict, settles its finding and adds no other. Some
 * of it is run as well.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { evaluateStep } from "../../../../test/support/evaluate-step.ts";
import { FixtureProject } from "../../../../test/support/fixture.ts";

interface Case {
  readonly name: string;
  readonly old: string;
  readonly new: string;
  readonly renames?: Record<string, string>;
  /** What the fixed text contains. */
  readonly has?: readonly string[];
  readonly config?: object;
}

const throws = "throw new Error";

const cases: readonly Case[] = [
  {
    name: "defaults by type",
    old: "a: 1",
    new: "a: 1; s: string; n: number; b: boolean; g: bigint; l: string[]; o: { x: number; y?: string }; m: Map<string, number>; t: [number, string]; z: Date | null; u: string | undefined; lit: 'x'",
    has: [
      's: ""',
      "n: 0",
      "b: false",
      "g: 0n",
      "l: []",
      "o: { x: 0 }",
      "m: new Map()",
      't: [0, ""]',
      "z: null",
      "u: undefined",
      'lit: "x"',
    ],
  },
  {
    name: "no obvious value",
    old: "a: 1",
    new: "a: 1; d: Date; e: 'x' | 'y'; f: { when: Date }",
    has: [throws, "instar: review State.d needs a first value of type Date."],
  },
  {
    name: "a renamed field, both ways",
    old: "title: string; n: number",
    new: "name: string; n: number",
    renames: { "State.title": "State.name" },
    has: ["name: old.title", "title: state.name"],
  },
  { name: "not renamed", old: "title: string", new: "name: string", has: ['name: ""', 'title: ""'] },
  {
    name: "a rename further in",
    old: "items: { id: number; label: string }[]",
    new: "items: { id: number; text: string }[]",
    renames: { "State.items[].label": "State.items[].text" },
    has: ["text: item.label", "label: item.text"],
  },
  {
    name: "keys that are not names",
    old: '"first-name": string',
    new: '"first-name": string; "last-name": string',
    has: ['"first-name": old["first-name"]', '"last-name": ""'],
  },
  {
    name: "tuples by position",
    old: "log: [string, string][]",
    new: "log: [string, string, number][]",
    has: ["old.log.map((item) => [item[0], item[1], 0])", "state.log.map((item) => [item[0], item[1]])"],
  },
  {
    name: "a nested record",
    old: "a: { b: { c: number }; d: string }",
    new: "a: { b: { c: number; e: string }; d: string }",
    has: ['b: { c: old.a.b.c, e: "" }', "d: old.a.d"],
  },
  {
    name: "a map's values",
    old: "m: ReadonlyMap<string, { n: number }>",
    new: "m: ReadonlyMap<string, { n: number; t: number }>",
    has: ["new Map(Array.from(old.m, ([key, value])"],
  },
  {
    name: "a set's items",
    old: "m: Set<{ n: number }>",
    new: "m: Set<{ n: number; t: number }>",
    has: ["new Set(Array.from(old.m, (item)"],
  },
  {
    name: "an index signature's values",
    old: "m: Record<string, { n: number }>",
    new: "m: Record<string, { n: number; t: number }>",
    has: ["Object.fromEntries(Object.entries(old.m)"],
  },
  {
    name: "optional becomes required",
    old: "a?: number; b?: string | null",
    new: "a: number; b: string | null",
    has: ["a: old.a ?? 0", "b: old.b === undefined ? null : old.b"],
  },
  {
    name: "required becomes optional, and another field changes",
    old: "a: number; b: number",
    new: "a?: number; b: string",
    has: ["b: String(old.b)", throws],
  },
  {
    name: "optional with another record",
    old: "a?: { x: number }",
    new: "a?: { x: number; y: number }",
    has: ["a: old.a === undefined ? undefined : { x: old.a.x, y: 0 }"],
  },
  {
    name: "optional under exactOptionalPropertyTypes",
    old: "a?: { x: number }; b?: string; c: number",
    new: "a?: { x: number; y: number }; b?: string; c: number",
    has: ["...(old.b === undefined ? {} : { b: old.b })"],
    config: { exactOptionalPropertyTypes: true },
  },
  {
    name: "null goes",
    old: "a: string | null; b: { x: number } | null",
    new: "a: string; b: { x: number }",
    has: ['a: old.a ?? ""', "b: old.b ?? { x: 0 }"],
  },
  { name: "undefined goes", old: "a: string | undefined", new: "a: string", has: ['old.a === undefined ? "" : old.a'] },
  {
    name: "a record or null",
    old: "a: { x: number } | null",
    new: "a: { x: number; y: number } | null",
    has: ["a: old.a === null ? null : { x: old.a.x, y: 0 }"],
  },
  {
    name: "variants by tag",
    old: "p: { kind: 'idle' } | { kind: 'run'; n: number } | { kind: 'done' }",
    new: "p: { kind: 'idle' } | { kind: 'run'; n: number; at: number }",
    has: ['case "run":', throws],
  },
  {
    name: "variants by tag beside what has none",
    old: "p: { k: 'a'; x: number } | { k: 'b' } | null; q: ({ k: 'a'; x: number } | { k: 'b' } | undefined)[]; r: { k: 'a'; x: number } | { k: 'b' } | string | 0",
    new: "p: { k: 'a'; x: number; y: number } | { k: 'b' } | null; q: ({ k: 'a'; x: number; y: number } | { k: 'b' } | undefined)[]; r: { k: 'a'; x: number; y: number } | { k: 'b' } | string | 0",
    has: ["p: old.p === null", "item === undefined", 'typeof old.r === "string"'],
  },
  {
    name: "variants by tag beside null, all of them with another record",
    old: "p: { ok: true; v: number } | { ok: false; e: string } | null",
    new: "p: { ok: true; v: number; w: number } | { ok: false; e: string; f: string } | null",
    has: ["p: old.p === null"],
  },
  {
    name: "a variant with several tags",
    old: "p: { k: 'a' | 'b'; x: number } | { k: 'c'; z: string }",
    new: "p: { k: 'a' | 'b'; x: number; y: number } | { k: 'c'; z: string }",
    has: ['case "a":', "return { k: from.k, x: from.x, y: 0 };"],
  },
  {
    name: "a variant with several tags comes apart",
    old: "p: { k: 'a' | 'b'; x: number } | { k: 'c' }",
    new: "p: { k: 'a'; x: number } | { k: 'b'; x: number; y: number } | { k: 'c' }",
    has: ["return { k: from.k, x: from.x };", "return { k: from.k, x: from.x, y: 0 };"],
  },
  {
    name: "several variants with several tags",
    old: "p: { k: 'a' | 'b'; x: number } | { k: 'c' | 'd'; z: string }",
    new: "p: { k: 'a' | 'b'; x: number; y: number } | { k: 'c' | 'd'; z: string }",
    has: ["switch (from.k)"],
  },
  {
    name: "variants by tag beside an array",
    old: "p: { k: 'a'; x: number } | { k: 'b' } | number[]",
    new: "p: { k: 'a'; x: number; y: number } | { k: 'b' } | number[]",
    has: ["p: Array.isArray(old.p)"],
  },
  {
    name: "one tag for two variants tells nothing apart",
    old: "p: { k: 'a'; x: number } | { k: 'a'; y: string } | { k: 'b' }",
    new: "p: { k: 'a'; x: number; z: number } | { k: 'a'; y: string } | { k: 'b' }",
    has: [throws],
  },
  { name: "a literal goes", old: "s: 'a' | 'b' | 'c'", new: "s: 'a' | 'b'", has: ['old.s === "c"', throws] },
  {
    name: "readonly is only a type",
    old: "a: readonly string[]; b: ReadonlyMap<string, number>; c: number",
    new: "a: string[]; b: Map<string, number>; c: number; d: number",
    has: ["a: [...old.a]", "b: new Map(old.b)"],
  },
  { name: "an enum's members move", old: "m: M; n: number", new: "m: M; n: string", has: [throws] },
  { name: "recursion", old: "t: Tree", new: "t: Tree; u: string", has: ["t: old.t"] },
  {
    name: "a recursive record changes",
    old: "t: Old",
    new: "t: New",
    has: ["const newValue = (from: Old): New => ({", "t: newValue(old.t)", "kids: from.kids.map((old) => newValue(old))"],
  },
  { name: "a date becomes a number", old: "at: Date", new: "at: number", has: [throws] },
  { name: "a class", old: "q: Q; n: number", new: "q: Q; m: number", has: ["q: old.q"] },
  { name: "a pid of another file", old: "who: Pid<Other>; n: number", new: "who: Pid<Other>; m: number", has: ["who: old.who"] },
  {
    name: "only in the old state: the pid's protocol is imported",
    old: "who: Pid<Other> | null; n: number",
    new: "m: number",
    has: ["readonly who"],
  },
  { name: "a brand", old: "id: string; n: number", new: "id: string & { readonly __brand: 'Id' }; n: number", has: [throws] },
];

const helpers = `
interface Tree { readonly v: number; readonly kids: readonly Tree[] }
interface Old { readonly v: number; readonly kids: readonly Old[] }
interface New { readonly v: number; readonly w: string; readonly kids: readonly New[] }
class Q { private xs: number[] = []; size() { return this.xs.length } }
`;

function source(fields: string, enumText: string): string {
  const own = fields.replaceAll(/(^|; )(?=[\w"])/g, "$1readonly ");
  const used = [
    /\bPid\b/.test(fields) ? 'import type { Pid } from "instar";\nimport type { Other } from "./other.actor.ts";\n' : "",
    helpers,
    enumText,
  ].join("");
  return `import { actor } from "instar";\n${used}\nexport interface State {\n  ${own};\n}\n\nexport interface Case {\n  init(state: State): State;\n}\n\nexport default actor<Case>({\n  vsn: 1,\n  init: (state) => state,\n});\n`;
}

describe("the written step", () => {
  for (const each of cases) {
    test(each.name, () => {
      const project = new FixtureProject();
      if (each.config !== undefined)
        project.write(
          "tsconfig.json",
          JSON.stringify({
            compilerOptions: {
              strict: true,
              target: "es2022",
              lib: ["es2023"],
              moduleResolution: "bundler",
              module: "esnext",
              types: [],
              ...each.config,
            },
          }),
        );
      project.write(
        "src/other.actor.ts",
        'import { actor } from "instar";\nexport interface Other {\n  init(): string;\n}\nexport default actor<Other>({ vsn: 1, init: () => "" });\n',
      );
      project.write("src/case.actor.ts", source(each.old, "enum M { A, B }\n"));
      project.release();
      // What is wrong with a state whatever it was before.
      const known = new Set(project.findings().map(({ rule }) => rule));
      project.write("src/case.actor.ts", source(each.new, each.name.startsWith("an enum") ? "enum M { B, A }\n" : "enum M { A, B }\n"));
      assert.ok(project.findings().length > 0);
      const left = [
        ...project.fix("state-changed-no-code-change", each.renames ?? {}),
        ...project.fix("state-changed-no-down", each.renames ?? {}),
      ];
      const text = project.read("src/case.actor.ts") ?? "";
      assert.deepEqual(project.typeErrors(), [], text);
      assert.deepEqual(
        left.filter(({ rule }) => !known.has(rule)).map(({ rule, message }) => `${rule}: ${message}`),
        [],
        text,
      );
      for (const part of each.has ?? []) assert.ok(text.includes(part), `${part}\n${text}`);
      if (each.has?.includes(throws) !== true) assert.ok(!text.includes(throws), text);
    });
  }

  test("carries a state there and back", () => {
    const project = new FixtureProject();
    project.write("src/case.actor.ts", source("title: string; log: [string, string][]; size: Map<string, { n: number }>", ""));
    project.release();
    project.write(
      "src/case.actor.ts",
      source("name: string; topic: string; log: [string, string, number][]; size: Map<string, { n: number; t: string }>", ""),
    );
    project.fix("state-changed-no-code-change", { "State.title": "State.name" });
    const step = evaluateStep(project.read("src/case.actor.ts") ?? "");
    const old = { title: "tea", log: [["ann", "hi"]], size: new Map([["a", { n: 1 }]]) };
    const up = step.up(old);
    assert.deepEqual(up, { name: "tea", topic: "", log: [["ann", "hi", 0]], size: new Map([["a", { n: 1, t: "" }]]) });
    assert.deepEqual(step.down(up), old);
  });

  test("leaves null beside variants alone", () => {
    const project = new FixtureProject();
    project.write("src/case.actor.ts", source("p: { k: 'a'; x: number } | { k: 'b' } | null", ""));
    project.release();
    project.write("src/case.actor.ts", source("p: { k: 'a'; x: number; y: number } | { k: 'b' } | null", ""));
    project.fix("state-changed-no-code-change", {});
    const step = evaluateStep(project.read("src/case.actor.ts") ?? "");
    assert.deepEqual(step.up({ p: null }), { p: null });
    assert.deepEqual(step.up({ p: { k: "b" } }), { p: { k: "b" } });
    assert.deepEqual(step.up({ p: { k: "a", x: 1 } }), { p: { k: "a", x: 1, y: 0 } });
  });

  test("translates messages whose optional arguments change", () => {
    const project = new FixtureProject();
    const text = (field: string, args: string) =>
      `import { actor } from "instar";\n\ninterface State {\n  readonly ${field};\n}\n\ninterface Case {\n  init(): State;\n  casts: { put(${args}): void };\n}\n\nexport default actor<Case>({ vsn: 1, init: () => null!, casts: { put: ({ next }) => next() } });\n`;
    project.write("src/case.actor.ts", text("a: number", "x?: number, y?: string | null, z?: { n: number }"));
    project.release();
    project.write("src/case.actor.ts", text("a: string", "x: number, y: string | null, z?: { n: number; t: string }"));
    project.fix("state-changed-no-code-change", {});
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.deepEqual(project.typeErrors(), [], fixed);
    assert.ok(fixed.includes("x === undefined ? 0 : x") && fixed.includes("z === undefined ? undefined : {"), fixed);
  });

  for (const [name, options, elsewhere, specifier] of [
    ["with no extension", { moduleResolution: "bundler", module: "esnext" }, "", "./other.actor"],
    ["as the other actors do", { moduleResolution: "bundler", module: "esnext" }, 'import "./more.ts";\n', "./other.actor.ts"],
    ["as Node asks for", { module: "nodenext" }, "", "./other.actor.js"],
  ] as const) {
    test(`imports a protocol ${name}`, () => {
      const project = new FixtureProject();
      project.write("package.json", '{ "type": "module" }');
      project.write(
        "tsconfig.json",
        JSON.stringify({ compilerOptions: { strict: true, target: "es2022", lib: ["es2023"], types: [], ...options } }),
      );
      project.write("src/more.ts", "export {};\n");
      project.write(
        "src/other.actor.ts",
        `import { actor } from "instar";\n${elsewhere}export interface Other {\n  init(): string;\n}\nexport default actor<Other>({ vsn: 1, init: () => "" });\n`,
      );
      project.write("src/case.actor.ts", source("who: Pid<Other>; n: number", "").replace("./other.actor.ts", specifier));
      project.release();
      project.write("src/case.actor.ts", source("n: number; m: string", ""));
      project.fix("state-changed-no-code-change", {});
      const fixed = project.read("src/case.actor.ts") ?? "";
      assert.ok(fixed.includes(`import type { Other } from "${specifier}";`), fixed);
      assert.deepEqual(project.typeErrors(), [], fixed);
    });
  }

  test("keeps comments, tabs, line ends and what is there already", () => {
    const project = new FixtureProject();
    const text = (field: string, vsn: number) =>
      `import { actor } from "instar";\r\n\r\nexport interface State {\r\n\treadonly a: number;${field} // kept\r\n}\r\n\r\ninterface Case {\r\n\tinit(): Promise<State>;\r\n}\r\n\r\nexport default actor<Case>({\r\n\tvsn: ${vsn},\r\n\tinit: async () => null!, // last\r\n});\r\n`;
    project.write("src/case.actor.ts", text("", 1));
    project.release();
    project.write("src/case.actor.ts", text("\r\n\treadonly b: string;", 2));
    project.fix("state-changed-no-code-change", {});
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.deepEqual(project.typeErrors(), []);
    assert.ok(!/[^\r]\n/.test(fixed), "a line end is not the file's");
    assert.ok(fixed.includes("interface StateV1 {\r\n") && !fixed.includes("\r\r"), fixed);
    assert.ok(fixed.includes("// kept\r\n") && fixed.includes("null!, // last\r\n\tcodeChange: {\r\n\t\t// instar: review"), fixed);
  });

  test("an enum that changed: what it was is in the older steps, and members that both versions have need nobody", () => {
    const project = new FixtureProject();
    const text = (members: string, type: string) =>
      `import { actor } from "instar";\nenum Level { ${members} }\ninterface State { readonly level: Level; readonly only: ${type} }\ninterface Case { init(): State }\nexport default actor<Case>({\n  vsn: 2,\n  init: () => ({ level: Level.Low, only: Level.High }),\n  codeChange: {\n    1: {\n      up: (old: { readonly n: number }): State => ({ level: old.n > 3 ? Level.High : Level.Low, only: Level.High as Level.High }),\n      down: (state: State): { readonly n: number } => ({ n: state.level === Level.High ? 4 : 0 }),\n    },\n  },\n});\n`;
    project.write("src/case.actor.ts", text("Low, High", "Level.High"));
    project.release();
    project.write("src/case.actor.ts", text("None, Low, High", "Level.High"));
    project.fix("state-changed-no-code-change", {});
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.deepEqual(project.typeErrors(), [], fixed);
    assert.deepEqual(
      project.findings().map(({ rule }) => rule),
      [],
    );
    assert.ok(fixed.includes("level: old.n > 3 ? 1 : 0, only: 1 as 1"), fixed);
    assert.ok(fixed.includes("state.level === 1 ? 4 : 0"), fixed);
    const step = evaluateStep(fixed, 2);
    assert.deepEqual(step.up({ level: 1, only: 1 }), { level: 2, only: 2 });
    assert.deepEqual(step.down({ level: 1, only: 2 }), { level: 0, only: 1 });
    assert.throws(() => step.down({ level: 0, only: 2 }), /say how/);
  });

  test("lands where editors count lines, which a line separator does not end", () => {
    const project = new FixtureProject();
    const text = (fields: string) => source(fields, "").replace("export ", "/* \u2028 \u2029 */ export ");
    project.write("src/case.actor.ts", text("a: number"));
    project.release();
    project.write("src/case.actor.ts", text("a: number; b: string"));
    const line = (project.read("src/case.actor.ts") ?? "").split("\n").findIndex((each) => each.includes("State"));
    assert.equal(project.findings()[0]?.range.start.line, line + 1);
    project.fix("state-changed-no-code-change", {});
    assert.deepEqual(project.typeErrors(), [], project.read("src/case.actor.ts"));
    assert.deepEqual(project.findings(), []);
  });

  test("writes strings with the file's quotes", () => {
    const project = new FixtureProject();
    const single = (fields: string) => source(fields, "").replaceAll('"', "'");
    project.write("src/case.actor.ts", single("a: number"));
    project.release();
    project.write("src/case.actor.ts", single("a: string; b: string; c: 'it\\'s'"));
    project.fix("state-changed-no-code-change", {});
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.deepEqual(project.typeErrors(), [], fixed);
    assert.ok(fixed.includes("b: ''") && fixed.includes("undecided('State.a: say how"), fixed);
    assert.ok(!fixed.replaceAll(`"it's"`, "").includes('"'), fixed);
  });

  test("translates messages both ways, by functions that hide no argument", () => {
    const project = new FixtureProject();
    const text = (move: string, vsn: number) =>
      `import { actor } from "instar";\n\nexport interface Move {\n  readonly to: string${move};\n  readonly next: Move | null;\n}\n\ninterface Case {\n  init(): { readonly a: number };\n  casts: { go(move: Move, ...more: Move[]): void };\n}\n\nexport default actor<Case>({ vsn: ${vsn}, init: () => ({ a: 1 }), casts: { go: ({ next }) => next() } });\n`;
    project.write("src/case.actor.ts", text("; readonly at: number[]", 1));
    project.release();
    project.write("src/case.actor.ts", text("; readonly speed: number", 2));
    const [facts] = project.findings().flatMap(({ fixes }) => fixes.filter(({ title }) => title.startsWith("Translate")));
    assert.ok(facts);
    project.apply(facts.edits({ renames: {} }));
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.deepEqual(project.typeErrors(), [], fixed);
    const { go } = evaluateStep(fixed).messages as { go: Record<"up" | "down", (...args: unknown[]) => unknown> };
    const old = { to: "a", at: [], next: { to: "b", at: [], next: null } };
    const now = { to: "a", speed: 0, next: { to: "b", speed: 0, next: null } };
    assert.deepEqual(go.up(old, old), [now, now]);
    assert.deepEqual(go.down(now), [old]);
  });

  test("leaves out semicolons where the file does", () => {
    const project = new FixtureProject();
    const bare = (fields: string) => source(fields, "").replaceAll(/;$/gm, "");
    project.write("src/case.actor.ts", bare("t: Old; a: Date"));
    project.release();
    project.write("src/case.actor.ts", bare("t: New; a: number; s: ';'"));
    project.fix("state-changed-no-code-change", {});
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.deepEqual(project.typeErrors(), [], fixed);
    assert.ok(fixed.includes("interface StateV1 {\n  readonly t: Old\n  readonly a: Date\n}"), fixed);
    assert.ok(fixed.includes("throw new Error(what)\n") && fixed.includes('s: ";"'), fixed);
  });

  test("imports what types of other files are made of", () => {
    const project = new FixtureProject();
    project.write(
      "src/state.ts",
      "export enum Mode { On = 'on', Off = 'off' }\nexport class Clock { #at = 0; now() { return this.#at } }\nexport interface Inner { readonly mode: Mode; readonly clock: Clock }\nexport interface State { readonly all: readonly Inner[]; readonly one: Inner }\n",
    );
    const text = `import { actor } from "instar";\nimport type { State } from "./state.ts";\n\nexport interface Case {\n  init(state: State): State;\n}\n\nexport default actor<Case>({\n  vsn: 1,\n  init: (state) => state,\n});\n`;
    project.write("src/case.actor.ts", text);
    project.release();
    project.write(
      "src/state.ts",
      (project.read("src/state.ts") ?? "").replace("readonly clock: Clock }", "readonly clock: Clock; readonly n: number }"),
    );
    project.fix("state-changed-no-code-change", {});
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.deepEqual(project.typeErrors(), [], fixed);
    assert.ok(fixed.includes('import type { State, Clock, Mode } from "./state.ts";'), fixed);
    assert.deepEqual(
      project.findings().filter(({ rule }) => rule.startsWith("state-changed")),
      [],
    );
  });

  test("what recurses without a name of its own is not written out for ever", () => {
    const project = new FixtureProject();
    const tree = (value: string, more: string) =>
      source(`t: Kin<${value}>; u: Kin<Kin<${value}>>${more}`, "").replace(
        "export interface State",
        "interface Kin<T> { v: T; a: Kin<T> | null; b: Kin<T>[]; c: Map<string, Kin<T>>; d?: Kin<T> }\nexport interface State",
      );
    project.write("src/case.actor.ts", tree("number", ""));
    project.release();
    project.write("src/case.actor.ts", tree("string", "; m: Map<Kin<1>, Set<Kin<2>>>; n: Kin<3>"));
    project.fix("state-changed-no-code-change", {});
    const fixed = project.read("src/case.actor.ts") ?? "";
    assert.ok(fixed.includes(throws) && fixed.length < 20_000, fixed);
  });

  test("a second step goes beside the first", () => {
    const project = new FixtureProject();
    project.write("src/case.actor.ts", source("a: number", ""));
    project.release();
    project.write("src/case.actor.ts", source("a: number; b: number", ""));
    project.fix("state-changed-no-code-change", {});
    project.release();
    assert.deepEqual(project.findings(), []);
    const second = (project.read("src/case.actor.ts") ?? "").replace("readonly b: number;", "readonly b: number; readonly c: number;");
    project.write("src/case.actor.ts", second);
    assert.deepEqual(project.fix("state-changed-no-code-change", {}), []);
    const text = project.read("src/case.actor.ts") ?? "";
    assert.ok(text.includes("vsn: 3") && text.includes("interface StateV2"), text);
    // What the first step called State is the state of version 2 now.
    assert.ok(text.includes("up: (old: StateV1): StateV2 =>") && text.includes("up: (old: StateV2): State =>"), text);
    assert.deepEqual(project.typeErrors(), [], text);
  });
});
