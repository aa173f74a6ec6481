/**
 * What there is to know of an upgrade before it is begun: what the runtime says that it would do, what the analysis has against it, the
 * strategy that it needs, and what the other strategies would cost the processes that live now.
 */
import type { ProcessInfo, UpgradeError, UpgradePlan, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { ActorModule, Analyzed, Strategy } from "../analysis/model.ts";
import type { Finding } from "../analysis/rule.ts";
import { blockingFindings } from "../live/blocking-findings.ts";
import type { Place } from "./line.ts";
import { type NeededStrategy, neededStrategy, strategies } from "./strategy.ts";
import { processCount } from "./words.ts";

export interface PlanFacts extends NeededStrategy {
  readonly plan: UpgradePlan;
  /** One for each strategy; none where nothing lives that it could cost anything. */
  readonly strategies: readonly StrategyCost[];
  readonly lossy: readonly LossyStep[];
  /** What of the processes cannot go to another process of the operating system, or why none can be started; `window` and `blue-green` need both. */
  readonly cannotMove: readonly UpgradeError[];
  /** Why an upgrade would be refused. */
  readonly findings: readonly Finding[];
  /** Where modules and their steps stand in the sources, by id. */
  readonly places: ReadonlyMap<string, { readonly module: Place; readonly steps: ReadonlyMap<number, Place> }>;
}

/** What a strategy would cost, by what lives now. */
export interface StrategyCost {
  readonly strategy: Strategy;
  /** Why it cannot be done as things are; null where it can. */
  readonly impossible: string | null;
  /** How many processes would lose their states, and of which modules they are. */
  readonly losesStates: number;
  readonly modules: readonly { readonly module: string; readonly processes: number }[];
  /** How many processes would take no messages meanwhile; what a hot upgrade asks of them is a moment. */
  readonly stops: number;
}

export interface LossyStep {
  readonly module: string;
  /** What is lost, in words. */
  readonly text: string;
  readonly place: Place | null;
}

/** A rehearsal of a plan. */
export interface Rehearsal {
  /** ISO 8601. */
  readonly at: string;
  readonly report: UpgradeReport;
}

export interface PlanInputs {
  readonly plan: UpgradePlan;
  readonly analyzed: Analyzed;
  /** The plans of the same by restart, and by a move to another process; null where no runtime could be asked. */
  readonly restarting: UpgradePlan | null;
  readonly moving: UpgradePlan | null;
  /** All that live in the runtime; null where there is none. */
  readonly processes: readonly ProcessInfo[] | null;
  /** The modules that were asked for, or all that are loaded: findings about them stand against the upgrade. */
  readonly ids: readonly string[];
}

export function planFacts({ plan, restarting, moving, analyzed, processes, ids }: PlanInputs): PlanFacts {
  const planned = new Set(plan.groups.flat());
  const modules = analyzed.modules.filter(({ id }) => planned.has(id));
  const findings = blockingFindings(analyzed.findings, ids);
  const known = new Set(plan.errors.map(({ code, message }) => `${code} ${message}`));
  const cannotMove = moving?.errors.filter(({ code, message }) => !known.has(`${code} ${message}`)) ?? [];
  return {
    plan,
    ...strategyOf(plan, modules),
    strategies:
      processes === null || restarting === null
        ? []
        : strategies.map((strategy) => costOf(strategy, plan, restarting, cannotMove, processes)),
    cannotMove,
    lossy: lossySteps(plan, analyzed, modules, findings),
    findings,
    places: new Map(
      analyzed.modules.map(({ id, file, ranges, steps }) => [
        id,
        { module: { file, ...ranges.actor.start }, steps: new Map(steps.map(({ from, range }) => [from, { file, ...range.start }])) },
      ]),
    ),
  };
}

/** Whether nothing that is known stands in the way. */
export function isReady({ blocked, errors, messages }: UpgradePlan): boolean {
  return blocked.length === 0 && errors.length === 0 && messages.every(({ how }) => how !== "lost");
}

/** What a plan promises, without what changes at every moment: where it stays the same, whoever has read the plan knows what comes. */
export function promiseOf({ plan, findings }: PlanFacts): string {
  const { stamp, modules, restart, blocked, errors, messages } = plan;
  const lost = messages.filter(({ how }) => how === "lost").map(({ module, kind, name }) => [module, kind, name]);
  return JSON.stringify([
    stamp,
    modules,
    restart,
    blocked,
    errors,
    lost,
    findings.map(({ rule, module, message }) => [rule, module, message]),
  ]);
}

/** The analysis knows the snapshots, the runtime what really runs: the worst of both. */
function strategyOf(plan: UpgradePlan, modules: readonly ActorModule[]): NeededStrategy {
  const needed = neededStrategy(modules);
  if (needed.strategy !== "hot") return needed;
  const forced = new Map<string, string>();
  for (const { module, why } of plan.blocked) if (!forced.has(module)) forced.set(module, why);
  for (const { module } of plan.restart) if (!forced.has(module)) forced.set(module, "no steps lead to its new version");
  return forced.size === 0 ? needed : { strategy: "restart", forcedBy: [...forced].map(([module, reason]) => ({ module, reason })) };
}

/** What keeps a process from moving: where in its state, and what it is. */
export function travelText({ message }: UpgradeError): string {
  return /cannot move to another program: (.*?)\. Keep plain data/s.exec(message)?.[1] ?? message;
}

export function isTravelError({ code }: UpgradeError): boolean {
  return code === "INSTAR_CANNOT_TRAVEL";
}

function costOf(
  strategy: Strategy,
  plan: UpgradePlan,
  restarting: UpgradePlan,
  cannotMove: readonly UpgradeError[],
  processes: readonly ProcessInfo[],
): StrategyCost {
  const cost = (lost: readonly { readonly module: string }[], stops: number, impossible: string | null = null): StrategyCost => ({
    strategy,
    impossible,
    losesStates: lost.length,
    modules: [...new Set(lost.map(({ module }) => module))].map((module) => ({
      module,
      processes: lost.filter((each) => each.module === module).length,
    })),
    stops,
  });
  if (strategy === "hot") return cost(plan.restart, plan.convert.length + plan.restart.length, obstacle(plan));
  if (strategy === "restart") return cost(restarting.restart, restarting.restart.length, obstacle(restarting));
  // The same steps, in another process.
  return cost(plan.restart, strategy === "window" ? processes.length : 0, obstacle(plan) ?? obstacleToMove(cannotMove));
}

export function obstacleToMove(errors: readonly UpgradeError[]): string | null {
  const travel = errors.filter(isTravelError);
  const pids = new Set(travel.map(({ pid }) => pid));
  const [first] = travel;
  if (first === undefined) return errors[0] === undefined ? null : `see ${errors[0].code} below`;
  return `${processCount(pids.size)} cannot move (${pids.size === 1 ? "" : "for one, "}${travelText(first)})`;
}

function obstacle(plan: UpgradePlan): string | null {
  if (isReady(plan)) return null;
  if (plan.blocked.length > 0) return `${processCount(plan.blocked.length)} would have no way to the new code`;
  return plan.errors[0] === undefined ? "messages would be lost" : `see ${plan.errors[0].code} below`;
}

const lossyRules = new Set(["lossy-up", "lossy-down", "code-change-resets-state", "code-change-round-trip-fails"]);

function lossySteps(
  plan: UpgradePlan,
  { findings }: Analyzed,
  modules: readonly ActorModule[],
  against: readonly Finding[],
): readonly LossyStep[] {
  const planned = new Map(modules.map((module) => [module.id, module]));
  const found = findings.flatMap((finding): LossyStep[] => {
    if (finding.module === null || !planned.has(finding.module) || !lossyRules.has(finding.rule) || against.includes(finding)) return [];
    const { file, range, module, message } = finding;
    return [{ module, text: message, place: { file, ...range.start } }];
  });
  const warned = modules.flatMap(({ id, file, ranges, state }) =>
    (state.warnings ?? []).flatMap(({ kind, text }): LossyStep[] =>
      kind === "dataLoss" ? [{ module: id, text, place: { file, ...(ranges.state ?? ranges.actor).start } }] : [],
    ),
  );
  const restarted = plan.modules.flatMap(({ id, kind }): LossyStep[] =>
    kind === "restart" ? [{ module: id, text: "its processes are started anew, and lose their states", place: null }] : [],
  );
  return [...found, ...warned, ...restarted];
}
