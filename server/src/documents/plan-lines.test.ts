/** What a plan says of strategies and their costs, of what stands in the way, and of a rehearsal; and that its links lead to what they name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessInfo, UpgradeError, UpgradePlan, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { ActorModule, Analyzed } from "../analysis/model.ts";
import type { Finding } from "../analysis/rule.ts";
import { documentOf } from "./document.ts";
import { planFacts, promiseOf } from "./plan-facts.ts";
import { planLines } from "./plan-lines.ts";

const at = (line: number, column = 1) => ({ start: { line, column }, end: { line, column: column + 1 } });
const room: ActorModule = {
  id: "src/room.actor",
  file: "/p/src/room.actor.ts",
  vsn: 3,
  released: false,
  shape: null,
  baseline: null,
  state: {
    up: "incompatible",
    down: "incompatible",
    changes: [],
    warnings: [{ kind: "dataLoss", path: "State.log", text: "State.log is given up" }],
  },
  messages: { oldToNew: "compatible", newToOld: "compatible", changes: [] },
  strategy: "hot",
  codeChange: { up: "ok", down: "ok" },
  steps: [{ from: 2, up: true, down: "irreversible", range: at(30, 5) }],
  ranges: { actor: at(20), vsn: null, state: at(5) },
};
const analyzed: Analyzed = { root: "/p", modules: [room], findings: [] };

const process = (pid: string, module: string, parent: string | null, kind: ProcessInfo["kind"] = "actor"): ProcessInfo => ({
  pid,
  name: null,
  parent,
  module,
  kind,
  vsn: 2,
  status: "idle",
  mailbox: 0,
  stateSize: 1,
  since: "2026-01-01T00:00:00.000Z",
  restarts: 0,
  oldCode: false,
});
const processes = [
  process("<0.1>", "src/app", null, "supervisor"),
  process("<0.2>", "src/room.actor", "<0.1>"),
  process("<0.3>", "src/room.actor", "<0.1>"),
  process("<0.4>", "src/user.actor", "<0.1>"),
  process("<0.5>", "src/other.actor", "<0.1>"),
];
const rooms = [
  { pid: "<0.2>", name: "tea", module: "src/room.actor" },
  { pid: "<0.3>", name: null, module: "src/room.actor" },
];

const plan: UpgradePlan = {
  stamp: "a",
  groups: [["src/app"], ["src/room.actor"]],
  modules: [
    {
      id: "src/app",
      from: 1,
      to: 2,
      kind: "swap",
      steps: [],
      irreversible: [],
      probation: "rollBack",
      children: { start: ["log"], stop: [], keep: ["rooms"], reorder: [], changed: [] },
    },
    { id: "src/room.actor", from: 2, to: 3, kind: "convert", steps: ["2 up"], irreversible: ["2 up"], probation: "restart" },
  ],
  convert: rooms,
  restart: [],
  blocked: [],
  messages: [{ module: "src/room.actor", kind: "cast", name: "say", queued: 3, how: "translated" }],
  errors: [],
};
const reader = { pathOf: (file: string) => file.slice("/p/".length), names: 5 };
const facts = (more: Partial<UpgradePlan> = {}, findings: readonly Finding[] = [], cannotMove: readonly UpgradeError[] = []) =>
  planFacts({
    plan: { ...plan, ...more },
    restarting: { ...plan, convert: [], restart: rooms, messages: [] },
    moving: { ...plan, ...more, errors: [...(more.errors ?? []), ...cannotMove] },
    analyzed: { ...analyzed, findings },
    processes,
    ids: ["src/room.actor"],
  });
const text = (...given: Parameters<typeof facts>) => documentOf(planLines(facts(...given), reader)).text;

test("a plan says what would happen, what it costs, and what there is no way back from", () => {
  assert.equal(
    text(),
    `An upgrade would go like this. Nothing was begun; a rehearsal also runs the steps.

Strategy: hot
  nothing forces a stronger one
  hot         no state is lost; 2 processes wait for a moment
  restart     2 processes lose their states: 2 of src/room.actor; they end and are started anew
  window      no state is lost; all 5 processes stop until the new code has taken their states over
  blue-green  no state is lost; old and new code run beside each other until the states are handed over

Modules, in this order
  1.  src/app         1 → 2  code only, same state
  2.  src/room.actor  2 → 3  steps: 2 up
  children of src/app: start log

Way back
  src/room.actor: no way back from 2 up; a probation could only restart its processes on the old code, without their states

Processes
  2 processes would be converted:
    src/room.actor  2 processes  tea, <0.3>

Messages that wait, and infos still to come
  src/room.actor  3 × cast say  are translated

What the steps lose
  src/room.actor.ts:5:1 State.log is given up
`,
  );
});

test("what stands in the way forces another strategy, and is said", () => {
  const why = "nothing says how to convert its states";
  const refused = text(
    {
      groups: [["src/room.actor"]],
      modules: [],
      convert: [],
      blocked: rooms.map((row) => ({ ...row, why })),
      messages: [],
      errors: [{ code: "INSTAR_CODE_CHANGE_MISSING", message: why, module: "src/room.actor", pid: null, name: null, place: null }],
    },
    [
      {
        rule: "state-changed-no-code-change",
        severity: "error",
        module: "src/room.actor",
        file: "/p/src/room.actor.ts",
        range: at(21, 3),
        message: "There is no step.",
        related: [],
        fixes: [],
      },
    ],
  );
  assert.match(
    refused,
    /^An upgrade would be refused\. Nothing was begun\.\n\nStrategy: restart\n {2}forced by src\/room\.actor: nothing says/,
  );
  assert.match(refused, /\n {2}hot +not as things are: 2 processes would have no way to the new code\n/);
  assert.match(refused, /\n {2}restart +2 processes lose their states: 2 of src\/room\.actor; they end/);
  assert.match(refused, /\n {2}window +not as things are: 2 processes would have no way to the new code\n/);
  assert.match(
    refused,
    /\n {2}2 processes have no way to the new code, so the upgrade fails as a whole:\n {4}tea, <0\.3> \(src\/room\.actor\), see below\n/,
  );
  assert.match(refused, /\nFindings against it\n {2}src\/room\.actor\.ts:21:3 error state-changed-no-code-change There is no step\.\n/);
  assert.match(refused, /\nErrors\n {2}INSTAR_CODE_CHANGE_MISSING in src\/room\.actor\n {4}nothing says/);
});

test("what cannot move to another process is said of the strategies that need it, and of nothing else", () => {
  const stuck = rooms.map(({ pid, name, module }) => ({
    code: "INSTAR_CANNOT_TRAVEL",
    message: `${pid} (${module}) cannot move to another program: State.onSay is the function notify. Keep plain data, pids and mfa(…) in states.`,
    module,
    pid,
    name,
    place: null,
  }));
  const said = text({}, [], stuck);
  assert.match(said, /^An upgrade would go like this\./);
  assert.match(said, /\n {2}hot +no state is lost/);
  for (const strategy of ["window", "blue-green"])
    assert.match(
      said,
      new RegExp(`\n {2}${strategy} +not as things are: 2 processes cannot move \\(for one, State\\.onSay is the function notify\\)\n`),
    );
  assert.match(
    said,
    /\nWhat cannot move to another process, .*\n {2}tea +src\/room\.actor {2}State\.onSay is the function notify\n {2}<0\.3> +src\/room\.actor {2}State/,
  );
});

test("links lead to what they name, and headings have what is under them", () => {
  const { text: whole, links, headings } = documentOf(planLines(facts(), reader));
  const lines = whole.split("\n");
  assert.deepEqual(
    links.map(({ line, start, end, place }) => [lines[line]?.slice(start, end), place.file, place.line]),
    [
      ["src/room.actor", "/p/src/room.actor.ts", 20],
      ["steps: 2 up", "/p/src/room.actor.ts", 30],
      ["src/room.actor.ts:5:1", "/p/src/room.actor.ts", 5],
    ],
  );
  assert.deepEqual(
    headings.map(({ title, line, last }) => [title === lines[line], last - line]),
    [
      [true, 5],
      [true, 3],
      [true, 1],
      [true, 2],
      [true, 1],
      [true, 1],
    ],
  );
});

test("a rehearsal says how long it would take, who is slowest, and what comes back", () => {
  const row = { module: "src/room.actor", from: 2, to: 3, pause: 0, queued: 0, before: null, after: null };
  const report: UpgradeReport = {
    outcome: "rehearsed",
    modules: [],
    processes: [
      {
        ...row,
        pid: "<0.2>",
        name: "tea",
        queued: 3,
        rehearsed: { took: 1.5, wayBack: "lossless" },
        before: "{ a: 1 }",
        after: "{ b: 1 }",
      },
      { ...row, pid: "<0.3>", name: null, rehearsed: { took: 2, wayBack: "lossy" } },
    ],
    messages: { queued: 3, translated: 3, dropped: 0, callsSpanning: 0 },
    time: { build: 1, quiesce: 0, convert: 3.5, commit: 0, total: 5 },
    errors: [],
    rehearsal: {
      where: "process",
      why: null,
      packing: { took: 4, longest: 1.25 },
      inApplication: [{ pid: "<0.3>", name: null, module: "src/room.actor", path: "State.onSay", what: "the function notify" }],
    },
  };
  const lines = planLines(facts(), reader, { at: "2026-01-01T10:20:30", report });
  assert.equal(
    documentOf(lines).text.slice(documentOf(lines).text.indexOf("Rehearsal at")),
    `Rehearsal at 10:20:30
  it would work. Nothing was changed, on copies of 2 live states
  expected pause  3.50 ms, in which 2 states and their messages are converted
  slowest         <0.3> (src/room.actor), 2.00 ms
  way back        1 of 2 states come back as they were, 1 as others
  where           a process of its own; copying states took 4.00 ms of the application, 1.25 ms at most at a stretch
  in application  <0.3> (src/room.actor), since State.onSay is the function notify
  src/room.actor
    tea    <0.2>  2 → 3  1.50 ms  3 queued  lossless
      before { a: 1 }
      after  { b: 1 }
    <0.3>         2 → 3  2.00 ms            not lossless
`,
  );
});

test("messages that come and processes that start are the same promise; other sources, and processes in the way, are another", () => {
  const promise = (...given: Parameters<typeof facts>) => promiseOf(facts(...given));
  assert.equal(promise({ messages: [], convert: rooms.slice(1) }), promise());
  assert.notEqual(promise({ stamp: "b" }), promise());
  assert.notEqual(promise({ blocked: [{ ...rooms[0]!, why: "a test" }] }), promise());
});

test("where nothing has changed, there is nothing to say", () => {
  assert.equal(text({ groups: [], modules: [], convert: [] }), "Nothing to do: the running code is what the sources say.\n");
});
