/** Upgrades of supervisor modules: children start, stop and change places, and the supervisor goes by its new definition. */
import assert from "node:assert/strict";
import { Session } from "node:inspector";
import { describe, test } from "node:test";
import { change } from "../../test/support/load-version.ts";
import { actor, child, supervisor, type Actor, type ChildSpec, type ExitReason, type Pid, type Supervisor } from "./index.ts";
import { planUpgrade } from "./plan-upgrade.ts";
import { bindHandle, moduleOf, processes, upgrade, type UpgradeOptions } from "./internal.ts";
import type { Process } from "./process.ts";
import { ProcessPid } from "./process-pid.ts";
import type { UpgradedChildren } from "./protocol.ts";
import { killToRestart, whyNotRestarted } from "./restartable.ts";
import { live } from "./system.ts";
import { testSystem, type TestSystem } from "./testing.ts";

interface Worker {
  init(id: string, log: string[], arg?: string): { readonly id: string; readonly log: string[] };
  casts: { quit(reason: ExitReason): void };
  infos: { exit(from: Pid<unknown> | null, reason: ExitReason): void };
}

const worker = actor<Worker>({
  vsn: 1,
  trapExit: true,
  init: (id, log, arg = "") => {
    if (arg === "hang") return new Promise<never>(() => {});
    if (arg === "fail") throw new Error(`${id} cannot start`);
    log.push(`+${id}${arg}`);
    return { id, log };
  },
  casts: { quit: ({ stop }, reason) => stop(reason) },
  infos: { exit: ({ next }) => next() },
  terminate: ({ state }) => void state.log.push(`-${state.id}`),
});

type Definition = Parameters<typeof supervisor>[0] & { readonly children: readonly ChildSpec[] };

/** `a b:new c@d` is a child a, b with the argument "new", and c with the name d; the others have their ids as names. */
function specs(log: string[], text: string): ChildSpec[] {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => {
      const [, id = "", name = id, arg = ""] = /^(\w)(?:@(\w))?(?::(\w+))?$/.exec(word) ?? [];
      return child(worker, { id, name, args: [id, log, arg] });
    });
}

class World {
  readonly log: string[] = [];
  readonly test: TestSystem = testSystem();
  readonly #first;
  pid!: Pid<Supervisor>;

  constructor(children: string, options: Partial<Definition> = {}) {
    this.#first = supervisor({ ...options, children: specs(this.log, children) } as Definition & { strategy: "one_for_one" });
  }

  static async of(children: string, options: Partial<Definition> = {}): Promise<World> {
    const world = new World(children, options);
    world.pid = await world.test.system.start(world.#first, { name: "sup" });
    world.log.length = 0;
    return world;
  }

  async upgrade(children: string, options: Partial<Definition> = {}, how: UpgradeOptions = {}) {
    const next = supervisor({ ...options, children: specs(this.log, children) } as Definition & { strategy: "one_for_one" });
    const running = upgrade(this.test.system, [change(this.#first, next)], how);
    await this.test.clock.settle();
    return running;
  }

  async quit(id: string): Promise<void> {
    this.test.system.whereis<Worker>(id)?.cast("quit", "boom");
    await this.test.clock.settle();
  }

  get handle(): Actor<Supervisor> {
    return this.#first;
  }

  workers(): { readonly name: string; readonly process: Process }[] {
    return [...live(this.test.system).names].filter(([name]) => name !== "sup").map(([name, process]) => ({ name, process }));
  }

  /** In start order; lower case where it is not running. */
  async children(): Promise<string> {
    const infos = (await this.pid.call("whichChildren")).toReversed();
    return infos.map(({ id, pid }) => (pid === null ? id : id.toUpperCase())).join("");
  }
}

function codeOf(pid: Pid<Supervisor>): object {
  return (ProcessPid.processOf(pid) as Process).version.definition as object;
}

/** Fails the test where it is not. */
async function collected(reference: WeakRef<object>): Promise<void> {
  const session = new Session();
  session.connect();
  for (let i = 0; i < 20 && reference.deref() !== undefined; i++) {
    session.post("HeapProfiler.collectGarbage");
    await new Promise((resolve) => setImmediate(resolve));
  }
  session.disconnect();
  assert.equal(reference.deref(), undefined);
}

const unchanged: UpgradedChildren = { start: [], stop: [], keep: [], reorder: [], changed: [], failed: [] };

describe("an upgrade of a supervisor", () => {
  test("starts new children, stops removed ones before that, reorders, and leaves the others alone", async () => {
    const world = await World.of("a b c d");
    const [b, d] = [world.test.system.whereis("b"), world.test.system.whereis("d")];
    const report = await world.upgrade("d x b:new y");
    assert.equal(report.outcome, "committed");
    assert.deepEqual(report.modules[0]?.children, {
      start: ["x", "y"],
      stop: ["c", "a"],
      keep: ["d", "b"],
      reorder: ["d", "b"],
      changed: ["b"],
      failed: [],
    });
    assert.deepEqual(world.log.splice(0), ["-c", "-a", "+x", "+y"]);
    assert.equal(await world.children(), "DXBY");
    assert.deepEqual([world.test.system.whereis("b"), world.test.system.whereis("d")], [b, d]);
    await world.quit("b");
    assert.deepEqual(world.log.splice(0), ["-b", "+bnew"], "the next restart is by the new specification");
    await world.test.system.stop();
    assert.deepEqual(world.log, ["-y", "-b", "-x", "-d"]);
  });

  test("takes the new strategy and the new intensity", async () => {
    const world = await World.of("a b c", { intensity: { restarts: 0, within: 1000 } });
    const report = await world.upgrade("a b c", { strategy: "rest_for_one", intensity: { restarts: 1, within: 1000 } });
    assert.equal(report.modules[0]?.children, undefined, "nothing about the children");
    await world.quit("b");
    assert.deepEqual(world.log, ["-b", "-c", "+b", "+c"]);
    await world.quit("b");
    assert.equal(world.test.system.whereis("sup"), null);
  });

  test("a restart before the upgrade still counts after it", async () => {
    const world = await World.of("a");
    await world.quit("a");
    await world.upgrade("a b");
    await world.quit("b");
    assert.equal(world.test.system.whereis("sup"), null);
  });

  test("a new child may take the name of a removed one", async () => {
    const world = await World.of("a b");
    const report = await world.upgrade("z@a b");
    assert.deepEqual(report.modules[0]?.children?.failed, []);
    assert.deepEqual(world.log, ["-a", "+z"]);
  });

  test("a new child that does not start costs no restart: the report says so, and restartChild starts it later", async () => {
    const world = await World.of("a", { intensity: { restarts: 0, within: 1000 } });
    const report = await world.upgrade("x:fail a y", { intensity: { restarts: 0, within: 1000 } });
    assert.equal(report.outcome, "committed");
    const [failed] = report.modules[0]?.children?.failed ?? [];
    assert.deepEqual([failed?.pid, failed?.id], [world.pid.id, "x"]);
    assert.match(failed?.message ?? "", /x cannot start/);
    assert.equal(await world.children(), "xAY");
    await assert.rejects(world.pid.call("restartChild", "x"), { code: "INSTAR_INIT_FAILED" });
    await world.upgrade("x:2 a y");
    assert.equal(await world.children(), "xAY", "it is no new one now");
    await world.pid.call("restartChild", "x");
    assert.equal(await world.children(), "XAY");
  });

  test("a new child whose start hangs does not hold up the report, nor the end of the supervisor", async () => {
    const world = await World.of("a");
    const running = world.upgrade("a x:hang y", {}, { timeout: 300 });
    await world.test.clock.advance(300);
    const report = await running;
    assert.deepEqual(
      report.modules[0]?.children?.failed.map(({ id, message }) => [id, message]),
      ["x", "y"].map((id) => [id, "it had not started after 300 ms, and may do so yet"]),
    );
    await world.test.system.stop();
    assert.deepEqual(processes(world.test.system), []);
  });

  test("children added at run time are not touched and come last; deleted ones stay ended", async () => {
    const world = await World.of("a b");
    for (const spec of specs(world.log, "p q")) await world.pid.call("startChild", spec);
    await world.pid.call("terminateChild", "b");
    await world.pid.call("deleteChild", "b");
    world.log.length = 0;
    await world.upgrade("c q b a");
    assert.deepEqual(world.log, ["+c"]);
    assert.equal(await world.children(), "CQbAP", "as in OTP, what is specified is listed again");
  });

  test("back and forth: what one upgrade did to the children, the next one undoes", async () => {
    const world = await World.of("a b");
    await world.upgrade("b c");
    await world.upgrade("a b");
    assert.deepEqual(world.log, ["-a", "+c", "-c", "+a"]);
    assert.equal(await world.children(), "AB");
  });

  for (const [versions, children] of [
    [["b", "b c"], "BC"],
    [["b", "a b"], "AB"],
    [["a b c", "a b"], "AB"],
    [["a b c", "c a b"], "CAB"],
    [["b", "b"], "B"],
  ] as const) {
    test(`what one upgrade left to do is done with the next one: from a b to ${versions.join(" to ")}`, async () => {
      const world = await World.of("a b");
      const process = ProcessPid.processOf(world.pid) as Process;
      for (const version of versions) {
        // As in OTP's mode: the supervisor knows its new specifications, and nobody has asked it to start or end children.
        const { module, to } = change(world.handle, supervisor({ children: specs(world.log, version) }));
        Object.assign(module, { old: module.current, current: to });
        process.version = to;
        process.info("codeChanged", []);
        await world.test.clock.settle();
      }
      const adopted = process.call("adoptChildren", [{ started: new Set(), failed: new Map() }], 5000);
      await world.test.clock.settle();
      await adopted;
      assert.equal(await world.children(), children);
    });
  }

  test("a rehearsal says what would happen and does nothing; a failed upgrade does nothing either", async () => {
    const world = await World.of("a b");
    const planned = { ...unchanged, start: ["c"], stop: ["b"], keep: ["a"] };
    const rehearsed = await world.upgrade("a c", {}, { rehearse: true });
    assert.deepEqual([rehearsed.outcome, rehearsed.modules[0]?.children], ["rehearsed", planned]);
    const onCommit = (): never => {
      throw new Error("no");
    };
    const failed = await world.upgrade("a c", {}, { onCommit });
    assert.deepEqual([failed.outcome, failed.modules[0]?.children], ["failed", undefined]);
    assert.deepEqual(world.log, []);
    assert.equal(await world.children(), "AB");
  });

  for (const children of ["a", "a b"]) {
    test(`the old definition is let go of at once (from a to ${children})`, async () => {
      const world = await World.of("a");
      const old = new WeakRef(codeOf(world.pid));
      // As the code server does it; a handle of its own would keep the definition that it was made with.
      bindHandle(world.handle, moduleOf(world.handle));
      await world.upgrade(children);
      moduleOf(world.handle).old = null;
      await collected(old);
    });
  }

  test("children that are killed in order to be restarted do not count against the intensity", async () => {
    for (const strategy of ["one_for_one", "one_for_all"] as const) {
      const world = await World.of("a b c d", { strategy, intensity: { restarts: 0, within: 1000 } });
      for (const { name, process } of world.workers()) {
        assert.equal(whyNotRestarted(process), null, name);
        killToRestart(process);
      }
      await world.test.clock.settle();
      assert.deepEqual(world.log, ["+a", "+b", "+c", "+d"]);
      await world.quit("a");
      assert.equal(world.test.system.whereis("sup"), null, "afterwards they do");
    }
  });

  test('in mode "otp" nothing is started or ended, as in OTP; the next upgrade of the other kind makes up for it', async () => {
    const world = await World.of("a b c d");
    const report = await world.upgrade("d x b:new y", {}, { mode: "otp" });
    assert.deepEqual([report.outcome, report.modules[0]?.children], ["committed", undefined]);
    assert.equal(await world.children(), "DxByAC", "those that are no longer specified come last");
    assert.deepEqual(world.log, []);
    await world.quit("b");
    await world.pid.call("restartChild", "x");
    assert.deepEqual(world.log.splice(0), ["-b", "+bnew", "+x"]);
    await world.upgrade("d x b:new y z");
    assert.deepEqual(world.log, ["-c", "-a", "+y", "+z"]);
    assert.equal(await world.children(), "DXBYZ");
  });

  test("the plan of an upgrade says which children it would start and end", async () => {
    const world = await World.of("a b");
    const { failed, ...children } = { ...unchanged, start: ["c"], stop: ["b"], keep: ["a"] };
    assert.deepEqual(failed, []);
    const next = supervisor({ children: specs(world.log, "a c") });
    const plan = planUpgrade(world.test.system, { changes: [change(world.handle, next)] });
    assert.deepEqual(plan.modules[0]?.children, children);
    assert.deepEqual(world.log, []);
  });

  test("between simple_one_for_one and the others there is no way", async () => {
    const world = await World.of("a");
    const report = await world.upgrade("a", { strategy: "simple_one_for_one" as never });
    assert.deepEqual([report.outcome, report.errors[0]?.code], ["refused", "INSTAR_BAD_UPGRADE"]);
    assert.match(report.errors[0]?.message ?? "", /its strategy is one_for_one and would become simple_one_for_one/);
  });
});

describe("an upgrade of a simple_one_for_one supervisor", () => {
  const template = (log: string[], id: string) =>
    supervisor({ strategy: "simple_one_for_one", children: [child(worker, { id: "worker", args: [id, log] })] });

  test("running children stay; at their restart the new arguments take the place of the old ones", async () => {
    const { system, clock } = testSystem();
    const log: string[] = [];
    const first = template(log, "old");
    const pid = await system.start(first);
    const one = await pid.call("startChild", ["1"]);
    const report = await upgrade(system, [change(first, template(log, "new"))]);
    assert.deepEqual(report.modules[0]?.children, { ...unchanged, keep: ["worker"], changed: ["worker"] });
    assert.deepEqual(log, ["+old1"]);
    one.cast("quit", "boom");
    await clock.settle();
    assert.deepEqual(log.splice(0), ["+old1", "-old", "+new1"]);
    await pid.call("startChild", ["2"]);
    assert.deepEqual(log, ["+new2"]);
  });
});
