/** What docs/ci.md says is what `instar init` writes, and its commands find what they are there for, in a real repository with a branch. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { changedCounter, counter } from "../support/counter.ts";
import { type GitProject, gitProject } from "../support/git-project.ts";
import { runCli } from "../support/run-cli.ts";
import { repository } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const blocks = [...readFileSync(join(repository, "docs/ci.md"), "utf8").matchAll(/```yaml\n([^]*?)```/g)].map(([, text = ""]) => text);
const [github = "", gitlab = ""] = blocks;

/** The commands of the lines that begin like this; those that install are left to the service. */
const commandsAfter = (text: string, begin: RegExp): string[] =>
  text.split("\n").flatMap((line) => (begin.test(line) && line.includes("instar ") ? [line.replace(begin, "")] : []));
const commands = commandsAfter(github, /^ +(?:- )?run: /);

/** Version 1 is released on main, which a server has; a branch leaves it. */
async function branch(t: TestContext): Promise<GitProject> {
  const lock = JSON.stringify({ name: "plain", lockfileVersion: 3, packages: {} });
  const project = gitProject(t, { [file]: counter, "package-lock.json": lock });
  mkdirSync(project.path("node_modules/.bin"));
  symlinkSync(join(repository, "runtime/bin/instar.mjs"), project.path("node_modules/.bin/instar"));
  await instar(project, "init", "--yes");
  await instar(project, "release");
  project.commit("version 1");
  const server = mkdtempSync(join(tmpdir(), "instar-server-"));
  t.after(() => rmSync(server, { recursive: true, force: true }));
  project.git("clone", "-q", "--bare", ".", server);
  project.git("remote", "add", "origin", server);
  project.git("fetch", "-q", "origin");
  project.git("checkout", "-q", "-b", "names");
  return project;
}

async function instar(project: GitProject, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await runCli(args, { cwd: project.root });
  assert.equal(code, 0, stdout + stderr);
}

/** As the service's shell runs them: the exit codes, and all that was said. */
function run(
  project: GitProject,
  commands: readonly string[],
  environment: Record<string, string>,
): { codes: (number | null)[]; text: string } {
  const results = commands.map((command) =>
    spawnSync("bash", ["-e", "-c", command], {
      cwd: project.root,
      encoding: "utf8",
      env: { ...process.env, GITHUB_WORKSPACE: project.root, npm_config_offline: "true", ...environment },
    }),
  );
  return { codes: results.map(({ status }) => status), text: results.map(({ stdout, stderr }) => stdout + stderr).join("") };
}

test("the workflow is the one that instar init writes, reads the repository alone, and pins what it uses", async (t) => {
  const project = await branch(t);
  assert.equal(project.read(".github/workflows/instar.yml"), github);
  assert.match(github, /^permissions:\n {2}contents: read\n\n/m);
  const uses = [...github.matchAll(/uses: (.*)/g)].map(([, action]) => action ?? "");
  assert.equal(uses.length, 2);
  for (const action of uses) assert.match(action, /^actions\/[a-z-]+@v\d+$/);
});

test("GitHub: a branch that changes a state fails, and passes with a step and a snapshot", async (t) => {
  assert.equal(commands.length, 3, commands.join("\n"));
  const project = await branch(t);
  project.write({ [file]: changedCounter });
  project.commit("another name");
  const before = run(project, commands, { TARGET: "main" });
  assert.deepEqual(before.codes, [1, 1, 0], before.text);
  assert.match(before.text, /^::error file=src\/counter\.actor\.ts,line=\d+/m);
  assert.match(before.text, /src\/counter\.actor\.ts.*\(version 1\)/);
  await instar(project, "fix", "--rename", "State.title=State.name", "--write");
  // A version that is not released is nothing that others could go back to.
  assert.deepEqual(run(project, commands.slice(1, 2), {}).codes, [1]);
  await instar(project, "release");
  project.commit("with a step and a snapshot");
  const after = run(project, commands, { TARGET: "main" });
  assert.deepEqual(after.codes, [0, 0, 0], after.text);
});

test("GitLab: the same, by the commit that it names itself", async (t) => {
  const [check = "", ...others] = commandsAfter(gitlab, /^ +- /);
  assert.deepEqual(others, commands.slice(1));
  const project = await branch(t);
  project.write({ [file]: changedCounter });
  project.commit("another name");
  const base = project.git("merge-base", "HEAD", "origin/main");
  const { codes, text } = run(project, [check], { CI_MERGE_REQUEST_DIFF_BASE_SHA: base });
  assert.deepEqual(codes, [1], text);
  assert.match(text, /state-changed-no-code-change/);
});

test("GitHub: a push has no target, and is compared with the newest snapshots", async (t) => {
  const project = await branch(t);
  const check = commands.slice(0, 1);
  assert.deepEqual(run(project, check, { TARGET: "" }).codes, [0]);
  project.write({ [file]: changedCounter });
  assert.deepEqual(run(project, check, { TARGET: "" }).codes, [1]);
});

test("a target that was not fetched is told, and is no success", async (t) => {
  const project = await branch(t);
  const { codes, text } = run(project, commands.slice(0, 1), { TARGET: "elsewhere" });
  assert.deepEqual(codes, [2], text);
  assert.match(text, /origin\/elsewhere/);
});
