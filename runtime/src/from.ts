/** `From`: a caller that is answered later than at the end of the call's handler. */
import type { PendingCall } from "./mailbox.ts";

/**
 * The caller of a call, for handlers that return `noReply(…)`: it may lie in the state, or be given to another process, until there is an
 * answer. Where the called process ends before, the caller is told that.
 */
export interface From<R> {
  /** Answers the caller. Only the first answer counts, and none does that comes too late. */
  reply(value: R): void;
}

/** What stands behind the type `From`. A private field, so that copies of a state share it: there is one caller. */
export class Caller {
  readonly #call: PendingCall | null;

  constructor(call: PendingCall | null) {
    this.#call = call;
    Object.freeze(this);
  }

  reply(value: unknown): void {
    this.#call?.resolve(value);
  }

  toJSON(): string {
    return "a caller";
  }
}
