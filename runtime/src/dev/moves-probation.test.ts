/** Moves on probation: what does not hold in the new process is taken back there, by `down`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { app, counter, files, steps, summary } from "../../../test/support/counter-application.ts";
import { devProject, runProject } from "../../../test/support/dev-project.ts";

const file = "src/counter.actor.ts";
/** It cannot do what version 1 could. */
const bad = counter(2, steps, { add: "((): never => { throw new Error('version 2 cannot'); })()" });
/** It stays in its process, and another one begins in the new one. */
const front = (vsn: number): string => `
import { actor } from "instar";
interface Front { init(): number; calls: { version(): number } }
export default actor<Front>({ vsn: ${vsn}, stays: true, init: () => 0, calls: { version: ({ reply }) => reply(${vsn}) },
  codeChange: { 1: { up: (s: number) => s, down: (s: number) => s } } });
`;

for (const strategy of ["blue-green", "window"] as const) {
  test(`${strategy}: code that does not hold is taken back in the new process, with the states`, async (t) => {
    const project = devProject(t, {
      ...files,
      "src/app.ts": app
        .replace("export default", 'import front from "./front.actor";\nexport default')
        .replace("children: [", 'children: [child(front, { id: "front", name: "front" }), '),
      "src/front.actor.ts": front(1),
    });
    const { client } = await runProject(t, project);
    const first = (await client.request("runtime/info")).applicationPid;
    project.write(file, bad);
    project.write("src/front.actor.ts", front(2));
    const rolledBack = client.next("upgrade/rolledBack");
    const report = await client.request("upgrade/apply", { strategy, probation: { for: 60_000, restarts: 0 } });
    assert.deepEqual([report.outcome, report.errors], ["committed", []]);
    assert.match(report.probation?.until ?? "", /Z$/);
    const second = (await client.request("runtime/info")).applicationPid as number;
    assert.notEqual(second, first);
    process.kill(second, "SIGUSR2");
    const back = await rolledBack;
    assert.deepEqual(summary(back).slice(0, 2), ["committed", ["src/counter.actor 2 → 1 convert", "src/front.actor 2 → 1 convert"]]);
    assert.match(back.why ?? "", /^restart 1 of upgraded processes .* the last was one of src\/counter\.actor$/);
    assert.equal((await client.request("runtime/info")).applicationPid, second);
    const { processes } = await client.request("processes/list");
    const other = processes.find(({ name }) => name === "other") ?? assert.fail();
    assert.deepEqual([other.vsn, (await client.request("processes/state", { pid: other.pid })).json], [1, { n: 7 }]);
  });
}

test("a new process that crashes within its probation is started again with the code of before", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { restarts: { restarts: 5, within: 60_000, delay: 1 } });
  project.write(file, counter(2, steps));
  await client.request("upgrade/apply", { strategy: "blue-green", probation: { for: 60_000, restarts: 0 } });
  const exited = client.next("runtime/exited");
  const again = client.next("runtime/log", ({ text }) => text === "the application runs again.");
  process.kill((await client.request("runtime/info")).applicationPid as number, "SIGKILL");
  assert.equal((await exited).next, "rollback");
  await again;
  const { modules } = await client.request("modules/list");
  assert.equal(modules.find(({ id }) => id === "src/counter.actor")?.vsn, 1);
});

test("another move ends a probation: what crashes after it is started again with what runs", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { restarts: { restarts: 5, within: 60_000, delay: 1 } });
  project.write(file, counter(2, steps));
  await client.request("upgrade/apply", { probation: { for: 60_000, restarts: 0 } });
  project.write(file, counter(3, steps.replace("1:", "2:")));
  assert.equal((await client.request("upgrade/apply", { strategy: "window" })).outcome, "committed");
  const exited = client.next("runtime/exited");
  process.kill((await client.request("runtime/info")).applicationPid as number, "SIGKILL");
  assert.equal((await exited).next, "restart");
});
