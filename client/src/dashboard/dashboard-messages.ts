/** What the extension and the page of the dashboard say to each other: plain types, since the page is a bundle of its own. */
import type { RuntimeOverview, UpgradeOutline } from "../../../server/src/protocol.ts";
import type { DashboardWords } from "./dashboard-words.ts";

export type { RuntimeOverview, UpgradeOutline };

/** One look at a runtime. */
export interface Sample {
  /** Seconds since 1970, as charts have it. */
  readonly at: number;
  /** How many processes run each version: by `module\nvsn`. */
  readonly versions: Readonly<Record<string, number>>;
  readonly queued: number;
  /** The longest mailbox. */
  readonly longest: number;
  readonly restarts: number;
}

export interface RuntimeHistory {
  readonly key: string;
  /** The latest look; null once the runtime has ended. */
  readonly now: RuntimeOverview | null;
  readonly name: string;
  readonly samples: readonly Sample[];
  /** The newest first. */
  readonly upgrades: readonly UpgradeOutline[];
}

export interface ToDashboard {
  readonly words: DashboardWords;
  readonly runtimes: readonly RuntimeHistory[];
}

export type FromDashboard =
  /** The page is there, and wants to be told everything. */
  { readonly kind: "ready" } | { readonly kind: "command"; readonly command: (typeof dashboardCommands)[number] };

/** What the page may ask the extension to run; nothing else. */
export const dashboardCommands = ["instar.startDevRuntime", "instar.upgrade", "instar.rollback"] as const;
