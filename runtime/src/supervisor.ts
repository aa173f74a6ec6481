/** `supervisor`: starts children in order, restarts those that end, within a restart intensity, and ends them in reverse order. */
import type { Actor } from "./actor.ts";
import type { ChildSpec, RestartType } from "./child-spec.ts";
import { checkVersion } from "./definition.ts";
import { InstarError, safeString } from "./exit.ts";
import { createHandle } from "./handle.ts";
import type { Pid } from "./pid.ts";

export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one" | "simple_one_for_one";

export interface SupervisorDefinition {
  /** Default 1. */
  readonly vsn?: number;
  readonly id?: string;
  /** Which children are restarted when one ends. Only `one_for_one`, the default, is implemented: that child alone. */
  readonly strategy?: Strategy;
  /**
   * More than `restarts` restarts within `within` milliseconds, of all children together, end the supervisor for `shutdown`. Default: 1
   * in 5000 ms, as in OTP.
   */
  readonly intensity?: { readonly restarts: number; readonly within: number };
  /** Started in this order. */
  readonly children: readonly ChildSpec[];
}

/** What a supervisor answers. */
export interface Supervisor {
  init(): unknown;
  calls: { whichChildren(): readonly ChildInfo[] };
}

export interface ChildInfo {
  readonly id: string;
  /** Null while it is not running. */
  readonly pid: Pid<never> | null;
  readonly module: string;
  readonly kind: "actor" | "supervisor";
  readonly restart: RestartType;
  /** How often it was restarted. */
  readonly restarts: number;
}

/**
 * Declares a supervisor module; the handle is its default export.
 *
 * @throws `InstarError` `INSTAR_BAD_DEFINITION`, `INSTAR_BAD_CHILD_SPEC` for two children with one id,
 * `INSTAR_STRATEGY_NOT_IMPLEMENTED`
 */
export function supervisor(definition: SupervisorDefinition): Actor<Supervisor> {
  return createHandle("supervisor", checked(definition)) as Actor<Supervisor>;
}

/** A definition with every default filled in. */
export type CheckedSupervisor = Required<Omit<SupervisorDefinition, "id">> & { readonly id?: string };

function checked(definition: SupervisorDefinition): CheckedSupervisor {
  const complete = { vsn: 1, strategy: "one_for_one" as const, intensity: { restarts: 1, within: 5000 }, ...definition };
  checkVersion("supervisor", complete);
  const { strategy, intensity, children } = complete;
  if (strategy !== "one_for_one") {
    if (!["one_for_all", "rest_for_one", "simple_one_for_one"].includes(strategy)) bad(`has the unknown strategy ${safeString(strategy)}`);
    throw new InstarError(
      "INSTAR_STRATEGY_NOT_IMPLEMENTED",
      `the supervisor's strategy ${strategy} is not implemented yet; it would not restart what it promises. Use one_for_one.`,
    );
  }
  const { restarts, within } = intensity ?? {};
  if (!Number.isInteger(restarts) || restarts < 0 || !(typeof within === "number" && within > 0)) {
    bad("has an intensity that is not { restarts: whole number from 0, within: milliseconds above 0 }");
  }
  if (!Array.isArray(children)) bad("has children that are not an array of child(…)");
  const ids = new Set<string>();
  for (const { id } of children) {
    if (ids.has(id)) {
      throw new InstarError(
        "INSTAR_BAD_CHILD_SPEC",
        `two children have the id ${id}; ids are how restarts and upgrades tell children apart.`,
      );
    }
    ids.add(id);
  }
  return complete;
}

function bad(why: string): never {
  throw new InstarError("INSTAR_BAD_DEFINITION", `the definition given to supervisor(…) ${why}.`);
}
