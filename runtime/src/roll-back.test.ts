/** Probation and rollback: an upgrade that does not hold is taken back by `down`, with all that has happened since. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { change, gate } from "../../test/support/load-version.ts";
import { actor, child, irreversible, supervisor, type Actor, type CodeChange } from "./index.ts";
import {
  moduleOf,
  planUpgrade,
  processes,
  purge,
  rollback,
  subscribe,
  upgrade,
  type ModuleChange,
  type UpgradeOptions,
} from "./internal.ts";
import type { UpgradeReport } from "./protocol.ts";
import { testSystem } from "./testing.ts";

interface Till {
  init(): TillState;
  calls: { get(): TillState & { readonly code: number }; hold(until: Promise<void>): void };
  casts: { take(amount: number): void; crash(): void };
}

interface TillState {
  readonly sum: number;
  readonly unit?: string;
}

const inEuro: CodeChange = {
  1: {
    up: (s: TillState) => ({ sum: s.sum, unit: "EUR" }),
    down: (s: TillState) => ({ sum: s.sum }),
    messages: { take: { up: (n: number) => [n], down: (n: number) => [n] } },
  },
};
const oneWay: CodeChange = { 1: { up: (s: TillState) => ({ sum: s.sum, unit: "EUR" }), down: irreversible("units are forgotten") } };

function till(vsn: 1 | 2, codeChange: CodeChange = {}): Actor<Till> {
  const own = (state: TillState): TillState => {
    assert.equal(state.unit, vsn === 1 ? undefined : "EUR");
    return state;
  };
  return actor<Till>({
    vsn,
    codeChange,
    init: () => (vsn === 1 ? { sum: 0 } : { sum: 0, unit: "EUR" }),
    calls: {
      get: ({ state, reply }) => reply({ ...own(state), code: vsn }),
      hold: async ({ state, reply }, until) => {
        await until;
        return state.sum === 0 ? assert.fail("that was too long") : reply(undefined);
      },
    },
    casts: {
      take: ({ state, next }, amount) => next({ ...own(state), sum: state.sum + amount }),
      // Version 2 does not hold.
      crash: ({ next }) => (vsn === 2 ? assert.fail("version 2 cannot") : next()),
    },
  });
}

async function tills(count: number, steps: CodeChange = inEuro, intensity = { restarts: 10, within: 5000 }) {
  const world = testSystem();
  const module = till(1);
  const names = Array.from({ length: count }, (_, i) => `till ${i}`);
  const children = names.map((name) => child(module, { id: name, name }));
  await world.system.start(supervisor({ intensity, children }));
  const find = (i: number) => world.system.whereis<Till>(`till ${i}`) ?? assert.fail(`till ${i} does not live`);
  for (let i = 0; i < count; i++) find(i).cast("take", i);
  const reports: UpgradeReport[] = [];
  const over: string[] = [];
  subscribe(world.system, (event) => {
    if (event.type === "rolledBack") reports.push(event.report);
    else if (event.type === "probationEnded") over.push(event.until);
  });
  const toTwo = (options: UpgradeOptions = {}, more: Partial<ModuleChange> = {}) =>
    upgrade(world.system, [{ ...change(module, till(2, steps)), ...more }], options);
  return { ...world, module, find, reports, over, toTwo, all: () => Promise.all(names.map((_, i) => find(i).call("get"))) };
}

test("restarts within the budget are all right", async () => {
  const { clock, module, find, reports, over, toTwo } = await tills(3);
  const { outcome, probation } = await toTwo({ probation: { for: 1000, restarts: 2 } });
  assert.deepEqual([outcome, probation], ["committed", { until: new Date(clock.now() + 1000).toISOString() }]);
  for (const i of [0, 1]) find(i).cast("crash");
  await clock.settle();
  assert.deepEqual(over, []);
  await clock.advance(1000);
  find(2).cast("crash");
  await clock.settle();
  assert.deepEqual([module.vsn, reports, over], [2, [], [probation?.until]], "one after the probation does not count");
});

test("one restart too many rolls the upgrade back by down, on the states as they are by then", async () => {
  const { system, clock, module, find, reports, over, toTwo, all } = await tills(3);
  let table = 1;
  const options = { probation: { for: 1000, restarts: 1 }, onCommit: () => void (table = 2), onRollback: () => void (table = 1) };
  const { outcome, probation } = await toTwo(options);
  assert.deepEqual([outcome, table], ["committed", 2]);
  find(2).cast("take", 100);
  for (const i of [0, 0]) {
    find(i).cast("crash");
    await clock.settle();
  }
  await clock.settle();
  assert.deepEqual([module.vsn, moduleOf(module).old?.vsn, table], [1, 2, 1]);
  assert.deepEqual(await all(), [
    { sum: 0, code: 1 },
    { sum: 1, code: 1 },
    { sum: 102, code: 1 },
  ]);
  const [report] = reports;
  assert.deepEqual([reports.length, report?.outcome, report?.modules[0]?.steps], [1, "committed", ["1 down"]]);
  assert.match(report?.why ?? "", /restart 2 of upgraded processes within 1 s of the upgrade, where 1 were allowed/);
  assert.deepEqual([report?.probation, over], [probation, []]);
  find(1).cast("crash");
  await clock.settle();
  assert.ok(processes(system).every(({ oldCode }) => !oldCode));
  assert.equal((await rollback(system)).errors[0]?.code, "INSTAR_NO_ROLLBACK", "once is enough");
});

test("what the probation counts does not count against supervisors, which would otherwise give up before it is too late", async () => {
  // Each of them crashes before the first one has been restarted.
  const { clock, module, find, reports, toTwo, all } = await tills(5, inEuro, { restarts: 1, within: 5000 });
  await toTwo({ probation: { for: 1000, restarts: 2 } });
  for (const i of [0, 1, 2, 3, 4]) find(i).cast("crash");
  await clock.settle();
  assert.deepEqual([module.vsn, reports.map(({ outcome }) => outcome)], [1, ["committed"]]);
  assert.deepEqual(
    (await all()).map(({ code }) => code),
    [1, 1, 1, 1, 1],
  );
});

test("while another upgrade is under way, the rollback waits for it, and is not needed where that is committed", async () => {
  for (const heals of [true, false]) {
    const { system, clock, module, find, reports, toTwo } = await tills(2);
    await toTwo({ probation: { for: 1000, restarts: 0 } });
    const [failing, holding] = [gate(), gate()];
    const calls = [
      find(0)
        .call("hold", failing.opened)
        .catch(() => {}),
      find(1).call("hold", holding.opened),
    ];
    await clock.settle();
    const check = heals ? {} : { validate: () => "it does not fit" };
    const next = upgrade(system, [{ ...change(module, till(2, inEuro)), ...check }]);
    // Its handler began before, and ends in the middle of the next upgrade.
    failing.open();
    await clock.settle();
    assert.deepEqual(reports, []);
    holding.open();
    await Promise.all(calls);
    assert.equal((await next).outcome, heals ? "committed" : "failed");
    await clock.settle();
    assert.deepEqual([module.vsn, reports.map(({ outcome }) => outcome)], heals ? [2, []] : [1, ["committed"]]);
  }
});

test("crashes of other modules do not count, nor those that the upgrade itself makes", async () => {
  const { system, clock, module, find, reports, toTwo } = await tills(2);
  const other = till(2);
  await system.start(supervisor({ intensity: { restarts: 9, within: 1000 }, children: [child(other, { id: "other", name: "other" })] }));
  const report = await toTwo({ probation: { for: 1000, restarts: 0 } }, { kind: "restart", steps: [] });
  assert.deepEqual(
    report.processes.map(({ restarted }) => restarted),
    [true, true],
  );
  await clock.settle();
  system.whereis<Till>("other")!.cast("crash");
  await clock.settle();
  assert.deepEqual([module.vsn, (await find(0).call("get")).code, reports], [2, 2, []]);
});

test("a later upgrade ends the probation of the one before", async () => {
  const { system, clock, module, find, reports, toTwo } = await tills(1);
  await toTwo({ probation: { for: 1000, restarts: 0 } });
  await upgrade(system, [change(module, till(2, inEuro))]);
  find(0).cast("crash");
  await clock.settle();
  assert.deepEqual([module.vsn, reports], [2, []]);
});

test("where a step is irreversible, probation restarts the processes on the old code", async () => {
  const { clock, module, find, reports, toTwo, all } = await tills(2, oneWay);
  await toTwo({ probation: { for: 1000, restarts: 0 } });
  find(0).cast("crash");
  await clock.settle();
  assert.deepEqual([module.vsn, reports.map(({ outcome, modules }) => [outcome, modules[0]?.kind])], [1, [["committed", "restart"]]]);
  assert.deepEqual(
    await all(),
    [
      { sum: 0, code: 1 },
      { sum: 0, code: 1 },
    ],
    "their states are lost",
  );
});

test("and where that is not possible either, it says so and the new code stays", async () => {
  const { system, clock, module, find, reports, toTwo } = await tills(1, oneWay);
  const alone = await system.start(module);
  await toTwo({ probation: { for: 1000, restarts: 0 } });
  find(0).cast("crash");
  await clock.settle();
  assert.deepEqual(
    reports.map(({ outcome, errors }) => [outcome, errors[0]?.code]),
    [["failed", "INSTAR_NOT_SUPERVISED"]],
  );
  assert.deepEqual([(await alone.call("get")).code, module.vsn], [2, 2]);
});

test("rollback takes the last upgrade back; validators and classes go the other way", async () => {
  const { system, clock, module, find, toTwo, all } = await tills(2);
  const asked: unknown[] = [];
  await toTwo({}, { validateBack: (state) => (asked.push(state), null) });
  find(1).cast("take", 10);
  await clock.settle();
  const report = await rollback(system);
  assert.deepEqual([report.outcome, report.why, report.modules[0]?.steps], ["committed", undefined, ["1 down"]]);
  assert.deepEqual(await all(), [
    { sum: 0, code: 1 },
    { sum: 11, code: 1 },
  ]);
  assert.deepEqual(asked, [{ sum: 0 }, { sum: 11 }]);
  assert.equal(module.vsn, 1);
});

test("after mode otp there is nothing to roll back, also where it was about another module", async () => {
  const { system, toTwo } = await tills(1);
  await toTwo();
  const other = actor<{ init(): null }>({ vsn: 1, init: () => null });
  await system.start(other);
  const changed = actor<{ init(): null }>({ vsn: 2, init: () => null, codeChange: { 1: { up: (s: null) => s, down: (s: null) => s } } });
  assert.equal((await upgrade(system, [change(other, changed)], { mode: "otp" })).outcome, "committed");
  const { outcome, errors } = await rollback(system);
  assert.deepEqual([outcome, errors.map(({ code }) => code)], ["refused", ["INSTAR_NO_ROLLBACK"]]);
  assert.match(errors[0]?.message ?? "", /mode otp, which knows no way back/);
});

test("what cannot be rolled back is refused and changes nothing", async () => {
  const { system, module, toTwo, all } = await tills(1, oneWay);
  const code = async () => (await rollback(system)).errors.map((error) => error.code);
  assert.deepEqual(await code(), ["INSTAR_NO_ROLLBACK"]);
  await toTwo();
  assert.deepEqual(await code(), ["INSTAR_CODE_CHANGE_IRREVERSIBLE"]);
  purge(system, moduleOf(module));
  assert.deepEqual(await code(), ["INSTAR_NO_ROLLBACK"]);
  assert.deepEqual(await all(), [{ sum: 0, unit: "EUR", code: 2 }]);
});

for (const [what, validateBack, expected] of [
  ["is asked of every state, and they stay as they are", () => null, ["committed", undefined, "rollBack"]],
  ["may refuse a state", () => "its sum is odd", ["failed", "INSTAR_STATE_INVALID", "rollBack"]],
  ["is not known: that is refused, and only a restart is left", undefined, ["refused", "INSTAR_CODE_CHANGE_MISSING", "restart"]],
] as const) {
  test(`an upgrade to another shape that needed no step is taken back without one: the check of the old shape ${what}`, async () => {
    const { system, module, find } = await tills(1);
    moduleOf(module).current.shape = "sum";
    const part = change(module, till(1), { shape: "sum, note?", compatible: () => true });
    const to2 = { ...part, to: { ...part.to, vsn: 2 }, ...(validateBack !== undefined && { validateBack }) };
    const planned = planUpgrade(system, { changes: [to2] }).modules[0]?.probation;
    assert.equal((await upgrade(system, [to2])).outcome, "committed");
    find(0).cast("take", 3);
    const report = await rollback(system);
    assert.deepEqual([report.outcome, report.errors[0]?.code, planned], expected);
    assert.equal((await find(0).call("get")).sum, 3);
  });
}
