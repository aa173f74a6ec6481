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
  /** Only of state machines: set aside until the state changes; or to be taken before all that came from outside. */
  readonly place?: "aside" | "front";
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

/**
 * First in, first out. An array with a moving head, because `Array.shift` moves every element. What a state machine postpones stays in
 * here, so that it goes where the other messages go when code or process ends, but is not taken before it is put back.
 */
export class Mailbox {
  #items: Message[] = [];
  #head = 0;
  #aside: Message[] | null = null;

  /** How many wait. */
  get length(): number {
    return this.takeable + (this.#aside?.length ?? 0);
  }

  /** The same without those that are set aside. */
  get takeable(): number {
    return this.#items.length - this.#head;
  }

  push(message: Message): void {
    this.#items.push(message);
  }

  /** Sets a message aside. */
  postpone(message: Message): void {
    (this.#aside ??= []).push({ ...message, place: "aside" });
  }

  /** Puts back what was set aside, oldest first, before everything else. */
  retry(): void {
    if (this.#aside === null) return;
    this.#items = [...this.#aside.map((message): Message => ({ ...message, place: "front" })), ...this.#items.slice(this.#head)];
    this.#head = 0;
    this.#aside = null;
  }

  /** Before everything that came from outside, and after what was put back or inserted earlier. */
  insert(message: Message): void {
    let at = this.#head;
    while (this.#items[at]?.place === "front") at++;
    this.#items.splice(at, 0, { ...message, place: "front" });
  }

  /** Whether what is taken next was put back or inserted. */
  get hasFront(): boolean {
    return this.#items[this.#head]?.place === "front";
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

  /** What is queued, oldest first, as a copy; with what is set aside. */
  messages(): Message[] {
    const queued = this.#items.slice(this.#head);
    return this.#aside === null ? queued : [...this.#aside, ...queued];
  }

  /** Puts these in place of what is queued. */
  replace(messages: readonly Message[]): void {
    const aside = messages.filter(({ place }) => place === "aside");
    this.#aside = aside.length === 0 ? null : aside;
    this.#items = messages.filter(({ place }) => place !== "aside");
    this.#head = 0;
  }
}
