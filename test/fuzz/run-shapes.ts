/** `npm run fuzz:shapes`: 100,000 random pairs of shapes. `SEED=n` and `PAIRS=n` repeat and shorten a run. */
import { fuzzShapes } from "./shapes.ts";

const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 30);
const pairs = Number(process.env["PAIRS"] ?? 100_000);
const report = fuzzShapes(seed, pairs);
const { compatible, incompatible, unknown } = report.verdicts;
console.log(`seed ${seed}, ${report.pairs} pairs: ${compatible} compatible, ${incompatible} incompatible, ${unknown} unknown`);
for (const [what, list] of [
  ["unsound verdicts", report.unsound],
  ["unexplained refusals", report.refused],
  ["wrong witnesses", report.wrongWitnesses],
  ["unexplained unknowns", report.undecided],
] as const) {
  console.log(`${list.length} ${what}${list.length === 0 ? "" : `:\n  ${list.slice(0, 20).join("\n  ")}`}`);
}
console.log(`${report.explained} refusals since a name of an enum has another value, or since the type has no values`);
if (report.unsound.length > 0 || report.refused.length + report.wrongWitnesses.length >= report.pairs / 1000) process.exitCode = 1;
