/** The chat as it is deployed: built, run by `instar start`, and changed while a client outside asks it all the time. */
import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { UpgradeReport } from "../runtime/src/protocol.ts";
import { startClient } from "./chat/client.ts";
import { version2 } from "./chat/version-2.ts";
import { freePort } from "./demo/free-port.ts";
import { instar, startApplication } from "./demo/instar.ts";
import { lookAt } from "./demo/live.ts";
import { copyExample } from "./demo/project.ts";

test("the build of the chat is upgraded, downgraded, and moved both ways, and nobody outside notices", async (t) => {
  const project = await copyExample();
  t.after(() => project.remove());
  const never = new AbortController().signal;
  const run = (...args: string[]): ReturnType<typeof instar> => instar(project.root, args, never);
  const { scripts } = JSON.parse(await readFile(project.path("package.json"), "utf8")) as { scripts: { build: string } };
  const build = (): void => {
    const bin = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
    execSync(scripts.build, { cwd: project.root, env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` } });
  };
  await run("release");
  build();
  const port = await freePort();
  const environment = { CHAT_PORT: String(port), CHAT_TRAFFIC: "off" };
  const application = await startApplication(project.root, "dist/web.js", environment, never, "start");
  t.after(() => application.stop());
  const { runtime } = application;
  const live = lookAt(runtime);
  const applicationPid = async (): Promise<number | null> => (await runtime.request("runtime/info", {})).applicationPid;
  const client = startClient(`http://127.0.0.1:${port}`);
  await client.asked(10);
  const { pid } = await runtime.request("runtime/info", {});
  const first = await applicationPid();

  // A deploy that broke off: some files are there in part, or not yet, or are those of before.
  await project.edit(version2);
  await run("fix", "--rename", "State.title=State.name", "--write");
  build();
  const whole = await readFile(project.path("dist/room.actor.js"), "utf8");
  await truncate(project.path("dist/room.actor.js"), whole.length / 2);
  const refused = async (code: string, says: RegExp): Promise<void> => {
    for (const strategy of ["hot", "blue-green"] as const) {
      const { outcome, errors } = await runtime.request("upgrade/apply", { strategy });
      assert.deepEqual([outcome, errors[0]?.code], ["refused", code]);
      assert.match(errors[0]?.message ?? "", says);
    }
  };
  await refused("INSTAR_BUILD_FAILED", /does not parse/);
  await rm(project.path("dist/room.actor.js"));
  await refused("INSTAR_UNRESOLVED_IMPORT", /room\.actor\.js/);
  await writeFile(project.path("dist/room.actor.js"), whole);
  await writeFile(project.path("dist/message.js"), "");
  await refused("INSTAR_BUILD_FAILED", /do not fit together/);
  build();

  const changed = ["src/room.actor", "src/user.actor"];
  const carriedOut = async (report: UpgradeReport): Promise<void> => {
    assert.deepEqual(
      [report.outcome, report.errors, report.modules.flatMap(({ id, from, to }) => (from === to ? [] : [id])).toSorted()],
      ["committed", [], changed],
    );
    await client.asked(10);
  };
  const lobby = async (): Promise<unknown[]> => {
    const { title, name, topic, members } = (await live.state("lobby")) as Record<string, unknown>;
    return [title, name, topic, (members as unknown[]).length];
  };
  const before = await lobby();
  assert.equal((await runtime.request("upgrade/rehearse", {})).outcome, "rehearsed");
  const { stdout, stderr } = await run("upgrade", "--format", "json");
  assert.match(stdout, /^\{/, stderr);
  await carriedOut(JSON.parse(stdout) as UpgradeReport);
  assert.deepEqual(await lobby(), [undefined, "lobby", "", before[3]]);
  await carriedOut(await runtime.request("upgrade/downgrade", { targets: changed.map((module) => ({ module, vsn: 1 })) }));
  assert.deepEqual(await lobby(), before);
  assert.equal(await applicationPid(), first);

  await carriedOut(await runtime.request("upgrade/apply", { strategy: "blue-green" }));
  assert.deepEqual(await lobby(), [undefined, "lobby", "", before[3]]);
  const second = await applicationPid();
  assert.notEqual(second, first);
  await carriedOut(await runtime.request("upgrade/rollback", { strategy: "window" }));
  assert.deepEqual(await lobby(), before);
  assert.notEqual(await applicationPid(), second);
  assert.equal((await runtime.request("runtime/info", {})).pid, pid);

  const account = await client.stop();
  assert.deepEqual([account.lost, account.errors, account.closed], [[], [], [1012, 1012]]);

  assert.equal(await application.stop(), 0);
  assert.ok(!existsSync(project.path(".instar/run/app.json")));
});
