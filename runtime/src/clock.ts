/** Time as the runtime sees it. Everything that waits takes a `Clock`, so that a test moves time by hand and never sleeps. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `fn` once, after `ms` milliseconds. The result is only good for `clearTimeout`. */
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The computer's time. Its timers keep Node alive while they wait, as Node's own do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, Math.min(ms, longestTimeout)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Node fires a longer timer at once. */
const longestTimeout = 2 ** 31 - 1;
