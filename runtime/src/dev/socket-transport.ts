/** JSON-RPC over a WebSocket: one message in each text frame. What is no message is answered as the specification asks, and harms nobody. */
import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Disposable, type Message } from "vscode-jsonrpc/node";
import type { RawData, WebSocket } from "ws";

export class SocketReader extends AbstractMessageReader {
  readonly #socket: WebSocket;
  readonly #onRefused: (why: string) => void;

  constructor(socket: WebSocket, onRefused: (why: string) => void) {
    super();
    this.#socket = socket;
    this.#onRefused = onRefused;
    socket.once("close", () => this.fireClose());
  }

  override listen(callback: DataCallback): Disposable {
    const receive = (data: RawData, isBinary: boolean): void => {
      if (isBinary) {
        this.#onRefused("a binary frame");
        this.#socket.close(1003, "one JSON-RPC message in each text frame");
        return;
      }
      const message = parse(data);
      if (message === undefined) this.#answer(-32700, "a frame that is not JSON");
      else if (!isMessage(message)) this.#answer(-32600, "a frame that is not one JSON-RPC 2.0 message");
      else this.#handOn(message, callback);
    };
    this.#socket.on("message", receive);
    return { dispose: () => void this.#socket.off("message", receive) };
  }

  /** The library reads some notifications before it checks them, for example `$/cancelRequest`; what it throws must not end the runtime. */
  #handOn(message: Message, callback: DataCallback): void {
    try {
      callback(message);
    } catch {
      this.#answer(-32600, "a message that lacks what its method needs");
    }
  }

  #answer(code: number, why: string): void {
    this.#onRefused(why);
    const error = { code, message: `this runtime received ${why}; see docs/protocol.md.` };
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
  }
}

export class SocketWriter extends AbstractMessageWriter {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.once("close", () => this.fireClose());
  }

  /** Never rejects: a client that has gone away is no concern of who answers it. */
  write(message: Message): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.readyState !== this.#socket.OPEN) resolve();
      else this.#socket.send(JSON.stringify(message), () => resolve());
    });
  }

  end(): void {}
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
  if (id !== undefined && id !== null && typeof id !== "string" && typeof id !== "number") return false;
  if (params !== undefined && (typeof params !== "object" || params === null)) return false;
  return typeof method === "string" || "result" in value || "error" in value;
}
