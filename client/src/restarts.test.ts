/** A server that ends is started again, and one that always ends is not started for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRestarts } from "./restarts.ts";

const minute = 60_000;

test("the first time at once, each next time later, and then no more", () => {
  const restarts = createRestarts();
  const pauses = [0, 1, 2, 3, 4].map((at) => restarts.crashed(at)?.pause);
  assert.deepEqual(pauses, [0, 1000, 4000, 15_000, undefined]);
});

test("crashes of long ago are forgotten", () => {
  const restarts = createRestarts();
  for (let at = 0; at < 60; at++) assert.equal(restarts.crashed(at * 4 * minute)?.count, 1);
});

test("what comes often ends, however long it goes on", () => {
  const restarts = createRestarts();
  const started = Array.from({ length: 100 }, (_, at) => restarts.crashed(at * 20_000)).filter((found) => found !== undefined);
  assert.ok(started.length <= 4, `${started.length} starts`);
});

test("a person who starts it begins anew", () => {
  const restarts = createRestarts();
  for (let at = 0; at < 5; at++) restarts.crashed(at);
  restarts.forget();
  assert.equal(restarts.crashed(5)?.pause, 0);
});
