/** What the live dashboard is told: runtimes in numbers and upgrades in short, also of 10,000 processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessInfo, UpgradedProcess, UpgradeReport } from "../runtime/src/protocol.ts";
import { outlineOf } from "../server/src/handlers/overview.ts";
import { counter } from "./support/counter.ts";
import { startEditor } from "./support/editor.ts";
import { fakeRuntime } from "./support/fake-runtime.ts";
import { releasedProject } from "./support/released-project.ts";

const module = "src/counter.actor";

const processes: readonly ProcessInfo[] = Array.from({ length: 10_000 }, (_, index) => ({
  pid: `<0.${index}>`,
  name: index === 7 ? "tea" : null,
  parent: index === 0 ? null : "<0.0>",
  module: index === 0 ? "src/app" : module,
  kind: index === 0 ? "supervisor" : "actor",
  vsn: index === 0 || index % 4 === 0 ? 1 : 2,
  status: index === 9 ? "suspended" : "idle",
  mailbox: index < 10 ? index : 0,
  stateSize: 20,
  since: "2026-01-01T00:00:00.000Z",
  restarts: index % 5000 === 1 ? 1 : 0,
  oldCode: index > 0 && index % 4 === 0,
}));

const upgraded = (index: number): UpgradedProcess => ({
  pid: `<0.${index}>`,
  name: null,
  module,
  from: 1,
  to: 2,
  pause: index / 1000,
  queued: 0,
  before: "{}",
  after: "{}",
});

const report: UpgradeReport = {
  outcome: "committed",
  modules: [{ id: module, from: 1, to: 2, kind: "convert", steps: ["1 up"] }],
  processes: Array.from({ length: 1001 }, (_, index) => upgraded(index)),
  messages: { queued: 3, translated: 1, dropped: 0, callsSpanning: 2 },
  time: { build: 1, quiesce: 1, convert: 1, commit: 1, total: 4 },
  errors: [],
};

test("a runtime is told in numbers, read anew, and nobody else is bothered", async (context) => {
  const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });
  const project = await releasedProject(context, { "package.json": manifest, "src/counter.actor.ts": counter });
  const editor = await startEditor(context, { folders: [project.root] });
  let current = processes;
  const runtime = await fakeRuntime(
    context,
    { root: project.root },
    {
      "processes/list": (_, reply) => reply({ processes: [...current] }),
      "modules/list": (_, reply) =>
        reply({ modules: [{ id: module, file: "src/counter.actor.ts", kind: "actor", vsn: 2, shape: null, old: null, processes: 9999 }] }),
    },
  );
  await editor.request("instar/processes", {}).result;
  const [first, ...others] = await editor.request("instar/overview", {}).result;
  assert.deepEqual(others, []);
  assert.deepEqual(first, {
    root: project.root,
    runtime: "dev",
    status: "running",
    processes: 10_000,
    versions: [
      { module, vsn: 1, count: 2499, current: false },
      { module, vsn: 2, count: 7500, current: true },
    ],
    queued: 45,
    longest: [9, 8, 7, 6, 5].map((mailbox) => ({ pid: `<0.${mailbox}>`, name: mailbox === 7 ? "tea" : null, module, mailbox })),
    restarts: 2,
    suspended: 1,
    oldCode: 2499,
  });
  current = [];
  const [second] = await editor.request("instar/overview", {}).result;
  assert.deepEqual([second?.processes, second?.queued, second?.longest], [0, 0, []]);
  const told = editor.next("instar/upgraded");
  runtime.notify("upgrade/finished", report);
  const { upgrade, ...which } = await told;
  assert.deepEqual(which, { root: project.root, runtime: "dev" });
  assert.deepEqual(upgrade, outlineOf(report, upgrade.at));
});

test("an upgrade in short lists the longest pauses, and says how many it leaves out", () => {
  const outline = outlineOf(report, "2026-01-01T00:00:00.000Z");
  assert.deepEqual(outline.pause, { median: 0.5, longest: 1 });
  assert.deepEqual([outline.processes.length, outline.processes[0]?.pid, outline.more], [200, "<0.1000>", 801]);
  assert.deepEqual([outline.operation, outline.strategy, outline.why], ["upgrade", "hot", null]);
  const failed = outlineOf(
    {
      ...report,
      outcome: "failed",
      operation: "rollback",
      processes: [],
      errors: Array.from({ length: 30 }, () => ({ code: "INSTAR_X", message: "no", module, pid: "<0.1>", name: "tea", place: null })),
    },
    "",
  );
  assert.deepEqual([failed.operation, failed.errors.length, failed.errors[0]?.process, failed.pause.longest], ["rollback", 20, "tea", 0]);
});
