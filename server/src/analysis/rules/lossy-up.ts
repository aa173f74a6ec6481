/** A step that sets a field anew which both versions have. */
import type { ModuleFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { untakenFields } from "../step-types.ts";

export const lossyUp: Rule = {
  id: "lossy-up",
  severity: "warning",
  group: "code-change",
  description: "A step of `codeChange` sets a field anew that both versions have, and loses what is there.",
  *checkModule(facts: ModuleFacts): Iterable<Finding> {
    const { module, source } = facts;
    for (const step of source.steps) {
      const lost = untakenFields(facts, step, "up");
      if (lost.length === 0 || step.from === null) continue;
      const names = lost.map((name) => `\`${name}\``).join(", ");
      yield {
        rule: lossyUp.id,
        severity: lossyUp.severity,
        module: module.id,
        items: lost.map((name) => `State.${name}`),
        file: module.file,
        range: step.range,
        message:
          `\`codeChange[${step.from}].up\` of \`${module.id}\` sets ${names} anew, and does not take what is there: versions ${step.from} and ${step.from + 1} both have ${lost.length === 1 ? "that field" : "these fields"}, and the type that the step is declared to take has not. ` +
          `Every process loses what it holds there when it is upgraded. Take ${names} and carry ${lost.length === 1 ? "it" : "them"} over; if a reset is meant, take ${lost.length === 1 ? "it" : "them"} all the same, so that the step shows what it drops.`,
        related: [],
        fixes: [],
      };
    }
  },
};
