/** `stateMachine`: an actor whose handlers depend on the state that it is in, as OTP's `gen_statem`. */
import type { Actor, HandlesExit, HandlesInfo, MaybePromise, NoReply, Reply, Self, Stop } from "./actor.ts";
import type { CodeChange } from "./code-change.ts";
import type { ExitReason } from "./exit.ts";
import type { From } from "./from.ts";
import { createHandle } from "./handle.ts";
import type { ArgsOf, CallsOf, CastsOf, InfosOf, Protocol, ReplyOf, StateOf } from "./pid.ts";
import { toActorDefinition } from "./state-machine-actor.ts";
import { checkStateMachineDefinition } from "./state-machine-definition.ts";

/**
 * Declares an actor module that is a state machine. To others it is an actor like any other; its process's state is `{ state, data }`, and
 * that is what `codeChange`, `sys` and snapshots are about.
 *
 * An event is handled by the state that the machine is in, else by `any`, else it ends the process with `INSTAR_EVENT_UNHANDLED`: a message
 * that no state has is refused as every actor does, but one that comes in the wrong state is a mistake.
 *
 * @throws `InstarError` `INSTAR_BAD_DEFINITION` where the definition is not one (for callers that types do not reach).
 */
export function stateMachine<P extends StateMachineProtocol>(definition: StateMachineDefinition<P>): Actor<P> {
  return createHandle("actor", toActorDefinition(checkStateMachineDefinition(definition)));
}

/**
 * A protocol whose `init` gives the first state. Where the states have different data, `init` returns a union:
 * `{ state: "off"; data: null } | { state: "on"; data: { since: number } }`.
 */
export interface StateMachineProtocol extends Protocol {
  init: (...args: never[]) => MaybePromise<{ readonly state: string; readonly data: unknown }>;
}

/** What `stateMachine` takes: every state that the protocol names, and nothing else. */
export interface StateMachineDefinition<P extends StateMachineProtocol> {
  /** Version of the module: a literal integer, 1 or more, raised once per release. */
  readonly vsn: number;
  /** Pins the module id, which otherwise is the file's path from the project root without extension. */
  readonly id?: string;
  /** Makes the first state and its data. The state's `enter` runs as well before the process counts as started. */
  readonly init: (...args: ArgsOf<P["init"]>) => MaybePromise<StateOf<P>>;
  readonly states: { readonly [N in NameOf<P>]: StateHandlers<P, N> };
  /** Handles what the state that the machine is in does not. */
  readonly any?: EventHandlers<P, NameOf<P>>;
  /** As of an actor. */
  readonly trapExit?: HandlesExit<P> extends true ? boolean : false;
  /**
   * Its processes are bound to the program that they run in, for example by sockets. Where a system moves to another program (an upgrade by
   * `window` or `blue-green`), they are started anew there, and those here go on until they are done. Default false.
   */
  readonly stays?: boolean;
  /** As of an actor. */
  readonly terminate?: (context: StateContext<P, NameOf<P>>, reason: ExitReason) => MaybePromise<void>;
  /**
   * As of an actor; a step gets and returns `{ state, data }`. No `enter` runs, postponed events go on waiting for a change of state by the
   * machine itself, and timeouts go on, also where a step changes the state.
   */
  readonly codeChange?: CodeChange;
}

/** One state. */
export interface StateHandlers<P extends StateMachineProtocol, N extends NameOf<P>> extends EventHandlers<P, N> {
  /**
   * Runs when the machine has come into this state, before any other event, and for the first state after `init`. It may change the data
   * and set timeouts, but not the state. `previous` is the state before; for the first state, that one itself.
   */
  readonly enter?: (context: EnterContext<P, N>, previous: NameOf<P>) => MaybePromise<Transition | Stop>;
}

/** Handlers of events; what is not named is left to `any`. */
export interface EventHandlers<P extends StateMachineProtocol, N extends NameOf<P>> {
  readonly calls?: {
    readonly [M in keyof CallsOf<P>]?: (
      context: CallEventContext<P, N, ReplyOf<CallsOf<P>[M]>>,
      ...args: ArgsOf<CallsOf<P>[M]>
    ) => MaybePromise<Reply<ReplyOf<CallsOf<P>[M]>> | NoReply | Postponed | Stop>;
  };
  readonly casts?: MessageEventHandlers<P, N, CastsOf<P>>;
  readonly infos?: MessageEventHandlers<P, N, InfosOf<P>>;
}

type MessageEventHandlers<P extends StateMachineProtocol, N extends NameOf<P>, T> = {
  readonly [M in keyof T]?: (context: EventContext<P, N>, ...args: ArgsOf<T[M]>) => MaybePromise<Transition | Postponed | Stop>;
};

/** The state that the machine is in, its data, and itself. Where there are several states, `state` tells which data it is. */
export type StateContext<P extends StateMachineProtocol, N extends NameOf<P>> = { readonly self: Self<P> } & {
  readonly [M in N]: { readonly state: M; readonly data: DataOf<P, M> };
}[N];

/** Context of `enter`. All functions may be taken out of a context by destructuring. */
export type EnterContext<P extends StateMachineProtocol, N extends NameOf<P>> = StateContext<P, N> & Keeping<P, N>;

interface Keeping<P extends StateMachineProtocol, N extends NameOf<P>> {
  /** Stays in this state; with data, that is the new one. */
  readonly keep: (data?: DataOfAll<P, N>, timeouts?: Timeouts<P>) => Transition;
  /** Ends this process for `reason` once `terminate` has run. */
  readonly stop: (reason: ExitReason, data?: DataOfAll<P, N>) => Stop;
}

/** Context of a cast or an info. */
export type EventContext<P extends StateMachineProtocol, N extends NameOf<P>> = EnterContext<P, N> & Going<P, N>;

interface Going<P extends StateMachineProtocol, N extends NameOf<P>> {
  /**
   * Goes to a state; with data, that is the new one, which is needed where the present one does not fit. Where the state is another than
   * before: its timeout is cancelled, `enter` of the new one runs, and what was postponed is handled, in order, before newer messages.
   */
  readonly goto: <M extends NameOf<P>>(
    state: M,
    ...data: [DataOf<P, N>] extends [DataOfAll<P, M>]
      ? [data?: DataOfAll<P, M>, timeouts?: Timeouts<P>]
      : [data: DataOfAll<P, M>, timeouts?: Timeouts<P>]
  ) => Transition;
  /**
   * Sets this event aside until the state has changed; default transition: `keep()`. With a `goto` it is handled again in that state. A call
   * is answered then; its caller waits meanwhile.
   */
  readonly postpone: (transition?: Transition) => Postponed;
}

/** Context of a call. */
export type CallEventContext<P extends StateMachineProtocol, N extends NameOf<P>, R> = EventContext<P, N> & Answering<R>;

interface Answering<R> {
  /** The caller, to answer it before or after the end of this handler. */
  readonly from: From<R>;
  /** Answers the caller; default transition: `keep()`. Where `enter` of another state follows, the caller is answered before it runs. */
  readonly reply: (value: R, transition?: Transition) => Reply<R>;
  /** The caller is answered some other time by `from.reply(…)`; default transition: `keep()`. */
  readonly noReply: (transition?: Transition) => NoReply;
}

/**
 * Timeouts, in milliseconds; each is set anew, or cancelled by `Infinity`. They are the infos `timeout` and `stateTimeout`, which the protocol
 * has to name. For more of them, each with its own name, there is `self.sendAfter`.
 */
export interface Timeouts<P> {
  /** The event timeout: it comes if no other event does for that long. With 0 at once, before what waits in the mailbox. */
  readonly timeout?: HandlesInfo<P, "timeout", []> extends true ? number : "the protocol's infos lack timeout(): void";
  /** The state timeout: it comes if the state has not changed for that long. With 0 at once, as above. */
  readonly stateTimeout?: HandlesInfo<P, "stateTimeout", []> extends true ? number : "the protocol's infos lack stateTimeout(): void";
}

/** The names of the states. */
type NameOf<P extends StateMachineProtocol> = StateOf<P>["state"] & string;
/** The data of a state; of any of several. */
type DataOf<P extends StateMachineProtocol, N> = DataIn<StateOf<P>, N>;
type DataIn<S, N> = S extends { readonly state: infer M; readonly data: infer D } ? (Extract<N, M> extends never ? never : D) : never;
/** What is data of all of these states. */
type DataOfAll<P extends StateMachineProtocol, N> = (N extends unknown ? (data: DataOf<P, N>) => void : never) extends (
  data: infer D,
) => void
  ? D
  : never;

// As for actors, the keys are sentences, because they are what the compiler prints.

/** Result of `goto(…)` and `keep(…)`. */
export interface Transition {
  readonly "an event handler returns goto(…), keep(…), postpone(…) or stop(…)": true;
}
/** Result of `postpone(…)`. */
export interface Postponed {
  readonly "result of postpone(…)": true;
}
