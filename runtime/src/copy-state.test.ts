/** Copies of states: what is new, what is shared, and what is kept. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { test } from "node:test";
import { copyState } from "./copy-state.ts";
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
