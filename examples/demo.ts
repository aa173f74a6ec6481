/**
 * `npm run demo`: upgrades the chat example while traffic runs through it, with the commands that a user types, and reports what became
 * of every process and message. Exits with 1 if anything was lost. `--fault <name>` injects one of `demo/faults.ts`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { UpgradeReport } from "../runtime/src/protocol.ts";
import type { Totals } from "./chat/src/ledger.ts";
import { version2, version2Again } from "./chat/version-2.ts";
import { faults } from "./demo/faults.ts";
import { instar, startApplication, type RunningApplication } from "./demo/instar.ts";
import { lookAt } from "./demo/live.ts";
import { command, excerpt, note, step } from "./demo/narrator.ts";
import { copyExample } from "./demo/project.ts";
import { ms, printReport, type Measured } from "./demo/report.ts";
import { sketch } from "./demo/sketch.ts";

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

let application: RunningApplication | undefined;
try {
  process.exitCode = printReport(await demo()) ? 0 : 1;
} catch (error) {
  const text = interrupted.signal.aborted ? "Interrupted." : `FAILED: ${error instanceof Error ? error.message : String(error)}`;
  console.error(`\n${text}`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
} finally {
  await application?.stop();
}

async function demo(): Promise<Measured> {
  const project = await copyExample();
  process.once("exit", () => project.remove());
  const failures: string[] = [];
  const transactions: { what: string; report: UpgradeReport }[] = [];

  step("Start the chat under live traffic");
  command("instar dev src/app.ts");
  const ends = project.path("traffic-ends");
  application = await startApplication(project.root, "src/app.ts", { CHAT_TRAFFIC_UNTIL: ends }, interrupted.signal);
  const { runtime } = application;
  const { processes } = await runtime.request("processes/list", {});
  note(`${processes.length} processes run.`);

  const live = lookAt(runtime);
  const room: [string, string][] = [];
  const user: [string, string][] = [];
  const look = async (when: string): Promise<void> => {
    room.push([when, sketch(await live.state("lobby"))]);
    user.push([when, sketch(await live.state("ada"))]);
  };

  step("Write the snapshots of version 1");
  await run(["release"], 0);

  step("Edit: a room's title becomes its name, it gets a topic, and the shared message gets its time");
  note(`edited ${(await project.edit([...version2, ...fault])).join(", ")}`);
  await run(["check"], 1, findings);

  step("Let the missing steps be written; whether title became name, only a person can say");
  await run(["fix", "--rename", "State.title=State.name", "--write"], 0);
  const fixed = await readFile(project.path("src/room.actor.ts"), "utf8");
  note("what it wrote into src/room.actor.ts:");
  excerpt(fixed.slice(fixed.indexOf("      up: "), fixed.indexOf("    },\n  },\n});")), 14);
  await run(["check"], 0);

  step("Rehearse on copies of the live states, then upgrade rooms and users in one transaction");
  const before = await live.values("src/room.actor", "title");
  await look("version 1");
  await run(["rehearse"], 0, (text) => text.split("\n").slice(0, 4).join("\n"));
  transactions.push({ what: "upgrade to 2", report: await upgrade(["upgrade"]) });
  await look("version 2");
  const after = await live.values("src/room.actor", "name");
  expect(after === before, `the rooms were called ${before} before the upgrade and ${after} after it`);
  await expectArity(3);

  step("Edit the draft again under the same vsn, and upgrade by saving");
  await runtime.request("runtime/watch", { enabled: true });
  const finished = new Promise<UpgradeReport>((resolve) => runtime.on("upgrade/finished", resolve));
  const savedAt = performance.now();
  await project.edit(version2Again);
  const draft = await within(20_000, finished, "the upgrade by saving has not finished");
  const saved = performance.now() - savedAt;
  await runtime.request("runtime/watch", { enabled: false });
  transactions.push({ what: "draft of 2", report: draft });
  expect(
    draft.outcome === "committed",
    `the upgrade by saving ended as ${draft.outcome}: ${draft.errors.map(({ message }) => message).join(" ")}`,
  );
  note(`upgraded ${ms(saved)} after the file was saved`);
  room.push(["draft of 2", sketch(await live.state("lobby"))]);
  await expectArity(3);

  step("Downgrade rooms and users to version 1, again in one transaction");
  transactions.push({ what: "downgrade to 1", report: await upgrade(["downgrade", "src/room.actor", "1", "src/user.actor", "1"]) });
  const end = await live.values("src/room.actor", "title");
  expect(end === before, `the rooms were called ${before} at first and ${end} after the downgrade`);

  step("End the traffic and wait for what is still on its way");
  await writeFile(ends, "");
  const traffic = await within(20_000, settled(), "the traffic has not settled");
  await look("version 1 again");
  await expectArity(2);

  const crashed = (await runtime.request("processes/list", {})).processes.filter(({ restarts }) => restarts > 0);
  expect(crashed.length === 0, `restarted: ${crashed.map(({ name }) => name).join(", ")}`);
  for (const { what, report } of transactions) {
    expect(report.messages.queued > 0, `no message was queued at the commit of the ${what}, so it showed nothing`);
    expect(report.messages.callsSpanning > 0, `no call spanned the commit of the ${what}, so it showed nothing`);
  }
  // Only rooms and users pass messages of the old arity on, and a room's cast is still queued when both are at rest.
  expect(
    (transactions[0]?.report.messages.translated ?? 0) > 0,
    "no queued message was translated by the upgrade to 2, so it showed nothing",
  );
  return { transactions, totals: traffic.totals, room, user, saved, failures };

  async function settled(): Promise<{ readonly phase: string; readonly totals: Totals }> {
    for (;;) {
      const now = (await live.state("traffic")) as { readonly phase: string; readonly totals: Totals };
      if (now.phase === "settled") return now;
      await setTimeout(20, undefined, { signal: interrupted.signal });
    }
  }

  /** Every message that a room or user holds has as many elements as its version says. */
  async function expectArity(arity: number): Promise<void> {
    const lists = [...(await live.all("src/room.actor", "log")), ...(await live.all("src/user.actor", "inbox"))] as unknown[][][];
    const others = lists.flat().filter((record) => record.length !== arity);
    expect(others.length === 0, `${others.length} messages do not have ${arity} elements, for example ${JSON.stringify(others[0])}`);
  }

  function expect(truth: boolean, otherwise: string): void {
    if (!truth) failures.push(otherwise);
  }

  async function run(args: readonly string[], code: number, pick = (text: string): string => text): Promise<void> {
    command(`instar ${args.join(" ")}`);
    const outcome = await instar(project.root, args, interrupted.signal);
    excerpt(pick(outcome.stdout));
    if (outcome.code !== code)
      throw new Error(`instar ${args.join(" ")} ended with ${outcome.code} instead of ${code}:\n${outcome.stdout}${outcome.stderr}`);
  }

  /** Runs a command that changes the running system, and gives its report. */
  async function upgrade(args: readonly string[]): Promise<UpgradeReport> {
    command(`instar ${args.join(" ")}`);
    const outcome = await instar(project.root, [...args, "--format", "json"], interrupted.signal);
    if (outcome.code !== 0) throw new Error(`instar ${args.join(" ")} ended with ${outcome.code}:\n${outcome.stdout}${outcome.stderr}`);
    return JSON.parse(outcome.stdout) as UpgradeReport;
  }
}

/** Of each finding the place, the rule and the beginning of what is wrong. */
function findings(text: string): string {
  const lines = text.split("\n");
  return lines.filter((_, at) => [lines[at], lines[at - 1]].some((line) => /^\S+:\d+:\d+ /.test(line ?? ""))).join("\n");
}

/** The promise's result, unless it takes longer than so many milliseconds or Ctrl-C comes first. */
async function within<T>(limit: number, promise: Promise<T>, otherwise: string): Promise<T> {
  const late = setTimeout(limit, undefined, { ref: false, signal: interrupted.signal }).then(() => {
    throw new Error(`${otherwise} within ${limit / 1000} s.`);
  });
  late.catch(() => {});
  return Promise.race([promise, late]);
}
