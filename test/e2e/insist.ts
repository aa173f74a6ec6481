/** Acts again until what should come of it is seen. */
import type { Locator } from "playwright-core";
import { until } from "./until.ts";

/**
 * Does `act` until `seen` is there. A view or a dialog that opens takes the focus when it is ready, which may be after the next key is
 * pressed; that key then goes to the view, and nothing comes of it. `what` completes the sentence "Waited for".
 */
export function insist(what: string, seen: Locator, act: () => Promise<void>, patience = 5000): Promise<void> {
  return until(what, async () => {
    await act();
    return appears(seen, patience);
  });
}

/** Whether it is seen within so many milliseconds. */
export function appears(seen: Locator, within: number): Promise<boolean> {
  return seen.waitFor({ timeout: within }).then(
    () => true,
    () => false,
  );
}
