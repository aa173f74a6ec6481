/**
 * `enableUpgrades`: a program that Node runs from compiled JavaScript opts in to upgrades. The code server takes over the modules that Node
 * has loaded as their first version, and a control endpoint in this process answers what `instar dev` would: the same commands work.
 */
import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatReason, isOrderly } from "../exit.ts";
import { defaultSystem, followContext, subscribe } from "../internal.ts";
import { protocolVersion } from "../protocol.ts";
import type { Application } from "./application.ts";
import { createBuildStore } from "./build-store.ts";
import { createBuilder } from "./builder.ts";
import type { ChildRequests } from "./child-protocol.ts";
import { createCodeServer } from "./code-server.ts";
import { createCodeService } from "./code-service.ts";
import { type ControlEndpoint, openControlEndpoint } from "./control-endpoint.ts";
import { createHandlers } from "./control-handlers.ts";
import { DevError } from "./dev-error.ts";
import { readNativeGraph } from "./native-graph.ts";
import type { EnabledUpgrades, UpgradeOptions } from "./options.ts";
import { createPackageLoader } from "./package-loader.ts";
import { projectFolder } from "./project-folder.ts";
import { formatReport } from "./report.ts";
import { removeRunFile, runFilePath, writeRunFile } from "./run-file.ts";
import { installSourceMaps } from "./source-maps.ts";
import { createThrottle } from "./throttle.ts";
import { createUpgrader } from "./upgrader.ts";

/**
 * Lets this process be upgraded. Called once, by the module that the program starts from, when everything that it imports is loaded:
 * `await enableUpgrades({ entry: import.meta.url })`. That module itself is never replaced; what it starts is.
 *
 * @throws DevError `INSTAR_RUNTIME_ALREADY_RUNNING`, `INSTAR_BAD_NAME`, `INSTAR_MODULE_ID_TAKEN`, or what keeps the modules from being
 * built anew: `INSTAR_BUILD_FAILED`, `INSTAR_TOP_LEVEL_AWAIT`, `INSTAR_UNRESOLVED_IMPORT`
 */
export async function enableUpgrades(options: UpgradeOptions): Promise<EnabledUpgrades> {
  const { name = "app", onLog = (level, text) => console.error(`instar ${level}: ${text}`) } = options;
  const entry = realpathSync(options.entry.startsWith("file:") ? fileURLToPath(options.entry) : options.entry);
  const root = options.root === undefined ? projectFolder(entry) : realpathSync(options.root);
  const path = runFilePath(root, name);
  const token = randomBytes(32).toString("base64url");
  const builder = createBuilder(root);
  const natives = await readNativeGraph(root, entry, builder);
  const system = defaultSystem();
  followContext(system);
  const codeServer = createCodeServer({ root, packages: createPackageLoader(), maps: installSourceMaps() });
  codeServer.adopt(natives);
  const service = createCodeService(system, codeServer);

  const request: Application["request"] = async (method, params, { signal } = {}) => {
    const run = (service as Partial<Record<keyof ChildRequests, (params: unknown, signal: AbortSignal) => unknown>>)[method];
    if (run === undefined) throw new DevError("INSTAR_NOT_UNDER_DEV", `a program that enabled upgrades itself has no ${method}.`);
    return (await run(params, signal ?? new AbortController().signal)) as never;
  };
  /** Told as well, once they can be. */
  let clients: ControlEndpoint | null = null;
  const log: Required<UpgradeOptions>["onLog"] = (level, text) => {
    onLog(level, text);
    clients?.notify("runtime/log", { level, text });
  };
  const upgrader = createUpgrader({
    root,
    entry: null,
    builder,
    store: createBuildStore(root),
    shapes: null,
    request,
    moves: null,
    rehearseElsewhere: null,
    saveElsewhere: null,
    patience: 0,
    onProgress: (progress) => endpoint.notify("upgrade/progress", progress),
    onFinished(report) {
      log(report.outcome === "committed" ? "info" : report.outcome === "canceled" ? "warning" : "error", formatReport(report));
      endpoint.notify("upgrade/finished", report);
      changed();
    },
    onRolledBack(report) {
      log("error", formatReport(report));
      endpoint.notify("upgrade/rolledBack", report);
      changed();
    },
    onLog: log,
  });
  upgrader.adopt(service.loaded());

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= takeDown());
  const takeDown = async (): Promise<void> => {
    unsubscribe();
    process.off("exit", onExit);
    void upgrader.cancel();
    removeRunFile(path, token);
    await endpoint.close();
  };
  const handlers = createHandlers({
    upgrader,
    started: () => Promise.resolve(),
    application: () => ({
      request,
      async end(pid) {
        if (!(await request("kill", { pid })))
          throw new DevError("INSTAR_NOPROC", `no process ${pid} lives here; it may have exited. See: instar ps`);
      },
    }),
    info: () => ({
      protocol: protocolVersion,
      name,
      root,
      entry,
      status: "running",
      pid: process.pid,
      applicationPid: process.pid,
      node: process.version,
      stuck: null,
    }),
    setWatching: () => refuse("upgrade on save"),
    changed: () => changed(),
    upgraded: () => {},
    restart: () => Promise.resolve(refuse("be restarted by command")),
    async stop() {
      await system.stop();
      await close();
      process.exit();
    },
  });
  const endpoint = await openControlEndpoint({ token, handlers, onLog: log });
  clients = endpoint;
  // The endpoint alone is no reason for the program to go on.
  endpoint.unref();
  const changed = createThrottle(100, () => endpoint.notify("processes/changed", {}));
  const unsubscribe = subscribe(system, (event) => {
    changed();
    // The program itself has printed it.
    if (event.type === "exited" && !isOrderly(event.reason)) {
      endpoint.notify("runtime/log", { level: "error", text: `process ${event.pid} exited: ${formatReason(event.reason)}` });
    } else if (event.type === "upgrading") endpoint.notify("upgrade/progress", event.progress);
    else if (event.type === "rolledBack") upgrader.rolledBack({ report: event.report, loaded: service.loaded() });
    else if (event.type === "probationEnded") endpoint.notify("upgrade/probationEnded", { until: event.until });
  });
  const onExit = (): void => removeRunFile(path, token);
  process.on("exit", onExit);
  try {
    const startedAt = new Date().toISOString();
    await writeRunFile({ version: protocolVersion, name, root, entry, pid: process.pid, port: endpoint.port, token, startedAt });
  } catch (error) {
    await close();
    throw error;
  }
  return { name, port: endpoint.port, runFile: path, close };
}

function refuse(what: string): never {
  throw new DevError(
    "INSTAR_NOT_UNDER_DEV",
    `this program enabled upgrades itself, so it cannot ${what}; only what runs under instar dev or instar start can.`,
  );
}
