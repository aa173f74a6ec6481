/** A deployed program, compiled and run by plain Node, under the same commands as one under `instar dev`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ProcessInfo, PurgeReport, RunFile, UpgradePlan, UpgradeReport } from "../../runtime/src/protocol.ts";
import { tryRuntime } from "../conformance/try-runtime.ts";
import { deployedProject, runDeployed } from "../support/deployed-application.ts";
import { connectClient } from "../support/dev-project.ts";
import { runCli } from "../support/run-cli.ts";
import { repository } from "../support/temporary-project.ts";

const tsc = join(repository, "node_modules/.bin/tsc");

const counter = (vsn: number, more = "", add = "n: state.n + by(k)"): string => `
import { actor } from "instar";
import { by } from "./by.js";
import { loadedAt } from "./unchanged.js";
export interface State { readonly n: number; readonly step?: number }
export interface Counter { init(): State; calls: { total(): number; version(): string }; casts: { add(k: number): void } }
export default actor<Counter>({
  vsn: ${vsn},
  init: () => ({ n: 0 }),
  calls: {
    total: ({ state, reply }) => reply(state.n),
    version: ({ reply }) => reply(\`${vsn} \${loadedAt}\`),
  },
  casts: { add: ({ state, next }, k) => next({ ...state, ${add} }) },
  ${more}
});
`;

const app = `
import { mfa, start, whereis } from "instar";
import * as amounts from "./by.js";
import { enableUpgrades } from "instar/dev";
import root from "./root.actor.js";
import counter, { type Counter } from "./counter.actor.js";
await start(root);
await enableUpgrades({ entry: import.meta.url, name: "shop" });
const counted = whereis<Counter>("counter")!;
const by = mfa(amounts, "by");
let sent = 0;
let running = true;
const traffic = async (): Promise<void> => {
  while (running) {
    for (let n = 0; n < 20; n++) { counted.cast("add", 1); sent++; }
    await counted.call("version").catch(() => (running = false));
    await new Promise(setImmediate);
  }
};
const clients = Array.from({ length: 5 }, traffic);
process.on("SIGUSR2", async () => {
  running = false;
  await Promise.all(clients);
  console.log("sent", sent, "counted", await counted.call("total"), "version", await counted.call("version"), "handle", counter.id, "by", by(2));
  running = true;
  clients.splice(0, 5, ...Array.from({ length: 5 }, traffic));
});
console.log("ready");
`;

const sources = {
  app,
  "root.actor": `import { child, supervisor } from "instar";
import counter from "./counter.actor.js";
export default supervisor({ children: [child(counter, { id: "counter", name: "counter" })] });
`,
  "counter.actor": counter(1),
  by: "export const by = (k: number): number => k;\n",
  unchanged: "export const loadedAt = process.hrtime.bigint();\n",
};

const asCommonJs = app
  .replace("await start(root);\nawait enableUpgrades", "void start(root).then(() => enableUpgrades")
  .replace('import.meta.url, name: "shop" });', '__filename, name: "shop" })).then(() => {')
  .replace('console.log("ready");', 'console.log("ready"); });');

const steps = "codeChange: { 1: { up: (s: State) => ({ ...s, step: 1 }), down: (s: State) => ({ n: s.n }) } },";

test("a deployed program is listed, rehearsed, upgraded and downgraded under traffic, and no message is lost", async (t) => {
  const deployed = deployedProject(t, sources);
  const { project } = deployed;
  const program = runDeployed(t, deployed);
  await program.line(/^ready/);
  const run = async (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    await runCli([...args, "--runtime", "shop"], { cwd: project.root });
  const report = async (...args: string[]): Promise<UpgradeReport> => {
    const { stdout, stderr } = await run(...args, "--format", "json");
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as UpgradeReport;
  };
  const listed = async (): Promise<ProcessInfo[]> =>
    (JSON.parse((await run("ps", "--format", "json")).stdout) as { processes: ProcessInfo[] }).processes;
  const balance = async (): Promise<{ version: string; loaded: string; handle: string; by: string }> => {
    const line = program.line(/^sent/);
    program.process.kill("SIGUSR2");
    const [, sent, , counted, , version = "", loaded = "", , handle = "", , by = ""] = (await line).split(" ");
    assert.equal(counted, sent, "every message that was sent was counted");
    return { version, loaded, handle, by };
  };

  // Compiled code has the ids of its sources.
  const before = await listed();
  assert.deepEqual(
    before.map(({ module, vsn, name, oldCode }) => [module, vsn, name, oldCode]),
    [
      ["src/root.actor", 1, null, false],
      ["src/counter.actor", 1, "counter", false],
    ],
  );
  const first = await balance();
  assert.deepEqual([first.version, first.handle], ["1", "src/counter.actor"]);
  assert.equal((await report("upgrade", "--force")).outcome, "unchanged");

  deployed.deploy({ "counter.actor": counter(2, steps) });
  assert.equal((await report("rehearse")).outcome, "rehearsed");
  assert.equal((await balance()).version, "1");
  const upgraded = await report("upgrade", "--force");
  assert.deepEqual(
    [upgraded.outcome, upgraded.modules.map(({ id }) => id)],
    ["committed", ["src/counter.actor"]],
    JSON.stringify(upgraded.errors),
  );
  const second = await balance();
  assert.equal(second.version, "2");
  assert.equal(second.loaded, first.loaded, "what did not change is the one instance that Node has loaded");
  assert.deepEqual(
    (await listed()).map(({ pid }) => pid),
    before.map(({ pid }) => pid),
  );

  // A plain module that changes re-instantiates the actor that imports it.
  assert.equal(second.by, "2");
  deployed.deploy({ by: "export const by = (k: number): number => (k === 2 ? 20 : k);\n" });
  const reinstantiated = await report("upgrade", "--force");
  assert.deepEqual(
    [reinstantiated.outcome, reinstantiated.modules.map(({ id, kind }) => [id, kind])],
    ["committed", [["src/counter.actor", "reinstantiate"]]],
    JSON.stringify(reinstantiated.errors),
  );

  assert.equal((await balance()).by, "20", "a reference by mfa, made by code that Node has loaded, reaches the new version");
  // By the name of what runs, as well as by those of its source.
  assert.equal((await report("rehearse", "dist/counter.actor.js")).outcome, "unchanged");
  const back = await report("downgrade", "dist/counter.actor.js", "1");
  assert.equal(back.outcome, "committed", JSON.stringify(back.errors));
  assert.equal((await balance()).version, "1");
  const purged = JSON.parse((await run("purge", "dist/counter.actor", "--format", "json")).stdout) as PurgeReport;
  assert.deepEqual([purged.module, purged.vsn, purged.purged], ["src/counter.actor", 2, true]);

  const broken = counter(2, "codeChange: { 1: { up: () => { throw new Error('no'); }, down: (s: State) => s } },");
  deployed.deploy({ "counter.actor": broken });
  assert.equal((await report("upgrade", "--force")).outcome, "failed");
  assert.equal((await balance()).version, "1");
  project.write("dist/counter.actor.js", "export default {;");
  assert.equal((await report("upgrade", "--force")).outcome, "refused");
  assert.equal((await balance()).version, "1");
});

test("a deployed program plans its upgrade, and rolls back what does not survive its probation", async (t) => {
  // Its clients give up when the counter that they know has ended; it is to live on.
  const deployed = deployedProject(t, { ...sources, app: `${app}setInterval(() => {}, 60_000);\n` });
  const program = runDeployed(t, deployed);
  await program.line(/^ready/);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli([...args, "--format", "json"], { cwd: deployed.project.root });
    assert.notEqual(stdout, "", `${stderr}${program.output()}`);
    return { code, json: JSON.parse(stdout) as unknown };
  };
  const crashing = counter(2, steps, 'n: ((): never => { throw new Error("version 2 cannot"); })()');
  deployed.deploy({ "counter.actor": crashing });
  const plan = (await run("plan")).json as UpgradePlan;
  assert.deepEqual(
    plan.modules.map((module) => [module.id, module.probation]),
    [["src/counter.actor", "rollBack"]],
  );
  assert.deepEqual(
    plan.convert.map(({ name }) => name),
    ["counter"],
  );
  const logged = program.line(/instar error: rolled back src\/counter\.actor \(2 → 1\)/);
  const { json, code } = await run("upgrade", "--force", "--probation", "60");
  const { outcome, verdict } = json as UpgradeReport & { verdict: { kind: string; report: UpgradeReport } };
  assert.deepEqual([outcome, verdict.kind, verdict.report.outcome, code], ["committed", "rolledBack", "committed", 1]);
  await logged;
  const { processes } = (await run("ps")).json as { processes: ProcessInfo[] };
  assert.deepEqual(
    processes.map(({ vsn, oldCode }) => [vsn, oldCode]),
    [
      [1, false],
      [1, false],
    ],
  );
});

test("a program that enabled upgrades does what the protocol demands of every runtime", async (t) => {
  const deployed = deployedProject(t, sources);
  const { project, deploy } = deployed;
  const program = runDeployed(t, deployed);
  await program.line(/^ready/);
  const edit = (): void => deploy({ by: "export const by = (k: number): number => k + 0;\n" });
  for await (const { demand, failure } of tryRuntime({ file: project.path(".instar/run/shop.json"), edit, disrupt: true })) {
    assert.equal(failure, null, demand);
  }
  assert.equal(await program.ended, 0);
});

test("what needs a parent process is refused, ending a process is not, and stop ends the program", async (t) => {
  const deployed = deployedProject(t, sources);
  const { project } = deployed;
  const program = runDeployed(t, deployed);
  await program.line(/^ready/);
  const run = JSON.parse(project.read(".instar/run/shop.json")) as RunFile;
  const client = await connectClient(t, run);
  const code = async (method: string, params: object = {}): Promise<unknown> =>
    (await client.raw(JSON.stringify({ jsonrpc: "2.0", id: "x", method, params }))).error?.data?.code;
  assert.equal(await code("runtime/restart"), "INSTAR_NOT_UNDER_DEV");
  assert.equal(await code("runtime/watch", { enabled: true }), "INSTAR_NOT_UNDER_DEV");
  for (const strategy of ["window", "blue-green"] as const) {
    const { outcome, errors } = await client.request("upgrade/apply", { strategy });
    assert.deepEqual([outcome, errors[0]?.code], ["refused", "INSTAR_NOT_UNDER_DEV"]);
    assert.match(errors[0]?.message ?? "", /one that instar start runs has/);
  }
  assert.equal((await client.request("runtime/info")).applicationPid, program.process.pid);
  const { processes } = await client.request("processes/list");
  const { pid } = processes.find(({ name }) => name === "counter") ?? assert.fail();
  await client.request("processes/kill", { pid });
  assert.equal((await client.request("processes/list")).processes.find(({ name }) => name === "counter")?.restarts, 1);
  await client.request("runtime/stop");
  assert.equal(await program.ended, 0, program.output());
  assert.ok(!existsSync(project.path(".instar/run/shop.json")));
});

test("the endpoint keeps no program from ending", async (t) => {
  const once = app.replace(/let sent = 0;[\s\S]*/, 'console.log("ready");');
  const deployed = deployedProject(t, { ...sources, app: once });
  const program = runDeployed(t, deployed);
  assert.equal(await program.ended, 0, program.output());
  assert.match(program.output(), /ready/);
  assert.ok(!existsSync(deployed.project.path(".instar/run/shop.json")));
});

test("CommonJS is upgraded as well, and without source maps a module has the id of its compiled file", async (t) => {
  const deployed = deployedProject(t, { ...sources, app: asCommonJs }, { format: "cjs", sourceMaps: false });
  const program = runDeployed(t, deployed);
  await program.line(/^ready/);
  deployed.deploy({ "counter.actor": counter(2, steps) });
  const { stdout, stderr } = await runCli(["upgrade", "--force", "--format", "json"], { cwd: deployed.project.root });
  const report = JSON.parse(stdout) as UpgradeReport;
  assert.deepEqual([report.outcome, report.modules.map(({ id }) => id)], ["committed", ["dist/counter.actor"]], stderr + stdout);
  const line = program.line(/^sent/);
  program.process.kill("SIGUSR2");
  const [, sent, , counted, , version] = (await line).split(" ");
  assert.deepEqual([counted, version], [sent, "2"]);
});

test("what TypeScript has compiled to CommonJS: importers of an actor's default export stay as they are", async (t) => {
  const deployed = deployedProject(t, { ...sources, app: asCommonJs }, { format: "cjs" });
  const { project } = deployed;
  const compile = (): void => {
    const options = ["--module", "commonjs", "--moduleResolution", "bundler", "--esModuleInterop", "--noCheck", "--sourceMap"];
    const { status, stdout } = spawnSync(tsc, [...options, "--rootDir", "src", "--outDir", "dist", "src/app.ts"], { cwd: project.root });
    assert.equal(status, 0, String(stdout));
  };
  compile();
  assert.match(project.read("dist/root.actor.js"), /const counter_actor_js_1 = __importDefault\(require\("\.\/counter\.actor\.js"\)\)/);
  const program = runDeployed(t, deployed);
  await program.line(/^ready/);
  project.write("src/counter.actor.ts", counter(2, steps));
  compile();
  const { stdout, stderr } = await runCli(["upgrade", "--force", "--format", "json"], { cwd: project.root });
  const report = JSON.parse(stdout) as UpgradeReport;
  assert.deepEqual(
    [report.outcome, report.modules.map(({ id, kind }) => [id, kind]), report.reinstantiated],
    ["committed", [["src/counter.actor", "convert"]], undefined],
    stderr + stdout,
  );
});
