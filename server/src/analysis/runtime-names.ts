/** All that the analysis knows of the package that applications import, as data: names, and declarations for where it is not installed. */

export const runtimePackage = "instar";

/** Whether a pattern of `paths` may mean the runtime's package. */
export function mapsRuntime(pattern: string): boolean {
  const [before = "", after] = pattern.split("*");
  return after === undefined ? pattern === runtimePackage : runtimePackage.startsWith(before) && runtimePackage.endsWith(after);
}

/** The functions whose calls make an actor module. */
export const actorFunctions: ReadonlySet<string> = new Set(["actor", "stateMachine"]);

/** The typed reference to a process: opaque, and the same for as long as its protocol has the same name. */
export const pidType = "Pid";

/**
 * Opaque values that may lie in states and belong to no version, and whether what they are of is told apart: `From<number>` is no
 * `From<string>`. A reference to a function is one to a name, whatever is found there when it is called.
 */
export const opaqueTypes: ReadonlyMap<string, "with arguments" | "alone"> = new Map([
  ["From", "with arguments"],
  ["Mfa", "alone"],
  ["Monitor", "alone"],
]);

/** The infos that the runtime sends by itself, each by a name that means it. */
export const runtimeInfos: ReadonlySet<string> = new Set(["down", "exit", "stateTimeout", "timeout"]);

/** What stands for `down` where there is no way back. */
export const irreversibleFunction = "irreversible";

/** What stands for the translation of a queued message that is not to be delivered. */
export const dropFunction = "drop";

/** Stands in for the package where it cannot be resolved, so that a project is analyzed before it is installed. */
export const runtimeDeclarations = `
type AnyFunction = (...args: never[]) => unknown;
type MaybePromise<T> = T | Promise<T>;
export interface Protocol { init: AnyFunction; calls?: object; casts?: object; infos?: object }
export type StateOf<P extends Protocol> = Awaited<ReturnType<P["init"]>>;
type CallsOf<P> = P extends { calls: infer C } ? C : {};
type CastsOf<P> = P extends { casts: infer C } ? C : {};
type InfosOf<P> = P extends { infos: infer C } ? C : {};
type ArgsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ReplyOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;
declare const protocol: unique symbol;
declare const replied: unique symbol;
declare const nexted: unique symbol;
export interface Reply<R> { readonly [replied]: R }
export interface Next { readonly [nexted]: true }
export interface Self<P> { readonly pid: Pid<P>; sendAfter<N extends keyof InfosOf<P>>(ms: number, info: N, ...args: ArgsOf<InfosOf<P>[N]>): () => boolean }
interface Context<P, S> { readonly state: S; readonly self: Self<P> }
interface MessageContext<P, S> extends Context<P, S> { readonly next: (state?: S) => Next; readonly stop: (reason: string, state?: S) => Next }
interface CallContext<P, S, R> extends Context<P, S> { readonly reply: (value: R, state?: S) => Reply<R>; readonly stop: (reason: string, state?: S) => Next }
type CallHandlers<P extends Protocol> = { readonly [N in keyof CallsOf<P>]: (context: CallContext<P, StateOf<P>, ReplyOf<CallsOf<P>[N]>>, ...args: ArgsOf<CallsOf<P>[N]>) => MaybePromise<Reply<ReplyOf<CallsOf<P>[N]>> | Next> };
type MessageHandlers<P extends Protocol, T> = { readonly [N in keyof T]: (context: MessageContext<P, StateOf<P>>, ...args: ArgsOf<T[N]>) => MaybePromise<Next> };
type Section<K extends string, T> = keyof T extends never ? { readonly [X in K]?: T } : { readonly [X in K]: T };
export interface Irreversible { readonly irreversible: string }
export interface Drop { readonly drop: string }
export type MessageUp = (...args: never[]) => readonly unknown[];
export interface Step {
  up(state: never, extra?: unknown): unknown;
  down: ((state: never, extra?: unknown) => unknown) | Irreversible;
  readonly messages?: { readonly [name: string]: MessageUp | Drop | { readonly up?: MessageUp | Drop; readonly down?: MessageUp | Drop } };
}
export type CodeChange = { readonly [from: number]: Step };
export type Definition<P extends Protocol> = {
  readonly vsn: number;
  readonly id?: string;
  readonly init: (...args: ArgsOf<P["init"]>) => MaybePromise<StateOf<P>>;
  readonly terminate?: (context: Context<P, StateOf<P>>, reason: unknown) => MaybePromise<void>;
  readonly codeChange?: CodeChange;
} & Section<"calls", CallHandlers<P>> & Section<"casts", MessageHandlers<P, CastsOf<P>>> & Section<"infos", MessageHandlers<P, InfosOf<P>>>;
type MachineState = { readonly state: string; readonly data: unknown };
export interface StateMachineProtocol extends Protocol { init: (...args: never[]) => MaybePromise<MachineState> }
type AnyHandlers = { readonly [name: string]: (context: any, ...args: any) => unknown };
type EventHandlers = { readonly calls?: AnyHandlers; readonly casts?: AnyHandlers; readonly infos?: AnyHandlers };
export type StateMachineDefinition<P extends StateMachineProtocol> = {
  readonly vsn: number;
  readonly id?: string;
  readonly init: (...args: ArgsOf<P["init"]>) => MaybePromise<StateOf<P>>;
  readonly states: { readonly [N in StateOf<P>["state"]]: EventHandlers & { readonly enter?: (context: any, previous: any) => unknown } };
  readonly any?: EventHandlers;
  readonly trapExit?: boolean;
  readonly terminate?: (context: any, reason: any) => unknown;
  readonly codeChange?: CodeChange;
};
export interface Actor<P> { readonly id: string; readonly vsn: number; readonly __protocol?: P }
export interface Pid<P> {
  readonly id: string;
  call<N extends keyof CallsOf<P>>(name: N, ...args: ArgsOf<CallsOf<P>[N]>): Promise<ReplyOf<CallsOf<P>[N]>>;
  cast<N extends keyof CastsOf<P>>(name: N, ...args: ArgsOf<CastsOf<P>[N]>): void;
  withTimeout(ms: number): Pick<Pid<P>, "call">;
  readonly [protocol]?: P;
}
export interface Supervisor { readonly id: string }
declare const opaque: unique symbol;
export interface From<R> { reply(value: R): void; readonly [opaque]?: R }
export interface Monitor { readonly [opaque]: true }
export interface Mfa<F extends AnyFunction = (...args: any) => any> { (...args: Parameters<F>): ReturnType<F>; readonly name: string; readonly [opaque]: true }
export declare function mfa<N extends object, K extends keyof N>(namespace: N, name: K): N[K] extends AnyFunction ? Mfa<N[K]> : never;
export declare function actor<P extends Protocol>(definition: Definition<P>): Actor<P>;
export declare function stateMachine<P extends StateMachineProtocol>(definition: StateMachineDefinition<P>): Actor<P>;
export declare function start<P extends Protocol>(module: Actor<P>, options: { readonly args: ArgsOf<P["init"]>; readonly name?: string }): Promise<Pid<P>>;
export declare function whereis<P>(name: string): Pid<P> | null;
export declare function irreversible(why: string): Irreversible;
export declare function drop(why: string): Drop;
export declare function supervisor(definition: object): Supervisor;
export declare function child(module: unknown, options: object): object;
`;
