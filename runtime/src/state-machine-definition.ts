/** Checks definitions of state machines at run time, for callers that types do not reach. */
import { bad, checkHandlers, checkProcess, type ActorDefinition, type HandlerTable } from "./definition.ts";

/** A state machine's definition as the runtime uses it, without the types of one protocol. */
export interface AnyStateMachineDefinition extends Pick<
  ActorDefinition,
  "vsn" | "id" | "trapExit" | "stays" | "init" | "terminate" | "codeChange"
> {
  readonly states: { readonly [name: string]: AnyEventHandlers & { readonly enter?: (context: unknown, previous: string) => unknown } };
  readonly any?: AnyEventHandlers;
}

interface AnyEventHandlers {
  readonly calls?: HandlerTable;
  readonly casts?: HandlerTable;
  readonly infos?: HandlerTable;
}

/** @throws `InstarError` `INSTAR_BAD_DEFINITION` */
export function checkStateMachineDefinition(definition: unknown): AnyStateMachineDefinition {
  const what = "stateMachine";
  const d = checkProcess(what, definition);
  const { states, any } = d;
  if (!isObject(states) || Object.keys(states).length === 0) bad(what, "has no states");
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) bad(what, `has the state ${name}, which is not an object of handlers`);
    if (state["enter"] !== undefined && typeof state["enter"] !== "function")
      bad(what, `has states.${name}.enter, which is not a function`);
    checkHandlers(what, state, `states.${name}.`);
  }
  if (any !== undefined) {
    if (!isObject(any)) bad(what, "has an any that is not an object of handlers");
    checkHandlers(what, any, "any.");
  }
  return definition as AnyStateMachineDefinition;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
