/** An instance in the state has the methods of the version that made it. */
import type { ProjectFacts } from "../facts.ts";
import { plainData } from "../plain-data.ts";
import type { Finding, Rule } from "../rule.ts";
import { type Held, heldBy, heldInStates } from "../held-values.ts";
import { type Hidden, hiddenInStates } from "../hidden-values.ts";

export const classInstanceInState: Rule = {
  id: "class-instance-in-state",
  severity: "warning",
  group: "old-code",
  description:
    "The state holds an instance of a class of the project, which keeps the methods of the class as it was when the instance was made.",
  *check(project): Iterable<Finding> {
    const { modules, bodies } = project;
    for (const held of heldInStates(modules, "classInstance")) yield finding(held, project);
    for (const hidden of hiddenInStates(modules, bodies, "instance")) yield assigned(hidden);
  },
};

function finding(held: Held, project: ProjectFacts): Finding {
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
    fixes: plainData(held, project),
  };
}

function assigned({ facts: { module }, path, type, range }: Hidden): Finding {
  return {
    rule: classInstanceInState.id,
    severity: classInstanceInState.severity,
    module: module.id,
    items: [path],
    file: module.file,
    range,
    message:
      `\`${path}\` gets an instance of a class of the project here, which its type (\`${type}\`) does not say. As soon as the text of that class changes, an upgrade leaves the instances that lie in states with the methods of the old version. ` +
      `Keep plain data in the state and write functions that take it; or make the instances anew in \`codeChange\` whenever the class changes.`,
    related: [],
    fixes: [],
  };
}
