/**
 * `npm run chaos`: the chat under traffic, while it is upgraded, downgraded, restarted, moved, killed and cut off at random. Prints a report that
 * accounts for everything, and exits with 1 if anything was lost. `SEED=7 npm run chaos -- --operations 200` repeats a run.
 */
import { parseArgs } from "node:util";
import { formatRan, formatReport } from "./chaos/report.ts";
import { runChaos } from "./chaos/run-chaos.ts";

const { values } = parseArgs({ options: { operations: { type: "string", default: "200" } } });
const operations = Number(values.operations);
const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isInteger(operations) || operations < 1 || !Number.isInteger(seed)) {
  console.error("--operations and SEED are whole numbers.");
  process.exit(2);
}
// What was begun ends with this process: the application notices that its parent is gone.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
console.log(`SEED=${seed} npm run chaos -- --operations ${operations}`);
const report = await runChaos(seed, operations, (ran) => console.log(formatRan(ran)));
console.log(formatReport(report, operations));
// Not in order: after a fault, questions from outside may still be open.
process.exit(report.faults.length === 0 ? 0 : 1);
