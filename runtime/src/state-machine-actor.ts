/**
 * `toActorDefinition`: a state machine as the actor that it is to everything else. What makes it one is done in its handlers, around those
 * of the application: which of them it is, what becomes of the event, and timeouts. Postponed events lie in the mailbox.
 */
import { inspect } from "node:util";
import type { CallContext, MessageContext } from "./context.ts";
import type { ActorDefinition, HandlerTable } from "./definition.ts";
import { formatReason, InstarError, safeString, type ExitReason } from "./exit.ts";
import { currentFlight, type Flight } from "./flight.ts";
import { Message } from "./mailbox.ts";
import type { Caller } from "./from.ts";
import { disarmTimer, isThenable, type Process, type Timer } from "./process.ts";
import { NextResult, NoReplyResult, ReplyResult, StopResult } from "./result.ts";
import type { ProcessSelf } from "./self.ts";
import type { AnyStateMachineDefinition } from "./state-machine-definition.ts";

export function toActorDefinition(machine: AnyStateMachineDefinition): ActorDefinition {
  const { vsn, id, trapExit, stays, codeChange } = machine;
  return {
    vsn,
    ...(id === undefined ? {} : { id }),
    ...(trapExit === undefined ? {} : { trapExit }),
    ...(stays === undefined ? {} : { stays }),
    ...(codeChange === undefined ? {} : { codeChange }),
    init: (...args) => initialize(machine, args),
    calls: dispatchers(machine, "calls"),
    casts: dispatchers(machine, "casts"),
    infos: dispatchers(machine, "infos"),
    ...(machine.terminate === undefined ? {} : { terminate: terminator(machine.terminate) }),
    postpones: true,
    misfit: (state) => misfit(machine, state),
  };
}

/** The state of a machine's process. */
interface MachineState {
  readonly state: string;
  readonly data: unknown;
}

type Section = "calls" | "casts" | "infos";
type TimeoutName = "timeout" | "stateTimeout";
type Timeouts = { readonly [name in TimeoutName]?: number };

/** What `goto` and `keep` return. */
class TransitionResult {
  /** Null stays. */
  readonly state: string | null;
  readonly data: unknown;
  readonly timeouts: Timeouts;

  constructor(state: string | null, data: unknown, timeouts: Timeouts = {}) {
    this.state = state;
    this.data = data;
    this.timeouts = timeouts;
    for (const [name, ms] of Object.entries(timeouts) as [string, unknown][]) {
      if (name !== "timeout" && name !== "stateTimeout") throw new TypeError(`there is no timeout named ${name}.`);
      if (ms === undefined || (typeof ms === "number" && ms >= 0)) continue;
      throw new TypeError(`a timeout is a number of milliseconds from 0, or Infinity, not ${safeString(ms)}.`);
    }
  }
}

/** What the others return: what becomes of the event, and the transition with it. */
class EventResult {
  readonly does: "reply" | "noReply" | "postpone";
  readonly transition: TransitionResult;
  readonly value: unknown;

  constructor(does: EventResult["does"], transition: TransitionResult = keep(), value?: unknown) {
    this.does = does;
    this.transition = transition;
    this.value = value;
  }
}

const keep = (data?: unknown, timeouts?: Timeouts) => new TransitionResult(null, data, timeouts);
const goto = (state: string, data?: unknown, timeouts?: Timeouts) => new TransitionResult(state, data, timeouts);
const postpone = (transition?: TransitionResult) => new EventResult("postpone", transition);
const reply = (value: unknown, transition?: TransitionResult) => new EventResult("reply", transition, value);
const noReply = (transition?: TransitionResult) => new EventResult("noReply", transition);
const stop = (reason: ExitReason, data?: unknown) => new StopResult(reason, data);

/** Getters as in `context.ts`. */
class StateContext {
  readonly state: string;
  readonly data: unknown;
  readonly #self: () => ProcessSelf;

  constructor({ state, data }: MachineState, self: () => ProcessSelf) {
    this.state = state;
    this.data = data;
    this.#self = self;
  }

  get self(): ProcessSelf {
    return this.#self();
  }
}

class EnterContext extends StateContext {
  get keep() {
    return keep;
  }

  get stop() {
    return stop;
  }
}

class EventContext extends EnterContext {
  get goto() {
    return goto;
  }

  get postpone() {
    return postpone;
  }
}

class CallEventContext extends EventContext {
  readonly #context: CallContext;

  constructor(state: MachineState, context: CallContext) {
    super(state, () => context.self);
    this.#context = context;
  }

  get from(): Caller {
    return this.#context.from;
  }

  get reply() {
    return reply;
  }

  get noReply() {
    return noReply;
  }
}

/** One handler for each message that any of the states has. */
function dispatchers(machine: AnyStateMachineDefinition, section: Section): HandlerTable {
  const owners = [...Object.values(machine.states), ...(machine.any === undefined ? [] : [machine.any])];
  const names = new Set(owners.flatMap((owner) => Object.keys(owner[section] ?? {})));
  return Object.fromEntries([...names].map((name) => [name, dispatcher(machine, section, name)]));
}

function dispatcher(machine: AnyStateMachineDefinition, section: Section, name: string): HandlerTable[string] {
  return (context, ...args) => {
    const flight = currentFlight() as Flight;
    if (section === "infos" && (name === "timeout" || name === "stateTimeout")) came(flight, name);
    // Any event ends the wait for one.
    disarm(flight.process, "timeout");
    const before = (context as MessageContext).state as MachineState;
    const handler = own(own(machine.states, before.state)?.[section], name) ?? own(machine.any?.[section], name);
    if (handler === undefined) throw unhandled(flight.process, section, name, before.state);
    const call = section === "calls" ? (context as CallContext) : null;
    const given = call === null ? new EventContext(before, () => (context as MessageContext).self) : new CallEventContext(before, call);
    return then(handler(given, ...args), (result) => (flight.done ? undefined : conclude(machine, flight, before, call, result)));
  };
}

/** What a handler returned happens: first to the event, then to the state, then to the timeouts. */
function conclude(
  machine: AnyStateMachineDefinition,
  flight: Flight,
  before: MachineState,
  call: CallContext | null,
  result: unknown,
): unknown {
  const { process } = flight;
  if (is(result, StopResult)) return stopWith(result, before);
  const event = is(result, EventResult) ? result : null;
  const transition = event?.transition ?? result;
  const fits = event === null || event.does === "postpone" ? call === null || event !== null : call !== null;
  if (!fits || !is(transition, TransitionResult)) throw badReturn(process, flight.handler, call !== null, result);

  const after = { state: transition.state ?? before.state, data: transition.data === undefined ? before.data : transition.data };
  if (own(machine.states, after.state) === undefined) throw noSuchState(process, flight.handler, after.state, machine);
  if (event?.does === "postpone" && flight.message !== null) process.mailbox.postpone(flight.message);
  if (after.state === before.state) {
    setTimeouts(process, transition.timeouts);
    return answered(call, event, transition.data === undefined ? undefined : after);
  }
  disarm(process, "stateTimeout");
  if (machine.states[after.state]?.enter !== undefined && event?.does === "reply") call?.from.reply(event.value);
  return then(enter(machine, flight, after, before.state, transition.timeouts), (entered) => {
    if (entered instanceof StopResult || flight.done) return entered;
    return answered(call, event, entered);
  });
}

/** The result as an actor's. One whose caller has been answered already changes nothing by it. */
function answered(call: CallContext | null, event: EventResult | null, state: MachineState | undefined): unknown {
  if (call === null) return new NextResult(state, undefined);
  return event?.does === "reply" ? new ReplyResult(event.value, state, undefined) : new NoReplyResult(state, undefined);
}

/** Comes into a state. Gives what it is when `enter` is done, or that it stopped. */
function enter(
  machine: AnyStateMachineDefinition,
  flight: Flight,
  first: MachineState,
  previous: string,
  timeouts: Timeouts,
): MachineState | StopResult | Promise<MachineState | StopResult> {
  const { process } = flight;
  const handler = machine.states[first.state]?.enter;
  const done = (result: unknown): MachineState | StopResult => {
    if (flight.done) return first;
    if (is(result, StopResult)) return stopWith(result, first);
    if (!is(result, TransitionResult) || result.state !== null) {
      const text = `enter of the state ${first.state} in ${process.describe()} returned ${shown(result)}, but it returns keep(…) or stop(…).`;
      throw new InstarError("INSTAR_BAD_RETURN", text);
    }
    process.mailbox.retry();
    setTimeouts(process, { ...timeouts, ...result.timeouts });
    return result.data === undefined ? first : { state: first.state, data: result.data };
  };
  if (handler === undefined) return done(keep());
  return then(handler(new EnterContext(first, () => process.self), previous), done);
}

function initialize(machine: AnyStateMachineDefinition, args: readonly unknown[]): unknown {
  const flight = currentFlight() as Flight;
  return then(machine.init(...args), (first) => {
    // The process says what it says of every init that returns nothing.
    if (first === undefined || flight.done) return first;
    const why = misfit(machine, first);
    if (why !== null)
      throw new InstarError("INSTAR_BAD_RETURN", `init of ${flight.process.describe()} did not return a first state: ${why}.`);
    const state = first as MachineState;
    return then(enter(machine, flight, state, state.state, {}), (entered) => {
      if (!(entered instanceof StopResult)) return entered;
      const { reason } = entered;
      throw reason instanceof Error ? reason : new Error(`enter of the state ${state.state} stopped it: ${formatReason(reason)}`);
    });
  });
}

function terminator(terminate: NonNullable<AnyStateMachineDefinition["terminate"]>): NonNullable<ActorDefinition["terminate"]> {
  return (context, reason) => {
    const { state } = context as MessageContext;
    return terminate(new StateContext(state as MachineState, () => (context as MessageContext).self), reason);
  };
}

function misfit(machine: AnyStateMachineDefinition, state: unknown): string | null {
  if (typeof state !== "object" || state === null || !("state" in state) || !("data" in state)) {
    return `${shown(state)} is not { state, data }`;
  }
  if (typeof state.state === "string" && own(machine.states, state.state) !== undefined) return null;
  return `the machine has no state ${shown(state.state)}, only ${Object.keys(machine.states).join(", ")}`;
}

function stopWith({ reason, state: data }: StopResult, { state }: MachineState): StopResult {
  return new StopResult(reason, data === undefined ? undefined : { state, data });
}

/** Timeouts of a machine that have neither been handled nor cancelled. A timer that has fired may still wait in the mailbox. */
const armed = new WeakMap<Process, Set<TimeoutName>>();

/** Notes the timeouts of a machine that has come from another program. */
export function rearm(process: Process): void {
  if (process.definition.postpones !== true) return;
  const infos = [
    ...(process.timers ?? []),
    ...process.mailbox.messages().filter(({ kind, place }) => kind === "info" && place !== "aside" && place !== "again"),
  ];
  const names = new Set<TimeoutName>(infos.flatMap(({ name }) => (name === "timeout" || name === "stateTimeout" ? [name] : [])));
  if (names.size > 0) armed.set(process, names);
}

function setTimeouts(process: Process, timeouts: Timeouts): void {
  for (const name of ["stateTimeout", "timeout"] as const) {
    const ms = timeouts[name];
    if (ms === undefined) continue;
    disarm(process, name);
    // What was postponed and is handled again is an event like any other.
    if (ms === Infinity || (name === "timeout" && process.mailbox.hasFront)) continue;
    let names = armed.get(process);
    if (names === undefined) armed.set(process, (names = new Set()));
    names.add(name);
    if (ms === 0) process.mailbox.insert(new Message("info", name, [], null, null));
    else process.sendAfter(ms, name, []);
  }
}

/** A timeout is being handled. One that was postponed says nothing about the next, which may be on its way. */
function came({ process, message }: Flight, name: TimeoutName): void {
  if (message?.place !== "again") armed.get(process)?.delete(name);
}

function disarm(process: Process, name: TimeoutName): void {
  if (armed.get(process)?.delete(name) !== true) return;
  const timer = timerOf(process, name);
  if (timer === undefined) {
    process.mailbox.take((message) => message.kind === "info" && message.name === name && message.place !== "again");
  } else {
    disarmTimer(process.host.clock, timer);
    process.timers?.delete(timer);
  }
}

function timerOf({ timers }: Process, name: TimeoutName): Timer | undefined {
  for (const timer of timers ?? []) if (timer.name === name) return timer;
  return undefined;
}

function unhandled(process: Process, section: Section, name: string, state: string): InstarError {
  const text =
    `${process.describe()} got the ${section.slice(0, -1)} ${name} in the state ${state}, which has no handler for it, and neither has any. ` +
    "Handle it or postpone it there, or say in any what it means in every state.";
  return new InstarError("INSTAR_EVENT_UNHANDLED", text);
}

function noSuchState(process: Process, handler: string, state: string, { states }: AnyStateMachineDefinition): InstarError {
  const text = `the handler of ${handler} in ${process.describe()} goes to ${shown(state)}, but the machine has only the states ${Object.keys(states).join(", ")}.`;
  return new InstarError("INSTAR_BAD_RETURN", text);
}

function badReturn(process: Process, handler: string, isCall: boolean, result: unknown): InstarError {
  const wanted = isCall ? "reply(…), noReply(…), postpone(…) or stop(…)" : "goto(…), keep(…), postpone(…) or stop(…)";
  const text = `the handler of ${handler} in ${process.describe()} returned ${shown(result)}, but it returns ${wanted}.`;
  return new InstarError("INSTAR_BAD_RETURN", text);
}

/** What is shown may fail when it is looked at. */
function shown(value: unknown): string {
  try {
    return inspect(value, { depth: 0 });
  } catch {
    return safeString(value);
  }
}

/** `instanceof` asks proxies, which may throw. */
function is<T>(value: unknown, type: new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

function own<T>(table: { readonly [name: string]: T } | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Goes on at once with what is there at once, so that a handler that waits for nothing is done in one turn. */
function then<T, R>(value: T | PromiseLike<T>, go: (value: T) => R): R | Promise<Awaited<R>> {
  return isThenable(value) ? (Promise.resolve(value).then(go) as Promise<Awaited<R>>) : go(value);
}
