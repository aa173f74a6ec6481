/**
 * `takeConnections`: the application's end of the ports that the parent holds. A connection that the parent has accepted comes over Node's
 * own channel between the two processes, and goes to the server as if that had accepted it itself.
 */
import type { Socket } from "node:net";
import { listenBy, type ListeningServer, type Listener } from "../listen.ts";
import { connectionMethod, type ParentRequests } from "./child-protocol.ts";

export function takeConnections(parent: {
  readonly ask: (port: number, host: string) => Promise<ParentRequests["listen"]["result"]>;
  readonly closed: (id: string) => void;
}): void {
  const servers = new Map<string, Taking>();
  process.on("message", (message: { readonly method?: unknown; readonly params?: { readonly id?: unknown } }, socket: unknown) => {
    if (message.method !== connectionMethod || socket === undefined) return;
    const server = servers.get(String(message.params?.id));
    // It was closed while the connection was on its way: who asks again reaches the next one.
    if (server === undefined) (socket as Socket).destroy();
    else server.take(socket as Socket);
  });
  listenBy(async (server, { port, host }): Promise<Listener> => {
    const opened = await parent.ask(port, host);
    if ("error" in opened) throw Object.assign(new Error(opened.error), { code: "EADDRINUSE" });
    const taking = new Taking(server);
    servers.set(opened.id, taking);
    return {
      port: opened.port,
      async close() {
        if (servers.get(opened.id) !== taking) return;
        servers.delete(opened.id);
        parent.closed(opened.id);
        await taking.end();
      },
    };
  });
}

class Taking {
  readonly #server: ListeningServer;
  readonly #open = new Set<Socket>();

  constructor(server: ListeningServer) {
    this.#server = server;
  }

  take(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    this.#server.emit("connection", socket);
    socket.resume();
  }

  /** Connections that nobody uses are ended; for the others it waits. */
  async end(): Promise<void> {
    while (this.#open.size > 0) {
      this.#server.closeIdleConnections?.();
      await new Promise((resolve) => setTimeout(resolve, lookEvery));
    }
  }
}

/** Milliseconds. */
const lookEvery = 20;
