/** The dev runtime when its application does not answer, or ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { app, counter, files, steps } from "../../../test/support/counter-application.ts";
import { type TestClient, devProject, runProject } from "../../../test/support/dev-project.ts";
import type { ProcessInfo } from "../protocol.ts";

const beats = { interval: 20, limit: 300 };

test("a handler that never returns is reported with who and where, and what only looks is answered all the same", async (t) => {
  const project = devProject(t, files);
  const { client, logs } = await runProject(t, project, { heartbeat: beats, handlerLimit: null });
  const before = await client.request("processes/list");
  const reported = client.next("runtime/stuck");
  await spin(client);
  const stuck = await reported;
  const { pid } = before.processes.find(({ name }) => name === "counter") ?? assert.fail();
  assert.deepEqual([stuck.pid, stuck.name, stuck.module, stuck.handler], [pid, "counter", "src/counter.actor", "cast spin"]);
  const line =
    counter(1)
      .split("\n")
      .findIndex((text) => text.includes("while (!existsSync")) + 1;
  assert.deepEqual([stuck.place?.file, stuck.place?.line], [project.path("src/counter.actor.ts"), line]);
  assert.match(stuck.stack, new RegExp(`^\\s+at .*counter\\.actor\\.ts:${line}:\\d+\\)?$`));
  assert.ok(stuck.since >= beats.limit && stuck.endsIn === null && stuck.killable);
  assert.match(logs.join("\n"), /<0\.\d+> \(counter, src\/counter\.actor\) has been in cast spin for .* and does not return\.\n\s+at /);

  const info = await client.request("runtime/info");
  assert.deepEqual([info.status, info.stuck?.pid], ["unresponsive", pid]);
  // Time goes on.
  while (((await client.request("runtime/info")).stuck?.since ?? 0) <= (info.stuck?.since ?? Infinity));
  const { processes } = await client.request("processes/list");
  assert.deepEqual(
    processes.map((process) => [process.pid, process.status]),
    before.processes.map((process) => [process.pid, process.pid === pid ? "running" : "idle"]),
  );
  assert.deepEqual((await client.request("processes/state", { pid })).json, { n: 5 });
  assert.equal((await client.request("modules/list")).modules.length, 2);
  // What changes something cannot be done now, and says why.
  project.write("src/counter.actor.ts", counter(2, steps));
  const refused = await ask(client, "upgrade/apply");
  assert.equal(refused.error?.data?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
  assert.match(refused.error?.message ?? "", /has been in cast spin for .* instar kill/);

  // It may come back.
  project.write("stop-spinning", "");
  await untilStatus(client, "running");
  assert.equal((await client.request("runtime/info")).stuck, null);
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
});

test("a question that was asked before anybody knew is answered as soon as it is known", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { heartbeat: beats, handlerLimit: null });
  await spin(client);
  assert.equal((await client.request("processes/list")).processes.length, 3);
});

for (const way of ["by request", "at the limit"] as const) {
  test(`a process that never returns is killed ${way}: it is restarted, and nothing else is lost`, async (t) => {
    const project = devProject(t, files);
    const { client, logs } = await runProject(t, project, { heartbeat: beats, handlerLimit: way === "at the limit" ? 500 : null });
    const { applicationPid } = await client.request("runtime/info");
    const { processes: before } = await client.request("processes/list");
    const { pid } = before.find(({ name }) => name === "counter") ?? assert.fail();
    // Three messages wait for another process while the first one spins: they come in the same turn.
    const spinning = client.next("runtime/log", ({ text }) => text === "spinning");
    process.kill(applicationPid as number, "SIGPIPE");
    await spinning;
    if (way === "by request") await client.request("processes/kill", { pid });
    // Nobody may know yet that it spins, and the status be what it was before.
    else await untilLogged(client, logs, new RegExp(`process ${pid} was killed: its handler had not returned after \\d`));
    await untilStatus(client, "running");
    const found = async (): Promise<ProcessInfo[]> => (await client.request("processes/list")).processes;
    while (!(await found()).some(({ name, restarts }) => name === "counter" && restarts === 1));
    const { processes: after } = await client.request("processes/list");
    const restarted = after.find(({ name }) => name === "counter") ?? assert.fail();
    assert.notEqual(restarted.pid, pid);
    assert.deepEqual((await client.request("processes/state", { pid: restarted.pid })).json, { n: 5 });
    const other = after.find(({ name }) => name === "other") ?? assert.fail();
    assert.equal(other.pid, before.find(({ name }) => name === "other")?.pid);
    assert.deepEqual((await client.request("processes/state", { pid: other.pid })).json, { n: 10 });
    assert.equal((await client.request("runtime/info")).applicationPid, applicationPid);
    await untilLogged(client, logs, new RegExp(`${pid}.* ended in cast spin: killed`));
    // And what runs now can be upgraded.
    project.write("src/counter.actor.ts", counter(2, steps));
    assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  });
}

test("an idle process is killed, one that does not live is none, and one behind a stuck one has to wait", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { heartbeat: beats, handlerLimit: null });
  const { processes } = await client.request("processes/list");
  const { pid } = processes.find(({ name }) => name === "other") ?? assert.fail();
  await client.request("processes/kill", { pid });
  assert.equal((await ask(client, "processes/kill", { pid })).error?.data?.code, "INSTAR_NOPROC");
  const { processes: after } = await client.request("processes/list");
  const other = after.find(({ name }) => name === "other") ?? assert.fail();
  assert.equal(other.restarts, 1);
  await spin(client);
  assert.equal((await ask(client, "processes/kill", { pid: other.pid })).error?.data?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
});

test("what a debugger has paused is not reported as stuck and not killed", async (t) => {
  const inspected = `import inspector from "node:inspector";\n${app}inspector.open(0, "127.0.0.1"); console.log(inspector.url());`;
  const pausing = counter(1).replace('console.log("spinning"); while (!existsSync("stop-spinning"));', 'debugger; console.log("resumed");');
  const project = devProject(t, { ...files, "src/app.ts": inspected, "src/counter.actor.ts": pausing });
  const { client, logs } = await runProject(t, project, { heartbeat: { interval: 20, limit: 100 }, handlerLimit: 100 });
  const url = logs.join("\n").match(/ws:\S+/)?.[0] ?? assert.fail(logs.join("\n"));
  const debug = new WebSocket(url);
  t.after(() => debug.terminate());
  const paused = new Promise<void>((resolve) =>
    debug.on(
      "message",
      (data) => (JSON.parse((data as Buffer).toString()) as { method?: string }).method === "Debugger.paused" && resolve(),
    ),
  );
  await new Promise((resolve) => debug.once("open", resolve));
  const enabled = new Promise((resolve) => debug.once("message", resolve));
  debug.send(JSON.stringify({ id: 1, method: "Debugger.enable" }));
  await enabled;
  const before = await client.request("processes/list");
  const { applicationPid } = await client.request("runtime/info");
  process.kill(applicationPid as number, "SIGWINCH");
  await paused;
  // Long after every limit: the heartbeat has given up, and questions are still answered.
  await untilStatus(client, "unresponsive");
  for (let n = 0; n < 50; n++) await client.request("processes/list");
  assert.equal((await client.request("runtime/info")).stuck, null);
  debug.send(JSON.stringify({ id: 2, method: "Debugger.resume" }));
  await untilStatus(client, "running");
  assert.deepEqual(
    (await client.request("processes/list")).processes.map(({ pid, restarts }) => [pid, restarts]),
    before.processes.map(({ pid, restarts }) => [pid, restarts]),
  );
  assert.doesNotMatch(logs.join("\n"), /has been in|was killed/);
});

test("what never returns after an await cannot be killed alone, which is said; a restart of the application helps", async (t) => {
  const spinLater = counter(1).replace("spin: ({ next }) => {", "spin: async ({ next }) => { await null;");
  const project = devProject(t, { ...files, "src/counter.actor.ts": spinLater });
  const { client } = await runProject(t, project, { heartbeat: beats, handlerLimit: 400 });
  const { applicationPid } = await client.request("runtime/info");
  const reported = client.next("runtime/stuck");
  await spin(client);
  const stuck = await reported;
  assert.deepEqual([stuck.name, stuck.handler, stuck.endsIn, stuck.killable], ["counter", "cast spin", null, false]);
  assert.match((await ask(client, "upgrade/plan")).error?.message ?? "", /nothing else runs\. Restart the application: instar restart\.$/);
  const refused = await ask(client, "processes/kill", { pid: stuck.pid });
  assert.equal(refused.error?.data?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
  assert.match(refused.error?.message ?? "", /after an await.*instar restart/);
  await client.request("runtime/restart");
  const info = await client.request("runtime/info");
  assert.equal(info.status, "running");
  assert.notEqual(info.applicationPid, applicationPid);
});

test("native code that does not return is reported as what nothing is known about", async (t) => {
  const wait = 'while (!require("fs").existsSync("stop-spinning"));';
  const native = counter(1)
    .replace(
      "spin: ({ next }) => {",
      `spin: ({ next }) => { console.log("spinning"); execFileSync(process.execPath, ["-e", ${JSON.stringify(wait)}]);`,
    )
    .replace("import { actor }", 'import { execFileSync } from "node:child_process";\nimport { actor }');
  const project = devProject(t, { ...files, "src/counter.actor.ts": native });
  const { client, logs } = await runProject(t, project, { heartbeat: beats, handlerLimit: null });
  const reported = client.next("runtime/stuck");
  await spin(client);
  const { pid, handler, stack, killable } = await reported;
  assert.deepEqual([pid, handler, stack, killable], [null, null, "    in native code, which does not say where", false]);
  assert.doesNotMatch(logs.join("\n"), /undefined/);
  project.write("stop-spinning", "");
  await untilStatus(client, "running");
});

test("what a handler left behind is not taken for a handler", async (t) => {
  const left = counter(1).replace("spin: ({ next }) => {", "spin: ({ next }) => { void Promise.resolve().then(spin); return next();");
  const spinning = '\nfunction spin(): void { console.log("spinning"); while (!existsSync("stop-spinning")); }\n';
  const project = devProject(t, { ...files, "src/counter.actor.ts": left + spinning });
  const { client } = await runProject(t, project, { heartbeat: beats, handlerLimit: null });
  const reported = client.next("runtime/stuck");
  await spin(client);
  const { name, handler, killable } = await reported;
  assert.deepEqual([name, handler, killable], ["counter", null, false]);
});

test("an upgrade that keeps the application busy for too long is given up by who asked, and reported when it is done", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { heartbeat: { interval: 20, limit: 100 } });
  const up = 'up: (s: State) => { while (!existsSync("stop-spinning")); return { ...s, step: 1 }; }, down: (s: State) => s';
  project.write("src/counter.actor.ts", counter(2, `codeChange: { 1: { ${up} } },`));
  const asked = await client.raw(JSON.stringify({ jsonrpc: "2.0", id: "x", method: "upgrade/apply" }));
  assert.equal(asked.error?.data?.code, "INSTAR_RUNTIME_UNRESPONSIVE");
  const finished = client.next("upgrade/finished");
  project.write("stop-spinning", "");
  assert.equal((await finished).outcome, "committed");
  // The parent knows what is loaded now.
  await untilStatus(client, "running");
  assert.equal((await client.request("upgrade/apply")).outcome, "unchanged");
});

test("a runtime whose application never returns can be stopped", async (t) => {
  const project = devProject(t, files);
  const { client, runtime } = await runProject(t, project, { heartbeat: { interval: 20, limit: 300 } });
  const { applicationPid } = await client.request("runtime/info");
  await spin(client);
  await untilStatus(client, "unresponsive");
  await runtime.stop();
  assert.throws(() => process.kill(applicationPid as number, 0), { code: "ESRCH" });
});

test("an application that crashes is started again, and given up when it crashes again and again", async (t) => {
  const project = devProject(t, files);
  const { client, logs } = await runProject(t, project, { restarts: { restarts: 2, within: 60_000, delay: 1 } });
  const crash = async (next: "restart" | null): Promise<void> => {
    const { applicationPid } = await client.request("runtime/info");
    const exited = client.next("runtime/exited");
    process.kill(applicationPid as number, "SIGKILL");
    assert.deepEqual(await exited, { code: null, signal: "SIGKILL", next });
  };
  for (let restart = 0; restart < 2; restart++) {
    const again = client.next("runtime/log", ({ text }) => text === "the application runs again.");
    await crash("restart");
    await again;
    const { processes } = await client.request("processes/list");
    assert.deepEqual(
      processes.map(({ module, vsn }) => `${module} ${vsn}`),
      ["src/app 1", "src/counter.actor 1", "src/counter.actor 1"],
    );
    assert.equal((await client.request("upgrade/apply")).outcome, "unchanged");
  }
  await crash(null);
  const info = await client.request("runtime/info");
  assert.deepEqual([info.status, info.applicationPid], ["exited", null]);
  for (const method of ["processes/list", "modules/list", "upgrade/apply"]) {
    const answer = await ask(client, method);
    assert.equal(answer.error?.data?.code, "INSTAR_RUNTIME_EXITED", JSON.stringify(answer));
    assert.match(answer.error?.message ?? "", /instar restart/);
  }
  assert.match(logs.join("\n"), /ended with SIGKILL; it is started again.*after 2 restarts within 60 s it is not started again/s);
  // By command it is, whatever was before.
  await client.request("runtime/restart");
  assert.equal((await client.request("runtime/info")).status, "running");
});

test("an application that ended is started again by the save that mends it", async (t) => {
  const project = devProject(t, files);
  const { client, logs } = await runProject(t, project, { watch: true, restarts: { restarts: 0, within: 1000, delay: 1 } });
  const { applicationPid } = await client.request("runtime/info");
  const exited = client.next("runtime/exited");
  process.kill(applicationPid as number, "SIGKILL");
  await exited;
  const again = client.next("runtime/log", ({ text }) => text === "the application runs again.");
  project.write("src/counter.actor.ts", counter(2, steps));
  await again;
  assert.equal((await client.request("runtime/info")).status, "running", logs.join("\n"));
});

const strays: readonly { readonly name: string; readonly add: string }[] = [
  { name: "thrown in a timer", add: "(setTimeout(() => { throw new Error('stray'); }), state)" },
  {
    name: "thrown in a timer after an await",
    add: "(void Promise.resolve().then(() => setTimeout(() => { throw new Error('stray'); })), state)",
  },
  { name: "of a promise that nobody awaits", add: "(void Promise.reject(new Error('stray')), state)" },
];

for (const { name, add } of strays) {
  test(`an error ${name} ends the process whose handler it comes from, and no other`, async (t) => {
    const project = devProject(t, { ...files, "src/counter.actor.ts": counter(1, "", { add }) });
    const { client, logs } = await runProject(t, project);
    const { applicationPid } = await client.request("runtime/info");
    const { processes: before } = await client.request("processes/list");
    const ended = client.next("runtime/log", ({ text }) => text.includes("stray"));
    process.kill(applicationPid as number, "SIGUSR2");
    await ended;
    const { processes: after } = await client.request("processes/list");
    assert.deepEqual(
      after.map((process) => [process.name, process.restarts, before.some(({ pid }) => pid === process.pid)]),
      [
        [null, 0, true],
        ["other", 0, true],
        ["counter", 1, false],
      ],
      logs.join("\n"),
    );
    assert.equal((await client.request("runtime/info")).applicationPid, applicationPid);
  });
}

test("an error that belongs to no process ends the application, with the error in its output", async (t) => {
  const project = devProject(t, { ...files, "src/app.ts": `${app}process.on("SIGHUP", () => { throw new Error("of nobody"); });` });
  const { client, logs } = await runProject(t, project, { restarts: { restarts: 0, within: 1000, delay: 1 } });
  const { applicationPid } = await client.request("runtime/info");
  const exited = client.next("runtime/exited");
  process.kill(applicationPid as number, "SIGHUP");
  assert.deepEqual(await exited, { code: 1, signal: null, next: null });
  assert.match(logs.join("\n"), /Error: of nobody/);
});

test("an application whose root supervisor gives up has ended", async (t) => {
  const project = devProject(t, {
    ...files,
    "src/counter.actor.ts": counter(1, "", { add: "(() => { throw new Error('too much'); })()" }),
  });
  const { client, logs } = await runProject(t, project);
  const { applicationPid } = await client.request("runtime/info");
  const exited = client.next("runtime/exited");
  for (let crash = 0; crash < 2; crash++) {
    await new Promise<void>((resolve) => {
      void client.next("runtime/log", ({ text }) => text.includes("too much")).then(() => resolve());
      process.kill(applicationPid as number, "SIGUSR2");
    });
  }
  assert.deepEqual(await exited, { code: 1, signal: null, next: null });
  assert.match(logs.join("\n"), new RegExp(`Error: too much\\n?.*(\\n.*)*${project.path("src/counter.actor.ts")}:\\d+:\\d+`));
});

function ask(client: TestClient, method: string, params: object = {}): ReturnType<TestClient["raw"]> {
  return client.raw(JSON.stringify({ jsonrpc: "2.0", id: "x", method, params }));
}

/** Resolves when a handler of the application has begun not to return. */
async function spin(client: TestClient): Promise<void> {
  const { applicationPid } = await client.request("runtime/info");
  const spinning = client.next("runtime/log", ({ text }) => text === "spinning");
  process.kill(applicationPid as number, "SIGWINCH");
  await spinning;
}

/** What the application prints comes by another way than its answers. */
async function untilLogged(client: TestClient, logs: readonly string[], text: RegExp): Promise<void> {
  while (!text.test(logs.join("\n"))) await client.request("runtime/info");
}

async function untilStatus(client: TestClient, status: string): Promise<void> {
  while ((await client.request("runtime/info")).status !== status);
}
