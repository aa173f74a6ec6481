/**
 * `planUpgrade`: what an upgrade would do, from what can be known without running its steps: in which order its modules depend on each
 * other, whose states it would convert, what stands in the way, and whether there is a way back. A rehearsal runs the steps as well.
 */
import { isForHandlers, isLost, wayBack } from "./convert.ts";
import { kindConflict } from "./kind-conflict.ts";
import type { ModuleVersion } from "./module.ts";
import type { ModuleChange } from "./module-change.ts";
import { plannedChildren } from "./plan-children.ts";
import type { Process } from "./process.ts";
import type { PlannedMessages, PlannedModule, PlannedProcess, UpgradeError, UpgradePlan } from "./protocol.ts";
import { endsWith } from "./restart-subtrees.ts";
import { whyNotRestarted } from "./restartable.ts";
import { live, type System } from "./system.ts";

export interface PlanUpgradeRequest {
  readonly changes: readonly ModuleChange[];
  /** For modules to which no steps lead: why. As `planSteps` gives them. */
  readonly refused?: readonly UpgradeError[];
  /** Which modules each module imports at run time, by id; also of modules that do not change, since dependencies go through them. */
  readonly imports?: ReadonlyMap<string, readonly string[]>;
}

export function planUpgrade(system: System, request: PlanUpgradeRequest): UpgradePlan {
  const { imports = new Map() } = request;
  const conflicts = request.changes.flatMap((change) => kindConflict(change) ?? []);
  const changes = request.changes.filter(({ module }) => !conflicts.some((conflict) => conflict.module === module.id));
  const refused = [...(request.refused ?? []), ...conflicts];
  const ids = [...changes.map(({ module }) => module.id), ...refused.flatMap(({ module }) => module ?? [])];
  const groups = dependencyOrder(ids, imports);
  // The newer code knows what the older one needs, so it is the last to come and the first to go.
  const isDowngrade = changes.length > 0 && changes.every(({ module, to }) => to.vsn < module.current.vsn);
  const ordered = isDowngrade ? groups.toReversed().map((group) => group.toReversed()) : groups;
  const byId = new Map(changes.map((change) => [change.module.id, change]));
  const convert: PlannedProcess[] = [];
  const restart = new Map<string, Process>();
  const blocked: (PlannedProcess & { why: string })[] = [];
  const messages = new Map<string, PlannedMessages>();
  const stuck = new Set<string>();
  const why = new Map(refused.map(({ module, message }) => [module, message]));
  for (const process of live(system).processes.values()) {
    const { id } = process.module;
    const row = { pid: process.pid.id, name: process.name, module: id };
    const refusal = why.get(id);
    if (refusal !== undefined) blocked.push({ ...row, why: refusal });
    const change = byId.get(id);
    if (change === undefined) continue;
    const notRestarted = whyNotRestarted(process);
    if (notRestarted !== null) stuck.add(id);
    if (change.kind === "restart") {
      if (notRestarted === null) for (const each of endsWith(process)) restart.set(each.pid.id, each);
      else blocked.push({ ...row, why: `it would have to be restarted, and ${notRestarted}.` });
      continue;
    }
    const lost = countMessages(process, change, messages);
    if (lost !== null) blocked.push({ ...row, why: `${lost} waits for it, and version ${change.to.vsn} has no handler for that.` });
    else convert.push(row);
  }
  return {
    groups: ordered,
    modules: ordered.flat().flatMap((id) => {
      const change = byId.get(id);
      return change === undefined ? [] : [plannedModule(change, stuck.has(id))];
    }),
    convert,
    restart: [...restart.values()].map(({ pid, name, module }) => ({ pid: pid.id, name, module: module.id })),
    blocked,
    messages: [...messages.values()],
    errors: refused,
  };
}

/** Dependencies first; those that import each other in a circle are one group. What is in no relation keeps its order. (Tarjan.) */
export function dependencyOrder(ids: readonly string[], imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const wanted = new Set(ids);
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const groups: string[][] = [];
  const visit = (id: string): void => {
    numbers.set(id, numbers.size);
    lowest.set(id, numbers.get(id) as number);
    path.push(id);
    onPath.add(id);
    for (const imported of imports.get(id) ?? []) {
      if (!numbers.has(imported)) {
        visit(imported);
        lowest.set(id, Math.min(lowest.get(id) as number, lowest.get(imported) as number));
      } else if (onPath.has(imported)) {
        lowest.set(id, Math.min(lowest.get(id) as number, numbers.get(imported) as number));
      }
    }
    if (lowest.get(id) !== numbers.get(id)) return;
    const group = path.splice(path.lastIndexOf(id));
    for (const member of group) onPath.delete(member);
    // The one that was met last depends on none of those before it, except through the circle.
    const changed = group.filter((member) => wanted.has(member)).toReversed();
    if (changed.length > 0) groups.push(changed);
  };
  for (const id of ids) if (!numbers.has(id)) visit(id);
  return groups;
}

function plannedModule(change: ModuleChange, cannotRestart: boolean): PlannedModule {
  const { module, to, kind, steps, validateBack } = change;
  const irreversible = steps.filter(({ back }) => back === null).map(({ label }) => label);
  const { shape } = module.current;
  // Without a step, whether a state fits the old version again is for its check to say.
  const isSure = steps.length > 0 || shape === null || to.shape === null || shape === to.shape || validateBack !== undefined;
  const goesBack = kind !== "restart" && isSure && wayBack(steps) !== null;
  const probation = goesBack ? "rollBack" : cannotRestart ? "nothing" : "restart";
  const children = plannedChildren(module.current, to);
  return {
    id: module.id,
    from: module.current.vsn,
    to: to.vsn,
    kind,
    steps: steps.map(({ label }) => label),
    irreversible,
    probation,
    ...(children === null ? {} : { children }),
  };
}

/** @returns the first message that would be lost, for people */
function countMessages(process: Process, { module, to, steps }: ModuleChange, counts: Map<string, PlannedMessages>): string | null {
  let lost: string | null = null;
  const from: ModuleVersion = module.current;
  const waiting = [
    ...(process.queued === 0 ? [] : process.mailbox.messages().filter(isForHandlers)),
    ...[...(process.timers ?? []), ...(process.awaitsTimeout ? [{ name: "timeout" }] : [])].map(({ name }) => ({
      kind: "info" as const,
      name,
    })),
  ];
  for (const { kind, name } of waiting) {
    const entries = steps.flatMap(({ messages }) => (Object.hasOwn(messages, name) ? [messages[name]] : []));
    const drops = entries.some((entry) => typeof entry === "object" && "drop" in entry);
    const isGone = entries.includes("oneWay") || (!drops && isLost(kind, name, from, to));
    const how = isGone ? "lost" : drops ? "dropped" : entries.length > 0 ? "translated" : "kept";
    if (isGone) lost ??= `a ${kind} ${name}`;
    const key = `${module.id} ${kind} ${name}`;
    counts.set(key, { module: module.id, kind, name, how, queued: (counts.get(key)?.queued ?? 0) + 1 });
  }
  return lost;
}
