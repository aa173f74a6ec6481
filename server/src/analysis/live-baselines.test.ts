/** What a running system has of old code becomes findings that name who has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { createAnalyzer } from "./analyze.ts";
import type { OldCode } from "./facts.ts";

const source = `import { actor } from "instar";
interface Room { init(): { readonly size: number } }
export default actor<Room>({ vsn: 3, init: () => ({ size: 1 }) });
`;

const nothing = { name: "dev", vsn: 2, purged: false, processes: [], timers: 0, values: [] } as const satisfies OldCode;
const spin = { pid: "<0.4>", name: "one", handler: "cast spin" };
const held = { pid: "<0.5>", name: null, path: "State.items[3].onClick", code: "onClick" };

const cases: Record<string, readonly [old: readonly OldCode[], ...found: string[]]> = {
  "nothing is old": [[]],
  "old code that nobody holds": [[nothing]],
  "a process": [
    [{ ...nothing, processes: [spin] }],
    "error dev still has version 2 of `src/room.actor`, which is not current: one <0.4> runs it in `cast spin`. The next",
  ],
  "many processes": [
    [{ ...nothing, processes: [1, 2, 3, 4, 5].map((n) => ({ pid: `<0.${n}>`, name: null, handler: null })) }],
    "error dev still has version 2 of `src/room.actor`, which is not current: <0.1> runs it, <0.2> runs it, <0.3> runs it, and 2 more. The next",
  ],
  "a function and timers": [
    [{ ...nothing, timers: 2, values: [held] }],
    "warning dev still has version 2 of `src/room.actor`, which is not current: <0.5> holds `onClick` at `State.items[3].onClick`, 2 timers call it. As long",
  ],
  "two versions": [
    [
      { ...nothing, vsn: 1, purged: true, values: [held] },
      { ...nothing, timers: 1 },
    ],
    "error dev still has version 1 of `src/room.actor`, which is two versions behind or more: <0.5> holds `onClick` at `State.items[3].onClick`. It was",
    "warning dev still has version 2 of `src/room.actor`, which is not current: 1 timer calls it. As long",
  ],
};

for (const [name, [oldCode, ...expected]] of Object.entries(cases)) {
  test(name, () => {
    const host = memoryHost({ "/p/package.json": "{}", "/p/src/room.actor.ts": source });
    const module = { id: "src/room.actor", vsn: 3, processes: 1, shape: null, declaration: null, drift: null, oldCode };
    const { findings } = createAnalyzer(host, { root: "/p", against: { live: "dev", modules: [module] } }).analyze() ?? { findings: [] };
    const found = findings
      .filter(({ rule }) => rule === "old-version-still-running")
      .map(({ severity, message }) => `${severity} ${message}`);
    assert.deepEqual(
      found.map((text, index) => text.slice(0, expected[index]?.length)),
      expected,
    );
  });
}

test("what a system runs and the project does not have, and what is older here than there", () => {
  const host = memoryHost({ "/p/package.json": "{}", "/p/src/room.actor.ts": source });
  const module = { processes: 2, shape: null, declaration: null, drift: null, oldCode: [] };
  const drift = {
    name: "dev",
    checked: 2,
    drifts: 1,
    states: [{ pid: "<0.7>", name: null, message: "State.n: expected number, got string" }],
  };
  const shape = createAnalyzer(host, { root: "/p" }).analyze()?.modules[0]?.shape ?? null;
  const modules = [
    { ...module, id: "src/room.actor", vsn: 4, shape },
    { ...module, id: "src/gone.actor", vsn: 1, drift },
    { ...module, id: "src/over.actor", vsn: 1, processes: 0 },
  ];
  const { notes = [] } = createAnalyzer(host, { root: "/p", against: { live: "dev", modules } }).analyze() ?? {};
  assert.deepEqual(
    notes.map(({ code, module: id }) => [code, id]),
    [
      ["INSTAR_LIVE_AHEAD", "src/room.actor"],
      ["INSTAR_LIVE_REMOVED", "src/gone.actor"],
    ],
  );
  assert.match(
    notes[1]?.message ?? "",
    /^dev runs version 1 of src\/gone\.actor in 2 processes, .* 1 of its 2 live states that were checked are not .*: <0\.7> \(State\.n: expected number, got string\)\. /,
  );
});
