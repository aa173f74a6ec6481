/** The snapshots of one module as they lie in `.instar/releases/`. */
import type { SourceHost } from "./source-host.ts";
import { joinPath } from "./paths.ts";
import type { ParsedSnapshot } from "./parse-snapshot.ts";

interface Snapshot {
  readonly vsn: number;
  readonly file: string;
  readonly text: string;
  readonly parsed: ParsedSnapshot;
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
  readonly #parse: ParseSnapshot;

  constructor(host: SourceHost, root: string, parse: ParseSnapshot) {
    this.#parse = parse;
    this.#host = host;
    this.#root = root;
  }

  invalidate(files: readonly string[]): void {
    const releases = `${joinPath(this.#root, ".instar/releases")}/`;
    for (const file of files) {
      if (!file.includes("/.instar")) continue;
      const [, id] = /^(.*)\/\d+\.d\.ts$/.exec(file) ?? [];
      if (id?.startsWith(releases) === true) this.#modules.delete(id.slice(releases.length));
      else this.#modules.clear();
    }
  }

  of(id: string): Snapshots {
    let snapshots = this.#modules.get(id);
    if (snapshots === undefined) this.#modules.set(id, (snapshots = this.#read(id)));
    return snapshots;
  }

  #read(id: string): Snapshots {
    const folder = `${joinPath(this.#root, ".instar/releases")}/${id}`;
    if (!this.#host.directoryExists(folder)) return [];
    return this.#host
      .readDirectory(folder)
      .flatMap(({ name, directory }): Snapshot[] => {
        const number = /^([1-9]\d*)\.d\.ts$/.exec(name)?.[1];
        if (number === undefined || directory) return [];
        const file = joinPath(folder, name);
        const text = this.#host.readFile(file);
        return text === undefined ? [] : [{ vsn: Number(number), file, text, parsed: this.#parse(text, id, Number(number)) }];
      })
      .toSorted((one, other) => one.vsn - other.vsn);
  }
}
