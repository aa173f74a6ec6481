/** Processes: order, calls and their errors, infos, isolation, exits, and the fairness of the loop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { AsyncLocalStorage } from "node:async_hooks";
import { actor, InstarError, start, stop, whereis, type ErrorCode, type ExitReason, type Pid } from "./index.ts";
import { testSystem } from "./testing.ts";
import { processes, stateOf } from "./internal.ts";

interface Counter {
  init(n: number): { readonly n: number; readonly log: readonly string[] };
  calls: {
    get(): number;
    log(): readonly string[];
    add(n: number): number;
    slow(gate: Promise<unknown>): number;
    boom(): never;
    bare(): number;
    quit(reason: string): number;
    ask(other: Pid<Counter>): number;
    me(): number;
    spawn(n: number): Pid<Counter>;
  };
  casts: { note(text: string): void; crash(): void; later(ms: number, text: string): void; notify(to: Pid<Counter>, text: string): void };
  infos: { alarm(text: string): void; exit(from: Pid<unknown> | null, reason: ExitReason): void };
}

/** What another version of it might take. */
interface Later {
  init(): number;
  calls: { toString(): string };
  casts: { gone(): void };
}

let terminated: string[] = [];

const counter = actor<Counter>({
  vsn: 1,
  id: "test/counter",
  trapExit: true,
  init: (n) => {
    if (n < 0) throw new RangeError("negative");
    return { n, log: [] };
  },
  calls: {
    get: ({ state, reply }) => reply(state.n),
    log: ({ state, reply }) => reply(state.log),
    add: ({ state, reply }, n) => reply(state.n + n, { ...state, n: state.n + n }),
    slow: async ({ state, reply }, gate) => {
      await gate;
      return reply(state.n, { ...state, n: state.n + 1 });
    },
    boom: () => {
      throw new Error("boom");
    },
    bare: () => 7 as never,
    quit: ({ stop: end }, reason) => end(reason),
    ask: async ({ reply }, other) => reply(await other.call("get")),
    me: async ({ self, reply }) => reply(await self.pid.call("get")),
    spawn: async ({ reply }, n) => {
      await Promise.resolve();
      const pid: Pid<Counter> = await start(counter, { args: [n] });
      return reply(pid);
    },
  },
  casts: {
    note: ({ state, next }, text) => next({ ...state, log: [...state.log, text] }),
    crash: () => {
      throw new TypeError("crashed");
    },
    later: ({ self, next }, ms, text) => {
      self.sendAfter(ms, "alarm", text);
      return next();
    },
    notify: ({ next }, to, text) => {
      to.cast("note", text);
      return next();
    },
  },
  infos: {
    alarm: ({ state, next }, text) => next({ ...state, log: [...state.log, `alarm ${text}`] }),
    exit: ({ next }) => next(),
  },
  terminate: ({ state }, reason) => {
    terminated.push(`${state.n} ${inspect(reason).split("\n")[0]}`);
  },
});

const rejects = (promise: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(promise, (error) => error instanceof InstarError && error.code === code);

test("messages of one sender are handled in order, one at a time, also around an async handler", async () => {
  const { system } = testSystem();
  const pid = await system.start(counter, { args: [0] });
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const slow = pid.call("slow", gate);
  for (const text of ["a", "b", "c"]) pid.cast("note", text);
  const get = pid.call("get");
  const log = pid.call("log");
  assert.equal(processes(system)[0]?.mailbox, 5, "everything waits behind the call that is being handled");
  open();
  assert.deepEqual([await slow, await get, await log], [0, 1, ["a", "b", "c"]]);
});

test("a call is rejected after 5 s, its late reply is dropped, and the message is still handled", async () => {
  const { system, clock } = testSystem();
  const pid = await system.start(counter, { args: [1] });
  let open = (): void => {};
  const call = pid.call("slow", new Promise<void>((resolve) => (open = resolve)));
  const outcome = rejects(call, "INSTAR_CALL_TIMEOUT");
  let settled = false;
  void call.catch(() => (settled = true));
  await clock.advance(4999);
  assert.equal(settled, false);
  await clock.advance(1);
  await outcome;
  open();
  assert.equal(await pid.call("get"), 2, "the state of the handler that replied too late counts");
});

test("withTimeout sets the limit of one call", async () => {
  const { system, clock } = testSystem();
  const pid = await system.start(counter, { args: [1] });
  const forEver = new Promise(() => {});
  const short = rejects(pid.withTimeout(10).call("slow", forEver), "INSTAR_CALL_TIMEOUT");
  const behind = rejects(pid.call("get"), "INSTAR_CALL_TIMEOUT");
  let never = false;
  void pid
    .withTimeout(Infinity)
    .call("get")
    .finally(() => (never = true));
  await clock.advance(10);
  await short;
  await clock.advance(5000);
  await behind;
  await clock.advance(1e9);
  assert.equal(never, false);
  assert.equal(clock.pending, 0, "no timer keeps a program alive that only waits without limit");
});

test("withTimeout refuses what is no number: such a call would wait for ever", async () => {
  const { system } = testSystem();
  const pid = await system.start(counter, { args: [1] });
  for (const ms of [Number.NaN, undefined, "100"]) assert.throws(() => pid.withTimeout(ms as number), TypeError);
});

test("an error in one process ends that process alone, and its callers are told why", async () => {
  // With a seed nothing runs at once.
  const { system, logs } = testSystem({ seed: 1 });
  const bad = await system.start(counter, { args: [1] });
  const good = await system.start(counter, { args: [2] });
  terminated = [];
  const boom = bad.call("boom");
  const queued = bad.call("get");
  await assert.rejects(boom, (error) => error instanceof InstarError && error.code === "INSTAR_CALL_EXITED" && /boom/.test(error.message));
  await rejects(queued, "INSTAR_CALL_EXITED");
  assert.deepEqual(terminated, ["1 Error: boom"]);
  await rejects(bad.call("get"), "INSTAR_NOPROC");
  bad.cast("note", "lost in silence");
  assert.equal(await good.call("get"), 2);
  assert.match(logs.map(({ text }) => text).join(), /<0\.1> \(test\/counter\) version 1 ended in call boom: Error: boom\n +at /);
});

test("a caller that does not catch goes down with its callee, as in OTP", async () => {
  const { system } = testSystem();
  const [asker, other] = [await system.start(counter, { args: [1] }), await system.start(counter, { args: [2] })];
  await stop(other);
  await rejects(asker.call("ask", other), "INSTAR_CALL_EXITED");
  assert.deepEqual(processes(system), []);
});

test("a bare return, a call to itself and a crash in a cast are named", async () => {
  const { system, logs } = testSystem();
  const make = () => system.start(counter, { args: [1] });
  await assert.rejects((await make()).call("bare"), (error) => error instanceof InstarError && isCode(error.reason, "INSTAR_BAD_RETURN"));
  await assert.rejects((await make()).call("me"), (error) => error instanceof InstarError && isCode(error.reason, "INSTAR_CALL_SELF"));
  const pid = await make();
  pid.cast("crash");
  await rejects(pid.call("get"), "INSTAR_CALL_EXITED");
  assert.equal(logs.length, 3);
});

for (const reason of [undefined, null, 42, { why: "x" }, { shutdown: Object.create(null) as object }]) {
  test(`a process ends also for ${inspect(reason)}, which is no reason that the types know`, async () => {
    const { system } = testSystem({ seed: 1 });
    const pid = await system.start(counter, { args: [1] });
    await Promise.all([rejects(pid.call("quit", reason as never), "INSTAR_CALL_EXITED"), rejects(pid.call("get"), "INSTAR_CALL_EXITED")]);
    assert.deepEqual(processes(system), []);
  });
}

test("stop ends a process: from its handler, and from outside after what is queued", async () => {
  const { system, logs } = testSystem();
  terminated = [];
  const first = await system.start(counter, { args: [1] });
  await assert.rejects(first.call("quit", "normal"), (error) => error instanceof InstarError && error.reason === "normal");
  const second = await system.start(counter, { args: [2], name: "second" });
  const added = second.call("add", 1);
  await Promise.all([stop(second, "shutdown"), rejects(second.call("get"), "INSTAR_CALL_EXITED")]);
  assert.equal(await added, 3);
  assert.deepEqual(terminated, ["1 'normal'", "3 'shutdown'"]);
  assert.equal(system.whereis("second"), null);
  assert.deepEqual(logs, [], "orderly ends are not news");
  await stop(second);
});

test("start: init that throws, taken names, a parent inside a handler", async () => {
  const { system } = testSystem();
  await assert.rejects(
    system.start(counter, { args: [-1] }),
    (error) => error instanceof InstarError && error.code === "INSTAR_INIT_FAILED" && error.cause instanceof RangeError,
  );
  const one = await system.start(counter, { args: [1], name: "one" });
  assert.equal(system.whereis<Counter>("one"), one);
  await rejects(system.start(counter, { args: [1], name: "one" }), "INSTAR_NAME_TAKEN");
  assert.equal(whereis("one"), null, "the default system is another one");
  const child = await one.call("spawn", 5);
  assert.equal(await child.call("get"), 5);
  assert.deepEqual(
    processes(system).map(({ pid, parent }) => [pid, parent]),
    [
      [one.id, null],
      [child.id, one.id],
    ],
  );
  await rejects(system.start({} as never, { args: [1] } as never), "INSTAR_NOT_A_HANDLE");
});

test("sendAfter sends an info when its time has come; it ends with the process", async () => {
  const { system, clock } = testSystem();
  const pid = await system.start(counter, { args: [0] });
  pid.cast("later", 100, "x");
  pid.cast("later", 50, "y");
  await clock.advance(99);
  assert.deepEqual(await pid.call("log"), ["alarm y"]);
  await clock.advance(1);
  assert.deepEqual(await pid.call("log"), ["alarm y", "alarm x"]);
  pid.cast("later", 50, "z");
  await stop(pid);
  assert.equal(clock.pending, 0);
});

test("sendAfter refuses what is no time from now", async () => {
  const { system } = testSystem();
  for (const ms of [Number.NaN, -1, "5" as never]) {
    const pid = await system.start(counter, { args: [0] });
    pid.cast("later", ms, "x");
    await assert.rejects(pid.call("log"), /sendAfter takes milliseconds/);
  }
});

test("a message of another version is answered or logged, and the process lives", async () => {
  const { system, logs } = testSystem();
  const pid = await system.start(counter, { args: [4] });
  await rejects((pid as unknown as Pid<Later>).call("toString"), "INSTAR_MESSAGE_UNKNOWN");
  (pid as unknown as Pid<Later>).cast("gone");
  assert.equal(await pid.call("get"), 4);
  assert.match(logs[0]?.text ?? "", /no cast named gone/);
});

test("system.stop ends everything, newest first, kills what does not end, and starts nothing any more", async () => {
  const { system, clock, logs } = testSystem();
  terminated = [];
  const stuck = await system.start(counter, { args: [1] });
  await system.start(counter, { args: [2] });
  void stuck.call("slow", new Promise(() => {})).catch(() => {});
  await clock.settle();
  const stopped = system.stop();
  await clock.advance(5000);
  await stopped;
  assert.deepEqual(terminated, ["2 'shutdown'"]);
  assert.match(logs[0]?.text ?? "", /killed/);
  await rejects(system.start(counter, { args: [1] }), "INSTAR_SYSTEM_STOPPED");
});

test("the loop leaves turns to timers: a client in a loop of calls does not starve them", async () => {
  const { system } = testSystem();
  const pid = await system.start(counter, { args: [0] });
  let turns = 0;
  let running = true;
  const client = (async () => {
    let calls = 0;
    while (running && calls < 1_000_000) {
      await pid.call("get");
      calls++;
    }
    return calls;
  })();
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      if (++turns === 5) resolve();
      else setImmediate(tick);
    };
    setImmediate(tick);
  });
  running = false;
  assert.ok((await client) < 1_000_000, "the event loop turned before the client was done");
});

test("handlers do not run in the async context of whoever woke the runtime", async () => {
  const storage = new AsyncLocalStorage<string>();
  const { system } = testSystem();
  interface Probe {
    init(): number;
    calls: { context(): string };
  }
  const probe = actor<Probe>({ vsn: 1, init: () => 0, calls: { context: ({ reply }) => reply(storage.getStore() ?? "none") } });
  const pid = await storage.run("request-1", () => system.start(probe));
  assert.deepEqual(await Promise.all([storage.run("request-1", () => pid.call("context")), pid.call("context")]), ["none", "none"]);
});

test("a seed decides the order of processes, and the same seed decides the same", async () => {
  const orders = new Set<string>();
  const run = async (seed: number): Promise<string> => {
    const { system, clock } = testSystem({ seed });
    const sink = await system.start(counter, { args: [0] });
    const senders = await Promise.all(Array.from({ length: 6 }, () => system.start(counter, { args: [0] })));
    for (const [i, sender] of senders.entries()) sender.cast("notify", sink, String(i));
    await clock.settle();
    return (await sink.call("log")).join("");
  };
  for (let seed = 1; seed <= 5; seed++) {
    const order = await run(seed);
    assert.equal(await run(seed), order, `seed ${seed}`);
    orders.add(order);
  }
  assert.ok(orders.size > 1, "seeds differ");
});

test("processes and states can be looked at", async () => {
  const { system } = testSystem();
  const pid = await system.start(counter, { args: [3], name: "three" });
  const [info] = processes(system);
  assert.deepEqual(
    { ...info, stateSize: (info?.stateSize ?? 0) > 0 },
    {
      pid: pid.id,
      name: "three",
      parent: null,
      module: "test/counter",
      kind: "actor",
      vsn: 1,
      status: "idle",
      mailbox: 0,
      stateSize: true,
      since: "1970-01-01T00:00:00.000Z",
      restarts: 0,
      oldCode: false,
    },
  );
  assert.deepEqual(stateOf(system, pid.id), { text: "{ n: 3, log: [] }", json: { n: 3, log: [] } });
  assert.equal(stateOf(system, "<0.99>"), null);
  assert.equal(`${String(pid)} ${JSON.stringify({ pid })}`, `<0.1> {"pid":"<0.1>"}`);
});

test("bad definitions are refused where they are made", () => {
  const good = { vsn: 1, init: () => 0 };
  for (const bad of [
    null,
    { ...good, vsn: "2" },
    { ...good, vsn: 0 },
    { vsn: 1 },
    { ...good, calls: { x: 1 } },
    { ...good, codeChange: { 1: {} } },
  ]) {
    assert.throws(() => actor(bad as never), { code: "INSTAR_BAD_DEFINITION" });
  }
  assert.throws(() => actor({ ...good, vsn: "2" } as never), /has the vsn "2", but/);
});

function isCode(reason: unknown, code: ErrorCode): boolean {
  return reason instanceof InstarError && reason.code === code;
}
