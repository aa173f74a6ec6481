/** Upgrades: all or nothing, nothing lost, and a report that says what happened. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { actor, child, drop, exit, irreversible, stop, supervisor, type Actor, type CodeChange, type Pid } from "./index.ts";
import { moduleOf, processes, stateOf, subscribe, upgrade, versionOf } from "./internal.ts";
import type { UpgradeReport } from "./protocol.ts";
import { testSystem, type TestSystem } from "./testing.ts";
import { change, gate } from "../../test/support/load-version.ts";

interface Box {
  init(n: number): BoxState;
  calls: {
    get(): BoxState;
    vsn(): number;
    log(): readonly string[];
    hold(gate: Promise<unknown>): string;
    /** Waits, and then asks another box. */
    ask(gate: Promise<unknown>, other: Pid<Box>): number;
    /** Sends a note and a call to another box. */
    noteAndAsk(gate: Promise<unknown>, other: Pid<Box>): readonly string[];
    open(n: number): Pid<Box>;
  };
  casts: { note(text: string): void };
  infos: { alarm(text: string): void; wake(ms: number): void };
}

type BoxState = { readonly n: number; readonly log: readonly string[] } & { readonly [more: string]: unknown };

/** A version of the box. A new module for version 1, unless it is loaded into another one's. */
function box(vsn: number, codeChange: CodeChange = {}, initial: (n: number) => BoxState = (n) => ({ n, log: [] })): Actor<Box> {
  const self: Actor<Box> = actor<Box>({
    vsn,
    init: initial,
    codeChange,
    calls: {
      get: ({ state, reply }) => reply(state),
      vsn: ({ reply }) => reply(vsn),
      log: ({ state, reply }) => reply(state.log),
      hold: async ({ reply }, held) => {
        await held;
        return reply(`held by ${vsn}`);
      },
      ask: async ({ reply }, held, other) => {
        await held;
        return reply(await other.call("vsn"));
      },
      noteAndAsk: async ({ reply }, held, other) => {
        await held;
        other.cast("note", "before");
        return reply(await other.call("log"));
      },
      open: async ({ reply }, n) => reply(await systems.get(self)!.system.start(self, { args: [n] })),
    },
    casts: { note: ({ state, next }, text) => next({ ...state, log: [...state.log, `${text}@${vsn}`] }) },
    infos: {
      alarm: ({ state, next }, text) => next({ ...state, log: [...state.log, `alarm ${text}@${vsn}`] }),
      wake: ({ self: me, next }, ms) => {
        me.sendAfter(ms, "alarm", "woken");
        return next();
      },
    },
  });
  return self;
}

const systems = new Map<unknown, TestSystem>();
const addField: CodeChange = {
  1: {
    up: (old: BoxState, extra?: unknown): BoxState => ({ ...old, unit: extra ?? "kg" }),
    down: (state: BoxState): BoxState => ({ n: state.n, log: state.log }),
  },
};

async function boxes(count: number, module = box(1), world = testSystem()): Promise<TestSystem & { module: Actor<Box>; pids: Pid<Box>[] }> {
  systems.set(module, world);
  const pids = await Promise.all(Array.from({ length: count }, (_, n) => world.system.start(module, { args: [n] })));
  return { ...world, module, pids };
}

const states = (pids: readonly Pid<Box>[]): Promise<BoxState[]> => Promise.all(pids.map((pid) => pid.call("get")));

describe("a committed upgrade", () => {
  test("converts every process, passes extra, and says so in the report", async () => {
    const { system, module, pids } = await boxes(60);
    const report = await upgrade(system, [change(module, box(2, addField))], { extra: "lb" });
    assert.equal(report.outcome, "committed");
    assert.deepEqual(report.errors, []);
    assert.deepEqual(report.modules, [{ id: module.id, from: 1, to: 2, kind: "convert", steps: ["1 up"] }]);
    assert.equal(report.processes.length, 60);
    const [first] = report.processes;
    assert.deepEqual([first?.before, first?.after], ["{ n: 0, log: [] }", "{ n: 0, log: [], unit: 'lb' }"]);
    assert.equal(report.processes.filter(({ before }) => before !== null).length, 50, "the first 50 carry their states");
    assert.ok(report.processes.every(({ pause }) => pause >= 0));
    assert.deepEqual(
      await states(pids),
      Array.from({ length: 60 }, (_, n) => ({ n, log: [], unit: "lb" })),
    );
    assert.equal(module.vsn, 2);
    assert.deepEqual([moduleOf(module).old?.vsn, moduleOf(module).current.vsn], [1, 2]);
    assert.ok(processes(system).every(({ vsn, oldCode, status }) => vsn === 2 && !oldCode && status === "idle"));
  });

  test("runs chains of steps up, and back down with the newer code's steps", async () => {
    const { system, module, pids } = await boxes(1);
    const three = box(3, {
      1: { up: (s: BoxState) => ({ ...s, a: s.n + 1 }), down: ({ n, log }: BoxState) => ({ n, log }) },
      2: { up: (s: BoxState) => ({ ...s, b: Number(s["a"]) * 10 }), down: ({ n, log, a }: BoxState) => ({ n: n + 100, log, a }) },
    });
    const first = versionOf(module);
    assert.deepEqual((await upgrade(system, [change(module, three)])).modules[0]?.steps, ["1 up", "2 up"]);
    assert.deepEqual(await states(pids), [{ n: 0, log: [], a: 1, b: 10 }]);
    const down = await upgrade(system, [change(module, box(1))]);
    assert.deepEqual(down.modules[0], { id: module.id, from: 3, to: 1, kind: "convert", steps: ["2 down", "1 down"] });
    assert.deepEqual(await states(pids), [{ n: 100, log: [] }]);
    assert.equal(first.vsn, 1);
  });

  test("keeps the order of the queue, and every waiting caller gets one reply", async () => {
    const { system, clock, module, pids } = await boxes(1);
    const [pid] = pids as [Pid<Box>];
    const { opened, open } = gate();
    const held = pid.call("hold", opened);
    const expected: string[] = [];
    for (let i = 0; i < 20; i++) {
      pid.cast("note", String(i));
      expected.push(`${i}@2`);
    }
    const replies: string[] = [];
    await clock.settle();
    const calls = [1, 2, 3].map(async (i) => replies.push(`${i}: ${await pid.call("vsn")}`));
    const committing = upgrade(system, [change(module, box(2, addField))]);
    pid.cast("note", "while suspended");
    await clock.settle();
    open();
    const report = await committing;
    assert.equal(await held, "held by 1", "a handler in flight is finished by the code that began it");
    await Promise.all(calls);
    assert.deepEqual(replies, ["1: 2", "2: 2", "3: 2"]);
    assert.deepEqual(await pid.call("log"), [...expected, "while suspended@2"]);
    assert.deepEqual(report.messages, { queued: 24, translated: 0, dropped: 0, callsSpanning: 3 });
    assert.equal(report.processes[0]?.queued, 24);
  });

  test("same shape, or no shape known: the code is swapped and no step runs", async () => {
    const { system, module, pids } = await boxes(1);
    const fails: CodeChange = { 1: { up: () => assert.fail("ran"), down: () => assert.fail("ran") } };
    const report = await upgrade(system, [change(module, box(1, fails))]);
    assert.deepEqual(report.modules, [{ id: module.id, from: 1, to: 1, kind: "swap", steps: [] }]);
    assert.deepEqual(await states(pids), [{ n: 0, log: [] }]);
  });

  test("replaces a draft by the next one: the loaded draft's down, then the new draft's up", async () => {
    const { system, module, pids } = await boxes(2);
    const draft = (field: string): Actor<Box> =>
      box(2, {
        1: { up: (s: BoxState) => ({ ...s, [field]: s.n + 1 }), down: ({ n, log, [field]: f }: BoxState) => ({ n: n + Number(f), log }) },
      });
    await upgrade(system, [change(module, draft("a"), { shape: "A" })]);
    assert.deepEqual(await states(pids), [
      { n: 0, log: [], a: 1 },
      { n: 1, log: [], a: 2 },
    ]);
    const report = await upgrade(system, [change(module, draft("b"), { shape: "B" })]);
    assert.deepEqual(report.modules[0], { id: module.id, from: 2, to: 2, kind: "draft", steps: ["1 down", "1 up"] });
    assert.deepEqual(await states(pids), [
      { n: 1, log: [], b: 2 },
      { n: 3, log: [], b: 4 },
    ]);
  });

  test("supervisors get their new specification and their children stay", async () => {
    const { system, clock, module } = await boxes(0);
    const spec = (n: number) =>
      supervisor({ intensity: { restarts: 5, within: 1000 }, children: [child(module, { id: "a", name: "a", args: [n] })] });
    const app = spec(1);
    await system.start(app);
    const before = system.whereis<Box>("a")!;
    const report = await upgrade(system, [change(app, spec(2))]);
    assert.deepEqual(
      [report.outcome, report.processes[0]?.after],
      ["committed", `{ children: [ { id: 'a', pid: ${before.id}, restarts: 0 } ] }`],
    );
    assert.equal((await before.call("get")).n, 1);
    await assert.rejects(before.call("ask", Promise.resolve(), null as never));
    await clock.settle();
    const after = system.whereis<Box>("a")!;
    assert.notEqual(after, before);
    assert.equal((await after.call("get")).n, 2, "the next restart is as the new specification says");
  });

  for (const direction of ["up", "down"] as const) {
    test(`instances of a class that is a new one for no reason of its own are instances of the new one: ${direction}`, async () => {
      const make = () =>
        class Money {
          amount = 1;
          doubled(): number {
            return this.amount * 2;
          }
        };
      const [Old, New] = [make(), make()];
      const [first, second] = direction === "up" ? [1, 2] : [2, 1];
      // Steps of the newer code meet, and make, instances of its own class.
      const Newer = direction === "up" ? New : Old;
      const check = (s: BoxState): BoxState => {
        assert.ok(s["money"] instanceof Newer);
        return { ...s, more: Object.assign(new Newer(), { amount: 5 }) };
      };
      const steps: CodeChange = { 1: { up: check, down: check } };
      const held = new Old();
      const { system, module, pids } = await boxes(
        2,
        box(first, direction === "up" ? {} : steps, (n) => ({ n, log: [], money: held })),
      );
      const part = {
        ...change(module, box(second, direction === "up" ? steps : {})),
        prototypes: new Map([[Old.prototype, New.prototype]]),
      };
      assert.equal((await upgrade(system, [part])).outcome, "committed");
      for (const { money, more } of await states(pids)) {
        assert.ok(money instanceof New && more instanceof New);
        assert.deepEqual([money.doubled(), more.amount], [2, 5]);
      }
      assert.ok(held instanceof Old, "what others hold stays");
    });
  }

  test("classes are mapped without a step as well, and nothing is copied where there is nothing to map", async () => {
    class Old {}
    class New {}
    const { system, module, pids } = await boxes(
      1,
      box(1, {}, (n) => ({ n, log: [], old: new Old() })),
    );
    const before = (await states(pids))[0];
    assert.equal((await upgrade(system, [change(module, box(1), { reinstantiated: true })])).modules[0]?.kind, "reinstantiate");
    assert.equal((await states(pids))[0], before);
    await upgrade(system, [{ ...change(module, box(1)), prototypes: new Map([[Old.prototype, New.prototype]]) }]);
    assert.ok((await states(pids))[0]?.["old"] instanceof New);
  });

  test("a state that cannot be shown is converted all the same", async () => {
    const { system, module, pids } = await boxes(1);
    const shy: CodeChange = {
      1: {
        up: (s: BoxState) => ({
          ...s,
          [Symbol.for("nodejs.util.inspect.custom")]: () => {
            throw new Error("shy");
          },
        }),
        down: (s: BoxState) => s,
      },
    };
    const report = await upgrade(system, [change(module, box(2, shy))]);
    assert.deepEqual([report.outcome, report.processes[0]?.after], ["committed", "[cannot be shown: Error: shy]"]);
    assert.equal(await pids[0]!.call("vsn"), 2);
    assert.equal(processes(system).length, 1);
  });

  test("a handle of any version means the module", async () => {
    const { system, module } = await boxes(1);
    const two = box(2, addField, (n) => ({ n, log: [], unit: "new" }));
    await upgrade(system, [change(module, two)]);
    for (const handle of [module, two]) {
      const pid = await system.start(handle, { args: [9] });
      assert.deepEqual(await pid.call("get"), { n: 9, log: [], unit: "new" });
    }
    assert.equal(two.id, module.id);
  });
});

describe("an upgrade that fails changes nothing", () => {
  test("100 processes of two modules: one up throws", async () => {
    const world = testSystem();
    const a = await boxes(50, box(1), world);
    const b = await boxes(50, box(1), world);
    const failing: CodeChange = {
      1: {
        up: (s: BoxState) => {
          if (s.n === 33) throw new RangeError("no 33");
          // A step that spoils its input must not spoil the state that stays.
          (s as { n: number }).n = -1;
          (s.log as string[]).push("spoiled");
          return { ...s, unit: "kg" };
        },
        down: irreversible("test"),
      },
    };
    let committed = 0;
    const answers = Promise.all([...a.pids, ...b.pids].map((pid) => pid.call("vsn")));
    const report = await upgrade(world.system, [change(a.module, box(2, addField)), change(b.module, box(2, failing))], {
      onCommit: () => committed++,
    });
    assert.equal(report.outcome, "failed");
    assert.equal(committed, 0);
    assert.equal(report.errors.length, 1);
    const [error] = report.errors;
    assert.deepEqual([error?.code, error?.module, error?.pid], ["INSTAR_CODE_CHANGE_FAILED", b.module.id, b.pids[33]?.id]);
    assert.match(error?.message ?? "", /codeChange 1 up in <0\.84> .*RangeError: no 33/);
    assert.equal(error?.place?.file, fileURLToPath(import.meta.url));
    assert.deepEqual(new Set(await answers), new Set([1]));
    for (const { pids, module } of [a, b]) {
      assert.deepEqual(
        await states(pids),
        Array.from({ length: 50 }, (_, n) => ({ n, log: [] })),
      );
      assert.deepEqual([module.vsn, moduleOf(module).old], [1, null]);
    }
    assert.deepEqual(report.messages, { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 });
    const again = await upgrade(world.system, [change(a.module, box(2, addField))]);
    assert.equal(again.outcome, "committed", "and the next attempt is free to succeed");
  });

  for (const [what, up, code] of [
    ["returns a promise", async (s: BoxState) => s, "INSTAR_CODE_CHANGE_ASYNC"],
    ["returns a promise that rejects", () => Promise.reject(new Error("later")), "INSTAR_CODE_CHANGE_ASYNC"],
    ["returns nothing", () => {}, "INSTAR_CODE_CHANGE_RESULT"],
    ["returns a boolean", () => false, "INSTAR_CODE_CHANGE_RESULT"],
    [
      "throws what is not an error",
      () => {
        throw "text";
      },
      "INSTAR_CODE_CHANGE_FAILED",
    ],
  ] as const) {
    test(`an up that ${what}`, async () => {
      const { system, module, pids } = await boxes(1);
      const report = await upgrade(system, [change(module, box(2, { 1: { up, down: irreversible("test") } }))]);
      assert.deepEqual([report.outcome, report.errors[0]?.code], ["failed", code]);
      assert.deepEqual(await states(pids), [{ n: 0, log: [] }]);
    });
  }

  for (const rehearse of [false, true]) {
    test(`a new state that does not have the new version's shape${rehearse ? ", in a rehearsal" : ""}`, async () => {
      const { system, module, pids } = await boxes(3);
      const validate = (state: unknown): string | null =>
        (state as BoxState).n === 1 ? "at `unit`: expected a text, found nothing." : null;
      const report = await upgrade(system, [{ ...change(module, box(2, addField)), validate }], { rehearse });
      assert.deepEqual(
        [report.outcome, report.errors.map(({ code, pid }) => [code, pid])],
        ["failed", [["INSTAR_STATE_INVALID", pids[1]!.id]]],
      );
      assert.match(report.errors[0]!.message, /<0\.2> .*version 2 .*at `unit`: expected a text, found nothing\./);
      assert.deepEqual([module.vsn, (await states(pids)).map(({ unit }) => unit)], [1, [undefined, undefined, undefined]]);
      assert.equal((await upgrade(system, [{ ...change(module, box(2, addField)), validate: () => null }])).outcome, "committed");
    });
  }

  test("a state that stays, for code that expects the same shape, is not judged again", async () => {
    const { system, module } = await boxes(1);
    moduleOf(module).current.shape = "A";
    const part = change(module, box(2), { shape: "A" });
    assert.equal((await upgrade(system, [{ ...part, validate: () => assert.fail("asked") }])).outcome, "committed");
    moduleOf(module).current.shape = null;
    const other = change(module, box(3), { shape: "B", compatible: () => true });
    assert.equal((await upgrade(system, [{ ...other, validate: () => "at `n`: no." }])).errors[0]?.code, "INSTAR_STATE_INVALID");
  });

  test("a commit whose last part, the caller's, throws is undone", async () => {
    const { system, clock, module, pids } = await boxes(2);
    const [pid] = pids as [Pid<Box>];
    const queued = pid.call("vsn");
    const step = { ...addField[1]!, messages: { vsn: drop("not undone?") } };
    const report = await upgrade(system, [change(module, box(2, { 1: step }))], {
      onCommit: () => {
        assert.equal(module.vsn, 2, "it runs inside the commit");
        throw new Error("table is locked");
      },
    });
    assert.deepEqual([report.outcome, report.errors[0]?.code], ["failed", "INSTAR_COMMIT_FAILED"]);
    await clock.settle();
    assert.equal(await queued, 1);
    assert.deepEqual(await states(pids), [
      { n: 0, log: [] },
      { n: 1, log: [] },
    ]);
    assert.deepEqual([module.vsn, moduleOf(module).old], [1, null]);
  });

  test("a busy process is named with its handler and for how long, and is not suspended later", async () => {
    const { system, clock, module, pids } = await boxes(2);
    const [busy, idle] = pids as [Pid<Box>, Pid<Box>];
    const { opened, open } = gate();
    const held = busy.call("hold", opened);
    await clock.advance(1000);
    const running = upgrade(system, [change(module, box(2, addField))], { timeout: 2000 });
    const waits = idle.call("vsn");
    await clock.settle();
    assert.deepEqual(
      processes(system).map(({ status }) => status),
      ["running", "suspended"],
    );
    await clock.advance(2000);
    const report = await running;
    assert.equal(report.outcome, "failed");
    assert.deepEqual(
      report.errors.map(({ code, pid }) => [code, pid]),
      [["INSTAR_PROCESS_BUSY", busy.id]],
    );
    assert.match(report.errors[0]?.message ?? "", /in call hold for 3000 ms/);
    assert.equal(await waits, 1);
    open();
    assert.equal(await held, "held by 1");
    assert.equal(await busy.call("vsn"), 1, "OTP would have suspended it now");
    assert.deepEqual(
      processes(system).map(({ status }) => status),
      ["idle", "idle"],
    );
  });

  test("onBusy wait has no limit", async () => {
    const { system, clock, module, pids } = await boxes(1);
    const { opened, open } = gate();
    void pids[0]!.withTimeout(Infinity).call("hold", opened);
    await clock.settle();
    const running = upgrade(system, [change(module, box(2, addField))], { onBusy: "wait", timeout: 1 });
    await clock.advance(1e6);
    open();
    assert.equal((await running).outcome, "committed");
  });

  test("a signal cancels it before the commit, and is ignored after", async () => {
    const { system, clock, module, pids } = await boxes(1);
    const { opened, open } = gate();
    const controller = new AbortController();
    const held = pids[0]!.call("hold", opened);
    await clock.settle();
    const running = upgrade(system, [change(module, box(2, addField))], { signal: controller.signal });
    controller.abort();
    const report = await running;
    assert.deepEqual([report.outcome, report.errors[0]?.code], ["canceled", "INSTAR_UPGRADE_CANCELED"]);
    open();
    await held;
    assert.deepEqual(await states(pids), [{ n: 0, log: [] }]);
    assert.equal((await upgrade(system, [change(module, box(2, addField))], { signal: controller.signal })).outcome, "canceled");
    const late = new AbortController();
    assert.equal((await upgrade(system, [change(module, box(2, addField))], { signal: late.signal })).outcome, "committed");
    late.abort();
    assert.equal(module.vsn, 2);
  });

  test("one upgrade at a time, each module once, kinds stay", async () => {
    const { system, clock, module, pids } = await boxes(1);
    const { opened, open } = gate();
    void pids[0]!.call("hold", opened);
    await clock.settle();
    const part = change(module, box(2, addField));
    const first = upgrade(system, [part]);
    assert.equal((await upgrade(system, [part])).errors[0]?.code, "INSTAR_UPGRADE_IN_PROGRESS");
    open();
    assert.equal((await first).outcome, "committed");
    assert.equal((await upgrade(system, [part, part])).errors[0]?.code, "INSTAR_BAD_UPGRADE");
    const kind = { module: moduleOf(module), to: versionOf(supervisor({ children: [] })), kind: "swap", steps: [] } as const;
    assert.equal((await upgrade(system, [kind])).errors[0]?.code, "INSTAR_BAD_UPGRADE");
    assert.equal((await upgrade(system, [])).outcome, "unchanged");
  });
});

describe("handlers in flight", () => {
  test("pairs whose handlers await each other come to rest: a suspended process serves what holds the upgrade up", async () => {
    const world = testSystem();
    const { system, clock } = world;
    const a = await boxes(200, box(1), world);
    const b = await boxes(200, box(1), world);
    const { opened, open } = gate();
    const asked = a.pids.map((pid, i) => pid.call("ask", opened, b.pids[i]!));
    await clock.settle();
    const running = upgrade(system, [change(a.module, box(2, addField)), change(b.module, box(2, addField))]);
    const later = b.pids.map((pid) => pid.call("vsn"));
    open();
    const report = await running;
    assert.equal(report.outcome, "committed");
    assert.deepEqual(new Set(await Promise.all(asked)), new Set([1]), "served by the old code");
    assert.deepEqual(new Set(await Promise.all(later)), new Set([2]), "everybody else waits for the new one");
    assert.equal(report.messages.callsSpanning, 200);
  });

  test("also through a process that the upgrade does not concern", async () => {
    const world = testSystem();
    const a = await boxes(1, box(1), world);
    const b = await boxes(1, box(1), world);
    interface Relay {
      init(target: Pid<Box>): Pid<Box>;
      calls: { vsn(): number };
    }
    const relay = actor<Relay>({ vsn: 1, init: (to) => to, calls: { vsn: async ({ state, reply }) => reply(await state.call("vsn")) } });
    const between = (await world.system.start(relay, { args: [b.pids[0]!] })) as unknown as Pid<Box>;
    const { opened, open } = gate();
    const asked = a.pids[0]!.call("ask", opened, between);
    await world.clock.settle();
    const running = upgrade(world.system, [change(a.module, box(2, addField)), change(b.module, box(2, addField))]);
    const outside = between.call("vsn");
    await world.clock.settle();
    assert.equal(processes(world.system)[1]?.mailbox, 1, "from outside, the relay's question has to wait");
    // Now the relay is in the way of a handler that the upgrade waits for, so its first question is served as well.
    open();
    assert.equal((await running).outcome, "committed");
    assert.deepEqual([await asked, await outside], [1, 1]);
    assert.equal(await between.call("vsn"), 2);
  });

  test("A calls B calls a sibling of A, all three upgraded under traffic: nobody waits in vain, and every answer is of one version", async () => {
    const world = testSystem({ seed: 5 });
    const { system, clock } = world;
    const a = await boxes(8, box(1), world);
    const b = await boxes(8, box(1), world);
    interface Middle {
      init(target: Pid<Box>): Pid<Box>;
      calls: { vsn(): number };
    }
    const middle = (vsn: number): Actor<Middle> =>
      actor<Middle>({
        vsn,
        init: (to) => to,
        codeChange: vsn === 1 ? {} : { 1: { up: (to: Pid<Box>) => to, down: (to: Pid<Box>) => to } },
        calls: {
          vsn: async ({ state, reply }) => {
            await new Promise((resolve) => setImmediate(resolve));
            return reply(await state.call("vsn"));
          },
        },
      });
    const relay = middle(1);
    // Box n of the first half asks a relay, which asks box n of the other half.
    const relays = await Promise.all(b.pids.slice(4).map((to) => system.start(relay, { args: [to] })));
    const answers = new Set<number>();
    let on = true;
    let asked = 0;
    const traffic = [...b.pids.slice(0, 4), ...a.pids.slice(0, 4)].map(async (pid, i) => {
      while (on) {
        asked++;
        answers.add(await pid.call("ask", Promise.resolve(), relays[i % 4] as unknown as Pid<Box>));
        void b.pids[4 + (i % 4)]!.call("vsn");
      }
    });
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
    const report = await upgrade(system, [
      change(a.module, box(2, addField)),
      change(b.module, box(2, addField)),
      change(relay, middle(2)),
    ]);
    const before = asked;
    for (let turns = 0; turns < 50 && asked === before; turns++) await new Promise((resolve) => setImmediate(resolve));
    on = false;
    await Promise.all(traffic);
    await clock.settle();
    assert.deepEqual([report.outcome, report.errors, clock.now()], ["committed", [], 0], "and no time went by");
    assert.deepEqual([answers, asked > 8], [new Set([1, 2]), true]);
    assert.equal(report.processes.length, 20);
  });

  test("without context nobody knows who waits for whom after an await: the upgrade times out and changes nothing", async () => {
    const world = testSystem({ context: false });
    const a = await boxes(1, box(1), world);
    const b = await boxes(1, box(1), world);
    const { opened, open } = gate();
    const asked = a.pids[0]!.call("ask", opened, b.pids[0]!);
    await world.clock.settle();
    const running = upgrade(world.system, [change(a.module, box(2, addField)), change(b.module, box(2, addField))], { timeout: 1000 });
    open();
    await world.clock.advance(1000);
    assert.equal((await running).errors[0]?.code, "INSTAR_PROCESS_BUSY");
    assert.equal(await asked, 1);
    assert.deepEqual([a.module.vsn, b.module.vsn], [1, 1]);
  });

  test("and keeps the order of one sender while it does", async () => {
    const world = testSystem();
    const a = await boxes(1, box(1), world);
    const b = await boxes(1, box(1), world);
    const { opened, open } = gate();
    const log = a.pids[0]!.call("noteAndAsk", opened, b.pids[0]!);
    await world.clock.settle();
    const running = upgrade(world.system, [change(a.module, box(2, addField)), change(b.module, box(2, addField))]);
    b.pids[0]!.cast("note", "of another sender");
    open();
    assert.equal((await running).outcome, "committed");
    assert.deepEqual(await log, ["before@1"], "its note came before its call");
    assert.deepEqual(await b.pids[0]!.call("log"), ["before@1", "of another sender@2"]);
  });

  test("one that is ended, and whose end is what somebody begins the upgrade at, does not count", async () => {
    const { system, clock, module, pids } = await boxes(2);
    const { opened, open } = gate();
    const held = pids[0]!.call("hold", opened);
    void assert.rejects(pids[1]!.call("hold", opened));
    await clock.settle();
    let running: Promise<UpgradeReport> | null = null;
    subscribe(system, () => (running ??= upgrade(system, [change(module, box(2, addField))])));
    exit(pids[1]!, "kill");
    await clock.settle();
    assert.equal(module.vsn, 1, "the other one is still in the old code");
    open();
    await held;
    assert.equal((await (running as Promise<UpgradeReport> | null))?.outcome, "committed");
  });

  test("a call from outside does not reach a suspended process, so load cannot put the commit off", async () => {
    const world = testSystem();
    const a = await boxes(2, box(1), world);
    const { opened, open } = gate();
    void a.pids[0]!.call("hold", opened);
    await world.clock.settle();
    const running = upgrade(world.system, [change(a.module, box(2, addField))]);
    const vsn = a.pids[1]!.call("vsn");
    await world.clock.settle();
    assert.equal(processes(world.system)[1]?.mailbox, 1);
    open();
    await running;
    assert.equal(await vsn, 2);
  });

  test("a process that is started meanwhile takes part; one that ends meanwhile does not", async () => {
    const { system, clock, module, pids } = await boxes(2);
    const { opened, open } = gate();
    void pids[0]!.call("hold", opened);
    await clock.settle();
    const running = upgrade(system, [
      change(
        module,
        box(2, addField, (n) => ({ n, log: [], unit: "new" })),
      ),
    ]);
    const early = await system.start(module, { args: [7] });
    void system.start(module, { args: [8], name: "late" });
    await stop(pids[1]!);
    open();
    const report = await running;
    assert.equal(report.outcome, "committed");
    assert.deepEqual(await early.call("get"), { n: 7, log: [], unit: "kg" }, "converted");
    assert.equal(
      report.processes.some(({ pid }) => pid === pids[1]!.id),
      false,
    );
    await clock.settle();
    assert.ok(processes(system).every(({ vsn }) => vsn === 2));
  });
});

describe("a process that is stopped while it is suspended", () => {
  test("handles what was queued before, as at any other time", async () => {
    const { system, clock, module, pids } = await boxes(2);
    const { opened, open } = gate();
    void pids[0]!.call("hold", opened);
    await clock.settle();
    const running = upgrade(system, [change(module, box(2, addField))]);
    pids[1]!.cast("note", "queued");
    const log = pids[1]!.call("log");
    await Promise.all([stop(pids[1]!), log]);
    assert.deepEqual(await log, ["queued@1"]);
    open();
    assert.equal((await running).outcome, "committed");
  });
});

describe("a rehearsal", () => {
  test("runs up and down on copies, reports, and changes nothing; busy processes are no obstacle", async () => {
    const { system, clock, module, pids } = await boxes(2);
    const { opened, open } = gate();
    const held = pids[0]!.call("hold", opened);
    await clock.settle();
    const ran: string[] = [];
    const spy: CodeChange = {
      1: {
        up: (s: BoxState) => (ran.push(`up ${s.n}`), { ...s, unit: 1 }),
        down: ({ n, log }: BoxState) => (ran.push(`down ${n}`), { n, log }),
      },
    };
    const report = await upgrade(system, [change(module, box(2, spy))], { rehearse: true, onCommit: () => assert.fail("committed") });
    assert.deepEqual([report.outcome, report.processes[1]?.after], ["rehearsed", "{ n: 1, log: [], unit: 1 }"]);
    assert.deepEqual(ran, ["up 0", "down 0", "up 1", "down 1"]);
    assert.deepEqual([module.vsn, stateOf(system, pids[1]!.id)?.json], [1, { n: 1, log: [] }]);
    open();
    assert.equal(await held, "held by 1");
  });

  test("says of each process whether its state comes back as it was", async () => {
    const { system, module } = await boxes(2);
    const up = (s: BoxState) => ({ ...s, unit: 1 });
    const rehearse = async (down: (s: BoxState) => unknown) => {
      const { outcome, processes } = await upgrade(system, [change(module, box(2, { 1: { up, down } }))], { rehearse: true });
      assert.ok(processes.every(({ rehearsed }) => (rehearsed?.took ?? -1) >= 0));
      return [outcome, ...processes.map(({ rehearsed }) => rehearsed?.wayBack)];
    };
    assert.deepEqual(await rehearse(({ n, log }) => ({ n, log })), ["rehearsed", "lossless", "lossless"]);
    assert.deepEqual(await rehearse(({ log }) => ({ n: 0, log })), ["rehearsed", "lossless", "lossy"]);
    const oneWay = { ...box(2, { 1: { up, down: irreversible("a test") } }) };
    const { processes } = await upgrade(system, [change(module, oneWay)], { rehearse: true });
    assert.deepEqual(
      processes.map(({ rehearsed }) => rehearsed?.wayBack),
      ["none", "none"],
    );
  });

  test("finds a down that fails before the up is committed", async () => {
    const { system, module } = await boxes(1);
    const noReturn: CodeChange = {
      1: {
        up: (s: BoxState) => ({ ...s, unit: 1 }),
        down: () => {
          throw new Error("one way");
        },
      },
    };
    const report = await upgrade(system, [change(module, box(2, noReturn))], { rehearse: true });
    assert.equal(report.outcome, "failed");
    assert.match(report.errors[0]?.message ?? "", /codeChange 1 down .*one way/);
  });

  test("finds a down whose state the old version would not understand", async () => {
    const { system, module } = await boxes(1);
    const seen: unknown[] = [];
    const part = {
      ...change(module, box(2, addField)),
      validate: (state: unknown) => (seen.push(["to", (state as BoxState).unit]), null),
      validateBack: (state: unknown) => (seen.push(["back", (state as BoxState).unit]), "at `log`: expected a list."),
    };
    const report = await upgrade(system, [part], { rehearse: true });
    assert.deepEqual(
      [report.errors[0]?.code, seen],
      [
        "INSTAR_STATE_INVALID",
        [
          ["to", "kg"],
          ["back", undefined],
        ],
      ],
    );
    assert.match(report.errors[0]!.message, /version 1, back from 2/);
    assert.equal((await upgrade(system, [part])).outcome, "committed", "an upgrade goes one way only");
  });

  test("a step that changes its input, and queued messages that nothing handles, are found as in earnest", async () => {
    const { system, module, pids } = await boxes(1);
    const spoiling: CodeChange = {
      1: { up: (s: { n: number; log: unknown }) => ((s.n = 99), { ...s }), down: irreversible("test") },
    };
    const report = await upgrade(system, [change(module, box(2, spoiling))], { rehearse: true });
    assert.deepEqual(
      [report.outcome, report.processes[0]?.before, report.processes[0]?.after],
      ["rehearsed", "{ n: 0, log: [] }", "{ n: 99, log: [] }"],
    );
    assert.deepEqual(await states(pids), [{ n: 0, log: [] }]);
  });
});
