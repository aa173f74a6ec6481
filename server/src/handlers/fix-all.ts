/**
 * *Fix all*: every preferred fix that leaves nothing to a person. What one fix writes, another rule may have something to say of, so it goes
 * on for as many rounds as there is something to fix, in a copy of the project; what comes of it is one edit.
 */
import type { Change } from "diff";
import type { Analyzed } from "../analysis/model.ts";
import type { FileEdit, Finding } from "../analysis/rule.ts";
import type { Range } from "../analysis/span.ts";
import { applyEdits } from "../apply-edits.ts";
import type { Project } from "../projects.ts";

/** Two rules that undo each other end here. */
const mostRounds = 20;

/** @param analyzed with all its fixes. */
export async function fixAll(project: Project, analyzed: Analyzed, wanted: (finding: Finding) => boolean): Promise<readonly FileEdit[]> {
  const tried = new Set<string>();
  const first = round(analyzed.findings.filter(wanted), tried);
  if (first.length === 0) return [];
  const { generation } = project;
  const copy = project.fork();
  await copy.loadCompiler();
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (let edits = first, count = 0; edits.length > 0 && count < mostRounds; count += 1) {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const text = copy.readFile(file) ?? "";
      if (!before.has(file)) before.set(file, text);
      const fixed = applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      );
      after.set(file, fixed);
      copy.setOverlay(file, fixed);
    }
    const [only, ...others] = after.keys();
    // One file tells by itself in most cases, and then the others need not be read.
    const alone = only === undefined || others.length > 0 ? undefined : copy.first(only);
    const findings = alone ?? (await copy.analyzeFully(() => project.generation !== generation))?.findings ?? [];
    edits = round(findings.filter(wanted), tried);
  }
  // Who never fixes all need not load it.
  const { diffLines } = await import("diff");
  return [...after].flatMap(([file, text]) => differences(file, diffLines(before.get(file) ?? "", text)));
}

/** The edits of those fixes that do not touch each other; the others wait for the next round. */
function round(findings: readonly Finding[], tried: Set<string>): readonly FileEdit[] {
  const edits: FileEdit[] = [];
  for (const finding of findings) {
    const fix = finding.fixes.find(({ preferred, questions }) => preferred && questions.length === 0);
    if (fix === undefined) continue;
    // One that stands as it was after its fix is not fixed again.
    const key = JSON.stringify([finding.rule, finding.module, finding.file, finding.message, fix.title]);
    if (tried.has(key) || fix.values?.({ renames: {} }).some(({ suggestion }) => suggestion === null) === true) continue;
    const own = fix.edits({ renames: {} });
    if (own.some((edit) => edits.some((other) => touches(edit, other)))) continue;
    tried.add(key);
    edits.push(...own);
  }
  return edits;
}

/** Line by line, so that cursors and breakpoints stay where nothing changed. */
function differences(file: string, changes: readonly Change[]): readonly FileEdit[] {
  const edits: FileEdit[] = [];
  let line = 1;
  let open: { readonly from: number; removed: number; newText: string } | undefined;
  const close = (): void => {
    if (open !== undefined) edits.push({ file, range: lines(open.from, open.from + open.removed), newText: open.newText });
    open = undefined;
  };
  for (const { added, removed, count, value } of changes) {
    if (!added && !removed) close();
    else {
      open ??= { from: line, removed: 0, newText: "" };
      if (added) open.newText += value;
      else open.removed += count;
    }
    if (!added) line += count;
  }
  close();
  return edits;
}

function lines(from: number, to: number): Range {
  return { start: { line: from, column: 1 }, end: { line: to, column: 1 } };
}

function touches(a: FileEdit, b: FileEdit): boolean {
  return a.file === b.file && !isBefore(a.range, b.range) && !isBefore(b.range, a.range);
}

/** Ends before the other one begins. */
function isBefore({ end }: Range, { start }: Range): boolean {
  return end.line < start.line || (end.line === start.line && end.column < start.column);
}
