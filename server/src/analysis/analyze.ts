/** The façade of the analysis, and its data flow from top to bottom: find, extract, compare, judge. */
import type { ActorModule, Analyzed, Verdict } from "./model.ts";

/** The file system as the analysis sees it: the caller lays open documents over the disk. Paths are absolute, with `/`. */
export interface SourceHost {
  readFile(path: string): string | undefined;
  fileExists(path: string): boolean;
  directoryExists(path: string): boolean;
  readDirectory(path: string): readonly { readonly name: string; readonly directory: boolean }[];
  realpath(path: string): string;
}

export interface AnalyzerOptions {
  /** The project root; module ids are paths from here, and snapshots lie in `.instar/releases/` below it. */
  readonly root: string;
}

export interface Analyzer {
  /** Tells which files were written, created or deleted since the last analysis, in the editor or on disk. */
  invalidate(files: readonly string[]): void;
  /**
   * The whole project, or the given files of it. Never throws on bad input: what cannot be read becomes a finding.
   * @param cancelled asked between modules; when true, `undefined` is returned.
   */
  analyze(files?: readonly string[], cancelled?: () => boolean): Analyzed | undefined;
  /** The snapshot text that `instar release` would write for this module, and where. */
  snapshot(module: ActorModule): { readonly file: string; readonly text: string } | undefined;
  /** Whether states of one shape are valid for another; hashes from earlier results of this analyzer. */
  compatible(from: string, to: string): Verdict;
}

export declare function createAnalyzer(host: SourceHost, options: AnalyzerOptions): Analyzer;
