/** `instar plan`, `instar upgrade --probation` and `--mode otp`, on a real application under traffic, and on an endpoint that says rare things. */
import { test, type TestContext } from "node:test";
import assert from "node:assert/strict";
import type { ProcessInfo, UpgradePlan, UpgradeReport } from "../../runtime/src/protocol.ts";
import { counter, counterApp, counterSource } from "../support/counter.ts";
import { fakeRuntime } from "../support/fake-runtime.ts";
import { releasedProject } from "../support/released-project.ts";
import { type RunningCli, runCli, startCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const id = "src/counter.actor";

/** The second version: a field has another name, and there is one more. */
const good = (down = "(now: State): StateV1 => ({ title: now.name, count: now.count })"): string =>
  counterSource({
    vsn: "2",
    state: "  readonly name: string;\n  readonly count: number;\n  readonly step: number;",
    initial: "{ name: title, count: 0, step: 1 }",
    codeChange: `
  codeChange: { 1: { up: (old: StateV1): State => ({ name: old.title, count: old.count, step: 1 }), down: ${down} } },`,
  }).replace(
    "export interface State",
    "interface StateV1 {\n  readonly title: string;\n  readonly count: number;\n}\n\nexport interface State",
  );

/** It cannot add what is more than nothing. */
const bad = good().replace(
  "next({ ...state, count: state.count + n })",
  '{\n    if (n > 0) throw new Error("version 2 cannot");\n    return next({ ...state, count: state.count + n });\n  }',
);

/** The first counter is sent 1 again and again, the second -1; a signal says how much of the latter it has counted. */
const app = `${counterApp.replace("supervisor } from", "supervisor, whereis } from").replace("import counter from", "import counter, { type Counter } from")}
let sent = 0;
setInterval(() => {
  whereis<Counter>("first")?.cast("add", 1);
  whereis<Counter>("second")?.cast("add", -1);
  sent++;
}, 1);
process.on("SIGUSR2", async () => {
  const told = sent;
  const { count } = await whereis<Counter>("second")!.call("get");
  console.log("told", told, "counted", -count);
});
`;

interface Running {
  readonly project: TemporaryProject;
  readonly dev: RunningCli;
}

async function running(t: TestContext, entry = app): Promise<Running> {
  const project = await releasedProject(t, { [file]: counter, "src/app.ts": entry });
  const dev = startCli(t, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  return { project, dev };
}

async function counters({ project }: Running): Promise<Pick<ProcessInfo, "name" | "vsn" | "pid" | "restarts">[]> {
  const { stdout } = await runCli(["ps", "--format", "json"], { cwd: project.root });
  const { processes } = JSON.parse(stdout) as { processes: ProcessInfo[] };
  return processes.filter(({ module }) => module === id).map(({ name, vsn, pid, restarts }) => ({ name, vsn, pid, restarts }));
}

test("a version that crashes on each message is rolled back under traffic, and nothing that was handled meanwhile is lost", async (t) => {
  const system = await running(t);
  const { project, dev } = system;
  const before = await counters(system);
  project.write({ [file]: bad });
  const { code, stdout } = await runCli(["upgrade", "--probation", "60"], { cwd: project.root });
  assert.match(stdout, /Committed in .*On probation until .*The new code did not hold: restart 1 of upgraded processes within 60 s/s);
  assert.match(
    stdout,
    /Rolled back: the old code serves, with the states as they are now\.\n\n +src\/counter\.actor +2 → 1 +steps: 1 down +2 processes/,
  );
  assert.equal(code, 1);
  await dev.until(/rolled back src\/counter\.actor \(2 → 1\): 2 processes/);
  const byName = (name: string, all: Awaited<ReturnType<typeof counters>>) => all.find((one) => one.name === name) ?? assert.fail(name);
  const after = await counters(system);
  assert.deepEqual(byName("second", after), byName("second", before), "the same process, on version 1");
  const { vsn, restarts } = byName("first", after);
  assert.deepEqual([vsn, restarts > 0], [1, true]);
  const { applicationPid } = (
    JSON.parse((await runCli(["ps", "--format", "json"], { cwd: project.root })).stdout) as { runtime: { applicationPid: number } }
  ).runtime;
  process.kill(applicationPid, "SIGUSR2");
  const [, told, counted] = /told (\d+) counted (\d+)/.exec(await dev.until(/told .*\n/)) ?? [];
  assert.equal(counted, told);
  assert.doesNotMatch(dev.process.killed ? "" : stdout, /could not be rolled back/);
});

test("a version that takes the whole application along is not started again: the one before is", async (t) => {
  const system = await running(t);
  const { project, dev } = system;
  project.write({ [file]: bad.replace('throw new Error("version 2 cannot")', "process.exit(3)") });
  const { code, stdout, stderr } = await runCli(["upgrade", "--probation", "60", "--restarts", "1000"], { cwd: project.root });
  // It may have crashed before it could say that the upgrade was committed.
  assert.match(
    stdout + stderr,
    /The application (?:crashed during the probation|ended before it answered.*)\. It is started again with the code of before/i,
  );
  assert.equal(code, 1);
  await dev.until(/ended with exit code 3 while its upgrade was on probation; it is started again with the code of before that/);
  await dev.until("the application runs again");
  assert.deepEqual(
    (await counters(system)).map(({ vsn }) => vsn),
    [1, 1],
  );
  dev.process.kill("SIGINT");
  assert.equal((await dev.ended).code, 0);
});

test("what holds is said to have held, and JSON says so as well", async (t) => {
  const system = await running(t, counterApp);
  system.project.write({ [file]: good() });
  const text = await runCli(["upgrade", "--probation", "10ms"], { cwd: system.project.root });
  assert.match(text.stdout, /Committed in .*The new code has held/s);
  assert.equal(text.code, 0);
  system.project.write({ [file]: good().replace("state.count + n", "state.count + 2 * n") });
  const json = await runCli(["upgrade", "--probation", "10ms", "--restarts", "2", "--format", "json"], { cwd: system.project.root });
  const report = JSON.parse(json.stdout) as UpgradeReport & { verdict: unknown };
  assert.deepEqual([report.outcome, report.verdict, json.code], ["committed", { kind: "held" }, 0]);
});

test("a plan says that there is no way back before anything begins, and changes nothing", async (t) => {
  const system = await running(t, counterApp);
  const { project } = system;
  const plan = async (...args: string[]) => await runCli(["plan", ...args], { cwd: project.root });
  assert.match((await plan()).stdout, /^Nothing to do/);

  project.write({ [file]: good('irreversible("a test")').replace("import { actor }", "import { actor, irreversible }") });
  const text = await plan();
  assert.match(text.stdout, /^An upgrade would go like this\. Nothing was begun/);
  assert.match(text.stdout, / 1\. +src\/counter\.actor +1 → 2 +steps: 1 up/);
  assert.match(text.stdout, /no way back from 1 up; a probation could only restart its processes on the old code, without their states/);
  assert.match(text.stdout, /2 processes would be converted:\n +src\/counter\.actor +2 processes +first, second/);
  assert.equal(text.code, 0, text.stderr);
  const json = await plan("--format", "json", file);
  const { version, groups, modules } = JSON.parse(json.stdout) as UpgradePlan & { version: number };
  assert.deepEqual([version, groups, modules.map(({ probation }) => probation)], [1, [[id]], ["restart"]]);

  project.write({ [file]: good().replace(/\n {2}codeChange.*/, "") });
  const refused = await plan();
  assert.match(refused.stdout, /^An upgrade would be refused/);
  assert.match(refused.stdout, /2 processes have no way to the new code.*:\n +first, second \(src\/counter\.actor\), see below\n/);
  assert.match(refused.stdout, /INSTAR_CODE_CHANGE_MISSING in src\/counter\.actor/);
  assert.match(refused.stdout, /error state-changed-no-code-change/);
  assert.equal(refused.code, 1);
  assert.deepEqual(
    (await counters(system)).map(({ vsn }) => vsn),
    [1, 1],
  );
});

test("--mode otp upgrades as OTP does, and knows no way back", async (t) => {
  const system = await running(t, counterApp);
  const { project } = system;
  project.write({ [file]: good("(): StateV1 => { throw new Error(); }") });
  const both = await runCli(["upgrade", "--mode", "otp", "--probation", "1"], { cwd: project.root });
  assert.match(both.stderr, /--mode otp knows no way back/);
  assert.equal(both.code, 2);
  const done = await runCli(["upgrade", "--mode", "otp"], { cwd: project.root });
  assert.match(done.stdout, /Committed in .*2 processes converted/s);
  assert.equal(done.code, 0);
  project.write({
    [file]: good()
      .replace("vsn: 2", "vsn: 3")
      .replace(/codeChange: .*/, 'codeChange: { 2: { up: (): State => { throw new Error("no"); }, down: (now: State) => now } },'),
  });
  const failed = await runCli(["upgrade", "--mode", "otp", "--force"], { cwd: project.root });
  assert.match(failed.stdout, /Failed midway, and nothing is put back/);
  assert.equal(failed.code, 1);
  assert.deepEqual(
    (await counters(system)).map(({ vsn }) => vsn),
    [3, 3],
  );
});

for (const [args, message] of [
  [["upgrade", "--restarts", "1"], /say how long it lasts with --probation/],
  [["upgrade", "--probation", "soon"], /Write seconds/],
  [["upgrade", "--probation", "1", "--restarts", "some"], /Write a whole number/],
  [["dev", "src/app.ts", "--probation", "1"], /--probation is about what --watch upgrades/],
] as const) {
  test(`instar ${args.join(" ")} is wrong usage`, async (t) => {
    const project = temporaryProject(t, { "src/app.ts": counterApp });
    await fakeRuntime(t, { root: project.root });
    const { code, stderr } = await runCli(args, { cwd: project.root });
    assert.match(stderr, message);
    assert.equal(code, 2);
  });
}

const until = "2026-01-01T00:00:10.000Z";
const committed: UpgradeReport = {
  outcome: "committed",
  modules: [{ id, from: 1, to: 2, kind: "swap", steps: [] }],
  processes: [],
  messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
  time: { build: 1, quiesce: 1, convert: 1, commit: 1, total: 4 },
  errors: [],
  probation: { until },
};
const gone = { code: "INSTAR_NO_ROLLBACK", message: "its old version has been purged.", module: id, pid: null, name: null, place: null };

for (const { what, method, params, said, code } of [
  {
    what: "another probation ends: not ours; then ours does",
    method: "upgrade/probationEnded",
    params: [{ until: "2025-01-01T00:00:00.000Z" }, { until }],
    said: /has held/,
    code: 0,
  },
  {
    what: "another upgrade takes its place",
    method: "upgrade/finished",
    params: [committed],
    said: /Another upgrade has been committed/,
    code: 0,
  },
  {
    what: "the application ends",
    method: "runtime/exited",
    params: [{ code: 1, signal: null, next: null }],
    said: /The application ended during the probation/,
    code: 1,
  },
  {
    what: "the application crashes and is started again",
    method: "runtime/exited",
    params: [{ code: 1, signal: null, next: "rollback" }],
    said: /The application crashed during the probation\. It is started again with the code of before/,
    code: 1,
  },
  {
    what: "the way back fails",
    method: "upgrade/rolledBack",
    params: [{ ...committed, outcome: "refused", modules: [], errors: [gone], why: "restart 1 of one" }],
    said: /did not hold: restart 1 of one\.\nIt could not be rolled back \(refused\): the new code stays.*INSTAR_NO_ROLLBACK/s,
    code: 1,
  },
] as const) {
  test(`while a probation is waited for, ${what}`, async (t) => {
    const { root } = temporaryProject(t, {});
    const runtime = await fakeRuntime(
      t,
      { root },
      { "modules/list": (_, reply) => reply({ modules: [] }), "upgrade/apply": (_, reply) => reply(committed) },
    );
    const cli = startCli(t, ["upgrade", "--force", "--probation", "10"], { cwd: root });
    await cli.until("On probation until");
    for (const one of params) runtime.notify(method, one);
    const ended = await cli.ended;
    assert.match(ended.stdout, said);
    assert.equal(ended.code, code);
    assert.deepEqual(runtime.requests.at(-1)?.params, { probation: { for: 10_000, restarts: 0 } });
  });
}

test("Ctrl-C does not wait for the end of a probation, which is no success", async (t) => {
  const { root } = temporaryProject(t, {});
  await fakeRuntime(t, { root }, { "modules/list": (_, reply) => reply({ modules: [] }), "upgrade/apply": (_, reply) => reply(committed) });
  const cli = startCli(t, ["upgrade", "--force", "--probation", "10"], { cwd: root });
  await cli.until("On probation until");
  cli.process.kill("SIGINT");
  const { code, stdout } = await cli.ended;
  assert.match(stdout, /Not waiting for the end of the probation/);
  assert.equal(code, 1);
});
