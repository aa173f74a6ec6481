/**
 * What an application does on request, wherever the request comes from: shows its processes, ends one, loads code, upgrades. Everything
 * here runs in the application's own process.
 */
import {
  type ModuleChange,
  type System,
  endProcess,
  leftBehind,
  planSteps,
  planUpgrade,
  processes,
  stateOf,
  states,
  upgrade,
} from "../internal.ts";
import type { LoadedModuleInfo, UpgradeError, UpgradePlan, UpgradeReport } from "../protocol.ts";
import { live } from "../system.ts";
import type { ReadOnlySteps } from "./built-file.ts";
import type { ChildPlan, ChildRequests, ChildUpgrade, Loaded, UpgradeOutcome } from "./child-protocol.ts";
import { actOnProcess } from "./act-on-process.ts";
import { findHolders, heldBy } from "./code-holders.ts";
import type { CodeServer, Prepared } from "./code-server.ts";
import type { MoveMethod } from "./move-service.ts";
import type { RehearsalMethod } from "./rehearsal-service.ts";
import { DevError, toUpgradeError } from "./dev-error.ts";
import { purgeModule } from "./purge-module.ts";
import { emptyPlan, emptyReport } from "./report.ts";
import { checkStates } from "./check-states.ts";
import { createValidators } from "./validators.ts";

/** The requests that do not depend on how the application was started. */
export type CodeService = {
  readonly [M in Exclude<keyof ChildRequests, MoveMethod | RehearsalMethod | "start" | "stop" | "ping">]: (
    params: ChildRequests[M]["params"],
    signal: AbortSignal,
  ) => ChildRequests[M]["result"] | Promise<ChildRequests[M]["result"]>;
};

/** These change nothing and do not wait, so that they are answered in the middle of anything. */
export type Question = "processes" | "state" | "modules";

/** What the engine is to do, or the report of why there is nothing that it could do. */
export type ChangesOf = (
  prepared: Prepared,
  request: ChildUpgrade,
) => { readonly changes: readonly ModuleChange[]; readonly report: UpgradeReport | null };

type Applied = Omit<UpgradeOutcome, "loaded">;

export function createCodeService(
  system: System,
  codeServer: CodeServer,
): CodeService & { readonly loaded: () => Loaded; readonly changesOf: ChangesOf } {
  const validators = createValidators();

  async function runUpgrade(request: ChildUpgrade, signal: AbortSignal): Promise<UpgradeOutcome> {
    const outcome = await prepareAndApply(request, signal);
    // Not before what was not committed has been let go, since the parent does not send again what is held.
    return { ...outcome, loaded: loaded() };
  }

  async function prepareAndApply(request: ChildUpgrade, signal: AbortSignal): Promise<Applied> {
    let prepared: Prepared;
    try {
      prepared = await codeServer.prepare(request.load);
    } catch (error) {
      const report = emptyReport("refused", [toUpgradeError(error, "INSTAR_EVALUATION_FAILED")]);
      return { report, committedAt: null };
    }
    try {
      return await applyPrepared(prepared, request, signal);
    } finally {
      prepared.settle();
    }
  }

  async function applyPrepared(prepared: Prepared, request: ChildUpgrade, signal: AbortSignal): Promise<Applied> {
    const { changes, report: early } = changesOf(prepared, request);
    if (early !== null) return { report: early, committedAt: null };

    let committedAt: number | null = null;
    const report = await upgrade(system, changes, {
      rehearse: typeof request.rehearse === "boolean" ? request.rehearse : { only: new Set(request.rehearse.only) },
      extra: request.extra,
      ...(request.timeout === null ? {} : { timeout: request.timeout }),
      ...(request.onBusy === null ? {} : { onBusy: request.onBusy }),
      ...(request.mode === null ? {} : { mode: request.mode }),
      ...(request.strategy === "restart" && { bySubtree: true }),
      ...(request.probation === null ? {} : { probation: request.probation }),
      signal,
      onCommit(modules) {
        prepared.commit(modules);
        committedAt ??= Date.now();
      },
      onRollback: prepared.rollBack,
    });
    const { reinstantiated } = prepared;
    return {
      report: {
        ...report,
        ...(reinstantiated.length > 0 && { reinstantiated }),
        ...(request.strategy !== null && { strategy: request.strategy }),
      },
      // What was restarted on the new code and did not come back was taken back.
      committedAt: report.outcome === "failed" && request.strategy === "restart" ? null : committedAt,
    };
  }

  function changesOf(prepared: Prepared, request: ChildUpgrade): ReturnType<ChangesOf> {
    const { changes, errors } = stepsOf(prepared, request);
    const isUnchanged = prepared.changes.length === 0 && prepared.added.length === 0 && errors.length === 0;
    if (!isUnchanged) validators.use(request.validators);
    return {
      changes: changes.map((change) => ({
        ...change,
        prototypes: prepared.prototypes,
        readsOnly: readsOnly(change, request.readOnlySteps),
        ...validators.between(change),
      })),
      report: isUnchanged ? emptyReport("unchanged") : errors.length > 0 ? emptyReport("refused", errors) : null,
    };
  }

  async function planPrepared(request: ChildPlan): Promise<UpgradePlan> {
    const imports = codeServer.importsOf(request.load.layers);
    let prepared: Prepared;
    try {
      prepared = await codeServer.prepare(request.load);
    } catch (error) {
      return emptyPlan([toUpgradeError(error, "INSTAR_EVALUATION_FAILED")]);
    }
    try {
      const { changes, errors } = stepsOf(prepared, request);
      return planUpgrade(system, { changes, refused: errors, imports });
    } finally {
      prepared.settle();
    }
  }

  /** How each changed module gets to its new version, or why it does not. */
  function stepsOf(prepared: Prepared, request: ChildPlan | ChildUpgrade): { changes: ModuleChange[]; errors: UpgradeError[] } {
    const known = new Set(request.compatible);
    const changes: ModuleChange[] = [];
    const errors: UpgradeError[] = [];
    const restarts = request.strategy === "restart";
    for (const { module, to, reinstantiated } of prepared.changes) {
      // No state goes over, so no step is needed; but supervisors stay, or all that they supervise would end with them.
      if (restarts && module.current.kind === "actor" && to.kind === "actor") {
        changes.push({ module, to, kind: "restart", steps: [] });
        continue;
      }
      const plan = planSteps({
        module,
        to,
        reinstantiated,
        isDraft: request.drafts.includes(module.id),
        compatible: (a, b) => a.shape !== null && b.shape !== null && (a.shape === b.shape || known.has(`${a.shape} ${b.shape}`)),
      });
      if (plan.ok) changes.push({ module, to, kind: plan.kind, steps: plan.steps });
      else errors.push(plan.error);
    }
    return { changes, errors: [...errors, ...orphans(request, changes)] };
  }

  /** Processes of a module whose file is gone run code that nothing can upgrade any more. */
  function orphans(request: ChildPlan | ChildUpgrade, changes: readonly ModuleChange[]): UpgradeError[] {
    if (request.gone.length === 0) return [];
    // In OTP's way, supervisors end nothing.
    const ends = "mode" in request && request.mode === "otp" ? [] : changes;
    const left = leftBehind(system, new Set(request.gone.map(({ id }) => id)), ends).map(({ module }) => module.id);
    return request.gone.flatMap(({ id, file }) => {
      const count = left.filter((module) => module === id).length;
      if (count === 0) return [];
      const error = new DevError(
        "INSTAR_MODULE_GONE",
        `${id} has ${count} live ${count === 1 ? "process" : "processes"} that would live on, and its file is gone, so nothing could upgrade them any more. ` +
          `If the file moved, pin the id where it is now, with id: "${id}" beside its vsn. If it was deleted, take its children out of their ` +
          "supervisors as well, stop its processes, or restart the application; until then, the other modules can be upgraded by naming them.",
        { module: id, place: { file, line: 1, column: 1 } },
      );
      return [toUpgradeError(error, "INSTAR_MODULE_GONE")];
    });
  }

  function loaded(): Loaded {
    return {
      modules: [...codeServer.modules.values()].map(({ module, file }) => ({
        id: module.id,
        file,
        kind: module.current.kind,
        vsn: module.current.vsn,
        load: module.current.load,
        shape: module.current.shape,
        oldVsn: module.old?.vsn ?? null,
        closure: codeServer.closureOf(module.id),
      })),
      held: codeServer.held(),
    };
  }

  function listModules(): LoadedModuleInfo[] {
    // Not by `processes`, which measures every state.
    const counts = new Map<string, number>();
    for (const { module } of live(system).processes.values()) counts.set(module.id, (counts.get(module.id) ?? 0) + 1);
    const held = codeServer.heldCode();
    return [...codeServer.modules.values()].map((record) => {
      const { module, file } = record;
      return {
        id: module.id,
        file,
        kind: module.current.kind,
        vsn: module.current.vsn,
        shape: module.current.shape,
        old: module.old === null ? null : { vsn: module.old.vsn, ...heldBy(system, record, held) },
        processes: counts.get(module.id) ?? 0,
      };
    });
  }

  return {
    loaded,
    changesOf,
    processes: () => processes(system),
    state: ({ pid }) => stateOf(system, pid),
    checkStates: ({ modules, validators }) => checkStates(states(system), modules, validators),
    modules: listModules,
    kill: ({ pid }) => endProcess(system, pid),
    async act(action) {
      try {
        await actOnProcess(system, action);
        return { ok: true, value: null };
      } catch (error) {
        return { ok: false, error: toUpgradeError(error, "INSTAR_NOPROC") };
      }
    },
    purge(params) {
      try {
        const report = purgeModule(system, codeServer, params);
        return { ok: true, value: { report, loaded: loaded() } };
      } catch (error) {
        return { ok: false, error: toUpgradeError(error, "INSTAR_MODULE_UNKNOWN") };
      }
    },
    holders: ({ module }) => findHolders(system, codeServer, module),
    shapes({ shapes }) {
      for (const { module, file } of codeServer.modules.values()) module.current.shape ??= shapes[file] ?? null;
      return loaded();
    },
    upgrade: runUpgrade,
    plan: planPrepared,
  };
}

/** Whether that is proven of all steps. */
function readsOnly({ module, steps }: ModuleChange, proven: ReadOnlySteps): boolean {
  const labels = new Set(module.file === null ? [] : proven[module.file]?.map((from) => `${from} up`));
  return steps.every(({ label }) => labels.has(label));
}
