/** Findings as people read them in a terminal: place, severity, rule, message, the lines with carets under them, and what Instar can do. */
import type { Analyzed } from "../analysis/model.ts";
import type { Finding, Severity } from "../analysis/rule.ts";
import type { Range } from "../analysis/span.ts";
import { summaryJson } from "./format-json.ts";
import { fromHere } from "./project.ts";
import { colors, count } from "./terminal.ts";

/** One text for each finding, in the order of files and lines. */
export function findingsText(findings: readonly Finding[], readFile: (file: string) => string | undefined): string[] {
  return inOrder(findings).map((finding) => findingText(finding, readFile(finding.file)));
}

export function summaryLine(analyzed: Analyzed): string {
  const { errors, warnings, infos, strategy: needed, forcedBy = [] } = summaryJson(analyzed);
  const [first, ...others] = forcedBy;
  const more = others.length === 0 ? "" : `, and ${others.length === 1 ? others[0]?.module : `${others.length} more modules`}`;
  const strategy = first === undefined ? needed : `${needed}, because of ${first.module}: ${first.reason}${more}`;
  const modules = count(analyzed.modules.length, "actor module");
  if (analyzed.modules.length === 0 && analyzed.findings.length === 0)
    return 'No actor modules here: no file has a default export of actor(…) from "instar".';
  if (errors + warnings + infos === 0) return `${colors.green("No findings")} in ${modules}. Strategy: ${strategy}.`;
  const found = [
    ...(errors > 0 ? [colors.red(count(errors, "error"))] : []),
    ...(warnings > 0 ? [colors.yellow(count(warnings, "warning"))] : []),
    ...(infos > 0 ? [colors.blue(count(infos, "info"))] : []),
  ];
  return `${found.join(", ")} in ${modules}. Strategy: ${strategy}.`;
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.range.start.line - b.range.start.line ||
      a.range.start.column - b.range.start.column,
  );
}

function findingText(finding: Finding, source: string | undefined): string {
  const { start } = finding.range;
  const lines = [
    `${colors.bold(`${fromHere(finding.file)}:${start.line}:${start.column}`)} ${severityText(finding.severity)} ${colors.dim(finding.rule)}`,
    ...finding.message.split("\n").map((line) => `  ${line}`.trimEnd()),
  ];
  const also = (finding.modules ?? []).filter((id) => id !== finding.module);
  if (also.length > 0) lines.push(`  Also concerns: ${also.join(", ")}`);
  if (source !== undefined) lines.push("", ...excerpt(source, finding.range), "");
  for (const { file, range, message } of finding.related) {
    lines.push(`  ${colors.dim("see")} ${fromHere(file)}:${range.start.line}:${range.start.column} ${message}`);
  }
  // That everything can be suppressed is said once, in the documentation.
  for (const fix of finding.fixes.filter(({ suppresses }) => suppresses !== true)) {
    lines.push(`  ${colors.green(fix.preferred ? "fix:" : "or:")} ${fix.title}${fix.preferred ? colors.dim("  (instar fix)") : ""}`);
  }
  if (lines.at(-1) !== "") lines.push("");
  return lines.join("\n");
}

/** The first line of the range with the one before it, and carets under what is meant. */
export function excerpt(source: string, { start, end }: Range): string[] {
  const lines = source.split(/\r\n|[\n\r]/);
  const line = lines[start.line - 1];
  if (line === undefined) return [];
  const width = String(start.line).length;
  const numbered = (number: number, text: string): string => `  ${colors.dim(`${String(number).padStart(width)} |`)} ${text}`.trimEnd();
  const before = lines[start.line - 2];
  const from = Math.min(start.column - 1, line.length);
  const to = end.line === start.line ? Math.min(end.column - 1, line.length) : line.length;
  const [lead, meant, rest] = clipped(spread(line.slice(0, from)), spread(line.slice(from, to)), spread(line.slice(to)));
  const carets = " ".repeat(columns(lead)) + "^".repeat(Math.max(1, columns(meant)));
  return [
    ...(before === undefined || before.trim() === "" || before.length > longest ? [] : [numbered(start.line - 1, spread(before))]),
    numbered(start.line, lead + meant + rest),
    `  ${" ".repeat(width)} ${colors.dim("|")} ${colors.red(carets)}`,
  ];
}

/** Longer lines, such as generated ones, are cut around what is meant, or nobody would find it. */
const longest = 160;

function clipped(lead: string, meant: string, rest: string): readonly [string, string, string] {
  if (lead.length + meant.length + rest.length <= longest) return [lead, meant, rest];
  const [before, middle, after] = [characters(lead), characters(meant), characters(rest)];
  const shown = middle.slice(0, longest / 2);
  const head = before.length > longest / 4 ? ["…", ...before.slice(-longest / 4)] : before;
  const room = longest - head.length - shown.length;
  const cut = shown.length < middle.length || after.length > room;
  const tail = shown.length < middle.length ? [] : after.slice(0, room);
  return [head.join(""), shown.join(""), tail.join("") + (cut ? "…" : "")];
}

/** As people count them: what is drawn as one is one. */
function characters(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/** How many columns of a terminal a text takes. */
function columns(text: string): number {
  return characters(text).reduce((sum, character) => sum + (wide.test(character) || character.includes(drawnAsPicture) ? 2 : 1), 0);
}

/** Characters that terminals draw twice as wide as letters. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;

/** The selector that makes a picture of the character before it. */
const drawnAsPicture = "\uFE0F";

function severityText(severity: Severity): string {
  return { error: colors.red, warning: colors.yellow, info: colors.blue }[severity](severity);
}

/** A tab is as wide as the terminal likes; two spaces keep the carets where they belong. */
function spread(text: string): string {
  return text.replaceAll("\t", "  ");
}
