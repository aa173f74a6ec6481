/**
 * The deadlines of waiting calls. A timer per call costs more than the call, and nearly all calls have the same limit, so there is one
 * list per limit, which is in deadline order by itself, and one timer per list.
 */
import type { Clock } from "./clock.ts";
import type { PendingCall } from "./mailbox.ts";

interface Settle {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Where callers wait. */
export interface Deadlines {
  /** Lets a caller wait; after `ms` milliseconds its call is rejected with `timeoutError`. */
  wait(call: PendingCall, settle: Settle, ms: number, timeoutError: () => Error): Waiting;
}

export class CallTimeouts implements Deadlines {
  readonly #clock: Clock;
  readonly #lists = new Map<number, DeadlineList>();
  /** The list that was used last: nearly all calls have the same limit. */
  #recent: DeadlineList | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wait(call: PendingCall, settle: Settle, ms: number, timeoutError: () => Error): Waiting {
    if (ms === Infinity) return new Waiting(call, settle, Infinity, timeoutError, null);
    let list = this.#recent;
    if (list === null || list.ms !== ms) this.#recent = list = this.#listOf(ms);
    const waiting = new Waiting(call, settle, this.#clock.monotonic() + ms, timeoutError, list);
    list.append(waiting);
    return waiting;
  }

  #listOf(ms: number): DeadlineList {
    let list = this.#lists.get(ms);
    if (list === undefined) {
      list = new DeadlineList(this.#clock, ms, () => {
        this.#lists.delete(ms);
        this.#recent = null;
      });
      this.#lists.set(ms, list);
    }
    return list;
  }
}

/** The calls without a limit of one process: when it ends, nobody has to remember them. Others end at their limit in any case. */
export class EndlessCalls implements Deadlines {
  readonly #waiting = new Set<Waiting>();

  wait(call: PendingCall, settle: Settle, ms: number, timeoutError: () => Error): Waiting {
    const waiting = new Waiting(call, settle, ms, timeoutError, this);
    this.#waiting.add(waiting);
    return waiting;
  }

  remove(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  abandon(): void {
    for (const { call } of this.#waiting) call.abandon();
    this.#waiting.clear();
  }
}

/** A caller that waits for its reply. */
export class Waiting {
  readonly call: PendingCall;
  /** Monotonic clock time, in milliseconds. */
  readonly deadline: number;
  /** Made only when it is needed. */
  readonly timeoutError: () => Error;
  /** Neighbours in the list. */
  previous: Waiting | null = null;
  following: Waiting | null = null;
  readonly #settle: Settle;
  readonly #list: { remove(waiting: Waiting): void } | null;

  constructor(
    call: PendingCall,
    settle: Settle,
    deadline: number,
    timeoutError: () => Error,
    list: { remove(waiting: Waiting): void } | null,
  ) {
    this.call = call;
    this.#settle = settle;
    this.deadline = deadline;
    this.timeoutError = timeoutError;
    this.#list = list;
  }

  resolve(value: unknown): void {
    this.#list?.remove(this);
    this.#settle.resolve(value);
  }

  reject(error: Error): void {
    this.#list?.remove(this);
    this.#settle.reject(error);
  }
}

class DeadlineList {
  readonly ms: number;
  readonly #clock: Clock;
  readonly #forget: () => void;
  #first: Waiting | null = null;
  #last: Waiting | null = null;
  #timer: unknown = null;

  constructor(clock: Clock, ms: number, forget: () => void) {
    this.#clock = clock;
    this.ms = ms;
    this.#forget = forget;
  }

  append(waiting: Waiting): void {
    waiting.previous = this.#last;
    if (this.#last === null) this.#first = waiting;
    else this.#last.following = waiting;
    this.#last = waiting;
    if (this.#timer === null) this.#arm();
    else if (waiting.previous === null) this.#clock.keepAlive?.(this.#timer, true);
  }

  remove(waiting: Waiting): void {
    if (waiting.previous === null) this.#first = waiting.following;
    else waiting.previous.following = waiting.following;
    if (waiting.following === null) this.#last = waiting.previous;
    else waiting.following.previous = waiting.previous;
    waiting.previous = waiting.following = null;
    // The timer of an empty list stays, so that the next call finds it, but a program that is done may end.
    if (this.#first === null && this.#timer !== null) this.#clock.keepAlive?.(this.#timer, false);
  }

  #arm(): void {
    const { deadline } = this.#first as Waiting;
    this.#timer = this.#clock.setTimeout(this.#expire, Math.max(0, Math.ceil(deadline - this.#clock.monotonic())));
  }

  readonly #expire = (): void => {
    this.#timer = null;
    const now = this.#clock.monotonic();
    while (this.#first !== null && this.#first.deadline <= now) {
      const { call, timeoutError } = this.#first;
      call.reject(timeoutError());
    }
    if (this.#first === null) this.#forget();
    else this.#arm();
  };
}
