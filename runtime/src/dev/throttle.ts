/** At most one call in a time span: the first at once, what comes meanwhile together at its end. */
export function createThrottle(ms: number, run: () => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  let pending = false;
  const fire = (): void => {
    pending = false;
    run();
    timer = setTimeout(() => {
      timer = null;
      if (pending) fire();
    }, ms);
    timer.unref();
  };
  return () => {
    if (timer === null) fire();
    else pending = true;
  };
}
