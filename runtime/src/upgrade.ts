/**
 * The transactional upgrade: brings the processes of all changed modules to rest, computes every new state beside the old one, and then
 * swaps code, states and mailboxes in one turn of the event loop. Whatever fails before that turn changes nothing.
 *
 * Steps run on copies (`copy-state.ts`), so that one which changes its input cannot spoil the state that stays if another one fails.
 */
import { formatReason, InstarError, toReason } from "./exit.ts";
import { runNeutral } from "./flight.ts";
import { checkState, convert, convertState, type Converted, type StateCheck } from "./convert.ts";
import { copyState } from "./copy-state.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { PlannedStep } from "./plan-steps.ts";
import type { Process, Quiescence } from "./process.ts";
import { stateText } from "./process-info.ts";
import { endLingering } from "./purge.ts";
import type { UpgradedModule, UpgradedProcess, UpgradeError, UpgradeReport } from "./protocol.ts";
import { live, type LiveSystem, type System } from "./system.ts";
import { upgradeError, UpgradeFailure } from "./upgrade-error.ts";

/** One module's part in an upgrade: `to` is loaded already, `kind` and `steps` come from `planSteps`. */
export interface ModuleChange {
  readonly module: LoadedModule;
  readonly to: ModuleVersion;
  readonly kind: UpgradedModule["kind"];
  readonly steps: readonly PlannedStep[];
  /**
   * Prototypes of classes that the new version has anew although nothing about them changed, each with the one that takes its place:
   * instances in the states move over, or `instanceof` would be false for them.
   */
  readonly prototypes?: ReadonlyMap<object, object>;
}

export interface UpgradeOptions {
  /** Run the steps, and then the way back, on copies of the live states, and commit nothing. Nothing is suspended. Default false. */
  readonly rehearse?: boolean;
  /** Second argument of every step. */
  readonly extra?: unknown;
  /** How long processes may take to come to rest, in milliseconds of the system's clock. Default 5000. */
  readonly timeout?: number;
  /** `abort` (default): after `timeout` the upgrade fails and names the busy processes. `wait`: there is no limit. */
  readonly onBusy?: "abort" | "wait";
  /** Cancels the upgrade as long as it has not committed. */
  readonly signal?: AbortSignal;
  /** Runs inside the turn of the commit, after versions, states and mailboxes have been swapped. Where it throws, all is swapped back. */
  readonly onCommit?: () => void;
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
  return options.rehearse === true ? Promise.resolve(runNeutral(() => run.rehearse())) : run.apply();
}

class Upgrade {
  readonly #system: LiveSystem;
  readonly #changes: ReadonlyMap<LoadedModule, ModuleChange>;
  readonly #list: readonly ModuleChange[];
  readonly #options: UpgradeOptions;
  readonly #time = { begin: performance.now(), quiesce: 0, convert: 0, commit: 0 };
  #processes: UpgradedProcess[] = [];
  /** The versions that were old before the commit: a third one pushes them out. */
  #purged: { readonly module: LoadedModule; readonly version: ModuleVersion }[] = [];
  #messages = { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 };

  constructor(system: LiveSystem, changes: readonly ModuleChange[], options: UpgradeOptions) {
    this.#system = system;
    this.#list = changes;
    this.#changes = new Map(changes.map((change) => [change.module, change]));
    this.#options = options;
  }

  /** Why it cannot even begin. */
  refusal(): UpgradeError | null {
    if (this.#changes.size < this.#list.length) {
      return upgradeError("INSTAR_BAD_UPGRADE", "a module is named twice in one upgrade. Name each changed module once.");
    }
    for (const { module, to } of this.#list) {
      if (module.current.kind === to.kind) continue;
      const text = `${module.id} is a ${module.current.kind} and would become a ${to.kind}. Give the new one a file of its own.`;
      return upgradeError("INSTAR_BAD_UPGRADE", text, { module: module.id });
    }
    if (this.#system.quiescence !== null) {
      return upgradeError("INSTAR_UPGRADE_IN_PROGRESS", "another upgrade of this system has not finished. Wait for it, or cancel it.");
    }
    return null;
  }

  apply(): Promise<UpgradeReport> {
    const { timeout = 5000, onBusy = "abort", signal } = this.#options;
    const system = this.#system;
    return new Promise((resolve) => {
      const finish = (work: () => UpgradeReport): void => {
        if (system.quiescence !== quiescence) return;
        if (limit !== null) system.clock.clearTimeout(limit);
        signal?.removeEventListener("abort", cancel);
        this.#time.quiesce = performance.now() - this.#time.begin;
        // Still suspended while it works: nothing can start a flight in between.
        const report = runNeutral(() => this.#guarded(work));
        system.quiescence = null;
        for (const { module, version } of this.#purged) endLingering(system, module, version);
        this.#resume(report.outcome === "committed");
        resolve({ ...report, processes: this.#processes });
        if (report.outcome === "committed") system.emit({ type: "upgraded", modules: this.#list.map(({ module }) => module.id) });
      };
      const quiescence: Quiescence = {
        modules: new Set(this.#changes.keys()),
        busy: 0,
        held: new Set(),
        onRest: () => finish(() => this.#convertAndCommit()),
      };
      const cancel = (): void => finish(() => this.report("canceled", [canceled]));
      const limit = onBusy === "wait" ? null : system.clock.setTimeout(() => finish(() => this.report("failed", this.#busy())), timeout);
      system.quiescence = quiescence;
      signal?.addEventListener("abort", cancel);

      const affected = this.#affected();
      quiescence.busy = affected.filter((process) => process.flight !== null).length;
      for (const process of affected) process.suspend();
      if (quiescence.busy === 0) quiescence.onRest();
    });
  }

  /** Everything that `apply` would compute, and the way back, on copies. */
  rehearse(): UpgradeReport {
    const { extra } = this.#options;
    const begin = performance.now();
    const errors: UpgradeError[] = [];
    const rows = new Rows();
    for (const process of this.#affected()) {
      if (process.phase !== "running" || errors.length >= errorLimit) continue;
      const change = this.#changeOf(process);
      try {
        const converted = convert(process, change, extra);
        this.#count(converted);
        this.#processes.push(rows.row(converted, process.version, process.state, 0));
        const back = wayBack(change.steps);
        if (back !== null) {
          const { validateBack, to } = change;
          const there = convertState(process, copyState(converted.state), back, extra);
          checkState(process, there, validateBack, `version ${process.version.vsn}, back from ${to.vsn}`);
        }
      } catch (thrown) {
        errors.push(errorOf(thrown, process));
      }
    }
    this.#time.convert = performance.now() - begin;
    return this.report(errors.length > 0 ? "failed" : "rehearsed", errors);
  }

  report(outcome: UpgradeReport["outcome"], errors: readonly UpgradeError[]): UpgradeReport {
    const { begin, quiesce, convert: converting, commit } = this.#time;
    return {
      outcome,
      modules: this.#list.map(({ module, to, kind, steps }) => ({
        id: module.id,
        // After a commit the version that it came from is the old one.
        from: (outcome === "committed" ? (module.old ?? module.current) : module.current).vsn,
        to: to.vsn,
        kind,
        steps: steps.map(({ label }) => label),
      })),
      processes: this.#processes,
      messages: { ...this.#messages },
      time: { build: 0, quiesce, convert: converting, commit, total: performance.now() - begin },
      errors,
    };
  }

  /** An exception here would leave everybody suspended. */
  #guarded(work: () => UpgradeReport): UpgradeReport {
    try {
      return work();
    } catch (thrown) {
      const text = `the upgrade engine failed: ${formatReason(toReason(thrown))}`;
      return this.report("failed", [upgradeError("INSTAR_COMMIT_FAILED", text, { thrown })]);
    }
  }

  /** In one turn, with all affected processes at rest. */
  #convertAndCommit(): UpgradeReport {
    const { extra } = this.#options;
    const begin = performance.now();
    const converted: Converted[] = [];
    const errors: UpgradeError[] = [];
    for (const process of this.#affected()) {
      if (errors.length >= errorLimit) break;
      try {
        converted.push(convert(process, this.#changeOf(process), extra));
      } catch (thrown) {
        errors.push(errorOf(thrown, process));
      }
    }
    this.#time.convert = performance.now() - begin;
    if (errors.length > 0) return this.report("failed", errors);

    for (const one of converted) this.#count(one);
    const before = converted.map(({ process }) => ({ version: process.version, state: process.state }));
    const committing = performance.now();
    const failure = this.#commit(converted);
    this.#time.commit = performance.now() - committing;
    if (failure !== null) {
      this.#messages = { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 };
      return this.report("failed", [failure]);
    }
    const rows = new Rows();
    this.#processes = converted.flatMap((one, i) => {
      const was = before[i];
      return was === undefined || one.process.phase === "starting" ? [] : [rows.row(one, was.version, was.state, 0)];
    });
    return this.report("committed", []);
  }

  /** The swap itself. Undoes all of it where the caller's part in it fails. */
  #commit(converted: readonly Converted[]): UpgradeError | null {
    const undo: (() => void)[] = [];
    const purged = this.#list.flatMap(({ module }) => (module.old === null ? [] : [{ module, version: module.old }]));
    try {
      for (const { module, to } of this.#list) {
        const { current, old } = module;
        undo.push(() => Object.assign(module, { current, old }));
        module.old = current;
        module.current = to;
      }
      for (const { process, to, state, mailbox, timers } of converted) {
        const { version, state: oldState } = process;
        const messages = process.mailbox.messages();
        const infos = [...timers.keys()].map((timer) => [timer, timer.args] as const);
        undo.push(() => {
          process.version = version;
          process.state = oldState;
          process.mailbox.replace(messages);
          for (const [timer, args] of infos) timer.args = args;
        });
        process.version = to;
        process.state = state;
        process.mailbox.replace(mailbox);
        for (const [timer, args] of timers) if (args !== null) timer.args = args;
      }
      this.#options.onCommit?.();
    } catch (thrown) {
      for (const step of undo.toReversed()) step();
      const text = `the commit failed and was undone: ${formatReason(toReason(thrown))}`;
      return upgradeError("INSTAR_COMMIT_FAILED", text, { thrown });
    }
    // From here on there is no way back, so what cannot be undone comes last.
    this.#purged = purged;
    for (const { process, dropped, timers } of converted) {
      for (const { message, why } of dropped) {
        const text = `${message.kind} ${message.name} to ${process.describe()} was dropped by an upgrade to version ${process.version.vsn}: ${why}`;
        message.call?.reject(new InstarError("INSTAR_MESSAGE_DROPPED", text));
      }
      for (const [timer, args] of timers) {
        if (args !== null) continue;
        this.#system.clock.clearTimeout(timer.handle);
        process.timers?.delete(timer);
      }
    }
    return null;
  }

  #resume(committed: boolean): void {
    const now = performance.now();
    const pauses = new Map<string, number>();
    for (const process of this.#affected()) {
      if (committed) pauses.set(process.pid.id, now - process.restingSince);
      process.resume();
    }
    if (committed) this.#processes = this.#processes.map((row) => ({ ...row, pause: pauses.get(row.pid) ?? 0 }));
  }

  /** Live processes of the changed modules; during an upgrade, new ones are among them. */
  #affected(): Process[] {
    return [...this.#system.processes.values()].filter((process) => this.#changes.has(process.module));
  }

  #changeOf(process: Process): ModuleChange {
    return this.#changes.get(process.module) as ModuleChange;
  }

  #count({ process, mailbox, dropped, translated }: Converted): void {
    const calls = process.mailbox.messages().filter(({ call }) => call !== null && !call.settled);
    this.#messages.queued += mailbox.filter(({ kind }) => kind !== "stop").length + dropped.length;
    this.#messages.translated += translated;
    this.#messages.dropped += dropped.length;
    this.#messages.callsSpanning += calls.length;
  }

  #busy(): UpgradeError[] {
    const now = this.#system.clock.now();
    return this.#affected().flatMap((process) => {
      const { flight } = process;
      if (flight === null) return [];
      const text =
        `${process.describe()} did not come to rest: it has been in ${flight.handler} for ${Math.round(now - flight.since)} ms. ` +
        `Code cannot be replaced while it runs, so nothing was changed. Allow more time, or wait for it (onBusy: "wait").`;
      return [upgradeError("INSTAR_PROCESS_BUSY", text, { process })];
    });
  }
}

/** Rows of the report; only the first processes of each module carry their states. */
class Rows {
  readonly #perModule = new Map<LoadedModule, number>();

  row({ process, to, state, mailbox, dropped }: Converted, from: ModuleVersion, before: unknown, pause: number): UpgradedProcess {
    const n = this.#perModule.get(process.module) ?? 0;
    this.#perModule.set(process.module, n + 1);
    const shown = n < statesShown;
    return {
      pid: process.pid.id,
      name: process.name,
      module: process.module.id,
      from: from.vsn,
      to: to.vsn,
      pause,
      queued: mailbox.filter(({ kind }) => kind !== "stop").length + dropped.length,
      before: shown ? stateText(process, before) : null,
      after: shown ? stateText(process, state) : null,
    };
  }
}

/** The steps that undo these, last first; null where one of them cannot be undone. */
function wayBack(steps: readonly PlannedStep[]): readonly Pick<PlannedStep, "label" | "run">[] | null {
  const back: Pick<PlannedStep, "label" | "run">[] = [];
  for (const { label, back: run } of steps.toReversed()) {
    if (run === null) return null;
    back.push({ label: label.endsWith(" up") ? label.replace(/ up$/, " down") : label.replace(/ down$/, " up"), run });
  }
  return back;
}

function errorOf(thrown: unknown, process: Process): UpgradeError {
  if (thrown instanceof UpgradeFailure) return thrown.error;
  const text = `${process.describe()} could not be converted: ${formatReason(toReason(thrown))}`;
  return upgradeError("INSTAR_CODE_CHANGE_FAILED", text, { process, thrown });
}

const canceled = upgradeError("INSTAR_UPGRADE_CANCELED", "the upgrade was canceled before its commit; nothing was changed.");
const statesShown = 50;
/** More failures of one kind do not tell more. */
const errorLimit = 20;
