/** A function in the state is old code that no upgrade reaches. */
import type { Finding, Rule } from "../rule.ts";
import { type Held, heldBy, heldInStates } from "../held-values.ts";
import { type Hidden, hiddenInStates } from "../hidden-values.ts";
import { typeText } from "../type-text.ts";

export const functionInState: Rule = {
  id: "function-in-state",
  severity: "error",
  group: "old-code",
  description: "The state holds a function, which stays the old version's code for as long as the process lives.",
  *check({ modules, bodies }): Iterable<Finding> {
    for (const held of heldInStates(modules, "function", "foreignFunction")) yield finding(held);
    for (const hidden of hiddenInStates(modules, bodies, "function")) yield assigned(hidden);
  },
};

function finding(held: Held): Finding {
  const { path, shape, sort } = held;
  return {
    rule: functionInState.id,
    severity: sort === "function" ? functionInState.severity : "warning",
    ...heldBy(held),
    message:
      sort === "function"
        ? `\`${path}\` is a function (\`${typeText(shape)}\`) in the state. ${why}`
        : `\`${path}\` is of a type that another package declares with functions in it. If they are functions of that package, no upgrade touches them; functions of this project would stay the old version's, and which they are the type does not say. ` +
          `Keep what the object is made from in the state, and make it where it is used, or accept it with a reason.`,
    related: [],
    fixes: [],
  };
}

function assigned({ facts: { module }, path, type, range }: Hidden): Finding {
  return {
    rule: functionInState.id,
    severity: functionInState.severity,
    module: module.id,
    file: module.file,
    range,
    message: `\`${path}\` gets a function here, which its type (\`${type}\`) does not say. ${why}`,
    related: [],
    fixes: [],
  };
}

const why =
  "A function cannot be replaced where it is held: after an upgrade the process goes on calling the old version's, and that version can never be unloaded. " +
  "Keep data that says what to do, such as a name, and look the function up when it is called, or keep a reference by mfa(…); to reach another process, keep its pid.";
