/**
 * The connections to the dev runtimes of the open projects. Runtimes announce themselves by run files; whenever those change, or somebody
 * asks, what is new is connected to, and what ended is forgotten.
 */
import { setTimeout as delay } from "node:timers/promises";
import type {
  LoadedModuleInfo,
  Notifications,
  ProcessInfo,
  RuntimeInfo,
  UpgradeProgress,
  UpgradeReport,
} from "../../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "../live/connection.ts";
import type { Log } from "../guarded.ts";
import type { LiveModule } from "./code-lenses.ts";

export interface LiveRuntime {
  readonly root: string;
  readonly file: string;
  readonly connection: RuntimeConnection;
  info: RuntimeInfo;
  processes: readonly ProcessInfo[];
  modules: readonly LoadedModuleInfo[];
}

export interface Live {
  /** Looks at the run files of these projects again. Resolves when what was found is connected and read. */
  refresh(roots: readonly string[]): Promise<void>;
  /** Lets go of the runtimes of a project that was closed. They run on. */
  forget(root: string): Promise<void>;
  of(root: string): readonly LiveRuntime[];
  readonly all: readonly LiveRuntime[];
  /** Why the run files of a project that lead nowhere do so, as of the last look. */
  problems(root: string): readonly string[];
  /** Reads a runtime's processes now, as after an upgrade. */
  reread(runtime: LiveRuntime): Promise<void>;
  /** What lives of one module, over all runtimes of its project; undefined where none has loaded it. */
  module(root: string, id: string): LiveModule | undefined;
  dispose(): void;
}

export interface LivePort {
  readonly log: Log & { info(message: string): void };
  /** Processes started, ended or changed version, or a runtime came or went. */
  readonly onChanged: () => void;
  /** A runtime, or the application in it, says something. */
  readonly onLog: (runtime: LiveRuntime, said: Notifications["runtime/log"]) => void;
  /** An upgrade or a way back ended, also one that somebody else asked for. */
  readonly onUpgraded: (runtime: LiveRuntime, report: UpgradeReport) => void;
  readonly onProgress: (runtime: LiveRuntime, progress: UpgradeProgress) => void;
  /** The runtime took an upgrade back, or tried to, that did not survive its probation. */
  readonly onRolledBack: (runtime: LiveRuntime, report: UpgradeReport) => void;
}

export function createLive({ log, onChanged, onLog, onUpgraded, onProgress, onRolledBack }: LivePort): Live {
  /** By run file. */
  const runtimes = new Map<string, LiveRuntime>();
  const problems = new Map<string, string[]>();
  /** Messages said already: a stale run file is looked at often. */
  const said = new Set<string>();
  let disposed = false;
  let refreshing = Promise.resolve();

  const tell = (message: string) => {
    if (disposed || said.has(message)) return;
    said.add(message);
    log.info(message);
  };

  async function look(root: string): Promise<void> {
    // Loaded late, as the analysis is: a WebSocket library is of no use until something runs.
    const [{ findRuntimes }, { connectRuntime }] = await Promise.all([import("../live/find-runtimes.ts"), import("../live/connection.ts")]);
    const found = await findRuntimes(root);
    const messages = found.problems.map(({ message }) => message);
    problems.set(root, messages);
    for (const message of messages) tell(message);
    for (const { file, run } of found.runtimes) {
      const known = runtimes.get(file);
      if (known !== undefined && known.info.pid === run.pid) continue;
      try {
        const connection = await connectRuntime(run);
        if (disposed) return connection.close();
        known?.connection.close();
        const runtime: LiveRuntime = { root, file, connection, info: connection.info, processes: [], modules: [] };
        runtimes.set(file, runtime);
        connection.on("processes/changed", () => void reread(runtime));
        connection.on("upgrade/finished", (report) => {
          onUpgraded(runtime, report);
          void reread(runtime);
        });
        connection.on("upgrade/rolledBack", (report) => {
          const { outcome, why } = report;
          const what = outcome === "committed" ? "was rolled back" : "could not be rolled back";
          log.info(`An upgrade of the runtime ${run.name} ${what}: ${why}.`);
          onUpgraded(runtime, report);
          onRolledBack(runtime, report);
          void reread(runtime);
        });
        connection.on("upgrade/progress", (progress) => onProgress(runtime, progress));
        connection.on("runtime/exited", () => void reread(runtime));
        connection.on("runtime/log", (said) => onLog(runtime, said));
        void connection.closed.then(() => {
          if (runtimes.get(file) !== runtime) return;
          runtimes.delete(file);
          log.info(`The runtime ${runtime.info.name} has ended.`);
          onChanged();
        });
        log.info(`Connected to the runtime ${run.name} of ${root}.`);
        await reread(runtime);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        messages.push(message);
        tell(message);
      }
    }
  }

  /** One reading at a time for each runtime; what changes meanwhile is read by one more. */
  const reading = new Map<LiveRuntime, { again: boolean; done: Promise<void> }>();
  function reread(runtime: LiveRuntime): Promise<void> {
    const running = reading.get(runtime);
    if (running !== undefined) {
      running.again = true;
      return running.done;
    }
    const entry = { again: true, done: Promise.resolve() };
    reading.set(runtime, entry);
    entry.done = (async () => {
      while (entry.again) {
        entry.again = false;
        const begin = performance.now();
        await read(runtime);
        // Reading 10,000 processes costs the application something: most of its time is to be left to it, however much changes in there.
        if (entry.again) await delay(4 * (performance.now() - begin), undefined, { ref: false });
      }
    })().finally(() => reading.delete(runtime));
    return entry.done;
  }

  async function read(runtime: LiveRuntime): Promise<void> {
    const { connection } = runtime;
    try {
      // By itself, since an application that ended answers nothing else.
      runtime.info = await connection.request("runtime/info", {});
      const [{ processes }, { modules }] = await Promise.all([
        connection.request("processes/list", {}),
        connection.request("modules/list", {}),
      ]);
      Object.assign(runtime, { processes, modules });
    } catch (error) {
      // An application that ended has no processes; its control endpoint still answers who it is.
      Object.assign(runtime, { processes: [], modules: [] });
      tell(error instanceof Error ? error.message : String(error));
    }
    onChanged();
  }

  return {
    async refresh(roots) {
      // One after the other, so that a runtime is not connected to twice.
      refreshing = refreshing.then(async () => {
        for (const root of roots) if (!disposed) await look(root);
      });
      return refreshing;
    },
    forget(root) {
      // After a look that is under way, which may just be connecting.
      refreshing = refreshing.then(() => {
        problems.delete(root);
        const gone = [...runtimes].filter(([, runtime]) => runtime.root === root);
        for (const [file, { connection }] of gone) {
          runtimes.delete(file);
          connection.close();
        }
        if (gone.length > 0) onChanged();
      });
      return refreshing;
    },
    of: (root) => [...runtimes.values()].filter((runtime) => runtime.root === root),
    get all() {
      return [...runtimes.values()];
    },
    problems: (root) => problems.get(root) ?? [],
    reread,
    module(root, id) {
      const versions = new Map<number, number>();
      let loaded: number | undefined;
      for (const runtime of runtimes.values()) {
        if (runtime.root !== root) continue;
        const { current, living } = countsOf(runtime);
        loaded = current.get(id) ?? loaded;
        for (const [vsn, count] of living.get(id) ?? []) versions.set(vsn, (versions.get(vsn) ?? 0) + count);
      }
      return loaded === undefined ? undefined : { versions, loaded };
    },
    dispose() {
      disposed = true;
      for (const { connection } of runtimes.values()) connection.close();
      runtimes.clear();
    },
  };
}

interface Counts {
  /** Current version by module. */
  readonly current: ReadonlyMap<string, number>;
  /** How many processes run each version, by module. */
  readonly living: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Counted once for each list that was read: there may be many modules that ask, and many processes. */
const counts = new WeakMap<readonly ProcessInfo[], Counts>();

function countsOf({ modules, processes }: LiveRuntime): Counts {
  const known = counts.get(processes);
  if (known !== undefined) return known;
  const living = new Map<string, Map<number, number>>();
  for (const { module, vsn } of processes) {
    const versions = living.get(module) ?? new Map<number, number>();
    living.set(module, versions.set(vsn, (versions.get(vsn) ?? 0) + 1));
  }
  const counted = { current: new Map(modules.map(({ id, vsn }) => [id, vsn])), living };
  counts.set(processes, counted);
  return counted;
}
