/**
 * Thousands of random interleavings of messages, crashes, kills, links, upgrades, downgrades, purges, restarts and suspensions in simulated
 * time, with books beside them (`support/simulation.ts`). No message is lost, duplicated or reordered per sender; no state changes but by a
 * handler or a step; no supervisor restarts more often than it may; every process is in one version; an upgrade does all or nothing;
 * nothing stays suspended, and nothing is left behind. `SEED=n` repeats one run, `SIMULATION_RUNS=n` makes more of them.
 */
import { test } from "node:test";
import assert from "node:assert/strict";
import { exit, stop, sys, type InstarError, type Pid, type Supervisor } from "../runtime/src/index.ts";
import { moduleOf, purge, softPurge, upgrade, type ModuleChange } from "../runtime/src/internal.ts";
import { seededRandom } from "../runtime/src/seeded-random.ts";
import { change } from "./support/load-version.ts";
import { fitsVersion, never, World, type Fault, type State, type Vsn, type Worker } from "./support/simulation.ts";
import { testSeed } from "./support/test-seed.ts";

const stepsPerRun = 90;
const runs = Number(process.env["SIMULATION_RUNS"] ?? 300);
const seed = process.env["SEED"];
const first = testSeed();

test(`random interleavings, seeds ${first} to ${first + (seed === undefined ? runs : 1) - 1}`, async () => {
  const seen: Record<string, number> = {};
  for (let n = 0; n < (seed === undefined ? runs : 1); n++) {
    const { failures, script, outcomes } = await new Simulation(first + n).run();
    assert.deepEqual(failures.slice(0, 5), [], `SEED=${first + n} repeats it. What was done:\n${script.slice(-60).join("\n")}`);
    for (const [outcome, times] of Object.entries(outcomes)) seen[outcome] = (seen[outcome] ?? 0) + times;
  }
  if (seed !== undefined) return;
  for (const outcome of ["committed", "failed", "rehearsed", "canceled", "refused"]) {
    assert.ok((seen[outcome] ?? 0) > 0, `seed ${first}: no upgrade was ${outcome}, so this tested less than it says`);
  }
});

class Simulation {
  readonly #world: World;
  readonly #random: () => number;
  readonly #script: string[] = [];
  readonly #outcomes: Record<string, number> = {};
  readonly #suspended = new Set<Pid<Worker>>();
  #upgrades = 0;
  /** Upgrades without a report yet. */
  #running = 0;

  constructor(runSeed: number) {
    this.#world = new World(runSeed);
    this.#random = seededRandom(runSeed);
  }

  async run(): Promise<{
    readonly failures: readonly string[];
    readonly script: readonly string[];
    readonly outcomes: Record<string, number>;
  }> {
    const world = this.#world;
    const { clock } = world.test;
    await this.#startTree();
    for (let step = 0; step < stepsPerRun && world.failures.length === 0; step++) {
      this.#act();
      const pause = this.#random();
      if (pause < 0.35) await clock.settle();
      else if (pause < 0.6) await this.#advance(Math.floor(this.#random() * 30));
      else if (pause < 0.7) await Promise.resolve();
      if (pause < 0.6) world.check();
    }
    if (world.failures.length === 0) await this.#end();
    return { failures: world.failures, script: this.#script, outcomes: this.#outcomes };
  }

  async #end(): Promise<void> {
    const world = this.#world;
    this.#script.push("the end");
    for (let round = 0; round < 4; round++) {
      for (const pid of this.#suspended) world.track(`resume ${pid.id}`, sys.resume(pid));
      this.#suspended.clear();
      for (const pid of world.workers()) pid.cast("release", world.stamp("last", pid));
      await this.#advance(6000);
      // An upgrade in slices takes a turn of the event loop for each.
      for (let turns = 0; turns < 200 && this.#running > 0; turns++) await world.test.clock.settle();
    }
    world.checkEnd();
    const crew = world.named<Supervisor>("crew");
    if (crew !== null) {
      world.track(
        "whichChildren",
        crew.call("whichChildren").then((children) => {
          const ids = children.map(({ id }) => id).toReversed();
          if (ids.join() !== world.members().join())
            world.fail(`the crew has the children ${ids.join()}, and not ${world.members().join()}`);
        }),
      );
      await world.test.clock.settle();
    }
    if (world.failures.length > 0) return;
    const stopped = world.system.stop();
    world.track("stop", stopped);
    await this.#advance(20_000);
    world.checkGone();
  }

  async #advance(ms: number): Promise<void> {
    this.#script.push(`  ${ms} ms`);
    await this.#world.test.clock.advance(ms);
  }

  async #startTree(): Promise<void> {
    const world = this.#world;
    world.track(
      "start the tree",
      world.system.start(world.tree, { name: "root" }).catch((error: InstarError) => {
        if (error.code !== "INSTAR_NAME_TAKEN" && error.code !== "INSTAR_INIT_FAILED")
          world.fail(`the tree did not start: ${error.message}`);
      }),
    );
    await world.test.clock.settle();
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }

  #act(): void {
    const world = this.#world;
    const workers = world.workers();
    const to = this.#pick(workers);
    if (to === undefined || this.#random() < 0.02) {
      if (world.named("root") === null) void this.#startTree();
      if (workers.length < 25) this.#start();
      return;
    }
    const kind = this.#random();
    if (kind < 0.6) this.#send(to, workers);
    else if (kind < 0.7) this.#signal(to);
    else if (kind < 0.82) this.#upgrade();
    else if (kind < 0.9) this.#system(to);
    else if (kind < 0.97) this.#supervise();
    else this.#purge();
  }

  #start(): void {
    const world = this.#world;
    const name = this.#random() < 0.5 ? this.#pick(["x", "y", "z"]) : undefined;
    this.#script.push(`start ${name ?? ""}`);
    const module = this.#pick([world.modules.a, world.modules.b]);
    const started = world.system.start(module, name === undefined ? {} : { name }).catch((error: InstarError) => {
      if (error.code !== "INSTAR_NAME_TAKEN") world.fail(`start failed: ${error.message}`);
    });
    world.track("start", started);
  }

  #send(to: Pid<Worker>, workers: readonly Pid<Worker>[]): void {
    const world = this.#world;
    const client = this.#pick(["one", "two"]);
    const what = this.#pick([
      ...([
        "tell",
        "tell",
        "tell",
        "ask",
        "ask",
        "slow",
        "slow",
        "relay",
        "relay",
        "relay",
        "later",
        "release",
        "tickAfter",
        "tickAfter",
      ] as const),
      ...(["crash", "end", "link", "link", "unlink", "watch", "watch", "trap", "spawn"] as const),
    ]);
    const other = this.#pick(workers);
    const ms = Math.floor(this.#random() * 40);
    this.#script.push(`${client}: ${what} to ${to.id}, ${other.id}, ${ms}`);
    // Two that wait for each other would wait for ever, as in OTP.
    const numberOf = (pid: Pid<Worker>): number => Number(/\.(\d+)>/.exec(pid.id)?.[1]);
    if (what === "relay" && numberOf(other) <= numberOf(to)) return;
    const stamp = world.stamp(client, to);
    const endless = to.withTimeout(Infinity);
    const token = world.id();
    switch (what) {
      case "ask":
      case "later":
        return world.expect(what, to, token, endless.call(what, stamp, token));
      case "slow":
        return world.expect(what, to, token, endless.call("slow", stamp, token, ms));
      case "relay":
        return world.expect(what, to, token, endless.call("relay", stamp, token, other, ms));
      case "end":
        return to.cast("end", stamp, this.#pick(["normal", "shutdown", "planned end"]));
      case "link":
      case "unlink":
      case "watch":
        return to.cast(what, stamp, other);
      case "trap":
        return to.cast("trap", stamp, this.#random() < 0.5);
      case "tickAfter":
        return to.cast("tickAfter", stamp, this.#random() < 0.15 ? never : ms);
      case "spawn":
        return workers.length < 25 ? to.cast("spawn", stamp) : to.cast("tell", stamp);
      default:
        return to.cast(what, stamp);
    }
  }

  #signal(to: Pid<Worker>): void {
    const reason = this.#pick(["kill", "normal", "shutdown", "planned signal", "stop"]);
    this.#script.push(`signal ${reason} to ${to.id}`);
    if (reason === "stop") this.#world.track(`stop ${to.id}`, stop(to, this.#pick(["normal", "planned stop"])));
    else exit(to, reason);
    if (this.#random() < 0.1) {
      const supervisor = this.#world.named<Supervisor>(this.#pick(["all", "rest", "dynamic", "crew", "root"]));
      this.#script.push(`kill ${supervisor?.id}`);
      if (supervisor !== null) exit(supervisor, this.#pick(["kill", "shutdown"]));
    }
  }

  #upgrade(): void {
    const world = this.#world;
    const names = this.#pick([["a"], ["b"], ["a", "b"], ["crew"], ["a", "crew"]] as const);
    const to = this.#pick([1, 2, 3] as const);
    const fault: Fault = this.#pick(["none", "none", "none", "throws", "identity"]);
    const commitFails = this.#random() < 0.1;
    const rehearse = this.#random() < 0.15;
    const cancelAfter = this.#random() < 0.2 ? Math.floor(this.#random() * 20) : null;
    const onBusy = this.#pick(["abort", "wait", "restart"] as const);
    const pace = this.#random() < 0.3 ? { oneTurn: 2, slice: this.#pick([1, 3]) } : undefined;
    this.#script.push(`upgrade ${names.join()} to ${to}: ${JSON.stringify({ fault, commitFails, rehearse, cancelAfter, onBusy, pace })}`);
    const changes = names.map((name) => this.#change(name, to, fault));
    const before = changes.map(({ module }) => module.current);
    const busy = world.system.preparation !== null;
    const nth = ++this.#upgrades;
    this.#running++;
    const abort = new AbortController();
    if (cancelAfter !== null) world.test.clock.setTimeout(() => abort.abort(), cancelAfter);
    const done = upgrade(world.system, changes, {
      rehearse,
      onBusy,
      timeout: 50,
      signal: abort.signal,
      ...(pace === undefined ? {} : { pace }),
      onCommit() {
        if (commitFails) throw new Error("planned failure of a commit");
      },
    }).then((report) => {
      this.#running--;
      this.#script.push(`  ${report.outcome} ${report.errors.map(({ code }) => code).join()}`);
      this.#outcomes[report.outcome] = (this.#outcomes[report.outcome] ?? 0) + 1;
      if (busy && report.outcome !== "refused" && report.outcome !== "canceled")
        world.fail(`an upgrade ${report.outcome} in the middle of another`);
      const committed = report.outcome === "committed";
      if (committed && (commitFails || rehearse)) world.fail("an upgrade was committed that could not be");
      // The next one may begin as soon as this one has committed, before its report is there.
      if (!busy && nth === this.#upgrades) {
        for (const [index, { module, to: wanted }] of changes.entries()) {
          if (module.current !== (committed ? wanted : before[index]))
            world.fail(`after an upgrade that ${report.outcome}, ${module.id} is in version ${module.current.vsn}`);
        }
      }
    });
    world.track("upgrade", done);
  }

  #change(name: "a" | "b" | "crew", to: Vsn, fault: Fault): ModuleChange {
    const world = this.#world;
    if (name === "crew") return change(world.crew, world.crewVersion(to));
    const handle = world.modules[name];
    // A downgrade takes the steps of the code that is left, so there a fault is never met.
    const validate = (state: unknown): string | null => fitsVersion(state as State, to);
    // The steps only read, so it is true either way.
    return { ...change(handle, world.worker(to, fault)), validate, readsOnly: this.#pick([true, false]) };
  }

  #system(to: Pid<Worker>): void {
    const world = this.#world;
    const what = this.#pick(["suspend", "suspend", "resume", "replaceState", "getState", "changeCode"] as const);
    const pid = what === "resume" ? (this.#pick([...this.#suspended]) ?? to) : to;
    this.#script.push(`sys.${what} ${pid.id}`);
    const quiet = (work: Promise<unknown>): void =>
      world.track(
        `sys.${what} ${pid.id}`,
        work.catch(() => {}),
      );
    switch (what) {
      case "suspend":
        this.#suspended.add(pid);
        return quiet(sys.suspend(pid, 20));
      case "resume":
        this.#suspended.delete(pid);
        return quiet(sys.resume(pid));
      case "getState":
        return quiet(sys.getState(pid, 20));
      case "changeCode":
        return quiet(sys.changeCode(pid, {}, 20));
      default:
        return quiet(
          sys.replaceState(
            pid,
            (state) => {
              const book = world.books.get(pid.id);
              if (book === undefined || state.n !== book.n)
                world.fail(`sys sees ${pid.id} with ${state.n} messages handled, but it has handled ${book?.n}`);
              else book.n += 100;
              return { ...state, n: state.n + 100 };
            },
            20,
          ),
        );
    }
  }

  #supervise(): void {
    const world = this.#world;
    const dynamic = world.dynamic();
    const crew = world.named<Supervisor>("crew");
    const what = this.#pick(["startChild", "terminateChild", "terminateMember", "restartMember", "whichChildren"] as const);
    this.#script.push(what);
    const quiet = (work: Promise<unknown> | undefined): void => {
      if (work !== undefined)
        world.track(
          what,
          work.catch(() => {}),
        );
    };
    const member = this.#pick(["m1", "m2", "m3"]);
    switch (what) {
      case "startChild":
        return quiet(world.workers().length < 25 ? dynamic?.call("startChild", []) : undefined);
      case "terminateChild":
        return quiet(
          dynamic?.call("whichChildren").then((children) =>
            this.#endChild(
              dynamic,
              children.map(({ pid }) => pid),
            ),
          ),
        );
      case "terminateMember":
        return quiet(crew?.call("terminateChild", member));
      case "restartMember":
        return quiet(crew?.call("restartChild", member));
      default:
        return quiet(crew?.call("whichChildren"));
    }
  }

  async #endChild(dynamic: NonNullable<ReturnType<World["dynamic"]>>, children: readonly (Pid<never> | null)[]): Promise<void> {
    const chosen = this.#pick(children.filter((pid) => pid !== null));
    if (chosen !== undefined) await dynamic.call("terminateChild", chosen);
  }

  #purge(): void {
    const { modules, system } = this.#world;
    const module = moduleOf(this.#pick([modules.a, modules.b]));
    const soft = this.#random() < 0.5;
    this.#script.push(`${soft ? "softPurge" : "purge"} ${module.id}`);
    if (soft) softPurge(system, module);
    else purge(system, module);
  }
}
