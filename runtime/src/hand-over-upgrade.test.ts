/** A system that moves to another one and is upgraded there: no message of the old code reaches the new code as it was. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { change } from "../../test/support/load-version.ts";
import { arrive, depart, type DepartOptions } from "./hand-over.ts";
import { moduleOf, isHandle } from "./handle.ts";
import { actor, drop, type Actor, sys, type CodeChange, type Pid } from "./index.ts";
import { upgrade } from "./internal.ts";
import { handlesOf, type Letter } from "./neighbor.ts";
import { rollback } from "./upgrade.ts";
import type { SystemImage } from "./system-image.ts";
import { testSystem, type TestSystem } from "./test-system.ts";

interface User {
  init(): { readonly inbox: readonly (readonly unknown[])[] };
  calls: { inbox(): readonly (readonly unknown[])[]; ask(...question: readonly unknown[]): readonly unknown[] };
  casts: { heard(...said: readonly unknown[]): void };
}
type Code = Actor<User>;
type Messages = CodeChange[number]["messages"];

/** A message has its version as its last argument. */
const bothWays: Messages = {
  heard: { up: (text: string) => [text, 2], down: (text: string) => [text, 1] },
  ask: { up: (text: string) => [text, 2], down: (text: string) => [text, 1] },
};

/** The last step has these messages, and the one before it, if any, those above. */
function steps(vsn: number, messages: Messages): CodeChange {
  const step = (own: Messages): CodeChange[number] => ({ up: (state) => state, down: (state) => state, ...(own && { messages: own }) });
  return { ...(vsn > 2 && { 1: step(bothWays) }), [vsn - 1]: step(messages) };
}

const versionOf = (vsn: number, messages: Messages): Code =>
  actor<User>({
    vsn,
    id: "user",
    init: () => ({ inbox: [] }),
    ...(vsn > 1 && { codeChange: steps(vsn, messages) }),
    calls: {
      inbox: ({ state, reply }) => reply(state.inbox),
      ask: ({ reply }, ...question) => reply([vsn, ...question]),
    },
    casts: { heard: ({ state, next }, ...said) => next({ inbox: [...state.inbox, [vsn, ...said]] }) },
  });

interface Side extends TestSystem {
  readonly user: Code;
}

/** A program with this version of the code. */
function side(user: Code): Side {
  return { ...testSystem({ seed: 1 }), user };
}

async function startAnn({ system, user }: Side): Promise<Pid<User>> {
  return await system.start(user, { name: "ann" });
}

/** Moves from one program to another and upgrades there; `moments` are what happens meanwhile. */
async function move(
  { from, to, next, drain }: { readonly from: Side; readonly to: Side; readonly next: Code; readonly drain?: number },
  moments: { readonly atRest?: () => void; readonly packed?: () => void; readonly committed?: () => void },
): Promise<void> {
  const toGreen: Letter[] = [];
  let send = (letter: Letter): void => void toGreen.push(letter);
  const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
  const worldOf = (each: Side): DepartOptions["code"] => ({
    handle: handlesOf([each.user].filter(isHandle)),
    mfa: () => assert.fail("no mfa here"),
  });
  const departing = depart(from.system, {
    send: (letter) => send(asJson(letter)),
    code: worldOf(from),
    ...(drain !== undefined && { drain }),
  });
  // Everybody is suspended, and the image is taken a moment later.
  moments.atRest?.();
  await from.clock.advance(drain ?? 0);
  const departed = await departing;
  assert.ok(departed.ok, JSON.stringify(departed));
  moments.packed?.();
  const toBlue: Letter[] = [];
  const { neighbor, open } = arrive(to.system, asJson<SystemImage>(departed.image), {
    modules: new Map([["user", moduleOf(to.user)]]),
    code: worldOf(to),
    send: (letter) => void toBlue.push(asJson(letter)),
  });
  const report = await upgrade(to.system, [change(to.user, next)]);
  assert.equal(report.outcome, "committed", JSON.stringify(report.errors));
  const blue = departed.leave();
  moments.committed?.();
  for (const letter of toGreen.splice(0)) neighbor.receive(letter);
  send = (letter) => neighbor.receive(letter);
  open();
  await to.clock.settle();
  for (const letter of toBlue.splice(0)) blue.receive(letter);
}

const inbox = async ({ system }: Side): Promise<readonly (readonly unknown[])[]> =>
  (await system.whereis<User>("ann")?.call("inbox")) ?? assert.fail("ann does not live");

for (const [direction, before, after] of [
  ["up", 1, 2],
  ["down", 2, 1],
] as const) {
  describe(`a move that goes ${direction}`, () => {
    async function moving(messages: Messages = bothWays) {
      const from = side(versionOf(before, messages));
      const to = side(versionOf(before, messages));
      const ann = await startAnn(from);
      return { from, to, next: versionOf(after, messages), ann };
    }

    test("translates what was queued when the image was taken", async () => {
      const { ann, ...moved } = await moving();
      await move(moved, { atRest: () => ann.cast("heard", "queued", before) });
      assert.deepEqual(await inbox(moved.to), [[after, "queued", after]]);
    });

    test("translates what a window's drain has not finished", async () => {
      const { ann, ...moved } = await moving();
      await sys.suspend(ann);
      ann.cast("heard", "left over", before);
      await move({ ...moved, drain: 10 }, {});
      await sys.resume(moved.to.system.whereis<User>("ann") ?? assert.fail());
      assert.deepEqual(await inbox(moved.to), [[after, "left over", after]]);
    });

    test("translates what the old code sent after the image was taken, after the commit, and when the new one serves", async () => {
      const { ann, ...moved } = await moving();
      let asked: Promise<readonly unknown[]> | undefined;
      await move(moved, {
        packed: () => ann.cast("heard", "packed", before),
        committed() {
          ann.cast("heard", "committed", before);
          asked = ann.call("ask", "committed", before);
        },
      });
      ann.cast("heard", "open", before);
      await moved.to.clock.settle();
      const expected = ["packed", "committed", "open"].map((text) => [after, text, after]);
      assert.deepEqual(await inbox(moved.to), expected);
      assert.deepEqual(await asked, [after, "committed", after]);
    });
  });
}

test("what comes late and cannot be translated is not handled as it is: who asked hears why, and of the others the log does", async () => {
  const messages: Messages = {
    heard: { up: drop("nobody listens any more"), down: drop("test") },
    ask: {
      up: () => {
        throw new Error("no question");
      },
      down: drop("test"),
    },
  };
  const [from, to] = [side(versionOf(1, messages)), side(versionOf(1, messages))];
  const ann = await startAnn(from);
  let asked: Promise<unknown> | undefined;
  const committed = (): void => {
    ann.cast("heard", "hello", 1);
    asked = ann.call("ask", "hello", 1);
    asked.catch(() => {});
  };
  await move({ from, to, next: versionOf(2, messages) }, { committed });
  await assert.rejects(asked ?? assert.fail(), {
    code: "INSTAR_MESSAGES_FAILED",
    message: /messages\.ask of codeChange 1 up in <0\.1>.*no question/,
  });
  assert.deepEqual(await inbox(to), []);
  assert.match(to.logs.map(({ text }) => text).join("\n"), /cast heard to <0\.1> was dropped: version 2 drops it: nobody listens any more/);
});

test("what the old code sends is translated by every upgrade since, and by none when the move was taken back", async () => {
  const [from, to] = [side(versionOf(1, bothWays)), side(versionOf(1, bothWays))];
  const ann = await startAnn(from);
  await move({ from, to, next: versionOf(2, bothWays) }, {});
  const again = versionOf(3, { heard: { up: (text: string) => [text, 3], down: (text: string) => [text, 2] } });
  assert.equal((await upgrade(to.system, [change(to.user, again)])).outcome, "committed");
  const say = async (text: string): Promise<void> => {
    ann.cast("heard", text, 1);
    await to.clock.settle();
  };
  await say("to 3");
  assert.equal((await rollback(to.system)).outcome, "committed");
  await say("to 2");
  assert.equal((await upgrade(to.system, [change(to.user, versionOf(1, {}))])).outcome, "committed");
  await say("to 1");
  assert.deepEqual(await inbox(to), [
    [3, "to 3", 3],
    [2, "to 2", 2],
    [1, "to 1", 1],
  ]);
});
