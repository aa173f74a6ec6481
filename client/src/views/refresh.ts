/** When a view reads anew: at once, then not before some time has passed, and not while nobody sees it. */

export interface Refresh {
  /** Something has changed. */
  request(): void;
  /** Whoever sees the view or no longer does. */
  seen(visible: boolean): void;
  /** Resolves when what was there at this moment has been read. */
  now(): Promise<void>;
  dispose(): void;
}

export interface RefreshOptions {
  readonly read: () => Promise<void>;
  readonly visible: boolean;
  /** Milliseconds between the end of a reading and the next. */
  readonly pause: number;
  /** `setTimeout`. Gives what ends it. */
  readonly later?: (run: () => void, milliseconds: number) => () => void;
}

export function createRefresh({ read, visible, pause, later = laterByTimer }: RefreshOptions): Refresh {
  let due = false;
  let reading: Promise<void> | undefined;
  let endPause: (() => void) | undefined;
  let disposed = false;

  const start = (): Promise<void> => {
    due = false;
    endPause?.();
    endPause = undefined;
    reading = read().finally(() => {
      reading = undefined;
      if (disposed) return;
      endPause = later(() => {
        endPause = undefined;
        startWhereDue();
      }, pause);
    });
    return reading;
  };
  const startWhereDue = (): void => {
    if (due && visible && reading === undefined && endPause === undefined && !disposed) void start();
  };
  return {
    request() {
      due = true;
      startWhereDue();
    },
    seen(now) {
      visible = now;
      startWhereDue();
    },
    async now() {
      // One that is under way may have begun before what it is asked for.
      if (reading !== undefined) await reading;
      await (reading ?? start());
    },
    dispose() {
      disposed = true;
      endPause?.();
    },
  };
}

function laterByTimer(run: () => void, milliseconds: number): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}
