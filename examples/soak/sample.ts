/** What the processes of the runtime hold at one moment. */
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { World } from "../chaos/world.ts";

/** Heap and resident memory in bytes, the others counts. Of the process with the endpoint, and of the application. */
export const measures = [
  "heap of the application",
  "resident, application",
  "handles, application",
  "timers, application",
  "open files, application",
  "heap of the endpoint",
  "heap of its analysis",
  "resident, endpoint",
  "handles, endpoint",
  "timers, endpoint",
  "open files, endpoint",
  "versions held",
  "kept builds",
] as const;
export type Sample = Readonly<Record<(typeof measures)[number], number>>;

export interface Sampler {
  /** For the environment of the processes. */
  readonly environment: Readonly<Record<string, string>>;
  sample(world: World): Promise<Sample>;
  remove(): Promise<void>;
}

interface Held {
  readonly heap: number;
  /** The heaps of its other threads. */
  readonly others: number;
  readonly rss: number;
  readonly handles: number;
  readonly timers: number;
}

export async function createSampler(): Promise<Sampler> {
  const folder = await mkdtemp(join(tmpdir(), "instar-soak-"));
  const held = async (pid: number): Promise<Held> => {
    const file = join(folder, `${pid}.json`);
    await rm(file, { force: true });
    process.kill(pid, "SIGUSR2");
    for (const end = Date.now() + 30_000; Date.now() < end; await delay(10)) {
      const text = await readFile(file, "utf8").catch(() => null);
      if (text !== null) return JSON.parse(text) as Held;
    }
    throw new Error(`process ${pid} does not say what it holds`);
  };
  return {
    environment: { SOAK_FOLDER: folder, NODE_OPTIONS: `--import ${new URL("memory-probe.mjs", import.meta.url).href}` },
    remove: () => rm(folder, { recursive: true, force: true }),
    async sample(world) {
      const { pid, applicationPid } = await world.runtime.request("runtime/info", {});
      // It collects garbage as well.
      const { versions } = await world.runtime.request("code/holders", {});
      const [application, endpoint] = [await held(applicationPid ?? 0), await held(pid)];
      return {
        "heap of the application": application.heap,
        "resident, application": application.rss,
        "handles, application": application.handles,
        "timers, application": application.timers,
        "open files, application": await openFiles(applicationPid ?? 0),
        "heap of the endpoint": endpoint.heap,
        "heap of its analysis": endpoint.others,
        "resident, endpoint": endpoint.rss,
        "handles, endpoint": endpoint.handles,
        "timers, endpoint": endpoint.timers,
        "open files, endpoint": await openFiles(pid),
        "versions held": versions.length,
        "kept builds": (await readdir(world.project.path(".instar/builds"), { recursive: true })).length,
      };
    },
  };
}

/** 0 where the system does not tell. */
async function openFiles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
}
