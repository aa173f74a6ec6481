/** What has `#private` names cannot be copied, and cannot be given another class. */
import type { ProjectFacts } from "../facts.ts";
import { plainData } from "../plain-data.ts";
import type { Finding, Rule } from "../rule.ts";
import { type Held, heldBy, heldInStates } from "../held-values.ts";

export const privateFieldInState: Rule = {
  id: "private-field-in-state",
  severity: "error",
  group: "old-code",
  description:
    "The state holds an instance of a class with `#private` names, which only the version of the class that made the instance can use.",
  *check(project): Iterable<Finding> {
    const { modules } = project;
    for (const held of heldInStates(modules, "privateFields")) yield finding(held, project);
  },
};

function finding(held: Held, project: ProjectFacts): Finding {
  const { path, shape } = held;
  const name = shape.kind === "class" ? shape.class : "";
  const field = shape.kind === "class" ? shape.fields.find((each) => each.name.startsWith("#")) : undefined;
  return {
    rule: privateFieldInState.id,
    severity: privateFieldInState.severity,
    ...heldBy(held),
    message:
      `\`${path}\` holds an instance of the class \`${name}\`, which has \`${field?.name ?? "#"}\`. Only the version of the class that made an instance can reach its private names: after an upgrade of the class, ` +
      `methods of the new one throw a TypeError on it, and neither a rehearsal nor a step of \`codeChange\` can work on a copy. Keep plain data in the state, or write the names without \`#\`.`,
    related: field?.declared === undefined ? [] : [{ ...field.declared, message: `\`${field.name}\` is declared here.` }],
    fixes: plainData(held, project),
  };
}
