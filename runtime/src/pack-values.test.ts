/** What is packed comes out as it went in, also after it was JSON in between; what cannot is named by its path. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { actor, createSystem } from "./index.ts";
import { InstarError } from "./exit.ts";
import { Packer, Unpacker, type World } from "./pack-values.ts";
import { live } from "./system.ts";

const nothing = (): never => assert.fail("nobody asks for that here");
const noWorld: World = { pid: nothing, process: nothing, handle: nothing, mfa: nothing, caller: nothing };

function throughJson(value: unknown, world = noWorld): unknown {
  const packer = new Packer(nothing);
  const packed = packer.pack(value, "State");
  assert.deepEqual(packer.obstacles, []);
  const [nodes, root] = JSON.parse(JSON.stringify([packer.nodes, packed])) as [typeof packer.nodes, typeof packed];
  return new Unpacker(nodes, world).unpack(root);
}

const circle: Record<string, unknown> = { name: "circle" };
circle["self"] = circle;
const sparse: number[] = [1];
sparse[2] = 3;
const bytes = new Uint8Array([1, 2, 3, 4]);

const values: readonly { readonly name: string; readonly value: unknown }[] = [
  { name: "primitives", value: ["a", 1, true, null, undefined, 12n, Number.NaN, -0, Infinity, -Infinity] },
  { name: "plain objects in arrays in objects", value: { a: [{ b: [] }, {}], "": 1, "with space": 2 } },
  { name: "maps and sets with objects as keys", value: new Map<unknown, unknown>([[{ k: 1 }, new Set([[1], undefined])]]) },
  { name: "dates and regular expressions", value: [new Date(5), /a+/giu] },
  { name: "buffers and views", value: [Buffer.from("tea"), bytes, new DataView(bytes.buffer, 1, 2), new Float64Array([0.5])] },
  { name: "a cycle", value: circle },
  { name: "an array with a hole", value: sparse },
  { name: "an object without a prototype", value: Object.assign(Object.create(null) as object, { a: 1 }) },
  { name: "an error with a cause", value: new TypeError("no", { cause: new Error("because") }) },
  { name: "an error of the runtime", value: new InstarError("INSTAR_NOPROC", "gone") },
  { name: "a key that is __proto__", value: JSON.parse('{ "__proto__": { "a": 1 } }') as unknown },
];

for (const { name, value } of values) {
  test(`${name} come out as they went in`, () => {
    const there = throughJson({ value }) as { value: unknown };
    assert.deepStrictEqual(there.value, value);
  });
}

test("whatever is plain data comes out as it went in", () => {
  const plain = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(plain, (value) => {
      fc.pre(!JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? 0 : inner))?.includes("null"));
      assert.deepStrictEqual(throughJson(value), value);
    }),
    { numRuns: 300 },
  );
});

test("a date that is none travels as such", () => {
  assert.equal((throughJson(new Date(Number.NaN)) as Date).getTime(), Number.NaN);
});

test("what is shared stays shared, and what is frozen stays frozen", () => {
  const shared = Object.freeze({ a: 1 });
  const there = throughJson([shared, { shared }, Object.seal([1])]) as [object, { shared: object }, unknown[]];
  assert.equal(there[0], there[1].shared);
  assert.ok(Object.isFrozen(there[0]) && !Object.isFrozen(there[1]) && Object.isSealed(there[2]));
});

test("a list that is deeper than the stack travels", () => {
  let list: { next: unknown } | null = null;
  for (let i = 0; i < 50_000; i++) list = { next: list };
  let depth = 0;
  for (let at = throughJson(list) as typeof list; at !== null; at = at.next as typeof list) depth++;
  assert.equal(depth, 50_000);
});

test("pids and handles are those of the other side", async () => {
  const counter = actor<{ init(): { n: number } }>({ vsn: 1, id: "counter", init: () => ({ n: 0 }) });
  const [here, there] = [createSystem(), createSystem()];
  const pid = await here.start(counter);
  const other = await there.start(counter);
  const process = live(there).processes.get(other.id) ?? assert.fail();
  const world: World = { ...noWorld, pid: () => process.pid, handle: (id) => (id === "counter" ? counter : assert.fail()) };
  assert.deepEqual(throughJson({ pid, counter }, world), { pid: other, counter });
  await Promise.all([here.stop(), there.stop()]);
});

class Money {
  cents = 5;
}
class Secret {
  #n = 1;
  get n(): number {
    return this.#n;
  }
}
class NotFound extends Error {}

const obstacles: readonly { readonly value: unknown; readonly expected: string }[] = [
  { value: { items: [{ onClick: function save() {} }] }, expected: "State.items[0].onClick: the function save" },
  { value: [() => {}], expected: "State[0]: a function" },
  { value: new Map([["tea", Symbol("x")]]), expected: 'State.get("tea"): a symbol' },
  { value: new Set([new Money()]), expected: "State.values()[0]: an instance of Money" },
  {
    value: { price: new Money(), secret: new Secret() },
    expected: "State.price: an instance of Money; State.secret: an instance of Secret",
  },
  { value: { waits: Promise.resolve() }, expected: "State.waits: a promise" },
  { value: { proxy: new Proxy({}, {}) }, expected: "State.proxy: a proxy" },
  { value: Object.defineProperty({}, "late", { get: () => 1, enumerable: true }), expected: "State.late: an accessor" },
  { value: { why: new NotFound("no") }, expected: "State.why: an error of the class NotFound" },
  { value: { weak: new WeakMap() }, expected: "State.weak: an instance of WeakMap" },
  { value: { [Symbol("key")]: 1 }, expected: "State[Symbol(key)]: a field that is named by a symbol" },
];

for (const { value, expected } of obstacles) {
  test(`${expected} cannot travel`, () => {
    const packer = new Packer(nothing);
    packer.pack(value, "State");
    assert.equal(packer.obstacles.map(({ path, what }) => `${path}: ${what}`).join("; "), expected);
  });
}
