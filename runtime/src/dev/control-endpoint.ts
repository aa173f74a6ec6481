/**
 * The control endpoint: JSON-RPC over WebSockets on loopback. It lets in who knows the token and is no web page, checks what it is asked,
 * and hands on. It knows nothing of upgrades or processes.
 */
import { timingSafeEqual, createHash } from "node:crypto";
import { type IncomingMessage, STATUS_CODES, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { ErrorCodes, type MessageConnection, ResponseError, createMessageConnection } from "vscode-jsonrpc/node";
import { type WebSocket, WebSocketServer } from "ws";
import type { ErrorData, Notifications, Requests } from "../protocol.ts";
import { withSignal } from "./abort-signal.ts";
import { BadParams, checkParams } from "./check-params.ts";
import { DevError } from "./dev-error.ts";
import { SocketReader, SocketWriter } from "./socket-transport.ts";

/** An endpoint's answers. `signal` aborts when the client cancels the request or goes away. */
export type Handlers = {
  readonly [M in keyof Requests]: (
    params: Requests[M]["params"],
    signal: AbortSignal,
  ) => Requests[M]["result"] | Promise<Requests[M]["result"]>;
};

export interface ControlEndpoint {
  readonly port: number;
  notify<N extends keyof Notifications>(name: N, params: Notifications[N]): void;
  /** From now on it does not keep this process from ending. */
  unref(): void;
  close(): Promise<void>;
}

/** Bytes that one message may have. */
export const maxMessageSize = 4 * 1024 * 1024;

/** JSON-RPC's range for a server's own errors; `data.code` has the stable code. */
export const instarErrorCode = -32000;

export async function openControlEndpoint(options: {
  readonly token: string;
  readonly handlers: Handlers;
  readonly onLog: (level: "info" | "warning", text: string) => void;
}): Promise<ControlEndpoint> {
  const { token, handlers, onLog } = options;
  const connections = new Set<MessageConnection>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageSize, perMessageDeflate: false });
  const server = createServer((_, response) => {
    response.writeHead(426, { "content-type": "text/plain", connection: "close" });
    response.end("This is the control endpoint of an Instar runtime. It speaks JSON-RPC over a WebSocket; see docs/protocol.md.\n");
  });
  server.on("upgrade", (request, socket, head) => {
    // A client may go away at any moment.
    socket.on("error", () => {});
    const refusal = whyRefused(request, token);
    if (refusal !== null) {
      onLog("warning", `refused a connection to the control endpoint: ${refusal.why}`);
      refuse(socket, refusal.status);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => serveClient(webSocket));
  });

  function serveClient(socket: WebSocket): void {
    const gone = new AbortController();
    const refused = (why: string): void => onLog("warning", `refused a message to the control endpoint: ${why}`);
    const connection = createMessageConnection(new SocketReader(socket, refused), new SocketWriter(socket));
    connections.add(connection);
    socket.on("error", (error) => refused(error.message));
    socket.once("close", () => {
      gone.abort();
      connections.delete(connection);
      connection.dispose();
    });
    connection.onError(() => {});
    connection.onRequest(async (method, params, token) => {
      try {
        return await withSignal(token, (signal) => dispatch(handlers, method, params, AbortSignal.any([signal, gone.signal])));
      } catch (error) {
        return toResponseError(error);
      }
    });
    // What is sent without an id wants no answer, and there is nothing to be told.
    connection.onNotification(() => {});
    connection.listen();
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, exclusive: true }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    notify(name, params) {
      for (const connection of connections) connection.sendNotification(name, params).catch(() => {});
    },
    unref: () => void server.unref(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets.clients) socket.close(1001, "the runtime has stopped");
      // Who does not answer the closing handshake is cut off.
      const timer = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, 500);
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}

async function dispatch(handlers: Handlers, method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
  if (!isMethod(method)) throw new ResponseError(ErrorCodes.MethodNotFound, `there is no method "${method}"; see docs/protocol.md.`);
  if (Array.isArray(params)) throw new BadParams("parameters are given by name, in an object");
  const checked = checkParams[method]((params ?? {}) as Record<string, unknown>);
  const handler = handlers[method] as (params: unknown, signal: AbortSignal) => unknown;
  return await handler(checked, signal);
}

function isMethod(method: string): method is keyof Requests {
  return Object.hasOwn(checkParams, method);
}

function toResponseError(error: unknown): ResponseError<unknown> {
  if (error instanceof ResponseError) return error;
  if (error instanceof BadParams) return new ResponseError(ErrorCodes.InvalidParams, `${error.message}; see docs/protocol.md.`);
  if (error instanceof DevError) {
    return new ResponseError<ErrorData>(instarErrorCode, error.message, { code: error.code, module: error.module, place: error.place });
  }
  return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
}

interface Refusal {
  readonly status: 401 | 403;
  readonly why: string;
}

/** Pages of the web reach loopback as well, by its address or by a name that resolves to it; so they are kept out before the token counts. */
function whyRefused({ headers, socket }: IncomingMessage, token: string): Refusal | null {
  const { host = "", origin, authorization = "" } = headers;
  if (origin !== undefined) return { status: 403, why: `it has the Origin ${JSON.stringify(origin)}, and only web pages send one` };
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (!["127.0.0.1", "localhost", "[::1]"].includes(name)) {
    return { status: 403, why: `it asks for the host ${JSON.stringify(host)}, which is not this machine's loopback` };
  }
  const given = /^Bearer (.+)$/i.exec(authorization)?.[1];
  if (given === undefined) return { status: 401, why: `it has no token (from port ${socket.remotePort})` };
  if (!timingSafeEqual(digest(given), digest(token))) return { status: 401, why: `it has a wrong token (from port ${socket.remotePort})` };
  return null;
}

/** Digests have one length, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function refuse(socket: Duplex, status: Refusal["status"]): void {
  const challenge = status === 401 ? "WWW-Authenticate: Bearer\r\n" : "";
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}
