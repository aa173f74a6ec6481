/**
 * The parent's hold on the application's process: starts it, asks it, watches its heartbeat, ends it. Whatever state that process is in, a
 * request is answered or fails; it never hangs.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CancellationTokenSource, IPCMessageReader, IPCMessageWriter, createMessageConnection } from "vscode-jsonrpc/node";
import type { RuntimeInfo, StuckProcess } from "../protocol.ts";
import type { Letter } from "../neighbor.ts";
import {
  type ChildNotifications,
  type ChildOptions,
  type ChildRequests,
  connectionMethod,
  type Heartbeat,
  type ParentRequests,
} from "./child-protocol.ts";
import { DevError } from "./dev-error.ts";
import { type NamedProcess, readTold, rehearsalDescriptor } from "./tell-rehearsal.ts";
import { type WatchdogChannel, openWatchdogChannel } from "./watchdog-channel.ts";
import { watchdogDescriptor } from "./watchdog.ts";

export interface ApplicationOptions {
  readonly root: string;
  readonly stdio: "inherit" | "pipe";
  readonly heartbeat: Heartbeat;
  /** Milliseconds after which a handler that does not return is broken off; null for never. */
  readonly handlerLimit: number | null;
  /** Where it is there for a rehearsal alone; else null. */
  readonly rehearsal: RehearsalEvents | null;
  readonly onNotification: <N extends keyof ChildNotifications>(name: N, params: ChildNotifications[N]) => void;
  readonly onListen: (port: number, host: string) => Promise<ParentRequests["listen"]["result"]>;
  /** Lines that the application printed, where `stdio` is `pipe`. */
  readonly onOutput: (stream: "stdout" | "stderr", line: string) => void;
  readonly onStatus: (status: RuntimeInfo["status"]) => void;
  readonly onStuck: (stuck: StuckProcess) => void;
  /** A process was ended because its handler did not return for `after` milliseconds. */
  readonly onLimit: (pid: string, after: number) => void;
  readonly onExit: (code: number | null, signal: string | null) => void;
}

export interface RehearsalEvents {
  /** How much memory it may take, in MB. More ends it. */
  readonly memory: number;
  /** It converts this process's state from now on. */
  readonly onProcess: (process: NamedProcess) => void;
  /** It ended itself, since it had too much memory outside of what V8 limits. */
  readonly onMemory: () => void;
}

export interface Application {
  readonly pid: number | null;
  readonly status: RuntimeInfo["status"];
  readonly stuck: StuckProcess | null;
  /**
   * What changes nothing is answered also while a handler does not return.
   *
   * @throws DevError `INSTAR_RUNTIME_EXITED` or `INSTAR_RUNTIME_UNRESPONSIVE`, at once or as soon as the process turns out to be so.
   */
  request<M extends keyof ChildRequests>(
    method: M,
    params: ChildRequests[M]["params"],
    options?: RequestOptions<ChildRequests[M]["result"]>,
  ): Promise<ChildRequests[M]["result"]>;
  /** Something that the other application wrote. */
  letter(letter: Letter): void;
  /** Hands over a connection; it comes back where the process ends before. @returns whether there is somebody who can take it */
  give(id: string, socket: Socket, back: () => void): boolean;
  /** Called once the supervision tree runs. */
  markRunning(): void;
  /** Ends one process of the application, also one whose handler does not return. @throws DevError where there is none, or no way to do so */
  end(pid: string): Promise<void>;
  /** Asks the process to end its tree and, after `grace` milliseconds, kills it. */
  stop(grace: number): Promise<void>;
  /** Resolves when the process has ended. */
  kill(): Promise<void>;
}

export interface RequestOptions<R> {
  readonly signal?: AbortSignal;
  /** How long to go on waiting once the process is unresponsive, since the request itself may be the cause. Milliseconds; default 0. */
  readonly patience?: number;
  /** What to do with an answer that came after all. */
  readonly onLate?: (result: R) => void;
}

export function startApplication(options: ApplicationOptions): Application {
  const child = forkChild(options);
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  for (const name of ["changed", "progress", "log", "ended", "rolledBack", "probationEnded", "committed", "letter", "unlisten"] as const) {
    connection.onNotification(name, (params: ChildNotifications[typeof name]) => options.onNotification(name, params));
  }
  connection.onRequest<unknown, unknown>("listen", ({ port, host }: ParentRequests["listen"]["params"]) => options.onListen(port, host));
  // A write to a process that has just ended is reported by its exit.
  connection.onError(() => {});
  connection.listen();

  let status: RuntimeInfo["status"] = "starting";
  let stuck: StuckProcess | null = null;
  let stuckAt = 0;
  /** As it is now: time has passed since it was found. */
  const stuckNow = (): StuckProcess | null => {
    if (stuck === null) return null;
    const passed = Math.round(performance.now() - stuckAt);
    return { ...stuck, since: stuck.since + passed, endsIn: stuck.endsIn === null ? null : Math.max(0, stuck.endsIn - passed) };
  };
  const waiting = new Set<Waiting>();
  const setStatus = (next: RuntimeInfo["status"]): void => {
    if (status === next || status === "exited") return;
    status = next;
    if (next !== "unresponsive") stuck = null;
    for (const entry of waiting) {
      clearTimeout(entry.timer);
      if (next === "exited") entry.fail(new EndedMeanwhile());
      else if (next === "unresponsive") entry.timer = setTimeout(() => entry.fail(unresponsive(stuckNow())), entry.patience);
    }
    options.onStatus(next);
  };

  /** Connections on their way to the process. It says which ones it has taken; until then they are kept here, too, for the case of its end. */
  const given = new Map<number, { readonly socket: Socket; readonly back: () => void }>();
  let lastGiven = 0;
  connection.onNotification("took", ({ nth }: ChildNotifications["took"]) => {
    // What it has is a copy, so that this does not end the connection.
    given.get(nth)?.socket.destroy();
    given.delete(nth);
  });
  const gone = new Promise<void>((resolve) => {
    const end = (code: number | null, signal: string | null): void => {
      if (status === "exited") return;
      setStatus("exited");
      clearInterval(beating);
      connection.dispose();
      options.onExit(code, signal);
      for (const { back } of given.values()) back();
      given.clear();
      resolve();
    };
    if (options.rehearsal === null) child.once("exit", end);
    else {
      // What it said last is read first; but whom it started may have its output open for ever.
      child.once("close", end);
      child.once("exit", (...how) => {
        const limit = setTimeout(() => end(...how), mostReading);
        child.once("close", () => clearTimeout(limit));
      });
    }
    child.once("error", () => end(null, null));
  });
  const setAlive = (alive: boolean): void => {
    if (status === "running" || status === "unresponsive") setStatus(alive ? "running" : "unresponsive");
  };
  const watchdog = watch(child, {
    onStuck(found) {
      stuck = found;
      stuckAt = performance.now();
      setAlive(false);
      options.onStuck(found);
    },
    onBack: () => setAlive(true),
    onLimit: options.onLimit,
  });
  // The watchdog knows more, so it has its say first.
  const { interval, limit } = options.heartbeat;
  const beating = beat({ interval, limit: watchdog === null ? limit : 1.5 * limit }, connection, setAlive);

  const request: Application["request"] = async (method, params, requestOptions) => {
    try {
      return await requestInTurn(method, params, requestOptions);
    } catch (error) {
      if (watchdog === null || !answeredAnyTime.has(method) || status === "exited" || !(error instanceof DevError)) throw error;
      // Twice, since a handler that is broken off takes a question in the middle of it along.
      const answer = (await watchdog.ask(method, params)) ?? (await watchdog.ask(method, params));
      if (answer === undefined) throw error;
      return answer as ChildRequests[typeof method]["result"];
    }
  };

  const requestInTurn: Application["request"] = async (method, params, { signal, patience = 0, onLate } = {}) => {
    if (status === "exited") throw exited();
    if (status === "unresponsive") throw unresponsive(stuckNow());
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    if (signal?.aborted === true) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    let late = false;
    const entry: Waiting = { fail: () => {}, patience, timer: undefined };
    waiting.add(entry);
    const failed = new Promise<never>((_, reject) => {
      entry.fail = (error) => {
        late = true;
        reject(error);
      };
    });
    const answered = connection.sendRequest<ChildRequests[typeof method]["result"]>(method, params, cancellation.token);
    answered.then(
      (result) => late && onLate?.(result),
      () => {},
    );
    try {
      return await Promise.race([answered, failed]);
    } catch (error) {
      if (error instanceof DevError) throw error;
      // The channel closes a moment before the process counts as ended.
      if (child.exitCode !== null || child.signalCode !== null || !child.connected) throw new EndedMeanwhile();
      throw error;
    } finally {
      clearTimeout(entry.timer);
      waiting.delete(entry);
      signal?.removeEventListener("abort", cancel);
      cancellation.dispose();
    }
  };

  return {
    get pid() {
      return status === "exited" ? null : (child.pid ?? null);
    },
    get status() {
      return status;
    },
    get stuck() {
      return stuckNow();
    },
    request,
    async end(pid) {
      for (let last = false; ; last = true) {
        const how = (await watchdog?.kill(pid)) ?? "turning";
        if (how === "broken off") return;
        if (how === "out of reach") throw outOfReach(pid);
        if (how !== "turning") throw unresponsive(stuckNow());
        try {
          if (await request("kill", { pid })) return;
        } catch (error) {
          // It had not begun to hold up the event loop when the watchdog looked; now it has.
          if (last || status !== "unresponsive") throw error;
          continue;
        }
        throw noSuchProcess(pid);
      }
    },
    letter: (letter) => void connection.sendNotification("letter", letter).catch(() => {}),
    give(id, socket, back) {
      if (!child.connected || status === "exited") return false;
      const nth = ++lastGiven;
      given.set(nth, { socket, back });
      const message = { jsonrpc: "2.0", method: connectionMethod, params: { id, nth } };
      // Node itself would forget those that the process has not taken when it ends.
      child.send(message, socket, { keepOpen: true }, (error) => {
        // Where it has ended, that is told there.
        if (error === null || !given.delete(nth)) return;
        socket.destroy();
      });
      return true;
    },
    markRunning: () => setStatus("running"),
    async stop(grace) {
      if (status === "exited") return;
      if (status === "unresponsive") child.kill("SIGKILL");
      else request("stop", {}, { patience: grace }).catch(() => {});
      const timer = setTimeout(() => child.kill("SIGKILL"), grace);
      await gone;
      clearTimeout(timer);
    },
    kill() {
      child.kill("SIGKILL");
      return gone;
    },
  };
}

/** Milliseconds. */
const mostReading = 1000;

interface Waiting {
  fail: (error: DevError) => void;
  readonly patience: number;
  timer: NodeJS.Timeout | undefined;
}

/** What the watchdog has answered in the middle of a handler that does not return. */
const answeredAnyTime: ReadonlySet<string> = new Set<keyof ChildRequests>(["processes", "state", "modules"]);

function forkChild({ root, stdio, heartbeat, handlerLimit, rehearsal, onOutput }: ApplicationOptions): ChildProcess {
  const { path, execArgv } = childEntry();
  const told: ChildOptions = { root, heartbeat, handlerLimit, rehearsalMemory: rehearsal?.memory ?? null };
  const child = fork(path, [JSON.stringify(told)], {
    cwd: root,
    execArgv: [...execArgv, ...(rehearsal === null ? [] : [`--max-old-space-size=${rehearsal.memory}`])],
    // A group of its own, so that Ctrl-C in the terminal reaches the parent alone, which ends this one in order. The watchdog sees to it
    // that it does not outlive the parent. On Windows it would get a window of its own.
    detached: process.platform !== "win32",
    // The application's messages are plain JSON; code travels as text.
    serialization: "json",
    // The one after that is the watchdog's: it breaks when this process ends, however it ends.
    stdio: ["ignore", stdio, stdio, "ipc", "pipe", ...(rehearsal === null ? [] : ["pipe" as const])],
  });
  if (rehearsal !== null) {
    splitLines((child.stdio as readonly unknown[])[rehearsalDescriptor] as Socket, (line) => {
      const process = readTold(line);
      if (process === null) rehearsal.onMemory();
      else rehearsal.onProcess(process);
    });
  }
  if (child.stdout !== null) splitLines(child.stdout, (line) => onOutput("stdout", line));
  if (child.stderr !== null) splitLines(child.stderr, (line) => onOutput("stderr", line));
  return child;
}

function watch(child: ChildProcess, listener: Parameters<typeof openWatchdogChannel>[1]): WatchdogChannel | null {
  const pipe = child.stdio[watchdogDescriptor] as Socket | null;
  return pipe === null || process.platform === "win32" ? null : openWatchdogChannel(pipe, listener);
}

/** The child's file lies beside this one in the sources, and under `dev/` seen from the bundle's chunks. */
function childEntry(): { readonly path: string; readonly execArgv: readonly string[] } & { execArgv: string[] } {
  const candidates = ["./child.js", "./dev/child.js", "./child.ts"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new DevError("INSTAR_START_FAILED", "this installation of instar is incomplete: dev/child.js is missing. Install it again.");
  if (!path.endsWith(".ts")) return { path, execArgv: [] };
  return { path, execArgv: ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] };
}

function splitLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

/** One ping at a time: a stuck process does not collect a queue of them. */
function beat(
  { interval, limit }: Heartbeat,
  connection: ReturnType<typeof createMessageConnection>,
  onBeat: (alive: boolean) => void,
): NodeJS.Timeout {
  let sentAt: number | null = null;
  let lastTick = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - lastTick >= limit / 2;
    lastTick = now;
    if (sentAt !== null) {
      // Where it was this process that did not come to its turn, the answer may lie here unread.
      if (now - sentAt >= limit && !late) onBeat(false);
      return;
    }
    sentAt = now;
    connection.sendRequest("ping", {}).then(
      () => {
        sentAt = null;
        onBeat(true);
      },
      () => {},
    );
  }, interval);
  timer.unref();
  return timer;
}

function exited(): DevError {
  return new DevError("INSTAR_RUNTIME_EXITED", "the application has ended; its output says why. Start it again: instar restart.");
}

function unresponsive(stuck: StuckProcess | null): DevError {
  if (stuck === null) {
    return new DevError(
      "INSTAR_RUNTIME_UNRESPONSIVE",
      "the application does not answer: something in it has not returned for a while, or a debugger has paused it. Wait, or stop it.",
    );
  }
  const { pid, place, killable } = stuck;
  const way = killable ? `End that process: instar kill "${pid}"; or restart the application.` : "Restart the application: instar restart.";
  return new DevError(
    "INSTAR_RUNTIME_UNRESPONSIVE",
    `the application does not answer: ${formatStuck(stuck)} and does not return, so nothing else runs. ${way}`,
    { module: stuck.module, place },
  );
}

/** The application was there when it was asked. Without advice: one that did not even start is not there to be restarted. */
export class EndedMeanwhile extends DevError {
  constructor() {
    super("INSTAR_RUNTIME_EXITED", "the application ended before it answered; its output says why.");
  }
}

/** Who holds up the application: `<0.3> (tea-room, src/room.actor) has been in cast say for 2.0 s`. */
export function formatStuck({ pid, name, module, handler, since }: StuckProcess): string {
  const seconds = `${(since / 1000).toFixed(1)} s`;
  if (pid === null) return `code outside of any process, or native code, has run for ${seconds}`;
  return `${pid} (${name === null ? "" : `${name}, `}${module}) has been in ${handler ?? "what a handler of it left behind"} for ${seconds}`;
}

function noSuchProcess(pid: string): DevError {
  return new DevError("INSTAR_NOPROC", `no process ${pid} lives here; it may have exited. See: instar ps`);
}

function outOfReach(pid: string): DevError {
  return new DevError(
    "INSTAR_RUNTIME_UNRESPONSIVE",
    `${pid} does not return from what it does after an await, where a single process cannot be broken off: the rest of an async handler does ` +
      "not run under the runtime. Restart the application: instar restart.",
  );
}
