/** Whether steps lead from one version of a module to another. */
import type { StepSource } from "./facts.ts";

interface Version {
  readonly vsn: number;
  readonly steps: readonly StepSource[];
}

/** The code of the newer version is asked, since that is the one that knows both shapes. */
export function stepsBetween(from: Version, to: Version): "ok" | "missing" | "irreversible" {
  const [low, high] = [Math.min(from.vsn, to.vsn), Math.max(from.vsn, to.vsn)];
  const all = (version: Version): readonly (StepSource | undefined)[] =>
    Array.from({ length: high - low }, (_, index) => stepOf(version, low + index));
  if (from.vsn < to.vsn) return judge(all(to), []);
  if (from.vsn > to.vsn) return judge([], all(from));
  // Two drafts of one version: down with the one's own step, and up with the other's.
  const [loaded, edited] = [stepOf(from, low - 1), stepOf(to, low - 1)];
  return loaded === undefined || edited === undefined ? "missing" : judge([edited], [loaded]);
}

function stepOf({ steps }: Version, from: number): StepSource | undefined {
  return steps.findLast((step) => step.from === from);
}

function judge(ups: readonly (StepSource | undefined)[], downs: readonly (StepSource | undefined)[]): ReturnType<typeof stepsBetween> {
  if (downs.some((step) => step?.down === "irreversible")) return "irreversible";
  const there = ups.every((step) => step?.up === true) && downs.every((step) => step?.down === "function");
  return there ? "ok" : "missing";
}
