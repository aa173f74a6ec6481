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
  readonly took: (nth: number) => void;
}): void {
  const servers = new Map<string, Taking>();
  /** A connection may come just before the server knows that it listens, or after it has closed and before the next one does. */
  const early = new Map<string, Set<Socket>>();
  const keep = (id: string, socket: Socket): void => {
    const waiting = early.get(id) ?? new Set();
    early.set(id, waiting.add(socket));
    socket.once("close", () => waiting.delete(socket));
    const limit = setTimeout(() => waiting.delete(socket) && socket.destroy(), patience);
    limit.unref();
  };
  process.on(
    "message",
    (message: { readonly method?: unknown; readonly params?: { readonly id?: unknown; readonly nth?: unknown } }, socket: unknown) => {
      if (message.method !== connectionMethod || socket === undefined) return;
      parent.took(Number(message.params?.nth));
      const id = String(message.params?.id);
      const server = servers.get(id);
      if (server === undefined) keep(id, socket as Socket);
      else server.take(socket as Socket);
    },
  );
  listenBy(async (server, { port, host }): Promise<Listener> => {
    const opened = await parent.ask(port, host);
    if ("error" in opened) throw Object.assign(new Error(opened.error), { code: "EADDRINUSE" });
    const taking = new Taking(server);
    servers.set(opened.id, taking);
    for (const socket of early.get(opened.id) ?? []) taking.take(socket);
    early.delete(opened.id);
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

  /** Waits for connections to end; those that nobody uses for a while are ended. Not at once: a request may be on its way. */
  async end(): Promise<void> {
    const begin = performance.now();
    while (this.#open.size > 0) {
      if (performance.now() - begin > idleFor) this.#server.closeIdleConnections?.();
      await new Promise((resolve) => setTimeout(resolve, lookEvery));
    }
  }
}

/** Milliseconds. */
const lookEvery = 20;
const idleFor = 1000;
const patience = 30_000;
