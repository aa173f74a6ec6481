/** The chat under a real dev runtime, with what chaos knows of it: what runs, what ran before, and who lives. */
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Notifications, ProcessInfo, RunFile } from "../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "../../server/src/live/connection.ts";
import { findRuntimes } from "../../server/src/live/find-runtimes.ts";
import { roomNames, userNames } from "../chat/src/seats.ts";
import { startClient, type Client } from "../chat/client.ts";
import { startApplication } from "../demo/instar.ts";
import { chaosProject, type ChaosProject } from "./project.ts";
import type { AuditorState } from "./src/books.ts";
import { versions, type Version } from "./versions.ts";

/** Those that have names. */
export const everybody: readonly string[] = [...roomNames, ...userNames, "hall", "porch", "auditor", "front"];
/** Those whose code changes. */
export const changing: readonly string[] = [...roomNames, ...userNames, "hall", "porch"];

export interface World {
  readonly project: ChaosProject;
  readonly runtime: RuntimeConnection;
  readonly run: RunFile;
  /** What is in the sources, what runs, and what ran before the last upgrade: null where there is nothing to go back to, and unknown after a crash. */
  sources: Version;
  running: Version;
  replaced: Version | null | "unknown";
  /** Versions whose builds are kept. */
  readonly kept: Set<Version>;
  /** When the application was killed, in milliseconds. */
  readonly crashes: number[];
  /** By supervisor's pid, when its children were killed. */
  readonly killed: Map<string, number[]>;
  /** The last things that the runtime said. */
  readonly logs: readonly string[];
  /** Asks from outside, with such a pause between two questions, in milliseconds. */
  client(pause?: number): Client;
  processes(): Promise<readonly ProcessInfo[]>;
  /** By name. */
  byName(): Promise<ReadonlyMap<string, ProcessInfo>>;
  /** Resolves when the application runs and everybody lives. */
  ready(): Promise<ReadonlyMap<string, ProcessInfo>>;
  auditor(): Promise<AuditorState>;
  applicationPid(): Promise<number | null>;
  /** Writes these sources, which are another version than the one that runs. */
  writeOther(wanted: Version): Promise<Version>;
  /** The next notification of this kind, from when it is called. */
  next<N extends keyof Notifications>(name: N): Promise<Notifications[N]>;
  /** Ends the auditor's writing. */
  endTraffic(): Promise<void>;
  stop(): Promise<void>;
}

/** @param pause of the auditor, in milliseconds @param more of the environment of all processes */
export async function startWorld(pause = 40, more: Readonly<Record<string, string>> = {}): Promise<World> {
  const project = await chaosProject();
  const remove = (): void => project.remove();
  process.once("exit", remove);
  const port = await freePort();
  const environment = { CHAT_PORT: String(port), CHAOS_PAUSE: String(pause), CHAOS_UNTIL: project.path("chaos-ends"), ...more };
  const application = await startApplication(project.root, "src/chaos.ts", environment, new AbortController().signal);
  const { runtime } = application;
  const run = (await findRuntimes(project.root)).runtimes[0]?.run as RunFile;
  const logs: string[] = [];
  runtime.on("runtime/log", ({ level, text }) => {
    logs.push(`${level}: ${text}`);
    if (logs.length > 60) logs.shift();
  });
  const world: World = {
    project,
    runtime,
    run,
    sources: 1,
    running: 1,
    replaced: null,
    kept: new Set<Version>([1]),
    crashes: [],
    killed: new Map(),
    logs,
    client: (between = 15) => startClient(`http://127.0.0.1:${port}`, between),
    processes: async () => (await runtime.request("processes/list", {})).processes,
    async byName() {
      return new Map((await world.processes()).flatMap((process) => (process.name === null ? [] : [[process.name, process]])));
    },
    async ready() {
      let why = "";
      const end = Date.now() + 30_000;
      while (Date.now() < end) {
        const { status } = await runtime.request("runtime/info", {});
        if (status === "running") {
          try {
            const there = await world.byName();
            const missing = everybody.filter((name) => !there.has(name));
            if (missing.length === 0) return there;
            why = `${missing.join(", ")} do not live`;
          } catch (error) {
            // It may end, or move, just then.
            why = (error as Error).message;
          }
        } else why = `the application is ${status}`;
        await delay(20);
      }
      throw new Error(`not everything runs again within 30 s: ${why}`);
    },
    async auditor() {
      const pid = (await world.byName()).get("auditor")?.pid ?? "";
      return (await runtime.request("processes/state", { pid })).json as AuditorState;
    },
    applicationPid: async () => (await runtime.request("runtime/info", {})).applicationPid,
    async writeOther(wanted) {
      const version = wanted === world.running ? (versions[wanted % versions.length] as Version) : wanted;
      await project.write(version);
      world.sources = version;
      return version;
    },
    next(name) {
      return new Promise((resolve) => {
        const listener = runtime.on(name, (params) => {
          listener.dispose();
          resolve(params);
        });
      });
    },
    endTraffic: () => writeFile(project.path("chaos-ends"), ""),
    async stop() {
      await application.stop();
      process.off("exit", remove);
      remove();
    },
  };
  return world;
}

/** The promise's result, unless it takes longer than so many milliseconds. */
export async function within<T>(limit: number, promise: Promise<T>, otherwise: string): Promise<T> {
  const abort = new AbortController();
  const late = delay(limit, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`${otherwise} within ${limit / 1000} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    abort.abort();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
