/** Says what the control endpoint refused. In a flood, most of it is only counted, so that the log itself harms nobody. */

export interface RefusalLog {
  add(text: string): void;
  /** Says what was only counted. */
  flush(): void;
}

/** Of what comes within a second, so many are said one by one. */
export const maxRefusalLines = 20;

export function createRefusalLog(say: (text: string) => void): RefusalLog {
  let said = 0;
  let counted = 0;
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    said = 0;
    const rest = counted;
    counted = 0;
    if (rest > 0) say(`the control endpoint refused ${rest} more connections or messages.`);
  };
  return {
    add(text) {
      timer ??= setTimeout(flush, 1000).unref();
      if (said < maxRefusalLines) {
        said += 1;
        say(text);
      } else counted += 1;
    },
    flush,
  };
}
