/** What handlers return. Plain functions, the same for every message, so that a context costs one object. */
import type { ExitReason } from "./exit.ts";

export class NextResult {
  readonly state: unknown;
  constructor(state: unknown) {
    this.state = state;
  }
}

export class ReplyResult {
  readonly value: unknown;
  readonly state: unknown;
  constructor(value: unknown, state: unknown) {
    this.value = value;
    this.state = state;
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

export const next = (state?: unknown): NextResult => new NextResult(state);
export const reply = (value: unknown, state?: unknown): ReplyResult => new ReplyResult(value, state);
export const stop = (reason: ExitReason, state?: unknown): StopResult => new StopResult(reason, state);
