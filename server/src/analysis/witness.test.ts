/**
 * The states that findings show: each is JavaScript, which evaluates to a value that the old type's validator accepts and the new one's
 * refuses. `test/fuzz/shapes.test.ts` tries the same with random types, also with those that no validator can tell apart.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import vm from "node:vm";
import { readShapes } from "../../../test/support/read-shapes.ts";
import { compareShapes } from "./compare.ts";
import type { Shape } from "./shape.ts";
import { validatorSource } from "./validator.ts";
import { counterexample, valueText, witness } from "./witness.ts";

const cases: readonly (readonly [old: string, now: string, witness: string])[] = [
  ["{ a: number; b: string }", "{ a: string; b: string }", '{ a: 1, b: "text" }'],
  ["{ a: number }", "{ a: number; b: string }", "{ a: 1 }"],
  ["{ a?: number }", "{ a: number }", "{}"],
  ["{ a: string | null }", "{ a: string }", "{ a: null }"],
  ["{ a: 'x' | 'y' | 'z' }", "{ a: 'x' | 'z' }", '{ a: "y" }'],
  ["{ a: string }", "{ a: 'text' | 'b' }", '{ a: "" }'],
  ["{ a: boolean }", "{ a: true }", "{ a: false }"],
  ["{ a: bigint }", "{ a: number }", "{ a: 1n }"],
  ["{ l: { name: string }[] }", "{ l: { name: string; age: number }[] }", '{ l: [{ name: "text" }] }'],
  ["{ m: Map<string, { n: number }> }", "{ m: Map<string, { n: string }> }", '{ m: new Map([["text", { n: 1 }]]) }'],
  ["{ s: Set<1 | 2> }", "{ s: Set<1> }", "{ s: new Set([2]) }"],
  ["{ s: Set<number> }", "{ s: number[] }", "{ s: new Set() }"],
  ["{ [key: string]: number | null }", "{ [key: string]: number }", "{ key: null }"],
  ["{ [key: string]: number }", "{ length?: string }", "{ length: 1 }"],
  ["{ t: [string, number?] }", "{ t: [string] }", '{ t: ["text", 1] }'],
  ["{ t: [...string[], number] }", "{ t: [number] }", '{ t: ["text", 1] }'],
  ["{ k: { kind: 'a'; n: number } | { kind: 'b'; s: string } }", "{ k: { kind: 'a'; n: number } }", '{ k: { kind: "b", s: "text" } }'],
  [
    "{ tree: Tree }; interface Tree { v: number; kids: Tree[]; up: Tree | null }",
    "{ tree: Tree }; interface Tree { v: string; kids: Tree[]; up: Tree | null }",
    "{ tree: { v: 1, kids: [], up: null } }",
  ],
  [
    "{ list: List }; interface List { next: List | null; v?: number }",
    "{ list: List }; interface List { next: List | null; v?: string }",
    "{ list: { next: null, v: 1 } }",
  ],
  ["{ d: Date }", "{ d: string }", "{ d: new Date(0) }"],
  ["{ t: `v${number}` }", "{ t: `w${number}` }", '{ t: "v1" }'],
  ["{ t: `v${string}` }", "{ t: `v${number}` | `vx${string}` }", '{ t: "vtext" }'],
  ["{ t: `v${string}` }", "{ t: `v${number}` | 'vtext' | 'v' | `va${string}` }", '{ t: "vv" }'],
  ["{ t: Uppercase<string> }", "{ t: `A${string}` | '' }", '{ t: "1" }'],
  ["{ r: { [key: `x${string}`]: 1 } }", "{ r: { [key: `${string}y`]: 2 } }", "{ r: { xy: 1 } }"],
  ["{ a: { o: { x: 1 | 2 }; n: 1 | 2 } }", "{ a: { o: { x: 1 }; n: 1 | 2 } | { o: { x: 2 }; n: 1 } }", "{ a: { o: { x: 2 }, n: 2 } }"],
  ["{ t: [1 | 2, 'a' | 'b'] }", "{ t: [1, 'a'] | [2, 'b'] }", '{ t: [1, "b"] }'],
  ["{ a: { deep: { x?: 1 } }; b: number }", "{ a: { deep: { x?: 2 } }; b: number }", "{ a: { deep: { x: 1 } }, b: 1 }"],
];

describe("witnesses", () => {
  const text = (side: string) => `export interface State ${side.replace("}; interface", "} interface")}`;
  const olds = readShapes(cases.map(([old]) => ({ text: text(old) })));
  const nows = readShapes(cases.map(([, now]) => ({ text: text(now) })));
  for (const [index, [old, now, expected]] of cases.entries()) {
    test(`${old} to ${now}`, () => {
      const [from, to] = [olds[index]?.shape, nows[index]?.shape];
      assert.ok(from && to);
      const found = counterexample(from, to);
      assert.ok(found);
      assert.equal(valueText(found), expected);
      const value: unknown = vm.runInThisContext(`(${expected})`);
      assert.equal(validate(from, value), null);
      assert.notEqual(validate(to, value), null);
      const [difference] = compareShapes(from, to).changes;
      assert.ok(difference && witness(difference, from, to).includes(expected));
    });
  }

  test("types that meet each other everywhere are searched once, whether they end or not", { timeout: 60_000 }, () => {
    const names = Array.from({ length: 10 }, (_, index) => `T${index}`);
    const declarations = (last: string, wrap: (name: string) => string) =>
      names.map((name, at) => {
        const own = names.map((other, index) => `f${index}: ${wrap(other)}`);
        return `interface ${name} { ${own.join("; ")}; v: ${at === names.length - 1 ? last : "string"} }`;
      });
    for (const wrap of [(name: string) => name, (name: string) => `${name} | null`, (name: string) => `${name}[]`]) {
      const [from, to] = readShapes(
        ["number", "bigint"].map((last) => ({ text: `export interface State { t: T0 }\n${declarations(last, wrap).join("\n")}` })),
      ).map(({ shape }) => shape);
      assert.ok(from && to);
      const found = counterexample(from, to);
      assert.ok(found && compareShapes(found, to).up === "incompatible" && compareShapes(found, from).up === "compatible");
      if (wrap("T") === "T[]") assert.match(valueText(found), /^\{ t: \{ f0: \[\], .*f9: \[\{ f0: \[\], .*v: 1 \}\], v: "text" \} \}$/);
    }
  });

  test("there is none where nothing is certain to be refused", () => {
    const [any, number] = readShapes([{ text: "export interface State { a: any }" }, { text: "export interface State { a: number }" }]);
    assert.ok(any?.shape && number?.shape);
    assert.equal(counterexample(any.shape, number.shape), null);
    assert.equal(counterexample(number.shape, any.shape), null);
  });
});

function validate(shape: Shape, value: unknown): string | null {
  return (vm.runInThisContext(validatorSource(shape).source) as (state: unknown) => string | null)(value);
}
