/** The types of `codeChange`, and the two values that stand where a function could: `irreversible` and `drop`. */

/** `codeChange[n]` is the step between versions `n` and `n + 1`. */
export type CodeChange = { readonly [from: number]: Step };

/**
 * One step. `up` gets the state of version `n` and returns that of `n + 1`, `down` the reverse; both get the upgrade's `extra` as well.
 * They are synchronous and pure: they run on a copy of the state, while the process is at rest, and may run again. In the copy, plain
 * objects, arrays, maps, sets, dates, buffers and instances of ordinary classes are new, at any depth; functions, pids, promises, errors,
 * event emitters and instances of classes with private fields or of built-in ones are the originals, so leave those as they are.
 */
export interface Step {
  up(state: never, extra?: unknown): unknown;
  down: ((state: never, extra?: unknown) => unknown) | Irreversible;
  /** What to do with queued messages of the other version, by name, for calls, casts and infos alike. */
  readonly messages?: { readonly [name: string]: MessageUp | Drop | { readonly up?: MessageUp | Drop; readonly down?: MessageUp | Drop } };
}

/** Takes the arguments of a queued message and returns those that the other version expects. */
export type MessageUp = (...args: never[]) => readonly unknown[];

/** Says that there is no way back over this step; a downgrade is refused with this reason. */
export function irreversible(why: string): Irreversible {
  return Object.freeze({ irreversible: why });
}

/** Says that queued messages of this name are dropped; a call's caller is rejected with `INSTAR_MESSAGE_DROPPED` and this reason. */
export function drop(why: string): Drop {
  return Object.freeze({ drop: why });
}

export interface Irreversible {
  readonly irreversible: string;
}

export interface Drop {
  readonly drop: string;
}

export function isIrreversible(value: unknown): value is Irreversible {
  return typeof value === "object" && value !== null && "irreversible" in value;
}

export function isDrop(value: unknown): value is Drop {
  return typeof value === "object" && value !== null && "drop" in value && typeof value.drop === "string";
}
