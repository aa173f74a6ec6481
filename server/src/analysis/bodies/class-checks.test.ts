/** Which classes values are asked for, and what those are. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import { words } from "./words.ts";

const head =
  'import { Circle, Square as Box } from "./figures.ts"; import Default from "./default.ts"; import * as all from "./all.ts"; import { Big } from "big";\nclass Own extends Circle {}\n';

const checks: Record<string, readonly [text: string, ...found: string[]]> = {
  imported: ["x instanceof Circle;", "x Circle ./figures.ts"],
  "by another name": ["x.y instanceof Box;", "x.y Square ./figures.ts"],
  "as default": ["x instanceof Default;", "x default ./default.ts"],
  "of all": ["x instanceof all.Ring;", "x Ring ./all.ts"],
  "of the file": ["x instanceof Own;", "x Own"],
  "by its constructor": ["x.constructor === Own; Circle !== y.constructor;", "x Own", "y Circle ./figures.ts"],
  "behind a constant": ["const Kind = Circle; x instanceof Kind;", "x Circle ./figures.ts"],
  negated: ["if (!(x instanceof Circle)) {}", "x Circle ./figures.ts"],
};

const silent: Record<string, string> = {
  "the platform's": "x instanceof Error; x instanceof Map; x instanceof URL;",
  "a package's": "x instanceof Big;",
  "a class in a function": "function f() { class Circle {} return (x) => x instanceof Circle; }",
  "a parameter": "const f = (Circle) => x instanceof Circle;",
  "something else is compared": "x.constructor === 1; x.name === Circle;",
};

describe("questions for classes", () => {
  for (const [name, [text, ...expected]] of Object.entries(checks)) {
    test(name, () => {
      assert.deepEqual(found(text), expected);
      assert.ok(words.classChecks.mayHold(text));
    });
  }
  for (const [name, text] of Object.entries(silent)) test(`not: ${name}`, () => assert.deepEqual(found(text), []));

  test("what classes extend", () => {
    const text = `${head}export class Two extends Own {} class Three extends Big {} class Four {}`;
    assert.deepEqual(collectBodies("/a.ts", text, ["classes"]).classes, [
      { name: "Own", extends: { name: "Circle", from: "./figures.ts" } },
      { name: "Two", extends: { name: "Own", from: null } },
      { name: "Three", extends: null },
      { name: "Four", extends: null },
    ]);
  });

  test("files that ask for the platform's classes alone are not parsed", () => {
    assert.equal(words.classChecks.mayHold("if (error instanceof Error) throw error; if (!(x instanceof Map)) {}"), false);
  });
});

function found(text: string): readonly string[] {
  return (collectBodies("/a.ts", head + text, ["classChecks"]).classChecks ?? []).map(({ text: what, name, from }) =>
    [what, name, ...(from === null ? [] : [from])].join(" "),
  );
}
