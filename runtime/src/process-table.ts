/**
 * The living processes of a system, by pid. Pids count up, so it is pages of slots rather than a `Map`: to hash, link and rehash an entry
 * for every process would be a good part of what a start costs, and of what an idle process takes. A page goes with its last process.
 */
import type { Process } from "./process.ts";
import { ProcessPid } from "./process-pid.ts";

interface Page {
  readonly number: number;
  readonly slots: (Process | null)[];
  /** How many of them are taken. */
  taken: number;
}

export class ProcessTable {
  /** By number, lowest first, which is oldest first. */
  readonly #pages = new Map<number, Page>();
  #last: Page | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Its number is higher than those of all that were added before. */
  add(process: Process): void {
    const number = ProcessPid.numberOf(process.pid);
    let page = this.#last;
    if (page === null || page.number !== pageOf(number)) {
      page = { number: pageOf(number), slots: Array.from({ length: pageSize }, () => null), taken: 0 };
      this.#pages.set(page.number, page);
      this.#last = page;
    }
    page.slots[number % pageSize] = process;
    page.taken++;
    this.#size++;
  }

  remove(process: Process): void {
    const number = ProcessPid.numberOf(process.pid);
    const page = this.#pages.get(pageOf(number));
    if (page === undefined || page.slots[number % pageSize] !== process) return;
    page.slots[number % pageSize] = null;
    page.taken--;
    this.#size--;
    if (page.taken > 0) return;
    this.#pages.delete(page.number);
    if (this.#last === page) this.#last = null;
  }

  /** By the printed form of the pid. */
  get(pid: string): Process | undefined {
    const number = Number(/^<0\.([1-9]\d*)>$/.exec(pid)?.[1]);
    return this.#pages.get(pageOf(number))?.slots[number % pageSize] ?? undefined;
  }

  has(pid: string): boolean {
    return this.get(pid) !== undefined;
  }

  /** Oldest first. As in a `Map`, processes may start and end while this is read. */
  values(): IterableIterator<Process> {
    return new Reader(this.#pages.values());
  }
}

/** As a generator would be, but several times as fast. */
class Reader implements IterableIterator<Process> {
  readonly #pages: Iterator<Page>;
  #slots: readonly (Process | null)[] = [];
  #at = 0;

  constructor(pages: Iterator<Page>) {
    this.#pages = pages;
  }

  next(): IteratorResult<Process> {
    for (;;) {
      while (this.#at < this.#slots.length) {
        const value = this.#slots[this.#at++];
        if (value !== null && value !== undefined) return { done: false, value };
      }
      const page = this.#pages.next();
      if (page.done === true) return { done: true, value: undefined };
      this.#slots = page.value.slots;
      this.#at = 0;
    }
  }

  [Symbol.iterator](): this {
    return this;
  }
}

const pageSize = 128;

function pageOf(number: number): number {
  return Math.floor(number / pageSize);
}
