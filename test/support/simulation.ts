/**
 * The world of the simulation: workers in three versions, a tree of supervisors, and books that are kept beside them of what was sent, what
 * was handled, and which state each process must have. What the books and the system do not agree on is a failure.
 */
import {
  actor,
  child,
  start,
  supervisor,
  type Actor,
  type CodeChange,
  type DynamicSupervisor,
  type ExitReason,
  type From,
  type InstarError,
  type Monitor,
  type Pid,
  type Supervisor,
} from "../../runtime/src/index.ts";
import { subscribe } from "../../runtime/src/internal.ts";
import { linksOf } from "../../runtime/src/links.ts";
import type { Process } from "../../runtime/src/process.ts";
import type { Supervision } from "../../runtime/src/supervise.ts";
import { live, type LiveSystem } from "../../runtime/src/system.ts";
import { testSystem, type TestSystem } from "../../runtime/src/testing.ts";

export type Vsn = 1 | 2 | 3;
/** Who sent it, and the how many-eth from that sender to this receiver it is. */
type Stamp = readonly [sender: string, n: number];

/** Version 2 adds a unit, version 3 turns it into a list. */
export interface State {
  readonly vsn: Vsn;
  /** How many messages were handled. */
  readonly n: number;
  readonly held: readonly { readonly from: From<number>; readonly token: number }[];
  readonly unit?: string;
  readonly units?: readonly string[];
}

export interface Worker {
  init(): State;
  calls: {
    ask(stamp: Stamp, token: number): number;
    slow(stamp: Stamp, token: number, ms: number): number;
    relay(stamp: Stamp, token: number, to: Pid<Worker>, ms: number): number;
    later(stamp: Stamp, token: number): number;
  };
  casts: {
    tell(stamp: Stamp): void;
    release(stamp: Stamp): void;
    crash(stamp: Stamp): void;
    end(stamp: Stamp, reason: ExitReason): void;
    link(stamp: Stamp, to: Pid<Worker>): void;
    unlink(stamp: Stamp, to: Pid<Worker>): void;
    watch(stamp: Stamp, whom: Pid<Worker>): void;
    trap(stamp: Stamp, on: boolean): void;
    spawn(stamp: Stamp): void;
    tickAfter(stamp: Stamp, ms: number): void;
  };
  infos: {
    tick(id: number): void;
    exit(from: Pid<unknown> | null, reason: ExitReason): void;
    down(monitor: Monitor, pid: Pid<unknown>, reason: ExitReason): void;
  };
}

/** Milliseconds: what is still to come at the end, unless whose it is has ended. */
export const never = 1e9;

/** How a new version is broken, if it is. */
export type Fault = "none" | "throws" | "identity";

export function fitsVersion({ vsn, unit, units, n }: State, wanted: Vsn): string | null {
  const fits = vsn === wanted && typeof n === "number" && (unit === "kg") === (vsn === 2) && Array.isArray(units) === (vsn === 3);
  return fits ? null : `State.vsn: expected ${wanted}, got ${vsn}`;
}

/** What is known of one process. */
interface Book {
  n: number;
  busy: string | null;
  live: boolean;
  /** By sender: how many were handled. */
  readonly received: Map<string, number>;
  /** Ticks that are still to come. */
  readonly ticks: Set<number>;
}

export class World {
  readonly test: TestSystem;
  readonly system: LiveSystem;
  readonly failures: string[] = [];
  readonly books = new Map<string, Book>();
  readonly modules: { readonly a: Actor<Worker>; readonly b: Actor<Worker> };
  readonly tree: Actor<Supervisor>;
  readonly crew: Actor<Supervisor>;
  /** By sender and receiver. */
  readonly #sent = new Map<string, number>();
  readonly #monitors = new Map<Monitor, { readonly watcher: string; readonly watched: string; seen: boolean }>();
  /** By supervisor and child: when it was started. */
  /** Of live children. */
  readonly #supervisors = new Map<string, Process>();
  readonly #starts = new Map<string, number[]>();
  readonly #open = new Map<Promise<unknown>, string>();
  #ids = 0;

  constructor(seed: number) {
    this.test = testSystem({ seed });
    this.system = live(this.test.system);
    this.modules = { a: this.worker(1), b: this.worker(1) };
    this.crew = this.crewVersion(1);
    this.tree = this.#tree();
    subscribe(this.system, (event) => {
      if (event.type === "started") this.#onStart(event.pid);
      if (event.type === "exited") this.#onExit(event.pid);
    });
  }

  fail(text: string): void {
    this.failures.push(text);
  }

  id(): number {
    return ++this.#ids;
  }

  /** Live workers, oldest first. */
  workers(): Pid<Worker>[] {
    return [...this.system.processes.values()]
      .filter(({ version, phase }) => version.kind === "actor" && phase === "running")
      .map(({ pid }) => pid as unknown as Pid<Worker>);
  }

  stamp(sender: string, to: Pid<Worker>): Stamp {
    const key = `${sender} ${to.id}`;
    const n = this.#sent.get(key) ?? 0;
    this.#sent.set(key, n + 1);
    return [sender, n];
  }

  /** Remembers that something has to come to its end, whichever. */
  track(what: string, work: Promise<unknown>): void {
    const over = (): void => void this.#open.delete(work);
    this.#open.set(work, what);
    work.then(over, over);
  }

  /** A call from outside has one answer: the right one, or that its receiver is gone. */
  expect(what: string, to: Pid<Worker>, token: number, call: Promise<number>): void {
    const name = `${what} ${token} to ${to.id}`;
    this.track(name, call);
    call.then(
      (got) => got === token || this.fail(`${name} was answered with ${got}`),
      (error: InstarError) => {
        const gone = error.code === "INSTAR_NOPROC" || error.code === "INSTAR_CALL_EXITED";
        if (!gone) this.fail(`${name} was rejected: ${error.message}`);
        else if (this.books.get(to.id)?.live === true) this.fail(`${name} was rejected (${error.code}), and its receiver lives`);
      },
    );
  }

  /** What holds at any time between two turns, unless an upgrade is under way. */
  check(): void {
    const { system } = this;
    for (const process of system.processes.values()) {
      const { pid, version, module, phase, mailbox, flight } = process;
      if (phase === "exited") this.fail(`${pid.id} has ended and is still listed`);
      for (const other of linksOf(process)) {
        if (other.phase === "exited") this.fail(`${pid.id} is linked to ${other.pid.id}, which has ended`);
        if (!linksOf(other).includes(process)) this.fail(`${pid.id} is linked to ${other.pid.id}, but not the other way round`);
      }
      if (system.preparation !== null || phase === "starting") continue;
      if (version !== module.current)
        this.fail(`${pid.id} is in version ${version.vsn} (load ${version.load}), and not in the current one`);
      if (version.kind === "actor" && flight === null) {
        const misfit = fitsVersion(process.state as State, version.vsn as Vsn);
        if (misfit !== null) this.fail(`${pid.id} at rest has a state of another version: ${misfit}`);
      }
      if (mailbox.length > 0 && flight === null && !process.suspendedBySys && !system.scheduler.busy) {
        this.fail(`${pid.id} has ${mailbox.length} messages, is at rest, and nobody runs it`);
      }
    }
    for (const [name, process] of system.names) {
      if (system.processes.get(process.pid.id) !== process) this.fail(`the name ${name} belongs to ${process.pid.id}, which has ended`);
    }
  }

  /** When everybody had time: all that was sent was handled, all that was asked has an answer. */
  checkEnd(): void {
    this.check();
    const { system } = this;
    if (system.preparation !== null || system.quiescence !== null) this.fail("an upgrade has not ended");
    for (const what of this.#open.values()) this.fail(`never ended: ${what}`);
    for (const [key, sent] of this.#sent) {
      const [sender = "", receiver = ""] = key.split(" ");
      const book = this.books.get(receiver);
      const received = book?.received.get(sender) ?? 0;
      if (received > sent) this.fail(`${receiver} handled ${received} of ${sender}, which sent ${sent}`);
      if (book?.live === true && received !== sent) this.fail(`${receiver} handled ${received} of the ${sent} messages of ${sender}`);
    }
    for (const [id, { live: lives, ticks, busy }] of this.books) {
      if (!lives) continue;
      if (ticks.size > 0) this.fail(`${id} still waits for ${ticks.size} ticks`);
      if (busy !== null) this.fail(`${id} is still in ${busy}`);
    }
    for (const { watcher, watched, seen } of this.#monitors.values()) {
      const due = this.books.get(watcher)?.live === true && this.books.get(watched)?.live !== true;
      if (due && !seen) this.fail(`${watcher} was never told that ${watched} ended`);
    }
  }

  /** When everything was stopped. */
  checkGone(): void {
    const { processes, names } = this.system;
    if (processes.size > 0) this.fail(`${processes.size} processes are left`);
    if (names.size > 0) this.fail(`${names.size} names are left`);
    if (this.test.clock.pending > 0) this.fail(`${this.test.clock.pending} timers are left`);
    for (const what of this.#open.values()) this.fail(`never ended: ${what}`);
    for (const { level, text } of this.test.logs) {
      if (level === "error" && !/planned|INSTAR_|supervisor|restart|noproc/i.test(text)) this.fail(`an error that nobody planned: ${text}`);
    }
  }

  worker(vsn: Vsn, fault: Fault = "none"): Actor<Worker> {
    const enter = (what: string, self: { readonly pid: { readonly id: string } }, state: State, stamp: Stamp | null): Book =>
      this.#enter({ what: `${what} of version ${vsn}`, id: self.pid.id, vsn, state, stamp });
    const leave = (book: Book, state: State): State => {
      book.busy = null;
      if (book.live) book.n = state.n + 1;
      return { ...state, n: state.n + 1 };
    };
    const wait = (ms: number): Promise<void> => new Promise((resolve) => this.test.clock.setTimeout(resolve, ms));
    return actor<Worker>({
      vsn,
      codeChange: steps(fault),
      init: () => ({ vsn, n: 0, held: [], ...(vsn === 2 ? { unit: "kg" } : vsn === 3 ? { units: ["kg"] } : {}) }),
      calls: {
        ask: ({ state, self, reply }, stamp, token) => reply(token, leave(enter("ask", self, state, stamp), state)),
        slow: async ({ state, self, reply }, stamp, token, ms) => {
          const book = enter("slow", self, state, stamp);
          await wait(ms);
          this.#stillIn(self.pid, vsn);
          return reply(token, leave(book, state));
        },
        relay: async ({ state, self, reply }, stamp, token, to, ms) => {
          const book = enter("relay", self, state, stamp);
          await wait(ms);
          // What has ended meanwhile sends nothing any more.
          if (!book.live) return reply(token, state);
          to.cast("tell", this.stamp(self.pid.id, to));
          // Its receiver may be suspended, or busy for long.
          await to
            .withTimeout(500)
            .call("ask", this.stamp(self.pid.id, to), token)
            .catch(() => token);
          this.#stillIn(self.pid, vsn);
          return reply(token, leave(book, state));
        },
        later: ({ state, self, from, noReply }, stamp, token) => {
          const next = leave(enter("later", self, state, stamp), state);
          return noReply({ ...next, held: [...state.held, { from, token }] });
        },
      },
      casts: {
        tell: ({ state, self, next }, stamp) => next(leave(enter("tell", self, state, stamp), state)),
        release: ({ state, self, next }, stamp) => {
          const released = leave(enter("release", self, state, stamp), state);
          for (const { from, token } of state.held) from.reply(token);
          return next({ ...released, held: [] });
        },
        crash: ({ state, self }, stamp) => {
          leave(enter("crash", self, state, stamp), state);
          throw new Error("planned crash");
        },
        end: ({ state, self, stop }, stamp, reason) => stop(reason, leave(enter("end", self, state, stamp), state)),
        link: ({ state, self, next }, stamp, to) => {
          const book = enter("link", self, state, stamp);
          self.link(to);
          return next(leave(book, state));
        },
        unlink: ({ state, self, next }, stamp, to) => {
          const book = enter("unlink", self, state, stamp);
          self.unlink(to);
          return next(leave(book, state));
        },
        watch: ({ state, self, next }, stamp, whom) => {
          const book = enter("watch", self, state, stamp);
          this.#monitors.set(self.monitor(whom), { watcher: self.pid.id, watched: whom.id, seen: false });
          return next(leave(book, state));
        },
        trap: ({ state, self, next }, stamp, on) => {
          const book = enter("trap", self, state, stamp);
          self.trapExit(on);
          return next(leave(book, state));
        },
        spawn: async ({ state, self, next }, stamp) => {
          const book = enter("spawn", self, state, stamp);
          await start(this.modules.b, { link: true });
          return next(leave(book, state));
        },
        tickAfter: ({ state, self, next }, stamp, ms) => {
          const book = enter("tickAfter", self, state, stamp);
          const id = this.id();
          if (ms !== never) book.ticks.add(id);
          const cancel = self.sendAfter(ms, "tick", id);
          if (id % 5 === 0 && cancel()) book.ticks.delete(id);
          return next(leave(book, state));
        },
      },
      infos: {
        tick: ({ state, self, next }, id) => {
          const book = enter("tick", self, state, null);
          if (!book.ticks.delete(id)) this.fail(`${self.pid.id} got tick ${id}, which was not to come, or came before`);
          return next(leave(book, state));
        },
        exit: ({ state, self, next }) => next(leave(enter("exit", self, state, null), state)),
        down: ({ state, self, next }, monitor, pid) => {
          const book = enter("down", self, state, null);
          const known = this.#monitors.get(monitor);
          if (known === undefined || known.seen || known.watcher !== self.pid.id)
            this.fail(`${self.pid.id} got a down that is not its own`);
          else known.seen = true;
          if (this.books.get(pid.id)?.live === true) this.fail(`${self.pid.id} was told that ${pid.id} ended, and it lives`);
          return next(leave(book, state));
        },
      },
    });
  }

  /** The members of the crew change with its version. */
  crewVersion(vsn: Vsn): Actor<Supervisor> {
    const ids = crewIds[vsn];
    return supervisor({
      vsn,
      strategy: "one_for_one",
      intensity: { restarts: 1000, within: 10 },
      children: ids.map((id) =>
        child(id === "m2" ? this.modules.b : this.modules.a, { id, name: id, restart: id === "m3" ? "transient" : "permanent" }),
      ),
    });
  }

  #tree(): Actor<Supervisor> {
    const { a, b } = this.modules;
    const all = supervisor({
      strategy: "one_for_all",
      intensity: intensities.all,
      children: [
        child(a, { id: "a1", name: "a1" }),
        child(b, { id: "a2", name: "a2", restart: "transient" }),
        child(a, { id: "a3", name: "a3", shutdown: "brutalKill" }),
      ],
    });
    const rest = supervisor({
      strategy: "rest_for_one",
      intensity: intensities.rest,
      children: [
        child(a, { id: "r1", name: "r1" }),
        child(b, { id: "r2", name: "r2" }),
        child(b, { id: "r3", name: "r3", restart: "temporary" }),
      ],
    });
    const dynamic = supervisor({ strategy: "simple_one_for_one", intensity: intensities.dynamic, children: [child(b, { id: "d" })] });
    return supervisor({
      strategy: "one_for_one",
      intensity: intensities.root,
      children: [
        child(all, { id: "all", name: "all" }),
        child(rest, { id: "rest", name: "rest" }),
        child(dynamic as unknown as Actor<Supervisor>, { id: "dynamic", name: "dynamic" }),
        child(this.crew, { id: "crew", name: "crew" }),
      ],
    });
  }

  /** In start order, as the crew's version says. */
  members(): readonly string[] {
    return crewIds[this.crew.vsn as Vsn];
  }

  named<P>(name: string): Pid<P> | null {
    return this.system.whereis<P>(name);
  }

  dynamic(): Pid<DynamicSupervisor<Worker, []>> | null {
    return this.named("dynamic");
  }

  #enter({ what, id, vsn, state, stamp }: { what: string; id: string; vsn: Vsn; state: State; stamp: Stamp | null }): Book {
    const book = this.books.get(id);
    if (book === undefined) throw new Error(`planned by nobody: ${id} handles ${what} and has not started`);
    if (!book.live) this.fail(`${id} has ended and begins ${what}`);
    if (book.busy !== null) this.fail(`${id} begins ${what} in the middle of ${book.busy}`);
    if (state.vsn !== vsn) this.fail(`${id} runs ${what} on a state of version ${state.vsn}`);
    if (state.n !== book.n) this.fail(`${id} begins ${what} with ${state.n} messages handled, but it has handled ${book.n}`);
    this.#stillIn({ id }, vsn);
    if (stamp !== null) {
      const [sender, n] = stamp;
      const due = book.received.get(sender) ?? 0;
      if (n !== due) this.fail(`${id} got number ${n} of ${sender} (${what}) where ${due} was next`);
      book.received.set(sender, n + 1);
    }
    book.busy = what;
    return book;
  }

  /** Code must not be replaced while it runs. */
  #stillIn({ id }: { readonly id: string }, vsn: Vsn): void {
    const process = this.system.processes.get(id);
    if (process !== undefined && process.version.vsn !== vsn)
      this.fail(`${id} is in a handler of version ${vsn}, and counts as version ${process.version.vsn}`);
  }

  #onStart(id: string): void {
    const process = this.system.processes.get(id);
    if (process === undefined) return;
    if (process.version.kind === "actor") this.books.set(id, { n: 0, busy: null, live: true, received: new Map(), ticks: new Set() });
    const { supervisor: above, name } = process;
    if (above !== null) this.#supervisors.set(id, above);
    const intensity = above?.name === null || above === null ? undefined : (intensities as Record<string, Intensity>)[above.name];
    if (above === null || name === null || intensity === undefined) return;
    const key = `${above.pid.id} ${name}`;
    const times = this.#starts.get(key) ?? [];
    this.#starts.set(key, times);
    times.push(this.test.clock.monotonic());
    // A restart was decided on after the start before it, which may have been long before the child had started again.
    const before = times.at(-2 - intensity.restarts);
    const took = this.test.clock.monotonic() - (before ?? -Infinity);
    if (took <= intensity.within) {
      this.fail(
        `${key} was restarted ${intensity.restarts + 1} times within ${took} ms, but may be ${intensity.restarts} times in ${intensity.within} ms`,
      );
    }
  }

  #onExit(id: string): void {
    const book = this.books.get(id);
    if (book !== undefined) book.live = false;
    const above = this.#supervisors.get(id);
    this.#supervisors.delete(id);
    const supervision = above?.phase === "running" ? (above.state as Supervision) : null;
    const excused = [...(supervision?.children ?? [])].some((one) => one.excused && one.process?.pid.id === id);
    // Restarts that an upgrade asks for do not count, so it begins anew.
    if (excused) for (const key of this.#starts.keys()) if (key.startsWith(`${above?.pid.id} `)) this.#starts.delete(key);
  }
}

interface Intensity {
  readonly restarts: number;
  readonly within: number;
}

const intensities = {
  root: { restarts: 4, within: 100 },
  all: { restarts: 2, within: 60 },
  rest: { restarts: 3, within: 60 },
  dynamic: { restarts: 2, within: 60 },
} as const;

const crewIds: Readonly<Record<Vsn, readonly string[]>> = { 1: ["m1", "m2"], 2: ["m2", "m1", "m3"], 3: ["m2"] };

function steps(fault: Fault): CodeChange {
  const change = (from: Vsn, to: Vsn, convert: (state: State) => State) => (state: State) => {
    const misfit = fitsVersion(state, from);
    if (misfit !== null) throw new Error(`a step from ${from} to ${to} got something else: ${misfit}`);
    if (fault === "throws") throw new Error("planned failure of a step");
    return fault === "identity" ? state : convert(state);
  };
  return {
    1: {
      up: change(1, 2, (state) => ({ ...state, vsn: 2, unit: "kg" })),
      down: change(2, 1, ({ n, held }) => ({ vsn: 1, n, held })),
    },
    2: {
      up: change(2, 3, ({ n, held }) => ({ vsn: 3, n, held, units: ["kg"] })),
      down: change(3, 2, ({ n, held }) => ({ vsn: 2, n, held, unit: "kg" })),
    },
  };
}
