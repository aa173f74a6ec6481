/** What is said of changes that no verdict objects to: the warnings of `shape-cases.json`, and where they come from. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readShapes } from "../../../test/support/read-shapes.ts";
import { compareShapes } from "./compare.ts";
import { warningsOf } from "./warnings.ts";

interface Case {
  readonly id: string;
  readonly old: string;
  readonly new: string;
  readonly warnings?: readonly string[];
}

const { cases } = JSON.parse(readFileSync(new URL("../../../test/fixtures/shape-cases.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

/** State before and after, and the warnings with their paths. */
const own: readonly (readonly [name: string, old: string, now: string, warnings: readonly string[]])[] = [
  ["nothing changes", "{ a: number }", "{ a: number }", []],
  ["a required field comes", "{ a: number }", "{ a: number; b: string }", []],
  ["an optional field is renamed", "{ o: { cnt?: number } }", "{ o: { count?: number } }", ["dataLoss State.o.cnt"]],
  [
    "optional fields come and go in different places",
    "{ o: { a?: number }; p: {} }",
    "{ o: {}; p: { b?: number } }",
    ["leftoverField State.o.a", "mayCarryStrayField State.p.b"],
  ],
  [
    "a record becomes fields",
    "{ r: Record<string, number> }",
    "{ r: { a?: number } }",
    ["mayCarryStrayField State.r.a", "leftoverField State.r"],
  ],
  ["what held a class holds it no more", "{ q: Q[] } class Q { a = 1 }", "{ q: { a: number }[] }", ["classInstance State.q[]"]],
  [
    "deep in containers",
    "{ m: Map<string, Promise<() => void>> }",
    "{ m: Map<string, Promise<() => void>> }",
    ["promiseInState State.m<value>"],
  ],
  ["methods of a class are the class", "{ q: Q } class Q { f() {} }", "{ q: Q } class Q { f() {} }", ["classInstance State.q"]],
  [
    "a function in a variant",
    "{ v: { k: 'a'; f: () => void } | { k: 'b' } }",
    "{ v: { k: 'a'; f: () => void } | { k: 'b' } }",
    ["functionInState State.v.f"],
  ],
  ["an enum's member gets another name", "{ e: E } enum E { A, B }", "{ e: E } enum E { A, Bee }", ["enumMemberRenamed State.e"]],
  ["an enum's member goes", "{ e: E } enum E { A, B }", "{ e: E } enum E { A }", []],
  ["well-known symbols stay what they are", "{ i: { [Symbol.toStringTag]: string } }", "{ i: { [Symbol.toStringTag]: string } }", []],
];

describe("warnings", () => {
  const state = (text: string) => (text.includes("State") ? text : `export interface State ${text}`);
  const plain = cases.filter((each) => !("oldFiles" in each) && !("options" in each));
  const olds = readShapes([...own.map(([, old]) => ({ text: state(old) })), ...plain.map((each) => ({ text: each.old }))]);
  const nows = readShapes([...own.map(([, , now]) => ({ text: state(now) })), ...plain.map((each) => ({ text: each.new }))]);
  const found = (index: number) => {
    const [from, to] = [olds[index]?.shape, nows[index]?.shape];
    assert.ok(from && to);
    return warningsOf(from, to, compareShapes(from, to));
  };
  for (const [index, [name, , , wanted]] of own.entries()) {
    test(name, () => {
      const warnings = found(index);
      assert.deepEqual(
        warnings.map(({ kind, path }) => `${kind} ${path}`),
        wanted,
      );
      for (const { path, text } of warnings)
        assert.ok(text.endsWith(".") && (text.includes(`\`${path}`) || /^What|^`\w+` is gone/.test(text)), text);
    });
  }
  for (const [index, { id, warnings = [] }] of plain.entries()) {
    test(`${id}: ${warnings.join(", ") || "what is listed"}`, () => {
      const kinds = new Set<string>(found(own.length + index).map(({ kind }) => kind));
      for (const kind of warnings) assert.ok(kinds.has(kind), `${kind} is missing among ${[...kinds].join(", ")}`);
    });
  }
});
