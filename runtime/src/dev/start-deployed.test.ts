/** Applications that run from their build: which build is taken, and when the program ends. */
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { codes, counter, files, steps, summary } from "../../../test/support/counter-application.ts";
import { connectClient, devProject, type DevProject, type TestClient } from "../../../test/support/dev-project.ts";
import type { RunFile } from "../protocol.ts";
import { createDeployedBuilder } from "./deployed-builder.ts";
import type { Deployed, DeployedOptions } from "./options.ts";
import { startDeployed } from "./start-deployed.ts";

const file = "src/counter.actor.ts";

interface World {
  readonly project: DevProject;
  readonly deployed: Deployed;
  readonly client: TestClient;
  readonly logs: readonly string[];
}

async function running(
  t: TestContext,
  { project = devProject(t, files), entry = "src/app.ts", ...options }: Partial<DeployedOptions> & { readonly project?: DevProject } = {},
): Promise<World> {
  const logs: string[] = [];
  const deployed = await startDeployed(
    { entry: project.path(entry), onLog: (level, text) => logs.push(`${level}: ${text}`), ...options },
    { restarts: { restarts: 2, within: 60_000, delay: 1 } },
  );
  t.after(() => deployed.stop());
  return { project, deployed, logs, client: await connectClient(t, JSON.parse(readFileSync(deployed.runFile, "utf8")) as RunFile) };
}

async function applicationPid(client: TestClient): Promise<number> {
  return (await client.request("runtime/info")).applicationPid ?? assert.fail("no application runs");
}

test("a link to the build is switched by a deploy: the code of the new one is taken, and the modules are the same", async (t) => {
  const project = devProject(t, {});
  for (const [name, text] of Object.entries(files)) project.write(name.replace("src/", "builds/1/"), text);
  for (const [name, text] of Object.entries(files)) project.write(name.replace("src/", "builds/2/"), text);
  project.write("builds/2/counter.actor.ts", counter(2, steps));
  symlinkSync("builds/1", project.path("dist"));
  const { client } = await running(t, { project, entry: "dist/app.ts" });
  const watch = await client.raw(JSON.stringify({ jsonrpc: "2.0", id: "x", method: "runtime/watch", params: { enabled: true } }));
  assert.equal(watch.error?.data?.code, "INSTAR_NOT_UNDER_DEV");
  symlinkSync("builds/2", project.path("dist-next"));
  renameSync(project.path("dist-next"), project.path("dist"));
  for (const strategy of ["hot", "blue-green", "window"] as const) {
    const report = await client.request("upgrade/apply", { strategy });
    assert.deepEqual(summary(report).slice(0, 2), ["committed", ["dist/counter.actor 1 → 2 convert"]], JSON.stringify(report.errors));
    assert.equal((await client.request("upgrade/rollback", {})).outcome, "committed");
  }
});

const withMap = (path: string, text: string, source: string): Record<string, string> => ({
  [path]: `${text.replace(/interface [^]*?\n(?=export default)/, "").replaceAll(/<Counter>|, \{ type Counter \}|: State\b| as const/g, "")}\n//# sourceMappingURL=${path.replace(/.*\//, "")}.map`,
  [`${path}.map`]: JSON.stringify({ version: 3, sources: [source], mappings: "" }),
});

/** A build as a compiler writes it, whose source maps lead up by so many folders. */
function writeBuild(project: DevProject, folder: string, version: string, up = "../"): void {
  const written = {
    ...withMap(`${folder}/app.js`, files["src/app.ts"].replace("./counter.actor", "./counter.actor.js"), `${up}src/app.ts`),
    ...withMap(`${folder}/counter.actor.js`, version, `${up}${file}`),
  };
  for (const [path, text] of Object.entries(written)) project.write(path, text);
}

function deploy(project: DevProject, build: string): void {
  symlinkSync(build, project.path("dist-next"));
  renameSync(project.path("dist-next"), project.path("dist"));
}

test("a build whose source maps lead elsewhere, or are missing, is refused, and what is kept stays what it was", async (t) => {
  const project = devProject(t, { [file]: "" });
  writeBuild(project, "builds/1", counter(1));
  writeBuild(project, "builds/2", counter(2, steps));
  writeBuild(project, "builds/3", counter(3, steps), "../../");
  deploy(project, "builds/1");
  const { client } = await running(t, { project, entry: "dist/app.js" });
  deploy(project, "builds/2");
  const committed = await client.request("upgrade/apply", { strategy: "blue-green" });
  assert.deepEqual(summary(committed).slice(0, 2), ["committed", ["src/counter.actor 1 → 2 convert"]], JSON.stringify(committed.errors));
  const states = async (): Promise<unknown> =>
    (await client.request("processes/list")).processes.map(({ pid, module, vsn }) => [pid, module, vsn]);
  const before = await states();
  deploy(project, "builds/3");
  for (const without of [/leads to \S+\/src\/\S+\.ts, outside of the project/, /cannot be read: ENOENT/]) {
    for (const strategy of ["hot", "blue-green", "window"] as const) {
      const report = await client.request("upgrade/apply", { strategy });
      assert.deepEqual(codes(report), ["refused", "INSTAR_KIND_CHANGED"]);
      assert.match(report.errors[0]?.message ?? "", /dist\/(\S+)\.js would be the module dist\/\1, and it runs as src\/\1, and 1 more/);
      assert.match(report.errors[0]?.message ?? "", without);
    }
    assert.equal((await client.request("upgrade/plan", {})).errors[0]?.code, "INSTAR_KIND_CHANGED");
    assert.deepEqual(codes(await client.request("upgrade/rehearse", {})), ["refused", "INSTAR_KIND_CHANGED"]);
    for (const name of ["app.js.map", "counter.actor.js.map"]) rmSync(project.path(`builds/3/${name}`), { force: true });
  }
  assert.deepEqual(await states(), before);
  const down = await client.request("upgrade/downgrade", { targets: [{ module: "src/counter.actor", vsn: 1 }], strategy: "window" });
  assert.deepEqual(
    summary(down),
    ["committed", ["src/counter.actor 2 → 1 convert"], ["{ n: 5 }", "{ n: 7 }"]],
    JSON.stringify(down.errors),
  );
  // And so after a crash.
  const runs = client.next("runtime/log", ({ text }) => text === "the application runs again.");
  process.kill(await applicationPid(client), "SIGKILL");
  await runs;
  assert.deepEqual(
    (await client.request("processes/list")).processes.map(({ module }) => module),
    ["src/app", "src/counter.actor", "src/counter.actor"],
  );
});

test("a build that is there in part is refused, and the one of before runs on", async (t) => {
  const project = devProject(t, {
    ...files,
    "src/more.ts": "export const more = 1;\n",
    [file]: `import { more } from "./more";\nexport const used = more;\n${counter(1)}`,
  });
  const { client } = await running(t, { project });
  const whole = project.read(file);
  const refusals: readonly (readonly [what: string, write: () => void, says: RegExp])[] = [
    ["cut off", () => project.write(file, whole.slice(0, -20)), /does not parse/],
    ["gone", () => project.remove("src/more.ts"), /leads to no file/],
    ["empty", () => project.write("src/more.ts", ""), /do not fit together/],
    ["of before", () => project.write("src/more.ts", "export const other = 1;\n"), /do not fit together: No matching export .*more/],
  ];
  for (const [what, write, says] of refusals) {
    project.write(file, whole);
    project.write("src/more.ts", "export const more = 1;\n");
    write();
    for (const strategy of ["hot", "blue-green"] as const) {
      const report = await client.request("upgrade/apply", { strategy });
      assert.equal(report.outcome, "refused", what);
      assert.match(report.errors[0]?.message ?? "", says, what);
    }
  }
  const { processes } = await client.request("processes/list");
  assert.deepEqual([...new Set(processes.map(({ vsn }) => vsn))], [1]);
});

test("a build that changes while it is read is not taken", async (t) => {
  const project = devProject(t, files);
  const builder = createDeployedBuilder(project.root);
  const entries = [project.path("src/app.ts")];
  await builder.build(entries);
  const building = builder.build(entries);
  let edits = 0;
  const write = (): void => {
    project.write(file, `${counter(1)}// ${edits++}`);
    if (going) setImmediate(write);
  };
  let going = true;
  write();
  await assert.rejects(building, { code: "INSTAR_BUILD_FAILED", message: /changed while the build was read/ });
  going = false;
});

test("an application that ends is started again with the code that it ran; once too often, and the program ends", async (t) => {
  const { project, client, deployed, logs } = await running(t);
  project.write(file, counter(2, steps));
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  project.write(file, "export default {;");
  const again = async (end: () => Promise<unknown>): Promise<void> => {
    const runs = client.next("runtime/log", ({ text }) => text === "the application runs again.");
    await end();
    await runs;
    const { processes } = await client.request("processes/list");
    assert.ok(processes.some(({ vsn }) => vsn === 2));
  };
  await again(async () => process.kill(await applicationPid(client), "SIGKILL"));
  // A supervision tree that gives up is no better than a crash.
  await again(() => client.request("processes/kill", { pid: "<0.1>" }).catch(() => {}));
  process.kill(await applicationPid(client), "SIGKILL");
  assert.equal(await deployed.ended, "failed");
  assert.match(logs.join("\n"), /after 2 restarts within 60 s it is not started again\.$/m);
});

test("an application that ends itself with exit code 0 ends the program", async (t) => {
  const app = `${files["src/app.ts"]}\nprocess.once("SIGUSR2", () => process.exit(0));`;
  const { client, deployed } = await running(t, { project: devProject(t, { ...files, "src/app.ts": app }) });
  process.kill(await applicationPid(client), "SIGUSR2");
  assert.equal(await deployed.ended, "ended");
});

test("a restart by command ends nothing for a build that is broken, and the program where the build does not start", async (t) => {
  const { project, client, deployed } = await running(t);
  const before = await applicationPid(client);
  project.write(file, "export default {;");
  await assert.rejects(client.request("runtime/restart"), /does not parse/);
  assert.equal(await applicationPid(client), before);
  project.write(file, counter(2, "", { state: "((): never => { throw new Error('no') })()" }));
  await assert.rejects(client.request("runtime/restart"), /did not start/);
  assert.equal(await deployed.ended, "failed");
});

test("what does not start is no program: the error says why", async (t) => {
  const project = devProject(t, { ...files, "src/app.ts": "export default 1;" });
  await assert.rejects(running(t, { project }), { code: "INSTAR_NOT_AN_APPLICATION" });
  await assert.rejects(running(t, { project, entry: "src/none.js" }), { code: "INSTAR_BUILD_FAILED" });
});
