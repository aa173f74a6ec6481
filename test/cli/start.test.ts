/** `instar start`, as systemd or Docker run it: its options, its exit codes, and what signals do. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { counter, files } from "../support/counter-application.ts";
import { devProject } from "../support/dev-project.ts";
import { linkInstar } from "../support/link-instar.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { repository } from "../support/temporary-project.ts";

test("wrong usage is said, and exits with 2", async (t) => {
  const { root } = devProject(t, files);
  const usages: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /name one entry/],
    [["dist/app.js"], /there is no file dist\/app\.js\. Build the application first\./],
    [["src/app.ts", "--shutdown", "soon"], /--shutdown soon: write a time/],
    [["src/app.ts", "--watch"], /'--watch'[\s\S]*instar start --help/],
  ];
  for (const [args, says] of usages) {
    const { code, stderr } = await runCli(["start", ...args], { cwd: root });
    assert.match(stderr, says);
    assert.equal(code, 2);
  }
  const { code, stdout } = await runCli(["start", "--help"], { cwd: root });
  assert.match(stdout, /^Usage: instar start \[options\] <entry>\n[\s\S]*--shutdown <seconds>/);
  assert.equal(code, 0);
});

test("an application that does not start exits with 1, and says why", async (t) => {
  const project = devProject(t, { ...files, "src/app.ts": "export default 1;\n" });
  linkInstar(project.root);
  const { code, stderr } = await runCli(["start", "src/app.ts"], { cwd: project.root });
  assert.match(stderr, /src\/app\.ts:1:1 the entry's default export is no supervisor.*\(INSTAR_NOT_AN_APPLICATION\)/);
  assert.equal(code, 1);
  rmSync(project.path(".instar"), { recursive: true });
  project.write(".instar", "no folder");
  const unwritable = await runCli(["start", "src/app.ts"], { cwd: project.root });
  assert.match(
    unwritable.stderr,
    /^instar: .*\.instar cannot be written: .*Let that folder belong to the user.*\(INSTAR_START_FAILED\)\n$/,
  );
  assert.equal(unwritable.code, 1);
});

test("SIGTERM ends the processes in order, whoever else gets it, and exits with 0", async (t) => {
  const project = devProject(t, { ...files, "src/counter.actor.ts": counter(1).replace('"terminated"', '"terminated in order"') });
  linkInstar(project.root);
  const program = startCli(t, ["start", "src/app.ts", "--name", "counted"], { cwd: project.root });
  await program.until(/app\.ts runs as "counted"/);
  const { stdout } = await runCli(["ps", "--format", "json"], { cwd: project.root });
  const { runtime } = JSON.parse(stdout) as { readonly runtime: { readonly pid: number; readonly applicationPid: number } };
  assert.equal(runtime.pid, program.process.pid);
  // systemd tells all processes of a unit.
  process.kill(runtime.pid, "SIGTERM");
  process.kill(runtime.applicationPid, "SIGTERM");
  const ended = await program.ended;
  assert.equal(ended.stdout.match(/terminated in order/g)?.length, 2);
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(!existsSync(project.path(".instar/run/counted.json")));
});

test("the package instar is enough to run an application", async (t) => {
  const project = devProject(t, files);
  const packages = (name: string): string => project.path(`node_modules/${name}`);
  const runtime = join(repository, "runtime");
  const filter = (path: string): boolean => ![join(runtime, "src"), join(runtime, "node_modules")].includes(path);
  cpSync(runtime, packages("instar"), { recursive: true, filter });
  const { dependencies } = JSON.parse(readFileSync(join(runtime, "package.json"), "utf8")) as { readonly dependencies: object };
  for (const name of Object.keys(dependencies)) {
    const places = [runtime, repository].map((folder) => join(folder, "node_modules", name));
    mkdirSync(dirname(packages(name)), { recursive: true });
    symlinkSync(places.find((place) => existsSync(place)) as string, packages(name));
  }
  const program = spawn(process.execPath, [packages("instar/bin/instar.mjs"), "start", "src/app.ts"], { cwd: project.root });
  let output = "";
  program.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (!program.killed && output.includes('app.ts runs as "app"')) program.kill("SIGTERM");
  });
  assert.equal(await new Promise((resolve) => program.once("close", resolve)), 0, output);
  assert.match(output, /app\.ts runs as "app"/);
});
