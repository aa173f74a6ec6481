/** What `instar prove` can find is what its page says, rule by rule. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("docs/prove.md has one row for each rule, in order", () => {
  const rows = [...read("../../../docs/prove.md").matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
  const [, type = ""] = /export type ProofRule =([^;]*);/.exec(read("./report.ts")) ?? [];
  assert.deepEqual(
    rows,
    [...type.matchAll(/"([a-z-]+)"/g)].map((match) => match[1]),
  );
});

test("each rule is used", () => {
  const words = read("./findings.ts");
  for (const [, rule] of read("./report.ts").matchAll(/^ {2}\| "([a-z-]+)"/gm)) assert.ok(words.includes(`"${rule}"`), rule);
});
