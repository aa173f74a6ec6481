/** What the command line does about a handler that never returns, about an application that crashed, and about an upgrade that was none. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import type { ProcessInfo, RunFile } from "../../runtime/src/protocol.ts";
import { counter, counterApp } from "../support/counter.ts";
import { connectClient } from "../support/dev-project.ts";
import { fakeRuntime } from "../support/fake-runtime.ts";
import { linkInstar } from "../support/link-instar.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const spinning = counter.replace("next({ ...state,", "{ while (n === 666); return next({ ...state,").replace("+ n }) }", "+ n }); } }");
const app = `${counterApp}
import { whereis } from "instar";
import type { Counter } from "./counter.actor.ts";
process.on("SIGUSR2", () => whereis<Counter>("first")?.cast("add", 666));
`;

async function processes({ root }: TemporaryProject): Promise<readonly ProcessInfo[]> {
  const { stdout, stderr } = await runCli(["ps", "--format", "json"], { cwd: root });
  assert.equal(stderr, "");
  return (JSON.parse(stdout) as { processes: ProcessInfo[] }).processes;
}

test("a handler that never returns is shown with its place, and killed alone", async (t) => {
  const project = temporaryProject(t, { [file]: spinning, "src/app.ts": app });
  linkInstar(project.root);
  const dev = startCli(t, ["dev", "src/app.ts", "--handler-limit", "off"], { cwd: project.root });
  await dev.until("in another terminal");
  const client = await connectClient(t, JSON.parse(project.read(".instar/run/dev.json")) as RunFile);
  const { applicationPid } = await client.request("runtime/info");
  const before = await processes(project);
  const { pid } = before.find(({ name }) => name === "first") ?? assert.fail();
  process.kill(applicationPid as number, "SIGUSR2");
  await dev.until(/\(first, src\/counter\.actor\) has been in cast add for .*\n.*counter\.actor\.ts:\d+:\d+/);

  const shown = await runCli(["ps"], { cwd: project.root });
  assert.match(shown.stdout, /<0\.\d+> +first +src\/counter\.actor +1 +stuck/);
  assert.match(shown.stdout, /first, in cast add, has not returned for .* instar kill "<0\.\d+>"\n +at .*counter\.actor\.ts:\d+:\d+/);
  assert.equal((await runCli(["upgrade", "--force"], { cwd: project.root })).code, 1);
  const unknown = await runCli(["kill", "nobody"], { cwd: project.root });
  assert.match(unknown.stderr, /There is no process nobody/);
  assert.equal(unknown.code, 2);

  const killed = await runCli(["kill", "first"], { cwd: project.root });
  assert.match(killed.stdout, new RegExp(`Killed ${pid}`), killed.stderr);
  assert.equal(killed.code, 0);
  const after = await processes(project);
  assert.deepEqual(
    after.map(({ name, restarts }) => [name, restarts]),
    [
      [null, 0],
      ["second", 0],
      ["first", 1],
    ],
  );
  assert.equal((await client.request("runtime/info")).applicationPid, applicationPid);

  assert.equal((await runCli(["restart"], { cwd: project.root })).code, 0);
  assert.notEqual((await client.request("runtime/info")).applicationPid, applicationPid);
  assert.deepEqual(
    (await processes(project)).map(({ restarts }) => restarts),
    [0, 0, 0],
  );
  const stopped = await runCli(["stop"], { cwd: project.root });
  assert.match(stopped.stdout, /Stopped dev\./);
  assert.equal((await dev.ended).code, 0);
  assert.ok(!existsSync(project.path(".instar/run/dev.json")));
});

test("rollback undoes the last upgrade, also where the version has the same number", async (t) => {
  const project = temporaryProject(t, { [file]: counter, "src/app.ts": counterApp });
  linkInstar(project.root);
  const dev = startCli(t, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  const nothing = await runCli(["rollback"], { cwd: project.root });
  assert.match(nothing.stdout, /INSTAR_NOTHING_TO_ROLL_BACK/);
  assert.equal(nothing.code, 1);
  const load = async (): Promise<string> => {
    const client = await connectClient(t, JSON.parse(project.read(".instar/run/dev.json")) as RunFile);
    const { pid } = (await processes(project)).find(({ name }) => name === "first") ?? assert.fail();
    return (await client.request("processes/state", { pid })).text;
  };
  const before = await load();
  project.write({ [file]: counter.replace("state.count + n", "state.count + 2 * n") });
  assert.equal((await runCli(["upgrade", "--force"], { cwd: project.root })).code, 0);
  const back = await runCli(["rollback"], { cwd: project.root });
  assert.match(
    back.stdout,
    /Rolled back to version 1 of src\/counter\.actor in .*: the code of before the last upgrade serves\./,
    back.stderr,
  );
  assert.equal(back.code, 0);
  assert.equal(await load(), before);
  // What is on disk is the change still.
  assert.match((await runCli(["upgrade", "--force"], { cwd: project.root })).stdout, /Committed in/);
  dev.process.kill("SIGINT");
  assert.equal((await dev.ended).code, 0);
});

test("what the runtime refuses is said, exit 1", async (t) => {
  const { root } = temporaryProject(t, {});
  const refuse = (): never => {
    throw new Error("this program enabled upgrades itself");
  };
  await fakeRuntime(t, { root }, { "runtime/restart": refuse, "runtime/stop": refuse });
  for (const command of ["restart", "stop"]) {
    const { code, stderr } = await runCli([command], { cwd: root });
    assert.match(stderr, /this program enabled upgrades itself/);
    assert.equal(code, 1);
  }
});
