/**
 * `npm run demo`: upgrades the chat example while traffic runs through it, with the commands that a user types, and reports what became
 * of every process and message. Exits with 1 if anything was lost. `--fault <name>` injects one of `demo/faults.ts`.
 */
import { parseArgs } from "node:util";
import { faults } from "./demo/faults.ts";
import { firstUpgrade } from "./demo/first-upgrade.ts";
import { command, note, opening, step } from "./demo/narrator.ts";
import { plainStrategies } from "./demo/plain-strategies.ts";
import { probation } from "./demo/probation.ts";
import { copyExample } from "./demo/project.ts";
import { type Measured, printReport } from "./demo/report.ts";
import { openStage, type Stage } from "./demo/stage.ts";

const { values } = parseArgs({ options: { fault: { type: "string" } } });
if (values.fault !== undefined && !(values.fault in faults)) {
  console.error(`There is no fault ${values.fault}. Faults: ${Object.keys(faults).join(", ")}.`);
  process.exit(2);
}
const fault = faults[values.fault ?? ""] ?? [];

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The first one ends what is under way in order, the second at once.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

let stage: Stage | undefined;
try {
  process.exitCode = printReport(await demo()) ? 0 : 1;
} catch (error) {
  const text = interrupted.signal.aborted ? "Interrupted." : `FAILED: ${error instanceof Error ? error.message : String(error)}`;
  console.error(`\n${text}`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
} finally {
  await stage?.stop();
}

async function demo(): Promise<Measured> {
  const begin = performance.now();
  const project = await copyExample();
  process.once("exit", () => project.remove());

  opening("A chat is changed while people talk in it. Everything here is really run; what stands after a $ you could type yourself.");
  step("Open the chat. Within, traffic keeps books on every message; a client outside counts what is not answered");
  command("instar dev src/web.ts");
  stage = await openStage(project, interrupted.signal);
  const { runtime, expect, failures, transactions, room, outside } = stage;
  const client = stage.ask();
  const { processes } = await runtime.request("processes/list", {});
  note(`${processes.length} processes run: 8 rooms, 20 users, the traffic, the front, and who looks after them.`);

  await firstUpgrade(stage, fault);
  if (fault.length > 0) {
    // It shows by now.
    await client.account("hot");
    const totals = await stage.settle();
    return { transactions, totals, room, outside, saved: null, failures, took: performance.now() - begin };
  }
  const saved = await probation(stage);
  await client.account("hot");
  const hot = (await stage.totals()).totals;
  expect(hot.overtaken === 0, `${hot.overtaken} answers were overtaken though the chat had not moved`);
  for (const { what, report } of transactions) {
    expect(report.messages.queued > 0, `no message was queued at the commit of the ${what}, so it showed nothing`);
    expect(report.messages.callsSpanning > 0, `no call spanned the commit of the ${what}, so it showed nothing`);
  }
  // Only rooms and users pass messages of the old arity on, and a room's cast is still queued when both are at rest.
  expect(
    (transactions[0]?.report.messages.translated ?? 0) > 0,
    "no queued message was translated by the upgrade to 2, so it showed nothing",
  );
  const crashed = (await runtime.request("processes/list", {})).processes.filter(({ restarts }) => restarts > 0);
  expect(crashed.map(({ name }) => name).join() === "terrace", `restarted: ${crashed.map(({ name }) => name).join(", ")}`);

  const totals = await plainStrategies(stage);
  return { transactions, totals, room, outside, saved, failures, took: performance.now() - begin };
}
