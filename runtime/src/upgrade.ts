/**
 * The transactional upgrade: brings the processes of all changed modules to rest, computes every new state beside the old one, and then
 * swaps code, states and mailboxes in one turn of the event loop. Whatever fails before that turn changes nothing.
 *
 * Steps run on copies (`copy-state.ts`), so that one which changes its input cannot spoil the state that stays if another one fails. Where
 * a system has many processes, most states are computed before anybody is brought to rest (`preparation.ts`).
 */
import { commit, type Commit } from "./commit.ts";
import { isForHandlers, type ConvertedMessages } from "./convert.ts";
import { formatReason, toReason } from "./exit.ts";
import { runNeutral } from "./flight.ts";
import type { Message } from "./mailbox.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { ModuleChange } from "./module-change.ts";
import { errorOf, Preparation, samplesPerModule } from "./preparation.ts";
import { stateText } from "./process-info.ts";
import type { CodeChanged, Process, Quiescence } from "./process.ts";
import type { UpgradedModule, UpgradedProcess, UpgradeError, UpgradeProgress, UpgradeReport } from "./protocol.ts";
import { excuseEnded, killToRestart, whyNotRestarted } from "./restartable.ts";
import { adoptChildren, type ChangedSupervisor } from "./adopt-children.ts";
import { Probation, type ProbationTerms } from "./probation.ts";
import { forgetCommit, noteCommit, planRollback } from "./roll-back.ts";
import { restartSubtrees } from "./restart-subtrees.ts";
import { plannedChildren } from "./plan-children.ts";
import { live, type LiveSystem, type System } from "./system.ts";
import { upgradeAsOtp } from "./upgrade-as-otp.ts";
import { kindConflict } from "./kind-conflict.ts";
import { upgradeError } from "./upgrade-error.ts";

export interface UpgradeOptions {
  /** Run the steps, and then the way back, on copies of the live states, and commit nothing. Nothing is suspended. Default false. */
  readonly rehearse?: boolean | RehearseOptions;
  /** Second argument of every step. */
  readonly extra?: unknown;
  /** How long processes may take to come to rest, in milliseconds of the system's clock. Default 5000. */
  readonly timeout?: number;
  /**
   * What becomes of a process that is still busy after `timeout`. `abort` (default): the upgrade fails and names it. `wait`: there is no
   * limit. `restart`: it is killed at the commit, and its supervisor starts it anew on the new code; where none would, the upgrade fails.
   */
  readonly onBusy?: "abort" | "wait" | "restart";
  /** Cancels the upgrade as long as it has not committed. */
  readonly signal?: AbortSignal;
  /**
   * `otp`: as OTP's release handler does it, one process after the other, with no way back and nobody asked; see `upgrade-as-otp.ts`. Of
   * the other options only `rehearse`, `extra`, `timeout` and `onCommit` count then, the last once for each module. Default: all or
   * nothing, in one turn.
   */
  readonly mode?: "otp";
  /**
   * Runs inside the turn of the commit, after versions and mailboxes have been swapped, with the modules whose versions they are. Where it
   * throws, all is swapped back.
   */
  readonly onCommit?: (modules: readonly LoadedModule[]) => void;
  /** Runs inside the turn in which a rollback takes this upgrade back. */
  readonly onRollback?: () => void;
  /**
   * For so long after the commit, more restarts of the upgraded modules' processes than these roll the upgrade back; until then they do not
   * count against the intensity of supervisors. Where no step leads back, the processes are restarted on the old code. The event
   * `rolledBack` says what came of it, or `probationEnded` that the code stays. Default: no probation.
   */
  readonly probation?: ProbationTerms;
  /**
   * Restart the processes of modules of the kind `restart` one supervisor after the other, and take all of it back where one does not get its
   * children back. Default: all at once, in the turn of the commit.
   */
  readonly bySubtree?: boolean;
  /** For tests, which cannot have so many processes. */
  readonly pace?: Pace;
}

export interface RehearseOptions {
  /** Only these processes, by pid. Default: all. */
  readonly only?: ReadonlySet<string>;
  /** Told of each process before its state is converted: a step may be the last thing that this program does. */
  readonly onProcess?: (process: Process) => void;
}

export interface Pace {
  /** A system with more processes than this is upgraded in slices. Default 2000. */
  readonly oneTurn: number;
  /** How many states one slice has. Default: as many as can be computed in 2 ms, or in 10 ms where the upgrade takes long. */
  readonly slice?: number;
}

/**
 * Never rejects: everything that goes wrong is in the report. `time.build` is 0 and `time.total` counts from this call; the caller adds
 * what it did before. Called from a handler of a process that it concerns, it waits for that handler: do not await it there.
 */
export function upgrade(system: System, changes: readonly ModuleChange[], options: UpgradeOptions = {}): Promise<UpgradeReport> {
  const run = new Upgrade(live(system), changes, options);
  const refusal = run.refusal();
  if (refusal !== null) return Promise.resolve(run.report("refused", [refusal]));
  if (options.signal?.aborted === true) return Promise.resolve(run.report("canceled", [canceled]));
  if (changes.length === 0) return Promise.resolve(run.report("unchanged", []));
  const { rehearse = false } = options;
  if (rehearse !== false) return run.rehearse(rehearse === true ? {} : rehearse);
  const report = options.mode === "otp" ? upgradeAsOtp(live(system), changes, options) : run.apply();
  underWay.set(live(system), report);
  void report.then(() => underWay.delete(live(system)));
  return report;
}

interface RollbackOptions extends Pick<UpgradeOptions, "extra" | "timeout" | "onBusy" | "signal" | "pace" | "onCommit"> {
  /** Restart processes for which no step leads back, which loses their states, instead of refusing. Default false. */
  readonly restart?: boolean;
}

/**
 * Takes the last upgrade of a system back, by the steps `down` over the states as they are now. As `upgrade` it never rejects. Only the
 * last one, and only once: for more there are downgrades.
 */
export async function rollback(system: System, { restart = false, ...options }: RollbackOptions = {}): Promise<UpgradeReport> {
  const plan = planRollback(live(system), restart);
  if (!plan.ok) return new Upgrade(live(system), [], options).report("refused", plan.errors);
  const onCommit = (modules: readonly LoadedModule[]): void => {
    plan.onCommit();
    options.onCommit?.(modules);
  };
  const report = await upgrade(system, plan.changes, { ...options, onCommit });
  if (report.outcome === "committed") forgetCommit(live(system));
  return report;
}

/** What happens when an upgrade does not survive its probation. */
async function rollBackInProbation(system: LiveSystem, options: RollbackOptions, failed: Probation, why: string): Promise<void> {
  // An upgrade that is under way may turn out to be the cure.
  if (system.preparation !== null && (await underWay.get(system))?.outcome === "committed") return;
  // It is the code that is left now that has ended them.
  const onCommit = (modules: readonly LoadedModule[]): void => excuseEnded(system.processes.values(), modules);
  const report = await rollback(system, { ...options, restart: true, onBusy: "restart", onCommit });
  failed.end();
  system.emit({ type: "rolledBack", report: { ...report, why, probation: { until: failed.until } } });
}

class Upgrade {
  readonly #system: LiveSystem;
  readonly #changes: readonly ModuleChange[];
  readonly #options: UpgradeOptions;
  readonly #pace: Pace;
  readonly #preparation: Preparation;
  readonly #time = { begin: performance.now(), quiesce: 0, convert: 0, commit: 0, total: 0, slices: 0 };
  readonly #from: ReadonlyMap<LoadedModule, ModuleVersion>;
  #processes: readonly UpgradedProcess[] = [];
  /** Where they are few, so that one that ends right after the commit is in the report as well. */
  #converted: readonly Process[] | null = null;
  /** Where that was one subtree after the other. */
  #ended: readonly Process[] = [];
  /** Of those that were restarted, what waited for them and is lost. */
  readonly #unhandled = new Map<Process, number>();
  #pauses: (process: Process) => number = () => 0;
  #queued: ReadonlyMap<Process, number> = new Map();
  #messages: UpgradeReport["messages"] = noMessages;
  #probation: { readonly until: string } | null = null;

  constructor(system: LiveSystem, changes: readonly ModuleChange[], options: UpgradeOptions) {
    this.#system = system;
    this.#changes = changes;
    this.#options = options;
    this.#pace = options.pace ?? { oneTurn: 2000 };
    this.#from = new Map(changes.map(({ module }) => [module, module.current]));
    this.#preparation = new Preparation({
      processes: system.processes.values(),
      conversions: new Map(changes.flatMap((change) => (change.kind === "restart" ? [] : [[change.module, change]]))),
      restarts: new Set(changes.flatMap(({ kind, module }) => (kind === "restart" ? [module] : []))),
      extra: options.extra,
    });
  }

  /** Why it cannot even begin. */
  refusal(): UpgradeError | null {
    if (this.#from.size < this.#changes.length) {
      return upgradeError("INSTAR_BAD_UPGRADE", "a module is named twice in one upgrade. Name each changed module once.");
    }
    for (const change of this.#changes) {
      const conflict = kindConflict(change);
      if (conflict !== null) return conflict;
    }
    if (this.#system.preparation !== null) {
      return upgradeError("INSTAR_UPGRADE_IN_PROGRESS", "another upgrade of this system has not finished. Wait for it, or cancel it.");
    }
    return null;
  }

  async apply(): Promise<UpgradeReport> {
    const system = this.#system;
    system.preparation = this.#preparation;
    system.unhandled = this.#unhandled;
    const isLarge = system.processes.size > this.#pace.oneTurn;
    if (isLarge) this.#tell("convert");
    const stopped = isLarge ? await this.#prepareInSlices() : null;
    const report = stopped ?? (await this.#comeToRest());
    if (report.outcome !== "committed") {
      system.unhandled = null;
      await this.#letGo();
      return report;
    }
    const failure = this.#options.bySubtree === true ? await this.#restartSubtrees() : null;
    system.unhandled = null;
    await this.#makeRows();
    if (failure !== null) return { ...this.report("failed", [failure]), processes: this.#processes };
    const modules = await this.#adoptChildren(report.modules);
    return { ...report, modules, processes: this.#processes, ...(this.#probation !== null && { probation: this.#probation }) };
  }

  /** Everything that `apply` would compute, and the way back, on copies. */
  async rehearse({ only, onProcess }: RehearseOptions): Promise<UpgradeReport> {
    const preparation = this.#preparation;
    const errors: UpgradeError[] = [];
    const rows: UpgradedProcess[] = [];
    const counted = new Tally();
    const shown = new Map<LoadedModule, number>();
    const isLarge = this.#system.processes.size > this.#pace.oneTurn;
    if (isLarge) this.#tell("convert");
    let full = isLarge ? this.#slice() : never;
    for (const process of this.#system.processes.values()) {
      if (errors.length >= errorLimit || this.#options.signal?.aborted === true) break;
      if (full()) {
        await turn();
        full = this.#slice();
      }
      if (process.phase !== "running" || !preparation.concerns(process) || only?.has(process.pid.id) === false) continue;
      onProcess?.(process);
      const converter = preparation.converterOf(process);
      const begin = performance.now();
      runNeutral(() => {
        try {
          const state = converter.state(process);
          const messages = converter.messages(process);
          const took = performance.now() - begin;
          const nth = shown.get(process.module) ?? 0;
          shown.set(process.module, nth + 1);
          const sample = nth < samplesPerModule ? { before: process.state, after: state } : undefined;
          const row = this.#row(process, 0, counted.add(messages), sample);
          // Where the way back fails, what was found on the way there is in the report all the same.
          const index = rows.push({ ...row, rehearsed: { took, wayBack: "none" } }) - 1;
          rows[index] = { ...row, rehearsed: { took, wayBack: converter.rehearseWayBack(process, state) } };
        } catch (thrown) {
          errors.push(errorOf(thrown, process));
        }
      });
      this.#time.convert += performance.now() - begin;
    }
    if (this.#options.signal?.aborted === true) return this.report("canceled", [canceled]);
    this.#processes = rows;
    this.#messages = counted.messages;
    return this.report(errors.length > 0 ? "failed" : "rehearsed", errors);
  }

  report(outcome: UpgradeReport["outcome"], errors: readonly UpgradeError[]): UpgradeReport {
    const { begin, quiesce, convert, commit: committing, slices } = this.#time;
    return {
      outcome,
      modules: this.#changes.map(({ module, to, kind, steps }) => ({
        id: module.id,
        from: (this.#from.get(module) as ModuleVersion).vsn,
        to: to.vsn,
        kind,
        steps: steps.map(({ label }) => label),
        ...this.#plannedChildren(module, to, outcome),
      })),
      processes: this.#processes,
      messages: this.#messages,
      time: { build: 0, quiesce, convert, commit: committing, total: performance.now() - begin, slices },
      errors,
    };
  }

  /** For the report's row; what failed is only known when the supervisors have done it. */
  #plannedChildren(module: LoadedModule, to: ModuleVersion, outcome: UpgradeReport["outcome"]): Pick<UpgradedModule, "children"> {
    const isPlanned = outcome === "rehearsed" || outcome === "committed";
    const children = isPlanned ? plannedChildren(this.#from.get(module) as ModuleVersion, to) : null;
    return children === null ? {} : { children: { ...children, failed: [] } };
  }

  /**
   * Computes states beside the running code until what is left fits into the turn of the commit. Where traffic touches processes as fast as
   * they can be prepared that would never be; the rest is then for the commit. @returns a report where it ends here
   */
  async #prepareInSlices(): Promise<UpgradeReport | null> {
    const preparation = this.#preparation;
    let leftBefore = Infinity;
    for (;;) {
      const begin = performance.now();
      const madeBefore = preparation.made;
      runNeutral(() => preparation.work(this.#slice()));
      const took = performance.now() - begin;
      this.#time.convert += took;
      this.#time.slices++;
      if (preparation.errors.length > 0) return this.#stopped("failed", preparation.errors);
      if (preparation.allVisited) {
        const { left } = preparation;
        if ((left * took) / Math.max(1, preparation.made - madeBefore) <= shortSlice || left >= leftBefore) return null;
        leftBefore = left;
      }
      await turn();
      if (this.#options.signal?.aborted === true) return this.#stopped("canceled", [canceled]);
    }
  }

  #tell(phase: UpgradeProgress["phase"], busy = 0): void {
    this.#system.emit({ type: "upgrading", progress: { phase, busy } });
  }

  #stopped(outcome: "failed" | "canceled", errors: readonly UpgradeError[]): UpgradeReport {
    this.#preparation.phase = "dropped";
    this.#system.preparation = null;
    return this.report(outcome, errors.slice(0, errorLimit));
  }

  /** Suspends processes, waits for those that are in a handler, and commits in the turn in which the last of them is done. */
  #comeToRest(): Promise<UpgradeReport> {
    const { timeout = 5000, onBusy = "abort", signal } = this.#options;
    // Since it was looked at last; it tells nobody twice.
    if (signal?.aborted === true) return Promise.resolve(this.#stopped("canceled", [canceled]));
    const system = this.#system;
    const preparation = this.#preparation;
    const begin = performance.now();
    return new Promise((resolve) => {
      const finish = (work: () => UpgradeReport): void => {
        if (system.quiescence !== quiescence) return;
        if (limit !== null) system.clock.clearTimeout(limit);
        signal?.removeEventListener("abort", cancel);
        this.#time.quiesce = performance.now() - begin;
        // Still suspended while it works: nothing can start a flight in between.
        const report = runNeutral(() => this.#guarded(work));
        system.quiescence = null;
        system.preparation = null;
        if (report.outcome !== "committed") preparation.phase = "dropped";
        for (const process of quiescence.held) process.wake();
        const restartsNow = report.outcome === "committed" && this.#options.bySubtree !== true;
        for (const process of preparation.restarting) if (restartsNow) killToRestart(process);
        resolve(report);
        if (report.outcome !== "committed") return;
        this.#noteCommit();
        system.emit({ type: "upgraded", modules: this.#changes.map(({ module }) => module.id) });
      };
      const rested = new Map<Process, number>();
      const quiescence: Quiescence = {
        modules: new Set(this.#changes.flatMap(({ kind, module }) => (kind === "restart" ? [] : [module]))),
        busy: 0,
        held: new Set(),
        rested: (process) => {
          rested.set(process, performance.now());
          if (--quiescence.busy === 0) finish(() => this.#convertAndCommit(begin, rested, quiescence.held));
        },
      };
      const cancel = (): void => finish(() => this.report("canceled", [canceled]));
      const onLimit = (): void => {
        const busy = this.#busy();
        const obstacles = busy.map((process) => this.#busyError(process, onBusy === "restart" ? whyNotRestarted(process) : null));
        if (onBusy === "restart" && busy.every((process) => whyNotRestarted(process) === null)) {
          for (const process of busy) preparation.restarting.add(process);
          finish(() => this.#convertAndCommit(begin, rested, quiescence.held));
        } else {
          finish(() => this.report("failed", obstacles));
        }
      };
      const limit = onBusy === "wait" ? null : system.clock.setTimeout(onLimit, timeout);
      system.quiescence = quiescence;
      signal?.addEventListener("abort", cancel);
      quiescence.busy = this.#busy().length;
      if (quiescence.busy === 0) finish(() => this.#convertAndCommit(begin, rested, quiescence.held));
      else this.#tell("rest", quiescence.busy);
    });
  }

  /** In one turn, with all processes at rest, or to be ended in it. */
  #convertAndCommit(pausedSince: number, rested: ReadonlyMap<Process, number>, held: ReadonlySet<Process>): UpgradeReport {
    const preparation = this.#preparation;
    const begin = performance.now();
    preparation.work(never);
    const { errors } = preparation;
    for (const process of preparation.restarting) {
      const why = whyNotRestarted(process);
      if (why !== null) errors.push(unsupervised(process, why));
    }
    const addressees = this.#addressees(held);
    const messages = addressees.flatMap((process) => {
      try {
        return [preparation.converterOf(process).messages(process)];
      } catch (thrown) {
        errors.push(errorOf(thrown, process));
        return [];
      }
    });
    this.#time.convert += performance.now() - begin;
    if (errors.length > 0) return this.report("failed", errors.slice(0, errorLimit));

    const tally = new Tally();
    const queued = new Map(messages.map((converted) => [converted.process, tally.add(converted)]));
    const committing = performance.now();
    const part: Commit = { system: this.#system, changes: this.#changes, messages, onCommit: this.#options.onCommit ?? null };
    const failure = commit(part);
    if (failure !== null) return this.report("failed", [failure]);
    preparation.phase = "committed";
    this.#system.elsewhere?.upgraded(this.#codeChanged());
    const now = performance.now();
    this.#time.commit = now - committing;
    this.#messages = tally.messages;
    this.#pauses = (process) => now - (rested.get(process) ?? pausedSince);
    this.#queued = queued;
    if (this.#time.slices === 0) this.#converted = [...preparation.converted()];
    return this.report("committed", []);
  }

  /** @returns why the new code did not hold; then the old one is current again */
  async #restartSubtrees(): Promise<UpgradeError | null> {
    const system = this.#system;
    const { ended, error, retry } = await restartSubtrees(system, this.#preparation.restarting);
    this.#ended = ended;
    if (error === null) return null;
    const changes = this.#changes.map(({ module }) => ({ module, to: this.#from.get(module) as ModuleVersion }));
    const own = [...system.processes.values()].filter(({ module }) => this.#from.has(module));
    const failure = commit({ system, changes, messages: [], onCommit: () => this.#options.onRollback?.() });
    if (failure !== null) return failure;
    forgetCommit(system);
    const renewed = own.filter(({ module, version }) => version.kind === "actor" && version !== module.current);
    for (const process of own) if (process.version.kind === "supervisor") process.version = process.module.current;
    retry();
    await restartSubtrees(system, renewed);
    return error;
  }

  *#codeChanged(): Iterable<CodeChanged> {
    for (const [module, converter] of this.#preparation.converters()) {
      const translate = converter === null ? null : (process: Process, message: Message) => converter.lateMessage(process, message);
      yield { module, from: this.#from.get(module) as ModuleVersion, translate };
    }
  }

  #noteCommit(): void {
    const system = this.#system;
    const { probation, onRollback = null, extra, timeout } = this.#options;
    noteCommit(system, this.#changes, onRollback);
    // That of an upgrade before is over: what would be rolled back is this one.
    system.probation?.end();
    if (probation === undefined) return;
    const options = { extra, ...(timeout !== undefined && { timeout }) };
    const modules = this.#changes.map(({ module }) => module);
    const own = new Probation(system, modules, probation, (why) => void rollBackInProbation(system, options, own, why));
    system.probation = own;
    this.#probation = { until: own.until };
  }

  /** Who has messages, or infos that are still to come. */
  #addressees(held: ReadonlySet<Process>): Process[] {
    const { scheduler } = this.#system;
    const preparation = this.#preparation;
    const all = new Set([...preparation.addressees, ...held, ...(scheduler.waiting() as readonly Process[])]);
    return [...all].filter(
      (process) =>
        process.phase !== "exited" &&
        preparation.concerns(process) &&
        !preparation.restarting.has(process) &&
        (process.queued > 0 || process.timers !== null || process.awaitsTimeout),
    );
  }

  #row(
    process: Process,
    pause: number,
    queued: number,
    sample: { readonly before: unknown; readonly after: unknown } | undefined,
  ): UpgradedProcess {
    const { module, name } = process;
    // Who ended with others may be of a module that does not change.
    const to = this.#changes.find((change) => change.module === module)?.to ?? module.current;
    const from = (this.#from.get(module) ?? module.current).vsn;
    const before = sample === undefined ? null : stateText(process, sample.before);
    const after = sample === undefined ? null : stateText(process, sample.after);
    return { pid: process.pid.id, name, module: module.id, from, to: to.vsn, pause, queued, before, after };
  }

  /** After the commit and the first turn of the new code. No process keeps two states, nor the code that it has left, for long. */
  async #makeRows(): Promise<void> {
    const { samples, restarting } = this.#preparation;
    const rows: UpgradedProcess[] = [];
    await this.#inSlices(this.#converted ?? this.#preparation.converted(), (process) => {
      void process.version;
      rows.push(this.#row(process, this.#pauses(process), this.#queued.get(process) ?? 0, samples.get(process)));
    });
    for (const process of new Set([...restarting, ...this.#ended])) {
      rows.push({ ...this.#row(process, 0, this.#unhandled.get(process) ?? 0, undefined), restarted: true });
    }
    this.#processes = rows;
  }

  /** After a failure: what was prepared is of no use any more. */
  #letGo(): Promise<void> {
    return this.#inSlices(this.#preparation.converted(), (process) => void process.version);
  }

  async #inSlices(processes: Iterable<Process>, work: (process: Process) => void): Promise<void> {
    let full = always;
    for (const process of processes) {
      if (full()) {
        await turn();
        full = this.#slice(shortSlice);
      }
      work(process);
    }
  }

  /** Starts and ends the children of supervisors that have other ones now. */
  async #adoptChildren(modules: UpgradeReport["modules"]): Promise<UpgradeReport["modules"]> {
    const supervisors = new Map<string, ChangedSupervisor>();
    for (const { module, to, kind } of this.#changes) {
      if (to.kind === "supervisor" && kind !== "restart") {
        supervisors.set(module.id, { module, from: this.#from.get(module) as ModuleVersion, to });
      }
    }
    const all = supervisors.size === 0 ? [] : [...this.#preparation.converted()];
    return Promise.all(
      modules.map(async (row) => {
        const changed = supervisors.get(row.id);
        const children = changed === undefined ? null : await adoptChildren(changed, all, this.#options.timeout ?? 5000);
        return children === null ? row : { ...row, children };
      }),
    );
  }

  /** Processes that have to come to rest and have not. */
  #busy(): Process[] {
    const preparation = this.#preparation;
    if (this.#time.slices > 0) return preparation.inFlight();
    return [...this.#system.processes.values()].filter((process) => process.flight !== null && preparation.concerns(process));
  }

  #busyError(process: Process, whyNotRestarted: string | null): UpgradeError {
    const { flight } = process;
    const since = Math.round(this.#system.clock.monotonic() - (flight?.since ?? this.#system.clock.monotonic()));
    const text =
      `${process.describe()} did not come to rest: it has been in ${flight?.handler} for ${since} ms. ` +
      (whyNotRestarted === null
        ? `Code cannot be replaced while it runs, so nothing was changed. Allow more time, or wait for it (onBusy: "wait").`
        : `It cannot be restarted, since ${whyNotRestarted}, so nothing was changed. Allow more time, or end it yourself.`);
    return upgradeError("INSTAR_PROCESS_BUSY", text, { process });
  }

  /** An exception here would leave everybody suspended. */
  #guarded(work: () => UpgradeReport): UpgradeReport {
    try {
      return work();
    } catch (thrown) {
      return this.report("failed", [engineError(thrown)]);
    }
  }

  /** The end of a slice that begins now. */
  #slice(ms = this.#sliceTime()): () => boolean {
    const { slice } = this.#pace;
    let done = 0;
    if (slice !== undefined) return () => done++ === slice;
    const end = performance.now() + ms;
    return () => (++done & 15) === 0 && performance.now() > end;
  }

  /** Long slices let many processes wait for a while, short ones let traffic take most of the time. */
  #sliceTime(): number {
    return performance.now() - this.#time.begin < shortFor ? shortSlice : longSlice;
  }
}

/** Counts the messages of converted processes. */
class Tally {
  messages = { ...noMessages };

  /** @returns how many wait for this process's handlers */
  add({ process, mailbox, dropped, translated }: ConvertedMessages): number {
    const queued = mailbox.filter(isForHandlers).length + dropped.length;
    const { messages } = this;
    messages.queued += queued;
    messages.translated += translated;
    messages.dropped += dropped.length;
    messages.callsSpanning += process.mailbox.messages().filter(({ kind, call }) => kind === "call" && call?.settled === false).length;
    return queued;
  }
}

function unsupervised(process: Process, why: string): UpgradeError {
  const text = `${process.describe()} would have to be restarted, and cannot be, since ${why}. End it yourself, or give it a supervisor.`;
  return upgradeError("INSTAR_NOT_SUPERVISED", text, { process });
}

function engineError(thrown: unknown): UpgradeError {
  return upgradeError("INSTAR_COMMIT_FAILED", `the upgrade engine failed: ${formatReason(toReason(thrown))}`, { thrown });
}

/** What is under way, by system. */
const underWay = new WeakMap<LiveSystem, Promise<UpgradeReport>>();

/** A turn of the event loop, in which everybody else has theirs. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const never = (): boolean => false;
const always = (): boolean => true;
const noMessages = { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 };
const canceled = upgradeError("INSTAR_UPGRADE_CANCELED", "the upgrade was canceled before its commit; nothing was changed.");
/** A report that names more of them helps nobody. */
const errorLimit = 100;
/** How long a slice takes at first, until when, and from then on; in milliseconds. */
const shortSlice = 2;
const shortFor = 40;
const longSlice = 10;
