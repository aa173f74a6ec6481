/** The dashboard's memory: what it keeps of runtimes that come and go, and that it is bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeOverview, UpgradeOutline } from "./dashboard-messages.ts";
import { createHistory } from "./history.ts";

const overview: RuntimeOverview = {
  root: "/project",
  runtime: "dev",
  status: "running",
  processes: 3,
  versions: [
    { module: "src/room.actor", vsn: 1, count: 1, current: false },
    { module: "src/room.actor", vsn: 2, count: 2, current: true },
  ],
  queued: 7,
  longest: [{ pid: "<0.2>", name: null, module: "src/room.actor", mailbox: 5 }],
  restarts: 1,
  suspended: 0,
  oldCode: 1,
};

const upgrade: UpgradeOutline = {
  at: "2026-01-01T00:00:00.000Z",
  operation: "upgrade",
  strategy: "hot",
  outcome: "committed",
  why: null,
  modules: [],
  messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
  errors: [],
  pause: { median: 0, longest: 0 },
  processes: [],
  more: 0,
};

test("a look becomes a sample", () => {
  const history = createHistory();
  history.add([overview], new Date(2000));
  assert.deepEqual(history.all, [
    {
      key: "/project\ndev",
      name: "dev",
      now: overview,
      samples: [{ at: 2, versions: { "src/room.actor\n1": 1, "src/room.actor\n2": 2 }, queued: 7, longest: 5, restarts: 1 }],
      upgrades: [],
    },
  ]);
});

test("a runtime that ended is still shown, with what happened to it; one that comes back goes on", () => {
  const history = createHistory();
  history.add([overview, { ...overview, runtime: "other" }], new Date(1000));
  history.upgraded(overview, upgrade);
  history.add([{ ...overview, runtime: "other" }], new Date(2000));
  const [dev, other] = history.all;
  assert.deepEqual([dev?.now, dev?.samples.length, dev?.upgrades, other?.samples.length], [null, 1, [upgrade], 2]);
  history.add([overview], new Date(3000));
  assert.deepEqual([history.all[0]?.now, history.all[0]?.samples.length, history.all[1]?.now], [overview, 2, null]);
});

test("ten minutes of looks and fifty upgrades are kept, the newest", () => {
  const history = createHistory();
  for (let second = 0; second < 700; second++) history.add([overview], new Date(second * 1000));
  for (let minute = 0; minute < 60; minute++) history.upgraded(overview, { ...upgrade, why: String(minute) });
  const [dev] = history.all;
  assert.deepEqual([dev?.samples.length, dev?.samples[0]?.at, dev?.samples.at(-1)?.at], [600, 100, 699]);
  assert.deepEqual([dev?.upgrades.length, dev?.upgrades[0]?.why], [50, "59"]);
});
