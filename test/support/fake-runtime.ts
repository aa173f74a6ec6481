/**
 * A dev runtime that is only its control endpoint: it checks the token, answers each method with what the test says, and writes a run file.
 * It stands in where a test needs an answer that a real system gives rarely, such as a connection lost in the middle of an upgrade.
 */
import { createServer } from "node:http";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { WebSocketServer, type WebSocket } from "ws";
import { type Requests, type RunFile, type RuntimeInfo, protocolVersion } from "../../runtime/src/protocol.ts";

export interface FakeRuntime {
  readonly run: RunFile;
  readonly runFile: string;
  /** Every request in order, without `runtime/info`. Cancellations appear as `$/cancelRequest`. */
  readonly requests: { readonly method: string; readonly params: unknown }[];
  /** Resolves when this method has been asked for, so often. */
  asked(method: string, times?: number): Promise<void>;
  notify(method: string, params: unknown): void;
  drop(): void;
}

/** Answers by method: a result, or a function of the request. A thrown error becomes a JSON-RPC error; undefined means no answer yet. */
export type Answers = Partial<{
  [M in keyof Requests]: (params: Requests[M]["params"], reply: (result: Requests[M]["result"]) => void) => void;
}> & {
  readonly onCancel?: (reply: (result: unknown) => void, fail: (code: number, message: string) => void) => void;
};

export interface FakeRuntimeOptions {
  readonly root: string;
  readonly name?: string;
  readonly info?: Partial<RuntimeInfo>;
  readonly run?: Partial<Record<keyof RunFile, unknown>>;
}

export async function fakeRuntime(test: TestContext, options: FakeRuntimeOptions, answers: Answers = {}): Promise<FakeRuntime> {
  const name = options.name ?? "dev";
  const token = "the-token-of-the-fake-runtime";
  const requests: { method: string; params: unknown }[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<WebSocket>();
  const server = createServer((_, response) => response.writeHead(426).end());
  const endpoint = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (request.headers.authorization !== `Bearer ${token}`) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    endpoint.handleUpgrade(request, socket, head, serve);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  test.after(() => {
    for (const socket of sockets) socket.terminate();
    server.close();
  });

  const run: RunFile = {
    version: protocolVersion,
    name,
    root: options.root,
    entry: join(options.root, "src/app.ts"),
    pid: process.pid,
    port,
    token,
    startedAt: "2026-01-01T00:00:00.000Z",
  };
  const info: RuntimeInfo = {
    protocol: protocolVersion,
    name,
    root: options.root,
    entry: run.entry,
    status: "running",
    pid: process.pid,
    applicationPid: process.pid,
    node: process.version,
    stuck: null,
    ...options.info,
  };
  const runFile = join(options.root, `.instar/run/${name}.json`);
  mkdirSync(join(options.root, ".instar/run"), { recursive: true });
  writeFileSync(runFile, JSON.stringify({ ...run, ...options.run }), { mode: 0o600 });

  function serve(socket: WebSocket): void {
    sockets.add(socket);
    const open = new Map<unknown, string>();
    socket.on("message", (data: Buffer) => {
      const { id, method, params } = JSON.parse(data.toString("utf8")) as { id?: number; method: string; params: never };
      const send = (message: object): void => socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
      if (method === "runtime/info") return send({ id, result: info });
      requests.push({ method, params });
      for (const look of waiting) look();
      if (method === "$/cancelRequest") {
        const canceled = (params as { id: number }).id;
        answers.onCancel?.(
          (result) => send({ id: canceled, result }),
          (code, message) => send({ id: canceled, error: { code, message } }),
        );
        return;
      }
      open.set(id, method);
      const answer = answers[method as keyof Requests];
      if (answer === undefined) return send({ id, error: { code: -32601, message: `Unhandled method ${method}` } });
      try {
        answer(params, (result: unknown) => send({ id, result }));
      } catch (error) {
        send({ id, error: { code: -32000, message: (error as Error).message } });
      }
    });
  }

  return {
    run,
    runFile,
    requests,
    asked: (method, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (requests.filter((request) => request.method === method).length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    notify(method, params) {
      for (const socket of sockets) socket.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
    },
    drop() {
      for (const socket of sockets) socket.terminate();
    },
  };
}
