/** Live processes between readings: what is shown anew, what a filter leaves, and how much work 10,000 of them are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveProcesses, ProcessInfo, RuntimeInfo } from "../../../server/src/protocol.ts";
import { processFilter } from "./process-filter.ts";
import { type LiveNode, page, ProcessForest, type ProcessNode } from "./process-forest.ts";

const runtime: RuntimeInfo = {
  protocol: 1,
  name: "dev",
  root: "/project",
  entry: "/project/src/app.ts",
  status: "running",
  pid: 1,
  applicationPid: 2,
  node: "v20",
  stuck: null,
};

function process(pid: number, parent: number | null, more: Partial<ProcessInfo> = {}): ProcessInfo {
  return {
    pid: `<0.${pid}>`,
    name: null,
    parent: parent === null ? null : `<0.${parent}>`,
    module: "src/room.actor",
    kind: "actor",
    vsn: 1,
    status: "idle",
    mailbox: 0,
    stateSize: 10,
    since: "2026-01-01T00:00:00.000Z",
    restarts: 0,
    oldCode: false,
    ...more,
  };
}

const live = (...processes: ProcessInfo[]): LiveProcesses[] => [{ runtime, processes }];
const app = process(1, null, { kind: "supervisor", name: "app" });
const names = (nodes: readonly LiveNode[]): string[] =>
  nodes.map((node) => (node.kind === "runtime" ? node.runtime.name : node.kind === "more" ? `${node.left} more` : node.process.pid));

function forestOf(reading: readonly LiveProcesses[]): ProcessForest {
  const forest = new ProcessForest();
  assert.equal(forest.update(reading), "everything");
  return forest;
}

test("children are found under their parents, and what has none, or whose parent has ended, under the runtime", () => {
  const forest = forestOf(live(app, process(2, 1), process(3, 1), process(4, null), process(5, 99)));
  const [dev = assert.fail()] = forest.runtimes;
  assert.deepEqual(names(forest.children(dev)), ["<0.1>", "<0.4>", "<0.5>"]);
  const root = forest.find("/project", "dev", "<0.1>") ?? assert.fail();
  assert.deepEqual(names(forest.children(root)), ["<0.2>", "<0.3>"]);
  assert.equal(forest.parent(forest.children(root)[0] ?? assert.fail()), root);
  assert.equal(forest.parent(root), dev);
});

for (const [what, reading, changed] of [
  ["nothing", live(app, process(2, 1)), []],
  ["a process that changes", live(app, process(2, 1, { mailbox: 1 })), ["<0.2>"]],
  ["a child that starts", live(app, process(2, 1), process(3, 1)), ["<0.1>"]],
  ["a child that ends", live(app), ["<0.1>"]],
  ["a parent with a new child and another that changes", live(app, process(2, 1, { vsn: 2 }), process(3, 1)), ["<0.1>"]],
  ["one without a parent", live(app, process(2, 1), process(3, null)), ["dev"]],
  ["a parent that ends before its child", live(process(2, 1)), ["dev"]],
  ["the status of the runtime", [{ runtime: { ...runtime, status: "unresponsive" as const }, processes: [app, process(2, 1)] }], ["dev"]],
  ["an application that was started anew", [{ runtime: { ...runtime, applicationPid: 3 }, processes: [app] }], ["dev"]],
] as const) {
  test(`${what} has ${changed.length === 0 ? "nothing" : changed.join()} shown anew`, () => {
    const forest = forestOf(live(app, process(2, 1)));
    const told = forest.update(reading);
    assert.ok(told !== "everything");
    assert.deepEqual(names(told), changed);
  });
}

test("a runtime that comes or goes is everything, and a process stays the same node", () => {
  const forest = forestOf(live(app));
  const node = forest.find("/project", "dev", "<0.1>");
  assert.equal(forest.update([...live(app), { runtime: { ...runtime, name: "other" }, processes: [] }]), "everything");
  assert.equal(forest.find("/project", "dev", "<0.1>"), node);
  assert.equal(forest.update([]), "everything");
  assert.deepEqual(forest.runtimes, []);
});

test("a filter leaves what fits and what is above it, and says how many fit", () => {
  const forest = forestOf(live(app, process(2, 1, { name: "tea", vsn: 2 }), process(3, 1, { oldCode: true }), process(4, null)));
  const [dev = assert.fail()] = forest.runtimes;
  const left = (text: string): string[] => {
    forest.filter(processFilter(text));
    return forest.children(dev).flatMap((root) => [...names([root]), ...names(forest.children(root))]);
  };
  assert.deepEqual(left("tea"), ["<0.1>", "<0.2>"]);
  assert.deepEqual(forest.counts, { processes: 4, matches: 1 });
  assert.deepEqual(left("TEA v2"), ["<0.1>", "<0.2>"]);
  assert.deepEqual(left("tea v1"), []);
  assert.deepEqual(left("old code"), ["<0.1>", "<0.3>"]);
  assert.deepEqual(left("@old room.actor"), ["<0.1>", "<0.3>"]);
  assert.deepEqual(left("<0.4>"), ["<0.4>"]);
  assert.deepEqual(left(" "), ["<0.1>", "<0.2>", "<0.3>", "<0.4>"]);
  // What fits only now is shown anew, with its runtime.
  forest.filter(processFilter("@queued"));
  const told = forest.update(
    live(app, process(2, 1, { name: "tea", vsn: 2, mailbox: 3 }), process(3, 1, { oldCode: true }), process(4, null)),
  );
  assert.ok(told !== "everything");
  assert.deepEqual(names(told), ["dev"]);
});

test("10,000 processes under one supervisor: a page of rows, and a change costs the rows that changed", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => process(index + 2, 1));
  const forest = forestOf(live(app, ...many));
  const root = forest.find("/project", "dev", "<0.1>") ?? assert.fail();
  assert.equal(forest.childCount(root), 10_000);
  assert.deepEqual(names(forest.children(root)).slice(page - 1), [`<0.${page + 1}>`, `${10_000 - page} more`]);
  const nodes = forest.children(root).slice(0, page);

  for (let round = 1; round <= 20; round++) {
    const index = 97 * round;
    many[index] = process(index + 2, 1, { mailbox: round });
    const told = forest.update(live(app, ...many));
    assert.ok(told !== "everything");
    assert.deepEqual(names(told), [`<0.${index + 2}>`]);
  }
  // One more row for one more process is a page at most, of the same nodes as before.
  const told = forest.update(live(app, ...many, process(20_000, 1)));
  assert.deepEqual(told, [root]);
  assert.deepEqual(forest.children(root).slice(0, page), nodes);

  forest.showMore(root);
  assert.equal(forest.children(root).length, 2 * page + 1);
  const last = forest.find("/project", "dev", "<0.9000>") as ProcessNode;
  forest.showMore(root, last);
  assert.ok(forest.children(root).includes(last));
});
