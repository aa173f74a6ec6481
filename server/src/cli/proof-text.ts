/** What `instar prove` found, as people read it and as programs do. */
import type { Range } from "../analysis/span.ts";
import type { Proof, ProofFinding } from "../prove/report.ts";
import { excerpt } from "./format-text.ts";
import { fromHere, fromRoot } from "./project.ts";
import { colors, count } from "./terminal.ts";

/** Its form is published: fields are added, never renamed. */
export function proofJson(root: string, { seed, runs, modules, findings }: Proof): unknown {
  const of = (severity: ProofFinding["severity"]): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    version: 1,
    seed,
    runs,
    modules: modules.map((module) => ({ ...module, file: fromRoot(root, module.file) })),
    findings: findings.map(({ line, column, counterExample, ...finding }) => ({
      ...finding,
      file: fromRoot(root, finding.file),
      range: rangeAt(line, column),
      counterExample,
    })),
    summary: { errors: of("error"), warnings: of("warning"), infos: of("info") },
  };
}

export function proofText(proof: Proof, readFile: (file: string) => string | undefined): string {
  const rank = { error: 0, warning: 1, info: 2 };
  const findings = proof.findings.toSorted((one, other) => rank[one.severity] - rank[other.severity]);
  return [...findings.map((finding) => findingText(finding, readFile(finding.file))), ...standInLines(proof), summaryText(proof)].join(
    "\n",
  );
}

function findingText({ rule, severity, file, line, column, message, counterExample }: ProofFinding, source: string | undefined): string {
  const color = { error: colors.red, warning: colors.yellow, info: colors.blue }[severity];
  const lines = [`${colors.bold(`${fromHere(file)}:${line}:${column}`)} ${color(severity)} ${colors.dim(rule)}`, `  ${message}`];
  if (severity !== "info" && source !== undefined) {
    lines.push("", ...excerpt(source, rangeAt(line, column)));
  }
  if (counterExample !== null && severity !== "info") {
    const { vsn, state } = counterExample;
    const steps = [{ by: `version ${vsn}`, gives: state }, ...counterExample.steps];
    const width = Math.max(...steps.map(({ by }) => by.length));
    lines.push("", ...steps.map(({ by, gives }) => `  ${colors.dim(by.padEnd(width))}  ${gives}`));
  }
  return [...lines, ""].join("\n");
}

function rangeAt(line: number, column: number): Range {
  return { start: { line, column }, end: { line, column: column + 1 } };
}

/** What was not tried for real, once for each module. */
function standInLines({ modules }: Proof): string[] {
  const lines = modules.flatMap(({ id, tried }) => {
    const all = new Map(tried.flatMap(({ standIns }) => standIns.map(({ path, what }) => [path, what])));
    return all.size === 0 ? [] : [`${id}: stood in for ${[...all].map(([path, what]) => `${path} (${what})`).join(", ")}.`];
  });
  return lines.length === 0 ? [] : [...lines, ""];
}

function summaryText({ seed, modules, findings }: Proof): string {
  if (modules.length === 0) return "No actor module here has a codeChange.";
  const tried = modules.flatMap((module) => module.tried);
  const states = tried.reduce((sum, trial) => sum + trial.states, 0);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  const saved = tried.reduce((sum, trial) => sum + (trial.saved ?? 0), 0);
  const where = `${count(states, "state")}${saved === 0 ? "" : `, and ${saved} that live processes had,`} of ${count(modules.length, "module")}`;
  const repeat = colors.dim(`Seed ${seed}: the same states again with --seed ${seed}.`);
  if (states + saved === 0 && errors + warnings === 0) return "Nothing could be tried.";
  if (errors + warnings === 0) return `${colors.green("No counter-example")} in ${where}. ${repeat}`;
  const found = [
    ...(errors > 0 ? [colors.red(count(errors, "error"))] : []),
    ...(warnings > 0 ? [colors.yellow(count(warnings, "warning"))] : []),
  ];
  return `${found.join(", ")} in ${where}. ${repeat}`;
}
