/**
 * The deadlines of waiting calls. A timer per call costs more than the call, and nearly all calls have the same limit, so there is one
 * list per limit, which is in deadline order by itself, and one timer per list.
 */
import type { Clock } from "./clock.ts";
import { PendingCall } from "./mailbox.ts";

export class CallTimeouts {
  readonly #clock: Clock;
  readonly #lists = new Map<number, DeadlineList>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A call that is rejected with `timeoutError` after `ms` milliseconds. */
  wait(
    ms: number,
    settle: { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void },
    timeoutError: () => Error,
  ): PendingCall {
    if (ms === Infinity) return new PendingCall(settle, Infinity, timeoutError, () => {});
    let list = this.#lists.get(ms);
    if (list === undefined) {
      list = new DeadlineList(this.#clock, () => this.#lists.delete(ms));
      this.#lists.set(ms, list);
    }
    const { remove } = list;
    const call = new PendingCall(settle, this.#clock.monotonic() + ms, timeoutError, remove);
    list.append(call);
    return call;
  }
}

class DeadlineList {
  readonly #clock: Clock;
  readonly #forget: () => void;
  #first: PendingCall | null = null;
  #last: PendingCall | null = null;
  #timer: unknown = null;

  constructor(clock: Clock, forget: () => void) {
    this.#clock = clock;
    this.#forget = forget;
  }

  append(call: PendingCall): void {
    call.previous = this.#last;
    if (this.#last === null) this.#first = call;
    else this.#last.following = call;
    this.#last = call;
    if (this.#timer === null) this.#arm();
    else if (call.previous === null) this.#clock.keepAlive?.(this.#timer, true);
  }

  readonly remove = (call: PendingCall): void => {
    if (call.previous === null) this.#first = call.following;
    else call.previous.following = call.following;
    if (call.following === null) this.#last = call.previous;
    else call.following.previous = call.previous;
    call.previous = call.following = null;
    // The timer of an empty list stays, so that the next call finds it, but a program that is done may end.
    if (this.#first === null && this.#timer !== null) this.#clock.keepAlive?.(this.#timer, false);
  };

  #arm(): void {
    const { deadline } = this.#first as PendingCall;
    this.#timer = this.#clock.setTimeout(this.#expire, Math.max(0, Math.ceil(deadline - this.#clock.monotonic())));
  }

  readonly #expire = (): void => {
    this.#timer = null;
    const now = this.#clock.monotonic();
    while (this.#first !== null && this.#first.deadline <= now) {
      const call: PendingCall = this.#first;
      call.reject(call.timeoutError());
    }
    if (this.#first === null) this.#forget();
    else this.#arm();
  };
}
