/** When a view reads anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRefresh } from "./refresh.ts";

function watched(visible = true) {
  const readings: (() => void)[] = [];
  const pauses: (() => void)[] = [];
  const refresh = createRefresh({
    visible,
    pause: 250,
    read: () => new Promise((resolve) => readings.push(resolve)),
    later(run) {
      pauses.push(run);
      return () => void pauses.splice(pauses.indexOf(run), 1);
    },
  });
  /** Ends the reading that is under way. */
  const end = async (): Promise<void> => {
    readings.at(-1)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { refresh, readings, end, pass: () => pauses.pop()?.(), pauses };
}

test("however often something changes, there is one reading at a time, and a pause after it", async () => {
  const { refresh, readings, end, pass } = watched();
  for (let times = 0; times < 100; times++) refresh.request();
  assert.equal(readings.length, 1);
  await end();
  assert.equal(readings.length, 1);
  pass();
  assert.equal(readings.length, 2);
  await end();
  pass();
  assert.equal(readings.length, 2);
  refresh.request();
  assert.equal(readings.length, 3);
});

test("what nobody sees is not read, and is read when somebody does", async () => {
  const { refresh, readings, end, pass } = watched(false);
  refresh.request();
  assert.equal(readings.length, 0);
  refresh.seen(true);
  assert.equal(readings.length, 1);
  await end();
  pass();
  refresh.seen(false);
  refresh.seen(true);
  assert.equal(readings.length, 1);
});

test("who asks for it now gets a reading that began after they asked, pause or not", async () => {
  const { refresh, readings, end, pauses } = watched();
  refresh.request();
  const asked = refresh.now();
  await end();
  assert.equal(readings.length, 2);
  await end();
  await asked;
  const again = refresh.now();
  assert.equal(readings.length, 3);
  await end();
  await again;
  refresh.dispose();
  assert.deepEqual(pauses, []);
});
