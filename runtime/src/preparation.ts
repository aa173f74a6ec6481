/**
 * `Preparation`: the new states of an upgrade, made beside the old ones, while the old code serves or while it is at rest.
 *
 * With many processes this is done in slices, between which the old code goes on. What a process has been prepared for is out of date as
 * soon as it handles a message, so processes say when they begin to (`touch`) and are prepared again. At the commit only those are left
 * that were touched since; the commit itself is one assignment, and each process takes its prepared state when it is next looked at.
 */
import { Converter, type Conversion } from "./convert.ts";
import type { ActorDefinition } from "./definition.ts";
import { copyState } from "./copy-state.ts";
import { formatReason, toReason } from "./exit.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { Preparing, Process } from "./process.ts";
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

export class Preparation implements Preparing {
  phase: "preparing" | "committed" | "dropped" = "preparing";
  readonly errors: UpgradeError[] = [];
  /** How many states were made, those that were made again included. */
  made = 0;
  /** Copies of the first processes' states of each module, before and after, for the report. */
  readonly samples = new Map<Process, { readonly before: unknown; readonly after: unknown }>();
  /** Of the modules that are restarted. */
  readonly restarting = new Set<Process>();
  readonly #parts: ReadonlyMap<LoadedModule, Part>;
  #lastPart: Part | null = null;
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

  constructor({ processes, conversions, restarts, extra }: PreparationOptions) {
    this.#remaining = processes[Symbol.iterator]();
    this.#restarts = restarts;
    this.#parts = new Map(
      [...conversions].map(([module, conversion]) => {
        const converter = new Converter(module.current, conversion, extra);
        const postpones = (module.current.definition as ActorDefinition).postpones === true;
        return [module, { module, to: conversion.to, converter, postpones, samples: 0 }] as const;
      }),
    );
  }

  versionOf(module: LoadedModule): ModuleVersion {
    return (this.#partOf(module) as Part).to;
  }

  /** Whether an upgrade is about this process. */
  concerns({ module }: Process): boolean {
    return this.#partOf(module) !== null;
  }

  converterOf({ module }: Process): Converter {
    return (this.#partOf(module) as Part).converter;
  }

  touch(process: Process): void {
    if (!this.concerns(process)) return;
    if (process.preparedBy === this) {
      process.preparedBy = null;
      process.preparedState = undefined;
    }
    this.#touched.add(process);
  }

  spawned(process: Process): void {
    if (!this.#allVisited || !this.concerns(process)) return;
    this.#late.add(process);
    this.#touched.add(process);
  }

  /** Whether every process that there was has been prepared once, except for those whose handlers are under way. */
  get allVisited(): boolean {
    return this.#allVisited;
  }

  /** Prepares until everything is done that can be done, or `full` says that the slice is. */
  work(full: () => boolean): void {
    while (!this.#allVisited) {
      if (full() || this.errors.length >= errorLimit) return;
      const { done, value } = this.#remaining.next();
      if (done === true) this.#allVisited = true;
      else this.#visit(value);
    }
    for (const process of this.#touched) {
      if (full() || this.errors.length >= errorLimit) return;
      this.#again(process);
    }
  }

  /** How many would have to be prepared if the commit were now. */
  get left(): number {
    return this.#touched.size;
  }

  /** Processes whose handler is under way. Only complete when everything has been visited. */
  inFlight(): Process[] {
    return [...this.#touched].filter(({ flight }) => flight !== null);
  }

  /** How each module's processes are converted, and null for those that are restarted. */
  *converters(): Iterable<readonly [LoadedModule, Converter | null]> {
    for (const { module, converter } of this.#parts.values()) yield [module, converter];
    for (const module of this.#restarts) yield [module, null];
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
    if (this.#restarts.has(process.module) && process.phase !== "exited") {
      // One whose `init` has not begun will begin it in the new code.
      if (process.phase !== "starting" || process.flight !== null) this.restarting.add(process);
    }
    if (!this.concerns(process) || process.phase === "exited") return;
    if (process.phase === "starting") {
      this.#late.add(process);
      this.#touched.add(process);
    } else {
      this.#visited.push(process);
      if (process.flight !== null) this.#touched.add(process);
      else if (this.#touched.size === 0 || !this.#touched.has(process)) this.#prepare(process);
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
    const part = this.#partOf(process.module) as Part;
    // Who gets mail later is known to the scheduler; one that has come from another program with its mail is not.
    if (process.queued > 0 || process.timers !== null || process.awaitsTimeout) this.#addressees.add(process);
    this.made++;
    try {
      const state = part.converter.state(process);
      process.preparedBy = this;
      process.preparedState = state;
      if (part.samples < samplesPerModule || this.samples.has(process)) this.#sample(part, process, state);
    } catch (thrown) {
      this.errors.push(errorOf(thrown, process));
    }
  }

  #sample(part: Part, process: Process, after: unknown): void {
    if (!this.samples.has(process)) part.samples++;
    this.samples.set(process, { before: copyState(process.state), after: copyState(after) });
  }

  #partOf(module: LoadedModule): Part | null {
    if (this.#lastPart?.module === module) return this.#lastPart;
    const part = this.#parts.get(module) ?? null;
    if (part !== null) this.#lastPart = part;
    return part;
  }
}

/** What is known of one module. */
interface Part {
  readonly module: LoadedModule;
  readonly to: ModuleVersion;
  readonly converter: Converter;
  /** Whether processes at rest may have mail. */
  readonly postpones: boolean;
  /** How many there are. */
  samples: number;
}

export function errorOf(thrown: unknown, process: Process): UpgradeError {
  if (thrown instanceof UpgradeFailure) return thrown.error;
  const text = `${process.describe()} could not be converted: ${formatReason(toReason(thrown))}`;
  return upgradeError("INSTAR_CODE_CHANGE_FAILED", text, { process, thrown });
}

export const samplesPerModule = 50;
/** A report that names more of them helps nobody. */
const errorLimit = 100;
