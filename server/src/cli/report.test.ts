/** What reports say of a supervisor's children, and of the ways back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import { reportText, rollbackText } from "./report.ts";

const report: UpgradeReport = {
  outcome: "committed",
  modules: [
    {
      id: "src/app",
      from: 1,
      to: 2,
      kind: "swap",
      steps: [],
      children: {
        start: ["c", "d"],
        stop: ["b"],
        keep: ["a"],
        reorder: [],
        changed: ["a"],
        failed: [{ pid: "<0.1>", id: "d", message: "no disk" }],
      },
    },
  ],
  processes: [],
  messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
  time: { build: 0, quiesce: 0, convert: 0, commit: 0, total: 0 },
  errors: [],
};

test("names the children that a supervisor starts and ends, and those that did not start", () => {
  const text = stripVTControlCharacters(reportText(report));
  assert.match(text, /^ {2}children of src\/app: end b; start c, d; changed from the next restart on a$/m);
  assert.match(text, /^ {2}child d of <0\.1> did not start: no disk$/m);
});

const headline = (more: Partial<UpgradeReport>): string =>
  stripVTControlCharacters(reportText({ ...report, ...more })).split("\n")[0] ?? "";
const module = (id: string, from: number, to: number): UpgradeReport["modules"][number] => ({ id, from, to, kind: "swap", steps: [] });
const room = module("src/room.actor", 3, 1);

for (const [said, more] of [
  ["Committed in 0.00 ms: the new code serves.", {}],
  ["Went back to version 1 of src/room.actor in 0.00 ms.", { operation: "downgrade", modules: [room] }],
  ["Went to version 4 of src/room.actor in 0.00 ms.", { operation: "downgrade", modules: [module("src/room.actor", 3, 4)] }],
  [
    "Went back to version 1 of src/room.actor and version 2 of b in 0.00 ms.",
    { operation: "downgrade", modules: [room, module("b", 3, 2)] },
  ],
  ["Went back with 4 modules in 0.00 ms.", { operation: "downgrade", modules: [room, room, room, room] }],
  [
    "Rolled back to version 1 of src/room.actor in 0.00 ms: the code of before the last upgrade serves.",
    { operation: "rollback", modules: [room] },
  ],
] as const) {
  test(`says what happened: ${said}`, () => assert.equal(headline(more), said));
}

test("a downgrade that did not hold goes to the newer code again", () => {
  const text = stripVTControlCharacters(rollbackText({ ...report, operation: "rollback", why: "restart 1", modules: [module("a", 1, 3)] }));
  assert.match(text, /^The older code did not hold: restart 1\.\nRolled back: the newer code serves, with the states as they are now\.\n/);
});
