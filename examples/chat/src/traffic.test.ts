/** The traffic in a system of its own: it finds nothing where all is well, and exactly what a faulty actor does to one message. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { actor, createSystem, type Actor } from "instar";
import type { Totals } from "./ledger.ts";
import presence from "./presence.actor.ts";
import room from "./room.actor.ts";
import traffic from "./traffic.actor.ts";
import user, { type State, type User } from "./user.actor.ts";

const names = ["ada", "joe"];
const seats = { lobby: names, attic: names };

test("no fault where there is none", async () => {
  const { lost, duplicated, reordered, overtaken, wrong, unanswered, undelivered, faults, ...counts } = await totalsOf(user);
  assert.deepEqual([lost, duplicated, reordered, overtaken, wrong, unanswered, undelivered, faults], [0, 0, 0, 0, 0, 0, 0, []]);
  assert.ok(counts.sent >= 200 && counts.answered > 0);
  assert.equal(counts.delivered, counts.sent * names.length);
});

test("a dropped message is lost", async () => {
  const { lost, duplicated, reordered, faults } = await totalsOf(faulty((seq) => (seq === 7 ? [] : [seq])));
  assert.deepEqual([lost, duplicated, reordered], [names.length, 0, 0]);
  assert.deepEqual(faults, ["lobby: #7 was never heard by ada, joe"]);
});

test("a repeated message is duplicated", async () => {
  const { lost, duplicated, reordered, faults } = await totalsOf(faulty((seq) => (seq === 7 ? [7, 7] : [seq])));
  assert.deepEqual([lost, duplicated, reordered], [0, names.length, 0]);
  assert.deepEqual(faults.toSorted(), ["lobby: ada heard #7 twice", "lobby: joe heard #7 twice"]);
});

test("an overtaken message is reordered", async () => {
  const swapped: Readonly<Record<number, readonly number[]>> = { 7: [], 8: [8, 7] };
  const { lost, duplicated, reordered, faults } = await totalsOf(faulty((seq) => swapped[seq] ?? [seq]));
  assert.deepEqual([lost, duplicated, reordered], [0, 0, names.length]);
  assert.deepEqual(faults.toSorted(), ["lobby: ada heard #7 only after #8", "lobby: joe heard #7 only after #8"]);
});

/** Lets the traffic send at least 200 messages to rooms in which these users sit, and gives its totals once they are final. */
async function totalsOf(listener: Actor<User>): Promise<Totals> {
  const system = createSystem();
  try {
    for (const name of Object.keys(seats)) await system.start(room, { name, args: [name] });
    for (const name of names) await system.start(listener, { name, args: [name] });
    await system.start(presence, { name: "presence", args: [seats] });
    const pid = await system.start(traffic, { name: "traffic", args: [null] });
    while ((await pid.call("report")).sent < 200) await turn();
    await pid.call("settle");
    while ((await pid.call("phase")) !== "settled") await turn();
    return await pid.call("report");
  } finally {
    await system.stop();
  }
}

/** A user that tells its listener of other messages of the lobby than it heard. */
function faulty(told: (seq: number) => readonly number[]): Actor<User> {
  return actor<User>({
    vsn: 1,
    init: (name): State => ({ name, rooms: [], inbox: [], listener: null }),
    calls: { name: ({ state, reply }) => reply(state.name) },
    casts: {
      entered: ({ next }) => next(),
      heard: ({ state, next }, [from, text]) => {
        const [title, seq] = text.split(" #");
        const seqs = title === "lobby" ? told(Number(seq)) : [Number(seq)];
        for (const each of seqs) state.listener?.cast("delivered", state.name, from, `${title} #${each}`);
        return next();
      },
      report: ({ state, next }, to) => next({ ...state, listener: to }),
    },
  });
}

/** Waits for the event loop's next turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
