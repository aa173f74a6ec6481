/** `instar explain <rule>`: the rule's page. */
import { type Command, Option } from "commander";
import { UsageError } from "./exit.ts";
import { renderMarkdown } from "./markdown.ts";
import { closest } from "./project.ts";
import { readRulePage, ruleDescription, ruleIds } from "./rule-pages.ts";
import { print, printJson } from "./terminal.ts";

export function registerExplain(program: Command): void {
  program
    .command("explain")
    .description("a rule's page: what it finds, why, what to do")
    .argument("<rule>", "the id that a finding shows")
    .addOption(new Option("--format <format>", "how the page is printed").choices(["text", "json"]).default("text"))
    .action((rule: string, { format }: { format: string }) => {
      const page = readRulePage(rule);
      if (page === undefined) {
        const ids = ruleIds();
        const near = closest(rule, ids);
        throw new UsageError(
          `There is no rule ${rule}. ${near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Rules: ${ids.join(", ")}.`}`,
        );
      }
      if (format === "json") printJson({ version: 1, rule, description: ruleDescription(page), page });
      else print(renderMarkdown(page));
    });
}
