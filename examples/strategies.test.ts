/** The chat under traffic, with its front and a client outside: each strategy, by the command that a user types. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test, type TestContext } from "node:test";
import type { UpgradeReport } from "../runtime/src/protocol.ts";
import { startClient, type Client } from "./chat/client.ts";
import type { Totals } from "./chat/src/ledger.ts";
import { version2 } from "./chat/version-2.ts";
import { freePort } from "./demo/free-port.ts";
import { instar, startApplication, type Outcome, type RunningApplication } from "./demo/instar.ts";
import { lookAt, type Live } from "./demo/live.ts";
import { copyExample } from "./demo/project.ts";

interface World {
  readonly live: Live;
  readonly client: Client;
  readonly runtime: RunningApplication["runtime"];
  readonly applicationPid: () => Promise<number | null>;
  /** Ends the traffic, and gives its books when nothing is on its way any more. */
  readonly settled: () => Promise<Totals>;
  readonly run: (...args: string[]) => Promise<Outcome>;
  readonly upgrade: (...args: string[]) => Promise<UpgradeReport>;
}

/** The chat runs, and version 2 of it is in the sources, with its steps. */
async function chat(t: TestContext): Promise<World> {
  const project = await copyExample();
  const never = new AbortController().signal;
  const port = await freePort();
  const application = await startApplication(
    project.root,
    "src/web.ts",
    { CHAT_PORT: String(port), CHAT_TRAFFIC_UNTIL: project.path("traffic-ends") },
    never,
  );
  t.after(async () => {
    await application.stop();
    project.remove();
  });
  const run = (...args: string[]): Promise<Outcome> => instar(project.root, args, never);
  await run("release");
  await project.edit(version2);
  await run("fix", "--rename", "State.title=State.name", "--write");
  const live = lookAt(application.runtime);
  return {
    live,
    runtime: application.runtime,
    async settled() {
      await writeFile(project.path("traffic-ends"), "");
      for (;;) {
        const { phase, totals } = (await live.state("traffic")) as { readonly phase: string; readonly totals: Totals };
        if (phase === "settled") return totals;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    client: startClient(`http://127.0.0.1:${port}`),
    applicationPid: async () => (await application.runtime.request("runtime/info", {})).applicationPid,
    run,
    async upgrade(...args) {
      const { stdout, stderr } = await run("upgrade", "--format", "json", ...args);
      assert.match(stdout, /^\{/, stderr);
      return JSON.parse(stdout) as UpgradeReport;
    },
  };
}

for (const strategy of ["blue-green", "window"] as const) {
  test(`${strategy}: nobody outside is refused, no message within is lost, and the new process has the states`, async (t) => {
    const { live, client, upgrade, applicationPid, settled } = await chat(t);
    await client.asked(20);
    const before = await applicationPid();
    const report = await upgrade("--strategy", strategy);
    assert.deepEqual([report.outcome, report.errors, report.strategy], ["committed", [], strategy]);
    assert.notEqual(await applicationPid(), before);
    await client.asked(20);
    const account = await client.stop();
    assert.deepEqual([account.lost, account.errors, account.closed], [[], [], [1012]]);
    for (const numbers of Object.values(account.numbers))
      assert.ok(numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as number)));
    assert.equal(((await live.state("lobby")) as { name: string }).name, "lobby");
    const totals = await settled();
    // An answer that goes by way of the old process may come after a younger one that does not.
    assert.deepEqual([totals.lost, totals.duplicated, totals.reordered, totals.wrong, totals.faults], [0, 0, 0, 0, []]);
  });
}

test("restart: who loses what is said before, it is just that which is lost, and the front answers all the time", async (t) => {
  const { live, client, run, applicationPid, runtime } = await chat(t);
  await client.asked(20);
  const before = await applicationPid();
  const pids = async (): Promise<Map<string, string | null>> =>
    new Map((await runtime.request("processes/list", {})).processes.map(({ pid, name }) => [pid, name]));
  const old = await pids();
  const plan = await runtime.request("upgrade/plan", { strategy: "restart" });
  const { code, stdout } = await run("upgrade", "--strategy", "restart");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^28 processes will lose their states, and what waits for them: 8 of src\/room\.actor, 20 of src\/user\.actor\n/);
  assert.match(stdout, /^[2-9] subtrees have their turn one after the other\. Until the last one has had it, old and new code send/m);
  assert.match(stdout, /Committed in .*, by restart/);
  assert.match(stdout, /28 processes restarted, without their states/);
  await client.asked(20);
  const now = await pids();
  const gone = [...old.keys()].filter((pid) => !now.has(pid));
  assert.deepEqual(plan.restart.map(({ pid }) => pid).toSorted(), gone.toSorted());
  assert.equal(await applicationPid(), before);
  const account = await client.stop();
  // Rooms were away for a moment, and the front said so.
  assert.deepEqual([account.lost, account.closed], [[], []]);
  assert.ok(account.errors.every((error) => ["INSTAR_CALL_EXITED", "INSTAR_NOPROC", "there is no such room"].includes(error)));
  assert.deepEqual(((await live.state("lobby")) as { name: string; members: unknown[] }).members, []);
});
