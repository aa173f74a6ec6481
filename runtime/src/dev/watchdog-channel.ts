/** The parent's end of the watchdog's pipe: one JSON object in each line, both ways. It works while the application's main thread does not. */
import type { Socket } from "node:net";
import type { StuckProcess } from "../protocol.ts";

/** What the main thread was doing when the watchdog looked. */
export type RunningCode = Omit<StuckProcess, "since" | "endsIn" | "killable">;

/**
 * What came of asking the watchdog to end a process. `turning`: the event loop is not held up, so the application can do it itself.
 * `broken off`: it was the one that held it up, and has been ended. `behind`: another one holds it up. `out of reach`: it does, but after an
 * `await`, where nothing less than the whole application can be ended. `paused`: by a debugger.
 */
export type Killed = "turning" | "broken off" | "behind" | "out of reach" | "paused";

export interface WatchdogChannel {
  /** The answer to a question that changes nothing, from the middle of whatever runs; undefined where even that is not to be had. */
  ask(method: string, params: unknown): Promise<unknown>;
  kill(pid: string): Promise<Killed>;
}

interface Listener {
  onStuck(stuck: StuckProcess): void;
  /** The event loop turns again. */
  onBack(): void;
  /** A handler was broken off because it took too long. */
  onLimit(pid: string, after: number): void;
}

type Message =
  | { readonly type: "stuck"; readonly stuck: StuckProcess }
  | { readonly type: "back" }
  | { readonly type: "limit"; readonly pid: string; readonly after: number }
  | { readonly type: "answer"; readonly id: number; readonly json: string | null }
  | { readonly type: "killed"; readonly id: number; readonly how: Killed };

export function openWatchdogChannel(pipe: Socket, listener: Listener): WatchdogChannel {
  const waiting = new Map<number, (message: Message | null) => void>();
  let last = 0;
  let rest = "";
  const send = (message: object): Promise<Message | null> =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      pipe.write(`${JSON.stringify({ ...message, id })}\n`);
    });
  const receive = (message: Message): void => {
    if (message.type === "stuck") listener.onStuck(message.stuck);
    else if (message.type === "back") listener.onBack();
    else if (message.type === "limit") listener.onLimit(message.pid, message.after);
    else {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    }
  };
  pipe.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) receive(JSON.parse(line) as Message);
  });
  // The application's exit says what there is to say.
  pipe.on("error", () => {});
  pipe.once("close", () => {
    for (const resolve of waiting.values()) resolve(null);
  });
  pipe.unref();
  return {
    async ask(method, params) {
      const message = await send({ type: "ask", method, params });
      return message?.type === "answer" && message.json !== null ? (JSON.parse(message.json) as unknown) : undefined;
    },
    async kill(pid) {
      const message = await send({ type: "kill", pid });
      return message?.type === "killed" ? message.how : "turning";
    },
  };
}
