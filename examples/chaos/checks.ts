/** What has to hold after each operation, and at the end. */
import { setTimeout as delay } from "node:timers/promises";
import type { ProcessInfo } from "../../runtime/src/protocol.ts";
import type { Account } from "../chat/client.ts";
import { runningVersion, type Done } from "./operations.ts";
import { due, type Books } from "./src/books.ts";
import { changing, everybody, type World } from "./world.ts";

export type Lives = ReadonlyMap<string, ProcessInfo>;

/** Everybody lives, on one version, in a valid state, and who was not to end has not. */
export async function checkSystem(world: World, before: Lives, { ended, mixed = false }: Done): Promise<readonly string[]> {
  const faults: string[] = [];
  const now = await world.ready();
  const version = await runningVersion(world);
  if (version !== world.running) faults.push(`version ${version} runs instead of ${world.running}`);
  for (const name of changing) {
    const info = now.get(name);
    if (info?.vsn !== version || info.oldCode) faults.push(`${name} runs version ${info?.vsn}, and others ${version}`);
  }
  if (ended !== "all" && ended !== "perhaps") {
    for (const name of everybody) {
      // A front stays with its sockets, so a move ends it.
      if (name === "front" || ended.includes(name)) continue;
      if (now.get(name)?.pid !== before.get(name)?.pid) faults.push(`${name} was ${before.get(name)?.pid} and is ${now.get(name)?.pid}`);
    }
  }
  const check = async () => (await world.runtime.request("states/check", {})).modules;
  let modules = await check();
  // Users keep their last twenty messages, so those of the other version are gone soon.
  for (const end = Date.now() + 10_000; mixed && modules.some(({ drifts }) => drifts > 0) && Date.now() < end; modules = await check()) {
    await delay(50);
  }
  for (const { id, drifts, drifted, checked, unchecked } of modules) {
    if (drifts > 0) faults.push(`${drifts} states of ${id} are not what their type says: ${drifted[0]?.message}`);
    if (changing.length > 0 && checked === 0 && unchecked > 0 && /room|user/.test(id)) faults.push(`no state of ${id} could be checked`);
  }
  faults.push(...(await world.auditor()).books.faults);
  return faults;
}

/** By room, the number that the client was given last. */
export type LastNumbers = Record<"hall" | "porch", number>;

/** What the client outside saw while an operation ran. */
export function checkClient(account: Account, last: LastNumbers, { ended, refused = false }: Done): readonly string[] {
  const faults: string[] = [];
  const unanswered = account.lost.length + account.errors.length + account.closed.length;
  if (!refused) {
    faults.push(...account.lost.map((text) => `a question from outside was not answered: ${text}`));
    faults.push(...account.closed.filter((code) => code !== 1012).map((code) => `a connection from outside was closed with ${code}`));
  }
  for (const room of ["hall", "porch"] as const) {
    const hasEnded = ended === "all" || ended === "perhaps" || ended.includes(room);
    if (!hasEnded && !refused)
      faults.push(...account.errorsOf[room].map((text) => `a question from outside to ${room} was answered with ${text}`));
    let skipped = 0;
    let begins = 0;
    for (const number of account.numbers[room]) {
      if (number > last[room]) skipped += number - last[room] - 1;
      else begins++;
      last[room] = number;
    }
    if (begins > (ended === "perhaps" ? 2 : hasEnded ? 1 : 0)) faults.push(`${room} counted anew ${begins} times`);
    // What was not answered may have been counted all the same.
    if (skipped > unanswered + (hasEnded ? 2 : 0)) faults.push(`${room} counted ${skipped} messages that nobody outside sent, or not once`);
  }
  return faults;
}

/** Once nothing is on its way any more: every sum adds up, and every room has what was written to it. */
export async function checkBooks(world: World): Promise<readonly string[]> {
  await world.endTraffic();
  for (const end = Date.now() + 20_000; (await world.auditor()).phase !== "settled"; await delay(20)) {
    if (Date.now() < end) continue;
    const { books } = await world.auditor();
    return [`${books.totals.open} calls and ${due(books)} deliveries are still open 20 s after the last message`];
  }
  const { books } = await world.auditor();
  const faults = [...books.faults, ...sums(books)];
  const now = await world.byName();
  for (const [name, { sent }] of Object.entries(books.rooms)) {
    const { json } = await world.runtime.request("processes/state", { pid: now.get(name)?.pid ?? "" });
    const { posted } = json as { posted: number };
    if (posted !== sent) faults.push(`${name} has ${posted} messages, and ${sent} were written to it`);
  }
  return faults;
}

function sums({ rooms, totals }: Books): readonly string[] {
  const faults: string[] = [];
  const books = Object.values(rooms);
  const add = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0);
  const equal = (what: string, one: number, other: number): void => {
    if (one !== other) faults.push(`${what}: ${one} is not ${other}`);
  };
  equal("messages written", totals.calls + totals.casts, totals.ended.written + add(books.map(({ sent }) => sent)));
  equal("calls", totals.calls, totals.answered + add(Object.values(totals.rejected)) + totals.open);
  const heard = add(books.flatMap(({ listeners }) => Object.values(listeners).map(({ from, last }) => last - from)));
  equal("deliveries", totals.delivered, totals.ended.heard + heard + totals.late);
  return faults;
}
