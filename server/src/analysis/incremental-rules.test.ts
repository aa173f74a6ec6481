/**
 * What the rules look at beyond shapes changes as well: bodies, comments, configurations, supervisors, steps that call into other files. After
 * any such edits an analysis finds what a fresh one finds, and what one file says by itself is never taken back.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { generator } from "../../../test/support/random-modules.ts";
import { randomEdit, randomProject } from "../../../test/support/random-projects.ts";
import { type Analyzer, createAnalyzer } from "./analyze.ts";
import type { Against } from "./baselines.ts";
import type { Finding } from "./rule.ts";

const root = "/p";
/** Longer runs are told by `SEED=n`, `PROJECTS=n` and `ROUNDS=n`. */
const seed = Number(process.env["SEED"] ?? 3000);
const rounds = Number(process.env["ROUNDS"] ?? 12);

for (let project = 0; project < Number(process.env["PROJECTS"] ?? 2); project += 1)
  describe(`SEED=${seed + project}`, () => {
    for (const committed of [false, true])
      test(committed ? "with another tree" : "with releases", () => {
        playEdits(seed + project, committed);
      });
  });

function playEdits(from: number, committed: boolean): void {
  const random = generator(from);
  const files: Record<string, string> = {};
  const history: Record<string, string> = {};
  for (const [name, text] of Object.entries(randomProject(random))) files[`${root}/${name}`] = text;
  const earlier = memoryHost({ ...files });
  const against: Against = { host: earlier, name: "main", recall: () => undefined, keep: () => {}, notes: () => [] };
  const open = (all: Record<string, string>) => createAnalyzer(memoryHost(all), { root, ...(committed ? { against } : {}) });
  const analyzer = open(files);
  release();
  analyzer.analyze();
  for (let round = 0; round < rounds; round += 1) {
    const done: string[] = [];
    const changed: string[] = [];
    for (let count = random(4) === 0 ? 2 : 1; count > 0; count -= 1) {
      const last = round === 0 ? [] : (analyzer.analyze()?.findings ?? []);
      const found = last.map(({ file, range, rule }) => [file.slice(root.length + 1), range.start.line, rule] as const);
      const { what, files: now } = randomEdit(random, unrooted(files), found, history);
      done.push(what);
      for (const [name, text] of Object.entries(now)) {
        history[name] ??= files[`${root}/${name}`] ?? "";
        if (text === undefined) Reflect.deleteProperty(files, `${root}/${name}`);
        else files[`${root}/${name}`] = text;
        changed.push(`${root}/${name}`);
      }
      analyzer.invalidate(Object.keys(now).map((name) => `${root}/${name}`));
    }
    const says = `SEED=${from}, round ${round}${committed ? " with another tree" : ""}: ${done.join("; ")}`;
    const early = changed.map((file) => [file, said(analyzer.first(file)), said(open({ ...files }).first(file))] as const);
    const fresh = open({ ...files });
    const expected = all(fresh);
    const findings = fresh.analyze()?.findings ?? [];
    for (const [file, warm, cold] of early) {
      const whole = said(findings.filter((finding) => finding.file === file));
      if (warm !== undefined) assert.deepEqual(warm, whole, `${file} by itself, ${says}\n${files[file]}`);
      for (const finding of cold ?? []) assert.ok(whole?.includes(finding), `${file} at the start: ${finding}\n${says}\n${files[file]}`);
    }
    assert.deepEqual(all(analyzer), expected, says);
    if (random(8) === 0) release();
  }

  /** What `instar release` writes. */
  function release(): void {
    for (const module of analyzer.analyze()?.modules ?? []) {
      const snapshot = analyzer.snapshot(module);
      if (snapshot === undefined || random(4) === 0) continue;
      files[snapshot.file] = snapshot.text;
      analyzer.invalidate([snapshot.file]);
    }
  }
}

function unrooted(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file.slice(root.length + 1), text]));
}

function said(findings: readonly Finding[] | undefined): readonly string[] | undefined {
  return findings?.map(({ fixes, ...finding }) => JSON.stringify([finding, fixes.map(({ title, questions }) => [title, questions])]));
}

/** Everything that leaves an analysis. */
function all(analyzer: Analyzer): unknown {
  const result = analyzer.analyze() ?? assert.fail();
  return {
    modules: result.modules.map((module) => ({ ...module, snapshot: analyzer.snapshot(module) })),
    findings: result.findings.map(({ fixes, ...finding }) => ({
      ...finding,
      fixes: fixes.map((fix) => [fix.title, fix.questions, fix.edits({ renames: {} })]),
    })),
    notes: result.notes,
  };
}
