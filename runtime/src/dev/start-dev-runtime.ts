/** `startDevRuntime`: puts the parts of the parent process together, and takes them down again. */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { type RunFile, type RuntimeInfo, type UpgradeError, type UpgradeReport, protocolVersion } from "../protocol.ts";
import { type Application, type Heartbeat, startApplication } from "./application.ts";
import { createBuildStore } from "./build-store.ts";
import { createBuilder } from "./builder.ts";
import type { LoadRequest } from "./built-file.ts";
import { type ControlEndpoint, type Handlers, openControlEndpoint } from "./control-endpoint.ts";
import { DevError } from "./dev-error.ts";
import { ensureInstarFolder } from "./instar-folder.ts";
import type { DevRuntime, DevRuntimeOptions } from "./options.ts";
import { removeRunFile, runFilePath, writeRunFile } from "./run-file.ts";
import { type Upgrader, createUpgrader, formatReport } from "./upgrader.ts";
import { type Saved, type Watcher, createWatcher } from "./watcher.ts";

/** How long the supervision tree may take to end, in milliseconds. */
const grace = 5000;

/**
 * Builds the application, starts it in a process of its own, and opens the control endpoint. SIGINT and SIGTERM of this process stop it in
 * order. `heartbeat` is for tests.
 *
 * @throws DevError where the application does not build, load or start, or a runtime of that name lives.
 */
export async function startDevRuntime(
  options: DevRuntimeOptions,
  heartbeat: Heartbeat = { interval: 250, limit: 2000 },
): Promise<DevRuntime> {
  const { root, entry, name = "dev" } = options;
  const path = runFilePath(root, name);
  ensureInstarFolder(root);
  const token = randomBytes(32).toString("base64url");
  const startedAt = new Date().toISOString();
  let endpoint: ControlEndpoint | null = null;
  let watcher: Watcher | null = null;
  let stopping: Promise<void> | null = null;
  let saved: Saved | null = null;

  const log = (level: "info" | "warning" | "error", text: string): void => {
    options.onLog?.(level, text);
    endpoint?.notify("runtime/log", { level, text });
  };
  const application = startApplication({
    root,
    heartbeat,
    stdio: options.stdio ?? "inherit",
    onNotification(kind, params) {
      if (kind === "changed") endpoint?.notify("processes/changed", {});
      // The application has printed it already.
      else endpoint?.notify("runtime/log", params as { level: "error"; text: string });
    },
    onOutput: (stream, line) => log(stream === "stdout" ? "info" : "warning", line),
    onStatus(status) {
      if (status === "unresponsive") log("warning", "the application does not answer: a handler has not returned for a while.");
      endpoint?.notify("processes/changed", {});
    },
    onExit(code, signal) {
      if (stopping === null) log("error", `the application ended with ${signal ?? `exit code ${code}`}. The control endpoint stays.`);
      endpoint?.notify("runtime/exited", { code, signal });
    },
  });
  const upgrader = createUpgrader({
    root,
    entry,
    builder: createBuilder(root),
    store: createBuildStore(root),
    shapes: options.shapes ?? null,
    application,
    patience: 4 * heartbeat.limit,
    onFinished(report) {
      log(report.outcome === "committed" ? "info" : report.outcome === "canceled" ? "warning" : "error", formatReport(report));
      options.onUpgrade?.(report);
      endpoint?.notify("upgrade/finished", report);
      endpoint?.notify("processes/changed", {});
    },
    onLog: log,
  });

  const setWatching = (enabled: boolean): void => {
    if (enabled) watcher ??= createWatcher(root, onSaved, (text) => log("warning", text));
    else {
      watcher?.close();
      watcher = null;
    }
  };
  /** What is saved during an upgrade is upgraded after it. */
  const onSaved = (next: Saved): void => {
    saved = next;
    if (upgrader.busy || stopping !== null) return;
    void upgradeSaved();
  };
  const upgradeSaved = async (): Promise<void> => {
    while (saved !== null && stopping === null && watcher !== null) {
      const { at } = saved;
      saved = null;
      try {
        await upgrader.apply({}, { since: at });
      } catch (error) {
        log("error", (error as Error).message);
      }
    }
  };

  const info = (): RuntimeInfo => ({
    protocol: protocolVersion,
    name,
    root,
    entry,
    status: application.status,
    pid: process.pid,
    applicationPid: application.pid,
    node: process.version,
  });
  /** After an upgrade by request, what was saved meanwhile has its turn. */
  const byRequest = async (run: () => Promise<UpgradeReport>): Promise<UpgradeReport> => {
    try {
      return await run();
    } finally {
      if (saved !== null && !upgrader.busy) void upgradeSaved();
    }
  };
  const handlers: Handlers = {
    "runtime/info": info,
    "runtime/stop"() {
      // The answer goes out first.
      setImmediate(() => void stop());
      return null;
    },
    "runtime/watch"({ enabled }) {
      setWatching(enabled);
      return { enabled };
    },
    "modules/list": async () => ({ modules: await application.request("modules", {}) }),
    "processes/list": async () => ({ processes: await application.request("processes", {}) }),
    async "processes/state"({ pid }) {
      const state = await application.request("state", { pid });
      if (state === null) throw new DevError("INSTAR_NOPROC", `no process ${pid} lives here; it may have exited. See: instar ps`);
      return state;
    },
    async "code/purge"(params) {
      const outcome = await application.request("purge", params);
      if (!outcome.ok) throw asDevError(outcome.error);
      upgrader.adopt(outcome.value.loaded);
      endpoint?.notify("processes/changed", {});
      return outcome.value.report;
    },
    "code/holders": ({ module = null }) => application.request("holders", { module }),
    "upgrade/rehearse": (params, signal) => byRequest(() => upgrader.rehearse(params, { signal })),
    "upgrade/apply": (params, signal) => byRequest(() => upgrader.apply(params, { signal })),
    "upgrade/downgrade": (params, signal) => byRequest(() => upgrader.downgrade(params, { signal })),
  };

  const { promise: stopped, resolve: onStopped } = withResolvers();
  const stop = (): Promise<void> => (stopping ??= takeDown());
  const takeDown = async (): Promise<void> => {
    setWatching(false);
    // Without waiting for it: an upgrade that cannot be canceled any more ends with its process at the latest.
    void upgrader.cancel();
    await application.stop(grace);
    removeRunFile(path, token);
    await endpoint?.close();
    unhook();
    onStopped();
  };
  const unhook = hookProcess({
    onSignal() {
      // Whoever asks twice does not want to wait.
      if (stopping !== null) application.kill();
      void stop();
    },
    onExit() {
      application.kill();
      removeRunFile(path, token);
    },
  });

  try {
    const load = await upgrader.firstLoad();
    endpoint = await openControlEndpoint({ token, handlers, onLog: log });
    const run: RunFile = { version: protocolVersion, name, root, entry, pid: process.pid, port: endpoint.port, token, startedAt };
    await writeRunFile(run);
    await startTree(application, entry, load, upgrader);
    setWatching(options.watch ?? false);
    log("info", `${basename(entry)} runs as "${name}"; control endpoint on port ${endpoint.port}.`);
    return { name, port: endpoint.port, runFile: path, stop, stopped };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startTree(application: Application, entry: string, load: LoadRequest, upgrader: Upgrader): Promise<void> {
  const starting = application.request("start", { entry, load });
  starting.catch(() => {});
  // The request has to be on its way before the analysis takes this thread; the application starts meanwhile.
  await new Promise((resolve) => setImmediate(resolve));
  const shapes = await upgrader.firstShapes();
  const outcome = await starting;
  if (!outcome.ok) throw asDevError(outcome.error);
  upgrader.adopt(await application.request("shapes", { shapes }));
  application.markRunning();
}

function asDevError({ code, message, module, place }: UpgradeError): DevError {
  return new DevError(code as "INSTAR_START_FAILED", message, { module, place });
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** @returns what takes the hooks away again */
function hookProcess({ onSignal, onExit }: { readonly onSignal: () => void; readonly onExit: () => void }): () => void {
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("exit", onExit);
  return () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("exit", onExit);
}
