/** What each kind of operation does, and what has to come of it. Whatever else comes of it is thrown. */
import { setTimeout as delay } from "node:timers/promises";
import type { UpgradeParams, UpgradeReport } from "../../runtime/src/protocol.ts";
import { connectRuntime } from "../../server/src/live/connection.ts";
import { roomNames, userNames } from "../chat/src/seats.ts";
import { crash, killApplication, startAnew } from "./crashes.ts";
import type { Kind, Operation } from "./plan.ts";
import { versions, type Fault, type Version } from "./versions.ts";
import { changing, within, type World } from "./world.ts";

export interface Done {
  /** For the report. */
  readonly outcome: string;
  /** Whose processes have ended, or may have: with `perhaps`, everybody's. */
  readonly ended: readonly string[] | "all" | "perhaps";
  /** Whether somebody outside may have found a closed door. */
  readonly refused?: boolean;
  /** Processes of both versions ran for a moment, as in a restart subtree by subtree: messages of the old one may lie in new states for a while. */
  readonly mixed?: boolean;
}

export async function carryOut(world: World, operation: Operation): Promise<Done> {
  return operations[operation.kind](world, operation);
}

const operations: Readonly<Record<Kind, (world: World, operation: Operation) => Promise<Done>>> = {
  upgrade: (world, { version }) => upgrade(world, version, {}),
  restart: (world, { version }) => upgrade(world, version, { strategy: "restart" }),
  window: (world, { version }) => upgrade(world, version, { strategy: "window" }),
  "blue-green": (world, { version }) => upgrade(world, version, { strategy: "blue-green" }),

  async downgrade(world, { version, strategy }) {
    const vsn = versions[(version - 1) % Math.max(1, world.running - 1)] as Version;
    if (world.running === 1) return { outcome: "nothing below", ended: [] };
    const targets = ["src/room.actor", "src/user.actor"].map((module) => ({ module, vsn }));
    const report = await settled(world, () => world.runtime.request("upgrade/downgrade", { targets, strategy }));
    if (!world.kept.has(vsn)) return refused(report, "INSTAR_BUILD_NOT_KEPT");
    return committed(world, report, vsn);
  },

  async rollback(world, { strategy }) {
    const { replaced } = world;
    const report = await settled(world, () => world.runtime.request("upgrade/rollback", { strategy }));
    if (replaced === null) return refused(report, "INSTAR_NOTHING_TO_ROLL_BACK");
    if (replaced !== "unknown") return committed(world, report, replaced);
    if (report.outcome !== "committed") return { outcome: report.outcome, ended: [] };
    return committed(world, report, (report.modules.find(({ id }) => id === "src/room.actor")?.to ?? world.running) as Version);
  },

  async rehearse(world, { version }) {
    await world.writeOther(version);
    const report = await world.runtime.request("upgrade/rehearse", {});
    expectOutcome(report, "rehearsed");
    return { outcome: report.outcome, ended: [] };
  },

  async kill(world, { victim }) {
    const name = choose(changing, victim);
    const ended = await crash(world, name);
    return { outcome: ended.length > 1 ? "its supervisor gave up" : "restarted", ended };
  },

  async "restart process"(world, { victim }) {
    const name = choose([...changing, "front"], victim);
    await restartProcess(world, name);
    return { outcome: "restarted", ended: [name], refused: name === "front" };
  },

  /** One crash more than the supervisor's intensity allows, and it gives up, and is itself started anew by its own. */
  async "restart storm"(world, { victim }) {
    const [names, supervisor] = victim < 0.5 ? ([roomNames, "src/rooms"] as const) : ([userNames, "src/users"] as const);
    const name = choose(names, (victim * 2) % 1);
    const pid = async (): Promise<string | undefined> => (await world.processes()).find(({ module }) => module === supervisor)?.pid;
    const before = await pid();
    const begin = Date.now();
    for (let count = 1; count <= 4; count++) {
      await crash(world, name);
      if ((await pid()) !== before) return { outcome: "its supervisor gave up", ended: names };
    }
    const took = Date.now() - begin;
    if (took < 5000)
      throw new Error(`${supervisor} has not given up after 4 crashes of ${name} within ${took} ms, and 3 within 5000 were allowed`);
    return { outcome: "too slow to count", ended: names };
  },

  async "restarts without end"(world, { victim }) {
    const [names, supervisor] = victim < 0.5 ? ([roomNames, "src/rooms"] as const) : ([userNames, "src/users"] as const);
    const name = choose(names, (victim * 2) % 1);
    const pid = async (): Promise<string | undefined> => (await world.processes()).find(({ module }) => module === supervisor)?.pid;
    const before = await pid();
    for (let count = 1; count <= 6; count++) await restartProcess(world, name);
    if ((await pid()) !== before) throw new Error(`${supervisor} gave up after planned restarts of ${name}, which do not count`);
    return { outcome: "restarted 6 times", ended: [name] };
  },

  async suspend(world, { victim, moment }) {
    const name = choose(roomNames, victim);
    const pid = (await world.byName()).get(name)?.pid ?? "";
    await world.runtime.request("processes/suspend", { pid });
    const status = async (): Promise<string | undefined> => (await world.byName()).get(name)?.status;
    if ((await status()) !== "suspended") throw new Error(`${name} is ${await status()}, although it was suspended`);
    await delay(moment * 500);
    await world.runtime.request("processes/resume", { pid });
    if ((await status()) === "suspended") throw new Error(`${name} is suspended, although it was resumed`);
    return { outcome: "resumed", ended: [] };
  },

  "kill application": (world) => killApplication(world),

  async "restart application"(world) {
    await startAnew(world);
    return { outcome: "started anew", ended: "all", refused: true };
  },

  "step throws": (world, { strategy }) => failing(world, "throws", strategy, "INSTAR_CODE_CHANGE_FAILED"),
  "step returns a wrong state": (world, { strategy }) => failing(world, "wrong", strategy, "INSTAR_STATE_INVALID"),
  "step returns a promise": (world, { strategy }) => failing(world, "promise", strategy, "INSTAR_CODE_CHANGE_ASYNC"),
  "broken source": (world, { strategy }) => failing(world, "syntax", strategy, "INSTAR_BUILD_FAILED"),

  /** It cannot be broken off, so the whole application is to be started anew. */
  async "step loops"(world) {
    await world.project.write(world.sources, "loops");
    const answer = await world.runtime.request("upgrade/apply", {}).catch((error: { code?: string }) => error);
    await world.project.write(world.sources);
    if ("outcome" in answer || answer.code !== "INSTAR_RUNTIME_UNRESPONSIVE")
      throw new Error(`a step that loops ended with ${JSON.stringify(answer)}`);
    await startAnew(world);
    return { outcome: answer.code, ended: "all", refused: true };
  },

  async cancel(world, { version, strategy, moment }) {
    const abort = new AbortController();
    const to = await world.writeOther(version);
    const answer = world.runtime.request("upgrade/apply", { strategy }, { signal: abort.signal });
    await delay(moment * longest(strategy));
    abort.abort();
    return canceledOrCommitted(world, await answer, to);
  },

  /** The end of the connection cancels what it asked for; what comes of it, the other one hears. */
  async "lost connection"(world, { version, strategy, moment }) {
    const second = await connectRuntime(world.run);
    const to = await world.writeOther(version);
    const finished = world.next("upgrade/finished");
    second.request("upgrade/apply", { strategy }).catch(() => {});
    await delay(moment * longest(strategy));
    second.close();
    const report = await within(30_000, finished, `nobody heard how an upgrade by ${strategy} ended whose connection was lost`);
    return canceledOrCommitted(world, report, to);
  },

  async "two at once"(world, { version, moment }) {
    const to = await world.writeOther(version);
    const first = world.runtime.request("upgrade/apply", {});
    await delay(moment * 20);
    const second = await world.runtime.request("upgrade/apply", {});
    const done = await committed(world, await first, to);
    if (second.outcome === "unchanged") return { outcome: "one after the other", ended: done.ended };
    refused(second, "INSTAR_UPGRADE_IN_PROGRESS");
    return { outcome: "one refused", ended: done.ended };
  },

  async "kill in the middle"(world, { version, strategy, moment }) {
    const to = await world.writeOther(version);
    const answer = world.runtime.request("upgrade/apply", { strategy }).then(
      ({ outcome }) => outcome,
      ({ code, message }: { code?: string; message: string }) => code ?? message,
    );
    await delay(moment * longest(strategy));
    await killApplication(world);
    const outcome = await answer;
    await world.ready();
    const now = await runningVersion(world);
    if (now !== to && now !== world.running) throw new Error(`version ${now} runs, which was neither there nor asked for`);
    if (now !== world.running) world.replaced = "unknown";
    world.running = now;
    world.kept.add(now);
    return { outcome: `${outcome}, ${now === to ? "new" : "old"} code`, ended: "perhaps", refused: true };
  },

  /** A crash in it takes the upgrade back. */
  async probation(world, { version, victim }) {
    const before = world.running;
    const to = await world.writeOther(version);
    const report = await world.runtime.request("upgrade/apply", { probation: { for: 60_000, restarts: 0 } });
    await committed(world, report, to);
    const rolledBack = world.next("upgrade/rolledBack");
    const name = choose(roomNames, victim);
    const ended = await crash(world, name);
    const back = await within(20_000, rolledBack, `an upgrade on probation was not rolled back when ${name} crashed`);
    await committed(world, back, before);
    return { outcome: "rolled back", ended };
  },
};

async function upgrade(world: World, wanted: Version, params: UpgradeParams): Promise<Done> {
  const to = await world.writeOther(wanted);
  return committed(world, await settled(world, () => world.runtime.request("upgrade/apply", params)), to);
}

async function failing(world: World, fault: Fault, strategy: Operation["strategy"], code: string): Promise<Done> {
  // By restart no step would run.
  const how = strategy === "restart" ? "hot" : strategy;
  await world.project.write(world.sources, fault);
  const report = await settled(world, () => world.runtime.request("upgrade/apply", { strategy: how }));
  await world.project.write(world.sources);
  const codes = [...new Set(report.errors.map((error) => error.code))].join(", ");
  if (!["failed", "refused"].includes(report.outcome) || codes !== code)
    throw new Error(`an upgrade by ${how} with a fault that ${fault} ended as ${describe(report)}`);
  return { outcome: `${report.outcome} by ${how}`, ended: [] };
}

/** The process that the last move left may take a moment to end, and until then there is no other move. */
async function settled(world: World, ask: () => Promise<UpgradeReport>): Promise<UpgradeReport> {
  for (const end = Date.now() + 70_000; ; await delay(50)) {
    const report = await ask();
    if (report.errors[0]?.code !== "INSTAR_UPGRADE_IN_PROGRESS" || Date.now() > end) return report;
  }
}

async function committed(world: World, report: UpgradeReport, to: Version): Promise<Done> {
  expectOutcome(report, "committed");
  world.replaced = world.running;
  world.running = to;
  world.kept.add(to);
  return {
    outcome: `committed by ${report.strategy ?? "hot"}`,
    ended: report.strategy === "restart" ? changing : [],
    mixed: report.strategy === "restart",
  };
}

async function canceledOrCommitted(world: World, report: UpgradeReport, to: Version): Promise<Done> {
  if (report.outcome === "committed") return committed(world, report, to);
  if (report.errors[0]?.code === "INSTAR_UPGRADE_IN_PROGRESS") return { outcome: "another was under way", ended: [] };
  expectOutcome(report, "canceled");
  return { outcome: "canceled", ended: [] };
}

function refused(report: UpgradeReport, code: string): Done {
  if (report.outcome !== "refused" || report.errors[0]?.code !== code)
    throw new Error(`it was to be refused with ${code}: ${describe(report)}`);
  return { outcome: "refused", ended: [] };
}

function expectOutcome(report: UpgradeReport, outcome: UpgradeReport["outcome"]): void {
  if (report.outcome !== outcome) throw new Error(`it was to be ${outcome}: ${describe(report)}`);
}

function describe({ outcome, strategy, errors }: UpgradeReport): string {
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  return `${outcome} by ${strategy ?? "hot"}: ${errors[0]?.code} ${errors[0]?.message}${more}`;
}

/** Planned: does not count against any intensity. */
async function restartProcess(world: World, name: string): Promise<void> {
  const before = (await world.byName()).get(name)?.pid ?? "";
  await world.runtime.request("processes/restart", { pid: before });
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const now = (await world.byName()).get(name)?.pid;
    if (now !== undefined && now !== before) return;
    await delay(5);
  }
  throw new Error(`${name} was not started anew within 20 s`);
}

export async function runningVersion(world: World): Promise<Version> {
  const { modules } = await world.runtime.request("modules/list", {});
  return modules.find(({ id }) => id === "src/room.actor")?.vsn as Version;
}

/** So that some operations end before they are interrupted, in milliseconds. */
function longest(strategy: Operation["strategy"]): number {
  return strategy === "window" || strategy === "blue-green" ? 1500 : 300;
}

function choose<T>(list: readonly T[], where: number): T {
  return list[Math.floor(where * list.length)] as T;
}
