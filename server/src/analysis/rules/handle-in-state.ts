/** A socket, a stream or a connection belongs to the process of the operating system that opened it. */
import type { Finding, Rule } from "../rule.ts";
import { type Held, heldBy, heldInStates } from "../held-values.ts";
import { shortTypeText } from "../type-text.ts";

export const handleInState: Rule = {
  id: "handle-in-state",
  severity: "info",
  group: "old-code",
  description: "The state holds a socket, a stream, a worker or a connection, which survives a hot upgrade and nothing else.",
  *check({ modules }): Iterable<Finding> {
    for (const held of heldInStates(modules, "handle")) yield finding(held);
  },
};

function finding(held: Held): Finding {
  const { path, shape } = held;
  const type = shape.kind === "builtin" ? `a \`${shortTypeText(shape)}\`` : "something that has to be closed";
  return {
    rule: handleInState.id,
    severity: handleInState.severity,
    ...heldBy(held),
    message:
      `\`${path}\` holds ${type}. A hot upgrade leaves it as it is, with the listeners that the old version's code gave it. A restart of the actor or a blue-green deployment cannot carry it over: what it is connected to has to be opened again. ` +
      `Give it an actor of its own that opens it in \`init\` and closes it in \`terminate\`, and let others keep that actor's pid.`,
    related: [],
    fixes: [],
  };
}
