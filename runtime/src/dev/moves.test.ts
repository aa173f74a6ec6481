/** Upgrades by a new process: real processes, whose states, messages and callers go from one to the other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codes, counter, files, steps, summary } from "../../../test/support/counter-application.ts";
import { devProject, runProject, type TestClient } from "../../../test/support/dev-project.ts";

for (const strategy of ["blue-green", "window"] as const) {
  test(`${strategy}: a new process takes over, with the states converted, and goes back in the same way`, async (t) => {
    const project = devProject(t, files);
    const { client, logs } = await runProject(t, project);
    const before = await client.request("runtime/info");
    const pids = await states(client);
    project.write("src/counter.actor.ts", counter(2, steps));
    const report = await client.request("upgrade/apply", { strategy });
    assert.deepEqual(report.errors, []);
    assert.deepEqual(summary(report), ["committed", ["src/counter.actor 1 → 2 convert"], ["{ n: 5, step: 1 }", "{ n: 7, step: 1 }"]]);
    assert.equal(report.strategy, strategy);
    const after = await client.request("runtime/info");
    assert.notEqual(after.applicationPid, before.applicationPid);
    assert.equal(after.status, "running");
    assert.deepEqual(
      await states(client),
      pids.map(([pid, vsn, state]) => [pid, vsn === 1 && state !== null ? 2 : vsn, grown(state)]),
    );
    // The supervisor came along, and does what it did.
    await client.request("processes/kill", { pid: pids.at(-1)?.[0] as string });
    assert.deepEqual((await states(client)).length, pids.length);

    const back = await client.request("upgrade/rollback", { strategy });
    assert.deepEqual(summary(back).slice(0, 2), ["committed", ["src/counter.actor 2 → 1 convert"]]);
    assert.equal((await client.request("upgrade/apply", { strategy: "hot" })).outcome, "committed");
    assert.doesNotMatch(logs.join("\n"), /terminated|started again/);
  });

  test(`${strategy}: a step that fails leaves the old process as it was`, async (t) => {
    const project = devProject(t, files);
    const { client } = await runProject(t, project);
    const before = await states(client);
    project.write(
      "src/counter.actor.ts",
      counter(2, 'codeChange: { 1: { up: () => { throw new Error("no way"); }, down: (s: State) => s } },'),
    );
    const report = await client.request("upgrade/apply", { strategy });
    assert.deepEqual(codes(report), ["failed", "INSTAR_CODE_CHANGE_FAILED"]);
    assert.deepEqual(await states(client), before);
    project.write("src/counter.actor.ts", counter(2, steps));
    assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  });

  test(`${strategy}: what cannot travel is listed before anything starts`, async (t) => {
    const project = devProject(t, { ...files, "src/counter.actor.ts": counter(1, "", { state: "{ n, ...{ log: () => {} } }" }) });
    const { client } = await runProject(t, project);
    const { applicationPid } = await client.request("runtime/info");
    project.write("src/counter.actor.ts", counter(2, steps));
    const plan = await client.request("upgrade/plan", { strategy });
    const report = await client.request("upgrade/apply", { strategy });
    assert.deepEqual(codes(report), ["refused", "INSTAR_CANNOT_TRAVEL"]);
    assert.deepEqual(plan.errors, report.errors);
    assert.match(
      report.errors[0]?.message ?? "",
      /counter, src\/counter\.actor\) cannot move to another program: State\.log is the function log/,
    );
    assert.equal(report.errors.length, 2);
    assert.equal((await client.request("runtime/info")).applicationPid, applicationPid);
  });
}

test("restart: processes begin anew on the new code, without steps, and nobody else ends", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project);
  const { applicationPid } = await client.request("runtime/info");
  project.write("src/counter.actor.ts", counter(2, "", { state: "{ n, step: 3 }" }));
  assert.deepEqual(codes(await client.request("upgrade/apply")), ["refused", "INSTAR_CODE_CHANGE_MISSING"]);
  const planned = await client.request("upgrade/plan", { strategy: "restart" });
  assert.deepEqual([planned.errors, planned.convert, planned.blocked], [[], [], []]);
  const report = await client.request("upgrade/apply", { strategy: "restart" });
  assert.deepEqual(
    planned.restart.map(({ pid }) => pid),
    report.processes.map(({ pid }) => pid),
    "as it was planned",
  );
  assert.deepEqual(summary(report).slice(0, 2), ["committed", ["src/counter.actor 1 → 2 restart"]]);
  assert.deepEqual([report.strategy, report.processes.map(({ restarted }) => restarted)], ["restart", [true, true]]);
  assert.deepEqual(
    (await states(client)).map(([, vsn, state]) => [vsn, state]),
    [
      [1, null],
      [2, { n: 5, step: 3 }],
      [2, { n: 7, step: 3 }],
    ],
  );
  assert.equal((await client.request("runtime/info")).applicationPid, applicationPid);
});

async function states(client: TestClient): Promise<(readonly [pid: string, vsn: number, state: unknown])[]> {
  const { processes } = await client.request("processes/list");
  return Promise.all(
    processes.map(async ({ pid, vsn, kind }) => {
      const { json } = await client.request("processes/state", { pid });
      return [pid, vsn, kind === "supervisor" ? null : json] as const;
    }),
  );
}

function grown(state: unknown): unknown {
  return state === null ? null : { ...(state as object), step: 1 };
}
