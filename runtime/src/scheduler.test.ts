/** Whose turn it is: what runs at once, and that nobody starves, counted in turns of the event loop and not in time. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { actor, createSystem, start, type Pid } from "./index.ts";
import { testSystem } from "./testing.ts";

interface Probe {
  init(): null;
  calls: { ping(): number; relay(to: Pid<Probe>): number; run(fn: () => void): null };
  casts: { run(fn: () => void): void; again(left: number, done: () => void): void };
}

const probe = actor<Probe>({
  vsn: 1,
  init: () => null,
  calls: {
    ping: ({ reply }) => reply(1),
    relay: async ({ reply }, to) => reply(await to.call("ping")),
    run: ({ reply }, fn) => {
      fn();
      return reply(null);
    },
  },
  casts: {
    run: ({ next }, fn) => {
      fn();
      return next();
    },
    again: ({ self, next }, left, done) => {
      if (left === 0) done();
      else self.pid.cast("again", left - 1, done);
      return next();
    },
  },
});

/** Turns of the event loop that pass while `work` runs. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const count = (): void => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  await work();
  over = true;
  return turns;
}

for (const [name, start] of [
  ["one client in a closed loop", (pid) => closedLoop(pid, 40_000)],
  ["a hundred clients in closed loops", (pid) => Promise.all(Array.from({ length: 100 }, () => closedLoop(pid, 400)))],
  ["a burst of casts", (pid) => (burst(pid, 40_000), pid.withTimeout(Infinity).call("ping"))],
  ["a process that casts to itself", (pid) => new Promise<void>((resolve) => pid.cast("again", 40_000, resolve))],
] satisfies [string, (pid: Pid<Probe>) => Promise<unknown>][]) {
  test(`${name} lets the event loop have its turns`, async () => {
    const system = createSystem({ context: false });
    const pid = await system.start(probe);
    const turns = await turnsOf(() => start(pid));
    assert.ok(turns >= 40_000 / 2000 - 1, `${turns} turns for 40,000 messages`);
    await system.stop();
  });
}

async function closedLoop(pid: Pid<Probe>, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) await pid.call("ping");
}

function burst(pid: Pid<Probe>, casts: number): void {
  for (let i = 0; i < casts; i++) pid.cast("run", () => {});
}

test("a call from outside to a process at rest is handled at once; a cast, and what comes after it, in order", async () => {
  const { system } = testSystem();
  const pid = await system.start(probe);
  const order: string[] = [];
  const note = (text: string) => () => void order.push(text);
  const first = pid.call("run", note("call 1"));
  order.push("sent 1");
  pid.cast("run", note("cast 2"));
  const third = pid.call("run", note("call 3"));
  order.push("sent 3");
  await Promise.all([first, third]);
  assert.deepEqual(order, ["call 1", "sent 1", "sent 3", "cast 2", "call 3"]);
});

test("nothing runs at once inside a handler, while another process waits for its turn, or with a seed", async () => {
  const { system } = testSystem();
  const [a, b, c] = [await system.start(probe), await system.start(probe), await system.start(probe)];
  const order: string[] = [];
  const note = (text: string) => () => void order.push(text);
  let inner: Promise<unknown> | null = null;
  await a.call("run", () => {
    inner = b.call("run", note("called from a handler"));
    order.push("the handler goes on");
  });
  await (inner as unknown as Promise<unknown>);
  b.cast("run", note("waits"));
  const call = c.call("run", note("comes later"));
  order.push("sent");
  await call;
  assert.deepEqual(order, ["the handler goes on", "called from a handler", "sent", "waits", "comes later"]);

  const seeded = testSystem({ seed: 1 }).system;
  const pid = await seeded.start(probe);
  const late: string[] = [];
  const answer = pid.call("run", () => void late.push("handled"));
  late.push("sent");
  await answer;
  assert.deepEqual(late, ["sent", "handled"]);
});

test("a handler that starts a process goes on when its init is done, as in OTP; with a seed, before", async () => {
  const order = async (seed?: number): Promise<string[]> => {
    const { system } = testSystem(seed === undefined ? {} : { seed });
    const pid = await system.start(probe);
    const notes: string[] = [];
    const child = actor<{ init(depth: number): null }>({
      vsn: 1,
      init: (depth) => {
        if (depth > 0) void start(child, { args: [depth - 1], link: true });
        notes.push(`init ${depth}`);
        return null;
      },
    });
    await pid.call("run", () => {
      void start(child, { args: [20], link: true });
      notes.push("the handler goes on");
    });
    await pid.call("ping");
    return notes;
  };
  const inits = (...depths: number[]): string[] => depths.map((depth) => `init ${depth}`);
  // Only so many within each other; then they wait for their turn.
  const once = await order();
  assert.deepEqual(once.slice(0, 8), [...inits(14, 15, 16, 17, 18, 19, 20), "the handler goes on"]);
  assert.equal(once.length, 22);
  assert.deepEqual((await order(1))[0], "the handler goes on");
});

test("a handler that runs at once runs in nobody's async context, as all do", async () => {
  const { system } = testSystem();
  const pid = await system.start(probe);
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  await storage.run("request", async () => {
    await pid.call("run", () => void seen.push(storage.getStore()));
    pid.cast("run", () => void seen.push(storage.getStore()));
    seen.push(storage.getStore());
    await pid.call("ping");
    seen.push(storage.getStore());
  });
  assert.deepEqual(seen, [undefined, "request", undefined, "request"]);
});

test("a handler that runs at once and fails does not reach its sender, and the next one goes on", async () => {
  const { system } = testSystem();
  const [bad, good] = [await system.start(probe), await system.start(probe)];
  const boom = bad.call("run", () => {
    throw new Error("boom");
  });
  assert.equal(await good.call("relay", await system.start(probe)), 1);
  await assert.rejects(boom, { code: "INSTAR_CALL_EXITED" });
});
