/** `supervisor`: declares a supervisor module. What supervisors do is in `supervise.ts`. */
import type { Actor } from "./actor.ts";
import { badChildSpec, checkChildSpec, type ChildSpec } from "./child-spec.ts";
import { checkVersion } from "./definition.ts";
import { InstarError, safeString } from "./exit.ts";
import { createHandle } from "./handle.ts";
import type { Pid } from "./pid.ts";
import { behaviour, checkSignificant, isSimple, type AutoShutdown, type ChildCounts, type ChildInfo, type Strategy } from "./supervise.ts";

export type { AutoShutdown, ChildCounts, ChildInfo, Strategy };

export interface SupervisorDefinition {
  /** Default 1. */
  readonly vsn?: number;
  /** Pins the module id. */
  readonly id?: string;
  /** Default `one_for_one`. */
  readonly strategy?: Exclude<Strategy, "simple_one_for_one">;
  /**
   * More than `restarts` restarts within `within` milliseconds, of all children together, end the supervisor for `shutdown`. Default: 1
   * in 5000 ms, as in OTP. A restart of several children counts once, and each attempt of one that fails counts.
   */
  readonly intensity?: { readonly restarts: number; readonly within: number };
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown;
  /** Started in this order, ended in reverse. */
  readonly children: readonly ChildSpec[];
}

export interface DynamicSupervisorDefinition<P, M extends readonly unknown[]> extends Omit<SupervisorDefinition, "strategy" | "children"> {
  readonly strategy: "simple_one_for_one";
  /** What all children are started from. Its `args` may leave out the last ones: `startChild` adds them. */
  readonly children: readonly [ChildSpec<P, M>];
}

/**
 * What a supervisor answers. A refused call is rejected and changes nothing. Starting and ending a child take as long as the child does, and
 * the supervisor does nothing else meanwhile, so these calls have no limit unless `withTimeout` sets one.
 */
export interface Supervisor {
  init(): unknown;
  calls: {
    /** The children, the last started first. */
    whichChildren(): readonly ChildInfo[];
    countChildren(): ChildCounts;
    /** @throws `INSTAR_CHILD_NOT_FOUND` */
    childSpec(id: string): ChildSpec;
    /**
     * Adds a child as the last one, and starts it.
     *
     * @throws `INSTAR_CHILD_ALREADY_STARTED`, `INSTAR_CHILD_ALREADY_PRESENT` for one of this id that is not running,
     * `INSTAR_BAD_CHILD_SPEC`, `INSTAR_INIT_FAILED`, `INSTAR_NAME_TAKEN`. Then it is not added.
     */
    startChild(spec: ChildSpec): Pid<never>;
    /** Ends a child, which is not restarted. Its specification stays, unless it is temporary. @throws `INSTAR_CHILD_NOT_FOUND` */
    terminateChild(id: string): void;
    /**
     * Starts a child that is not running.
     *
     * @throws `INSTAR_CHILD_RUNNING`, `INSTAR_CHILD_RESTARTING`, `INSTAR_CHILD_NOT_FOUND`, `INSTAR_INIT_FAILED`, `INSTAR_NAME_TAKEN`
     */
    restartChild(id: string): Pid<never>;
    /** Forgets a child that is not running. @throws `INSTAR_CHILD_RUNNING`, `INSTAR_CHILD_RESTARTING`, `INSTAR_CHILD_NOT_FOUND` */
    deleteChild(id: string): void;
  };
}

/**
 * What a `simple_one_for_one` supervisor answers: its children understand `P` and are started with `M` beyond the specification's
 * arguments. `restartChild` and `deleteChild` are refused with `INSTAR_SIMPLE_ONE_FOR_ONE`: a child that was ended is forgotten.
 */
export interface DynamicSupervisor<P = unknown, M extends readonly unknown[] = readonly unknown[]> {
  init(): unknown;
  calls: {
    /** The children, the last started first. */
    whichChildren(): readonly ChildInfo<null>[];
    countChildren(): ChildCounts;
    /** @throws `INSTAR_CHILD_NOT_FOUND` */
    childSpec(child: string | Pid<P>): ChildSpec<P, M>;
    /** @throws `INSTAR_INIT_FAILED`, `INSTAR_NAME_TAKEN` */
    startChild(extraArgs: M): Pid<P>;
    /** Ends a child, which is not restarted. @throws `INSTAR_CHILD_NOT_FOUND` */
    terminateChild(child: Pid<P>): void;
  };
}

/**
 * Declares a supervisor module; the handle is its default export.
 *
 * @throws `InstarError` `INSTAR_BAD_DEFINITION`, `INSTAR_BAD_CHILD_SPEC` for two children with one id
 */
export function supervisor<P, M extends readonly unknown[]>(definition: DynamicSupervisorDefinition<P, M>): Actor<DynamicSupervisor<P, M>>;
export function supervisor(definition: SupervisorDefinition): Actor<Supervisor>;
export function supervisor(definition: AnyDefinition): Actor<Supervisor> | Actor<DynamicSupervisor> {
  return createHandle("supervisor", { ...checked(definition), ...behaviour });
}

type AnyDefinition = Omit<SupervisorDefinition, "strategy"> & { readonly strategy?: Strategy };

function checked(definition: AnyDefinition): AnyDefinition & { readonly vsn: number } {
  const defaults = { vsn: 1, strategy: "one_for_one", autoShutdown: "never", intensity: { restarts: 1, within: 5000 } } as const;
  const complete = { ...defaults, ...definition };
  checkVersion("supervisor", definition === null || typeof definition !== "object" ? definition : complete);
  const { strategy, intensity, autoShutdown, children } = complete;
  if (!["one_for_one", "one_for_all", "rest_for_one", "simple_one_for_one"].includes(strategy)) {
    bad(`has the unknown strategy ${safeString(strategy)}; it is one of one_for_one, one_for_all, rest_for_one and simple_one_for_one`);
  }
  if (!["never", "anySignificant", "allSignificant"].includes(autoShutdown)) {
    bad(`has the unknown autoShutdown ${safeString(autoShutdown)}; it is one of never, anySignificant and allSignificant`);
  }
  const { restarts, within } = typeof intensity === "object" && intensity !== null ? intensity : { restarts: -1, within: 0 };
  if (!Number.isInteger(restarts) || restarts < 0 || !(typeof within === "number" && within > 0)) {
    bad("has an intensity that is not { restarts: whole number from 0, within: milliseconds above 0 }");
  }
  if (!Array.isArray(children)) bad("has children that are not an array of child(…)");
  if (isSimple({ strategy }) && children.length !== 1) {
    bad(`has ${children.length} child specifications, but with simple_one_for_one there is one, from which all children are started`);
  }
  const ids = new Set<string>();
  for (const spec of children) {
    const { id } = checkChildSpec(spec);
    checkSignificant(spec, autoShutdown);
    if (ids.has(id)) badChildSpec(`two children have the id ${id}; ids are how restarts and upgrades tell children apart`);
    ids.add(id);
  }
  return complete;
}

function bad(why: string): never {
  throw new InstarError("INSTAR_BAD_DEFINITION", `the definition given to supervisor(…) ${why}.`);
}
