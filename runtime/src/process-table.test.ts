/** The table of living processes against a `Map`, which it takes the place of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actor } from "./index.ts";
import { live } from "./system.ts";
import { seededRandom } from "./seeded-random.ts";
import { testSystem } from "./testing.ts";

const idle = actor<{ init(): null }>({ vsn: 1, init: () => null });

test("random starts and ends leave what a Map would hold, oldest first", async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  const { system } = testSystem();
  const { processes } = live(system);
  const expected = new Map<string, object>();
  for (let i = 0; i < 3000; i++) {
    if (random() < 0.55) {
      const { id } = await system.start(idle);
      expected.set(id, processes.get(id) as object);
    } else {
      const [id = ""] = [...expected.keys()].slice(Math.floor(random() * expected.size));
      expected.delete(id);
      processes.get(id)?.kill();
      assert.equal(processes.has(id), false, `seed ${seed}`);
    }
    if (i % 500 === 0) assert.deepEqual([...processes.values()], [...expected.values()], `seed ${seed}`);
  }
  assert.equal(processes.size, expected.size, `seed ${seed}`);
  for (const [id, process] of expected) assert.equal(processes.get(id), process, `seed ${seed}`);
  for (const id of ["", "0", "<0.0>", "<0.1.1>", "<1.1>", "<0.999999>", "<0.01>"]) assert.equal(processes.get(id), undefined);
});

test("processes may start and end while the table is read", async () => {
  const { system } = testSystem();
  const { processes } = live(system);
  for (let i = 0; i < 300; i++) await system.start(idle);
  const met: string[] = [];
  for (const process of processes.values()) {
    met.push(process.pid.id);
    // The one that has just been met, and one that is still to come.
    if (met.length === 2) for (const id of ["<0.2>", "<0.200>"]) processes.get(id)?.kill();
    if (met.length === 5) await system.start(idle);
  }
  const numbers = [...Array(301).keys()].map((i) => i + 1).filter((number) => number !== 200);
  assert.deepEqual(
    met,
    numbers.map((number) => `<0.${number}>`),
  );
});
