/** Upgrades on probation, plans and `mode: "otp"`, through the dev runtime: what the engine does has to reach the code server and the parent. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { app, codes, counter, everything, files, steps, summary } from "../../../test/support/counter-application.ts";
import { devProject, runProject, type DevProject, type RunningProject } from "../../../test/support/dev-project.ts";
import type { ProcessInfo } from "../protocol.ts";

const file = "src/counter.actor.ts";
/** It cannot do what version 1 could. */
const bad = (more = steps): string => counter(2, more, { add: "((): never => { throw new Error('version 2 cannot'); })()" });
const oneWay = 'codeChange: { 1: { up: (s: State) => ({ ...s, step: 1 }), down: irreversible("a test") } },';
const irreversibly = (text: string): string => text.replace("import { actor }", "import { actor, irreversible }");

interface Running extends RunningProject {
  readonly project: DevProject;
  /** Makes the first counter handle a message. */
  readonly poke: () => Promise<void>;
  readonly counters: () => Promise<(readonly [vsn: number, restarts: number, state: unknown])[]>;
}

async function running(t: TestContext, more: Parameters<typeof runProject>[2] = {}): Promise<Running> {
  const project = devProject(t, files);
  const world = await runProject(t, project, more);
  const { client } = world;
  const list = async (): Promise<ProcessInfo[]> => {
    const { processes } = await client.request("processes/list");
    return processes.filter(({ module }) => module === "src/counter.actor");
  };
  return {
    ...world,
    project,
    async poke() {
      const { applicationPid } = await client.request("runtime/info");
      process.kill(applicationPid ?? assert.fail(), "SIGUSR2");
    },
    counters: async () =>
      Promise.all(
        (await list()).map(
          async ({ pid, vsn, restarts }) => [vsn, restarts, (await client.request("processes/state", { pid })).json] as const,
        ),
      ),
  };
}

test("an upgrade that does not hold is rolled back, and everybody knows: code server, parent, clients and log", async (t) => {
  const { project, client, logs, poke, counters } = await running(t);
  project.write(file, bad());
  const rolledBack = client.next("upgrade/rolledBack");
  const finished = client.next("upgrade/finished");
  const report = await client.request("upgrade/apply", { probation: { for: 60_000, restarts: 0 } });
  assert.equal(report.outcome, "committed");
  assert.deepEqual(await finished, report);
  assert.match(report.probation?.until ?? "", /^\d{4}-.*Z$/);
  await poke();
  const back = await rolledBack;
  assert.deepEqual(summary(back).slice(0, 2), ["committed", ["src/counter.actor 2 → 1 convert"]]);
  assert.deepEqual([back.probation, back.modules[0]?.steps], [report.probation, ["1 down"]]);
  assert.match(back.why ?? "", /^restart 1 of upgraded processes within 60 s of the upgrade, where 0 were allowed/);
  assert.match(logs.join("\n"), /error: rolled back src\/counter\.actor \(2 → 1\): 2 processes.*\n.*restart 1 of upgraded processes/);
  assert.deepEqual(await counters(), [
    [1, 0, { n: 7 }],
    [1, 1, { n: 5 }],
  ]);
  const { modules } = await client.request("modules/list");
  assert.deepEqual(
    modules.map(({ id, vsn, old }) => [id, vsn, old?.vsn]),
    [
      ["src/counter.actor", 1, 2],
      ["src/app", 1, undefined],
    ],
  );
  // The sources are those of version 2 still, and version 1 is what runs: what is not changed is not changed.
  project.write(file, counter(1));
  assert.equal((await client.request("upgrade/apply")).outcome, "unchanged");
  project.write(file, counter(2, steps));
  assert.deepEqual(summary(await client.request("upgrade/apply")).slice(0, 2), ["committed", ["src/counter.actor 1 → 2 convert"]]);
  assert.deepEqual(summary(await client.request("upgrade/rollback")).slice(0, 2), ["committed", ["src/counter.actor 2 → 1 convert"]]);
});

test("a downgrade can be on probation as well, and is taken back by up", async (t) => {
  const { project, client, logs, poke, counters } = await running(t);
  project.write(file, counter(2, steps));
  await client.request("upgrade/apply");
  // What was kept as version 1 cannot do what version 2 could.
  project.write(file, counter(1, "", { add: "((): never => { throw new Error('version 1 cannot'); })()" }));
  await client.request("runtime/restart");
  project.write(file, counter(2, steps));
  await client.request("upgrade/apply");
  const rolledBack = client.next("upgrade/rolledBack");
  const probation = { for: 60_000, restarts: 0 };
  const down = await client.request("upgrade/downgrade", { targets: [{ module: "src/counter.actor", vsn: 1 }], probation });
  assert.deepEqual([down.outcome, down.operation], ["committed", "downgrade"]);
  assert.notEqual(down.probation, undefined);
  await poke();
  const back = await rolledBack;
  assert.deepEqual([...summary(back).slice(0, 2), back.operation], ["committed", ["src/counter.actor 1 → 2 convert"], "rollback"]);
  assert.match(logs.join("\n"), /info: downgraded src\/counter\.actor \(2 → 1\).*\n.*error: rolled back src\/counter\.actor \(1 → 2\)/s);
  assert.deepEqual(
    (await counters()).map(([vsn]) => vsn),
    [2, 2],
  );
  const again = await client.request("upgrade/rollback", { probation });
  assert.deepEqual([again.outcome, again.operation, again.probation === undefined], ["committed", "rollback", false]);
});

test("a probation that is survived says so, once", async (t) => {
  const { project, client, counters } = await running(t);
  project.write(file, bad());
  const ended = client.next("upgrade/probationEnded");
  const { probation } = await client.request("upgrade/apply", { probation: { for: 1, restarts: 0 } });
  assert.deepEqual(await ended, probation);
  assert.deepEqual(
    (await counters()).map(([vsn]) => vsn),
    [2, 2],
  );
});

test("where there is no step back, the plan says that a probation can only restart, and that is what it does", async (t) => {
  const { project, client, poke, counters } = await running(t);
  project.write(file, irreversibly(bad(oneWay)));
  const [planned] = (await client.request("upgrade/plan")).modules;
  assert.deepEqual([planned?.irreversible, planned?.probation], [["1 up"], "restart"]);
  const rolledBack = client.next("upgrade/rolledBack");
  await client.request("upgrade/apply", { probation: { for: 60_000, restarts: 0 } });
  await poke();
  const { outcome, modules } = await rolledBack;
  assert.deepEqual([outcome, modules.map(({ kind }) => kind)], ["committed", ["restart"]]);
  for (;;) {
    const all = await counters();
    if (all.length < 2) continue;
    const states = all.map(([vsn, , state]) => `${vsn} ${JSON.stringify(state)}`);
    assert.deepEqual(states.toSorted(), ['1 {"n":5}', '1 {"n":7}'], "as they begin");
    break;
  }
});

test("a plan that the sources or the running code have left behind is not carried out", async (t) => {
  const { project, client } = await running(t);
  project.write(file, counter(2, steps));
  const apply = async (plan: string | undefined) => {
    const { outcome, errors } = await client.request("upgrade/apply", { plan: plan ?? "none" });
    return [outcome, ...errors.map(({ code }) => code)];
  };
  const first = (await client.request("upgrade/plan")).stamp;
  assert.equal((await client.request("upgrade/plan")).stamp, first);
  project.write(file, `${counter(2, steps)}// edited\n`);
  assert.deepEqual(await apply(first), ["refused", "INSTAR_PLAN_STALE"]);
  const second = (await client.request("upgrade/plan")).stamp;
  assert.deepEqual(await apply(second), ["committed"]);
  assert.deepEqual(await apply(second), ["refused", "INSTAR_PLAN_STALE"], "carried out already");
});

test("what is saved can be on probation as well", async (t) => {
  const { project, client, poke, counters } = await running(t, { watch: true, probation: { for: 60_000, restarts: 0 } });
  const finished = client.next("upgrade/finished");
  project.write(file, bad());
  assert.notEqual((await finished).probation, undefined);
  const rolledBack = client.next("upgrade/rolledBack");
  await poke();
  await rolledBack;
  assert.deepEqual(
    (await counters()).map(([vsn]) => vsn),
    [1, 1],
  );
});

test("a plan orders modules, says who would be converted, and changes nothing", async (t) => {
  const { project, client } = await running(t);
  const before = await everything(client);
  const { stamp, ...nothing } = await client.request("upgrade/plan");
  assert.match(stamp ?? "", /^[0-9a-f]{16}$/);
  assert.deepEqual(nothing, { groups: [], modules: [], convert: [], restart: [], blocked: [], messages: [], errors: [] });
  project.write(file, counter(2, steps));
  project.write("src/more.actor.ts", counter(1));
  project.write(
    "src/app.ts",
    app
      .replace("import counter,", 'import more from "./more.actor";\nimport counter,')
      .replace("children: [", 'children: [child(more, { id: "more", args: [1] }), ')
      .replace('child(counter, { id: "other", name: "other", args: [7] })', ""),
  );
  const plan = await client.request("upgrade/plan");
  assert.deepEqual(plan.groups, [["src/counter.actor"], ["src/app"]]);
  assert.deepEqual(
    plan.modules.map(({ id, from, to, kind, probation, children }) => [id, from, to, kind, probation, children?.start, children?.stop]),
    [
      ["src/counter.actor", 1, 2, "convert", "rollBack", undefined, undefined],
      ["src/app", 1, 1, "swap", "rollBack", ["more"], ["other"]],
    ],
  );
  assert.deepEqual(
    plan.convert.map(({ name, module }) => [module, name]),
    [
      ["src/app", null],
      ["src/counter.actor", "counter"],
      ["src/counter.actor", "other"],
    ],
  );
  assert.deepEqual((await client.request("upgrade/plan", { modules: ["src/counter.actor"] })).groups, [["src/counter.actor"]]);
  assert.deepEqual(await everything(client), before);
  assert.equal((await client.request("upgrade/apply")).outcome, "committed", "a plan leaves nothing behind");
});

test("modules that import each other are one group, also through files that are no modules", async (t) => {
  const importing = (text: string, from: string): string =>
    text.replace("import { actor }", `import { as } from "${from}";\nvoid as;\nimport { actor }`);
  const cycle = {
    ...files,
    "src/counter.actor.ts": importing(counter(1), "./between"),
    "src/between.ts": 'import "./other.actor";\nexport const as = 1;',
    "src/other.actor.ts": importing(counter(1), "./between.js").replace("./between.js", "./back"),
    "src/back.ts": 'import "./counter.actor";\nexport const as = 2;',
  };
  const project = devProject(t, cycle);
  const { client } = await runProject(t, project);
  for (const changed of ["src/counter.actor.ts", "src/other.actor.ts"]) project.write(changed, `${project.read(changed)}// changed`);
  const { groups } = await client.request("upgrade/plan");
  assert.deepEqual(
    groups.map((group) => group.toSorted()),
    [["src/counter.actor", "src/other.actor"]],
  );
});

for (const [what, text, code] of [
  ["does not parse", "export default {;", "INSTAR_BUILD_FAILED"],
  ["throws while it is evaluated", "throw new Error('no');", "INSTAR_EVALUATION_FAILED"],
  ["has no step", counter(2), "INSTAR_CODE_CHANGE_MISSING"],
] as const) {
  test(`the plan of a module that ${what} says so`, async (t) => {
    const { project, client } = await running(t);
    project.write(file, text);
    const { errors, blocked, convert } = await client.request("upgrade/plan");
    assert.deepEqual([errors.map((error) => error.code), convert], [[code], []]);
    assert.equal(blocked.length, code === "INSTAR_CODE_CHANGE_MISSING" ? 2 : 0);
  });
}

test("mode otp converts one process after the other, and what fails midway is not put back", async (t) => {
  const { project, client, logs, counters } = await running(t);
  project.write(file, counter(2, steps));
  const done = await client.request("upgrade/apply", { mode: "otp" });
  assert.deepEqual([done.outcome, done.mode], ["committed", "otp"]);
  assert.deepEqual(await counters(), [
    [2, 0, { n: 5, step: 1 }],
    [2, 0, { n: 7, step: 1 }],
  ]);
  const failing =
    "codeChange: { 2: { up: (s: State) => { if (s.n === 5) throw new Error('no'); return { ...s, step: 2 }; }, down: (s: State) => s } },";
  project.write(file, counter(3, failing));
  const failed = await client.request("upgrade/apply", { mode: "otp" });
  assert.deepEqual([...codes(failed), failed.mode], ["failed", "INSTAR_CODE_CHANGE_FAILED", "otp"]);
  assert.match(logs.join("\n"), /upgrade failed midway, and nothing is put back/);
  const { processes } = await client.request("processes/list");
  assert.deepEqual(
    processes.filter(({ name }) => name !== null).map(({ name, vsn, status }) => [name, vsn, status]),
    [
      ["counter", 3, "suspended"],
      ["other", 3, "suspended"],
    ],
  );
  // The new code is current in the code server as well.
  project.write(file, counter(3, `${failing} // again`));
  assert.deepEqual(summary(await client.request("upgrade/apply")).slice(0, 2), ["committed", ["src/counter.actor 3 → 3 swap"]]);
});
