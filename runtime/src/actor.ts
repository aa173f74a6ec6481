/** `actor`: an actor module's definition, and the types of its handlers' contexts and results. */
import { createHandle, type Handle } from "./handle.ts";
import { checkActorDefinition } from "./definition.ts";
import type { CodeChange } from "./code-change.ts";
import type { ExitReason } from "./exit.ts";
import type { From } from "./from.ts";
import type { Monitor } from "./monitor.ts";
import type { ArgsOf, CallsOf, CastsOf, InfosOf, Pid, Protocol, ReplyOf, StateOf } from "./pid.ts";

/**
 * Declares an actor module. The result, a handle, is the module's default export; it stays the same object in all versions.
 *
 * @throws `InstarError` `INSTAR_BAD_DEFINITION` where the definition is not one (for callers that types do not reach).
 */
export function actor<P extends Protocol>(definition: Definition<P>): Actor<P> {
  return createHandle("actor", checkActorDefinition(definition));
}

/** Handle of an actor module: what `start` and `child` take. */
export interface Actor<P> extends Handle {
  readonly [handled]?: P;
}
declare const handled: unique symbol;

/** What `actor` takes: all handlers that the protocol names, and nothing else. */
export type Definition<P extends Protocol> = {
  /** Version of the module: a literal integer, 1 or more, raised once per release. */
  readonly vsn: number;
  /** Pins the module id, which otherwise is the file's path from the project root without extension. */
  readonly id?: string;
  /** Makes the first state. While it runs the process takes no messages; where it throws, `start` rejects. */
  readonly init: (...args: ArgsOf<P["init"]>) => MaybePromise<StateOf<P>>;
  /**
   * Whether exit signals become messages. Default false: they end the process at once, without `terminate`. With true, its parent's run
   * `terminate`, as at a supervisor's shutdown, and all others are the info `exit`, which the protocol therefore has to name.
   */
  readonly trapExit?: HandlesExit<P> extends true ? boolean : false;
  /**
   * Its processes are bound to the program that they run in, for example by sockets. Where a system moves to another program (an upgrade by
   * `window` or `blue-green`), they are started anew there, and those here go on until they are done. Default false.
   */
  readonly stays?: boolean;
  /**
   * Runs when the process ends by itself: where a handler stops it or throws, after `stop(pid)`, and, only where it traps exits, when its
   * supervisor shuts it down or its linked parent ends. As in OTP it does not run after any other exit signal.
   */
  readonly terminate?: (context: Context<P, StateOf<P>>, reason: ExitReason) => MaybePromise<void>;
  /** `codeChange[n]` is the step between versions `n` and `n + 1`. */
  readonly codeChange?: CodeChange;
} & Section<"calls", CallHandlers<P>> &
  Section<"casts", MessageHandlers<P, CastsOf<P>>> &
  Section<"infos", MessageHandlers<P, InfosOf<P>>>;

type CallHandlers<P extends Protocol> = {
  readonly [N in keyof CallsOf<P>]: (
    context: CallContext<P, StateOf<P>, ReplyOf<CallsOf<P>[N]>>,
    ...args: ArgsOf<CallsOf<P>[N]>
  ) => MaybePromise<Reply<ReplyOf<CallsOf<P>[N]>> | NoReply | Stop>;
};

/** Handlers of casts and of infos. */
type MessageHandlers<P extends Protocol, T> = {
  readonly [N in keyof T]: (context: MessageContext<P, StateOf<P>>, ...args: ArgsOf<T[N]>) => MaybePromise<Next | Stop>;
};

/** What every handler is given. All functions may be taken out of it by destructuring. */
export interface Context<P, S> {
  /** The state before this message. */
  readonly state: S;
  readonly self: Self<P>;
}

/** Context of a cast or an info. */
export interface MessageContext<P, S> extends Context<P, S> {
  /** Done; with a state, that is the new one. With a timeout, the info `timeout` comes if nothing else does for that long. */
  readonly next: (...result: Ending<P, S>) => Next;
  /** Ends this process for `reason` once `terminate` has run. */
  readonly stop: (reason: ExitReason, state?: S) => Stop;
}

/** Context of a call. */
export interface CallContext<P, S, R> extends Context<P, S> {
  /** The caller, to answer it before or after the end of this handler. */
  readonly from: From<R>;
  /** Answers the caller; the rest is as for `next`. */
  readonly reply: (value: R, ...result: Ending<P, S>) => Reply<R>;
  /** Done, and the caller is answered some other time by `from.reply(…)`; the rest is as for `next`. */
  readonly noReply: (...result: Ending<P, S>) => NoReply;
  /** Ends this process for `reason`; unless `from.reply(…)` answered the caller, it is rejected with `INSTAR_CALL_EXITED`. */
  readonly stop: (reason: ExitReason, state?: S) => Stop;
}

/** The process as it sees itself. All functions may be taken out of it by destructuring. */
export interface Self<P> {
  readonly pid: Pid<P>;
  /** Sends an info to this process after `ms` milliseconds. The result cancels it, and says whether it was still to come. */
  sendAfter<N extends keyof InfosOf<P>>(ms: number, info: N, ...args: ArgsOf<InfosOf<P>[N]>): () => boolean;
  /**
   * Links this process with another one: when one of them ends, the other gets an exit signal with the same reason. Where that one does
   * not live, this one gets the signal at once, for `noproc`. Linking twice is the same as once.
   *
   * @throws `InstarError` `INSTAR_NOPROC` for what is not a pid; so do the functions below
   */
  link<Q>(pid: Pid<Q>): void;
  unlink<Q>(pid: Pid<Q>): void;
  /** From now on exit signals become messages, or no longer; whatever the definition says. */
  readonly trapExit: HandlesExit<P> extends true
    ? (on: boolean) => void
    : "the protocol's infos lack exit(from: Pid<unknown> | null, reason: ExitReason): void";
  /** Asks for the info `down` when a process ends; for `noproc`, at once, where it does not live. Each call makes another monitor. */
  readonly monitor: HandlesDown<P> extends true
    ? <Q>(pid: Pid<Q>) => Monitor
    : "the protocol's infos lack down(monitor: Monitor, pid: Pid<unknown>, reason: ExitReason): void";
  /** Ends a monitor of this process; its `down` does not come any more, not even if it is queued already. */
  readonly demonitor: (monitor: Monitor) => void;
}

/** The new state, and, for protocols with the info `timeout`, how many milliseconds without a message bring it; any message ends that. */
type Ending<P, S> = HandlesInfo<P, "timeout", []> extends true ? [state?: S, waiting?: { readonly timeout: number }] : [state?: S];

/** Whether the protocol has the info that a trapped exit signal becomes. `from` is null for one from outside of every process. */
export type HandlesExit<P> = HandlesInfo<P, "exit", [from: Pid<never> | null, reason: ExitReason]>;
type HandlesDown<P> = HandlesInfo<P, "down", [monitor: Monitor, pid: Pid<never>, reason: ExitReason]>;
/** A handler need not look at all that it is given. */
export type HandlesInfo<P, N extends string, A> =
  InfosOf<P> extends { readonly [X in N]: infer F } ? (A extends readonly [...ArgsOf<F>, ...unknown[]] ? true : false) : false;

// The keys of these results are sentences, because they are what the compiler prints when a handler returns something else.

/** Result of `reply(…)`. */
export interface Reply<R> {
  readonly "a call handler returns reply(…), noReply(…) or stop(…)": R;
}
/** Result of `noReply(…)`. */
export interface NoReply {
  readonly "result of noReply(…)": true;
}
/** Result of `next(…)`. */
export interface Next {
  readonly "a handler returns next(…) or stop(…)": true;
}
/** Result of `stop(…)`. */
export interface Stop {
  readonly "result of stop(…)": true;
}

export type MaybePromise<T> = T | Promise<T>;
/** A section of the definition is required as soon as the protocol names a message in it, and empty where it names none. */
type Section<K extends string, T> = keyof T extends never
  ? { readonly [X in K]?: { readonly [name: string]: never } }
  : { readonly [X in K]: T };

/** Options of `start`; where `init` needs no arguments they can be left out. */
export type StartArguments<P extends Protocol> =
  readonly [] extends Readonly<ArgsOf<P["init"]>>
    ? [options?: StartOptions<ArgsOf<P["init"]>>]
    : [options: StartOptions<ArgsOf<P["init"]>> & { readonly args: unknown }];

export interface StartOptions<A> {
  /** The arguments of `init`. */
  readonly args?: A;
  /** Registers the process under this name as long as it lives. */
  readonly name?: string;
  /** In a handler: links the new process with the one that starts it, which is its parent then. Default false. */
  readonly link?: boolean;
}
