/** The page about the protocol names everything that its types have, so that a client can be written from it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const types = read("runtime/src/protocol.ts").replace(/\/\*\*.*?\*\//gs, "");
const page = read("docs/protocol.md");
const spans = [...page.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);
const isNamed = (name: string): boolean => spans.some((span) => new RegExp(`(?<![\\w/])${name}(?![\\w/])`).test(span ?? ""));

for (const [what, pattern] of [
  ["method and notification", /^ {2}"(\w+\/\w+)":/gm],
  ["field", /\breadonly (\w+)\??:/g],
] as const) {
  test(`docs/protocol.md names every ${what}`, () => {
    const names = [...new Set([...types.matchAll(pattern)].map(([, name = ""]) => name))];
    assert.ok(names.length > 10);
    assert.deepEqual(
      names.filter((name) => !isNamed(name)),
      [],
    );
  });
}

test("docs/protocol.md describes nothing twice", () => {
  for (const section of page.split(/^##+ /m)) {
    const rows = [...section.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, row]) => row);
    assert.deepEqual(rows, [...new Set(rows)], section.split("\n")[0]);
  }
});
