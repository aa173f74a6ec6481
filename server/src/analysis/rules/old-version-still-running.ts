/** A version that should be gone is not: the next upgrade takes it away from whoever still runs it. */
import type { ModuleFacts, OldCode } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

/** Named in the message; the others are many of a kind. */
const shown = 3;

export const oldVersionStillRunning: Rule = {
  id: "old-version-still-running",
  severity: "error",
  group: "old-code",
  description: "The running system still has a version of the module that is not current: a process runs it, or something holds its code.",
  *checkModule(facts): Iterable<Finding> {
    for (const old of facts.oldCode) if (old.processes.length + old.values.length + old.timers > 0) yield finding(facts, old);
  },
};

function finding({ module }: ModuleFacts, old: OldCode): Finding {
  const { processes, purged } = old;
  return {
    rule: oldVersionStillRunning.id,
    // Until the next upgrade, what is only held does no harm.
    severity: processes.length > 0 || purged ? oldVersionStillRunning.severity : "warning",
    module: module.id,
    file: module.file,
    range: module.ranges.vsn ?? module.ranges.actor,
    message: `${old.name} still has version ${old.vsn} of \`${module.id}\`, which is ${purged ? "two versions behind or more" : "not current"}: ${holders(old)}. ${outcome(old)}`,
    related: [],
    fixes: [],
  };
}

function holders({ processes, values, timers }: OldCode): string {
  const called = ({ pid, name }: { readonly pid: string; readonly name: string | null }) => (name === null ? pid : `${name} ${pid}`);
  return [
    ...listed(processes, (each) => `${called(each)} runs it${each.handler === null ? "" : ` in \`${each.handler}\``}`),
    ...listed(values, (each) => `${called(each)} holds \`${each.code}\` at \`${each.path}\``),
    ...(timers === 0 ? [] : [timers === 1 ? "1 timer calls it" : `${timers} timers call it`]),
  ].join(", ");
}

function listed<T>(all: readonly T[], text: (each: T) => string): readonly string[] {
  const more = all.length - shown;
  return [...all.slice(0, shown).map(text), ...(more > 0 ? [`and ${more} more`] : [])];
}

function outcome({ processes, purged }: OldCode): string {
  if (processes.length > 0)
    return "The next upgrade of the module drops that version and kills the processes that run it, with what they hold. Wait until their handlers have returned, or end them so that their supervisor starts them with the current code: `instar kill`.";
  if (purged)
    return "It was dropped, and its code is called all the same, whatever has become of what it works on; it cannot be unloaded either. Restart these processes, and keep no functions and instances in states.";
  return "As long as that is so, it cannot be unloaded, and it is called as it was. Keep no functions and instances in states, and use `self.sendAfter` for timers.";
}
