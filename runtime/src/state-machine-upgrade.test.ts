/** Upgrades of state machines: state and data are converted, and postponed events go on in the new code like queued messages. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { change } from "../../test/support/load-version.ts";
import { actor, drop, stateMachine, type Actor, type CodeChange, type InstarError, type Pid } from "./index.ts";
import { upgrade, type UpgradeOptions } from "./internal.ts";
import { sys } from "./sys.ts";
import { live } from "./system.ts";
import { testSystem } from "./testing.ts";
import { testSeed } from "../../test/support/test-seed.ts";

interface Gate {
  init(): { readonly state: "shut" | "open"; readonly data: { readonly passed: readonly unknown[] } };
  calls: { pass(who: string): string; passed(): readonly unknown[] };
  casts: { push(what: unknown): void; turn(to: "shut" | "open"): void; wait(ms: number): void };
  infos: { stateTimeout(): void };
}

interface Version {
  readonly codeChange?: CodeChange;
  /** Instead of "open". */
  readonly open?: string;
  readonly without?: string;
}

/** Postpones `pass` and `push` while it is shut. */
function gate(vsn: number, { codeChange = {}, open = "open", without }: Version = {}): Actor<Gate> {
  const isShut = (state: string): boolean => state === "shut";
  const definition: Parameters<typeof stateMachine<Gate>>[0] = {
    vsn,
    codeChange,
    init: () => ({ state: "shut", data: { passed: [] } }),
    states: {
      shut: {},
      [open as "open"]: { enter: ({ data, keep }, previous) => keep({ passed: [...data.passed, `enter from ${previous}`] }) },
    },
    any: {
      calls: {
        pass: ({ state, postpone, reply }, who) => (isShut(state) ? postpone() : reply(`${who} passed by ${vsn}`)),
        passed: ({ data, reply }) => reply(data.passed),
      },
      casts: {
        push: ({ state, data, keep, postpone }, what) => (isShut(state) ? postpone() : keep({ passed: [...data.passed, [vsn, what]] })),
        turn: ({ goto }, to) => goto(to),
        wait: ({ keep }, ms) => keep(undefined, { stateTimeout: ms }),
      },
      infos: { stateTimeout: ({ state, data, keep }) => keep({ passed: [...data.passed, [vsn, `timeout in ${state}`]] }) },
    },
  };
  if (without !== undefined) Reflect.deleteProperty(definition.any?.casts ?? {}, without);
  return stateMachine<Gate>(definition);
}

const same = { up: (state: unknown) => state, down: (state: unknown) => state };

async function world() {
  const { system, clock } = testSystem();
  const module = gate(1);
  const pid = await system.start(module);
  const to = (next: Actor<Gate>, options: UpgradeOptions = {}) => upgrade(system, [change(module, next)], options);
  return { system, clock, module, pid, to };
}

const waiting = (pid: Pid<unknown>, system: Parameters<typeof live>[0]): number => live(system).processes.get(pid.id)?.mailbox.length ?? 0;

describe("postponed events", () => {
  test("are counted, translated like queued messages, and handled by the new code in order", async () => {
    const { clock, pid, to } = await world();
    const asked = pid.call("pass", "ann");
    for (const what of [1, 2]) pid.cast("push", what);
    await clock.settle();
    pid.cast("push", 3);
    const messages = { push: (what: number) => [{ what }], pass: (who: string) => [who.toUpperCase()] };
    const report = await to(gate(2, { codeChange: { 1: { ...same, messages } } }));
    assert.deepEqual(report.messages, { queued: 4, translated: 4, dropped: 0, callsSpanning: 1 });
    pid.cast("turn", "open");
    pid.cast("push", "new");
    assert.equal(await asked, "ANN passed by 2");
    const passed = [{ what: 1 }, { what: 2 }, { what: 3 }, "new"].map((what) => [2, what]);
    assert.deepEqual(await pid.call("passed"), ["enter from shut", ...passed]);
  });

  test("go down again, too", async () => {
    const { clock, pid, to } = await world();
    const two = gate(2, {
      codeChange: { 1: { ...same, messages: { push: { up: (n: number) => [n + 1], down: (n: number) => [n - 10] } } } },
    });
    pid.cast("push", 1);
    await clock.settle();
    assert.equal((await to(two)).outcome, "committed");
    assert.equal((await to(gate(1))).outcome, "committed");
    pid.cast("turn", "open");
    assert.deepEqual((await pid.call("passed")).slice(1), [[1, -8]]);
  });

  test("that the step drops are gone, and their callers told", async () => {
    const { clock, pid, to, system } = await world();
    const dropped = assert.rejects(pid.call("pass", "ann"), (error: InstarError) => error.code === "INSTAR_MESSAGE_DROPPED");
    await clock.settle();
    const report = await to(gate(2, { codeChange: { 1: { ...same, messages: { pass: drop("test") } } } }));
    assert.deepEqual(report.messages, { queued: 1, translated: 0, dropped: 1, callsSpanning: 1 });
    await dropped;
    assert.equal(waiting(pid, system), 0);
  });

  test("that the new code has no handler for stop the upgrade, and wait on", async () => {
    const { clock, pid, to, system } = await world();
    pid.cast("push", 1);
    await clock.settle();
    const report = await to(gate(2, { codeChange: { 1: same }, without: "push" }));
    assert.deepEqual(
      report.errors.map(({ code }) => code),
      ["INSTAR_MESSAGE_UNKNOWN"],
    );
    assert.equal(waiting(pid, system), 1);
    pid.cast("turn", "open");
    assert.deepEqual((await pid.call("passed")).slice(1), [[1, 1]]);
  });

  test("stay postponed where the commit fails and is undone", async () => {
    const { clock, pid, to } = await world();
    pid.cast("push", 1);
    await clock.settle();
    const messages = { push: { up: () => [2], down: () => [1] } };
    const report = await to(gate(2, { codeChange: { 1: { ...same, messages } } }), {
      onCommit: () => {
        throw new Error("no");
      },
    });
    assert.equal(report.outcome, "failed");
    pid.cast("push", 3);
    pid.cast("turn", "open");
    assert.deepEqual((await pid.call("passed")).slice(1), [
      [1, 1],
      [1, 3],
    ]);
  });

  test("whose callers hold up the upgrade are not a deadlock: what brings the change of state is still handled", async () => {
    interface Visitor {
      init(): null;
      calls: { visit(pid: Pid<Gate>): string };
    }
    const visitor = (vsn: number): Actor<Visitor> =>
      actor<Visitor>({
        vsn,
        init: () => null,
        calls: { visit: async ({ reply }, pid) => reply(await pid.call("pass", "ann")) },
        codeChange: { 1: same },
      });
    const { system, clock, module, pid } = await world();
    const people = visitor(1);
    const visits = (await system.start(people)).call("visit", pid);
    await clock.settle();
    const upgraded = upgrade(system, [change(module, gate(2, { codeChange: { 1: same } })), change(people, visitor(2))]);
    pid.cast("turn", "open");
    assert.equal((await upgraded).outcome, "committed");
    assert.equal(await visits, "ann passed by 1");
  });
});

describe("the state", () => {
  test("that a step sets, as in OTP, enters nothing, retries nothing and leaves the timeouts", async () => {
    const { clock, pid, to } = await world();
    pid.cast("push", 1);
    pid.cast("wait", 100);
    await clock.settle();
    const up = ({ data }: { data: object }): object => ({ state: "open", data });
    assert.equal((await to(gate(2, { codeChange: { 1: { ...same, up } } }))).outcome, "committed");
    assert.deepEqual(await pid.call("passed"), []);
    await clock.advance(100);
    assert.deepEqual(await pid.call("passed"), [[2, "timeout in open"]]);
    pid.cast("turn", "shut");
    pid.cast("turn", "open");
    assert.deepEqual((await pid.call("passed")).slice(1), ["enter from shut", [2, 1]]);
  });

  const misfits: readonly (readonly [title: string, version: Version, message: RegExp])[] = [
    [
      "with a name that the new code has not",
      { codeChange: { 1: { ...same, up: () => ({ state: "ajar", data: {} }) } } },
      /no state 'ajar', only shut, open/,
    ],
    ["that is none", { codeChange: { 1: { ...same, up: () => ({ passed: [] }) } } }, /is not \{ state, data \}/],
    ["that the process is in, and the new code has no more", { codeChange: { 1: same }, open: "ajar" }, /no state 'open', only shut, ajar/],
  ];
  for (const [title, version, message] of misfits) {
    test(`${title} is refused before the commit`, async () => {
      const { clock, pid, to } = await world();
      pid.cast("turn", "open");
      await clock.settle();
      const { outcome, errors } = await to(gate(2, version));
      assert.equal(outcome, "failed");
      assert.deepEqual(
        errors.map(({ code }) => code),
        ["INSTAR_STATE_INVALID"],
      );
      assert.match(errors[0]?.message ?? "", message);
      assert.equal(await pid.call("pass", "ann"), "ann passed by 1");
    });
  }

  test("of an actor becomes one of a state machine, and back", async () => {
    interface Counter {
      init(): { readonly n: number };
      calls: { passed(): readonly unknown[] };
    }
    const { system } = testSystem();
    const counter = (): Actor<Counter> =>
      actor<Counter>({ vsn: 1, init: () => ({ n: 5 }), calls: { passed: ({ state, reply }) => reply([state.n]) } });
    const module = counter();
    const pid = await system.start(module);
    const step = {
      up: ({ n }: { n: number }) => ({ state: "open", data: { passed: [n] } }),
      down: ({ data }: { data: { passed: number[] } }) => ({ n: data.passed[0] }),
    };
    assert.equal((await upgrade(system, [change(module, gate(2, { codeChange: { 1: step } }))])).outcome, "committed");
    assert.deepEqual(await sys.getState(pid), { state: "open", data: { passed: [5] } });
    assert.equal(await (pid as unknown as Pid<Gate>).call("pass", "ann"), "ann passed by 2");
    assert.equal((await upgrade(system, [change(module, counter())])).outcome, "committed");
    assert.deepEqual(await pid.call("passed"), [5]);
  });
});

test("whatever the order of events, changes of state and upgrades, each event is handled once, in order, by the code that it was translated for", async () => {
  const seed = testSeed(100_000);
  /** What is pushed is a number for version 1, and an object for version 2. */
  const pushed = (vsn: number, n: number): unknown => (vsn === 1 ? n : { n });
  const messages = { push: { up: (n: number) => [{ n }], down: ({ n }: { n: number }) => [n] } };
  for (let run = seed; run < seed + 40; run++) {
    const { system, clock } = testSystem({ seed: run });
    const random = generator(run);
    const module = gate(1);
    const pids = await Promise.all([1, 2, 3].map(() => system.start(module)));
    let n = 0;
    const answers: Promise<string>[] = [];
    for (let i = 0; i < 60; i++) {
      const pid = pids[Math.floor(random() * pids.length)]!;
      const what = random();
      if (what < 0.5) pid.cast("push", pushed(module.vsn, ++n));
      else if (what < 0.6) answers.push(pid.withTimeout(Infinity).call("pass", "ann"));
      else if (what < 0.8) pid.cast("turn", random() < 0.5 ? "open" : "shut");
      else if (what < 0.9) await clock.settle();
      else {
        const codeChange = { 1: { ...same, messages } };
        const next = gate(module.vsn === 1 ? 2 : 1, { codeChange });
        const report = await upgrade(system, [change(module, next)], { rehearse: random() < 0.2 });
        assert.notEqual(report.outcome, "failed", `seed ${run}: ${JSON.stringify(report.errors)}`);
      }
    }
    for (const pid of pids) {
      pid.cast("turn", "shut");
      pid.cast("turn", "open");
    }
    const all = (await Promise.all(pids.map((pid) => pid.call("passed")))).map((passed) =>
      passed.filter(Array.isArray).map((one) => {
        const [vsn, what] = one as [number, number | { n: number }];
        const number = typeof what === "number" ? what : what.n;
        assert.deepEqual(what, pushed(vsn, number), `seed ${run}: for version ${vsn}`);
        return number;
      }),
    );
    for (const passed of all)
      assert.deepEqual(
        passed,
        passed.toSorted((a, b) => a - b),
        `seed ${run}: in order`,
      );
    const sorted = all.flat().toSorted((a, b) => a - b);
    assert.deepEqual(
      sorted,
      Array.from({ length: n }, (_, i) => i + 1),
      `seed ${run}: each once`,
    );
    for (const answer of await Promise.all(answers)) assert.match(answer, /^ann passed by [12]$/, `seed ${run}`);
    for (const pid of pids) assert.equal(waiting(pid, system), 0, `seed ${run}: nothing waits`);
  }
});

function generator(seed: number): () => number {
  let x = seed * 2_654_435_761 + 1;
  return () => {
    x = (x * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return x / 4_294_967_296;
  };
}
