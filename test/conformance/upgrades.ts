/** What is demanded of an upgrade, tried on one: `edit` changes a source, as a person would. */
import assert from "node:assert/strict";
import type { UpgradePlan, UpgradeReport } from "../../runtime/src/protocol.ts";
import { type Demand, type Trial, asked, loadedIn, result, valid } from "./trial.ts";

export function upgrades(edit: () => void): readonly Demand[] {
  let plan: UpgradePlan;
  return [
    {
      section: "`UpgradePlan`",
      demand: "After an edit, a plan has a stamp, modules, and each of them in a group.",
      async check({ client, schema }) {
        edit();
        plan = await asked<UpgradePlan>(client, schema, "upgrade/plan");
        assert.equal(typeof plan.stamp, "string");
        assert.ok(plan.modules.length > 0, `the edit changed nothing, or cannot be built: ${plan.errors[0]?.message}`);
        assert.deepEqual(
          plan.groups.flat(),
          plan.modules.map(({ id }) => id),
        );
      },
    },
    {
      section: "Methods",
      demand: "A rehearsal of the edit works and changes nothing, and its progress is told.",
      async check({ client, schema }) {
        const before = result(await client.ask("modules/list"));
        const told = client.next("upgrade/progress");
        const report = await asked<UpgradeReport>(client, schema, "upgrade/rehearse");
        assert.equal(report.outcome, "rehearsed", report.errors[0]?.message);
        valid(schema, "upgrade/progress.params", await told);
        assert.deepEqual(loadedIn(result(await client.ask("modules/list"))), loadedIn(before));
      },
    },
    {
      section: "Upgrades",
      demand: "An upgrade by the plan does what the plan says, and every client hears of it.",
      async check(trial) {
        const report = await finished(trial, "upgrade/apply", { plan: plan.stamp });
        assert.deepEqual(
          report.modules.map(({ id, from, to, kind }) => [id, from, to, kind]),
          plan.modules.map(({ id, from, to, kind }) => [id, from, to, kind]),
        );
      },
    },
    {
      section: "Upgrades",
      demand: "The plan is stale after the upgrade.",
      async check({ client, schema }) {
        const { outcome, errors } = await asked<UpgradeReport>(client, schema, "upgrade/apply", { plan: plan.stamp });
        assert.deepEqual([outcome, errors[0]?.code], ["refused", "INSTAR_PLAN_STALE"]);
      },
    },
    {
      section: "Methods",
      demand: "A rollback undoes the upgrade, and every client hears of it.",
      async check(trial) {
        const { operation } = await finished(trial, "upgrade/rollback", {});
        assert.equal(operation, "rollback");
      },
    },
  ];
}

/** One client asks, another hears. */
async function finished({ client, schema, open }: Trial, method: string, params: object): Promise<UpgradeReport> {
  const told = client.next("upgrade/finished");
  const asking = await open();
  const report = await asked<UpgradeReport>(asking, schema, method, params);
  assert.equal(report.outcome, "committed", report.errors[0]?.message);
  const heard = await told;
  valid(schema, "upgrade/finished.params", heard);
  assert.deepEqual(heard, report);
  asking.socket.close();
  return report;
}
