/**
 * A process: a state, a mailbox, and one message at a time.
 *
 * Life: `starting` (made, `init` still to run) → `running` → `exiting` (`terminate` runs) → `exited`. A process at rest has no flight. One
 * that an upgrade suspends takes no messages, except what a handler in flight that holds up the upgrade is waiting for; one that `sys`
 * suspends takes only those of `sys`.
 */
import type { Clock } from "./clock.ts";
import { EndlessCalls, type CallTimeouts, type Deadlines } from "./call-timeouts.ts";
import type { ActorDefinition, HandlerTable } from "./definition.ts";
import { isOrderly, toReason, type ExitReason } from "./exit.ts";
import { currentFlight, Flight, holdsUpRest, isAwaited, mayBringAnswer, owesRest, callInFlight } from "./flight.ts";
import { CallContext, MessageContext } from "./context.ts";
import { connect, linksOf, tellOfEnd, type Links } from "./links.ts";
import { Mailbox, Message, PendingCall } from "./mailbox.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { MonitorReference } from "./monitor.ts";
import type { Pid } from "./pid.ts";
import {
  badReturn,
  calledItself,
  crashReport,
  exitedBefore,
  initFailed,
  noState,
  notLiving,
  senderEnded,
  timedOut,
  unknownMessage,
} from "./process-errors.ts";
import { ProcessPid } from "./process-pid.ts";
import type { Scheduler } from "./scheduler.ts";
import { NextResult, NoReplyResult, ReplyResult, StopResult } from "./result.ts";
import { ProcessSelf } from "./self.ts";

/** What a process needs of its system. */
export interface ProcessHost {
  readonly clock: Clock;
  readonly context: boolean;
  readonly scheduler: Scheduler;
  readonly timeouts: CallTimeouts;
  /** An upgrade that computes new states beside the old ones. */
  readonly preparation: Preparing | null;
  /** An upgrade that waits for processes to come to rest. */
  readonly quiescence: Quiescence | null;
  /** Nobody's timers run, so that what is under way comes to an end. */
  readonly timersPaused: boolean;
  /** The other program that a part of the processes lives in, while a system moves from one to the other. */
  readonly elsewhere: Elsewhere | null;
  started(process: Process): void;
  /** @param unhandled messages that waited for it */
  exited(process: Process, unhandled: number): void;
  log(level: "info" | "warning" | "error", text: string): void;
}

/** The first two tell whether they took what they were given; if not, it is for the process here. */
export interface Elsewhere {
  take(process: Process, message: Message): boolean;
  signal(process: Process, from: Process | null, reason: ExitReason, by: ExitSource): boolean;
  started(process: Process): void;
  /** @returns whether it was none of this program */
  exited(process: Process): boolean;
  /** An upgrade has committed here; the code there stays what it is. */
  upgraded(changes: Iterable<CodeChanged>): void;
}

export interface CodeChanged {
  readonly module: LoadedModule;
  readonly from: ModuleVersion;
  /** What a message of `from` is to the code of now, or why it is none, thrown; null where nothing says so. */
  readonly translate: ((process: Process, message: Message) => Message) | null;
}

/** Who sent an exit signal; `crash`: code of the process itself, outside of its handlers. */
export type ExitSource = "exit" | "link" | "parent" | "crash";

export interface Quiescence {
  /** Whose processes are suspended. */
  readonly modules: Pick<ReadonlySet<LoadedModule>, "has">;
  /** Flights in suspended processes. */
  busy: number;
  /** Suspended processes that have something to do. */
  readonly held: Set<Process>;
  /** One of the flights has ended. */
  rested(process: Process): void;
}

/** An upgrade that makes states beside those that processes have. */
export interface Preparing {
  readonly phase: "preparing" | "committed" | "dropped";
  versionOf(module: LoadedModule): ModuleVersion;
  /** What was prepared for this process is out of date, because it goes on. */
  touch(process: Process): void;
}

export interface ProcessOptions {
  readonly number: number;
  readonly module: LoadedModule;
  readonly args: readonly unknown[];
  readonly name: string | null;
  /** Whose handler started it. */
  readonly parent: Process | null;
  /** Whether it ends with its parent, and tells it when it ends, as one started by `start_link` does. */
  readonly linked: boolean;
  readonly supervisor: Process | null;
  readonly restarts: number;
}

/** An info that is still to come. Mutable, because an upgrade translates it as it does queued messages. */
export interface Timer {
  name: string;
  args: readonly unknown[];
  handle: unknown;
  /** Monotonic clock time. */
  readonly due: number;
}

/** What a process was in another program, besides what it says itself. */
export interface Restored {
  readonly state: unknown;
  readonly trapExit: boolean | null;
  readonly suspendedBySys: boolean;
  /** Milliseconds, where the info `timeout` is to come; else null. */
  readonly idle: number | null;
  /** Milliseconds since it started. */
  readonly age: number;
}

/** The `timeout` of a handler's result. */
interface Idle {
  readonly ms: number;
  /** Null while it does not run, as in a suspended process. */
  timer: unknown;
}

export class Process {
  readonly host: ProcessHost;
  readonly pid: ProcessPid;
  readonly module: LoadedModule;
  readonly name: string | null;
  /** Whose handler started it; null for one that has ended, or a chain of processes that start the next would keep them all. */
  parent: Process | null;
  readonly linked: boolean;
  readonly supervisor: Process | null;
  readonly restarts: number;
  /** Clock time. */
  since: number;

  /** By which upgrade there is a state beside this one's, and that state. */
  preparedBy: Preparing | null = null;
  preparedState: unknown = undefined;
  phase: "starting" | "running" | "exiting" | "exited" = "starting";
  reason: ExitReason | null = null;
  suspendedBySys = false;
  flight: Flight | null = null;
  ready = false;
  timers: Set<Timer> | null = null;
  links: Links = null;
  /** Monitors of this process, and those that it has of others. */
  watchers: Set<MonitorReference> | null = null;
  watching: Set<MonitorReference> | null = null;
  /** Calls that are answered later than at the end of their handlers. */
  later: Map<PendingCall, Message> | null = null;

  #version: ModuleVersion;
  #state: unknown = undefined;
  #args: readonly unknown[];
  #cause: Flight | null = currentFlight();
  #mailbox: Mailbox | null = null;
  /** Who waits for `init`, if it takes longer than `begin`. */
  #starter: { readonly resolve: (pid: Pid<never>) => void; readonly reject: (error: Error) => void } | null = null;
  #onExit: ((reason: ExitReason) => void)[] | null = null;
  #endless: EndlessCalls | null = null;
  #self: ProcessSelf | null = null;
  /** What the process itself said; null while its definition decides. */
  #trapExit: boolean | null = null;
  #idle: Idle | null = null;

  constructor(host: ProcessHost, options: ProcessOptions) {
    this.host = host;
    this.module = options.module;
    this.#version = options.module.current;
    this.name = options.name;
    this.parent = options.parent;
    this.linked = options.linked;
    this.supervisor = options.supervisor;
    this.restarts = options.restarts;
    this.#args = options.args;
    this.since = host.clock.now();
    this.pid = new ProcessPid(this, options.number);
    if (options.linked && options.parent !== null) connect(this, options.parent);
  }

  /** Lets `init` run. Resolves when that is done, rejects when it fails. */
  begin(): Promise<Pid<never>> {
    const { scheduler, quiescence } = this.host;
    if (quiescence !== null || !scheduler.inside(this, null)) scheduler.ready(this);
    if (this.phase === "running") return Promise.resolve(this.pid as unknown as Pid<never>);
    if (this.phase === "exited") return Promise.reject(initFailed(this, this.reason ?? "normal"));
    return new Promise((resolve, reject) => (this.#starter = { resolve, reject }));
  }

  /** Made when it is asked for: most processes are idle, and a message to an idle one does not wait. */
  get mailbox(): Mailbox {
    return (this.#mailbox ??= new Mailbox());
  }

  /** Takes up what it was in another program: no `init` runs. */
  restore({ state, trapExit, suspendedBySys, idle, age }: Restored): void {
    this.version = this.module.current;
    this.#args = none;
    this.#cause = null;
    this.#trapExit = trapExit;
    this.state = state;
    this.since = this.host.clock.now() - age;
    this.suspendedBySys = suspendedBySys;
    this.phase = "running";
    if (idle !== null) this.#idle = { ms: idle, timer: null };
  }

  /** What it said of exit signals itself; null where its definition decides. */
  get ownTrapExit(): boolean | null {
    return this.#trapExit;
  }

  /** The `timeout` that it waits for, in milliseconds. */
  get idleLimit(): number | null {
    return this.awaitsTimeout ? (this.#idle as Idle).ms : null;
  }

  /** Its infos do not come any more, until `resumeTimers`. */
  pauseTimers(): void {
    for (const timer of this.timers ?? []) disarmTimer(this.host.clock, timer);
    this.#stopIdle();
  }

  resumeTimers(): void {
    for (const timer of this.timers ?? []) this.#arm(timer, Math.max(0, timer.due - this.host.clock.monotonic()), null);
    this.#startIdle();
  }

  /** It lives elsewhere from now on, or ends there for this reason: nothing of it is left here, and nobody is told but those who ask for it. */
  leave(): void {
    this.timers = null;
    this.#idle = null;
    this.later = null;
    this.#mailbox = null;
    this.suspendedBySys = true;
    this.state = undefined;
  }

  /** What ended elsewhere ends here: whoever is linked to it or watches it is told. */
  endedElsewhere(reason: ExitReason): void {
    if (this.phase !== "exited") this.#finalize(reason, "link");
  }

  /** How many messages wait. */
  get queued(): number {
    return this.#mailbox === null ? 0 : this.#mailbox.length;
  }

  /** Whether there are calls that it is to answer later. */
  get owes(): boolean {
    return this.later !== null && this.later.size > 0;
  }

  /** Whether the info `timeout` is still to come, unless a message does. */
  get awaitsTimeout(): boolean {
    return this.#idle !== null && this.#idle.ms !== Infinity;
  }

  /** The version whose state it has. */
  get version(): ModuleVersion {
    if (this.preparedBy !== null) this.#takePrepared();
    return this.#version;
  }

  set version(version: ModuleVersion) {
    this.#version = version;
  }

  get state(): unknown {
    if (this.preparedBy !== null) this.#takePrepared();
    return this.#state;
  }

  set state(state: unknown) {
    if (this.preparedBy !== null) this.#takePrepared();
    if (this.preparedBy !== null) this.host.preparation?.touch(this);
    this.#state = state;
  }

  /** By an upgrade. */
  get suspended(): boolean {
    const { quiescence } = this.host;
    return quiescence !== null && quiescence.modules.has(this.module);
  }

  get definition(): ActorDefinition {
    return this.version.definition as ActorDefinition;
  }

  get self(): ProcessSelf {
    return (this.#self ??= new ProcessSelf(this));
  }

  /** Whether exit signals become messages. */
  get trapExit(): boolean {
    return this.#trapExit ?? this.definition.trapExit === true;
  }

  set trapExit(on: boolean) {
    this.#trapExit = on;
  }

  /** For people: `<0.12> (tea-room, src/room.actor)`. */
  describe(): string {
    return `${this.pid.id} (${this.name === null ? "" : `${this.name}, `}${this.module.id})`;
  }

  call(name: string, args: readonly unknown[], ms: number): Promise<unknown> {
    return this.#ask("call", name, args, ms);
  }

  /** Runs `work` as a message of `sys`: between two others, and also while `sys` has suspended the process; not if it timed out before. */
  system(name: string, ms: number, work: () => unknown): Promise<unknown> {
    return this.#ask("system", name, [work], ms);
  }

  #ask(kind: "call" | "system", name: string, args: readonly unknown[], ms: number): Promise<unknown> {
    const flight = currentFlight();
    if (this.phase === "exited") return Promise.reject(notLiving(this, name));
    if (flight?.cutOff === true) return Promise.reject(senderEnded(this, name, flight.process));
    if (flight?.process === this && !flight.done) {
      return Promise.reject(calledItself(this, name, flight));
    }
    const call = new PendingCall();
    this.deliver(new Message(kind, name, args, call, flight));
    const deadlines = ms === Infinity && flight !== null ? flight.process.#endlessCalls() : this.host.timeouts;
    return call.promise(deadlines, ms, () => timedOut(this, name, ms));
  }

  #endlessCalls(): Deadlines {
    return this.phase === "exited" ? this.host.timeouts : (this.#endless ??= new EndlessCalls());
  }

  cast(name: string, args: readonly unknown[]): void {
    const flight = currentFlight();
    if (flight?.cutOff === true) return;
    this.deliver(new Message("cast", name, args, null, flight));
  }

  info(name: string, args: readonly unknown[]): void {
    this.deliver(new Message("info", name, args, null, currentFlight()));
  }

  /** Asks the process to end when it has handled what is queued. Resolves when it has ended. */
  stop(reason: ExitReason): Promise<ExitReason> {
    const flight = currentFlight();
    if (flight?.process === this && !flight.done) return Promise.reject(calledItself(this, "stop", flight));
    const ended = this.ended();
    this.#askToEnd(reason, flight);
    return ended;
  }

  /**
   * An exit signal, sent by `exit`, along a link, or by whoever shuts the process down, who counts as its parent. `from` is null where it
   * comes from outside of every process. A process that does not trap ends at once, whatever it is doing.
   */
  exitSignal(from: Process | null, reason: ExitReason, by: "exit" | "link" | "parent"): void {
    if (this.phase === "exited" || this.host.elsewhere?.signal(this, from, reason, by) === true) return;
    if (reason === "kill" && by === "exit") return this.kill();
    if (!this.trapExit) {
      if (reason !== "normal" || from === this) this.#finalize(reason, by);
      // As in OTP, one that nobody started linked is its own parent.
    } else if (by === "parent" || from === (this.linked ? this.parent : this)) {
      this.#askToEnd(reason, currentFlight());
    } else {
      this.info("exit", [from?.pid ?? null, reason]);
    }
  }

  /** A supervisor that is waiting for a child's `init`, which may take for ever, gives that start up; OTP's would wait. */
  #askToEnd(reason: ExitReason, flight: Flight | null): void {
    this.deliver(new Message("stop", "stop", [reason], null, flight));
    if (this.version.kind !== "supervisor") return;
    for (const child of linksOf(this)) {
      if (child.supervisor !== this || child.phase !== "starting") continue;
      // One that is itself a supervisor has children to end first.
      if (child.version.kind === "supervisor") child.exitSignal(this, reason, "parent");
      else child.#finalize("shutdown", "parent");
    }
  }

  /** Ends the process now. `terminate` does not run, and what its handler in flight still returns is dropped. */
  kill(): void {
    if (this.phase !== "exited" && this.host.elsewhere?.signal(this, null, "kill", "exit") !== true) this.#finalize("killed");
  }

  /** Ends the process now for an error of its own code outside of its handlers, for example in a timer: whether it traps exits is no matter. */
  crash(reason: ExitReason): void {
    if (this.phase !== "exited" && this.host.elsewhere?.signal(this, null, reason, "crash") !== true) this.#finalize(reason);
  }

  ended(): Promise<ExitReason> {
    if (this.reason !== null) return Promise.resolve(this.reason);
    return new Promise((resolve) => (this.#onExit ??= []).push(resolve));
  }

  sendAfter(ms: number, name: string, args: readonly unknown[]): () => boolean {
    if (this.phase === "exited") return () => false;
    const timer: Timer = { name, args, handle: null, due: this.host.clock.monotonic() + ms };
    this.host.preparation?.touch(this);
    const timers = (this.timers ??= new Set());
    timers.add(timer);
    // With the flight that set it, since it may be a part of an answer that somebody waits for.
    this.#arm(timer, ms, this.flight);
    return () => {
      disarmTimer(this.host.clock, timer);
      return timers.delete(timer);
    };
  }

  #arm(timer: Timer, ms: number, flight: Flight | null): void {
    if (this.host.timersPaused) return;
    timer.handle = this.host.clock.setTimeout(() => {
      this.timers?.delete(timer);
      this.deliver(new Message("info", timer.name, timer.args, null, flight));
    }, ms);
  }

  deliver(message: Message): void {
    if (this.phase === "exited") {
      message.call?.reject(notLiving(this, message.name));
      return;
    }
    const { scheduler, quiescence } = this.host;
    const hindered = quiescence !== null || this.suspendedBySys;
    const atRest = this.flight === null && !this.ready && this.phase === "running" && this.queued === 0;
    // A call from outside to a process that has nothing to do needs no queue. One from a handler does: its sender goes on first.
    if (!hindered && atRest && message.call !== null && message.flight === null && scheduler.now(this, message)) return;
    if (hindered && this.host.elsewhere?.take(this, message) === true) return;
    this.mailbox.push(message);
    if (hindered) this.#heldUp(message);
    else if (this.flight === null) scheduler.ready(this);
  }

  /** A message has come during an upgrade, or to a process that `sys` has suspended. */
  #heldUp(message: Message): void {
    const { quiescence } = this.host;
    if (this.suspended) quiescence?.held.add(this);
    else if (this.suspendedBySys) this.host.preparation?.touch(this);
    if (this.flight === null) {
      if (this.#mayTakeNow(message)) this.host.scheduler.ready(this);
    } else if (quiescence !== null && !this.suspended && isServed(message)) {
      // The flight here is in the way of what holds up the upgrade, so what it waits for itself has to be served from now on.
      for (const process of quiescence.held) process.wake();
    }
  }

  suspendBySys(): void {
    this.suspendedBySys = true;
    this.#stopIdle();
  }

  resumeBySys(): void {
    this.suspendedBySys = false;
    this.#startIdle();
  }

  /** Goes on if there is something that it may take. */
  wake(): void {
    if (this.flight !== null) return;
    if (this.#idle !== null) this.#startIdle();
    if (this.#mayTake()) this.host.scheduler.ready(this);
    else if (this.queued > 0 && this.suspended) this.host.quiescence?.held.add(this);
  }

  /** Handles one message, or runs `init`. Called by the scheduler alone. */
  step(): void {
    if (this.flight !== null || this.phase === "exited") return;
    if (this.phase === "starting") return this.#init();
    const message = this.suspended || this.suspendedBySys ? this.#takeServed() : this.#mailbox?.shift();
    if (message === undefined) this.wake();
    else this.stepWith(message);
  }

  /** Handles this message, which is not in the mailbox; null stands for `init`. Called by the scheduler alone. */
  stepWith(message: Message | null): void {
    if (message === null) return this.#init();
    if (message.kind === "system") return this.#serveSystem(message);
    if (this.#idle !== null) {
      this.#stopIdle();
      this.#idle = null;
    }
    this.#handle(message);
  }

  #init(): void {
    this.version = this.module.current;
    const flight = this.#begin(null, this.#cause);
    const args = this.#args;
    // What is needed once must not be held for as long as the process lives.
    this.#cause = null;
    this.#args = none;
    let state: unknown;
    let promise: Promise<unknown> | null = null;
    try {
      state = callInFlight(flight, this.host.context, initialize, this.definition, args);
      if (isThenable(state)) promise = Promise.resolve(state);
    } catch (thrown) {
      if (!flight.done) this.#finalize(toReason(thrown));
      return;
    }
    if (promise !== null) this.#initializedLater(flight, promise);
    else if (!flight.done) this.#initialized(flight, state);
  }

  #initializedLater(flight: Flight, promise: Promise<unknown>): void {
    this.#wait(
      flight,
      promise,
      (state) => this.#initialized(flight, state),
      (thrown) => this.#finalize(toReason(thrown)),
    );
  }

  #initialized(flight: Flight, state: unknown): void {
    if (state === undefined) return this.#finalize(noState(this));
    this.state = state;
    this.phase = "running";
    this.host.started(this);
    this.#starter?.resolve(this.pid as unknown as Pid<never>);
    this.#starter = null;
    this.#rest(flight);
  }

  #handle(message: Message): void {
    if (message.kind === "stop") {
      const flight = this.#begin(message, message.flight);
      this.#exit(flight, message.args[0] as ExitReason);
      return;
    }
    const { kind } = message;
    const handler = handlersOf(this.definition, kind as "call" | "cast" | "info")?.[message.name];
    if (handler === undefined) return this.#unknown(message);
    const flight = this.#begin(message, message.flight);
    const context = kind === "call" ? new CallContext(this, message) : new MessageContext(this);
    // As `#settle`, without the functions that it takes: this is every message's way.
    let result: unknown;
    let usual: boolean;
    let promise: Promise<unknown> | null = null;
    try {
      result = callInFlight(flight, this.host.context, handler, context, message.args);
      // In here, since looking at what a handler returned may throw.
      usual = kind === "call" ? result instanceof ReplyResult : result instanceof NextResult;
      if (!usual && isThenable(result)) promise = Promise.resolve(result);
    } catch (thrown) {
      if (!flight.done) this.#exit(flight, toReason(thrown));
      return;
    }
    if (promise !== null) this.#finishLater(flight, message, promise);
    else if (flight.done) return;
    else if (usual) this.#goOn(flight, message, result as ReplyResult | NextResult);
    else this.#finish(flight, message, result);
  }

  /** Apart from `#handle`, since a function with closures in it is slower also where it makes none. */
  #finishLater(flight: Flight, message: Message, promise: Promise<unknown>): void {
    this.#wait(
      flight,
      promise,
      (value) => this.#finish(flight, message, value),
      (thrown) => this.#exit(flight, toReason(thrown)),
    );
  }

  /** After the result that nearly every message has. */
  #goOn(flight: Flight, message: Message, result: ReplyResult | NextResult): void {
    if (result.state !== undefined) this.state = result.state;
    // Of a call; of casts and infos it is null. Asking the result what it is would take longer.
    message.call?.resolve((result as ReplyResult).value);
    this.#rest(flight, result.timeout);
  }

  /** Like a message, but of the runtime's own: no handler runs, and a `timeout` of the process begins anew. */
  #serveSystem({ call, args }: Message): void {
    this.host.preparation?.touch(this);
    this.#stopIdle();
    try {
      // One whose sender has given up has no effect, or a suspend that timed out would suspend later.
      if (call !== null && !call.settled) call.resolve((args[0] as () => unknown)());
    } catch (thrown) {
      call?.reject(thrown as Error);
    }
    this.#startIdle();
    this.wake();
  }

  #finish(flight: Flight, message: Message, result: unknown): void {
    const isCall = message.kind === "call";
    if (!isResult(result)) return this.#exit(flight, badReturn(this, message, result));
    if (result instanceof ReplyResult ? !isCall : result instanceof NextResult && isCall) {
      return this.#exit(flight, badReturn(this, message, result));
    }
    if (result instanceof NoReplyResult && !isCall) return this.#exit(flight, badReturn(this, message, result));
    if (result instanceof ReplyResult || result instanceof NextResult) return this.#goOn(flight, message, result);
    if (result.state !== undefined) this.state = result.state;
    if (result instanceof StopResult) return this.#exit(flight, result.reason);
    this.#answerLater(message);
    this.#rest(flight, result.timeout);
  }

  /** Notes who still waits, so that they are told if this process ends, and so that an upgrade knows. */
  #answerLater(message: Message): void {
    const { call } = message;
    if (call === null || call.settled || call.abandoned) return;
    this.later ??= new Map();
    this.later.set(call, message);
    call.later = this.later;
    const { quiescence } = this.host;
    // What it has sent meanwhile may have to be served from now on.
    if (quiescence !== null && holdsUpRest(message.flight)) for (const process of quiescence.held) process.wake();
  }

  /** Runs `work`, and then one of the others; nothing of it counts if the process was killed meanwhile. */
  #settle(flight: Flight, work: () => unknown, done: (result: unknown) => void, failed: (thrown: unknown) => void): void {
    let result: unknown;
    let promise: Promise<unknown> | null;
    try {
      result = callInFlight(flight, this.host.context, work, undefined, none);
      // In here, since looking at what a handler returned may throw.
      promise = isThenable(result) ? Promise.resolve(result) : null;
    } catch (thrown) {
      if (!flight.done) failed(thrown);
      return;
    }
    if (promise === null) {
      if (!flight.done) done(result);
      return;
    }
    this.#wait(flight, promise, done, failed);
  }

  #wait(flight: Flight, promise: Promise<unknown>, done: (result: unknown) => void, failed: (thrown: unknown) => void): void {
    flight.since = this.host.clock.monotonic();
    const unlessDone = (then: (value: unknown) => void) => (value: unknown) => (flight.done ? undefined : then(value));
    void promise.then(unlessDone(done), unlessDone(failed));
  }

  #exit(flight: Flight, reason: ExitReason): void {
    this.phase = "exiting";
    flight.ending = true;
    const { terminate } = this.definition;
    if (terminate === undefined) return this.#finalize(reason);
    const context = new MessageContext(this);
    this.#settle(
      flight,
      () => terminate(context, reason),
      () => this.#finalize(reason),
      (thrown) => this.#finalize(toReason(thrown)),
    );
  }

  /** @param by The exit signal that did it, if one did. */
  #finalize(reason: ExitReason, by: "exit" | "link" | "parent" | null = null): void {
    const initialized = this.phase !== "starting";
    const { flight } = this;
    if (flight !== null && !flight.ending) flight.cutOff = true;
    // An upgrade that begins meanwhile, because somebody hears of this end, does not count the flight.
    const { quiescence } = this.host;
    this.phase = "exited";
    this.reason = reason;
    for (const timer of this.timers ?? []) disarmTimer(this.host.clock, timer);
    this.timers = null;
    this.#stopIdle();
    const unanswered = [
      ...(flight?.message?.call ? [flight.message] : []),
      ...(this.later?.values() ?? []),
      ...(this.#mailbox?.messages() ?? []),
    ];
    const unhandled = this.queued;
    this.#mailbox = null;
    this.#endless?.abandon();
    this.#endless = null;
    this.state = undefined;
    this.host.exited(this, unhandled);
    for (const message of unanswered) message.call?.reject(exitedBefore(this, message.name, reason));
    if (initialized) {
      // What came along a link was reported where it came from.
      if (!isOrderly(reason) && by !== "link") {
        this.host.log(by !== null || reason === "killed" ? "warning" : "error", crashReport(this, reason, flight));
      }
    } else {
      this.#starter?.reject(initFailed(this, reason));
      this.#starter = null;
    }
    tellOfEnd(this, reason);
    for (const listener of this.#onExit ?? []) listener(reason);
    this.#onExit = null;
    this.parent = null;
    // Its pid may be kept for long, and must not keep the code.
    this.version = { ...this.version, definition: null };
    if (flight !== null) this.#end(flight, quiescence);
  }

  #begin(message: Message | null, cause: Flight | null): Flight {
    const flight = new Flight(this, message, cause);
    this.flight = flight;
    const { quiescence, preparation } = this.host;
    if (preparation !== null) preparation.touch(this);
    if (quiescence !== null && this.suspended) quiescence.busy++;
    return flight;
  }

  #rest(flight: Flight, timeout?: number): void {
    this.flight = null;
    if (timeout !== undefined) {
      this.#idle = { ms: timeout, timer: null };
      this.#startIdle();
    }
    this.wake();
    this.#end(flight);
  }

  /** As the `after` of a receive: it runs while there is nothing to take, and begins anew after a suspension by `sys`. */
  #startIdle(): void {
    const idle = this.#idle;
    if (idle === null || idle.timer !== null || idle.ms === Infinity || this.queued > 0) return;
    if (this.suspendedBySys || this.host.timersPaused) return;
    if (this.suspended) return void this.host.quiescence?.held.add(this);
    if (idle.ms === 0) this.#timeOut();
    else idle.timer = this.host.clock.setTimeout(() => this.#timeOut(), idle.ms);
  }

  #stopIdle(): void {
    const idle = this.#idle;
    if (idle === null || idle.timer === null) return;
    this.host.clock.clearTimeout(idle.timer);
    idle.timer = null;
  }

  /** By an upgrade that drops it. */
  forgetTimeout(): void {
    this.#stopIdle();
    this.#idle = null;
  }

  #timeOut(): void {
    // What has come in the last moment counts as having come in time.
    if (this.queued > 0) return;
    this.#idle = null;
    this.deliver(new Message("info", "timeout", [], null, null));
  }

  /** The last thing that a flight does, because the commit of an upgrade may happen in it. */
  #end(flight: Flight, quiescence = this.host.quiescence): void {
    flight.land();
    this.flight = null;
    if (this.suspended && quiescence === this.host.quiescence) quiescence?.rested(this);
  }

  #takePrepared(): void {
    const { preparedBy, preparedState } = this;
    if (preparedBy === null || preparedBy.phase === "preparing") return;
    this.preparedBy = null;
    this.preparedState = undefined;
    if (preparedBy.phase === "dropped") return;
    this.#version = preparedBy.versionOf(this.module);
    this.#state = preparedState;
  }

  #mayTake(): boolean {
    if (this.phase === "starting") return true;
    if (this.#mailbox === null || this.#mailbox.takeable === 0) return false;
    if (this.suspendedBySys) return this.mailbox.find(isForSys) !== undefined;
    return !this.suspended || this.mailbox.find(isServed) !== undefined || owesRest(this);
  }

  /** The same for a message that has just come: those before it are known. */
  #mayTakeNow(message: Message): boolean {
    if (this.phase === "starting") return true;
    if (this.suspendedBySys) return isForSys(message);
    return !this.suspended || isServed(message) || owesRest(this);
  }

  /**
   * What a suspended process takes: a call that has to be served, but first whatever the same sender sent before that call, since messages
   * of one sender are never reordered; or everything, where it is asked to end, since no new code will handle what came before that, and
   * where it owes somebody an answer that has to come, since any message may bring it.
   */
  #takeServed(): Message | undefined {
    if (this.suspendedBySys) return this.mailbox.take(isForSys);
    if (this.mailbox.find(({ kind }) => kind === "stop") !== undefined || owesRest(this)) return this.mailbox.shift();
    const served = this.mailbox.find(isServed);
    if (served === undefined) return undefined;
    const sender = served.flight?.process;
    return this.mailbox.take((message) => message === served || (sender !== undefined && message.flight?.process === sender));
  }

  #unknown(message: Message): void {
    const error = unknownMessage(this, message);
    if (message.call !== null) message.call.reject(error);
    else this.host.log("warning", error.message);
    this.wake();
  }
}

/** It does not come, until it is armed again. */
export function disarmTimer(clock: Clock, timer: Timer): void {
  if (timer.handle !== null) clock.clearTimeout(timer.handle);
  timer.handle = null;
}

const none: readonly unknown[] = [];

function initialize(definition: unknown, ...args: readonly unknown[]): unknown {
  return (definition as ActorDefinition).init(...args);
}

/** The handlers of one kind of message. */
export function handlersOf(definition: ActorDefinition, kind: "call" | "cast" | "info"): HandlerTable | undefined {
  return kind === "call" ? definition.calls : kind === "cast" ? definition.casts : definition.infos;
}

function isServed(message: Message): boolean {
  return message.kind === "stop" || (isAwaited(message) && holdsUpRest(message.flight)) || mayBringAnswer(message);
}

/** What a process takes while `sys` has suspended it. */
function isForSys({ kind }: Message): boolean {
  return kind === "system" || kind === "stop";
}

/** `instanceof` asks proxies, which may throw. */
function isResult(value: unknown): value is NextResult | ReplyResult | NoReplyResult | StopResult {
  try {
    return value instanceof NextResult || value instanceof ReplyResult || value instanceof NoReplyResult || value instanceof StopResult;
  } catch {
    return false;
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") && value !== null && "then" in value && typeof value.then === "function"
  );
}
