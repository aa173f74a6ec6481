/** A release that is known elsewhere and gone here: nothing is compared with it any more. */
import type { ModuleFacts } from "../facts.ts";
import { relativeTo } from "../paths.ts";
import type { Finding, Rule } from "../rule.ts";

export const releasedSnapshotStale: Rule = {
  id: "released-snapshot-stale",
  severity: "warning",
  group: "state",
  description: "A release snapshot that the compared git ref has is missing here.",
  *checkModule(facts: ModuleFacts, { root }): Iterable<Finding> {
    const { module, source, baseline, snapshots } = facts;
    // Where it goes by another id, another rule speaks.
    if (baseline?.source !== "git" || baseline.id !== module.id) return;
    for (const { vsn, file } of baseline.snapshots) {
      // This branch may have begun before that release.
      if (source.vsn === null || vsn > source.vsn || snapshots.some((each) => each.vsn === vsn)) continue;
      const ref = baseline.name ?? "";
      yield {
        rule: releasedSnapshotStale.id,
        severity: releasedSnapshotStale.severity,
        module: module.id,
        items: [`${vsn}`],
        file: module.file,
        range: module.ranges.vsn ?? module.ranges.actor,
        message:
          `The snapshot of version ${vsn} of \`${module.id}\` is there at ${ref} and missing here. Without it nothing says what states of version ${vsn} look like: the steps from it are compared with nothing, and \`instar release\` would take the sources of today for it. ` +
          `Restore it: \`git restore --source=${/\s/.test(ref) ? "<commit>" : ref} ${relativeTo(root, file)}\`.`,
        related: [],
        fixes: [],
      };
    }
  },
};
