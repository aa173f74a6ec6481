/** The demo passes, and fails as soon as one message is dropped, duplicated or overtaken. It runs on what `npm run build` built. */
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { version2, version2Again } from "./chat/version-2.ts";
import { faults } from "./demo/faults.ts";
import { copyExample } from "./demo/project.ts";

const demo = fileURLToPath(new URL("demo.ts", import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

test("the demo upgrades a live system and loses nothing", () => {
  const { status, stdout, stderr } = runDemo();
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /Nothing was lost, duplicated or reordered\./);
  const commits = [...stdout.matchAll(/(\d+) messages? queued at the commit, (\d+) calls? spanned it/g)];
  assert.equal(commits.length, 3, stdout);
  for (const [, queued, spanning] of commits) assert.ok(Number(queued) > 0 && Number(spanning) > 0, stdout);
  assert.ok(stdout.split("\n").length < 80, `the output has ${stdout.split("\n").length} lines`);
});

const noticed: Readonly<Record<string, RegExp>> = {
  "drop-one": /#\d+ was never heard by ada, /,
  "duplicate-one": /heard #\d+ twice/,
  "reorder-two": /heard #\d+ only after #\d+/,
};

for (const [fault, words] of Object.entries(noticed)) {
  test(`the demo fails with the fault ${fault}`, () => {
    const { status, stdout, stderr } = runDemo("--fault", fault);
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout, words);
  });
}

test("every fault is tested", () => {
  assert.deepEqual(Object.keys(faults), Object.keys(noticed));
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

test("both versions of the example compile", async () => {
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
  return spawnSync(process.execPath, ["--import", "tsx", demo, ...args], { encoding: "utf8", timeout: 120_000 });
}

function compiles(root: string): void {
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", root], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
}
