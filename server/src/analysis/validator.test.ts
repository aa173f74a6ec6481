/**
 * Generated validators: what they say of values that were written by hand, and that they agree with a plain reading of the shape for
 * random values, of which some were broken. `SEED=n` repeats a run.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import vm from "node:vm";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { breakSomewhere, fitsShape, randomShape, randomSource, randomValue, valueAt } from "../../../test/support/shape-values.ts";
import { createAnalyzer } from "./analyze.ts";
import { parseSnapshot } from "./parse-snapshot.ts";
import { type Shape, primitive } from "./shape.ts";
import { shortTypeText } from "./type-text.ts";
import { validatorSource } from "./validator.ts";
import { testSeed } from "../../../test/support/test-seed.ts";

type Validate = (state: unknown) => string | null;

function compile(source: string): Validate {
  return new vm.Script(source).runInThisContext() as Validate;
}

/** The shape of `State`, and what else was declared with it. */
function shapeOf(text: string, options: object = {}, beside: Record<string, string> = {}): Shape {
  const files: Record<string, string> = {
    "/p/tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "es2022",
        lib: ["es2022"],
        moduleResolution: "bundler",
        module: "esnext",
        types: [],
        ...options,
      },
    }),
    "/p/case.ts": `${text}\nimport { actor } from "instar";\ninterface Case { init(): State }\nexport default actor<Case>({ vsn: 1, init: () => null! });\n`,
    ...Object.fromEntries(Object.entries(beside).map(([name, content]) => [`/p/${name}`, content])),
  };
  const analyzer = createAnalyzer(memoryHost(files), { root: "/p" });
  const module = analyzer.analyze()?.modules[0];
  assert.ok(module);
  const written = analyzer.snapshot(module);
  if (written === undefined) return primitive("unknown");
  const parsed = parseSnapshot(written.text, module.id, 1);
  assert.equal(parsed.kind, "ok", written.text);
  return parsed.kind === "ok" ? parsed.shapes.state : primitive("unknown");
}

class Box {
  size = 1;
  readonly #cap = 2;
  get double(): number {
    throw new Error(`an accessor was called ${this.#cap}`);
  }
  grow(): void {}
}
class Failure extends Error {
  code = 1;
}
class Own {
  has(): boolean {
    return true;
  }
}
const box = "class Box { size = 1; #cap = 2; get double(): number { return 1 } grow(): void {} } ";
const list: { value: unknown; next: unknown } = { value: 1, next: null };
list.next = list;
const long = { value: 0, next: null as unknown };
for (let at = long, n = 0; n < 3000; n += 1) {
  const item = { value: n, next: null };
  at.next = item;
  at = item;
}
const throwing = {
  get a(): number {
    throw new Error("no");
  },
};

/** Type, values that fit, and values that do not with what is said of them. */
const cases: readonly (readonly [
  type: string,
  good: readonly unknown[],
  bad: readonly (readonly [unknown, string])[],
  options?: object,
])[] = [
  [
    "export interface State { members: { name: string }[] }",
    [{ members: [] }, { members: [{ name: "a", more: 1 }] }, { members: [], more: 1 }],
    [
      [{ members: [{ name: "a" }, { name: 5 }] }, "State.members[1].name: expected string, got number"],
      [{ members: [{ name: "a" }, {}] }, "State.members[1].name: expected string, got undefined"],
      [{ members: { 0: { name: "a" } } }, "State.members: expected { name: string }[], got object"],
      [{}, "State.members: expected { name: string }[], got undefined"],
      [null, "State: expected State, got null"],
      [7, "State: expected State, got number"],
      [[], "State: expected State, got array"],
    ],
  ],
  ["export type State = number", [1, Number.NaN], [["1", "State: expected number, got string"]]],
  [
    "export interface State { n: bigint; s: symbol; b: boolean; u: undefined; z: null; o: object; f: () => void }",
    [{ n: 1n, s: Symbol("s"), b: true, u: undefined, z: null, o: [], f: Box }],
    [
      [{ n: 1 }, "State.n: expected bigint, got number"],
      [{ n: 1n, s: "s" }, "State.s: expected symbol, got string"],
      [{ n: 1n, s: Symbol("s"), b: true, u: undefined, z: null, o: 1 }, "State.o: expected object, got number"],
      [{ n: 1n, s: Symbol("s"), b: true, u: undefined, z: null, o: {}, f: {} }, "State.f: expected () => void, got object"],
    ],
  ],
  [
    "export interface State { a?: number; b: string | undefined }",
    [{ b: "" }, { a: undefined, b: undefined }, { a: 1, b: "" }, {}],
    [[{ a: null, b: "" }, "State.a: expected number, got null"]],
  ],
  [
    "export interface State { a?: number }",
    [{}, { a: 1 }],
    [[{ a: undefined }, "State.a: expected number, got undefined"]],
    { exactOptionalPropertyTypes: true },
  ],
  [
    "export interface State { kind: 'on' | 'off'; n: 1 | 2 | null; big: 5n; t: `v${number}` }",
    [{ kind: "on", n: null, big: 5n, t: "v1.5" }],
    [
      [{ kind: "shut", n: 1, big: 5n, t: "v1" }, 'State.kind: expected "off" | "on", got "shut"'],
      [{ kind: "on", n: 3, big: 5n, t: "v1" }, "State.n: expected 1 | 2 | null, got 3"],
      [{ kind: "on", n: 1, big: 6n, t: "v1" }, "State.big: expected 5n, got 6n"],
      [{ kind: "on", n: 1, big: 5n, t: "w1" }, 'State.t: expected `v${number}`, got "w1"'],
    ],
  ],
  [
    "export enum E { A, B = 5, C = 'c' } export enum Few { A = 1, B = 2, C = 4 } export interface State { e: E; some: E.A | E.C; bits: Few }",
    [
      { e: 5, some: "c", bits: 4 },
      { e: 0, some: 0, bits: 3 },
    ],
    [
      [{ e: 1, some: 0, bits: 1 }, "State.e: expected E, got 1"],
      [{ e: 5, some: 5, bits: 1 }, "State.some: expected E.A | E.C, got 5"],
      [{ e: 5, some: 0, bits: 8 }, "State.bits: expected Few, got 8"],
    ],
  ],
  [
    "export interface State { t: [a: string, b?: number, ...c: boolean[]]; p: readonly [number, number]; e: [...string[], number] }",
    [
      { t: ["a"], p: [1, 2], e: [1] },
      { t: ["a", undefined, true], p: [1, 2], e: ["a", "b", 1] },
    ],
    [
      [{ t: [], p: [1, 2], e: [1] }, "State.t: expected at least 1 element, got 0"],
      [{ t: ["a", 1, 2], p: [1, 2], e: [1] }, "State.t[2]: expected boolean, got 2"],
      [{ t: ["a"], p: [1], e: [1] }, "State.p: expected 2 elements, got 1"],
      [{ t: ["a"], p: [1, 2, 3], e: [1] }, "State.p: expected 2 elements, got 3"],
      [{ t: ["a"], p: [1, "2"], e: [1] }, "State.p[1]: expected number, got string"],
      [{ t: ["a"], p: [1, 2], e: ["a", 1, 1] }, "State.e[1]: expected string, got number"],
      [{ t: ["a"], p: [1, 2], e: ["a", "b"] }, "State.e[1]: expected number, got string"],
    ],
  ],
  [
    "interface Member { name: string } export interface State { byName: Map<string, Member>; tags: ReadonlySet<string> }",
    [
      { byName: new Map([["a", { name: "a" }]]), tags: new Set(["x"]) },
      { byName: new Map(), tags: new Own() },
    ],
    [
      [{ byName: new Map([["a b", { name: 1 }]]), tags: new Set() }, 'State.byName.get("a b").name: expected string, got number'],
      [{ byName: new Map([[1, { name: "a" }]]), tags: new Set() }, "State.byName.keys()[0]: expected string, got number"],
      [{ byName: {}, tags: new Set() }, "State.byName: expected Map<string, Member>, got object"],
      [{ byName: [["a", { name: "a" }]], tags: new Set() }, "State.byName: expected Map<string, Member>, got array"],
      [{ byName: new Map(), tags: new Set(["x", 5]) }, "State.tags.values()[1]: expected string, got number"],
      [{ byName: new Map(), tags: ["x"] }, "State.tags: expected ReadonlySet<string>, got array"],
    ],
  ],
  [
    "export interface State { d: Date; r: RegExp; u: Uint8Array; e: TypeError; p: Promise<number>; w: WeakMap<object, number> }",
    [
      { d: new Date(), r: /x/, u: new Uint8Array(), e: new Failure(), p: Promise.resolve(1), w: new WeakMap() },
      { d: new Date(), r: /x/, u: Buffer.from("x"), e: { name: "x", message: "y" }, p: Promise.resolve("x"), w: new WeakMap() },
    ],
    [
      [{ d: 5 }, "State.d: expected Date, got number"],
      [{ d: "2020-01-01" }, "State.d: expected Date, got string"],
      [{ d: new Map() }, "State.d: expected Date, got Map"],
      [{ d: new Date(), r: "x" }, "State.r: expected RegExp, got string"],
      [{ d: new Date(), r: /x/, u: [1, 2] }, "State.u: expected Uint8Array, got array"],
      [{ d: new Date(), r: /x/, u: new Uint16Array(1) }, "State.u: expected Uint8Array, got Uint16Array"],
      [{ d: new Date(), r: /x/, u: new Uint8Array(), e: {} }, "State.e: expected TypeError, got object"],
    ],
  ],
  [
    `${box}export interface State { box: Box }`,
    [{ box: new Box() }, { box: Object.assign(Object.create(Box.prototype) as object, { size: 3 }) }],
    [
      [{ box: {} }, "State.box: expected Box, got object"],
      [{ box: 5 }, "State.box: expected Box, got number"],
      [{ box: Object.assign(new Box(), { size: "1" }) }, "State.box.size: expected number, got string"],
    ],
  ],
  [
    "class Failure extends Error { code = 1 } export interface State { e: Failure }",
    [{ e: new Failure("x") }],
    [
      [{ e: Object.assign(new Failure("x"), { code: "1" }) }, "State.e.code: expected number, got string"],
      [{ e: Object.assign(new Failure("x"), { message: 1 }) }, "State.e.message: expected string, got number"],
    ],
  ],
  [
    "export interface State { [key: string]: number }",
    [{}, { a: 1 }, Object.assign(Object.create(null) as object, { a: 1 })],
    [
      [{ a: 1, b: "x" }, "State.b: expected number, got string"],
      [{ "a-b": "x" }, 'State["a-b"]: expected number, got string'],
      [[1], "State: expected State, got array"],
      [new Map(), "State: expected State, got Map"],
    ],
  ],
  [
    "export interface State { r: { [key: `x${string}`]: number; n: string }; a: { [key: number]: string }; u: Record<string, unknown> }",
    [
      { r: { n: "", y: "" }, a: ["x"], u: [] },
      { r: { n: "", x1: 1 }, a: { 1: "x", z: 1 }, u: { a: 1 } },
    ],
    [
      [{ r: { n: "", x1: "1" }, a: {}, u: {} }, "State.r.x1: expected number, got string"],
      [{ r: { n: "" }, a: { 1: 1 }, u: {} }, 'State.a["1"]: expected string, got number'],
    ],
  ],
  [
    "export type State = { kind: 'a'; n: number } | { kind: 'b' | 'c'; s: string } | null | string",
    [null, "x", { kind: "a", n: 1 }, { kind: "c", s: "" }],
    [
      [{ kind: "a", n: "x" }, "State.n: expected number, got string"],
      [{ kind: "b", n: 1 }, "State.s: expected string, got undefined"],
      [{ kind: "d" }, 'State.kind: expected "a" | "b" | "c", got "d"'],
      [5, 'State: expected string | { kind: "a"; n: number } | { kind: "b" | "c"; s: string } | null, got number'],
    ],
  ],
  [
    "export type State = { s: { id: number; name: string } | { text: string; at: { line: number } } | number[] }",
    [{ s: [1] }, { s: { id: 1, name: "" } }, { s: { text: "", at: { line: 1 } } }],
    [
      [{ s: { text: "", at: { line: "1" } } }, "State.s.at.line: expected number, got string"],
      [{ s: { id: 1, name: 2 } }, "State.s.name: expected string, got number"],
      [{ s: ["x"] }, "State.s[0]: expected number, got string"],
      [{ s: true }, "State.s: expected number[] | { id: number; name: string } | { text: string; at: { line: number } }, got boolean"],
    ],
  ],
  [
    "interface Item { value: number; next: Item | null } export type State = Item",
    [list, long, { value: 1, next: { value: 2, next: null } }],
    [
      [{ value: 1, next: { value: 2, next: { value: "3", next: null } } }, "State.next.next.value: expected number, got string"],
      [{ value: 1, next: 7 }, "State.next: expected Item | null, got number"],
    ],
  ],
  [
    "type Tree = number | readonly Tree[]; export interface State { tree: Tree }",
    [{ tree: [1, [2, [3]], []] }],
    [[{ tree: [1, [2, ["3"]]] }, "State.tree[1][1][0]: expected number | readonly Tree[], got string"]],
  ],
  [
    'import type { Pid } from "instar"; interface User { init(): 1 } export interface State { who: Pid<User>; id: string & { readonly __brand: "Id" } }',
    [{ who: { id: "<0.1>" }, id: "x" }],
    [
      [{ who: "<0.1>", id: "x" }, "State.who: expected Pid<User>, got string"],
      [{ who: { id: "<0.1>" }, id: 1 }, "State.id: expected string, got number"],
    ],
  ],
  [
    "export interface State { a: unknown; b: any; c: {}; d: { length: number }; n: never[] }",
    [
      { a: 1, b: 2, c: 3, d: "text", n: [] },
      { a: null, b: undefined, c: [], d: [], n: [] },
    ],
    [
      [{ c: null }, "State.c: expected {}, got null"],
      [{ c: 1, d: 5 }, "State.d: expected { length: number }, got number"],
      [{ c: 1, d: "", n: [1] }, "State.n[0]: expected never, got number"],
    ],
  ],
  [
    "export interface State { a: number; b: string }",
    [
      throwing,
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("no");
          },
        },
      ),
      Object.assign(Object.defineProperty(new Own(), "a", { get: () => "x" }), { b: "x" }),
    ].map((value) => value as unknown),
    [],
  ],
  [
    "export interface State { '__proto__': number; 'a b': number; length: number }",
    [Object.defineProperty({ "a b": 1, length: 1 }, "__proto__", { value: 1 })],
    [
      [Object.defineProperty({ "a b": 1, length: 1 }, "__proto__", { value: "1" }), "State.__proto__: expected number, got string"],
      [Object.defineProperty({ "a b": "1", length: 1 }, "__proto__", { value: 1 }), 'State["a b"]: expected number, got string'],
    ],
  ],
];

describe("what a validator says", () => {
  for (const [type, good, bad, options] of cases) {
    test(type, () => {
      const validate = compile(validatorSource(shapeOf(type, options)).source);
      for (const value of good) assert.equal(validate(value), null);
      for (const [value, text] of bad) assert.equal(validate(value), text);
    });
  }

  test("graphs of shared and cyclic values end", () => {
    const validate = compile(validatorSource(shapeOf("export interface State { a: State | null; b: State | null; n: number }")).source);
    const nodes = Array.from({ length: 60 }, () => ({ a: null as unknown, b: null as unknown, n: 1 as unknown }));
    for (const [index, node] of nodes.entries()) Object.assign(node, { a: nodes[(index + 1) % 60], b: nodes[(index + 1) % 60] });
    assert.equal(validate(nodes[0]), null);
    Object.assign(nodes[40] ?? {}, { n: "x" });
    assert.match(String(validate(nodes[0])), /^State(\.a)+\.n: expected number, got string$/);
  });

  test("says what it does not look at", () => {
    const text = `import type { Pid } from "instar"; ${box}interface User { init(): 1 }
      export interface State { box: Box; who: Pid<User>[]; f: () => void; p: Promise<number>; u: unknown; id: string & { __brand: "Id" } }`;
    assert.deepEqual(validatorSource(shapeOf(text)).unchecked, [
      "State.box.#cap: everything, since it is private",
      "State.box.grow: what the function takes and gives",
      "State.f: what the function takes and gives",
      "State.id: what its brand promises",
      "State.p: what the Promise holds",
      "State.u: everything, since its type says nothing",
      "State.who[]: which protocol the process has",
    ]);
  });

  test("a type that is far too large is cut off", () => {
    const fields = Array.from({ length: 3000 }, (_, n) => `f${n}: { v${n}: number }`).join("; ");
    const { source, unchecked } = validatorSource(shapeOf(`export interface State { ${fields} }`));
    assert.ok(unchecked.length > 0);
    assert.match(String(compile(source)({})), /^State\.f0: expected/);
  });
});

const seed = testSeed();
const { cases: shapeCases } = JSON.parse(readFileSync(new URL("../../../test/fixtures/shape-cases.json", import.meta.url), "utf8")) as {
  cases: { id: string; old: string; new: string; options?: object; oldFiles?: Record<string, string>; newFiles?: Record<string, string> }[];
};

/** Valid values pass; of broken ones, those that no reading of the shape accepts fail, at a place that there is. */
function agree(shape: Shape, random: () => number, label: string): { broken: number } {
  const { source } = validatorSource(shape);
  const validate = compile(source);
  let broken = 0;
  for (let round = 0; round < 12; round += 1) {
    const value = randomValue(shape, random);
    assert.equal(validate(value), null, `${label}: a valid value`);
    const changed = breakSomewhere(value, random);
    const found = validate(changed);
    if (fitsShape(shape, changed)) assert.equal(found, null, `${label}: still valid`);
    else {
      assert.notEqual(found, null, `${label}: no longer valid`);
      assert.doesNotThrow(() => valueAt(changed, String(found)), `${label}: the path leads somewhere: ${found}`);
      broken += 1;
    }
  }
  return { broken };
}

describe(`random values, seed ${seed}`, () => {
  for (const each of shapeCases) {
    test(each.id, () => {
      const random = randomSource(seed);
      for (const [text, beside] of [
        [each.old, each.oldFiles],
        [each.new, { ...each.oldFiles, ...each.newFiles }],
      ] as const) {
        agree(shapeOf(text, each.options, beside), random, `seed ${seed}, ${text}`);
      }
    });
  }

  test("random shapes", () => {
    const random = randomSource(seed);
    let broken = 0;
    for (let round = 0; round < 400; round += 1) {
      const shape = randomShape(random);
      broken += agree(shape, random, `seed ${seed}, round ${round}, ${shortTypeText(shape)}`).broken;
    }
    assert.ok(broken > 1000, `seed ${seed}: only ${broken} values were broken`);
  });
});
