/**
 * `ChildTable`: the children of one supervisor in start order, found by id and by process without a search, because a supervisor may have
 * very many of them. It belongs to one supervisor, which changes it in place.
 */
import type { ChildSpec } from "./child-spec.ts";
import type { Process } from "./process.ts";

export interface Child {
  /** Null under `simple_one_for_one`. */
  readonly id: string | null;
  /** What the next start, or the end, goes by; not necessarily what it was started from. */
  spec: ChildSpec;
  /** What it is started with: under `simple_one_for_one` that is more than the specification's arguments. */
  args: readonly unknown[];
  /** Null while it is not running. */
  process: Process | null;
  /** While it is not running: what it was before. */
  last: Process | null;
  /** Its restart failed and will be tried again. */
  restarting: boolean;
  restarts: number;
  /** It was ended in order to be restarted, so that restart does not count. */
  excused: boolean;
}

export class ChildTable {
  #children = new Set<Child>();
  readonly #byId = new Map<string, Child>();
  readonly #byProcess = new Map<Process, Child>();

  get size(): number {
    return this.#children.size;
  }

  /** In start order. */
  [Symbol.iterator](): IterableIterator<Child> {
    return this.#children.values();
  }

  has(child: Child): boolean {
    return this.#children.has(child);
  }

  get(id: string): Child | undefined {
    return this.#byId.get(id);
  }

  of(process: Process): Child | undefined {
    return this.#byProcess.get(process);
  }

  /** A child that is not running yet, as the last in the order. */
  add(spec: ChildSpec, id: string | null = spec.id, args: readonly unknown[] = spec.args): Child {
    const child: Child = { id, spec, args, process: null, last: null, restarting: false, restarts: 0, excused: false };
    this.#children.add(child);
    if (id !== null) this.#byId.set(id, child);
    return child;
  }

  /** The children that there were in another program, in their order. */
  restore(children: Iterable<Child>): void {
    for (const child of children) {
      this.#children.add(child);
      if (child.id !== null) this.#byId.set(child.id, child);
      if (child.process !== null) this.#byProcess.set(child.process, child);
    }
  }

  remove(child: Child): void {
    this.ended(child);
    this.#children.delete(child);
    if (child.id !== null) this.#byId.delete(child.id);
  }

  started(child: Child, process: Process): void {
    child.process = process;
    child.last = null;
    child.excused = false;
    child.restarting = false;
    this.#byProcess.set(process, child);
  }

  /** It has no process any more; whoever hears later that the process ended does not know it. */
  ended(child: Child): void {
    if (child.process !== null) {
      this.#byProcess.delete(child.process);
      child.last = child.process;
    }
    child.process = null;
    child.restarting = false;
  }

  /** This child and those that were started after it. */
  from(child: Child): Child[] {
    const all = [...this.#children];
    return all.slice(all.indexOf(child));
  }

  /**
   * Takes new specifications, as OTP's `supervisor` does in a code change: running children stay as they are, new ones are not started, and
   * those that are no longer specified stay with what they have, as the last in the order.
   */
  respecify(specs: readonly ChildSpec[]): void {
    const order = new Set<Child>();
    for (const spec of specs) {
      const child = this.#byId.get(spec.id) ?? this.add(spec);
      child.spec = spec;
      child.args = spec.args;
      order.add(child);
    }
    for (const child of this.#children) order.add(child);
    this.#children = order;
  }
}
