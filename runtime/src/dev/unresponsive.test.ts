/** The dev runtime when its application does not answer, or ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, files, steps } from "../../../test/support/counter-application.ts";
import { type TestClient, devProject, runProject } from "../../../test/support/dev-project.ts";

test("a handler that never returns leaves the endpoint answering, and the status says so", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { heartbeat: { interval: 20, limit: 300 } });
  await spin(client);
  // Asked while nobody knows it yet, it fails as soon as that is known.
  const ask = (method: string): ReturnType<TestClient["raw"]> => client.raw(JSON.stringify({ jsonrpc: "2.0", id: "x", method }));
  assert.equal((await ask("processes/list")).error?.data?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
  assert.equal((await client.request("runtime/info")).status, "unresponsive");
  project.write("src/counter.actor.ts", counter(2, steps));
  for (const method of ["processes/list", "modules/list", "upgrade/apply"]) {
    assert.equal((await ask(method)).error?.data?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
  }

  // It may come back.
  project.write("stop-spinning", "");
  await untilStatus(client, "running");
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
});

test("an upgrade that keeps the application busy for too long is given up by who asked, and reported when it is done", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { heartbeat: { interval: 20, limit: 100 } });
  const up = 'up: (s: State) => { while (!existsSync("stop-spinning")); return { ...s, step: 1 }; }, down: (s: State) => s';
  project.write("src/counter.actor.ts", counter(2, `codeChange: { 1: { ${up} } },`));
  const asked = await client.raw(JSON.stringify({ jsonrpc: "2.0", id: "x", method: "upgrade/apply" }));
  assert.equal(asked.error?.data?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
  const finished = client.next("upgrade/finished");
  project.write("stop-spinning", "");
  assert.equal((await finished).outcome, "committed");
  // The parent knows what is loaded now.
  await untilStatus(client, "running");
  assert.equal((await client.request("upgrade/apply")).outcome, "unchanged");
});

test("a runtime whose application never returns can be stopped", async (t) => {
  const project = devProject(t, files);
  const { client, runtime } = await runProject(t, project, { heartbeat: { interval: 20, limit: 300 } });
  const { applicationPid } = await client.request("runtime/info");
  await spin(client);
  await untilStatus(client, "unresponsive");
  await runtime.stop();
  assert.throws(() => process.kill(applicationPid as number, 0), { code: "ESRCH" });
});

test("when the application crashes, the endpoint stays and says so", async (t) => {
  const project = devProject(t, files);
  const { client, logs } = await runProject(t, project);
  const { applicationPid } = await client.request("runtime/info");
  const exited = client.next("runtime/exited");
  process.kill(applicationPid as number, "SIGKILL");
  assert.deepEqual(await exited, { code: null, signal: "SIGKILL" });
  const info = await client.request("runtime/info");
  assert.deepEqual([info.status, info.applicationPid], ["exited", null]);
  for (const method of ["processes/list", "modules/list", "upgrade/apply"]) {
    const answer = await client.raw(JSON.stringify({ jsonrpc: "2.0", id: "x", method }));
    assert.equal(answer.error?.data?.code, "INSTAR_RUNTIME_EXITED", JSON.stringify(answer));
  }
  assert.match(logs.join("\n"), /the application ended with SIGKILL/);
});

test("an application whose root supervisor gives up has ended", async (t) => {
  const project = devProject(t, {
    ...files,
    "src/counter.actor.ts": counter(1, "", { add: "(() => { throw new Error('too much'); })()" }),
  });
  const { client, logs } = await runProject(t, project);
  const { applicationPid } = await client.request("runtime/info");
  const exited = client.next("runtime/exited");
  for (let crash = 0; crash < 2; crash++) {
    await new Promise<void>((resolve) => {
      void client.next("runtime/log", ({ text }) => text.includes("too much")).then(() => resolve());
      process.kill(applicationPid as number, "SIGUSR2");
    });
  }
  assert.deepEqual(await exited, { code: 1, signal: null });
  assert.match(logs.join("\n"), new RegExp(`Error: too much\\n?.*(\\n.*)*${project.path("src/counter.actor.ts")}:\\d+:\\d+`));
});

/** Resolves when a handler of the application has begun not to return. */
async function spin(client: TestClient): Promise<void> {
  const { applicationPid } = await client.request("runtime/info");
  const spinning = client.next("runtime/log", ({ text }) => text === "spinning");
  process.kill(applicationPid as number, "SIGWINCH");
  await spinning;
}

async function untilStatus(client: TestClient, status: string): Promise<void> {
  while ((await client.request("runtime/info")).status !== status);
}
