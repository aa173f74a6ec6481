/** `instar dev` and the commands on it, on a real application: the whole loop from a changed state to an upgraded process and back. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import type { TestContext } from "node:test";
import type { ProcessInfo, RunFile, UpgradeReport } from "../../runtime/src/protocol.ts";
import { changedCounter, counter, counterApp } from "../support/counter.ts";
import { connectRuntime } from "../../server/src/live/connection.ts";
import { releasedProject } from "../support/released-project.ts";
import { type RunningCli, runCli, startCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const id = "src/counter.actor";

interface Running {
  readonly project: TemporaryProject;
  readonly dev: RunningCli;
}

/** The counter, released in version 1 and running under `instar dev`. */
async function running(t: TestContext, ...args: string[]): Promise<Running> {
  const project = await releasedProject(t, { [file]: counter, "src/app.ts": counterApp });
  const dev = startCli(t, ["dev", "src/app.ts", ...args], { cwd: project.root });
  await dev.until("in another terminal");
  return { project, dev };
}

async function processes({ project }: Running): Promise<ProcessInfo[]> {
  const { stdout, stderr } = await runCli(["ps", "--format", "json"], { cwd: project.root });
  assert.equal(stderr, "");
  return (JSON.parse(stdout) as { processes: ProcessInfo[] }).processes;
}

async function versions(system: Running): Promise<number[]> {
  return (await processes(system)).filter(({ module }) => module === id).map(({ vsn }) => vsn);
}

async function report(args: string[], { project }: Running): Promise<UpgradeReport & { code: number | null }> {
  const { code, stdout, stderr } = await runCli([...args, "--format", "json"], { cwd: project.root });
  assert.notEqual(stdout, "", stderr);
  return { ...(JSON.parse(stdout) as UpgradeReport), code };
}

async function stop({ dev }: Running): Promise<void> {
  dev.process.kill("SIGINT");
  assert.equal((await dev.ended).code, 0);
}

test("change, refuse, fix, rehearse, upgrade, downgrade: the processes live through all of it", async (t) => {
  const system = await running(t);
  const { project } = system;
  const before = await processes(system);
  assert.deepEqual(
    before.filter(({ module }) => module === id).map(({ name, vsn }) => [name, vsn]),
    [
      ["first", 1],
      ["second", 1],
    ],
  );

  project.write({ [file]: changedCounter });
  const refused = await runCli(["upgrade"], { cwd: project.root });
  assert.match(refused.stdout, /error state-changed-no-code-change/);
  assert.match(refused.stderr, /Refused: 1 finding at error level\. The running system was not touched\./);
  assert.equal(refused.code, 1);
  const refusedJson = await report(["upgrade"], system);
  assert.deepEqual([refusedJson.outcome, refusedJson.code, refusedJson.errors[0]?.code], ["refused", 1, "state-changed-no-code-change"]);
  assert.deepEqual(await versions(system), [1, 1]);

  assert.equal((await runCli(["fix", "--rename", "State.title=State.name", "--write"], { cwd: project.root })).code, 0);
  const rehearsed = await report(["rehearse", "--save"], system);
  assert.equal(rehearsed.outcome, "rehearsed", JSON.stringify(rehearsed.errors));
  assert.equal(rehearsed.code, 0);
  assert.deepEqual([rehearsed.rehearsal?.where, rehearsed.rehearsal?.inApplication], ["process", []]);
  assert.deepEqual(await versions(system), [1, 1]);
  const proved = await runCli(["prove", "--runs", "5"], { cwd: project.root });
  assert.match(proved.stdout, /^No counter-example in 10 states, and 1 that live processes had, of 1 module\./);

  const upgraded = await runCli(["upgrade"], { cwd: project.root });
  assert.match(upgraded.stdout, /Committed in/, upgraded.stderr);
  assert.match(upgraded.stdout, /src\/counter\.actor +1 → 2 +steps: 1 up +2 processes/);
  assert.match(upgraded.stdout, /(first|second) before .*title.*\n.*after .*name/);
  assert.equal(upgraded.code, 0);
  assert.deepEqual(await versions(system), [2, 2]);
  const after = await processes(system);
  assert.deepEqual(
    after.map(({ pid }) => pid),
    before.map(({ pid }) => pid),
    "they are the same processes",
  );

  const again = await report(["upgrade"], system);
  assert.deepEqual([again.outcome, again.code], ["unchanged", 0]);

  const downgraded = await report(["downgrade", file, "1"], system);
  assert.equal(downgraded.outcome, "committed", JSON.stringify(downgraded.errors));
  assert.match(downgraded.processes.map(({ after: state }) => state).join(), /One/);
  assert.deepEqual(await versions(system), [1, 1]);
  await stop(system);
});

test("an upgrade whose build fails: names the place, changes nothing, and works once it is corrected", async (t) => {
  const system = await running(t);
  system.project.write({ [file]: counter.replace("next({", "next({{{") });
  const analysis = await runCli(["upgrade"], { cwd: system.project.root });
  assert.equal(analysis.code, 1);
  const forced = await runCli(["upgrade", "--force"], { cwd: system.project.root });
  assert.match(forced.stdout + forced.stderr, /counter\.actor\.ts:\d+:\d+/);
  assert.equal(forced.code, 1);
  assert.deepEqual(await versions(system), [1, 1]);
  system.project.write({ [file]: counter.replace("state.count + n", "state.count + 2 * n") });
  const corrected = await report(["upgrade"], system);
  assert.deepEqual([corrected.outcome, corrected.code], ["committed", 0]);
  await stop(system);
});

test("a codeChange that throws: names process and place, everything is as it was", async (t) => {
  const system = await running(t);
  const { project } = system;
  project.write({ [file]: changedCounter });
  assert.equal((await runCli(["fix", "--rename", "State.title=State.name", "--write"], { cwd: project.root })).code, 0);
  const fixed = project.read(file);
  const throwing = fixed.replace(
    /name: (\w+)\.title/,
    'name: (() => { if ($1.title === "Two") throw new Error("no name for " + $1.title); return $1.title; })()',
  );
  assert.notEqual(throwing, fixed);
  project.write({ [file]: throwing });
  const failed = await report(["upgrade"], system);
  assert.equal(failed.code, 1);
  assert.ok(["failed", "refused"].includes(failed.outcome), failed.outcome);
  assert.ok(
    failed.errors.some(({ name, message }) => name === "second" && /no name for Two/.test(message)),
    JSON.stringify(failed.errors),
  );
  assert.deepEqual(await versions(system), [1, 1]);
  await stop(system);
});

test("saving a file upgrades under --watch", async (t) => {
  const system = await running(t, "--watch");
  system.project.write({ [file]: counter.replace("state.count + n", "state.count + 2 * n") });
  await system.dev.until(/upgraded src\/counter\.actor/);
  await stop(system);
});

test("Ctrl-C stops the runtime in order: no run file stays, and nobody is found any more", async (t) => {
  const system = await running(t, "--name", "mine");
  const runFile = system.project.path(".instar/run/mine.json");
  const run = JSON.parse(readFileSync(runFile, "utf8")) as RunFile;
  assert.equal(statSync(runFile).mode & 0o777, 0o600, "others may not read the token");
  const { stdout, stderr } = await runCli(["ps"], { cwd: system.project.root });
  assert.ok(!(stdout + stderr).includes(run.token));
  await stop(system);
  assert.ok(!existsSync(runFile));
  const gone = await runCli(["ps"], { cwd: system.project.root });
  assert.match(gone.stderr, /No runtime is running/);
  assert.equal(gone.code, 2);
});

test("a runtime that was killed leaves a stale file, which the next command reports and removes", async (t) => {
  const system = await running(t);
  const runFile = system.project.path(".instar/run/dev.json");
  system.dev.process.kill("SIGKILL");
  await system.dev.ended;
  assert.ok(existsSync(runFile));
  const { code, stderr } = await runCli(["ps"], { cwd: system.project.root });
  assert.match(stderr, /The runtime dev is gone: its process \d+ no longer runs\. Removed \.instar\/run\/dev\.json/);
  assert.equal(code, 2);
  assert.ok(!existsSync(runFile));
});

test("dev goes on when nobody reads what it prints any more", async (t) => {
  const system = await running(t);
  system.dev.process.stdout?.destroy();
  system.dev.process.stderr?.destroy();
  system.project.write({ [file]: counter.replace("state.count + n", "state.count + 3 * n") });
  const upgraded = await report(["upgrade"], system);
  assert.equal(upgraded.outcome, "committed");
  assert.deepEqual(await versions(system), [1, 1]);
  await stop(system);
});

test("a second runtime of the same name is refused, exit 1", async (t) => {
  const system = await running(t);
  const { code, stderr } = await runCli(["dev", "src/app.ts"], { cwd: system.project.root });
  assert.match(stderr, /already running.*--name/s);
  assert.equal(code, 1);
  await stop(system);
});

test("Ctrl-C while an upgrade waits for a busy process: canceled, everything is as it was", async (t) => {
  // The first counter is told to add something, and comes back from it when the test is long over.
  const busy = counter.replace(
    /add: \(\{ state, next \}, n\) => (next\(.*\)) \}/,
    "add: async ({ state, next }, n) => { await new Promise((settle) => setTimeout(settle, 600_000)); return $1; } }",
  );
  assert.notEqual(busy, counter);
  const poker = `import { actor, whereis } from "instar";
import type { Counter } from "./counter.actor.ts";
export interface State { readonly poked: boolean }
export interface Poker { init(): State; calls: {}; casts: {}; infos: {} }
export default actor<Poker>({
  vsn: 1,
  init: () => {
    whereis<Counter>("first")?.cast("add", 1);
    return { poked: true };
  },
  calls: {},
  casts: {},
  infos: {},
});
`;
  const app = counterApp
    .replace("export default", 'import poker from "./poker.actor.ts";\n\nexport default')
    .replace('args: ["Two"] })', 'args: ["Two"] }), child(poker, { id: "poker", args: [] })');
  const project = temporaryProject(t, { [file]: busy, "src/poker.actor.ts": poker, "src/app.ts": app });
  const dev = startCli(t, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  const system = { project, dev };
  project.write({ [file]: busy.replace("state.count + n", "state.count + 5 * n") });

  const given = await runCli(["upgrade", "--timeout", "50"], { cwd: project.root });
  assert.match(given.stdout, /first/, "the busy process is named");
  assert.equal(given.code, 1);

  const waiting = startCli(t, ["upgrade", "--wait"], { cwd: project.root });
  // Suspended processes show that the upgrade has begun and waits.
  const watcher = await connectRuntime(JSON.parse(project.read(".instar/run/dev.json")) as RunFile);
  t.after(() => watcher.close());
  const suspended = async () => (await watcher.request("processes/list", {})).processes.some(({ status }) => status === "suspended");
  while (!(await suspended())) assert.equal(waiting.process.exitCode, null);
  waiting.process.kill("SIGINT");
  const { code, stdout } = await waiting.ended;
  assert.match(stdout, /Canceled by Ctrl-C: nothing was committed, everything is as it was/);
  assert.equal(code, 1);
  assert.equal(await suspended(), false);
  await stop(system);
});

test("an application that does not build: the place, exit 1, and no run file", async (t) => {
  const project = temporaryProject(t, { [file]: counter.replace("calls:", "calls::"), "src/app.ts": counterApp });
  const { code, stderr } = await runCli(["dev", "src/app.ts"], { cwd: project.root });
  assert.match(stderr, /src\/counter\.actor\.ts:\d+:\d+ .*\(INSTAR_BUILD_FAILED\)/);
  assert.equal(code, 1);
  assert.ok(!existsSync(project.path(".instar/run/dev.json")));
});
