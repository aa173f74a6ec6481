/**
 * `listen`: how an actor opens a server's port so that it stays open while the system moves to another program. Under the dev runtime the
 * port belongs to the parent, which hands each connection to whoever serves; elsewhere it is the server's own.
 */

/** What is needed of a server of `node:net`, `node:http` or `node:https`. */
export interface ListeningServer {
  listen(port: number, host: string, done: () => void): unknown;
  close(done: (error?: Error) => void): unknown;
  address(): unknown;
  once(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  emit(event: "connection", socket: unknown): unknown;
  closeIdleConnections?(): void;
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
 * connections that come meanwhile wait, and the next process that listens there gets them.
 */
export function listen(server: ListeningServer, { port, host = "127.0.0.1" }: ListenOptions): Promise<Listener> {
  return provider(server, { port, host });
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
