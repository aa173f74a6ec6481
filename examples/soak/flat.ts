/** Whether what was measured grows: a straight line through the second half of the samples, when everything has been in use for a while. */
import { measures, type Sample } from "./sample.ts";

export interface Growth {
  readonly measure: (typeof measures)[number];
  /** In the middle of the second half, and by how much it grew over that half. */
  readonly level: number;
  readonly growth: number;
  readonly flat: boolean;
}

export function growthOf(samples: readonly Sample[]): Growth[] {
  const half = samples.slice(Math.floor(samples.length / 2));
  return measures.map((measure) => {
    const values = half.map((sample) => sample[measure]);
    const { level, growth } = line(values);
    return { measure, level, growth, flat: growth <= allowance(measure, level) };
  });
}

/** What samples differ by without any leak: pages that are not given back yet, questions that are just being answered. */
function allowance(measure: Growth["measure"], level: number): number {
  if (measure.startsWith("heap")) return Math.max(1_000_000, level * 0.03);
  // Between two samples the analysis makes garbage by the hundred megabytes, and pages are given back when the allocator likes to.
  if (measure.startsWith("resident")) return Math.max(16_000_000, level * 0.2);
  return measure === "kept builds" ? Math.max(4, level * 0.05) : 4;
}

/** Least squares over equal distances. */
function line(values: readonly number[]): { readonly level: number; readonly growth: number } {
  const n = values.length;
  const level = values.reduce((sum, value) => sum + value, 0) / n;
  const middle = (n - 1) / 2;
  let [above, below] = [0, 0];
  for (const [at, value] of values.entries()) {
    above += (at - middle) * (value - level);
    below += (at - middle) ** 2;
  }
  return { level, growth: below === 0 ? 0 : (above / below) * (n - 1) };
}
