/** What the configuration makes of findings: how much each weighs, and which ones nobody wants to hear of. */
import type { Configuration } from "./configuration.ts";
import { matcher } from "./globs.ts";
import { relativeTo } from "./paths.ts";
import type { Finding, Rule, Severity } from "./rule.ts";

/** @returns undefined where the configuration switches it off. */
export function configured(finding: Finding, rule: Rule | undefined, config: Configuration, root: string): Finding | undefined {
  const settings = config.rules.get(finding.rule);
  if (settings?.severity === "off" || (settings !== undefined && ignores(settings.ignore, relativeTo(root, finding.file))))
    return undefined;
  const raised = config.preset === "recommended" ? undefined : rule?.presets?.[config.preset];
  const severity = settings?.severity ?? (raised === undefined ? finding.severity : worse(raised, finding.severity));
  if (severity === finding.severity) return finding;
  const { editorSeverity } = finding;
  // What weighs less at the end weighs no more while somebody is working on it.
  return { ...finding, severity, ...(editorSeverity === undefined ? {} : { editorSeverity: lighter(editorSeverity, severity) }) };
}

const weights: readonly Severity[] = ["info", "warning", "error"];

export function worse(one: Severity, other: Severity): Severity {
  return weights.indexOf(one) > weights.indexOf(other) ? one : other;
}

function lighter(one: Severity, other: Severity): Severity {
  return worse(one, other) === one ? other : one;
}

/** By the list of globs, which is the same object as long as the configuration is. */
const matchers = new WeakMap<readonly string[], (path: string) => boolean>();

function ignores(globs: readonly string[], path: string): boolean {
  let matches = matchers.get(globs);
  if (matches === undefined) {
    matches = globs.length === 0 ? () => false : matcher(globs);
    matchers.set(globs, matches);
  }
  return matches(path);
}
