/** A timer of the platform calls a function, and functions stay those of the version that made them. */
import type { BodyFact } from "../bodies/collectors.ts";
import { loadedBy } from "../loaded-files.ts";
import type { Finding, Rule } from "../rule.ts";

export const timerHoldsOldCode: Rule = {
  id: "timer-holds-old-code",
  severity: "warning",
  group: "old-code",
  description: "A timer of the platform is given a function of a module that upgrades replace, and goes on calling it as it was.",
  *check(project): Iterable<Finding> {
    for (const { file, facts } of project.bodies.all("timers")) {
      const modules = loadedBy(project, file);
      if (modules.length > 0) for (const timer of facts.filter(isLasting)) yield finding(file, timer, modules);
    }
  },
};

type Timer = BodyFact<"timers">;

/** What a step sets it should not set at all, and that is another rule's business. */
function isLasting({ within }: Timer): boolean {
  return !Array.isArray(within) || within[0] !== "codeChange";
}

function finding(file: string, timer: Timer, modules: readonly string[]): Finding {
  const { name, range, brief, info } = timer;
  return {
    rule: timerHoldsOldCode.id,
    severity: brief ? "info" : timerHoldsOldCode.severity,
    module: modules[0] ?? null,
    ...(modules.length > 1 ? { modules } : {}),
    file,
    range,
    message: brief
      ? `\`${name}\` is given a function of this module, to be called when the code that runs now has returned. An upgrade may come in between, and then it is the old version's. ` +
        `Call it directly, or send the process a message: \`self.pid.cast(…)\`.`
      : `\`${name}\` is given a function of this module, and goes on calling it as it was after an upgrade. It works with the variables of the version that set it, and the new version does not know of it. ${endOf(timer)} ` +
        `Have the process send itself an info instead, which reaches whatever code is current: \`self.sendAfter(ms, "…")\`.`,
    related: [],
    fixes:
      info === null
        ? []
        : [
            {
              title: "Have the process send itself an info",
              // What runs later works on the state as it is then, and waits its turn: that is for a person to judge.
              preferred: false,
              questions: [],
              edits: () => info.map((edit) => ({ file, ...edit })),
            },
          ],
  };
}

function endOf({ name, known }: Timer): string {
  const until = name === "setInterval" ? "It" : "If it has not fired by then, it";
  return known
    ? `${until} ends without a word when that version is purged, by the upgrade after the next at the latest.`
    : "It is not one of those that end with their version, so that the old code cannot be unloaded as long as it is there.";
}
