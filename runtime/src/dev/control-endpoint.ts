/**
 * The control endpoint: JSON-RPC over WebSockets on loopback. It lets in who knows the token and is no web page, checks what it is asked,
 * and hands on. It knows nothing of upgrades or processes.
 */
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { ErrorData, Notifications, Requests } from "../protocol.ts";
import { quoted, refuseClient, whyRefused } from "./admit-client.ts";
import { BadParams, checkParams } from "./check-params.ts";
import { DevError } from "./dev-error.ts";
import { type MessageChannel, type RpcError, openChannel, rpcCodes } from "./message-channel.ts";
import { createRefusalLog } from "./refusal-log.ts";

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

/** Clients that are connected at a time. */
export const maxClients = 64;

/** Connections that have not said yet what they want; of more, the oldest ones are cut off. */
export const maxStrangers = 64;

export async function openControlEndpoint(options: {
  readonly token: string;
  readonly handlers: Handlers;
  readonly onLog: (level: "info" | "warning", text: string) => void;
}): Promise<ControlEndpoint> {
  const { token, handlers, onLog } = options;
  const refusals = createRefusalLog((text) => onLog("warning", text));
  const refused = (why: string): void => refusals.add(`refused a connection to the control endpoint: ${why}`);
  const channels = new Set<MessageChannel>();
  const strangers = new Set<Socket>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageSize, perMessageDeflate: false });
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 }, (request, response) => {
    refused(`it is a plain HTTP request, ${quoted(`${request.method} ${request.url}`)}`);
    response.writeHead(426, { "content-type": "text/plain", connection: "close" });
    response.end("This is the control endpoint of an Instar runtime. It speaks JSON-RPC over a WebSocket; see docs/protocol.md.\n");
  });
  server.on("connection", (socket) => {
    strangers.add(socket);
    socket.once("close", () => strangers.delete(socket));
    const [oldest] = strangers;
    if (strangers.size <= maxStrangers || oldest === undefined) return;
    refused(`it has said nothing while ${maxStrangers} others came`);
    strangers.delete(oldest);
    oldest.destroy();
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // A client may go away at any moment; that refuses nobody.
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else {
      refused(`it does not speak HTTP, or not in time (${error.code ?? error.message})`);
      refuseClient(socket, 400);
    }
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {});
    const refusal =
      whyRefused(request, token) ??
      (sockets.clients.size < maxClients ? null : ({ status: 503, why: `there are ${maxClients} clients already` } as const));
    if (refusal !== null) {
      refused(refusal.why);
      refuseClient(socket, refusal.status);
      return;
    }
    strangers.delete(request.socket);
    sockets.handleUpgrade(request, socket, head, serveClient);
  });
  sockets.on("wsClientError", (error, socket) => {
    refused(`it is no WebSocket handshake: ${error.message}`);
    refuseClient(socket, 400);
  });

  function serveClient(socket: WebSocket): void {
    const onRefused = (why: string): void => refusals.add(`refused a message to the control endpoint: ${why}`);
    const channel = openChannel(socket, {
      answer: (method, params, signal) => dispatch(handlers, method, params, signal),
      toError(error) {
        const answer = toRpcError(error);
        if (answer.code !== rpcCodes.refused) onRefused(answer.message);
        return answer;
      },
      onRefused,
    });
    channels.add(channel);
    // What is too long, or no UTF-8, ends in an error, after which the library closes the connection.
    socket.on("error", (error) => onRefused(error.message));
    socket.once("close", () => channels.delete(channel));
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, exclusive: true }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    notify(name, params) {
      for (const channel of channels) channel.notify(name, params);
    },
    unref: () => void server.unref(),
    async close() {
      refusals.flush();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of strangers) socket.destroy();
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
  if (!isMethod(method)) throw new UnknownMethod(`there is no method ${quoted(method)}`);
  if (Array.isArray(params)) throw new BadParams("parameters are given by name, in an object");
  const checked = checkParams[method]((params ?? {}) as Record<string, unknown>);
  const handler = handlers[method] as (params: unknown, signal: AbortSignal) => unknown;
  return await handler(checked, signal);
}

function isMethod(method: string): method is keyof Requests {
  return Object.hasOwn(checkParams, method);
}

class UnknownMethod extends Error {}

function toRpcError(error: unknown): RpcError {
  if (error instanceof UnknownMethod) return { code: rpcCodes.methodNotFound, message: `${error.message}; see docs/protocol.md.` };
  if (error instanceof BadParams) return { code: rpcCodes.invalidParams, message: `${error.message}; see docs/protocol.md.` };
  if (error instanceof DevError) {
    const data: ErrorData = { code: error.code, module: error.module, place: error.place };
    return { code: rpcCodes.refused, message: error.message, data };
  }
  return { code: rpcCodes.internalError, message: error instanceof Error ? error.message : String(error) };
}
