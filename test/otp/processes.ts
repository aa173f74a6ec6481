/** OTP's scenarios about exit signals, links, monitors, the timeouts of results, and `sys`, played against the runtime. */
import { actor, exit, start, stop, sys, type ExitReason, type Monitor, type Pid, type System } from "../../runtime/src/index.ts";
import { live } from "../../runtime/src/system.ts";
import { testSystem } from "../../runtime/src/testing.ts";
import { plan } from "../support/load-version.ts";
import { counter, recorded, type Counter } from "./counter.ts";
import { outcome, type Play } from "./oracle.ts";

/** Does what a test tells it to, and writes down the infos that it gets. */
interface Probe {
  init(seen?: unknown[]): unknown[];
  calls: { do(work: (self: ProbeSelf) => unknown): unknown };
  casts: { do(work: (self: ProbeSelf) => unknown): void; wait(ms: number): void; end(reason: ExitReason): void };
  infos: {
    exit(from: Pid<unknown> | null, reason: ExitReason): void;
    down(monitor: Monitor, pid: Pid<unknown>, reason: ExitReason): void;
    timeout(): void;
    other(text: string): void;
  };
}
type ProbePid = Pid<Probe>;
interface ProbeSelf {
  readonly pid: ProbePid;
  link(pid: ProbePid): void;
  monitor(pid: ProbePid): Monitor;
}

const definition = {
  vsn: 1,
  init: (seen: unknown[] = []) => seen,
  calls: { do: async ({ self, reply }, work) => reply(await work(self)) },
  casts: {
    do: async ({ self, next }, work) => {
      await work(self);
      return next();
    },
    wait: ({ next }, ms) => next(undefined, { timeout: ms }),
    end: ({ stop: end }, reason) => end(reason),
  },
  infos: {
    exit: ({ state, next }, from, reason) => {
      state.push(["EXIT", from?.id ?? null, reason]);
      return next();
    },
    down: ({ state, next }, _monitor, _pid, reason) => {
      state.push(reason);
      return next();
    },
    timeout: ({ state, next }) => {
      state.push(["info", "timeout"]);
      return next();
    },
    other: ({ state, next }, text) => {
      state.push(["info", text]);
      return next();
    },
  },
} satisfies Parameters<typeof actor<Probe>>[0];
const probe = actor<Probe>(definition);
const trapping = actor<Probe>({ ...definition, trapExit: true });

export const processes: Record<string, Play> = {
  async s04_change_code_not_suspended(see) {
    const { system } = testSystem();
    const module = counter(1);
    const pid: Pid<Counter> = await system.start(module);
    const loaded = plan(module, counter(2, recorded)).change;
    Object.assign(loaded.module, { old: loaded.module.current, current: loaded.to });
    const ok = (request: Promise<void>): Promise<unknown> => outcome(request.then(() => "ok"));
    see.differs(
      1,
      await ok(sys.changeCode(pid)),
      ["raised", "exit", "INSTAR_NOT_SUSPENDED"],
      "the caller is rejected with a code, instead of being given a returned error that is easily overlooked",
    );
    see.same(2, await sys.getState(pid));
    see.same(3, await ok(sys.resume(pid)));
    see.same(4, [await ok(sys.suspend(pid)), await ok(sys.suspend(pid))]);
    await sys.resume(pid);
    see.same(5, ["ok", (await sys.getStatus(pid)).status]);
    exit(pid, "kill");
    const withoutTheCall = ([raised, kind, [reason]]: [unknown, unknown, unknown[]]): unknown => [raised, kind, reason];
    see.same(6, await ok(sys.suspend(pid)), withoutTheCall);
    see.same(7, await ok(sys.changeCode(pid)), withoutTheCall);
  },

  async s10_gs_timeout_suspend(see) {
    const { system, clock } = testSystem();
    const seen: unknown[] = [];
    const pid = await system.start(probe, { args: [seen] });
    const send = (text: string): void => live(system).processes.get(pid.id)!.info("other", [text]);
    const drained = (): unknown[] => seen.splice(0);
    /** How long it takes until the next one comes, in milliseconds. */
    const next = async (): Promise<number> => {
      let ms = 0;
      for (; seen.length === 0 && ms < 3000; ms++) await clock.advance(1);
      return ms;
    };

    pid.cast("wait", 50);
    await clock.advance(300);
    see.same(1, drained());
    pid.cast("wait", 100);
    await clock.advance(20);
    send("hello");
    await clock.settle();
    see.same(2, drained());
    await clock.advance(120);
    see.same(3, drained());
    pid.cast("wait", 600);
    await clock.advance(350);
    await sys.getState(pid);
    const afterGetState = await next();
    see.same(4, [drained(), afterGetState >= 450]);
    pid.cast("wait", 600);
    await clock.advance(30);
    await sys.suspend(pid);
    await clock.advance(800);
    see.same(5, drained());
    await sys.resume(pid);
    const afterResume = await next();
    see.same(6, [drained(), afterResume >= 500]);
    pid.cast("wait", 0);
    await clock.settle();
    see.same(7, drained());
    await sys.suspend(pid);
    send("m1");
    pid.cast("wait", 0);
    send("m2");
    await sys.resume(pid);
    await clock.settle();
    see.same(8, drained());
  },

  async s27_links_monitors(see) {
    const { system, clock } = testSystem();
    const make = (): Promise<ProbePid> => system.start(probe);
    /** What a monitor says about a process, after `act`. */
    const down = async (pid: ProbePid, act: () => unknown = () => {}): Promise<unknown> => {
      const seen: unknown[] = [];
      const watcher = await system.start(probe, { args: [seen] });
      await watcher.call("do", (self) => self.monitor(pid));
      await act();
      await clock.settle();
      return seen[0] ?? "still_alive";
    };
    const dead = await make();
    await stop(dead);
    see.same(1, await down(dead));
    see.differs(2, system.whereis("nosuchname"), null, "a name is looked up first, and null says that nobody has it");
    const reasons = ["normal", "shutdown", "boom", "kill"] as const;
    for (const [i, reason] of reasons.entries()) {
      const ending = await make();
      see.same(3 + i, await down(ending, () => ending.cast("end", reason)));
      const victim = await make();
      see.same(7 + i, await down(victim, () => exit(victim, reason)));
      const got: unknown[] = [];
      const trapper = await system.start(trapping, { args: [got] });
      exit(trapper, reason);
      await clock.settle();
      see.same(11 + i, [isAlive(system, trapper), got.map((message) => ["got", (message as unknown[])[2]])]);
    }

    const seen: unknown[] = [];
    const own = await system.start(trapping, { args: [seen] });
    /** The exit messages so far, with the pids called as OTP's were. */
    const exits = async (pid: ProbePid, name: string): Promise<unknown> => {
      await clock.settle();
      return seen.splice(0).map((message) => (message as unknown[]).map((part) => (part === pid.id ? name : part)));
    };
    await own.call("do", (self) => self.link(dead));
    see.same(15, await exits(dead, "<pid:1>"));
    const child = (): Promise<ProbePid> => start(probe, { link: true });
    const killed = (await own.call("do", child)) as ProbePid;
    exit(killed, "kill");
    see.same(16, await exits(killed, "<pid:2>"));
    const kill = (await own.call("do", child)) as ProbePid;
    kill.cast("end", "kill");
    see.same(17, await exits(kill, "<pid:3>"));
    for (const [n, reason] of [
      [18, "kill"],
      [19, "normal"],
    ] as const) {
      const parent = await make();
      const linked = (await parent.call("do", child)) as ProbePid;
      const said = await down(parent, async () => {
        linked.cast("end", reason);
        await clock.settle();
        if (reason === "normal") parent.cast("end", "survived_normal");
      });
      see.same(n, said);
    }
    const self = await make();
    see.same(20, await down(self, () => self.cast("do", (process) => exit(process.pid, "normal"))));
  },
};

function isAlive(system: System, pid: ProbePid): boolean {
  return live(system).processes.has(pid.id);
}
