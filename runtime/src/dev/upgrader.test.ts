/** What the log says of an upgrade, and what the parent takes for the last one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { app, codes, counter, files, steps, summary } from "../../../test/support/counter-application.ts";
import { devProject, runProject } from "../../../test/support/dev-project.ts";
import type { UpgradeReport } from "../protocol.ts";
import { emptyReport, formatReport } from "./report.ts";

test("the log gives whole milliseconds, also where a file's time of saving has fractions", () => {
  const report = emptyReport("committed");
  assert.equal(formatReport({ ...report, time: { ...report.time, total: 76.548828125 } }), "upgraded new modules: 0 processes, 77 ms");
});

test("what was only evaluated anew, with the same code, is nothing to go back from: a rollback undoes the upgrade before", async (t) => {
  const withKind = (vsn: number, more?: string): string => `${counter(vsn, more)}\nexport const kind = "counter ${vsn}";`;
  const importing = app.replace("import counter, {", "import counter, { kind,").replace("export default", "void kind;\nexport default");
  const project = devProject(t, { ...files, "src/app.ts": importing, "src/counter.actor.ts": withKind(1) });
  const { client } = await runProject(t, project);
  const modules = (report: UpgradeReport): unknown => summary(report).slice(0, 2);
  project.write("src/counter.actor.ts", withKind(2, steps));
  const counterAlone = await client.request("upgrade/apply", { modules: ["src/counter.actor"] });
  assert.deepEqual(modules(counterAlone), ["committed", ["src/counter.actor 1 → 2 convert"]]);
  assert.deepEqual(modules(await client.request("upgrade/apply")), ["committed", ["src/app 1 → 1 reinstantiate"]]);
  assert.deepEqual(modules(await client.request("upgrade/rollback")), ["committed", ["src/counter.actor 2 → 1 convert"]]);
});

test("what is purged while a move is prepared is sent anew with the upgrade that needs it", async (t) => {
  const project = devProject(t, files);
  let asked = (): void => {};
  let answer: Promise<void> = Promise.resolve();
  const { client } = await runProject(t, project, {
    shapes: {
      async describe() {
        asked();
        await answer;
        return {};
      },
      compare: () => Promise.resolve({ compatible: [], validators: {}, readOnlySteps: {}, drafts: [] }),
      look: () => Promise.resolve({}),
    },
  });
  project.write("src/counter.actor.ts", counter(2, steps));
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  const preparing = new Promise<void>((resolve) => (asked = resolve));
  let goOn = (): void => {};
  answer = new Promise((resolve) => (goOn = resolve));
  const moving = client.request("upgrade/apply", { strategy: "blue-green", plan: "of another time" });
  await preparing;
  const module = "src/counter.actor";
  assert.equal((await client.request("code/purge", { module })).purged, true);
  goOn();
  assert.deepEqual(codes(await moving), ["refused", "INSTAR_PLAN_STALE"]);
  const back = await client.request("upgrade/downgrade", { targets: [{ module, vsn: 1 }] });
  assert.deepEqual(codes(back), ["committed", undefined], JSON.stringify(back.errors));
});
