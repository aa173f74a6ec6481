/** `supervisor`: starts children in order, restarts those that end, within a restart intensity, and ends them in reverse order. */
import type { Actor } from "./actor.ts";
import type { ChildSpec, RestartType } from "./child-spec.ts";
import { checkVersion, type ActorDefinition } from "./definition.ts";
import { formatReason, InstarError, isOrderly, safeString, toReason, type ExitReason } from "./exit.ts";
import { currentFlight, type Flight } from "./flight.ts";
import { createHandle, moduleOf } from "./handle.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import { ProcessPid } from "./process-pid.ts";
import { next, reply, stop } from "./result.ts";
import type { LiveSystem } from "./system.ts";

/** As in OTP, which child ends have an effect on which others. */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one" | "simple_one_for_one";

export interface SupervisorDefinition {
  /** Default 1. */
  readonly vsn?: number;
  /** Pins the module id. */
  readonly id?: string;
  /** Only `one_for_one`, the default, is implemented: a child that ended is restarted alone. */
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
  calls: {
    /** The children, the last started first. */
    whichChildren(): readonly ChildInfo[];
  };
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
 * @throws `InstarError` `INSTAR_BAD_DEFINITION`, `INSTAR_BAD_CHILD_SPEC` for two children with one id, `INSTAR_STRATEGY_NOT_IMPLEMENTED`
 */
export function supervisor(definition: SupervisorDefinition): Actor<Supervisor> {
  return createHandle("supervisor", { ...checked(definition), ...behaviour });
}

/** What lies in a supervisor's version: its specification, and the handlers that are the same for every supervisor. */
type SupervisorCode = ActorDefinition & Required<Pick<SupervisorDefinition, "intensity" | "children">>;

interface State {
  /** In start order. */
  readonly children: Child[];
  /** Clock times of the restarts that still count. */
  readonly restarted: readonly number[];
}

interface Child {
  readonly id: string;
  /** What it was started from last. */
  spec: ChildSpec;
  /** Null while it is not running. */
  process: Process | null;
  restarts: number;
}

interface HandlerContext {
  readonly state: State;
  readonly self: { readonly pid: unknown };
}

const behaviour = {
  trapExit: true,
  init: async (): Promise<State> => {
    const self = (currentFlight() as Flight).process;
    const state: State = { children: [], restarted: [] };
    for (const spec of codeOf(self).children) {
      const child: Child = { id: spec.id, spec, process: null, restarts: 0 };
      state.children.push(child);
      try {
        await startChild(self, child, spec);
      } catch (thrown) {
        await endChildren(self, state);
        const text = `child ${spec.id} of supervisor ${self.describe()} did not start: ${formatReason(toReason(thrown))}`;
        throw new InstarError("INSTAR_INIT_FAILED", text, { cause: thrown });
      }
    }
    return state;
  },
  calls: {
    // As OTP's, the last started first.
    whichChildren: ({ state }: HandlerContext) => reply(state.children.map(describeChild).toReversed()),
  },
  infos: {
    /** A child has ended. */
    exit: ({ state, self }: HandlerContext, pid: unknown, reason: ExitReason) => {
      const child = state.children.find(({ process }) => process !== null && process.pid === pid);
      // Unknown: it was ended on purpose, by `terminate` or because its start was undone.
      if (child === undefined) return next();
      child.process = null;
      if (child.spec.restart === "temporary") return next({ ...state, children: state.children.filter((other) => other !== child) });
      if (child.spec.restart === "transient" && isOrderly(reason)) return next();
      return restart(processOf(self.pid), state, child, reason);
    },
    /** A restart failed; it is tried again, and counts again. */
    restartAgain: ({ state, self }: HandlerContext, child: Child, reason: ExitReason) =>
      state.children.includes(child) && child.process === null ? restart(processOf(self.pid), state, child, reason) : next(),
  },
  terminate: ({ state, self }: HandlerContext) => endChildren(processOf(self.pid), state),
} as unknown as ActorDefinition;

/** Restarts a child, or ends the supervisor where that is once too often. */
async function restart(self: Process, state: State, child: Child, reason: ExitReason): Promise<unknown> {
  const { intensity, children } = codeOf(self);
  const now = self.host.clock.now();
  // As in OTP, a restart exactly `within` ago still counts.
  const restarted = [...state.restarted, now].filter((time) => time + intensity.within >= now);
  if (restarted.length > intensity.restarts) {
    const text =
      `supervisor ${self.describe()} gives up: child ${child.id} ended (${formatReason(reason)}) and would be restart ${restarted.length} ` +
      `within ${intensity.within} ms, where ${intensity.restarts} are allowed`;
    self.host.log("error", text);
    return stop("shutdown", { ...state, restarted });
  }
  child.restarts++;
  try {
    // An upgraded supervisor may say otherwise than when the child was started first.
    await startChild(self, child, children.find((spec) => spec.id === child.id) ?? child.spec);
  } catch (thrown) {
    self.host.log("error", `supervisor ${self.describe()} could not restart child ${child.id}: ${formatReason(toReason(thrown))}`);
    self.info("restartAgain", [child, toReason(thrown)]);
  }
  return next({ ...state, restarted });
}

async function startChild(self: Process, child: Child, spec: ChildSpec): Promise<void> {
  const { args, name } = spec;
  const process = systemOf(self).spawn(moduleOf(spec.handle), { args, name, supervisor: self, restarts: child.restarts });
  await process.initialized;
  if (self.phase === "exited") return process.kill();
  child.spec = spec;
  child.process = process;
}

/** In reverse start order, each as its specification says. */
async function endChildren(self: Process, state: State): Promise<void> {
  for (const { process, spec } of state.children.toReversed()) {
    if (process !== null) await systemOf(self).shutDown(process, spec.shutdown);
  }
}

function describeChild({ id, process, spec, restarts }: Child): ChildInfo {
  const module = moduleOf(spec.handle);
  const pid = (process?.pid ?? null) as Pid<never> | null;
  return { id, pid, module: module.id, kind: module.current.kind, restart: spec.restart, restarts };
}

function codeOf(self: Process): SupervisorCode {
  return self.definition as SupervisorCode;
}

function systemOf(self: Process): LiveSystem {
  return self.host as LiveSystem;
}

function processOf(pid: unknown): Process {
  return ProcessPid.processOf(pid) as Process;
}

function checked(definition: SupervisorDefinition): SupervisorDefinition & { readonly vsn: number } {
  const complete = { vsn: 1, strategy: "one_for_one" as const, intensity: { restarts: 1, within: 5000 }, ...definition };
  checkVersion("supervisor", complete);
  const { strategy, intensity, children } = complete;
  if (strategy !== "one_for_one") {
    if (!["one_for_all", "rest_for_one", "simple_one_for_one"].includes(strategy)) bad(`has the unknown strategy ${safeString(strategy)}`);
    throw new InstarError(
      "INSTAR_STRATEGY_NOT_IMPLEMENTED",
      `the supervisor strategy ${strategy} is not implemented yet, and another one would not restart what it promises. Use one_for_one.`,
    );
  }
  const { restarts, within } = intensity;
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
