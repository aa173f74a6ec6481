/**
 * `Preparation`: the new states of an upgrade, made beside the old ones, while the old code serves or while it is at rest.
 *
 * With many processes this is done in slices, between which the old code goes on. What a process has been prepared for is out of date as
 * soon as it handles a message, so processes say when they begin to (`touch`) and are prepared again. At the commit only those are left
 * that were touched since; the commit itself is one assignment, and each process takes its prepared state when it is next looked at.
 */
import { Converter, type Conversion } from "./convert.ts";
import { formatReason, toReason } from "./exit.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { Process } from "./process.ts";
import { stateText } from "./process-info.ts";
import type { UpgradeError } from "./protocol.ts";
import { upgradeError, UpgradeFailure } from "./upgrade-error.ts";

export interface PreparationOptions {
  /** Of the system, oldest first. Others may join while this is read. */
  readonly processes: Iterable<Process>;
  readonly conversions: ReadonlyMap<LoadedModule, Conversion>;
  /** Modules whose processes are not converted but ended at the commit. */
  readonly restarts: ReadonlySet<LoadedModule>;
  readonly extra: unknown;
}

export class Preparation {
  phase: "preparing" | "committed" | "dropped" = "preparing";
  readonly errors: UpgradeError[] = [];
  /** Those of the first processes of each module, before and after, as text. */
  readonly texts = new Map<Process, { readonly before: string; readonly after: string }>();
  /** Of the modules that are restarted. */
  readonly restarting = new Set<Process>();
  readonly #converters: ReadonlyMap<LoadedModule, Converter>;
  readonly #versions: ReadonlyMap<LoadedModule, ModuleVersion>;
  readonly #restarts: ReadonlySet<LoadedModule>;
  readonly #remaining: Iterator<Process>;
  #allVisited = false;
  /** Met on the way, oldest first. */
  readonly #visited: Process[] = [];
  /** Those that began after they could be met, or had no state by then. */
  readonly #late = new Set<Process>();
  /** Not prepared, or not any more. */
  readonly #touched = new Set<Process>();
  /** Those that may have messages, queued or still to come. */
  readonly #addressees = new Set<Process>();
  readonly #textsOf = new Map<LoadedModule, number>();

  constructor({ processes, conversions, restarts, extra }: PreparationOptions) {
    this.#remaining = processes[Symbol.iterator]();
    this.#restarts = restarts;
    this.#versions = new Map([...conversions].map(([module, { to }]) => [module, to]));
    this.#converters = new Map(
      [...conversions].map(([module, conversion]) => [module, new Converter(module.current, conversion, extra)] as const),
    );
  }

  /** Whether an upgrade is about this process. */
  concerns({ module }: Process): boolean {
    return this.#converters.has(module);
  }

  converterOf({ module }: Process): Converter {
    return this.#converters.get(module) as Converter;
  }

  /** A process begins to handle a message, or is about to change in another way. */
  touch(process: Process): void {
    if (!this.concerns(process)) return;
    if (process.prepared?.preparation === this) process.prepared = null;
    this.#touched.add(process);
  }

  spawned(process: Process): void {
    if (!this.#allVisited || !this.concerns(process)) return;
    this.#late.add(process);
    this.#touched.add(process);
  }

  /** Prepares until everything is done that can be done, or `full` says that the slice is. @returns whether everything is done */
  work(full: () => boolean): boolean {
    while (!this.#allVisited) {
      if (full()) return false;
      const { done, value } = this.#remaining.next();
      if (done === true) this.#allVisited = true;
      else this.#visit(value as Process);
    }
    for (const process of this.#touched) {
      if (full()) return false;
      this.#again(process);
    }
    return true;
  }

  /** How many would have to be prepared if the commit were now. */
  get left(): number {
    return this.#touched.size;
  }

  /** Processes whose handler is under way. Only complete when everything has been visited. */
  inFlight(): Process[] {
    return [...this.#touched].filter(({ flight }) => flight !== null);
  }

  /** Processes that may have messages, besides those that have got some since. */
  get addressees(): ReadonlySet<Process> {
    return this.#addressees;
  }

  /** After the commit: all that were converted and still live, oldest first as far as known. */
  *converted(): Iterable<Process> {
    for (const some of [this.#visited, this.#late]) {
      for (const process of some) if (process.phase !== "exited" && !this.#touched.has(process)) yield process;
    }
  }

  #visit(process: Process): void {
    if (this.#restarts.has(process.module)) this.restarting.add(process);
    if (!this.concerns(process) || process.phase === "exited") return;
    if (process.phase === "starting") {
      this.#late.add(process);
      this.#touched.add(process);
    } else {
      this.#visited.push(process);
      if (process.flight !== null) this.#touched.add(process);
      else if (!this.#touched.has(process)) this.#prepare(process);
    }
  }

  #again(process: Process): void {
    if (process.phase === "exited") this.#touched.delete(process);
    // One whose `init` has not begun has messages, but no state: the `init` of the new code will make it.
    else if (process.phase === "starting") this.#addressees.add(process);
    else if (process.flight === null) {
      this.#touched.delete(process);
      this.#prepare(process);
    }
  }

  #prepare(process: Process): void {
    if (process.mailbox.length > 0 || process.timers !== null) this.#addressees.add(process);
    try {
      const state = this.converterOf(process).state(process);
      const version = this.#versions.get(process.module) as ModuleVersion;
      process.prepared = { preparation: this, version, state };
      this.#show(process, state);
    } catch (thrown) {
      this.errors.push(errorOf(thrown, process));
    }
  }

  #show(process: Process, after: unknown): void {
    if (!this.texts.has(process)) {
      const n = this.#textsOf.get(process.module) ?? 0;
      if (n === statesShown) return;
      this.#textsOf.set(process.module, n + 1);
    }
    this.texts.set(process, { before: stateText(process), after: stateText(process, after) });
  }
}

export function errorOf(thrown: unknown, process: Process): UpgradeError {
  if (thrown instanceof UpgradeFailure) return thrown.error;
  const text = `${process.describe()} could not be converted: ${formatReason(toReason(thrown))}`;
  return upgradeError("INSTAR_CODE_CHANGE_FAILED", text, { process, thrown });
}

/** Of each module. */
const statesShown = 50;
