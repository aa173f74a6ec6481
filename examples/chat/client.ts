/**
 * A client of the chat's front: asks by HTTP and over a WebSocket all the time, and notes every question that was not answered. It connects
 * again when the chat tells it to, as a browser does.
 *
 * `npx tsx client.ts http://127.0.0.1:3000` asks until Ctrl-C.
 */
import { argv } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { WebSocket } from "ws";

export interface Account {
  /** Questions that were answered, and those of them with an error of the chat's own. */
  readonly answered: number;
  readonly errors: readonly string[];
  /** The same errors by room. */
  readonly errorsOf: { readonly hall: readonly string[]; readonly porch: readonly string[] };
  /** Questions without an answer: the connection was refused or broke. */
  readonly lost: readonly string[];
  /** By room, the numbers that it gave to what was said, in the order of the answers; they grow, if nothing is lost or said twice. */
  readonly numbers: { readonly hall: readonly number[]; readonly porch: readonly number[] };
  /** How often the WebSocket was closed, and with which codes. */
  readonly closed: readonly number[];
  /** The longest that a question took, in milliseconds. */
  readonly longest: number;
}

export interface Client {
  /** Resolves when so many more questions have been answered, by HTTP and over the WebSocket each. */
  asked(more: number): Promise<void>;
  stop(): Promise<Account>;
}

/** @param origin `http://127.0.0.1:3000` */
export function startClient(origin: string, pause = 2): Client {
  const account = {
    answered: 0,
    errors: [] as string[],
    errorsOf: { hall: [] as string[], porch: [] as string[] },
    lost: [] as string[],
    numbers: { hall: [] as number[], porch: [] as number[] },
    closed: [] as number[],
    longest: 0,
  };
  const counts = { http: 0, socket: 0 };
  let going = true;
  const note = (room: "hall" | "porch", body: { readonly posted?: number; readonly error?: string }, begin: number): void => {
    account.answered++;
    account.longest = Math.max(account.longest, performance.now() - begin);
    if (body.error !== undefined) {
      account.errors.push(body.error);
      account.errorsOf[room].push(body.error);
    } else if (body.posted !== undefined) account.numbers[room].push(body.posted);
  };

  async function overHttp(): Promise<void> {
    while (going) {
      const begin = performance.now();
      try {
        const response = await fetch(`${origin}/rooms/hall`, { method: "POST", body: `http ${counts.http}` });
        note("hall", (await response.json()) as { posted?: number }, begin);
        counts.http++;
      } catch (error) {
        account.lost.push(`http: ${String((error as Error).cause ?? error)}`);
      }
      await delay(pause);
    }
  }

  async function overSocket(): Promise<void> {
    while (going) {
      const socket = new WebSocket(`${origin.replace("http", "ws")}/rooms/porch`);
      const closed = new Promise<number>((resolve) => socket.once("close", resolve));
      let waiting: { begin: number; done: () => void } | null = null;
      socket.on("error", () => {});
      socket.on("message", (data) => {
        if (waiting === null) return;
        note("porch", JSON.parse((data as Buffer).toString("utf8")) as { posted?: number }, waiting.begin);
        waiting.done();
      });
      const opened = await Promise.race([
        new Promise<true>((resolve) => socket.once("open", () => resolve(true))),
        closed.then(() => false),
      ]);
      if (!opened) account.lost.push("socket: it was not opened");
      while (opened && going && socket.readyState === WebSocket.OPEN) {
        const answered = new Promise<true>((resolve) => (waiting = { begin: performance.now(), done: () => resolve(true) }));
        socket.send(`socket ${counts.socket}`);
        const came = await Promise.race([answered, closed.then((code) => code)]);
        waiting = null;
        if (came === true) counts.socket++;
        // Closed for an upgrade before it was read: whoever asks says it again.
        else if (came !== 1012) account.lost.push(`socket: closed with ${came}`);
        await delay(pause);
      }
      if (going) account.closed.push(await closed);
      else socket.close();
    }
  }

  const both = Promise.all([overHttp(), overSocket()]);
  return {
    async asked(more) {
      const [http, socket] = [counts.http + more, counts.socket + more];
      while (counts.http < http || counts.socket < socket) await delay(pause);
    },
    async stop() {
      going = false;
      await both;
      return account;
    },
  };
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  const client = startClient(argv[2] ?? "http://127.0.0.1:3000");
  process.once("SIGINT", () => void client.stop().then((account) => console.log({ ...account, numbers: undefined })));
}
