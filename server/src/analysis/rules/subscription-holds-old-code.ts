/** Whoever is listened to keeps the listener, and knows nothing of upgrades. */
import type { BodyFact } from "../bodies/collectors.ts";
import type { ProjectFacts } from "../facts.ts";
import { loadedBy, targetsOf } from "../loaded-files.ts";
import type { Finding, Rule } from "../rule.ts";

export const subscriptionHoldsOldCode: Rule = {
  id: "subscription-holds-old-code",
  severity: "warning",
  group: "old-code",
  description:
    "Something outside of the project's own modules is told to call a function of a module that upgrades replace, and goes on calling it as it was.",
  *check(project): Iterable<Finding> {
    for (const { file, facts } of project.bodies.all("subscriptions")) {
      const modules = loadedBy(project, file);
      if (modules.length === 0) continue;
      for (const subscription of facts) if (isEmitter(project, file, subscription)) yield finding(file, subscription, modules);
    }
  },
};

type Subscription = BodyFact<"subscriptions">;

/** What another file exports is looked up there. */
function isEmitter({ bodies }: ProjectFacts, file: string, { elsewhere }: Subscription): boolean {
  return elsewhere === null || targetsOf(file, elsewhere.from).some((target) => bodies.of("emitters", target).includes(elsewhere.name));
}

function finding(file: string, { text, range }: Subscription, modules: readonly string[]): Finding {
  return {
    rule: subscriptionHoldsOldCode.id,
    severity: subscriptionHoldsOldCode.severity,
    module: modules[0] ?? null,
    ...(modules.length > 1 ? { modules } : {}),
    file,
    range,
    message:
      `\`${text}\` is given a function of this module, and goes on calling it as it was after an upgrade. The new version does not know that somebody listens; if it subscribes as well, both are called, and the old code is never unloaded. ` +
      `Have the listener do nothing but send a message, \`(…) => self.pid.cast("…", …)\`, so that whatever code is current handles it; or take it back before the function returns.`,
    related: [],
    fixes: [],
  };
}
