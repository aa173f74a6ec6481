/** State machines, as OTP's `gen_statem` was seen to behave; where ours differs, the test's name says so. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gate } from "../../test/support/load-version.ts";
import {
  exit,
  stateMachine,
  stop,
  type EnterContext,
  type From,
  type InstarError,
  type Pid,
  type StateMachineDefinition,
  type StateOf,
  type Transition,
} from "./index.ts";
import { processes } from "./internal.ts";
import { sys } from "./sys.ts";
import { testSystem } from "./testing.ts";

/** Does what its events tell it, and writes down in which state it did. */
interface Machine {
  init(first?: Name): { readonly state: Name; readonly data: Data };
  calls: { ask(): string; replyAndGo(to: Name): string; replyAndStop(): string; keepFrom(): string };
  casts: {
    go(to: Name, timeouts?: When): void;
    stay(timeouts: When): void;
    note(what: unknown): void;
    postpone(what: unknown): void;
    postponeAndGo(to: Name): void;
    slow(opened: Promise<void>, to: Name | null): void;
    onlyInB(): void;
    answer(): void;
    bad(what: unknown): void;
  };
  infos: { timeout(): void; stateTimeout(): void };
}
type Name = "a" | "b" | "broken" | "unwilling" | "restless";
type Data = { readonly waiting?: From<string>; readonly seen?: number };
type When = { readonly timeout?: number; readonly stateTimeout?: number };

function world(options: { seed?: number } = {}) {
  const { system, clock, logs } = testSystem(options);
  const seen: unknown[] = [];
  const held = gate();
  const common: StateMachineDefinition<Machine>["any"] = {
    calls: {
      ask: ({ state, reply, postpone }) => (state === "a" ? postpone() : reply(`in ${state}`)),
      replyAndGo: ({ goto, reply }, to) => reply("gone", goto(to)),
      replyAndStop: ({ from, stop: end }) => {
        from.reply("last words");
        return end("normal", { seen: 7 });
      },
      keepFrom: ({ from, keep, noReply }) => noReply(keep({ waiting: from })),
    },
    casts: {
      go: ({ state, goto }, to, timeouts) => {
        seen.push(`${state}: go ${to}`);
        return goto(to, undefined, timeouts);
      },
      stay: ({ keep }, timeouts) => keep(undefined, timeouts),
      note: ({ state, keep }, what) => {
        seen.push(`${state}: note ${String(what)}`);
        return keep();
      },
      // In a all of them, in b those that say "again".
      postpone: ({ state, postpone, keep }, what) => {
        const postpones = state === "a" || String(what).startsWith("again");
        seen.push(`${state}: ${postpones ? "postpones" : "handles"} ${String(what)}`);
        return postpones ? postpone() : keep();
      },
      postponeAndGo: ({ state, goto, postpone, keep }, to) => {
        seen.push(`${state}: postponeAndGo`);
        return state === to ? keep() : postpone(goto(to));
      },
      slow: async ({ goto, keep }, opened, to) => {
        await opened;
        return to === null ? keep() : goto(to);
      },
      answer: ({ data, keep }) => {
        data.waiting?.reply("at last");
        return keep({});
      },
      bad: (_context, what) => what as never,
    },
    infos: {
      timeout: ({ state, keep }) => {
        seen.push(`${state}: timeout`);
        return keep();
      },
      stateTimeout: ({ state, keep }) => {
        seen.push(`${state}: stateTimeout`);
        return keep();
      },
    },
  };
  const enters = (name: Name) => ({
    enter: ({ keep }: Pick<EnterContext<Machine, Name>, "keep">, previous: Name): Transition => {
      seen.push(`enter ${name} from ${previous}`);
      return keep();
    },
  });
  const machine = stateMachine<Machine>({
    vsn: 1,
    init: (first = "a") => ({ state: first, data: {} }),
    states: {
      a: enters("a"),
      b: { ...enters("b"), casts: { onlyInB: ({ keep }) => keep() } },
      broken: {
        enter: () => {
          throw new Error("cannot enter");
        },
      },
      unwilling: { enter: ({ stop: end }) => end({ shutdown: "not here" }, { seen: 2 }) },
      restless: {
        enter: async ({ keep }) => {
          await held.opened;
          return keep({ seen: 1 }, { stateTimeout: 5 });
        },
      },
    },
    any: common,
    terminate: ({ state, data }, reason) => void seen.push(["terminate", state, data, reason instanceof Error ? reason.message : reason]),
  });
  const start = (first?: Name): Promise<Pid<Machine>> => system.start(machine, { args: first === undefined ? [] : [first] });
  return { system, clock, logs, seen, machine, start, release: held.open };
}

const code =
  (expected: string) =>
  (error: InstarError): boolean =>
    error.code === expected;

describe("postponed events", () => {
  test("are handled in order, before newer ones, as soon as the state has changed, and may be postponed again", async () => {
    const { clock, seen, start } = world();
    const pid = await start();
    for (const what of ["1", "again", "2"]) pid.cast("postpone", what);
    pid.cast("go", "b");
    pid.cast("note", "3");
    pid.cast("go", "a");
    await clock.settle();
    assert.deepEqual(seen, [
      "enter a from a",
      "a: postpones 1",
      "a: postpones again",
      "a: postpones 2",
      "a: go b",
      "enter b from a",
      "b: handles 1",
      "b: postpones again",
      "b: handles 2",
      "b: note 3",
      "b: go a",
      "enter a from b",
      "a: postpones again",
    ]);
  });

  test("wait where the machine goes to the state that it is in, which enters nothing either", async () => {
    const { clock, seen, start } = world();
    const pid = await start();
    pid.cast("postpone", 1);
    pid.cast("go", "a");
    await clock.settle();
    assert.deepEqual(seen, ["enter a from a", "a: postpones 1", "a: go a"]);
  });

  test("are handled in the new state where the same handler goes there", async () => {
    const { clock, seen, start } = world();
    const pid = await start();
    pid.cast("postponeAndGo", "b");
    await clock.settle();
    assert.deepEqual(seen.slice(1), ["a: postponeAndGo", "enter b from a", "b: postponeAndGo"]);
  });

  test("that are calls are answered then; they count as waiting, and their callers are told if the process ends before", async () => {
    const { system, clock, start } = world();
    const pid = await start();
    const asked = pid.call("ask");
    await clock.settle();
    assert.equal(processes(system).find((info) => info.pid === pid.id)?.mailbox, 1);
    pid.cast("go", "b");
    assert.equal(await asked, "in b");
    assert.equal(processes(system).find((info) => info.pid === pid.id)?.mailbox, 0);
    for (const end of [(other: Pid<Machine>) => void stop(other), (other: Pid<Machine>) => exit(other, "kill")]) {
      const other = await start();
      const lost = other.call("ask");
      await clock.settle();
      end(other);
      await assert.rejects(lost, code("INSTAR_CALL_EXITED"));
    }
  });

  test("of a call whose caller has given up are handled all the same", async () => {
    const { clock, start } = world();
    const pid = await start();
    const late = assert.rejects(pid.withTimeout(10).call("ask"), code("INSTAR_CALL_TIMEOUT"));
    await clock.advance(10);
    await late;
    pid.cast("go", "b");
    assert.equal(await pid.call("ask"), "in b");
  });
});

describe("enter", () => {
  test("runs for the first state before the process counts as started; where it fails, unlike in OTP, the start does", async () => {
    const { start, seen } = world();
    await start("b");
    assert.deepEqual(seen, ["enter b from b"]);
    await assert.rejects(
      start("broken"),
      (error: InstarError) => error.code === "INSTAR_INIT_FAILED" && /cannot enter/.test(error.message),
    );
  });

  test("comes after the answer, so a caller has it although enter ends the process; terminate sees the state before", async () => {
    const { clock, start, seen } = world();
    const pid = await start();
    assert.equal(await pid.call("replyAndGo", "broken"), "gone");
    await clock.settle();
    assert.deepEqual(seen.at(-1), ["terminate", "a", {}, "cannot enter"]);
    await assert.rejects(pid.call("ask"), code("INSTAR_NOPROC"));
  });

  test("may end the process", async () => {
    const { clock, start, seen } = world();
    (await start()).cast("go", "unwilling");
    await clock.settle();
    assert.deepEqual(seen.at(-1), ["terminate", "unwilling", { seen: 2 }, { shutdown: "not here" }]);
  });

  test("may take time, change the data and set timeouts; other events wait", async () => {
    const { clock, start, seen, release } = world();
    const pid = await start();
    pid.cast("postpone", 1);
    pid.cast("go", "restless");
    pid.cast("note", 2);
    await clock.settle();
    assert.deepEqual(seen.slice(1), ["a: postpones 1", "a: go restless"]);
    release();
    await clock.advance(5);
    assert.deepEqual(seen.slice(3), ["restless: handles 1", "restless: note 2", "restless: stateTimeout"]);
    assert.deepEqual(await sys.getState(pid), { state: "restless", data: { seen: 1 } });
  });
});

describe("timeouts", () => {
  /** What is seen after these casts, with `ms` in between, and then for 100 ms more. */
  async function after(...steps: ((pid: Pid<Machine>) => void)[]): Promise<unknown[]> {
    const { clock, start, seen } = world();
    const pid = await start();
    seen.length = 0;
    // All of these are in the mailbox before the first is handled.
    for (const step of steps) step(pid);
    await clock.settle();
    await clock.advance(200);
    return seen;
  }
  const stay = (when: When) => (pid: Pid<Machine>) => pid.cast("stay", when);
  const go = (to: Name, when?: When) => (pid: Pid<Machine>) => pid.cast("go", to, when);
  const note = (what: unknown) => (pid: Pid<Machine>) => pid.cast("note", what);
  const postpone = (what: unknown) => (pid: Pid<Machine>) => pid.cast("postpone", what);

  const cases: readonly (readonly [title: string, steps: ((pid: Pid<Machine>) => void)[], seen: unknown[]])[] = [
    ["the state timeout outlives other events", [stay({ stateTimeout: 20 }), note(1)], ["a: note 1", "a: stateTimeout"]],
    ["a change of state cancels it", [stay({ stateTimeout: 20 }), go("b")], ["a: go b", "enter b from a"]],
    ["going to the same state does not", [stay({ stateTimeout: 20 }), go("a")], ["a: go a", "a: stateTimeout"]],
    ["one set with a goto belongs to the new state", [go("b", { stateTimeout: 20 })], ["a: go b", "enter b from a", "b: stateTimeout"]],
    ["setting it again begins anew", [stay({ stateTimeout: 20 }), stay({ stateTimeout: 30 })], ["a: stateTimeout"]],
    ["Infinity cancels it", [stay({ stateTimeout: 20 }), stay({ stateTimeout: Infinity })], []],
    ["any event cancels the event timeout", [stay({ timeout: 20 }), note(1)], ["a: note 1"]],
    ["none comes before it", [stay({ timeout: 20 })], ["a: timeout"]],
    [
      "a change of state does not",
      [go("b", { timeout: 20, stateTimeout: 30 })],
      ["a: go b", "enter b from a", "b: timeout", "b: stateTimeout"],
    ],
    ["zero comes before what is in the mailbox", [stay({ stateTimeout: 0 }), note(1)], ["a: stateTimeout", "a: note 1"]],
    ["so does an event timeout of zero", [stay({ timeout: 0 }), note(1)], ["a: timeout", "a: note 1"]],
    [
      "but after what was postponed",
      [postpone(1), go("b", { stateTimeout: 0 }), note(2)],
      ["a: postpones 1", "a: go b", "enter b from a", "b: handles 1", "b: stateTimeout", "b: note 2"],
    ],
    [
      "what was postponed cancels the event timeout like all events",
      [postpone(1), go("b", { timeout: 0 }), note(2)],
      ["a: postpones 1", "a: go b", "enter b from a", "b: handles 1", "b: note 2"],
    ],
  ];
  for (const [title, steps, expected] of cases) {
    test(title, async () => assert.deepEqual(await after(...steps), expected));
  }

  test("that have fired while a handler was busy are cancelled all the same by what that handler does", async () => {
    for (const [when, to, expected] of [
      [{ stateTimeout: 20 }, "b", ["enter b from a"]],
      [{ stateTimeout: 20 }, null, ["a: stateTimeout"]],
      [{ timeout: 20 }, null, []],
    ] as const) {
      const { clock, start, seen } = world();
      const pid = await start();
      const { opened, open } = gate();
      seen.length = 0;
      pid.cast("stay", when);
      pid.cast("slow", opened, to);
      await clock.advance(50);
      open();
      await clock.advance(50);
      assert.deepEqual(seen, expected);
    }
  });

  test("that are set again before they come are replaced, also where they were postponed; OTP 25 loses the new one", async () => {
    const seen: string[] = [];
    const machine = stateMachine<{
      init(): { readonly state: "a" | "b"; readonly data: null };
      casts: { go(): void };
      infos: { stateTimeout(): void };
    }>({
      vsn: 1,
      init: () => ({ state: "a", data: null }),
      states: {
        a: {
          enter: ({ keep }) => keep(undefined, { stateTimeout: 10 }),
          casts: { go: ({ goto }) => goto("b", undefined, { stateTimeout: 0 }) },
          infos: {
            stateTimeout: ({ postpone }) => {
              seen.push("a");
              return postpone();
            },
          },
        },
        b: {
          casts: { go: ({ keep }) => keep() },
          infos: {
            stateTimeout: ({ keep }) => {
              seen.push("b");
              return keep(undefined, seen.length === 2 ? { stateTimeout: 30 } : {});
            },
          },
        },
      },
    });
    const { system, clock } = testSystem();
    const pid = await system.start(machine);
    await clock.advance(10);
    pid.cast("go");
    await clock.advance(29);
    assert.deepEqual(seen, ["a", "b"]);
    await clock.advance(1);
    assert.deepEqual(seen, ["a", "b", "b"]);
  });

  test("go on while sys has suspended the process, unlike an actor's", async () => {
    const { clock, start, seen } = world();
    const pid = await start();
    pid.cast("stay", { timeout: 40 });
    await clock.settle();
    await sys.suspend(pid);
    await clock.advance(60);
    seen.length = 0;
    pid.cast("note", 1);
    await sys.resume(pid);
    await clock.settle();
    assert.deepEqual(seen, ["a: timeout", "a: note 1"]);
  });

  test("that are no numbers end the process at the handler that set them", async () => {
    const { start, seen } = world();
    const pid = await start();
    pid.cast("stay", { timeout: "soon" as never });
    await assert.rejects(pid.call("ask"), /a timeout is a number/);
    assert.equal((seen.at(-1) as unknown[])[0], "terminate");
  });
});

describe("an event", () => {
  test("that has a handler only in other states ends the process, as in OTP; one that no state has is refused, as by every actor", async () => {
    const { start, seen, clock, logs } = world();
    const pid = await start();
    (pid as Pid<never> as unknown as { cast(name: string): void }).cast("never");
    await assert.rejects((pid as unknown as { call(name: string): Promise<unknown> }).call("nope"), code("INSTAR_MESSAGE_UNKNOWN"));
    assert.match(logs.map(({ text }) => text).join("\n"), /no cast named never/);
    pid.cast("onlyInB");
    await clock.settle();
    assert.match(String((seen.at(-1) as unknown[])[3]), /got the cast onlyInB in the state a, which has no handler for it/);
    const other = await start("b");
    other.cast("onlyInB");
    assert.equal(await other.call("ask"), "in b");
  });

  test("is answered by reply, later by its from, or before a stop, which may leave data", async () => {
    const { start, seen } = world();
    const pid = await start("b");
    const waits = pid.call("keepFrom");
    pid.cast("answer");
    assert.equal(await waits, "at last");
    assert.equal(await pid.call("replyAndStop"), "last words");
    assert.deepEqual(seen.at(-1), ["terminate", "b", { seen: 7 }, "normal"]);
  });

  test("whose handler returns something else, or goes where there is no state, ends the process with a clear error", async () => {
    const { start, seen, clock } = world();
    for (const [wrong, message] of [
      [undefined, /returned undefined, but it returns goto/],
      ["b", /returned 'b'/],
      [{ state: "b", data: {} }, /returned \{ state: 'b'/],
    ] as const) {
      (await start()).cast("bad", wrong);
      await clock.settle();
      assert.match(String((seen.at(-1) as unknown[])[3]), message);
    }
    (await start()).cast("go", "nowhere" as Name);
    await clock.settle();
    assert.match(
      String((seen.at(-1) as unknown[])[3]),
      /goes to 'nowhere', but the machine has only the states a, b, broken, unwilling, restless/,
    );
  });

  test("that a killed machine was handling changes nothing any more", async () => {
    const { start, clock, seen } = world();
    const pid = await start();
    const { opened, open } = gate();
    pid.cast("slow", opened, "b");
    await clock.settle();
    exit(pid, "kill");
    open();
    await clock.settle();
    assert.deepEqual(seen, ["enter a from a"]);
  });
});

test("init that gives no state, or none of the machine's, fails the start", async () => {
  const { start } = world();
  await assert.rejects(start("nowhere" as Name), (error: InstarError) => {
    const cause = error.cause as InstarError;
    return cause.code === "INSTAR_BAD_RETURN" && /no state 'nowhere', only a, b/.test(cause.message);
  });
});

test("its state is { state, data } to sys; replacing it, as in OTP, enters nothing", async () => {
  const { start, clock, seen } = world();
  const pid = await start();
  pid.cast("postpone", 1);
  assert.deepEqual(await sys.getState(pid), { state: "a", data: {} });
  assert.deepEqual(await sys.replaceState(pid, ({ data }): StateOf<Machine> => ({ state: "b", data })), { state: "b", data: {} });
  for (const bad of [null, { state: "z", data: {} }, { state: "b" }]) {
    await assert.rejects(
      sys.replaceState(pid, () => bad as never),
      code("INSTAR_REPLACE_STATE_FAILED"),
    );
  }
  pid.cast("note", 2);
  await clock.settle();
  assert.deepEqual(seen.slice(1), ["a: postpones 1", "b: note 2"]);
});

test("a definition that is none is refused where it is made", () => {
  const good = { vsn: 1, init: () => ({ state: "a", data: null }), states: { a: {} } };
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [null, /is not an object/],
    [{ ...good, vsn: 0 }, /whole number from 1/],
    [{ ...good, init: 1 }, /no init/],
    [{ ...good, states: undefined }, /has no states/],
    [{ ...good, states: {} }, /has no states/],
    [{ ...good, states: { a: null } }, /the state a, which is not an object/],
    [{ ...good, states: { a: { enter: 1 } } }, /states\.a\.enter, which is not a function/],
    [{ ...good, states: { a: { casts: { go: 1 } } } }, /the handler states\.a\.casts\.go, which is not/],
    [{ ...good, any: 1 }, /an any that is not/],
    [{ ...good, any: { calls: { go: 1 } } }, /the handler any\.calls\.go, which is not/],
    [{ ...good, codeChange: { 1: {} } }, /codeChange\[1\] without a function up/],
  ];
  for (const [definition, message] of cases) {
    assert.throws(
      () => stateMachine(definition as never),
      (error: InstarError) =>
        error.code === "INSTAR_BAD_DEFINITION" && message.test(error.message) && error.message.includes("stateMachine(…)"),
    );
  }
});
