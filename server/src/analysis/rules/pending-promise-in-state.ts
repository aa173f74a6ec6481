/** What lies in the state and goes on running is code of the version that began it. */
import type { Finding, Rule } from "../rule.ts";
import { type Held, heldBy, heldInStates } from "../held-values.ts";
import { shortTypeText } from "../type-text.ts";

export const pendingPromiseInState: Rule = {
  id: "pending-promise-in-state",
  severity: "error",
  group: "old-code",
  description:
    "The state holds a promise, a generator or an abort controller: something that the old version's code began and goes on with.",
  *check({ modules }): Iterable<Finding> {
    for (const held of heldInStates(modules, "pending", "abort")) yield finding(held);
  },
};

function finding(held: Held): Finding {
  const { path, shape, sort } = held;
  const type = shape.kind === "builtin" ? ` (\`${shortTypeText(shape)}\`)` : "";
  return {
    rule: pendingPromiseInState.id,
    severity: sort === "pending" ? pendingPromiseInState.severity : "warning",
    ...heldBy(held),
    message:
      sort === "pending"
        ? `\`${path}\` holds something that is still to come${type}. The old version's code began it and goes on with it after an upgrade, what it gives is what the old version gave, and no step of \`codeChange\` can look into it. ` +
          `Keep in the state what was asked for, such as an id, have the result come as a message to oneself (\`self.pid.cast(…)\`), and ask again where it does not come.`
        : `\`${path}\` holds what aborts something${type}. Whatever listens to it is code of the version that began it, and no step of \`codeChange\` can carry that over. ` +
          `Keep in the state what was begun, such as an id, and abort what runs in \`terminate\` or before the upgrade.`,
    related: [],
    fixes: [],
  };
}
