/** Comments that hide findings: which line each means, where a new one can stand, and what is no comment at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { applyEdits } from "../apply-edits.ts";
import { suppressionEdit, suppressionsIn } from "./suppressions.ts";

/** `»` stands where the finding is. */
const meant: [name: string, source: string, line: number | null][] = [
  ["the line below", "// instar-ignore a-b: why\nx;", 2],
  ["its own line, behind code", "x; // instar-ignore a-b: why\ny;", 1],
  ["over other comments and empty lines", "/* instar-ignore a-b: why */\n\n// eslint-disable-next-line no\n/* and\n so on */\nx;", 6],
  ["windows line ends", "// instar-ignore a-b: why\r\n\r\nx;", 3],
  ["in the text of an element", "<p>\n  {/* instar-ignore a-b: why */}\n  {x}\n</p>", 3],
  ["behind a regular expression with quotes", "s.replace(/[\"'/]/g, ''); // instar-ignore a-b: why", 1],
  ["behind a division", "const a = b / c; // instar-ignore a-b: why /", 1],
  ["in a template's expression", "`${x // instar-ignore a-b: why\n}`", 1],
  ["behind braces in a template's expression", "`${f({ a: { b } })}`; // instar-ignore a-b: why", 1],
  ["behind an apostrophe in the text of an element", "<p>don't</p>; \n// instar-ignore a-b: why\nx", 3],
  ["in a string", "'// instar-ignore a-b: why'", null],
  ["in a template", "`\n// instar-ignore a-b: why\n`", null],
  ["in a template around an expression", "`${x} // instar-ignore a-b: why`", null],
  ["with another word", "// instar-ignored a-b: why\n// instar-ignore-all a-b: why", null],
  ["within a sentence", "// as instar-ignore a-b: why", null],
];

for (const [name, source, line] of meant) {
  test(`which line is meant: ${name}`, () => {
    const found = suppressionsIn(source);
    assert.deepEqual(
      found.map((each) => [each.line, each.ids.map(({ id }) => id), each.reason]),
      line === null ? [] : [[line, ["a-b"], found[0]?.reason?.startsWith("why") ? found[0].reason : "why"]],
    );
  });
}

test("reasons: several ids, none, and one that is still to be written", () => {
  const of = (comment: string) => suppressionsIn(`${comment}\nx`).map(({ ids, reason }) => [ids.map(({ id }) => id).join("+"), reason])[0];
  assert.deepEqual(of("// instar-ignore a, b-c: it is: so"), ["a+b-c", "it is: so"]);
  assert.deepEqual(of("// instar-ignore a b"), ["a+b", null]);
  assert.deepEqual(of("// instar-ignore a:"), ["a", null]);
  assert.deepEqual(of("// instar-ignore a: TODO say why"), ["a", null]);
  assert.deepEqual(of("// instar-ignore: why"), ["", "why"]);
});

const placed: [name: string, file: string, source: string, expected: string][] = [
  ["above, with the line's indentation", "a.ts", "f({\n  »x,\n});", "f({\n  // instar-ignore a-b: TODO say why\n  x,\n});"],
  [
    "above what is meant for the next line",
    "a.ts",
    "// eslint-disable-next-line no\n»x;",
    "// instar-ignore a-b: TODO say why\n// eslint-disable-next-line no\nx;",
  ],
  ["line ends stay", "a.ts", "y;\r\n»x;\r\n", "y;\r\n// instar-ignore a-b: TODO say why\r\nx;\r\n"],
  ["in a template's second line", "a.ts", "`a\n${»x}`", "`a\n${/* instar-ignore a-b: TODO say why */ x}`"],
  ["behind a template", "a.ts", "`a`;\n»x;", "`a`;\n// instar-ignore a-b: TODO say why\nx;"],
  ["beside elements", "a.tsx", "<p>\n  {»x}\n</p>", "<p>\n  {/* instar-ignore a-b: TODO say why */ x}\n</p>"],
  ["in the first line", "a.ts", "»x;", "// instar-ignore a-b: TODO say why\nx;"],
];

for (const [name, file, marked, expected] of placed) {
  test(`where a new one stands: ${name}`, () => {
    const lines = marked.slice(0, marked.indexOf("»")).split(/\r?\n/);
    const start = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
    const source = marked.replace("»", "");
    const after = applyEdits(source, [suppressionEdit(source, "a-b", { file, range: { start, end: start } })]);
    assert.equal(after, expected);
    const [found] = suppressionsIn(after);
    assert.equal(
      after.split(/\r?\n/)[(found?.line ?? 0) - 1],
      expected.split(/\r?\n/).find((line) => line.includes("x") && !line.trim().startsWith("//")),
    );
    assert.equal(found?.reason, null);
    if (found !== undefined)
      assert.equal(applyEdits(after, [{ range: found.whole, newText: "" }]).replaceAll(/\s/g, ""), source.replaceAll(/\s/g, ""));
  });
}
