/** The plain ways, which are often the right ones: another process beside the old one, a window, a restart. The chat's front stays reachable in each. */
import type { Totals } from "../chat/src/ledger.ts";
import { untilStates } from "./first-upgrade.ts";
import { note, step } from "./narrator.ts";
import type { Stage } from "./stage.ts";

/** What the chat answers while its rooms are started anew. */
const away = ["INSTAR_CALL_EXITED", "INSTAR_NOPROC", "there is no such room"];

/** Ends the traffic on the way, whose totals it gives. */
export async function plainStrategies(stage: Stage): Promise<Totals> {
  const { carryOut, runtime, expect } = stage;
  const applicationPid = async (): Promise<number | null> => (await runtime.request("runtime/info", {})).applicationPid;

  step("The same change by blue-green: a new process starts beside the old one, and takes everybody over");
  await moves("blue-green", () => carryOut("2, blue-green", ["upgrade", "--strategy", "blue-green"], { lines: 5, pick: untilStates }));
  await stage.look("2, blue-green");

  step("And back in a maintenance window: finish what is queued, save the states, end, go on in a new process");
  await moves("window", () => carryOut("1, window", ["rollback", "--strategy", "window"], { lines: 5, pick: untilStates }));
  await stage.look("1, window");

  step("End the traffic and wait for what is still on its way: what follows loses states, and its books would say so");
  const totals = await stage.settle();
  note(`${totals.sent.toLocaleString("en")} messages were sent in all, and ${totals.lost} lost`);

  step("Let it crash, on purpose: restart needs no steps, and says before who loses what");
  const outside = stage.ask();
  const before = await applicationPid();
  await carryOut("2, restart", ["upgrade", "--strategy", "restart"], { lines: 6, pick: untilStates });
  await stage.look("2, restart");
  const account = await outside.account("restart", away);
  expect((await applicationPid()) === before, "the application ended, though only its processes were to");
  if (account.errors.length > 0) note(`${account.errors.length} of the answers were that the room was away`);
  return totals;

  async function moves(strategy: string, carry: () => Promise<unknown>): Promise<void> {
    const outside = stage.ask();
    const old = await applicationPid();
    await carry();
    const now = await applicationPid();
    note(`process ${old} became ${now}, behind the same port`);
    await outside.account(strategy);
    expect(now !== old, `${strategy} left the chat in the same process`);
  }
}
