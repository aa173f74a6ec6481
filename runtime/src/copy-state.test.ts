/** Copies of states: what is new, what is shared, and what is kept. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { test } from "node:test";
import { Copier, copyState } from "./copy-state.ts";
import { actor } from "./index.ts";
import { testSystem } from "./testing.ts";

class Money {
  readonly amount: number;
  constructor(amount: number) {
    this.amount = amount;
  }
  doubled(): number {
    return this.amount * 2;
  }
}

class Secret {
  #value = 1;
  read(): number {
    return this.#value;
  }
}

class Names extends Map<string, string> {
  first(): string | undefined {
    return [...this.values()][0];
  }
}

test("plain values and instances of ordinary classes are new at any depth", () => {
  const key = Symbol("key");
  const state = {
    list: [1, { deep: [2] }],
    map: new Map([[{ k: 1 }, { v: 1 }]]),
    set: new Set([{ s: 1 }]),
    date: new Date(5),
    pattern: /a+/gi,
    bytes: new Uint8Array([1, 2, 3]),
    buffer: Buffer.from("abc"),
    money: new Money(3),
    names: new Names([["a", "b"]]),
    bare: Object.assign(Object.create(null) as object, { x: 1 }),
    [key]: { hidden: true },
  };
  const copy = copyState(state);
  assert.deepEqual(copy, state);
  for (const name of ["list", "map", "set", "date", "pattern", "bytes", "buffer", "money", "names", "bare", key] as const) {
    assert.notEqual(copy[name], state[name], String(name));
  }
  assert.notEqual(copy.list[1], state.list[1]);
  assert.notEqual([...copy.map.keys()][0], [...state.map.keys()][0]);
  assert.equal(copy.money.doubled(), 6);
  assert.equal(copy.names.first(), "b");
});

test("cycles, sharing, holes, accessors and frozenness are kept", () => {
  const shared = { n: 1 };
  const state: Record<string, unknown> = {
    a: shared,
    b: shared,
    frozen: Object.freeze({ x: 1 }),
    holes: Object.assign([], { 0: 1, 2: 3 }),
  };
  state["self"] = state;
  Object.defineProperty(state, "twice", { get: () => 2, enumerable: true });
  const copy = copyState(state);
  assert.equal(copy["a"], copy["b"]);
  assert.notEqual(copy["a"], shared);
  assert.equal(copy["self"], copy);
  assert.ok(Object.isFrozen(copy["frozen"]));
  assert.equal(1 in (copy["holes"] as unknown[]), false);
  assert.equal("get" in (Object.getOwnPropertyDescriptor(copy, "twice") ?? {}), true);
  assert.equal(copy["twice"], 2);
});

test("views of one buffer still are, and keep their classes", () => {
  class Pixels extends Uint8Array {
    first(): number | undefined {
      return this[0];
    }
  }
  const buffer = new ArrayBuffer(8);
  const state = { buffer, bytes: new Uint8Array(buffer, 2, 4), view: new DataView(buffer, 2), pixels: new Pixels([5]) };
  const copy = copyState(state);
  assert.deepEqual(copy, state);
  copy.bytes[0] = 7;
  assert.equal(copy.view.getUint8(0), 7);
  assert.equal(copy.bytes.buffer, copy.buffer);
  assert.equal(state.bytes[0], 0);
  assert.equal(copy.pixels.first(), 5);
});

test("a long list is no deeper than the stack", () => {
  let list: unknown = null;
  for (let i = 0; i < 100_000; i++) list = { next: list };
  let length = 0;
  for (let node = copyState(list) as { next: never } | null; node !== null; node = node.next) length++;
  assert.equal(length, 100_000);
});

test("what a copy of would not work is shared: functions, pids, private fields, promises, built-ins, proxies, emitters", async () => {
  const { system } = testSystem();
  interface Idle {
    init(): null;
  }
  const pid = await system.start(actor<Idle>({ vsn: 1, init: () => null }));
  const state = {
    pid,
    run: () => 1,
    secret: new Secret(),
    promise: Promise.resolve(1),
    weak: new WeakMap(),
    url: new URL("http://localhost/"),
    proxy: new Proxy({}, {}),
    signal: new AbortController().signal,
    error: new RangeError("far"),
    socket: new Socket(),
    emitter: new (class Feed extends EventEmitter {})(),
    headers: new Headers(),
  };
  const copy = copyState(state);
  for (const name of Object.keys(state) as (keyof typeof state)[]) assert.equal(copy[name], state[name], name);
  assert.equal(copy.secret.read(), 1);
});

test("values that are not objects are themselves", () => {
  for (const value of [1, "a", null, undefined, true, 5n]) assert.equal(copyState(value), value);
});

test("many states that are alike are copied as exactly as one: sharing, cycles, dictionaries, long lists, and what is special from the start", () => {
  const copier = new Copier();
  for (let n = 0; n < 3000; n++) {
    const shared = { n };
    const state: Record<string, unknown> = {
      items: Array.from({ length: n % 40 }, (_, i) => (i % 7 === 0 ? shared : { i, deep: { n } })),
      byKey: Object.fromEntries(Array.from({ length: n % 100 }, (_, i) => [`key ${(n * 7 + i) % 300}`, i % 3 === 0 ? shared : { i }])),
      map: new Map<unknown, unknown>([
        [shared, shared],
        ["text", [n]],
      ]),
      frozen: n % 2 === 0 ? Object.freeze({ n }) : { n },
      money: new Money(n),
      accessor: Object.defineProperty({}, "twice", { get: () => 2 * n, enumerable: true }),
      ["__proto__x"]: JSON.parse(`{"__proto__": {"n": ${n}}}`),
      pair: [shared, shared],
    };
    state["self"] = state;
    const copy = copier.copy(state);
    assert.deepEqual(copy, state);
    const [first, second] = copy["pair"] as object[];
    assert.ok(copy !== state && copy["self"] === copy && first === second && first !== shared);
    assert.ok((copy["map"] as Map<unknown, unknown>).get(first) === first);
    assert.equal(Object.isFrozen(copy["frozen"]), n % 2 === 0);
    assert.ok(copy["money"] instanceof Money && copy["money"] !== state["money"]);
    assert.equal(typeof Object.getOwnPropertyDescriptor(copy["accessor"], "twice")?.get, "function");
    assert.notEqual((copy["items"] as unknown[])[1], (state["items"] as unknown[])[1] ?? null);
  }
});

test("a state that comes to be special later is copied exactly from where it was seen, and always by a copier of its own", () => {
  const key = Symbol("key");
  const special = Object.freeze({ n: 1, [key]: { hidden: true } });
  const copier = new Copier();
  for (let n = 0; n < 31; n++) copier.copy({ n });
  assert.deepEqual(copier.copy(special), special, "the 32nd is looked at");
  for (const copy of [copier.copy(special), copyState(special)]) {
    assert.deepEqual([copy, Object.isFrozen(copy)], [special, true]);
    assert.notEqual(copy[key], special[key]);
  }
});

test("old prototypes become new ones, at any depth, and the originals stay", () => {
  class Old {
    inner: unknown = null;
  }
  class New {}
  const copier = new Copier(new Map([[Old.prototype, New.prototype]]));
  for (let n = 0; n < 100; n++) {
    const state = { list: [new Old()], map: new Map([["a", new Old()]]), other: new Money(n) };
    const copy = copier.copy(state);
    assert.ok((copy.list[0] as unknown) instanceof New && (copy.map.get("a") as unknown) instanceof New && copy.other instanceof Money);
    assert.ok(state.list[0] instanceof Old);
  }
});

test("a buffer that was transferred, and what looks at it, are the originals", () => {
  const buffer = new ArrayBuffer(8);
  const state = {
    buffer,
    bytes: new Uint8Array(buffer),
    view: new DataView(buffer),
    shared: new Uint8Array(new SharedArrayBuffer(4)),
    n: 1,
  };
  structuredClone(buffer, { transfer: [buffer] });
  const copy = copyState(state);
  assert.notEqual(copy, state);
  assert.deepEqual([copy.buffer === buffer, copy.bytes === state.bytes, copy.view === state.view], [true, true, true]);
  assert.notEqual(copy.shared, state.shared);
});
