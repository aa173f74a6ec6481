/** OTP's scenarios about supervisors, played against the runtime. */
import {
  actor,
  child,
  supervisor,
  sys,
  type ChildSpec,
  type ExitReason,
  type InstarError,
  type Pid,
  type RestartType,
  type Shutdown,
  type Strategy,
  type Supervisor,
} from "../../runtime/src/index.ts";
import { processes } from "../../runtime/src/internal.ts";
import { live } from "../../runtime/src/system.ts";
import { testSystem, type TestSystem } from "../../runtime/src/testing.ts";
import { plan } from "../support/load-version.ts";
import type { Play } from "./oracle.ts";

interface Child {
  init(
    id: string,
    arg: string,
    log: unknown[],
    slowly?: () => Promise<unknown>,
  ): { id: string; log: unknown[]; slowly: (() => Promise<unknown>) | null };
  casts: { quit(reason: ExitReason): void };
  infos: { exit(from: Pid<unknown> | null, reason: ExitReason): void };
}

/** `fx_child`, which traps exits unless it is told otherwise. */
const childModule = (trapExit: boolean) =>
  actor<Child>({
    vsn: 1,
    trapExit,
    init: (id, arg, log, slowly) => {
      if (arg === "fail") throw new Error("w");
      log.push(["start", id, arg]);
      return { id, log, slowly: slowly ?? null };
    },
    casts: { quit: ({ stop }, reason) => stop(reason) },
    infos: { exit: ({ next }) => next() },
    terminate: async ({ state: { id, log, slowly } }, reason) => {
      if (slowly === null) {
        log.push(["terminate", id, reason]);
        return;
      }
      log.push(["terminate_slow_begin"]);
      await slowly();
      log.push(["terminate_slow_end"]);
    },
  });
const trapping = childModule(true);
const notTrapping = childModule(false);

const specs = (ids: string, log: unknown[], arg = "arg", restart: RestartType = "permanent"): ChildSpec[] =>
  ids.split("").map((id) => {
    const handle = arg === "no_trap" ? notTrapping : trapping;
    return child(handle, { id, name: id, args: [id, arg, log], restart, shutdown: 500 });
  });

async function crash({ system, clock }: TestSystem, name: string, reason: ExitReason = "boom"): Promise<void> {
  system.whereis<Child>(name)?.cast("quit", reason);
  await clock.settle();
}

/** `exit(Pid, Reason)` from outside. */
async function exit({ system, clock }: TestSystem, name: string, reason: ExitReason): Promise<void> {
  live(system).names.get(name)?.exitSignal(null, reason, "exit");
  await clock.settle();
}

/** What a call to a supervisor gives, in OTP's words. */
async function result(call: Promise<unknown>): Promise<unknown> {
  try {
    return (await call) === undefined ? "ok" : ["ok", "started"];
  } catch (error) {
    const { code, reason } = error as InstarError;
    if (code === "INSTAR_INIT_FAILED" && reason instanceof Error) return ["error", reason.message];
    return ["error", otpErrors[code] ?? code];
  }
}

const otpErrors: Readonly<Record<string, string>> = {
  INSTAR_BAD_CHILD_SPEC: "missing_start",
  INSTAR_CHILD_ALREADY_STARTED: "already_started",
  INSTAR_CHILD_NOT_FOUND: "not_found",
  INSTAR_CHILD_RUNNING: "running",
};

export const supervisors: Record<string, Play> = {
  async s19_sup_intensity(see) {
    const limited = async (restarts: number, seconds: number, ids: string, log: unknown[] = []): Promise<TestSystem> => {
      const world = testSystem();
      await world.system.start(supervisor({ intensity: { restarts, within: seconds * 1000 }, children: specs(ids, log, "no_trap") }), {
        name: "sup",
      });
      return world;
    };
    const up = (world: TestSystem): boolean => world.system.whereis("sup") !== null;
    const log: unknown[] = [];
    const world = await limited(2, 60, "ab", log);
    see.same(1, [...log]);
    const ended = live(world.system).names.get("sup")!.ended();
    await exit(world, "a", "boom");
    see.same(2, up(world));
    await exit(world, "b", "boom");
    see.same(3, up(world));
    await exit(world, "a", "boom");
    see.same(4, up(world));
    see.same(5, [["EXIT", "<pid:1>", await ended]]);
    see.same(6, world.system.whereis("b") !== null);
    const strict = await limited(0, 60, "a");
    const strictEnded = live(strict.system).names.get("sup")!.ended();
    await exit(strict, "a", "boom");
    see.same(7, [up(strict), [["EXIT", "<pid:2>", await strictEnded]]]);
    const sliding = await limited(1, 1, "a");
    const slidingEnded = live(sliding.system).names.get("sup")!.ended();
    const slow: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      await exit(sliding, "a", "boom");
      slow.push(up(sliding));
      await sliding.clock.advance(2200);
    }
    see.same(8, slow);
    await exit(sliding, "a", "boom");
    const quick = [up(sliding)];
    await exit(sliding, "a", "boom");
    see.same(9, [...quick, up(sliding)]);
    see.same(10, [["EXIT", "<pid:3>", await slidingEnded]]);
    const plain = testSystem();
    await plain.system.start(supervisor({ children: specs("a", []) }), { name: "sup" });
    const { strategy, intensity } = live(plain.system).names.get("sup")!.version.definition as {
      strategy: string;
      intensity: { restarts: number; within: number };
    };
    see.same(11, [strategy, intensity.restarts, intensity.within / 1000]);
  },

  async s20_sup_strategies(see) {
    let n = 0;
    const play = async (strategy: Exclude<Strategy, "simple_one_for_one">): Promise<void> => {
      const world = testSystem();
      const log: unknown[] = [];
      const intensity = { restarts: 5, within: 60_000 };
      const top = await world.system.start(supervisor({ strategy, intensity, children: specs("abc", log) }), { name: "sup" });
      const pids = () => Object.fromEntries(["a", "b", "c"].map((name) => [name, world.system.whereis(name)]));
      see.same(++n, log.splice(0));
      see.same(
        ++n,
        (await top.call("whichChildren")).map(({ id }) => id),
      );
      const before = pids();
      await crash(world, "b");
      see.same(++n, log.splice(0));
      const after = pids();
      see.same(
        ++n,
        ["a", "b", "c"].filter((name) => before[name] !== after[name]),
      );
      const ended = live(world.system).names.get("sup")!.ended();
      await world.system.stop();
      see.same(++n, [["EXIT", `<pid:${n / 6 + 1 / 6}>`, await ended]]);
      see.same(++n, log.splice(0));
    };
    await play("one_for_one");
    await play("rest_for_one");
    await play("one_for_all");
  },

  async s21_sup_restart_types(see) {
    let n = 0;
    for (const restart of ["permanent", "transient", "temporary"] as const) {
      for (const reason of ["normal", "shutdown", { shutdown: "x" }, "boom", "killed"] as const) {
        const world = testSystem();
        const top = await world.system.start(supervisor({ children: specs("a", [], "no_trap", restart) }));
        const before = world.system.whereis("a");
        if (reason === "killed") await exit(world, "a", "kill");
        else await crash(world, "a", reason);
        const [info] = await top.call("whichChildren");
        see.same(
          ++n,
          info === undefined
            ? "removed"
            : info.pid === null
              ? "kept_undefined"
              : world.system.whereis("a") === before
                ? "untouched"
                : "restarted",
        );
      }
    }
  },

  async s23_sup_shutdown_modes(see) {
    const terminated = async (shutdown: Shutdown, arg: string, slow: number | null = null): Promise<unknown> => {
      const world = testSystem();
      const log: unknown[] = [];
      const slowly = () => new Promise<void>((resolve) => void world.clock.setTimeout(resolve, slow ?? 0));
      const args: [string, string, unknown[], (() => Promise<void>)?] = slow === null ? ["k", arg, log] : ["k", arg, log, slowly];
      const spec = child(arg === "no_trap" ? notTrapping : trapping, { id: "k", name: "k", shutdown, args });
      const top = await world.system.start(supervisor({ children: [spec] }));
      log.length = 0;
      const down = live(world.system).names.get("k")!.ended();
      // What a killed process still does has no effect, but it cannot be kept from writing into the log.
      const seen = down.then((reason) => [reason, [...log]]);
      const answer = result(top.call("terminateChild", "k"));
      await world.clock.advance(1000);
      return [await answer, ...(await seen)];
    };
    see.same(1, await terminated("brutalKill", "x"));
    see.same(2, await terminated(200, "x", 600));
    see.same(3, await terminated("infinity", "x", 200));
    see.same(4, await terminated(500, "x"));
    see.same(5, await terminated(500, "no_trap"));

    const world = testSystem();
    const pid = await world.system.start(supervisor({ intensity: { restarts: 3, within: 60_000 }, children: specs("k", [], "x") }));
    const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
    see.same(6, [
      first(await result(pid.call("restartChild", "k"))),
      await result(pid.call("restartChild", "k")),
      await result(pid.call("deleteChild", "k")),
    ]);
    const [again] = specs("k", [], "x") as [ChildSpec];
    see.same(7, ((await result(pid.call("startChild", again))) as unknown[])[1]);
    see.same(8, [
      await result(pid.call("terminateChild", "k")),
      await result(pid.call("deleteChild", "k")),
      await result(pid.call("restartChild", "k")),
      await result(pid.call("terminateChild", "k")),
    ]);
    see.same(9, await result(pid.call("startChild", { id: "q" } as never)));
    const [failing] = specs("q", [], "fail") as [ChildSpec];
    // OTP's error also holds the child specification, which here is in the message.
    see.same(10, await result(pid.call("startChild", failing)), ([error, [why]]: [string, [string]]) => [error, why]);
    see.same(11, await pid.call("whichChildren"));
  },

  async s24_sup_code_change(see) {
    const world = testSystem();
    const log: unknown[] = [];
    const app = supervisor({ intensity: { restarts: 1, within: 5000 }, children: specs("ab", log, "old") });
    const top: Pid<Supervisor> = await world.system.start(app);
    log.length = 0;
    /** As there by hand: `upgrade`, which does all of it at once, also starts and ends children. */
    const changeCode = async (next: typeof app): Promise<unknown> => {
      await sys.suspend(top);
      const { module, to } = plan(app, next).change;
      Object.assign(module, { old: module.current, current: to });
      await sys.changeCode(top);
      await sys.resume(top);
      return "ok";
    };
    const intensity = { restarts: 3, within: 5000 };
    see.same(1, await changeCode(supervisor({ strategy: "rest_for_one", intensity, children: specs("ac", log, "new") })));
    see.same(2, [...log]);
    const children = async () => (await top.call("whichChildren")).map(({ id, pid }) => [id, pid === null ? "undefined" : true]);
    see.same(3, await children());
    see.same(4, Object.entries(await top.call("countChildren")));
    see.same(5, (await top.call("childSpec", "a")).args.slice(0, 2), ([, , args]: [string, string, unknown]) => args);
    see.same(6, ((await result(top.call("restartChild", "c"))) as unknown[])[0]);
    see.same(7, log.splice(0));
    await crash(world, "a");
    see.same(8, log.splice(0));
    see.same(9, await children());
    const whereMade = "a definition is refused where it is made, before there is anything to upgrade to";
    see.differs(10, refused({ strategy: "no_such_strategy", children: [] }), "INSTAR_BAD_DEFINITION", whereMade);
    see.same(11, [processes(world.system).some(({ pid }) => pid === top.id), await children()]);
    see.differs(12, refused(undefined), "INSTAR_BAD_DEFINITION", `there is no ignore, since a definition is data; ${whereMade}`);
    see.same(13, await children());
    see.same(14, [await result(top.call("terminateChild", "b")), await result(top.call("deleteChild", "b"))]);
  },
};

function refused(definition: unknown): unknown {
  try {
    supervisor(definition as never);
    return "accepted";
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
