/** Queued messages in an upgrade: translated, dropped, or a reason to refuse it; never lost and never misread. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { actor, drop, InstarError, type Actor, type CodeChange } from "./index.ts";
import { upgrade } from "./internal.ts";
import { live } from "./system.ts";
import { testSystem } from "./testing.ts";
import { change } from "../../test/support/load-version.ts";

describe("queued messages", () => {
  interface Old {
    init(): null;
    calls: { sum(a: number, b: number): string };
    casts: { heard(text: string): void };
    infos: { tick(n: number): void; set(ms: number): void };
  }
  const module = (vsn: number, received: unknown[][], codeChange: CodeChange = {}, without: string[] = []): Actor<Old> => {
    const record =
      (name: string) =>
      ({ next }: { next: () => never }, ...args: unknown[]) => {
        received.push([vsn, name, ...args]);
        return next();
      };
    const handlers = {
      calls: { sum: ({ reply }: { reply: (v: string) => never }, ...args: unknown[]) => reply(`${vsn}: ${args.join("+")}`) },
      casts: { heard: record("heard") },
      infos: {
        tick: record("tick"),
        set: ({ self, next }: { self: { sendAfter(ms: number, name: string, n: number): void }; next: () => never }, ms: number) => {
          self.sendAfter(ms, "tick", 1);
          return next();
        },
      },
    };
    for (const table of Object.values(handlers)) for (const name of without) delete (table as Record<string, unknown>)[name];
    return actor<Old>({ vsn, init: () => null, codeChange, ...handlers } as never);
  };
  const step = (messages: CodeChange[number]["messages"]): CodeChange => ({
    1: { up: (s: null) => s, down: (s: null) => s, ...(messages && { messages }) },
  });

  async function queued(codeChange: CodeChange, without: string[] = []) {
    // With a seed nothing runs at once.
    const { system, clock } = testSystem({ seed: 1 });
    const received: unknown[][] = [];
    const one = module(1, received);
    const pid = await system.start(one);
    const sum = pid.call("sum", 1, 2);
    sum.catch(() => {});
    pid.cast("heard", "hi");
    const two = module(2, received, codeChange, without);
    return { system, clock, received, pid, sum, one, report: await upgrade(system, [change(one, two)]) };
  }

  test("are translated by the step's messages, calls and casts alike", async () => {
    const { report, sum, clock, received } = await queued(
      step({ heard: (text: string) => [{ text }, 1], sum: { up: (a: number, b: number) => [a, b, 3], down: drop("test") } }),
    );
    assert.deepEqual(report.messages, { queued: 2, translated: 2, dropped: 0, callsSpanning: 1 });
    assert.equal(await sum, "2: 1+2+3");
    await clock.settle();
    assert.deepEqual(received, [[2, "heard", { text: "hi" }, 1]]);
  });

  test("are translated for a process, too, whose init has not begun", async () => {
    const { system, clock } = testSystem({ seed: 1 });
    const received: unknown[][] = [];
    const one = module(1, received);
    const starting = system.start(one, { name: "early" });
    system.whereis<Old>("early")!.cast("heard", "hi");
    const report = await upgrade(system, [change(one, module(2, received, step({ heard: (text: string) => [{ text }] })))]);
    assert.deepEqual([report.messages.translated, report.processes], [1, []]);
    await starting;
    await clock.settle();
    assert.deepEqual(received, [[2, "heard", { text: "hi" }]]);
  });

  test("are dropped where the step says so; the caller is told why", async () => {
    const { report, sum, clock, received } = await queued(step({ heard: drop("old texts"), sum: { up: drop("old sums") } }));
    assert.deepEqual(report.messages, { queued: 2, translated: 0, dropped: 2, callsSpanning: 1 });
    await assert.rejects(
      sum,
      (error) => error instanceof InstarError && error.code === "INSTAR_MESSAGE_DROPPED" && /old sums/.test(error.message),
    );
    await clock.settle();
    assert.deepEqual(received, []);
  });

  test("that the new code has no handler for stop the upgrade", async () => {
    const { report, sum, clock, received } = await queued(step({}), ["heard"]);
    assert.deepEqual([report.outcome, report.errors[0]?.code], ["failed", "INSTAR_MESSAGE_UNKNOWN"]);
    assert.match(report.errors[0]?.message ?? "", /cast heard waits/);
    assert.equal(await sum, "1: 1+2");
    await clock.settle();
    assert.deepEqual(received, [[1, "heard", "hi"]]);
  });

  for (const [what, translate] of [
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["returns no list", () => "hi" as never],
  ] as const) {
    test(`a translation that ${what} stops the upgrade`, async () => {
      const { report, sum } = await queued(step({ heard: translate }));
      assert.deepEqual([report.outcome, report.errors[0]?.code], ["failed", "INSTAR_MESSAGES_FAILED"]);
      assert.equal(await sum, "1: 1+2");
    });
  }

  test("a translation that sends a message, which it should not, loses it nowhere", async () => {
    for (const first of [0, 1]) {
      const { system } = testSystem({ seed: 1 });
      const received: unknown[][] = [];
      const one = module(1, received);
      const pids = [await system.start(one), await system.start(one)];
      for (const pid of pids) pid.cast("heard", "hi");
      const tell = (text: string): void => (text === "hi" ? pids[first]?.cast("heard", "told") : undefined);
      const telling = step({ heard: (text: string) => [tell(text), text].slice(1) });
      assert.equal((await upgrade(system, [change(one, module(2, received, telling))])).outcome, "committed");
      for (const pid of pids) await pid.call("sum", 1, 2);
      const count = (text: string): number => received.filter(([vsn, , heard]) => vsn === 2 && heard === text).length;
      assert.deepEqual([count("hi"), count("told")], [2, 2]);
    }
  });

  test("a translation cannot change what the sender holds", async () => {
    const { system } = testSystem();
    const received: unknown[][] = [];
    const one = module(1, received);
    const pid = await system.start(one);
    const text = { t: "mine" };
    pid.cast("heard", text as never);
    await upgrade(system, [change(one, module(2, received, step({ heard: (o: { t: string }) => [((o.t = "spoiled"), o)] })))]);
    assert.deepEqual(text, { t: "mine" });
  });

  test("infos that are still to come are translated and dropped too", async () => {
    for (const [messages, expected] of [
      [{ tick: (n: number) => [n + 10] }, [[2, "tick", 11]]],
      [{ tick: drop("no more ticks") }, []],
    ] as const) {
      const { system, clock } = testSystem();
      const received: unknown[][] = [];
      const one = module(1, received);
      const pid = await system.start(one);
      live(system).processes.get(pid.id)!.info("set", [100]);
      await clock.settle();
      const report = await upgrade(system, [change(one, module(2, received, step(messages)))]);
      assert.equal(report.outcome, "committed");
      await clock.advance(100);
      assert.deepEqual(received, expected);
      assert.equal(clock.pending, 0);
    }
  });

  test("translated on the way up with nothing for the way down: the downgrade is refused while such a message is queued", async () => {
    const { system, one, pid, clock } = await queued(step({ heard: (text: string) => [text] }));
    await clock.settle();
    pid.cast("heard", "new");
    const stuck = await upgrade(system, [change(one, module(1, []))]);
    assert.equal(stuck.errors[0]?.code, "INSTAR_MESSAGES_FAILED");
    await clock.settle();
    assert.equal((await upgrade(system, [change(one, module(1, []))])).outcome, "committed");
  });
});

describe("the info that a handler's timeout asks for", () => {
  interface Patient {
    init(): null;
    casts: { wait(ms: number): void };
    infos: { timeout(): void };
  }
  const patient = (vsn: number, came: number[], codeChange: CodeChange = {}, knows = true): Actor<Patient> =>
    actor<Patient>({
      vsn,
      codeChange,
      init: () => null,
      casts: { wait: ({ next }, ms) => next(undefined, { timeout: ms }) },
      infos: (knows ? { timeout: ({ next }: { next: () => never }) => (came.push(vsn), next()) } : {}) as never,
    });
  const step = (messages?: CodeChange[number]["messages"]): CodeChange => ({
    1: { up: (s: null) => s, down: (s: null) => s, ...(messages && { messages }) },
  });

  for (const [what, codeChange, knows, expected, code] of [
    ["reaches the new code", step(), true, [2], undefined],
    ["is dropped where the step says so", step({ timeout: drop("nobody waits") }), false, [], undefined],
    ["stops the upgrade where the new code has no handler for it", step(), false, [1], "INSTAR_MESSAGE_UNKNOWN"],
  ] as const) {
    for (const slices of [false, true]) {
      test(`${what}${slices ? ", also in slices" : ""}`, async () => {
        const { system, clock, logs } = testSystem();
        const came: number[] = [];
        const one = patient(1, came);
        const pids = await Promise.all([1, 2].map(() => system.start(one)));
        pids[0]!.cast("wait", 1000);
        pids[1]!.cast("wait", Infinity);
        await clock.settle();
        const report = await upgrade(system, [change(one, patient(2, came, codeChange, knows))], {
          ...(slices && { pace: { oneTurn: 0, slice: 1 } }),
        });
        await clock.advance(2000);
        assert.deepEqual([report.errors[0]?.code, came, logs], [code, expected, []]);
      });
    }
  }
});
