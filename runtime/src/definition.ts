/** Checks definitions at run time, for callers that types do not reach: bad ones are refused where they are made, with a clear message. */
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
}

export type HandlerTable = { readonly [name: string]: (context: unknown, ...args: readonly unknown[]) => unknown };

export interface StepDefinition {
  readonly up: (state: unknown, extra: unknown) => unknown;
  readonly down: ((state: unknown, extra: unknown) => unknown) | { readonly irreversible: string };
  readonly messages?: { readonly [name: string]: unknown };
}

/** @throws `InstarError` `INSTAR_BAD_DEFINITION` */
export function checkActorDefinition(definition: unknown): ActorDefinition {
  const d = checkVersion("actor", definition);
  if (typeof d["init"] !== "function") bad("actor", "has no init function");
  for (const section of ["calls", "casts", "infos"]) {
    const table = d[section];
    if (table === undefined) continue;
    if (typeof table !== "object" || table === null) bad("actor", `has ${section} that are not an object of handlers`);
    for (const [name, handler] of Object.entries(table)) {
      if (typeof handler !== "function") bad("actor", `has the handler ${section}.${name}, which is not a function`);
    }
  }
  if (d["terminate"] !== undefined && typeof d["terminate"] !== "function") bad("actor", "has a terminate that is not a function");
  if (d["trapExit"] !== undefined && typeof d["trapExit"] !== "boolean") bad("actor", "has a trapExit that is neither true nor false");
  checkCodeChange(d["codeChange"]);
  return definition as ActorDefinition;
}

/** What actors and supervisors have in common. */
export function checkVersion(what: "actor" | "supervisor", definition: unknown): Record<string, unknown> {
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

function checkCodeChange(codeChange: unknown): void {
  if (codeChange === undefined) return;
  if (typeof codeChange !== "object" || codeChange === null) bad("actor", "has a codeChange that is not an object of steps");
  for (const [from, step] of Object.entries(codeChange as Record<string, Partial<StepDefinition> | null>)) {
    if (!/^[1-9]\d*$/.test(from)) bad("actor", `has codeChange[${from}], but a step has the number of the version that it starts from`);
    const down: unknown = step?.down;
    if (typeof step?.up !== "function") bad("actor", `has codeChange[${from}] without a function up`);
    const hasDown = typeof down === "function" || (typeof down === "object" && down !== null && "irreversible" in down);
    if (!hasDown) bad("actor", `has codeChange[${from}] without down; write irreversible("why") where there is no way back`);
  }
}

function bad(what: string, why: string): never {
  throw new InstarError("INSTAR_BAD_DEFINITION", `the definition given to ${what}(…) ${why}.`);
}
