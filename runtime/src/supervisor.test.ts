/** Supervisors: order, restart types, intensity, shutdown, names. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gate } from "../../test/support/load-version.ts";
import {
  actor,
  child,
  exit,
  InstarError,
  supervisor,
  type ChildSpec,
  type ExitReason,
  type Pid,
  type RestartType,
  type Shutdown,
} from "./index.ts";
import { formatReason } from "./exit.ts";
import { processes } from "./internal.ts";
import { testSystem } from "./testing.ts";

interface Worker {
  init(id: string, log: string[], failing?: { count: number }): { readonly id: string; readonly log: string[] };
  casts: { quit(reason: ExitReason): void; terminateSlowly(gate: Promise<unknown>): void };
  calls: { id(): string };
  infos: { exit(from: Pid<unknown> | null, reason: ExitReason): void };
}

let slow: Promise<unknown> | null = null;

const worker = actor<Worker>({
  vsn: 1,
  id: "test/worker",
  trapExit: true,
  init: (id, log, failing = { count: 0 }) => {
    if (failing.count-- === 1) throw new Error(`${id} cannot start`);
    log.push(`+${id}`);
    return { id, log };
  },
  calls: { id: ({ state, reply }) => reply(state.id) },
  casts: {
    quit: ({ stop }, reason) => stop(reason),
    terminateSlowly: ({ next }, gate) => {
      slow = gate;
      return next();
    },
  },
  infos: { exit: ({ next }) => next() },
  terminate: async ({ state }, reason) => {
    const waits = slow;
    slow = null;
    await waits;
    state.log.push(`-${state.id} ${typeof reason === "string" ? reason : "crash"}`);
  },
});

const specs = (log: string[], ids: string, options: { restart?: RestartType; shutdown?: Shutdown } = {}): ChildSpec[] =>
  ids.split("").map((id) => child(worker, { id, args: [id, log], name: id, ...options }));

describe("supervisor", () => {
  test("starts children in order and ends them in reverse", async () => {
    const { system } = testSystem();
    const log: string[] = [];
    const app = await system.start(supervisor({ children: specs(log, "abc") }), { name: "app" });
    assert.deepEqual(
      (await app.call("whichChildren")).map(({ id, module, kind, restart, restarts }) => [id, module, kind, restart, restarts]),
      [
        ["c", "test/worker", "actor", "permanent", 0],
        ["b", "test/worker", "actor", "permanent", 0],
        ["a", "test/worker", "actor", "permanent", 0],
      ],
    );
    assert.ok(
      processes(system)
        .slice(1)
        .every(({ parent }) => parent === app.id),
    );
    await system.stop();
    assert.deepEqual(log, ["+a", "+b", "+c", "-c shutdown", "-b shutdown", "-a shutdown"]);
    assert.deepEqual(processes(system), []);
  });

  test("a child that does not start undoes those before it, and the supervisor does not start", async () => {
    const { system } = testSystem();
    const log: string[] = [];
    const app = supervisor({ children: [...specs(log, "ab"), child(worker, { id: "x", args: ["x", log, { count: 1 }] })] });
    await assert.rejects(
      system.start(app),
      (error) => error instanceof InstarError && error.code === "INSTAR_INIT_FAILED" && /child x.*x cannot start/.test(error.message),
    );
    assert.deepEqual(log, ["+a", "+b", "-b shutdown", "-a shutdown"]);
    assert.deepEqual(processes(system), []);
  });

  test("one_for_one restarts the child that ended, alone, with its name and a new pid", async () => {
    const { system, clock, logs } = testSystem();
    const log: string[] = [];
    const app = await system.start(supervisor({ intensity: { restarts: 2, within: 1000 }, children: specs(log, "ab") }));
    const [a, b] = [system.whereis<Worker>("a"), system.whereis<Worker>("b")];
    a?.cast("quit", new Error("boom"));
    await clock.settle();
    assert.deepEqual(log, ["+a", "+b", "-a crash", "+a"]);
    const again = system.whereis<Worker>("a") as Pid<Worker>;
    assert.notEqual(again, a);
    assert.equal(await again.call("id"), "a");
    assert.equal(system.whereis("b"), b);
    assert.equal(processes(system).find(({ name }) => name === "a")?.restarts, 1);
    assert.equal((await app.call("whichChildren")).find(({ id }) => id === "a")?.restarts, 1);
    assert.equal(logs.length, 1);
  });

  const outcomes: Record<RestartType, Record<string, string>> = {
    permanent: { normal: "restarted", shutdown: "restarted", orderly: "restarted", boom: "restarted" },
    transient: { normal: "kept", shutdown: "kept", orderly: "kept", boom: "restarted" },
    temporary: { normal: "removed", shutdown: "removed", orderly: "removed", boom: "removed" },
  };
  for (const [restart, byReason] of Object.entries(outcomes) as [RestartType, Record<string, string>][]) {
    for (const [reason, expected] of Object.entries(byReason)) {
      test(`a ${restart} child that ends for ${reason} is ${expected}`, async () => {
        const { system, clock } = testSystem();
        const app = await system.start(supervisor({ children: specs([], "a", { restart }) }));
        const before = system.whereis<Worker>("a");
        before?.cast("quit", reason === "orderly" ? { shutdown: "x" } : reason);
        await clock.settle();
        const [info] = await app.call("whichChildren");
        const seen =
          info === undefined ? "removed" : info.pid === null ? "kept" : (info.pid as unknown) === before ? "untouched" : "restarted";
        assert.equal(seen, expected);
      });
    }
  }

  test("a restart beyond the intensity ends the supervisor for shutdown, and the other children with it", async () => {
    const { system, clock, logs } = testSystem();
    const log: string[] = [];
    await system.start(supervisor({ intensity: { restarts: 2, within: 10_000 }, children: specs(log, "ab") }), { name: "app" });
    const crash = async (name: string): Promise<void> => {
      system.whereis<Worker>(name)?.cast("quit", "boom");
      await clock.settle();
    };
    await crash("a");
    await crash("b");
    assert.notEqual(system.whereis("app"), null, "two are allowed, of whichever children");
    await crash("a");
    assert.equal(system.whereis("app"), null);
    assert.deepEqual(processes(system), []);
    assert.deepEqual(log.slice(-2), ["-a boom", "-b shutdown"]);
    assert.match(logs.at(-1)?.text ?? "", /gives up: child a ended \(boom\) and would be restart 3 within 10000 ms, where 2 are allowed/);
  });

  for (const [later, alive] of [
    [10_000, false],
    [10_001, true],
  ] as const) {
    test(`the window slides: a restart ${later} ms ago ${alive ? "no longer counts" : "still counts"} within 10000 ms`, async () => {
      const { system, clock } = testSystem();
      await system.start(supervisor({ intensity: { restarts: 1, within: 10_000 }, children: specs([], "a") }), { name: "app" });
      system.whereis<Worker>("a")?.cast("quit", "boom");
      await clock.advance(later);
      system.whereis<Worker>("a")?.cast("quit", "boom");
      await clock.settle();
      assert.equal(system.whereis("app") !== null, alive);
    });
  }

  test("intensity 0 ends the supervisor at the first restart", async () => {
    const { system, clock } = testSystem();
    await system.start(supervisor({ intensity: { restarts: 0, within: 1000 }, children: specs([], "a") }));
    system.whereis<Worker>("a")?.cast("quit", "boom");
    await clock.settle();
    assert.deepEqual(processes(system), []);
  });

  test("a restart that fails is tried again, and each attempt counts", async () => {
    const { system, clock, logs } = testSystem();
    const log: string[] = [];
    // Starts; then the second start fails, the third succeeds.
    const failing = { count: 2 };
    const app = supervisor({
      intensity: { restarts: 2, within: 1000 },
      children: [child(worker, { id: "a", name: "a", args: ["a", log, failing] })],
    });
    await system.start(app, { name: "app" });
    system.whereis<Worker>("a")?.cast("quit", "boom");
    await clock.settle();
    assert.deepEqual(log, ["+a", "-a boom", "+a"]);
    assert.match(logs.map(({ text }) => text).join("\n"), /could not restart child a/);
    system.whereis<Worker>("a")?.cast("quit", "boom");
    await clock.settle();
    assert.equal(system.whereis("app"), null, "that was the third");
  });

  test("supervisors below supervisors: the one that gives up is restarted by the one above", async () => {
    const { system, clock } = testSystem();
    const log: string[] = [];
    const below = supervisor({ intensity: { restarts: 0, within: 1000 }, children: specs(log, "ab") });
    await system.start(supervisor({ children: [child(below, { id: "below", name: "below" })] }));
    const before = system.whereis("below");
    system.whereis<Worker>("a")?.cast("quit", "boom");
    await clock.settle();
    assert.notEqual(system.whereis("below"), before);
    assert.deepEqual(log, ["+a", "+b", "-a boom", "-b shutdown", "+a", "+b"]);
  });

  for (const [shutdown, expected] of [
    [200, ["+a"]],
    ["infinity", ["+a", "-a shutdown"]],
  ] as const) {
    test(`shutdown ${shutdown}: a child whose terminate takes 600 ms is ${shutdown === 200 ? "killed" : "waited for"}`, async () => {
      const { system, clock } = testSystem();
      const log: string[] = [];
      await system.start(supervisor({ children: specs(log, "a", { shutdown }) }));
      system.whereis<Worker>("a")?.cast("terminateSlowly", new Promise<void>((resolve) => clock.setTimeout(resolve, 600)));
      const stopped = system.stop();
      await clock.advance(599);
      assert.deepEqual(processes(system).length, shutdown === 200 ? 0 : 2);
      await clock.advance(1);
      await stopped;
      assert.deepEqual(log.slice(0, expected.length), expected);
    });
  }

  test("brutalKill does not run terminate; a killed supervisor takes its children along, by the link to it", async () => {
    const { system } = testSystem();
    const log: string[] = [];
    const below = supervisor({ children: specs(log, "ab") });
    await system.start(
      supervisor({ children: [...specs(log, "x", { shutdown: "brutalKill" }), child(below, { id: "below", shutdown: "brutalKill" })] }),
    );
    await system.stop();
    assert.deepEqual(log, ["+x", "+a", "+b", "-a killed", "-b killed"]);
    assert.deepEqual(processes(system), []);
  });

  test("one that is killed while a child starts starts no further ones; that child has time to terminate", async () => {
    const { system, clock } = testSystem();
    const log: string[] = [];
    const { opened, open } = gate();
    const late = actor<Worker>({
      vsn: 1,
      trapExit: true,
      init: async (id) => (await opened, { id, log }),
      calls: { id: ({ state, reply }) => reply(state.id) },
      casts: { quit: ({ next }) => next(), terminateSlowly: ({ next }) => next() },
      infos: { exit: ({ next }) => next() },
      terminate: async ({ state }, reason) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
        log.push(`-${state.id} ${formatReason(reason)}`);
      },
    });
    const app = supervisor({ children: [child(late, { id: "late", args: ["late", log] }), ...specs(log, "b")] });
    const started = assert.rejects(system.start(app, { name: "app" }), { code: "INSTAR_INIT_FAILED" });
    await clock.settle();
    exit(system.whereis("app")!, "kill");
    open();
    await started;
    await clock.advance(10);
    assert.deepEqual([log, processes(system)], [["-late killed"], []]);
  });

  test("what makes no sense is refused with a code", () => {
    assert.throws(() => supervisor({ strategy: "none" as never, children: [] }), { code: "INSTAR_BAD_DEFINITION", message: /one_for_all/ });
    assert.throws(() => supervisor({ autoShutdown: "always" as never, children: [] }), { code: "INSTAR_BAD_DEFINITION" });
    assert.throws(() => supervisor({ intensity: { restarts: -1, within: 5 }, children: [] }), { code: "INSTAR_BAD_DEFINITION" });
    assert.throws(() => supervisor({ intensity: null as never, children: [] }), { code: "INSTAR_BAD_DEFINITION" });
    assert.throws(() => supervisor(undefined as never), { code: "INSTAR_BAD_DEFINITION" });
    for (const children of [[], specs([], "ab")]) {
      assert.throws(() => supervisor({ strategy: "simple_one_for_one", children: children as never }), { code: "INSTAR_BAD_DEFINITION" });
    }
    assert.throws(() => supervisor({ children: specs([], "aa") }), { code: "INSTAR_BAD_CHILD_SPEC" });
    assert.throws(() => supervisor({ children: [worker as never] }), { code: "INSTAR_BAD_CHILD_SPEC", message: /make it with child\(/ });
    for (const bad of [
      { id: "" },
      { restart: "always" },
      { shutdown: -1 },
      { args: "a" },
      { name: 1 },
      { significant: 1 },
      { significant: true, restart: "permanent" },
    ]) {
      assert.throws(() => child(worker, { id: "a", args: ["a", []], ...bad } as never), { code: "INSTAR_BAD_CHILD_SPEC" });
    }
    const significant = child(worker, { id: "a", args: ["a", []], restart: "transient", significant: true });
    assert.throws(() => supervisor({ children: [significant] }), { code: "INSTAR_BAD_CHILD_SPEC", message: /autoShutdown is never/ });
    assert.throws(() => child({} as never, { id: "a" }), { code: "INSTAR_NOT_A_HANDLE" });
  });
});
