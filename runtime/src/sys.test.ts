/** `sys`: suspension, states, status and code of single processes; and what an upgrade, an exit and a timeout do in between. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { change, gate, plan } from "../../test/support/load-version.ts";
import { actor, exit, stop, sys, type Actor, type CodeChange, type ExitReason, type InstarError, type Pid } from "./index.ts";
import { processes, upgrade } from "./internal.ts";
import { live } from "./system.ts";
import { testSystem, type TestSystem } from "./testing.ts";

interface Counter {
  init(log?: unknown[]): State;
  calls: { get(): number; slow(until: Promise<unknown>): string; onSelf(): unknown };
  casts: { add(k: number): void; wait(ms: number): void };
  infos: { timeout(): void; exit(from: Pid<unknown> | null, reason: ExitReason): void };
}
interface State {
  readonly n: number;
  readonly log: unknown[];
  readonly step?: number;
}

const counterOf = (vsn: number, codeChange: CodeChange = {}, trapExit = true): Actor<Counter> =>
  actor<Counter>({
    vsn,
    codeChange,
    trapExit,
    init: (log = []) => ({ n: 0, log }),
    calls: {
      get: ({ state, reply }) => reply(state.n),
      slow: async ({ reply }, until) => {
        await until;
        return reply("slow");
      },
      onSelf: async ({ self, reply }) => reply(await sys.getState(self.pid)),
    },
    casts: {
      add: ({ state, next }, k) => next({ ...state, n: state.n + k * vsn }),
      wait: ({ next }, ms) => next(undefined, { timeout: ms }),
    },
    infos: {
      timeout: ({ state, next }) => {
        state.log.push("timeout");
        return next();
      },
      exit: ({ state, next }, _from, reason) => {
        state.log.push(["exit", reason]);
        return next();
      },
    },
    terminate: ({ state }, reason) => void state.log.push(["terminate", reason]),
  });

/** Up says by how much each number grows. */
const steps: CodeChange = {
  1: {
    up: (state: State, extra?: unknown): State => {
      if (extra === "fail") throw new Error("cannot");
      return { ...state, step: Number(extra ?? 1) };
    },
    down: ({ n, log }: State): State => ({ n, log }),
    messages: { add: (k: number) => [k * 100] },
  },
};

async function started(trapExit = true): Promise<TestSystem & { module: Actor<Counter>; pid: Pid<Counter>; log: unknown[] }> {
  const world = testSystem();
  const log: unknown[] = [];
  const module = counterOf(1, {}, trapExit);
  return { ...world, module, log, pid: await world.system.start(module, { args: [log] }) };
}
const statusOf = async (pid: Pid<Counter>): Promise<string> => (await sys.getStatus(pid)).status;

test("a suspended process serves sys alone; what came meanwhile is handled after resume, in order", async () => {
  const { system, clock, pid } = await started();
  await sys.suspend(pid);
  await sys.suspend(pid);
  const got: unknown[] = [];
  pid.cast("add", 1);
  void pid.call("get").then((n) => got.push(n));
  pid.cast("add", 10);
  await clock.settle();
  assert.deepEqual([got, (await sys.getState(pid)).n, processes(system)[0]?.status], [[], 0, "suspended"]);
  assert.deepEqual(await sys.getStatus(pid), {
    pid,
    name: null,
    module: processes(system)[0]?.module,
    vsn: 1,
    status: "suspended",
    parent: null,
    trapExit: true,
    mailbox: 3,
    state: { n: 0, log: [] },
  });
  await sys.resume(pid);
  await clock.settle();
  assert.deepEqual([got, (await sys.getState(pid)).n, await statusOf(pid)], [[1], 11, "running"]);
});

test("a request waits its turn, and has no effect later if it timed out: no ghosts", async () => {
  const { clock, pid } = await started();
  const { opened, open } = gate();
  const slow = pid.call("slow", opened);
  const late = [sys.suspend(pid, 10), sys.replaceState(pid, (state) => ({ ...state, n: 99 }), 10), sys.getState(pid, 10)].map((request) =>
    assert.rejects(request, { code: "INSTAR_CALL_TIMEOUT" }),
  );
  await clock.advance(10);
  await Promise.all(late);
  open();
  assert.equal(await slow, "slow");
  assert.deepEqual([await statusOf(pid), await pid.call("get")], ["running", 0]);
});

test("replaceState sets what its function returns; where that throws, or returns nothing or a promise, all is as before", async () => {
  const { pid } = await started();
  assert.equal((await sys.replaceState(pid, (state) => ({ ...state, n: 5 }))).n, 5);
  for (const bad of [
    () => {
      throw new Error("no");
    },
    () => undefined,
    () => Promise.reject(new Error("later")),
  ]) {
    await assert.rejects(sys.replaceState(pid, bad as never), { code: "INSTAR_REPLACE_STATE_FAILED" });
  }
  assert.equal(await pid.call("get"), 5);
});

test("the dead, no pids, and a process's own handler are refused", async () => {
  const { system, pid } = await started();
  await assert.rejects(pid.call("onSelf"), ({ reason }: InstarError) => (reason as InstarError).code === "INSTAR_CALL_SELF");
  for (const request of [sys.suspend, sys.resume, sys.getState, sys.getStatus, sys.changeCode] as ((pid: never) => Promise<unknown>)[]) {
    await assert.rejects(request(pid as never), { code: "INSTAR_NOPROC" });
    await assert.rejects(request("name" as never), { code: "INSTAR_NOPROC" });
  }
  assert.deepEqual(processes(system), []);
});

test("stop, and an exit of whoever shuts it down, end a suspended process at once; what waits is lost, callers are told", async () => {
  for (const end of ["stop", "shutdown", "not trapping"] as const) {
    const { system, clock, pid, log } = await started(end !== "not trapping");
    await sys.suspend(pid);
    exit(pid, "normal");
    const call = assert.rejects(pid.call("get"), { code: "INSTAR_CALL_EXITED" });
    if (end === "stop") await stop(pid, "shutdown");
    else await system.stop();
    await call;
    await clock.settle();
    assert.deepEqual(log, end === "not trapping" ? [] : [["terminate", "shutdown"]], end);
  }
});

test("a timeout that runs begins anew with each request, and after resume", async () => {
  const { clock, pid, log } = await started();
  pid.cast("wait", 50);
  await clock.advance(40);
  await sys.getState(pid);
  await clock.advance(49);
  assert.deepEqual(log, []);
  await clock.advance(1);
  assert.deepEqual(log, ["timeout"]);
  pid.cast("wait", 50);
  await clock.settle();
  await sys.suspend(pid);
  await clock.advance(1000);
  await sys.resume(pid);
  await clock.advance(49);
  assert.deepEqual(log, ["timeout"]);
  await clock.advance(1);
  assert.deepEqual(log, ["timeout", "timeout"]);
});

test("an upgrade converts a suspended process like any other, and leaves it suspended", async () => {
  const { system, clock, pid, module } = await started();
  await sys.suspend(pid);
  pid.cast("add", 1);
  const report = await upgrade(system, [change(module, counterOf(2, steps))]);
  assert.equal(report.outcome, "committed");
  await clock.settle();
  assert.deepEqual({ ...(await sys.getStatus(pid)), log: 0 }.state, { n: 0, log: [], step: 1 });
  assert.deepEqual([await statusOf(pid), (await sys.getStatus(pid)).vsn], ["suspended", 2]);
  await sys.resume(pid);
  assert.equal(await pid.call("get"), 200, "the message that waited was translated, and handled by the new code");
});

test("changeCode brings a suspended process to the current version; where a step fails it stays as it was", async () => {
  const { system, pid, module } = await started();
  const next = plan(module, counterOf(2, steps)).change;
  // As in mode "otp": the code is there, and no process was asked.
  Object.assign(next.module, { old: next.module.current, current: next.to });
  assert.equal(live(system).processes.get(pid.id)?.version.vsn, 1);
  await assert.rejects(sys.changeCode(pid), { code: "INSTAR_NOT_SUSPENDED" });
  await sys.suspend(pid);
  pid.cast("add", 1);
  await assert.rejects(sys.changeCode(pid, { extra: "fail" }), { code: "INSTAR_CODE_CHANGE_FAILED", message: /cannot/ });
  assert.deepEqual([(await sys.getStatus(pid)).vsn, await statusOf(pid)], [1, "suspended"]);
  await sys.changeCode(pid, { extra: 7 });
  await sys.changeCode(pid, { extra: "fail, but there is nothing left to do" });
  assert.deepEqual([(await sys.getStatus(pid)).vsn, (await sys.getState(pid)).step], [2, 7]);
  await sys.resume(pid);
  assert.equal(await pid.call("get"), 200);
});

test("changeCode says why no steps lead to the current version", async () => {
  const { pid, module } = await started();
  const next = plan(module, counterOf(2)).change;
  Object.assign(next.module, { old: next.module.current, current: next.to });
  await sys.suspend(pid);
  await assert.rejects(sys.changeCode(pid), { code: "INSTAR_CODE_CHANGE_MISSING" });
});
