/**
 * What the measured programs have in common: one is started for one measurement, does it a few times, and prints the median as JSON. So
 * no measurement meets what another one left in the heap, or what the compiler learned from it.
 */

/** By name; each gives its figures, by name as well. */
export type Measurements = Readonly<Record<string, () => Promise<Figures> | Figures>>;
export type Figures = Readonly<Record<string, number>>;

/** Does the measurement that the command line names, and ends the program. Nothing is printed for one that this program does not have. */
export async function runProgram(measurements: Measurements): Promise<void> {
  const measure = measurements[process.argv[2] ?? ""];
  if (measure !== undefined) console.log(JSON.stringify(await measure()));
  process.exit(0);
}

/** `quick` is for people who wait; its figures vary more. */
export const quick = process.argv.includes("--quick");
/** Takes the best of several measurements instead of the median: the one that the rest of a busy machine disturbed least. */
export const best = process.argv.includes("--best");
const samples = quick ? 3 : 7;

/** Operations per second of a run that does that many. */
export async function perSecond(operations: number, run: () => Promise<void> | void): Promise<Figures> {
  // Three to warm up: the optimizing compiler needs more than one to settle.
  for (let i = 0; i < 3; i++) await run();
  const durations: number[] = [];
  // No collection is forced in between: one that finds no message alive has the compiler throw away what it made for messages.
  for (let i = 0; i < samples; i++) {
    const begin = performance.now();
    await run();
    durations.push(performance.now() - begin);
  }
  return { perSecond: operations / (typical(durations) / 1000) };
}

/** Bytes of the heap for each of the things that are made, after collection. */
export async function bytesEach(count: number, make: (i: number) => unknown): Promise<Figures> {
  const kept: unknown[] = Array.from({ length: count + 1 }, () => null);
  // What the first one brings with it is not counted.
  kept[count] = await make(count);
  const before = await heap();
  for (let i = 0; i < count; i++) kept[i] = await make(i);
  const after = await heap();
  if (kept.length <= count) throw new Error("the compiler may not drop them");
  return { bytes: (after - before) / count };
}

/** `count` clients at once, each of which does so many operations, one after the other. */
export async function clients(count: number, each: number, operation: (client: number) => Promise<unknown>): Promise<void> {
  const client = async (number: number): Promise<void> => {
    for (let i = 0; i < each; i++) await operation(number);
  };
  await Promise.all(Array.from({ length: count }, (_, number) => client(number)));
}

/** The median, or with `--best` the least. */
export function typical(values: readonly number[]): number {
  return quantile(values, best ? 0 : 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

async function heap(): Promise<number> {
  // Some garbage is only free after finalizers and microtasks have run.
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
