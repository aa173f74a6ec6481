/** What the end of one child means for the others, by strategy; every expectation was seen in OTP 25's `supervisor`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  actor,
  child,
  start,
  supervisor,
  type Actor,
  type AutoShutdown,
  type ChildSpec,
  type ExitReason,
  type InstarError,
  type Pid,
  type RestartType,
  type Strategy,
  type Supervisor,
} from "./index.ts";
import { processes } from "./internal.ts";
import { live } from "./system.ts";
import { testSystem, type TestSystem } from "./testing.ts";

interface World extends TestSystem {
  readonly log: string[];
  /** How often each child was started. */
  readonly starts: Map<string, number>;
  onFail(): void;
}

interface Worker {
  init(id: string, world: World, failing: readonly number[]): { readonly id: string; readonly log: string[] };
  casts: { quit(reason: ExitReason): void };
  infos: { exit(from: Pid<unknown> | null, reason: ExitReason): void };
}

const worker = actor<Worker>({
  vsn: 1,
  trapExit: true,
  init: (id, world, failing) => {
    const { log, starts } = world;
    const n = (starts.get(id) ?? 0) + 1;
    starts.set(id, n);
    if (failing.includes(n)) {
      log.push(`!${id}`);
      world.onFail();
      throw new Error(`${id} cannot start`);
    }
    log.push(`+${id}`);
    return { id, log };
  },
  casts: { quit: ({ stop }, reason) => stop(reason) },
  infos: { exit: ({ next }) => next() },
  terminate: ({ state }, reason) => void state.log.push(`-${state.id} ${typeof reason === "string" ? reason : "other"}`),
});

/** `t:temporary b!2,3` is a child t that is temporary, and b, whose second and third start fail. A `*` makes it significant. */
function specs(world: World, text: string): ChildSpec[] {
  return text.split(" ").map((word) => {
    const [, id = "", significant, restart = "permanent", failing] = /^(\w)(\*?)(?::(\w+))?(?:!([\d,]+))?$/.exec(word) ?? [];
    const fails = failing === undefined ? [] : failing.split(",").map(Number);
    const options = { id, name: id, restart: restart as RestartType, significant: significant === "*" };
    return child(worker, { ...options, args: [id, world, fails] });
  });
}

function newWorld(): World {
  return { ...testSystem(), log: [], starts: new Map(), onFail: () => {} };
}

interface Options {
  readonly strategy?: Exclude<Strategy, "simple_one_for_one">;
  readonly restarts?: number;
  readonly autoShutdown?: AutoShutdown;
}

async function run(children: string, { strategy = "one_for_one", restarts = 9, autoShutdown = "never" }: Options = {}) {
  const world = newWorld();
  const definition = { strategy, autoShutdown, intensity: { restarts, within: 60_000 }, children: specs(world, children) };
  const pid: Pid<Supervisor> = await world.system.start(supervisor(definition), { name: "sup" });
  world.log.length = 0;
  return Object.assign(world, { pid });
}

async function quit({ system, clock }: TestSystem, id: string, reason: ExitReason = "boom"): Promise<void> {
  system.whereis<Worker>(id)?.cast("quit", reason);
  await clock.settle();
}

/** In start order; lower case where it is not running; null where the supervisor has ended. */
async function children({ system }: TestSystem, pid: Pid<Supervisor>): Promise<string | null> {
  if (system.whereis("sup") === null) return null;
  const infos = (await pid.call("whichChildren")).toReversed();
  return infos.map(({ id, pid: running, restarting }) => (running !== null ? id.toUpperCase() : restarting ? "?" : id)).join("");
}

describe("a restart that fails midway is tried again from where it failed, and each attempt counts", () => {
  const all = "-b boom -d shutdown -c shutdown";
  const cases: readonly [Options["strategy"], number, string, string | null][] = [
    ["one_for_one", 2, "-b boom !b +b", "ABCD"],
    ["one_for_one", 1, "-b boom !b -d shutdown -c shutdown -a shutdown", null],
    ["rest_for_one", 2, `${all} !b +b !c -b shutdown -a shutdown`, null],
    ["rest_for_one", 3, `${all} !b +b !c +c +d`, "ABCD"],
    ["one_for_all", 2, `${all} -a shutdown +a !b -a shutdown +a +b !c -b shutdown -a shutdown`, null],
    ["one_for_all", 3, `${all} -a shutdown +a !b -a shutdown +a +b !c -b shutdown -a shutdown +a +b +c +d`, "ABCD"],
  ];
  for (const [strategy, restarts, log, after] of cases) {
    test(`${strategy}, ${restarts} restarts allowed`, async () => {
      const world = await run("a b!2 c!2 d", { strategy: strategy!, restarts });
      await quit(world, "b");
      assert.equal(world.log.join(" "), log);
      assert.equal(await children(world, world.pid), after);
      if (after === null) assert.deepEqual(processes(world.system), []);
    });
  }
});

describe("who is restarted along", () => {
  test("rest_for_one: those started later; temporary ones are ended and forgotten, one that had ended is started again", async () => {
    const world = await run("a t:temporary b n:transient x:temporary", { strategy: "rest_for_one" });
    await quit(world, "n", "normal");
    assert.equal(await children(world, world.pid), "ATBnX");
    await quit(world, "b");
    assert.deepEqual(world.log, ["-n normal", "-b boom", "-x shutdown", "+b", "+n"]);
    assert.equal(await children(world, world.pid), "ATBN");
  });

  test("one_for_all: all others; also one that terminateChild had ended", async () => {
    const world = await run("a t:temporary b n:transient", { strategy: "one_for_all" });
    await quit(world, "n", "normal");
    await quit(world, "b");
    assert.deepEqual(world.log.splice(0), ["-n normal", "-b boom", "-t shutdown", "-a shutdown", "+a", "+b", "+n"]);
    await world.pid.call("terminateChild", "a");
    await quit(world, "b");
    assert.deepEqual(world.log, ["-a shutdown", "-b boom", "-n shutdown", "+a", "+b", "+n"]);
    assert.equal(await children(world, world.pid), "ABN");
  });

  test("one restart of many children counts once", async () => {
    const world = await run("a b c", { strategy: "one_for_all", restarts: 1 });
    await quit(world, "b");
    assert.equal(await children(world, world.pid), "ABC");
    const infos = await world.pid.call("whichChildren");
    assert.deepEqual(
      infos.map(({ restarts }) => restarts),
      [1, 1, 1],
    );
    await quit(world, "a");
    assert.equal(world.system.whereis("sup"), null);
  });

  for (const strategy of ["one_for_all", "rest_for_one"] as const) {
    test(`${strategy}: the end of a temporary child, or an orderly one of a transient, means nothing for the others`, async () => {
      const world = await run("a:temporary b:transient c", { strategy });
      await quit(world, "a");
      await quit(world, "b", { shutdown: "done" });
      assert.deepEqual(world.log, ["-a boom", "-b other"]);
      assert.equal(await children(world, world.pid), "bC");
    });
  }

  test("children that end together are restarted once each, and not for what they were restarted for already", async () => {
    const world = await run("a b c", { strategy: "one_for_all" });
    for (const id of ["a", "b", "c"]) world.system.whereis<Worker>(id)?.cast("quit", "boom");
    await world.clock.settle();
    assert.deepEqual(world.log, ["-a boom", "-b boom", "-c boom", "+a", "+b", "+c"]);
  });
});

describe("significant children", () => {
  test("anySignificant: the first that is not restarted ends the supervisor", async () => {
    const world = await run("a*:temporary b", { strategy: "one_for_all", autoShutdown: "anySignificant" });
    const ended = live(world.system).names.get("sup")?.ended();
    await quit(world, "a", "normal");
    assert.deepEqual(world.log, ["-a normal", "-b shutdown"]);
    assert.equal(await ended, "shutdown");
  });

  test("allSignificant: the last", async () => {
    const world = await run("a*:transient b*:temporary c", { autoShutdown: "allSignificant" });
    await quit(world, "a", "normal");
    assert.equal(await children(world, world.pid), "aBC");
    await quit(world, "b");
    assert.equal(await children(world, world.pid), null);
    assert.deepEqual(world.log, ["-a normal", "-b boom", "-c shutdown"]);
  });

  test("a restart is no end, nor is terminateChild", async () => {
    const world = await run("a*:transient c", { autoShutdown: "anySignificant" });
    await quit(world, "a");
    await world.pid.call("terminateChild", "a");
    assert.equal(await children(world, world.pid), "aC");
  });
});

describe("starts", () => {
  test("while a restart is being tried again, the supervisor can be asked, and terminateChild ends the attempts", async () => {
    const asked: Promise<unknown>[] = [];
    const world = await run("a b!2,3,4,5,6,7,8,9", { restarts: 8 });
    // Sent in the failing start, so that both arrive before the next attempt.
    world.onFail = () => {
      if (asked.length > 0) return;
      for (const name of ["restartChild", "terminateChild"] as const) {
        asked.push(world.pid.call(name, "b").catch((error: InstarError) => error.code));
      }
    };
    await quit(world, "b");
    assert.deepEqual(await Promise.all(asked), ["INSTAR_CHILD_RESTARTING", undefined]);
    assert.equal(await children(world, world.pid), "Ab");
    assert.deepEqual(world.log, ["-b boom", "!b"]);
  });

  for (const [where, text] of [
    ["at the first start", "a b c"],
    ["at a restart", "a b c"],
  ] as const) {
    test(`a child whose start hangs ${where} does not keep its supervisor from ending`, async () => {
      const world = newWorld();
      let hangs = where === "at the first start";
      const hanging = actor<{ init(): Promise<number>; casts: { quit(): void } }>({
        vsn: 1,
        init: () => (hangs ? new Promise<never>(() => {}) : Promise.resolve(1)),
        casts: { quit: ({ stop }) => stop("boom") },
      });
      const [a, b, c] = specs(world, text) as [ChildSpec, ChildSpec, ChildSpec];
      const below = supervisor({ strategy: "one_for_all", children: [b, child(hanging, { id: "h", name: "h" }), c] });
      const app = world.system.start(supervisor({ children: [a, child(below, { id: "below" })] }));
      app.catch(() => {});
      await world.clock.settle();
      if (!hangs) {
        hangs = true;
        world.system.whereis<{ casts: { quit(): void } }>("h")?.cast("quit");
        await world.clock.settle();
      }
      world.log.length = 0;
      await world.system.stop();
      assert.deepEqual(world.log, ["-b shutdown", "-a shutdown"]);
      assert.deepEqual(processes(world.system), []);
      if (where === "at the first start") await assert.rejects(app, { code: "INSTAR_INIT_FAILED" });
    });
  }

  test("startChild waits for as long as the child takes, unless withTimeout says otherwise", async () => {
    const { system, clock } = testSystem();
    const slow = actor<{ init(): Promise<number> }>({
      vsn: 1,
      init: () => new Promise((done) => void clock.setTimeout(() => done(1), 6000)),
    });
    const pid = await system.start(supervisor({ children: [] }));
    const started = pid.call("startChild", child(slow, { id: "a" }));
    const limited = assert.rejects(pid.withTimeout(100).call("countChildren"), { code: "INSTAR_CALL_TIMEOUT" });
    await clock.advance(6000);
    await limited;
    assert.equal((await started).id, "<0.2>");
  });

  for (const via of ["a supervisor", "an actor's init"] as const) {
    test(`a supervisor that is among its own descendants through ${via} is an error, and what was started is ended`, async () => {
      const world = newWorld();
      const below: ChildSpec[] = specs(world, "b");
      const app: Actor<Supervisor> = supervisor({
        id: "app",
        children: [...specs(world, "a"), child(supervisor({ id: "below", children: below }), { id: "below" })],
      });
      // As imports in a circle, or an upgrade, can make it.
      const starter = actor<{ init(): Promise<number> }>({ vsn: 1, id: "starter", init: async () => (await start(app), 1) });
      below.push(via === "a supervisor" ? child(app, { id: "app" }) : child(starter, { id: "starter" }));
      const path = via === "a supervisor" ? /app → below → app/ : /app → below → starter → app/;
      await assert.rejects(world.system.start(app), { code: "INSTAR_SUPERVISOR_CYCLE", message: path });
      assert.deepEqual(world.log, ["+a", "+b", "-b shutdown", "-a shutdown"]);
      assert.deepEqual(processes(world.system), []);
    });
  }

  test("the same supervisor may be started again below itself where that ends", async () => {
    const world = newWorld();
    const app = supervisor({ children: [] });
    const top = await world.system.start(app);
    await top.call("startChild", child(app, { id: "again" }));
    assert.equal(processes(world.system).length, 2);
  });
});

describe("simple_one_for_one", () => {
  const dynamic = async (options: { restart?: RestartType; restarts?: number; failing?: number[] } = {}) => {
    const world = newWorld();
    const { restart = "permanent", restarts = 9, failing } = options;
    const template = supervisor({
      strategy: "simple_one_for_one",
      intensity: { restarts, within: 60_000 },
      children: [child(worker, { id: "worker", restart })],
    });
    const pid = await world.system.start(template, { name: "sup" });
    const add = (id: string) => pid.call("startChild", [id, world, failing ?? []]);
    const quitOne = async (one: Pid<Worker>, reason: ExitReason): Promise<void> => {
      one.cast("quit", reason);
      await world.clock.settle();
    };
    return { ...world, pid, add, quitOne };
  };

  test("children are started from one specification and more arguments, and restarted alone with the same", async () => {
    const { pid, add, quitOne, log, clock } = await dynamic();
    assert.deepEqual(await pid.call("countChildren"), { specs: 1, active: 0, supervisors: 0, workers: 0 });
    const a = await add("a");
    await add("b");
    await quitOne(a, "boom");
    assert.deepEqual(log, ["+a", "+b", "-a boom", "+a"]);
    const infos = await pid.call("whichChildren");
    assert.deepEqual(
      infos.map(({ id, restarts, pid: one }) => [id, restarts, (one as unknown) === a]),
      [
        [null, 0, false],
        [null, 1, false],
      ],
    );
    await clock.settle();
  });

  test("all are ended at once, and their terminates run side by side", async () => {
    const { add, log, system } = await dynamic();
    for (const id of "abc") await add(id);
    await system.stop();
    assert.deepEqual(log.toSorted(), ["+a", "+b", "+c", "-a shutdown", "-b shutdown", "-c shutdown"]);
  });

  for (const [restart, reason, left] of [
    ["transient", "normal", 0],
    ["transient", "boom", 1],
    ["temporary", "boom", 0],
    ["permanent", "normal", 1],
  ] as const) {
    test(`a ${restart} child that ends for ${reason} is ${left === 0 ? "forgotten" : "restarted"}`, async () => {
      const { pid, add, quitOne } = await dynamic({ restart });
      await quitOne(await add("a"), reason);
      assert.deepEqual(await pid.call("countChildren"), { specs: 1, active: left, supervisors: 0, workers: left });
    });
  }

  test("a restart that fails is tried again; terminateChild with the pid that it had ends the attempts", async () => {
    const { pid, add, quitOne, log, clock } = await dynamic({ failing: [2, 3] });
    const a = await add("a");
    await quitOne(a, "boom");
    assert.deepEqual(log, ["+a", "-a boom", "!a", "!a", "+a"]);
    const again = (await pid.call("whichChildren"))[0]?.pid as Pid<Worker>;
    await pid.call("terminateChild", again);
    await pid.call("terminateChild", again);
    assert.deepEqual(await pid.call("whichChildren"), []);
    await clock.settle();
  });

  test("beyond the intensity it ends, and all children with it", async () => {
    const { add, quitOne, system } = await dynamic({ restarts: 0 });
    await add("a");
    await quitOne(await add("b"), "boom");
    assert.deepEqual(processes(system), []);
  });

  test("what has no meaning is refused, and a start that fails leaves nothing behind", async () => {
    const { pid, add, system } = await dynamic({ failing: [1] });
    const untyped = pid as unknown as Pid<{ calls: Record<string, (argument: unknown) => unknown> }>;
    await assert.rejects(add("a"), { code: "INSTAR_INIT_FAILED" });
    await assert.rejects(untyped.call("startChild", child(worker, { id: "x" })), { code: "INSTAR_BAD_CHILD_SPEC" });
    await assert.rejects(untyped.call("terminateChild", "worker"), { code: "INSTAR_SIMPLE_ONE_FOR_ONE" });
    await assert.rejects(untyped.call("restartChild", "worker"), { code: "INSTAR_SIMPLE_ONE_FOR_ONE" });
    await assert.rejects(untyped.call("deleteChild", "worker"), { code: "INSTAR_SIMPLE_ONE_FOR_ONE" });
    await assert.rejects(untyped.call("terminateChild", pid), { code: "INSTAR_CHILD_NOT_FOUND" });
    await assert.rejects(untyped.call("childSpec", "other"), { code: "INSTAR_CHILD_NOT_FOUND" });
    assert.equal((await pid.call("childSpec", "worker")).id, "worker");
    assert.deepEqual(await pid.call("whichChildren"), []);
    assert.equal(processes(system).length, 1);
  });

  test("10,000 children", async () => {
    const { pid, clock, system } = await dynamic({ restart: "temporary" });
    const quiet = newWorld();
    const all: Pid<Worker>[] = [];
    for (let i = 0; i < 10_000; i++) all.push(await pid.call("startChild", [`${i}`, quiet, []]));
    // A search through all of them for each one that ended would make this the slowest test by far.
    for (const one of all.slice(0, 5000)) one.cast("quit", "normal");
    await clock.settle();
    assert.deepEqual(await pid.call("countChildren"), { specs: 1, active: 5000, supervisors: 0, workers: 5000 });
    await system.stop();
    assert.deepEqual(processes(system), []);
    assert.equal(quiet.log.filter((line) => line.endsWith(" shutdown")).length, 5000);
  });
});
