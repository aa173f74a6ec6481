/** A released version is frozen: what it looks like is written down, and other machines may run it. */
import { type Cause, causesOf } from "../causes.ts";
import type { Difference } from "../compare.ts";
import { affected, changesText, concerned, modulesText } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { placeKey, stateCauses } from "../messages/state-causes.ts";
import { raiseVersion } from "../migration/missing-step.ts";
import { modulesWith } from "../of-modules.ts";
import type { Finding, Rule } from "../rule.ts";
import { isMissing } from "./state-changed-no-code-change.ts";

export const versionNotBumped: Rule = {
  id: "version-not-bumped",
  severity: "error",
  group: "state",
  description: "The state or the messages have changed since the release of this very version.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    const stale = modulesWith(modules, isStale);
    const said = stateCauses(modules);
    // A record that lies in states, too, is spoken of there, and the fix raises these versions as well.
    const causes = causesOf(stale, changesOf, modules).filter(({ name, place }) => name === null || !said.has(placeKey(place)));
    for (const cause of together(causes)) yield finding(cause);
  },
};

/** However much a module has changed by itself, one number has to be raised. */
function together(causes: readonly Cause[]): readonly Cause[] {
  const found = new Map<ModuleFacts | Cause, Cause>();
  for (const cause of causes) {
    const key = isShared(cause) ? cause : (cause.modules[0] ?? cause);
    const known = found.get(key);
    const both = (of: (each: Cause) => readonly Difference[]): readonly Difference[] => [...new Set([known ?? cause, cause].flatMap(of))];
    found.set(key, { ...(known ?? cause), differences: both(({ differences }) => differences), all: both(({ all }) => all) });
  }
  return [...found.values()];
}

/** Whether it was changed for others, too, or in a file of its own. */
function isShared({ modules, place }: Cause): boolean {
  return modules.length > 1 || place.file !== modules[0]?.module.file;
}

function isStale(facts: ModuleFacts): boolean {
  return isReleased(facts) && !facts.unresolved && !isMissing(facts) && changesOf(facts).length > 0;
}

/** Whether what it is compared with is a release of its own version: there, or by a snapshot that is here. */
function isReleased({ module, baseline }: ModuleFacts): boolean {
  if (baseline === null || baseline.vsn !== module.vsn) return false;
  return module.released || baseline.snapshots.some(({ vsn }) => vsn === module.vsn);
}

function changesOf({ state, messages }: ModuleFacts): readonly Difference[] {
  return [...state.changes, ...messages.changes].filter(({ kind }) => kind !== "readonlyChanged");
}

function finding(cause: Cause): Finding {
  const [first] = cause.modules;
  const range = first?.module.ranges.vsn;
  // What one module changed by itself is shown at the number that has to change.
  const place = isShared(cause) || range === null || range === undefined ? cause.place : { file: cause.place.file, range };
  const versions = new Set(cause.modules.map(({ module }) => module.vsn));
  const [vsn = 0] = versions;
  const label = first?.baseline?.source === "snapshot" ? "its snapshot" : (first?.baseline?.label ?? "it");
  const released =
    versions.size === 1
      ? `Version ${vsn} of ${modulesText(cause.modules)} is released, and differs from ${label}`
      : `The versions of ${modulesText(cause.modules)} are released, and differ from ${first?.baseline?.source === "snapshot" ? "their snapshots" : "their baselines"}`;
  const same = versions.size === 1 ? `version ${vsn}` : "the same version";
  return {
    rule: versionNotBumped.id,
    severity: versionNotBumped.severity,
    editorSeverity: "info",
    ...concerned(cause),
    ...place,
    message:
      `${released}: ${changesText(cause.all)}. ` +
      `Two different programs would call themselves ${same}, and an upgrade could not tell which of them a process runs. Raise \`vsn\`, once for the next release.`,
    related: affected(cause),
    fixes: [
      {
        title: cause.modules.length === 1 ? `Raise vsn to ${(vsn ?? 0) + 1}` : `Raise vsn in ${cause.modules.length} modules`,
        preferred: true,
        questions: [],
        edits: () => cause.modules.flatMap(raiseVersion),
      },
    ],
  };
}
