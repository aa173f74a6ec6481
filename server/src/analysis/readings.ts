/**
 * What every file of a project says of actors, kept up to date: by names and syntax where they suffice, by the type checker where they do
 * not. What a change costs depends on what depends on it.
 */
import type { SourceHost } from "./source-host.ts";
import type { CheckedProject } from "./checked-project.ts";
import type { Compiler } from "./compiler.ts";
import type { Configuration, ConfiguredName } from "./configuration.ts";
import type { ConfigProblem, Reading } from "./facts.ts";
import { matcher } from "./globs.ts";
import { type Known, KnownReadings } from "./known-readings.ts";
import type { Outline } from "./outline.ts";
import { ProjectOutlines } from "./outlines.ts";
import { folderOf, joinPath, nameOf, relativeTo, withoutExtension } from "./paths.ts";
import { plainSettings } from "./plain-settings.ts";
import { candidatesAmong, changesOptions, isSource, listSources, type Mentions, mentionsOf } from "./project-files.ts";
import { readConfiguration } from "./read-configuration.ts";
import { readByNames, SharedShapes } from "./read-names.ts";
import { readOutline } from "./read-outline.ts";
import type { Settings } from "./settings.ts";
import { type Suppression, suppressionsIn } from "./suppressions.ts";
import { plainTree } from "./syntax/plain-tree.ts";

/** So many modules are read with one program: each program costs something, and nothing else happens meanwhile. */
const batch = 20;

interface Listing {
  readonly files: readonly string[];
  readonly candidates: readonly string[];
  /** Whether names are what they usually are for all candidates. */
  readonly named: boolean;
}

export class ProjectReadings {
  readonly #host: SourceHost;
  readonly #root: string;
  readonly #compiler: () => Compiler;
  readonly #look: (file: string, text: string) => void;
  readonly #outlines: ProjectOutlines;
  readonly #mentions = new Map<string, Mentions | undefined>();
  /** Those that were looked into and may be read next. */
  readonly #texts = new Map<string, string>();
  readonly #known = new KnownReadings();
  /** What is optional means another thing where it is exact. */
  readonly #shared = { exact: new SharedShapes(), loose: new SharedShapes() };
  readonly #dirty = new Set<string>();
  /** What was looked at before it was clear that only the checker can tell. */
  readonly #unsure = new Map<string, ReadonlySet<string>>();
  /** Of the files that have some. */
  readonly #suppressions = new Map<string, readonly Suppression[]>();
  #files: readonly string[] | undefined;
  #configuration: Configuration | undefined;
  /** Whether the configuration takes a file in. */
  #included: ((file: string) => boolean) | undefined;
  /** What follows from all files, as long as they and their mentions are the same. */
  #listing: Listing | undefined;
  /** As of the last time when all were read. */
  #candidates: readonly string[] | undefined;
  readonly #settings = new Map<string, Settings>();
  #unmatched: readonly ConfiguredName[] = [];
  #checked: CheckedProject | undefined;
  #global = false;
  /** Whether what the candidates reach declares names for all files; undefined where that has to be looked at again. */
  #reaches: boolean | undefined;

  /** @param look is given each text that is read, when it is read. */
  constructor(host: SourceHost, root: string, compiler: () => Compiler, look: (file: string, text: string) => void = () => {}) {
    this.#host = host;
    this.#look = look;
    this.#root = root;
    this.#compiler = compiler;
    this.#outlines = new ProjectOutlines(
      host,
      root,
      (file, text) => {
        const tree = plainTree(file, text);
        return tree === undefined ? this.#compiler().readOutline(file, text) : readOutline(file, tree);
      },
      (file) => this.#settingsOf(file),
      (file) => this.#takeText(file),
    );
  }

  get checked(): CheckedProject {
    return (this.#checked ??= this.#compiler().openProject(this.#host, this.#root));
  }

  /** All sources of the project; the same array for as long as they are the same. */
  files(): readonly string[] {
    return (this.#files ??= this.#listFiles());
  }

  /** The configuration's globs that no source of the project fits to. */
  get unmatched(): readonly ConfiguredName[] {
    this.files();
    return this.#unmatched;
  }

  #listFiles(): readonly string[] {
    const all = listSources(this.#host, this.#root);
    const paths = all.map((file) => relativeTo(this.#root, file));
    this.#unmatched = this.configuration.names.filter(({ kind, name }) => {
      // Many say that of habit, and it is so in any case.
      if (kind === "module" || (kind !== "include" && /(^|\/)(dist|node_modules|\.[^/.][^/]*)(\/|$)|\.d\.[cm]?ts$/.test(name)))
        return false;
      return !paths.some(matcher([name]));
    });
    return all.filter((file) => this.#includes(file));
  }

  /** What the project says of itself; the same object for as long as its files are the same. */
  get configuration(): Configuration {
    return (this.#configuration ??= readConfiguration(this.#host, this.#root));
  }

  /** What the project's files say of findings in them, in their order. */
  suppressions(only: readonly string[] = this.files()): ReadonlyMap<string, readonly Suppression[]> {
    if (this.#suppressions.size === 0) return this.#suppressions;
    return new Map(
      only.flatMap((file): [string, readonly Suppression[]][] => {
        const found = this.#suppressions.get(file);
        return found === undefined ? [] : [[file, found]];
      }),
    );
  }

  #includes(file: string): boolean {
    if (this.#included === undefined) {
      const { include, exclude } = this.configuration;
      const [within, without] = [matcher(include), matcher(exclude)];
      this.#included = (each) => {
        const path = relativeTo(this.#root, each);
        return (include.length === 0 || within(path)) && !without(path);
      };
    }
    return this.#included(file);
  }

  /** What is wrong with the configurations of the files that were read, and with that of the root. */
  problems(): readonly ConfigProblem[] {
    this.#settingsOf(joinPath(this.#root, "index.ts"));
    return [...new Set([...this.#settings.values()].flatMap(({ problem }) => problem ?? []))];
  }

  #settingsOf(file: string): Settings {
    const folder = folderOf(file);
    // Which of several configurations takes a file in may depend on its name; what they mean here does not often.
    const known = this.#settings.get(folder);
    if (known !== undefined) return known;
    const settings = plainSettings(this.#host, file) ?? this.checked.settings(file);
    this.#settings.set(folder, settings);
    return settings;
  }

  invalidate(files: readonly string[]): void {
    this.#checked?.invalidate(files);
    for (const file of files) {
      if (changesOptions(file)) {
        this.#configuration = undefined;
        this.#included = undefined;
        this.#settings.clear();
        this.#listing = undefined;
        this.#files = undefined;
        this.#known.clear();
        for (const shared of Object.values(this.#shared)) shared.clear();
        this.#reaches = undefined;
        this.#outlines.forgetPlaces();
      } else if (isSource(file)) {
        this.#dirty.add(file);
        // Which modules a package's file has a part in is not kept: packages change rarely.
        if (file.includes("/node_modules/")) this.#known.forgetChecked();
      } else if (this.#host.directoryExists(file)) {
        this.#files = undefined;
      }
    }
  }

  /**
   * All files that may have to do with actors, as they are now. Yields between files.
   * @returns readings that are the same objects as before where nothing changed.
   */
  *read(): Generator<void, readonly Reading[]> {
    this.#readChanges();
    const files = this.files();
    for (const file of this.#listing?.files === files ? [] : files) {
      if (this.#mentions.has(file)) continue;
      this.#mentionsOf(file);
      yield;
    }
    const { candidates, named } = (this.#listing = this.#listing?.files === files ? this.#listing : this.#list(files));
    this.#candidates = candidates;
    if (!named) this.#setGlobal(true);
    const unread: string[] = [];
    for (const file of candidates) {
      if (this.#known.has(file)) continue;
      if (!this.#global) this.#readByNames(file);
      if (!this.#known.has(file)) unread.push(file);
      yield;
    }
    // Only what is reached counts, and that is known now.
    const global = !named || (this.#reaches ??= this.#declaresGlobals(candidates));
    if (global !== this.#global) {
      this.#setGlobal(global);
      return yield* this.read();
    }
    for (let index = 0; index < unread.length; index += batch) {
      const some = unread.slice(index, index + batch);
      // Where files declare names for others, all of them have to be in the program.
      for (const file of some) {
        this.#readByChecker(file, global ? candidates : some);
        yield;
      }
    }
    this.#texts.clear();
    return candidates.flatMap((file) => this.#known.get(file)?.reading ?? []);
  }

  /** One file alone, whatever else is to be read. Undefined where that cannot be told apart from the others. */
  readFirst(file: string): Reading | undefined {
    this.#readChanges();
    if (!this.#settingsOf(file).names || this.#global || !this.#includes(file)) return undefined;
    const mentions = this.#mentionsOf(file);
    if (mentions === undefined || !mentions.exports || !mentions.actors) return undefined;
    if (!this.#known.has(file)) this.#readByNames(file);
    return this.#known.get(file)?.reading;
  }

  /**
   * Whether others may use what a file declares. Before all of them were read, that takes a look into each of them.
   * @param look whether it is worth that.
   */
  mayBeUsed(file: string, look: boolean): boolean {
    if (this.#candidates !== undefined) {
      // One that has to be read anew may be so because of this one.
      for (const each of this.#known.lacking) if (each !== file) return true;
      return this.#known.isUsed(file);
    }
    if (!look) return false;
    const name = withoutExtension(nameOf(file));
    // Whoever imports a folder does not say this name.
    if (name === "index") return true;
    const files = this.files();
    return files.some((each) => each !== file && this.#host.readFile(each)?.includes(name) === true);
  }

  #list(files: readonly string[]): Listing {
    const candidates = candidatesAmong(files, (file) => this.#mentionsOf(file));
    this.#known.expect(candidates);
    return { files, candidates, named: candidates.every((file) => this.#settingsOf(file).names) };
  }

  #readChanges(): void {
    for (const file of this.#dirty) {
      // One that went may come back.
      const existed = this.#mentions.get(file) !== undefined || (this.#outlines.has(file) && this.#outlines.of(file) !== undefined);
      const text = this.#host.readFile(file);
      this.#keepText(file, text);
      const mentions = text === undefined ? undefined : mentionsOf(text);
      if (JSON.stringify(mentions) !== JSON.stringify(this.#mentions.get(file))) this.#listing = undefined;
      this.#mentions.set(file, mentions);
      this.#lookInto(file, text);
      if (existed !== (text !== undefined)) {
        this.#files = undefined;
        this.#outlines.forgetPlaces();
      }
      const before = this.#outlines.has(file) ? this.#outlines.of(file)?.outline : undefined;
      const changed = this.#outlines.has(file) ? this.#outlines.refresh(file) : true;
      if (changed) {
        if (before === undefined || !reachesTheSame(before, this.#outlines.of(file)?.outline)) this.#reaches = undefined;
        for (const shared of Object.values(this.#shared)) shared.forget(file);
      }
      for (const each of this.#known.dependentsOf(file)) {
        const known = this.#known.get(each);
        if (known === undefined) continue;
        this.#known.delete(each);
        // What is declared is the same, so are the shapes; only places have moved.
        if (!changed && !known.checked) this.#readByNames(each, known);
      }
      this.#dirty.delete(file);
    }
  }

  #readByNames(file: string, before?: Known): void {
    const { reading, files } = readByNames(
      this.#outlines,
      file,
      this.#settingsOf(file).exact ? this.#shared.exact : this.#shared.loose,
      before?.reading.actor?.protocol,
    );
    if (reading === undefined) {
      this.#unsure.set(file, files);
      return;
    }
    this.#known.set(file, { reading, files: before === undefined ? files : new Set([...before.files, ...files]), checked: false });
  }

  #readByChecker(file: string, roots: readonly string[]): void {
    const reading = this.checked.read(file, roots);
    this.#known.set(file, {
      reading,
      files: new Set([...this.checked.reachedFrom(file), ...(this.#unsure.get(file) ?? [])]),
      checked: true,
    });
  }

  /** Whether a file that is reached declares names for all files, so that no name is what it seems. */
  #declaresGlobals(candidates: readonly string[]): boolean {
    const reached = new Set(candidates);
    for (const file of reached) {
      const outline = this.#outlines.of(file)?.outline;
      if (outline === undefined) continue;
      if (outline.global) return true;
      for (const { from } of [...outline.imports, ...outline.passed]) {
        const target = this.#outlines.resolve(file, from);
        if (target !== undefined && target !== "runtime") reached.add(target.file);
      }
    }
    return false;
  }

  #setGlobal(global: boolean): void {
    if (this.#global === global) return;
    this.#global = global;
    this.#known.clear();
  }

  #mentionsOf(file: string): Mentions | undefined {
    if (!this.#mentions.has(file)) {
      const text = this.#host.readFile(file);
      const mentions = text === undefined ? undefined : mentionsOf(text);
      if (mentions?.exports === true) this.#keepText(file, text);
      this.#mentions.set(file, mentions);
      this.#lookInto(file, text);
    }
    return this.#mentions.get(file);
  }

  /** For what is found in texts by a look at them. */
  #lookInto(file: string, text = ""): void {
    this.#look(file, text);
    const found = suppressionsIn(text);
    if (found.length === 0) this.#suppressions.delete(file);
    else this.#suppressions.set(file, found);
  }

  #keepText(file: string, text: string | undefined): void {
    if (text === undefined) this.#texts.delete(file);
    else this.#texts.set(file, text);
  }

  /** Each file is read once. */
  #takeText(file: string): string | undefined {
    const text = this.#texts.get(file) ?? this.#host.readFile(file);
    this.#texts.delete(file);
    return text;
  }
}

/** Whether what a file reaches, and what it declares for all files, is certainly what it was. */
function reachesTheSame(before: Outline, now: Outline | undefined): boolean {
  if (now === undefined || before.global || now.global) return false;
  const reached = ({ imports, passed }: Outline) => JSON.stringify([...imports, ...passed].map(({ from }) => from));
  return reached(before) === reached(now);
}
