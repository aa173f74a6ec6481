/** Run files: private, whole, one for each living runtime of a name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { devProject } from "../../../test/support/dev-project.ts";
import type { RunFile } from "../protocol.ts";
import { removeRunFile, runFilePath, writeRunFile } from "./run-file.ts";

const content = (root: string, more: Partial<RunFile> = {}): RunFile => ({
  version: 1,
  name: "dev",
  root,
  entry: `${root}/src/app.ts`,
  pid: process.pid,
  port: 1,
  token: "token",
  startedAt: "2026-01-01T00:00:00.000Z",
  ...more,
});

test("a run file is readable by its owner alone, and lies in a folder that git ignores", async (t) => {
  const { root, path } = devProject(t, {});
  const file = await writeRunFile(content(root));
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), content(root));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(path(".instar/run")).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(path(".instar/run")), ["dev.json"]);
  assert.equal(spawnSync("git", ["init", "-q"], { cwd: root }).status, 0);
  writeFileSync(path(".instar/other"), "");
  const status = spawnSync("git", ["status", "--porcelain", "-uall", ".instar"], { cwd: root, encoding: "utf8" });
  assert.equal(status.stdout.trim(), "?? .instar/.gitignore");
  removeRunFile(file, "token");
  assert.equal(existsSync(file), false);
});

test("another runtime's run file is not taken away", async (t) => {
  const { root } = devProject(t, {});
  const file = await writeRunFile(content(root));
  removeRunFile(file, "another token");
  assert.equal(existsSync(file), true);
});

test("what a dead runtime left behind is replaced", async (t) => {
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  // A process of that number that is no runtime: its port is closed.
  const leftovers = [
    JSON.stringify(content("x", { pid: dead })),
    JSON.stringify(content("x", { pid: process.pid })),
    '{"pid":',
    "null",
    "",
  ];
  for (const text of leftovers) {
    const project = devProject(t, { ".instar/run/dev.json": text });
    const file = await writeRunFile(content(project.root, { token: "new" }));
    assert.equal((JSON.parse(readFileSync(file, "utf8")) as RunFile).token, "new", text);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  }
});

test("a living runtime keeps its name", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { root, path } = devProject(t, {});
  const file = await writeRunFile(content(root, { port }));
  await assert.rejects(writeRunFile(content(root, { token: "second" })), {
    code: "INSTAR_RUNTIME_ALREADY_RUNNING",
    message: new RegExp(`process ${process.pid}`),
  });
  assert.equal((JSON.parse(readFileSync(file, "utf8")) as RunFile).token, "token");
  assert.deepEqual(readdirSync(path(".instar/run")), ["dev.json"]);
  assert.notEqual(await writeRunFile(content(root, { name: "second" })), file);
});

test("of two runtimes that start together one gets the name", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { root } = devProject(t, {});
  const outcomes = await Promise.allSettled(["a", "b"].map((token) => writeRunFile(content(root, { port, token }))));
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

for (const name of ["", "..", "../up", "a/b", "a\\b", ".hidden", "x".repeat(65), "a\n"]) {
  test(`${JSON.stringify(name)} cannot name a runtime`, () => {
    assert.throws(() => runFilePath("/project", name), { code: "INSTAR_BAD_NAME" });
  });
}
