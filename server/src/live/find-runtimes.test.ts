/** Run files: which runtimes are there, and what each other file is. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunFile, protocolVersion } from "../../../runtime/src/protocol.ts";
import { findRuntimes } from "./find-runtimes.ts";

test("run files are told apart", async (t) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "instar-run-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const listener = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  t.after(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const freePort = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
  // A process that has surely ended.
  const { pid: deadPid } = spawnSync(process.execPath, ["-e", ""]);

  const good: RunFile = {
    version: protocolVersion,
    name: "good",
    root,
    entry: join(root, "src/app.ts"),
    pid: process.pid,
    port,
    token: "secret",
    startedAt: "2026-01-01T00:00:00.000Z",
  };
  const files: Record<string, string> = {
    "good.json": JSON.stringify(good),
    "exposed.json": JSON.stringify({ ...good, name: "exposed" }),
    "dead.json": JSON.stringify({ ...good, name: "dead", pid: deadPid }),
    "deaf.json": JSON.stringify({ ...good, name: "deaf", port: freePort }),
    "newer.json": JSON.stringify({ ...good, version: 99 }),
    "copied.json": JSON.stringify({ ...good, root: tmpdir() }),
    "cut-off.json": JSON.stringify(good).slice(0, 40),
    "other.json": "[1, 2]",
    "partial.json": JSON.stringify({ version: protocolVersion, pid: process.pid }),
    "notes.txt": "not a run file",
  };
  mkdirSync(join(root, ".instar/run"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, ".instar/run", name), text, { mode: 0o600 });
  chmodSync(join(root, ".instar/run/exposed.json"), 0o640);

  const { runtimes, problems } = await findRuntimes(root);
  assert.deepEqual(
    runtimes.map(({ run }) => run),
    [good],
  );
  assert.deepEqual(Object.fromEntries(problems.map(({ name, kind }) => [name, kind])), {
    copied: "elsewhere",
    "cut-off": "unreadable",
    dead: "stale",
    deaf: "stale",
    exposed: "exposed",
    newer: "version",
    other: "unreadable",
    partial: "unreadable",
  });
  assert.match(problems.find(({ name }) => name === "exposed")?.message ?? "", /open to other users \(mode 0640, not 0600\)/);
  for (const { message } of problems) assert.doesNotMatch(message, /secret/, "tokens are not printed");
  const anywhere = await findRuntimes(root, () => Promise.resolve(false));
  assert.ok(
    anywhere.runtimes.some(({ run }) => run.name === "exposed"),
    "where the file system keeps no permissions, an open file says nothing",
  );
});

test("a run file that another user wrote is not believed", { skip: process.getuid?.() !== 0 && "only root can make one" }, async (t) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "instar-run-")));
  const listener = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    listener.close();
    rmSync(root, { recursive: true, force: true });
  });
  const { port } = listener.address() as AddressInfo;
  mkdirSync(join(root, ".instar/run"), { recursive: true });
  const run = { version: protocolVersion, name: "dev", root, entry: root, pid: process.pid, port, token: "secret", startedAt: "" };
  writeFileSync(join(root, ".instar/run/dev.json"), JSON.stringify(run), { mode: 0o600 });
  chownSync(join(root, ".instar/run/dev.json"), 4711, 0);
  t.mock.method(process as { getuid: () => number }, "getuid", () => 1000);
  const { runtimes, problems } = await findRuntimes(root);
  assert.deepEqual(runtimes, []);
  assert.match(problems[0]?.message ?? "", /belongs to another user \(4711\)/);
});

test("a project without run files has no runtimes", async () => {
  assert.deepEqual(await findRuntimes(join(tmpdir(), "surely-not-there")), { runtimes: [], problems: [] });
});
