/** Findings in each of the formats: for people, for GitHub, as SARIF, and as the published JSON. */
import { test } from "node:test";
import assert from "node:assert/strict";
import type { ActorModule, Analyzed } from "../analysis/model.ts";
import type { Finding } from "../analysis/rule.ts";
import { workflowCommands } from "./format-github.ts";
import { checkJson } from "./format-json.ts";
import { sarif } from "./format-sarif.ts";
import { excerpt, findingsText, summaryLine } from "./format-text.ts";

const root = process.cwd().replaceAll("\\", "/");

const finding: Finding = {
  rule: "state-changed-no-code-change",
  severity: "error",
  module: "src/counter.actor",
  modules: ["src/counter.actor", "src/other.actor"],
  file: `${root}/src/counter.actor.ts`,
  range: { start: { line: 3, column: 18 }, end: { line: 3, column: 23 } },
  message: "State.step is missing in old states: 100% of them, at once.\nWrite codeChange.",
  related: [
    {
      file: `${root}/.instar/releases/src/counter.actor/1.d.ts`,
      range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } },
      message: "the release",
    },
  ],
  fixes: [{ title: "Write codeChange 1", preferred: true, questions: [], edits: () => [] }],
};

const module: ActorModule = {
  id: "src/counter.actor",
  file: `${root}/src/counter.actor.ts`,
  vsn: 2,
  released: false,
  shape: "abc",
  baseline: { vsn: 1, source: "snapshot", file: `${root}/.instar/releases/src/counter.actor/1.d.ts`, name: null },
  state: { up: "incompatible", down: "compatible", changes: [{ path: "State.step", kind: "fieldAdded", old: null, new: "number" }] },
  messages: { oldToNew: "compatible", newToOld: "compatible", changes: [] },
  strategy: "window",
  codeChange: { up: "missing", down: "missing" },
  steps: [],
  ranges: { actor: finding.range, vsn: null, state: null },
};

const analyzed: Analyzed = { root, modules: [module], findings: [finding] };

test("text: place, severity, rule, message, excerpt with carets, related places, fixes", () => {
  const source = "// Counts.\n\nexport interface State { n: number; step: number }\n";
  assert.deepEqual(
    findingsText([finding], () => source),
    [
      [
        "src/counter.actor.ts:3:18 error state-changed-no-code-change",
        "  State.step is missing in old states: 100% of them, at once.",
        "  Write codeChange.",
        "  Also concerns: src/other.actor",
        "",
        "  3 | export interface State { n: number; step: number }",
        "    |                  ^^^^^",
        "",
        "  see .instar/releases/src/counter.actor/1.d.ts:1:1 the release",
        "  fix: Write codeChange 1  (instar fix)",
        "",
      ].join("\n"),
    ],
  );
});

test("text: findings come in the order of files and places", () => {
  const later: Finding = { ...finding, range: { start: { line: 9, column: 1 }, end: { line: 9, column: 2 } } };
  const other: Finding = { ...finding, file: `${root}/src/a.ts` };
  const heads = findingsText([later, finding, other], () => undefined).map((text) => text.split(" ", 1)[0]);
  assert.deepEqual(heads, ["src/a.ts:3:18", "src/counter.actor.ts:3:18", "src/counter.actor.ts:9:1"]);
});

const reason = "messages that are queued for version 1 are none that it takes";

test("text: the summary counts, and names the strategy and what forces it", () => {
  const strategy = `Strategy: window, because of src/counter.actor: ${reason}.`;
  const two = {
    ...analyzed,
    modules: [module, { ...module, id: "src/other.actor", strategy: "restart" as const }, { ...module, id: "src/third.actor" }],
  };
  assert.match(summaryLine(two), /window, because of src\/counter\.actor: .*, and src\/third\.actor\.$/);
  assert.equal(summaryLine(analyzed), `1 error in 1 actor module. ${strategy}`);
  assert.equal(summaryLine({ ...analyzed, findings: [] }), `No findings in 1 actor module. ${strategy}`);
  assert.match(summaryLine({ root, modules: [], findings: [] }), /No actor modules here/);
});

test("excerpt: tabs, ranges over several lines, places that are not there", () => {
  const place = (line: number, column: number, endLine: number, endColumn: number) => ({
    start: { line, column },
    end: { line: endLine, column: endColumn },
  });
  assert.deepEqual(excerpt("a\n\tbcd", place(2, 3, 2, 4)), ["  1 | a", "  2 |   bcd", "    |    ^"]);
  assert.deepEqual(excerpt("abc\ndef", place(1, 2, 2, 3)), ["  1 | abc", "    |  ^^"]);
  assert.deepEqual(excerpt("abc", place(1, 4, 1, 4)), ["  1 | abc", "    |    ^"]);
  assert.deepEqual(excerpt("abc", place(7, 1, 7, 2)), []);
  // Wide characters, those of several code points, and combined ones.
  assert.deepEqual(excerpt('"日本😀👩‍👩‍👧e\u0301": number', place(1, 19, 1, 25)), [
    '  1 | "日本😀👩‍👩‍👧e\u0301": number',
    `    | ${" ".repeat(13)}^^^^^^`,
  ]);
  assert.deepEqual(excerpt("ｆ: 1", place(1, 1, 1, 2)), ["  1 | ｆ: 1", "    | ^^"]);
});

test("excerpt: of a long line only what is around the place", () => {
  const place = (from: number, to: number) => ({ start: { line: 2, column: from }, end: { line: 2, column: to } });
  const line = `${"a".repeat(500)}meant${"b".repeat(500)}`;
  const [source, carets] = excerpt(`${line}\n${line}`, place(501, 506));
  assert.equal(source, `  2 | …${"a".repeat(40)}meant${"b".repeat(114)}…`);
  assert.equal(carets, `    | ${" ".repeat(41)}^^^^^`);
  assert.deepEqual(excerpt(`\n${"x".repeat(400)}`, place(1, 401)), [`  2 | ${"x".repeat(80)}…`, `    | ${"^".repeat(80)}`]);
});

test("github: one workflow command, escaped", () => {
  assert.deepEqual(workflowCommands(analyzed), [
    "::error file=src/counter.actor.ts,line=3,endLine=3,col=18,endColumn=23,title=instar state-changed-no-code-change::" +
      "State.step is missing in old states: 100%25 of them, at once.%0AWrite codeChange.",
  ]);
  const odd: Finding = { ...finding, severity: "info", file: `${root}/src/a,b:c.ts` };
  assert.match(workflowCommands({ ...analyzed, findings: [odd] })[0] ?? "", /^::notice file=src\/a%2Cb%3Ac\.ts,/);
});

test("json: the published object", () => {
  assert.deepEqual(checkJson(analyzed), {
    version: 1,
    modules: [
      {
        id: "src/counter.actor",
        file: "src/counter.actor.ts",
        vsn: 2,
        released: false,
        baseline: { vsn: 1, source: "snapshot" },
        state: { up: "incompatible", down: "compatible", changes: [{ path: "State.step", kind: "fieldAdded", old: null, new: "number" }] },
        messages: { oldToNew: "compatible", newToOld: "compatible", changes: [] },
        strategy: "window",
      },
    ],
    findings: [
      {
        rule: "state-changed-no-code-change",
        severity: "error",
        module: "src/counter.actor",
        modules: ["src/counter.actor", "src/other.actor"],
        file: "src/counter.actor.ts",
        range: { start: { line: 3, column: 18 }, end: { line: 3, column: 23 } },
        message: finding.message,
        related: [{ file: ".instar/releases/src/counter.actor/1.d.ts", range: finding.related[0]?.range, message: "the release" }],
        fixes: ["Write codeChange 1"],
      },
    ],
    summary: { errors: 1, warnings: 0, infos: 0, strategy: "window", forcedBy: [{ module: "src/counter.actor", reason }] },
  });
});

test("sarif: what SARIF 2.1.0 requires is there and fits together", () => {
  const log = JSON.parse(JSON.stringify(sarif(analyzed)));
  assert.equal(log.version, "2.1.0");
  assert.equal(log.runs.length, 1);
  const [run] = log.runs;
  assert.equal(run.tool.driver.name, "instar");
  const [result] = run.results;
  assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
  assert.equal(result.level, "error");
  assert.equal(result.message.text, finding.message);
  const { artifactLocation, region } = result.locations[0].physicalLocation;
  assert.deepEqual(region, { startLine: 3, startColumn: 18, endLine: 3, endColumn: 23 });
  assert.equal(artifactLocation.uri, "src/counter.actor.ts");
  // Where a URI would end its path.
  const odd = JSON.parse(JSON.stringify(sarif({ ...analyzed, findings: [{ ...finding, file: `${root}/src/a#b? 1%.ts` }] })));
  assert.equal(odd.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri, "src/a%23b%3F%201%25.ts");
  assert.ok(run.originalUriBaseIds[artifactLocation.uriBaseId].uri.endsWith("/"));
  assert.equal(result.relatedLocations[0].message.text, "the release");
});
