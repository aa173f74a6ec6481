/** A file that does not parse is analyzed as far as it can be understood. */
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const syntaxError: Rule = {
  id: "syntax-error",
  severity: "error",
  group: "project",
  description: "A file that has to do with actors does not parse.",
  *check({ modules, readings }: ProjectFacts): Iterable<Finding> {
    for (const { file, syntax } of readings) {
      if (syntax === null) continue;
      yield {
        rule: syntaxError.id,
        severity: syntaxError.severity,
        module: modules.find(({ module }) => module.file === file)?.module.id ?? null,
        file,
        range: syntax.range,
        message: `This file does not parse: ${syntax.text} Until it does, what Instar says of it covers only the parts that can be read, and it cannot be built or upgraded. Correct the syntax.`,
        related: [],
        fixes: [],
      };
    }
  },
};
