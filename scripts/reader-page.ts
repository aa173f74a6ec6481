/** A rule's page as its users read it: without the cases that only its test needs, and with words for what the blocks of code are. */
import type { Rule } from "../server/src/analysis/rule.ts";

export function readerPage(rule: Rule, page: string): string {
  const [said = "", examples = ""] = page.replace(/^## More cases\n[^]*/m, "").split(/^(?=## Examples$)/m);
  const [title = "", description = "", ...rest] = said.split("\n\n");
  const whole = [title, description, factsLine(rule, page), ...rest].join("\n\n") + examples.replaceAll(/^```(\w*)(.*)$/gm, fence);
  return `${generatedMark(`server/src/analysis/rules/${rule.id}.md`)}\n\n${whole.trimEnd()}\n\n[All rules](README.md)\n`;
}

export function generatedMark(from: string): string {
  return `<!-- Written by npm run generate, from ${from}. -->`;
}

/** Whether the page shows what a fix makes. */
export function isFixable(page: string): boolean {
  return /^```\w+ fixed\b/m.test(page);
}

function factsLine({ severity, presets = {} }: Rule, page: string): string {
  const raised = Object.entries(presets).map(([preset, to]) => `${to} under the preset \`${preset}\``);
  return [`Severity: ${[severity, ...raised].join("; ")}.`, ...(isFixable(page) ? ["Has a fix."] : [])].join(" ");
}

/** The page's fences say to its test what a block is. */
function fence(_: string, language: string, words: string): string {
  const file = /\bfile=(\S+)/.exec(words)?.[1];
  if (file === undefined) return `\`\`\`${language}`;
  const when = /\b(old|new|fixed|released)\b/.exec(words)?.[1];
  const what = { old: ", as it was released", new: "", released: "", fixed: ", as the fix leaves it" }[when ?? "new"];
  return `\`${file}\`${what}:\n\n\`\`\`${language}`;
}
