/**
 * A flight is one run of a handler, from the message to the handler's result, across every `await` in it. The runtime follows flights, so
 * that `start` in a handler finds its system, and so that an upgrade knows which calls a handler in flight is waiting for.
 */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Message } from "./mailbox.ts";
import type { ModuleVersion } from "./module.ts";
import type { Process } from "./process.ts";

export class Flight {
  readonly process: Process;
  /** Whose code it runs to its end, whatever becomes current meanwhile; null when it has ended. */
  version: ModuleVersion | null;
  /** For people: `call join`, `init`, `terminate`. */
  handler: string;
  /** What is being handled; null while `init` runs. */
  message: Message | null;
  /** The flight that waits for this one: the sender's, or the one that called `start`. */
  cause: Flight | null;
  /** Monotonic clock time at which it began. */
  readonly since: number;
  /** The handler is finished, or its process was killed under it: whatever it still does has no effect on the process. */
  done = false;

  constructor(process: Process, handler: string, message: Message | null, cause: Flight | null, since: number) {
    this.process = process;
    this.version = process.version;
    this.handler = handler;
    this.message = message;
    this.cause = cause;
    this.since = since;
  }

  /** Ends it. The chain is cut, or processes that answer each other for ever would keep every flight there was. */
  land(): void {
    this.done = true;
    this.message = null;
    this.cause = null;
    // Node keeps it with every promise that was made in it.
    this.version = null;
  }
}

/**
 * Whether a suspended process has to serve what this flight asks for, because the flight keeps a suspended process from coming to rest:
 * it runs in one, or somebody who does waits for it, perhaps through others, or will as soon as it is done with what is before it.
 * Refusing it would be a deadlock: the upgrade waits for the flight, and the flight for the upgrade.
 */
export function holdsUpRest(flight: Flight | null, seen: Set<Flight> = new Set()): boolean {
  if (flight === null || flight.done || seen.has(flight)) return false;
  seen.add(flight);
  const { process, message, cause } = flight;
  if (process.suspended) return true;
  // Who started it waits for `init`.
  if ((message === null || isAwaited(message)) && holdsUpRest(cause, seen)) return true;
  return process.mailbox.find((queued) => isAwaited(queued) && holdsUpRest(queued.flight, seen)) !== undefined || owesRest(process, seen);
}

/** Whether a process has taken a call of such a flight, and is still to answer it. */
export function owesRest({ later }: Process, seen: Set<Flight> = new Set()): boolean {
  if (later === null) return false;
  for (const { flight } of later.values()) if (holdsUpRest(flight, seen)) return true;
  return false;
}

/** Whether the sender waits. Not for a cast or an info, and no longer for a call that timed out. */
export function isAwaited({ kind, call }: Message): boolean {
  return kind === "stop" || (call !== null && !call.settled);
}

/** The flight that this code runs in, directly or after an `await`. */
export function currentFlight(): Flight | null {
  return storage?.getStore() ?? active;
}

/** Runs `fn` in a flight. Without `context` only the synchronous part of it is known as such. */
export function runInFlight<T>(flight: Flight, context: boolean, fn: () => T): T {
  const before = active;
  active = flight;
  try {
    return context ? (storage ??= new AsyncLocalStorage<Flight>()).run(flight, fn) : fn();
  } finally {
    active = before;
  }
}

/** Runs `fn` in no flight, and in none of the application's own async contexts: those belong to whoever happened to wake the runtime. */
export function runNeutral<T>(fn: () => T): T {
  const before = active;
  active = null;
  try {
    return neutral.runInAsyncScope(fn);
  } finally {
    active = before;
  }
}

/**
 * Puts things in order after code was broken off from outside, which runs no `finally`. Called where `runNeutral` is next up the stack.
 * @returns the flight that it ran in
 */
export function breakOff(): Flight | null {
  const flight = active;
  active = null;
  storage?.enterWith(undefined as never);
  return flight;
}

/** Made when the package is loaded, which is in nobody's context. */
const neutral = new AsyncResource("instar", { requireManualDestroy: true });
/** Made with the first system that wants it: a storage in use costs every promise in the program. */
let storage: AsyncLocalStorage<Flight> | null = null;
let active: Flight | null = null;
