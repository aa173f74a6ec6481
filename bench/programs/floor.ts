/**
 * The floor that the bench measures from: a bare `Map` of objects whose methods are called, with one bare `await` where a call has to wait.
 * No mailbox, no isolation, no timeout, no upgrade.
 */
import { bytesEach, clients, perSecond, runProgram, type Figures } from "./program.ts";
import { calls, population, starts } from "./sizes.ts";

class Counter {
  count = 0;
  ping(): number {
    this.count++;
    return this.count;
  }
}

const objects = new Map<number, Counter>([[0, new Counter()]]);
const objectAt = (id: number): Counter => objects.get(id) as Counter;
const burst = (size: number) => () => {
  for (let i = 0; i < size; i++) objectAt(0).ping();
};

/** What an upgrade cannot do without: a new object for each one. */
async function convertAll(size: number): Promise<Figures> {
  const states = new Map(Array.from({ length: size }, (_, i) => [i, { count: i, created: i }]));
  const { perSecond: runs = 0 } = await perSecond(1, () => {
    const converted = new Map<number, object>();
    for (const [id, { count, created }] of states) converted.set(id, { count, created, step: 1 });
  });
  return { total: 1000 / runs, pause: 1000 / runs };
}

await runProgram({
  call: () => perSecond(calls, () => clients(1, calls, () => Promise.resolve(objectAt(0).ping()))),
  "call-100": () => perSecond(calls, () => clients(100, calls / 100, () => Promise.resolve(objectAt(0).ping()))),
  "cast-1000": () => perSecond(calls, burst(calls)),
  "cast-million": () => perSecond(1_000_000, burst(1_000_000)),
  start: () => {
    let next = 1;
    return perSecond(starts, () => {
      objects.clear();
      for (let i = 0; i < starts; i++) objects.set(next++, new Counter());
    });
  },
  "upgrade-10000-small": () => convertAll(10_000),
  "upgrade-100000-small": () => convertAll(100_000),
  memory: () => bytesEach(population, (i) => objects.set(i + 1, new Counter())),
});
