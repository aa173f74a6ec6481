/** All reading and writing of projects: lays open documents over the disk, keeps results between runs, and loads the compiler when it is needed. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Analyzer, CompilerNeeded, createLateAnalyzer } from "./analysis/analyzer.ts";
import type { Against } from "./analysis/baselines.ts";
import type { AgainstLive } from "./analysis/live-baselines.ts";
import type { Compiler } from "./analysis/compiler.ts";
import type { Analyzed } from "./analysis/model.ts";
import type { Finding } from "./analysis/rule.ts";
import type { SourceHost } from "./analysis/source-host.ts";
import { AnalysisCache } from "./analysis-cache.ts";
import { Disk } from "./disk.ts";
import { slashed } from "./project-root.ts";
import { writeFileAtomic } from "./write-files.ts";

export { findProjectRoot } from "./project-root.ts";

export interface Workspace {
  readonly root: string;
  /** Throws `CompilerNeeded` where it needs the compiler before `loadCompiler` was awaited. */
  readonly analyzer: Analyzer;
  /**
   * The whole project as it is now. What the last run found is taken where nothing has changed since; others get their turn between modules.
   * @param cancelled asked after each of those turns; when true, the result is undefined.
   */
  analyze(cancelled?: () => boolean): Promise<Analyzed | undefined>;
  /** The findings of one file by itself, as the analyzer's; null where the compiler has to be loaded first. */
  first(file: string): readonly Finding[] | null | undefined;
  /** An answer of the analyzer; null where the compiler has to be loaded first. */
  ask<T>(question: (analyzer: Analyzer) => T): { readonly answer: T } | null;
  /** What the last run found, where nothing has changed since; undefined also after anything else was done here. */
  kept(): Analyzed | undefined;
  /** As `analyze`, but read anew, so that all questions to the analyzer and all fixes have their answers. */
  analyzeFully(cancelled?: () => boolean): Promise<Analyzed | undefined>;
  /** Keeps what the last analysis found for the next run, if `.instar/` is there to keep it in. */
  save(): Promise<void>;
  loadCompiler(): Promise<void>;
  /** A file's text as the analysis sees it, without a byte order mark. */
  readFile(file: string): string | undefined;
  /** An open document's text wins over the disk; undefined closes it. Says whether that may change what is found. */
  setOverlay(file: string, text: string | undefined): boolean;
  /** Whether what is found may depend on this file: it lies in the project, or was read, or was looked for in vain. */
  concerns(file: string): boolean;
  /** Looks at the disk again: whatever was written, made or deleted since it was read is invalidated. Gives those paths. */
  refresh(): readonly string[];
}

export interface WorkspaceOptions {
  /** Where it is loaded already. */
  readonly compiler?: Compiler;
  readonly loadCompiler?: () => Promise<Compiler>;
  /** What an analysis of the whole project waits for before it loads the compiler, unless that is loaded meanwhile for another reason. */
  readonly settled?: Promise<void>;
  /** What wrote the results that may be taken; of another, none are. Null keeps nothing. */
  readonly engine?: string | null;
  /** What to compare with in place of the newest snapshots. */
  readonly against?: WorkspaceAgainst;
}

export interface WorkspaceAgainst {
  /** Stands for the same contents for ever, such as the id of a commit; null where nothing does. */
  readonly key: string | null;
  /**
   * @param disk for what it does not have itself.
   * @param engine what reads it, for what is kept between runs; null keeps nothing.
   */
  open(disk: SourceHost, engine: string | null): Against | AgainstLive;
}

/** So long one turn may take, in milliseconds; a single module may take longer. */
const turn = 10;

/** @param root absolute, as `findProjectRoot` gives it. */
export function openWorkspace(root: string, options: WorkspaceOptions = {}): Workspace {
  const { loadCompiler = async () => (await import("./analysis/compiler.ts")).compiler } = options;
  let { compiler } = options;
  const disk = new Disk();
  const cache = new AnalysisCache(
    slashed(root),
    disk,
    options.against?.key === null ? null : options.engine,
    options.against?.key ?? undefined,
  );
  const against = options.against?.open(disk, cache.engine);
  const analyzer = createLateAnalyzer(disk, { root: slashed(root), ...(against === undefined ? {} : { against }) }, () => {
    if (compiler === undefined) throw new CompilerNeeded();
    return compiler;
  });
  let tellLoaded = () => {};
  const loaded = new Promise<void>((resolve) => (tellLoaded = resolve));
  let untouched = true;
  let found: Analyzed | undefined;

  const workspace: Workspace = {
    root: slashed(root),
    analyzer,
    kept() {
      if (!untouched) return undefined;
      untouched = false;
      const kept = cache.load(() => analyzer.analyze()?.findings ?? []);
      if (kept !== undefined) analyzer.shown(kept.findings);
      return kept;
    },
    first: (file) => {
      const asked = workspace.ask(() => analyzer.first(file));
      return asked === null ? null : asked.answer;
    },
    ask(question) {
      try {
        return { answer: question(analyzer) };
      } catch (error) {
        if (error instanceof CompilerNeeded) return null;
        throw error;
      }
    },
    async analyze(cancelled) {
      return workspace.kept() ?? workspace.analyzeFully(cancelled);
    },
    async analyzeFully(cancelled) {
      untouched = false;
      for (;;) {
        try {
          const steps = analyzer.steps();
          let begin = performance.now();
          for (let step = steps.next(); ; step = steps.next()) {
            if (step.done === true) return (found = step.value);
            if (performance.now() - begin < turn) continue;
            await new Promise((resolve) => setImmediate(resolve));
            if (cancelled?.() === true) return undefined;
            begin = performance.now();
          }
        } catch (error) {
          if (!(error instanceof CompilerNeeded)) throw error;
          await Promise.race([options.settled, loaded]);
          if (cancelled?.() === true) return undefined;
          await workspace.loadCompiler();
        }
      }
    },
    async save() {
      if (found !== undefined) await cache.save(found);
    },
    async loadCompiler() {
      compiler ??= await loadCompiler();
      tellLoaded();
    },
    readFile: (file) => disk.readFile(slashed(file)),
    setOverlay(file, text) {
      const path = slashed(file);
      const before = disk.overlays.get(path);
      // Opened as it is on disk, and closed so, a document changes nothing.
      const same = text === undefined || before === undefined ? disk.hasRead(path, text ?? before ?? "") : text === before;
      const concerned = !same && workspace.concerns(path);
      untouched &&= disk.says(path, text);
      disk.setOverlay(path, text);
      if (concerned) analyzer.invalidate([path]);
      return concerned;
    },
    concerns(file) {
      const path = slashed(file);
      return path.startsWith(`${workspace.root}/`) || disk.knows(path);
    },
    refresh() {
      const changed = disk.changed();
      if (changed.length > 0) analyzer.invalidate(changed);
      return changed;
    },
  };
  return workspace;
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
