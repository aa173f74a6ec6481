/** What the project's configuration says and nobody understands would be taken for granted by whoever wrote it. */
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const configurationInvalid: Rule = {
  id: "configuration-invalid",
  severity: "error",
  group: "project",
  description: "The configuration of Instar says something that does not exist.",
  *check({ config }: ProjectFacts): Iterable<Finding> {
    for (const { file, text, range } of config.problems) {
      yield {
        rule: configurationInvalid.id,
        severity: configurationInvalid.severity,
        module: null,
        file,
        range,
        message: `The configuration of Instar is wrong here: ${text} In the editor, the rest of it counts; the command line refuses to judge by half a configuration.`,
        related: [],
        fixes: [],
      };
    }
  },
};
