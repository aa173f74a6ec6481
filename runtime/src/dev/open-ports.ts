/**
 * `createOpenPorts`: the ports that the parent holds for the application. A connection is handed to whoever listens there, the one that came
 * last; while nobody does, because the one is gone and the next is not there yet, connections wait.
 */
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { ParentRequests } from "./child-protocol.ts";

/** Who serves connections. */
export interface Taker {
  /** @param back called where it ends before it has got it @returns whether it could be handed over */
  give(id: string, socket: Socket, back: () => void): boolean;
}

export interface OpenPorts {
  listen(taker: Taker, port: number, host: string): Promise<ParentRequests["listen"]["result"]>;
  unlisten(taker: Taker, id: string): void;
  /** It is gone. */
  forget(taker: Taker): void;
  /** From now on connections wait, or are served again. */
  hold(on: boolean): void;
  /** Which ports it serves; another one that does as much can take its place. */
  idsOf(taker: Taker): readonly string[];
  close(): void;
}

interface Port {
  readonly server: Server;
  readonly number: number;
  /** The last one serves. */
  readonly takers: Taker[];
  readonly waiting: Set<Socket>;
  abandoned: NodeJS.Timeout | null;
}

/** @param patience How long a port stays open on which nobody serves, in milliseconds. */
export function createOpenPorts(patience = 30_000): OpenPorts {
  const ports = new Map<string, Port>();
  let held = false;

  const serve = (id: string, port: Port): void => {
    if (held) return;
    for (const socket of port.waiting) {
      port.waiting.delete(socket);
      const back = (): void => wait(id, port, socket);
      const given = port.takers.toReversed().some((taker) => taker.give(id, socket, back));
      if (given) continue;
      port.waiting.add(socket);
      return;
    }
  };
  const accept = (id: string, port: Port, socket: Socket): void => {
    socket.on("error", () => {});
    socket.once("close", () => port.waiting.delete(socket));
    wait(id, port, socket);
  };
  const wait = (id: string, port: Port, socket: Socket): void => {
    if (port.waiting.size >= mostWaiting || ports.get(id) !== port) return void socket.destroy();
    port.waiting.add(socket);
    serve(id, port);
  };
  const closePort = (id: string, port: Port): void => {
    ports.delete(id);
    port.server.close();
    for (const socket of port.waiting) socket.destroy();
  };
  const remove = (id: string, port: Port, taker: Taker): void => {
    if (!port.takers.includes(taker)) return;
    port.takers.splice(port.takers.indexOf(taker), 1);
    if (port.takers.length > 0) return;
    port.abandoned = setTimeout(() => closePort(id, port), patience);
    port.abandoned.unref();
  };

  return {
    async listen(taker, number, host) {
      // One application may ask for any free port several times; the next one gets the same ones, in the same order.
      let nth = 0;
      const idOf = (): string => `${host}:${number}#${nth}`;
      while (ports.get(idOf())?.takers.includes(taker) === true) {
        nth++;
        if (number !== 0) return { error: `port ${number} of ${host} is open in this application already.` };
      }
      const id = idOf();
      let port = ports.get(id);
      if (port === undefined) {
        const server = createServer({ pauseOnConnect: true }, (socket) => accept(id, made, socket));
        const made: Port = { server, number: 0, takers: [], waiting: new Set(), abandoned: null };
        try {
          await new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen(number, host, () => {
              server.off("error", reject);
              resolve();
            });
          });
        } catch (error) {
          return { error: (error as Error).message };
        }
        port = Object.assign(made, { number: (server.address() as AddressInfo).port });
        ports.set(id, port);
      }
      if (port.abandoned !== null) clearTimeout(port.abandoned);
      port.abandoned = null;
      port.takers.push(taker);
      // After the answer, which tells the application by which id its connections come.
      const opened = port;
      setImmediate(() => serve(id, opened));
      return { id, port: port.number };
    },
    unlisten(taker, id) {
      const port = ports.get(id);
      if (port !== undefined) remove(id, port, taker);
    },
    forget(taker) {
      for (const [id, port] of ports) remove(id, port, taker);
    },
    hold(on) {
      held = on;
      for (const [id, port] of ports) serve(id, port);
    },
    idsOf: (taker) => [...ports].flatMap(([id, { takers }]) => (takers.includes(taker) ? [id] : [])),
    close() {
      for (const [id, port] of ports) closePort(id, port);
    },
  };
}

/** A port on which nobody serves for a while must not collect sockets without end. */
const mostWaiting = 1000;
