/** The dev runtime from outside: real child processes, a real WebSocket, real files. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { watch } from "node:fs/promises";
import { test } from "node:test";
import { app, codes, counter, everything, files, steps, summary } from "../../../test/support/counter-application.ts";
import { type DevProject, type TestClient, connectClient, devProject, runProject } from "../../../test/support/dev-project.ts";
import type { ProcessInfo, RunFile, UpgradeReport } from "../protocol.ts";
import { startDevRuntime } from "./index.ts";
import type { ShapePort } from "./options.ts";

test("an application runs, is upgraded with its state kept, and goes back to its first version", async (t) => {
  const project = devProject(t, files);
  const { runtime, client, logs } = await runProject(t, project);
  const info = await client.request("runtime/info");
  assert.deepEqual([info.status, info.name, info.root, info.pid], ["running", "dev", project.root, process.pid]);
  assert.notEqual(info.applicationPid, process.pid);
  assert.deepEqual(await vsns(client), ["src/app 1", "src/counter.actor 1", "src/counter.actor 1"]);

  project.write("src/counter.actor.ts", counter(2, steps));
  const rehearsal = await client.request("upgrade/rehearse");
  assert.deepEqual(summary(rehearsal), ["rehearsed", ["src/counter.actor 1 → 2 convert"], ["{ n: 5, step: 1 }", "{ n: 7, step: 1 }"]]);
  assert.deepEqual(await vsns(client), ["src/app 1", "src/counter.actor 1", "src/counter.actor 1"]);

  const finished = client.next("upgrade/finished");
  const report = await client.request("upgrade/apply");
  assert.deepEqual(summary(report), ["committed", ["src/counter.actor 1 → 2 convert"], ["{ n: 5, step: 1 }", "{ n: 7, step: 1 }"]]);
  assert.deepEqual(await finished, report);
  assert.deepEqual(await vsns(client), ["src/app 1", "src/counter.actor 2", "src/counter.actor 2"]);
  assert.deepEqual(await counterState(client), { n: 5, step: 1 });
  const { modules } = await client.request("modules/list");
  assert.deepEqual(modules.find(({ id }) => id === "src/counter.actor")?.old, { vsn: 1, processes: 0, handlers: 0, timers: 0 });
  assert.equal((await client.request("upgrade/apply")).outcome, "unchanged");

  const back = await client.request("upgrade/downgrade", { targets: [{ module: "src/counter.actor", vsn: 1 }] });
  assert.deepEqual(summary(back), ["committed", ["src/counter.actor 2 → 1 convert"], ["{ n: 5 }", "{ n: 7 }"]]);
  assert.match(logs.join("\n"), /upgraded src\/counter.actor \(1 → 2\): 2 processes/);

  await client.request("runtime/stop");
  await runtime.stopped;
  assert.equal(logs.filter((line) => line === "info: terminated").length, 2);
  assert.equal(existsSync(runtime.runFile), false);
  assert.equal(await client.closed, 1001);
});

test("a kept build outlives the runtime, and what is not kept is said", async (t) => {
  const project = devProject(t, files);
  const first = await runProject(t, project);
  await first.runtime.stop();
  project.write("src/counter.actor.ts", counter(2, steps));
  const { client } = await runProject(t, project);
  const down = (vsn: number, module = "src/counter.actor"): Promise<UpgradeReport> =>
    client.request("upgrade/downgrade", { targets: [{ module, vsn }] });
  assert.deepEqual(codes(await down(9)), ["refused", "INSTAR_BUILD_NOT_KEPT"]);
  assert.match((await down(9)).errors[0]?.message ?? "", /Kept: version 1, 2\./);
  assert.deepEqual(codes(await down(1, "src/nobody")), ["refused", "INSTAR_MODULE_UNKNOWN"]);
  assert.deepEqual(summary(await down(1)), ["committed", ["src/counter.actor 2 → 1 convert"], ["{ n: 5 }", "{ n: 7 }"]]);
  // What is on disk is version 2 still.
  assert.deepEqual(summary(await client.request("upgrade/apply"))[1], ["src/counter.actor 1 → 2 convert"]);
});

test("while the analysis reads the project, the application runs and the endpoint answers", async (t) => {
  const project = devProject(t, files);
  const seen: string[] = [];
  const { client } = await runProject(t, project, {
    shapes: {
      ...noShapes,
      async describe(modules) {
        // Who asks meanwhile.
        const early = await connectClient(t, JSON.parse(project.read(".instar/run/dev.json")) as RunFile);
        await untilProcess(early, ({ name }) => name === "counter");
        seen.push((await early.request("runtime/info")).status);
        return Object.fromEntries(modules.map(({ id }) => [id, { hash: "known" }]));
      },
    },
  });
  assert.deepEqual(seen, ["starting"]);
  const { modules } = await client.request("modules/list");
  assert.equal(modules.find(({ id }) => id === "src/counter.actor")?.shape, "known");
  assert.equal((await client.request("runtime/info")).status, "running");
});

test("an upgrade builds and analyzes at the same time", async (t) => {
  const project = devProject(t, files);
  const asked: string[][] = [];
  const { client } = await runProject(t, project, {
    shapes: {
      ...noShapes,
      describe: async (modules) => {
        asked.push(modules.map(({ id }) => id));
        return {};
      },
    },
  });
  asked.length = 0;
  project.write("src/counter.actor.ts", "export default {;");
  assert.deepEqual(codes(await client.request("upgrade/apply")), ["refused", "INSTAR_BUILD_FAILED"]);
  assert.ok(asked.flat().includes("src/counter.actor"), "the build has failed, and the analysis was asked all the same");
});

test("an analysis that has gone is missed once, and what does not start is told while an analysis never answers", async (t) => {
  const project = devProject(t, files);
  const gone = {
    describe: async () => Promise.reject(new Error("it died")),
    compare: async () => Promise.reject(new Error("it died")),
    look: async () => ({}),
  };
  const { client, logs } = await runProject(t, project, { shapes: gone });
  for (const text of ["a", "b"]) {
    project.write("src/counter.actor.ts", counter(1, `/* ${text} */`));
    assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  }
  assert.equal(logs.filter((line) => line.includes("it died")).length, 1, logs.join("\n"));

  const silent = { ...noShapes, describe: async () => new Promise<never>(() => {}) };
  const broken = devProject(t, { "src/app.ts": 'import "instar"; process.exit(3);' });
  await assert.rejects(runProject(t, broken, { shapes: silent }), { code: "INSTAR_RUNTIME_EXITED" });
});

test("what is asked while the application starts waits for the start", async (t) => {
  const project = devProject(t, files);
  const asked: Promise<unknown>[] = [];
  const shapes: ShapePort = {
    ...noShapes,
    async describe() {
      if (asked.length > 0) return {};
      const early = await connectClient(t, JSON.parse(project.read(".instar/run/dev.json")) as RunFile);
      project.write("src/counter.actor.ts", counter(2, steps));
      asked.push(
        early.request("upgrade/plan").then(({ modules }) => modules.map(({ id, from, to }) => `${id} ${from} → ${to}`)),
        early.request("states/check", { module: "src/counter.actor" }).then(({ modules }) => modules.map(({ id }) => id)),
      );
      // Those before it have been read by then.
      assert.equal((await early.request("runtime/info")).status, "starting");
      return {};
    },
  };
  await runProject(t, project, { shapes });
  assert.deepEqual(await Promise.all(asked), [["src/counter.actor 1 → 2"], ["src/counter.actor"]]);
});

test("what is saved while the application starts is upgraded after the start", async (t) => {
  const project = devProject(t, files);
  let first = true;
  const shapes: ShapePort = {
    ...noShapes,
    async describe() {
      if (first) project.write("src/counter.actor.ts", counter(2, steps));
      first = false;
      return {};
    },
  };
  const upgraded = new Promise<UpgradeReport>((resolve, reject) => {
    runProject(t, project, { shapes, watch: true, onUpgrade: resolve }).catch(reject);
  });
  assert.deepEqual(summary(await upgraded)[1], ["src/counter.actor 1 → 2 convert"]);
});

test("a runtime is stopped while an analysis holds up its start", async (t) => {
  const project = devProject(t, files);
  const shapes: ShapePort = {
    ...noShapes,
    async describe() {
      const early = await connectClient(t, JSON.parse(project.read(".instar/run/dev.json")) as RunFile);
      await untilProcess(early, ({ name }) => name === "counter");
      await early.request("runtime/stop");
      return new Promise(() => {});
    },
  };
  await assert.rejects(runProject(t, project, { shapes }), { code: "INSTAR_RUNTIME_EXITED" });
  assert.deepEqual(readdirSync(project.path(".instar/run")), []);
});

test("who asked for an upgrade hears what became of it, though the runtime stops while an analysis holds it up", async (t) => {
  const project = devProject(t, files);
  let hold: (() => Promise<void>) | null = null;
  const shapes: ShapePort = {
    ...noShapes,
    async describe() {
      await hold?.();
      return {};
    },
  };
  const { runtime, client } = await runProject(t, project, { shapes });
  hold = async () => {
    const changes = watch(project.path(".instar/run"));
    void runtime.stop();
    // By then the application is gone.
    for await (const change of changes) if (change.filename === "dev.json" && !existsSync(runtime.runFile)) break;
  };
  project.write("src/counter.actor.ts", counter(1, "/* edited */"));
  await assert.rejects(client.request("upgrade/apply"), { message: /^the application has ended/ });
});

test("what is edited while the application starts is the next version, whatever the analysis finds on disk", async (t) => {
  const project = devProject(t, files);
  const shapes = textShapes(project);
  const draft = counter(2, `/* shape: step */ ${steps}`);
  const { client } = await runProject(t, project, {
    shapes: {
      ...shapes,
      describe(modules, sources) {
        project.write("src/counter.actor.ts", draft);
        return shapes.describe(modules, sources);
      },
    },
  });
  const shape = async (): Promise<unknown> => {
    const { modules } = await client.request("modules/list");
    return modules.find(({ id }) => id === "src/counter.actor")?.shape;
  };
  assert.equal(await shape(), "first");
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  assert.equal(await shape(), "step");
});

test("a draft is replaced by another of the same version, by way of its release", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project, { shapes: textShapes(project) });
  const draft = (name: string, value: number): string =>
    counter(
      2,
      `/* shape: ${name} */ codeChange: { 1: { up: (s: State) => ({ ...s, ${name}: ${value} }), down: (s: State) => ({ n: s.n }) } },`,
    );
  project.write("src/counter.actor.ts", draft("step", 1));
  assert.deepEqual(summary(await client.request("upgrade/apply"))[2], ["{ n: 5, step: 1 }", "{ n: 7, step: 1 }"]);
  project.write("src/counter.actor.ts", draft("pace", 2));
  const report = await client.request("upgrade/apply");
  assert.deepEqual(summary(report), ["committed", ["src/counter.actor 2 → 2 draft"], ["{ n: 5, pace: 2 }", "{ n: 7, pace: 2 }"]]);
  assert.deepEqual(report.modules[0]?.steps, ["1 down", "1 up"]);
  const { modules } = await client.request("modules/list");
  assert.equal(modules.find(({ id }) => id === "src/counter.actor")?.shape, "pace");
  // The same shape again is a swap: no step runs.
  project.write("src/counter.actor.ts", draft("pace", 3));
  assert.deepEqual(summary(await client.request("upgrade/apply")), [
    "committed",
    ["src/counter.actor 2 → 2 swap"],
    ["{ n: 5, pace: 2 }", "{ n: 7, pace: 2 }"],
  ]);
});

test("a file of types that changes a state's shape changes the modules that have that state", async (t) => {
  const project = devProject(t, { ...files, "src/types.ts": "export interface Extra { a: 1 } // shape: a" });
  const { client } = await runProject(t, project, { shapes: textShapes(project, "src/types.ts") });
  project.write("src/types.ts", "export interface Extra { b: 1 } // shape: b");
  const { outcome, modules, errors } = await client.request("upgrade/apply");
  assert.deepEqual([outcome, modules, errors.map(({ module }) => module)], ["refused", [], ["src/counter.actor"]]);
});

const failures: readonly {
  readonly name: string;
  readonly text: string;
  readonly outcome: string;
  readonly code: string;
  readonly line: number | null;
}[] = [
  { name: "does not parse", text: "export default {;", outcome: "refused", code: "INSTAR_BUILD_FAILED", line: 1 },
  {
    name: "throws while it is evaluated",
    text: `const fail = (): never => {\n  throw new Error("no");\n};\nfail();`,
    outcome: "refused",
    code: "INSTAR_EVALUATION_FAILED",
    line: 2,
  },
  {
    name: "has a step that throws",
    text: counter(2, "codeChange: { 1: { up: () => { throw new Error('no'); }, down: (s: State) => s } },"),
    outcome: "failed",
    code: "INSTAR_CODE_CHANGE_FAILED",
    line: 15,
  },
  {
    name: "has a step that throws for one process of two",
    text: counter(
      2,
      "codeChange: { 1: { up: (s: State) => { if (s.n === 7) throw new Error('no'); return { ...s, step: 1 }; }, down: (s: State) => s } },",
    ),
    outcome: "failed",
    code: "INSTAR_CODE_CHANGE_FAILED",
    line: 15,
  },
];

for (const { name, text, outcome, code, line } of failures) {
  test(`an upgrade to a module that ${name} leaves everything as it was`, async (t) => {
    const project = devProject(t, files);
    const { client, logs } = await runProject(t, project);
    const before = await everything(client);
    project.write("src/counter.actor.ts", text);
    const report = await client.request("upgrade/apply");
    assert.deepEqual(codes(report), [outcome, code]);
    assert.deepEqual([report.errors[0]?.place?.file, report.errors[0]?.place?.line], [project.path("src/counter.actor.ts"), line]);
    assert.deepEqual(await everything(client), before);
    assert.match(logs.join("\n"), new RegExp(`error: upgrade ${outcome}\\n.*${code}`));
    // And the way on is open.
    project.write("src/counter.actor.ts", counter(2, steps));
    assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  });
}

test("a module whose file moved is not left behind in silence, and pinning its id keeps its processes", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project);
  const before = await everything(client);
  project.remove("src/counter.actor.ts");
  project.write("src/moved.actor.ts", counter(2, steps));
  project.write("src/app.ts", app.replaceAll("./counter.actor", "./moved.actor"));
  const refused = await client.request("upgrade/apply");
  assert.deepEqual(codes(refused), ["refused", "INSTAR_MODULE_GONE"]);
  assert.match(refused.errors[0]?.message ?? "", /src\/counter\.actor has 2 live processes.*id: "src\/counter\.actor"/);
  assert.deepEqual(await everything(client), before);

  project.write("src/moved.actor.ts", counter(2, `id: "src/counter.actor", ${steps}`));
  const report = await client.request("upgrade/apply");
  assert.equal(report.outcome, "committed", JSON.stringify(report.errors));
  assert.deepEqual(await vsns(client), ["src/app 1", "src/counter.actor 2", "src/counter.actor 2"]);
  assert.equal((await client.request("upgrade/apply")).outcome, "unchanged");
});

test("what was refused, and is asked for again as it is, is refused for the same reason, and can be let through", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project);
  project.write("src/counter.actor.ts", counter(2));
  for (let time = 0; time < 3; time++) {
    assert.deepEqual(codes(await client.request("upgrade/apply")), ["refused", "INSTAR_CODE_CHANGE_MISSING"]);
  }
  assert.equal((await client.request("upgrade/rehearse")).errors[0]?.code, "INSTAR_CODE_CHANGE_MISSING");
});

test("a module may be deleted together with its children: they end with the upgrade, also beneath a supervisor that goes as well", async (t) => {
  const nested = 'import { child, supervisor } from "instar";\nimport leaf from "./leaf.actor";\n';
  const group = `${nested}export default supervisor({ children: [child(leaf, { id: "leaf", name: "leaf", args: [1] })] });`;
  const grown = app
    .replace("import counter,", 'import group from "./group.actor";\nimport counter,')
    .replace("children: [", 'children: [child(group, { id: "group" }), ');
  const project = devProject(t, { ...files, "src/app.ts": grown, "src/group.actor.ts": group, "src/leaf.actor.ts": counter(1) });
  const { client } = await runProject(t, project);
  project.remove("src/leaf.actor.ts");
  project.write("src/group.actor.ts", "import { supervisor } from 'instar';\nexport default supervisor({ vsn: 2, children: [] });");
  assert.deepEqual((await client.request("upgrade/plan")).errors, []);
  // As OTP does it, children of before run on.
  assert.deepEqual(codes(await client.request("upgrade/apply", { mode: "otp" })), ["refused", "INSTAR_MODULE_GONE"]);
  project.remove("src/group.actor.ts");
  project.write("src/app.ts", app.replace("children: [", 'children: [child(counter, { id: "group", args: [1] }), '));
  assert.deepEqual(codes(await client.request("upgrade/apply")), ["refused", "INSTAR_MODULE_GONE"], "a child of this id runs on");
  project.write("src/app.ts", app);
  const done = await client.request("upgrade/apply");
  assert.equal(done.outcome, "committed", JSON.stringify(done.errors));
  assert.deepEqual(await vsns(client), ["src/app 1", "src/counter.actor 1", "src/counter.actor 1"]);
  assert.equal((await client.request("upgrade/apply")).outcome, "unchanged");
  assert.equal((await client.request("upgrade/rollback")).outcome, "committed");
  assert.deepEqual((await vsns(client)).toSorted(), [
    "src/app 1",
    "src/counter.actor 1",
    "src/counter.actor 1",
    "src/group.actor 1",
    "src/leaf.actor 1",
  ]);
});

test("only the modules that are asked for are built and upgraded", async (t) => {
  const project = devProject(t, {
    ...files,
    "src/app.ts": app.replace("import counter,", 'import "./broken.actor";\nimport counter,'),
    "src/broken.actor.ts": counter(1),
  });
  const { client } = await runProject(t, project);
  project.write("src/broken.actor.ts", "this does not parse");
  project.write("src/counter.actor.ts", counter(2, steps));
  assert.deepEqual(codes(await client.request("upgrade/apply")), ["refused", "INSTAR_BUILD_FAILED"]);
  assert.deepEqual(codes(await client.request("upgrade/apply", { modules: ["src/nobody"] })), ["refused", "INSTAR_MODULE_UNKNOWN"]);
  assert.deepEqual(summary(await client.request("upgrade/apply", { modules: ["src/counter.actor"] }))[1], [
    "src/counter.actor 1 → 2 convert",
  ]);
});

test("a second upgrade is refused; one that waits for a handler is canceled by its client, or by that client's end", async (t) => {
  const project = devProject(t, files);
  const { client, runtime } = await runProject(t, project);
  const run = JSON.parse(readFileSync(runtime.runFile, "utf8")) as { port: number; token: string };
  await signal(client, "SIGCONT", ({ status }) => status === "running");
  const before = await everything(client);
  project.write("src/counter.actor.ts", counter(2, steps));

  const built = client.next("upgrade/progress");
  const resting = client.next("upgrade/progress", ({ phase }) => phase === "rest");
  const waiting = client.request("upgrade/apply", { onBusy: "wait" });
  const suspended = untilProcess(client, ({ status }) => status === "suspended");
  await suspended;
  assert.deepEqual(
    [await built, await resting],
    [
      { phase: "build", busy: 0 },
      { phase: "rest", busy: 1 },
    ],
  );
  assert.deepEqual(codes(await client.request("upgrade/rehearse")), ["refused", "INSTAR_UPGRADE_IN_PROGRESS"]);
  client.notify("$/cancelRequest", { id: waiting.id });
  assert.deepEqual(codes(await waiting), ["canceled", "INSTAR_UPGRADE_CANCELED"]);
  assert.deepEqual(await everything(client), before);

  const other = await connectClient(t, run);
  other.request("upgrade/apply", { onBusy: "wait" }).catch(() => {});
  await untilProcess(client, ({ status }) => status === "suspended");
  const canceled = client.next("upgrade/finished", ({ outcome }) => outcome === "canceled");
  other.socket.terminate();
  await canceled;
  assert.deepEqual(await everything(client), before);

  // And a busy process is named when the time is up.
  assert.deepEqual(codes(await client.request("upgrade/apply", { timeout: 1 })), ["failed", "INSTAR_PROCESS_BUSY"]);
});

test("watching upgrades on save, says what failed, and goes on", async (t) => {
  const project = devProject(t, files);
  const { client, logs } = await runProject(t, project, { watch: true });
  const save = async (text: string): Promise<UpgradeReport> => {
    const finished = client.next("upgrade/finished");
    project.write("src/counter.actor.ts", text);
    return await finished;
  };
  assert.deepEqual(summary(await save(counter(2, steps))), [
    "committed",
    ["src/counter.actor 1 → 2 convert"],
    ["{ n: 5, step: 1 }", "{ n: 7, step: 1 }"],
  ]);
  assert.deepEqual(codes(await save("export default {;")), ["refused", "INSTAR_BUILD_FAILED"]);
  assert.deepEqual(summary(await save(counter(2, `${steps} /* again */`)))[1], ["src/counter.actor 2 → 2 swap"]);
  const log = logs.filter((line) => line.includes("INSTAR_BUILD_FAILED"));
  assert.equal(log.length, 1, "a failure is said once");

  assert.deepEqual(await client.request("runtime/watch", { enabled: false }), { enabled: false });
  project.write("src/counter.actor.ts", counter(2, `${steps} /* once more */`));
  assert.equal((await client.request("upgrade/rehearse")).outcome, "rehearsed", "nobody has taken it");
  assert.deepEqual(await client.request("runtime/watch", { enabled: true }), { enabled: true });
  assert.equal((await save(counter(2, `${steps} /* and again */`))).outcome, "committed");
});

const starts: readonly { readonly name: string; readonly files: Record<string, string>; readonly code: string }[] = [
  {
    name: "is no supervisor",
    files: { "src/app.ts": 'export { default } from "./counter.actor";', "src/counter.actor.ts": counter(1) },
    code: "INSTAR_NOT_AN_APPLICATION",
  },
  { name: "exports nothing", files: { "src/app.ts": "export {};" }, code: "INSTAR_NOT_AN_APPLICATION" },
  { name: "does not parse", files: { "src/app.ts": "export default {;" }, code: "INSTAR_BUILD_FAILED" },
  { name: "is not there", files: {}, code: "INSTAR_BUILD_FAILED" },
  { name: "ends its process", files: { "src/app.ts": "process.exit(3);" }, code: "INSTAR_RUNTIME_EXITED" },
  {
    name: "has a child that does not start",
    files: { "src/app.ts": app, "src/counter.actor.ts": counter(1, "", { state: "(() => { throw new Error('no'); })()" }) },
    code: "INSTAR_START_FAILED",
  },
];

for (const { name, files: broken, code } of starts) {
  test(`an entry that ${name} does not start, and leaves nothing behind`, async (t) => {
    const project = devProject(t, broken);
    await assert.rejects(
      startDevRuntime({ root: project.root, entry: project.path("src/app.ts"), stdio: "pipe" }),
      (error: Error & { code: string }) => {
        assert.equal(error.code, code, error.message);
        return true;
      },
    );
    assert.deepEqual(existsSync(project.path(".instar/run")) ? readdirSync(project.path(".instar/run")) : [], []);
  });
}

test("a second runtime of one name does not start, and the first runs on", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project);
  await assert.rejects(startDevRuntime({ root: project.root, entry: project.path("src/app.ts"), stdio: "pipe" }), {
    code: "INSTAR_RUNTIME_ALREADY_RUNNING",
  });
  assert.equal((await client.request("runtime/info")).status, "running");
  const second = await runProject(t, project, { name: "second" });
  assert.equal((await second.client.request("runtime/info")).name, "second");
});

/** Shapes as the sources say them in a comment `shape: x`; a port that needs no analysis. */
const noShapes: ShapePort = {
  describe: async () => ({}),
  compare: async () => ({ compatible: [], validators: {}, readOnlySteps: {}, drafts: [] }),
  look: async () => ({}),
};

function textShapes(project: DevProject, alsoIn?: string): ShapePort {
  return {
    ...noShapes,
    async describe(modules, sources = {}) {
      const shapes = modules.flatMap(({ id, file }) => {
        const text =
          (sources[file] ?? readFileSync(file, "utf8")) + (alsoIn === undefined ? "" : readFileSync(project.path(alsoIn), "utf8"));
        return id.endsWith(".actor") ? [[id, { hash: /shape: (\w+)/.exec(text)?.[1] ?? "first" }] as const] : [];
      });
      return Object.fromEntries(shapes);
    },
  };
}

async function vsns(client: TestClient): Promise<string[]> {
  const { processes } = await client.request("processes/list");
  return processes.map(({ module, vsn }) => `${module} ${vsn}`);
}

async function counterState(client: TestClient): Promise<unknown> {
  const { processes } = await client.request("processes/list");
  const { pid } = processes.find(({ name }) => name === "counter") ?? assert.fail();
  return (await client.request("processes/state", { pid })).json;
}

/** Sends a signal to the application, and waits until a process looks as expected. */
async function signal(client: TestClient, name: NodeJS.Signals, fits: (process: ProcessInfo) => boolean): Promise<void> {
  const { applicationPid } = await client.request("runtime/info");
  process.kill(applicationPid as number, name);
  await untilProcess(client, fits);
}

/** Asks again and again; every question is a round trip through the application. */
async function untilProcess(client: TestClient, fits: (process: ProcessInfo) => boolean): Promise<void> {
  for (;;) {
    const { processes } = await client.request("processes/list");
    if (processes.some(fits)) return;
  }
}
