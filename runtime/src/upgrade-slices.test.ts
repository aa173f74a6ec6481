/** Upgrades in slices: what old code does meanwhile counts, whoever starts or ends meanwhile is neither lost nor left behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { change, gate } from "../../test/support/load-version.ts";
import { actor, irreversible, stop, sys, type Actor, type CodeChange, type Pid } from "./index.ts";
import { moduleOf, processes, subscribe, upgrade, type UpgradeOptions } from "./internal.ts";
import { live } from "./system.ts";
import { testSystem, type TestSystem } from "./testing.ts";

interface Cell {
  init(n: number): CellState;
  calls: { get(): CellState; add(k: number): number; hold(until: Promise<unknown>): number };
  casts: { put(k: number): void; remindIn(ms: number): void };
  infos: { remind(k: number): void };
}

/** Changed in place, as code that does not know better does. */
interface CellState {
  n: number;
  unit?: string;
}

function cell(vsn: 1 | 2, steps: CodeChange = {}): Actor<Cell> {
  const own = (state: CellState): CellState => {
    assert.equal(state.unit, vsn === 1 ? undefined : "kg", "code and state are of one version");
    return state;
  };
  return actor<Cell>({
    vsn,
    codeChange: steps,
    init: (n) => (vsn === 1 ? { n } : { n, unit: "kg" }),
    calls: {
      get: ({ state, reply }) => reply({ ...own(state) }),
      add: ({ state, reply }, k) => reply((own(state).n += k)),
      hold: async ({ state, reply }, until) => {
        await until;
        return reply((own(state).n += 1000));
      },
    },
    casts: {
      put: ({ state, next }, k) => ((own(state).n += k), next()),
      remindIn: ({ self, next }, ms) => (self.sendAfter(ms, "remind", 7), next()),
    },
    infos: { remind: ({ state, next }, k) => ((own(state).n += k), next()) },
  });
}

const weigh: CodeChange = { 1: { up: ({ n }: CellState) => ({ n, unit: "kg" }), down: ({ n }: CellState) => ({ n }) } };

async function cells(count: number): Promise<TestSystem & { module: Actor<Cell>; pids: Pid<Cell>[] }> {
  const world = testSystem();
  const module = cell(1);
  return { ...world, module, pids: await Promise.all(Array.from({ length: count }, (_, n) => world.system.start(module, { args: [n] }))) };
}

/** Two states a slice, so that a test can do something after each. */
const inSlices: UpgradeOptions = { pace: { oneTurn: 0, slice: 2 } };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const numbers = async (pids: readonly Pid<Cell>[]): Promise<number[]> =>
  (await Promise.all(pids.map((pid) => pid.call("get")))).map(({ n }) => n);

describe("while states are prepared", () => {
  test("the old code serves, and what it does to states that were prepared already is in the new ones", async () => {
    const { system, module, pids } = await cells(10);
    const running = upgrade(system, [change(module, cell(2, weigh))], inSlices);
    await turn();
    const replies = [await pids[0]!.call("add", 100), await pids[9]!.call("add", 100)];
    assert.deepEqual([replies, module.vsn], [[100, 109], 1], "served at once, by the old code");
    pids[1]!.cast("put", 200);
    const report = await running;
    assert.equal(report.outcome, "committed");
    assert.ok((report.time.slices ?? 0) >= 5, "it took several slices");
    assert.deepEqual(await numbers(pids), [100, 201, 2, 3, 4, 5, 6, 7, 8, 109]);
    assert.deepEqual(report.processes.map(({ pid, before, after }) => [pid, before, after]).slice(0, 2), [
      [pids[0]!.id, "{ n: 100 }", "{ n: 100, unit: 'kg' }"],
      [pids[1]!.id, "{ n: 201 }", "{ n: 201, unit: 'kg' }"],
    ]);
    assert.equal(report.processes.length, 10);
    assert.ok(processes(system).every(({ vsn, oldCode }) => vsn === 2 && !oldCode));
  });

  test("a process that starts takes part, one that ends does not, one in its init is converted when that is done", async () => {
    const { system, clock, module, pids } = await cells(6);
    const running = upgrade(system, [change(module, cell(2, weigh))], inSlices);
    await turn();
    const early = await system.start(module, { args: [50] });
    await stop(pids[0]!);
    await stop(pids[5]!);
    void system.start(module, { args: [60], name: "late" });
    const report = await running;
    await clock.settle();
    assert.deepEqual(await numbers([...pids.slice(1, 5), early, system.whereis<Cell>("late")!]), [1, 2, 3, 4, 50, 60]);
    const rows = report.processes.map(({ pid }) => pid);
    assert.deepEqual(
      rows.slice(0, 5),
      [...pids.slice(1, 5), early].map(({ id }) => id),
    );
    assert.ok(processes(system).every(({ vsn }) => vsn === 2));
  });

  test("traffic that touches every process all the time does not put the commit off for ever", async () => {
    const { system, module, pids } = await cells(30);
    let on = true;
    const load = pids.map(async (pid) => {
      let sum = 0;
      for (; on; sum++) await pid.call("add", 1);
      return sum;
    });
    assert.equal((await upgrade(system, [change(module, cell(2, weigh))], inSlices)).outcome, "committed");
    on = false;
    const sums = await Promise.all(load);
    assert.deepEqual(
      await numbers(pids),
      sums.map((sum, n) => sum + n),
    );
  });

  test("handlers in flight are waited for, whether they began before or meanwhile", async () => {
    const { system, module, pids } = await cells(6);
    const { opened, open } = gate();
    const held = [pids[0]!.call("hold", opened)];
    const told: string[] = [];
    subscribe(system, (event) => event.type === "upgrading" && told.push(`${event.progress.phase} ${event.progress.busy}`));
    const running = upgrade(system, [change(module, cell(2, weigh))], inSlices);
    await turn();
    held.push(pids[1]!.call("hold", opened));
    for (let i = 0; i < 10; i++) await turn();
    assert.equal(module.vsn, 1);
    const waits = pids[2]!.call("get");
    assert.deepEqual(told, ["convert 0", "rest 2"]);
    open();
    assert.equal((await running).outcome, "committed");
    assert.deepEqual([await Promise.all(held), await waits], [[1000, 1001], { n: 2, unit: "kg" }]);
    assert.deepEqual(await numbers(pids), [1000, 1001, 2, 3, 4, 5]);
  });

  test("states that sys replaces are converted as they are then, and a process that sys suspended stays so", async () => {
    const { system, module, pids } = await cells(6);
    await sys.suspend(pids[3]!);
    const running = upgrade(system, [change(module, cell(2, weigh))], inSlices);
    await turn();
    await sys.replaceState(pids[0]!, () => ({ n: 77 }));
    pids[3]!.cast("put", 5);
    assert.equal((await running).outcome, "committed");
    assert.deepEqual(await sys.getState(pids[0]!), { n: 77, unit: "kg" });
    assert.deepEqual(await sys.getState(pids[3]!), { n: 3, unit: "kg" }, "not yet handled");
    await sys.resume(pids[3]!);
    assert.equal((await pids[3]!.call("get")).n, 8);
  });

  for (const [what, after] of [
    ["prepared", 2],
    ["about to be", 0],
  ] as const) {
    test(`an info to come, and a message behind sys, are translated for a process that is ${what}`, async () => {
      const { system, clock, module, pids } = await cells(8);
      const step = { ...weigh[1]!, messages: { remind: (k: number) => [k * 10], put: (k: number) => [k * 10] } };
      await sys.suspend(pids[1]!);
      const running = upgrade(system, [change(module, cell(2, { 1: step }))], inSlices);
      for (let i = 0; i < after; i++) await turn();
      pids[0]!.cast("remindIn", 1000);
      pids[1]!.cast("put", 1);
      const report = await running;
      await clock.settle();
      await sys.resume(pids[1]!);
      await clock.advance(1000);
      assert.deepEqual([report.outcome, (await numbers(pids)).slice(0, 3)], ["committed", [70, 11, 2]]);
    });
  }
});

describe("what fails in slices changes nothing, and leaves no second states", () => {
  const failing: CodeChange = {
    1: { up: (s: CellState) => (s.n === 4 ? assert.fail("four") : { n: s.n, unit: "kg" }), down: irreversible("test") },
  };
  const abort = new AbortController();
  for (const [what, steps, options, outcome] of [
    ["a step that fails", failing, {}, "failed"],
    ["a commit that fails", weigh, { onCommit: () => assert.fail("table") }, "failed"],
    ["a cancelation between two slices", weigh, { signal: abort.signal }, "canceled"],
  ] as const) {
    test(what, async () => {
      const { system, module, pids } = await cells(8);
      const running = upgrade(system, [change(module, cell(2, steps))], { ...inSlices, ...options });
      await turn();
      assert.equal((await upgrade(system, [change(module, cell(2, weigh))])).errors[0]?.code, "INSTAR_UPGRADE_IN_PROGRESS");
      if (outcome === "canceled") abort.abort();
      const report = await running;
      assert.deepEqual([report.outcome, module.vsn, moduleOf(module).old, report.processes], [outcome, 1, null, []]);
      assert.deepEqual(await numbers(pids), [0, 1, 2, 3, 4, 5, 6, 7]);
      for (const process of live(system).processes.values())
        assert.deepEqual([process.preparedBy, process.preparedState], [null, undefined]);
      assert.equal((await upgrade(system, [change(module, cell(2, weigh))], inSlices)).outcome, "committed");
    });
  }

  test("a cancelation right after the last slice", async () => {
    const { system, clock, module, pids } = await cells(2);
    const { opened, open } = gate();
    const held = pids[0]!.call("hold", opened);
    await clock.settle();
    const late = new AbortController();
    const running = upgrade(system, [change(module, cell(2, weigh))], { pace: { oneTurn: 0 }, onBusy: "wait", signal: late.signal });
    late.abort();
    const turns = Promise.all(Array.from({ length: 10 }, turn)).then(() => open());
    assert.equal((await running).outcome, "canceled");
    await turns;
    assert.deepEqual([await held, await numbers(pids)], [1000, [1000, 1]]);
  });

  test("a busy process names itself when the time is over", async () => {
    const { system, clock, module, pids } = await cells(8);
    void pids[5]!.withTimeout(Infinity).call("hold", new Promise(() => {}));
    const running = upgrade(system, [change(module, cell(2, weigh))], { ...inSlices, timeout: 100 });
    await clock.settle();
    for (let i = 0; i < 20; i++) await turn();
    await clock.advance(100);
    const report = await running;
    assert.deepEqual(
      report.errors.map(({ code, pid }) => [code, pid]),
      [["INSTAR_PROCESS_BUSY", pids[5]!.id]],
    );
    assert.deepEqual(await numbers(pids.slice(0, 3)), [0, 1, 2]);
  });
});

test("a rehearsal of many processes is sliced as well", async () => {
  const { system, module, pids } = await cells(9);
  const running = upgrade(system, [change(module, cell(2, weigh))], { ...inSlices, rehearse: true });
  await turn();
  assert.equal(await pids[0]!.call("add", 1), 1);
  const report = await running;
  assert.deepEqual([report.outcome, report.processes.length, module.vsn], ["rehearsed", 9, 1]);
});
