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
}

/** The system. */
export interface ProbationHost {
  readonly clock: Clock;
  probation: Probation | null;
  emit(event: { readonly type: "probationEnded"; readonly until: string }): void;
}

export class Probation {
  readonly #system: ProbationHost;
  readonly #modules: ReadonlySet<LoadedModule>;
  readonly #terms: ProbationTerms;
  readonly #onExceeded: (why: string) => void;
  /** When its time is over; ISO 8601. */
  readonly until: string;
  readonly #timer: unknown;
  #restarts = 0;

  constructor(system: ProbationHost, modules: Iterable<LoadedModule>, terms: ProbationTerms, onExceeded: (why: string) => void) {
    this.#system = system;
    this.#modules = new Set(modules);
    this.#terms = terms;
    this.#onExceeded = onExceeded;
    this.until = new Date(system.clock.now() + terms.for).toISOString();
    this.#timer = system.clock.setTimeout(() => {
      this.end();
      system.emit({ type: "probationEnded", until: this.until });
    }, terms.for);
    system.clock.keepAlive?.(this.#timer, false);
  }

  /**
   * A process of the module ended, and its supervisor restarts it.
   *
   * @returns whether that is for the probation to judge. Then it does not count against the supervisor's intensity: the supervisor would
   * otherwise give up, and take everything beneath it along, before the upgrade could be rolled back.
   */
  restarted(module: LoadedModule): boolean {
    if (!this.#modules.has(module)) return false;
    const beyond = ++this.#restarts - this.#terms.restarts;
    if (beyond === 1) {
      this.#system.clock.clearTimeout(this.#timer);
      const { for: time, restarts } = this.#terms;
      const within = time < 1000 ? `${time} ms` : `${time / 1000} s`;
      const why = `restart ${this.#restarts} of upgraded processes within ${within} of the upgrade, where ${restarts} were allowed`;
      // Not in the middle of the supervisor's work.
      queueMicrotask(() => this.#onExceeded(`${why}; the last was one of ${module.id}`));
    }
    return beyond <= patience;
  }

  end(): void {
    this.#system.clock.clearTimeout(this.#timer);
    if (this.#system.probation === this) this.#system.probation = null;
  }
}

/** So many restarts more may be on their way until the upgrade has been rolled back. */
const patience = 100;
