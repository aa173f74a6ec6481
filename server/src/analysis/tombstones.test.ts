/** Fields that come back, over whole histories of states. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readShapes } from "../../../test/support/read-shapes.ts";
import { tombstones } from "./tombstones.ts";

/** Bodies of `State`, oldest first; the last one is what the state is now. */
const cases: Record<string, { readonly states: readonly string[]; readonly found: readonly string[] }> = {
  "a field that was removed in version 2 comes back in version 5 with another type": {
    states: ["{ a: number; note: string }", "{ a: number }", "{ a: number; b: 1 }", "{ a: number }", "{ a: number; note?: number }"],
    found: ["State.note was string in 1, gone in 2, incompatible"],
  },
  "the same type, and a wider one, are no surprise": {
    states: ["{ note: string; tag: 1 }", "{}", "{ note?: string; tag?: number }"],
    found: [],
  },
  "a field that has to be there is named all the same": {
    states: ["{ note: string }", "{}", "{ note: number }"],
    found: ["State.note was string in 1, gone in 2, incompatible"],
  },
  "the last form that does not fit counts": {
    states: ["{ note: string }", "{ note: boolean }", "{}", "{ note: number }", "{}", "{ note?: number }"],
    found: ["State.note was boolean in 2, gone in 3, incompatible"],
  },
  "what it was is unknown": {
    states: ["{ note: any }", "{}", "{ note?: number }"],
    found: ["State.note was unknown in 1, gone in 2, unknown"],
  },
  "deep in arrays, maps, tuples, index signatures and alternatives": {
    states: ["{ x: string }", "{}", "{ x?: number }"].map(
      (each) => `{ list: ${each}[]; map: Map<string, ${each}>; pair: [number, ${each}]; by: Record<string, ${each}>; or: ${each} | null }`,
    ),
    found: ["list[]", "map<value>", "pair[1]", "by[string]", "or"].map(
      (path) => `State.${path}.x was string in 1, gone in 2, incompatible`,
    ),
  },
  "in the alternative with that tag, and not in the other": {
    states: [
      '{ kind: "a"; x: string } | { kind: "b"; x: number }',
      '{ kind: "a" } | { kind: "b" }',
      '{ kind: "a"; x?: number } | { kind: "b"; x?: number }',
    ],
    found: ['State|kind="a".x was string in 1, gone in 2, incompatible'],
  },
  "a holder that went and came with the field has not dropped it": {
    states: ["{ inner: { x: string } }", "{}", "{ inner: { x: number } }"],
    found: ["State.inner was { x: string } in 1, gone in 2, incompatible"],
  },
  "types that recurse": {
    states: ["{ next: State | null; x: string }", "{ next: State | null }", "{ next: State | null; x?: number }"],
    found: ["State.x was string in 1, gone in 2, incompatible"],
  },
  "one release is no history": { states: ["{ x: string }", "{ x?: number }"], found: [] },
};

for (const [name, { states, found }] of Object.entries(cases)) {
  test(name, () => {
    const shapes = readShapes(states.map((text) => ({ text: `type State = ${text};` }))).map(({ shape }) => shape);
    const history = shapes.slice(0, -1).map((shape, index) => ({ vsn: index + 1, shape: shape! }));
    assert.deepEqual(
      tombstones(history, shapes.at(-1)!).map(
        (each) => `${each.path} was ${each.type} in ${each.vsn}, gone in ${each.removed}, ${each.verdict}`,
      ),
      found,
    );
  });
}
