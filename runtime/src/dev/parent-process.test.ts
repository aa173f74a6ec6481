/** The dev runtime as a program: what signals do to it, and that its application never outlives it. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type DevProject, type TestClient, connectClient, devProject } from "../../../test/support/dev-project.ts";
import type { RunFile } from "../protocol.ts";

const actor = `
import { existsSync } from "node:fs";
import { actor, whereis } from "instar";
interface Slow { init(): number; casts: { wait(): void; spin(): void }; infos: { exit(): void } }
process.on("SIGCONT", () => whereis<Slow>("slow")?.cast("wait"));
process.on("SIGWINCH", () => whereis<Slow>("slow")?.cast("spin"));
export default actor<Slow>({
  vsn: 1, trapExit: true, init: () => 0,
  casts: {
    wait: async ({ next }) => { console.log("waiting"); while (!existsSync("go")) await new Promise(setImmediate); return next(); },
    spin: () => { console.log("spinning"); for (;;); },
  },
  infos: { exit: ({ next }) => next() },
  terminate: () => console.log("terminated"),
});
`;

const files = {
  "src/app.ts": `
import { child, supervisor } from "instar";
import slow from "./slow.actor";
export default supervisor({ children: [child(slow, { id: "slow", name: "slow" }), child(slow, { id: "idle" })] });
`,
  "src/slow.actor.ts": actor,
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} ends the supervision tree, the run file and both processes`, async (t) => {
    const { parent, output, run, project } = await spawned(t);
    parent.kill(signal);
    assert.deepEqual(await ended(parent), { code: 0, signal: null });
    assert.match(output(), /terminated/);
    assert.equal(existsSync(project.path(".instar/run/dev.json")), false);
    await gone(run.applicationPid);
  });
}

test("a second signal does not wait for what takes its time", async (t) => {
  const { parent, run, project } = await spawned(t);
  const spinning = printed(parent, "spinning");
  process.kill(run.applicationPid, "SIGWINCH");
  await spinning;
  // In order it would take as long as the supervision tree may take to end.
  parent.kill("SIGINT");
  await new Promise((resolve) => setImmediate(resolve));
  parent.kill("SIGINT");
  assert.deepEqual(await ended(parent), { code: 0, signal: null });
  assert.equal(existsSync(project.path(".instar/run/dev.json")), false);
  await gone(run.applicationPid);
});

test("two runtimes side by side, of one project and of two, do not disturb each other", async (t) => {
  const project = devProject(t, files);
  const [one, two, other] = [await spawned(t, project, "one"), await spawned(t, project, "two"), await spawned(t)];
  project.write("src/slow.actor.ts", `${actor}// changed`);
  assert.equal((await one.client.request("upgrade/apply")).outcome, "committed");
  // Each has its own versions: for the second one the change is still to come, and there is none in the other project.
  assert.equal((await two.client.request("upgrade/rehearse")).outcome, "rehearsed");
  assert.equal((await other.client.request("upgrade/apply")).outcome, "unchanged");
  const spinning = printed(one.parent, "spinning");
  process.kill(one.run.applicationPid, "SIGWINCH");
  await spinning;
  assert.equal((await two.client.request("upgrade/apply")).outcome, "committed");
  one.parent.kill("SIGKILL");
  await ended(one.parent);
  await gone(one.run.applicationPid);
  for (const { client, run } of [two, other]) {
    const info = await client.request("runtime/info");
    assert.deepEqual([info.status, info.applicationPid, info.name], ["running", run.applicationPid, run.name]);
  }
  two.parent.kill("SIGTERM");
  assert.deepEqual(await ended(two.parent), { code: 0, signal: null });
  assert.equal(existsSync(project.path(".instar/run/two.json")), false);
  assert.equal((await other.client.request("runtime/info")).status, "running");
});

test("SIGINT in the middle of an upgrade loses nothing and ends in order", async (t) => {
  const { parent, output, run, project, client } = await spawned(t);
  project.write("src/slow.actor.ts", `${actor}// changed`);
  const waiting = printed(parent, "waiting");
  process.kill(run.applicationPid, "SIGCONT");
  await waiting;
  const report = client.next("upgrade/finished");
  client.request("upgrade/apply", { onBusy: "wait" }).catch(() => {});
  // The idle process is suspended at once; the slow one is waited for.
  while (!(await client.request("processes/list")).processes.some(({ status }) => status === "suspended"));
  parent.kill("SIGINT");
  assert.equal((await report).outcome, "canceled");
  project.write("go", "");
  assert.deepEqual(await ended(parent), { code: 0, signal: null });
  assert.match(output(), /terminated/);
});

test("a parent that is killed takes its application with it", async (t) => {
  const { parent, run, project, restart } = await spawned(t);
  parent.kill("SIGKILL");
  // Both hold the output; it ends with the second of them.
  await ended(parent);
  await gone(run.applicationPid);
  // What it left behind is replaced.
  assert.equal(existsSync(project.path(".instar/run/dev.json")), true);
  const next = await restart();
  next.parent.kill("SIGTERM");
  await ended(next.parent);
});

test("an application that never returns does not outlive a parent that is killed", async (t) => {
  const { parent, run } = await spawned(t);
  const spinning = printed(parent, "spinning");
  process.kill(run.applicationPid, "SIGWINCH");
  await spinning;
  parent.kill("SIGKILL");
  await ended(parent);
  await gone(run.applicationPid);
});

interface Spawned {
  readonly parent: ChildProcess;
  readonly project: DevProject;
  readonly run: RunFile & { readonly applicationPid: number };
  readonly client: TestClient;
  readonly output: () => string;
  readonly restart: () => Promise<Spawned>;
}

async function spawned(t: TestContext, project: DevProject = devProject(t, files), name = "dev"): Promise<Spawned> {
  const dev = new URL("./index.ts", import.meta.url).href;
  project.write(
    `parent-${name}.mjs`,
    `import { startDevRuntime } from ${JSON.stringify(dev)};
     const runtime = await startDevRuntime({ root: ${JSON.stringify(project.root)}, entry: ${JSON.stringify(project.path("src/app.ts"))}, name: "${name}" });
     console.log("started");
     await runtime.stopped;`,
  );
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const parent = spawn(process.execPath, ["--import", tsx, project.path(`parent-${name}.mjs`)], { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => parent.kill("SIGKILL"));
  let text = "";
  for (const stream of [parent.stdout, parent.stderr]) stream.setEncoding("utf8").on("data", (more: string) => (text += more));
  await printed(parent, "started");
  const file = JSON.parse(readFileSync(project.path(`.instar/run/${name}.json`), "utf8")) as RunFile;
  const client = await connectClient(t, file);
  const { applicationPid } = await client.request("runtime/info");
  const run = { ...file, applicationPid: applicationPid ?? assert.fail() };
  return { parent, project, run, client, output: () => text, restart: () => spawned(t, project, name) };
}

/** Resolves when the process has ended and nobody holds its output any more. */
function ended(process: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => void process.once("close", (code, signal) => resolve({ code, signal })));
}

function printed(process: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout?.on("data", (text: string) => {
      if (text.includes(word)) resolve();
    });
    process.once("close", () => reject(new Error(`it ended without printing ${word}`)));
  });
}

/**
 * Waits until there is nothing, or an entry that its new parent, which may be a container's first process, has not cleared away. A process
 * that was killed closes what it held, which is what tests wait for, a moment before it is gone.
 */
async function gone(pid: number): Promise<void> {
  const status = `/proc/${pid}/status`;
  while (existsSync(status) ? !/^State:\s+[ZX]/m.test(readText(status)) : isThere(pid))
    await new Promise((resolve) => setImmediate(resolve));
}

/** The entry may go while it is read. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "State: X";
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
