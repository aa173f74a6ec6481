/** What the parent and the application's process say to each other over Node's IPC channel: method names and plain types. */
import type { Letter } from "../neighbor.ts";
import type { Obstacle, SystemImage } from "../system-image.ts";
import type { BuiltFile, LoadRequest, ReadOnlySteps, ShapeHashes } from "./built-file.ts";
import type {
  CheckedStates,
  CodeHolders,
  LoadedModuleInfo,
  ProbationParams,
  ProcessInfo,
  PurgeParams,
  PurgeReport,
  UpgradeError,
  UpgradePlan,
  UpgradeProgress,
  UpgradeReport,
} from "../protocol.ts";
import type { PackedState } from "../state-corpus.ts";
import type { BuiltActor } from "./load-actor.ts";
import type { ValidatorSources } from "./validators.ts";

/** Parent to child. */
export interface ChildRequests {
  /** Loads the application and starts its supervision tree. */
  start: { params: { readonly entry: string; readonly load: LoadRequest }; result: Outcome<Loaded> };
  /** The shapes of what was loaded at the start, by file. */
  shapes: { params: { readonly shapes: ShapeHashes }; result: Loaded };
  upgrade: { params: ChildUpgrade; result: UpgradeOutcome };
  plan: { params: ChildPlan; result: UpgradePlan };
  processes: { params: Record<string, never>; result: ProcessInfo[] };
  state: { params: { readonly pid: string }; result: { text: string; json: unknown } | null };
  /** Of the modules in old code, nothing is checked. */
  checkStates: { params: { readonly modules: readonly string[]; readonly validators: ValidatorSources }; result: LiveCheck[] };
  modules: { params: Record<string, never>; result: LoadedModuleInfo[] };
  purge: { params: PurgeParams; result: Outcome<{ readonly report: PurgeReport; readonly loaded: Loaded }> };
  holders: { params: { readonly module: string | null }; result: CodeHolders };
  /** Ends one process for `killed`; false where there is none. */
  kill: { params: { readonly pid: string }; result: boolean };
  act: { params: ProcessAction; result: Outcome<null> };
  /** Loads code, and starts nothing. */
  load: { params: { readonly load: LoadRequest }; result: Outcome<Loaded> };
  /** What of the processes cannot go to another program, and what a restart of these modules, or of all, would lose. */
  travel: { params: Record<string, never>; result: readonly Obstacle[] };
  /** Brings everything to rest and gives its image. With `drain`, what is queued is finished first, for so many milliseconds at most. */
  depart: {
    params: { readonly timeout: number | null; readonly drain: number | null };
    result: { readonly ok: false; readonly errors: readonly UpgradeError[] } | { readonly ok: true; readonly image: SystemImage };
  };
  /** The move has come to nothing: everything goes on. */
  stay: { params: Record<string, never>; result: null };
  /** The other program has everything: what still comes is passed on. */
  leave: { params: Record<string, never>; result: null };
  /** Makes processes of an image; they do not run before `open`. */
  arrive: { params: { readonly entry: string; readonly image: SystemImage }; result: Outcome<Loaded> };
  open: { params: Record<string, never>; result: null };
  /** After `leave`: ends those who stayed, and waits for the answers that are due here. */
  drain: { params: Record<string, never>; result: null };
  /** States of processes of these modules, packed, as many as fit into a slice of time; null goes on where the last answer ended. */
  pack: { params: { readonly modules: readonly string[] | null }; result: PackedPart };
  /** Loads new code beside that of before, to rehearse the upgrade to it. The report is one without processes. */
  rehearsal: { params: ChildUpgrade; result: { readonly report: UpgradeReport; readonly modules: readonly string[] } };
  /** Rehearses it on packed processes, an image in JSON. */
  convert: { params: { readonly image: string }; result: Outcome<UpgradeReport> };
  /** The code that sees states before they are saved. */
  redactBy: { params: { readonly built: BuiltActor }; result: Outcome<null> };
  /** States of packed actors, an image in JSON, as they are to be saved. */
  redact: { params: { readonly image: string }; result: Outcome<readonly PackedState[]> };
  /** The other program is gone. */
  parted: { params: Record<string, never>; result: null };
  /** Ends the supervision tree; the process then exits. */
  stop: { params: Record<string, never>; result: null };
  /** Answered as soon as the event loop turns. */
  ping: { params: Record<string, never>; result: null };
}

/** What the application's process is told at its start. */
export interface ChildOptions {
  readonly root: string;
  readonly heartbeat: Heartbeat;
  readonly handlerLimit: number | null;
  /** How much memory it may take, in MB, where it is there for a rehearsal alone; else null. */
  readonly rehearsalMemory: number | null;
}

export interface PackedPart {
  /** A `SystemImage` in JSON, which nobody reads on the way; null where there is nothing in it. */
  readonly image: string | null;
  /** Processes that cannot be packed, one reason for each. */
  readonly obstacles: readonly Obstacle[];
  /** For so many milliseconds the application did nothing else. */
  readonly took: number;
  readonly done: boolean;
}

/** Milliseconds. */
export interface Heartbeat {
  readonly interval: number;
  /** Without a turn of its event loop for this long, the application is unresponsive. */
  readonly limit: number;
}

/** Child to parent. */
export interface ChildNotifications {
  /** The supervision tree has ended by itself. The process ends as well, and is not started again. */
  ended: Record<string, never>;
  changed: Record<string, never>;
  progress: UpgradeProgress;
  /** An upgrade did not survive its probation. */
  rolledBack: RolledBack;
  probationEnded: { readonly until: string };
  /** An upgrade of processes that have come from another program, and do not run yet, has been committed. */
  committed: Record<string, never>;
  /** For the other program. */
  letter: Letter;
  /** A server takes no more connections. */
  unlisten: { readonly id: string };
  /** A connection that was handed over has arrived. */
  took: { readonly nth: number };
  log: { readonly level: "info" | "warning" | "error"; readonly text: string };
}

/** How the parent calls a connection that it hands over, beside the messages of the two. */
export const connectionMethod = "connection";

/** Child to parent, with an answer. */
export interface ParentRequests {
  /** A server of the application wants to listen; its connections come with this id. */
  listen: {
    params: { readonly port: number; readonly host: string };
    result: { readonly id: string; readonly port: number } | { readonly error: string };
  };
}

/** What became of the states of one module. */
export type LiveCheck = Pick<CheckedStates, "id" | "checked" | "unchecked" | "drifted" | "drifts">;

export interface ChildPlan {
  readonly load: LoadRequest;
  /** Pairs of shape hashes, `from to`, of which every state of the first is a valid state of the second. */
  readonly compatible: readonly string[];
  /** Modules that run a draft of what was released otherwise since. */
  readonly drafts: readonly string[];
  /** Modules whose files are gone. Their processes must end with the upgrade. */
  readonly gone: readonly GoneModule[];
  readonly strategy: "restart" | null;
}

export interface GoneModule {
  readonly id: string;
  readonly file: string;
}

export interface ChildUpgrade extends ChildPlan {
  /** Only a part of the processes, by pid, where it is an object. */
  readonly rehearse: boolean | { readonly only: readonly string[] };
  readonly extra: unknown;
  readonly timeout: number | null;
  readonly onBusy: "abort" | "wait" | "restart" | null;
  readonly mode: "otp" | null;
  readonly probation: ProbationParams | null;
  /** For the shapes of what changes, before and after. */
  readonly validators: ValidatorSources;
  readonly readOnlySteps: ReadOnlySteps;
}

export interface UpgradeOutcome {
  readonly report: UpgradeReport;
  /** What is loaded now. */
  readonly loaded: Loaded;
  /** When the commit was, in milliseconds since 1970; null without one. */
  readonly committedAt: number | null;
}

export type RolledBack = Pick<UpgradeOutcome, "report" | "loaded">;

/** What the parent has to know to build, keep and send the right files. */
export interface Loaded {
  readonly modules: readonly LoadedVersion[];
  /** Hashes of the code that the child holds. */
  readonly held: readonly string[];
}

export interface LoadedVersion {
  readonly id: string;
  readonly file: string;
  readonly kind: "actor" | "supervisor";
  readonly vsn: number;
  readonly load: number;
  readonly shape: string | null;
  readonly oldVsn: number | null;
  /** The files that this version consists of. */
  readonly closure: readonly BuiltFile[];
}

/** What is done to one process. */
export interface ProcessAction {
  readonly pid: string;
  readonly action: "suspend" | "resume" | "restart";
}

/** Errors cross the boundary as data. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: UpgradeError };
