/**
 * What the extension and the language server say to each other beyond LSP: method names and plain types only. It is the one file of the
 * server that `client/` imports, since the two bundles hold different copies of the LSP libraries.
 */
import type {
  CodeHolders,
  HeldVersion,
  Notifications,
  ProcessInfo,
  RuntimeInfo,
  Strategy,
  UpgradeError,
  UpgradeProgress,
  UpgradeReport,
} from "../../runtime/src/protocol.ts";

export type { CodeHolders, HeldVersion, ProcessInfo, RuntimeInfo, Strategy, UpgradeError, UpgradeProgress, UpgradeReport };

/** What a client may say of itself in `initializationOptions`. */
export interface InitializationOptions {
  /**
   * Commands that this client has and code lenses may name, for example `instar.processes.focus`. Other editors leave it out and get the same
   * lenses as plain text.
   */
  readonly commands?: readonly string[];
  /**
   * How this client wants its diagnostics though it could pull them: `push` tells it at every key, by version, what a client that pulls only
   * asks for when its last question was answered.
   */
  readonly diagnostics?: "push";
}

/** Requests, client to server. */
export interface ServerRequests {
  /** The actor modules of the workspace, for quick picks and views. */
  "instar/modules": { params: Record<string, never>; result: ModuleSummary[] };
  /** Files whose default export is a supervisor: what `instar dev` can run. */
  "instar/entries": { params: Record<string, never>; result: EntrySummary[] };
  /** The connected runtimes with their processes; empty where no runtime is reachable. */
  "instar/processes": { params: Record<string, never>; result: LiveProcesses[] };
  /** One process's state as text; null where the process or the runtime is gone. */
  "instar/processState": { params: { root: string; runtime?: string; pid: string }; result: { text: string } | null };
  /** What still holds code that is no longer current, of one module or of all. Searches all states, so it takes a while. */
  "instar/codeHolders": { params: { root: string; runtime: string; module?: string }; result: CodeHolders };
  "instar/changeProcess": { params: RuntimeReference & { pid: string; change: "suspend" | "resume" | "restart" }; result: null };
  /** `stop` also ends the application; `restart` starts it anew from the sources as they are. */
  "instar/changeRuntime": { params: RuntimeReference & { change: "stop" | "restart" }; result: null };
  /** Each connected runtime in numbers, asked for anew. */
  "instar/overview": { params: Record<string, never>; result: RuntimeOverview[] };
  /** The actor modules with what was found in them. */
  "instar/actors": { params: Record<string, never>; result: ActorSummary[] };
  /** All snapshots, also those of modules that the project no longer has. */
  "instar/releases": { params: Record<string, never>; result: ModuleReleases[] };
  /**
   * Upgrades (or only rehearses) on the connected runtime; without `module`, every module whose source changed. Findings at error level
   * refuse it, unless `force` is set. The request can be canceled until the commit.
   */
  "instar/upgrade": {
    /** `plan`: the URI of a plan's document; a plan that is stale refuses the upgrade, and what a rehearsal finds is shown in it. */
    params: { root?: string; module?: string; rehearse?: boolean; force?: boolean; plan?: string; strategy?: Strategy };
    result: UpgradeReport;
  };
  "instar/downgrade": { params: { root?: string; module: string; vsn: number; strategy?: Strategy }; result: UpgradeReport };
  /** Undoes the last upgrade of a runtime. */
  "instar/rollback": { params: { root?: string; strategy?: Strategy }; result: UpgradeReport };
  /** What each of the plain strategies would cost; empty where no runtime can be asked. */
  "instar/strategies": {
    params: { root?: string; module?: string; operation: "upgrade" | "downgrade" | "rollback" };
    result: readonly StrategySummary[];
  };
  /** Makes a plan and gives the URI of its document, which `workspace/textDocumentContent` reads. The same target has the same URI. */
  "instar/plan": { params: { root?: string; module?: string }; result: { uri: string } };
  /** Makes a document of a report; `at` is when it was got, ISO 8601. */
  "instar/report": { params: { title: string; at: string; report: UpgradeReport }; result: { uri: string } };
  /** The URIs of two versions of a module, as snapshots, for a diff editor. */
  "instar/compare": { params: { root?: string; module: string; left: ComparedVersion; right: ComparedVersion }; result: Comparison };
  /** What a fix would have to know that only a person does, as far as its answers do not say it yet; null where its finding is gone. */
  "instar/fixQuestions": { params: { fix: FixAnswers }; result: FixQuestions | null };
  /** The edit of a fix with these answers, as LSP's `WorkspaceEdit`; null where its finding is gone. */
  "instar/fix": { params: { fix: FixAnswers }; result: { readonly edit: object } | null };
  /** What Instar would add to the project in this folder; nothing is written. */
  "instar/initializePlan": { params: { root: string }; result: InitializePlan };
  /** Writes the steps of the plan with these titles. */
  "instar/initialize": { params: { root: string; titles: readonly string[] }; result: InitializeResult };
  /** What processes of one version of a module hold, and what the sources on disk would make of it, on copies. */
  "instar/states": { params: { root: string; module: string; from: number }; result: LiveStates };
  /**
   * What can be fixed without a person, in all of the workspace; null where that is nothing. `count` of files. `choose`: as an edit of which
   * the person chooses parts.
   */
  "instar/fixAll": { params: { choose?: boolean }; result: { readonly edit: object | null; readonly count: number } };
  /** Writes the missing snapshots; gives the paths written. */
  "instar/release": { params: Record<string, never>; result: ReleaseResult };
}

/** Notifications, server to client. */
export interface ServerNotifications {
  /** Over all runtimes: how many there are, how many processes, and how many of those run old code. */
  "instar/processesChanged": { readonly runtimes: number; readonly processes: number; readonly oldCode: number };
  /** Modules were analyzed, or snapshots written. Over all projects: how many modules there are, and what was found. */
  "instar/modulesChanged": { readonly modules: number; readonly errors: number; readonly warnings: number };
  /** What a runtime, or the application in it, said. */
  "instar/runtimeLog": RuntimeReference & Notifications["runtime/log"];
  /** An upgrade, or a way back, ended on a runtime, whoever asked for it; with how it ended. */
  "instar/upgraded": RuntimeReference & { readonly upgrade: UpgradeOutline };
  /** How far an upgrade, a way back or a rehearsal is, whoever asked for it. */
  "instar/upgradeProgress": RuntimeReference & UpgradeProgress;
  /** An upgrade did not survive its probation; the report is that of the way back, which may have failed. */
  "instar/rolledBack": RuntimeReference & { readonly report: UpgradeReport };
  "instar/status": ServerStatus;
}

/** What a strategy would cost what lives now. */
export interface StrategySummary {
  readonly strategy: Strategy;
  /** In words, as in a plan. */
  readonly cost: string;
  readonly losesStates: boolean;
  /** Why it cannot be done as things are; null where it can. */
  readonly impossible: string | null;
}

/** A released one, the source as it is now, or what the source is compared with. */
export type ComparedVersion = number | "source" | "baseline";

/** `problem`: why there is nothing to show, and what to do. */
export type Comparison = { readonly left: string; readonly right: string; readonly title: string } | { readonly problem: string };

export interface RuntimeReference {
  /** The project root, absolute. */
  readonly root: string;
  /** Its name. */
  readonly runtime: string;
}

export interface RuntimeOverview extends RuntimeReference {
  readonly status: RuntimeInfo["status"];
  /** With the supervisors. */
  readonly processes: number;
  /** Of actors. `current`: what new processes get. */
  readonly versions: readonly { readonly module: string; readonly vsn: number; readonly count: number; readonly current: boolean }[];
  /** Messages that wait, in all mailboxes. */
  readonly queued: number;
  /** The longest mailboxes, those with messages alone. */
  readonly longest: readonly { readonly pid: string; readonly name: string | null; readonly module: string; readonly mailbox: number }[];
  /** Of the processes that live now. */
  readonly restarts: number;
  readonly suspended: number;
  readonly oldCode: number;
}

/** A report in short. Times in milliseconds. */
export interface UpgradeOutline {
  /** ISO 8601. */
  readonly at: string;
  readonly operation: "upgrade" | "downgrade" | "rollback";
  readonly strategy: NonNullable<UpgradeReport["strategy"]>;
  readonly outcome: UpgradeReport["outcome"];
  readonly why: string | null;
  readonly modules: readonly Pick<UpgradeReport["modules"][number], "id" | "from" | "to" | "kind">[];
  readonly messages: UpgradeReport["messages"];
  readonly errors: readonly { readonly code: string; readonly message: string; readonly process: string | null }[];
  readonly pause: { readonly median: number; readonly longest: number };
  /** Those that paused for the longest; `more` of them are left out. */
  readonly processes: readonly (Pick<UpgradeReport["processes"][number], "pid" | "name" | "module" | "from" | "to" | "pause" | "queued"> & {
    readonly restarted: boolean;
  })[];
  readonly more: number;
}

/** As LSP has it: counted from 0. */
export interface TextRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

export interface ActorSummary {
  readonly root: string;
  readonly module: string;
  readonly uri: string;
  /** The call of `actor`. */
  readonly range: TextRange;
  /** In the source; null where it is not written as a literal. */
  readonly vsn: number | null;
  readonly released: boolean;
  /** The version that it is compared with; null where there is none. */
  readonly baseline: number | null;
  /** The version that new processes get; null where no runtime has loaded it. */
  readonly loaded: number | null;
  readonly running: readonly { readonly vsn: number; readonly count: number }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: "error" | "warning" | "info";
    readonly message: string;
    readonly uri: string;
    readonly range: TextRange;
  }[];
  readonly steps: readonly {
    readonly from: number;
    readonly up: boolean;
    readonly down: "function" | "irreversible" | "missing";
    readonly range: TextRange;
  }[];
}

export interface ModuleReleases {
  readonly root: string;
  readonly module: string;
  /** The newest first. */
  readonly releases: readonly ReleaseSummary[];
}

export interface ReleaseSummary {
  readonly vsn: number;
  readonly uri: string;
  /** ISO 8601: of the last commit that wrote the snapshot, else of its file. */
  readonly date: string;
  readonly committed: boolean;
  /** The fields of the state in one line. */
  readonly state: string;
}

export interface LiveStates {
  /** Those where the version lives. */
  readonly runtimes: readonly {
    readonly name: string;
    /** The first of them. */
    readonly states: readonly LiveState[];
    readonly more: number;
    /** Why it is not known what the steps make of them. */
    readonly problem: string | null;
  }[];
}

export interface LiveState {
  readonly pid: string;
  readonly name: string | null;
  readonly state: string;
  /** As an upgrade would have it; null where that is not known. */
  readonly after: string | null;
}

/** What the commands of code lenses are about. */
export interface LensTarget {
  readonly root: string;
  readonly module: string;
  /** The version that a step starts from. */
  readonly from?: number;
}

/** A fix, found again by its finding, with the answers so far. */
export interface FixAnswers {
  readonly root: string;
  readonly rule: string;
  readonly module: string | null;
  readonly file: string;
  readonly line: number;
  readonly title: string;
  /** Old path to new one. */
  readonly renames: Readonly<Record<string, string>>;
  /** First values as expressions, by path. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface FixQuestions {
  /** May one be a new name for the other? */
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  /** First values of fields that old states do not have; without a suggestion, code that throws stands there until somebody says one. */
  readonly values: readonly { readonly path: string; readonly type: string; readonly suggestion: string | null; readonly module: string }[];
}

export interface ModuleSummary {
  readonly id: string;
  readonly uri: string;
  /** The project root, absolute; says which project is meant where the workspace has several. */
  readonly root: string;
  readonly vsn: number | null;
  readonly released: boolean;
  /** The versions that have a snapshot, ascending. */
  readonly releases: readonly number[];
  /** The version that the connected runtime runs; null where it has not loaded the module or there is none. */
  readonly loaded: number | null;
}

export interface EntrySummary {
  readonly uri: string;
  readonly root: string;
  /** Path from the project root, always with `/`. */
  readonly path: string;
}

export interface LiveProcesses {
  readonly runtime: RuntimeInfo;
  readonly processes: readonly ProcessInfo[];
}

export interface ReleaseResult {
  /** Absolute paths. */
  readonly written: readonly string[];
  /** What could not be written, and why. */
  readonly problems: readonly string[];
}

export interface InitializePlan {
  readonly steps: readonly {
    readonly title: string;
    /** Absolute. */
    readonly file: string;
    readonly exists: boolean;
    /** What it would hold. */
    readonly after: string;
  }[];
  /** Packages that the project does not have yet. */
  readonly missing: readonly string[];
  /** The file of a CI service that a person has to add the check to; null where there is none. */
  readonly foreignCi: string | null;
  /** Why nothing can be added, and what to do. */
  readonly problem: string | null;
}

export interface InitializeResult {
  /** Absolute paths. */
  readonly written: readonly string[];
  readonly problem: string | null;
}

export interface ServerStatus {
  readonly state: "starting" | "ready" | "analyzing" | "error";
  readonly modules: number;
  /** The names of the connected runtimes. */
  readonly runtime: string | null;
  readonly message: string | null;
  /** As of the last look at each of them. */
  readonly projects: readonly ProjectStatus[];
}

export interface ProjectStatus {
  readonly root: string;
  readonly modules: number;
  /** The ref that it is compared with; null: the newest snapshots. */
  readonly baseline: string | null;
  readonly errors: number;
  readonly warnings: number;
  /** When the whole of it was last judged (ISO 8601), and for how many milliseconds; null until then. */
  readonly run: { readonly at: string; readonly milliseconds: number } | null;
  /** What is wrong with its configuration; lines count from 1, and a URI of null is the configuration's own file, whichever that is. */
  readonly configuration: readonly { readonly uri: string | null; readonly line: number; readonly message: string }[];
}
