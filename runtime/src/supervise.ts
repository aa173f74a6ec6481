/**
 * What a supervisor does, whatever its definition says: it starts children in order, restarts those that end, within a restart intensity,
 * and ends them in reverse order. After OTP's `supervisor.erl`, including what happens where a restart fails midway.
 */
import { badChildSpec, checkChildSpec, type ChildSpec, type RestartType } from "./child-spec.ts";
import { ChildTable, type Child } from "./child-table.ts";
import type { ActorDefinition } from "./definition.ts";
import { formatReason, InstarError, isOrderly, safeString, toReason, type ErrorCode, type ExitReason } from "./exit.ts";
import { currentFlight, type Flight } from "./flight.ts";
import { moduleOf } from "./handle.ts";
import type { Pid } from "./pid.ts";
import { planChildren } from "./plan-children.ts";
import type { Process } from "./process.ts";
import { ProcessPid } from "./process-pid.ts";
import { addRestart } from "./restart-intensity.ts";
import { next, reply, stop } from "./result.ts";
import type { LiveSystem } from "./system.ts";

/**
 * Which child's end has an effect on which others: `one_for_one` restarts it alone, `rest_for_one` also those that were started after it,
 * `one_for_all` all of them. Under `simple_one_for_one` children are started at run time, all from one specification, and restarted alone.
 */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one" | "simple_one_for_one";

/** Whether the end of `significant` children that are not restarted ends the supervisor, for `shutdown`: that of any, or of the last. */
export type AutoShutdown = "never" | "anySignificant" | "allSignificant";

/** A supervisor's definition, complete and checked. */
export interface SupervisorCode {
  readonly strategy: Strategy;
  readonly intensity: { readonly restarts: number; readonly within: number };
  readonly autoShutdown: AutoShutdown;
  readonly children: readonly ChildSpec[];
}

export interface ChildInfo<Id = string> {
  readonly id: Id;
  /** Null while it is not running. */
  readonly pid: Pid<never> | null;
  /** Its restart failed, and will be tried again. */
  readonly restarting: boolean;
  readonly module: string;
  readonly kind: "actor" | "supervisor";
  readonly restart: RestartType;
  /** How often it was restarted. */
  readonly restarts: number;
}

export interface ChildCounts {
  /** Child specifications; under `simple_one_for_one` that is one. */
  readonly specs: number;
  /** Children that are running. */
  readonly active: number;
  /** Children that are supervisors, running or not. */
  readonly supervisors: number;
  /** All others, running or not. */
  readonly workers: number;
}

/** Filled while the children that an upgrade added are started; by id. */
export interface Adoption {
  readonly started: Set<string>;
  readonly failed: Map<string, ExitReason>;
}

/** The handlers of every supervisor. */
export const behaviour = {
  trapExit: true,
  init: async (): Promise<Supervision> => {
    const supervision = new Supervision((currentFlight() as Flight).process);
    await supervision.startAll();
    return supervision;
  },
  calls: {
    whichChildren: answer((supervision) => supervision.whichChildren()),
    countChildren: answer((supervision) => supervision.countChildren()),
    childSpec: answer((supervision, which) => supervision.childSpec(which)),
    startChild: answer((supervision, what) => supervision.startChild(what)),
    terminateChild: answer((supervision, which) => supervision.terminateChild(which)),
    restartChild: answer((supervision, id) => supervision.restartChild(id)),
    deleteChild: answer((supervision, id) => supervision.deleteChild(id)),
    /** Sent by an upgrade, not part of the public protocol. */
    adoptChildren: answer((supervision, adoption) => supervision.adoptChildren(adoption as Adoption)),
  },
  infos: {
    exit: ({ state }: HandlerContext, from: unknown, reason: ExitReason) => state.childEnded(from, reason),
    /** An upgrade that asks for nothing more: without this the supervisor would hold its old definition until somebody needs it. */
    codeChanged: ({ state }: HandlerContext) => state.codeChanged(),
    /** It has come from another program, which kept some of its children. */
    startLeft: ({ state }: HandlerContext) => state.startLeft(),
    /** A restart failed; it is tried again, and counts again. */
    restartAgain: ({ state }: HandlerContext, child: Child, reason: ExitReason) => state.restartAgain(child, reason),
  },
  terminate: ({ state }: HandlerContext) => state.endAll(),
} as unknown as Pick<ActorDefinition, "init" | "calls" | "infos" | "terminate" | "trapExit">;

interface HandlerContext {
  readonly state: Supervision;
}

/** A call that throws is refused: the caller is rejected with what was thrown, and nothing happens to the supervisor. */
function answer(work: (supervision: Supervision, argument: unknown) => unknown) {
  return async ({ state }: HandlerContext, argument: unknown): Promise<unknown> => {
    const { message } = currentFlight() as Flight;
    try {
      return reply(await work(state, argument));
    } catch (thrown) {
      message?.call?.reject(toReason(thrown) as Error);
      return reply(undefined);
    }
  };
}

/** What is left to do with the children after an upgrade. */
interface Due {
  readonly added: readonly Child[];
  readonly removed: readonly Child[];
  /** Under `simple_one_for_one`: how many of the instances' arguments came from the old specification. What follows goes to the new one. */
  readonly given: number | null;
}

/** What is left of a supervisor when it goes to another program. */
export interface SupervisionImage {
  readonly children: readonly Child[];
  /** Milliseconds before now. */
  readonly restarts: readonly number[];
  /** Those of the children that are to be started. */
  readonly due: readonly Child[];
}

/** A restart that somebody else sees to. */
export interface FailedRestart {
  readonly supervisor: Process;
  readonly reason: ExitReason;
}

/** The state of a supervisor. */
export class Supervision {
  /** In start order. */
  readonly #children = new ChildTable();
  readonly #self: Process;
  /** What the children are in line with. The process's version is ahead of it from an upgrade to the next message. */
  #code: SupervisorCode;
  #restarts: readonly number[] = [];
  /** What upgrades mean for the children, and nobody has done yet. */
  #due: Due | null = null;
  /** Children that stayed behind when this supervisor came from another program, and have to be started here. */
  #starting: readonly Child[] = [];

  constructor(self: Process) {
    this.#self = self;
    this.#code = codeOf(self);
  }

  /** One that was in another program; where a child has a process there, `children` has what it is here. */
  static restored(self: Process, { children, restarts, due }: SupervisionImage): Supervision {
    const supervision = new Supervision(self);
    supervision.#children.restore(children);
    supervision.#restarts = restarts.map((ago) => self.host.clock.monotonic() - ago);
    supervision.#starting = due;
    return supervision;
  }

  /** A child was ended without its knowledge, for a move to another program, and is to be started again by `startLeft`. */
  lose(child: Child): void {
    this.#children.ended(child);
    this.#starting = [...this.#starting, child];
  }

  /** When its children were restarted, in milliseconds before now. */
  get restartsAgo(): readonly number[] {
    return this.#restarts.map((at) => this.#self.host.clock.monotonic() - at);
  }

  /** For those who look from outside. */
  get children(): Iterable<Child> {
    return this.#children;
  }

  childOf(process: Process): Child | undefined {
    return this.#children.of(process);
  }

  /** Where one fails, those before it are ended again, and the supervisor does not start. */
  async startAll(): Promise<void> {
    refuseCycle(this.#self);
    if (this.#isSimple) return;
    for (const spec of this.#code.children) {
      const child = this.#children.add(spec);
      try {
        await this.#start(child);
      } catch (thrown) {
        await this.endAll();
        if (thrown instanceof InstarError && thrown.code === "INSTAR_SUPERVISOR_CYCLE") throw thrown;
        const text = `child ${spec.id} of supervisor ${this.#self.describe()} did not start: ${formatReason(toReason(thrown))}`;
        throw new InstarError("INSTAR_INIT_FAILED", text, { cause: thrown });
      }
    }
  }

  /** As OTP's, the last started first. */
  whichChildren(): readonly ChildInfo<string | null>[] {
    this.#adjust();
    return [...this.#children].map(describeChild).toReversed();
  }

  countChildren(): ChildCounts {
    this.#adjust();
    const counts = { specs: this.#isSimple ? 1 : this.#children.size, active: 0, supervisors: 0, workers: 0 };
    for (const { process, spec } of this.#children) {
      if (process !== null) counts.active++;
      counts[moduleOf(spec.handle).current.kind === "supervisor" ? "supervisors" : "workers"]++;
    }
    return counts;
  }

  /** Under `simple_one_for_one` also by pid. */
  childSpec(which: unknown): ChildSpec {
    this.#adjust();
    if (this.#isSimple && (this.#ofPid(which) !== undefined || which === this.#template.id)) return this.#template;
    return this.#find(which).spec;
  }

  async startChild(what: unknown): Promise<ProcessPid> {
    this.#adjust();
    const child = this.#isSimple ? this.#newInstance(what) : this.#newChild(what);
    try {
      return await this.#start(child);
    } catch (thrown) {
      this.#children.remove(child);
      throw thrown;
    }
  }

  /** Of a child that is not running it makes sure that it stays so. Under `simple_one_for_one` it takes a pid, otherwise an id. */
  async terminateChild(which: unknown): Promise<void> {
    this.#adjust();
    if (!this.#isSimple) return this.#end(this.#find(which));
    const process = ProcessPid.processOf(which);
    if (process === null) this.#refuseSimple("terminateChild takes a pid");
    const child = this.#children.of(process) ?? [...this.#children].find(({ last }) => last === process);
    if (child !== undefined) return this.#end(child);
    // As in OTP: one that has ended may have been a child.
    if (process.phase !== "exited") this.#refuse("INSTAR_CHILD_NOT_FOUND", `${process.describe()} is no child`);
  }

  async restartChild(id: unknown): Promise<ProcessPid> {
    return await this.#start(this.#stopped(id, "restartChild"));
  }

  deleteChild(id: unknown): void {
    this.#children.remove(this.#stopped(id, "deleteChild"));
  }

  /** Does with the children what the last upgrade implies: with `mode: "otp"` nobody asks for it. */
  async adoptChildren(adoption: Adoption): Promise<void> {
    this.#adjust();
    const due = this.#due;
    this.#due = null;
    if (due === null) return;
    if (due.given !== null) for (const child of this.#children) child.args = [...this.#template.args, ...child.args.slice(due.given)];
    await this.#adopt(due, adoption);
  }

  /** Starts the children that did not come along from another program; one that fails counts as one that ended. */
  async startLeft(): Promise<unknown> {
    this.#adjust();
    const due = this.#starting;
    this.#starting = [];
    for (const child of due) {
      if (!this.#children.has(child) || child.process !== null) continue;
      try {
        await this.#start(child);
      } catch (thrown) {
        if (this.#self.phase === "exited") break;
        this.#log(`could not start child ${child.spec.id} anew: ${formatReason(toReason(thrown))}`);
        child.restarting = true;
        this.#self.info("restartAgain", [child, toReason(thrown)]);
      }
    }
    return next();
  }

  codeChanged(): unknown {
    this.#adjust();
    return next();
  }

  childEnded(from: unknown, reason: ExitReason): unknown {
    this.#adjust();
    const child = this.#ofPid(from);
    // Unknown: it was ended on purpose, or its start was undone.
    if (child === undefined) return next();
    this.#children.ended(child);
    const { restart } = child.spec;
    if (restart === "permanent" || (restart === "transient" && !isOrderly(reason))) return this.#restart(child, reason);
    if (restart === "temporary" || this.#isSimple) this.#children.remove(child);
    return this.#shutsDownAfter(child) ? stop("shutdown") : next();
  }

  restartAgain(child: Child, reason: ExitReason): unknown {
    this.#adjust();
    return this.#children.has(child) && child.restarting ? this.#restart(child, reason) : next();
  }

  async endAll(): Promise<void> {
    const children = [...this.#children].toReversed();
    // Instances of one specification do not depend on each other, and there may be many.
    if (this.#isSimple) await Promise.all(children.map((child) => this.#end(child)));
    else for (const child of children) await this.#end(child);
  }

  get #isSimple(): boolean {
    return isSimple(this.#code);
  }

  /** Under `simple_one_for_one`. */
  get #template(): ChildSpec {
    return this.#code.children[0] as ChildSpec;
  }

  /**
   * Brings the children in line with the code, which an upgrade may have replaced, as OTP's `code_change` does: nothing is started or ended,
   * and what runs takes its new specification at its next restart or end.
   */
  #adjust(): void {
    const code = codeOf(this.#self);
    const before = this.#code;
    if (code === before) return;
    this.#code = code;
    this.#due = isSimple(code) ? this.#respecifyInstances(before) : this.#respecify(before);
  }

  /** @returns what is left to do, also of an upgrade before this one */
  #respecify(before: SupervisorCode): Due {
    const { added, removed } = this.#due ?? { added: [], removed: [] };
    const { start, stop: end } = planChildren(before.children, this.#code.children);
    const isNew = start.filter((id) => this.#children.get(id) === undefined);
    this.#children.respecify(this.#code.children);
    const all = (ids: readonly string[]): Child[] => ids.flatMap((id) => this.#children.get(id) ?? []);
    const [unwanted, wanted] = [new Set(all(end)), new Set(all(this.#code.children.map(({ id }) => id)))];
    return {
      added: [...added.filter((child) => !unwanted.has(child)), ...all(isNew)],
      removed: [...removed.filter((child) => !wanted.has(child)), ...unwanted],
      given: null,
    };
  }

  /** @returns what is left to do */
  #respecifyInstances(before: SupervisorCode): Due {
    for (const child of this.#children) child.spec = this.#template;
    return { added: [], removed: [], given: this.#due?.given ?? before.children[0]?.args.length ?? 0 };
  }

  /** Removed children are ended first, because new ones may take their names. */
  async #adopt({ added, removed }: Due, { started, failed }: Adoption): Promise<void> {
    for (const child of removed) {
      if (!this.#children.has(child)) continue;
      await this.#end(child);
      this.#children.remove(child);
    }
    for (const child of added) {
      const { id } = child.spec;
      if (!this.#children.has(child) || child.process !== null) continue;
      try {
        await this.#start(child);
        started.add(id);
      } catch (thrown) {
        // As after OTP's `restart_child`: the specification stays, and the child can be started when its trouble is over.
        failed.set(id, toReason(thrown));
        this.#log(`could not start child ${id}, which an upgrade added: ${formatReason(toReason(thrown))}`);
      }
    }
  }

  /** Restarts a child and those that its strategy says, or ends the supervisor where that is once too often. */
  async #restart(child: Child, reason: ExitReason): Promise<unknown> {
    const { strategy, intensity } = this.#code;
    const isExcused = child.excused || systemOf(this.#self).probation?.restarted(moduleOf(child.spec.handle)) === true;
    if (!isExcused) this.#restarts = addRestart(this.#restarts, this.#self.host.clock.monotonic(), intensity.within);
    if (!isExcused && this.#restarts.length > intensity.restarts) {
      this.#log(
        `gives up: child ${child.spec.id} ended (${formatReason(reason)}) and would be restart ${this.#restarts.length} ` +
          `within ${intensity.within} ms, where ${intensity.restarts} are allowed`,
      );
      return stop("shutdown");
    }
    const group = strategy === "one_for_all" ? [...this.#children] : strategy === "rest_for_one" ? this.#children.from(child) : [child];
    for (const one of group.toReversed()) if (one !== child) await this.#end(one);
    for (const one of group) {
      if (!this.#children.has(one)) continue;
      one.restarts++;
      try {
        await this.#start(one);
      } catch (thrown) {
        if (this.#self.phase === "exited") break;
        one.excused = false;
        this.#log(`could not restart child ${one.spec.id}: ${formatReason(toReason(thrown))}`);
        one.restarting = true;
        const { failedRestarts } = systemOf(this.#self);
        // Those after it are started when it is. By message, so that the supervisor can be reached, and ended, in between.
        if (failedRestarts === null) this.#self.info("restartAgain", [one, toReason(thrown)]);
        else failedRestarts.set(one, { supervisor: this.#self, reason: toReason(thrown) });
        break;
      }
    }
    return next();
  }

  async #start(child: Child): Promise<ProcessPid> {
    const { args, spec, restarts } = child;
    const process = systemOf(this.#self).spawn(moduleOf(spec.handle), { args, name: spec.name, supervisor: this.#self, restarts });
    await process.begin();
    // Where the supervisor was killed meanwhile, the link has told the child.
    if (this.#self.phase !== "exited") this.#children.started(child, process);
    return process.pid;
  }

  /** Ends it, if it is running, as its specification says. A temporary child is then forgotten, and so is an instance. */
  async #end(child: Child): Promise<void> {
    const { process, spec } = child;
    if (process !== null) await systemOf(this.#self).shutDown(process, spec.shutdown);
    if (spec.restart === "temporary" || child.id === null) this.#children.remove(child);
    else this.#children.ended(child);
  }

  /** Whether the end of this child, which is not restarted, is the supervisor's as well. */
  #shutsDownAfter({ spec }: Child): boolean {
    const { autoShutdown } = this.#code;
    if (autoShutdown === "never" || !spec.significant) return false;
    return autoShutdown === "anySignificant" || ![...this.#children].some((other) => other.spec.significant && isActive(other));
  }

  #newInstance(extraArgs: unknown): Child {
    if (!Array.isArray(extraArgs)) {
      badChildSpec(`startChild of ${this.#self.describe()} takes the list of further arguments for init, and got ${safeString(extraArgs)}`);
    }
    return this.#children.add(this.#template, null, [...this.#template.args, ...(extraArgs as readonly unknown[])]);
  }

  #newChild(what: unknown): Child {
    const spec = checkChildSpec(what);
    checkSignificant(spec, this.#code.autoShutdown);
    const namesake = this.#children.get(spec.id);
    if (namesake === undefined) return this.#children.add(spec);
    if (namesake.process !== null) {
      this.#refuse("INSTAR_CHILD_ALREADY_STARTED", `child ${spec.id} is running already, as ${namesake.process.describe()}`);
    }
    return this.#refuse(
      "INSTAR_CHILD_ALREADY_PRESENT",
      `there is a child ${spec.id} that is not running; use restartChild, or deleteChild first`,
    );
  }

  /** The child of this id, which must not be running. */
  #stopped(id: unknown, call: string): Child {
    this.#adjust();
    if (this.#isSimple) this.#refuseSimple(`there is no ${call}`);
    const child = this.#find(id);
    if (child.restarting) this.#refuse("INSTAR_CHILD_RESTARTING", `child ${child.id} is being restarted; use terminateChild first`);
    if (child.process !== null) this.#refuse("INSTAR_CHILD_RUNNING", `child ${child.id} is running; use terminateChild first`);
    return child;
  }

  #find(id: unknown): Child {
    const child = typeof id === "string" ? this.#children.get(id) : undefined;
    if (child === undefined)
      this.#refuse("INSTAR_CHILD_NOT_FOUND", `there is no child ${safeString(id)}; whichChildren lists those that are`);
    return child;
  }

  #ofPid(pid: unknown): Child | undefined {
    const process = ProcessPid.processOf(pid);
    return process === null ? undefined : this.#children.of(process);
  }

  #refuseSimple(why: string): never {
    this.#refuse("INSTAR_SIMPLE_ONE_FOR_ONE", `its strategy is simple_one_for_one, whose children have no ids: ${why}`);
  }

  #refuse(code: ErrorCode, why: string): never {
    throw new InstarError(code, `supervisor ${this.#self.describe()}: ${why}.`);
  }

  #log(text: string): void {
    this.#self.host.log("error", `supervisor ${this.#self.describe()} ${text}`);
  }
}

/** @throws `InstarError` `INSTAR_BAD_CHILD_SPEC` */
export function checkSignificant({ id, significant }: ChildSpec, autoShutdown: AutoShutdown): void {
  if (significant && autoShutdown === "never") {
    badChildSpec(`child ${id} is significant, but its supervisor's autoShutdown is never, so that would have no effect`);
  }
}

export function isSimple({ strategy }: { readonly strategy: Strategy }): boolean {
  return strategy === "simple_one_for_one";
}

function describeChild({ id, process, restarting, spec, restarts }: Child): ChildInfo<string | null> {
  const module = moduleOf(spec.handle);
  const pid = (process?.pid ?? null) as Pid<never> | null;
  return { id, pid, restarting, module: module.id, kind: module.current.kind, restart: spec.restart, restarts };
}

function isActive({ process, restarting }: Child): boolean {
  return process !== null || restarting;
}

/** A supervisor that is started in the course of its own start would be so again, without end. */
function refuseCycle(self: Process): void {
  const path = [self.module.id];
  for (let process = self.parent; process !== null && process.phase === "starting"; process = process.parent) {
    path.unshift(process.module.id);
    if (process.module !== self.module) continue;
    const text = `supervisor ${self.module.id} is among its own descendants: ${path.join(" → ")}. Starting it would never end; take one of them out of the other's children.`;
    throw new InstarError("INSTAR_SUPERVISOR_CYCLE", text);
  }
}

function codeOf(self: Process): SupervisorCode {
  return self.version.definition as SupervisorCode;
}

function systemOf(self: Process): LiveSystem {
  return self.host as LiveSystem;
}
