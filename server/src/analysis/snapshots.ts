/** The snapshots of one module as they lie in `.instar/releases/`. */
import type { SourceHost } from "./source-host.ts";
import { joinPath } from "./paths.ts";
import type { ParsedSnapshot } from "./read-snapshot.ts";

interface Snapshot {
  readonly vsn: number;
  readonly file: string;
  readonly text: string;
  readonly parsed: ParsedSnapshot;
}

/** A file among the snapshots that is none by its name, and says that it is one. */
export interface StraySnapshot {
  readonly file: string;
  readonly id: string;
  readonly vsn: number;
}

export type ParseSnapshot = (text: string, id: string, vsn: number) => ParsedSnapshot;

/** By version, ascending. */
export type Snapshots = readonly Snapshot[];

export function snapshotFile(root: string, id: string, vsn: number): string {
  return `${joinPath(root, ".instar/releases")}/${id}/${vsn}.d.ts`;
}

/** Reads snapshots and keeps them for as long as their text is the same. */
export class SnapshotFolder {
  readonly #host: SourceHost;
  readonly #root: string;
  readonly #modules = new Map<string, Snapshots>();
  readonly #strays = new Map<string, readonly StraySnapshot[]>();
  readonly #parse: ParseSnapshot;
  #ids: readonly string[] | undefined;
  #changes = 0;

  constructor(host: SourceHost, root: string, parse: ParseSnapshot) {
    this.#parse = parse;
    this.#host = host;
    this.#root = root;
  }

  /** How often something may have changed here. */
  get changes(): number {
    return this.#changes;
  }

  invalidate(files: readonly string[]): void {
    const releases = `${joinPath(this.#root, ".instar/releases")}/`;
    for (const file of files) {
      if (!file.includes("/.instar")) continue;
      this.#ids = undefined;
      this.#changes += 1;
      const [, id] = /^(.*)\/\d+\.d\.ts$/.exec(file) ?? [];
      if (id?.startsWith(releases) === true) this.#modules.delete(id.slice(releases.length));
      else this.#modules.clear();
    }
  }

  /** All modules that have releases, whether they are there or not. */
  ids(): readonly string[] {
    return (this.#ids ??= this.#idsBelow(joinPath(this.#root, ".instar/releases"), ""));
  }

  #idsBelow(folder: string, id: string): readonly string[] {
    const entries = this.#host.directoryExists(folder) ? this.#host.readDirectory(folder) : [];
    const own = id !== "" && entries.some(({ name, directory }) => !directory && isSnapshotName(name)) ? [id] : [];
    return [
      ...own,
      ...entries.flatMap(({ name, directory }) =>
        directory ? this.#idsBelow(`${folder}/${name}`, id === "" ? name : `${id}/${name}`) : [],
      ),
    ];
  }

  /** Whether there was something to read. */
  read(id: string): boolean {
    const known = this.#modules.has(id);
    this.of(id);
    return !known;
  }

  of(id: string): Snapshots {
    let snapshots = this.#modules.get(id);
    if (snapshots === undefined) this.#modules.set(id, (snapshots = this.#read(id)));
    return snapshots;
  }

  /** What may be taken for a snapshot of this module and is not read, such as the copy that a merge tool left. */
  strays(id: string): readonly StraySnapshot[] {
    this.of(id);
    return this.#strays.get(id) ?? [];
  }

  #read(id: string): Snapshots {
    const folder = `${joinPath(this.#root, ".instar/releases")}/${id}`;
    this.#strays.delete(id);
    if (!this.#host.directoryExists(folder)) return [];
    const entries = this.#host.readDirectory(folder);
    this.#strays.set(
      id,
      entries.flatMap(({ name, directory }) =>
        directory || !name.includes(".ts") || isSnapshotName(name) ? [] : this.#stray(joinPath(folder, name)),
      ),
    );
    return entries
      .flatMap(({ name, directory }): Snapshot[] => {
        if (!isSnapshotName(name)) return [];
        const vsn = Number.parseInt(name, 10);
        const file = joinPath(folder, name);
        const text = directory ? undefined : this.#host.readFile(file);
        // A release that cannot be read is still a release: without it, an older one would be taken for what runs.
        const unreadable = { kind: "damaged", why: directory ? "it is a folder" : "it cannot be read", line: 1 } as const;
        return [{ vsn, file, text: text ?? "", parsed: text === undefined ? unreadable : this.#parse(text, id, vsn) }];
      })
      .toSorted((one, other) => one.vsn - other.vsn);
  }

  #stray(file: string): readonly StraySnapshot[] {
    const [, id, vsn] = /^\/\/ Instar snapshot of (.+), version (\d+)\. /.exec(this.#host.readFile(file) ?? "") ?? [];
    return id === undefined ? [] : [{ file, id, vsn: Number(vsn) }];
  }
}

function isSnapshotName(name: string): boolean {
  return /^[1-9]\d*\.d\.ts$/.test(name);
}
