/**
 * The probation of an upgrade: for a while after the commit, restarts of the upgraded modules' processes are counted. More than the budget
 * means that the new code does not hold, and whoever set the probation is told, once.
 */
import type { LoadedModule } from "./module.ts";
import type { Clock } from "./clock.ts";

export interface ProbationTerms {
  /** How long it lasts, in milliseconds of the system's clock. */
  readonly for: number;
  /** How many restarts are all right. */
  readonly restarts: number;
  /** Rolls the upgrade back, for those who keep code in a way of their own. Default: `rollback`, and the event `rolledBack`. */
  readonly rollBack?: (why: string) => void;
}

/** The system. */
export interface ProbationHost {
  readonly clock: Clock;
  probation: Probation | null;
}

export class Probation {
  readonly #system: ProbationHost;
  readonly #modules: ReadonlySet<LoadedModule>;
  readonly #terms: ProbationTerms;
  readonly #onExceeded: (why: string) => void;
  readonly #timer: unknown;
  #restarts = 0;

  constructor(system: ProbationHost, modules: Iterable<LoadedModule>, terms: ProbationTerms, onExceeded: (why: string) => void) {
    this.#system = system;
    this.#modules = new Set(modules);
    this.#terms = terms;
    this.#onExceeded = onExceeded;
    this.#timer = system.clock.setTimeout(() => this.end(), terms.for);
    system.clock.keepAlive?.(this.#timer, false);
  }

  /** A process of the module ended, and its supervisor restarts it. */
  restarted(module: LoadedModule): void {
    if (!this.#modules.has(module) || ++this.#restarts <= this.#terms.restarts) return;
    this.end();
    const { restarts } = this.#terms;
    const why = `restart ${this.#restarts} of upgraded processes within ${this.#terms.for} ms of the upgrade, where ${restarts} were allowed`;
    // Not in the middle of the supervisor's work.
    queueMicrotask(() => this.#onExceeded(`${why}; the last was one of ${module.id}`));
  }

  end(): void {
    this.#system.clock.clearTimeout(this.#timer);
    if (this.#system.probation === this) this.#system.probation = null;
  }
}
