/** OTP's scenarios again, played in `mode: "otp"`, where the runtime does as the release handler does, gaps and all. */
import { actor, child, supervisor, sys, type Actor, type Pid } from "../../runtime/src/index.ts";
import { moduleOf, processes, upgrade } from "../../runtime/src/internal.ts";
import { live } from "../../runtime/src/system.ts";
import { testSystem, type TestSystem } from "../../runtime/src/testing.ts";
import { change, gate } from "../support/load-version.ts";
import { counter, recorded, type Counter, type CounterState } from "./counter.ts";
import { outcome, type Play } from "./oracle.ts";

/** The worker of OTP's release scenarios: `[id, "v1", n]`, then `[id, "v2", n, how it came to that]`. */
interface Worker {
  init(id: string): WorkerState;
  calls: { get(): unknown };
  casts: { inc(): void; sleep(until: Promise<unknown>): void };
}
type WorkerState = readonly unknown[];

/** @param log what the steps did, as the scenario notes it */
function worker(vsn: 1 | 2, log: unknown[] = []): Actor<Worker> {
  const own = (state: WorkerState): WorkerState => (state[1] === `v${vsn}` ? state : thrown("function_clause"));
  const up = ([id, , n]: WorkerState, extra: unknown): WorkerState => {
    if (id === "bad") {
      log.push(["cc_fails", id]);
      throw new Error("cannot");
    }
    log.push(["cc_up", id, ["ra_w", 1], extra]);
    return [id, "v2", n, ["up", extra]];
  };
  const down = ([id, , n]: WorkerState, extra: unknown): WorkerState => {
    log.push(["cc_down", id, ["ra_w", 1], extra]);
    return [id, "v1", n];
  };
  return actor<Worker>({
    vsn,
    init: (id) => (vsn === 1 ? [id, "v1", 0] : [id, "v2", 0, "new"]),
    codeChange: vsn === 1 ? {} : { 1: { up, down } },
    calls: { get: ({ state, reply }) => reply([...own(state), "code", vsn]) },
    casts: {
      inc: ({ state, next }) => {
        const [id, tag, n, ...rest] = own(state);
        return next([id, tag, Number(n) + 1, ...rest]);
      },
      sleep: async ({ next }, until) => {
        await until;
        return next();
      },
    },
  });
}

function thrown(text: string): never {
  throw new Error(text);
}

/** The application of the scenarios: its workers, each started as often as it takes. */
async function application(module: Actor<Worker>, names: readonly string[]) {
  const world = testSystem();
  const children = names.map((name) => child(module, { id: name, name, args: [name], shutdown: 500 }));
  await world.system.start(supervisor({ intensity: { restarts: 10, within: 5000 }, children }));
  const find = (name: string): Pid<Worker> => world.system.whereis<Worker>(name)!;
  for (const name of names) find(name).cast("inc");
  await world.clock.settle();
  return { ...world, module, find, seen: (name: string) => seen(world, name) };
}

/** As `sys:get_status` and `sys:get_state`: `[running or suspended, state]`. */
function seen({ system }: TestSystem, name: string): unknown {
  const pid = system.whereis(name);
  const process = pid === null ? undefined : live(system).processes.get(pid.id);
  return process === undefined ? "no_process" : [process.suspendedBySys ? "suspended" : "running", process.state];
}

/** Without the child whose specification names the wrong modules: ours have no list of modules that could be wrong. */
const withoutLiar = (observed: [name: string, ...rest: unknown[]][]) => observed.filter(([name]) => name !== "liar");
const noLiar = "child specifications have no list of modules that could be wrong";
const noScript = "there is no script of instructions to look at";

export const modeOtp: Record<string, Play> = {
  async s03_code_change_failures(see) {
    const ways: readonly (readonly [n: number, up: () => unknown, code: string])[] = [
      [1, () => thrown("t1"), "INSTAR_CODE_CHANGE_FAILED"],
      [9, () => thrown("e1"), "INSTAR_CODE_CHANGE_FAILED"],
      [13, () => thrown("x1"), "INSTAR_CODE_CHANGE_FAILED"],
      [17, () => false, "INSTAR_CODE_CHANGE_RESULT"],
      [21, () => "garbage", "INSTAR_CODE_CHANGE_RESULT"],
      [25, () => undefined, "INSTAR_CODE_CHANGE_RESULT"],
      [29, async () => ["v2", 9, []], "INSTAR_CODE_CHANGE_ASYNC"],
    ];
    for (const [n, up, code] of ways) {
      const world = testSystem();
      const module = counter(1);
      await world.system.start(supervisor({ children: [child(module, { id: "c", name: "c", restart: "temporary" })] }));
      const pid = world.system.whereis<Counter>("c")!;
      pid.cast("add", 1);
      const step = { 1: { up, down: (s: CounterState) => s } };
      const report = await upgrade(world.system, [change(module, counter(2, step))], { mode: "otp" });
      see.differs(n, report.errors[0]?.code, code, "errors are named by a stable code, and in the report");
      const process = live(world.system).processes.get(pid.id);
      see.same(n + 1, [process !== undefined, ...(seen(world, "c") as unknown[])]);
      await sys.resume(pid);
      see.same(n + 2, [await outcome(pid.call("who")), await outcome(pid.call("get"))]);
      await world.clock.settle();
      see.same(
        n + 3,
        processes(world.system).some((info) => info.pid === pid.id),
      );
    }
    see.none([5, 8], "a thrown value is never a result here");
    see.none([33, 36], "a version without the step is refused by the plan, in this mode as well");
  },

  async s06_suspended_queue_order(see) {
    const world = testSystem();
    const module = counter(1);
    await world.system.start(supervisor({ children: [child(module, { id: "c", name: "c" })] }));
    const pid = world.system.whereis<Counter>("c")!;
    const process = live(world.system).processes.get(pid.id)!;
    const told: unknown[] = [];
    await sys.suspend(pid);
    const tell = (x: number) => (x % 2 === 1 ? pid.cast("tell", told, x) : process.info("tell", [told, x]));
    for (let x = 1; x <= 5; x++) tell(x);
    await world.clock.settle();
    see.same(1, [[...told], (await sys.getStatus(pid)).mailbox]);
    for (let x = 6; x <= 10; x++) tell(x);
    await upgrade(world.system, [change(module, counter(2, recorded))], { mode: "otp", extra: "v" });
    see.differs(2, await sys.getState(pid), ["v2", 0, [["cc_args", "v"]]], "the same state; a step gets no OldVsn");
    await world.clock.settle();
    see.same(3, told);
  },

  async s14_load_without_suspend(see) {
    const world = testSystem();
    const module = counter(1);
    // Nobody supervises it, so nobody suspends and converts it either.
    const pid = await world.system.start(module);
    pid.cast("add", 1);
    see.same(1, await pid.call("get"));
    await upgrade(world.system, [change(module, counter(2, recorded))], { mode: "otp" });
    see.same(2, [await pid.call("who"), await sys.getState(pid)]);
    see.same(3, await outcome(pid.call("get")));
    await world.clock.settle();
    see.same(
      4,
      processes(world.system).some((info) => info.pid === pid.id),
    );
  },

  async s30_rh_upgrade_downgrade(see) {
    const log: unknown[] = [];
    const world = await application(worker(1), ["a", "b"]);
    const { system, clock, module, find } = world;
    const outsider = await system.start(module, { args: ["outsider"], name: "outsider" });
    outsider.cast("inc");
    await clock.settle();
    see.none(1, noScript);
    const up = await upgrade(system, [change(module, worker(2, log))], { mode: "otp", extra: "ex" });
    see.same(2, up.outcome === "committed" ? ["ok", []] : up);
    see.same(3, [...log], (observed: unknown[]) => observed.slice(1));
    const names = ["a", "b", "outsider"];
    see.same(
      4,
      names.map((name) => [name, world.seen(name)]),
      withoutLiar,
    );
    see.same(5, await Promise.all(["a", "b"].map(async (name) => [name, await outcome(find(name).call("get"))])));
    see.none(6, noLiar);
    const [raised] = (await outcome(outsider.call("get"))) as unknown[];
    await clock.settle();
    see.same(7, [raised, world.seen("outsider")]);
    see.same(8, [String(module.vsn)]);
    see.none(9, noScript);
    log.length = 0;
    const down = await upgrade(system, [change(module, worker(1))], { mode: "otp", extra: "ex" });
    see.same(10, down.outcome === "committed" ? ["ok", []] : down);
    see.same(11, log);
    see.same(
      12,
      ["a", "b"].map((name) => [name, world.seen(name)]),
    );
  },

  async s31_rh_midway_failure(see) {
    const log: unknown[] = [];
    const world = await application(worker(1), ["a", "bad", "c"]);
    const { system, clock, module, find } = world;
    const other = worker(1);
    await system.start(supervisor({ children: [child(other, { id: "x", name: "x", args: ["x"] })] }));
    const both = [change(module, worker(2, log)), change(other, worker(2))];
    const report = await upgrade(system, both, { mode: "otp", extra: "ex" });
    see.differs(
      1,
      [report.outcome, report.errors.map(({ code, name }) => [code, name])],
      ["failed", [["INSTAR_CODE_CHANGE_FAILED", "bad"]]],
      "the same failure, in a report",
    );
    see.same(2, log);
    const four = ["a", "bad", "c", "x"].map((name) => [name, world.seen(name)]);
    see.same(3, four.slice(0, 3), (observed: unknown[]) => observed.slice(0, 3));
    see.same(4, [[["ra_w", moduleOf(module).current.vsn]], [moduleOf(other).current.vsn]]);
    const hangs = outcome(find("a").withTimeout(100).call("get"));
    await clock.advance(100);
    see.same(5, await hangs);
    see.none(6, "there is no application file whose version could have changed already");
    for (const name of ["a", "bad", "c", "x"]) await sys.resume(find(name));
    await clock.settle();
    const after: unknown[] = [];
    for (const name of ["a", "bad", "c", "x"]) after.push([name, ((await outcome(find(name).call("get"))) as unknown[])[0]]);
    see.same(7, after);
  },

  async s32_rh_busy_process_skipped(see) {
    const log: unknown[] = [];
    const world = await application(worker(1), ["a", "b"]);
    const { system, clock, module, find } = world;
    const { opened, open } = gate();
    find("b").cast("sleep", opened);
    await clock.settle();
    const running = upgrade(system, [change(module, worker(2, log))], { mode: "otp", extra: "ex", timeout: 200 });
    await clock.advance(200);
    const report = await running;
    see.same(1, ["returned", report.outcome === "committed" ? ["ok", []] : report]);
    see.same(2, log);
    open();
    await clock.settle();
    see.same(3, world.seen("b"));
    const busy = find("b");
    see.same(4, await outcome(busy.call("get")));
    await clock.settle();
    see.same(5, [find("b") !== busy, world.seen("b")]);
  },
};
