/**
 * The application's process: code server and supervision tree, driven by the parent over IPC. It holds no socket and no watcher, so a
 * handler that never returns costs nobody but the application. It does not outlive its parent.
 */
import { type CancellationToken, IPCMessageReader, IPCMessageWriter, createMessageConnection } from "vscode-jsonrpc/node";
import { type SystemEvent, defaultSystem, followContext, isHandle, planSteps, processes, stateOf, subscribe, upgrade } from "../internal.ts";
import type { Supervisor } from "../supervisor.ts";
import { formatReason, isOrderly } from "../exit.ts";
import type { LoadedModuleInfo, UpgradeError } from "../protocol.ts";
import { withSignal } from "./abort-signal.ts";
import type { ChildNotifications, ChildRequests, ChildUpgrade, Loaded, UpgradeOutcome } from "./child-protocol.ts";
import { findHolders, heldBy } from "./code-holders.ts";
import { type Prepared, createCodeServer } from "./code-server.ts";
import { DevError, toUpgradeError } from "./dev-error.ts";
import { createPackageLoader } from "./package-loader.ts";
import { purgeModule } from "./purge-module.ts";
import { createThrottle } from "./throttle.ts";
import { startWatchdog } from "./watchdog.ts";
import { emptyReport } from "./report.ts";
import { installSourceMaps } from "./source-maps.ts";
import { createValidators } from "./validators.ts";

const root = process.argv[2];
if (root === undefined || process.send === undefined) {
  throw new Error("this file is started by `instar dev`, and not by hand.");
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const maps = installSourceMaps();
const codeServer = createCodeServer({ root, packages: createPackageLoader(), maps });
const system = defaultSystem();
const validators = createValidators();
followContext(system);
let rootPid: string | null = null;
let stopping = false;

serve("ping", () => null);
serve("processes", () => processes(system));
serve("state", ({ pid }) => stateOf(system, pid));
serve("modules", () => listModules());
serve("purge", (params) => {
  try {
    const report = purgeModule(system, codeServer, params);
    return { ok: true, value: { report, loaded: loaded() } };
  } catch (error) {
    return { ok: false, error: toUpgradeError(error, "INSTAR_MODULE_UNKNOWN") };
  }
});
serve("holders", ({ module }) => findHolders(system, codeServer, module));
serve("start", async ({ entry, load }) => {
  try {
    await startApplication(entry, load);
    return { ok: true, value: loaded() };
  } catch (error) {
    return { ok: false, error: toUpgradeError(error, "INSTAR_START_FAILED") };
  }
});
serve("shapes", ({ shapes }) => {
  for (const { module, file } of codeServer.modules.values()) module.current.shape ??= shapes[file] ?? null;
  return loaded();
});
serve("upgrade", (request, signal) => runUpgrade(request, signal));
serve("stop", async () => {
  stopping = true;
  await system.stop();
  // After the answer has been written.
  setImmediate(() => process.disconnect?.());
  return null;
});
connection.listen();
startWatchdog();

const announce = createThrottle(100, () => notify("changed", {}));
subscribe(system, (event) => {
  announce();
  if (event.type === "exited") onExit(event);
});

// Ctrl-C reaches the whole group of processes; the parent hears it too and ends this one in order.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {
  void system.stop().finally(() => process.exit(143));
});
process.on("disconnect", () => {
  // An orderly stop has ended everything. Otherwise the parent is gone, and nobody could reach the application any more.
  process.exit(stopping ? (process.exitCode ?? 0) : 1);
});

function serve<M extends keyof ChildRequests>(
  method: M,
  handler: (params: ChildRequests[M]["params"], signal: AbortSignal) => ChildRequests[M]["result"] | Promise<ChildRequests[M]["result"]>,
): void {
  connection.onRequest<unknown, unknown>(method, (params: ChildRequests[M]["params"], token: CancellationToken) =>
    withSignal(token, (signal) => handler(params, signal)),
  );
}

function notify<N extends keyof ChildNotifications>(method: N, params: ChildNotifications[N]): void {
  if (process.connected) connection.sendNotification(method, params).catch(() => {});
}

async function startApplication(entry: string, load: ChildRequests["start"]["params"]["load"]): Promise<void> {
  const prepared = await codeServer.prepare(load);
  prepared.commit();
  prepared.settle();
  const application = [...codeServer.modules.values()].find((record) => record.file === entry);
  if (application === undefined || !isHandle(application.handle) || application.module.current.kind !== "supervisor") {
    throw new DevError(
      "INSTAR_NOT_AN_APPLICATION",
      "the entry's default export is no supervisor, and an application is a supervision tree. " +
        "Export the result of supervisor(…) that has the first processes as its children.",
      { place: { file: entry, line: 1, column: 1 } },
    );
  }
  const pid = await system.start<Supervisor>(application.handle);
  rootPid = pid.id;
}

function onExit(event: Extract<SystemEvent, { type: "exited" }>): void {
  if (!isOrderly(event.reason)) notify("log", { level: "error", text: `process ${event.pid} exited: ${formatReason(event.reason)}` });
  if (event.pid !== rootPid || stopping) return;
  // As in OTP, where a permanent application that ends takes its node with it. A supervisor that gave up ends for `shutdown` as well.
  process.exitCode = 1;
  stopping = true;
  setImmediate(() => process.disconnect?.());
}

async function runUpgrade(request: ChildUpgrade, signal: AbortSignal): Promise<UpgradeOutcome> {
  let prepared: Prepared;
  try {
    prepared = await codeServer.prepare(request.load);
  } catch (error) {
    const report = emptyReport("refused", [toUpgradeError(error, "INSTAR_EVALUATION_FAILED")]);
    return { report, loaded: loaded(), committedAt: null };
  }
  try {
    return await applyPrepared(prepared, request, signal);
  } finally {
    prepared.settle();
  }
}

async function applyPrepared(prepared: Prepared, request: ChildUpgrade, signal: AbortSignal): Promise<UpgradeOutcome> {
  if (prepared.changes.length === 0 && prepared.added.length === 0) {
    return { report: emptyReport("unchanged"), loaded: loaded(), committedAt: null };
  }
  const known = new Set(request.compatible);
  validators.use(request.validators);
  const plans = prepared.changes.map((change) => ({
    change,
    plan: planSteps({
      module: change.module,
      to: change.to,
      reinstantiated: change.reinstantiated,
      compatible: (from, to) =>
        from.shape !== null && to.shape !== null && (from.shape === to.shape || known.has(`${from.shape} ${to.shape}`)),
    }),
  }));
  const errors = plans.flatMap(({ plan }): UpgradeError[] => (plan.ok ? [] : [plan.error]));
  if (errors.length > 0) return { report: emptyReport("refused", errors), loaded: loaded(), committedAt: null };

  let committedAt: number | null = null;
  const report = await upgrade(
    system,
    plans.flatMap(({ change, plan }) =>
      plan.ok
        ? [
            {
              module: change.module,
              to: change.to,
              kind: plan.kind,
              steps: plan.steps,
              prototypes: prepared.prototypes,
              ...validators.between(change),
            },
          ]
        : [],
    ),
    {
      rehearse: request.rehearse,
      extra: request.extra,
      ...(request.timeout === null ? {} : { timeout: request.timeout }),
      ...(request.onBusy === null ? {} : { onBusy: request.onBusy }),
      signal,
      onCommit() {
        prepared.commit();
        committedAt = Date.now();
      },
    },
  );
  prepared.settle();
  return { report, loaded: loaded(), committedAt };
}

function loaded(): Loaded {
  return {
    modules: [...codeServer.modules.values()].map(({ module, file }) => ({
      id: module.id,
      file,
      kind: module.current.kind,
      vsn: module.current.vsn,
      load: module.current.load,
      shape: module.current.shape,
      oldVsn: module.old?.vsn ?? null,
      closure: codeServer.closureOf(module.id),
    })),
    held: codeServer.held(),
  };
}

function listModules(): LoadedModuleInfo[] {
  const live = processes(system);
  const held = codeServer.heldCode();
  return [...codeServer.modules.values()].map((record) => {
    const { module, file } = record;
    const own = live.filter((process) => process.module === module.id);
    return {
      id: module.id,
      file,
      kind: module.current.kind,
      vsn: module.current.vsn,
      shape: module.current.shape,
      old: module.old === null ? null : { vsn: module.old.vsn, ...heldBy(system, record, held) },
      processes: own.length,
    };
  });
}
