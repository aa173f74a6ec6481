/** `child`: how a supervisor starts, restarts and stops one child. A leaf between actors and supervisors. */
import type { Actor } from "./actor.ts";
import { moduleOf, type Handle } from "./handle.ts";
import { InstarError, safeString } from "./exit.ts";
import type { ArgsOf, Protocol } from "./pid.ts";

/** When a child that ended is started again: `permanent` always, `transient` unless its end was orderly, `temporary` never. */
export type RestartType = "permanent" | "transient" | "temporary";

/** How a child is ended: asked to, and killed after so many milliseconds; asked to without limit; or killed at once. */
export type Shutdown = number | "infinity" | "brutalKill";

export interface ChildOptions<A extends readonly unknown[]> {
  /** Unique among the supervisor's children. */
  readonly id: string;
  /**
   * The arguments of `init`. Only the single child of a `simple_one_for_one` supervisor may leave out the last ones: `startChild` adds them.
   */
  readonly args?: A;
  /** Registered each time that the child starts. */
  readonly name?: string;
  /** Default `permanent`. */
  readonly restart?: RestartType;
  /** Default 5000 ms for actors, `infinity` for supervisors. */
  readonly shutdown?: Shutdown;
  /** Its orderly end may end the supervisor, as that one's `autoShutdown` says. Not for `permanent` children. Default false. */
  readonly significant?: boolean;
}

/** A child specification, for the `children` of a supervisor and for `startChild`. `M` are the arguments of `init` that it leaves out. */
export interface ChildSpec<P = unknown, M extends readonly unknown[] = readonly []> {
  readonly id: string;
  readonly handle: Handle;
  readonly args: readonly unknown[];
  readonly name: string | null;
  readonly restart: RestartType;
  readonly shutdown: Shutdown;
  readonly significant: boolean;
  /** Only types: what the child understands, and which arguments its `init` still wants. */
  readonly [understands]?: P;
  readonly "arguments of init that are missing"?: (...args: M) => void;
}
declare const understands: unique symbol;

/** @throws `InstarError` `INSTAR_BAD_CHILD_SPEC`, or `INSTAR_NOT_A_HANDLE` */
export function child<
  P extends Protocol,
  const A extends readonly [] | Readonly<ArgsOf<P["init"]>> | Beginning<ArgsOf<P["init"]>> = readonly [],
>(handle: Actor<P>, options: ChildOptions<A>): ChildSpec<P, Missing<ArgsOf<P["init"]>, A>> {
  const { kind } = moduleOf(handle).current;
  const { id, args = [], name = null, restart = "permanent", significant = false } = options;
  const { shutdown = kind === "supervisor" ? "infinity" : 5000 } = options;
  return checkChildSpec({ id, handle, args, name, restart, shutdown, significant }) as never;
}

/**
 * For callers that types do not reach.
 *
 * @throws `InstarError` `INSTAR_BAD_CHILD_SPEC`, or `INSTAR_NOT_A_HANDLE`
 */
export function checkChildSpec(spec: unknown): ChildSpec {
  if (typeof spec !== "object" || spec === null || !("id" in spec && "handle" in spec && "args" in spec && "shutdown" in spec)) {
    badChildSpec(`${safeString(spec)} is not a child specification; make it with child(handle, { id, … })`);
  }
  const { id, handle, args, name, restart, shutdown, significant } = spec as ChildSpec;
  if (typeof id !== "string" || id === "") badChildSpec(`the child's id is ${safeString(id)}, but it has to be a text`);
  moduleOf(handle);
  if (!Array.isArray(args)) badChildSpec(`the args of child ${id} are not an array`);
  if (name !== null && (typeof name !== "string" || name === "")) badChildSpec(`the name of child ${id} is not a text`);
  if (!["permanent", "transient", "temporary"].includes(restart)) {
    badChildSpec(`the restart type of child ${id} is ${safeString(restart)}; it is one of permanent, transient and temporary`);
  }
  if (shutdown !== "infinity" && shutdown !== "brutalKill" && !(typeof shutdown === "number" && shutdown >= 0)) {
    badChildSpec(`the shutdown of child ${id} is ${safeString(shutdown)}; it is a number of milliseconds, "infinity" or "brutalKill"`);
  }
  if (typeof significant !== "boolean") badChildSpec(`significant of child ${id} is ${safeString(significant)}; it is true or false`);
  if (significant && restart === "permanent") {
    badChildSpec(`child ${id} is permanent and significant, but one that is always started again can never end its supervisor`);
  }
  return spec as ChildSpec;
}

export function badChildSpec(why: string): never {
  throw new InstarError("INSTAR_BAD_CHILD_SPEC", `${why}.`);
}

/** All or the first of these arguments. */
type Beginning<A extends readonly unknown[]> = number extends A["length"]
  ? Readonly<A>
  : A extends readonly [unknown, ...infer Rest]
    ? readonly [] | readonly [A[0], ...Beginning<Rest>]
    : A extends readonly [unknown?, ...infer Rest]
      ? readonly [] | (A["length"] extends 0 ? never : readonly [A[0], ...Beginning<Rest>])
      : readonly [];

/** Those of `A` that come after `Given`; none where the rest may be left out. */
type Missing<A extends readonly unknown[], Given extends readonly unknown[]> = Given extends readonly [unknown, ...infer G]
  ? A extends readonly [unknown?, ...infer R]
    ? Missing<R, G>
    : readonly []
  : A;
