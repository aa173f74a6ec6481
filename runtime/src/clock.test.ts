/** Somebody sets the computer's clock: durations stay what they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actor, child, supervisor, systemClock } from "./index.ts";
import { processes } from "./process-info.ts";
import { testSystem } from "./testing.ts";

interface Sleeper {
  init(): null;
  calls: { sleep(): never };
  casts: { crash(): void; wait(): void };
  infos: { timeout(): void };
}

const sleeper = actor<Sleeper>({
  vsn: 1,
  init: () => null,
  calls: { sleep: () => new Promise(() => {}) },
  casts: { crash: ({ stop }) => stop("boom"), wait: ({ next }) => next(undefined, { timeout: 1000 }) },
  infos: { timeout: ({ stop }) => stop("boom") },
});

for (const step of [-3_600_000, 3_600_000]) {
  test(`a step of ${step} ms: the limit of a call, a timeout, and what counts as a restart within the intensity`, async () => {
    const { system, clock } = testSystem();
    const [one, other] = [await system.start(sleeper), await system.start(sleeper)];
    let failed = "";
    void one
      .withTimeout(1000)
      .call("sleep")
      .catch(({ code }: { code: string }) => (failed = code));
    other.cast("wait");
    await clock.advance(500);
    clock.setNow(clock.now() + step);
    await clock.advance(499);
    assert.deepEqual([failed, processes(system).length], ["", 2]);
    await clock.advance(1);
    assert.deepEqual([failed, processes(system).length], ["INSTAR_CALL_TIMEOUT", 1]);

    const strict = testSystem();
    const children = [child(sleeper, { id: "a", name: "a" })];
    await strict.system.start(supervisor({ intensity: { restarts: 1, within: 1000 }, children }), { name: "top" });
    const crash = async (): Promise<void> => {
      strict.system.whereis<Sleeper>("a")?.cast("crash");
      await strict.clock.settle();
    };
    await crash();
    strict.clock.setNow(strict.clock.now() + step);
    await strict.clock.advance(1001);
    await crash();
    assert.notEqual(strict.system.whereis("top"), null, "the first was longer ago");
    strict.clock.setNow(strict.clock.now() + step);
    await crash();
    assert.equal(strict.system.whereis("top"), null, "two within a second");
  });
}

test("the computer's clock has both: one for people, one for durations", () => {
  const before = systemClock.monotonic();
  assert.ok(systemClock.monotonic() >= before);
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 60_000);
});
