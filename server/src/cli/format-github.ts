/** Findings as workflow commands, which GitHub Actions shows beside the changed lines. */
import type { Analyzed } from "../analysis/model.ts";
import { slashed } from "../project-root.ts";
import { relative } from "node:path";

const commands = { error: "error", warning: "warning", info: "notice" } as const;

/** One command for each finding. Paths are from the root of the checkout, `GITHUB_WORKSPACE`, or else from the current folder. */
export function workflowCommands(analyzed: Analyzed): string[] {
  const base = process.env["GITHUB_WORKSPACE"] || process.cwd();
  return analyzed.findings.map(({ severity, file, range, rule, message }) => {
    const properties = {
      file: slashed(relative(base, file)),
      line: range.start.line,
      endLine: range.end.line,
      // GitHub takes columns only where the range is on one line.
      ...(range.start.line === range.end.line ? { col: range.start.column, endColumn: range.end.column } : {}),
      title: `instar ${rule}`,
    };
    const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
    return `::${commands[severity]} ${list.join(",")}::${escapeData(message)}`;
  });
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
