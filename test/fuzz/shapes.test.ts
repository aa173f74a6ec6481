/** A short run of `npm run fuzz:shapes`. `SEED=n` repeats one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzzShapes } from "./shapes.ts";
import { testSeed } from "../support/test-seed.ts";

const seed = testSeed();

test(`no verdict on random shapes is contradicted by a value, seed ${seed}`, () => {
  const { pairs, verdicts, unsound, refused, undecided, wrongWitnesses } = fuzzShapes(seed, 2500);
  assert.deepEqual(unsound, []);
  assert.ok(refused.length <= pairs / 1000, `refused without a reason:\n${refused.join("\n")}`);
  assert.ok(undecided.length <= pairs / 500, `undecided without a reason:\n${undecided.join("\n")}`);
  assert.ok(wrongWitnesses.length <= pairs / 500, `witnesses that are none:\n${wrongWitnesses.join("\n")}`);
  // The pairs are of all sorts.
  assert.ok(verdicts.compatible > 250 && verdicts.incompatible > 250 && verdicts.unknown > 10, JSON.stringify(verdicts));
});
