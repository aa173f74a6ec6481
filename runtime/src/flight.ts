/**
 * A flight is one run of a handler, from the message to the handler's result, across every `await` in it. The runtime follows flights, so
 * that `start` in a handler finds its system, and so that an upgrade knows which calls a handler in flight is waiting for.
 */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { holdsCaller } from "./from.ts";
import type { Message } from "./mailbox.ts";
import type { ModuleVersion } from "./module.ts";
import type { Process } from "./process.ts";

export class Flight {
  readonly process: Process;
  /** Whose code it runs to its end, whatever becomes current meanwhile; null when it has ended. */
  version: ModuleVersion | null;
  /** What is being handled; null while `init` runs. */
  message: Message | null;
  /** The handler is `terminate`. */
  ending = false;
  /** The flight that waits for this one: the sender's, or the one that called `start`. */
  cause: Flight | null;
  /** Who owed answers when it sent the message that led here, directly or through others, so that this may be a part of one. */
  readonly debtor: Process | null;
  /** Monotonic clock time at which its handler began to wait for something; null before, since asking the time costs as much as a message. */
  since: number | null = null;
  /** The handler is finished, or its process was killed under it: whatever it still does has no effect on the process. */
  done = false;
  /** Its process ended under it. The code cannot be stopped, but it sends nothing any more, as what does not run sends nothing. */
  cutOff = false;

  constructor(process: Process, message: Message | null, cause: Flight | null) {
    this.process = process;
    this.version = process.version;
    this.message = message;
    this.cause = cause;
    this.debtor = cause === null ? null : debtorOf(cause);
  }

  /** For people: `call join`, `init`, `terminate`. */
  get handler(): string {
    if (this.ending) return "terminate";
    return this.message === null ? "init" : `${this.message.kind} ${this.message.name}`;
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
  if (process.mailbox.find((queued) => isAwaited(queued) && holdsUpRest(queued.flight, seen)) !== undefined) return true;
  return owesRest(process, seen) || (flight.debtor !== null && owesRest(flight.debtor, seen));
}

/** Whether a process has taken a call of such a flight, and is still to answer it, or has been given its caller by who took it. */
export function owesRest(process: Process, seen: Set<Flight> = new Set()): boolean {
  const { flight, later, state } = process;
  for (const message of later?.values() ?? []) if (holdsUpRest(message.flight, seen)) return true;
  return [flight?.message?.args, state].some((value) => holdsCaller(value, (waiting) => holdsUpRest(waiting, seen)));
}

/** Whether a message hands on the caller of such a flight, or somebody who owes it an answer has led to this message. */
export function mayBringAnswer({ args, flight }: Message): boolean {
  if (holdsCaller(args, (waiting) => holdsUpRest(waiting))) return true;
  return flight !== null && (owesRest(flight.process) || (flight.debtor !== null && owesRest(flight.debtor)));
}

/** One that is out of debt is forgotten, or a chain of messages without end would keep it. */
function debtorOf({ process, debtor }: Flight): Process | null {
  if (process.owes) return process;
  return debtor?.owes === true ? debtor : null;
}

/** Whether the sender waits. Not for a cast or an info, and no longer for a call that timed out. */
export function isAwaited({ kind, call }: Message): boolean {
  return kind === "stop" || (call !== null && !call.settled);
}

/** The flight that this code runs in, directly or after an `await`. */
export function currentFlight(): Flight | null {
  return storage?.getStore() ?? active;
}

/** Calls a handler in a flight. Without `context` only the synchronous part of it is known as such. */
export function callInFlight(
  flight: Flight,
  context: boolean,
  handler: (first: unknown, ...args: readonly unknown[]) => unknown,
  first: unknown,
  args: readonly unknown[],
): unknown {
  const before = active;
  active = flight;
  try {
    if (context) return (storage ??= new AsyncLocalStorage<Flight>()).run(flight, handler, first, ...args);
    // Where arguments are spread, the compiler cannot put the handler's code in here.
    switch (args.length) {
      case 0:
        return handler(first);
      case 1:
        return handler(first, args[0]);
      case 2:
        return handler(first, args[0], args[1]);
      default:
        return handler(first, ...args);
    }
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

/** The same for a method with one argument, without a function made for it. */
export function applyNeutral<T, A>(method: (this: T, argument: A) => void, self: T, argument: A): void {
  const before = active;
  active = null;
  try {
    neutral.runInAsyncScope(method as (this: T, ...args: unknown[]) => void, self, argument);
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
