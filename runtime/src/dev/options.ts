/** What a caller of `startDevRuntime` gives and gets. A leaf; `index.ts` exports it. */
import type { ProbationParams, UpgradeReport } from "../protocol.ts";
import type { ReadOnlySteps } from "./built-file.ts";

export interface DevRuntimeOptions {
  /** The project root, absolute; module ids are paths from here. */
  readonly root: string;
  /** The entry module, absolute: its default export is a supervisor. */
  readonly entry: string;
  /** Default `dev`; names the run file `.instar/run/<name>.json`. */
  readonly name?: string;
  /** Upgrade on save. Default false. */
  readonly watch?: boolean;
  /** What is upgraded on save is on probation. Default: it is not. */
  readonly probation?: ProbationParams;
  readonly shapes?: ShapePort;
  /**
   * How long a handler may hold up the whole application before its process is killed, in milliseconds; null for ever. The time in which a
   * debugger has paused it does not count. Default 10000.
   */
  readonly handlerLimit?: number | null;
  readonly onLog?: (level: "info" | "warning" | "error", text: string) => void;
  /** Also told of the way back where an upgrade did not survive its probation; that report says `why`. */
  readonly onUpgrade?: (report: UpgradeReport) => void;
  /** Where the application's output goes. Default: this process's own. */
  readonly stdio?: "inherit" | "pipe";
}

/**
 * What the runtime asks an analysis, because it does not know types itself. Without it, a changed shape under one `vsn` goes unseen. The
 * control endpoint and the application's output share the thread that asks, so whoever takes long to answer does it in another one.
 */
export interface ShapePort {
  /**
   * The shapes of these modules' states as the sources are on disk now. A module that cannot be read is left out.
   *
   * @param sources by file: texts that count in place of what is on disk, where that may be another one by now.
   */
  describe(
    modules: readonly { id: string; file: string }[],
    sources?: Readonly<Record<string, string>>,
  ): Promise<Record<string, ModuleShape>>;
  /** What an upgrade has to know of states that go from shape to shape, in hashes that `describe` gave before. */
  compare(changes: readonly ShapeChange[]): Promise<ShapeComparison>;
  /** What is known of shapes that `describe` gave before, by hash; those that are known no longer are left out. */
  look(shapes: readonly LoadedShape[]): Promise<Record<string, ShapeDetails>>;
}

export interface LoadedShape {
  readonly module: string;
  readonly vsn: number;
  /** In a hash. */
  readonly shape: string;
}

export interface ShapeDetails {
  /** As in a `ShapeComparison`; null where nothing can check such states. */
  readonly validator: string | null;
  /** A declaration file for people and tools, which the runtime passes on unread. */
  readonly declaration: string;
}

export interface ShapeChange {
  /** The module, by its id, and the version of it that is loaded. */
  readonly module: string;
  readonly vsn: number;
  /** Null where it is not known. */
  readonly from: string | null;
  /** The same as `from` where only code changes. */
  readonly to: string;
  /** The source file whose steps lead there, where the code is what that file says now. */
  readonly source?: string;
}

export interface ShapeComparison {
  /** Pairs of hashes, `from to`, of which every state of the first is, as it stands, a valid state of the second; asked for both ways. */
  readonly compatible: readonly string[];
  /**
   * For each shape of the changes, what checks its states: the text of a JavaScript expression whose value is `(state) => string | null`,
   * null where the state fits, else a sentence with the path. It runs in the application's process, on every new state before an upgrade's
   * commit. A shape that has none is left out.
   */
  readonly validators: Readonly<Record<string, string>>;
  /**
   * For each source file of the changes, the versions from which its steps up are proven to write to nothing of the state that they get.
   * They need no copy of it, which most of an upgrade's time is spent on.
   */
  readonly readOnlySteps: ReadOnlySteps;
  /** Modules, by id, whose loaded version was released since, with a shape that the states of what is loaded do not fit. */
  readonly drafts: readonly string[];
}

export interface ModuleShape {
  readonly hash: string;
}

/** What a caller of `startDeployed` gives. */
export interface DeployedOptions extends Pick<DevRuntimeOptions, "handlerLimit" | "onUpgrade"> {
  /** The compiled entry module: its default export is a supervisor. */
  readonly entry: string;
  /** The project root, absolute. Default: the nearest project above the entry. */
  readonly root?: string;
  /** Default `app`; names the run file `.instar/run/<name>.json`. */
  readonly name?: string;
  /** How long the supervision tree may take to end, in milliseconds; then it is killed. Default 30000. */
  readonly shutdown?: number;
  /** Default: standard error. */
  readonly onLog?: DevRuntimeOptions["onLog"];
}

/** `stopped`: it was asked to. `ended`: the application ended by itself, with exit code 0. `failed`: it crashed too often. */
export type Ended = "stopped" | "ended" | "failed";

/** What a caller of `startDeployed` gets. */
export interface Deployed extends Omit<DevRuntime, "stopped"> {
  /** Resolves when the application has ended and will not be started again. */
  readonly ended: Promise<Ended>;
}

/** What a caller of `enableUpgrades` gives. */
export interface UpgradeOptions {
  /** The module that the program starts from: its `import.meta.url`, or `__filename` in CommonJS. */
  readonly entry: string;
  /** The project root, absolute. Default: the nearest folder above the entry that has a `package.json`. */
  readonly root?: string;
  /** Default `app`; names the run file `.instar/run/<name>.json`. */
  readonly name?: string;
  /** Default: standard error. */
  readonly onLog?: (level: "info" | "warning" | "error", text: string) => void;
}

/** What a caller of `enableUpgrades` gets. */
export interface EnabledUpgrades {
  readonly name: string;
  readonly port: number;
  /** Path of the run file. */
  readonly runFile: string;
  /** Closes the control endpoint; the program runs on. */
  close(): Promise<void>;
}

export interface DevRuntime {
  readonly name: string;
  readonly port: number;
  /** Path of the run file. */
  readonly runFile: string;
  stop(): Promise<void>;
  /** Resolves when the runtime has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
}
