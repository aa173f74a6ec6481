/** `From`: a caller that is answered later than at the end of the call's handler. */
import { types } from "node:util";
import type { Flight } from "./flight.ts";
import type { Message, PendingCall } from "./mailbox.ts";

/**
 * The caller of a call, for handlers that return `noReply(…)`: it may lie in the state, or be given to another process, until there is an
 * answer. Where the called process ends before, the caller is told that.
 */
export interface From<R> {
  /** Answers the caller. Only the first answer counts, and none does that comes too late. */
  reply(value: R): void;
}

/** What stands behind the type `From`. A private field, so that copies of a state share it: there is one caller. */
export class Caller {
  readonly #call: PendingCall | null;
  readonly #flight: Flight | null;

  constructor({ call, flight }: Pick<Message, "call" | "flight">) {
    this.#call = call;
    this.#flight = flight;
    Object.freeze(this);
    if (call === null || flight === null || call.settled || call.abandoned) return;
    lent.add(call);
    call.lent = lent;
  }

  /** The flight that waits for the answer of this caller; null where that is none, and for what is no caller. */
  static waiting(value: object): Flight | null {
    return #call in value && value.#call?.settled === false ? value.#flight : null;
  }

  /** Which call it is that it answers; null where nobody waits, undefined for what is no caller. */
  static callOf(value: object): PendingCall | null | undefined {
    return #call in value ? value.#call : undefined;
  }

  reply(value: unknown): void {
    this.#call?.resolve(value);
  }

  toJSON(): string {
    return "a caller";
  }
}

/**
 * Whether a caller lies in a value for whose flight `wanted` holds: whoever has it may be the one who answers. Looks into the fields and
 * elements of objects, maps and sets, at so many values that it finds a caller among thousands of them.
 */
export function holdsCaller(value: unknown, wanted: (flight: Flight) => boolean): boolean {
  if (lent.size === 0) return false;
  const seen = new Set<unknown>();
  const add = (inner: unknown): void => {
    if (typeof inner === "object" && inner !== null && seen.size < mostLooked) seen.add(inner);
  };
  add(value);
  for (const inner of seen as ReadonlySet<object>) {
    const flight = types.isProxy(inner) ? null : Caller.waiting(inner);
    if (flight !== null && wanted(flight)) return true;
    if (types.isProxy(inner) || ArrayBuffer.isView(inner)) continue;
    if (types.isMap(inner)) for (const entry of Map.prototype.entries.call(inner)) entry.forEach(add);
    if (types.isSet(inner)) for (const v of Set.prototype.values.call(inner)) add(v);
    // Accessors are not run: they are the application's code.
    for (const key of Object.keys(inner)) add(Object.getOwnPropertyDescriptor(inner, key)?.value);
  }
  return false;
}

/** Calls of handlers that wait, and whose caller somebody has been given. Mostly there are none, and nothing to look for. */
const lent = new Set<PendingCall>();
const mostLooked = 10_000;
