/** Timing and printing for the benches. */

/** Median duration of `times` runs in milliseconds, after one run to warm up. */
export async function median(times: number, run: () => Promise<void> | void): Promise<number> {
  await run();
  const durations: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const begin = performance.now();
    await run();
    durations.push(performance.now() - begin);
  }
  return durations.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly meaning: string;
}

export function row(what: string, figure: number, meaning: string): Row {
  return { what, figure: figure < 10 ? figure.toFixed(2) : figure.toFixed(0), meaning };
}

export function table(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  console.log(`${title}, Node ${process.versions.node}`);
  for (const { what, figure, meaning } of rows) console.log(`  ${what.padEnd(width)}  ${figure.padStart(8)}  ${meaning}`);
}
