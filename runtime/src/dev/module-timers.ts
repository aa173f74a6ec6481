/**
 * The timers of one module version: its code gets its own `setTimeout`, `setInterval`, `setImmediate` and `queueMicrotask`, so that it is
 * known which of them still hold the version, and so that they end with it. Timers by other ways are not seen: `node:timers` imported, or
 * by way of `globalThis`, or of a package.
 */
import { promisify } from "node:util";
import { currentFlight } from "../flight.ts";

export interface ModuleTimer {
  readonly kind: "timeout" | "interval" | "immediate" | "microtask";
  /** The process whose handler set it; null outside of handlers. */
  readonly pid: string | null;
  /** Milliseconds; null where it has none. */
  readonly after: number | null;
}

export interface ModuleTimers {
  /** In the order of `timerNames`. */
  readonly functions: readonly unknown[];
  /** Those that are still to fire. */
  list(): ModuleTimer[];
  /** Ends all of them. What the version's code sets from now on never fires. */
  cancel(): number;
}

export const timerNames = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
] as const;

export function createModuleTimers(): ModuleTimers {
  const timers = new Map<object, ModuleTimer & { readonly clear: () => void }>();
  let canceled = false;

  type Callback = (...args: unknown[]) => unknown;
  type Setter = (callback: Callback, ...rest: unknown[]) => object;

  /** Node's function, but what it sets is known here until it has fired or was cleared. */
  const known = (kind: ModuleTimer["kind"], set: Setter, clear: (timer: never) => void): Setter => {
    const own: Setter = (callback, ...rest) => {
      // Node says best what is wrong with that.
      if (typeof callback !== "function") return set(callback, ...rest);
      const fire: Callback = function (this: unknown, ...args) {
        if (kind !== "interval") timers.delete(timer);
        return Reflect.apply(callback, this, args);
      };
      const timer = set(fire, ...rest);
      const after = kind === "immediate" ? null : Number(rest[0] ?? 0);
      if (canceled) clear(timer as never);
      else timers.set(timer, { kind, pid: currentPid(), after, clear: () => clear(timer as never) });
      return timer;
    };
    return own;
  };
  const forget =
    (clear: (timer: never) => void) =>
    (timer: unknown): void => {
      // A timer may also be given as its number.
      const object = typeof timer === "object" ? timer : [...timers.keys()].find((candidate) => Number(candidate) === Number(timer));
      if (object !== null && object !== undefined) timers.delete(object);
      clear(timer as never);
    };
  const queue = (callback: Callback): void => {
    if (typeof callback !== "function") return globalThis.queueMicrotask(callback);
    if (canceled) return;
    const key = {};
    timers.set(key, { kind: "microtask", pid: currentPid(), after: null, clear: () => {} });
    globalThis.queueMicrotask(() => {
      if (timers.delete(key)) callback();
    });
  };
  // Looked up at each call: tests put their own in place of Node's.
  const functions = [
    // `promisify(setTimeout)` gives Node's own, which is not counted.
    withPromise(
      known("timeout", (...args) => Reflect.apply(globalThis.setTimeout, undefined, args), clearAny("clearTimeout")),
      globalThis.setTimeout,
    ),
    known("interval", (...args) => Reflect.apply(globalThis.setInterval, undefined, args), clearAny("clearInterval")),
    withPromise(
      known("immediate", (...args) => Reflect.apply(globalThis.setImmediate, undefined, args), clearAny("clearImmediate")),
      globalThis.setImmediate,
    ),
    queue,
    forget(clearAny("clearTimeout")),
    forget(clearAny("clearInterval")),
    forget(clearAny("clearImmediate")),
  ];

  const living = (): (ModuleTimer & { readonly clear: () => void })[] => {
    // One that was ended by its own method, `timer.close()`, says so itself.
    for (const timer of timers.keys()) if ((timer as { readonly _destroyed?: boolean })._destroyed === true) timers.delete(timer);
    return [...timers.values()];
  };
  return {
    functions,
    list: () => living().map(({ kind, pid, after }) => ({ kind, pid, after })),
    cancel() {
      canceled = true;
      const ended = living();
      for (const { clear } of ended) clear();
      timers.clear();
      return ended.length;
    },
  };
}

function currentPid(): string | null {
  return currentFlight()?.process.pid.id ?? null;
}

function clearAny(name: "clearTimeout" | "clearInterval" | "clearImmediate"): (timer: never) => void {
  return (timer) => globalThis[name](timer);
}

function withPromise<F extends object>(own: F, native: object): F {
  const custom: unknown = (native as Record<symbol, unknown>)[promisify.custom];
  return Object.defineProperty(own, promisify.custom, { value: custom, configurable: true });
}
