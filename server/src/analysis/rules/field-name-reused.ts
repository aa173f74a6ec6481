/** A name that meant something else once finds what it meant in states that were never cleaned of it. */
import { causesOf } from "../causes.ts";
import type { Difference } from "../compare.ts";
import { affected, changesText, concerned, subject } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { modulesWith } from "../of-modules.ts";
import type { Finding, Rule } from "../rule.ts";
import { isMissing } from "./state-changed-no-code-change.ts";

export const fieldNameReused: Rule = {
  id: "field-name-reused",
  severity: "warning",
  group: "state",
  description: "A field that was removed in an earlier version comes back as an optional one of another type.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    // Where no step is there, the rule that asks for one says it.
    const stepped = modulesWith(modules, isStepped);
    for (const cause of causesOf(stepped, reusedIn, modules)) {
      const [first] = cause.differences;
      const name = first?.field?.name ?? "";
      yield {
        rule: fieldNameReused.id,
        severity: fieldNameReused.severity,
        ...concerned(cause),
        ...cause.place,
        message:
          `${subject(cause)} has a name that meant something else before: ${changesText(cause.differences)}. ` +
          `A step that copies the old state (\`{ ...old }\`) carries that along, and the new code takes it for what \`${name}\` means now. ` +
          `Call the field something else, or set it in \`up\`: \`{ ...old, ${name}: undefined }\`.`,
        related: affected(cause),
        fixes: [],
      };
    }
  },
};

function isStepped(facts: ModuleFacts): boolean {
  return !facts.unresolved && !isMissing(facts) && reusedIn(facts).length > 0;
}

/** A field that has to be there is set by the step, or the step would not compile. */
function reusedIn({ state }: ModuleFacts): readonly Difference[] {
  return state.changes.filter(({ kind, reused }) => reused !== undefined && kind === "optionalFieldAdded");
}
