/**
 * The dev runtime protocol: JSON-RPC 2.0 method names and plain types, and nothing else. Both ends import this file (the control
 * endpoint here, the connection in `server/src/live/`), so it has no imports and no behaviour. `docs/protocol.md` specifies it in words, and
 * `npm run generate` makes the JSON schema of these types; the tags in comments are for that.
 */

/** Raised when a message changes in a way that an older peer would misread. */
export const protocolVersion = 1;

/** What `.instar/run/<name>.json` holds: how to reach one dev runtime. Written with mode 0600, because of the token. */
export interface RunFile {
  readonly version: typeof protocolVersion;
  readonly name: string;
  /** The project root and the entry module, both absolute. */
  readonly root: string;
  readonly entry: string;
  /**
   * Process id of the parent, which owns the control endpoint.
   * @asType integer
   * @minimum 1
   */
  readonly pid: number;
  /**
   * @asType integer
   * @minimum 1
   * @exclusiveMaximum 65536
   */
  readonly port: number;
  /**
   * At least 256 random bits.
   * @minLength 32
   */
  readonly token: string;
  /**
   * ISO 8601.
   * @format date-time
   */
  readonly startedAt: string;
}

/** Requests, client to runtime: method name, then parameters and result. */
export interface Requests {
  "runtime/info": { params: Record<string, never>; result: RuntimeInfo };
  "runtime/stop": { params: Record<string, never>; result: null };
  /** Ends the application's process, in order where that is possible, and starts it anew from the sources as they are. */
  "runtime/restart": { params: Record<string, never>; result: null };
  /** Upgrade on save, from now on or no longer. */
  "runtime/watch": { params: { enabled: boolean }; result: { enabled: boolean } };
  "modules/list": { params: Record<string, never>; result: { modules: LoadedModuleInfo[] } };
  "processes/list": { params: Record<string, never>; result: { processes: ProcessInfo[] } };
  "processes/state": { params: ProcessParams; result: { text: string; json: unknown } };
  /** Whether the live states are what the types of their versions say; of one module, or of all. Runs in the application, on every state. */
  "states/check": { params: ModuleParams; result: StateReport };
  /** Saves states of live processes in `.instar/states/`, for proofs and tests. */
  "states/save": { params: SaveStatesParams; result: SavedStates };
  /** Ends a process now, for `killed`, even in the middle of a handler that never returns; its supervisor restarts it. */
  "processes/kill": { params: ProcessParams; result: null };
  /** As `sys.suspend` and `sys.resume`: once its handler has returned, the process takes no messages until it is resumed. */
  "processes/suspend": { params: ProcessParams; result: null };
  "processes/resume": { params: ProcessParams; result: null };
  /** Ends a process for `killed` where its supervisor starts it anew, which does not count against the restart intensity; else refuses. */
  "processes/restart": { params: ProcessParams; result: null };
  /** Lets go of a module's old version; ends the processes that linger in it. */
  "code/purge": { params: PurgeParams; result: PurgeReport };
  /** What still holds code that is no longer current. Collects garbage and searches all states, so it takes a while. */
  "code/holders": { params: ModuleParams; result: CodeHolders };
  "upgrade/rehearse": { params: UpgradeParams; result: UpgradeReport };
  /** What `upgrade/apply` would do, as far as that is known without running its steps. Changes nothing. */
  "upgrade/plan": { params: PlanParams; result: UpgradePlan };
  "upgrade/apply": { params: UpgradeParams; result: UpgradeReport };
  "upgrade/downgrade": { params: DowngradeParams; result: UpgradeReport };
  /** Undoes the last upgrade. */
  "upgrade/rollback": { params: RollbackParams; result: UpgradeReport };
}

export interface ProcessParams {
  /**
   * As in `ProcessInfo`.
   * @minLength 1
   */
  readonly pid: string;
}

export interface ModuleParams {
  /** Left out, all modules. */
  readonly module?: ModuleId;
}

/** `data` of an error with the code -32000: the runtime says no. */
export interface ErrorData {
  /** Stable, for example `INSTAR_NOPROC`. */
  readonly code: string;
  readonly module: string | null;
  readonly place: UpgradeError["place"];
}

/** Notifications, runtime to client. */
export interface Notifications {
  /** Processes started, exited or changed version; at most one per 100 ms. */
  "processes/changed": Record<string, never>;
  "upgrade/progress": UpgradeProgress;
  "upgrade/finished": UpgradeReport;
  /** An upgrade did not survive its probation; the report is that of the way back, which may have failed. */
  "upgrade/rolledBack": UpgradeReport;
  /** The time of a probation is over, and the code stays. */
  "upgrade/probationEnded": { until: string };
  "runtime/log": { level: "info" | "warning" | "error"; text: string };
  /** A handler does not return, so that nothing else in the application runs. */
  "runtime/stuck": StuckProcess;
  /**
   * The application's process ended; the control endpoint stays. `next`: whether it is started again, with the code that it ran, or with the
   * code of before an upgrade that was on probation (`rollback`); null if it is not.
   */
  "runtime/exited": { code: number | null; signal: string | null; next: "restart" | "rollback" | null };
}

export interface RuntimeInfo {
  /** @asType integer */
  readonly protocol: number;
  readonly name: string;
  readonly root: string;
  readonly entry: string;
  readonly status: "starting" | "running" | "unresponsive" | "exited";
  readonly pid: number;
  readonly applicationPid: number | null;
  readonly node: string;
  /** What holds up the application, as long as it does. */
  readonly stuck: StuckProcess | null;
}

/** Code that does not return, found by a second thread. All but `stack` and `since` may be unknown. */
export interface StuckProcess {
  readonly pid: string | null;
  readonly name: string | null;
  readonly module: string | null;
  /** For example `cast spin`, `init`; null where the handler that began what runs has returned already. */
  readonly handler: string | null;
  /** Stack frames, as `Error.stack` has them, in TypeScript. */
  readonly stack: string;
  /** The first of them that lies in the project, counted from 1. */
  readonly place: UpgradeError["place"];
  /** Milliseconds for which nothing else has run. */
  readonly since: number;
  /** Milliseconds until the process is ended for it; null where nothing ends it. */
  readonly endsIn: number | null;
  /** `processes/kill` can end it alone. */
  readonly killable: boolean;
}

export interface LoadedModuleInfo {
  /** The module id, as in design: path from the project root without extension. */
  readonly id: string;
  readonly file: string;
  readonly kind: "actor" | "supervisor";
  /**
   * @asType integer
   * @minimum 1
   */
  readonly vsn: number;
  /** Hash of the state's shape, where an analysis supplied one. */
  readonly shape: string | null;
  /**
   * The old code that is still kept, if any: how many processes linger in it, how many of those are in a handler, and how many of its
   * timers are still to fire. What else holds it is in `code/holders`.
   */
  readonly old: { readonly vsn: number; readonly processes: number; readonly handlers: number; readonly timers: number } | null;
  /**
   * @asType integer
   * @minimum 0
   */
  readonly processes: number;
}

export interface ProcessInfo {
  /** Printed pid, for example `<0.12>`. Unique within one runtime, never reused. */
  readonly pid: string;
  readonly name: string | null;
  readonly parent: string | null;
  readonly module: string;
  readonly kind: "actor" | "supervisor";
  /**
   * @asType integer
   * @minimum 1
   */
  readonly vsn: number;
  readonly status: "idle" | "running" | "suspended";
  /**
   * Messages that wait in the mailbox.
   * @asType integer
   * @minimum 0
   */
  readonly mailbox: number;
  /**
   * Size of the state in bytes, an estimate.
   * @minimum 0
   */
  readonly stateSize: number;
  /**
   * ISO 8601: when the process started.
   * @format date-time
   */
  readonly since: string;
  /**
   * How often its supervisor restarted this child.
   * @asType integer
   * @minimum 0
   */
  readonly restarts: number;
  /** Whether the process still runs a version that is no longer current. */
  readonly oldCode: boolean;
}

export interface StateReport {
  readonly modules: readonly CheckedStates[];
}

/** The states of one actor module that is loaded. */
export interface CheckedStates {
  readonly id: string;
  readonly vsn: number;
  /** Hash of the shape that its states should have; null where no analysis supplied one. */
  readonly shape: string | null;
  /** That shape as a declaration file, in the form of a release snapshot without messages; null where the analysis has it no longer. */
  readonly declaration: string | null;
  /** How many states were checked, and how many could not be: those in old code, and all where nothing checks them. */
  readonly checked: number;
  readonly unchecked: number;
  /** The first 100 that are something else than their type says, and how many there are. */
  readonly drifted: readonly DriftedState[];
  readonly drifts: number;
}

export interface DriftedState {
  readonly pid: string;
  readonly name: string | null;
  /** With the path, for example `State.title: expected string, got number`. */
  readonly message: string;
}

export interface PurgeParams {
  readonly module: ModuleId;
  /** Refuse where a process lingers in the old version, instead of ending it. Default false. */
  readonly soft?: boolean;
}

export interface PurgeReport {
  readonly module: string;
  /** The version that was old; null where there was none. */
  readonly vsn: number | null;
  /** Whether no old version is kept now; false only where a soft purge was refused. */
  readonly purged: boolean;
  /** Those that were killed; where a soft purge was refused, those that linger. */
  readonly processes: readonly { readonly pid: string; readonly name: string | null }[];
  /** How many of its timers were ended. */
  readonly timers: number;
}

export interface CodeHolders {
  readonly versions: readonly HeldVersion[];
  /** Functions and classes in states that were too many to find out where they are from. */
  readonly unknown: number;
}

/** A version of a module that is not current. The lists have at most 100 entries each. */
export interface HeldVersion {
  readonly module: string;
  readonly vsn: number;
  /** Counts the loads of the module; appears in script URLs as `?v=`. */
  readonly load: number;
  /** `old`: kept, since processes may still run it. `purged`: dropped, but something still holds a part of it. */
  readonly status: "old" | "purged";
  readonly counts: { readonly [K in "processes" | "handlers" | "timers" | "functions" | "instances"]: number };
  /** Those that linger; a purge ends them. `handler` and `since` (ISO 8601) where one is in a handler that began in this version. */
  readonly processes: readonly {
    readonly pid: string;
    readonly name: string | null;
    readonly handler: string | null;
    readonly since: string | null;
  }[];
  /** Set by its code and still to fire; a purge ends them. `pid`: whose handler set it. `after`: milliseconds. */
  readonly timers: readonly {
    readonly kind: "timeout" | "interval" | "immediate" | "microtask";
    readonly file: string;
    readonly pid: string | null;
    readonly after: number | null;
  }[];
  /** In states. */
  readonly functions: readonly HeldValue[];
  readonly instances: readonly HeldValue[];
}

/** A function or a class instance in a process's state. */
export interface HeldValue {
  readonly pid: string;
  readonly name: string | null;
  /** `State.items[3].onClick` */
  readonly path: string;
  /** The function's or the class's name. */
  readonly code: string;
  /** Of the script that it is from. */
  readonly url: string;
}

/**
 * Path from the project root without extension, or the literal `id` of a definition. It leads out of no folder.
 * @maxLength 1000
 * @pattern ^(?![A-Za-z]:)(?!/)(?!\.{1,2}(/|$))((?!/\.{1,2}(/|$))[^\\\u0000-\u001f\u007f-\u009f])+$
 */
export type ModuleId = string;

export interface UpgradeParams {
  /** Module ids; left out, every module whose source changed. */
  readonly modules?: readonly ModuleId[];
  /**
   * The `stamp` of a plan for the same modules: refuse with `INSTAR_PLAN_STALE` where sources or running code are others by now.
   * @minLength 1
   */
  readonly plan?: string;
  readonly extra?: unknown;
  /** What to do with a process that does not come to rest in time. Default `abort`. */
  readonly onBusy?: "abort" | "wait" | "restart";
  /**
   * How long to wait for processes to come to rest, in milliseconds. Default 5000.
   * @minimum 0
   */
  readonly timeout?: number;
  /** `otp`: as OTP's release handler does, one process after the other. Default: all processes or none. */
  readonly mode?: "otp";
  /** How the change is carried out. Default `hot`. Not with `mode`; `restart` has no `probation`. */
  readonly strategy?: Strategy;
  /**
   * With `window`: how long what is queued may take before everything comes to rest, in milliseconds. Default 10000.
   * @minimum 0
   */
  readonly drain?: number;
  /** Watch the new code for a while after the commit. Default: no probation. Not with `mode`. */
  readonly probation?: ProbationParams;
}

/**
 * `hot`: states are converted where they are, in one turn. `restart`: processes are ended, and started anew on the new code. `window`: the
 * application ends, and its states go on in a new process. `blue-green`: the new process is started first, and takes over.
 */
export type Strategy = "hot" | "restart" | "window" | "blue-green";

export interface ProbationParams {
  /**
   * Milliseconds.
   * @exclusiveMinimum 0
   * @exclusiveMaximum 2147483648
   */
  readonly for: number;
  /**
   * So many restarts of processes of the upgraded modules are all right; one more, and the upgrade is rolled back.
   * @asType integer
   * @minimum 0
   */
  readonly restarts: number;
}

export type PlanParams = Pick<UpgradeParams, "modules" | "strategy">;

export type RollbackParams = Pick<UpgradeParams, "extra" | "onBusy" | "timeout" | "probation" | "strategy" | "drain">;

export interface DowngradeTarget {
  readonly module: ModuleId;
  /**
   * @asType integer
   * @minimum 1
   */
  readonly vsn: number;
}

export interface DowngradeParams extends RollbackParams {
  /**
   * All targets go back in one transaction. None is named twice.
   * @minItems 1
   */
  readonly targets: readonly DowngradeTarget[];
}

export interface UpgradeReport {
  /**
   * `committed`: the new code serves. `rehearsed`: it would have worked; nothing was changed. `unchanged`: there was nothing to do.
   * `refused`: it was not begun. `failed`: it was begun and everything is as it was before. `canceled`: by the caller, before the commit.
   */
  readonly outcome: "committed" | "rehearsed" | "unchanged" | "refused" | "failed" | "canceled";
  readonly modules: readonly UpgradedModule[];
  readonly processes: readonly UpgradedProcess[];
  readonly messages: {
    /** In the mailboxes of the converted processes at the commit. */
    readonly queued: number;
    readonly translated: number;
    readonly dropped: number;
    /** Calls that were sent before the commit and not yet answered at it. */
    readonly callsSpanning: number;
  };
  /** Milliseconds. */
  readonly time: {
    /** From the request to the new code being built. */
    readonly build: number;
    /** From the first suspended process to all of them at rest. */
    readonly quiesce: number;
    /** Computing and checking the new states. */
    readonly convert: number;
    /** The one turn of the event loop in which code and states are swapped. */
    readonly commit: number;
    /** From the request (or the saved file, when watching) to the commit. */
    readonly total: number;
    /**
     * In how many turns of the event loop states were computed beside the running code before processes were brought to rest; 0 where the
     * turn of the commit was enough for all of them.
     */
    readonly slices?: number;
  };
  readonly errors: readonly UpgradeError[];
  /**
   * Files of the project whose text is unchanged and that are evaluated anew all the same, since something that they import changed: their
   * module-level state begins empty, and the classes that they export are new ones. Left out where there are none.
   */
  readonly reinstantiated?: readonly ReinstantiatedFile[];
  /**
   * That the upgrade is on probation, and until when; ISO 8601, which also tells probations apart. In the report of `upgrade/rolledBack`: the
   * one that was not survived. Left out where there is none.
   */
  readonly probation?: { readonly until: string };
  /** How it was done; left out where it was all or nothing. After `otp`, `failed` means that it stopped midway and nothing was put back. */
  readonly mode?: "otp";
  /** How it was carried out; left out where that was `hot`. */
  readonly strategy?: Strategy;
  /** What it was, where that was no upgrade to the sources: back to an earlier version, or to what the last upgrade replaced. */
  readonly operation?: "downgrade" | "rollback";
  /** Only of a rehearsal that was begun. */
  readonly rehearsal?: RehearsalInfo;
  /** Why the runtime began it by itself: the upgrade before did not survive its probation. Left out where somebody asked for it. */
  readonly why?: string;
}

/** How far an upgrade, a way back or a rehearsal is. Not every one goes through all phases, and none of them is the end of it. */
export interface UpgradeProgress {
  /**
   * `build`: the new code is built and evaluated. `convert`: there are so many processes that their new states are computed a little at a
   * time, beside the running code. `rest`: it waits for processes that are in a handler; the commit follows.
   */
  readonly phase: "build" | "convert" | "rest";
  /** How many processes it waits for, in `rest`; else 0. */
  readonly busy: number;
}

export interface ReinstantiatedFile {
  readonly file: string;
  /** Names of the classes that it exports. Instances in states become instances of the new ones. */
  readonly classes: readonly string[];
}

export interface UpgradedModule {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  /**
   * `convert`: steps run over the states. `swap`: same state shape, code alone changes. `reinstantiate`: its own text is unchanged,
   * but something that it imports changed. `draft`: an unreleased version replaced by another of the same `vsn`. `restart`: its processes
   * are not converted; their supervisors start them anew, and their states are lost.
   */
  readonly kind: "convert" | "swap" | "reinstantiate" | "draft" | "restart";
  /** The steps that run over each state, in order, for example `["1 up", "2 up"]`. */
  readonly steps: readonly string[];
  /** Only for a supervisor whose children are other ones now, or in another order. */
  readonly children?: UpgradedChildren;
}

/** What an upgrade means for the children of a supervisor module, by their ids. */
export interface PlannedChildren {
  /** New ones, in the order in which they are started once the upgrade is committed. */
  readonly start: readonly string[];
  /** Those that are no longer specified, in the order in which they are ended before that. */
  readonly stop: readonly string[];
  /** The others. They run on, whatever else changed. */
  readonly keep: readonly string[];
  /** What is kept, in its new order; empty where that is the old one. */
  readonly reorder: readonly string[];
  /** What is kept and has another specification, which counts from the next restart. */
  readonly changed: readonly string[];
}

export interface UpgradedChildren extends PlannedChildren {
  /** Those of `start` that did not start. They are specified, but do not run; `pid` is their supervisor. */
  readonly failed: readonly { readonly pid: string; readonly id: string; readonly message: string }[];
}

export interface UpgradedProcess {
  readonly pid: string;
  readonly name: string | null;
  readonly module: string;
  readonly from: number;
  readonly to: number;
  /** How long this process took no messages, in milliseconds. */
  readonly pause: number;
  /** Messages that waited for it at the commit. Where it was restarted, they are lost. */
  readonly queued: number;
  /** State before and after, as text cut to 200 characters; the first 50 processes of each module carry them. */
  readonly before: string | null;
  readonly after: string | null;
  /** It was not converted: it was ended at the commit, and its supervisor starts it anew on the new code. Left out where that is not so. */
  readonly restarted?: true;
  /** Only in the report of a rehearsal. */
  readonly rehearsed?: RehearsedProcess;
}

export interface SaveStatesParams {
  /** Default: all. */
  readonly modules?: readonly ModuleId[];
  /**
   * A file, from the project root, whose export `redact(state, { module, version })` returns what is saved in place of each state.
   *
   * @minLength 1
   */
  readonly redact?: string;
}

/** What was saved of live states. */
export interface SavedStates {
  readonly folder: string;
  /**
   * For each version of a module that lives: how many states there were, how many of them are `saved`, since others were of the same
   * structure, and how many were `left` although they differ: too many, or too large.
   */
  readonly modules: readonly {
    readonly id: string;
    readonly vsn: number;
    readonly states: number;
    readonly saved: number;
    readonly left: number;
  }[];
  /** Whether code of the project has taken out of them what nobody is to see. */
  readonly redacted: boolean;
  /** Processes whose states are more than data, so that they cannot be saved; 100 at most. */
  readonly notSaved: readonly CannotLeave[];
}

/** How a rehearsal was done. */
export interface RehearsalInfo {
  /** In a process that was there for nothing else, or on copies in the application. */
  readonly where: "process" | "application";
  /** Why it was in the application; else null. */
  readonly why: string | null;
  /** For how long the application was kept from anything else, by copying states for the other process, in milliseconds: in all, and at a stretch. */
  readonly packing: { readonly took: number; readonly longest: number } | null;
  /** Processes whose states cannot go to another process, so that they were rehearsed in the application; 100 at most. */
  readonly inApplication: readonly CannotLeave[];
}

export interface CannotLeave {
  readonly pid: string;
  readonly name: string | null;
  readonly module: string;
  /** Where in the state, or in the messages. */
  readonly path: string;
  /** What is there, as a part of a sentence. */
  readonly what: string;
}

/** What a rehearsal found out about one process, on a copy of its state. */
export interface RehearsedProcess {
  /** Milliseconds in which its new state and its messages were computed: so long at most it waits in the turn of the commit for its own sake. */
  readonly took: number;
  /** `lossless`: down again, the state is what it was. `lossy`: it is a valid one, and another. `none`: there is no way back, or it failed. */
  readonly wayBack: "lossless" | "lossy" | "none";
}

export interface UpgradeError {
  /** Stable, for example `INSTAR_CODE_CHANGE_FAILED`. */
  readonly code: string;
  /** What is wrong, why it matters, what to do. */
  readonly message: string;
  readonly module: string | null;
  readonly pid: string | null;
  readonly name: string | null;
  /** Place in the TypeScript source, counted from 1. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** What an upgrade would do, from what is known without running its steps. */
export interface UpgradePlan {
  /** Stands for the sources and the running code that it was made from; left out where the sources could not be built. */
  readonly stamp?: string;
  /** Ids of its modules, dependencies first, for a downgrade last; modules that import each other in a circle are one group. */
  readonly groups: readonly (readonly string[])[];
  /** In the same order. */
  readonly modules: readonly PlannedModule[];
  /** Processes whose states the steps would convert, or whose code alone would be swapped. */
  readonly convert: readonly PlannedProcess[];
  /** Processes that would be ended, and started anew by their supervisors. */
  readonly restart: readonly PlannedProcess[];
  /** Processes for which there is no way. With one of them, the upgrade fails as a whole. */
  readonly blocked: readonly (PlannedProcess & { readonly why: string })[];
  /** Messages that wait, and infos that are still to come, by module and name. */
  readonly messages: readonly PlannedMessages[];
  /** Why there is no way to a new version of a module. */
  readonly errors: readonly UpgradeError[];
}

export interface PlannedModule extends Pick<UpgradedModule, "id" | "from" | "to" | "kind" | "steps"> {
  /** Those of the steps that cannot be undone. */
  readonly irreversible: readonly string[];
  /**
   * What a probation of the upgrade can do if the new code does not hold. `rollBack`: take the states back. `restart`: start the processes
   * anew on the old code, which loses their states. `nothing`: not even that, since nobody would start some of them.
   */
  readonly probation: "rollBack" | "restart" | "nothing";
  /** Only for a supervisor whose children would be other ones, or in another order. */
  readonly children?: PlannedChildren;
}

export interface PlannedProcess {
  readonly pid: string;
  readonly name: string | null;
  readonly module: string;
}

export interface PlannedMessages {
  readonly module: string;
  readonly kind: "call" | "cast" | "info";
  readonly name: string;
  readonly queued: number;
  /** `lost`: nothing says what to do with it, so the upgrade would fail. */
  readonly how: "kept" | "translated" | "dropped" | "lost";
}
