/** Without the project's own settings, types may resolve to something else than they are. */
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const configNotRead: Rule = {
  id: "config-not-read",
  severity: "warning",
  group: "project",
  description: "The project's `tsconfig.json` cannot be read, so strict defaults are assumed.",
  *check({ configProblems }: ProjectFacts): Iterable<Finding> {
    for (const { file, text, range } of configProblems) {
      yield {
        rule: configNotRead.id,
        severity: configNotRead.severity,
        module: null,
        file,
        range,
        message: `This configuration cannot be read: ${text} Strict defaults are assumed instead, so types that depend on its \`paths\` or \`lib\` are not seen as they are. Correct it.`,
        related: [],
        fixes: [],
      };
    }
  },
};
