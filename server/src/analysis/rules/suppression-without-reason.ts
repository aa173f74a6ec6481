/** Whoever reads a suppression has to know whether it still holds, and the finding itself is out of sight. */
import { worse } from "../configured.ts";
import type { Finding, Review, Rule } from "../rule.ts";

export const suppressionWithoutReason: Rule = {
  id: "suppression-without-reason",
  severity: "warning",
  group: "project",
  description: "A finding is suppressed, and nobody says why.",
  *review({ suppressions }: Review): Iterable<Finding> {
    for (const { file, suppression, hidden } of suppressions) {
      const { range, reason, whole } = suppression;
      if (reason !== null || hidden.length === 0) continue;
      const severity = hidden.map((each) => each.severity).reduce(worse);
      const names = [...new Set(hidden.map(({ rule }) => rule))].join(", ");
      yield {
        rule: suppressionWithoutReason.id,
        severity,
        module: hidden[0]?.module ?? null,
        file,
        range,
        message: `This comment hides ${severity === "info" ? "an info" : severity === "error" ? "an error" : "a warning"} (${names}) and does not say why, so it weighs as much itself. Write the reason behind a colon, for whoever has to decide whether it still holds.`,
        related: [],
        fixes: [{ title: "Remove the suppression", preferred: false, questions: [], edits: () => [{ file, range: whole, newText: "" }] }],
      };
    }
  },
};
