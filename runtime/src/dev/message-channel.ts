/**
 * JSON-RPC over one WebSocket, the runtime's end: one message in each text frame. Nothing that a client sends or leaves undone harms others:
 * what is no message is answered as the specification asks, and what waits for one client, in either direction, has an end.
 */
import type { RawData, WebSocket } from "ws";

export interface MessageChannel {
  notify(method: string, params: object): void;
}

export interface ChannelOptions {
  /** Answers a request; what it throws is answered by `toError`. `signal` aborts when the client cancels the request or goes away. */
  readonly answer: (method: string, params: unknown, signal: AbortSignal) => Promise<unknown>;
  readonly toError: (error: unknown) => RpcError;
  readonly onRefused: (why: string) => void;
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Of JSON-RPC's range for a server's own errors; `data.code` has the stable code. */
  refused: -32000,
} as const;

/** So many requests of one client may be unanswered at a time. */
export const maxRequests = 1000;

/** So many bytes may wait for a client that does not read, beside the message that was written last. */
export const maxWaiting = 64 * 1024 * 1024;

export function openChannel(socket: WebSocket, { answer, toError, onRefused }: ChannelOptions): MessageChannel {
  const underWay = new Map<string | number, AbortController>();

  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (socket.readyState !== socket.OPEN) return;
    if (isBinary) {
      onRefused("a binary frame");
      socket.close(1003, "one JSON-RPC message in each text frame");
      return;
    }
    const value = parse(data);
    if (value === undefined) return refuse(rpcCodes.parseError, "a frame that is not JSON");
    if (!isMessage(value)) return refuse(rpcCodes.invalidRequest, "a frame that is not one JSON-RPC 2.0 message");
    receive(value);
  });
  socket.once("close", () => {
    for (const abort of underWay.values()) abort.abort();
  });

  function receive({ id, method, params }: Message): void {
    // The runtime asks nothing, so there is nothing to be answered.
    if (method === undefined) return;
    if (id !== undefined) {
      if (underWay.has(id)) refuse(rpcCodes.invalidRequest, "a request with the id of one that is not answered yet");
      else if (underWay.size >= maxRequests)
        refuse(rpcCodes.invalidRequest, `a request while ${maxRequests} of the client's are not answered yet`, id);
      else void serve(id, method, params);
    } else if (method === "$/cancelRequest") {
      const { id: canceled } = (params ?? {}) as { id?: unknown };
      if (isId(canceled)) underWay.get(canceled)?.abort();
      else refuse(rpcCodes.invalidRequest, "a cancelation that names no request");
    }
    // What else is sent without an id wants no answer, and there is nothing to be told.
  }

  async function serve(id: string | number, method: string, params: unknown): Promise<void> {
    const abort = new AbortController();
    underWay.set(id, abort);
    try {
      const text = JSON.stringify({ jsonrpc: "2.0", id, result: (await answer(method, params, abort.signal)) ?? null });
      write(text);
    } catch (error) {
      write(JSON.stringify({ jsonrpc: "2.0", id, error: toError(error) }));
    } finally {
      underWay.delete(id);
    }
  }

  function refuse(code: number, why: string, id: string | number | null = null): void {
    onRefused(why);
    write(JSON.stringify({ jsonrpc: "2.0", id, error: { code, message: `this runtime received ${why}; see docs/protocol.md.` } }));
  }

  /** Never throws or waits: a client that has gone away or does not read is no concern of who writes to it. */
  function write(text: string): void {
    if (socket.readyState !== socket.OPEN) return;
    const waiting = socket.bufferedAmount;
    if (waiting > maxWaiting) {
      // First, since the log goes to clients as well.
      socket.terminate();
      onRefused(`nothing more: it does not read, and ${Math.round(waiting / 1024 / 1024)} MiB wait for it, so it is cut off`);
      return;
    }
    socket.send(text, () => {});
  }

  return { notify: (method, params) => write(JSON.stringify({ jsonrpc: "2.0", method, params })) };
}

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: object;
}

function parse(data: RawData): unknown {
  try {
    // ws gives text frames as one buffer unless asked otherwise.
    return JSON.parse((data as Buffer).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { jsonrpc, id, method, params } = value as { jsonrpc?: unknown; id?: unknown; method?: unknown; params?: unknown };
  if (jsonrpc !== "2.0") return false;
  if (params !== undefined && (typeof params !== "object" || params === null)) return false;
  if (method === undefined) return Object.hasOwn(value, "result") || Object.hasOwn(value, "error");
  return typeof method === "string" && (id === undefined || isId(id));
}

function isId(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
