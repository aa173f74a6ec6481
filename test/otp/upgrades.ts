/** OTP's scenarios about code change and upgrades, played against the runtime. */
import { actor, child, supervisor, type CodeChange, type Pid } from "../../runtime/src/index.ts";
import { moduleOf, planUpgrade, processes, stateOf, upgrade, type UpgradeOptions } from "../../runtime/src/internal.ts";
import { live } from "../../runtime/src/system.ts";
import { testSystem, type TestSystem } from "../../runtime/src/testing.ts";
import { change, gate, plan } from "../support/load-version.ts";
import { counter, recorded, type Counter, type CounterPid, type CounterState } from "./counter.ts";
import { mapped, outcome, type Play } from "./oracle.ts";

const oneTurn = "suspend, load, change_code and resume are one turn here, with nothing to see in between";
const rollback = "a failing step changes nothing: the process goes on in the old code with the old state";

async function started(
  vsn: 1 | 2 = 1,
  codeChange: CodeChange = {},
): Promise<TestSystem & { module: ReturnType<typeof counter>; pid: CounterPid }> {
  const world = testSystem();
  const module = counter(vsn, codeChange);
  return { ...world, module, pid: await world.system.start(module) };
}

function to2(world: Awaited<ReturnType<typeof started>>, codeChange: CodeChange, options?: UpgradeOptions) {
  return upgrade(world.system, [change(world.module, counter(2, codeChange))], options);
}

const status = (world: TestSystem, pid: { readonly id: string }): unknown =>
  processes(world.system).find((info) => info.pid === pid.id)?.status;
const state = (world: TestSystem, pid: { readonly id: string }): unknown => stateOf(world.system, pid.id)?.json;
const alive = (world: TestSystem, pid: { readonly id: string }): boolean => status(world, pid) !== undefined;

export const upgrades: Record<string, Play> = {
  async s01_code_change_up_args(see) {
    const world = await started();
    const { pid } = world;
    pid.cast("add", 5);
    see.same(1, await pid.call("get"));
    const report = await to2(world, recorded, { extra: ["extra", 1] });
    see.none([2, 5], oneTurn);
    see.same(6, report.outcome === "committed" ? "ok" : report);
    const withoutVsn = ["v2", 5, [["cc_args", ["extra", 1]]]];
    see.differs(
      7,
      state(world, pid),
      withoutVsn,
      "a step knows by its number which version it starts from, and the process is running again",
    );
    see.same(8, report.errors.length === 0 ? "ok" : report);
    see.differs(9, await pid.call("get"), withoutVsn, "as above: no OldVsn argument");
    const again = plan(world.module, counter(2, recorded));
    see.differs(10, again.plan.ok && again.plan.steps.length, 0, "the same version again is a swap of code in which no step runs");
  },

  async s02_code_change_down(see) {
    const world = await started(2, recorded);
    world.pid.cast("add", 3);
    await world.clock.settle();
    see.none(1, "the step down is always the newer code's, so the older code is never asked for it");
    see.same(2, [state(world, world.pid), "suspended"]);
    const report = await upgrade(world.system, [change(world.module, counter(1))], { extra: "ex" });
    see.none(3, oneTurn);
    see.same(4, report.outcome === "committed" ? "ok" : report);
    see.differs(
      5,
      await world.pid.call("get"),
      ["v1", 3, ["cc_args", "ex", [3]]],
      "a step has a direction of its own, so no {down, Vsn} argument",
    );
  },

  async s03_code_change_failures(see) {
    const ways: readonly (readonly [n: number, up: () => unknown, code: string])[] = [
      [1, () => thrown("t1"), "INSTAR_CODE_CHANGE_FAILED"],
      [9, () => thrown(new Error("e1")), "INSTAR_CODE_CHANGE_FAILED"],
      [13, () => thrown({ exit: "x1" }), "INSTAR_CODE_CHANGE_FAILED"],
      [17, () => false, "INSTAR_CODE_CHANGE_RESULT"],
      [21, () => "garbage", "INSTAR_CODE_CHANGE_RESULT"],
      [25, () => undefined, "INSTAR_CODE_CHANGE_RESULT"],
      [29, async () => ["v2", 9, []], "INSTAR_CODE_CHANGE_ASYNC"],
    ];
    for (const [n, up, code] of ways) {
      const world = await started();
      world.pid.cast("add", 1);
      const report = await to2(world, { 1: { up, down: (s: CounterState) => s } });
      see.differs(n, report.errors[0]?.code, code, "errors are named by a stable code, and in the report");
      see.differs(n + 1, [alive(world, world.pid), status(world, world.pid), state(world, world.pid)], [true, "idle", ["v1", 1]], rollback);
      const calls = [await outcome(world.pid.call("who")), await outcome(world.pid.call("get"))];
      see.differs(
        n + 2,
        calls,
        [
          ["returned", ["code", 1]],
          ["returned", ["v1", 1]],
        ],
        rollback,
      );
      see.differs(n + 3, alive(world, world.pid), true, rollback);
    }
    see.none([5, 8], "a thrown value is never a result here");

    const world = await started();
    const missing = plan(world.module, counter(2)).plan;
    see.differs(
      33,
      !missing.ok && missing.error.code,
      "INSTAR_CODE_CHANGE_MISSING",
      "a version without the step is refused before anything begins",
    );
    see.differs(34, [alive(world, world.pid), status(world, world.pid), state(world, world.pid)], [true, "idle", ["v1", 0]], rollback);
    see.differs(35, await outcome(world.pid.call("get")), ["returned", ["v1", 0]], rollback);
    see.differs(36, alive(world, world.pid), true, rollback);
  },

  async s06_suspended_queue_order(see) {
    const world = await started();
    const { opened, open } = gate();
    const told: unknown[] = [];
    // Another process of the module keeps the upgrade waiting, so that this one is suspended for a while.
    const busy = await world.system.start(world.module);
    void busy.call("sleep", opened);
    await world.clock.settle();
    const committing = to2(world, recorded);
    const process = live(world.system).processes.get(world.pid.id)!;
    for (let x = 1; x <= 10; x++) {
      if (x % 2 === 1) world.pid.cast("tell", told, x);
      else process.info("tell", [told, x]);
    }
    await world.clock.settle();
    see.same(1, [[...told], processes(world.system)[0]?.mailbox], (observed: [unknown, number]) => [observed[0], observed[1] * 2]);
    open();
    await committing;
    see.none(2, oneTurn);
    await world.clock.settle();
    see.same(3, told);
  },

  async s07_call_in_flight_suspend(see) {
    const world = await started();
    const { opened, open } = gate();
    const busy = await world.system.start(world.module);
    const slept = busy.withTimeout(Infinity).call("sleep", opened);
    await world.clock.settle();
    const committing = to2(world, { 1: { ...recorded[1]!, up: (): CounterState => ["v2", 0, []] } }, { onBusy: "wait" });
    const first = outcome(world.pid.withTimeout(100).call("get"));
    const second = outcome(world.pid.call("who"));
    world.pid.cast("add", 1);
    await world.clock.advance(100);
    see.same(1, await first);
    const seen: unknown[] = [];
    void second.then((value) => seen.push(["caller", value]));
    await world.clock.settle();
    see.same(2, [...seen]);
    open();
    const report = await committing;
    await second;
    see.same(3, [...seen]);
    see.same(4, seen.slice(1));
    await world.clock.settle();
    see.differs(
      5,
      [state(world, world.pid), report.messages.queued],
      [["v2", 1, [1]], 3],
      "the same, and the report counts the request that timed out as queued; no cc_args here",
    );
    see.same(6, [report.outcome === "committed" ? "ok" : report, true]);
    see.differs(
      7,
      [["caller", ["returned", await slept]]],
      [["caller", ["returned", ["slept_in", 1]]]],
      "an async handler that began in version 1 is finished by version 1; OTP's was begun by version 2",
    );
  },

  async s08_suspend_timeout_busy(see) {
    const world = await started();
    const { opened, open } = gate();
    void world.pid.call("sleep", opened);
    await world.clock.settle();
    const committing = to2(world, recorded, { timeout: 100 });
    await world.clock.advance(100);
    const report = await committing;
    see.differs(
      1,
      [report.outcome, report.errors[0]?.code],
      ["failed", "INSTAR_PROCESS_BUSY"],
      "the upgrade fails as a whole and names the process and its handler",
    );
    open();
    await world.clock.settle();
    see.differs(2, status(world, world.pid), "idle", "a timeout cancels: there are no ghost suspensions");
    see.differs(3, await outcome(world.pid.call("get")), ["returned", ["v1", 0]], "so calls are served");
    see.same(4, ["ok", await world.pid.call("get")]);
  },

  async s14_load_without_suspend(see) {
    const world = await started();
    world.pid.cast("add", 1);
    see.same(1, await world.pid.call("get"));
    const refused = plan(world.module, counter(2)).plan;
    see.differs(
      2,
      [!refused.ok && refused.error.code, await world.pid.call("who")],
      ["INSTAR_CODE_CHANGE_MISSING", ["code", 1]],
      "new code does not become current without its states",
    );
    see.differs(3, await outcome(world.pid.call("get")), ["returned", ["v1", 1]], "so the accident cannot happen");
    see.differs(4, alive(world, world.pid), true, "as above");
  },

  async s18_record_arity(see) {
    const world = testSystem();
    type Rec = { init(): unknown[]; calls: { get(): unknown; field(): unknown } };
    const rec = (vsn: number, arity: number, codeChange: CodeChange = {}) =>
      actor<Rec>({
        vsn,
        codeChange,
        init: () => (arity === 2 ? ["st", 0] : ["st", 0, []]),
        calls: {
          get: ({ state: s, reply }) => {
            if (s.length !== arity) throw new Error("function_clause");
            return reply(s[1]);
          },
          field: ({ state: s, reply }) => {
            if (s.length !== arity) throw new Error("badrecord");
            return reply(s[1]);
          },
        },
      });
    const module = rec(1, 2);
    const app = supervisor({ intensity: { restarts: 5, within: 1000 }, children: [child(module, { id: "rec", name: "rec" })] });
    const top = await world.system.start(app);
    const pid = world.system.whereis<Rec>("rec")!;
    live(world.system).processes.get(pid.id)!.state = ["st", 3];
    see.same(1, await pid.call("get"));
    const identity = { up: (s: unknown[]) => s, down: (s: unknown[]) => s };
    const validate = (s: unknown): string | null => ((s as unknown[]).length === 3 ? null : "at `2`: expected a list, found nothing.");
    const report = await upgrade(world.system, [{ ...change(module, rec(2, 3, { 1: identity })), validate }]);
    const refused = "every new state is checked against the shape of the new version before the commit";
    see.differs(2, report.errors[0]?.code, "INSTAR_STATE_INVALID", refused);
    see.same(3, state(world, pid));
    see.differs(4, await outcome(pid.call("get")), ["returned", 3], "so the process serves on with its old code");
    see.differs(5, world.system.whereis("rec") !== pid, false, "and is not restarted");
    see.differs(6, await pid.call("get"), 3, "nor loses its state");
    see.differs(7, await outcome(pid.call("field")), ["returned", 3], "the old code knows its own record");
    see.same(8, alive(world, top));
  },

  async s30_rh_upgrade_downgrade(see) {
    const world = await started();
    const { module, system } = world;
    const app = supervisor({
      children: [child(module, { id: "a", name: "a" }), child(module, { id: "b", name: "b" }), child(module, { id: "liar", name: "liar" })],
    });
    await system.start(app);
    await system.start(module, { name: "outsider" });
    const names = ["a", "b", "liar", "outsider"];
    const get = () => Promise.all(names.map((name) => system.whereis<Counter>(name)!.call("get")));
    see.none(1, "there is no script of instructions: an upgrade is one transaction");
    const up = await to2(world, recorded, { extra: "ex" });
    see.same(2, up.outcome === "committed" ? ["ok", []] : up);
    see.differs(
      3,
      up.processes.filter(({ name }) => name !== null).map(({ name, from, to }) => [name, from, to]),
      names.map((name) => [name, 1, 2]),
      "every process of the module is converted, supervised or not, whatever its supervisor says; oldest first",
    );
    see.differs(
      4,
      await get(),
      names.map(() => ["v2", 0, [["cc_args", "ex"]]]),
      "so nobody is left with an old state",
    );
    see.differs(
      5,
      await Promise.all(names.map((name) => system.whereis<Counter>(name)!.call("who"))),
      names.map(() => ["code", 2]),
      "all of them answer",
    );
    see.differs(6, alive(world, system.whereis("liar")!), true, "the one whose supervisor did not name the module was converted too");
    see.differs(7, alive(world, system.whereis("outsider")!), true, "and the one without a supervisor");
    see.same(8, [String(module.vsn)]);
    see.none(9, "as step 1");
    const down = await upgrade(system, [change(module, counter(1))], { extra: "ex" });
    see.same(10, down.outcome === "committed" ? ["ok", []] : down);
    see.differs(11, down.modules[0]?.steps, ["1 down"], "run in the newer code, as there, and for every process");
    see.differs(
      12,
      await get(),
      names.map(() => ["v1", 0, ["cc_args", "ex", [["cc_args", "ex"]]]]),
      "all are back; this counter's step leaves its trace",
    );
  },

  async s31_rh_midway_failure(see) {
    const world = await started();
    const { module, system } = world;
    for (const name of ["a", "bad", "c"]) await system.start(module, { name });
    const x = await system.start(counter(1), { name: "x" });
    const failing: CodeChange = {
      1: {
        up: (s: CounterState): CounterState => (s[1] === 13 ? thrown("cannot") : ["v2", s[1], []]),
        down: (s: CounterState) => s,
      },
    };
    system.whereis<Counter>("bad")!.cast("add", 13);
    await world.clock.settle();
    const report = await to2(world, failing);
    see.differs(
      1,
      [report.outcome, report.errors.map(({ code, name }) => [code, name])],
      ["failed", [["INSTAR_CODE_CHANGE_FAILED", "bad"]]],
      "the report names the process that failed",
    );
    see.none(2, "what other steps computed was thrown away");
    const all = ["a", "bad", "c", "x"].map((name) => [name, [status(world, system.whereis(name)!), state(world, system.whereis(name)!)]]);
    see.differs(
      3,
      all,
      [
        ["a", ["idle", ["v1", 0]]],
        ["bad", ["idle", ["v1", 13]]],
        ["c", ["idle", ["v1", 0]]],
        ["x", ["idle", ["v1", 0]]],
      ],
      "all or nothing, and nobody stays suspended",
    );
    see.differs(4, [module.vsn, alive(world, x)], [1, true], "the old code stays current");
    see.differs(5, await outcome(system.whereis<Counter>("a")!.call("get")), ["returned", ["v1", 0]], "calls are answered");
    see.differs(6, (await to2(world, recorded)).outcome, "committed", "a repaired version can be tried at once");
    const after = await Promise.all(
      ["a", "bad", "c", "x"].map(async (name) => [name, ((await outcome(system.whereis<Counter>(name)!.call("get"))) as unknown[])[0]]),
    );
    see.differs(
      7,
      after,
      ["a", "bad", "c", "x"].map((name) => [name, "returned"]),
      "nobody was lost",
    );
  },

  async s32_rh_busy_process_skipped(see) {
    const world = await started();
    const { opened, open } = gate();
    const busy = await world.system.start(world.module, { name: "b" });
    busy.cast("add", 1);
    void busy.withTimeout(Infinity).call("sleep", opened);
    await world.clock.settle();
    const committing = to2(world, recorded, { timeout: 200 });
    await world.clock.advance(200);
    const report = await committing;
    see.differs(
      1,
      [report.outcome, report.errors[0]?.name],
      ["failed", "b"],
      "nobody is skipped in silence: the upgrade fails and names the busy process",
    );
    see.differs(2, report.processes, [], "so nobody is converted either");
    open();
    await world.clock.settle();
    see.differs(3, [status(world, busy), state(world, busy)], ["idle", ["v1", 1]], "old state and old code belong together");
    see.differs(4, await outcome(busy.call("get")), ["returned", ["v1", 1]], "so it serves");
    see.differs(
      5,
      [(await to2(world, recorded)).outcome, await busy.call("get")],
      ["committed", ["v2", 1, [["cc_args", undefined]]]],
      "and keeps its counter through the next attempt",
    );
  },

  async s34_rh_dep_order(see) {
    const world = testSystem();
    const [w, x] = [counter(1), counter(1)];
    const names = new Map([
      [moduleOf(w).id, "ra_w"],
      [moduleOf(x).id, "ra_x"],
    ]);
    const order = (imports: ReadonlyMap<string, readonly string[]>, vsn: 1 | 2 = 2): unknown => {
      const changes = [change(w, counter(vsn, recorded)), change(x, counter(vsn, recorded))];
      return planUpgrade(world.system, { changes, imports }).groups.map((group) => group.map((id) => names.get(id)));
    };
    const [wId, xId] = [moduleOf(w).id, moduleOf(x).id];
    const dependent = new Map([[wId, [xId]]]);
    // What is left of a script for us: in which order code is loaded, and which modules belong together.
    const loads = (script: readonly unknown[][]): unknown[] =>
      script.filter(([what]) => what === "load").map((step) => (step[1] as unknown[])[0]);
    const loadsOf = (observed: unknown[]): unknown[] =>
      loads((observed[0] === "returned" ? (observed[1] as unknown[]) : observed).at(-1) as unknown[][]);
    const flat = (groups: unknown): unknown[] => (groups as unknown[][]).flat();
    see.same(1, flat(order(dependent)), loadsOf);
    see.same(2, flat(order(new Map())), loadsOf);
    const circle = new Map([
      [wId, [xId]],
      [xId, [wId]],
    ]);
    see.same(3, order(circle), (observed: unknown[]) => [loadsOf(observed)]);
    const soft = change(w, counter(1));
    see.differs(4, [soft.kind, soft.steps], ["swap", []], "no script: the plan says that the code alone is swapped");
    see.none([5, 10], "there is no script of instructions, and there are no other instructions than upgrades of modules");
    await upgrade(world.system, [change(w, counter(2, recorded)), change(x, counter(2, recorded))]);
    see.same(11, flat(order(dependent, 1)), loadsOf);
    see.none(12, "all states are computed before any of them counts, so the order has no effect");
  },

  async s37_mixed_version_messages(see) {
    type Proto = { init(): unknown[]; casts: { add(...args: unknown[]): void }; calls: { get(): unknown } };
    const proto = (vsn: 1 | 2, codeChange: CodeChange = {}) =>
      actor<Proto>({
        vsn,
        codeChange,
        init: () => ["q", vsn, 0],
        calls: { get: ({ state: s, reply }) => reply(s) },
        casts: {
          add: ({ state: s, next }, ...args) => {
            // Version 1 takes a number, version 2 a number with its unit.
            if (args.length !== vsn) throw new Error("function_clause");
            return next(["q", vsn, Number(s[2]) + Number(args[0])]);
          },
        },
      });
    const crash = testSystem();
    const victim = await crash.system.start(proto(1));
    victim.cast("add", 1, "kg");
    see.same(1, [((await outcome(victim.call("get"))) as unknown[])[2]], (observed: unknown[]) => [crashOnly(observed[0])]);

    const world = testSystem();
    const module = proto(1);
    const pid: Pid<Proto> = await world.system.start(module);
    pid.cast("add", 5);
    const step = { up: () => ["q", 2, 0], down: (s: unknown[]) => s, messages: { add: (n: number) => [n, "kg"] } };
    const report = await upgrade(world.system, [change(module, proto(2, { 1: step }))]);
    see.same(2, report.outcome === "committed" ? "ok" : report);
    see.none(3, oneTurn);
    see.differs(4, await outcome(pid.call("get")), ["returned", ["q", 2, 5]], "the step's messages translate what is queued");
  },
};

/** The crash itself; which of OTP's functions had no clause is not for us to say. */
function crashOnly(observed: unknown): unknown {
  const text = JSON.stringify(mapped(observed));
  const crash = ["crash", "function_clause"];
  return text.startsWith('["raised"') ? ["raised", "exit", crash] : crash;
}

function thrown(value: unknown): never {
  throw value;
}
