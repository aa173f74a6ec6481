/** Numbers as plans and reports write them. */

/** "1 error", "2 errors". */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

export function processCount(number: number): string {
  return count(number, "process", "processes");
}

export function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** @param at ISO 8601. */
export function clockTime(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
