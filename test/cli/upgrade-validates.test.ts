/** `instar upgrade` checks every new state against its type: a step that forgets the change is refused, and the old code runs on. */
import { test } from "node:test";
import assert from "node:assert/strict";
import type { ProcessInfo, UpgradeReport } from "../../runtime/src/protocol.ts";
import { counter, counterApp, counterSource } from "../support/counter.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli, startCli } from "../support/run-cli.ts";

const file = "src/counter.actor.ts";

/** The title has become an object, and a step claims to know of it. */
const withStep = (up: string): string =>
  counterSource({
    vsn: "2",
    state: "  readonly title: { readonly text: string };\n  readonly count: number;",
    initial: "{ title: { text: title }, count: 0 }",
    codeChange: `
  codeChange: {
    1: {
      up: (old: { readonly title: string; readonly count: number }): State => ${up},
      down: ({ title, count }: State) => ({ title: title.text, count }),
    },
  },`,
  });

test("a draft whose version was released with another state goes back to the release before, and up from there", async (t) => {
  const project = await releasedProject(t, { [file]: counter, "src/app.ts": counterApp });
  const dev = startCli(t, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  const second = (field: string): string =>
    `1: { up: (old: { readonly title: string; readonly count: number }) => ({ ...old, ${field}: 1 }), down: ({ title, count }: { readonly title: string; readonly count: number }) => ({ title, count }) },`;
  const source = (vsn: string, field: string, steps: string): string =>
    counterSource({
      vsn,
      state: `  readonly title: string;\n  readonly count: number;\n  readonly ${field}: number;`,
      initial: `{ title, count: 0, ${field}: 1 }`,
      codeChange: `\n  codeChange: {\n    ${steps}\n  },`,
    });
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(args, { cwd: project.root });
    assert.equal(code, 0, stderr + stdout);
    return stdout;
  };
  project.write({ [file]: source("2", "stride", second("stride")) });
  await run("upgrade");
  project.write({ [file]: source("2", "step", second("step")) });
  await run("release");
  const third =
    "2: { up: ({ step, ...old }: { readonly title: string; readonly count: number; readonly step: number }) => ({ ...old, pace: step + 1 }), down: ({ pace, ...old }: State) => ({ ...old, step: pace - 1 }) },";
  project.write({ [file]: source("3", "pace", `${second("step")}\n    ${third}`) });
  const report = JSON.parse(await run("upgrade", "--format", "json")) as UpgradeReport;
  assert.deepEqual(
    report.modules.map(({ from, to, steps }) => [from, to, ...steps]),
    [[2, 3, "1 down", "1 up", "2 up"]],
  );
  assert.match(report.processes[0]?.after ?? "", /pace: 2/);
});

test("an identity step over a changed state is refused with the path, the processes stay in old code, and a right one passes", async (t) => {
  const project = await releasedProject(t, { [file]: counter, "src/app.ts": counterApp });
  const dev = startCli(t, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  const upgrade = async (): Promise<UpgradeReport & { code: number | null }> => {
    const { code, stdout, stderr } = await runCli(["upgrade", "--force", "--format", "json"], { cwd: project.root });
    assert.notEqual(stdout, "", stderr);
    return { ...(JSON.parse(stdout) as UpgradeReport), code };
  };
  const counters = async (): Promise<unknown> => {
    const { stdout } = await runCli(["ps", "--format", "json"], { cwd: project.root });
    const { processes } = JSON.parse(stdout) as { processes: ProcessInfo[] };
    return processes.filter(({ module }) => module === "src/counter.actor").map(({ pid, vsn }) => [pid, vsn]);
  };
  const before = (await counters()) as [string, number][];

  project.write({ [file]: withStep("old as unknown as State") });
  const refused = await upgrade();
  assert.deepEqual([refused.outcome, refused.code], ["failed", 1]);
  assert.deepEqual(
    refused.errors.map(({ code, name, message }) => [code, name, /State\..*, got \w+/.exec(message)?.[0]]),
    ["first", "second"].map((name) => ["INSTAR_STATE_INVALID", name, "State.title: expected { readonly text: string }, got string"]),
  );
  assert.deepEqual(await counters(), before);

  project.write({ [file]: withStep("({ title: { text: old.title }, count: old.count })") });
  const passed = await upgrade();
  assert.deepEqual([passed.outcome, passed.code], ["committed", 0], JSON.stringify(passed.errors));
  assert.deepEqual(
    await counters(),
    before.map(([pid]) => [pid, 2]),
  );
  dev.process.kill("SIGINT");
  assert.equal((await dev.ended).code, 0);
});
