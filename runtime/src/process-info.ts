/** What can be seen of live processes from outside: a list for `instar ps` and the editor's tree, and one process's state. */
import type { ProcessInfo } from "./protocol.ts";
import type { System } from "./system.ts";

/** All live processes of a system, oldest first. */
export declare function processes(system: System): ProcessInfo[];

/** A process's state as text and, as far as that is possible, as JSON; null where no such process lives. */
export declare function stateOf(system: System, pid: string): { readonly text: string; readonly json: unknown } | null;
