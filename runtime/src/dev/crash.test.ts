/** Which code an application that crashed as a whole is started again with. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { counter, files, steps, summary } from "../../../test/support/counter-application.ts";
import { type DevProject, type RunningProject, devProject, runProject } from "../../../test/support/dev-project.ts";

const file = "src/counter.actor.ts";
const probation = { for: 60_000, restarts: 5 };

interface World extends RunningProject {
  readonly project: DevProject;
  /** Ends the application's process, waits until it runs again, and says what was told of it and what runs. */
  readonly crash: (signal?: NodeJS.Signals) => Promise<{ next: unknown; versions: number[]; states: unknown[] }>;
}

async function running(t: TestContext, more: Parameters<typeof runProject>[2] = {}): Promise<World> {
  const project = devProject(t, files);
  const world = await runProject(t, project, { restarts: { restarts: 5, within: 60_000, delay: 1 }, ...more });
  const { client } = world;
  return {
    ...world,
    project,
    async crash(signal = "SIGKILL") {
      const { applicationPid } = await client.request("runtime/info");
      const exited = client.next("runtime/exited");
      const again = client.next("runtime/log", ({ text }) => text === "the application runs again.");
      process.kill(applicationPid as number, signal);
      const { next } = await exited;
      await again;
      const processes = (await client.request("processes/list")).processes.filter(({ module }) => module === "src/counter.actor");
      const states = await Promise.all(processes.map(async ({ pid }) => (await client.request("processes/state", { pid })).json));
      return { next, versions: processes.map(({ vsn }) => vsn), states };
    },
  };
}

test("a crash starts the code that ran, whatever the sources are by then; a restart by command starts the sources", async (t) => {
  const { project, client, crash } = await running(t);
  project.write(file, counter(2, steps));
  await client.request("upgrade/apply");
  project.write(file, "export default {;");
  assert.deepEqual(await crash(), { next: "restart", versions: [2, 2], states: [{ n: 5 }, { n: 7 }] });
  project.write(file, counter(3, steps.replace("1:", "2:")));
  assert.deepEqual(summary(await client.request("upgrade/apply")).slice(0, 2), ["committed", ["src/counter.actor 2 → 3 convert"]]);
  project.write(file, counter(4));
  await client.request("runtime/restart");
  assert.deepEqual(await crash(), { next: "restart", versions: [4, 4], states: [{ n: 5 }, { n: 7 }] });
});

test("a crash within a probation starts the code of before the upgrade, now and after further crashes", async (t) => {
  const { project, client, logs, crash } = await running(t);
  project.write(file, counter(2, steps));
  await client.request("upgrade/apply", { probation });
  assert.deepEqual(await crash(), { next: "rollback", versions: [1, 1], states: [{ n: 5 }, { n: 7 }] });
  assert.match(
    logs.join("\n"),
    /ended with SIGKILL while its upgrade was on probation; it is started again with the code of before that\./,
  );
  assert.deepEqual((await crash()).versions, [1, 1]);
  // The sources are those of version 2 still.
  assert.deepEqual(summary(await client.request("upgrade/apply")).slice(0, 2), ["committed", ["src/counter.actor 1 → 2 convert"]]);
  assert.deepEqual((await crash()).next, "restart");
});

test("a probation that is over, or was ended by its rollback or by another upgrade, is none any more", async (t) => {
  const { project, client, crash } = await running(t);
  project.write(file, counter(2, steps));
  const ended = client.next("upgrade/probationEnded");
  await client.request("upgrade/apply", { probation: { for: 1, restarts: 0 } });
  await ended;
  assert.deepEqual([(await crash()).next, (await crash()).versions], ["restart", [2, 2]]);
  project.write(file, counter(3, steps.replace("1:", "2:"), { add: "((): never => { throw new Error('version 3 cannot'); })()" }));
  const rolledBack = client.next("upgrade/rolledBack");
  await client.request("upgrade/apply", { probation: { for: 60_000, restarts: 0 } });
  process.kill((await client.request("runtime/info")).applicationPid as number, "SIGUSR2");
  await rolledBack;
  const { next, versions } = await crash();
  assert.deepEqual([next, versions], ["restart", [2, 2]]);
});

test("an upgrade in whose middle the application crashes counts as the one on probation", async (t) => {
  const { project, client, crash } = await running(t);
  project.write(file, counter(2, steps.replace("({ ...s, step: 1 })", "{ process.kill(process.pid, 'SIGKILL'); return s; }")));
  const exited = client.next("runtime/exited");
  const again = client.next("runtime/log", ({ text }) => text === "the application runs again.");
  await assert.rejects(client.request("upgrade/apply", { probation }));
  assert.equal((await exited).next, "rollback");
  await again;
  assert.deepEqual((await crash()).versions, [1, 1]);
});

test("new code whose supervision tree ends during its probation is taken back as well", async (t) => {
  const { project, client } = await running(t);
  project.write(file, counter(2, steps));
  await client.request("upgrade/apply", { probation });
  const exited = client.next("runtime/exited");
  const again = client.next("runtime/log", ({ text }) => text === "the application runs again.");
  const { processes } = await client.request("processes/list");
  await client.request("processes/kill", { pid: processes.find(({ parent }) => parent === null)?.pid ?? assert.fail() });
  assert.equal((await exited).next, "rollback");
  await again;
  const { modules } = await client.request("modules/list");
  assert.deepEqual(
    modules.map(({ vsn }) => vsn),
    [1, 1],
  );
});

test("modules that ran with different versions of a file cannot be started together again, so the sources are, and that is said", async (t) => {
  const { project, client, logs, crash } = await running(t);
  const importing = (vsn: number, more = ""): string => `import { shared } from "./shared";\nvoid shared;\n${counter(vsn, more)}`;
  project.write("src/shared.ts", "export const shared = 1;");
  project.write("src/app.ts", `import { shared } from "./shared";\nvoid shared;\n${project.read("src/app.ts")}`);
  project.write(file, importing(1));
  await client.request("upgrade/apply");
  project.write("src/shared.ts", "export const shared = 2;");
  project.write(file, importing(2, steps));
  await client.request("upgrade/apply", { modules: ["src/counter.actor"] });
  assert.deepEqual((await crash()).versions, [2, 2]);
  assert.match(logs.join("\n"), /warning: the code that the application ran is not kept as a whole, so it starts from the sources\./);
});
