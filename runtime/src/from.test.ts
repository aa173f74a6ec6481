/** Answers that come later than the end of the call's handler. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { change, gate } from "../../test/support/load-version.ts";
import { actor, drop, exit, stop, type Actor, type CodeChange, type ExitReason, type From, type InstarError, type Pid } from "./index.ts";
import { copyState } from "./copy-state.ts";
import { upgrade } from "./internal.ts";
import { live } from "./system.ts";
import { testSystem } from "./testing.ts";

/** Answers `get` when there is something to give. */
interface Shop {
  init(): { readonly waiting: readonly From<string>[] };
  calls: {
    get(): string;
    early(value: string): string;
    quit(value: string): string;
    asks(other: Pid<Shop>): string;
    order(from: Pid<Helper>, ms: number): string;
  };
  casts: { put(value: string): void; give(to: Pid<Helper>): void };
}

interface Helper {
  init(): { readonly orders?: ReadonlyMap<string, { readonly of: From<string> }> };
  casts: { answer(from: From<string>): void; answerIn(orders: { readonly of: From<string> }, ms: number): void };
  infos: { answerNow(): void };
}

const shopOf = (vsn: number, codeChange: CodeChange = {}): Actor<Shop> =>
  actor<Shop>({
    vsn,
    id: "test/shop",
    codeChange,
    init: () => ({ waiting: [] }),
    calls: {
      get: ({ state, from, noReply }) => noReply({ waiting: [...state.waiting, from] }),
      early: ({ from, reply }, value) => {
        from.reply(value);
        return reply("too late");
      },
      quit: ({ from, stop: end }, value) => {
        from.reply(value);
        return end("normal");
      },
      asks: async ({ reply }, other) => reply(await other.call("get")),
      order: ({ from, noReply }, to, ms) => {
        if (ms === 0) to.cast("answer", from);
        else to.cast("answerIn", { of: from }, ms);
        return noReply();
      },
    },
    casts: {
      put: ({ state, next }, value) => {
        const [first, ...waiting] = state.waiting;
        first?.reply(value);
        return next({ waiting });
      },
      give: ({ state, next }, to) => {
        for (const from of state.waiting) to.cast("answer", from);
        return next();
      },
    },
  });
const shop = shopOf(1);
const helperOf = (vsn: number, codeChange: CodeChange = {}): Actor<Helper> =>
  actor<Helper>({
    vsn,
    codeChange,
    init: () => ({}),
    casts: {
      answer: ({ next }, from) => {
        from.reply("by the helper");
        return next();
      },
      answerIn: ({ self, next }, order, ms) => {
        self.sendAfter(ms, "answerNow");
        return next({ orders: new Map([["first", order]]) });
      },
    },
    infos: {
      answerNow: ({ state, next }) => {
        state.orders?.get("first")?.of.reply("by the helper");
        return next({});
      },
    },
  });
const helper = helperOf(1);

test("callers are answered when there is an answer, in any order, by whoever has the from; the process goes on meanwhile", async () => {
  const { system, clock } = testSystem();
  const pid = await system.start(shop);
  const calls = [pid.call("get"), pid.call("get"), pid.call("get")];
  pid.cast("put", "a");
  pid.cast("put", "b");
  assert.deepEqual(await Promise.all(calls.slice(0, 2)), ["a", "b"]);
  pid.cast("give", await system.start(helper));
  assert.equal(await calls[2], "by the helper");
  await clock.settle();
  assert.equal(live(system).processes.get(pid.id)!.later?.size, 0, "nothing of an answered call is kept");
});

test("an answer before the end of the handler counts, and the first one alone; also before stop", async () => {
  const { system } = testSystem();
  const pid = await system.start(shop);
  assert.equal(await pid.call("early", "first"), "first");
  assert.equal(await pid.call("quit", "bye"), "bye");
});

test("a caller that waits is told when the process ends, and one that has given up gets no late answer", async () => {
  const { system, clock } = testSystem();
  const pid = await system.start(shop);
  const late = assert.rejects(pid.withTimeout(10).call("get"), { code: "INSTAR_CALL_TIMEOUT" });
  await clock.advance(10);
  await late;
  assert.equal(live(system).processes.get(pid.id)!.later?.size, 0);
  pid.cast("put", "nobody is there");
  for (const end of [() => exit(pid, "boom"), () => stop(pid)]) {
    const one = await system.start(shop);
    const call = one.call("get").catch((error: InstarError) => [error.code, error.reason] satisfies [string, ExitReason | undefined]);
    await clock.settle();
    if (end.toString().includes("exit")) exit(one, "boom");
    else await stop(one, "boom");
    assert.deepEqual(await call, ["INSTAR_CALL_EXITED", "boom"]);
  }
});

test("a caller without a limit that ends is waited for no more, however long its callee lives; others are", async () => {
  interface Asker {
    init(): null;
    casts: { ask(shop: Pid<Shop>): void };
  }
  const asker = actor<Asker>({
    vsn: 1,
    init: () => null,
    casts: {
      ask: async ({ next }, pid) => {
        await pid.withTimeout(Infinity).call("get");
        return next();
      },
    },
  });
  const { system, clock } = testSystem();
  const pid = await system.start(shop);
  const callee = live(system).processes.get(pid.id);
  const askers = [await system.start(asker), await system.start(asker)];
  for (const one of askers) one.cast("ask", pid);
  const outside = pid.withTimeout(Infinity).call("get");
  await clock.settle();
  assert.equal(callee?.later?.size, 3);
  exit(askers[0] as Pid<Asker>, "kill");
  assert.equal(callee?.later?.size, 2);
  assert.equal(callee?.owes, true);
  for (const value of ["to outside", "to nobody", "to one"]) pid.cast("put", value);
  await clock.settle();
  assert.equal(await outside, "to outside");
  assert.equal(callee?.later?.size, 0);
});

test("a from survives copies of the state, and an upgrade", async () => {
  const { system } = testSystem();
  const pid = await system.start(shop);
  const call = pid.call("get");
  const put = (): void => pid.cast("put", "new code");
  await pid.call("early", "");
  const { waiting } = live(system).processes.get(pid.id)!.state as { readonly waiting: readonly From<string>[] };
  assert.equal(copyState({ waiting }).waiting[0], waiting[0]);
  const same = (state: unknown): unknown => ({ ...(state as object) });
  const report = await upgrade(system, [change(shop, shopOf(2, { 1: { up: same, down: same, messages: { put: drop("x") } } }))]);
  assert.equal(report.outcome, "committed");
  put();
  assert.equal(await call, "new code");
});

test("an upgrade waits for an answer that a handler in flight needs: whoever owes it still takes messages", async () => {
  const { system, clock } = testSystem();
  const module = shopOf(1);
  const [asking, owing] = [await system.start(module), await system.start(module)];
  const asked = asking.call("asks", owing);
  await clock.settle();
  const same = (state: unknown): unknown => ({ ...(state as object) });
  const upgraded = upgrade(system, [change(module, shopOf(2, { 1: { up: same, down: same } }))]);
  await clock.settle();
  owing.cast("put", "in time");
  assert.equal(await asked, "in time");
  assert.equal((await upgraded).outcome, "committed");
});

for (const [what, ms] of [
  ["gets in a message", 0],
  ["has in its state, when its timer fires", 1000],
] as const) {
  test(`and so does whoever was given the caller: one that it ${what}`, async () => {
    const { system, clock } = testSystem();
    interface Asker {
      init(of: Pid<Shop>, helper: Pid<Helper>): readonly [Pid<Shop>, Pid<Helper>];
      calls: { go(): string };
    }
    const asker = (vsn: number, codeChange: CodeChange = {}): Actor<Asker> =>
      actor<Asker>({
        vsn,
        codeChange,
        init: (of, to) => [of, to],
        calls: {
          go: async ({ state: [of, to], reply }) => {
            await began;
            return reply(await of.call("order", to, ms));
          },
        },
      });
    const { opened: began, open } = gate();
    const modules = [asker(1), shopOf(1), helperOf(1)] as const;
    const to = await system.start(modules[2]);
    const asking = await system.start(modules[0], { args: [await system.start(modules[1]), to] });
    const asked = asking.call("go");
    await clock.settle();
    const same: CodeChange = { 1: { up: (state: unknown) => state, down: (state: unknown) => state } };
    const upgraded = upgrade(system, [
      change(modules[0], asker(2, same)),
      change(modules[1], shopOf(2, same)),
      change(modules[2], helperOf(2, same)),
    ]);
    open();
    await clock.advance(ms);
    assert.equal((await upgraded).outcome, "committed");
    assert.deepEqual([await asked, clock.now()], ["by the helper", ms]);
  });
}

/** A desk that takes orders, a broker that answers them when the work is done, and workers, of whom each passes it on to the next. */
interface Desk {
  init(broker: Pid<Broker>): Pid<Broker>;
  calls: { order(): string };
}
interface Broker {
  init(worker: Pid<Labor>): { readonly worker: Pid<Labor>; readonly orders: ReadonlyMap<number, From<string>>; readonly last: number };
  calls: { get(): string };
  casts: { done(order: number): void };
}
interface Labor {
  init(next: Pid<Labor> | null): { readonly next: Pid<Labor> | null };
  casts: { work(order: number, ms: number, broker: Pid<Broker>): void };
  infos: { finished(order: number, broker: Pid<Broker>): void };
}

async function orders(ms: number, desks: number, began: Promise<void>) {
  const world = testSystem();
  const { system } = world;
  const desk = (vsn: number, codeChange: CodeChange = {}): Actor<Desk> =>
    actor<Desk>({
      vsn,
      codeChange,
      init: (broker) => broker,
      calls: {
        order: async ({ state, reply }) => {
          await began;
          return reply(await state.call("get"));
        },
      },
    });
  const broker = (vsn: number, codeChange: CodeChange = {}): Actor<Broker> =>
    actor<Broker>({
      vsn,
      codeChange,
      init: (worker) => ({ worker, orders: new Map(), last: 0 }),
      calls: {
        get: ({ state, from, self, noReply }) => {
          const order = state.last + 1;
          state.worker.cast("work", order, ms, self.pid);
          return noReply({ ...state, last: order, orders: new Map([...state.orders, [order, from]]) });
        },
      },
      casts: { done: ({ state, next }, order) => (state.orders.get(order)?.reply(`order ${order}`), next()) },
    });
  const labor = (vsn: number, codeChange: CodeChange = {}): Actor<Labor> =>
    actor<Labor>({
      vsn,
      codeChange,
      init: (next) => ({ next }),
      casts: {
        work: ({ state, self, next }, order, rest, to) => {
          if (state.next !== null) state.next.cast("work", order, rest, to);
          else if (rest > 0) self.sendAfter(rest, "finished", order, to);
          else to.cast("done", order);
          return next();
        },
      },
      infos: { finished: ({ next }, order, to) => (to.cast("done", order), next()) },
    });
  const modules = [desk(1), broker(1), labor(1)] as const;
  const last = await system.start(modules[2], { args: [null] });
  const middle = await system.start(modules[2], { args: [last] });
  const office = await system.start(modules[1], { args: [await system.start(modules[2], { args: [middle] })] });
  const pids = await Promise.all(Array.from({ length: desks }, () => system.start(modules[0], { args: [office] })));
  const same: CodeChange = { 1: { up: (state: unknown) => state, down: (state: unknown) => state } };
  const next = [desk(2, same), broker(2, same), labor(2, same)] as const;
  return {
    ...world,
    pids,
    upgrade: () =>
      upgrade(
        system,
        modules.map((module, i) => change<unknown>(module, next[i] as Actor<unknown>)),
      ),
  };
}

for (const [what, ms] of [
  ["messages", 0],
  ["messages and a timer", 1000],
] as const) {
  test(`an answer that comes by ${what} of other processes is not held up by the upgrade that waits for it`, async () => {
    const { opened, open } = gate();
    const { clock, pids, upgrade: apply } = await orders(ms, 1, opened);
    const asked = pids[0]!.call("order");
    await clock.settle();
    const upgraded = apply();
    open();
    await clock.advance(ms);
    assert.equal((await upgraded).outcome, "committed");
    assert.deepEqual([await asked, clock.now()], ["order 1", ms]);
  });
}

test("nor does it let load from outside through: under traffic without end it comes to rest", async () => {
  const { clock, pids, upgrade: apply } = await orders(0, 5, Promise.resolve());
  let on = true;
  const traffic = pids.map(async (pid) => {
    while (on) await pid.call("order");
  });
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  const report = await apply();
  on = false;
  await Promise.all(traffic);
  assert.deepEqual([report.outcome, report.errors, clock.now()], ["committed", [], 0]);
});
