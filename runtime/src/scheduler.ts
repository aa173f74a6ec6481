/**
 * One queue of processes that have something to do, drained from a microtask. A budget of messages and time per turn of the event loop
 * (not per drain: a client that awaits one call after another starts a new drain each time) lets timers and sockets have their turn.
 */
import { breakOff, runNeutral } from "./flight.ts";
import { seededRandom } from "./seeded-random.ts";

export interface Runnable {
  /** In the queue. Kept by the scheduler. */
  ready: boolean;
  /** Handles one message. Never throws. */
  step(): void;
}

export class Scheduler {
  readonly #queue: Runnable[] = [];
  #head = 0;
  #drainDue = false;
  #left = messagesPerTurn;
  #turnEnds = 0;
  #resetDue = false;
  readonly #random: (() => number) | null;
  /**
   * What every drain runs through. It calls what it is given, and may break that off by throwing, which runs none of its `finally`: then the
   * process whose turn it was is killed, and the others go on. The dev runtime uses it against handlers that never return.
   */
  runDrain: ((drain: () => void) => void) | null = null;

  /** @param seed Chooses which process runs next; without one it is the one that has waited longest. */
  constructor(seed: number | null) {
    this.#random = seed === null ? null : seededRandom(seed);
  }

  get busy(): boolean {
    return this.#head < this.#queue.length;
  }

  /** Who waits for its turn. */
  waiting(): readonly Runnable[] {
    return this.#queue.slice(this.#head);
  }

  ready(process: Runnable): void {
    if (process.ready) return;
    process.ready = true;
    this.#queue.push(process);
    if (this.#drainDue) return;
    this.#drainDue = true;
    if (this.#left > 0) queueMicrotask(this.#wake);
    // Otherwise the turn's reset, which is due already, goes on with the queue.
  }

  readonly #wake = (): void => {
    runNeutral(this.runDrain === null ? this.#drain : this.#guardedDrain);
  };

  readonly #guardedDrain = (): void => {
    try {
      this.runDrain?.(this.#drain);
    } catch {
      // What it was in the middle of has to be done over: the rest of the queue has its turn after the event loop's.
      this.#left = 0;
      this.#drainDue = true;
      breakOff()?.process.kill();
      if (!this.#resetDue) {
        this.#resetDue = true;
        setImmediate(this.#reset);
      }
    }
  };

  readonly #drain = (): void => {
    if (!this.#resetDue) {
      this.#resetDue = true;
      this.#turnEnds = performance.now() + timePerTurn;
      setImmediate(this.#reset);
    }
    while (this.#head < this.#queue.length && this.#left > 0) {
      const process = this.#next();
      process.ready = false;
      process.step();
      this.#left--;
      // A seeded run must not depend on how fast the computer is.
      if (this.#left % 64 === 0 && this.#random === null && performance.now() > this.#turnEnds) this.#left = 0;
    }
    this.#drainDue = this.busy;
  };

  readonly #reset = (): void => {
    this.#resetDue = false;
    this.#left = messagesPerTurn;
    this.#drainDue = this.busy;
    if (this.busy) this.#wake();
  };

  #next(): Runnable {
    if (this.#random !== null) {
      const i = this.#head + Math.floor(this.#random() * (this.#queue.length - this.#head));
      const chosen = this.#queue[i] as Runnable;
      this.#queue[i] = this.#queue[this.#head] as Runnable;
      this.#queue[this.#head] = chosen;
    }
    const process = this.#queue[this.#head++] as Runnable;
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return process;
  }
}

const messagesPerTurn = 2000;
/** Milliseconds. */
const timePerTurn = 4;
