/** Waits for a condition that tells nobody when it becomes true: asks again until it holds. Everything that does tell is awaited instead. */

/** How long anything may take, in milliseconds. Generous: on a busy machine with two cores a first squiggle has taken half a minute. */
export const patience = 90_000;

/** `what` completes the sentence "Waited … for". A condition that throws ends the waiting. */
export async function until(what: string, condition: () => Promise<boolean> | boolean, timeout = patience): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${timeout / 1000} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
