/** The words of the code lens, for each state that a module can be in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActorModule, Change } from "../analysis/model.ts";
import { codeLenses, type LiveModule } from "./code-lenses.ts";

const change: Change = { path: "State.title", kind: "fieldAdded", old: null, new: "string" };
const same = { up: "compatible", down: "compatible", changes: [] } as const;
const draft: ActorModule = {
  id: "src/room.actor",
  file: "/p/src/room.actor.ts",
  vsn: 2,
  released: false,
  shape: "hash",
  baseline: { vsn: 1, source: "snapshot", file: "/p/.instar/releases/src/room.actor/1.d.ts", name: null },
  state: { up: "incompatible", down: "compatible", changes: [change, change] },
  messages: { oldToNew: "compatible", newToOld: "compatible", changes: [] },
  strategy: "hot",
  codeChange: { up: "missing", down: "missing" },
  steps: [],
  ranges: { actor: { start: { line: 7, column: 16 }, end: { line: 7, column: 21 } }, vsn: null, state: null },
};
const live = (versions: Record<number, number>, loaded: number): LiveModule => ({
  loaded,
  versions: new Map(Object.entries(versions).map(([vsn, count]) => [Number(vsn), count])),
});

const cases: { name: string; module?: Partial<ActorModule>; live?: LiveModule; lens: string[] }[] = [
  { name: "a draft with missing steps", lens: ["v2 (draft)", "2 changes since v1", "up missing, down missing"] },
  {
    name: "a draft with a step of which there is no way back",
    module: { codeChange: { up: "ok", down: "irreversible" }, state: { ...draft.state, changes: [change] } },
    lens: ["v2 (draft)", "1 change since v1", "up ok, down irreversible"],
  },
  {
    name: "a released version that nothing changed in",
    module: { vsn: 1, released: true, state: same, codeChange: { up: "unneeded", down: "unneeded" } },
    lens: ["v1", "no change since v1"],
  },
  { name: "a version before the first release", module: { vsn: 1, baseline: null }, lens: ["v1 (draft)", "never released"] },
  { name: "a vsn that is no number", module: { vsn: null, baseline: null }, lens: ["vsn unreadable", "never released"] },
  {
    name: "changes of messages count as well",
    module: { state: same, messages: { ...draft.messages, changes: [change] }, codeChange: { up: "unneeded", down: "unneeded" } },
    lens: ["v2 (draft)", "1 change since v1"],
  },
  {
    name: "another baseline is named",
    module: { baseline: { vsn: 1, source: "live", file: "", name: "dev" } },
    lens: ["v2 (draft)", "2 changes since live v1", "up missing, down missing"],
  },
  {
    name: "processes of one version",
    live: live({ 1: 12 }, 1),
    lens: ["v2 (draft)", "2 changes since v1", "up missing, down missing", "12 live on v1"],
  },
  {
    name: "processes that still run other versions",
    live: live({ 2: 9, 1: 3 }, 2),
    lens: ["v2 (draft)", "2 changes since v1", "up missing, down missing", "12 live (3 on v1)"],
  },
];

for (const { name, module, live: running, lens } of cases)
  test(name, () => {
    assert.deepEqual(
      codeLenses({ ...draft, ...module }, running, new Set()).map(({ command }) => command?.title),
      lens,
    );
  });

test("the lenses stand above the call of actor", () => {
  for (const { range } of codeLenses(draft, undefined, new Set()))
    assert.deepEqual(range, { start: { line: 6, character: 15 }, end: { line: 6, character: 20 } });
});

test("a segment has a command only where the client has it", () => {
  const command = (commands: string[]) => codeLenses(draft, live({ 1: 1 }, 1), new Set(commands)).at(-1)?.command?.command;
  assert.equal(command(["instar.processes.focus"]), "instar.processes.focus");
  assert.equal(command([]), "");
});
