/** Plans: the order of modules, who is converted and who cannot be, and whether there is a way back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { change, plan } from "../../test/support/load-version.ts";
import { actor, child, drop, irreversible, supervisor, sys, type Actor, type CodeChange } from "./index.ts";
import { moduleOf, planUpgrade } from "./internal.ts";
import { dependencyOrder } from "./plan-upgrade.ts";
import { testSystem } from "./testing.ts";

const graph = (text: string): Map<string, string[]> =>
  new Map(text.split(" ").map((edge) => [edge.split(">")[0] as string, (edge.split(">")[1] ?? "").split("").filter(Boolean)]));

describe("dependency order", () => {
  for (const [what, changed, imports, groups] of [
    ["nothing known", "wx", "", [["w"], ["x"]]],
    ["a dependency comes first", "wx", "w>x", [["x"], ["w"]]],
    ["also through what does not change", "wx", "w>m m>n n>x", [["x"], ["w"]]],
    ["a circle is one group", "wx", "w>x x>w", [["x", "w"]]],
    ["a circle through what does not change", "wx", "w>m m>x x>w", [["x", "w"]]],
    [
      "two circles, one above the other",
      "abcd",
      "a>b b>ac c>d d>c",
      [
        ["d", "c"],
        ["b", "a"],
      ],
    ],
    ["a diamond", "abcd", "a>bc b>d c>d", [["d"], ["b"], ["c"], ["a"]]],
    ["what imports itself", "a", "a>a", [["a"]]],
  ] as const) {
    test(what, () => assert.deepEqual(dependencyOrder(changed.split(""), graph(imports)), groups));
  }
});

interface Bin {
  init(): { readonly n: number };
  calls: { get(): number };
  casts: { put(n: number): void; drain(): void; shake(): void };
  infos: { later(): void };
}

function bin(vsn: 1 | 2, step: Partial<CodeChange[number]> | null = {}, without: "shake" | null = null): Actor<Bin> {
  const keep = { up: (s: { n: number }) => s, down: (s: { n: number }) => s };
  return actor<Bin>({
    vsn,
    codeChange: vsn === 1 || step === null ? {} : { 1: { ...keep, ...step } },
    init: () => ({ n: 0 }),
    calls: { get: ({ state, reply }) => reply(state.n) },
    casts: {
      put: ({ next }) => next(),
      drain: ({ next }) => next(),
      ...((without === "shake" ? {} : { shake: ({ next }: { next: () => never }) => next() }) as { shake: never }),
    },
    infos: { later: ({ next }) => next() },
  });
}

test("who is converted, what their messages need, and what stands in the way, before anything begins", async () => {
  const { system } = testSystem();
  const module = bin(1);
  const [full, empty] = [await system.start(module, { name: "full" }), await system.start(module)];
  const other = bin(1);
  const stuck = await system.start(other);
  await sys.suspend(full);
  for (let i = 0; i < 3; i++) full.cast("put", i);
  full.cast("drain");
  void full.call("get");
  const translated = { messages: { put: (n: number) => [n * 2], drain: drop("no more drains") } };
  const missing = plan(other, bin(2, null)).plan;
  const refused = missing.ok ? [] : [missing.error];
  const planned = planUpgrade(system, { changes: [change(module, bin(2, translated))], refused });
  assert.deepEqual(planned.convert, [
    { pid: full.id, name: "full", module: module.id },
    { pid: empty.id, name: null, module: module.id },
  ]);
  assert.deepEqual(planned.messages, [
    { module: module.id, kind: "cast", name: "put", how: "translated", queued: 3 },
    { module: module.id, kind: "cast", name: "drain", how: "dropped", queued: 1 },
    { module: module.id, kind: "call", name: "get", how: "kept", queued: 1 },
  ]);
  assert.deepEqual([planned.blocked.map(({ pid }) => pid), planned.errors], [[stuck.id], refused]);
  assert.match(planned.blocked[0]!.why, /nothing says how to convert its states/);
  full.cast("shake");
  const losing = planUpgrade(system, { changes: [change(module, bin(2, {}, "shake"))] });
  assert.deepEqual(
    losing.blocked.map(({ name }) => name),
    ["full"],
  );
  assert.match(losing.blocked[0]!.why, /a cast shake waits for it, and version 2 has no handler/);
  assert.equal(module.vsn, 1);
});

test("a supervisor that cannot become what it would is named, and the rest is planned all the same", async () => {
  const { system } = testSystem();
  const [top, worker] = [supervisor({ children: [] }), bin(1)];
  const pid = await system.start(top);
  await system.start(worker);
  const next = supervisor({ strategy: "simple_one_for_one", children: [child(worker, { id: "one" })] });
  const { errors, blocked, convert } = planUpgrade(system, { changes: [change(top, next), change(worker, bin(2))] });
  assert.deepEqual([errors.map(({ code }) => code), blocked.map((row) => row.pid)], [["INSTAR_BAD_UPGRADE"], [pid.id]]);
  assert.match(blocked[0]!.why, /its strategy is one_for_one and would become simple_one_for_one/);
  assert.deepEqual(
    convert.map(({ module }) => module),
    [moduleOf(worker).id],
  );
});

test("what is irreversible, and what a probation could do", async () => {
  const { system } = testSystem();
  const [supervised, alone] = [bin(1), bin(1)];
  await system.start(supervisor({ children: [child(supervised, { id: "a", name: "a" })] }));
  await system.start(alone);
  const oneWay = { down: irreversible("test") };
  const look = (module: Actor<Bin>, step: Partial<CodeChange[number]>) => {
    const [row] = planUpgrade(system, { changes: [change(module, bin(2, step))] }).modules;
    return [row?.irreversible, row?.probation];
  };
  assert.deepEqual(look(supervised, {}), [[], "rollBack"]);
  assert.deepEqual(look(supervised, oneWay), [["1 up"], "restart"]);
  assert.deepEqual(look(alone, oneWay), [["1 up"], "nothing"]);
  const restarts = planUpgrade(system, {
    changes: [supervised, alone].map((module) => ({ ...change(module, bin(2)), kind: "restart" as const })),
  });
  assert.deepEqual(
    [restarts.restart.map(({ module }) => module), restarts.blocked.map(({ module }) => module)],
    [[supervised.id], [alone.id]],
  );
});
