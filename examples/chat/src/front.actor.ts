/**
 * The way in from outside. `GET /rooms/hall` says who is there; `POST /rooms/hall` says something there; and over a WebSocket at the same
 * address, each text is something to say. The answer is the number of what was said in its room.
 *
 * It has sockets, which no other program can have. So it stays: where the chat moves to another program, another front begins there, and
 * this one finishes what it has begun.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { actor, listen, whereis, type ExitReason, type Listener, type Pid } from "instar";
import { WebSocketServer, type WebSocket } from "ws";
import type { Room } from "./room.actor.ts";

export interface State {
  readonly web: Web;
}

/** What is open. */
interface Web {
  readonly port: number;
  // instar-ignore function-in-state: the front stays where its sockets are, and is started anew elsewhere
  close(): Promise<void>;
}

export interface Front {
  init(port: number): Promise<State>;
  calls: { port(): number };
  infos: { exit(from: Pid<unknown> | null, reason: ExitReason): void };
}

export default actor<Front>({
  vsn: 1,
  stays: true,
  trapExit: true,
  init: async (port) => ({ web: await open(port) }),
  calls: { port: ({ state, reply }) => reply(state.web.port) },
  infos: { exit: ({ next }) => next() },
  terminate: ({ state }) => state.web.close(),
});

async function open(port: number): Promise<Web> {
  let closing = false;
  // instar-ignore subscription-holds-old-code: terminate takes it back
  const server: Server = createServer((request, response) => {
    // So that it is the last one of its connection.
    if (closing) response.setHeader("connection", "close");
    void answer(request, response);
  });
  const sockets = new WebSocketServer({ server });
  /** How much each of them has asked that is not answered. */
  const asked = new Map<WebSocket, number>();
  const rest = (socket: WebSocket, open: number): void => {
    asked.set(socket, open);
    // The client is to connect again, and reaches whoever serves then.
    if (closing && open === 0) socket.close(1012, "the chat is being upgraded");
  };
  // instar-ignore subscription-holds-old-code: terminate takes it back
  sockets.on("connection", (socket, request) => {
    rest(socket, 0);
    socket.once("close", () => asked.delete(socket));
    socket.on("message", (data) => {
      rest(socket, (asked.get(socket) ?? 0) + 1);
      void say(request.url, (data as Buffer).toString("utf8")).then(({ body }) => {
        socket.send(JSON.stringify(body));
        rest(socket, (asked.get(socket) ?? 1) - 1);
      });
    });
  });
  const listener: Listener = await listen(server, { port });
  return {
    port: listener.port,
    async close() {
      closing = true;
      const closed = listener.close();
      for (const [socket, open] of asked) rest(socket, open);
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = request.method === "POST" ? await say(request.url, await text(request)) : await look(request.url);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

function say(url: string | undefined, what: string): Promise<Answer> {
  return inRoom(url, async (room) => ({ posted: await room.call("post", "web", what) }));
}

function look(url: string | undefined): Promise<Answer> {
  return inRoom(url, async (room) => ({ title: await room.call("title"), size: await room.call("size") }));
}

async function inRoom(url: string | undefined, work: (room: Pid<Room>) => Promise<object>): Promise<Answer> {
  const name = decodeURIComponent(/^\/rooms\/([^/?]+)$/.exec(url ?? "")?.[1] ?? "");
  const room = whereis<Room>(name);
  if (room === null) return { status: 404, body: { error: "there is no such room" } };
  try {
    return { status: 200, body: await work(room) };
  } catch (error) {
    return { status: 503, body: { error: String((error as { code?: unknown }).code ?? error) } };
  }
}
