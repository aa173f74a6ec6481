/** Time as the runtime sees it. Everything that waits takes a `Clock`, so that a test moves time by hand and never sleeps. */

export interface Clock {
  /** Milliseconds since the Unix epoch, for people. It may step back, when somebody sets the computer's clock. */
  now(): number;
  /** Milliseconds since some moment in the past; never steps back. All durations are measured with it. */
  monotonic(): number;
  /** Calls `fn` once, after `ms` milliseconds. The result is only good for this clock's other methods. */
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Whether a waiting timer keeps the program from ending; it does unless told otherwise. */
  keepAlive?(timer: unknown, keep: boolean): void;
  /** Tells a simulated clock how to see that this system still has something to do, so that it can let it finish before time moves on. */
  watch?(busy: () => boolean): void;
}

/** The computer's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    const timer: SystemTimer = { handle: undefined };
    arm(timer, fn, ms);
    return timer;
  },
  clearTimeout: (timer) => clearTimeout((timer as SystemTimer).handle),
  keepAlive: (timer, keep) => {
    const { handle } = timer as SystemTimer;
    if (keep) handle?.ref();
    else handle?.unref();
  },
};

interface SystemTimer {
  handle: NodeJS.Timeout | undefined;
}

/** Node fires a timer of more than 2^31 - 1 ms at once, so a longer one is made of several. */
function arm(timer: SystemTimer, fn: () => void, ms: number): void {
  const longest = 2 ** 31 - 1;
  timer.handle = ms > longest ? setTimeout(() => arm(timer, fn, ms - longest), longest) : setTimeout(fn, ms);
}
