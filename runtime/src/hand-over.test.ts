/** A system that moves to another one: what it was there it is here, and nobody who talks to it loses anything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, depart, obstaclesOf, type Departed } from "./hand-over.ts";
import { isHandle, moduleOf } from "./handle.ts";
import {
  actor,
  child,
  self,
  stateMachine,
  supervisor,
  sys,
  type ExitReason,
  type From,
  type Monitor,
  type Pid,
  type System,
} from "./index.ts";
import { type CodeWorld, handlesOf, type Letter, type Neighbor } from "./neighbor.ts";
import type { Handle } from "./handle.ts";
import { live } from "./system.ts";
import type { SystemImage } from "./system-image.ts";
import { seededRandom } from "./seeded-random.ts";
import { testSystem } from "./test-system.ts";

interface Counter {
  init(from: number): { readonly n: number; readonly friend: Pid<Counter> | null };
  calls: { add(k: number): number; befriend(friend: Pid<Counter>): void; friends(): number | null; fail(): void };
  casts: { inc(): void };
  infos: { tick(): void };
}
const counter = actor<Counter>({
  vsn: 1,
  id: "counter",
  init: (n) => {
    self<Counter>().sendAfter(1000, "tick");
    return { n, friend: null };
  },
  calls: {
    add: ({ state, reply }, k) => reply(state.n + k, { ...state, n: state.n + k }),
    befriend: ({ state, reply }, friend) => reply(undefined, { ...state, friend }),
    friends: async ({ state, reply }) => reply(state.friend === null ? null : await state.friend.call("add", 0)),
    fail: () => {
      throw new Error("asked to");
    },
  },
  casts: { inc: ({ state, next }) => next({ ...state, n: state.n + 1 }) },
  infos: {
    tick: ({ state, self: own, next }) => {
      own.sendAfter(1000, "tick");
      return next({ ...state, n: state.n + 100 });
    },
  },
});

interface Shop {
  init(): { readonly waiting: readonly From<string>[] };
  calls: { buy(): string };
  casts: { deliver(what: string): void };
}
const shop = actor<Shop>({
  vsn: 1,
  id: "shop",
  init: () => ({ waiting: [] }),
  calls: { buy: ({ state, from, noReply }) => noReply({ waiting: [...state.waiting, from] }) },
  casts: {
    deliver: ({ state, next }, what) => {
      for (const from of state.waiting) from.reply(what);
      return next({ waiting: [] });
    },
  },
});

interface Watcher {
  init(whom: Pid<Counter>): { readonly monitor: Monitor; readonly seen: readonly string[] };
  calls: { seen(): readonly string[] };
  infos: { down(monitor: Monitor, pid: Pid<unknown>, reason: ExitReason): void };
}
const watcher = actor<Watcher>({
  vsn: 1,
  id: "watcher",
  init: (whom) => ({ monitor: self<Watcher>().monitor(whom), seen: [] }),
  calls: { seen: ({ state, reply }) => reply(state.seen) },
  infos: {
    down: ({ state, next }, monitor, pid, reason) =>
      next({
        ...state,
        seen: [
          ...state.seen,
          `${monitor === state.monitor ? "its" : "another"} monitor: ${pid.id} ${reason instanceof Error ? reason.message : "?"}`,
        ],
      }),
  },
});

/** As one with a socket: it has what cannot travel, and passes on. */
interface Front {
  init(): { readonly socket: () => void; readonly served: number };
  calls: { ask(name: string, k: number): number };
}
const front = actor<Front>({
  vsn: 1,
  id: "front",
  stays: true,
  init: () => ({ socket: () => {}, served: 0 }),
  calls: {
    ask: async ({ state, reply }, name, k) => {
      const pid = live(current).whereis<Counter>(name);
      return reply((await pid?.call("add", k)) ?? -1, { ...state, served: state.served + 1 });
    },
  },
});
let current: System;

interface Door {
  init(): { readonly state: "open" | "shut"; readonly data: number };
  calls: { state(): string };
  casts: { open(): void; knock(): void };
  infos: { stateTimeout(): void };
}
const door = stateMachine<Door>({
  vsn: 1,
  id: "door",
  init: () => ({ state: "shut", data: 0 }),
  states: {
    shut: {
      casts: { open: ({ goto }) => goto("open"), knock: ({ postpone }) => postpone() },
    },
    open: {
      enter: ({ keep }) => keep(undefined, { stateTimeout: 5000 }),
      casts: { open: ({ keep }) => keep(), knock: ({ keep, data }) => keep(data + 1) },
      infos: { stateTimeout: ({ goto }) => goto("shut") },
    },
  },
  any: { calls: { state: ({ state, data, reply }) => reply(`${state} ${data}`) } },
});

const app = supervisor({
  vsn: 1,
  id: "app",
  intensity: { restarts: 2, within: 5000 },
  children: [
    child(counter, { id: "one", name: "one", args: [1] }),
    child(counter, { id: "two", name: "two", args: [2] }),
    child(shop, { id: "shop", name: "shop" }),
    child(door, { id: "door", name: "door" }),
    child(front, { id: "front", name: "front" }),
  ],
});

const handles = [counter, shop, watcher, front, door, app].filter<Handle>(isHandle);
const modules = new Map(handles.map((handle) => [moduleOf(handle).id, moduleOf(handle)]));
const code: CodeWorld = { handle: (id) => handlesOf(handles)(id), mfa: () => assert.fail("no mfa here") };

interface Side {
  readonly system: System;
  readonly clock: ReturnType<typeof testSystem>["clock"];
}

function side(): Side {
  const { system, clock } = testSystem();
  return { system, clock };
}

/** Carries letters as the parent would, as JSON, and in order. */
function post(): { readonly send: (letter: Letter) => void; deliverTo(neighbor: Neighbor): void } {
  const early: Letter[] = [];
  let to: Neighbor | null = null;
  return {
    send: (letter) => {
      const copy = JSON.parse(JSON.stringify(letter)) as Letter;
      if (to === null) early.push(copy);
      else to.receive(copy);
    },
    deliverTo(neighbor) {
      to = neighbor;
      for (const letter of early.splice(0)) neighbor.receive(letter);
    },
  };
}

async function move(from: Side, to: Side, between: (departed: Departed) => void = () => {}): Promise<{ blue: Neighbor; green: Neighbor }> {
  const [toGreen, toBlue] = [post(), post()];
  const departing = depart(from.system, { send: toGreen.send, code });
  await from.clock.settle();
  const departed = await departing;
  assert.ok(departed.ok, JSON.stringify(departed));
  between(departed);
  const image = JSON.parse(JSON.stringify(departed.image)) as SystemImage;
  const arrival = arrive(to.system, image, { modules, code, send: toBlue.send });
  const blue = departed.leave();
  toBlue.deliverTo(blue);
  toGreen.deliverTo(arrival.neighbor);
  arrival.open();
  await to.clock.settle();
  await from.clock.settle();
  return { blue, green: arrival.neighbor };
}

test("states, timers, names, links and the supervision tree are the same after a move", async () => {
  const [from, to] = [side(), side()];
  const root = await from.system.start(app);
  const one = from.system.whereis<Counter>("one") ?? assert.fail();
  const two = from.system.whereis<Counter>("two") ?? assert.fail();
  const guard = await from.system.start(watcher, { args: [two], name: "guard" });
  await one.call("befriend", two);
  from.system.whereis<Door>("door")?.cast("knock");
  from.system.whereis<Door>("door")?.cast("open");
  await from.clock.advance(1700);
  await move(from, to);

  const there = to.system.whereis<Counter>("one") ?? assert.fail();
  assert.equal(there.id, one.id);
  assert.equal(await there.call("add", 0), 101);
  assert.equal(await there.call("friends"), 102);
  await to.clock.advance(300);
  assert.equal(await there.call("add", 0), 201);
  assert.equal(await to.system.whereis<Door>("door")?.call("state"), "open 1");
  await to.clock.advance(3100);
  assert.equal(await to.system.whereis<Door>("door")?.call("state"), "shut 1");

  // One that fails is started again by the supervisor that came along, and who watches it hears of that with its own monitor.
  await assert.rejects((to.system.whereis<Counter>("two") ?? assert.fail()).call("fail"));
  await to.clock.settle();
  const anew = to.system.whereis<Counter>("two") ?? assert.fail();
  assert.notEqual(anew.id, two.id);
  assert.deepEqual(await to.system.whereis<Watcher>("guard")?.call("seen"), [`its monitor: ${two.id} asked to`]);
  assert.equal(guard.id, to.system.whereis("guard")?.id);
  const here = [...live(to.system).processes.values()].find(({ pid }) => pid.id === root.id) ?? assert.fail();
  assert.equal(here.module.id, "app");
});

test("who waits for an answer gets it from the other side, whether the call was queued or taken", async () => {
  const [from, to] = [side(), side()];
  await from.system.start(app);
  const one = from.system.whereis<Counter>("one") ?? assert.fail();
  const market = from.system.whereis<Shop>("shop") ?? assert.fail();
  const bread = market.call("buy");
  await sys.suspend(one);
  const queued = one.call("add", 5);
  let late = Promise.resolve(0);
  await move(from, to, () => {
    // What comes while it is under way.
    late = one.call("add", 7);
    market.cast("deliver", "bread");
  });
  const there = to.system.whereis<Counter>("one") ?? assert.fail();
  await sys.resume(there);
  assert.deepEqual(await Promise.all([queued, late, bread]), [6, 13, "bread"]);
  assert.equal(await one.call("add", 1), 14);
  assert.equal(await there.call("add", 0), 14);
});

test("a process that stays serves on there, and another one is started here", async () => {
  const [from, to] = [side(), side()];
  await from.system.start(app);
  current = from.system;
  const old = from.system.whereis<Front>("front") ?? assert.fail();
  const { blue, green } = await move(from, to);
  const fresh = to.system.whereis<Front>("front") ?? assert.fail();
  assert.notEqual(fresh.id, old.id);
  assert.equal(await old.call("ask", "one", 5), 6);
  current = to.system;
  assert.equal(await fresh.call("ask", "one", 5), 11);

  // A process that was started again since is found by its name there as well.
  await assert.rejects((to.system.whereis<Counter>("one") ?? assert.fail()).call("fail"));
  await to.clock.settle();
  current = from.system;
  assert.equal(await old.call("ask", "one", 1), 2);

  // When the other side is gone, who asks it is told.
  const asked = (from.system.whereis<Shop>("shop") ?? assert.fail()).call("buy");
  blue.lost();
  green.lost();
  await assert.rejects(asked, { code: "INSTAR_CALL_EXITED", reason: "noconnection" });
});

test("a move that comes to nothing changes nothing: messages, timers and callers are where they were", async () => {
  const from = side();
  await from.system.start(app);
  const one = from.system.whereis<Counter>("one") ?? assert.fail();
  await from.clock.advance(500);
  const departing = depart(from.system, { send: () => assert.fail("nobody goes"), code });
  await from.clock.settle();
  const departed = await departing;
  assert.ok(departed.ok);
  const asked = one.call("add", 1);
  await from.clock.advance(3000);
  departed.resume();
  await from.clock.advance(1);
  // Its timer was due meanwhile.
  assert.ok([2, 102].includes(await asked));
  assert.equal(await one.call("add", 0), 102);
});

test("what is queued is finished first, where that is wanted, and what only time brings waits; where it comes to nothing all goes on", async () => {
  const from = side();
  await from.system.start(app);
  const one = from.system.whereis<Counter>("one") ?? assert.fail();
  const old = from.system.whereis<Front>("front") ?? assert.fail();
  await from.clock.advance(500);
  one.cast("inc");
  const departing = depart(from.system, { send: () => assert.fail("nobody goes"), code, drain: 3000 });
  await from.clock.advance(4000);
  const departed = await departing;
  assert.ok(departed.ok);
  assert.deepEqual(
    departed.image.processes.flatMap(({ mailbox }) => mailbox),
    [],
  );
  assert.ok(departed.image.processes.every(({ module }) => module !== "front"));
  departed.resume();
  await from.clock.advance(1);
  const fresh = from.system.whereis<Front>("front") ?? assert.fail();
  assert.notEqual(fresh.id, old.id);
  current = from.system;
  // One tick was due meanwhile.
  assert.equal(await fresh.call("ask", "one", 0), 102);
  await from.clock.advance(1000);
  assert.equal(await fresh.call("ask", "one", 0), 202);
});

test("what cannot travel is known beforehand, by process and path", async () => {
  const from = side();
  await from.system.start(actor<{ init(): object }>({ vsn: 1, id: "sock", init: () => ({ on: { data: () => {} } }) }), { name: "s" });
  await from.system.start(front);
  const found = obstaclesOf(from.system).map(({ name, module, path, what }) => [name, module, path, what]);
  assert.deepEqual(found, [
    ["s", "sock", "State.on.data", "the function data"],
    [null, "front", "the process itself", "a process that stays where it is, and nobody would start it anew, since it has no supervisor"],
  ]);
  const departed = await depart(from.system, { send: () => {}, code });
  assert.equal(departed.ok, false);
  assert.match(
    departed.ok ? "" : (departed.errors[0]?.message ?? ""),
    /^<0\.1> \(s, sock\) cannot move to another program: State\.on\.data is/,
  );
});

interface Relay {
  init(): { readonly next: Pid<Relay> | null; readonly passed: number };
  calls: { join(next: Pid<Relay>): void; passed(): number; pass(left: number): number };
  casts: { send(left: number): void };
  infos: { later(left: number): void };
}
const relay = actor<Relay>({
  vsn: 1,
  id: "relay",
  init: () => ({ next: null, passed: 0 }),
  calls: {
    join: ({ reply, state }, next) => reply(undefined, { ...state, next }),
    passed: ({ reply, state }) => reply(state.passed),
    // It is answered when it has gone all the way.
    pass: async ({ reply, state }, left) => {
      const further = left === 0 ? 0 : ((await state.next?.call("pass", left - 1)) ?? 0);
      return reply(further + 1, { ...state, passed: state.passed + 1 });
    },
  },
  casts: {
    send: ({ self: own, next, state }, left) => {
      if (left > 0 && left % 2 === 0) own.sendAfter(left, "later", left);
      else if (left > 0) state.next?.cast("send", left - 1);
      return next({ ...state, passed: state.passed + 1 });
    },
  },
  infos: {
    later: ({ next, state }, left) => {
      state.next?.cast("send", left - 1);
      return next();
    },
  },
});
handles.push(relay);
modules.set("relay", moduleOf(relay));

for (const seed of [1, 2, 3, 4, 5]) {
  test(`whatever is on its way while a system moves again and again arrives once (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const upTo = (n: number): number => Math.floor(random() * n);
    let at = side();
    const relays: Pid<Relay>[] = [];
    for (let i = 0; i < 7; i++) relays.push(await at.system.start(relay, { name: `relay ${i}` }));
    for (const [i, each] of relays.entries()) await each.call("join", relays[(i + 1) % relays.length] as Pid<Relay>);
    let expected = 0;
    const answers: Promise<void>[] = [];
    const talk = (system: System): void => {
      for (let i = 0; i < 5; i++) {
        const first = upTo(7);
        const to = system.whereis<Relay>(`relay ${first}`) ?? assert.fail();
        // Not past the last one: calls in a circle would wait for each other.
        const left = upTo(7 - first);
        expected += left + 1;
        if (upTo(2) === 0) to.cast("send", left);
        else answers.push(to.call("pass", left).then((count) => assert.equal(count, left + 1)));
      }
    };
    for (let moves = 0; moves < 4; moves++) {
      const from = at;
      at = side();
      talk(from.system);
      await from.clock.advance(upTo(4));
      talk(from.system);
      const { blue, green } = await move(from, at, () => talk(from.system));
      // Who still has pids of the old system.
      talk(from.system);
      talk(at.system);
      for (let turn = 0; turn < 40; turn++) {
        await at.clock.advance(1);
        await from.clock.settle();
      }
      await blue.idle();
      blue.lost();
      green.lost();
    }
    await Promise.all(answers);
    const passed = await Promise.all(relays.map(async (_, i) => (await at.system.whereis<Relay>(`relay ${i}`)?.call("passed")) ?? 0));
    assert.equal(
      passed.reduce((sum, each) => sum + each, 0),
      expected,
    );
  });
}
