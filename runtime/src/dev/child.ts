/**
 * The application's process: code server and supervision tree, driven by the parent over IPC. It holds no socket and no watcher, so a
 * handler that never returns costs nobody but the application. It does not outlive its parent.
 */
import { type CancellationToken, IPCMessageReader, IPCMessageWriter, createMessageConnection } from "vscode-jsonrpc/node";
import { type SystemEvent, defaultSystem, followContext, guardDrains, isHandle, subscribe } from "../internal.ts";
import type { Supervisor } from "../supervisor.ts";
import { formatReason, isOrderly } from "../exit.ts";
import type { Letter } from "../neighbor.ts";
import { withSignal } from "./abort-signal.ts";
import { attributeErrors } from "./attribute-errors.ts";
import type { ChildNotifications, ChildOptions, ChildRequests, ParentRequests } from "./child-protocol.ts";
import { type Question, createCodeService } from "./code-service.ts";
import { createCodeServer } from "./code-server.ts";
import { DevError, type Place, toUpgradeError } from "./dev-error.ts";
import { createMoveService } from "./move-service.ts";
import { createPackageLoader } from "./package-loader.ts";
import { createRehearsalService } from "./rehearsal-service.ts";
import { tellRehearsal } from "./tell-rehearsal.ts";
import { createThrottle } from "./throttle.ts";
import { lookAtRunningCode } from "./running-code.ts";
import { takeConnections } from "./take-connections.ts";
import { startWatchdog } from "./watchdog.ts";
import { installSourceMaps } from "./source-maps.ts";

const told = process.argv[2];
if (told === undefined || process.send === undefined) {
  throw new Error("this file is started by `instar dev`, and not by hand.");
}
const { root, heartbeat, handlerLimit, rehearsalMemory } = JSON.parse(told) as ChildOptions;

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const maps = installSourceMaps();
const codeServer = createCodeServer({ root, packages: createPackageLoader(), maps });
const system = defaultSystem();
followContext(system);
const service = createCodeService(system, codeServer);
const move = createMoveService({ system, codeServer, loaded: service.loaded, send: (letter) => notify("letter", letter) });
const rehearsal = createRehearsalService({
  root,
  maps,
  system,
  codeServer,
  changesOf: service.changesOf,
  onProcess: rehearsalMemory === null ? () => {} : tellRehearsal(rehearsalMemory),
});
let rootPid: string | null = null;
let stopping = false;

serve("ping", () => null);
for (const method of [
  "processes",
  "state",
  "checkStates",
  "modules",
  "kill",
  "act",
  "purge",
  "holders",
  "shapes",
  "upgrade",
  "plan",
] as const) {
  serve(method, service[method] as (params: unknown, signal: AbortSignal) => never);
}
for (const method of ["load", "travel", "depart", "stay", "leave", "open", "drain", "parted"] as const) {
  serve(method, move[method] as (params: unknown, signal: AbortSignal) => never);
}
for (const method of ["pack", "rehearsal", "convert", "redactBy", "redact"] as const) {
  serve(method, rehearsal[method] as (params: unknown, signal: AbortSignal) => never);
}
serve("arrive", async (params, signal) => {
  const outcome = await move.arrive(params, signal);
  const application = [...codeServer.modules.values()].find((record) => record.file === params.entry);
  rootPid = params.image.processes.find(({ module, supervisor }) => module === application?.module.id && supervisor === null)?.pid ?? null;
  return outcome;
});
connection.onNotification("letter", (letter: Letter) => move.letter(letter));
serve("start", async ({ entry, load }) => {
  try {
    await startApplication(entry, load);
    return { ok: true, value: service.loaded() };
  } catch (error) {
    const told = toUpgradeError(error, "INSTAR_START_FAILED");
    return { ok: false, error: { ...told, place: told.place ?? placeOfCause(error) } };
  }
});
serve("stop", async () => {
  stopping = true;
  // Those who have left live on elsewhere.
  if (!move.left) await system.stop();
  // After the answer has been written.
  setImmediate(() => process.disconnect?.());
  return null;
});
connection.listen();
attributeErrors();
const guard = startWatchdog({
  interval: heartbeat.interval,
  stuckAfter: heartbeat.limit,
  handlerLimit,
  look: () => lookAtRunningCode(maps),
  answer: (method, params) => (service[method as Question] as (params: unknown) => unknown)(params),
});
if (guard !== null) guardDrains(system, guard);

const announce = createThrottle(100, () => notify("changed", {}));
subscribe(system, (event) => {
  announce();
  if (event.type === "exited") onExit(event);
  else if (event.type === "upgrading") notify("progress", event.progress);
  else if (event.type === "upgraded" && move.waiting) notify("committed", {});
  else if (event.type === "rolledBack") notify("rolledBack", { report: event.report, loaded: service.loaded() });
  else if (event.type === "probationEnded") notify("probationEnded", { until: event.until });
});

// The watchdog's signal to a handler that returned at the last moment. Ctrl-C is the parent's, which ends this process in order.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {
  void (move.left ? Promise.resolve() : system.stop()).finally(() => process.exit(143));
});
process.on("disconnect", () => {
  // An orderly stop has ended everything. Otherwise the parent is gone, and nobody could reach the application any more.
  process.exit(stopping ? (process.exitCode ?? 0) : 1);
});

takeConnections({
  ask: (port, host) => connection.sendRequest<ParentRequests["listen"]["result"]>("listen", { port, host }),
  closed: (id) => notify("unlisten", { id }),
  // At once, since what takes a connection is to be known to have it before it reads.
  took: (nth) => void process.send?.({ jsonrpc: "2.0", method: "took", params: { nth } }),
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

/** Where in the project the first cause of an error lies. */
function placeOfCause(error: unknown): Place | null {
  let place: Place | null = null;
  for (let cause = error; cause instanceof Error; cause = cause.cause) place = maps.placeOf(cause) ?? place;
  return place;
}

function onExit(event: Extract<SystemEvent, { type: "exited" }>): void {
  if (!isOrderly(event.reason)) notify("log", { level: "error", text: `process ${event.pid} exited: ${formatReason(event.reason)}` });
  if (event.pid !== rootPid || stopping) return;
  // As in OTP, where a permanent application that ends takes its node with it. A supervisor that gave up ends for `shutdown` as well.
  notify("ended", {});
  process.exitCode = 1;
  stopping = true;
  setImmediate(() => process.disconnect?.());
}
