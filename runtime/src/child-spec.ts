/** `child`: how a supervisor starts, restarts and stops one child. A leaf between actors and supervisors. */
import type { Actor } from "./actor.ts";
import { moduleOf, type Handle } from "./handle.ts";
import { InstarError, safeString } from "./exit.ts";
import type { ArgsOf, Protocol } from "./pid.ts";

/** When a child that ended is started again: `permanent` always, `transient` unless its end was orderly, `temporary` never. */
export type RestartType = "permanent" | "transient" | "temporary";

/** How a child is ended: asked to, and killed after so many milliseconds; asked to without limit; or killed at once. */
export type Shutdown = number | "infinity" | "brutalKill";

export type ChildOptions<P extends Protocol> = {
  /** Unique among the supervisor's children. */
  readonly id: string;
  /** Registered each time that the child starts. */
  readonly name?: string;
  /** Default `permanent`. */
  readonly restart?: RestartType;
  /** Default 5000 ms for actors, `infinity` for supervisors. */
  readonly shutdown?: Shutdown;
} & (readonly [] extends Readonly<ArgsOf<P["init"]>> ? { readonly args?: ArgsOf<P["init"]> } : { readonly args: ArgsOf<P["init"]> });

/** A child specification, for the `children` of a supervisor. */
export interface ChildSpec {
  readonly id: string;
  readonly handle: Handle;
  readonly args: readonly unknown[];
  readonly name: string | null;
  readonly restart: RestartType;
  readonly shutdown: Shutdown;
}

/** @throws `InstarError` `INSTAR_BAD_CHILD_SPEC`, or `INSTAR_NOT_A_HANDLE` */
export function child<P extends Protocol>(handle: Actor<P>, options: ChildOptions<P>): ChildSpec {
  const { kind } = moduleOf(handle).current;
  const { id, args = [], name = null, restart = "permanent", shutdown = kind === "supervisor" ? "infinity" : 5000 } = options;
  if (typeof id !== "string" || id === "") bad(`the child's id is ${safeString(id)}, but it has to be a text`);
  if (!Array.isArray(args)) bad(`the args of child ${id} are not an array`);
  if (!["permanent", "transient", "temporary"].includes(restart)) {
    bad(`the restart type of child ${id} is ${safeString(restart)}; it is one of permanent, transient and temporary`);
  }
  if (shutdown !== "infinity" && shutdown !== "brutalKill" && !(typeof shutdown === "number" && shutdown >= 0)) {
    bad(`the shutdown of child ${id} is ${safeString(shutdown)}; it is a number of milliseconds, "infinity" or "brutalKill"`);
  }
  return { id, handle, args, name, restart, shutdown };
}

function bad(why: string): never {
  throw new InstarError("INSTAR_BAD_CHILD_SPEC", `${why}.`);
}
