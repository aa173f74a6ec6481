/** An instance in the state has the methods of the version that made it. */
import type { Finding, Rule } from "../rule.ts";
import { type Held, heldBy, heldInStates } from "../held-values.ts";

export const classInstanceInState: Rule = {
  id: "class-instance-in-state",
  severity: "warning",
  group: "old-code",
  description:
    "The state holds an instance of a class of the project, which keeps the methods of the class as it was when the instance was made.",
  *check({ modules }): Iterable<Finding> {
    for (const held of heldInStates(modules, "classInstance")) yield finding(held);
  },
};

function finding(held: Held): Finding {
  const { path, shape } = held;
  const name = shape.kind === "class" ? shape.class : "";
  return {
    rule: classInstanceInState.id,
    severity: classInstanceInState.severity,
    ...heldBy(held),
    message:
      `\`${path}\` holds an instance of the class \`${name}\`. As soon as the text of \`${name}\` changes, an upgrade leaves the instances that lie in states with the methods of the old version, ` +
      `lacking what its new constructor would give them, and no longer \`instanceof ${name}\`. Keep plain data in the state and write functions that take it; or make the instances anew in \`codeChange\` whenever the class changes.`,
    related:
      shape.kind === "class" && shape.declared !== undefined ? [{ ...shape.declared, message: `\`${name}\` is declared here.` }] : [],
    fixes: [],
  };
}
