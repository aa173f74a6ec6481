/** What is demanded of methods that disturb the application, and in the end stop it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { ProcessInfo, RuntimeInfo } from "../../runtime/src/protocol.ts";
import { type Demand, type Trial, asked, result } from "./trial.ts";

export const disruptions: readonly Demand[] = [
  {
    section: "Methods",
    demand: "A process that is suspended is shown as that, and takes messages again once it is resumed.",
    async check(trial) {
      const { pid } = await aWorker(trial);
      assert.equal(result(await trial.client.ask("processes/suspend", { pid })), null);
      assert.equal((await processes(trial)).find((each) => each.pid === pid)?.status, "suspended");
      assert.equal(result(await trial.client.ask("processes/resume", { pid })), null);
      assert.notEqual((await processes(trial)).find((each) => each.pid === pid)?.status, "suspended");
    },
  },
  {
    section: "Methods",
    demand: "A process that is killed or restarted is gone, clients are told, and its supervisor starts another, whose pid is new.",
    async check(trial) {
      for (const method of ["processes/restart", "processes/kill"]) {
        const before = await processes(trial);
        const { pid, module } = await aWorker(trial);
        const told = trial.client.next("processes/changed");
        assert.equal(result(await trial.client.ask(method, { pid })), null);
        await told;
        const after = await processes(trial);
        assert.ok(!after.some((each) => each.pid === pid), `${pid} is still there`);
        assert.ok(
          after.some((each) => each.module === module && !before.some((old) => old.pid === each.pid)),
          "nobody has started it again",
        );
      }
    },
  },
  {
    section: "Methods",
    demand: "runtime/stop is answered, connections are closed with 1001, and the run file is taken away.",
    async check(trial) {
      const other = await trial.open();
      assert.equal((await asked<RuntimeInfo>(other, trial.schema, "runtime/info")).status, "running");
      assert.equal(result(await trial.client.ask("runtime/stop")), null);
      assert.deepEqual(await Promise.all([trial.client.ended(), other.ended()]), [1001, 1001]);
      assert.ok(!existsSync(trial.file), `${trial.file} is still there`);
    },
  },
];

async function processes({ client, schema }: Trial): Promise<ProcessInfo[]> {
  return (await asked<{ processes: ProcessInfo[] }>(client, schema, "processes/list")).processes;
}

/** An actor under a supervisor. */
async function aWorker(trial: Trial): Promise<ProcessInfo> {
  const all = await processes(trial);
  const found = all.find(({ kind, parent }) => kind === "actor" && all.some((each) => each.pid === parent && each.kind === "supervisor"));
  assert.ok(found !== undefined, "the application has no actor under a supervisor");
  return found;
}
