/** Checks definitions at run time, for callers that types do not reach: bad ones are refused where they are made, with a clear message. */
import { isDrop } from "./code-change.ts";
import { InstarError, safeString } from "./exit.ts";

/** An actor's definition as the runtime uses it, without the types of one protocol. */
export interface ActorDefinition {
  readonly vsn: number;
  readonly id?: string;
  readonly trapExit?: boolean;
  readonly init: (...args: readonly unknown[]) => unknown;
  readonly calls?: HandlerTable;
  readonly casts?: HandlerTable;
  readonly infos?: HandlerTable;
  readonly terminate?: (context: unknown, reason: unknown) => unknown;
  readonly codeChange?: { readonly [from: number]: StepDefinition };
  /** It is bound to the program that it runs in, for example by sockets: where the system moves to another one, it is started anew there. */
  readonly stays?: boolean;
  /** Whether handlers set messages aside, so that a process at rest may have some. */
  readonly postpones?: true;
  /** Null where a state is one that the definition can work with, else a sentence; default: every state is. */
  readonly misfit?: (state: unknown) => string | null;
}

export type HandlerTable = { readonly [name: string]: (context: unknown, ...args: readonly unknown[]) => unknown };

export interface StepDefinition {
  readonly up: (state: unknown, extra: unknown) => unknown;
  readonly down: ((state: unknown, extra: unknown) => unknown) | { readonly irreversible: string };
  readonly messages?: { readonly [name: string]: unknown };
}

/**
 * The same with tables of handlers that inherit nothing. What is found in them by a message's name is a handler, without asking first
 * whether the table itself has that name, which took a tenth of the time of a message.
 */
export function withBareTables<D extends object>(definition: D): D {
  const bare = { ...definition } as Record<string, unknown>;
  for (const section of ["calls", "casts", "infos"]) {
    if (bare[section] !== undefined) bare[section] = { __proto__: null, ...(bare[section] as HandlerTable) };
  }
  return bare as unknown as D;
}

/** @throws `InstarError` `INSTAR_BAD_DEFINITION` */
export function checkActorDefinition(definition: unknown): ActorDefinition {
  const d = checkProcess("actor", definition);
  checkHandlers("actor", d);
  return definition as ActorDefinition;
}

/** What actors and state machines have in common. */
export function checkProcess(what: "actor" | "stateMachine", definition: unknown): Record<string, unknown> {
  const d = checkVersion(what, definition);
  if (typeof d["init"] !== "function") bad(what, "has no init function");
  if (d["terminate"] !== undefined && typeof d["terminate"] !== "function") bad(what, "has a terminate that is not a function");
  if (d["trapExit"] !== undefined && typeof d["trapExit"] !== "boolean") bad(what, "has a trapExit that is neither true nor false");
  if (d["stays"] !== undefined && typeof d["stays"] !== "boolean") bad(what, "has a stays that is neither true nor false");
  checkCodeChange(what, d["codeChange"]);
  return d;
}

/** @param at Where the sections stand, with a point at the end; default: in the definition itself. */
export function checkHandlers(what: "actor" | "stateMachine", owner: Record<string, unknown>, at = ""): void {
  for (const section of ["calls", "casts", "infos"]) {
    const table = owner[section];
    if (table === undefined) continue;
    if (typeof table !== "object" || table === null) bad(what, `has ${at}${section} that are not an object of handlers`);
    for (const [name, handler] of Object.entries(table)) {
      if (typeof handler !== "function") bad(what, `has the handler ${at}${section}.${name}, which is not a function`);
    }
  }
}

/** What all definitions have in common. */
export function checkVersion(what: "actor" | "stateMachine" | "supervisor", definition: unknown): Record<string, unknown> {
  if (typeof definition !== "object" || definition === null) bad(what, "is not an object");
  const d = definition as Record<string, unknown>;
  if (typeof d["vsn"] !== "number" || !Number.isInteger(d["vsn"]) || d["vsn"] < 1) {
    bad(
      what,
      `has the vsn ${typeof d["vsn"] === "string" ? JSON.stringify(d["vsn"]) : safeString(d["vsn"])}, but a version is a whole number from 1`,
    );
  }
  if (d["id"] !== undefined && (typeof d["id"] !== "string" || d["id"] === "")) bad(what, "has an id that is not a text");
  return d;
}

function checkCodeChange(what: "actor" | "stateMachine", codeChange: unknown): void {
  if (codeChange === undefined) return;
  if (typeof codeChange !== "object" || codeChange === null) bad(what, "has a codeChange that is not an object of steps");
  for (const [from, step] of Object.entries(codeChange as Record<string, Partial<StepDefinition> | null>)) {
    if (!/^[1-9]\d*$/.test(from)) bad(what, `has codeChange[${from}], but a step has the number of the version that it starts from`);
    const down: unknown = step?.down;
    if (typeof step?.up !== "function") bad(what, `has codeChange[${from}] without a function up`);
    const hasDown = typeof down === "function" || (typeof down === "object" && down !== null && "irreversible" in down);
    if (!hasDown) bad(what, `has codeChange[${from}] without down; write irreversible("why") where there is no way back`);
    checkMessages(what, from, step.messages);
  }
}

function checkMessages(what: "actor" | "stateMachine", from: string, messages: unknown): void {
  if (messages === undefined) return;
  if (typeof messages !== "object" || messages === null) bad(what, `has codeChange[${from}].messages that are not an object of functions`);
  const isWay = (way: unknown): boolean => typeof way === "function" || isDrop(way);
  for (const [name, entry] of Object.entries(messages as Record<string, { readonly up?: unknown; readonly down?: unknown } | null>)) {
    const ways =
      typeof entry === "object" && entry !== null && !isDrop(entry) ? [entry.up, entry.down].filter((way) => way !== undefined) : [entry];
    if (ways.length > 0 && ways.every(isWay)) continue;
    bad(what, `has codeChange[${from}].messages.${name}, which is no function, no drop("why"), and no { up, down } of these`);
  }
}

/** @throws `InstarError` `INSTAR_BAD_DEFINITION` */
export function bad(what: string, why: string): never {
  throw new InstarError("INSTAR_BAD_DEFINITION", `the definition given to ${what}(…) ${why}.`);
}
