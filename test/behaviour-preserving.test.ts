/**
 * What changes nothing is no finding: every fixture of every rule page, and the examples, are released, edited without changing what they
 * do, and compared with what was released. `EDITS=all` tries every edit on everything, which takes minutes; else chance picks.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Finding } from "../server/src/analysis/rule.ts";
import { FixtureProject, parsePage } from "./support/fixture.ts";
import { preservingEdits, type Sources } from "./support/preserving-edits.ts";
import { generator } from "./support/random-modules.ts";
import { testSeed } from "./support/test-seed.ts";

const rules = new URL("../server/src/analysis/rules/", import.meta.url);
const chat = new URL("../examples/chat/src/", import.meta.url);
const seed = testSeed();
const random = generator(seed);
const names = Object.keys(preservingEdits);

const projects: (readonly [name: string, sources: Sources])[] = [
  ["the chat example", Object.fromEntries(typeScriptIn(chat).map((name) => [`src/${name}`, readFileSync(new URL(name, chat), "utf8")]))],
  ...readdirSync(rules)
    .filter((name) => name.endsWith(".md"))
    .flatMap((page) =>
      parsePage(readFileSync(new URL(page, rules), "utf8")).fixtures.map((fixture) => {
        const blocks = fixture.blocks.filter(({ version }) => version === "old" || version === "new");
        return [`${page}: ${fixture.name}`, Object.fromEntries(blocks.map(({ file, code }) => [file, code]))] as const;
      }),
    ),
];

function typeScriptIn(folder: URL): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".ts"));
}

/** What is found beyond what was found before, by rule and module: places move. */
function added(before: readonly Finding[], after: readonly Finding[]): readonly string[] {
  const left = before.map(keyOf);
  return after.flatMap((finding) => {
    const at = left.indexOf(keyOf(finding));
    if (at < 0) return [`${finding.severity} ${finding.rule}: ${finding.message}`];
    left.splice(at, 1);
    return [];
  });
}

function keyOf({ rule, module }: Finding): string {
  return `${rule} ${module ?? ""}`;
}

describe(`edits that preserve behaviour, seed ${seed}`, () => {
  for (const name of names) {
    test(name, () => {
      const found: string[] = [];
      const edited = [...projects].flatMap(([where, sources]) => {
        const after = preservingEdits[name]?.(sources) ?? sources;
        return JSON.stringify(after) === JSON.stringify(sources) ? [] : [{ where, sources, after }];
      });
      assert.ok(edited.length > 0, "nothing was edited");
      // One at least, where the seed would take none.
      const sure = random(edited.length);
      for (const [index, { where, sources, after }] of edited.entries()) {
        if (process.env["EDITS"] !== "all" && random(names.length) !== 0 && index !== sure) continue;
        const project = new FixtureProject();
        for (const [file, text] of Object.entries(sources)) project.write(file, text);
        project.release();
        const before = project.findings();
        for (const [file, text] of Object.entries(after)) project.write(file, text);
        const more = added(before, project.findings());
        if (more.length > 0) found.push(`${where}: ${more.join("\n")}\n${Object.values(after).join("\n")}`);
      }
      assert.equal(found.join("\n"), "");
    });
  }
});
