/** Asking the command line for help, for a rule's page, and for what it does not have. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { runCli } from "../support/run-cli.ts";
import { repository, temporaryProject } from "../support/temporary-project.ts";
import { join } from "node:path";

test("help names every command and the exit codes", async () => {
  const { code, stdout } = await runCli(["--help"], { cwd: repository });
  for (const name of [
    "check",
    "diff",
    "fix",
    "release",
    "prove",
    "explain",
    "dev",
    "start",
    "ps",
    "rehearse",
    "upgrade",
    "downgrade",
    "rollback",
    "purge",
    "kill",
    "restart",
    "stop",
  ]) {
    assert.match(stdout, new RegExp(`^ +${name} `, "m"));
  }
  assert.match(stdout, /Exit codes: 0 /);
  assert.equal(code, 0);
});

test("help says no default where nothing happens by default", async () => {
  const { stdout } = await runCli(["fix", "--help"], { cwd: repository });
  assert.match(stdout, /all of them or none$/m);
  assert.doesNotMatch(stdout, /default: (false|\{)/);
  assert.match(stdout, /default:\s+"text"/);
});

const wrong: [name: string, args: string[], said: RegExp][] = [
  ["no command", [], /Usage: instar/],
  ["an unknown command", ["chekc"], /unknown command 'chekc'\s*\(Did you mean check\?\)/],
  ["an unknown option", ["check", "--lively"], /unknown option '--lively'/],
  ["an unknown format", ["check", "--format", "xml"], /Allowed choices are text, json, sarif, github/],
  ["a path that is not there", ["check", "nowhere"], /There is no file or folder nowhere/],
  ["a project that is not there", ["check", "-C", "nowhere"], /There is no file or folder nowhere/],
  ["an argument too many", ["release", "everything"], /too many arguments/],
  [
    "an unknown rule to fix",
    ["fix", "--rule", "version-not-bump"],
    /There is no rule version-not-bump\. Did you mean version-not-bumped\?/,
  ],
  ["a rename without its new path", ["fix", "--rename", "State.title"], /write the old path, =, and the new one/],
  ["a rename to two paths", ["fix", "--rename", "State.a=State.b", "--rename", "State.a=State.c"], /cannot have become both/],
  ["two renames to one path", ["fix", "--rename", "State.a=State.c", "--rename", "State.b=State.c"], /cannot both have become/],
  ["a restart on probation", ["upgrade", "--strategy", "restart", "--probation", "3"], /--strategy restart leaves none/],
  ["release --check --amend", ["release", "--check", "--amend"], /give one of them/],
  ["an unknown rule to explain", ["explain", "state-changed-no-code-chang"], /Did you mean state-changed-no-code-change/],
  ["an entry that is not there", ["dev", "src/nowhere.ts"], /There is no file src\/nowhere\.ts/],
  ["a runtime's name that is no file's name", ["dev", "package.json", "--name", "../x"], /becomes the name of a file/],
];

for (const [name, args, said] of wrong) {
  test(`wrong usage, exit 2: ${name}`, async (t) => {
    const project = temporaryProject(t, {});
    const before = project.everything();
    const { code, stdout, stderr } = await runCli(args, { cwd: project.root });
    assert.match(stderr, said);
    assert.equal(stdout, "");
    assert.equal(code, 2);
    assert.deepEqual(project.everything(), before);
  });
}

test("outside of any project: exit 2", async (t) => {
  const { root } = temporaryProject(t, { "package.json": null });
  const { code, stderr } = await runCli(["check"], { cwd: root });
  assert.match(stderr, /No project here/);
  assert.equal(code, 2);
});

for (const [file, text] of [
  ["package.json", "{ not json"],
  ["instar.config.json", "[]"],
] as const) {
  test(`a configuration that cannot be read: ${file}, exit 2`, async (t) => {
    const { root } = temporaryProject(t, { [file]: text });
    const { code, stderr } = await runCli(["check"], { cwd: root });
    assert.match(stderr, new RegExp(file.replaceAll(".", "\\.")));
    assert.doesNotMatch(stderr, /should not have happened/);
    assert.equal(code, 2);
  });
}

test("a wrong configuration says where, what, and what is allowed, exit 2", async (t) => {
  const { root } = temporaryProject(t, { "instar.config.json": '{\n  "preset": "roling",\n  "ruels": {}\n}\n' });
  const { code, stdout, stderr } = await runCli(["check", "--format", "json"], { cwd: root });
  assert.match(stderr, /instar\.config\.json:2:13 "preset" cannot be "roling"\. Did you mean rolling\?/);
  assert.match(stderr, /instar\.config\.json:3:3 The configuration has no "ruels"\. Did you mean rules\?/);
  assert.match(stderr, /\(INSTAR_CONFIGURATION\)/);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
});

test("explain prints a rule's page, without marks of colour where there is no terminal", async () => {
  const { code, stdout } = await runCli(["explain", "state-changed-no-code-change"], { cwd: repository });
  assert.match(stdout, /^state-changed-no-code-change/);
  assert.ok(!stdout.includes("\u001b["));
  assert.equal(code, 0);
  const json = JSON.parse((await runCli(["explain", "state-changed-no-code-change", "--format", "json"], { cwd: repository })).stdout);
  assert.ok(json.page.startsWith("# "));
  assert.ok(json.description.length > 20);
});

test("colours: NO_COLOR and pipes have none, FORCE_COLOR has them", async () => {
  const args = ["explain", "function-in-state"];
  const escape = "\u001b[";
  for (const env of [{}, { CI: "true" }]) assert.ok(!(await runCli(args, { cwd: repository, env })).stdout.includes(escape));
  assert.ok((await runCli(args, { cwd: repository, env: { FORCE_COLOR: "1" } })).stdout.includes(escape));
  assert.ok(!(await runCli(args, { cwd: repository, env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout.includes(escape));
  assert.ok(!(await runCli(["--no-color", ...args], { cwd: repository, env: { FORCE_COLOR: "1" } })).stdout.includes(escape));
});

test("the launcher says how to install the command line where it is missing", (t) => {
  const project = temporaryProject(t, {});
  project.remove("node_modules");
  mkdirSync(project.path("node_modules/instar"), { recursive: true });
  cpSync(join(repository, "runtime/bin"), project.path("node_modules/instar/bin"), { recursive: true });
  cpSync(join(repository, "runtime/package.json"), project.path("node_modules/instar/package.json"));
  const { status, stdout, stderr } = spawnSync(process.execPath, [project.path("node_modules/instar/bin/instar.mjs"), "check"], {
    cwd: project.root,
    encoding: "utf8",
  });
  assert.match(stderr, /npm install --save-dev instar-language-server/);
  assert.equal(stdout, "");
  assert.equal(status, 2);
});
