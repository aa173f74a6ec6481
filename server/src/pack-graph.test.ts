/** Graphs that go through JSON and come back as they were. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { packGraph, unpackGraph } from "./pack-graph.ts";

const through = (value: unknown): unknown => unpackGraph(JSON.parse(JSON.stringify(packGraph(value))) as ReturnType<typeof packGraph>);

test("values, and objects in circles that are shared", () => {
  const shared = {
    name: "shared",
    list: [1, "1", true, null, 0, -0, Number.NaN, Number.NEGATIVE_INFINITY, "list", ["number", "1"], [], {}],
  };
  const root: { self?: unknown; readonly one: unknown; readonly other: unknown } = { one: shared, other: [shared, shared] };
  root.self = root;
  const back = through(root) as typeof root;
  assert.deepEqual(back, root);
  assert.equal(back.self, back);
  assert.equal((back.other as unknown[])[1], back.one);
  for (const plain of [null, "text", 0, false, []]) assert.deepEqual(through(plain), plain);
});

test("what is undefined is left out", () => assert.deepEqual(Object.keys(through({ a: undefined, b: 1 }) as object), ["b"]));
