/** Moves in which something dies or is damaged: one process serves at the end, with all states, and the report says what happened. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { app, codes, counter, files, steps } from "../../../test/support/counter-application.ts";
import { devProject, runProject, type DevProject, type RunningProject } from "../../../test/support/dev-project.ts";

/** Its step kills the processes that the file `kill` names; 0 is its own. */
const killing = counter(
  2,
  `codeChange: { 1: { up: (s: State) => {
    if (s.n === 6 && existsSync("kill")) for (const pid of readFileSync("kill", "utf8").split(" ")) process.kill(Number(pid) || process.pid, "SIGKILL");
    return { ...s, step: 1 };
  }, down: (s: State) => ({ n: s.n }) } },`,
).replace("import { existsSync }", "import { existsSync, readFileSync }");

interface World extends RunningProject {
  readonly project: DevProject;
  readonly pid: number;
  readonly seen: () => Promise<{ pid: number | null; states: unknown[] }>;
}

async function counters(t: TestContext, more: Partial<typeof files> = {}, timing: { readonly moveLimit?: number } = {}): Promise<World> {
  const project = devProject(t, { ...files, ...more });
  const world = await runProject(t, project, timing);
  const { client } = world;
  // Something that is in no source, so that it is lost where a process begins anew.
  const pid = (await client.request("runtime/info")).applicationPid ?? assert.fail();
  process.kill(pid, "SIGUSR2");
  const seen = async (): Promise<{ pid: number | null; states: unknown[] }> => {
    const { processes } = await client.request("processes/list");
    const actors = processes.filter(({ kind }) => kind === "actor");
    const states = await Promise.all(actors.map(async (each) => (await client.request("processes/state", { pid: each.pid })).json));
    return { pid: (await client.request("runtime/info")).applicationPid, states };
  };
  while (JSON.stringify((await seen()).states) !== '[{"n":6},{"n":7}]') await new Promise((resolve) => setImmediate(resolve));
  return { ...world, project, pid, seen };
}

/** Resolves when everything has been asked to come to rest. */
async function suspended(client: World["client"]): Promise<void> {
  for (;;) {
    const { processes } = await client.request("processes/list");
    if (processes.some(({ status }) => status === "suspended")) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const old = [{ n: 6 }, { n: 7 }];
const young = [
  { n: 6, step: 1 },
  { n: 7, step: 1 },
];

test("blue dies when its states have gone: green serves", async (t) => {
  const { project, client, pid, seen } = await counters(t);
  project.write("kill", String(pid));
  project.write("src/counter.actor.ts", killing);
  const report = await client.request("upgrade/apply", { strategy: "blue-green" });
  assert.deepEqual([report.outcome, report.errors], ["committed", []]);
  assert.deepEqual((await seen()).states, young);
  assert.equal((await client.request("runtime/info")).status, "running");
});

test("green dies in the middle: blue serves on", async (t) => {
  const { project, client, pid, seen } = await counters(t);
  project.write("kill", "0");
  project.write("src/counter.actor.ts", killing);
  const report = await client.request("upgrade/apply", { strategy: "blue-green" });
  assert.deepEqual(codes(report), ["failed", "INSTAR_RUNTIME_EXITED"]);
  assert.match(report.errors[0]?.message ?? "", /the new process ended .* goes on, with its states/);
  assert.deepEqual(await seen(), { pid, states: old });
  project.remove("kill");
  assert.equal((await client.request("upgrade/apply", { strategy: "blue-green" })).outcome, "committed");
  assert.deepEqual((await seen()).states, young);
});

test("blue dies before its states have gone: the report says that they are lost, and not that it was canceled", async (t) => {
  const fatal = `import { existsSync, readFileSync, rmSync } from "node:fs";
const whom = existsSync("fatal") ? Number(readFileSync("fatal", "utf8")) : 0;
if (whom !== 0) { rmSync("fatal"); process.kill(whom, "SIGKILL"); for (;;); }
${app}`;
  const { project, client, pid } = await counters(t, { "src/app.ts": fatal });
  project.write("fatal", String(pid));
  project.write("src/counter.actor.ts", counter(2, steps));
  const report = await client.request("upgrade/apply", { strategy: "blue-green" });
  assert.deepEqual(codes(report), ["refused", "INSTAR_RUNTIME_EXITED"]);
  assert.match(
    report.errors[0]?.message ?? "",
    /the application ended before it had given its states away, so they are lost.*started again/,
  );
});

test("both die in the middle: the old code serves in a new process, with the states that there were", async (t) => {
  const { project, client, pid, seen, logs } = await counters(t);
  project.write("kill", `${pid} 0`);
  project.write("src/counter.actor.ts", killing);
  const report = await client.request("upgrade/apply", { strategy: "blue-green" });
  assert.deepEqual(codes(report), ["failed", "INSTAR_RUNTIME_EXITED"]);
  const now = await seen();
  assert.notEqual(now.pid, pid);
  assert.deepEqual(now.states, old);
  assert.match(logs.join("\n"), /the code of before serves again, in a new process, with the states that it had/);
  project.remove("kill");
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
});

test("green dies when it has just begun to serve: the old code serves again, with what it gave away", async (t) => {
  const { project, client, seen } = await counters(t);
  project.write(
    "src/counter.actor.ts",
    counter(2, steps, { state: '(existsSync("src/late") && process.kill(process.pid, "SIGKILL"), { n })' }),
  );
  project.write("src/late", "");
  project.write("src/app.ts", app.replace("] });", ', child(counter, { id: "third", args: [9] })] });'));
  const report = await client.request("upgrade/apply", { strategy: "blue-green" });
  assert.deepEqual(codes(report), ["failed", "INSTAR_RUNTIME_EXITED"]);
  assert.deepEqual((await seen()).states, old);
});

test("the new process dies in a window: the old code serves again, with the states that there were", async (t) => {
  const { project, client, pid, seen } = await counters(t);
  project.write("kill", "0");
  project.write("src/counter.actor.ts", killing);
  assert.deepEqual(codes(await client.request("upgrade/apply", { strategy: "window" })), ["failed", "INSTAR_RUNTIME_EXITED"]);
  const now = await seen();
  assert.notEqual(now.pid, pid);
  assert.deepEqual(now.states, old);
  project.remove("kill");
  assert.equal((await client.request("upgrade/apply", { strategy: "window" })).outcome, "committed");
  assert.deepEqual((await seen()).states, young);
  assert.equal(existsSync(project.path(".instar/window/dev.json")), false);
});

test("a disk that is full: nothing is ended", { skip: !existsSync("/dev/full") }, async (t) => {
  const { project, client, pid, seen } = await counters(t);
  mkdirSync(project.path(".instar/window"), { recursive: true });
  symlinkSync("/dev/full", project.path(".instar/window/dev.json.tmp"));
  project.write("src/counter.actor.ts", counter(2, steps));
  const report = await client.request("upgrade/apply", { strategy: "window" });
  assert.deepEqual(codes(report), ["failed", "INSTAR_STATES_NOT_SAVED"]);
  assert.match(report.errors[0]?.message ?? "", /ENOSPC.*runs on/);
  assert.deepEqual(await seen(), { pid, states: old });
});

for (const strategy of ["blue-green", "window"] as const) {
  test(`${strategy}: a new process that is not ready in time is given up`, async (t) => {
    const hanging = `import { existsSync, rmSync } from "node:fs";\nif (existsSync("hang")) { rmSync("hang"); for (;;); }\n${app}`;
    const { project, client, seen } = await counters(t, { "src/app.ts": hanging }, { moveLimit: 6000 });
    project.write("hang", "");
    project.write("src/counter.actor.ts", counter(2, steps));
    const report = await client.request("upgrade/apply", { strategy });
    assert.equal(report.errors[0]?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
    assert.match(report.errors[0]?.message ?? "", /the new process was not ready within 6 s/);
    assert.deepEqual((await seen()).states, old);
  });
}

test("blue-green: what is canceled while the new process begins is canceled, and not refused", async (t) => {
  const hanging = `import { existsSync, rmSync } from "node:fs";\nif (existsSync("hang")) { rmSync("hang"); console.log("it hangs"); for (;;); }\n${app}`;
  const { project, client, pid, seen } = await counters(t, { "src/app.ts": hanging });
  project.write("hang", "");
  project.write("src/counter.actor.ts", counter(2, steps));
  const begun = client.next("runtime/log", ({ text }) => text === "it hangs");
  const request = client.request("upgrade/apply", { strategy: "blue-green" });
  await begun;
  client.notify("$/cancelRequest", { id: request.id });
  assert.deepEqual(codes(await request), ["canceled", "INSTAR_UPGRADE_CANCELED"]);
  assert.deepEqual(await seen(), { pid, states: old });
});

test("saved states that are damaged are not used, and the old code serves again with what there was", async (t) => {
  // Whatever evaluates the application while the states lie there damages them.
  const damaging = `import { existsSync, writeFileSync } from "node:fs";\nconst saved = ".instar/window/dev.json";\nif (existsSync(saved)) writeFileSync(saved, "{}");\n${app}`;
  const { project, client, seen } = await counters(t, { "src/app.ts": damaging });
  project.write("src/counter.actor.ts", counter(2, steps));
  const report = await client.request("upgrade/apply", { strategy: "window" });
  assert.deepEqual(codes(report), ["failed", "INSTAR_STATES_DAMAGED"]);
  assert.deepEqual((await seen()).states, old);
});

test("no way leads back after a window: the report says that the states are put aside, and the next start goes on from them", async (t) => {
  const broken = `import { existsSync } from "node:fs";\nif (existsSync("broken") && existsSync(".instar/window/dev.json")) throw new Error("broken");\n${app}`;
  const { project, client, seen, runtime } = await counters(t, { "src/app.ts": broken });
  project.write("broken", "");
  project.write("src/counter.actor.ts", counter(2, steps));
  const restarted = client.next("runtime/log", ({ text }) => text === "the application runs again.");
  const report = await client.request("upgrade/apply", { strategy: "window" });
  assert.deepEqual(codes(report), ["failed", "INSTAR_RUNTIME_EXITED"]);
  assert.equal(report.errors[1]?.code, "INSTAR_EVALUATION_FAILED");
  assert.match(
    report.errors[0]?.message ?? "",
    /starts anew, without them\. The states of before lie saved in \S+dev\.json\.unused\. To go on .* rename that file/,
  );
  await restarted;
  assert.deepEqual((await seen()).states, [{ n: 5 }, { n: 7 }]);
  await runtime.stop();
  project.remove("broken");
  renameSync(project.path(".instar/window/dev.json.unused"), project.path(".instar/window/dev.json"));
  const next = await runProject(t, project);
  const { processes } = await next.client.request("processes/list");
  const states = processes
    .filter(({ kind }) => kind === "actor")
    .map(async ({ pid }) => (await next.client.request("processes/state", { pid })).json);
  assert.deepEqual(await Promise.all(states), old);
});

test("a window ends nothing while there are processes of a module that nobody could load again", async (t) => {
  const late = `${app.replace("whereis }", "start, whereis }")}\nprocess.on("SIGHUP", () => import("./late.actor").then(({ default: late }) => start(late)));`;
  const lateActor = 'import { actor } from "instar";\nexport default actor({ vsn: 1, init: () => ({}) });';
  const { project, client, pid, seen } = await counters(t, { "src/app.ts": late, "src/late.actor.ts": lateActor } as Partial<typeof files>);
  process.kill(pid, "SIGHUP");
  while (!(await client.request("processes/list")).processes.some(({ module }) => module === "src/late.actor")) await immediate();
  project.write("src/counter.actor.ts", counter(2, steps));
  const report = await client.request("upgrade/apply", { strategy: "window" });
  assert.deepEqual(codes(report), ["failed", "INSTAR_BUILD_NOT_KEPT"]);
  assert.match(report.errors[0]?.message ?? "", /processes of src\/late\.actor.*Nothing was ended/);
  assert.deepEqual(await seen(), { pid, states: [...old, {}] });
  for (const strategy of ["hot", "window"] as const) {
    assert.notEqual((await client.request("upgrade/apply", { strategy })).errors[0]?.code, "INSTAR_BUILD_NOT_KEPT");
  }
});

for (const damaged of [false, true]) {
  test(`the runtime ended in the middle of a window: the next one ${damaged ? "says that the saved states are damaged" : "goes on from its states"}`, async (t) => {
    const { project, client, seen, runtime } = await counters(t);
    // What lay there while the window was open.
    const copying = `codeChange: { 1: { up: () => { copyFileSync(".instar/window/dev.json", "left"); throw new Error("enough"); }, down: (s: State) => s } },`;
    project.write("src/counter.actor.ts", counter(2, copying).replace("import { existsSync }", "import { existsSync, copyFileSync }"));
    assert.deepEqual(codes(await client.request("upgrade/apply", { strategy: "window" })), ["failed", "INSTAR_CODE_CHANGE_FAILED"]);
    assert.deepEqual((await seen()).states, old);
    await runtime.stop();
    project.write(".instar/window/dev.json", project.read("left").replace(damaged ? '"n"' : "", damaged ? '"m"' : ""));
    project.write("src/counter.actor.ts", counter(2, steps));
    const next = await runProject(t, project);
    const { processes } = await next.client.request("processes/list");
    const actors = processes.filter(({ kind }) => kind === "actor");
    const states = await Promise.all(actors.map(async ({ pid }) => (await next.client.request("processes/state", { pid })).json));
    assert.match(
      next.logs.join("\n"),
      damaged ? /cannot be used: .*its checksum is another/ : /goes on from the states that it saved, with the code of before/,
    );
    assert.deepEqual(states, damaged ? [{ n: 5 }, { n: 7 }] : old);
    assert.deepEqual(
      actors.map(({ vsn }) => vsn),
      damaged ? [2, 2] : [1, 1],
    );
    assert.equal(existsSync(project.path(".instar/window/dev.json")), false);
    if (!damaged)
      assert.deepEqual(
        (await next.client.request("upgrade/apply")).processes.map(({ after }) => after),
        ["{ n: 6, step: 1 }", "{ n: 7, step: 1 }"],
      );
  });
}

for (const strategy of ["blue-green", "window"] as const) {
  test(`${strategy}: who asked for it can cancel it, or go away, while it waits for a handler`, async (t) => {
    const { project, client, pid, seen, runtime } = await counters(t);
    process.kill(pid, "SIGCONT");
    project.write("src/counter.actor.ts", counter(2, steps));
    const params = { strategy, timeout: 60_000, drain: 50 };
    const request = client.request("upgrade/apply", params);
    await suspended(client);
    client.notify("$/cancelRequest", { id: request.id });
    assert.deepEqual(codes(await request), ["canceled", "INSTAR_UPGRADE_CANCELED"]);
    assert.deepEqual(await seen(), { pid, states: old });
    // And the whole runtime, in the middle of another one.
    const again = client.request("upgrade/apply", params);
    await suspended(client);
    await Promise.all([runtime.stop(), assert.doesNotReject(again)]);
  });

  test(`${strategy}: a handler that does not come back is named, and everything goes on`, async (t) => {
    const { project, client, pid, seen } = await counters(t);
    process.kill(pid, "SIGCONT");
    project.write("src/counter.actor.ts", counter(2, steps));
    const report = await client.request("upgrade/apply", { strategy, timeout: 50, drain: 50 });
    assert.deepEqual(codes(report), ["failed", "INSTAR_PROCESS_BUSY"]);
    assert.match(report.errors[0]?.message ?? "", /counter, src\/counter\.actor\) did not come to rest: it has been in cast wait for/);
    assert.deepEqual(await seen(), { pid, states: old });
  });
}
