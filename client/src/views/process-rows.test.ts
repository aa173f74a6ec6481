/** What the rows of the view *Live Processes* say, to who sees and to who hears them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessInfo, RuntimeInfo } from "../../../server/src/protocol.ts";
import { l10n } from "../../../test/support/l10n.ts";
import type { ProcessNode, RuntimeNode } from "./process-forest.ts";
import { moreRow, processDetails, processRow, runtimeRow } from "./process-rows.ts";

const runtime: RuntimeInfo = {
  protocol: 1,
  name: "dev",
  root: "/projects/chat",
  entry: "/projects/chat/src/app.ts",
  status: "running",
  pid: 1,
  applicationPid: 2,
  node: "v20",
  stuck: null,
};
const tea: ProcessInfo = {
  pid: "<0.2>",
  name: "tea",
  parent: "<0.1>",
  module: "src/room.actor",
  kind: "actor",
  vsn: 2,
  status: "idle",
  mailbox: 0,
  stateSize: 2048,
  since: "2026-01-01T00:00:00.000Z",
  restarts: 0,
  oldCode: false,
};
const dev: RuntimeNode = { kind: "runtime", root: runtime.root, runtime };
const nodeOf = (process: Partial<ProcessInfo>): ProcessNode => {
  const all = { ...tea, ...process };
  return { kind: "process", root: runtime.root, module: all.module, in: dev, process: all };
};

for (const [what, process, children, description, spoken, menu] of [
  ["a calm process", {}, 0, "v2 · src/room.actor · 2.0 KB", "tea, src/room.actor, version 2, state of 2.0 KB", "actor"],
  [
    "one about which there is much to say",
    { name: null, vsn: 1, oldCode: true, status: "suspended", mailbox: 3, restarts: 1 },
    0,
    "v1 · old code · suspended · 3 queued · 1 restart · src/room.actor · 2.0 KB",
    "<0.2>, src/room.actor, version 1, old code, suspended, 3 queued, 1 restart, state of 2.0 KB",
    "actor.suspended",
  ],
  [
    "a supervisor",
    { kind: "supervisor", module: "src/app", restarts: 2 },
    1,
    "v2 · 2 restarts · src/app · 1 child",
    "supervisor tea, src/app, version 2, 2 restarts, 1 child",
    "supervisor",
  ],
] as const) {
  test(`${what} says so`, () => {
    const row = processRow(nodeOf(process), children, false, l10n);
    assert.deepEqual([row.description, row.spoken, row.contextValue], [description, spoken, menu]);
  });
}

test("few children are shown at once, many when somebody opens them or filters", () => {
  const opened = (children: number, filtered: boolean) => processRow(nodeOf({}), children, filtered, l10n).children;
  assert.deepEqual(
    [opened(0, false), opened(100, false), opened(101, false), opened(101, true)],
    ["none", "expanded", "collapsed", "expanded"],
  );
  assert.notEqual(processRow(nodeOf({}), 1, true, l10n).id, processRow(nodeOf({}), 1, false, l10n).id);
});

test("a runtime says how it is, and of which project where there are several", () => {
  const stuck = {
    pid: "<0.2>",
    name: "tea",
    module: "src/room.actor",
    handler: "cast spin",
    stack: "",
    place: null,
    since: 3000,
    endsIn: null,
    killable: true,
  };
  const says = (more: Partial<RuntimeInfo>, several = false) => {
    const row = runtimeRow({ ...dev, runtime: { ...runtime, ...more } }, several, l10n);
    return [row.description, row.icon];
  };
  assert.deepEqual(says({}), ["running", "server-process"]);
  assert.deepEqual(says({}, true), ["running · chat", "server-process"]);
  assert.deepEqual(says({ status: "exited" }), ["the application has ended", "error"]);
  assert.deepEqual(says({ status: "unresponsive" }), ["does not answer", "warning"]);
  assert.deepEqual(says({ status: "unresponsive", stuck }), ["does not answer: tea is in cast spin", "warning"]);
});

test("what is left shows itself by its own command; details have everything", () => {
  const more = moreRow({ kind: "more", of: dev, left: 9500 }, "id", l10n);
  assert.deepEqual([more.label, more.opens?.command], ["9500 more", "instar.showMoreProcesses"]);
  const details = processDetails({ ...tea, oldCode: true, mailbox: 4 }, l10n);
  assert.match(
    details,
    /\*\*Process\*\* `<0\.2>` registered as `tea`\n\n`src\/room\.actor` version 2 \(old code\)\n\nidle · mailbox 4 · state 2\.0 KB/,
  );
});
