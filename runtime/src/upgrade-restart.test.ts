/** Processes that an upgrade restarts instead of converting them, and those that it cannot restart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { change, gate } from "../../test/support/load-version.ts";
import { actor, child, supervisor, type Actor, type CodeChange, type RestartType } from "./index.ts";
import { processes, upgrade } from "./internal.ts";
import { testSystem } from "./testing.ts";

interface Job {
  init(): { readonly n: number; readonly vsn: number };
  calls: { get(): readonly [n: number, vsn: number, state: number]; work(until: Promise<unknown>): number };
  casts: { add(k: number): void };
}

const steps: CodeChange = { 1: { up: (s: { n: number }) => ({ n: s.n, vsn: 2 }), down: (s: { n: number }) => ({ n: s.n, vsn: 1 }) } };
const job = (vsn: 1 | 2): Actor<Job> =>
  actor<Job>({
    vsn,
    codeChange: vsn === 2 ? steps : {},
    init: () => ({ n: 0, vsn }),
    calls: {
      get: ({ state, reply }) => reply([state.n, vsn, state.vsn]),
      work: async ({ state, reply }, until) => {
        await until;
        return reply(vsn, { n: 99, vsn: state.vsn });
      },
    },
    casts: { add: ({ state, next }, k) => next({ n: state.n + k, vsn: state.vsn }) },
  });

async function jobs(restart: RestartType | null) {
  const world = testSystem();
  const module = job(1);
  const children = [
    child(module, { id: "busy", name: "busy", restart: restart ?? "permanent" }),
    child(module, { id: "idle", name: "idle" }),
  ];
  if (restart === null) for (const name of ["busy", "idle"]) await world.system.start(module, { name });
  else await world.system.start(supervisor({ children }));
  const find = (name: string) => world.system.whereis<Job>(name) ?? assert.fail(`${name} does not live`);
  for (const name of ["busy", "idle"]) find(name).cast("add", 5);
  const { opened, open } = gate();
  const held = find("busy").withTimeout(Infinity).call("work", opened);
  await world.clock.settle();
  return { ...world, module, find, open, held };
}

test("onBusy restart: who does not come to rest is killed at the commit and started anew by its supervisor, on the new code", async () => {
  const { system, clock, module, find, open, held } = await jobs("permanent");
  const before = find("busy");
  const lost = assert.rejects(held, { code: "INSTAR_CALL_EXITED", reason: "killed" });
  const running = upgrade(system, [change(module, job(2))], { onBusy: "restart", timeout: 100 });
  await clock.advance(99);
  assert.equal(module.vsn, 1, "it has until the timeout");
  await clock.advance(1);
  const report = await running;
  await lost;
  await clock.settle();
  assert.deepEqual(
    [report.outcome, report.errors, report.processes.map(({ name, restarted }) => [name, restarted])],
    [
      "committed",
      [],
      [
        ["idle", undefined],
        ["busy", true],
      ],
    ],
  );
  assert.notEqual(find("busy"), before);
  assert.deepEqual(
    [await find("busy").call("get"), await find("idle").call("get")],
    [
      [0, 2, 2],
      [5, 2, 2],
    ],
  );
  open();
  await clock.settle();
  assert.deepEqual(await find("busy").call("get"), [0, 2, 2], "what the old handler still returned is nobody's");
  assert.ok(processes(system).every(({ status, oldCode }) => status === "idle" && !oldCode));
});

test("one that comes to rest in time is converted like the others", async () => {
  const { system, clock, module, find, open } = await jobs("permanent");
  const running = upgrade(system, [change(module, job(2))], { onBusy: "restart", timeout: 100 });
  await clock.advance(50);
  open();
  const report = await running;
  assert.deepEqual(
    report.processes.map(({ restarted }) => restarted),
    [undefined, undefined],
  );
  assert.deepEqual(await find("busy").call("get"), [99, 2, 2]);
});

for (const [what, restart, why] of [
  ["has no supervisor", null, /it has no supervisor/],
  ["is temporary", "temporary", /temporary/],
] as const) {
  test(`onBusy restart refuses where the busy process ${what}: it would be gone`, async () => {
    const { system, clock, module, find, open, held } = await jobs(restart);
    const running = upgrade(system, [change(module, job(2))], { onBusy: "restart", timeout: 100 });
    await clock.advance(100);
    const { outcome, errors } = await running;
    assert.deepEqual([outcome, errors.map(({ code, name }) => [code, name])], ["failed", [["INSTAR_PROCESS_BUSY", "busy"]]]);
    assert.match(errors[0]!.message, why);
    open();
    assert.equal(await held, 1);
    assert.deepEqual(
      [await find("busy").call("get"), await find("idle").call("get")],
      [
        [99, 1, 1],
        [5, 1, 1],
      ],
    );
  });
}

test("a module whose change is a restart: all of its processes begin anew on the new code, busy or not, and the others are converted", async () => {
  const { system, clock, module, find, held } = await jobs("permanent");
  const lost = assert.rejects(held, { reason: "killed" });
  const other = job(1);
  const kept = await system.start(other);
  kept.cast("add", 3);
  for (const k of [1, 2]) find("busy").cast("add", k);
  const report = await upgrade(system, [{ ...change(module, job(2)), kind: "restart", steps: [] }, change(other, job(2))]);
  await lost;
  await clock.settle();
  assert.deepEqual([report.outcome, report.modules.map(({ kind }) => kind)], ["committed", ["restart", "convert"]]);
  assert.deepEqual(
    report.processes.map(({ name, restarted, queued }) => [name, restarted, queued]),
    [
      [null, undefined, 1],
      ["busy", true, 2],
      ["idle", true, 0],
    ],
    "what waited for those that were restarted is counted",
  );
  assert.deepEqual(await Promise.all(["busy", "idle"].map((name) => find(name).call("get"))), [
    [0, 2, 2],
    [0, 2, 2],
  ]);
  assert.deepEqual(await kept.call("get"), [3, 2, 2]);
});

test("and where one of them has no supervisor, nothing is changed", async () => {
  const { system, module, find, open } = await jobs("permanent");
  open();
  const alone = await system.start(module);
  const report = await upgrade(system, [{ ...change(module, job(2)), kind: "restart", steps: [] }]);
  assert.deepEqual([report.outcome, report.errors.map(({ code, pid }) => [code, pid])], ["failed", [["INSTAR_NOT_SUPERVISED", alone.id]]]);
  assert.deepEqual(await find("idle").call("get"), [5, 1, 1]);
});
