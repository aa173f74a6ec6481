/** Steps of `codeChange` that do the same have the same text, and others have not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeText } from "./code-text.ts";
import { plainTree } from "./plain-tree.ts";

function textOf(step: string): string {
  const source = `const step = ${step};\n`;
  const [statement] = plainTree("/p/a.ts", source)?.statements ?? [];
  const value = statement?.kind === "variables" ? statement.variables[0]?.initializer : undefined;
  assert.ok(value !== undefined, source);
  return codeText(value, source);
}

const step = "{ up: (old: StateV1): State => ({ title: old.title, log: old.log.map((line) => [line, 0]) }), down: irreversible('why') }";

test("what does the same", () => {
  for (const same of [
    "{ up: (old: { readonly title: string; readonly log: string[] }): State => ({ title: old.title, log: old.log.map((line) => [line, 0]) }), down: irreversible('why') }",
    "{ up: (old: StateV1) => { return { title: old.title, log: old.log.map((line) => [line, 0]) }; }, down: irreversible('why') }",
    '{\n  // Long ago.\n  up: (before: StateV1): State => ({\n    title: before.title,\n    log: before.log.map((line) => [line, 0]),\n  }),\n  down: irreversible("why"),\n}',
    "{ up: function (old: StateV1) { return { title: old.title, log: old.log.map((line) => [line, 0] as const) }; }, down: irreversible('why') }",
    "{ up(old: StateV1): State { return { title: old.title, log: old.log.map((line) => [line, 0]) } satisfies State; }, down: irreversible('why') }",
  ])
    assert.equal(textOf(same), textOf(step), same);
});

test("what does something else", () => {
  for (const other of [
    "{ up: (old: StateV1): State => ({ title: old.title, log: old.log.map((line) => [line, 1]) }), down: irreversible('why') }",
    "{ up: (old: StateV1): State => ({ title: old.log, log: old.log.map((line) => [line, 0]) }), down: irreversible('why') }",
    "{ up: (old: StateV1): State => ({ title: old.title, log: [] }), down: irreversible('why') }",
    "{ up: (old: StateV1): State => ({ title: old.title, log: old.log.map((line) => [line, Infinity]) }), down: irreversible('why') }",
  ])
    assert.notEqual(textOf(other), textOf(step), other);
});

test("parentheses, capitals that are values and keys that are called like the parameter", () => {
  assert.notEqual(textOf("(a) => (a.b + 1) * 2"), textOf("(a) => a.b + 1 * 2"));
  assert.notEqual(textOf("(a) => new First(a)"), textOf("(a) => new Second(a)"));
  assert.notEqual(textOf("(a) => LEVELS[a]"), textOf("(a) => LIMITS[a]"));
  assert.notEqual(textOf("(a) => Level.High"), textOf("(a) => Level.Low"));
  assert.equal(textOf("(old) => ({ old: old.a })"), textOf("(a) => ({ old: a.a })"));
  assert.equal(textOf("(a) => { const b: Map<string, User> = f(a); return b as State; }"), textOf("(a) => { const b = f(a); return b; }"));
});
