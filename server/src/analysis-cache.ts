/**
 * What an analysis found, kept for the next run in `.instar/cache/`, together with everything that the disk answered on the way: where it
 * still gives the same answers, the result is the same, and neither sources nor compiler have to be looked at. Nothing depends on it: one
 * that is damaged, or of another version, is as good as none.
 */
import { hash as digest } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Analyzed } from "./analysis/model.ts";
import type { Finding, Fix } from "./analysis/rule.ts";
import { type Answer, type Disk } from "./disk.ts";
import { writeFileAtomic } from "./write-files.ts";

/** Raised when an older version would misread what this one writes. */
const format = 3;
/** A project beyond this, in characters, is not kept. */
const largest = 64_000_000;

interface Kept {
  readonly format: number;
  readonly engine: string;
  readonly root: string;
  readonly answers: readonly Answer[];
  readonly result: Analyzed;
}

export class AnalysisCache {
  /** Which build of this program it is; null where that is not known. */
  readonly engine: string | null;
  readonly #file: string;
  readonly #root: string;
  readonly #disk: Disk;
  readonly #engine: string | null;

  /**
   * @param engine what wrote the results that are taken: this build, unless said.
   * @param against what was compared with, where that is something else than the newest snapshots. It stands for the same for ever.
   */
  constructor(root: string, disk: Disk, engine: string | null | undefined, against?: string) {
    this.#file = join(root, `.instar/cache/${against === undefined ? "analysis" : "against"}.json`);
    this.#root = root;
    this.#disk = disk;
    const build = engine === undefined ? thisBuild() : engine;
    this.engine = build;
    this.#engine = build === null || against === undefined ? build : `${build}\n${against}`;
  }

  /** @param findings the same findings read anew, by which a fix finds its edits. */
  load(findings: () => readonly Finding[]): Analyzed | undefined {
    if (this.#engine === null) return undefined;
    try {
      const [sum, text] = halves(readFileSync(this.#file, "utf8"));
      if (sum !== digest("md5", text)) return undefined;
      const kept = JSON.parse(text) as Kept;
      if (kept.format !== format || kept.engine !== this.#engine || kept.root !== this.#root) return undefined;
      if (!this.#disk.unchanged(kept.answers)) return undefined;
      const { findings: all } = kept.result;
      return {
        ...kept.result,
        findings: all.map((finding) => ({ ...finding, fixes: finding.fixes.map((fix) => revived(fix, finding, findings)) })),
      };
    } catch {
      // There is none, or it is damaged: everything is read anew.
      return undefined;
    }
  }

  async save(result: Analyzed): Promise<void> {
    const answers = this.#engine === null || !isFolder(dirname(dirname(this.#file))) ? undefined : this.#disk.answers();
    if (answers === undefined || this.#engine === null) return;
    const kept: Kept = { format, engine: this.#engine, root: this.#root, answers, result };
    const text = JSON.stringify(kept);
    if (text.length > largest) return;
    const whole = `${digest("md5", text)}\n${text}`;
    try {
      await writeFileAtomic(this.#file, whole);
    } catch {
      // What is in the way, a file in place of the folder or the reverse, is damage as well. A folder that cannot be written to costs time alone.
      await rm(isFolder(dirname(this.#file)) ? this.#file : dirname(this.#file), { recursive: true, force: true }).catch(() => {});
      await writeFileAtomic(this.#file, whole).catch(() => {});
    }
  }
}

function revived(fix: Fix, finding: Finding, findings: () => readonly Finding[]): Fix {
  return {
    ...fix,
    edits: (answers) =>
      findings()
        .filter(
          ({ rule, module, file, message }) =>
            rule === finding.rule && module === finding.module && file === finding.file && message === finding.message,
        )
        .flatMap(({ fixes }) => fixes)
        .find(({ title }) => title === fix.title)
        ?.edits(answers) ?? [],
  };
}

/** The files that this program was built into; null where it runs from its sources, which change without notice. */
function thisBuild(): string | null {
  const here = import.meta.url as string | undefined;
  const file = here === undefined || here === "" ? process.argv[1] : fileURLToPath(here);
  if (file === undefined || file.endsWith(".ts")) return null;
  try {
    const folder = dirname(file);
    const stamps = readdirSync(folder).map((name) => {
      const { mtimeMs, size } = statSync(join(folder, name));
      return `${name} ${mtimeMs} ${size}`;
    });
    return stamps.toSorted().join("\n");
  } catch {
    return null;
  }
}

/** The first line, and the rest. */
function halves(text: string): readonly [string, string] {
  const end = text.indexOf("\n");
  return [text.slice(0, end), text.slice(end + 1)];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
