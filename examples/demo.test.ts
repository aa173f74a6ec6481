/**
 * The demo passes, and fails as soon as one message is dropped; `chat/src/traffic.test.ts` shows the same for messages that are repeated or
 * overtaken. It runs on what `npm run build` built.
 */
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { version2, version2Again } from "./chat/version-2.ts";
import { copyExample } from "./demo/project.ts";

const demo = fileURLToPath(new URL("demo.ts", import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

test("the demo upgrades a live system in every way, takes back what does not hold, and loses nothing", () => {
  const { status, stdout, stderr } = runDemo();
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /Nothing was lost, duplicated or reordered\./);
  const commits = [
    ...stdout.matchAll(/ {2}(?:upgrade|draft|downgrade) .*; (\d+) messages queued at the commit \(\d+ translated\), (\d+) calls/g),
  ];
  assert.equal(commits.length, 3, stdout);
  for (const [, queued, spanning] of commits) assert.ok(Number(queued) > 0 && Number(spanning) > 0, stdout);
  for (const line of [
    /^ {5}Failed\. Everything is as it was\.$/m,
    /INSTAR_CODE_CHANGE_FAILED in src\/room\.actor, process terrace/,
    /^ {5}The new code did not hold: restart 1 of upgraded processes within 60 s of the upgrade/m,
    /^ {5}Rolled back: the old code serves, with the states as they are now\.$/m,
    /^ {5}28 processes will lose their states, and what waits for them: 8 of src\/room\.actor, 20 of src\/user\.actor$/m,
    /^ {3}outside {4}[\d,]+ questions asked, 0 without an answer$/m,
  ])
    assert.match(stdout, line);
  assert.equal([...stdout.matchAll(/process \d+ became \d+, behind the same port/g)].length, 2, stdout);
  assert.ok(stdout.split("\n").length < 180, `the output has ${stdout.split("\n").length} lines`);
});

test("the demo fails when version 2 drops one message", () => {
  const { status, stdout, stderr } = runDemo("--fault", "drop-one");
  assert.equal(status, 1, stdout + stderr);
  assert.match(stdout, /FAILED: [1-9]\d* lost, 0 duplicated, 0 reordered/);
  assert.match(stdout, /#\d+ was never heard by \w+, /);
});

test("the demo says which faults there are", () => {
  const { status, stderr } = runDemo("--fault", "lose-all");
  assert.equal(status, 2);
  assert.match(stderr, /There is no fault lose-all\. Faults: drop-one\./);
});

test("an interrupted demo leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "instar-interrupted-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const env = { ...process.env, TMPDIR: folder, TEMP: folder };
  const child = spawn(process.execPath, ["--import", "tsx", demo], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    text += String(chunk);
    // By then the application runs.
    if (text.includes("instar release")) child.kill("SIGINT");
  }
  const code = child.exitCode ?? (await new Promise((resolve) => child.once("exit", resolve)));
  assert.equal(code, 130, text);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("instar-demo-")),
    [],
  );
});

test("the example compiles, and both its versions do", async () => {
  compiles(fileURLToPath(new URL("chat", import.meta.url)));
  const project = await copyExample();
  try {
    compiles(project.root);
    await project.edit(version2);
    compiles(project.root);
    await project.edit(version2Again);
    compiles(project.root);
  } finally {
    project.remove();
  }
  assert.ok(!existsSync(project.root));
});

function runDemo(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["--import", "tsx", demo, ...args], { encoding: "utf8", timeout: 300_000 });
}

function compiles(root: string): void {
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", root], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
}
