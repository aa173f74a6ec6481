/**
 * One queue of processes that have something to do, drained from a microtask. A budget of messages and time per turn of the event loop
 * (not per drain: a client that awaits one call after another starts a new drain each time) lets timers and sockets have their turn.
 *
 * A call from outside to a process at rest, while nobody else is ready, does not wait for a drain: it is handled at once, out of the same
 * budget. That is the same order, and saves the caller a queue, a promise that waits, and a deadline.
 */
import { applyNeutral, breakOff, runNeutral } from "./flight.ts";
import { seededRandom } from "./seeded-random.ts";

export interface Runnable<M = never> {
  /** In the queue. Kept by the scheduler. */
  ready: boolean;
  /** Handles one message that waits. Never throws. */
  step(): void;
  /** Handles this one. Never throws. */
  stepWith(message: M): void;
}

export class Scheduler {
  /** What is ready lies between head and tail. An array that is cut short would be made anew when it grows again. */
  #queue: (Runnable | null)[] = [];
  #head = 0;
  #tail = 0;
  /** How many run, each started by the one before; 0 between drains. */
  #depth = 0;
  #drainDue = false;
  #left = messagesPerTurn;
  #turnEnds = 0;
  #resetDue = false;
  #held = false;
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
    return this.#head < this.#tail;
  }

  /** Who waits for its turn. */
  waiting(): readonly Runnable[] {
    return this.#queue.slice(this.#head, this.#tail) as Runnable[];
  }

  /** Nobody has a turn any more, until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    if (this.busy) this.#drainSoon();
  }

  ready(process: Runnable): void {
    if (process.ready) return;
    process.ready = true;
    this.#queue[this.#tail++] = process;
    this.#drainSoon();
  }

  /**
   * Lets a process handle this message now, if that is nobody else's turn. In a seeded run the generator says whose turn it is, and what
   * has to run through `runDrain` does not run here. @returns whether it did
   */
  now<M>(process: Runnable<M>, message: M): boolean {
    return this.#depth === 0 && !this.busy && this.inside(process, message);
  }

  /** The same within the turn of whoever runs: as in OTP, who starts a process goes on when its `init` is done. */
  inside<M>(process: Runnable<M>, message: M): boolean {
    if (this.#left <= 0 || this.#depth >= deepest || this.#random !== null || this.runDrain !== null || this.#held) return false;
    this.#begin();
    this.#depth++;
    try {
      applyNeutral(process.stepWith, process, message);
    } finally {
      this.#depth--;
    }
    this.#spend();
    if (this.busy) this.#drainSoon();
    return true;
  }

  #drainSoon(): void {
    if (this.#drainDue || this.#depth > 0 || this.#held) return;
    this.#drainDue = true;
    // In a microtask, by way of a promise: `queueMicrotask` costs several times as much. With an empty budget, the turn's reset does it,
    // which is due already.
    if (this.#left > 0) void settled.then(this.#wake);
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
      this.#depth = 0;
      this.#drainDue = true;
      breakOff()?.process.kill();
      this.#begin();
    }
  };

  readonly #drain = (): void => {
    this.#begin();
    this.#depth = 1;
    while (this.busy && this.#left > 0) {
      const process = this.#next();
      process.ready = false;
      process.step();
      this.#spend();
    }
    this.#depth = 0;
    this.#drainDue = this.busy;
  };

  /** Something runs in this turn of the event loop: the next one begins with a new budget. */
  #begin(): void {
    if (this.#resetDue) return;
    this.#resetDue = true;
    this.#turnEnds = performance.now() + timePerTurn;
    setImmediate(this.#reset);
  }

  #spend(): void {
    this.#left--;
    // A seeded run must not depend on how fast the computer is.
    if (this.#left % 64 === 0 && this.#random === null && performance.now() > this.#turnEnds) this.#left = 0;
  }

  readonly #reset = (): void => {
    this.#resetDue = false;
    this.#left = messagesPerTurn;
    this.#drainDue = this.busy;
    if (this.busy) this.#wake();
  };

  #next(): Runnable {
    if (this.#random !== null) {
      const i = this.#head + Math.floor(this.#random() * (this.#tail - this.#head));
      const chosen = this.#queue[i] as Runnable;
      this.#queue[i] = this.#queue[this.#head] as Runnable;
      this.#queue[this.#head] = chosen;
    }
    const process = this.#queue[this.#head] as Runnable;
    this.#queue[this.#head++] = null;
    if (this.#head === this.#tail) {
      // After a great rush the array goes; else it is kept for the next one.
      if (this.#tail > 1024) this.#queue = [];
      this.#head = this.#tail = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#tail) {
      this.#queue = this.#queue.slice(this.#head, this.#tail);
      this.#tail -= this.#head;
      this.#head = 0;
    }
    return process;
  }
}

const settled = Promise.resolve();
const messagesPerTurn = 2000;
/** Of processes that start each other in their `init`: the stack is the caller's. */
const deepest = 8;
/** Milliseconds. */
const timePerTurn = 4;
