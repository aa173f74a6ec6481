/** What can be seen of live processes from outside: a list for `instar ps` and the editor's tree, and one process's state. */
import { inspect, type InspectOptions } from "node:util";
import { serialize } from "node:v8";
import type { Process } from "./process.ts";
import type { ProcessInfo } from "./protocol.ts";
import type { Supervision } from "./supervise.ts";
import { live, type System } from "./system.ts";

/** All live processes of a system, oldest first. */
export function processes(system: System): ProcessInfo[] {
  return [...live(system).processes.values()].map((process) => ({
    pid: process.pid.id,
    name: process.name,
    parent: process.parent?.pid.id ?? null,
    module: process.module.id,
    kind: process.version.kind,
    vsn: process.version.vsn,
    status:
      process.flight !== null || process.phase === "starting"
        ? "running"
        : process.suspended || process.suspendedBySys
          ? "suspended"
          : "idle",
    mailbox: process.queued,
    stateSize: sizeOf(visibleState(process)),
    since: new Date(process.since).toISOString(),
    restarts: process.restarts,
    oldCode: process.version !== process.module.current || (process.flight !== null && process.flight.version !== process.module.current),
  }));
}

export interface LiveState {
  readonly pid: string;
  readonly name: string | null;
  readonly module: string;
  /** Hash of the shape that it should have; null where that is not known, or where the process is in old code. */
  readonly shape: string | null;
  readonly state: unknown;
}

/** The states of all actors that have one, as they are. Whoever looks at them must not change them. */
export function states(system: System): LiveState[] {
  return [...live(system).processes.values()].flatMap((process) => {
    const { pid, name, module, version, phase, state } = process;
    if (version.kind !== "actor" || phase === "starting") return [];
    return [{ pid: pid.id, name, module: module.id, shape: version === module.current ? version.shape : null, state }];
  });
}

/** A process's state as text and, as far as that is possible, as JSON; null where no such process lives. */
export function stateOf(system: System, pid: string): { readonly text: string; readonly json: unknown } | null {
  const process = live(system).processes.get(pid);
  if (process === undefined) return null;
  const state = visibleState(process);
  return { text: safeInspect(state, { depth: 8, maxArrayLength: 1000 }), json: toJson(state) };
}

/** A state in one line of at most 200 characters, for reports. */
export function stateText(process: Process, state: unknown = process.state): string {
  const text = safeInspect(visibleState(process, state), {
    depth: 4,
    breakLength: Infinity,
    compact: true,
    maxArrayLength: 20,
    maxStringLength: 200,
  });
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

/** A supervisor's state holds its children's processes, and with them everything. */
function visibleState(process: Process, state: unknown = process.state): unknown {
  if (process.version.kind !== "supervisor" || state === undefined) return state;
  const children = [...(state as Supervision).children];
  return { children: children.map((child) => ({ id: child.id, pid: child.process?.pid ?? null, restarts: child.restarts })) };
}

/** Bytes of the state's serialized form. Where a function or the like is in it, which has none, the length of its text. */
function sizeOf(state: unknown): number {
  try {
    return serialize(state).length;
  } catch {
    return safeInspect(state, { depth: 8, maxArrayLength: null, maxStringLength: null }).length;
  }
}

/** Maps and sets as arrays; what JSON cannot say as text. */
function toJson(state: unknown): unknown {
  try {
    const text = JSON.stringify(state, (_key, value: unknown) => {
      if (value instanceof Map) return [...value];
      if (value instanceof Set) return [...value];
      if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") return String(value);
      return value;
    });
    return text === undefined ? null : (JSON.parse(text) as unknown);
  } catch {
    return safeInspect(state, {});
  }
}

/** A state may hold objects that fail when they are looked at; that must not fail the one who looks. */
function safeInspect(state: unknown, options: InspectOptions): string {
  try {
    return inspect(state, options);
  } catch (error) {
    return `[cannot be shown: ${String(error)}]`;
  }
}
