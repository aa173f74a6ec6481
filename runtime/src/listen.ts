/**
 * `listen`: how an actor opens a server's port so that it stays open while the system moves to another program. Under the dev runtime the
 * port belongs to the parent, which hands each connection to whoever serves; elsewhere it is the server's own.
 */

import { currentFlight } from "./flight.ts";
import type { Process } from "./process.ts";

/** What is needed of a server of `node:net`, `node:http` or `node:https`. */
export interface ListeningServer {
  listen(port: number, host: string, done: () => void): unknown;
  close(done: (error?: Error) => void): unknown;
  address(): unknown;
  once(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  on(event: "connection", listener: (socket: OpenConnection) => void): unknown;
  emit(event: "connection", socket: unknown): unknown;
  closeIdleConnections?(): void;
}

export interface OpenConnection {
  once(event: "close", listener: () => void): unknown;
  destroy(): unknown;
}

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

export interface Listener {
  readonly port: number;
  /** Takes no more connections; resolves when those that there are have ended. */
  close(): Promise<void>;
}

export type Listen = (server: ListeningServer, where: Required<ListenOptions>) => Promise<Listener>;

/**
 * Opens the port of a server. Where the process is replaced, at a restart or by a move to another program, close the result in `terminate`:
 * connections that come meanwhile wait, and the next process that listens there gets them. A process that opened it in `init` or in a
 * handler, and ends without having closed it, since it was killed, takes the port and its connections along.
 */
export async function listen(server: ListeningServer, { port, host = "127.0.0.1" }: ListenOptions): Promise<Listener> {
  const owner = currentFlight()?.process ?? null;
  if (owner === null) return provider(server, { port, host });
  const connections = new Set<OpenConnection>();
  server.on("connection", (connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  const listener = await provider(server, { port, host });
  const abandon = (): void => {
    void listener.close();
    for (const connection of connections) connection.destroy();
  };
  if (owner.phase === "exited") abandon();
  else abandoned.set(owner, [...(abandoned.get(owner) ?? []), abandon]);
  return {
    port: listener.port,
    close() {
      const others = (abandoned.get(owner) ?? []).filter((each) => each !== abandon);
      if (others.length === 0) abandoned.delete(owner);
      else abandoned.set(owner, others);
      return listener.close();
    },
  };
}

/** What becomes of the ports of processes that live, if they do not close them; most have none. */
const abandoned = new Map<Process, readonly (() => void)[]>();

/** The process has ended. Before anybody knows it, since whoever is started in its place would find its ports taken. */
export function closePorts(process: Process): void {
  if (abandoned.size === 0) return;
  const each = abandoned.get(process);
  abandoned.delete(process);
  for (const abandon of each ?? []) abandon();
}

/** From now on `listen` is done so. */
export function listenBy(listenThere: Listen): void {
  provider = listenThere;
}

let provider: Listen = async (server, { port, host }) => {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port: own } = server.address() as { readonly port: number };
  return {
    port: own,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
};
