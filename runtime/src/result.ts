/** What handlers return. Plain functions, the same for every message, so that a context costs one object. */
import { safeString, type ExitReason } from "./exit.ts";

export class NextResult {
  readonly state: unknown;
  readonly timeout: number | undefined;
  constructor(state: unknown, timeout: number | undefined) {
    this.state = state;
    this.timeout = timeout;
  }
}

export class ReplyResult {
  readonly value: unknown;
  readonly state: unknown;
  readonly timeout: number | undefined;
  constructor(value: unknown, state: unknown, timeout: number | undefined) {
    this.value = value;
    this.state = state;
    this.timeout = timeout;
  }
}

export class NoReplyResult {
  readonly state: unknown;
  readonly timeout: number | undefined;
  constructor(state: unknown, timeout: number | undefined) {
    this.state = state;
    this.timeout = timeout;
  }
}

export class StopResult {
  readonly reason: ExitReason;
  readonly state: unknown;
  constructor(reason: ExitReason, state: unknown) {
    this.reason = reason;
    this.state = state;
  }
}

interface Waiting {
  readonly timeout: number;
}

export const next = (state?: unknown, waiting?: Waiting): NextResult => new NextResult(state, timeoutOf(waiting));
export const reply = (value: unknown, state?: unknown, waiting?: Waiting): ReplyResult => new ReplyResult(value, state, timeoutOf(waiting));
export const noReply = (state?: unknown, waiting?: Waiting): NoReplyResult => new NoReplyResult(state, timeoutOf(waiting));
export const stop = (reason: ExitReason, state?: unknown): StopResult => new StopResult(reason, state);

function timeoutOf(waiting: Waiting | undefined): number | undefined {
  if (waiting === undefined) return undefined;
  const { timeout } = waiting;
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new TypeError(`a timeout is a number of milliseconds from 0, or Infinity, not ${safeString(timeout)}.`);
}
