/** When a server that ended is started again: at once the first time, later each next time, and not for ever. Knows no `vscode`, so that it is tested by itself. */

/** Milliseconds after which a crash is forgotten. */
const memory = 3 * 60_000;
/** Before each start anew, in milliseconds. */
const pauses = [0, 1000, 4000, 15_000];

export interface Restarts {
  /** The server has ended, at this time. Undefined: whatever ends it does so each time, and a person has to look. */
  crashed(at: number): { readonly pause: number; readonly count: number } | undefined;
  /** Somebody has started it: what was before counts no more. */
  forget(): void;
}

export function createRestarts(): Restarts {
  let crashes: number[] = [];
  return {
    crashed(at) {
      crashes = [...crashes.filter((before) => at - before < memory), at];
      const pause = pauses[crashes.length - 1];
      return pause === undefined ? undefined : { pause, count: crashes.length };
    },
    forget() {
      crashes = [];
    },
  };
}
