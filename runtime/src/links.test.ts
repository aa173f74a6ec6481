/** Exit signals, links and monitors: who ends with whom, who is told, and what cannot happen. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gate } from "../../test/support/load-version.ts";
import { actor, exit, InstarError, self, start, stop, type ErrorCode, type ExitReason, type Monitor, type Pid } from "./index.ts";
import { processes } from "./internal.ts";
import { live } from "./system.ts";
import { testSystem, type TestSystem } from "./testing.ts";

interface Peer {
  init(how?: Start): Start;
  calls: { do(work: (peer: Self) => unknown): unknown };
  casts: { do(work: (peer: Self) => unknown): void };
  infos: { exit(from: Pid<unknown> | null, reason: ExitReason): void; down(monitor: Monitor, pid: Pid<unknown>, reason: ExitReason): void };
}
type Self = ReturnType<typeof self<Peer>>;

interface Start {
  readonly name?: string;
  /** What happens to it is written here. */
  readonly log?: unknown[];
  readonly first?: () => unknown;
}

const definition = {
  vsn: 1,
  init: async (how: Start = {}) => {
    await how.first?.();
    return how;
  },
  calls: { do: async ({ self: own, reply }, work) => reply(await work(own)) },
  casts: {
    do: async ({ self: own, next }, work) => {
      await work(own);
      return next();
    },
  },
  infos: {
    exit: ({ state, next }, from, reason) => {
      state.log?.push(["exit", from?.id ?? null, reason]);
      return next();
    },
    down: ({ state, next }, monitor, pid, reason) => {
      state.log?.push(["down", monitor, pid.id, reason]);
      return next();
    },
  },
  terminate: ({ state }, reason) => void state.log?.push(["terminate", reason]),
} satisfies Parameters<typeof actor<Peer>>[0];
const plain = actor<Peer>(definition);
const trapping = actor<Peer>({ ...definition, trapExit: true });

const rejects = (promise: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(promise, (error) => error instanceof InstarError && error.code === code);
/** The reason for which a process ends; "alive" where it does not. */
const ending = async ({ system, clock }: TestSystem, pid: Pid<Peer>, act: () => unknown): Promise<unknown> => {
  const process = live(system).processes.get(pid.id)!;
  await act();
  await clock.settle();
  return process.reason ?? "alive";
};

const living = ({ system }: TestSystem): string[] => processes(system).map(({ pid }) => pid);

describe("an exit signal", () => {
  for (const [reason, notTrapping, log] of [
    ["normal", "alive", ["normal"]],
    ["shutdown", "shutdown", ["shutdown"]],
    ["boom", "boom", ["boom"]],
    ["kill", "killed", null],
  ] as const) {
    test(`${reason}: one that does not trap is ${notTrapping}, without terminate, while its handler awaits; one that traps is told`, async () => {
      const world = testSystem();
      const seen: unknown[] = [];
      const one = await world.system.start(plain, { args: [{ log: seen }] });
      const { opened, open } = gate();
      one.cast("do", () => opened);
      const queued = one.call("do", () => "queued").catch((error: InstarError) => error.reason);
      await world.clock.settle();
      assert.equal(await ending(world, one, () => exit(one, reason)), notTrapping);
      open();
      assert.equal(await queued, notTrapping === "alive" ? "queued" : notTrapping);
      assert.deepEqual(seen, []);

      const other = await world.system.start(trapping, { args: [{ log: seen }] });
      assert.equal(await ending(world, other, () => exit(other, reason)), log === null ? "killed" : "alive");
      assert.deepEqual(seen, log === null ? [] : [["exit", null, reason]]);
    });
  }

  test("of a process to itself ends it also for normal; what its handler still does has no effect", async () => {
    const world = testSystem();
    const pid = await world.system.start(plain);
    const ended = await ending(world, pid, () => pid.cast("do", (own) => exit(own.pid, "normal")));
    assert.equal(ended, "normal");
  });

  test("from the linked parent runs terminate, after what is queued; another one's is only told", async () => {
    const world = testSystem();
    const log: unknown[] = [];
    const parent = await world.system.start(plain);
    const child = (await parent.call("do", () => start(trapping, { args: [{ log }], link: true }))) as Pid<Peer>;
    exit(child, "shutdown");
    const last = child.call("do", () => log.push("queued"));
    parent.cast("do", () => exit(child, "shutdown"));
    await last;
    await world.clock.settle();
    assert.deepEqual(log, [["exit", null, "shutdown"], "queued", ["terminate", "shutdown"]]);
  });

  test("from a process without a parent to itself is its parent's: it runs terminate", async () => {
    const world = testSystem();
    const log: unknown[] = [];
    const pid = await world.system.start(trapping, { args: [{ log }] });
    assert.equal(await ending(world, pid, () => pid.cast("do", () => exit(pid, "boom"))), "boom");
    assert.deepEqual(log, [["terminate", "boom"]]);
  });

  test("reaches one whose init is still to finish: start rejects", async () => {
    const { system, clock } = testSystem();
    let own: Self | null = null;
    const started = system.start(plain, { args: [{ first: () => ((own = self<Peer>()), new Promise(() => {})) }] });
    await clock.settle();
    exit((own as unknown as Self).pid, "boom");
    await rejects(started, "INSTAR_INIT_FAILED");
    assert.deepEqual(processes(system), []);
  });

  test("trapExit of self counts more than the definition", async () => {
    const world = testSystem();
    const pid = await world.system.start(plain);
    await pid.call("do", (own) => own.trapExit(true));
    assert.equal(await ending(world, pid, () => exit(pid, "boom")), "alive");
    await pid.call("do", (own) => own.trapExit(false));
    assert.equal(await ending(world, pid, () => exit(pid, "boom")), "boom");
  });
});

describe("a link", () => {
  test("takes the other one along, and the end of a chain of 20,000 is no deeper than that of two", async () => {
    const { system, clock, logs } = testSystem();
    const chain = await Promise.all(Array.from({ length: 20_000 }, () => system.start(plain)));
    for (const [i, pid] of chain.entries()) pid.cast("do", (own) => own.link(chain[i + 1] ?? pid));
    await clock.settle();
    exit(chain[0]!, new Error("boom"));
    assert.deepEqual(processes(system), []);
    assert.equal(logs.length, 1, "reported once, where it began");
  });

  test("tells one that traps, after what the other sent before its end, and not those that are linked no more", async () => {
    const { system, clock } = testSystem();
    const log: unknown[] = [];
    const watcher = await system.start(trapping, { args: [{ log }] });
    const [one, other] = [await system.start(plain), await system.start(plain)];
    await watcher.call("do", (own) => {
      for (const pid of [one, one, other]) own.link(pid);
      own.unlink(other);
    });
    const error = new Error("boom");
    one.cast("do", () => {
      watcher.cast("do", () => log.push("sent before"));
      throw error;
    });
    exit(other, "boom");
    await clock.settle();
    assert.deepEqual(log, ["sent before", ["exit", one.id, error]]);
  });

  test("to the dead is an exit signal for noproc; normal ends nobody; kill passed on is no kill", async () => {
    const world = testSystem();
    const make = () => world.system.start(plain);
    const dead = await make();
    await stop(dead);
    const [one, two, three] = [await make(), await make(), await make()];
    assert.equal(await ending(world, one, () => one.cast("do", (own) => own.link(dead))), "noproc");
    await two.call("do", (own) => own.link(three));
    assert.equal(await ending(world, two, () => stop(three, "normal")), "alive");
    const log: unknown[] = [];
    const four = await make();
    const watcher = await world.system.start(trapping, { args: [{ log }] });
    await watcher.call("do", (own) => own.link(four));
    await stop(four, "kill");
    await world.clock.settle();
    assert.deepEqual(log, [["exit", four.id, "kill"]]);
  });

  test("made by start: the child ends with its parent, also before its init is done, and a failing init is the parent's end", async () => {
    const world = testSystem();
    const parent = await world.system.start(plain, { name: "parent" });
    const child = (await parent.call("do", () => start(plain, { link: true }))) as Pid<Peer>;
    assert.equal(await ending(world, child, () => exit(parent, "boom")), "boom");

    const other = await world.system.start(plain, { name: "parent" });
    other.cast("do", () => start(plain, { link: true, name: "slow", args: [{ first: () => new Promise(() => {}) }] }));
    await world.clock.settle();
    exit(other, "boom");
    assert.equal(world.system.whereis("slow"), null);

    const third = await world.system.start(plain);
    const error = new Error("no");
    const failing = (): Promise<unknown> => start(plain, { link: true, args: [{ first: () => Promise.reject(error) }] });
    assert.equal(await ending(world, third, () => third.cast("do", () => failing().catch(() => {}))), error);
  });

  test("is made with nobody who has ended: a handler that outlives its process leaves nothing behind that never ends", async () => {
    const world = testSystem();
    const [parent, { opened, open }] = [await world.system.start(plain), gate()];
    let refused: Promise<void> | null = null;
    parent.cast("do", async () => {
      await opened;
      await (refused = rejects(start(plain, { link: true }), "INSTAR_NOPROC"));
    });
    await world.clock.settle();
    exit(parent, "kill");
    open();
    await world.clock.settle();
    assert.ok(refused !== null);
    await (refused as Promise<void>);
    assert.deepEqual(living(world), []);
  });

  test("is not made by start alone: an error in one process never reaches another one", async () => {
    const world = testSystem();
    const parent = await world.system.start(plain);
    const child = (await parent.call("do", () => start(plain))) as Pid<Peer>;
    assert.equal(await ending(world, child, () => exit(parent, "boom")), "alive");
  });
});

describe("a monitor", () => {
  test("gives one down with the reason, each, and noproc for the dead", async () => {
    const { system, clock } = testSystem();
    const log: unknown[] = [];
    const watcher = await system.start(plain, { args: [{ log }] });
    const [one, dead] = [await system.start(plain), await system.start(plain)];
    await stop(dead);
    const monitors = (await watcher.call("do", (own) => [own.monitor(one), own.monitor(one), own.monitor(dead)])) as Monitor[];
    exit(one, "boom");
    await clock.settle();
    assert.deepEqual(log, [
      ["down", monitors[2], dead.id, "noproc"],
      ["down", monitors[0], one.id, "boom"],
      ["down", monitors[1], one.id, "boom"],
    ]);
  });

  test("of a linked process says so after the link", async () => {
    const { system, clock } = testSystem();
    const log: unknown[] = [];
    const watcher = await system.start(trapping, { args: [{ log }] });
    const one = await system.start(plain);
    const monitor = await watcher.call("do", (own) => {
      own.link(one);
      return own.monitor(one);
    });
    exit(one, "boom");
    await clock.settle();
    assert.deepEqual(log, [
      ["exit", one.id, "boom"],
      ["down", monitor, one.id, "boom"],
    ]);
  });

  test("that is ended says nothing any more, also where its down is queued", async () => {
    const { system, clock } = testSystem();
    const log: unknown[] = [];
    const watcher = await system.start(plain, { args: [{ log }] });
    const [one, other] = [await system.start(plain), await system.start(plain)];
    await watcher.call("do", (own) => {
      const [first, second] = [own.monitor(one), own.monitor(other)];
      exit(one, "boom");
      own.demonitor(first);
      own.demonitor(second);
      own.demonitor(second);
    });
    exit(other, "boom");
    await clock.settle();
    assert.deepEqual(log, []);
  });

  test("ends with its owner, so that nothing of it stays with the one it watched", async () => {
    const { system } = testSystem();
    const [watcher, one] = [await system.start(plain), await system.start(plain)];
    await watcher.call("do", (own) => own.monitor(one));
    const watched = live(system).processes.get(one.id)!;
    assert.equal(watched.watchers?.size, 1);
    exit(watcher, "boom");
    assert.equal(watched.watchers?.size, 0);
  });
});

test("what makes no sense is refused, and changes nothing", async () => {
  const world = testSystem();
  const [pid, other] = [await world.system.start(plain), await world.system.start(plain)];
  const foreign = (await other.call("do", (own) => own.monitor(pid))) as Monitor;
  for (const bad of [
    (own: Self) => own.link({} as never),
    (own: Self) => own.unlink(null as never),
    (own: Self) => own.monitor("name" as never),
    (own: Self) => own.demonitor(foreign),
    (own: Self) => own.demonitor({} as never),
    () => exit({} as never, "boom"),
  ]) {
    await pid.call("do", (own) => assert.throws(() => bad(own), { code: "INSTAR_NOPROC" }));
  }
  await pid.call("do", (own) => own.link(own.pid));
  await pid.call("do", (own) => rejects(stop(own.pid), "INSTAR_CALL_SELF"));
  assert.throws(() => self(), { code: "INSTAR_NOT_IN_PROCESS" });
  await rejects(world.system.start(plain, { link: true }), "INSTAR_NOT_IN_PROCESS");
  exit(pid, "boom");
  exit(pid, "again, to the dead");
  assert.equal(processes(world.system).length, 1);
});

test("processes that each start the next do not keep those that have ended", async () => {
  const { system } = testSystem();
  let last = await system.start(plain);
  for (let i = 0; i < 3; i++) {
    const next = (await last.call("do", () => start(plain))) as Pid<Peer>;
    await stop(last);
    last = next;
  }
  const { parent } = live(system).processes.get(last.id)!;
  assert.deepEqual([parent?.pid.id, parent?.parent], ["<0.3>", null]);
});

test("an init that returns nothing is named", async () => {
  const { system } = testSystem();
  const empty = actor<Peer>({ ...definition, init: (() => undefined) as never });
  await assert.rejects(
    system.start(empty),
    ({ code, reason, message }: InstarError) =>
      code === "INSTAR_INIT_FAILED" &&
      (reason as InstarError).code === "INSTAR_BAD_RETURN" &&
      /init of <0\.1>.* returned nothing/.test(message),
  );
});

const unreadable = {
  "an error whose message throws": Object.defineProperty(new Error("x"), "message", { get: fail }),
  "an error whose stack throws": Object.defineProperty(new Error("x"), "stack", { get: fail }),
  "an object whose shutdown throws": {
    get shutdown() {
      return fail();
    },
  },
  "a revoked proxy": revoked(),
};
for (const [what, thrown] of Object.entries(unreadable)) {
  test(`${what} ends the process that throws it, and nothing else`, async () => {
    const world = testSystem();
    const other = await world.system.start(plain);
    for (const act of [
      () => {
        throw thrown;
      },
      (own: Self) => exit(own.pid, thrown as never),
    ]) {
      const pid = await world.system.start(plain);
      pid.cast("do", act);
      await world.clock.settle();
      assert.deepEqual(living(world), [other.id]);
      assert.equal(await other.call("do", () => 1), 1);
    }
    let own: Self | null = null;
    const first = (): Promise<void> => ((own = self<Peer>()), new Promise(() => {}));
    const started = rejects(world.system.start(plain, { args: [{ first }] }), "INSTAR_INIT_FAILED");
    await world.clock.settle();
    exit((own as unknown as Self).pid, thrown as never);
    await started;
    const returning = await world.system.start(actor<Peer>({ ...definition, casts: { do: () => thrown as never } }));
    returning.cast("do", () => {});
    await world.clock.settle();
    assert.deepEqual(living(world), [other.id]);
    assert.equal(await other.call("do", () => 1), 1);
  });
}

function fail(): never {
  throw new Error("cannot be read");
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
