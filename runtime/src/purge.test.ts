/** Old versions: who lingers in one, and what becomes of it when that version is purged or a third one is loaded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gate, change } from "../../test/support/load-version.ts";
import { currentFlight } from "./flight.ts";
import { actor, start, type Actor } from "./index.ts";
import { lingering, moduleOf, processes, purge, softPurge, upgrade } from "./internal.ts";
import type { LoadedModule } from "./module.ts";
import { live } from "./system.ts";
import { testSystem } from "./testing.ts";

interface Waiter {
  init(): number;
  calls: { wait(until: Promise<unknown>): number; get(): number };
}

const waiter = (vsn: number): Actor<Waiter> =>
  actor<Waiter>({
    vsn,
    init: () => vsn,
    calls: {
      wait: async ({ state, reply }, until) => {
        await until;
        return reply(state);
      },
      get: ({ reply }) => reply(vsn),
    },
    codeChange: { [vsn - 1 || 1]: { up: (state: number) => state, down: (state: number) => state } },
  });

/** Three processes, of which `busy` is in a handler of version 1 although version 2 is current; `unconverted` never left version 1. */
async function lingers() {
  const { system, clock } = testSystem();
  const handle = waiter(1);
  const module = moduleOf(handle);
  const [busy, unconverted, idle] = [await system.start(handle), await system.start(handle), await system.start(handle)];
  const { opened, open } = gate();
  const late = busy.call("wait", opened).then(
    (value) => value,
    (error: { reason?: unknown }) => error.reason,
  );
  await clock.settle();
  const ended: unknown[] = [];
  for (const pid of [busy, unconverted, idle])
    void live(system)
      .processes.get(pid.id)
      ?.ended()
      .then((reason) => ended.push([pid.id, reason]));
  load(module, change(handle, waiter(2)).to);
  for (const pid of [busy, idle]) Object.assign(live(system).processes.get(pid.id) ?? assert.fail(), { version: module.current });
  const alive = () => [...live(system).processes.values()].map(({ pid }) => pid.id);
  return { system, clock, handle, module, busy, unconverted, idle, open, late, ended, alive };
}

/** Loading alone, as OTP's mode does it to processes that are busy: nobody is asked. */
function load(module: LoadedModule, to: LoadedModule["current"]): void {
  Object.assign(module, { old: module.current, current: to });
}

test("without an old version there is nothing to purge", () => {
  const { system } = testSystem();
  const module = moduleOf(waiter(1));
  assert.equal(purge(system, module), false);
  assert.equal(softPurge(system, module), true);
});

test("a process that has not begun when its version is purged begins in the current one", async () => {
  const { system } = testSystem();
  const handle = waiter(1);
  const module = moduleOf(handle);
  const started = system.start(handle);
  const upgraded = upgrade(system, [change(handle, waiter(2))]);
  assert.equal(module.current.vsn, 2);
  assert.equal(softPurge(system, module), true);
  assert.equal(await (await started).call("get"), 2);
  assert.equal((await upgraded).outcome, "committed");
});

test("a process lingers while its handler began in the old version, or while it was never converted, and ps says so", async () => {
  const { system, clock, module, busy, unconverted, idle, open, late } = await lingers();
  const held = () => lingering(system, module, module.old ?? assert.fail()).map(({ pid }) => pid.id);
  const old = () =>
    processes(system)
      .filter((info) => info.oldCode)
      .map((info) => info.pid);
  assert.deepEqual(held(), [busy.id, unconverted.id]);
  assert.deepEqual(old(), held());
  open();
  assert.equal(await late, 1);
  await clock.settle();
  assert.deepEqual(held(), [unconverted.id]);
  assert.deepEqual(old(), held());
  assert.equal(await idle.call("get"), 2);
});

test("soft purge refuses while a process lingers, and ends nobody", async () => {
  const { system, module, alive, open, busy, unconverted, late } = await lingers();
  const { old } = module;
  assert.equal(softPurge(system, module), false);
  assert.equal(module.old, old);
  assert.equal(alive().length, 3);
  open();
  await late;
  live(system).processes.get(unconverted.id)?.kill();
  assert.equal(softPurge(system, module), true);
  assert.equal(module.old, null);
  assert.ok(alive().includes(busy.id));
});

test("purge ends what lingers with killed, drops the version, and leaves the others alone", async () => {
  const { system, clock, module, alive, busy, unconverted, idle, late, open, ended } = await lingers();
  assert.equal(purge(system, module), true);
  assert.equal(module.old, null);
  assert.deepEqual(alive(), [idle.id]);
  assert.equal(await late, "killed");
  open();
  await clock.settle();
  assert.deepEqual(ended, [
    [busy.id, "killed"],
    [unconverted.id, "killed"],
  ]);
  assert.equal(purge(system, module), false);
});

test("a commit converts what was left behind, and keeps no version but the current and the one before", async () => {
  const { system, clock, handle, module, alive, unconverted, idle, open, busy, late } = await lingers();
  open();
  await late;
  const third = await upgrade(system, [change(handle, waiter(3))]);
  assert.equal(third.outcome, "committed");
  await clock.settle();
  assert.deepEqual([module.old?.vsn, module.current.vsn], [2, 3]);
  assert.deepEqual(alive(), [busy.id, unconverted.id, idle.id]);
  assert.deepEqual(lingering(system, module, module.old ?? assert.fail()), []);
  assert.equal(
    processes(system).some(({ oldCode }) => oldCode),
    false,
  );
});

test("neither an ended process, nor a handler that is done, nor a parent's one holds a version", async () => {
  const { system, clock } = testSystem();
  const flights: object[] = [];
  const handle = actor<{ init(): number; calls: { child(): Promise<unknown> } }>({
    vsn: 1,
    init: () => 1,
    calls: {
      child: async ({ reply }) => {
        flights.push(currentFlight() ?? assert.fail());
        return reply(await start(waiter(1)));
      },
    },
  });
  const pid = await system.start(handle);
  await pid.call("child");
  const [process] = [...live(system).processes.values()];
  assert.deepEqual(
    flights.map((flight) => (flight as { version: unknown }).version),
    [null],
  );
  assert.equal(process?.version, moduleOf(handle).current);
  process?.kill();
  await clock.settle();
  assert.deepEqual([process?.version.vsn, process?.version.definition], [1, null]);
});
