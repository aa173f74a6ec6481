/** The words of the code lens, for each state that a module can be in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CodeLens } from "vscode-languageserver";
import type { ActorModule, Change } from "../analysis/model.ts";
import type { Finding } from "../analysis/rule.ts";
import { codeLenses, type LensReference, type LiveModule, resolveCodeLens } from "./code-lenses.ts";

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

const missing: Finding = {
  rule: "state-changed-no-code-change",
  severity: "error",
  module: draft.id,
  file: draft.file,
  range: { start: { line: 3, column: 1 }, end: { line: 3, column: 5 } },
  message: "It has changed.",
  related: [],
  fixes: [{ title: "Write codeChange[1]", preferred: true, questions: [], edits: () => [] }],
};

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
      resolved({ ...draft, ...module }, running).map(({ command }) => command?.title),
      lens,
    );
  });

test("the lenses stand above the call of actor", () => {
  for (const { range } of codeLenses(draft, context(undefined, [])))
    assert.deepEqual(range, { start: { line: 6, character: 15 }, end: { line: 6, character: 20 } });
});

test("a lens is a place alone until somebody is about to look at it", () => {
  for (const lens of codeLenses(draft, context(live({ 1: 1 }, 1), []))) assert.deepEqual(Object.keys(lens), ["range", "data"]);
});

test("each segment does something, and only what the client has", () => {
  const all = ["instar.compareWithRelease", "instar.answer", "instar.upgrade", "instar.processes.focus", "instar.showUpgradePlan"];
  const commands = (running: LiveModule, given: string[], module = draft) =>
    resolved(module, running, given).map(({ command }) => command?.command);
  assert.deepEqual(commands(live({ 1: 1 }, 1), all), [
    "instar.showUpgradePlan",
    "instar.compareWithRelease",
    "instar.answer",
    "instar.upgrade",
  ]);
  assert.equal(commands(live({ 2: 1 }, 2), all).at(-1), "instar.processes.focus", "there is nothing to upgrade to");
  assert.deepEqual(commands(live({ 1: 1 }, 1), []), ["", "", "", ""]);
  assert.deepEqual(commands(live({ 1: 1 }, 1), ["instar.release"], { ...draft, baseline: null }), ["", "instar.release", ""]);
});

test("what is missing is written by the fix of the finding that says so", () => {
  const [, , steps] = resolved(draft, undefined, ["instar.answer"]);
  assert.deepEqual(steps?.command?.arguments, [
    { root: "/p", rule: missing.rule, module: draft.id, file: draft.file, line: 3, title: "Write codeChange[1]", renames: {} },
  ]);
});

const stepsWritten: ActorModule = {
  ...draft,
  vsn: 3,
  baseline: { ...draft.baseline!, vsn: 2 },
  steps: [1, 2].map((from) => ({
    from,
    up: true,
    down: "function" as const,
    range: { start: { line: 10 + from, column: 5 }, end: { line: 10 + from, column: 6 } },
  })),
};
const stepCommands = ["instar.rehearse", "instar.prove", "instar.showStates"];

test("over each step stands what can be done with it", () => {
  const texts = (running: LiveModule | undefined, given: string[]) =>
    resolved(stepsWritten, running, given)
      .filter(({ range }) => range.start.line > 9)
      .map(({ range, command }) => `${range.start.line + 1} ${command?.title}`);
  assert.deepEqual(texts(undefined, stepCommands), ["11 Prove", "12 Rehearse", "12 Prove"]);
  assert.deepEqual(texts(live({ 1: 2, 2: 3 }, 2), stepCommands), [
    "11 Rehearse",
    "11 Prove",
    "11 Show states",
    "12 Rehearse",
    "12 Prove",
    "12 Show states",
  ]);
  assert.deepEqual(texts(live({ 1: 2 }, 2), []), [], "as plain text they would say nothing");
  const [prove] = resolved(stepsWritten, undefined, ["instar.prove"]).filter(({ range }) => range.start.line === 10);
  assert.deepEqual(prove?.command?.arguments, [{ root: "/p", module: draft.id, from: 1 }]);
});

function context(running: LiveModule | undefined, commands: readonly string[]) {
  return { root: "/p", live: running, commands: new Set(commands) };
}

function resolved(module: ActorModule, running: LiveModule | undefined, commands: readonly string[] = []): CodeLens[] {
  const given = context(running, commands);
  const analyzed = { root: "/p", modules: [module], findings: [missing] };
  return codeLenses(module, given).map((lens) => resolveCodeLens(lens, lens.data as LensReference, analyzed, given));
}
