/** Snapshots are what everything is compared with, so one that is not what was written must not be believed. */
import type { ModuleFacts } from "../facts.ts";
import { nameOf } from "../paths.ts";
import type { ParsedSnapshot } from "../read-snapshot.ts";
import type { Finding, Rule } from "../rule.ts";

export const snapshotDamaged: Rule = {
  id: "snapshot-damaged",
  severity: "error",
  group: "state",
  description: "A release snapshot cannot be trusted: it was edited, is cut off, or was written by a newer Instar.",
  *checkModule(facts): Iterable<Finding> {
    const { id } = facts.module;
    for (const { file, vsn, parsed } of facts.snapshots) {
      if (parsed.kind === "ok") continue;
      yield finding(facts, file, parsed.kind === "newer" ? 1 : parsed.line, messageOf(id, vsn, parsed));
    }
    for (const { file, id: of, vsn } of facts.strays) {
      const claimed = of === id && facts.snapshots.some((each) => each.vsn === vsn) ? `, as \`${vsn}.d.ts\` does` : "";
      const message =
        `\`${nameOf(file)}\` says that it is the snapshot of version ${vsn} of \`${of}\`${claimed}, and is not read: the file of a snapshot is called \`<vsn>.d.ts\`. ` +
        (claimed === "" && of === id
          ? `Changes since that version go unseen. Call it \`${vsn}.d.ts\`, or delete it.`
          : "Only one of them can be right. Compare them, keep what was released, and delete the other one.");
      yield { ...finding(facts, file, 1, message), severity: "warning" };
    }
  },
};

function messageOf(id: string, vsn: number, parsed: Exclude<ParsedSnapshot, { kind: "ok" }>): string {
  if (parsed.kind === "newer") {
    return `The snapshot of version ${vsn} of \`${id}\` has format ${parsed.format}, which this Instar does not know yet. It is not compared with, so changes go unseen. Update instar-language-server.`;
  }
  const { why, todo = "Restore it from version control; if that version was never released, delete the file and run `instar release`." } =
    parsed;
  return `The snapshot of version ${vsn} of \`${id}\` is not what \`instar release\` wrote: ${why}. It says how states of running processes look, so it is not used, and changes since then go unseen. ${todo}`;
}

function finding({ module }: ModuleFacts, file: string, line: number, message: string): Finding {
  return {
    rule: snapshotDamaged.id,
    severity: snapshotDamaged.severity,
    module: module.id,
    file,
    range: { start: { line, column: 1 }, end: { line: line + 1, column: 1 } },
    message,
    related: [{ file: module.file, range: module.ranges.vsn ?? module.ranges.actor, message: `The module that it is a snapshot of.` }],
    fixes: [],
  };
}
