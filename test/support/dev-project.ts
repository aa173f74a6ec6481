/**
 * Small projects in temporary folders, and real clients of the dev runtime, for tests. `instar` needs no installation there: the code
 * server maps it to the running copy.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { WebSocket } from "ws";
import type { Notifications, Requests, RunFile } from "../../runtime/src/protocol.ts";
import { type DevRuntime, type DevRuntimeOptions, startDevRuntime } from "../../runtime/src/dev/index.ts";
import type { Timing } from "../../runtime/src/dev/start-dev-runtime.ts";

export interface DevProject {
  readonly root: string;
  readonly path: (file: string) => string;
  /** Writes a file as editors do that write another one and rename it. */
  readonly write: (file: string, text: string) => void;
  readonly read: (file: string) => string;
  readonly remove: (file: string) => void;
}

/** A project with these files; it is removed after the test. */
export function devProject(t: TestContext, files: Readonly<Record<string, string>>): DevProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "instar-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const project: DevProject = {
    root,
    path: (file) => join(root, file),
    write(file, text) {
      const path = join(root, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}~`, text);
      renameSync(`${path}~`, path);
    },
    read: (file) => readFileSync(join(root, file), "utf8"),
    remove: (file) => rmSync(join(root, file)),
  };
  project.write("package.json", "{}");
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  return project;
}

export interface RunningProject {
  readonly runtime: DevRuntime;
  readonly client: TestClient;
  readonly logs: string[];
}

/** Starts `src/app.ts` of the project and connects to it; both end with the test. */
export async function runProject(
  t: TestContext,
  project: DevProject,
  options: Partial<DevRuntimeOptions> & Timing = {},
): Promise<RunningProject> {
  const { heartbeat, restarts, moveLimit, rehearsal, ...rest } = options;
  const logs: string[] = [];
  const runtime = await startDevRuntime(
    {
      root: project.root,
      entry: project.path("src/app.ts"),
      stdio: "pipe",
      onLog: (level, text) => logs.push(`${level}: ${text}`),
      ...rest,
    },
    {
      ...(heartbeat === undefined ? {} : { heartbeat }),
      ...(restarts === undefined ? {} : { restarts }),
      ...(moveLimit === undefined ? {} : { moveLimit }),
      ...(rehearsal === undefined ? {} : { rehearsal }),
    },
  );
  t.after(() => runtime.stop());
  const client = await connectClient(t, JSON.parse(readFileSync(runtime.runFile, "utf8")) as RunFile);
  return { runtime, client, logs };
}

export interface TestClient {
  readonly socket: WebSocket;
  request<M extends keyof Requests>(method: M, params?: Requests[M]["params"]): Promise<Requests[M]["result"]> & { readonly id: number };
  /** Sends any text, and gives the next message that is no notification. */
  raw(text: string): Promise<{ id: unknown; result?: unknown; error?: RpcError }>;
  notify(method: string, params: object): void;
  /** The next notification of that name that fits; one that came before this call does not count. */
  next<N extends keyof Notifications>(name: N, fits?: (params: Notifications[N]) => boolean): Promise<Notifications[N]>;
  closed: Promise<number>;
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly code?: string };
}

/** A client without a library in between, so that tests see and say exactly what goes over the wire. */
export async function connectClient(
  t: TestContext,
  run: Pick<RunFile, "port" | "token">,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${run.port}`, { headers: { authorization: `Bearer ${run.token}`, ...headers } });
  t.after(() => socket.terminate());
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("unexpected-response", (_, response) => reject(new Error(`HTTP ${response.statusCode}`)));
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  const answers = new Map<number, (message: Answer) => void>();
  const raws: ((message: Answer) => void)[] = [];
  const listeners = new Set<(message: { method: string; params: unknown }) => void>();
  let lastId = 0;
  socket.on("message", (data) => {
    const message = JSON.parse((data as Buffer).toString("utf8")) as Answer & { method?: string; params?: unknown };
    if (message.method !== undefined) {
      for (const listener of listeners) listener({ method: message.method, params: message.params });
    } else (answers.get(message.id as number) ?? raws.shift())?.(message);
  });
  return {
    socket,
    closed,
    request(method, params) {
      const id = ++lastId;
      const answered = new Promise<never>((resolve, reject) => {
        answers.set(id, ({ result, error }) => {
          if (error === undefined) resolve(result as never);
          else reject(Object.assign(new Error(error.message), { rpc: error }));
        });
        void closed.then(() => reject(new Error("the connection closed")));
      });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params: params ?? {} }));
      return Object.assign(answered, { id });
    },
    raw(text) {
      const answered = new Promise<Answer>((resolve) => raws.push(resolve));
      socket.send(text);
      return answered;
    },
    notify: (method, params) => socket.send(JSON.stringify({ jsonrpc: "2.0", method, params })),
    next(name, fits = () => true) {
      return new Promise((resolve) => {
        const listener = ({ method, params }: { method: string; params: unknown }): void => {
          if (method !== name || !fits(params as never)) return;
          listeners.delete(listener);
          resolve(params as never);
        };
        listeners.add(listener);
      });
    },
  };
}

interface Answer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: RpcError;
}
