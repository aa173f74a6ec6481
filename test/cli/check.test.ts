/** `instar check` and `instar diff` on real projects: findings, formats, exit codes, and input that is not as it should be. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { changedCounter, counter, counterSource } from "../support/counter.ts";
import { releasedProject } from "../support/released-project.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";
import type { TestContext } from "node:test";

const file = "src/counter.actor.ts";
const id = "src/counter.actor";
const snapshot = `.instar/releases/${id}/1.d.ts`;

interface Printed {
  version: number;
  modules: {
    id: string;
    file: string;
    vsn: number | null;
    baseline: { vsn: number; source: string } | null;
    state: { up: string; down: string; changes: { path: string; kind: string; old: string | null; new: string | null }[] };
    messages: { oldToNew: string; newToOld: string; changes: unknown[] };
    strategy: string;
  }[];
  findings: {
    rule: string;
    severity: string;
    module: string;
    file: string;
    range: { start: { line: number; column: number }; end: { line: number; column: number } };
    message: string;
    fixes: string[];
  }[];
  summary: { errors: number; warnings: number; infos: number; strategy: string };
}

/** A project whose first version is released. */
const released = (t: TestContext): Promise<TemporaryProject> => releasedProject(t, { [file]: counter });

async function checkJson(project: TemporaryProject, ...args: string[]): Promise<Printed & Pick<CliResult, "code">> {
  const { code, stdout, stderr } = await runCli(["check", "--format", "json", ...args], { cwd: project.root });
  assert.doesNotMatch(stderr, /should not have happened/);
  return { code, ...(JSON.parse(stdout) as Printed) };
}

test("nothing changed: no findings, exit 0", async (t) => {
  const project = await released(t);
  const text = await runCli(["check"], { cwd: project.root });
  assert.match(text.stdout, /No findings in 1 actor module\. Strategy: hot\./);
  assert.equal(text.code, 0);
  const json = await checkJson(project);
  assert.equal(json.version, 1);
  assert.equal(json.modules.length, 1);
  const [module] = json.modules;
  assert.equal(module?.id, id);
  assert.equal(module?.file, file);
  assert.equal(module?.vsn, 1);
  assert.deepEqual(module?.baseline, { vsn: 1, source: "snapshot" });
  assert.deepEqual(module?.state, { up: "compatible", down: "compatible", changes: [] });
  assert.deepEqual(json.findings, []);
  assert.deepEqual(json.summary, { errors: 0, warnings: 0, infos: 0, strategy: "hot" });
});

test("a changed state: the published object, exit 1", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const json = await checkJson(project);
  assert.equal(json.code, 1);
  const [module] = json.modules;
  assert.equal(module?.state.up, "incompatible");
  assert.equal(module?.state.down, "incompatible");
  assert.deepEqual(
    module?.state.changes
      .map(({ path, kind, old, new: now }) => ({ path, kind, old, new: now }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    [
      { path: "State.name", kind: "fieldAdded", old: null, new: "string" },
      { path: "State.step", kind: "fieldAdded", old: null, new: "number" },
      { path: "State.title", kind: "fieldRemoved", old: "string", new: null },
    ],
  );
  const finding = json.findings.find(({ rule }) => rule === "state-changed-no-code-change");
  assert.equal(finding?.severity, "error");
  assert.equal(finding?.module, id);
  assert.equal(finding?.file, file);
  assert.ok((finding?.fixes.length ?? 0) > 0);
  const line = changedCounter.split("\n")[(finding?.range.start.line ?? 0) - 1] ?? "";
  assert.ok(line.length >= (finding?.range.start.column ?? Infinity), "the place lies in the file");
  assert.equal(json.summary.errors, json.findings.filter(({ severity }) => severity === "error").length);
});

test("a changed state: what people read", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const { code, stdout } = await runCli(["check"], { cwd: project.root });
  assert.match(stdout, /^src\/counter\.actor\.ts:\d+:\d+ error state-changed-no-code-change$/m);
  assert.match(stdout, /^ +\d+ \| .*\n +\| +\^+$/m);
  assert.match(stdout, /^ {2}fix: .+\(instar fix\)$/m);
  assert.match(
    stdout,
    /^1 error.* in 1 actor module\. Strategy: restart, because of src\/counter\.actor: no codeChange carries the states of version 1 over \(.*\)\.$/m,
  );
  assert.equal(code, 1);
});

test("sarif and github name the same finding at the same place", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const { findings } = await checkJson(project);
  const sarif = JSON.parse((await runCli(["check", "--format", "sarif"], { cwd: project.root })).stdout);
  const [run] = sarif.runs;
  assert.deepEqual(
    run.results.map((result: { ruleId: string; locations: { physicalLocation: { region: { startLine: number } } }[] }) => [
      result.ruleId,
      result.locations[0]?.physicalLocation.region.startLine,
    ]),
    findings.map(({ rule, range }) => [rule, range.start.line]),
  );
  assert.ok(run.tool.driver.rules.every(({ helpUri }: { helpUri?: string }) => helpUri?.includes("/docs/rules/")));
  assert.ok(run.tool.driver.rules.every(({ shortDescription }: { shortDescription?: { text: string } }) => shortDescription?.text));
  const github = await runCli(["check", "--format", "github"], { cwd: project.root });
  assert.match(github.stdout, new RegExp(`^::error file=src/counter\\.actor\\.ts,line=${findings[0]?.range.start.line},`, "m"));
  assert.equal(github.code, 1);
});

test("paths narrow what is reported, not what is read", async (t) => {
  const project = await releasedProject(t, { [file]: counter, "src/other/second.actor.ts": counter });
  project.write({ [file]: changedCounter });
  const there = await checkJson(project, "src/other");
  assert.deepEqual(
    there.modules.map((module) => module.id),
    ["src/other/second.actor"],
  );
  assert.deepEqual([there.findings, there.code], [[], 0]);
  const here = await checkJson(project, file);
  assert.deepEqual(
    here.modules.map((module) => module.id),
    [id],
  );
  assert.equal(here.code, 1);
  // From anywhere, a path says which project is meant.
  const outside = await runCli(["check", project.path("src"), "--format", "json"], { cwd: "/" });
  assert.equal((JSON.parse(outside.stdout) as Printed).modules.length, 2);
});

test("diff prints each change with its path, kind and types", async (t) => {
  const project = await released(t);
  const same = await runCli(["diff"], { cwd: project.root });
  assert.match(same.stdout, /No shape has changed/);
  project.write({ [file]: changedCounter });
  const text = await runCli(["diff"], { cwd: project.root });
  assert.match(text.stdout, /^src\/counter\.actor {2}version 1 → 1$/m);
  assert.match(text.stdout, /State\.step +fieldAdded +\(none\) → number/);
  assert.match(text.stdout, /State\.title +fieldRemoved +string → \(none\)/);
  assert.match(text.stdout, /leftoverField {2}`State\.title` stays in old states/);
  assert.equal(text.code, 0);
  const json = JSON.parse((await runCli(["diff", file, "--format", "json"], { cwd: project.root })).stdout) as Pick<Printed, "modules">;
  assert.deepEqual(json.modules[0]?.state.changes.map(({ path }) => path).toSorted(), ["State.name", "State.step", "State.title"]);
  const unknown = await runCli(["diff", "src/conter.actor"], { cwd: project.root });
  assert.match(unknown.stderr, /There is no actor module src\/conter\.actor.*Did you mean src\/counter\.actor\?/);
  assert.equal(unknown.code, 2);
});

test("the root of a workspace, which has no actors itself, does not pass for checked", async (t) => {
  const project = temporaryProject(t, {
    "package.json": JSON.stringify({ name: "all", private: true, workspaces: ["packages/*"] }),
    "packages/game/package.json": JSON.stringify({ name: "game", private: true, type: "module" }),
    [`packages/game/${file}`]: counter,
  });
  for (const format of ["text", "json", "sarif", "github"]) {
    const { code, stdout, stderr } = await runCli(["check", "--format", format], { cwd: project.root });
    assert.match(stderr, /No actor modules in .*instar check packages\/game/s);
    assert.equal(stdout, "");
    assert.equal(code, 2);
  }
  const named = await runCli(["check", "packages/game"], { cwd: project.root });
  assert.match(named.stdout, /No findings in 1 actor module/);
});

test("diff of a module that was never released says so", async (t) => {
  const project = temporaryProject(t, { [file]: counter });
  const { code, stdout } = await runCli(["diff"], { cwd: project.root });
  assert.match(stdout, /Not released yet.*src\/counter\.actor.*instar release/);
  assert.equal(code, 0);
});

const bad: [name: string, source: string, said: RegExp, releasable?: true][] = [
  ["a file that does not parse", counter.replace("calls: {", "calls: {{{"), /This file does not parse: /],
  [
    "a module with two actors",
    `${counter}\nexport const second = actor<Counter>({ vsn: 1, init: (title) => ({ title, count: 0 }), calls: { get: ({ state, reply }) => reply(state) }, casts: { add: ({ next }) => next() } });\n`,
    /a second actor here.*Move it to a file of its own/,
    true,
  ],
  [
    "a vsn that is not a number",
    counterSource({ vsn: '"two" as never', state: "  readonly title: string;\n  readonly count: number;", initial: "{ title, count: 0 }" }),
    /vsn/,
  ],
];

for (const [name, source, said] of bad) {
  test(`${name}: a finding that says what to do, exit 1`, async (t) => {
    const project = temporaryProject(t, { [file]: source });
    const { code, stdout, stderr } = await runCli(["check"], { cwd: project.root });
    assert.doesNotMatch(stderr, /should not have happened/);
    assert.match(stdout, said);
    assert.match(stdout, /src\/counter\.actor\.ts:\d+:\d+ /);
    assert.equal(code, 1);
  });
}

for (const [name, source] of bad.filter(([, , , releasable]) => !releasable)) {
  test(`${name}: is not released`, async (t) => {
    const project = temporaryProject(t, { [file]: source });
    const before = project.everything();
    const { code, stderr } = await runCli(["release"], { cwd: project.root });
    assert.match(stderr, /Refused: src\/counter\.actor\.ts/);
    assert.equal(code, 1);
    assert.deepEqual(project.everything(), before);
  });
}

for (const [name, damage] of [
  ["cut off", (text: string) => text.slice(0, text.length / 2)],
  ["emptied", () => ""],
] as const) {
  test(`a snapshot that was ${name}: a clear message, exit 1, and it is not overwritten`, async (t) => {
    const project = await released(t);
    const damaged = damage(project.read(snapshot));
    project.write({ [snapshot]: damaged });
    const check = await runCli(["check"], { cwd: project.root });
    assert.doesNotMatch(check.stderr, /should not have happened/);
    assert.match(check.stdout, /\.instar\/releases\/src\/counter\.actor\/1\.d\.ts/);
    assert.equal(check.code, 1);
    const release = await runCli(["release"], { cwd: project.root });
    assert.match(release.stderr, /1\.d\.ts/);
    assert.equal(release.code, 1);
    assert.equal(project.read(snapshot), damaged);
  });
}

test("a missing tsconfig: said once, and the check goes on", async (t) => {
  const project = temporaryProject(t, { [file]: counter, "tsconfig.json": null });
  const { code, stdout, stderr } = await runCli(["check"], { cwd: project.root });
  assert.match(stdout + stderr, /tsconfig\.json/);
  assert.match(stdout, /1 actor module/);
  assert.equal(code, 0);
});

test("a project without actors: says so, exit 0", async (t) => {
  const project = temporaryProject(t, { "src/index.ts": "export const answer = 42;\n" });
  const { code, stdout } = await runCli(["check"], { cwd: project.root });
  assert.match(stdout, /No actor modules here/);
  assert.equal(code, 0);
});
