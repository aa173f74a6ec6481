/** The cases of `algebra-cases.json`: what a type says, whatever way it is written, and what its values in memory allow. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readShapes } from "../../../test/support/read-shapes.ts";
import { compareShapes } from "./compare.ts";

interface Case {
  readonly old: string;
  readonly new: string;
  readonly up: string;
  readonly down: string;
  /** `fieldAdded State.count (was cnt)` */
  readonly changes: readonly string[];
}

const { cases } = JSON.parse(readFileSync(new URL("../../../test/fixtures/algebra-cases.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

describe("what types allow in memory", () => {
  const text = (side: string) =>
    side.startsWith("{") ? `export interface State ${side}` : side.includes("State") ? side : `export type State = ${side}`;
  const lib = { lib: ["es2023", "dom"] };
  const olds = readShapes(
    cases.map((each) => ({ text: text(each.old) })),
    lib,
  );
  const nows = readShapes(
    cases.map((each) => ({ text: text(each.new) })),
    lib,
  );
  for (const [index, each] of cases.entries()) {
    test(`${each.old} to ${each.new}`, () => {
      const [old, now] = [olds[index]?.shape, nows[index]?.shape];
      assert.ok(old && now);
      const { up, down, changes } = compareShapes(old, now);
      const found = changes.map(({ kind, path, renameOf }) => `${kind} ${path}${renameOf === undefined ? "" : ` (was ${renameOf})`}`);
      assert.deepEqual({ up, down, changes: found.toSorted() }, { up: each.up, down: each.down, changes: each.changes.toSorted() });
      // A change in one direction is the opposite change in the other.
      const back = compareShapes(now, old);
      assert.deepEqual([back.up, back.down], [down, up]);
    });
  }
});
