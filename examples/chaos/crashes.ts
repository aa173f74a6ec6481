/** Kills processes, and the application; what has to follow is told by the intensities and by when the others were killed. */
import { setTimeout as delay } from "node:timers/promises";
import { roomNames, userNames } from "../chat/src/seats.ts";
import type { Done } from "./operations.ts";
import { within, type World } from "./world.ts";

/** Of the supervisors of rooms and users. */
const intensity = { restarts: 3, within: 5000 };
/** Of the dev runtime. */
const applications = { restarts: 5, within: 60_000 };
/** Nobody knows it more exactly than that, in milliseconds. */
const unsure = 2000;

/** Kills one process and waits until it is there again. @returns who has ended by that */
export async function crash(world: World, name: string): Promise<readonly string[]> {
  const before = await world.byName();
  const victim = before.get(name);
  if (victim?.parent == null) throw new Error(`${name} does not live, and was to be killed`);
  const times = world.killed.get(victim.parent) ?? [];
  const now = Date.now();
  const recent = times.filter((at) => now - at < intensity.within + unsure).length;
  world.killed.set(victim.parent, [...times, now]);
  await world.runtime.request("processes/kill", { pid: victim.pid });
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const there = await world.byName();
    const again = there.get(name);
    if (again !== undefined && again.pid !== victim.pid) {
      if (again.parent === victim.parent) return [name];
      if (recent < intensity.restarts) throw new Error(`the supervisor of ${name} gave up after ${recent + 1} crashes`);
      return [roomNames, userNames].find((names) => names.includes(name)) ?? [name];
    }
    await delay(5);
  }
  throw new Error(`${name} was not started again within 20 s`);
}

/** As the system would, for want of memory. */
export async function killApplication(world: World): Promise<Done> {
  const pid = await world.applicationPid();
  if (pid === null) return { outcome: "between two processes", ended: "perhaps", refused: true };
  let next: "restart" | "rollback" | null | undefined;
  const told = world.runtime.on("runtime/exited", (params) => (next = params.next));
  try {
    // A move may have ended it since it was asked for.
    if (!kill(pid)) return { outcome: "between two processes", ended: "perhaps", refused: true };
    for (const end = Date.now() + 20_000; Date.now() < end && next === undefined; await delay(10)) {
      const info = await world.runtime.request("runtime/info", {});
      // In a move, another one has taken its place.
      if (info.applicationPid !== pid && info.status === "running") break;
    }
  } finally {
    told.dispose();
  }
  if (next === undefined) return { outcome: "replaced", ended: "perhaps", refused: true };
  const now = Date.now();
  world.crashes.push(now);
  const within60 = (slack: number): number => world.crashes.filter((at) => now - at < applications.within + slack).length;
  if (next === null) {
    if (within60(unsure) <= applications.restarts)
      throw new Error(`the application was not started again after ${within60(unsure)} crashes within a minute`);
    await startAnew(world);
    return { outcome: "given up, started by hand", ended: "all", refused: true };
  }
  if (within60(-unsure) > applications.restarts)
    throw new Error(`the application was started again after ${within60(-unsure)} crashes within a minute`);
  await world.ready();
  return { outcome: "started again", ended: "all", refused: true };
}

/** @returns whether it lived */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** From the sources as they are. */
export async function startAnew(world: World): Promise<void> {
  await within(60_000, world.runtime.request("runtime/restart", {}), "the application was not started anew");
  world.running = world.sources;
  world.kept.add(world.sources);
  world.replaced = null;
}
