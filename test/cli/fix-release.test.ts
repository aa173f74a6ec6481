/** `instar fix` and `instar release` on real projects: what is written, what is refused, and that nothing is half written. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import type { TestContext } from "node:test";
import { changedCounter, counter, counterSource } from "../support/counter.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const snapshotOf = (vsn: number): string => `.instar/releases/src/counter.actor/${vsn}.d.ts`;

const released = (t: TestContext): Promise<TemporaryProject> => releasedProject(t, { [file]: counter });

test("release writes snapshots once, and their .gitignore lets git see nothing else", async (t) => {
  const project = temporaryProject(t, { [file]: counter });
  const missing = await runCli(["release", "--check"], { cwd: project.root });
  assert.match(missing.stderr, /src\/counter\.actor version 1 has no snapshot/);
  assert.equal(missing.code, 1);
  assert.ok(!existsSync(project.path(".instar")), "--check writes nothing");
  const first = await runCli(["release"], { cwd: project.root });
  assert.match(first.stdout, /wrote \.instar\/releases\/src\/counter\.actor\/1\.d\.ts/);
  assert.equal(first.code, 0);
  const written = project.everything();
  const second = await runCli(["release"], { cwd: project.root });
  assert.match(second.stdout, /up to date/);
  assert.equal(second.code, 0);
  assert.deepEqual(project.everything(), written);
  assert.equal((await runCli(["release", "--check"], { cwd: project.root })).code, 0);

  project.write({ ".instar/run/dev.json": "{}", ".instar/builds/x/a.js": "" });
  spawnSync("git", ["init", "-q"], { cwd: project.root });
  const seen = spawnSync("git", ["ls-files", "--others", "--exclude-standard", ".instar"], { cwd: project.root, encoding: "utf8" });
  assert.deepEqual(seen.stdout.trim().split("\n").toSorted(), [".instar/.gitignore", snapshotOf(1)]);
});

test("release --format json says what was written", async (t) => {
  const project = temporaryProject(t, { [file]: counter });
  const printed = JSON.parse((await runCli(["release", "--format", "json"], { cwd: project.root })).stdout);
  assert.deepEqual(printed, {
    version: 1,
    written: [snapshotOf(1)],
    modules: [{ id: "src/counter.actor", vsn: 1, snapshot: snapshotOf(1), state: "written", problem: null }],
    problems: [],
  });
});

test("what does not parse is not released, whatever the configuration wants to hear of it", async (t) => {
  const project = temporaryProject(t, { [file]: counter.replace("calls: {", "calls: {{{") });
  const refused = async (): Promise<string> => {
    const { code, stderr } = await runCli(["release"], { cwd: project.root });
    assert.deepEqual([code, existsSync(project.path(snapshotOf(1)))], [1, false]);
    return stderr;
  };
  assert.match(await refused(), /counter\.actor\.ts:\d+:\d+ This file does not parse/);
  project.write({ "instar.config.json": '{ "rules": { "syntax-error": "off" } }' });
  assert.match(await refused(), /cannot be read well enough to be released.*switched off or suppressed/);
});

test("a released version is frozen: release refuses until vsn is raised, --amend rewrites", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const before = project.everything();
  for (const args of [["release"], ["release", "--check"]]) {
    const { code, stderr } = await runCli(args, { cwd: project.root });
    assert.match(stderr, /is released, and its snapshot .*1\.d\.ts says otherwise.*raise vsn to 2.*--amend/s);
    assert.equal(code, 1);
    assert.deepEqual(project.everything(), before);
  }
  const amended = await runCli(["release", "--amend"], { cwd: project.root });
  assert.match(amended.stdout, /wrote .*1\.d\.ts/);
  assert.equal(amended.code, 0);
  assert.match(project.read(snapshotOf(1)), /step/);
  assert.equal((await runCli(["check"], { cwd: project.root })).code, 0);
});

test("a snapshot edited by hand is not taken for the release: refused, restored by --amend", async (t) => {
  const project = await released(t);
  const original = project.read(snapshotOf(1));
  project.write({ [snapshotOf(1)]: original.replace("count: number", "count: string") });
  assert.notEqual(project.read(snapshotOf(1)), original);
  assert.equal((await runCli(["check"], { cwd: project.root })).code, 1);
  assert.equal((await runCli(["release"], { cwd: project.root })).code, 1);
  assert.equal((await runCli(["release", "--amend"], { cwd: project.root })).code, 0);
  assert.equal(project.read(snapshotOf(1)), original);
});

test("a version without its step from the one before is not released", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter.replace("vsn: 1", "vsn: 2") });
  const { code, stderr } = await runCli(["release"], { cwd: project.root });
  assert.match(stderr, /has no codeChange from version 1/);
  assert.equal(code, 1);
  assert.ok(!existsSync(project.path(snapshotOf(2))));
});

test("one module that cannot be released keeps back all of them", async (t) => {
  const project = temporaryProject(t, { [file]: counter, "src/other.actor.ts": counter.replace("vsn: 1", "vsn: 1 + 0") });
  const { code } = await runCli(["release"], { cwd: project.root });
  assert.equal(code, 1);
  assert.ok(!existsSync(project.path(snapshotOf(1))));
});

test("fix without --write prints a unified diff that git can apply, and asks the open question", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const before = project.everything();
  const { code, stdout, stderr } = await runCli(["fix"], { cwd: project.root });
  assert.match(stdout, /^--- a\/src\/counter\.actor\.ts\n\+\+\+ b\/src\/counter\.actor\.ts$/m);
  assert.match(stdout, /^\+ +vsn: 2,$/m);
  assert.match(stderr, /State\.title may have become State\.name: pass --rename State\.title=State\.name if so/);
  assert.match(stderr, /Nothing was written/);
  assert.equal(code, 0);
  assert.deepEqual(project.everything(), before);
  spawnSync("git", ["init", "-q"], { cwd: project.root });
  const applied = spawnSync("git", ["apply", "--check", "-"], { cwd: project.root, input: stdout, encoding: "utf8" });
  assert.equal(applied.stderr, "");
});

test("fix --write with the rename answered: compiles, is released, and nothing is left to fix", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const { code, stdout, stderr } = await runCli(["fix", "--rename", "State.title=State.name", "--write"], { cwd: project.root });
  assert.match(stdout, /wrote src\/counter\.actor\.ts/);
  assert.doesNotMatch(stderr, /may have become/);
  assert.equal(code, 0);
  assert.match(project.read(file), /name: \w+\.title/);
  assert.match(project.read(file), /title: \w+\.name/);
  const check = await runCli(["check"], { cwd: project.root });
  assert.equal(check.code, 0, check.stdout);
  const again = await runCli(["fix"], { cwd: project.root });
  assert.match(again.stderr, /Nothing to fix/);
  assert.equal(again.stdout, "");
  assert.equal((await runCli(["release"], { cwd: project.root })).code, 0);
  assert.ok(existsSync(project.path(snapshotOf(2))));
  // The first release is as it was.
  assert.match(project.read(snapshotOf(1)), /title/);
});

test("fix --format json: fixes, diffs, questions, and what remains", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const printed = JSON.parse((await runCli(["fix", "--format", "json"], { cwd: project.root })).stdout);
  assert.equal(printed.written, false);
  assert.ok(printed.fixes.some(({ rule }: { rule: string }) => rule === "state-changed-no-code-change"));
  assert.deepEqual(
    printed.files.map((entry: { file: string }) => entry.file),
    [file],
  );
  assert.deepEqual(printed.questions, [{ module: "src/counter.actor", from: "State.title", to: "State.name" }]);
  assert.ok(!printed.findings.some(({ severity }: { severity: string }) => severity === "error"));
});

test("fix says what it leaves to a person, whose code throws until then", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter.replace("count: number", "count: bigint").replaceAll("count: 0", "count: 0n") });
  const text = await runCli(["fix", "--rename", "State.title=State.name"], { cwd: project.root });
  assert.match(
    text.stderr,
    /Left to you: src\/counter\.actor\.ts:\d+ State\.count: say how number becomes bigint\. Until then, the step throws/,
  );
  assert.equal(text.stderr.match(/Left to you/g)?.length, 2);
  const { left } = JSON.parse((await runCli(["fix", "--write", "--format", "json"], { cwd: project.root })).stdout);
  assert.deepEqual(
    left.map((place: { file: string; text: string }) => [place.file, place.text]),
    [
      [file, "State.count: say how number becomes bigint"],
      [file, "State.count: say how bigint becomes number"],
    ],
  );
  assert.match(project.read(file).split("\n")[left[0].line - 1] ?? "", /say how number becomes bigint/);
});

test("a first value is assumed by the type and said so, or given by --default", async (t) => {
  const fields = "  readonly title: string;\n  readonly count: number;";
  const project = await releasedProject(t, { [file]: counterSource({ vsn: "1", state: fields, initial: "{ title, count: 0 }" }) });
  const next = {
    vsn: "1",
    state: `${fields}\n  readonly step: number;\n  readonly at: Date;`,
    initial: "{ title, count: 0, step: title.length, at: new Date() }",
  };
  project.write({ [file]: counterSource(next) });
  const assumed = await runCli(["fix"], { cwd: project.root });
  assert.match(assumed.stderr, /Assumed: State\.step of src\/counter\.actor begins with 0 .*--default State\.step=…/);
  assert.match(assumed.stderr, /Left to you: .*State\.at needs a first value of type Date/);
  const given = await runCli(["fix", "--default", "State.step=2 * 3", "--default", "State.at=new Date(0)"], { cwd: project.root });
  assert.match(given.stdout, /\+ +step: 2 \* 3,\n\+ +at: new Date\(0\),/);
  assert.doesNotMatch(given.stderr, /Assumed|Left to you/);
  assert.equal(given.code, 0);
  for (const [argument, why] of [
    ["State.step=1; evil()", /is no expression/],
    ["State.at=", /write the path, =, and the value/],
    ["State.never=1", /answers no question of a fix.*Questions: State\.step, State\.at/s],
  ] as const) {
    const { code, stderr } = await runCli(["fix", "--default", argument, "--write"], { cwd: project.root });
    assert.match(stderr, why);
    assert.equal(code, 2);
  }
});

test("a rename that nothing asks about: exit 2, names the candidates, writes nothing", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const before = project.everything();
  const { code, stderr } = await runCli(["fix", "--rename", "State.titel=State.name", "--write"], { cwd: project.root });
  assert.match(stderr, /State\.titel=State\.name answers no question.*State\.title=State\.name/s);
  assert.equal(code, 2);
  assert.deepEqual(project.everything(), before);
});

test("fix --rule takes the fixes of that rule alone", async (t) => {
  const project = await released(t);
  project.write({ [file]: changedCounter });
  const { stdout, stderr } = await runCli(["fix", "--rule", "function-in-state"], { cwd: project.root });
  assert.equal(stdout, "");
  assert.match(stderr, /Nothing to fix/);
});

test("fix --write on a file of Windows keeps its line ends and its byte order mark", async (t) => {
  const project = await released(t);
  project.write({ [file]: `\uFEFF${changedCounter.replaceAll("\n", "\r\n")}` });
  const { code } = await runCli(["fix", "--rename", "State.title=State.name", "--write"], { cwd: project.root });
  assert.equal(code, 0);
  const text = project.read(file);
  assert.ok(text.startsWith("\uFEFFimport"));
  assert.doesNotMatch(text, /[^\r]\n/);
});

test("several modules are fixed in one go", async (t) => {
  const project = await releasedProject(t, { [file]: counter, "src/b.actor.ts": counter });
  project.write({ [file]: changedCounter, "src/b.actor.ts": changedCounter });
  const { code, stdout } = await runCli(["fix", "--rename", "State.title=State.name", "--write"], { cwd: project.root });
  assert.match(stdout, /wrote src\/b\.actor\.ts/);
  assert.match(stdout, /wrote src\/counter\.actor\.ts/);
  assert.equal(code, 0);
});

test(
  "a file that cannot be written: none is, exit 1",
  { skip: process.getuid?.() === 0 && "the superuser may write everything" },
  async (t) => {
    const project = temporaryProject(t, { [file]: counter, "src/locked/b.actor.ts": counter });
    assert.equal((await runCli(["release"], { cwd: project.root })).code, 0);
    project.write({ [file]: changedCounter, "src/locked/b.actor.ts": changedCounter });
    const before = project.everything();
    chmodSync(project.path("src/locked"), 0o555);
    const { code, stderr } = await runCli(["fix", "--write"], { cwd: project.root });
    chmodSync(project.path("src/locked"), 0o755);
    assert.match(stderr, /Could not write.*No file was changed/s);
    assert.equal(code, 1);
    assert.deepEqual(project.everything(), before);
  },
);

test("findings that no fix takes away remain: exit 1", async (t) => {
  const project = temporaryProject(t, {
    [file]: counterSource({
      vsn: "0.5",
      state: "  readonly title: string;\n  readonly count: number;",
      initial: "{ title, count: 0 }",
    }),
  });
  const { code, stderr } = await runCli(["fix"], { cwd: project.root });
  assert.match(stderr, /1 error would remain/);
  assert.equal(code, 1);
});
