/**
 * `npm run fuzz:shapes`: 100,000 random pairs of shapes; `SEED=n` and `PAIRS=n` repeat and shorten a run. With `-- --packages`, instead, the
 * types of all packages in `node_modules`, 60 of each, or all those of the packages that are named after it.
 */
import { readPackage, typedPackages } from "./packages.ts";
import { fuzzShapes } from "./shapes.ts";

const at = process.argv.indexOf("--packages");
process.exitCode = (at < 0 ? runPairs() : runPackages(process.argv.slice(at + 1))) ? 0 : 1;

function runPackages(names: readonly string[]): boolean {
  let problems = 0;
  let nodes = 0;
  const causes = new Map<string, number>();
  for (const name of names.length > 0 ? names : typedPackages()) {
    const report = readPackage(name, names.length > 0 ? Infinity : 60);
    const unknowns = Object.entries(report.unknowns).map(([why, count]) => `${count} ${why}`);
    const slowest = report.types === 0 ? "" : `, slowest ${report.slowest.type} ${Math.round(report.slowest.ms)} ms`;
    console.log(
      `${name}: ${report.types} types, ${report.nodes} shapes, unknown: ${unknowns.join(", ") || "none"}; ${Math.round(report.ms)} ms${slowest}`,
    );
    for (const problem of report.problems.slice(0, 10)) console.log(`  ${problem}`);
    problems += report.problems.length;
    nodes += report.nodes;
    for (const [why, count] of Object.entries(report.unknowns)) causes.set(why, (causes.get(why) ?? 0) + count);
  }
  const said: Readonly<Record<string, string>> = {
    any: "are `any`",
    "written so": "are `unknown` in the source",
    parameter: "are type parameters of functions",
    endless: "are cut off, since the type never ends",
    unresolved: "do not resolve",
  };
  console.log(`${nodes} shapes, of which say nothing:`);
  for (const [why, count] of [...causes].toSorted(([, one], [, other]) => other - one)) console.log(`  ${count} ${said[why] ?? why}`);
  console.log(`${problems} problems`);
  return problems === 0;
}

function runPairs(): boolean {
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
  return !(report.unsound.length > 0 || report.refused.length + report.wrongWitnesses.length >= report.pairs / 1000);
}
