/** `instar`: the public names, and nothing else. */
export {
  actor,
  type Actor,
  type CallContext,
  type Context,
  type Definition,
  type MessageContext,
  type Next,
  type NoReply,
  type Reply,
  type Self,
  type Stop,
} from "./actor.ts";
export { systemClock, type Clock } from "./clock.ts";
export { drop, irreversible, type CodeChange, type Drop, type Irreversible, type MessageUp, type Step } from "./code-change.ts";
export { InstarError, type ErrorCode, type ExitReason } from "./exit.ts";
export type { From } from "./from.ts";
export { listen, type Listener, type ListeningServer, type ListenOptions } from "./listen.ts";
export type { Monitor } from "./monitor.ts";
export { mfa, type FunctionNames, type Mfa } from "./mfa.ts";
export type { Pid, Protocol, StateOf } from "./pid.ts";
export { self } from "./self.ts";
export { sys, type Status } from "./sys.ts";
export { exit, start, stop, whereis } from "./start.ts";
export {
  stateMachine,
  type CallEventContext,
  type EnterContext,
  type EventContext,
  type EventHandlers,
  type Postponed,
  type StateContext,
  type StateHandlers,
  type StateMachineDefinition,
  type StateMachineProtocol,
  type Timeouts,
  type Transition,
} from "./state-machine.ts";
export { createSystem, type System, type SystemOptions } from "./system.ts";
export { child, type ChildSpec, type RestartType, type Shutdown } from "./child-spec.ts";
export {
  supervisor,
  type AutoShutdown,
  type ChildCounts,
  type ChildInfo,
  type DynamicSupervisor,
  type DynamicSupervisorDefinition,
  type Strategy,
  type Supervisor,
  type SupervisorDefinition,
} from "./supervisor.ts";
