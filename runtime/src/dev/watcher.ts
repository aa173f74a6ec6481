/**
 * Watches the sources of a project, folder by folder: the recursive mode of Node reads whole trees and is not everywhere. A folder sees
 * every way of saving, also by writing another file and renaming it. Folders of tools and packages are left out.
 */
import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { extname, join } from "node:path";
import { extensions } from "./resolve.ts";

export interface Watcher {
  close(): void;
}

export interface Saved {
  readonly files: readonly string[];
  /** When the last of them was saved, in milliseconds since 1970. */
  readonly at: number;
}

/** Editors write in several steps; what happens within this time, in milliseconds, is one save. */
const debounce = 5;

export function createWatcher(root: string, onSaved: (saved: Saved) => void, onProblem: (text: string) => void): Watcher {
  const folders = new Map<string, FSWatcher>();
  /** By file: what its last save looked like. One save makes several events. */
  const seen = new Map<string, string>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let full = false;

  function add(folder: string): void {
    if (folders.has(folder) || full) return;
    if (folders.size >= maxFolders) {
      full = true;
      onProblem(`more than ${maxFolders} folders under ${root}: only the first ones are watched. Upgrade the rest by command.`);
      return;
    }
    try {
      const watcher = watch(folder, (_, name) => {
        if (name !== null) onEvent(folder, name);
      });
      watcher.on("error", () => drop(folder));
      folders.set(folder, watcher);
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory() && isWatched(entry.name)) add(join(folder, entry.name));
        // What a new folder brings along is as new as the folder; at the start nothing is.
        else if (started && entry.isFile()) onEvent(folder, entry.name);
      }
    } catch (error) {
      drop(folder);
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT") onProblem(`cannot watch ${folder}: ${message}`);
    }
  }

  function drop(folder: string): void {
    folders.get(folder)?.close();
    folders.delete(folder);
  }

  function onEvent(folder: string, name: string): void {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      if (isWatched(name)) add(path);
      return;
    }
    if (stat === undefined && folders.has(path)) drop(path);
    if (!extensions.some((extension) => extension === extname(name))) return;
    const look = stat === undefined ? "gone" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    if (seen.get(path) === look) return;
    seen.set(path, look);
    changed.add(path);
    timer ??= setTimeout(flush, debounce);
  }

  function flush(): void {
    timer = null;
    const files = [...changed];
    changed.clear();
    const now = Date.now();
    const times = files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now);
    const at = Math.max(...times);
    // A file that was copied with its old time was saved now.
    onSaved({ files, at: at > now || now - at > 10_000 ? now : at });
  }

  let started = false;
  add(root);
  started = true;
  return {
    close() {
      if (timer !== null) clearTimeout(timer);
      for (const folder of folders.keys()) drop(folder);
    },
  };
}

const maxFolders = 4000;

function isWatched(folder: string): boolean {
  return !folder.startsWith(".") && folder !== "node_modules" && folder !== "dist";
}
