/** What callers and people are told when something goes wrong with a process. */
import { inspect } from "node:util";
import { formatReason, InstarError, isError, safeString, type ExitReason } from "./exit.ts";
import type { Flight } from "./flight.ts";
import type { Message } from "./mailbox.ts";
import type { LoadedModule } from "./module.ts";
import type { Process } from "./process.ts";

/** @param wanted What should have been there; default: a pid. */
export function noPid(what: string, value: unknown, wanted = "a pid"): InstarError {
  return new InstarError("INSTAR_NOPROC", `${what}: ${safeString(value)} is not ${wanted}.`);
}

export function notLiving(process: Process, name: string): InstarError {
  const { reason } = process;
  const why = reason === null ? "" : `; it ended: ${formatReason(reason)}`;
  const text = `call ${name} to ${process.describe()}: that process does not live${why}.`;
  return new InstarError("INSTAR_NOPROC", text, { reason: reason ?? "normal" });
}

export function senderEnded(process: Process, name: string, sender: Process): InstarError {
  const { reason } = sender;
  const text = `call ${name} to ${process.describe()} was not sent: ${sender.describe()}, in whose handler it was, has ended: ${formatReason(reason ?? "normal")}.`;
  return new InstarError("INSTAR_NOPROC", text, { reason: reason ?? "normal" });
}

export function noParent({ id }: LoadedModule, parent: Process): InstarError {
  const text = `${id} cannot be started: it would be linked to ${parent.describe()}, which does not live any more.`;
  return new InstarError("INSTAR_NOPROC", text, { reason: parent.reason ?? "normal" });
}

export function exitedBefore(process: Process, name: string, reason: ExitReason): InstarError {
  const text = `call ${name} to ${process.describe()}: it ended before it replied: ${formatReason(reason)}`;
  return new InstarError("INSTAR_CALL_EXITED", text, { cause: reason, reason });
}

export function timedOut(process: Process, name: string, ms: number): InstarError {
  const { flight, suspended, suspendedBySys, queued } = process;
  const doing = flight !== null ? `it is in ${flight.handler}` : suspended || suspendedBySys ? "it is suspended" : "it is at rest";
  const text = `call ${name} to ${process.describe()}: no reply within ${ms} ms; ${doing}, ${queued} messages wait. The message may still be handled.`;
  return new InstarError("INSTAR_CALL_TIMEOUT", text);
}

export function calledItself(process: Process, name: string, flight: Flight): InstarError {
  const advice = name === "stop" ? "Return stop(…)." : "Use a cast, or a function.";
  const text = `${process.describe()} called itself (${name}) from its own ${flight.handler}: it cannot answer before that handler is done. ${advice}`;
  return new InstarError("INSTAR_CALL_SELF", text);
}

export function badReturn(process: Process, { kind, name }: Message, result: unknown): InstarError {
  const wanted = kind === "call" ? "reply(…), noReply(…) or stop(…)" : "next(…) or stop(…)";
  const text = `the handler of ${kind} ${name} in ${process.describe()} returned ${safeInspect(result)}, but a handler of a ${kind} returns ${wanted}.`;
  return new InstarError("INSTAR_BAD_RETURN", text);
}

export function noState(process: Process): InstarError {
  const text = `init of ${process.describe()} returned nothing, but it returns the first state. Return null where there is none to keep.`;
  return new InstarError("INSTAR_BAD_RETURN", text);
}

export function initFailed(process: Process, reason: ExitReason): InstarError {
  // Found deep inside the cycle, but about all of it.
  if (isError(reason) && reason instanceof InstarError && reason.code === "INSTAR_SUPERVISOR_CYCLE") return reason;
  const text = `${process.describe()} did not start: init ended with ${formatReason(reason)}`;
  return new InstarError("INSTAR_INIT_FAILED", text, { cause: reason, reason });
}

/** Also the text of the warning when nobody waits for a reply. */
export function unknownMessage(process: Process, { kind, name }: Message): InstarError {
  const text = `${process.describe()} version ${process.version.vsn} has no ${kind} named ${name}, so the message was dropped: its sender is of another version.`;
  return new InstarError("INSTAR_MESSAGE_UNKNOWN", text);
}

/** With the stack, because nobody else will show it. */
export function crashReport(process: Process, reason: ExitReason, flight: Flight | null): string {
  const message = flight?.message ?? null;
  const where = message === null ? "" : ` in ${message.kind} ${message.name}`;
  const why = stackOf(reason);
  return `process ${process.describe()} version ${process.version.vsn} ended${where}: ${why}`;
}

function stackOf(reason: ExitReason): string {
  try {
    if (reason instanceof Error && typeof reason.stack === "string") return reason.stack;
  } catch {
    // An error whose stack cannot be read; its message may be readable.
  }
  return formatReason(reason);
}

/** What is returned may fail when it is looked at. */
function safeInspect(value: unknown): string {
  try {
    return inspect(value, { depth: 0 });
  } catch {
    return safeString(value);
  }
}
