/**
 * Errors that nobody catches, such as a timer's or a rejected promise's, end the process whose handler started what failed, and not the
 * whole application. Those of nobody end the application, as in any program of Node, unless it has listeners of its own for them.
 */
import { toReason } from "../exit.ts";
import { currentFlight } from "../internal.ts";

/** Needs a system that follows context. A rejection without a listener of its own comes here too, as Node does it. */
export function attributeErrors(): void {
  process.on("uncaughtException", onError);
}

function onError(error: unknown): void {
  const owner = currentFlight()?.process;
  if (owner !== undefined) {
    // One that has ended already has nothing more to lose.
    owner.crash(toReason(error));
    return;
  }
  // The application's policy goes first, if it has one.
  if (process.listenerCount("uncaughtException") > 1) return;
  console.error(error);
  process.exit(1);
}
