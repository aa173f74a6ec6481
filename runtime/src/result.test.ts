/** What handlers return: the `timeout` of a result. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { change } from "../../test/support/load-version.ts";
import { actor, type CodeChange, type InstarError } from "./index.ts";
import { upgrade } from "./internal.ts";
import { testSystem } from "./testing.ts";

interface Idler {
  init(): { readonly log: readonly string[] };
  calls: { log(): readonly string[]; replied(ms: number): string; bad(value: unknown): string };
  casts: { wait(ms: number): void; touch(): void; later(ms: number): void };
  infos: { timeout(): void; alarm(): void };
}

const idlerOf = (vsn: number, codeChange: CodeChange = {}) =>
  actor<Idler>({
    vsn,
    codeChange,
    init: () => ({ log: [] }),
    calls: {
      log: ({ state, reply }) => reply(state.log),
      replied: ({ reply }, ms) => reply("ok", undefined, { timeout: ms }),
      bad: ({ reply }, value) => reply("x", undefined, { timeout: value as number }),
    },
    casts: {
      wait: ({ next }, ms) => next(undefined, { timeout: ms }),
      touch: ({ next }) => next(),
      later: ({ self, next }, ms) => {
        self.sendAfter(ms, "alarm");
        return next();
      },
    },
    infos: {
      timeout: ({ state, next }) => next({ log: [...state.log, "timeout"] }),
      alarm: ({ state, next }) => next({ log: [...state.log, "alarm"] }),
    },
  });
const idler = idlerOf(1);

test("a timeout comes once, if nothing else does for that long; any message ends it; it ends with the process", async () => {
  const { system, clock } = testSystem();
  const pid = await system.start(idler);
  pid.cast("wait", 50);
  await clock.advance(49);
  pid.cast("touch");
  await clock.advance(1000);
  assert.equal(clock.pending, 0);
  assert.equal(await pid.call("replied", 50), "ok");
  await clock.advance(49);
  assert.equal(clock.pending, 1);
  await clock.advance(1);
  await clock.advance(1000);
  assert.deepEqual(await pid.call("log"), ["timeout"]);
  pid.cast("later", 20);
  pid.cast("wait", 50);
  await clock.advance(1000);
  assert.deepEqual(await pid.call("log"), ["timeout", "alarm"], "a message of its own counts as well");
  pid.cast("wait", Infinity);
  await clock.settle();
  assert.equal(clock.pending, 0);
});

test("a timeout of 0 comes where nothing is queued, and not where something is", async () => {
  const { system, clock } = testSystem();
  const pid = await system.start(idler);
  pid.cast("wait", 0);
  await clock.settle();
  assert.deepEqual(await pid.call("log"), ["timeout"]);
  pid.cast("wait", 0);
  pid.cast("touch");
  await clock.settle();
  assert.deepEqual(await pid.call("log"), ["timeout"]);
});

test("an upgrade leaves a timeout running", async () => {
  const { system, clock } = testSystem();
  const module = idlerOf(1);
  const pid = await system.start(module);
  pid.cast("wait", 50);
  await clock.advance(40);
  const same = (state: unknown): unknown => ({ ...(state as object) });
  assert.equal((await upgrade(system, [change(module, idlerOf(2, { 1: { up: same, down: same } }))])).outcome, "committed");
  await clock.advance(9);
  assert.equal(clock.pending, 1);
  await clock.advance(1);
  assert.deepEqual(await pid.call("log"), ["timeout"]);
});

for (const bad of [-1, Number.NaN, "5", null]) {
  test(`the timeout ${String(bad)} is refused, and ends the handler's process with a sentence`, async () => {
    const { system } = testSystem();
    const pid = await system.start(idler);
    await assert.rejects(pid.call("bad", bad), (error: InstarError) => /a timeout is a number/.test((error.reason as Error).message));
  });
}
