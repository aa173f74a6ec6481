/** Snapshots are what everything is compared with, so one that is not what was written must not be believed. */
import type { ModuleFacts } from "../facts.ts";
import { nameOf } from "../paths.ts";
import { type ParsedSnapshot, readSnapshot } from "../read-snapshot.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import { plainSnapshot } from "../syntax/plain-snapshot.ts";

export const snapshotDamaged: Rule = {
  id: "snapshot-damaged",
  severity: "error",
  group: "state",
  description: "A release snapshot cannot be trusted: it was edited, is cut off, or was written by a newer Instar.",
  *checkModule(facts): Iterable<Finding> {
    const { id } = facts.module;
    for (const { file, vsn, text, parsed } of facts.snapshots) {
      if (parsed.kind === "ok") continue;
      yield {
        ...finding(facts, file, parsed.kind === "newer" ? 1 : parsed.line, messageOf(id, vsn, parsed)),
        fixes: keepOne(text, file, id, vsn),
      };
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

/** One for each side of a merge that is whole. What is missing then to go on from there, other rules find. */
function keepOne(text: string, file: string, id: string, vsn: number): readonly Fix[] {
  const lines = text.split(/\r?\n/);
  const all = { start: { line: 1, column: 1 }, end: { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 } };
  return (["<", ">"] as const).flatMap((mark): readonly Fix[] => {
    const name = lines.find((line) => line.startsWith(`${mark.repeat(7)} `))?.slice(8);
    const kept = sideOf(lines, mark).join("\n");
    if (name === undefined || readSnapshot(kept, id, vsn, plainSnapshot).kind !== "ok") return [];
    return [
      { title: `Keep version ${vsn} of ${name}`, preferred: false, questions: [], edits: () => [{ file, range: all, newText: kept }] },
    ];
  });
}

/** @param mark `<` for what stands first. */
function sideOf(lines: readonly string[], mark: "<" | ">"): readonly string[] {
  let within: string | null = null;
  return lines.filter((line) => {
    const [, found] = /^([<>|=])\1{6}(?: |$)/.exec(line) ?? [];
    if (found === undefined) return within === null || within === (mark === "<" ? "<" : "=");
    within = found === ">" ? null : found;
    return false;
  });
}

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
