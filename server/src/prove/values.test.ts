/** Values in the process that runs the steps: printed as the code that makes them, compared as states, and stood in for where they cannot be made. */
import { test } from "node:test";
import assert from "node:assert/strict";
import vm from "node:vm";
import { differences, levelsAlong, withValueAt } from "./compare-values.ts";
import { looking, LookedInto, makeValue } from "./make-value.ts";
import type { Opaque, Recipe } from "./recipe.ts";
import { pathText, valueText } from "./value-text.ts";

class Box {
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }
}

const itself: { name: string; self?: unknown } = { name: "a" };
itself.self = itself;

const printed: [value: unknown, text: string][] = [
  [{ a: [1, -0, "x\n", null, undefined, 5n, true], "b-c": {} }, '{ a: [1, -0, "x\\n", null, undefined, 5n, true], "b-c": {} }'],
  [new Map<unknown, unknown>([["a", new Set([1])]]), 'new Map([["a", new Set([1])]])'],
  [
    [new Map(), new Set(), new Date(0), new Date(NaN), /a\/b/g],
    '[new Map(), new Set(), new Date("1970-01-01T00:00:00.000Z"), new Date(NaN), /a\\/b/g]',
  ],
  [[new URL("https://example.org/a"), new TypeError("no")], '[new URL("https://example.org/a"), new TypeError("no")]'],
  [Uint8Array.from([1, 2]), "Uint8Array.from([1, 2])"],
  [new Box(1), "/* Box */ { size: 1 }"],
  [itself, '{ name: "a", self: /* itself */ }'],
  [
    {
      get x() {
        throw new Error("read");
      },
    },
    "{ x: /* an accessor */ }",
  ],
  [
    new Proxy(
      {},
      {
        get() {
          throw new Error("read");
        },
      },
    ),
    "/* a Proxy */",
  ],
  [Promise.resolve(), "/* a Promise */"],
  [Symbol("s"), 'Symbol("s")'],
];

for (const [value, text] of printed) {
  test(`printed: ${text}`, () => {
    assert.equal(valueText(value), text);
    if (!text.includes("/*") && !text.startsWith("Symbol")) assert.deepEqual(plain(vm.runInThisContext(`(${text})`, {})), plain(value));
  });
}

/** For values of another realm. */
function plain(value: unknown): string {
  return valueText(value);
}

const same: [name: string, one: unknown, other: unknown][] = [
  ["absent and undefined", { a: undefined }, {}],
  [
    "orders",
    {
      map: new Map([
        [1, 2],
        [3, 4],
      ]),
      set: new Set([{ a: 1 }, { a: 2 }]),
    },
    {
      map: new Map([
        [3, 4],
        [1, 2],
      ]),
      set: new Set([{ a: 2 }, { a: 1 }]),
    },
  ],
  ["zeros", [0], [-0]],
  ["NaN", [NaN], [NaN]],
  ["last digits", [0.1 + 0.2], [0.3]],
  ["what refers to itself", itself, { name: "a", self: itself }],
  ["dates", [new Date(5)], [new Date(5)]],
  ["instances", new Box(1), new Box(1)],
];

for (const [name, one, other] of same) test(`no difference: ${name}`, () => assert.deepEqual(differences(one, other), []));

const different: [one: unknown, other: unknown, paths: string[]][] = [
  [{ a: 1, b: { c: [1, 2] } }, { a: 2, b: { c: [1, 3] } }, ["State.a", "State.b.c[1]"]],
  [{ list: [1] }, { list: [1, 2] }, ["State.list"]],
  [new Map([["k", { n: 1 }]]), new Map([["k", { n: 2 }]]), ['State.get("k").n']],
  [new Map([["k", 1]]), new Map([["l", 1]]), ["State"]],
  [{ set: new Set([1]) }, { set: new Set([2]) }, ["State.set"]],
  [{ date: new Date(1) }, { date: new Date(2) }, ["State.date"]],
  [{ one: new Box(1) }, { one: { size: 1 } }, ["State.one"]],
  [{ a: null }, {}, ["State.a"]],
  [{ bytes: Uint8Array.from([1]) }, { bytes: Uint8Array.from([2]) }, ["State.bytes"]],
  [1, 1 + 1e-6, ["State"]],
];

for (const [one, other, paths] of different) {
  test(`differences: ${valueText(one)} and ${valueText(other)}`, () =>
    assert.deepEqual(
      differences(one, other).map(({ path }) => pathText(path)),
      paths,
    ));
}

test("a value is put at a path where there is such a place, and nothing else is changed", () => {
  const state = { list: [{ n: 1 }], map: new Map([["k", { n: 1 }]]) };
  for (const { path } of differences(state, { list: [{ n: 2 }], map: new Map([["k", { n: 2 }]]) })) {
    const made = withValueAt(state, path, 5)?.state;
    assert.deepEqual(
      differences(state, made).map((each) => [pathText(each.path), each.is]),
      [[pathText(path), 5]],
    );
  }
  assert.equal(withValueAt(state, [{ kind: "index", index: 0 }], 5), undefined);
  assert.equal(
    withValueAt(
      { a: "text" },
      [
        { kind: "field", name: "a" },
        { kind: "field", name: "b" },
      ],
      5,
    ),
    undefined,
  );
  const [level] = levelsAlong({ kind: "on", at: {} }, [{ kind: "field", name: "at" }]);
  assert.deepEqual(
    [...(level ?? [])],
    [
      ["kind", { value: ["on"] }],
      ["at", { value: "object" }],
    ],
  );
});

const box: Opaque = { kind: "opaque", is: "object", what: "a Box", path: "State.box", class: null, fields: ["size"] };
const looks: [name: string, recipe: Recipe, look: (value: never) => unknown][] = [
  ["reading a field", box, (value: Box) => value.size],
  ["calling a method", box, (value: { grow(): void }) => value.grow()],
  ["spreading", box, (value: object) => ({ ...value })],
  ["instanceof", box, (value: object) => value instanceof Box],
  ["printing", box, (value: object) => JSON.stringify(value)],
  ["a copy", box, (value: object) => structuredClone(Object.entries(value))],
  ["a call", { ...box, is: "function" }, (value: () => void) => value()],
];

for (const [name, recipe, look] of looks) {
  test(`who looks into a stand-in is found out: ${name}`, () => {
    const value = makeValue(recipe);
    // Only steps are found out.
    looking.found = null;
    try {
      look(value as never);
    } catch (error) {
      assert.ok(error instanceof TypeError, String(error));
    }
    assert.equal(looking.found, null);
    looking.step = true;
    try {
      assert.throws(() => look(value as never), LookedInto);
    } finally {
      looking.step = false;
    }
    assert.equal((looking.found as LookedInto | null)?.path, "State.box");
    looking.found = null;
  });
}

test("one state has one process, and one symbol, for each number and name", () => {
  const pid: Recipe = { kind: "pid", number: 1, protocol: "User" };
  const symbol: Recipe = { kind: "symbol", name: "s" };
  const [a, b, c, d] = makeValue({ kind: "array", items: [pid, pid, symbol, symbol] }) as unknown[];
  assert.ok(a === b && c === d);
  assert.equal(valueText(a), "<0.1> /* User */");
  assert.equal(JSON.stringify(a), '"<0.1>"');
});
