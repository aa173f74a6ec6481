/** `simulatedClock`: time that a test moves by hand. */
import type { Clock } from "./clock.ts";

export interface SimulatedClock extends Clock {
  /** Moves time by `ms` milliseconds and fires the timers that become due, in order. Before each, and at the end, everything that is ready runs. */
  advance(ms: number): Promise<void>;
  /** Lets everything run that is ready, without moving time. */
  settle(): Promise<void>;
  /** Moves time to the next timer and fires it; false where none waits. While `advance` moves time, it only lets that go on. */
  next(): Promise<boolean>;
  /** Sets the computer's clock: `now()` says something else then, and nothing else changes. */
  setNow(ms: number): void;
  /** How many timers wait. */
  readonly pending: number;
}

/** @param start Milliseconds since the epoch; default 0. */
export function simulatedClock(start = 0): SimulatedClock {
  let now = 0;
  let epoch = start;
  let order = 0;
  const timers = new Set<SimulatedTimer>();
  const watched: (() => boolean)[] = [];

  /** Calls of `advance` that have not ended. */
  let moving = 0;

  const settle = async (): Promise<void> => {
    // A turn lets all microtasks run; a second one catches what those put off with setImmediate.
    do {
      await turn();
      await turn();
    } while (watched.some((busy) => busy()));
  };

  const fire = async (until: number): Promise<boolean> => {
    const next = [...timers].filter((timer) => timer.due <= until).toSorted((a, b) => a.due - b.due || a.order - b.order)[0];
    if (next === undefined) return false;
    timers.delete(next);
    now = next.due;
    next.fn();
    await settle();
    return true;
  };

  return {
    now: () => now + epoch,
    monotonic: () => now,
    setTimeout: (fn, ms) => {
      const timer = { fn, due: now + Math.max(0, ms), order: order++, keep: true };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as SimulatedTimer),
    keepAlive: (timer, keep) => void ((timer as SimulatedTimer).keep = keep),
    watch: (busy) => void watched.push(busy),
    settle,
    setNow: (ms) => void (epoch = ms - now),
    async advance(ms) {
      const until = now + ms;
      moving++;
      await settle();
      while (await fire(until));
      moving--;
      now = until;
    },
    async next() {
      await settle();
      return moving > 0 || (await fire(Infinity));
    },
    get pending() {
      return [...timers].filter((timer) => timer.keep).length;
    },
  };
}

interface SimulatedTimer {
  readonly fn: () => void;
  readonly due: number;
  readonly order: number;
  keep: boolean;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
