/** The plan for a supervisor's children, and restart intensity: both pure. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { actor, child, type ChildSpec } from "./index.ts";
import { planChildren } from "./plan-children.ts";
import { addRestart } from "./restart-intensity.ts";

interface Worker {
  init(size?: { readonly n: number }): number;
}
const worker = actor<Worker>({ vsn: 1, init: () => 0 });
const other = actor<Worker>({ vsn: 1, init: () => 0 });

const specs = (ids: string): ChildSpec[] => ids.split("").map((id) => child(worker, { id, args: [{ n: 1 }] }));
const nothing = { start: [], stop: [], keep: [], reorder: [], changed: [] };

describe("planChildren", () => {
  for (const [before, after, expected] of [
    ["", "", nothing],
    ["ab", "ab", { ...nothing, keep: ["a", "b"] }],
    ["ab", "ba", { ...nothing, keep: ["b", "a"], reorder: ["b", "a"] }],
    ["abc", "b", { ...nothing, stop: ["c", "a"], keep: ["b"] }],
    ["b", "abc", { ...nothing, start: ["a", "c"], keep: ["b"] }],
    ["abcd", "dxby", { start: ["x", "y"], stop: ["c", "a"], keep: ["d", "b"], reorder: ["d", "b"], changed: [] }],
  ] as const) {
    test(`from "${before}" to "${after}"`, () => assert.deepEqual(planChildren(specs(before), specs(after)), expected));
  }

  const throwing = {
    get n(): number {
      throw new Error("not to be looked at");
    },
  };
  for (const [what, spec, changed] of [
    ["equal arguments that are other objects", child(worker, { id: "a", args: [{ n: 1 }] }), false],
    ["arguments", child(worker, { id: "a", args: [{ n: 2 }] }), true],
    ["arguments that cannot be looked at", child(worker, { id: "a", args: [throwing] }), true],
    ["fewer arguments", child(worker, { id: "a" }), true],
    ["the actor", child(other, { id: "a", args: [{ n: 1 }] }), true],
    ["the name", child(worker, { id: "a", args: [{ n: 1 }], name: "a" }), true],
    ["the restart type", child(worker, { id: "a", args: [{ n: 1 }], restart: "temporary" }), true],
    ["the shutdown", child(worker, { id: "a", args: [{ n: 1 }], shutdown: 1 }), true],
    ["its significance", child(worker, { id: "a", args: [{ n: 1 }], restart: "transient", significant: true }), true],
  ] as const) {
    test(`${what}: ${changed ? "changed" : "unchanged"}`, () => {
      assert.deepEqual(planChildren(specs("a"), [spec]).changed, changed ? ["a"] : []);
    });
  }
});

describe("addRestart", () => {
  for (const [restarts, now, expected] of [
    [[], 5, [5]],
    [[0, 1, 2], 10, [0, 1, 2, 10]],
    [[0, 1, 2], 11, [1, 2, 11]],
    [[0, 1, 2], 13, [13]],
    [[7, 7], 7, [7, 7, 7]],
  ] as const) {
    test(`${restarts.join(" ")} and one at ${now}, within 10`, () => assert.deepEqual(addRestart(restarts, now, 10), expected));
  }
});
