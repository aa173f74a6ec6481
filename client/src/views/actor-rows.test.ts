/** What the rows of the view *Actors* say, to who sees and to who hears them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActorSummary } from "../../../server/src/protocol.ts";
import { l10n } from "../../../test/support/l10n.ts";
import { actorChildren, type ActorNode, actorRoots, actorRow } from "./actor-rows.ts";
import type { Row } from "./row.ts";

const range = { start: { line: 4, character: 2 }, end: { line: 4, character: 7 } };
const room: ActorSummary = {
  root: "/projects/chat",
  module: "src/room.actor",
  uri: "file:///projects/chat/src/room.actor.ts",
  range,
  vsn: 1,
  released: true,
  baseline: 1,
  loaded: null,
  running: [],
  findings: [],
  steps: [],
};
const row = (node: ActorNode): Row => actorRow(node, (root) => root.replace("/projects/", ""), l10n);
const rowOf = (actor: Partial<ActorSummary>): Row => row(actorRoots([{ ...room, ...actor }])[0] ?? assert.fail());

for (const [name, actor, description, spoken] of [
  ["a released one", {}, "v1 · src", "src/room.actor, v1, no findings"],
  ["a draft", { vsn: 2, released: false }, "v2 (draft) · v1 released · src", "src/room.actor, v2 (draft), v1 released, no findings"],
  ["one that was never released", { released: false, baseline: null }, "v1 (draft) · never released · src", null],
  ["one without a version", { vsn: null, released: false, baseline: null }, "vsn unreadable · never released · src", null],
  ["one that runs", { loaded: 1, running: [{ vsn: 1, count: 3 }] }, "v1 · 3 live on v1 · src", null],
  [
    "one in two versions",
    {
      loaded: 2,
      running: [
        { vsn: 1, count: 3 },
        { vsn: 2, count: 4 },
      ],
    },
    "v1 · 4 live on v2, 3 on v1 · src",
    "src/room.actor, v1, 4 live on v2, 3 on v1, no findings",
  ],
  ["one at the top of its project", { module: "room" }, "v1", null],
] as const) {
  test(`${name} says so`, () => {
    const made = rowOf(actor);
    assert.equal(made.description, description);
    if (spoken !== null) assert.equal(made.spoken, spoken);
    assert.deepEqual(made.opens?.arguments, [room.uri, range.start]);
  });
}

test("findings and steps lie below, each leads to its place, and the worst gives the icon", () => {
  const elsewhere = { line: 9, character: 0 };
  const findings: ActorSummary["findings"] = [
    { rule: "function-in-state", severity: "warning", message: "It holds\na function.", uri: room.uri, range },
    {
      rule: "state-changed-no-down",
      severity: "error",
      message: "No way back.",
      uri: room.uri,
      range: { start: elsewhere, end: elsewhere },
    },
  ];
  const [node = assert.fail()] = actorRoots([{ ...room, findings, steps: [{ from: 1, up: true, down: "irreversible", range }] }]);
  const parent = row(node);
  assert.deepEqual([parent.icon, parent.children, parent.spoken], ["error", "collapsed", "src/room.actor, v1, 1 error, 1 warning"]);
  assert.deepEqual(
    actorChildren(node).map((child) => {
      const { label, description, spoken, opens } = row(child);
      return [label, description, spoken, opens?.arguments[1]];
    }),
    [
      ["function-in-state", "It holds a function.", "warning function-in-state: It holds\na function.", range.start],
      ["state-changed-no-down", "No way back.", "error state-changed-no-down: No way back.", elsewhere],
      ["Step v1 ↔ v2", "up, irreversible", "step between version 1 and version 2: up, irreversible", range.start],
    ],
  );
});

test("where there are several projects, modules lie below theirs; ids are told apart", () => {
  const roots = actorRoots([{ ...room, root: "/projects/two" }, { ...room, module: "src/b.actor" }, room]);
  const rows = roots.map(row);
  assert.deepEqual(
    rows.map(({ label, description }) => [label, description]),
    [
      ["chat", "2 modules"],
      ["two", "1 module"],
    ],
  );
  const ids = [...rows, ...roots.flatMap(actorChildren).map(row)].map(({ id }) => id);
  assert.equal(new Set(ids).size, 5);
});
