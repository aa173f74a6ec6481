/**
 * What the extension and the language server say to each other beyond LSP: method names and plain types only. It is the one file of the
 * server that `client/` imports, since the two bundles hold different copies of the LSP libraries.
 */
import type { ProcessInfo, RuntimeInfo, UpgradeReport } from "../../runtime/src/protocol.ts";

export type { ProcessInfo, RuntimeInfo, UpgradeReport };

/** Requests, client to server. */
export interface ServerRequests {
  /** The actor modules of the workspace, for quick picks and views. */
  "instar/modules": { params: Record<string, never>; result: ModuleSummary[] };
  /** The connected runtime's processes; null where no runtime is reachable. */
  "instar/processes": { params: Record<string, never>; result: LiveProcesses | null };
  "instar/upgrade": { params: { module?: string; rehearse?: boolean }; result: UpgradeReport };
  "instar/downgrade": { params: { module: string; vsn: number }; result: UpgradeReport };
  /** Writes the missing snapshots; gives the paths written. */
  "instar/release": { params: Record<string, never>; result: { written: string[] } };
}

/** Notifications, server to client. */
export interface ServerNotifications {
  "instar/processesChanged": Record<string, never>;
  "instar/status": ServerStatus;
}

export interface ModuleSummary {
  readonly id: string;
  readonly uri: string;
  readonly vsn: number | null;
  readonly released: boolean;
  /** The versions that have a snapshot, ascending. */
  readonly releases: readonly number[];
}

export interface LiveProcesses {
  readonly runtime: RuntimeInfo;
  readonly processes: readonly ProcessInfo[];
}

export interface ServerStatus {
  readonly state: "starting" | "ready" | "analyzing" | "error";
  readonly modules: number;
  readonly runtime: string | null;
  readonly message: string | null;
}
