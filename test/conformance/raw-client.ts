/** A client that says exactly what it is told to, right or wrong, and keeps all that it hears. It shares nothing with Instar's own. */
import { request } from "node:http";
import { WebSocket } from "ws";

export interface Answer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface Notification {
  readonly method: string;
  readonly params: unknown;
}

export interface RawClient {
  readonly socket: WebSocket;
  readonly notifications: readonly Notification[];
  /** The next answer whose id this is. */
  answer(id: unknown): Promise<Answer>;
  ask(method: string, params?: unknown, id?: unknown): Promise<Answer>;
  /** Sends what is no request, and gives the next answer to anything. */
  provoke(text: string): Promise<Answer>;
  send(message: object): void;
  /** The first notification of that name from now on. */
  next(method: string, fits?: (params: unknown) => boolean): Promise<unknown>;
  /** Resolves when the connection has ended, with the code that it was closed with. @throws where something is answered instead */
  ended(): Promise<number>;
}

export interface Target {
  readonly port: number;
  readonly token: string;
  /** Milliseconds in which an answer must come. */
  readonly patience: number;
}

/** What the handshake is answered with: a connection, or the status of the refusal. */
export async function connect({ port, token, patience }: Target, headers: Record<string, string> = {}): Promise<RawClient | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    maxPayload: 64 * 1024 * 1024,
  });
  const waiting = new Set<{ readonly fits: (message: Answer & Notification) => boolean; readonly take: (message: never) => void }>();
  const notifications: Notification[] = [];
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString("utf8")) as Answer & Notification;
    if (typeof message.method === "string") notifications.push(message);
    for (const entry of waiting) {
      if (!entry.fits(message)) continue;
      waiting.delete(entry);
      entry.take(message as never);
      break;
    }
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  const refused = await new Promise<number | null>((resolve, reject) => {
    socket.once("open", () => resolve(null));
    socket.once("unexpected-response", (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  if (refused !== null) return refused;

  let lastId = 0;
  const wait = <T>(what: string, fits: (message: Answer & Notification) => boolean): Promise<T> => {
    const heard = new Promise<T>((take) => waiting.add({ fits, take }));
    const gone = closed.then((code) => Promise.reject(new Error(`the connection was closed with ${code} before ${what} came`)));
    return within(patience, what, Promise.race([heard, gone]));
  };
  const isAnswer = ({ method }: Partial<Notification>): boolean => method === undefined;
  const client: RawClient = {
    socket,
    notifications,
    ended() {
      const answered = new Promise<never>((_, reject) => {
        waiting.add({ fits: isAnswer, take: (answer) => reject(new Error(`it was answered: ${JSON.stringify(answer)}`)) });
      });
      return within(patience, "the end of the connection", Promise.race([closed, answered]));
    },
    answer: (id) => wait(`an answer with the id ${JSON.stringify(id)}`, (message) => isAnswer(message) && message.id === id),
    ask(method, params, id = ++lastId) {
      const answered = client.answer(id);
      client.send({ id, method, ...(params === undefined ? {} : { params }) });
      return answered;
    },
    provoke(text) {
      const answered = wait<Answer>("an answer", isAnswer);
      socket.send(text);
      return answered;
    },
    send: (message) => socket.send(JSON.stringify({ jsonrpc: "2.0", ...message })),
    next: async (method, fits = () => true) => {
      const heard = await wait<Notification>(`the notification ${method}`, (message) => message.method === method && fits(message.params));
      return heard.params;
    },
  };
  return client;
}

/** The status of the answer to a plain HTTP request. */
export function plainRequest({ port, patience }: Target, headers: Record<string, string> = {}): Promise<number> {
  const answered = new Promise<number>((resolve, reject) => {
    request({ host: "127.0.0.1", port, headers }, (response) => resolve(response.resume().statusCode ?? 0))
      .once("error", reject)
      .end();
  });
  return within(patience, "an answer to a plain HTTP request", answered);
}

async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${milliseconds / 1000} s`)), milliseconds).unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
