/** Every code block of every rule page, against all rules. `UPDATE=1` writes into the pages what was found. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as rules from "../server/src/analysis/rules/all.ts";
import { type Outcome, parsePage, play, render } from "./support/fixture.ts";

const folder = new URL("../server/src/analysis/rules/", import.meta.url);
const sections = ["What", "Why", "What to do", "Limits", "Examples", "More cases"];
/** What the table of limits is made of. */
const limits = /^- Will detect: .+[.]\n- May detect: .+[.]\n- Cannot detect: .+[.]\n$/;

describe("rule pages", () => {
  test("files, registry and pages are the same rules", () => {
    const names = readdirSync(folder);
    const ids = Object.values(rules).map((rule) => rule.id);
    assert.deepEqual(names.filter((name) => name.endsWith(".md")).toSorted(), ids.map((id) => `${id}.md`).toSorted());
    assert.deepEqual(names.filter((name) => name.endsWith(".ts") && name !== "all.ts").toSorted(), ids.map((id) => `${id}.ts`).toSorted());
  });

  for (const [name, rule] of Object.entries(rules)) {
    describe(rule.id, () => {
      const file = new URL(`${rule.id}.md`, folder);
      const page = parsePage(readFileSync(file, "utf8"));
      const outcomes: Outcome[] = [];

      test("the page says what the rule says", () => {
        assert.equal(
          name,
          rule.id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
        );
        assert.equal(page.id, rule.id);
        assert.notEqual(page.title, "");
        assert.equal(page.description, rule.description);
        assert.deepEqual(page.headings, sections);
        assert.match(/^## Limits\n\n([^]*?)\n## Examples/m.exec(page.text)?.[1] ?? "", limits);
        assert.ok(page.fixtures.length > 0);
      });

      for (const fixture of page.fixtures) {
        test(fixture.name, () => {
          const outcome = play(fixture, page);
          outcomes.push(outcome);
          assert.deepEqual(outcome.problems, []);
          if (process.env["UPDATE"] !== "1") assert.equal(render(page, [outcome]), page.text);
        });
      }

      if (process.env["UPDATE"] === "1") test("update", () => writeFileSync(file, render(page, outcomes)));
    });
  }
});
