/** `addRestart`: which restarts count against a supervisor's intensity. */

/**
 * The times of the restarts within the period, with one more at `now`; both lists have the oldest first. As in OTP, a restart exactly
 * `within` ago still counts, and one that was once too often does as well.
 */
export function addRestart(restarts: readonly number[], now: number, within: number): number[] {
  const first = restarts.findIndex((time) => time >= now - within);
  return [...(first === -1 ? [] : restarts.slice(first)), now];
}
