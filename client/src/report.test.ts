/** What a notification says of an upgrade. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UpgradeReport } from "../../server/src/protocol.ts";
import { summary, wasCanceled } from "./report.ts";

/** As VS Code does where there is no translation. */
const t = (message: string, ...values: (string | number)[]): string =>
  message.replaceAll(/\{(\d+)\}/g, (_, at: string) => String(values[Number(at)]));

const committed: UpgradeReport = {
  outcome: "committed",
  modules: [
    { id: "src/room.actor", from: 1, to: 2, kind: "convert", steps: ["1 up"] },
    { id: "src/tax", from: 1, to: 1, kind: "reinstantiate", steps: [] },
  ],
  processes: [
    {
      pid: "<0.2>",
      name: "tea",
      module: "src/room.actor",
      from: 1,
      to: 2,
      pause: 2.6,
      queued: 1,
      before: "{ title: 1 }",
      after: "{ name: 1 }",
    },
    { pid: "<0.3>", name: null, module: "src/room.actor", from: 1, to: 2, pause: 0.4, queued: 0, before: null, after: null },
  ],
  messages: { queued: 1, translated: 0, dropped: 0, callsSpanning: 2 },
  time: { build: 12, quiesce: 1, convert: 0.5, commit: 0.2, total: 14 },
  errors: [],
};
const refused: UpgradeReport = {
  ...committed,
  outcome: "refused",
  modules: [],
  processes: [],
  errors: [
    {
      code: "state-changed-no-code-change",
      message: "The state changed.",
      module: "src/room.actor",
      pid: null,
      name: null,
      place: { file: "/p/room.ts", line: 3, column: 1 },
    },
  ],
};

test("one sentence says what became of it", () => {
  assert.equal(summary(committed, "upgrade", t), "Upgraded src/room.actor to version 2: 2 processes, longest pause 3 ms.");
  assert.equal(
    summary({ ...committed, processes: committed.processes.slice(1) }, "downgrade", t),
    "Downgraded src/room.actor to version 2: 1 process, longest pause under 1 ms.",
  );
  assert.equal(
    summary({ ...committed, outcome: "rehearsed" }, "rehearse", t),
    "Rehearsed src/room.actor to version 2 on copies of the live states: it would work for 2 processes. Nothing was changed.",
  );
  const rehearsal = { where: "process", why: null, packing: null, inApplication: [] } as const;
  const rehearsed = committed.processes.map((each, n) => ({ ...each, rehearsed: { took: n * 7, wayBack: "lossless" } as const }));
  assert.equal(
    summary({ ...committed, outcome: "rehearsed", rehearsal, processes: rehearsed }, "rehearse", t),
    "Rehearsed src/room.actor to version 2 in a process of its own: it would work for 2 processes, the slowest in 7 ms. Nothing was changed.",
  );
  assert.equal(summary({ ...committed, outcome: "unchanged" }, "upgrade", t), "Nothing to upgrade: the runtime already runs this code.");
  assert.equal(summary({ ...committed, outcome: "canceled" }, "upgrade", t), "The upgrade was canceled; the system is as it was before.");
});

test("only a request that ended before it began counts as canceled: any other error may leave the outcome open", () => {
  assert.equal(wasCanceled(Object.assign(new Error("The request was canceled."), { code: -32800 })), true);
  assert.equal(wasCanceled(new Error("The connection to the runtime dev ended. Whether the new code was committed is not known.")), false);
  assert.equal(wasCanceled(undefined), false);
});

test("a rollback says where it led", () => {
  assert.equal(
    summary({ ...committed, modules: [{ id: "src/room.actor", from: 2, to: 1, kind: "convert", steps: ["1 down"] }] }, "rollback", t),
    "Rolled back src/room.actor to version 1: 2 processes, longest pause 3 ms.",
  );
});

test("a refusal and a failure say that nothing was changed, and why", () => {
  assert.equal(summary(refused, "upgrade", t), "The upgrade was refused, nothing was changed. The state changed.");
  assert.equal(
    summary({ ...refused, outcome: "failed", errors: [...refused.errors, ...refused.errors] }, "downgrade", t),
    "The downgrade failed; the system is as it was before. The state changed. (and 1 more, see the report)",
  );
  assert.equal(
    summary({ ...refused, outcome: "failed" }, "rehearse", t),
    "The rehearsal failed; the live system was not touched. The state changed.",
  );
});
