/** `testSystem`: a system on simulated time, whose order a seed decides. */
import { simulatedClock, type SimulatedClock } from "./simulated-clock.ts";
import { createSystem, type LogLevel, type System } from "./system.ts";

/** A system for a test: simulated time, order by seed, and its log in an array instead of on standard error. */
export function testSystem(options: { readonly seed?: number; readonly context?: boolean } = {}): TestSystem {
  const clock = simulatedClock();
  const logs: { level: LogLevel; text: string }[] = [];
  const system = createSystem({ ...options, clock, log: (level, text) => void logs.push({ level, text }) });
  return { system, clock, logs };
}

export interface TestSystem {
  readonly system: System;
  readonly clock: SimulatedClock;
  readonly logs: readonly { readonly level: LogLevel; readonly text: string }[];
}
