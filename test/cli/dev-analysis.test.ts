/** `instar dev` while its analysis is busy: it runs the application and is spoken to all the same. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { open } from "node:fs/promises";
import type { ProcessInfo } from "../../runtime/src/protocol.ts";
import { counter, counterApp } from "../support/counter.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli, startCli } from "../support/run-cli.ts";

const snapshot = ".instar/releases/src/counter.actor/1.d.ts";
const noPipes = process.platform === "win32" && "no named pipes in folders";

test("while the analysis waits for the disk, the application runs and commands are answered", { skip: noPipes }, async (t) => {
  const project = await releasedProject(t, { "src/counter.actor.ts": counter, "src/app.ts": `${counterApp}console.log("up");\n` });
  const text = project.read(snapshot);
  const start = async (): Promise<{ dev: ReturnType<typeof startCli>; release: () => Promise<void> }> => {
    rmSync(project.path(snapshot));
    execFileSync("mkfifo", [project.path(snapshot)]);
    const dev = startCli(t, ["dev", "src/app.ts"], { cwd: project.root });
    // Opens when the analysis reads there, which does not return before this end is closed.
    const held = await open(project.path(snapshot), "w");
    await dev.until("up");
    const release = async (): Promise<void> => {
      rmSync(project.path(snapshot));
      project.write({ [snapshot]: text });
      await held.close();
    };
    return { dev, release };
  };
  const running = async (): Promise<number> => {
    const { code, stdout, stderr } = await runCli(["ps", "--format", "json"], { cwd: project.root });
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { processes: ProcessInfo[] }).processes.filter(({ module }) => module === "src/counter.actor").length;
  };

  const { dev, release } = await start();
  while ((await running()) < 2);
  assert.doesNotMatch(await dev.until("up"), /in another terminal/, "it waits for the analysis");
  await release();
  await dev.until("in another terminal");
  dev.process.kill("SIGINT");
  const { code, stderr } = await dev.ended;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /shapes of states are unknown/);
});
