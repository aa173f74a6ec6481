/** `instar/testing`: time that a test moves by hand, and a system that runs when it is told to. */
import type { Clock } from "./clock.ts";

export interface SimulatedClock extends Clock {
  /** Moves time by `ms` milliseconds and fires what is due, in order; between timers it lets everything run that is ready. */
  advance(ms: number): Promise<void>;
}

/** @param start Milliseconds since the epoch; default 0. */
export declare function simulatedClock(start?: number): SimulatedClock;
