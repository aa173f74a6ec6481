/** When an application that crashed is started again: later each time, and not for ever. */
import { addRestart } from "../restart-intensity.ts";

export interface RestartPolicy {
  /** So many restarts within so many milliseconds are allowed. */
  readonly restarts: number;
  readonly within: number;
  /** Milliseconds before the first restart of a series; doubled for each further one. */
  readonly delay: number;
}

export const defaultRestartPolicy: RestartPolicy = { restarts: 5, within: 60_000, delay: 100 };

/** @returns of each crash, how many milliseconds to wait before the restart; null where it is one too many */
export function createRestarts({ restarts, within, delay }: RestartPolicy): (now: number) => number | null {
  let times: readonly number[] = [];
  return (now) => {
    times = addRestart(times, now, within);
    return times.length > restarts ? null : delay * 2 ** (times.length - 1);
  };
}
