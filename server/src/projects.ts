/** The projects that a workspace's files belong to, each with its analysis; open documents lie over the disk. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Analyzer } from "./analysis/analyzer.ts";
import type { ActorModule, Analyzed } from "./analysis/model.ts";
import type { Finding } from "./analysis/rule.ts";
import type { Log } from "./guarded.ts";
import type * as workspaceModule from "./late-workspace.ts";
import type { WorkspaceAgainst } from "./late-workspace.ts";

/** An open document, by its path. */
export interface OpenText {
  readonly file: string;
  readonly text: string;
}

interface Result {
  readonly generation: number;
  /** Whether it was read, not only found where the last run left it. */
  readonly full: boolean;
  readonly result: Analyzed;
}

/** One project root and what is known of it. Every result is that of the newest texts: `generation` rises with each change. */
export class Project {
  readonly root: string;
  readonly #open: Open;
  readonly #tell: (message: string) => void;
  #workspace: workspaceModule.Workspace;
  readonly #overlays = new Map<string, string>();
  /** The ref that the configuration names, and what stands for its contents, once it was looked at. */
  #baseline: { readonly ref: string | null; readonly key: string | null; readonly problem: string | null } = {
    ref: null,
    key: null,
    problem: null,
  };
  #against: WorkspaceAgainst | undefined;
  #following: Promise<void> | undefined;
  #generation = 0;
  #everAnalyzed = false;
  #saved = false;
  #diskChanged = false;
  #analyzed: Result | undefined;
  #running: { readonly generation: number; readonly full: boolean; readonly result: Promise<Analyzed | undefined> } | undefined;

  /** @param tell says to a person what they have to put right. */
  constructor(open: Open, tell: (message: string) => void) {
    this.#open = open;
    this.#tell = tell;
    this.#workspace = open(undefined);
    this.root = this.#workspace.root;
  }

  /** Another one where the project is compared with something else. */
  get workspace(): workspaceModule.Workspace {
    return this.#workspace;
  }

  /** The ref that it is compared with, null for the newest snapshots; and why that one cannot be read. */
  get baseline(): { readonly ref: string | null; readonly problem: string | null } {
    return this.#baseline;
  }

  get generation(): number {
    return this.#generation;
  }

  /** What the last analysis found, however old: good enough for a number in a status bar. */
  get latest(): Analyzed | undefined {
    return this.#analyzed?.result;
  }

  /** Whether that was of the texts as they are now, so that nothing has to be read. */
  get isAnalyzed(): boolean {
    return this.#known(false) !== undefined;
  }

  /** Says whether it concerns this project: one may read files of another. */
  setOverlay(file: string, text: string | undefined): boolean {
    if (text === undefined) this.#overlays.delete(file);
    else this.#overlays.set(file, text);
    const concerned = this.workspace.setOverlay(file, text);
    if (concerned) this.#generation++;
    return concerned;
  }

  /** Something changed on disk; what it was is found out when somebody asks. */
  diskChanged(): void {
    this.#diskChanged = true;
    this.#generation++;
  }

  /**
   * The whole project as it is now, from the last time where nothing changed since. A change that comes meanwhile begins it anew.
   * @param full whether fixes are to be taken; `read`: whether the analyzer is to be asked further questions.
   * @param wanted asked before it begins anew; when false, the result is undefined.
   */
  async current(full: boolean | "read" = false, wanted: () => boolean = () => true): Promise<Analyzed | undefined> {
    while (wanted()) {
      // What is found without it is the same, but fixes are written with it.
      if (full === true) await this.workspace.loadCompiler();
      const known = this.#known(full !== false);
      if (known !== undefined) return known;
      const generation = this.#generation;
      if (this.#running?.generation !== generation || (full !== false && !this.#running.full)) {
        this.#running = { generation, full: full !== false, result: this.#analyze(generation, full !== false) };
      }
      const running = this.#running;
      try {
        const result = await running.result;
        // What it is compared with may have become another meanwhile, and with it the workspace.
        if (full === true) await this.workspace.loadCompiler();
        if (result !== undefined) return result;
      } finally {
        if (this.#running === running) this.#running = undefined;
      }
    }
    return undefined;
  }

  /** One file as it is now, before the whole project is: what a person who types waits for. Undefined where one file does not tell. */
  async first(file: string): Promise<readonly Finding[] | undefined> {
    const known = this.#known(false);
    if (known !== undefined) return known.findings.filter((finding) => finding.file === file);
    const generation = this.#generation;
    this.#readDisk();
    await this.#follow();
    const alone = this.workspace.first(file);
    if (alone !== null) return alone;
    // It takes a while to load, and the last run may have left what is asked for.
    const kept = this.#everAnalyzed ? undefined : this.workspace.kept();
    if (kept !== undefined) {
      this.#analyzed = { generation, full: false, result: kept };
      this.#everAnalyzed = true;
      return kept.findings.filter((finding) => finding.file === file);
    }
    await this.workspace.loadCompiler();
    return generation === this.#generation ? (this.workspace.first(file) ?? undefined) : undefined;
  }

  /** The module of one file by itself, while the project is read for the first time; undefined later, and where one file does not tell. */
  async early(file: string): Promise<ActorModule | undefined> {
    if (this.#analyzed !== undefined) return undefined;
    this.#readDisk();
    await this.#follow();
    return this.workspace.ask((analyzer) => analyzer.module(file))?.answer;
  }

  /** Asks the analyzer of the project as it is now. The compiler is loaded only where there is no answer without it. */
  async ask<T>(question: (analyzer: Analyzer) => T, wanted: () => boolean = () => true): Promise<T | undefined> {
    while ((await this.current("read", wanted)) !== undefined) {
      const asked = this.workspace.ask(question);
      if (asked !== null) return asked.answer;
      await this.workspace.loadCompiler();
    }
    return undefined;
  }

  /** As `ask`, but before the project is read: for what the text of a few files says. */
  async askNow<T>(question: (analyzer: Analyzer) => T): Promise<T> {
    for (;;) {
      this.#readDisk();
      await this.#follow();
      const asked = this.workspace.ask(question);
      if (asked !== null) return asked.answer;
      await this.workspace.loadCompiler();
    }
  }

  #known(full: boolean): Analyzed | undefined {
    const known = this.#analyzed;
    return known?.generation === this.#generation && (known.full || !full) ? known.result : undefined;
  }

  async #analyze(generation: number, full: boolean): Promise<Analyzed | undefined> {
    this.#readDisk();
    await this.#follow();
    const { workspace } = this;
    const moved = () => this.#generation !== generation;
    const before = this.#everAnalyzed;
    this.#everAnalyzed = true;
    const result = full || before ? await workspace.analyzeFully(moved) : await workspace.analyze(moved);
    if (result === undefined || moved()) return undefined;
    this.#analyzed = { generation, full: full || before, result };
    if (!this.#saved) {
      this.#saved = true;
      void workspace.save();
    }
    return result;
  }

  #readDisk(): void {
    if (!this.#diskChanged) return;
    this.#diskChanged = false;
    this.workspace.refresh();
    // A ref may have moved as well.
    if (this.#baseline.ref !== null) this.#baseline = { ...this.#baseline, ref: null };
  }

  /** Compares with what the configuration names, once it names something else, or that is something else. */
  async #follow(): Promise<void> {
    await this.#following;
    const ref = this.workspace.analyzer.configuration.baseline;
    if (ref === this.#baseline.ref && (ref !== null || this.#baseline.key === null)) return;
    this.#following = this.#compareWith(ref);
    await this.#following;
  }

  async #compareWith(ref: string | null): Promise<void> {
    const { configuredBaseline } = await import("./configured-baseline.ts");
    const { against, key, problem } = configuredBaseline(this.root, ref);
    const text = `The configuration of ${this.root} names a baseline that cannot be read, so the newest snapshots are compared with. ${problem}`;
    if (problem !== null) this.#tell(text);
    const same = key === this.#baseline.key;
    this.#baseline = { ref, key, problem: problem === null ? null : text };
    if (same) return;
    this.#against = against;
    this.#workspace = this.#opened(against);
    this.#analyzed = undefined;
    this.#everAnalyzed = false;
  }

  /** The same project once more, as it is now: what is tried there, nobody sees here. */
  fork(): workspaceModule.Workspace {
    return this.#opened(this.#against);
  }

  #opened(against: WorkspaceAgainst | undefined): workspaceModule.Workspace {
    const workspace = this.#open(against);
    for (const [file, text] of this.#overlays) workspace.setOverlay(file, text);
    return workspace;
  }

  /** The whole project compared with its snapshots, whatever else the configuration names: that is what a release is judged by. */
  async againstSnapshots(): Promise<{ readonly workspace: workspaceModule.Workspace; readonly analyzed: Analyzed } | undefined> {
    const current = await this.current(true);
    const workspace = this.#baseline.ref === null ? this.workspace : this.#opened(undefined);
    const analyzed = this.#baseline.ref === null ? current : await workspace.analyzeFully();
    return analyzed === undefined ? undefined : { workspace, analyzed };
  }
}

type Open = (against: WorkspaceAgainst | undefined) => workspaceModule.Workspace;

export class Projects {
  readonly #module: typeof workspaceModule;
  readonly #log: Log;
  readonly #openTexts: () => Iterable<OpenText>;
  readonly #byRoot = new Map<string, Project>();
  readonly #rootOfFolder = new Map<string, string | undefined>();

  constructor(module: typeof workspaceModule, log: Log, openTexts: () => Iterable<OpenText>) {
    this.#module = module;
    this.#log = log;
    this.#openTexts = openTexts;
  }

  get all(): readonly Project[] {
    return [...this.#byRoot.values()];
  }

  byRoot(root: string): Project | undefined {
    return this.#byRoot.get(root);
  }

  /** Opens the projects in a workspace folder that use Instar. */
  addFolder(folder: string): readonly Project[] {
    return projectFolders(folder)
      .map((found) => this.#rootOf(found))
      .filter((root) => root !== undefined)
      .map((root) => this.#open(root))
      .filter((project) => project !== undefined);
  }

  /** Closes the projects below a folder; gives those that were closed. */
  removeFolder(folder: string): readonly Project[] {
    const closed = this.all.filter(({ root }) => root === folder || root.startsWith(`${folder}/`));
    for (const { root } of closed) this.#byRoot.delete(root);
    return closed;
  }

  /** The project of a file. One that nobody opened yet is opened when the file's text names the package. */
  forFile(file: string, text?: string): Project | undefined {
    const root = this.#rootOf(dirname(file));
    if (root === undefined) return undefined;
    return this.#byRoot.get(root) ?? (text !== undefined && /["']instar["']/.test(text) ? this.#open(root) : undefined);
  }

  /** Roots are looked for again: configuration or a `package.json` came or went. */
  forgetRoots(): void {
    this.#rootOfFolder.clear();
  }

  #rootOf(folder: string): string | undefined {
    if (!this.#rootOfFolder.has(folder)) this.#rootOfFolder.set(folder, this.#module.findProjectRoot(folder));
    return this.#rootOfFolder.get(folder);
  }

  #open(root: string): Project | undefined {
    const known = this.#byRoot.get(root);
    if (known !== undefined) return known;
    try {
      const project = new Project(
        (against) => this.#module.openWorkspace(root, against === undefined ? {} : { against }),
        (message) => this.#log.error(message),
      );
      this.#byRoot.set(root, project);
      for (const { file, text } of this.#openTexts()) project.setOverlay(file, text);
      return project;
    } catch (error) {
      this.#log.error(`The project ${root} could not be opened: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

/** Folders that are never a project of the person's own. */
const skipped = new Set(["node_modules", "dist", "out", "build", "coverage"]);

/** The folders below (and including) this one whose `package.json` names Instar, or that have `.instar/`. */
function projectFolders(folder: string, depth = 6): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  const found: string[] = [];
  if (entries.some(({ name }) => name === ".instar") || (entries.some(({ name }) => name === "package.json") && usesInstar(folder)))
    found.push(folder);
  if (depth > 0)
    for (const entry of entries)
      if (entry.isDirectory() && !entry.name.startsWith(".") && !skipped.has(entry.name))
        found.push(...projectFolders(`${folder}/${entry.name}`, depth - 1));
  return found;
}

function usesInstar(folder: string): boolean {
  try {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
      string,
      Record<string, string> | undefined
    >;
    return [dependencies, devDependencies, peerDependencies].some((group) => group !== undefined && "instar" in group);
  } catch {
    // A package.json that does not parse is npm's to complain about.
    return false;
  }
}
