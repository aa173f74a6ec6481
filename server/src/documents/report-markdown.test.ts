/** Reports to keep, for each way in which a change can end: what is read is what was told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import { reportMarkdown, type ReportToKeep } from "./report-markdown.ts";

const report: UpgradeReport = {
  outcome: "committed",
  modules: [{ id: "src/room.actor", from: 1, to: 2, kind: "convert", steps: ["1 up"] }],
  processes: [
    {
      pid: "<0.2>",
      name: "tea",
      module: "src/room.actor",
      from: 1,
      to: 2,
      pause: 0.5,
      queued: 2,
      before: "{ said: '```' }",
      after: "{ said: '```', topic: '' }",
    },
  ],
  messages: { queued: 2, translated: 0, dropped: 0, callsSpanning: 1 },
  time: { build: 10, quiesce: 1, convert: 2, commit: 0.25, total: 30 },
  errors: [],
};
const nobody = { ...report, modules: [], processes: [], time: { build: 0, quiesce: 0, convert: 0, commit: 0, total: 0 } };
const failure = {
  code: "INSTAR_CODE_CHANGE_FAILED",
  message: "it threw",
  module: "src/room.actor",
  pid: "<0.2>",
  name: "tea",
  place: null,
};
const markdown = (more: Partial<ReportToKeep>): string =>
  reportMarkdown({ title: "instar upgrade", runtime: "dev", at: "2026-01-01T10:20:30.000Z", report, ...more }, (file) => file);

test("what was committed, with every process, in blocks that no state can end", () => {
  assert.equal(
    markdown({}),
    `# instar upgrade

In the runtime dev, at 2026-01-01T10:20:30.000Z.

Committed in 30 ms: the new code serves.

## Modules

\`\`\`text
src/room.actor  1 → 2  steps: 1 up  1 process
\`\`\`

## Processes

\`\`\`\`text
pause per process: median 0.50 ms, max 0.50 ms
src/room.actor
  tea  <0.2>  1 → 2  paused 0.50 ms  2 queued
    before { said: '\`\`\`' }
    after  { said: '\`\`\`', topic: '' }
\`\`\`\`

## Messages

\`\`\`text
2 messages queued, 0 translated, 0 dropped; 1 call spanning the commit
\`\`\`

## Time

\`\`\`text
build    10 ms    from the request to the new code
at rest  1.00 ms  from the first suspended process to all of them at rest
convert  2.00 ms  computing and checking the new states
commit   0.25 ms  the one turn in which code and states are swapped
total    30 ms    from the request to the commit
\`\`\`
`,
  );
});

const ends: { name: string; given: Partial<ReportToKeep>; says: RegExp[] }[] = [
  {
    name: "failed",
    given: { report: { ...nobody, outcome: "failed", errors: [failure] } },
    says: [
      /\n\nFailed\. Everything is as it was\.\n\n## Errors\n\n```text\nINSTAR_CODE_CHANGE_FAILED in src\/room\.actor, process tea <0\.2>\n {2}it threw\n```\n$/,
    ],
  },
  {
    name: "refused",
    given: { report: { ...nobody, outcome: "refused" } },
    says: [/\n\nRefused before it began\. Everything is as it was\.\n$/],
  },
  { name: "canceled", given: { report: { ...nobody, outcome: "canceled" } }, says: [/\n\nCanceled before the commit\./] },
  { name: "by another strategy", given: { report: { ...report, strategy: "window" } }, says: [/\n\nCommitted in 30 ms, by window: /] },
  {
    name: "of unknown end",
    given: { report: null, remark: "The connection was lost. Whether it was committed is not known." },
    says: [/30\.000Z\.\n\nThe connection was lost\./],
  },
  {
    name: "rolled back",
    given: {
      remark: "The new code did not hold its probation.",
      wayBack: { ...report, operation: "rollback", why: "restart 1 of *upgraded* processes" },
    },
    says: [
      /\n\nThe new code did not hold its probation\.\n\n## The way back\n\nThe older code did not hold: restart 1 of \\\*upgraded\\\* processes\.\n\nRolled back: /,
      /\n### Modules\n/,
    ],
  },
];

for (const { name, given, says } of ends)
  test(`a change that was ${name}`, () => {
    for (const pattern of says) assert.match(markdown(given), pattern);
  });
