/** Takes preferred fixes one after the other, in memory: each lies as an overlay over the disk, and the project is read anew before the next. */
import type { Answers, Finding, Fix, RenameQuestion, ValueQuestion } from "../analysis/rule.ts";
import type { FileChange } from "../write-files.ts";
import { readFileSync } from "node:fs";
import { applyEdits } from "../apply-edits.ts";
import { type Project, analyzeAll } from "./project.ts";

export interface FixedProject {
  readonly taken: readonly { readonly finding: Finding; readonly title: string }[];
  /** Fixes that could not be applied, which is a mistake of the rule; the others are not touched by it. */
  readonly failed: readonly { readonly finding: Finding; readonly message: string }[];
  /** Every question that the fixes asked, and those of them that no answer was given to. */
  readonly asked: readonly RenameQuestion[];
  readonly open: readonly (RenameQuestion & { readonly module: string | null })[];
  /** First values that the written steps begin with, unless somebody says otherwise; all that were asked for, and those not answered. */
  readonly askedValues: readonly ValueQuestion[];
  readonly openValues: readonly ValueQuestion[];
  /** What the disk would have to hold. Nothing is written yet. */
  readonly changes: readonly FileChange[];
  /** The findings that stand after the fixes. */
  readonly remaining: readonly Finding[];
}

/** Endless fixing (two rules that undo each other) ends here. */
const mostFixes = 1000;

export function fixProject(
  project: Project,
  options: {
    readonly rule: string | undefined;
    readonly renames: Readonly<Record<string, string>>;
    readonly values: Readonly<Record<string, string>>;
  },
): FixedProject {
  const taken: { finding: Finding; title: string }[] = [];
  const failed: { finding: Finding; message: string }[] = [];
  const asked: (RenameQuestion & { module: string | null })[] = [];
  const askedValues: ValueQuestion[] = [];
  const tried = new Set<string>();
  const before = new Map<string, string | undefined>();
  const after = new Map<string, string>();

  const findings = (): readonly Finding[] =>
    analyzeAll(project).findings.filter(({ rule }) => options.rule === undefined || rule === options.rule);

  let remaining = options.rule === undefined ? project.analyzed.findings : findings();
  while (taken.length < mostFixes) {
    const next = firstFixable(remaining, tried);
    if (next === undefined) break;
    const { finding, fix } = next;
    tried.add(keyOf(finding, fix));
    for (const question of fix.questions) {
      if (!asked.some(({ from, to, module }) => from === question.from && to === question.to && module === finding.module)) {
        asked.push({ ...question, module: finding.module });
      }
    }
    try {
      apply(fix);
    } catch (error) {
      failed.push({ finding, message: (error as Error).message });
      continue;
    }
    taken.push({ finding, title: fix.title });
    remaining = findings();
  }
  const answered = ({ from, to }: RenameQuestion): boolean => options.renames[from] === to;
  return {
    taken,
    failed,
    asked,
    askedValues,
    openValues: askedValues.filter(({ path }) => options.values[path] === undefined),
    open: asked.filter((question) => !answered(question) && !isTaken(question, options.renames)),
    changes: [...after]
      .map(([file, text]) => ({ file, before: before.get(file), after: text }))
      .filter((change) => change.before !== change.after),
    remaining,
  };

  function apply(fix: Fix): void {
    const questions = fix.questions.filter(({ from, to }) => options.renames[from] === to);
    const answers: Answers = { renames: Object.fromEntries(questions.map(({ from, to }) => [from, to])), values: options.values };
    askedValues.push(...(fix.values?.({ renames: answers.renames }) ?? []));
    const edits = fix.edits(answers);
    // All edits of a fix apply or none: every new text is made before the first one is put in place.
    const files = [...new Set(edits.map(({ file }) => file))];
    const texts = files.map(
      (file) =>
        [
          file,
          applyEdits(
            project.readFile(file) ?? "",
            edits.filter((edit) => edit.file === file),
          ),
        ] as const,
    );
    for (const [file, text] of texts) {
      if (!before.has(file)) before.set(file, onDisk(file));
      // The analysis sees no byte order mark; the disk keeps the one that it had.
      after.set(file, before.get(file)?.startsWith("\uFEFF") ? `\uFEFF${text}` : text);
      project.setOverlay(file, text);
    }
  }
}

/** A question needs no answer any more where one of its two paths is part of a rename that was answered. */
function isTaken(question: RenameQuestion, renames: Readonly<Record<string, string>>): boolean {
  return renames[question.from] !== undefined || Object.values(renames).includes(question.to);
}

function firstFixable(findings: readonly Finding[], tried: ReadonlySet<string>): { finding: Finding; fix: Fix } | undefined {
  for (const finding of findings) {
    const fix = finding.fixes.find(({ preferred }) => preferred);
    if (fix !== undefined && !tried.has(keyOf(finding, fix))) return { finding, fix };
  }
  return undefined;
}

/** A finding that stands unchanged after its fix is not fixed again. */
function keyOf(finding: Finding, fix: Fix): string {
  return JSON.stringify([finding.rule, finding.module, finding.file, finding.message, fix.title]);
}

function onDisk(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
