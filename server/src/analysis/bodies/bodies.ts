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
  /** The way back: the files whose text may hold a kind, those included that are no sources of the project. */
  readonly #holding = new Map<BodyKind, Set<string>>(kinds.map((kind) => [kind, new Set()]));
  /** Those of the project, sorted; and what they have. Kept until a file that holds the kind, or held it, changes. */
  readonly #holders = new Map<BodyKind, readonly string[]>();
  readonly #all = new Map<BodyKind, readonly FileFacts<BodyKind>[]>();
  #list: readonly string[] = [];
  #listed: ReadonlySet<string> = new Set();
  /** The sources whose texts were not looked at, or not read, since they changed. */
  #unseen = new Set<string>();
  #unread = new Set<string>();

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
      for (const kind of this.#known.get(file)?.keys() ?? []) {
        this.#holding.get(kind)?.delete(file);
        this.#forget(kind);
      }
      this.#known.delete(file);
      this.#strings.delete(file);
      if (!this.#listed.has(file)) continue;
      this.#unseen.add(file);
      this.#unread.add(file);
    }
  }

  /** Takes a look at a text that somebody has read, so that it need not be read again. */
  look(file: string, text: string): void {
    this.#kindsIn(file, text);
  }

  /** Reads all that is not rare, file by file, so that whoever waits gets a turn in between. */
  *read(): Generator<void> {
    this.#update();
    for (const file of this.#unread) {
      const known = this.#kindsIn(file);
      for (const kind of known.keys()) if (words[kind].rare !== true) this.of(kind, file);
      this.#unread.delete(file);
      yield;
    }
  }

  /** As if there were one file alone, and what it imports: whoever asks for that by its name knows of it from this file. */
  only(file: string): Bodies {
    return {
      of: (kind, each) => this.of(kind, each),
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
    const files = this.#filesWith(kind);
    let all = this.#all.get(kind);
    if (all === undefined) {
      all = files.map((file) => ({ file, facts: this.of(kind, file) })).filter(({ facts }) => facts.length > 0);
      this.#all.set(kind, all);
    }
    return all;
  }

  saying(kind: BodyKind, string: (text: string) => boolean): readonly string[] {
    return this.#filesWith(kind).filter((file) => this.#says(kind, string, file));
  }

  #says(kind: BodyKind, string: (text: string) => boolean, file: string): boolean {
    if (!this.#kindsIn(file).has(kind)) return false;
    let strings = this.#strings.get(file);
    if (strings === undefined) this.#strings.set(file, (strings = new Map()));
    let said = strings.get(kind);
    if (said === undefined) strings.set(kind, (said = [...(words[kind].strings?.(this.#host.readFile(file) ?? "") ?? [])]));
    return said.some(string);
  }

  /** The project's files whose text may hold a kind. */
  #filesWith(kind: BodyKind): readonly string[] {
    this.#update();
    for (const file of this.#unseen) this.#kindsIn(file);
    let files = this.#holders.get(kind);
    if (files === undefined) {
      files = [...(this.#holding.get(kind) ?? [])].filter((file) => this.#listed.has(file)).toSorted();
      this.#holders.set(kind, files);
    }
    return files;
  }

  #update(): void {
    const files = this.#files();
    if (files === this.#list) return;
    this.#list = files;
    this.#listed = new Set(files);
    this.#unseen = new Set(files.filter((file) => !this.#known.has(file)));
    this.#unread = new Set(files);
    this.#holders.clear();
    this.#all.clear();
  }

  #forget(kind: BodyKind): void {
    this.#holders.delete(kind);
    this.#all.delete(kind);
  }

  #kindsIn(file: string, text?: string): Map<BodyKind, readonly BodyFact<BodyKind>[] | undefined> {
    let known = this.#known.get(file);
    if (known === undefined) {
      const source = text ?? this.#host.readFile(file) ?? "";
      known = new Map(kinds.filter((kind) => words[kind].mayHold(source)).map((kind) => [kind, undefined]));
      this.#known.set(file, known);
      this.#unseen.delete(file);
      for (const kind of known.keys()) {
        this.#holding.get(kind)?.add(file);
        this.#forget(kind);
      }
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
