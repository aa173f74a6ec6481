/** Where values in memory say something else than TypeScript's assignability: each trap in both directions. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readShapes } from "../../../test/support/read-shapes.ts";
import { tombstones } from "./tombstones.ts";
import { compareShapes } from "./compare.ts";
import type { Verdict } from "./model.ts";

/** State before and after, and whether old values are valid for the new code, and new ones for the old. */
const traps: readonly (readonly [trap: string, old: string, now: string, up: Verdict, down: Verdict])[] = [
  ["weak types", "{ o: { a?: number } }", "{ o: { b?: string } }", "compatible", "compatible"],
  ["weak types, whole", "{ a?: number }", "{ b?: string }", "compatible", "compatible"],
  ["any", "{ a: any }", "{ a: number }", "unknown", "compatible"],
  ["any, nested", "{ a: Map<string, any[]> }", "{ a: Map<string, number[]> }", "unknown", "compatible"],
  ["unknown", "{ a: unknown }", "{ a: any }", "compatible", "compatible"],
  ["number to numeric enum", "{ a: number }", "{ a: E }; enum E { A, B }", "incompatible", "compatible"],
  ["an enum renamed", "{ a: E }; enum E { A, B }", "{ a: F }; enum F { A, B }", "compatible", "compatible"],
  ["an enum made const", "{ a: E }; enum E { A = 1, B = 2 }", "{ a: E }; const enum E { A = 1, B = 2 }", "compatible", "compatible"],
  ["an enum turned into literals", "{ a: E }; enum E { A = 'a', B = 'b' }", "{ a: 'a' | 'b' }", "compatible", "compatible"],
  ["an enum's member inserted", "{ a: E }; enum E { A, C }", "{ a: E }; enum E { A, B, C }", "incompatible", "incompatible"],
  ["an enum's members swapped", "{ a: E }; enum E { A, B }", "{ a: E }; enum E { B, A }", "incompatible", "incompatible"],
  ["an enum's member appended", "{ a: E }; enum E { A, B }", "{ a: E }; enum E { A, B, C }", "compatible", "incompatible"],
  ["an enum's member renamed", "{ a: E }; enum E { A = 'a' }", "{ a: E }; enum E { First = 'a' }", "compatible", "compatible"],
  [
    "methods are compared as functions",
    "{ h: { on(x: string): void } }",
    "{ h: { on(x: string | number): void } }",
    "incompatible",
    "compatible",
  ],
  ["arguments of WeakSet", "{ w: WeakSet<{ a: 1 }> }", "{ w: WeakSet<{ a: 1 | 2 }> }", "compatible", "incompatible"],
  ["arguments of WeakMap", "{ w: WeakMap<Date, { a: 1 }> }", "{ w: WeakMap<Date, { a: 1 | 2 }> }", "compatible", "incompatible"],
  ["arguments of Set and Promise", "{ s: Set<1>; p: Promise<1> }", "{ s: Set<1 | 2>; p: Promise<number> }", "compatible", "incompatible"],
  ["readonly arrays", "{ a: readonly string[]; t: readonly [1] }", "{ a: string[]; t: [1] }", "compatible", "compatible"],
  ["ReadonlyMap and ReadonlySet", "{ m: ReadonlyMap<1, 2>; s: ReadonlySet<3> }", "{ m: Map<1, 2>; s: Set<3> }", "compatible", "compatible"],
  [
    "a text that is known has its length and its letters",
    "{ a: 'ab' }",
    "{ a: { length: 2; 0: 'a'; [n: number]: 'a' | 'b' } }",
    "compatible",
    "incompatible",
  ],
  ["a text that is known has no other length", "{ a: 'ab' }", "{ a: { length: 3 } }", "incompatible", "incompatible"],
  ["interface to record", "{ o: I }; interface I { a: number }", "{ o: Record<string, number> }", "compatible", "incompatible"],
  ["record to optional fields", "{ o: Record<string, number> }", "{ o: { a?: string } }", "incompatible", "incompatible"],
  ["record to optional fields that it keeps", "{ o: Record<string, number> }", "{ o: { a?: number } }", "compatible", "compatible"],
  ["Error to TypeError", "{ e: Error }", "{ e: TypeError }", "incompatible", "compatible"],
  ["the platform's classes to what looks like them", "{ d: Date }", "{ d: { getTime(): number } }", "unknown", "incompatible"],
  [
    "a class with private members, unchanged",
    "{ q: Q }; class Q { private a = 1; #b = '' }",
    "{ q: Q }; class Q { private a = 1; #b = '' }",
    "compatible",
    "compatible",
  ],
  [
    "a key that is a unique symbol, unchanged",
    "{ [k]: 1 }; declare const k: unique symbol",
    "{ [k]: 1 }; declare const k: unique symbol",
    "compatible",
    "compatible",
  ],
  ["a private field of another type", "{ q: Q }; class Q { #a = 1 }", "{ q: Q }; class Q { #a = '' }", "incompatible", "incompatible"],
  ["a class of another name", "{ q: Q }; class Q { a = 1 }", "{ q: R }; class R { a = 1 }", "incompatible", "incompatible"],
  ["a plain object to a class, and back", "{ q: { a: number } }", "{ q: Q }; class Q { a = 1 }", "incompatible", "compatible"],
  [
    "a class to its base, and back",
    "{ q: B }; class A { a = 1 } class B extends A { b = 1 }",
    "{ q: A }; class A { a = 1 } class B extends A { b = 1 }",
    "compatible",
    "incompatible",
  ],
  ["undefined and void", "{ a: void }", "{ a: undefined }", "compatible", "compatible"],
  ["a removed field", "{ a: 1; b: 2 }", "{ a: 1 }", "compatible", "incompatible"],
  ["an optional field renamed", "{ a?: 1 }", "{ b?: 1 }", "compatible", "compatible"],
  ["never to anything", "{ a: never[] }", "{ a: string[] }", "compatible", "incompatible"],
  ["boolean and its literals", "{ a: boolean }", "{ a: true | false }", "compatible", "compatible"],
  ["one object of two tags to two objects", "{ a: { k: 'x' | 'y' } }", "{ a: { k: 'x' } | { k: 'y' } }", "compatible", "compatible"],
];

describe("where plain assignability is wrong for values in memory", () => {
  const text = (side: string) => {
    const [state = "", ...beside] = side.split("}; ");
    return beside.length === 0 ? `export interface State ${state}` : `export interface State ${state}} ${beside.join("}; ")}`;
  };
  const olds = readShapes(traps.map(([, old]) => ({ text: text(old) })));
  const nows = readShapes(traps.map(([, , now]) => ({ text: text(now) })));
  for (const [index, [trap, , , up, down]] of traps.entries()) {
    test(trap, () => {
      const [old, now] = [olds[index]?.shape, nows[index]?.shape];
      assert.ok(old && now);
      const found = compareShapes(old, now);
      assert.deepEqual([found.up, found.down], [up, down]);
    });
  }

  test("strictNullChecks is forced on", () => {
    const [old, now] = readShapes(
      [{ text: "export interface State { a: string | null }" }, { text: "export interface State { a: string }" }],
      {
        strict: false,
        strictNullChecks: false,
      },
    );
    assert.ok(old?.shape && now?.shape);
    const { up, down } = compareShapes(old.shape, now.shape);
    assert.deepEqual([up, down], ["incompatible", "compatible"]);
  });

  test("a field that was removed and comes back with another type meets what was left behind", () => {
    const shapes = ["{ a?: string; n: 1 }", "{ n: 1 }", "{ a?: number; n: 1 }", "{ a?: string; n: 1 }"].map((state) => ({
      text: `export interface State ${state}`,
    }));
    const [first, second, third, same] = readShapes(shapes).map(({ shape }) => shape);
    assert.ok(first && second && third && same);
    const history = [first, second].map((shape, index) => ({ vsn: index + 1, shape }));
    assert.equal(compareShapes(second, third).up, "compatible");
    assert.deepEqual(
      tombstones(history, third).map(({ path, verdict }) => [path, verdict]),
      [["State.a", "incompatible"]],
    );
    assert.deepEqual(tombstones(history, same), []);
  });
});
