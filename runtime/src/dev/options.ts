/** What a caller of `startDevRuntime` gives and gets. A leaf; `index.ts` exports it. */
import type { ProbationParams, UpgradeReport } from "../protocol.ts";

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

/** What the runtime asks an analysis, because it does not know types itself. Without it, a changed shape under one `vsn` goes unseen. */
export interface ShapePort {
  /** The shapes of these modules' states as the sources are on disk now. A module that cannot be read is left out. */
  describe(modules: readonly { id: string; file: string }[]): Promise<Record<string, ModuleShape>>;
  /** Whether every state of shape `from` is, as it stands, a valid state of shape `to` (hashes that `describe` gave before). */
  compatible(from: string, to: string): "compatible" | "incompatible" | "unknown";
  /**
   * What checks states of a shape (a hash that `describe` gave before): the text of a JavaScript expression whose value is
   * `(state) => string | null`, null where the state fits, else a sentence with the path. It runs in the application's process, on every new
   * state before an upgrade's commit. Null where there is none.
   */
  validator(shape: string): string | null;
}

export interface ModuleShape {
  readonly hash: string;
  /** Whether the version that the source declares has a snapshot, which makes it released and frozen. */
  readonly released: boolean;
}

/** What a caller of `enableUpgrades` gives. */
export interface UpgradeOptions {
  /** The module that the program starts from: its `import.meta.url`. */
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
