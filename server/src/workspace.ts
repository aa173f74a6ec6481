/** All reading and writing of projects: finds roots, lays open documents over the disk, writes atomically. Used by the command line and the language server alike. */
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Analyzer, type SourceHost, createAnalyzer } from "./analysis/analyze.ts";
import { slashed } from "./project-root.ts";
import { writeFileAtomic } from "./write-files.ts";

export { ConfigurationError, findProjectRoot } from "./project-root.ts";
export { writeFileAtomic } from "./write-files.ts";

export interface Workspace {
  readonly root: string;
  readonly analyzer: Analyzer;
  /** A file's text as the analysis sees it, without a byte order mark. */
  readFile(file: string): string | undefined;
  /** An open document's text wins over the disk; undefined closes it. */
  setOverlay(file: string, text: string | undefined): void;
  /** Looks at the disk again: whatever was written, made or deleted since it was read is invalidated. Gives those paths. */
  refresh(): readonly string[];
}

/** @param root absolute, as `findProjectRoot` gives it. */
export function openWorkspace(root: string): Workspace {
  const disk = new Disk();
  const analyzer = createAnalyzer(disk, { root: slashed(root) });
  return {
    root: slashed(root),
    analyzer,
    readFile: (file) => disk.readFile(slashed(file)),
    setOverlay(file, text) {
      const path = slashed(file);
      if (text === undefined) disk.overlays.delete(path);
      else disk.overlays.set(path, text);
      analyzer.invalidate([path]);
    },
    refresh() {
      const changed = disk.changed();
      if (changed.length > 0) analyzer.invalidate(changed);
      return changed;
    },
  };
}

/** Makes `.instar/` with its `.gitignore`, which lets only the snapshots be committed. Whoever writes into `.instar/` calls this first. */
export async function ensureInstarFolder(root: string): Promise<void> {
  const file = join(root, ".instar", ".gitignore");
  if (!existsSync(file))
    await writeFileAtomic(
      file,
      "# Written by Instar: snapshots are committed, the rest belongs to this machine.\n/*\n!/.gitignore\n!/releases/\n",
    );
}

/** The disk under the open documents. Remembers what it was asked for, so that a later look can tell what is different. */
class Disk implements SourceHost {
  readonly overlays = new Map<string, string>();
  /** Path to what the disk said of it when it was last looked at. */
  readonly #seen = new Map<string, string>();

  readFile(path: string): string | undefined {
    this.#see(path);
    const overlay = this.overlays.get(path);
    if (overlay !== undefined) return overlay;
    try {
      return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
    } catch {
      return undefined;
    }
  }

  fileExists(path: string): boolean {
    this.#see(path);
    return this.overlays.has(path) || kindOf(path) === "file";
  }

  directoryExists(path: string): boolean {
    return kindOf(path) === "folder" || this.#overlaysBelow(path).length > 0;
  }

  readDirectory(path: string): readonly { readonly name: string; readonly directory: boolean }[] {
    this.#see(path);
    const entries = new Map<string, boolean>();
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        const directory = entry.isSymbolicLink() ? this.directoryExists(join(path, entry.name)) : entry.isDirectory();
        entries.set(entry.name, directory);
      }
    } catch {
      // Not a folder, or not readable: the open documents below it are all there is.
    }
    for (const below of this.#overlaysBelow(path)) {
      const [name = "", ...rest] = below.split("/");
      if (!entries.has(name)) entries.set(name, rest.length > 0);
    }
    return [...entries].map(([name, directory]) => ({ name, directory }));
  }

  realpath(path: string): string {
    try {
      return slashed(realpathSync.native(path));
    } catch {
      return path;
    }
  }

  changed(): readonly string[] {
    const changed: string[] = [];
    for (const [path, stamp] of this.#seen) {
      const now = stampOf(path);
      if (now === stamp) continue;
      this.#seen.set(path, now);
      changed.push(path);
      // A new file was never asked for, but the folder that it lies in was listed.
      if (now.startsWith("folder")) changed.push(...this.#unseenIn(path));
    }
    return changed;
  }

  #see(path: string): void {
    if (!this.#seen.has(path)) this.#seen.set(path, stampOf(path));
  }

  #unseenIn(folder: string): readonly string[] {
    return this.readDirectory(folder).flatMap(({ name, directory }) => {
      const path = `${folder === "/" ? "" : folder}/${name}`;
      if (this.#seen.has(path)) return [];
      return directory ? (name === "node_modules" || name === ".git" ? [] : this.#unseenIn(path)) : [path];
    });
  }

  #overlaysBelow(folder: string): readonly string[] {
    const prefix = folder.endsWith("/") ? folder : `${folder}/`;
    return [...this.overlays.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  }
}

function kindOf(path: string): string {
  return stampOf(path).split(" ", 1)[0] ?? "none";
}

/** Changes whenever the file or folder does; "none" where nothing is there or nothing may be read. */
function stampOf(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return "none";
    return `${stats.isDirectory() ? "folder" : "file"} ${stats.mtimeMs} ${stats.size} ${stats.ino}`;
  } catch {
    return "none";
  }
}
