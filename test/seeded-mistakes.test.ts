/**
 * What the rules find of mistakes that were planted into correct modules, which no fixture uses; and that the modules without them are
 * silent. `npm test -- seeded-mistakes` plants every fourth, beginning with one that `SEED` says; `ALL=1` plants all of them, and prints the
 * figures of `docs/performance.md` and every miss.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as rules from "../server/src/analysis/rules/all.ts";
import { FixtureProject, parsePage } from "./support/fixture.ts";
import { type Mistake, mistakesIn } from "./support/mistakes.ts";
import { testSeed } from "./support/test-seed.ts";

const folder = new URL("fixtures/mistakes/", import.meta.url);
const pages = readdirSync(folder).map((name) => parsePage(readFileSync(new URL(name, folder), "utf8")));
const all = process.env["ALL"] === "1";
const every = all ? 1 : 4;
const seed = testSeed(every);
const known = new Set(Object.values(rules).map(({ id }) => id));

interface Figures {
  found: number;
  readonly missed: string[];
  /** What else is said of the mistake. */
  readonly beside: Map<string, number>;
}

describe(`planted mistakes, SEED=${seed}`, () => {
  let planted = 0;
  const byRule = new Map<string, Figures>();

  for (const page of pages) {
    const [fixture] = page.fixtures;
    const of = (version: string) =>
      Object.fromEntries((fixture?.blocks ?? []).filter((block) => block.version === version).map(({ file, code }) => [file, code]));

    test(`${page.id}: correct modules are silent`, () => {
      const project = released(of("old"));
      assert.deepEqual(project.typeErrors(), []);
      assert.deepEqual(spoken(project), []);
      for (const [file, text] of Object.entries(of("new"))) project.write(file, text);
      assert.deepEqual(project.typeErrors(), []);
      assert.deepEqual(spoken(project), []);
    });

    test(`${page.id}: mistakes are found`, () => {
      for (const next of [{}, of("new")]) {
        const project = released(of("old"));
        for (const [file, text] of Object.entries(next)) project.write(file, text);
        const files = Object.keys(next).length === 0 ? of("old") : next;
        const snapshots = Object.fromEntries(
          Object.entries(project.files).flatMap(([file, text]) =>
            file.includes("/.instar/releases/") ? [[project.name(file), text]] : [],
          ),
        );
        for (const mistake of mistakesIn(files, Object.keys(next).length === 0 ? snapshots : {})) {
          planted += 1;
          if ((planted + seed) % every === 0) judge(project, mistake);
        }
      }
    });
  }

  test("of all mistakes, at least 95% are found by the right rule", () => {
    const figures = [...byRule.values()];
    const found = figures.reduce((sum, each) => sum + each.found, 0);
    const count = figures.reduce((sum, each) => sum + each.found + each.missed.length, 0);
    for (const [hazard, each] of [...byRule].toSorted(([one], [other]) => (one < other ? -1 : 1)))
      console.log(
        `${hazard}: ${each.found} of ${each.found + each.missed.length}${all ? [...each.beside].map(([rule, times]) => `, ${times} ${rule}`).join("") : ""}`,
      );
    console.log(`${found} of ${count} mistakes found (${((100 * found) / count).toFixed(1)}%)`);
    if (all) for (const { missed } of figures) for (const miss of missed) console.log(miss);
    assert.ok(count >= 300);
    assert.ok(found / count >= 0.95);
  });

  function judge(project: FixtureProject, mistake: Mistake): void {
    const before = Object.fromEntries(Object.keys(mistake.texts).map((file) => [file, project.read(file)]));
    for (const [file, text] of Object.entries(mistake.texts)) write(project, file, text ?? undefined);
    const findings = project.findings();
    const right = findings.some(({ rule }) => mistake.rules.includes(rule));
    const label = `${mistake.hazard} (${mistake.rules.filter((each) => known.has(each)).join(", ") || "no rule yet"})`;
    const figures = byRule.get(label) ?? { found: 0, missed: [], beside: new Map<string, number>() };
    for (const { rule } of findings) if (!mistake.rules.includes(rule)) figures.beside.set(rule, (figures.beside.get(rule) ?? 0) + 1);
    if (right) figures.found += 1;
    else figures.missed.push(`missed ${mistake.hazard} in ${mistake.place}: ${findings.map(({ rule }) => rule).join(", ") || "silence"}`);
    byRule.set(label, figures);
    for (const [file, text] of Object.entries(before)) write(project, file, text);
  }
});

function released(files: Readonly<Record<string, string>>): FixtureProject {
  const project = new FixtureProject();
  // As most programs have it, where `WebSocket` and `AbortController` mean something.
  const compilerOptions = {
    strict: true,
    target: "es2022",
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2023", "dom"],
    allowImportingTsExtensions: true,
  };
  project.write("tsconfig.json", JSON.stringify({ compilerOptions }));
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  project.release();
  return project;
}

function write(project: FixtureProject, file: string, text: string | undefined): void {
  if (text !== undefined) project.write(file, text);
  else {
    const path = `/project/${file}`;
    Reflect.deleteProperty(project.files, path);
    project.analyzer.invalidate([path]);
  }
}

function spoken(project: FixtureProject): readonly string[] {
  return project.findings().map(({ rule, message }) => `${rule}: ${message}`);
}
