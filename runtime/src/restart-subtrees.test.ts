/** Restarting one subtree after the other: what it says before is what happens, and a version that does not start is taken back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plan } from "../../test/support/load-version.ts";
import { actor, child, supervisor, type Actor } from "./index.ts";
import { moduleOf, planUpgrade, processes, upgrade, type ModuleChange } from "./internal.ts";
import { testSystem } from "./testing.ts";

interface Job {
  init(name: string): { readonly n: number; readonly vsn: number };
  calls: { get(): readonly [n: number, code: number, state: number] };
  casts: { add(): void };
}

const started: string[] = [];
const job = (vsn: number, fails = ""): Actor<Job> =>
  actor<Job>({
    vsn,
    init: (name) => {
      if (name === fails) throw new Error(`${name} does not start`);
      started.push(`${name} ${vsn}`);
      return { n: 0, vsn };
    },
    calls: { get: ({ state, reply }) => reply([state.n, vsn, state.vsn]) },
    casts: { add: ({ state, next }) => next({ ...state, n: state.n + 1 }) },
  });

const names = ["a", "b", "c", "d", "e", "f"];

/** Two jobs alone, two that go together, and two of which the second goes with the first; and one that is no job beside those that go together. */
async function tree() {
  const world = testSystem();
  const module = job(1);
  const other = actor<{ init(): { calm: true } }>({ vsn: 1, init: () => ({ calm: true }) });
  const of = (...own: string[]) => own.map((name) => child(module, { id: name, name, args: [name] }));
  const strategies = [
    supervisor({ strategy: "one_for_one", intensity: { restarts: 0, within: 5000 }, children: of("a", "b") }),
    supervisor({
      strategy: "one_for_all",
      intensity: { restarts: 0, within: 5000 },
      children: [...of("c", "d"), child(other, { id: "x", name: "x" })],
    }),
    supervisor({ strategy: "rest_for_one", intensity: { restarts: 0, within: 5000 }, children: of("e", "f") }),
  ];
  const children = strategies.map((each, at) => child(each, { id: `s${at}` }));
  await world.system.start(supervisor({ intensity: { restarts: 0, within: 5000 }, children }));
  const get = (name: string) => (world.system.whereis<Job>(name) ?? assert.fail(name)).call("get");
  for (const name of names) world.system.whereis<Job>(name)?.cast("add");
  started.length = 0;
  return { ...world, module, get };
}

const restart = <P>(module: Actor<P>, to: Actor<P>): ModuleChange => ({ ...plan(module, to).change, kind: "restart", steps: [] });

test("what is said to be lost is lost, and nothing else: one subtree after the other, without a restart that counts", async () => {
  const { system, clock, module, get, logs } = await tree();
  const changes = [restart(module, job(2))];
  const before = new Map(processes(system).map(({ pid, name }) => [pid, name]));
  const planned = planUpgrade(system, { changes }).restart.map(({ pid }) => pid);
  const running = upgrade(system, changes, { bySubtree: true });
  await clock.settle();
  const report = await running;
  assert.deepEqual([report.outcome, report.errors], ["committed", []]);
  assert.deepEqual(
    started,
    names.map((name) => `${name} 2`),
  );
  const alive = new Set(processes(system).map(({ pid }) => pid));
  const gone = [...before.keys()].filter((pid) => !alive.has(pid));
  assert.deepEqual(planned.toSorted(), gone.toSorted());
  assert.deepEqual(report.processes.map(({ pid }) => pid).toSorted(), gone.toSorted());
  assert.deepEqual(
    gone.map((pid) => before.get(pid)),
    ["a", "b", "c", "d", "x", "e", "f"],
  );
  for (const name of names) assert.deepEqual(await get(name), [0, 2, 2]);
  assert.deepEqual(
    logs.filter(({ text }) => text.includes("gives up")),
    [],
  );
});

test("a message of a subtree that has not had its turn reaches the new code as it is: it is neither lost nor translated", async () => {
  interface Note {
    init(): readonly (readonly unknown[])[];
    calls: { seen(): readonly (readonly unknown[])[] };
    casts: { take(...said: readonly unknown[]): void; pass(): void };
  }
  const { system, clock } = testSystem();
  const steps = { 1: { up: () => [], down: () => [], messages: { take: { up: () => ["translated"], down: () => [] } } } };
  const note = (vsn: 1 | 2): Actor<Note> =>
    actor<Note>({
      vsn,
      codeChange: vsn === 2 ? steps : {},
      init: () => {
        // As soon as the first one is back; the second one has the old code then.
        if (vsn === 2) system.whereis<Note>("second")?.cast("pass");
        return [];
      },
      calls: { seen: ({ state, reply }) => reply(state) },
      casts: {
        take: ({ state, next }, ...said) => next([...state, [vsn, ...said]]),
        pass: ({ next }) => {
          system.whereis<Note>("first")?.cast("take", `from ${vsn}`);
          return next();
        },
      },
    });
  const module = note(1);
  const children = ["first", "second"].map((name) => child(supervisor({ children: [child(module, { id: name, name })] }), { id: name }));
  await system.start(supervisor({ children }));
  const running = upgrade(system, [restart(module, note(2))], { bySubtree: true });
  await clock.settle();
  assert.equal((await running).outcome, "committed");
  const [seen] = (await system.whereis<Note>("first")?.call("seen")) ?? [];
  assert.deepEqual(seen, [2, "from 1"]);
});

test("a version that does not start in the second subtree is taken back, and the others have their states", async () => {
  const { system, clock, module, get } = await tree();
  const running = upgrade(system, [restart(module, job(2, "d"))], { bySubtree: true });
  await clock.settle();
  const report = await running;
  assert.equal(report.outcome, "failed");
  assert.match(report.errors[0]?.message ?? "", /did not come back on the new code: d did not start: .*The old code is current again/s);
  assert.equal(module.vsn, 1);
  await clock.settle();
  const now = await Promise.all(names.map(async (name) => [name, ...(await get(name))]));
  assert.deepEqual(now, [
    ["a", 0, 1, 1],
    ["b", 0, 1, 1],
    ["c", 0, 1, 1],
    ["d", 0, 1, 1],
    ["e", 1, 1, 1],
    ["f", 1, 1, 1],
  ]);
  assert.equal(moduleOf(module).current.vsn, 1);
  // And again, with a version that starts.
  const again = upgrade(system, [restart(module, job(3))], { bySubtree: true });
  await clock.settle();
  assert.equal((await again).outcome, "committed");
  assert.deepEqual(await get("d"), [0, 3, 3]);
});
