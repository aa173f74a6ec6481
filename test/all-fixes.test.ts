/**
 * All fixes of all rules, each alone on a fresh copy of the fixture that it is offered for: the code type-checks as before, its finding is
 * gone, no other came, comments stay, and a second time there is nothing to do. The rule pages are the data; a new rule is covered by them.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as rules from "../server/src/analysis/rules/all.ts";
import type { Finding, Fix } from "../server/src/analysis/rule.ts";
import { ts } from "../server/src/analysis/typescript.ts";
import { arranged, type FixtureProject, parsePage } from "./support/fixture.ts";

/** What a fix that leaves something to a person may be found by: the code says itself that it is not done. */
const leftToAPerson = /\/\/ instar: review /;
const saidOfWhatIsLeft: readonly string[] = ["code-change-may-throw", "required-field-no-value"];

/** What comes to light with a fix: rules that were silent while another finding stood, or that a comment kept from speaking. */
const revealed: readonly (readonly [fix: RegExp, rules: readonly string[]])[] = [
  [/^state-changed-no-(code-change|down), "Write /, ["strategy-stronger-than-needed"]],
  [/^snapshot-damaged, "Keep version/, ["state-changed-no-code-change"]],
  [/^suppression-without-reason, "Remove the suppression"/, ["vsn-not-literal"]],
];

/** Type errors that come to light with a fix. */
const revealedErrors: readonly (readonly [fix: RegExp, error: RegExp])[] = [
  // With the type as it was, the checker sees what the step does wrong.
  [/^code-change-reads-unknown-field, "Declare /, /is not assignable to type/],
];

const folder = new URL("../server/src/analysis/rules/", import.meta.url);

for (const { id } of Object.values(rules)) {
  const page = parsePage(readFileSync(new URL(`${id}.md`, folder), "utf8"));
  describe(id, () => {
    for (const fixture of page.fixtures) {
      test(fixture.name, () => {
        const project = arranged(fixture);
        const findings = project.findings();
        const errors = findings.some(({ fixes }) => fixes.some(isChecked)) ? project.typeErrors() : [];
        const problems = findings.flatMap((finding, at) =>
          finding.fixes.flatMap((_, which) => tryFix(project, { at, which }, findings, errors)),
        );
        assert.deepEqual(problems, []);
      });
    }
  });
}

/** Rules whose fixes write code of their own, beyond what they move or leave out. */
const writers = [
  "actor-identity-changed",
  "code-change-mutates-input",
  "code-change-reads-unknown-field",
  "handler-never-returns",
  "message-tag-renamed",
  "state-changed-no-down",
];

describe("what fixes write looks like the file that they write into: tabs, single quotes, no semicolons, two characters a line end", () => {
  for (const id of writers) {
    const { fixtures } = parsePage(readFileSync(new URL(`${id}.md`, folder), "utf8"));
    for (const { name, blocks } of fixtures)
      test(`${id}: ${name}`, () => {
        const project = arranged({ name, blocks: blocks.map((block) => ({ ...block, code: restyled(block.code) })) });
        const before = { ...project.files };
        for (const [at, finding] of project.findings().entries())
          for (const [which, { suppresses }] of finding.fixes.entries()) {
            if (suppresses === true) continue;
            project.apply(project.findings()[at]?.fixes[which]?.edits({ renames: {} }) ?? []);
            for (const [file, text] of Object.entries(before)) {
              const now = project.files[file] ?? "";
              if (now === text) continue;
              assert.equal(now, restyled(now), `${finding.rule} in ${file}`);
              project.write(project.name(file), text);
            }
          }
      });
  }
});

function restyled(code: string): string {
  return code
    .replaceAll(/^(?: {2})+/gm, (spaces) => "\t".repeat(spaces.length / 2))
    .replaceAll(/;(?=( \/\/.*)?\r?$)/gm, "")
    .replaceAll(/"([^"'\n`]*)"/g, "'$1'")
    .replaceAll(/\r*\n/g, "\r\n");
}

/** A comment alone changes no types. */
function isChecked(fix: Fix): boolean {
  return fix.suppresses !== true;
}

/** What is wrong with one fix of one finding. The project is left as it was. */
function tryFix(
  project: FixtureProject,
  { at, which }: { readonly at: number; readonly which: number },
  known: readonly Finding[],
  errors: readonly string[],
): readonly string[] {
  const finding = project.findings()[at];
  const fix = finding?.fixes[which];
  if (finding === undefined || fix === undefined) return ["the finding, or its fix, is not found a second time"];
  const before = { ...project.files };
  const problems: string[] = [];
  project.apply(fix.edits({ renames: {} }));
  const once = { ...project.files };
  const changed = Object.keys(once).filter((file) => once[file] !== before[file]);
  if (changed.length === 0) problems.push("it changes nothing");
  const after = project.findings();
  // Where several are alike, one of them is gone.
  const alike = (all: readonly Finding[]) => all.filter((each) => isSame(each, finding)).length;
  const left = alike(after) < alike(known) ? undefined : after.find((each) => isSame(each, finding));
  if (left !== undefined) problems.push("its finding is still there");
  const counts = new Map<string, number>();
  for (const { rule } of known) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const unfinished = changed.some((file) => leftToAPerson.test(once[file] ?? ""));
  const expected = [
    ...(fix.suppresses === true ? ["suppression-without-reason"] : []),
    ...(unfinished ? saidOfWhatIsLeft : []),
    ...revealed.flatMap(([pattern, rules]) => (pattern.test(name(finding, fix)) ? rules : [])),
  ];
  for (const { rule, message } of after) {
    counts.set(rule, (counts.get(rule) ?? 0) - 1);
    if ((counts.get(rule) ?? 0) < 0 && !expected.includes(rule)) problems.push(`it adds ${rule}: ${message}`);
  }
  const isExpected = (error: string) =>
    errors.includes(error) || revealedErrors.some(([pattern, text]) => pattern.test(name(finding, fix)) && text.test(error));
  if (isChecked(fix)) problems.push(...project.typeErrors().filter((error) => !isExpected(error)));
  for (const file of changed)
    for (const comment of lostComments(before[file] ?? "", once[file] ?? "")) problems.push(`a comment is lost: ${comment}`);
  const again = left?.fixes.find(({ title }) => title === fix.title);
  if (again !== undefined) project.apply(again.edits({ renames: {} }));
  if (Object.keys(once).some((file) => once[file] !== project.files[file])) problems.push("a second time it changes something more");
  for (const file of Object.keys(project.files)) {
    const text = before[file];
    if (text === undefined) project.remove(project.name(file));
    else if (text !== project.files[file]) project.write(project.name(file), text);
  }
  return problems.map((problem) => `${name(finding, fix)}: ${problem}`);
}

function name({ rule }: Finding, { title }: Fix): string {
  return `${rule}, "${title}"`;
}

function isSame(one: Finding, other: Finding): boolean {
  return one.rule === other.rule && one.module === other.module && one.file === other.file && one.message === other.message;
}

/** Comments that the first text has more of than the second. Those that speak to Instar are its own to take away. */
function lostComments(before: string, after: string): readonly string[] {
  const left = comments(after);
  return comments(before).filter((comment) => {
    if (/instar(-ignore|:)/.test(comment)) return false;
    const at = left.indexOf(comment);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function comments(text: string): string[] {
  const found = new Map<number, string>();
  const source = ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    for (const ranges of [ts.getLeadingCommentRanges(text, node.getFullStart()), ts.getTrailingCommentRanges(text, node.getEnd())])
      for (const { pos, end } of ranges ?? [])
        // One that moves with its code is indented as that is.
        found.set(pos, text.slice(pos, end).replaceAll(/\n\s*/g, "\n"));
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return [...found.values()];
}
