/** A file that does not parse is analyzed as far as it can be understood. */
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { rangeIn } from "../source-place.ts";
import { ts } from "../typescript.ts";

export const syntaxError: Rule = {
  id: "syntax-error",
  severity: "error",
  description: "A file that has to do with actors does not parse.",
  *check({ broken, modules, program }: ProjectFacts): Iterable<Finding> {
    for (const source of broken) {
      const [first] = program.getSyntacticDiagnostics(source);
      if (first === undefined) continue;
      const start = Math.min(first.start, source.text.length);
      yield {
        rule: syntaxError.id,
        severity: syntaxError.severity,
        module: modules.find(({ module }) => module.file === source.fileName)?.module.id ?? null,
        file: source.fileName,
        range: rangeIn(source, start, Math.min(start + Math.max(first.length, 1), source.text.length)),
        message: `This file does not parse: ${ts.flattenDiagnosticMessageText(first.messageText, " ")} Until it does, what Instar says of it covers only the parts that can be read, and it cannot be built or upgraded. Correct the syntax.`,
        related: [],
        fixes: [],
      };
    }
  },
};
