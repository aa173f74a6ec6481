/**
 * What functions do, beyond what types say: timers, loops, sends. Read when a rule asks, from the files alone in which a look at the text
 * finds a reason to; kept for as long as a file's text is the same. Whoever reads a file needs the compiler's parser.
 */
import type { SourceHost } from "../source-host.ts";
import type { BodyFact, BodyKind, Collect } from "./collectors.ts";
import { words } from "./words.ts";

export interface Bodies {
  /** The facts of one kind in one file, from top to bottom. */
  of<K extends BodyKind>(kind: K, file: string): readonly BodyFact<K>[];
  /** The files that have such facts, sorted. */
  all<K extends BodyKind>(kind: K): readonly FileFacts<K>[];
  /** The files that may have such facts, and have such a string in their text. Reads none of them. */
  saying(kind: BodyKind, string: (text: string) => boolean): readonly string[];
}

export interface FileFacts<K extends BodyKind> {
  readonly file: string;
  readonly facts: readonly BodyFact<K>[];
}

const kinds = Object.keys(words) as readonly BodyKind[];

export class ProjectBodies implements Bodies {
  readonly #host: SourceHost;
  readonly #files: () => readonly string[];
  readonly #collect: () => Collect;
  /** By file: what was found of the kinds that its text may hold; undefined where nobody has asked yet. */
  readonly #known = new Map<string, Map<BodyKind, readonly BodyFact<BodyKind>[] | undefined>>();
  /** By file: the strings that its text has, where that was asked. */
  readonly #strings = new Map<string, Map<BodyKind, readonly string[]>>();
  readonly #all = new Map<BodyKind, readonly FileFacts<BodyKind>[]>();
  #list: readonly string[] | undefined;

  /**
   * @param files the sources of the project; the same array for as long as they are the same.
   * @param collect gives the compiler's part, or throws where it is not loaded yet.
   */
  constructor(host: SourceHost, files: () => readonly string[], collect: () => Collect) {
    this.#host = host;
    this.#files = files;
    this.#collect = collect;
  }

  invalidate(files: readonly string[]): void {
    for (const file of files) {
      this.#known.delete(file);
      this.#strings.delete(file);
    }
    this.#all.clear();
  }

  /** Reads all that is not rare, file by file, so that whoever waits gets a turn in between. */
  *read(): Generator<void> {
    for (const file of this.#files()) {
      if (this.#known.has(file)) continue;
      const known = this.#kindsIn(file);
      for (const kind of known.keys()) if (words[kind].rare !== true) this.of(kind, file);
      yield;
    }
  }

  /** As if there were one file alone. */
  only(file: string): Bodies {
    return {
      of: (kind, each) => (each === file ? this.of(kind, file) : []),
      all: (kind) => [{ file, facts: this.of(kind, file) }].filter(({ facts }) => facts.length > 0),
      saying: (kind, string) => (this.#says(kind, string, file) ? [file] : []),
    };
  }

  of<K extends BodyKind>(kind: K, file: string): readonly BodyFact<K>[] {
    const known = this.#kindsIn(file);
    if (!known.has(kind)) return [];
    if (known.get(kind) === undefined) this.#read(file, kind, known);
    return known.get(kind) ?? [];
  }

  all<K extends BodyKind>(kind: K): readonly FileFacts<K>[] {
    const files = this.#files();
    if (files !== this.#list) this.#all.clear();
    this.#list = files;
    let all = this.#all.get(kind);
    if (all === undefined) {
      all = files.map((file) => ({ file, facts: this.of(kind, file) })).filter(({ facts }) => facts.length > 0);
      this.#all.set(kind, all);
    }
    return all;
  }

  saying(kind: BodyKind, string: (text: string) => boolean): readonly string[] {
    return this.#files().filter((file) => this.#says(kind, string, file));
  }

  #says(kind: BodyKind, string: (text: string) => boolean, file: string): boolean {
    if (!this.#kindsIn(file).has(kind)) return false;
    let strings = this.#strings.get(file);
    if (strings === undefined) this.#strings.set(file, (strings = new Map()));
    let said = strings.get(kind);
    if (said === undefined) strings.set(kind, (said = [...(words[kind].strings?.(this.#host.readFile(file) ?? "") ?? [])]));
    return said.some(string);
  }

  #kindsIn(file: string): Map<BodyKind, readonly BodyFact<BodyKind>[] | undefined> {
    let known = this.#known.get(file);
    if (known === undefined) {
      const text = this.#host.readFile(file) ?? "";
      known = new Map(kinds.filter((kind) => words[kind].mayHold(text)).map((kind) => [kind, undefined]));
      this.#known.set(file, known);
    }
    return known;
  }

  /** A file is parsed for all that is asked of every file at once; what is asked rarely comes with it where it is the one asked for. */
  #read(file: string, asked: BodyKind, known: Map<BodyKind, readonly BodyFact<BodyKind>[] | undefined>): void {
    const wanted = [...known.keys()].filter((kind) => known.get(kind) === undefined && (kind === asked || words[kind].rare !== true));
    const found = this.#collect()(file, this.#host.readFile(file) ?? "", wanted);
    for (const kind of wanted) known.set(kind, found[kind] ?? []);
  }
}
