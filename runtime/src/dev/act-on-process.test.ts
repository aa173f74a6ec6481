/** Suspending, resuming and restarting one process by request. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, counterApp } from "../../../test/support/counter.ts";
import { type RpcError, type TestClient, devProject, runProject } from "../../../test/support/dev-project.ts";

test("a suspended process takes no messages until it is resumed, and clients hear of both", async (t) => {
  const { client } = await runProject(t, devProject(t, { "src/counter.actor.ts": counter, "src/app.ts": counterApp }));
  const { pid } = await first(client);
  const told = client.next("processes/changed");
  await client.request("processes/suspend", { pid });
  await told;
  assert.equal((await first(client)).status, "suspended");
  await client.request("processes/suspend", { pid });
  const toldAgain = client.next("processes/changed");
  await client.request("processes/resume", { pid });
  await toldAgain;
  assert.equal((await first(client)).status, "idle");
});

test("a process is restarted by its supervisor, more often than the restart intensity would allow, and the others live on", async (t) => {
  const { client } = await runProject(t, devProject(t, { "src/counter.actor.ts": counter, "src/app.ts": counterApp }));
  const before = await client.request("processes/list");
  for (let restarts = 1; restarts <= 5; restarts++) {
    const { pid } = await first(client);
    await client.request("processes/restart", { pid });
    const again = await first(client);
    assert.notEqual(again.pid, pid);
    assert.equal(again.restarts, restarts);
  }
  const { processes } = await client.request("processes/list");
  assert.deepEqual(
    processes.filter(({ name }) => name !== "first"),
    before.processes.filter(({ name }) => name !== "first"),
  );
});

test("what is no process is refused, and a supervisor is not restarted with everything beneath it", async (t) => {
  const { client } = await runProject(t, devProject(t, { "src/counter.actor.ts": counter, "src/app.ts": counterApp }));
  for (const method of ["processes/suspend", "processes/resume", "processes/restart"] as const)
    assert.equal((await refused(client.request(method, { pid: "<0.99>" }))).data?.code, "INSTAR_NOPROC");
  const root = (await client.request("processes/list")).processes.find(({ kind }) => kind === "supervisor") ?? assert.fail();
  const { data, message } = await refused(client.request("processes/restart", { pid: root.pid }));
  assert.equal(data?.code, "INSTAR_NOT_SUPERVISED");
  assert.match(message, /it is a supervisor, and everything beneath it would end with it\. Nothing was done/);
  assert.equal((await client.request("processes/list")).processes.length, 3);
});

async function first(client: TestClient) {
  return (await client.request("processes/list")).processes.find(({ name }) => name === "first") ?? assert.fail();
}

async function refused(request: Promise<unknown>): Promise<RpcError> {
  return request.then(
    () => assert.fail("it was done"),
    (error: { rpc: RpcError }) => error.rpc,
  );
}
