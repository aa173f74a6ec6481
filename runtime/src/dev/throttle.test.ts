/** The throttle of notifications, with time in the test's hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createThrottle } from "./throttle.ts";

test("the first call runs at once, what comes within the span once at its end, and silence is silent", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let runs = 0;
  const call = createThrottle(100, () => runs++);
  call();
  assert.equal(runs, 1);
  for (let n = 0; n < 10; n++) call();
  assert.equal(runs, 1);
  t.mock.timers.tick(99);
  assert.equal(runs, 1);
  t.mock.timers.tick(1);
  assert.equal(runs, 2);
  t.mock.timers.tick(1000);
  assert.equal(runs, 2);
  call();
  assert.equal(runs, 3);
});
