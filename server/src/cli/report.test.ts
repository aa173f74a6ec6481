/** What the report says of a supervisor's children. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import { reportText } from "./report.ts";

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
