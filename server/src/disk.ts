/** The disk under the open documents, as the analysis reads it. It remembers what it was asked for, so that a later look can tell what is different. */
import { hash as digest } from "node:crypto";
import { readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SourceHost } from "./analysis/source-host.ts";
import { slashed } from "./project-root.ts";
import { isBeingWritten } from "./write-files.ts";

/** What the disk answered to one question: the path, its stamp (empty where it is too young to be trusted), and the answer. */
export type Answer = readonly [path: string, stamp: string, answer: string];

export class Disk implements SourceHost {
  readonly overlays = new Map<string, string>();
  /** Path to what the disk said of it when it was last looked at. */
  readonly #seen = new Map<string, string>();
  /** Path to what was asked of it and what the answer was: a file's text, a folder's entries, or only what is there. */
  readonly #answers = new Map<string, string>();

  readFile(path: string): string | undefined {
    this.#see(path);
    const overlay = this.overlays.get(path);
    if (overlay !== undefined) return overlay;
    const text = readText(path);
    this.#answers.set(path, text === undefined ? "none" : textAnswer(text));
    return text;
  }

  fileExists(path: string): boolean {
    this.#see(path);
    const kind = kindOf(path);
    this.#answer(path, kind);
    return this.overlays.has(path) || kind === "file";
  }

  directoryExists(path: string): boolean {
    const kind = kindOf(path);
    this.#answer(path, kind);
    return kind === "folder" || this.#overlaysBelow(path).length > 0;
  }

  readDirectory(path: string): readonly { readonly name: string; readonly directory: boolean }[] {
    this.#see(path);
    const entries = new Map(readEntries(path));
    this.#answers.set(path, entriesAnswer(entries));
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

  /** Whether anything was asked of this path: what is there, or that nothing is, has a say in what was found. */
  knows(path: string): boolean {
    return this.#seen.has(path);
  }

  /** Lays an open document over the disk; undefined closes it. */
  setOverlay(path: string, text: string | undefined): void {
    if (text === undefined) this.overlays.delete(path);
    else this.overlays.set(path, text);
  }

  /** Whether this is the text that was read there, and is there still. */
  hasRead(path: string, text: string): boolean {
    return this.#answers.get(path) === textAnswer(text) && this.#seen.get(path) === stampOf(path) && readText(path) === text;
  }

  /** Whether the disk itself has this text; undefined: whether it has none. */
  says(path: string, text: string | undefined): boolean {
    return readText(path) === text;
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

  /** Everything that was asked so far, for `unchanged` in another run. Undefined where documents are open that say something else than the disk. */
  answers(): readonly Answer[] | undefined {
    for (const [path, text] of this.overlays) {
      if (readText(path) !== text) return undefined;
      // Nobody asked the disk while the document was open.
      if (this.#seen.has(path)) this.#answers.set(path, textAnswer(text));
    }
    const young = Date.now() - youngest;
    return [...this.#answers].map(([path, answer]) => {
      const stamp = this.#seen.get(path) ?? stampOf(path);
      // What has just been written may be written again without a trace in its stamp.
      return [path, stamp === "none" || changedAt(stamp) < young ? stamp : "", answer];
    });
  }

  /** Whether the disk still gives the same answers. Where a stamp is another one, contents decide. */
  unchanged(answers: readonly Answer[]): boolean {
    for (const [path, stamp, answer] of answers) {
      const now = stampOf(path);
      if ((stamp === "" || now !== stamp) && !sameAnswer(path, now, answer)) return false;
      this.#seen.set(path, now);
      this.#answers.set(path, answer);
    }
    return true;
  }

  #answer(path: string, kind: string): void {
    if (!this.#answers.has(path)) this.#answers.set(path, kind);
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
    return `${stats.isDirectory() ? "folder" : "file"} ${stats.ctimeMs} ${stats.mtimeMs} ${stats.size} ${stats.ino}`;
  } catch {
    return "none";
  }
}

/** Younger than this, in milliseconds, a stamp may stay the same through another change. */
const youngest = 2000;

function changedAt(stamp: string): number {
  return Number(stamp.split(" ", 2)[1]);
}

function sameAnswer(path: string, stamp: string, answer: string): boolean {
  if (answer === "none" || answer === "file" || answer === "folder") return (stamp.split(" ", 1)[0] ?? "none") === answer;
  if (answer.startsWith("text ")) {
    const text = readText(path);
    return text !== undefined && textAnswer(text) === answer;
  }
  return entriesAnswer(new Map(readEntries(path))) === answer;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch {
    return undefined;
  }
}

/** Without files that are being written. Empty where it is not a folder, or not readable. */
function readEntries(path: string): (readonly [name: string, directory: boolean])[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => !isBeingWritten(name))
      .map((entry) => [entry.name, entry.isSymbolicLink() ? kindOf(join(path, entry.name)) === "folder" : entry.isDirectory()]);
  } catch {
    return [];
  }
}

function textAnswer(text: string): string {
  return `text ${digest("md5", text)}`;
}

function entriesAnswer(entries: ReadonlyMap<string, boolean>): string {
  const lines = [...entries].map(([name, directory]) => `${name} ${directory}`).toSorted();
  return `entries ${digest("md5", lines.join("\n"))}`;
}
