/** The document that says what holds old code: its text, and that each link covers what it leads to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CodeHolders, HeldVersion } from "../../../server/src/protocol.ts";
import { l10n } from "../../../test/support/l10n.ts";
import { holdersText } from "./holders-text.ts";

const version: HeldVersion = {
  module: "src/room.actor",
  vsn: 1,
  load: 2,
  status: "old",
  counts: { processes: 3, handlers: 1, timers: 1, functions: 1, instances: 0 },
  processes: [
    { pid: "<0.2>", name: "tea", handler: "cast say", since: "2026-01-01T00:00:00.000Z" },
    { pid: "<0.3>", name: null, handler: null, since: null },
  ],
  timers: [{ kind: "interval", file: "/project/src/room.actor.ts", pid: "<0.2>", after: 1000 }],
  functions: [{ pid: "<0.4>", name: null, path: "State.onClose", code: "close", url: "file:///project/src/room.actor.ts?v=2" }],
  instances: [],
};

test("each holder is named, and can be gone to", () => {
  const { text, links } = holdersText({ versions: [version], unknown: 0 }, "dev", "src/room.actor", l10n);
  assert.equal(
    text,
    `What holds code of src/room.actor that is no longer current in the runtime dev

src/room.actor version 1 (load 2): kept, since processes may still run it
  process tea <0.2> is in cast say since 2026-01-01T00:00:00.000Z
  process <0.3> runs it
  and 1 more
  interval of 1000 ms set in /project/src/room.actor.ts, by <0.2>
  process <0.4> has close in State.onClose
    from /project/src/room.actor.ts
`,
  );
  const lines = text.split("\n");
  assert.deepEqual(
    links.map(({ line, start, end, to }) => [lines[line]?.slice(start, end), "pid" in to ? to.pid : to.file]),
    [
      ["tea <0.2>", "<0.2>"],
      ["<0.3>", "<0.3>"],
      ["/project/src/room.actor.ts", "/project/src/room.actor.ts"],
      ["<0.4>", "<0.4>"],
      ["/project/src/room.actor.ts", "/project/src/room.actor.ts"],
    ],
  );
});

test("that nothing holds it, that it cannot be seen what does, and that there was too much to look up, is said", () => {
  const said = (holders: CodeHolders): string => holdersText(holders, "dev", undefined, l10n).text;
  assert.match(said({ versions: [], unknown: 0 }), /in the runtime dev\n\nNothing does\.\n$/);
  const nothing = { processes: 0, handlers: 0, timers: 0, functions: 0, instances: 0 };
  const hidden: HeldVersion = { ...version, status: "purged", counts: nothing, processes: [], timers: [], functions: [] };
  assert.match(
    said({ versions: [hidden], unknown: 7 }),
    /let go, but a part of it is held\n  something that cannot be seen.*\n\n7 functions/,
  );
});
