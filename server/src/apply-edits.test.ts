/** Edits meet the text that they mean, whatever ends its lines. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { applyEdits } from "./apply-edits.ts";

const at = (line: number, column: number, endLine = line, endColumn = column) => ({
  start: { line, column },
  end: { line: endLine, column: endColumn },
});

const cases: [name: string, text: string, edits: Parameters<typeof applyEdits>[1], expected: string][] = [
  ["no edits", "a\nb\n", [], "a\nb\n"],
  ["an insertion", "ab", [{ range: at(1, 2), newText: "-" }], "a-b"],
  ["a replacement over lines", "one\ntwo\nthree\n", [{ range: at(1, 2, 3, 2), newText: "X" }], "oXhree\n"],
  [
    "edits in any order mean the original text",
    "1\n2\n3\n",
    [
      { range: at(3, 1, 3, 2), newText: "three" },
      { range: at(1, 1, 1, 2), newText: "one" },
    ],
    "one\n2\nthree\n",
  ],
  [
    "insertions at one place keep their order",
    "x",
    [
      { range: at(1, 1), newText: "a" },
      { range: at(1, 1), newText: "b" },
    ],
    "abx",
  ],
  ["new lines end as the others do", "a\r\nb\r\n", [{ range: at(2, 1), newText: "1\n2\n" }], "a\r\n1\r\n2\r\nb\r\n"],
  ["a place behind the end is the end", "a", [{ range: at(9, 1), newText: "b" }], "ab"],
  ["an empty file takes text", "", [{ range: at(1, 1), newText: "a\n" }], "a\n"],
];

for (const [name, text, edits, expected] of cases) {
  test(`edits: ${name}`, () => assert.equal(applyEdits(text, edits), expected));
}

test("edits that overlap are refused", () => {
  const edits = [
    { range: at(1, 1, 1, 3), newText: "" },
    { range: at(1, 2, 1, 4), newText: "" },
  ];
  assert.throws(() => applyEdits("abcdef", edits), RangeError);
});
