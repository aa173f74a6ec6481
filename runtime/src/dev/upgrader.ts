/**
 * The course of an upgrade as the parent sees it: build what changed, ask for shapes, hand both to the application's process, keep what was
 * loaded. One at a time. Where anything goes wrong, the report says so and the application runs on as it was.
 */
import { existsSync, realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import type {
  DowngradeParams,
  PlanParams,
  RollbackParams,
  SavedStates,
  SaveStatesParams,
  StateReport,
  UpgradeError,
  UpgradeParams,
  UpgradePlan,
  UpgradeProgress,
  UpgradeReport,
} from "../protocol.ts";
import { obstacleError } from "../hand-over.ts";
import { EndedMeanwhile, type Application } from "./application.ts";
import type { BuildStore, Manifest } from "./build-store.ts";
import type { Builder } from "./builder.ts";
import type { Code, LoadRequest, ShapeHashes } from "./built-file.ts";
import type { ChildUpgrade, Loaded, LoadedVersion, RolledBack, UpgradeOutcome } from "./child-protocol.ts";
import { DevError, toUpgradeError } from "./dev-error.ts";
import type { ShapePort } from "./options.ts";
import { asDevError } from "./control-handlers.ts";
import type { Moves, MoveStrategy } from "./moves.ts";
import { createPreparations, type Prepared, type Receiver, toManifest } from "./prepare-upgrade.ts";
import type { Rehearse } from "./rehearsals.ts";
import type { SaveStates } from "./save-states.ts";
import { emptyPlan, emptyReport } from "./report.ts";
import { createShapeQuestions } from "./shape-questions.ts";

export interface Upgrader {
  /** What the application starts from. @throws DevError where it does not build. */
  firstLoad(): Promise<LoadRequest>;
  /** The shapes of what it starts from. Asked for while the application starts, whose start does not wait for them. */
  firstShapes(): Promise<ShapeHashes>;
  /**
   * What the application is started with again after a crash: the code that it ran or, of an upgrade that is on probation, the code of
   * before it. Null where that cannot be loaded as a whole, since it is not kept, or since modules ran with different versions of a file.
   */
  loadAgain(): LoadRequest | null;
  /** Code that a process ran before, for one that holds none; null where it is no longer kept. */
  keptLoad(code: Pick<LoadRequest, "layers" | "shapes">): LoadRequest | null;
  /** The application has started, with this. */
  adopt(loaded: Loaded): void;
  /** Old code has been let go; this is what is loaded now. */
  purged(loaded: Loaded): void;
  /** The upgrade that was on probation until then has survived it. */
  held(until: string): void;
  /** Whether an upgrade is on probation. */
  readonly onTrial: boolean;
  /** What `apply` would do. What keeps it from being planned is among the plan's errors. */
  plan(params: PlanParams): Promise<UpgradePlan>;
  apply(params: UpgradeParams, how: RunOptions): Promise<UpgradeReport>;
  rehearse(params: UpgradeParams, how: RunOptions): Promise<UpgradeReport>;
  downgrade(params: DowngradeParams, how: RunOptions): Promise<UpgradeReport>;
  /** Undoes the last upgrade, whatever it was: what it changed goes back to the code that was there before. */
  rollback(params: RollbackParams, how: RunOptions): Promise<UpgradeReport>;
  /** Saves live states for proofs and tests. @throws DevError */
  saveStates(params: SaveStatesParams, how: RunOptions): Promise<SavedStates>;
  /** What the live states of a module, or of all, are. @throws DevError where there is no such module. */
  checkStates(module: string | null): Promise<StateReport>;
  /** The application has taken an upgrade back, or tried to, since that did not survive its probation. */
  rolledBack(outcome: RolledBack): void;
  readonly busy: boolean;
  /** Cancels the upgrade that is under way, if it has not committed, and waits for its end. */
  cancel(): Promise<void>;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** From when the total time counts, in milliseconds since 1970. Default: now. */
  readonly since?: number;
}

export interface UpgraderOptions {
  readonly root: string;
  /** What the application starts from and is searched for new modules; null where it was started without the runtime. */
  readonly entry: string | null;
  readonly builder: Builder;
  readonly store: BuildStore;
  readonly shapes: ShapePort | null;
  readonly request: Application["request"];
  /** Null where there is no parent that could start another process. */
  readonly moves: Moves | null;
  /** The same. */
  readonly rehearseElsewhere: Rehearse | null;
  /** The same. */
  readonly saveElsewhere: SaveStates | null;
  /** How long an upgrade that keeps the application's thread busy is waited for, in milliseconds, once the heartbeat has been missed. */
  readonly patience: number;
  readonly onProgress: (progress: UpgradeProgress) => void;
  readonly onFinished: (report: UpgradeReport) => void;
  readonly onRolledBack: (report: UpgradeReport) => void;
  readonly onLog: (level: "info" | "warning" | "error", text: string) => void;
}

export function createUpgrader(options: UpgraderOptions): Upgrader {
  const {
    root,
    entry,
    builder,
    store,
    request,
    moves,
    rehearseElsewhere,
    saveElsewhere,
    patience,
    onProgress,
    onFinished,
    onRolledBack,
    onLog,
  } = options;
  let loaded: Loaded = { modules: [], held: [] };
  /** Of what the application starts from. */
  let firstShapes = noShapes;
  /** What the last upgrade that changed code replaced. */
  let replaced: readonly Manifest[] = [];
  /** All that was loaded before an upgrade that is on probation, or asked to be. */
  let before: readonly Manifest[] | null = null;
  /** Which probation ended last; that may be known before the end of the upgrade. */
  let over: string | null = null;
  /** What the application is being started with again. */
  let again: readonly Manifest[] | null = null;
  let running: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null;
  const shapes = createShapeQuestions(options.shapes, (text) => onLog("warning", text));
  const preparations = createPreparations({ root, entry, builder, store, shapes, loaded: () => loaded });

  async function upgradeFrom({ modules, plan }: UpgradeParams, receiver: Receiver): Promise<Prepared> {
    const prepared = await preparations.fromDisk(modules ?? null, receiver);
    if (plan === undefined || plan === preparations.stampOf(prepared)) return prepared;
    throw new DevError(
      "INSTAR_PLAN_STALE",
      "the sources or the running code have changed since the plan was made, so something else would happen than it says. Make the plan anew, look at it, and upgrade then.",
    );
  }

  async function prepareReplaced(receiver: Receiver): Promise<Prepared> {
    if (replaced.length > 0) return preparations.kept(replaced, receiver);
    throw new DevError(
      "INSTAR_NOTHING_TO_ROLL_BACK",
      "nothing has been upgraded since the application started, so there is nothing to go back to. For an earlier version: instar downgrade <module> <vsn>.",
    );
  }

  async function checkStates(only: string | null): Promise<StateReport> {
    const chosen = (only === null ? loaded.modules : [preparations.loadedModule(only)]).filter(({ kind }) => kind === "actor");
    const asked = chosen.flatMap(({ id, vsn, shape }) => (shape === null ? [] : [{ module: id, vsn, shape }]));
    const details = await shapes.look(asked);
    const validators = Object.fromEntries(
      Object.entries(details).flatMap(([shape, { validator }]) => (validator === null ? [] : [[shape, validator]])),
    );
    const found = await request("checkStates", { modules: chosen.map(({ id }) => id), validators });
    return {
      modules: chosen.flatMap(({ id, vsn, shape }) => {
        const check = found.find((each) => each.id === id);
        return check === undefined
          ? []
          : [{ ...check, vsn, shape, declaration: shape === null ? null : (details[shape]?.declaration ?? null) }];
      }),
    };
  }

  async function saveStates({ modules, redact }: SaveStatesParams, { signal }: RunOptions): Promise<SavedStates> {
    if (running !== null) throw asDevError(inProgress);
    if (saveElsewhere === null) throw new DevError("INSTAR_NOT_UNDER_DEV", `no states can be saved here: ${withoutProcess}.`);
    const chosen = (modules ?? loaded.modules.map(({ id }) => id)).map((id) => preparations.loadedModule(id));
    const load = preparations.whole(loaded.modules.map(toManifest));
    if (load === null) throw new DevError("INSTAR_BUILD_NOT_KEPT", `no states can be saved now: ${withoutCode}.`);
    const abort = new AbortController();
    const ids = chosen.filter(({ kind }) => kind === "actor").map(({ id }) => id);
    const both = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
    return exclusively(abort, () =>
      saveElsewhere({ load, modules: ids, redact: redact === undefined ? null : inRoot(redact), signal: both }),
    );
  }

  /** A file of the project. What asks has the token; but what it has from a configuration may be somebody else's. */
  function inRoot(path: string): string {
    const file = resolve(root, path);
    if (existsSync(file) && realpathSync(file).startsWith(realpathSync(root) + sep)) return file;
    throw new DevError(
      "INSTAR_REDACTION_FAILED",
      `there is no ${path} in the project that could redact states. Correct redact in the configuration.`,
    );
  }

  /** One at a time. */
  function exclusively<R>(abort: AbortController, work: () => Promise<R>): Promise<R> {
    const done = work().finally(() => {
      running = null;
    });
    running = { abort, ended: done.catch(() => {}) };
    return done;
  }

  async function plan({ modules, strategy }: PlanParams): Promise<UpgradePlan> {
    if (running !== null) return emptyPlan([inProgress]);
    return exclusively(new AbortController(), async () => {
      let prepared: Prepared;
      try {
        prepared = await preparations.fromDisk(modules ?? null, "application");
      } catch (error) {
        return emptyPlan([toUpgradeError(error, "INSTAR_BUILD_FAILED")]);
      }
      const { compatible, drafts } = prepared.comparison;
      const restarts = strategy === "restart" ? strategy : null;
      const planned = await request("plan", { load: prepared.load, gone: prepared.gone, compatible, drafts, strategy: restarts });
      const obstacles = strategy === "window" || strategy === "blue-green" ? await obstaclesTo(strategy) : [];
      return { stamp: preparations.stampOf(prepared), ...planned, errors: [...planned.errors, ...obstacles] };
    });
  }

  /** Why the application could not move to a new process as it is now. */
  async function obstaclesTo(strategy: MoveStrategy): Promise<UpgradeError[]> {
    if (moves === null) return [toUpgradeError(withoutParent(strategy), "INSTAR_NOT_UNDER_DEV")];
    const obstacles = (await request("travel", {})).map(obstacleError);
    const isWhole = preparations.whole(loaded.modules.map(toManifest)) !== null;
    return isWhole ? obstacles : [...obstacles, toUpgradeError(mixedCode(strategy), "INSTAR_BUILD_NOT_KEPT")];
  }

  async function run(
    prepare: Prepare,
    params: EngineParams,
    { signal, since = Date.now() }: RunOptions,
    { rehearse = false, operation }: { readonly rehearse?: boolean; readonly operation?: UpgradeReport["operation"] } = {},
  ): Promise<UpgradeReport> {
    if (running !== null) return emptyReport("refused", [inProgress]);
    const abort = new AbortController();
    const both = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
    const { strategy } = params;
    const when = { signal: both, since, rehearse, operation };
    const isMove = strategy === "window" || strategy === "blue-green";
    return await exclusively(abort, () => {
      if (rehearse) return courseOfRehearsal(prepare, params, when);
      return isMove ? courseOfMove(prepare, params, strategy, when) : course(prepare, params, when);
    });
  }

  /** By a new process, into which everything goes. */
  async function courseOfMove(
    prepare: Prepare,
    params: EngineParams,
    strategy: MoveStrategy,
    { signal, since, operation }: Omit<When, "builtAt"> & { readonly signal: AbortSignal },
  ): Promise<UpgradeReport> {
    const end = (report: UpgradeReport, more: Partial<When> = {}): UpgradeReport =>
      finished({ ...report, strategy }, { since, builtAt: Date.now(), rehearse: false, operation, ...more });
    let prepared: Prepared;
    let same: LoadRequest | null;
    try {
      if (moves === null) throw withoutParent(strategy);
      prepared = await prepare("new process");
      same = preparations.whole(loaded.modules.map(toManifest));
      if (same === null) throw mixedCode(strategy);
      if (strategy === "window") keepWayBack(same);
    } catch (error) {
      return end(emptyReport("refused", [toUpgradeError(error, "INSTAR_BUILD_FAILED")]));
    }
    const builtAt = Date.now();
    if (signal.aborted) return end(emptyReport("canceled", [canceled]), { builtAt });
    const { outcome, loaded: next } = await moves[strategy]({
      load: same,
      modules: loaded.modules.map(({ id }) => id),
      timeout: params.timeout ?? null,
      drain: params.drain ?? null,
      signal,
      upgrade: (other) => other.request("upgrade", childUpgrade(prepared, params), { signal, patience }),
    });
    const { report, committedAt } = outcome;
    if (committedAt !== null) {
      before = [undefined, over].includes(report.probation?.until) ? null : loaded.modules.map(toManifest);
      take(outcome, true);
    } else if (next !== null) loaded = next;
    // A move that was begun has ended the probation of before, whatever came of it.
    if (committedAt === null && report.outcome !== "refused") before = null;
    return end(report, { builtAt, ...(committedAt !== null && { committedAt }) });
  }

  /** The code that saved states need is to be there as well if this process ends before they are used. */
  function keepWayBack({ codes }: LoadRequest): void {
    try {
      for (const version of loaded.modules) store.keep(toManifest(version), (hash) => codes[hash]);
    } catch (cause) {
      throw new DevError(
        "INSTAR_STATES_NOT_SAVED",
        `the code that runs could not be kept in .instar/builds beside its states: ${(cause as Error).message}. Nothing was ended. ` +
          "Make room there, or upgrade with another strategy.",
        { cause },
      );
    }
  }

  /** In a process of its own, as far as that can have the code and the states. */
  async function courseOfRehearsal(
    prepare: Prepare,
    params: EngineParams,
    when: Omit<When, "builtAt"> & { readonly signal: AbortSignal },
  ): Promise<UpgradeReport> {
    const { signal } = when;
    onProgress({ phase: "build", busy: 0 });
    let prepared: Prepared;
    try {
      prepared = await prepare("new process");
    } catch (error) {
      return finished(emptyReport("refused", [toUpgradeError(error, "INSTAR_BUILD_FAILED")]), { ...when, builtAt: Date.now() });
    }
    const builtAt = Date.now();
    const load = preparations.whole(loaded.modules.map(toManifest));
    const inApplication = async (only: true | { readonly only: readonly string[] }): Promise<UpgradeReport> => {
      const outcome = await request("upgrade", childUpgrade(prepared, params, only), { signal, patience });
      take(outcome, false);
      return outcome.report;
    };
    if (rehearseElsewhere === null || load === null || prepared.gone.length > 0) {
      const why = rehearseElsewhere === null ? withoutProcess : load === null ? withoutCode : withoutFiles;
      const report = await inApplication(true);
      return finished({ ...report, rehearsal: { where: "application", why, packing: null, inApplication: [] } }, { ...when, builtAt });
    }
    const report = await rehearseElsewhere({
      load,
      request: childUpgrade(prepared, params, true),
      signal,
      inApplication: (only) => inApplication({ only }),
    });
    return finished(report, { ...when, builtAt });
  }

  async function course(
    prepare: Prepare,
    params: EngineParams,
    { signal, since, operation }: Omit<When, "builtAt"> & { readonly signal: AbortSignal },
  ): Promise<UpgradeReport> {
    let prepared: Prepared;
    onProgress({ phase: "build", busy: 0 });
    try {
      prepared = await prepare("application");
    } catch (error) {
      return finished(emptyReport("refused", [toUpgradeError(error, "INSTAR_BUILD_FAILED")]), {
        since,
        builtAt: Date.now(),
        rehearse: false,
        operation,
      });
    }
    const when: When = { since, builtAt: Date.now(), rehearse: false, operation };
    if (signal.aborted) return finished(emptyReport("canceled", [canceled]), when);
    // The application may crash before anybody knows whether it has committed.
    const onTrial = before;
    if (params.probation !== undefined) before ??= loaded.modules.map(toManifest);
    const outcome = await request("upgrade", childUpgrade(prepared, params), {
      signal,
      patience,
      onLate: (late) => void conclude(late, when, onTrial),
    }).catch((error: unknown) => {
      if (!(error instanceof EndedMeanwhile)) throw error;
      const then = " It is started again with the code of before the upgrade, unless it has crashed too often.";
      throw new DevError("INSTAR_RUNTIME_EXITED", `${error.message}${then}`, { cause: error });
    });
    return conclude(outcome, when, onTrial);
  }

  /** @param onTrial what was loaded before the upgrade that was on probation until then */
  function conclude(outcome: UpgradeOutcome, when: When, onTrial: typeof before): UpgradeReport {
    if (outcome.committedAt === null) before = onTrial;
    else before = [undefined, over].includes(outcome.report.probation?.until) ? null : loaded.modules.map(toManifest);
    take(outcome, outcome.committedAt !== null);
    return finished(outcome.report, { ...when, ...(outcome.committedAt === null ? {} : { committedAt: outcome.committedAt }) });
  }

  /** What is loaded now. */
  function take({ report, loaded: next }: RolledBack, committed: boolean): void {
    const before = loaded.modules;
    loaded = next;
    if (!committed) return;
    const changed = new Set(report.modules.map(({ id }) => id));
    const left = before.filter(({ id }) => changed.has(id)).map(toManifest);
    // Where modules were only evaluated anew there is no other code to go back to: what was changed before that is still the last change.
    const now = new Map(next.modules.map((module) => [module.id, module]));
    if (left.some((manifest) => !isSameCode(manifest, now.get(manifest.module)))) replaced = left;
    keepBuilds();
  }

  function finished(report: UpgradeReport, { since, builtAt, committedAt, rehearse, operation }: When): UpgradeReport {
    const time = { ...report.time, build: builtAt - since, total: (committedAt ?? Date.now()) - since };
    const timed = { ...report, time, ...(operation === undefined ? {} : { operation }) };
    if (!rehearse && report.outcome !== "unchanged") onFinished(timed);
    return timed;
  }

  /** A kept build is for later; where it cannot be written, the upgrade counts all the same. */
  function keepBuilds(): void {
    try {
      for (const version of loaded.modules) store.keep(toManifest(version), (hash) => builder.codeOf(hash));
      store.prune(
        loaded.modules.flatMap(({ id, vsn, oldVsn }) => [{ module: id, vsn }, ...(oldVsn === null ? [] : [{ module: id, vsn: oldVsn }])]),
      );
    } catch (error) {
      onLog("warning", `this build cannot be kept in .instar/builds, so there will be no downgrade to it: ${(error as Error).message}`);
    }
  }

  return {
    async firstLoad() {
      // A process that is started holds nothing yet.
      loaded = { modules: [], held: [] };
      replaced = [];
      again = null;
      before = null;
      const first = await preparations.first();
      firstShapes = first.shapes;
      return first.load;
    },
    firstShapes: () => firstShapes(),
    loadAgain() {
      const manifests = again ?? before ?? loaded.modules.map(toManifest);
      const load = preparations.whole(manifests);
      if (load === null) return null;
      // A process that is started holds nothing yet. If it does not get far, the next one is started with the same.
      loaded = { modules: [], held: [] };
      firstShapes = noShapes;
      again = manifests;
      before = null;
      return load;
    },
    keptLoad({ layers, shapes: hashes }) {
      const all = layers.flatMap(({ files }) => files);
      const codes = Object.fromEntries(all.flatMap((built) => [[built.hash, store.codeOf(built)] as const]));
      if (Object.values(codes).some((code) => code === undefined)) return null;
      return { layers, codes: codes as Record<string, Code>, shapes: hashes };
    },
    adopt(started) {
      loaded = started;
      firstShapes = noShapes;
      again = null;
      keepBuilds();
    },
    purged(next) {
      loaded = next;
    },
    held(until) {
      over = until;
      before = null;
    },
    plan,
    checkStates,
    saveStates,
    apply: (params, how) => run((receiver) => upgradeFrom(params, receiver), params, how),
    rehearse: (params, how) => run((receiver) => upgradeFrom(params, receiver), params, how, { rehearse: true }),
    downgrade: (params, how) =>
      run((receiver) => preparations.fromStore(params.targets, receiver), params, how, { operation: "downgrade" }),
    rollback: (params, how) => run(prepareReplaced, params, how, { operation: "rollback" }),
    rolledBack(outcome) {
      // Where there was no way back, a crash still leads there.
      if (outcome.report.outcome === "committed") before = null;
      over = outcome.report.probation?.until ?? null;
      take(outcome, outcome.report.outcome === "committed");
      const announce = (): void => onRolledBack({ ...outcome.report, operation: "rollback" });
      // It may have come before the end of the upgrade that it is about, or in the middle of another one.
      if (running === null) announce();
      else void running.ended.then(announce);
    },
    get onTrial() {
      return before !== null;
    },
    get busy() {
      return running !== null;
    },
    async cancel() {
      running?.abort.abort();
      await running?.ended;
    },
  };
}

type Prepare = (receiver: Receiver) => Promise<Prepared>;

const noShapes = (): Promise<ShapeHashes> => Promise.resolve({});

/** What the engine is told, whatever brings the code. */
type EngineParams = Omit<UpgradeParams, "modules">;

interface When {
  readonly since: number;
  readonly builtAt: number;
  readonly committedAt?: number;
  readonly rehearse: boolean;
  readonly operation: UpgradeReport["operation"] | undefined;
}

function childUpgrade(
  { load, gone, comparison }: Prepared,
  params: EngineParams,
  rehearse: ChildUpgrade["rehearse"] = false,
): ChildUpgrade {
  return {
    load,
    gone,
    ...comparison,
    rehearse,
    extra: params.extra,
    timeout: params.timeout ?? null,
    onBusy: params.onBusy ?? null,
    mode: params.mode ?? null,
    strategy: params.strategy === "restart" ? "restart" : null,
    probation: params.probation ?? null,
  };
}

function withoutParent(strategy: MoveStrategy): DevError {
  return new DevError(
    "INSTAR_NOT_UNDER_DEV",
    `a program that enabled upgrades itself has no parent that could start another process for ${strategy}; one that instar start runs has.`,
  );
}

function mixedCode(strategy: MoveStrategy): DevError {
  return new DevError(
    "INSTAR_BUILD_NOT_KEPT",
    `${strategy} starts a new process with the code that runs now, and that is not kept as a whole: modules run with different versions of a ` +
      "file, or builds are gone from .instar/builds. Upgrade all modules (--strategy hot or restart) first.",
  );
}

/** Why a rehearsal is in the application. */
const withoutProcess = "a program that enabled upgrades itself has no parent that could start another process";
const withoutCode = "the code that runs is not kept as a whole, so no other process can have it";
const withoutFiles = "files of modules are gone, and who would live on without them is known only there";

function isSameCode(manifest: Manifest, loaded: LoadedVersion | undefined): boolean {
  if (loaded === undefined || loaded.vsn !== manifest.vsn || loaded.shape !== manifest.shape) return false;
  const hashes = new Map(manifest.files.map(({ file, hash }) => [file, hash]));
  return loaded.closure.length === hashes.size && loaded.closure.every(({ file, hash }) => hashes.get(file) === hash);
}

const inProgress: UpgradeError = toUpgradeError(
  new DevError("INSTAR_UPGRADE_IN_PROGRESS", "another upgrade is under way in this runtime; wait for it, or cancel it, and try again."),
  "INSTAR_UPGRADE_IN_PROGRESS",
);

const canceled: UpgradeError = toUpgradeError(
  new DevError("INSTAR_UPGRADE_CANCELED", "the upgrade was canceled before it began; nothing was changed."),
  "INSTAR_UPGRADE_CANCELED",
);
