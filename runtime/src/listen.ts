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
 * connections that come meanwhile wait, and the next process that listens there gets them. Where it was opened by a process, in `init` or
 * in a handler, it is closed with the end of that at the latest, also where that is killed.
 */
export async function listen(server: ListeningServer, { port, host = "127.0.0.1" }: ListenOptions): Promise<Listener> {
  const owner = currentFlight()?.process ?? null;
  const listener = await provider(server, { port, host });
  if (owner?.phase === "exited") void listener.close();
  else if (owner !== null) opened.set(owner, [...(opened.get(owner) ?? []), listener]);
  return listener;
}

/** What processes that live have opened; most have nothing. */
const opened = new Map<Process, readonly Listener[]>();

/** The process has ended. Before anybody knows it, since whoever is started in its place would find its ports taken. */
export function closePorts(process: Process): void {
  if (opened.size === 0) return;
  for (const listener of opened.get(process) ?? []) void listener.close();
  opened.delete(process);
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
