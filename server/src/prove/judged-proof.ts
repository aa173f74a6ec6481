/** What is left of a proof's findings after the project has had its say, as of all others: its configuration, and comments in the sources. */
import type { Configuration } from "../analysis/configuration.ts";
import { configured } from "../analysis/configured.ts";
import type { Finding } from "../analysis/rule.ts";
import { suppressionsIn } from "../analysis/suppressions.ts";
import type { Proof, ProofFinding } from "./report.ts";

export function judgedProof(proof: Proof, root: string, config: Configuration, readFile: (file: string) => string | undefined): Proof {
  return { ...proof, findings: proof.findings.flatMap((finding) => judged(finding, root, config, readFile)) };
}

function judged(
  finding: ProofFinding,
  root: string,
  config: Configuration,
  readFile: (file: string) => string | undefined,
): readonly ProofFinding[] {
  const { rule, module, file, line, column, counterExample } = finding;
  const path = counterExample?.path ?? null;
  const isAccepted = config.acceptedBreaks.some(
    (entry) => entry.rule === rule && entry.module === module && (entry.item === null || entry.item === path),
  );
  const source = isAccepted ? undefined : readFile(file);
  const isMeant = suppressionsIn(source ?? "").some((each) => each.line === line && each.ids.some(({ id }) => id === rule));
  if (isAccepted || isMeant) return [];
  const place = { line, column };
  const asOthers: Finding = { ...finding, range: { start: place, end: place }, related: [], fixes: [] };
  const weighed = configured(asOthers, undefined, config, root);
  return weighed === undefined ? [] : [{ ...finding, severity: weighed.severity }];
}
