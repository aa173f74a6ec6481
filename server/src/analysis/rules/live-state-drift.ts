/** A running system holds states that its own types do not describe: whatever is concluded from the types does not hold for them. */
import type { ModuleFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

/** Named in the message; the others are many of a kind. */
const shown = 3;

export const liveStateDrift: Rule = {
  id: "live-state-drift",
  severity: "error",
  group: "state",
  description: "A process of the running system holds a state that is not what the type of its version says.",
  *checkModule(facts): Iterable<Finding> {
    const { module, drift } = facts;
    if (drift === null) return;
    yield {
      rule: liveStateDrift.id,
      severity: liveStateDrift.severity,
      module: module.id,
      file: module.file,
      range: module.ranges.state ?? module.ranges.actor,
      message: messageOf(facts, drift),
      related: [],
      fixes: [],
    };
  },
};

function messageOf({ module, baseline }: ModuleFacts, { name, checked, drifts, states }: NonNullable<ModuleFacts["drift"]>): string {
  const named = states.slice(0, shown).map((each) => `${each.name === null ? each.pid : `${each.name} ${each.pid}`} (${each.message})`);
  const more = drifts - named.length;
  const version = baseline === null ? "the version that it runs" : `version ${baseline.vsn}`;
  return (
    `${drifts} of ${checked} live states of \`${module.id}\` in ${name} are not what ${version} says: ${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}. ` +
    "A cast in a step or a handler made them, and steps and handlers that trust the type go wrong on them. " +
    "Restart these processes, or write a step that repairs what it finds."
  );
}
