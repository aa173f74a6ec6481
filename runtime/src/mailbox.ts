/** Messages, calls that wait for a reply, and the queue of one process. */
import type { Deadlines, Waiting } from "./call-timeouts.ts";
import type { Flight } from "./flight.ts";

/** A class, so that all of them look alike to the compiler. */
export class Message {
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
  /** The one behind it in its mailbox. */
  next: Message | null = null;
  /**
   * Only of state machines: set aside until the state changes, or put back since it has; or inserted, to be taken before all that came from
   * outside. Others do not have it.
   */
  declare place?: "aside" | "again" | "front";

  constructor(kind: Message["kind"], name: string, args: readonly unknown[], call: PendingCall | null, flight: Flight | null) {
    this.kind = kind;
    this.name = name;
    this.args = args;
    this.call = call;
    this.flight = flight;
  }

  /** The same message with other arguments. */
  with(args: readonly unknown[]): Message {
    const message = new Message(this.kind, this.name, args, this.call, this.flight);
    return this.place === undefined ? message : message.at(this.place);
  }

  /** The same message in another place. */
  at(place: "aside" | "again" | "front"): Message {
    const message = new Message(this.kind, this.name, this.args, this.call, this.flight);
    message.place = place;
    return message;
  }
}

/** A caller that waits. Settled once; what comes later is dropped. */
export class PendingCall {
  settled = false;
  abandoned = false;
  /** Where it is noted if it is answered later than at the end of its handler. */
  later: Map<PendingCall, Message> | null = null;
  /** Where it is noted if its caller was given to somebody. */
  lent: Set<PendingCall> | null = null;
  #failed = false;
  #outcome: unknown = undefined;
  #waiting: Waiting | null = null;

  /**
   * What the caller gets. Asked for once, when the message has been sent: many a call has been handled by then, and the promise and the
   * deadline that a waiting caller needs cost more than its message.
   */
  promise(timeouts: Deadlines, ms: number, timeoutError: () => Error): Promise<unknown> {
    if (this.settled) return this.#failed ? Promise.reject(this.#outcome) : Promise.resolve(this.#outcome);
    return new Promise((resolve, reject) => {
      this.#waiting = timeouts.wait(this, { resolve, reject }, ms, timeoutError);
    });
  }

  resolve(value: unknown): void {
    if (!this.#settle()) return;
    if (this.#waiting === null) this.#outcome = value;
    else this.#waiting.resolve(value);
  }

  reject(error: Error): void {
    if (!this.#settle()) return;
    this.#failed = true;
    if (this.#waiting === null) this.#outcome = error;
    else this.#waiting.reject(error);
  }

  /** Its caller is no more: nobody has to remember that it waits, though whoever has its promise may still hear of an answer. */
  abandon(): void {
    this.abandoned = true;
    this.later?.delete(this);
    this.lent?.delete(this);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.later?.delete(this);
    this.lent?.delete(this);
    return true;
  }
}

/**
 * First in, first out: messages that know the next one, so that nothing is copied however long it grows, and an empty one takes little.
 * What a state machine postpones stays in here, so that it goes where the other messages go when code or process ends, but is not taken
 * before it is put back.
 */
export class Mailbox {
  #first: Message | null = null;
  #last: Message | null = null;
  #takeable = 0;
  #aside: Message[] | null = null;

  /** How many wait. */
  get length(): number {
    return this.#takeable + (this.#aside?.length ?? 0);
  }

  /** The same without those that are set aside. */
  get takeable(): number {
    return this.#takeable;
  }

  push(message: Message): void {
    this.#link(message, this.#last);
  }

  /** Sets a message aside. */
  postpone(message: Message): void {
    (this.#aside ??= []).push(message.at("aside"));
  }

  /** Puts back what was set aside, oldest first, before everything else. */
  retry(): void {
    let behind: Message | null = null;
    for (const message of this.#aside ?? []) {
      const again = message.at("again");
      this.#link(again, behind);
      behind = again;
    }
    this.#aside = null;
  }

  /** Before everything that came from outside, and after what was put back or inserted earlier. */
  insert(message: Message): void {
    let behind: Message | null = null;
    for (let front = this.#first; front?.place !== undefined; front = front.next) behind = front;
    this.#link(message.at("front"), behind);
  }

  /** Whether what is taken next was put back or inserted. */
  get hasFront(): boolean {
    return this.#first?.place !== undefined;
  }

  shift(): Message | undefined {
    return this.#first === null ? undefined : this.#unlink(this.#first, null);
  }

  /** Takes the first message that satisfies `wanted` out of its place. */
  take(wanted: (message: Message) => boolean): Message | undefined {
    let before: Message | null = null;
    for (let message = this.#first; message !== null; before = message, message = message.next) {
      if (wanted(message)) return this.#unlink(message, before);
    }
    return undefined;
  }

  find(wanted: (message: Message) => boolean): Message | undefined {
    for (let message = this.#first; message !== null; message = message.next) if (wanted(message)) return message;
    return undefined;
  }

  /** What is queued, oldest first, as a copy; with what is set aside. */
  messages(): Message[] {
    const messages = [...(this.#aside ?? [])];
    for (let message = this.#first; message !== null; message = message.next) messages.push(message);
    return messages;
  }

  /** Puts these in place of what is queued. */
  replace(messages: readonly Message[]): void {
    this.#first = this.#last = this.#aside = null;
    this.#takeable = 0;
    for (const message of messages) {
      if (message.place === "aside") (this.#aside ??= []).push(message);
      else this.push(message);
    }
  }

  /** Behind that one; null for the front. */
  #link(message: Message, before: Message | null): void {
    message.next = before === null ? this.#first : before.next;
    if (before === null) this.#first = message;
    else before.next = message;
    if (this.#last === before) this.#last = message;
    this.#takeable++;
  }

  #unlink(message: Message, before: Message | null): Message {
    if (before === null) this.#first = message.next;
    else before.next = message.next;
    if (this.#last === message) this.#last = before;
    // Whoever keeps this one must not keep all that came behind it.
    message.next = null;
    this.#takeable--;
    return message;
  }
}
