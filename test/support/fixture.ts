/**
 * Rule pages as tests. A page's fenced blocks that name a file are a small project: `old` is released, `new` comes after it, and what the
 * analysis finds must be exactly what the carets under the code say; `fixed` is what the preferred fixes make of it. The page is rendered
 * anew from what was found and compared as text, so `UPDATE=1` can write what a test expects.
 */
import { readdirSync, readFileSync } from "node:fs";
import { type Analyzer, createAnalyzer } from "../../server/src/analysis/analyze.ts";
import type { Against } from "../../server/src/analysis/baselines.ts";
import type { Finding } from "../../server/src/analysis/rule.ts";
import { ProjectProgram } from "../../server/src/analysis/program.ts";
import { listSources } from "../../server/src/analysis/project-files.ts";
import { ts } from "../../server/src/analysis/typescript.ts";
import { applyEdits } from "../../server/src/apply-edits.ts";
import { memoryHost } from "./memory-host.ts";

export interface Block {
  /** `gone`: a file of the old version that the new one does not have. */
  readonly version: "old" | "new" | "gone" | "fixed" | "released";
  /** Of an old one: that it is a commit to compare with, by `commit`, in place of a release. */
  readonly commit: boolean;
  /** From the project root. */
  readonly file: string;
  /** Answers to the fix's questions, old path to new. */
  readonly renames: Readonly<Record<string, string>>;
  /** The title of the fix that is taken, by `fix="…"`; null for the preferred ones. */
  readonly fix: string | null;
  /** Without carets. */
  readonly code: string;
  /** Lines of the page between the fences. */
  readonly first: number;
  readonly last: number;
}

export interface Fixture {
  readonly name: string;
  readonly blocks: readonly Block[];
}

export interface Page {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly headings: readonly string[];
  readonly fixtures: readonly Fixture[];
  readonly text: string;
}

export function parsePage(text: string): Page {
  const lines = text.split("\n");
  const [, id = "", title = ""] = /^# ([a-z-]+): (.+)$/.exec(lines[0] ?? "") ?? [];
  const description = (text.split("\n\n")[1] ?? "").replaceAll("\n", " ");
  const fixtures: { name: string; blocks: Block[] }[] = [];
  const headings: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line.startsWith("## ")) headings.push(line.slice(3));
    if (line.startsWith("### ")) fixtures.push({ name: line.slice(4), blocks: [] });
    const fence = /^```(\w*)(.*)$/.exec(line);
    if (fence === null) continue;
    const end = lines.indexOf("```", index + 1);
    const file = /\bfile=(\S+)/.exec(fence[2] ?? "")?.[1];
    if (file !== undefined) {
      const renames = [...(fence[2] ?? "").matchAll(/\brename=(\S+)=(\S+)/g)].map(([, from = "", to = ""]) => [from, to] as const);
      const version = /\b(old|new|gone|fixed|released)\b/.exec(fence[2] ?? "")?.[1] ?? "new";
      const code = lines.slice(index + 1, end).filter((each) => !isNote(each));
      fixtures.at(-1)?.blocks.push({
        version: version as Block["version"],
        commit: /\bcommit\b/.test(fence[2] ?? ""),
        file,
        renames: Object.fromEntries(renames),
        fix: /\bfix="([^"]+)"/.exec(fence[2] ?? "")?.[1] ?? null,
        code: code.length === 0 ? "" : `${code.join("\n")}\n`,
        first: index + 1,
        last: end,
      });
    }
    index = end;
  }
  return { id, title, description, headings, fixtures: fixtures.filter(({ blocks }) => blocks.length > 0), text };
}

export interface Outcome {
  /** The page's lines for each block, as the analysis says they should be. */
  readonly blocks: ReadonlyMap<Block, readonly string[]>;
  /** What is wrong apart from the text: findings where no block shows them, code that does not type-check, a fix that does not fix. */
  readonly problems: readonly string[];
}

/** Plays one fixture through; see the head of this file. */
export function play(fixture: Fixture, page: Page): Outcome {
  const problems: string[] = [];
  const blocks = new Map<Block, readonly string[]>();
  const of = (version: Block["version"]) => fixture.blocks.filter((block) => block.version === version);
  const committed = of("old").some(({ commit }) => commit);
  const project = released(fixture);
  if (of("old").length > 0) expectSilence("the old version compared with itself", project.findings());
  advance(project, fixture);
  const findings = project.findings();
  for (const block of fixture.blocks)
    blocks.set(block, annotate(block, block.version === "new" || block.version === "released" ? findings : []));
  const shown = new Set(fixture.blocks.map(({ file }) => file));
  for (const finding of findings)
    if (!shown.has(project.name(finding.file))) problems.push(`${finding.rule} in ${finding.file}, which has no block`);
  const fixed = of("fixed");
  if (fixed.length > 0) {
    const renames = Object.assign({}, ...fixed.map((block) => block.renames)) as Record<string, string>;
    const title = fixed.find(({ fix }) => fix !== null)?.fix ?? null;
    const remaining = project.fix(page.id, renames, title);
    const before = new Set(findings.map(({ rule }) => rule));
    for (const finding of remaining) {
      if (finding.rule === page.id) problems.push(`the fix leaves its finding: ${finding.message}`);
      else if (!before.has(finding.rule)) problems.push(`the fix adds ${finding.rule}: ${finding.message}`);
    }
    problems.push(...project.typeErrors());
    for (const block of fixed) blocks.set(block, (project.read(block.file) ?? "").trimEnd().split("\n"));
  }
  if (of("old").length > 0) {
    const both = new Map([...of("old"), ...of("new")].map((block) => [block.file, block]));
    const again = new FixtureProject(committed ? [...both.values()] : []);
    for (const block of both.values()) again.write(block.file, block.code);
    const alone = new Set(committed ? [] : again.findings().map(({ rule }) => rule));
    if (!committed) again.release();
    // What is wrong with the new version by itself is still wrong.
    expectSilence(
      "the new version compared with itself",
      again.findings().filter(({ rule }) => !alone.has(rule)),
    );
  }
  return { blocks, problems };

  function expectSilence(what: string, found: readonly Finding[]): void {
    for (const finding of found) problems.push(`${what} is not silent: ${finding.rule}: ${finding.message}`);
  }
}

/** The old version, released. */
function released({ blocks }: Fixture): FixtureProject {
  const old = blocks.filter(({ version }) => version === "old");
  const committed = old.some(({ commit }) => commit);
  const project = new FixtureProject(committed ? old : []);
  for (const block of old) project.write(block.file, block.code);
  if (old.length > 0 && !committed) project.release();
  return project;
}

function advance(project: FixtureProject, { blocks }: Fixture): void {
  for (const version of ["released", "new"])
    for (const block of blocks) if (block.version === version) project.write(block.file, block.code);
  for (const block of blocks) if (block.version === "gone") project.remove(block.file);
}

/** The project in which a fixture's findings stand. */
export function arranged(fixture: Fixture): FixtureProject {
  const project = released(fixture);
  advance(project, fixture);
  return project;
}

/** The page with every block as the outcome says. */
export function render(page: Page, outcomes: readonly Outcome[]): string {
  const lines = page.text.split("\n");
  const all = outcomes.flatMap((outcome) => [...outcome.blocks]).toSorted(([one], [other]) => other.first - one.first);
  for (const [block, content] of all) lines.splice(block.first, block.last - block.first, ...content);
  return lines.join("\n");
}

/** A project in memory, with the runtime's real types. */
export class FixtureProject {
  readonly files: Record<string, string> = { [`${root}/package.json`]: "{}", ...runtimeFiles() };
  readonly analyzer: Analyzer;
  /** What checks its types, which need not be read anew where nothing changed. */
  readonly #types: ProjectProgram;

  /** @param committed what it is compared with in place of its releases, if there is anything. */
  constructor(committed: readonly Pick<Block, "file" | "code">[] = []) {
    const files = { ...this.files, ...Object.fromEntries(committed.map(({ file, code }) => [`${root}/${file}`, code])) };
    const against: Against = { host: memoryHost(files), name: "main", recall: () => undefined, keep: () => {}, notes: () => [] };
    this.#types = new ProjectProgram(memoryHost(this.files), root);
    this.analyzer = createAnalyzer(memoryHost(this.files), { root, ...(committed.length === 0 ? {} : { against }) });
  }

  write(file: string, text: string): void {
    this.files[`${root}/${file}`] = text;
    this.#invalidate(`${root}/${file}`);
  }

  remove(file: string): void {
    Reflect.deleteProperty(this.files, `${root}/${file}`);
    this.#invalidate(`${root}/${file}`);
  }

  #invalidate(file: string): void {
    this.analyzer.invalidate([file]);
    this.#types.invalidate([file]);
  }

  read(file: string): string | undefined {
    return this.files[`${root}/${file}`];
  }

  name(path: string): string {
    return path.slice(root.length + 1);
  }

  findings(): readonly Finding[] {
    return this.analyzer.analyze()?.findings ?? [];
  }

  /** Writes the snapshots of all modules. */
  release(): void {
    for (const module of this.analyzer.analyze()?.modules ?? []) {
      const snapshot = this.analyzer.snapshot(module);
      if (snapshot !== undefined) this.files[snapshot.file] = snapshot.text;
    }
    this.analyzer.invalidate(Object.keys(this.files).filter((file) => file.includes("/.instar/")));
  }

  /** Takes the preferred fixes of one rule, or those of a title, one after the other; gives what is found then. */
  fix(rule: string, renames: Readonly<Record<string, string>>, title: string | null = null): readonly Finding[] {
    for (let round = 0; round < 10; round += 1) {
      const fix = this.findings()
        .filter((finding) => finding.rule === rule)
        .flatMap((finding) => finding.fixes.filter((each) => (title === null ? each.preferred : each.title === title)))[0];
      if (fix === undefined) break;
      this.apply(fix.edits({ renames }));
    }
    return this.findings();
  }

  apply(edits: ReturnType<Finding["fixes"][number]["edits"]>): void {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      this.write(
        this.name(file),
        applyEdits(
          this.files[file] ?? "",
          edits.filter((edit) => edit.file === file),
        ),
      );
    }
  }

  /** What a strict type checker says of the project's own files. */
  typeErrors(): readonly string[] {
    const host = memoryHost(this.files);
    const { program } = this.#types.program(listSources(host, root));
    return program
      .getSourceFiles()
      .filter((source) => source.fileName.startsWith(`${root}/`) && !source.fileName.includes("/node_modules/"))
      .flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)])
      .map((error) => {
        const line = error.file?.getLineAndCharacterOfPosition(error.start ?? 0).line ?? 0;
        const code = error.file?.text.split("\n")[line] ?? "";
        return `type error in ${error.file?.fileName}: ${ts.flattenDiagnosticMessageText(error.messageText, "\n")}\n${code}`;
      });
  }
}

const root = "/project";

let runtime: Record<string, string> | undefined;

function runtimeFiles(): Record<string, string> {
  const folder = new URL("../../runtime/src/", import.meta.url);
  if (runtime !== undefined) return runtime;
  runtime = Object.fromEntries<string>([
    [
      `${root}/node_modules/instar/package.json`,
      JSON.stringify({ name: "instar", type: "module", exports: { ".": { types: "./src/index.ts" } } }),
    ],
    ...readdirSync(folder)
      .filter((name) => name.endsWith(".ts") && !name.includes(".test"))
      .map((name): [string, string] => [`${root}/node_modules/instar/src/${name}`, readFileSync(new URL(name, folder), "utf8")]),
  ]);
  return runtime;
}

/** A comment line that says what is found in the line above: `//   ^^^^^ error rule-id: first sentence`. */
function isNote(line: string): boolean {
  return /^\s*\/\/\s*\^+ (error|warning|info) [a-z-]+: /.test(line) || /^\/\/! \d+:\d+-\d+:\d+ (error|warning|info) [a-z-]+: /.test(line);
}

function annotate(block: Block, findings: readonly Finding[]): readonly string[] {
  const own = findings.filter((finding) => finding.file === `${root}/${block.file}`);
  const code = block.code.split("\n").slice(0, -1);
  return code.flatMap((line, index) => [line, ...own.filter((finding) => finding.range.start.line === index + 1).map(note)]);
}

function note({ range: { start, end }, severity, rule, message, modules }: Finding): string {
  const sentence = /^.*?[.](?= [A-Z`]|$)/s.exec(message)?.[0] ?? message;
  const text = `${severity} ${rule}: ${sentence}${modules === undefined ? "" : ` (${modules.join(", ")})`}`;
  // Carets need room for the comment's slashes, and one line.
  if (start.column < 3 || end.line !== start.line || end.column <= start.column)
    return `//! ${start.line}:${start.column}-${end.line}:${end.column} ${text}`;
  return `//${" ".repeat(start.column - 3)}${"^".repeat(end.column - start.column)} ${text}`;
}
