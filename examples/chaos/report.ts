/** What came of a run, for people. */
import type { ChaosReport, Ran } from "./run-chaos.ts";

export function formatRan({ operation, outcome, faults, took }: Ran): string {
  const { number, kind } = operation;
  const line = `${String(number).padStart(4)}  ${kind.padEnd(26)} ${String(Math.round(took)).padStart(6)} ms  ${outcome}`;
  return [line, ...faults.map((fault) => `        FAULT: ${fault}`)].join("\n");
}

export function formatReport({ seed, ran, books, outside, faults, logs }: ChaosReport, operations: number): string {
  const byKind = new Map<string, Map<string, number>>();
  for (const { operation, outcome } of ran) {
    const outcomes = byKind.get(operation.kind) ?? new Map<string, number>();
    byKind.set(operation.kind, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }
  const sum = (pick: (one: (typeof books)[number]) => number): number => books.reduce((total, one) => total + pick(one), 0);
  const codes = new Map<string, number>();
  for (const [code, count] of books.flatMap(({ rejected }) => Object.entries(rejected))) codes.set(code, (codes.get(code) ?? 0) + count);
  const rejected = [...codes].map(([code, count]) => `${count} rejected with ${code}`);
  const open = sum((one) => one.open);
  const lines = [
    "",
    `${ran.length} operations`,
    ...[...byKind]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([kind, outcomes]) => {
        const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
        return `  ${kind.padEnd(26)} ${counts}`;
      }),
    "",
    `Within: ${sum((one) => one.calls + one.casts)} messages in ${books.length} lives of the application`,
    `  calls       ${sum((one) => one.calls)} = ${[`${sum((one) => one.answered)} answered`, ...rejected, `${open} ended with an application that was killed`].join(" + ")}`,
    `  casts       ${sum((one) => one.casts)}`,
    `  deliveries  ${sum((one) => one.delivered)}; ${sum((one) => one.ended.due)} more were due to processes that ended, or from them`,
    `Outside: ${outside.answered} questions answered, ${outside.errors} of them with an error; ${outside.lost} not answered; ${outside.closed} connections closed`,
  ];
  if (faults.length === 0)
    return [...lines, "", "Nothing that lived lost, repeated or reordered a message, and every state is valid."].join("\n");
  return [
    ...lines,
    "",
    ...faults.map((fault) => `FAILED: ${fault}`),
    "The last operations:",
    ...ran.slice(-8).map((entry) => `  ${formatRan(entry)} ${JSON.stringify(entry.operation)}`),
    "The last that the runtime said:",
    ...logs.slice(-25).map((text) => `  ${text}`),
    `Again: SEED=${seed} npm run chaos -- --operations ${operations}`,
  ].join("\n");
}
