/** `startDevRuntime`: puts the parts of the parent process together, keeps the application running, and takes them down again. */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { setImmediate as immediate, setTimeout as delay } from "node:timers/promises";
import type { Letter } from "../neighbor.ts";
import { type RunFile, type RuntimeInfo, type UpgradeProgress, protocolVersion } from "../protocol.ts";
import { type Application, formatStuck, startApplication } from "./application.ts";
import { createBuildStore } from "./build-store.ts";
import { createBuilder } from "./builder.ts";
import { createDeployedBuilder } from "./deployed-builder.ts";
import type { LoadRequest } from "./built-file.ts";
import type { Heartbeat, RolledBack } from "./child-protocol.ts";
import { type ControlEndpoint, openControlEndpoint } from "./control-endpoint.ts";
import { asDevError, createHandlers } from "./control-handlers.ts";
import { DevError } from "./dev-error.ts";
import { hookProcess } from "./hook-process.ts";
import type { DevRuntime, DevRuntimeOptions } from "./options.ts";
import { formatReport } from "./report.ts";
import { createRestarts, defaultRestartPolicy, type RestartPolicy } from "./restart-policy.ts";
import { ensureRunFolder, removeRunFile, runFilePath, writeRunFile } from "./run-file.ts";
import { createMoves } from "./moves.ts";
import { launchRehearsal } from "./launch-rehearsal.ts";
import { createOpenPorts } from "./open-ports.ts";
import type { OwnProcessHost } from "./own-process.ts";
import { createRehearsals } from "./rehearsals.ts";
import { createStateSaver } from "./save-states.ts";
import { type Upgrader, createUpgrader } from "./upgrader.ts";
import { type Saved, type Watcher, createWatcher } from "./watcher.ts";

/** How long it waits for a move to be settled, in milliseconds. */
const settling = 5000;
/** How long a runtime that stops waits for an upgrade whose process is gone, in milliseconds. */
const patience = 1000;

/** For tests. */
export interface Timing {
  readonly heartbeat?: Heartbeat;
  readonly restarts?: RestartPolicy;
  /** How long a new process of a move may take for each part of its beginning, in milliseconds. */
  readonly moveLimit?: number;
  /** How long one state may take in a rehearsal, in milliseconds, and how much memory all of it, in MB. */
  readonly rehearsal?: { readonly limit?: number; readonly memory?: number };
}

/** What is different where nobody sits beside it and edits sources. */
export interface Deployment {
  /** How long the supervision tree may take to end, in milliseconds. */
  readonly shutdown: number;
  /** The application has ended by itself, or is not to be started again; the runtime stops. */
  readonly onEnd: (how: "ended" | "failed") => void;
}

/**
 * Builds the application, starts it in a process of its own, and opens the control endpoint. An application that crashes is started again, with
 * the code that it ran.
 * SIGINT, SIGTERM and SIGHUP of this process stop it in order, a second one at once.
 *
 * @throws DevError where the application does not build, load or start, or a runtime of that name lives.
 */
export async function startDevRuntime(
  options: DevRuntimeOptions,
  timing: Timing = {},
  deployment: Deployment | null = null,
): Promise<DevRuntime> {
  const { root, entry, name = "dev", handlerLimit = 10_000 } = options;
  const { heartbeat = { interval: 250, limit: 2000 }, restarts = defaultRestartPolicy, moveLimit = 60_000, rehearsal = {} } = timing;
  /** How long the supervision tree may take to end, in milliseconds. */
  const grace = deployment?.shutdown ?? 5000;
  const path = runFilePath(root, name);
  ensureRunFolder(root);
  const token = randomBytes(32).toString("base64url");
  const startedAt = new Date().toISOString();
  let endpoint: ControlEndpoint | null = null;
  let watcher: Watcher | null = null;
  let stopping: Promise<void> | null = null;
  let saved: Saved | null = null;
  let upgradingSaved = false;
  /** Null until the application has run once: what does not start the first time is not tried again. */
  let nextRestart: ReturnType<typeof createRestarts> | null = null;
  let restartTimer: NodeJS.Timeout | null = null;
  let restarting: Promise<void> | null = null;
  /** The first start. */
  let begun: Promise<void> = Promise.resolve();

  const log = (level: "info" | "warning" | "error", text: string): void => {
    options.onLog?.(level, text);
    endpoint?.notify("runtime/log", { level, text });
  };
  const changed = (): void => endpoint?.notify("processes/changed", {});

  const launch = (): Application => {
    /** It has said that it is about to end. */
    let ended = false;
    const launched: Application = startApplication({
      root,
      heartbeat,
      handlerLimit,
      rehearsal: null,
      stdio: options.stdio ?? "inherit",
      onNotification(kind, params) {
        if (kind === "changed") changed();
        else if (kind === "progress") endpoint?.notify("upgrade/progress", params as UpgradeProgress);
        else if (kind === "ended") ended = true;
        else if (kind === "committed") director.committed(launched);
        else if (kind === "letter") director.letter(launched, params as Letter);
        else if (kind === "unlisten") ports.unlisten(launched, (params as { id: string }).id);
        else if (kind === "rolledBack") upgrader.rolledBack(params as RolledBack);
        else if (kind === "probationEnded") {
          const { until } = params as { until: string };
          upgrader.held(until);
          endpoint?.notify("upgrade/probationEnded", { until });
        }
        // The application has printed it already.
        else endpoint?.notify("runtime/log", params as { level: "error"; text: string });
      },
      onListen: (port, host) => ports.listen(launched, port, host),
      onOutput: (stream, line) => log(stream === "stdout" ? "info" : "warning", line),
      onStatus(status) {
        if (status === "unresponsive" && launched.stuck === null) {
          log("warning", "the application does not answer: something in it does not return, or a debugger has paused it.");
        }
        changed();
      },
      onStuck(stuck) {
        const then = stuck.endsIn === null ? "" : `; it is killed in ${(stuck.endsIn / 1000).toFixed(1)} s`;
        log("warning", `the application does not answer: ${formatStuck(stuck)} and does not return${then}.\n${stuck.stack}`);
        endpoint?.notify("runtime/stuck", stuck);
      },
      onLimit: (pid, after) =>
        log("error", `process ${pid} was killed: its handler had not returned after ${(after / 1000).toFixed(1)} s.`),
      onExit(code, signal) {
        const told = { code, signal };
        ports.forget(launched);
        alive.delete(launched);
        if (director.exited(launched)) return changed();
        if (stopping !== null || restarting !== null) return endpoint?.notify("runtime/exited", { ...told, next: null });
        const how = signal ?? `exit code ${code}`;
        // New code whose supervision tree ends during its probation does not hold either.
        if (upgrader.onTrial || (code !== 0 && (deployment !== null || !ended))) return onCrash(how, told);
        endpoint?.notify("runtime/exited", { ...told, next: null });
        if (deployment !== null) return giveUp("ended");
        log("error", `the application ended with ${how}. The control endpoint stays; instar restart starts it again.`);
      },
    });
    alive.add(launched);
    return launched;
  };
  const alive = new Set<Application>();
  const ports = createOpenPorts();
  const director = createMoves({
    root,
    name,
    entry,
    ports,
    current: () => application,
    launch,
    succeed(next) {
      application = next;
      changed();
    },
    limit: moveLimit,
    crashed: () => onCrash("a move to another process that went wrong"),
    log,
  });
  let application = launch();

  const ownProcess: OwnProcessHost = {
    current: () => application,
    launch: (events) => launchRehearsal({ root, heartbeat, log, alive }, events),
    limits: { load: moveLimit, state: rehearsal.limit ?? 10_000 },
    memory: rehearsal.memory ?? null,
  };
  const builder = deployment === null ? createBuilder(root) : createDeployedBuilder(root);
  const upgrader = createUpgrader({
    root,
    entry,
    builder,
    store: createBuildStore(root),
    shapes: options.shapes ?? null,
    request: (...args) => application.request(...args),
    moves: director.moves,
    rehearseElsewhere: createRehearsals(ownProcess),
    saveElsewhere: createStateSaver(root, ownProcess),
    patience: 4 * heartbeat.limit,
    onProgress: (progress) => endpoint?.notify("upgrade/progress", progress),
    onFinished(report) {
      log(report.outcome === "committed" ? "info" : report.outcome === "canceled" ? "warning" : "error", formatReport(report));
      options.onUpgrade?.(report);
      endpoint?.notify("upgrade/finished", report);
      changed();
    },
    onRolledBack(report) {
      log("error", formatReport(report));
      options.onUpgrade?.(report);
      endpoint?.notify("upgrade/rolledBack", report);
      changed();
    },
    onLog: log,
  });

  const onCrash = (how: string, exited?: { readonly code: number | null; readonly signal: string | null }): void => {
    const wait = nextRestart?.(Date.now()) ?? null;
    const next = wait === null ? null : upgrader.onTrial ? "rollback" : "restart";
    if (exited !== undefined) endpoint?.notify("runtime/exited", { ...exited, next });
    if (nextRestart === null) return;
    if (wait === null) {
      const often = `${restarts.restarts} restarts within ${restarts.within / 1000} s`;
      log(
        "error",
        `the application ended with ${how}, and after ${often} it is not started again.${deployment === null ? " Correct it, and: instar restart" : ""}`,
      );
      return giveUp("failed");
    }
    const trial = `${how} while its upgrade was on probation; it is started again with the code of before that`;
    log("error", `the application ended with ${next === "rollback" ? trial : `${how}; it is started again`}.`);
    restartTimer = setTimeout(() => {
      restartTimer = null;
      restart(true).catch((error: DevError) => {
        if (stopping !== null) return;
        if (error.code === "INSTAR_RUNTIME_EXITED") onCrash("a crash while it started");
        else {
          log("error", `the application could not be started again: ${error.message}`);
          giveUp("failed");
        }
      });
    }, wait);
  };
  /** Where nobody is there to correct it, whoever started this program is to know. */
  const giveUp = (how: "ended" | "failed"): void => {
    if (deployment === null) return;
    deployment.onEnd(how);
    void stop();
  };
  /** @param same with the code that it ran, if possible; else from the sources */
  const restart = (same = false): Promise<void> => {
    restarting ??= startAgain(same).finally(() => {
      restarting = null;
      // What was saved meanwhile has its turn.
      if (saved !== null) void upgradeSaved();
    });
    return restarting;
  };
  const startAgain = async (same: boolean): Promise<void> => {
    if (stopping !== null) throw new DevError("INSTAR_RUNTIME_EXITED", "the runtime is stopping.");
    // Where nobody is about to correct it, a build that cannot be started ends nothing.
    if (deployment !== null && !same) await builder.build([entry]);
    if (restartTimer !== null) clearTimeout(restartTimer);
    restartTimer = null;
    void upgrader.cancel();
    await application.stop(grace);
    const again = same ? upgrader.loadAgain() : null;
    if (same && again === null) log("warning", "the code that the application ran is not kept as a whole, so it starts from the sources.");
    if (again === null) saved = null;
    const load = again ?? (await upgrader.firstLoad());
    application = launch();
    try {
      await startTree(application, entry, load, upgrader);
    } catch (error) {
      void application.kill();
      throw error;
    }
    log("info", "the application runs again.");
  };

  const setWatching = (enabled: boolean): void => {
    if (enabled && deployment !== null) throw new DevError("INSTAR_NOT_UNDER_DEV", "a deployed program is not upgraded on save.");
    if (enabled) watcher ??= createWatcher(root, onSaved, (text) => log("warning", text));
    else {
      watcher?.close();
      watcher = null;
    }
  };
  /** What is saved during a start or an upgrade is upgraded after it. */
  const onSaved = (next: Saved): void => {
    saved = next;
    if (nextRestart === null || upgrader.busy || stopping !== null || restarting !== null) return;
    void upgradeSaved();
  };
  const upgradeSaved = async (): Promise<void> => {
    if (upgradingSaved) return;
    upgradingSaved = true;
    while (saved !== null && stopping === null && watcher !== null) {
      const { at } = saved;
      saved = null;
      try {
        // Perhaps what was saved is the cure.
        if (application.status === "exited") await restart();
        else await upgrader.apply(options.probation === undefined ? {} : { probation: options.probation }, { since: at });
      } catch (error) {
        log("error", (error as Error).message);
      }
    }
    upgradingSaved = false;
  };

  const info = (): RuntimeInfo => ({
    protocol: protocolVersion,
    name,
    root,
    entry,
    // In a window, one has ended and the next one is not there yet.
    status: director.moving && application.status === "exited" ? "starting" : application.status,
    pid: process.pid,
    applicationPid: application.pid,
    node: process.version,
    stuck: application.stuck,
  });

  const { promise: stopped, resolve: onStopped } = withResolvers();
  const stop = (): Promise<void> => (stopping ??= takeDown());
  const takeDown = async (): Promise<void> => {
    setWatching(false);
    if (restartTimer !== null) clearTimeout(restartTimer);
    // An upgrade that cannot be canceled any more ends with its process at the latest. Who asked for it hears what has become of it, unless
    // it waits for an analysis that does not answer.
    const canceled = upgrader.cancel();
    // In the middle of a move it is not settled yet which one is to end in order.
    if (director.moving) await Promise.race([canceled, delay(settling, undefined, { ref: false })]);
    await application.stop(grace);
    await Promise.all([...alive].map((each) => each.kill()));
    ports.close();
    removeRunFile(path, token);
    await Promise.race([canceled, delay(patience, undefined, { ref: false })]);
    // Its answer has some turns of the event loop to go until it is written.
    for (let turn = 0; turn < 10; turn++) await immediate();
    await endpoint?.close();
    unhook();
    onStopped();
  };
  const unhook = hookProcess({
    onSignal() {
      // Whoever asks twice does not want to wait.
      if (stopping !== null) void application.kill();
      void stop();
    },
    onExit() {
      void application.kill();
      removeRunFile(path, token);
    },
  });

  try {
    const begin = async (): Promise<void> => {
      const resumed = await director.resume((code) => upgrader.keptLoad(code));
      if (resumed === null) await startTree(application, entry, load, upgrader);
      else upgrader.adopt(resumed);
    };
    const load = await upgrader.firstLoad();
    const handlers = createHandlers({
      upgrader,
      // Before the run file is there, nobody asks.
      started: () => restarting ?? begun,
      application: () => application,
      info,
      setWatching,
      changed,
      upgraded() {
        // What was saved meanwhile has its turn.
        if (saved !== null && !upgrader.busy) void upgradeSaved();
      },
      async restart() {
        try {
          await restart();
        } catch (error) {
          if (application.status === "exited") giveUp("failed");
          throw error;
        }
      },
      stop,
    });
    endpoint = await openControlEndpoint({ token, handlers, onLog: log });
    const run: RunFile = { version: protocolVersion, name, root, entry, pid: process.pid, port: endpoint.port, token, startedAt };
    await writeRunFile(run);
    const stoppedEarly = stopped.then(() => {
      throw new DevError("INSTAR_RUNTIME_EXITED", "the runtime was stopped while it started.");
    });
    begun = Promise.race([begin(), stoppedEarly]);
    setWatching(options.watch ?? false);
    await begun;
    nextRestart = createRestarts(restarts);
    // What was saved while it started has its turn.
    if (saved !== null && !upgrader.busy) void upgradeSaved();
    log("info", `${basename(entry)} runs as "${name}"; control endpoint on port ${endpoint.port}.`);
    return { name, port: endpoint.port, runFile: path, stop, stopped };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startTree(application: Application, entry: string, load: LoadRequest, upgrader: Upgrader): Promise<void> {
  // What does not start is told at once, whatever the analysis still does.
  const starting = application.request("start", { entry, load }).then((outcome) => {
    if (!outcome.ok) throw asDevError(outcome.error);
  });
  const [shapes] = await Promise.all([upgrader.firstShapes(), starting]);
  upgrader.adopt(await application.request("shapes", { shapes }));
  application.markRunning();
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
