/** Carries out a plan, checks after each operation, and accounts for everything. Stops at the first fault. */
import { planChaos, type Operation } from "./plan.ts";
import { checkBooks, checkClient, checkSystem, type LastNumbers, type Lives } from "./checks.ts";
import { carryOut, type Done } from "./operations.ts";
import type { Totals } from "./src/books.ts";
import { startWorld, within, type World } from "./world.ts";

export interface Ran {
  readonly operation: Operation;
  /** What came of it, and what was wrong with that. */
  readonly outcome: string;
  readonly faults: readonly string[];
  readonly took: number;
}

export interface ChaosReport {
  readonly seed: number;
  readonly ran: readonly Ran[];
  /** The books of each life of the auditor; all but the last ended with an application that was killed or started anew. */
  readonly books: readonly Totals[];
  readonly outside: { readonly answered: number; readonly errors: number; readonly lost: number; readonly closed: number };
  readonly faults: readonly string[];
  /** The last things that the runtime said. */
  readonly logs: readonly string[];
}

export async function runChaos(seed: number, operations: number, onRan: (ran: Ran) => void = () => {}): Promise<ChaosReport> {
  const world = await startWorld();
  const ran: Ran[] = [];
  const books: Totals[] = [];
  const outside = { answered: 0, errors: 0, lost: 0, closed: 0 };
  const last: LastNumbers = { hall: 0, porch: 0 };
  const faults: string[] = [];
  let life = "";
  const enterBooks = async (): Promise<void> => {
    const since = (await world.byName()).get("auditor")?.since ?? "";
    const { totals } = (await world.auditor()).books;
    const before = books.at(-1);
    // A process that has moved counts from its arrival, but has its books.
    if (since === life || (before !== undefined && totals.delivered >= before.delivered && totals.casts >= before.casts)) books.pop();
    books.push(totals);
    life = since;
  };
  try {
    await world.ready();
    for (const operation of planChaos(seed, operations)) {
      const begin = performance.now();
      const found: string[] = [];
      let outcome = "failed";
      try {
        outcome = await one(world, operation, last, found, outside);
        await enterBooks();
      } catch (error) {
        found.push((error as Error).message);
      }
      const entry = { operation, outcome, faults: found, took: performance.now() - begin };
      ran.push(entry);
      onRan(entry);
      faults.push(...found);
      if (found.length > 0) break;
    }
    if (faults.length === 0) {
      faults.push(...(await checkBooks(world)));
      await enterBooks();
    }
  } finally {
    await world.stop();
  }
  return { seed, ran, books, outside, faults, logs: world.logs };
}

async function one(
  world: World,
  operation: Operation,
  last: LastNumbers,
  faults: string[],
  outside: { answered: number; errors: number; lost: number; closed: number },
): Promise<string> {
  const before: Lives = await world.byName();
  const client = world.client();
  let done: Done | null = null;
  try {
    done = await within(120_000, carryOut(world, operation), "it did not end");
    faults.push(...(await checkSystem(world, before, done)));
    await within(20_000, client.asked(2), "the front did not answer");
  } finally {
    const account = await within(20_000, client.stop(), "a question from outside was not answered");
    outside.answered += account.answered;
    outside.errors += account.errors.length;
    outside.lost += account.lost.length;
    outside.closed += account.closed.length;
    if (done !== null) faults.push(...checkClient(account, last, done));
  }
  return done.outcome;
}
