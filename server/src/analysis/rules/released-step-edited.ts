/** A step that others may have run already does something else now. */
import type { ModuleFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const releasedStepEdited: Rule = {
  id: "released-step-edited",
  severity: "warning",
  group: "code-change",
  description: "A step of `codeChange` between two released versions does something else than at the git ref that it is compared with.",
  *checkModule(facts: ModuleFacts): Iterable<Finding> {
    const { module, source, baseline } = facts;
    if (baseline?.source !== "git") return;
    const released = baseline.snapshots.map(({ vsn }) => vsn);
    for (const step of source.steps) {
      const { from, range } = step;
      const before = baseline.steps.findLast((each) => each.from === from);
      if (from === null || before === undefined || !released.some((vsn) => vsn > from)) continue;
      const changed = Object.keys(before.code).filter((name) => name in step.code && step.code[name] !== before.code[name]);
      // A way back where there was none is better than none.
      if (changed.every((name) => name === "down" && before.down === "irreversible")) continue;
      yield {
        rule: releasedStepEdited.id,
        severity: releasedStepEdited.severity,
        module: module.id,
        items: changed.map((name) => `codeChange[${from}].${name}`),
        file: module.file,
        range,
        message:
          `${changed.map((name) => `\`codeChange[${from}].${name}\``).join(" and ")} of \`${module.id}\` ${changed.length === 1 ? "is" : "are"} not what it was at ${baseline.name ?? ""}, and version ${from + 1} is released: systems that were upgraded by it hold what the old step made, and those that are upgraded from now on hold something else, under the same version. ` +
          `Restore it, and put what has to be corrected into a step of its own, \`codeChange[${source.vsn ?? from + 1}]\`, with \`vsn\` raised; if nobody has run it, this is as it should be.`,
        related: [],
        fixes: [],
      };
    }
  },
};
