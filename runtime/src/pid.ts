/** The typed reference to a process, and the types that read a protocol. */

/** A function of any parameters: `never[]` accepts every parameter list without giving up type safety as `any` would. */
type AnyFunction = (...args: never[]) => unknown;

/**
 * What an actor is to the outside: how it starts (`init`), what it answers (`calls`), and what it takes without answering (`casts` from
 * other processes, `infos` from itself and the runtime). Written as one interface per actor.
 */
export interface Protocol {
  init: AnyFunction;
  calls?: object;
  casts?: object;
  infos?: object;
}

/** The state of an actor: what its `init` returns. */
export type StateOf<P extends Protocol> = Awaited<ReturnType<P["init"]>>;
export type CallsOf<P> = P extends { calls: infer C } ? C : {};
export type CastsOf<P> = P extends { casts: infer C } ? C : {};
export type InfosOf<P> = P extends { infos: infer C } ? C : {};
/** The arguments of one message. */
export type ArgsOf<F> = F extends (...args: infer A) => unknown ? A : never;
/** What a call answers. */
export type ReplyOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

declare const protocol: unique symbol;

/**
 * Reference to a process that follows protocol `P`. One object per process, so pids can be compared with `===`; it stays valid, and
 * reaches the current code, across upgrades. A restarted process is a new process with a new pid.
 */
export interface Pid<P> {
  /** Printed form, for example `<0.12>`; unique within a system and never reused. */
  readonly id: string;

  /**
   * Sends a message and waits for its reply.
   *
   * @throws `InstarError` `INSTAR_CALL_TIMEOUT` after 5 s (see `withTimeout`; the message may still be handled, its reply is dropped),
   * but never from a supervisor, which may wait for a child; `INSTAR_NOPROC` when the process does not live, `INSTAR_CALL_EXITED` when it ended before it replied, `INSTAR_CALL_SELF` from the
   * process's own handler, `INSTAR_MESSAGE_UNKNOWN` when its code has no such call, `INSTAR_MESSAGE_DROPPED` when an upgrade dropped it.
   */
  call<N extends keyof CallsOf<P>>(name: N, ...args: ArgsOf<CallsOf<P>[N]>): Promise<ReplyOf<CallsOf<P>[N]>>;

  /** Sends a message that is not answered. To a process that does not live it is lost in silence, as in OTP. */
  cast<N extends keyof CastsOf<P>>(name: N, ...args: ArgsOf<CastsOf<P>[N]>): void;

  /** The same process with another limit for its calls, in milliseconds; `Infinity` waits for ever. `pid.withTimeout(100).call("size")`. */
  withTimeout(ms: number): Pick<Pid<P>, "call">;

  /** The id. */
  toString(): string;

  /** Only a type: keeps pids of different protocols apart. */
  readonly [protocol]?: P | undefined;
}
