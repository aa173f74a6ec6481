/** All reading and writing of projects: finds roots, lays open documents over the disk, writes atomically. Used by the command line and the language server alike. */
import type { Analyzer } from "./analysis/analyze.ts";

export interface Workspace {
  readonly root: string;
  readonly analyzer: Analyzer;
  /** An open document's text wins over the disk; undefined closes it. */
  setOverlay(file: string, text: string | undefined): void;
}

/** The project root of a file or folder: the nearest folder upwards with Instar configuration, else with a `package.json`. */
export declare function findProjectRoot(path: string): string | undefined;

export declare function openWorkspace(root: string): Workspace;

/** Writes a whole file or nothing. */
export declare function writeFileAtomic(file: string, text: string): Promise<void>;
