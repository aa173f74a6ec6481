/** What the analysis has against an upgrade: one judgement for the command line and the editor. */
import type { Finding } from "../analysis/rule.ts";

/** The findings at error level that concern these modules. What concerns no module in particular stands against every upgrade. */
export function blockingFindings(findings: readonly Finding[], ids: readonly string[]): Finding[] {
  return findings.filter(
    ({ severity, module, modules }) =>
      severity === "error" && (module === null || [module, ...(modules ?? [])].some((id) => ids.includes(id))),
  );
}
