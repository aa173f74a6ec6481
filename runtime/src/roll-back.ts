/**
 * The way back from the last upgrade of a system: by the steps `down` of the versions that it brought, over the states as they are by then.
 * States of before the upgrade are never put back, since messages have been handled since.
 */
import type { StateCheck } from "./convert.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { ModuleChange } from "./module-change.ts";
import { planSteps } from "./plan-steps.ts";
import type { UpgradeError } from "./protocol.ts";
import type { LiveSystem } from "./system.ts";
import { upgradeError } from "./upgrade-error.ts";

/** Notes what an upgrade committed. @param onRollback runs in the turn in which it is taken back */
export function noteCommit(system: LiveSystem, changes: readonly ModuleChange[], onRollback: (() => void) | null): void {
  lastCommits.set(system, { changes: changes.map(({ module, to }) => ({ module, to })) });
  for (const { module, prototypes, validateBack } of changes) {
    if (module.old === null) continue;
    const back = new Map([...(prototypes ?? [])].map(([old, successor]) => [successor, old]));
    waysBack.set(module.old, { prototypes: back, validate: validateBack ?? null, onRollback });
  }
}

export type RollbackPlan =
  | { readonly ok: true; readonly changes: readonly ModuleChange[]; readonly onCommit: () => void }
  | { readonly ok: false; readonly errors: readonly UpgradeError[] };

/** @param restart whether processes for which no step leads back are restarted, which loses their states */
export function planRollback(system: LiveSystem, restart: boolean): RollbackPlan {
  const last = lastCommits.get(system);
  if (last === undefined) return refuse("there is no upgrade to roll back, or the last one was of mode otp, which knows no way back.");
  const errors: UpgradeError[] = [];
  const callbacks = new Set<() => void>();
  const changes = last.changes.flatMap(({ module, to }): ModuleChange[] => {
    if (module.current !== to || module.old === null) {
      const why = module.old === null ? "its old version has been purged" : "it was changed again since";
      errors.push(upgradeError("INSTAR_NO_ROLLBACK", `${module.id} cannot be rolled back: ${why}.`, { module: module.id }));
      return [];
    }
    const { prototypes, validate, onRollback } = waysBack.get(module.old) as WayBack;
    if (onRollback !== null) callbacks.add(onRollback);
    // Where no step was needed on the way here, the states may still be what the old version takes: each of them is asked.
    const plan = planSteps({ module, to: module.old, compatible: () => validate !== null });
    if (plan.ok) {
      const { kind, steps } = plan;
      return [{ module, to: module.old, kind, steps, prototypes, ...(validate !== null && { validate }) }];
    }
    if (!restart) errors.push(plan.error);
    return [{ module, to: module.old, kind: "restart", steps: [] }];
  });
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, changes, onCommit: () => callbacks.forEach((callback) => callback()) };
}

/** The last upgrade is taken back, or was one that cannot be. */
export function forgetCommit(system: LiveSystem): void {
  lastCommits.delete(system);
}

interface WayBack {
  readonly prototypes: ReadonlyMap<object, object>;
  readonly validate: StateCheck | null;
  readonly onRollback: (() => void) | null;
}

const lastCommits = new WeakMap<
  LiveSystem,
  { readonly changes: readonly { readonly module: LoadedModule; readonly to: ModuleVersion }[] }
>();
/** By the version that was left, so that nothing is kept for a version that has been purged. */
const waysBack = new WeakMap<ModuleVersion, WayBack>();

function refuse(why: string): RollbackPlan {
  return { ok: false, errors: [upgradeError("INSTAR_NO_ROLLBACK", why)] };
}
