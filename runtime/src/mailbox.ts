/** Messages, calls that wait for a reply, and the queue of one process. */
import type { Flight } from "./flight.ts";

export interface Message {
  /**
   * `system`: what `sys` asks for; its only argument is the function that does it. `stop` asks the process to end, for the reason that is
   * its only argument. Neither belongs to the protocol of a module, so no upgrade concerns them.
   */
  readonly kind: "call" | "cast" | "info" | "system" | "stop";
  readonly name: string;
  readonly args: readonly unknown[];
  readonly call: PendingCall | null;
  /** The flight that it was sent in. */
  readonly flight: Flight | null;
}

/** A caller that waits. Settled once; what comes later is dropped. */
export class PendingCall {
  settled = false;
  /** Where it is noted if it is answered later than at the end of its handler. */
  later: Map<PendingCall, Message> | null = null;
  /** Monotonic clock time, in milliseconds. */
  readonly deadline: number;
  /** Neighbours in the list of call timeouts. */
  previous: PendingCall | null = null;
  following: PendingCall | null = null;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: Error) => void;
  readonly #onSettled: (call: PendingCall) => void;
  /** Made only when it is needed. */
  readonly timeoutError: () => Error;

  constructor(
    settle: { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void },
    deadline: number,
    timeoutError: () => Error,
    onSettled: (call: PendingCall) => void,
  ) {
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
    this.deadline = deadline;
    this.timeoutError = timeoutError;
    this.#onSettled = onSettled;
  }

  resolve(value: unknown): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.later?.delete(this);
    this.#onSettled(this);
    return true;
  }
}

/** First in, first out. An array with a moving head, because `Array.shift` moves every element. */
export class Mailbox {
  #items: Message[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(message: Message): void {
    this.#items.push(message);
  }

  shift(): Message | undefined {
    if (this.#head === this.#items.length) return undefined;
    const message = this.#items[this.#head] as Message;
    this.#items[this.#head] = undefined as never;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }

  /** Takes the first message that satisfies `wanted` out of its place. */
  take(wanted: (message: Message) => boolean): Message | undefined {
    for (let i = this.#head; i < this.#items.length; i++) {
      const message = this.#items[i] as Message;
      if (!wanted(message)) continue;
      this.#items.splice(i, 1);
      return message;
    }
    return undefined;
  }

  find(wanted: (message: Message) => boolean): Message | undefined {
    for (let i = this.#head; i < this.#items.length; i++) if (wanted(this.#items[i] as Message)) return this.#items[i];
    return undefined;
  }

  /** What is queued, oldest first, as a copy. */
  messages(): Message[] {
    return this.#items.slice(this.#head);
  }

  /** Puts these in place of what is queued. */
  replace(messages: readonly Message[]): void {
    this.#items = [...messages];
    this.#head = 0;
  }
}
