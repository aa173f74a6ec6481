/** The rules' pages, read from disk when asked for: beside the analysis in a checkout, in `rules/` beside the bundle in the published package. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The ids of all rules that have a page, sorted. */
export function ruleIds(): readonly string[] {
  const folder = pagesFolder();
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => /^[a-z-]+\.md$/.test(name))
    .map((name) => name.slice(0, -".md".length))
    .toSorted();
}

/** A rule's page as markdown; undefined where there is none. */
export function readRulePage(id: string): string | undefined {
  const folder = pagesFolder();
  return folder !== undefined && ruleIds().includes(id) ? readFileSync(`${folder}/${id}.md`, "utf8") : undefined;
}

/** A page's second paragraph, which says in one sentence what the rule finds. */
export function ruleDescription(page: string): string {
  return (page.split(/\r?\n\r?\n/)[1] ?? "").replaceAll(/\s+/g, " ").trim();
}

function pagesFolder(): string | undefined {
  return ["./rules", "../analysis/rules"].map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
}
