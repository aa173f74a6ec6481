/** What the log says of an upgrade. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyReport } from "./report.ts";
import { formatReport } from "./upgrader.ts";

test("the log gives whole milliseconds, also where a file's time of saving has fractions", () => {
  const report = emptyReport("committed");
  assert.equal(formatReport({ ...report, time: { ...report.time, total: 76.548828125 } }), "upgraded new modules: 0 processes, 77 ms");
});
