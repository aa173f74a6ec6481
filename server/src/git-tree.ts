/**
 * The files of one commit, as the analysis reads files, with no checkout: git is asked for the list once, and for contents in batches.
 * `node_modules` is not in the commit, so packages are those that are installed now.
 */
import { realpathSync } from "node:fs";
import type { SourceHost } from "./analysis/source-host.ts";
import type { IdentifiedHost } from "./recording-host.ts";
import { askGit, GitError, type Repository } from "./git.ts";
import { slashed } from "./project-root.ts";

interface Entry {
  readonly kind: "file" | "link" | "submodule" | "folder";
  readonly id: string;
  /** The repository that has it: a submodule has one of its own. */
  readonly folder: string;
}

/** What an analysis is sure to read: in one go, since asking git costs more than what it answers. */
const wanted = /(\.[cm]?tsx?|(^|\/)(package|instar\.config|[jt]sconfig[^/]*)\.json)$/;
/** Links that lead on and on are nobody's intention. */
const mostLinks = 40;

export class GitTree implements IdentifiedHost {
  /** Submodules that the working copy does not have as the commit wants them, by path from the top. */
  readonly missing = new Set<string>();
  readonly #top: string;
  readonly #prefix: string;
  readonly #root: string;
  readonly #disk: SourceHost;
  readonly #entries = new Map<string, Entry>();
  readonly #folders = new Map<string, Map<string, boolean>>();
  readonly #submodules = new Map<string, Entry>();
  readonly #texts = new Map<string, string | undefined>();
  #begun = false;

  /**
   * @param root of the project, as the analysis calls it.
   * @param disk what is outside of the commit.
   * @throws GitError where the commit is not here, or only in parts.
   */
  constructor(root: string, { top, prefix }: Repository, commit: string, disk: SourceHost) {
    this.#root = root;
    this.#top = top;
    this.#prefix = prefix;
    this.#disk = disk;
    this.#folders.set("", new Map());
    this.#list(top, commit, "");
  }

  /** Whether the commit has anything where the project is now. */
  get hasProject(): boolean {
    return this.#folders.has(this.#prefix.replace(/\/$/, ""));
  }

  readFile(path: string): string | undefined {
    const place = this.#place(path);
    if (place === undefined) return this.#disk.readFile(path);
    const entry = this.#entry(place);
    return entry?.kind === "file" ? this.#text(place, entry) : undefined;
  }

  idOf(path: string): string | undefined {
    const place = this.#place(path);
    const entry = place === undefined ? undefined : this.#entry(place);
    return entry?.kind === "file" ? entry.id : undefined;
  }

  fileExists(path: string): boolean {
    const place = this.#place(path);
    return place === undefined ? this.#disk.fileExists(path) : this.#entry(place)?.kind === "file";
  }

  directoryExists(path: string): boolean {
    const place = this.#place(path);
    return place === undefined ? this.#disk.directoryExists(path) : this.#entry(place)?.kind === "folder";
  }

  readDirectory(path: string): readonly { readonly name: string; readonly directory: boolean }[] {
    const place = this.#place(path);
    if (place === undefined) return this.#disk.readDirectory(path);
    this.#entry(place);
    const folder = this.#resolved(place) ?? place;
    return [...(this.#folders.get(folder) ?? [])].map(([name, directory]) => ({
      name,
      directory: directory || this.#entry(folder === "" ? name : `${folder}/${name}`)?.kind === "folder",
    }));
  }

  realpath(path: string): string {
    const place = this.#place(path);
    if (place === undefined) {
      const real = this.#disk.realpath(path);
      // A package of this repository, linked into `node_modules`, is what the commit has of it.
      return real === path || this.#place(real) === undefined ? real : this.realpath(real);
    }
    const resolved = this.#resolved(place);
    return resolved === undefined ? path : this.#absolute(resolved);
  }

  /** From the top of the repository; undefined where the commit does not decide. */
  #place(path: string): string | undefined {
    if (/\/node_modules(\/|$)/.test(path)) return undefined;
    if (path === this.#root) return this.#prefix.replace(/\/$/, "");
    if (path.startsWith(`${this.#root}/`)) return this.#prefix + path.slice(this.#root.length + 1);
    if (path === this.#top) return "";
    return path.startsWith(`${this.#top}/`) ? path.slice(this.#top.length + 1) : undefined;
  }

  #absolute(place: string): string {
    if (`${place}/` === this.#prefix) return this.#root;
    if (place.startsWith(this.#prefix)) return place === "" ? this.#root : `${this.#root}/${place.slice(this.#prefix.length)}`;
    return place === "" ? this.#top : `${this.#top}/${place}`;
  }

  #entry(place: string): Entry | undefined {
    const resolved = this.#resolved(place);
    if (resolved === undefined) return undefined;
    if (this.#folders.has(resolved)) return { kind: "folder", id: "", folder: this.#top };
    return this.#entries.get(resolved);
  }

  /** Where a path leads, links followed; undefined where nothing is there. */
  #resolved(place: string, links = 0): string | undefined {
    const parts = place.split("/").filter(Boolean);
    let at = "";
    for (const [index, part] of parts.entries()) {
      at = at === "" ? part : `${at}/${part}`;
      this.#openSubmodule(at);
      const entry = this.#entries.get(at);
      if (entry?.kind !== "link") continue;
      const target = this.#text(at, entry);
      if (target === undefined || target.startsWith("/") || links >= mostLinks) return undefined;
      const above = at.includes("/") ? `${at.slice(0, at.lastIndexOf("/"))}/` : "";
      const joined = normalized([above + target, ...parts.slice(index + 1)].join("/"));
      return joined === undefined ? undefined : this.#resolved(joined, links + 1);
    }
    return this.#folders.has(at) || this.#entries.has(at) ? at : undefined;
  }

  #openSubmodule(place: string): void {
    const submodule = this.#submodules.get(place);
    if (submodule === undefined) return;
    this.#submodules.delete(place);
    const folder = `${this.#top}/${place}`;
    try {
      // Where it is not checked out, git would answer for the repository around it.
      const own = askGit(folder, ["rev-parse", "--show-toplevel"]);
      if (!own.ok || slashed(realpathSync(own.text.trim())) !== slashed(realpathSync(folder))) throw new GitError("INSTAR_GIT_FAILED", "");
      this.#list(folder, submodule.id, `${place}/`);
    } catch {
      this.missing.add(place);
    }
  }

  #list(folder: string, commit: string, prefix: string): void {
    const { ok, text, error } = askGit(folder, ["ls-tree", "-r", "-z", "--full-tree", commit]);
    if (!ok) {
      throw new GitError(
        "INSTAR_GIT_FAILED",
        `git cannot list the files of ${commit.slice(0, 10)} in ${folder}: ${error}. If this clone leaves objects out, bring them with: git fetch --refetch`,
      );
    }
    for (const line of text.split("\0")) {
      const [, mode, id, path] = /^(\d+) \w+ ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
      if (mode === undefined || id === undefined || path === undefined) continue;
      const kind = mode === "160000" ? "submodule" : mode === "120000" ? "link" : "file";
      const place = prefix + path;
      if (kind === "submodule") this.#submodules.set(place, { kind, id, folder });
      else this.#entries.set(place, { kind, id, folder });
      this.#register(place, kind === "submodule");
    }
  }

  #register(place: string, directory: boolean): void {
    const slash = place.lastIndexOf("/");
    const above = slash < 0 ? "" : place.slice(0, slash);
    const known = this.#folders.has(above);
    if (!known) this.#folders.set(above, new Map());
    this.#folders.get(above)?.set(place.slice(slash + 1), directory);
    if (!known && above !== "") this.#register(above, true);
  }

  #text(place: string, entry: Entry): string | undefined {
    if (!this.#texts.has(entry.id)) this.#read(place, entry);
    return this.#texts.get(entry.id);
  }

  /** The whole project with the first question; of what lies beside it, what lies in one folder. */
  #read(place: string, entry: Entry): void {
    const folder = place.slice(0, place.lastIndexOf("/") + 1);
    const together = (each: string): boolean =>
      this.#begun ? each.startsWith(folder) && !each.slice(folder.length).includes("/") : each.startsWith(this.#prefix);
    const ids = new Set([entry.id]);
    for (const [each, { kind, id, folder: own }] of this.#entries) {
      if (kind !== "submodule" && own === entry.folder && !this.#texts.has(id) && (wanted.test(each) || kind === "link") && together(each))
        ids.add(id);
    }
    this.#begun ||= place.startsWith(this.#prefix);
    const { bytes } = askGit(entry.folder, ["cat-file", "--batch"], [...ids].map((id) => `${id}\n`).join(""));
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(10, at);
      const [id = "", type, size] = bytes.toString("latin1", at, end).split(" ");
      at = end + 1;
      if (type !== "blob") continue;
      this.#texts.set(id, bytes.toString("utf8", at, at + Number(size)).replace(/^\uFEFF/, ""));
      at += Number(size) + 1;
    }
    if (!this.#texts.has(entry.id)) {
      throw new GitError(
        "INSTAR_GIT_FAILED",
        `The contents of ${place} at that commit are not in this clone (object ${entry.id.slice(0, 10)}). Bring what it leaves out with: git fetch --refetch`,
      );
    }
  }
}

/** Undefined where it leads out of the repository. */
function normalized(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
