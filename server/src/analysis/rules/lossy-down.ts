/** A step that sets a field anew which both versions have. */
import type { ModuleFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { untakenFields } from "../step-types.ts";

export const lossyDown: Rule = {
  id: "lossy-down",
  severity: "warning",
  group: "code-change",
  presets: { rollback: "error" },
  description: "The way back of a step sets a field anew that both versions have, and loses what is there.",
  proof: true,
  *checkModule(facts: ModuleFacts): Iterable<Finding> {
    const { module, source } = facts;
    for (const step of source.steps) {
      const lost = untakenFields(facts, step, "down");
      if (lost.length === 0 || step.from === null) continue;
      const names = lost.map((name) => `\`${name}\``).join(", ");
      yield {
        rule: lossyDown.id,
        severity: lossyDown.severity,
        module: module.id,
        items: lost.map((name) => `State.${name}`),
        file: module.file,
        range: step.range,
        message:
          `\`codeChange[${step.from}].down\` of \`${module.id}\` sets ${names} anew, and does not take what is there: versions ${step.from} and ${step.from + 1} both have ${lost.length === 1 ? "that field" : "these fields"}, and the type that the step is declared to take has not. ` +
          `A rollback loses what processes hold there, after an upgrade that went wrong already. Take ${names} and carry ${lost.length === 1 ? "it" : "them"} back.`,
        related: [],
        fixes: [],
      };
    }
  },
};
