/** What the configuration and the options make of a check: when it fails, what it prints, and what it compares with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changedCounter, counter } from "../support/counter.ts";
import { gitProject } from "../support/git-project.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli } from "../support/run-cli.ts";

const file = "src/counter.actor.ts";
const changed = "state-changed-no-code-change";

test("a check fails from a severity on, and says only what makes it fail where that is wished", async (t) => {
  const project = await releasedProject(t, { [file]: counter });
  project.write({ [file]: changedCounter, "instar.config.json": JSON.stringify({ rules: { [changed]: "warning" } }) });
  const check = async (...args: string[]) => {
    const { code, stdout } = await runCli(["check", ...args], { cwd: project.root });
    return { code, found: new RegExp(`warning ${changed}`).test(stdout), empty: stdout === "" };
  };
  assert.deepEqual(await check(), { code: 0, found: true, empty: false });
  assert.deepEqual(await check("--fail-on", "warning"), { code: 1, found: true, empty: false });
  assert.deepEqual(await check("--fail-on", "info", "--quiet"), { code: 1, found: true, empty: false });
  assert.deepEqual(await check("--quiet"), { code: 0, found: false, empty: true });
  project.write({ "instar.config.json": "{}" });
  assert.equal((await check()).code, 1);
  assert.equal((await check("--fail-on", "none")).code, 0);
});

test("a baseline in the configuration is what is compared with, unless another is asked for", async (t) => {
  const project = gitProject(t, { [file]: counter, "instar.config.json": '{ "baseline": "main" }' });
  project.write({ [file]: changedCounter });
  const check = async (...args: string[]) => {
    const { stdout } = await runCli(["check", "--format", "json", ...args], { cwd: project.root });
    const { against, findings } = JSON.parse(stdout) as { against?: { name: string }; findings: { rule: string }[] };
    return { against: against?.name, rules: findings.map(({ rule }) => rule) };
  };
  const { against, rules } = await check();
  assert.equal(against, "main");
  assert.ok(rules.includes(changed));
  project.commit("second");
  assert.equal((await check("--against", "main~1")).against, "main~1");
  assert.deepEqual((await check()).rules, []);
  project.write({ "instar.config.json": '{ "baseline": "nowhere" }' });
  const unknown = await runCli(["check"], { cwd: project.root });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /instar\.config\.json says "baseline": "nowhere"\. There is no commit/);
  project.write({ "instar.config.json": '{ "baseline": "main" }' });
  project.git("switch", "-q", "-c", "work");
  assert.equal((await check("--merge-base")).against, "the merge base with main");
});
