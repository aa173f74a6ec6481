/** What holds code that is no longer current: found in states with its path, counted, and gone when nothing holds it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gate } from "../../../test/support/load-version.ts";
import { answering, loaded } from "../../../test/support/loaded-project.ts";
import type { Pid } from "../pid.ts";
import type { HeldVersion } from "../protocol.ts";
import { live } from "../system.ts";
import { findCode } from "./code-in-state.ts";
import { findHolders, heldBy } from "./code-holders.ts";
import { purgeModule } from "./purge-module.ts";

interface Holder {
  init(what: string): unknown;
  calls: { get(): unknown; wait(until: Promise<unknown>): unknown };
}

const money = (rate: number): string => `
  export const rate = () => ${rate};
  export class Money { constructor(readonly cents: number) {} static of(cents: number) { return new Money(cents); } times() { return this.cents * ${rate}; } }
  class Hidden { readonly hidden = ${rate}; }
  export const make = (what: string): unknown => ({
    nothing: () => ({ n: 1 }),
    exported: () => ({ onClick: rate }),
    bound: () => [{ handler: rate.bind(null) }],
    closure: () => new Map([["tea", { price: () => ${rate} }]]),
    instance: () => ({ total: new Money(5), list: [new Money(1), 2] }),
    statics: () => new Set([Money.of]),
    hidden: () => ({ it: new Hidden() }),
    getter: () => ({ get lazy() { return ${rate}; } }),
    cycle: () => { const a: Record<string, unknown> = { f: rate }; a.self = a; return a; },
    foreign: () => ({ f: Math.max, d: new Date(0), e: new Error("x"), p: Promise.resolve(), b: Buffer.from("x"), u: new URL("http://x") }),
  })[what]?.();
`;
const room = `
  import { actor, mfa } from "instar";
  import { make } from "./money"; import * as all from "./money";
  export default actor({
    vsn: 1,
    init: (what: string) => (what === "mfa" ? { by: mfa(all, "rate") } : make(what)),
    calls: {
      get: ({ state, reply }) => reply(state),
      wait: async ({ reply }, until) => { setTimeout(() => {}, 1e6).unref(); await until; return reply(1); },
    },
  } as never);
`;

/** Processes that took something of the first version into their states, and a second version that is current. */
async function holding(t: TestContext, what: readonly string[]) {
  const project = await loaded(t, {
    "src/app.ts": answering("0", "", 'import "./room.actor";'),
    "src/room.actor.ts": room,
    "src/money.ts": money(1),
  });
  const { server, system } = project;
  const { handle } = server.modules.get("src/room.actor") ?? assert.fail();
  const pids: Pid<Holder>[] = [];
  for (const one of what) pids.push(await system.start<Holder>(handle, { args: [one], name: one }));
  const upgrade = async (rate: number) => {
    project.project.write("src/money.ts", money(rate));
    await project.upgrade();
    // The engine's part: everybody runs the current version.
    for (const process of live(system).processes.values()) if (process.flight === null) process.version = process.module.current;
  };
  return { ...project, pids, upgrade, holders: () => findHolders(system, server, null) };
}

const short = ({ functions, instances }: HeldVersion): string[] =>
  [...functions, ...instances].map(({ name, path, code, url }) => `${name}: ${path} ${code} ${url.replace(/.*\//, "")}`).toSorted();

test("functions and instances of an old version are found in the states, with process and path", async (t) => {
  const what = ["nothing", "exported", "bound", "closure", "instance", "statics", "hidden", "getter", "cycle", "foreign", "mfa"];
  const { upgrade, holders, pids } = await holding(t, what);
  assert.deepEqual(await holders(), { versions: [], unknown: 0 });
  await upgrade(2);
  const { versions, unknown } = await holders();
  const [version] = versions;
  assert.equal(unknown, 0);
  assert.deepEqual(
    versions.map(({ module, vsn, load, status }) => [module, vsn, load, status]),
    [["src/room.actor", 1, 1, "old"]],
  );
  assert.deepEqual(short(version ?? assert.fail()), [
    "bound: State[0].handler bound rate money.ts?v=1",
    'closure: State.get("tea").price price money.ts?v=1',
    "cycle: State.f rate money.ts?v=1",
    "exported: State.onClick rate money.ts?v=1",
    "getter: State.lazy get lazy money.ts?v=1",
    "hidden: State.it Hidden money.ts?v=1",
    "instance: State.list[0] Money money.ts?v=1",
    "instance: State.total Money money.ts?v=1",
    "statics: State.values()[0] Money.of money.ts?v=1",
  ]);
  assert.deepEqual(version?.counts, { processes: 0, handlers: 0, timers: 0, functions: 6, instances: 3 });
  assert.equal(version?.functions.find(({ name }) => name === "exported")?.pid, pids[1]?.id);
});

test("what runs in the old version, and its timers, are listed; a purge ends both", async (t) => {
  const { server, system, upgrade, holders, pids } = await holding(
    t,
    ["nothing", "nothing"].map((name, n) => (n === 0 ? name : "exported")),
  );
  const { opened } = gate();
  const [busy] = pids;
  const late = assert.rejects(busy?.call("wait", opened) ?? assert.fail(), { code: "INSTAR_CALL_EXITED", reason: "killed" });
  await upgrade(2);
  const [version] = (await holders()).versions;
  const timer = { kind: "timeout", pid: busy?.id, after: 1e6 };
  assert.deepEqual(version?.counts, { processes: 1, handlers: 1, timers: 1, functions: 1, instances: 0 });
  assert.deepEqual(
    version?.processes.map(({ pid, name, handler }) => [pid, name, handler]),
    [[busy?.id, "nothing", "call wait"]],
  );
  assert.deepEqual({ ...version?.timers[0], file: undefined }, { ...timer, file: undefined });
  const record = server.modules.get("src/room.actor") ?? assert.fail();
  assert.deepEqual(heldBy(system, record, server.heldCode()), { processes: 1, handlers: 1, timers: 1 });

  const held = { module: "src/room.actor", vsn: 1, processes: [{ pid: busy?.id, name: "nothing" }] };
  assert.deepEqual(purgeModule(system, server, { module: "src/room.actor", soft: true }), { ...held, purged: false, timers: 0 });
  assert.deepEqual(purgeModule(system, server, { module: "src/room.actor" }), { ...held, purged: true, timers: 1 });
  await late;
  assert.deepEqual(purgeModule(system, server, { module: "src/room.actor" }), {
    ...held,
    vsn: null,
    purged: true,
    processes: [],
    timers: 0,
  });
  assert.throws(() => purgeModule(system, server, { module: "src/roof" }), { code: "INSTAR_MODULE_UNKNOWN" });
  assert.deepEqual(heldBy(system, record, server.heldCode()), { processes: 0, handlers: 0, timers: 0 });
});

test("a purged version counts for as long as something holds it, and no longer", async (t) => {
  const { server, system, upgrade, holders, pids } = await holding(t, ["closure", "nothing", "instance"]);
  await upgrade(2);
  purgeModule(system, server, { module: "src/room.actor" });
  const { versions } = await holders();
  assert.deepEqual(
    versions.map(({ vsn, load, status, counts: { functions, instances } }) => [vsn, load, status, functions, instances]),
    [[1, 1, "purged", 1, 2]],
  );
  for (const pid of [pids[0], pids[2]])
    live(system)
      .processes.get(pid?.id ?? "")
      ?.kill();
  assert.deepEqual(await holders(), { versions: [], unknown: 0 });
  await upgrade(3);
  await upgrade(4);
  assert.deepEqual(
    (await findHolders(system, server, "src/room.actor")).versions.map(({ load, status }) => [load, status]),
    [[3, "old"]],
  );
  assert.deepEqual(await findHolders(system, server, "src/app"), { versions: [], unknown: 0 });
});

test("paths say how to get there; getters are not run, and what cannot be looked into is left alone", () => {
  const f = (): void => {};
  const deep = (n: number): unknown => (n === 0 ? f : [deep(n - 1)]);
  const shared = { f };
  const cases: readonly (readonly [state: unknown, paths: readonly string[]])[] = [
    [f, ["State"]],
    [null, []],
    [{ "a b": f, 3: f, ["ä"]: f, [Symbol("s")]: f }, ["State[3]", 'State["a b"]', "State.ä", "State[Symbol(s)]"]],
    [
      new Map<unknown, unknown>([
        [f, 1],
        [{}, f],
      ]),
      ["State.key(…)", "State.get(…)"],
    ],
    [new Map([["x".repeat(50), f]]), [`State.get("${"x".repeat(39)}…")`]],
    [deep(40), [`State${"[0]".repeat(40)}`]],
    [{ a: shared, b: shared }, ["State.a.f", "State.b.f"]],
    [new Proxy({ f }, { ownKeys: () => assert.fail("touched") }), []],
    [
      Object.defineProperty({}, "boom", {
        enumerable: true,
        get: () => assert.fail("run"),
      }),
      ["State.boom"],
    ],
    [
      new (class {
        #f = f;
        get = () => this.#f;
      })(),
      ["State", "State.get"],
    ],
  ];
  for (const [state, paths] of cases) {
    const search = findCode(state, () => true);
    let step = search.next();
    while (step.done !== true) step = search.next();
    assert.deepEqual(step.value.map(({ path }) => path).toSorted(), paths.toSorted());
  }
});
