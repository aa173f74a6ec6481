/** The books see each kind of fault: what is lost, duplicated or reordered, on the way there and on the way back. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { answered, close, delivered, failed, openLedger, sent, totals, type Ledger, type Totals } from "./ledger.ts";

type Step = (ledger: Ledger) => Ledger;
const call: Step = (ledger) => sent(ledger, "lobby", "call");
const cast: Step = (ledger) => sent(ledger, "lobby", "cast");
const answer =
  (seq: number, number: number): Step =>
  (ledger) =>
    answered(ledger, "lobby", seq, number);
const fail =
  (seq: number): Step =>
  (ledger) =>
    failed(ledger, "lobby", seq, "timeout");
/** Both listeners hear these messages, in this order. */
const hear =
  (...seqs: number[]): Step =>
  (ledger) =>
    ["joe", "ada"].reduce((before, name) => seqs.reduce((each, seq) => delivered(each, name, "lobby", seq), before), ledger);

const clean = { lost: 0, duplicated: 0, reordered: 0, overtaken: 0, wrong: 0, unanswered: 0, undelivered: 0 };
const cases: { name: string; steps: Step[]; expected: Partial<Totals>; fault?: string }[] = [
  {
    name: "all is well",
    steps: [call, cast, call, hear(1, 2, 3), answer(1, 1), answer(3, 3)],
    expected: { ...clean, answered: 2, delivered: 6 },
  },
  {
    name: "one message never arrives",
    steps: [cast, cast, cast, hear(1, 3)],
    expected: { lost: 2 },
    fault: "lobby: #2 was never heard by ada, joe",
  },
  {
    name: "the last message never arrives",
    steps: [cast, cast, hear(1)],
    expected: { lost: 2 },
    fault: "lobby: #2 was never heard by ada, joe",
  },
  {
    name: "one message arrives twice",
    steps: [cast, cast, hear(1, 1, 2)],
    expected: { ...clean, duplicated: 2 },
    fault: "lobby: joe heard #1 twice",
  },
  {
    name: "two messages change places",
    steps: [cast, cast, hear(2, 1)],
    expected: { ...clean, reordered: 2 },
    fault: "lobby: joe heard #1 only after #2",
  },
  { name: "a call is never answered", steps: [call, hear(1)], expected: { lost: 1 }, fault: "lobby: the call #1 was never answered" },
  { name: "a call fails", steps: [call, hear(1), fail(1)], expected: { lost: 1 }, fault: "lobby: the call #1 failed: timeout" },
  {
    name: "answers change places",
    steps: [call, call, hear(1, 2), answer(2, 2), answer(1, 1)],
    expected: { ...clean, overtaken: 1 },
  },
  {
    name: "an answer comes twice",
    steps: [call, hear(1), answer(1, 1), answer(1, 1)],
    expected: { wrong: 1 },
    fault: "lobby: an answer to #1, which is not open",
  },
  {
    name: "the room's count is behind, and stays so",
    steps: [cast, call, call, hear(1, 2, 3), answer(2, 1), answer(3, 2)],
    expected: { wrong: 1 },
    fault: "lobby: #2 was answered as number 1 instead of 2",
  },
  {
    name: "a message comes from nowhere",
    steps: [cast, hear(1, 2)],
    expected: { wrong: 2 },
    fault: "joe heard #2 of lobby, which was never sent to them",
  },
];

for (const { name, steps, expected, fault } of cases) {
  test(name, () => {
    const ledger = close(steps.reduce((before, step) => step(before), openLedger({ lobby: ["ada", "joe"] })));
    const actual = totals(ledger);
    assert.deepEqual({ ...actual, ...expected }, actual);
    assert.equal(actual.faults[0], fault);
  });
}
