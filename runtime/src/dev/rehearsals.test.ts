/** A rehearsal in a process of its own: what steps do there, what it says of it, and that the application does not notice. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test, type TestContext } from "node:test";
import { app, counter, everything, files, steps } from "../../../test/support/counter-application.ts";
import { devProject, runProject, type DevProject, type RunningProject } from "../../../test/support/dev-project.ts";
import type { UpgradeReport } from "../protocol.ts";
import type { Timing } from "./start-dev-runtime.ts";

const step = (up: string): string =>
  counter(2, `codeChange: { 1: { up: (s: State) => { ${up} return { ...s, step: 1 }; }, down: (s: State) => ({ n: s.n }) } },`);

interface World extends RunningProject {
  readonly project: DevProject;
  readonly rehearse: (source: string) => Promise<UpgradeReport>;
  /** Processes of the operating system that work for this runtime, without itself. */
  readonly children: () => string[];
}

async function counters(t: TestContext, timing: Timing["rehearsal"] = {}, more: Partial<typeof files> = {}): Promise<World> {
  const project = devProject(t, { ...files, ...more });
  const world = await runProject(t, project, { rehearsal: timing });
  return {
    ...world,
    project,
    rehearse(source) {
      project.write("src/counter.actor.ts", source);
      return world.client.request("upgrade/rehearse");
    },
    children: () => childrenOf(project.root),
  };
}

/** They have the project's root among their arguments. */
function childrenOf(root: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes(root) && line.includes("child."));
}

const first = (report: UpgradeReport): unknown => {
  const [error] = report.errors;
  return error === undefined ? report.outcome : [report.outcome, error.code, error.name];
};

test("a rehearsal is in a process of its own, which ends with it, and the application only gives its states", async (t) => {
  const { project, client, rehearse, children, logs } = await counters(t, { memory: 64 });
  const before = await everything(client);
  const { applicationPid } = await client.request("runtime/info");
  const asBefore = async (): Promise<void> => {
    assert.deepEqual(await everything(client), before);
    const { status, applicationPid: now } = await client.request("runtime/info");
    assert.deepEqual([status, now, children().length], ["running", applicationPid, 1]);
  };
  const report = await rehearse(step("console.log(`${s.n} up`);"));
  assert.deepEqual(
    report.processes.map(({ name, before: was, after, rehearsed }) => [name, was, after, rehearsed?.wayBack]),
    [
      ["counter", "{ n: 5 }", "{ n: 5, step: 1 }", "lossless"],
      ["other", "{ n: 7 }", "{ n: 7, step: 1 }", "lossless"],
    ],
  );
  const { rehearsal } = report;
  assert.deepEqual([rehearsal?.where, rehearsal?.why, rehearsal?.inApplication], ["process", null, []]);
  assert.ok((rehearsal?.packing?.took ?? -1) >= (rehearsal?.packing?.longest ?? 0));
  assert.ok(logs.includes("info: rehearsal: 5 up"), logs.join("\n"));
  await asBefore();

  for (const [up, found, message] of [
    [
      "if (s.n === 7) process.exit(3);",
      ["failed", "INSTAR_REHEARSAL_EXITED", "other"],
      /<0\.3> \(other, src\/counter\.actor\).*\(exit code 3\)/,
    ],
    ['process.kill(process.pid, "SIGKILL"); for (;;);', ["failed", "INSTAR_REHEARSAL_EXITED", "counter"], /SIGKILL/],
    ['if (s.n === 7) throw new Error("seven");', ["failed", "INSTAR_CODE_CHANGE_FAILED", "other"], /seven/],
    [
      "if (s.n === 7) for (const all: unknown[] = []; ; ) all.push({ ...s });",
      ["failed", "INSTAR_REHEARSAL_OUT_OF_MEMORY", "other"],
      /the 64 MB/,
    ],
    [
      "for (const all: unknown[] = []; ; ) all.push(Buffer.alloc(2 ** 22, 1));",
      ["failed", "INSTAR_REHEARSAL_OUT_OF_MEMORY", "counter"],
      /memory/,
    ],
  ] as const) {
    const failed = await rehearse(step(up));
    assert.deepEqual(first(failed), found, JSON.stringify(failed.errors));
    assert.match(failed.errors[0]?.message ?? "", message);
    await asBefore();
  }
  const loading = await rehearse(`${counter(2, steps)}\nprocess.exit(4);`);
  assert.deepEqual(first(loading), ["failed", "INSTAR_REHEARSAL_EXITED", null]);
  assert.match(loading.errors[0]?.message ?? "", /^Loading the code ended its process \(exit code 4\)/);
  await asBefore();

  project.write("src/counter.actor.ts", step('console.log("converting"); for (;;);'));
  const converts = client.next("runtime/log", ({ text }) => text === "rehearsal: converting");
  const asked = client.request("upgrade/rehearse");
  await converts;
  client.notify("$/cancelRequest", { id: asked.id });
  assert.deepEqual(first(await asked), ["canceled", "INSTAR_UPGRADE_CANCELED", null]);
  await asBefore();

  project.write("src/counter.actor.ts", counter(2, steps));
  assert.deepEqual(
    [(await client.request("upgrade/apply")).outcome, (await client.request("upgrade/rehearse")).outcome],
    ["committed", "unchanged"],
  );
});

test("a step that never returns is told with whose state it had, and ended", async (t) => {
  const { client, rehearse, children } = await counters(t, { limit: 300 });
  const report = await rehearse(step("if (s.n === 7) for (;;);"));
  assert.deepEqual(first(report), ["failed", "INSTAR_REHEARSAL_HANGS", "other"]);
  assert.match(report.errors[0]?.message ?? "", /<0\.3> \(other, src\/counter\.actor\).* within 0\.3 s/);
  assert.deepEqual([(await client.request("runtime/info")).status, children().length], ["running", 1]);
});

test("many states go over in parts; those that cannot leave the application are rehearsed there, and the report says which and why", async (t) => {
  const first = "export default supervisor({ children: [";
  const many = app.replace(first, `${first}...Array.from({ length: 300 }, (_, n) => child(counter, { id: \`c\${n}\`, args: [n + 10] })), `);
  const withFunction = counter(1, "", { state: "{ n, ...(n === 7 && { onTick: () => n }) }" });
  const { client, rehearse } = await counters(t, {}, { "src/app.ts": many, "src/counter.actor.ts": withFunction });
  const report = await rehearse(withFunction.replace("vsn: 1,", `vsn: 2, ${steps}`));
  assert.equal(report.outcome, "rehearsed", JSON.stringify(report.errors));
  assert.deepEqual([report.processes.length, report.processes.filter(({ before }) => before !== null).length], [302, 50]);
  const [row] = report.rehearsal?.inApplication ?? [];
  assert.deepEqual(
    [report.rehearsal?.inApplication.length, row?.name, row?.path, row?.what],
    [1, "other", "State.onTick", "the function onTick"],
  );
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
});
