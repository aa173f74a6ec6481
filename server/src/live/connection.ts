/** A typed connection to one dev runtime: JSON-RPC over a WebSocket on loopback, one message a frame, opened with the token of the run file. */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  CancellationTokenSource,
  type DataCallback,
  type Disposable,
  type Message,
  ResponseError,
  createMessageConnection,
} from "vscode-jsonrpc/node";
import { WebSocket } from "ws";
import { type Notifications, type Requests, type RunFile, type RuntimeInfo, protocolVersion } from "../../../runtime/src/protocol.ts";

export interface RuntimeConnection {
  /** As the runtime said when the connection was made. */
  readonly info: RuntimeInfo;
  /**
   * Asks the runtime. Aborting asks it to cancel and still waits for its answer, because only it knows whether it was too late.
   * @throws RuntimeUnreachable where the connection ends before the answer; RuntimeRefused where the runtime answers with an error.
   */
  request<M extends keyof Requests>(
    method: M,
    params: Requests[M]["params"],
    options?: { readonly signal?: AbortSignal },
  ): Promise<Requests[M]["result"]>;
  on<N extends keyof Notifications>(method: N, listener: (params: Notifications[N]) => void): Disposable;
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  close(): void;
}

/** The runtime cannot be talked to. The message says why and what to do. */
export class RuntimeUnreachable extends Error {
  readonly code:
    | "INSTAR_RUNTIME_GONE"
    | "INSTAR_RUNTIME_UNRESPONSIVE"
    | "INSTAR_WRONG_TOKEN"
    | "INSTAR_PROTOCOL_VERSION"
    | "INSTAR_OTHER_PROJECT"
    | "INSTAR_CONNECTION_LOST";

  constructor(code: RuntimeUnreachable["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The runtime answered a request with an error. */
export class RuntimeRefused extends Error {
  /** JSON-RPC's number, and the runtime's own stable code where it gave one. */
  readonly rpc: number;
  readonly code: string | null;

  constructor(error: ResponseError<unknown>) {
    super(error.message);
    this.rpc = error.code;
    const data = error.data as { code?: unknown } | null | undefined;
    this.code = typeof data?.code === "string" ? data.code : null;
  }
}

export interface ConnectOptions {
  /** Milliseconds in which the runtime must take the connection, and again in which it must say who it is. Default 10000. */
  readonly timeout?: number;
}

export async function connectRuntime(run: RunFile, options: ConnectOptions = {}): Promise<RuntimeConnection> {
  const timeout = options.timeout ?? 10_000;
  const socket = await openSocket(run, timeout);
  const rpc = createMessageConnection(new SocketReader(socket), new SocketWriter(socket));
  /** Of requests that are not answered. They do not wait for `closed` itself, which would keep each of them, and its answer, for as long as it is open. */
  const waiting = new Set<(error: Error) => void>();
  let isClosed = false;
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(() => {
    isClosed = true;
    for (const lose of waiting) lose(connectionLost(run));
  });
  // Whatever goes wrong on the socket ends in "close"; requests in flight are told there.
  rpc.onError(() => {});
  rpc.listen();

  const request: RuntimeConnection["request"] = async (method, params, { signal } = {}) => {
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    const { promise: lost, reject: lose } = withReject();
    if (isClosed) lose(connectionLost(run));
    else waiting.add(lose);
    try {
      return await Promise.race([rpc.sendRequest<Requests[typeof method]["result"]>(method, params, cancellation.token), lost]);
    } catch (error) {
      if (error instanceof ResponseError) throw new RuntimeRefused(error);
      if (error instanceof RuntimeUnreachable) throw error;
      // The socket went away while sending.
      return await lost;
    } finally {
      waiting.delete(lose);
      signal?.removeEventListener("abort", cancel);
      cancellation.dispose();
    }
  };

  try {
    const info = await within(timeout, request("runtime/info", {}), () => silent(run, timeout));
    if (info.protocol !== protocolVersion) {
      throw new RuntimeUnreachable(
        "INSTAR_PROTOCOL_VERSION",
        `The runtime ${run.name} speaks version ${info.protocol} of the dev runtime protocol, this program version ${protocolVersion}. ` +
          "Install the same version of instar and instar-language-server, and start the runtime again.",
      );
    }
    if (info.root !== run.root || info.name !== run.name) {
      throw new RuntimeUnreachable(
        "INSTAR_OTHER_PROJECT",
        `What listens on port ${run.port} is the runtime ${info.name} of ${info.root}, not ${run.name} of ${run.root}. ` +
          "Delete the run file and start the runtime again.",
      );
    }
    return {
      info,
      request,
      on: (method, listener) => rpc.onNotification(method, listener as (params: unknown) => void),
      closed,
      close() {
        rpc.dispose();
        socket.close();
      },
    };
  } catch (error) {
    rpc.dispose();
    socket.terminate();
    throw error;
  }
}

function connectionLost(run: RunFile): RuntimeUnreachable {
  return new RuntimeUnreachable(
    "INSTAR_CONNECTION_LOST",
    `The connection to the runtime ${run.name} ended before it answered. It may have stopped; see with: instar ps`,
  );
}

function withReject(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, refuse) => (reject = refuse));
  // Whether anybody still waits for it is another matter.
  promise.catch(() => {});
  return { promise, reject };
}

async function openSocket(run: RunFile, timeout: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${run.port}`, {
    headers: { authorization: `Bearer ${run.token}` },
    // The reports of large systems are long; still there is an end to what one message may be.
    maxPayload: 64 * 1024 * 1024,
    perMessageDeflate: false,
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("unexpected-response", (request, response) => {
      request.destroy();
      const refused = response.statusCode === 401 || response.statusCode === 403;
      reject(refused ? wrongToken(run) : gone(run, `what listens on port ${run.port} answers with HTTP ${response.statusCode}`));
    });
    socket.once("close", (code) => reject(code === 4401 || code === 1008 ? wrongToken(run) : gone(run, "it closed the connection")));
    socket.on("error", (error) => reject(gone(run, error.message)));
  });
  try {
    await within(timeout, opened, () => silent(run, timeout));
    return socket;
  } catch (error) {
    socket.terminate();
    throw error;
  }
}

function wrongToken(run: RunFile): RuntimeUnreachable {
  return new RuntimeUnreachable(
    "INSTAR_WRONG_TOKEN",
    `What listens on port ${run.port} does not accept the token in the run file of ${run.name}. The file is not the one that the runtime ` +
      "wrote: stop the runtime, delete the file, and start it again.",
  );
}

function silent(run: RunFile, timeout: number): RuntimeUnreachable {
  return new RuntimeUnreachable(
    "INSTAR_RUNTIME_UNRESPONSIVE",
    `The runtime ${run.name} is there and did not answer within ${timeout / 1000} s: this machine is very busy, or something has paused the ` +
      `process ${run.pid}. Try again; if it stays so, end that process and start it again with: instar dev ${run.entry}`,
  );
}

function gone(run: RunFile, why: string): RuntimeUnreachable {
  return new RuntimeUnreachable(
    "INSTAR_RUNTIME_GONE",
    `The runtime ${run.name} cannot be reached: ${why}. Start it again with: instar dev ${run.entry}`,
  );
}

async function within<T>(milliseconds: number, promise: Promise<T>, error: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

class SocketReader extends AbstractMessageReader {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }

  listen(callback: DataCallback): Disposable {
    const onMessage = (data: Buffer | ArrayBuffer | Buffer[]): void => {
      let message: Message;
      try {
        // Unless told otherwise, ws hands over one buffer, for text and binary frames alike.
        message = JSON.parse((data as Buffer).toString("utf8")) as Message;
      } catch {
        // Not JSON: whoever speaks there is no runtime, and the connection is of no use.
        this.#socket.terminate();
        return;
      }
      callback(message);
    };
    const onClose = (): void => this.fireClose();
    this.#socket.on("message", onMessage);
    this.#socket.once("close", onClose);
    return {
      dispose: () => {
        this.#socket.off("message", onMessage);
        this.#socket.off("close", onClose);
      },
    };
  }
}

class SocketWriter extends AbstractMessageWriter {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }

  write(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  end(): void {
    this.#socket.close();
  }
}
