/** What a report to keep says of every process, message and error. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import { documentOf } from "./document.ts";
import { reportDocument, reportLines } from "./report-lines.ts";

const process = { module: "src/room.actor", from: 1, to: 2, queued: 0, before: null, after: null };
const committed: UpgradeReport = {
  outcome: "committed",
  modules: [{ id: "src/room.actor", from: 1, to: 2, kind: "convert", steps: ["1 up"] }],
  processes: [
    { ...process, pid: "<0.2>", name: "tea", pause: 0.5, queued: 2, before: "{ a: 1 }", after: "{ b: 1 }" },
    { ...process, pid: "<0.3>", name: null, pause: 12, queued: 3, restarted: true },
  ],
  messages: { queued: 2, translated: 1, dropped: 0, callsSpanning: 1 },
  time: { build: 20, quiesce: 1, convert: 2, commit: 0.25, total: 30 },
  errors: [],
};
const text = (report: UpgradeReport) => documentOf(reportDocument(report, (file) => file.slice("/p/".length)));

test("every process is there, the one that paused longest first, with what happened to it", () => {
  assert.equal(
    text(committed).text,
    `Committed in 30 ms: the new code serves.

Modules
  src/room.actor  1 → 2  steps: 1 up  2 processes

Processes
  pause per process: median 6.25 ms, max 12 ms
  src/room.actor
    <0.3>         1 → 2  paused 12 ms    3 queued  restarted, state and messages lost
    tea    <0.2>  1 → 2  paused 0.50 ms  2 queued
      before { a: 1 }
      after  { b: 1 }

Messages
  2 messages queued, 1 translated, 0 dropped; 1 call spanning the commit

Time
  build    20 ms    from the request to the new code
  at rest  1.00 ms  from the first suspended process to all of them at rest
  convert  2.00 ms  computing and checking the new states
  commit   0.25 ms  the one turn in which code and states are swapped
  total    30 ms    from the request to the commit
`,
  );
});

test("errors come first, with links to where they are", () => {
  const error = { code: "INSTAR_STATE_INVALID", message: "no\nmatter", module: "src/room.actor", pid: "<0.2>", name: null };
  const place = { file: "/p/src/room.actor.ts", line: 7, column: 3 };
  const { text: whole, links } = text({ ...committed, outcome: "failed", processes: [], errors: [{ ...error, place }] });
  assert.ok(
    whole.startsWith(
      "Failed. Everything is as it was.\n\nErrors\n  INSTAR_STATE_INVALID in src/room.actor, process <0.2> at src/room.actor.ts:7:3\n    no\n    matter\n\nModules\n",
    ),
    whole,
  );
  assert.deepEqual(
    links.map(({ line, place: to }) => [whole.split("\n")[line]?.includes("room.actor.ts:7:3"), to]),
    [[true, place]],
  );
});

test("where a process of the operating system has ended, its error says what that lost", () => {
  const error = { code: "INSTAR_RUNTIME_EXITED", message: "the application ended", module: null, pid: null, name: null, place: null };
  for (const [outcome, head] of [
    ["failed", "Failed."],
    ["refused", "Refused before it began."],
  ] as const)
    assert.ok(text({ ...committed, outcome, errors: [error] }).text.startsWith(`${head}\n\nErrors\n`));
});

test("a way back that nobody asked for says why", () => {
  assert.match(
    text({ ...committed, operation: "rollback", why: "3 restarts" }).text,
    /^The older code did not hold: 3 restarts\.\nRolled back: /,
  );
});

for (const [what, queued, lost] of [
  ["with what waited for them", 3, "without their states and the 3 messages that waited for them"],
  ["when nothing waited", 0, "without their states"],
] as const) {
  test(`processes that are restarted ${what} say what is lost`, () => {
    const processes = committed.processes.slice(1).map((each) => ({ ...each, queued }));
    const { text: whole } = documentOf(reportLines({ ...committed, processes }, (file) => file));
    assert.ok(whole.includes(`1 process restarted, ${lost}\n`), whole);
  });
}

test("of a rehearsal with very many states, only the last ones are a pause", () => {
  const row = { ...process, name: null, pause: 0, rehearsed: { took: 0.25, wayBack: "lossless" as const } };
  const processes = Array.from({ length: 2001 }, (_, n) => ({ ...row, pid: `<0.${n}>` }));
  const { text: whole } = documentOf(reportLines({ ...committed, outcome: "rehearsed", processes }, (file) => file));
  assert.match(
    whole,
    /expected pause {2}some milliseconds: 2001 states are converted beside the traffic, a few at a time, 500 ms in all\n/,
  );
});
