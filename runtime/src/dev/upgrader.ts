/**
 * The course of an upgrade as the parent sees it: build what changed, ask for shapes, hand both to the application's process, keep what was
 * loaded. One at a time. Where anything goes wrong, the report says so and the application runs on as it was.
 */
import { createHash } from "node:crypto";
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
import type { Build, Builder } from "./builder.ts";
import type { BuiltFile, Code, Layer, LoadRequest, ShapeHashes } from "./built-file.ts";
import type { ChildUpgrade, GoneModule, Loaded, LoadedVersion, RolledBack, UpgradeOutcome } from "./child-protocol.ts";
import { DevError, formatUpgradeError, toUpgradeError } from "./dev-error.ts";
import { moduleId } from "./module-id.ts";
import type { ShapeComparison, ShapePort } from "./options.ts";
import { asDevError } from "./control-handlers.ts";
import type { Moves, MoveStrategy } from "./moves.ts";
import type { Rehearse } from "./rehearsals.ts";
import type { SaveStates } from "./save-states.ts";
import { emptyPlan, emptyReport } from "./report.ts";

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
    shapes,
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
  let first: Build = { files: new Map(), sources: new Map() };
  /** What has been said of an analysis that fails. */
  const failures = new Set<string>();
  /** What the last upgrade that changed code replaced. */
  let replaced: readonly Manifest[] = [];
  /** All that was loaded before an upgrade that is on probation, or asked to be. */
  let before: readonly Manifest[] | null = null;
  /** Which probation ended last; that may be known before the end of the upgrade. */
  let over: string | null = null;
  /** What the application is being started with again. */
  let again: readonly Manifest[] | null = null;
  /** Whether code is sent to a process that holds none yet. */
  let toNewProcess = false;
  let running: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null;

  async function upgradeFrom({ modules, plan }: UpgradeParams): Promise<Prepared> {
    const prepared = await prepareFromDisk(modules ?? null);
    if (plan === undefined || plan === stampOf(prepared)) return prepared;
    throw new DevError(
      "INSTAR_PLAN_STALE",
      "the sources or the running code have changed since the plan was made, so something else would happen than it says. Make the plan anew, look at it, and upgrade then.",
    );
  }

  /** Every edit of a file that is built, and everything that is loaded, gives another one. */
  function stampOf({ load, gone }: Prepared): string {
    const built = load.layers.flatMap(({ files }) => files.map(({ file, hash }) => `${file} ${hash}`)).toSorted();
    const running = loaded.modules.map(({ id, vsn, load: nth }) => `${id} ${vsn} ${nth}`).toSorted();
    return createHash("sha256")
      .update(JSON.stringify([built, running, gone.map(({ id }) => id)]))
      .digest("hex")
      .slice(0, 16);
  }

  async function prepareFromDisk(only: readonly string[] | null): Promise<Prepared> {
    const chosen = only === null ? loaded.modules : only.map((id) => loadedModule(id));
    const files = chosen.map(({ file }) => file).filter((file) => existsSync(file) || only !== null);
    // Of the other modules, nothing is read when only some were asked for: they may be in the middle of an edit.
    const boundary = only === null ? [] : loaded.modules.filter(({ id }) => !only.includes(id)).map(({ file }) => file);
    const roots = only === null && entry !== null ? [...new Set([entry, ...files])] : files;
    // The analysis reads the sources, not what was built of them: both at once.
    const describing = describe(chosen.filter(({ file }) => files.includes(file)));
    const built = await builder.build(roots, new Set(boundary));
    const all = [...built.files.values()];
    const hashes = { ...(await describing), ...(await describe(newModules(built))) };
    const load = loadRequest([{ roots, files: all }], hashes, codeFromBuilder);
    return { load, gone: only === null ? goneModules(built) : [], comparison: await compare(hashes, all, true) };
  }

  const prepareFromStore = async ({ targets }: DowngradeParams): Promise<Prepared> =>
    prepareKept(targets.map(({ module, vsn }) => keptBuild(loadedModule(module), vsn)));

  async function prepareReplaced(): Promise<Prepared> {
    if (replaced.length > 0) return prepareKept(replaced);
    throw new DevError(
      "INSTAR_NOTHING_TO_ROLL_BACK",
      "nothing has been upgraded since the application started, so there is nothing to go back to. For an earlier version: instar downgrade <module> <vsn>.",
    );
  }

  async function prepareKept(manifests: readonly Manifest[]): Promise<Prepared> {
    const hashes = shapesOf(manifests);
    const load = loadRequest(toLayers(manifests), hashes, (built) => store.codeOf(built));
    const files = manifests.flatMap((manifest) => manifest.files);
    return { load, gone: [], comparison: await compare(hashes, files, false) };
  }

  /** Most often the file has only moved, and with the path the module's id changed. */
  function goneModules({ sources }: Build): GoneModule[] {
    const gone = loaded.modules.filter(({ file }) => !existsSync(file));
    if (gone.length === 0) return [];
    const there = new Set([...sources].flatMap(([file, source]) => possibleIds(file, source)));
    return gone.flatMap(({ id, file }) => (there.has(id) ? [] : [{ id, file }]));
  }

  function loadedModule(id: string): LoadedVersion {
    const found = loaded.modules.find((module) => module.id === id);
    if (found !== undefined) return found;
    const known = loaded.modules.map((module) => module.id).join(", ");
    throw new DevError("INSTAR_MODULE_UNKNOWN", `no module ${id} is loaded. Loaded are: ${known}.`, { module: id });
  }

  function keptBuild({ id, file }: LoadedVersion, vsn: number): Manifest {
    const manifest = store.find(id, vsn);
    // The module may have moved since then.
    if (manifest !== null) return manifest;
    const versions = store.versions(id);
    const kept = versions.length === 0 ? "No build of it is kept" : `Kept: version ${versions.join(", ")}`;
    throw new DevError(
      "INSTAR_BUILD_NOT_KEPT",
      `there is no kept build of version ${vsn} of ${id} in .instar/builds. ${kept}. ` +
        "Check that version out in a copy of the working tree and upgrade to it from there, or choose a kept one.",
      { module: id, place: { file, line: 1, column: 1 } },
    );
  }

  /** Everything in the build that is not loaded and may be an actor module. The analysis leaves out what is none. */
  function newModules({ files, sources }: Build): AskedModule[] {
    return [...files.values()].flatMap(({ file, imports }) => {
      if (loaded.modules.some((module) => module.file === file) || !imports.some(({ specifier }) => specifier === "instar")) return [];
      return possibleIds(file, sources.get(file) ?? "").map((id) => ({ id, file }));
    });
  }

  async function describe(modules: readonly AskedModule[], sources?: Readonly<Record<string, string>>): Promise<ShapeHashes> {
    if (shapes === null || modules.length === 0) return {};
    const asked = modules.map(({ id, file }) => ({ id, file }));
    const failing = "the shapes of states are unknown, so a changed shape under one vsn goes unseen";
    const described = await answered(() => shapes.describe(asked, sources), failing);
    return Object.fromEntries(
      asked.flatMap(({ id, file }) => {
        const shape = described?.[id];
        return shape === undefined ? [] : [[file, shape.hash]];
      }),
    );
  }

  /** A module that was never loaded has the id of its path, or a literal one somewhere in its text. */
  function possibleIds(file: string, source: string): string[] {
    const literals = [...source.matchAll(/\bid:\s*(["'`])([^"'`\n]+)\1/g)].map((match) => match[2] ?? "");
    return [...new Set([moduleId(root, file), ...literals])];
  }

  /** Of the states of modules that change: what needs no step, and what checks the new ones and, in a rehearsal, those that it goes back to. */
  async function compare(hashes: ShapeHashes, files: readonly BuiltFile[], fromSources: boolean): Promise<ShapeComparison> {
    const nothing: ShapeComparison = { compatible: [], validators: {}, readOnlySteps: {}, drafts: [] };
    const texts = new Map(files.map(({ file, hash }) => [file, hash]));
    const changes = loaded.modules.flatMap(({ id, vsn, file, shape, closure }) => {
      const to = hashes[file];
      const changed = to !== undefined && (to !== shape || texts.get(file) !== closure.find((own) => own.file === file)?.hash);
      return changed ? [{ module: id, vsn, from: shape, to, ...(fromSources && { source: file }) }] : [];
    });
    if (shapes === null || changes.length === 0) return nothing;
    return (await answered(() => shapes.compare(changes), "new states cannot be checked against their types")) ?? nothing;
  }

  async function checkStates(only: string | null): Promise<StateReport> {
    const chosen = (only === null ? loaded.modules : [loadedModule(only)]).filter(({ kind }) => kind === "actor");
    const asked = chosen.flatMap(({ id, vsn, shape }) => (shape === null ? [] : [{ module: id, vsn, shape }]));
    const details =
      shapes === null || asked.length === 0 ? {} : ((await answered(() => shapes.look(asked), "live states cannot be checked")) ?? {});
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
    const chosen = (modules ?? loaded.modules.map(({ id }) => id)).map((id) => loadedModule(id));
    const load = sameLoad(loaded.modules.map(toManifest));
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

  /** An analysis that fails stands in nobody's way; what fails again and again is said once. */
  async function answered<T>(ask: () => Promise<T>, failing: string): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      const text = `${failing}: ${(error as Error).message}`;
      if (!failures.has(text)) onLog("warning", text);
      failures.add(text);
      return null;
    }
  }

  function loadRequest(layers: readonly Layer[], hashes: ShapeHashes, codeOf: (built: BuiltFile) => Code | undefined): LoadRequest {
    const held = new Set(toNewProcess ? [] : loaded.held);
    const codes: Record<string, Code> = {};
    for (const built of layers.flatMap(({ files }) => files)) {
      const code = held.has(built.hash) ? undefined : codeOf(built);
      if (code !== undefined) codes[built.hash] = code;
    }
    return { layers, codes, shapes: hashes };
  }

  const codeFromBuilder = ({ hash }: BuiltFile): Code | undefined => builder.codeOf(hash);

  /** All of this code for a process that holds none; null where it is not kept, or where modules ran with different versions of a file. */
  function sameLoad(manifests: readonly Manifest[]): LoadRequest | null {
    const [layer, ...others] = toLayers(manifests.toSorted((one, other) => Number(other.file === entry) - Number(one.file === entry)));
    if (layer === undefined || others.length > 0) return null;
    const codes = Object.fromEntries(
      layer.files.flatMap((built) => {
        const code = builder.codeOf(built.hash) ?? store.codeOf(built);
        return code === undefined ? [] : [[built.hash, code]];
      }),
    );
    return layer.files.every(({ hash }) => hash in codes) ? { layers: [layer], codes, shapes: shapesOf(manifests) } : null;
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
        prepared = await prepareFromDisk(modules ?? null);
      } catch (error) {
        return emptyPlan([toUpgradeError(error, "INSTAR_BUILD_FAILED")]);
      }
      const { compatible, drafts } = prepared.comparison;
      const restarts = strategy === "restart" ? strategy : null;
      const planned = await request("plan", { load: prepared.load, gone: prepared.gone, compatible, drafts, strategy: restarts });
      const obstacles = strategy === "window" || strategy === "blue-green" ? await obstaclesTo(strategy) : [];
      return { stamp: stampOf(prepared), ...planned, errors: [...planned.errors, ...obstacles] };
    });
  }

  /** Why the application could not move to a new process as it is now. */
  async function obstaclesTo(strategy: MoveStrategy): Promise<UpgradeError[]> {
    if (moves === null) return [toUpgradeError(withoutParent(strategy), "INSTAR_NOT_UNDER_DEV")];
    const obstacles = (await request("travel", {})).map(obstacleError);
    const isWhole = sameLoad(loaded.modules.map(toManifest)) !== null;
    return isWhole ? obstacles : [...obstacles, toUpgradeError(mixedCode(strategy), "INSTAR_BUILD_NOT_KEPT")];
  }

  async function run(
    prepare: () => Promise<Prepared>,
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
    prepare: () => Promise<Prepared>,
    params: EngineParams,
    strategy: MoveStrategy,
    { signal, since, operation }: Omit<When, "builtAt"> & { readonly signal: AbortSignal },
  ): Promise<UpgradeReport> {
    const runs = loaded;
    const end = (report: UpgradeReport, more: Partial<When> = {}): UpgradeReport =>
      finished({ ...report, strategy }, { since, builtAt: Date.now(), rehearse: false, operation, ...more });
    let prepared: Prepared;
    let same: LoadRequest | null;
    try {
      if (moves === null) throw withoutParent(strategy);
      // The new process holds no code yet.
      loaded = { ...runs, held: [] };
      prepared = await prepare();
      same = sameLoad(runs.modules.map(toManifest));
      if (same === null) throw mixedCode(strategy);
    } catch (error) {
      return end(emptyReport("refused", [toUpgradeError(error, "INSTAR_BUILD_FAILED")]));
    } finally {
      loaded = runs;
    }
    const builtAt = Date.now();
    if (signal.aborted) return end(emptyReport("canceled", [canceled]), { builtAt });
    const { outcome, loaded: next } = await moves[strategy]({
      load: same,
      timeout: params.timeout ?? null,
      drain: params.drain ?? null,
      signal,
      upgrade: (other) => other.request("upgrade", childUpgrade(prepared, params), { signal, patience }),
    });
    const { report, committedAt } = outcome;
    if (committedAt !== null) {
      before = [undefined, over].includes(report.probation?.until) ? null : runs.modules.map(toManifest);
      take(outcome, true);
    } else if (next !== null) loaded = next;
    // A move that was begun has ended the probation of before, whatever came of it.
    if (committedAt === null && report.outcome !== "refused") before = null;
    return end(report, { builtAt, ...(committedAt !== null && { committedAt }) });
  }

  /** In a process of its own, as far as that can have the code and the states. */
  async function courseOfRehearsal(
    prepare: () => Promise<Prepared>,
    params: EngineParams,
    when: Omit<When, "builtAt"> & { readonly signal: AbortSignal },
  ): Promise<UpgradeReport> {
    const { signal } = when;
    onProgress({ phase: "build", busy: 0 });
    let prepared: Prepared;
    toNewProcess = true;
    try {
      prepared = await prepare();
    } catch (error) {
      return finished(emptyReport("refused", [toUpgradeError(error, "INSTAR_BUILD_FAILED")]), { ...when, builtAt: Date.now() });
    } finally {
      toNewProcess = false;
    }
    const builtAt = Date.now();
    const load = sameLoad(loaded.modules.map(toManifest));
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
    prepare: () => Promise<Prepared>,
    params: EngineParams,
    { signal, since, operation }: Omit<When, "builtAt"> & { readonly signal: AbortSignal },
  ): Promise<UpgradeReport> {
    let prepared: Prepared;
    onProgress({ phase: "build", busy: 0 });
    try {
      prepared = await prepare();
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
      const roots = entry === null ? [] : [entry];
      first = await builder.build(roots);
      return loadRequest([{ roots, files: [...first.files.values()] }], {}, codeFromBuilder);
    },
    // Whoever edits while the application starts edits the next version.
    firstShapes: () => describe(newModules(first), Object.fromEntries(first.sources)),
    loadAgain() {
      const manifests = again ?? before ?? loaded.modules.map(toManifest);
      const load = sameLoad(manifests);
      if (load === null) return null;
      // A process that is started holds nothing yet. If it does not get far, the next one is started with the same.
      loaded = { modules: [], held: [] };
      first = { files: new Map(), sources: new Map() };
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
    apply: (params, how) => run(() => upgradeFrom(params), params, how),
    rehearse: (params, how) => run(() => upgradeFrom(params), params, how, { rehearse: true }),
    downgrade: (params, how) => run(() => prepareFromStore(params), params, how, { operation: "downgrade" }),
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

interface Prepared {
  readonly load: LoadRequest;
  readonly gone: readonly GoneModule[];
  readonly comparison: ShapeComparison;
}

type AskedModule = Parameters<ShapePort["describe"]>[0][number];

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

function toManifest({ id, vsn, shape, file, closure }: LoadedVersion): Manifest {
  return { module: id, vsn, shape, file, files: closure };
}

function isSameCode(manifest: Manifest, loaded: LoadedVersion | undefined): boolean {
  if (loaded === undefined || loaded.vsn !== manifest.vsn || loaded.shape !== manifest.shape) return false;
  const hashes = new Map(manifest.files.map(({ file, hash }) => [file, hash]));
  return loaded.closure.length === hashes.size && loaded.closure.every(({ file, hash }) => hashes.get(file) === hash);
}

function shapesOf(manifests: readonly Manifest[]): ShapeHashes {
  return Object.fromEntries(manifests.flatMap(({ file, shape }) => (shape === null ? [] : [[file, shape]])));
}

/** As few layers as possible, since modules of one layer share the instances of what they both import. */
function toLayers(manifests: readonly Manifest[]): Layer[] {
  const layers: { roots: string[]; files: Map<string, BuiltFile> }[] = [];
  for (const { file, files } of manifests) {
    const fits = layers.find((layer) => files.every((built) => (layer.files.get(built.file)?.hash ?? built.hash) === built.hash));
    const layer = fits ?? { roots: [], files: new Map<string, BuiltFile>() };
    if (fits === undefined) layers.push(layer);
    layer.roots.push(file);
    for (const built of files) layer.files.set(built.file, built);
  }
  return layers.map(({ roots, files }) => ({ roots, files: [...files.values()] }));
}

const inProgress: UpgradeError = toUpgradeError(
  new DevError("INSTAR_UPGRADE_IN_PROGRESS", "another upgrade is under way in this runtime; wait for it, or cancel it, and try again."),
  "INSTAR_UPGRADE_IN_PROGRESS",
);

const canceled: UpgradeError = toUpgradeError(
  new DevError("INSTAR_UPGRADE_CANCELED", "the upgrade was canceled before it began; nothing was changed."),
  "INSTAR_UPGRADE_CANCELED",
);

/** For a log: what came of it, in one line, and one for each error. */
export function formatReport(report: UpgradeReport): string {
  const { outcome, modules, processes, errors, time, why, mode, operation = "upgrade" } = report;
  const names = modules.map(({ id, from, to }) => (from === to ? `${id} (${to})` : `${id} (${from} → ${to})`)).join(", ");
  const did = { upgrade: "upgraded", downgrade: "downgraded", rollback: "rolled back" }[operation];
  const head =
    outcome === "committed"
      ? `${did} ${names || "new modules"}: ${processes.length} ${processes.length === 1 ? "process" : "processes"}, ${Math.round(time.total)} ms`
      : `${operation} ${outcome}${outcome === "failed" && mode === "otp" ? " midway, and nothing is put back" : ""}`;
  return [head, ...(why === undefined ? [] : [`  ${why}`]), ...errors.map((error) => `  ${formatUpgradeError(error)}`)].join("\n");
}
