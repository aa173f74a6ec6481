/** The index of all rules: by group, with their weight, presets and fixes, and with what each will, may and cannot detect. */
import { groups, type Rule } from "../server/src/analysis/rule.ts";
import { generatedMark, isFixable } from "./reader-page.ts";

interface Room {
  readonly rule: Rule;
  readonly page: string;
}

export function ruleIndex(rooms: readonly Room[]): string {
  const present = Object.entries(groups).flatMap(([group, title]) => {
    const own = rooms.filter(({ rule }) => rule.group === group);
    return own.length === 0 ? [] : [{ title, own }];
  });
  return `${generatedMark("the rules and their pages")}

# Rules

Each rule finds one way in which an upgrade goes wrong. A severity in the configuration replaces the one that is shown here, and a preset
raises some of them: \`rolling\` where old and new versions run side by side, \`rollback\` where a way back is needed. Where a preset stands
without a severity, it changes what some of the findings weigh, and the page says how. A rule with a fix shows in its page what the fix makes. \`instar explain <id>\` prints a rule's page.
${present.map(({ title, own }) => `\n## ${title}\n\n${rulesTable(own)}\n`).join("")}
## What is detected

An *error* is certain. What the types cannot decide is a *warning*, or is not said at all.
${present.map(({ title, own }) => `\n### ${title}\n\n${limitsTable(own)}\n`).join("")}`;
}

function rulesTable(rooms: readonly Room[]): string {
  const rows = rooms.map(({ rule, page }) => {
    return [link(rule), rule.description, rule.severity, presetsOf({ rule, page }).join(", "), isFixable(page) ? "yes" : ""];
  });
  return table(["Rule", "What it finds", "Severity", "Presets", "Fix"], rows);
}

/** A rule of which a preset weighs only a part says that in its page. */
function presetsOf({ rule: { presets = {} }, page }: Room): readonly string[] {
  return (["rolling", "rollback"] as const).flatMap((preset) => {
    const severity = presets[preset];
    return severity === undefined ? (page.includes(`\`${preset}\``) ? [preset] : []) : [`${preset}: ${severity}`];
  });
}

function limitsTable(rooms: readonly Room[]): string {
  const rows = rooms.map(({ rule, page }) => [
    link(rule),
    ...["Will detect", "May detect", "Cannot detect"].map(
      (what) => new RegExp(`^- ${what}: ([^]*?)(?=\\n- |\\n\\n)`, "m").exec(page)?.[1] ?? "",
    ),
  ]);
  return table(["Rule", "Will detect", "May detect", "Cannot detect"], rows);
}

function link({ id }: Rule): string {
  return `[${id}](${id}.md)`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
