/** Snapshots are what everything is compared with, so one that is not what was written must not be believed. */
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const snapshotDamaged: Rule = {
  id: "snapshot-damaged",
  severity: "error",
  description: "A release snapshot cannot be trusted: it was edited, is cut off, or was written by a newer Instar.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    for (const { module, snapshots } of modules) {
      for (const { file, vsn, parsed } of snapshots) {
        if (parsed.kind === "ok") continue;
        const why =
          parsed.kind === "newer"
            ? `The snapshot of version ${vsn} of \`${module.id}\` has format ${parsed.format}, which this Instar does not know yet. It is not compared with, so changes go unseen. Update instar-language-server.`
            : `The snapshot of version ${vsn} of \`${module.id}\` is not what \`instar release\` wrote: ${parsed.why}. It says how states of running processes look, so it is not used, and changes since then go unseen. ` +
              `Restore it from version control; if that version was never released, delete the file and run \`instar release\`.`;
        yield {
          rule: snapshotDamaged.id,
          severity: snapshotDamaged.severity,
          module: module.id,
          file,
          range: { start: { line: 1, column: 1 }, end: { line: 2, column: 1 } },
          message: why,
          related: [
            { file: module.file, range: module.ranges.vsn ?? module.ranges.actor, message: `The module that it is a snapshot of.` },
          ],
          fixes: [],
        };
      }
    }
  },
};
