/** What the rows of the view *Releases* say, and what commands get of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModuleReleases } from "../../../server/src/protocol.ts";
import { l10n } from "../../../test/support/l10n.ts";
import { releaseChildren, releaseRoots, releaseRow, type ReleasesNode } from "./release-rows.ts";

const release = { vsn: 1, uri: "file:///projects/chat/1.d.ts", date: "2026-02-03T04:05:06.000Z", committed: true, state: "title: string" };
const room: ModuleReleases = {
  root: "/projects/chat",
  module: "src/room.actor",
  releases: [{ ...release, vsn: 2, committed: false, state: "" }, release],
};
const row = (node: ReleasesNode) => releaseRow(node, (root) => root.replace("/projects/", ""), l10n);

test("a module has its releases below it, each with its date and its state", () => {
  const [node = assert.fail()] = releaseRoots([room]);
  assert.deepEqual([row(node).label, row(node).description], ["room.actor", "2 releases · src"]);
  assert.deepEqual(
    releaseChildren(node).map((child) => [row(child).label, row(child).description]),
    [
      ["v2", "2026-02-03, not committed"],
      ["v1", "2026-02-03 · title: string"],
    ],
  );
  const last = releaseChildren(node).at(-1) ?? assert.fail();
  assert.equal(row(last).spoken, "version 1 of src/room.actor, 2026-02-03, state title: string");
  // What the commands that compare go by.
  assert.ok(last.kind === "release");
  assert.deepEqual([last.root, last.module, last.vsn], ["/projects/chat", "src/room.actor", 1]);
});

test("where there are several projects, modules lie below theirs", () => {
  const roots = releaseRoots([room, { ...room, root: "/projects/two" }]);
  assert.deepEqual(
    roots.map((node) => row(node).label),
    ["chat", "two"],
  );
  assert.equal(releaseChildren(roots[0] ?? assert.fail()).length, 1);
});
