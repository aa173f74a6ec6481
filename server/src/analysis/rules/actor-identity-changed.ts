/** A module that goes by another id than before: to a system that runs, it is another module. */
import type { ModuleFacts, OrphanedReleases, ProjectFacts } from "../facts.ts";
import { inLayout, layoutOf } from "../migration/code.ts";
import { modulesWith } from "../of-modules.ts";
import { nameOf, relativeTo, withoutExtension } from "../paths.ts";
import type { ProtocolShapes } from "../protocol-shapes.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import { shapeHash } from "../shape.ts";

export const actorIdentityChanged: Rule = {
  id: "actor-identity-changed",
  severity: "error",
  group: "state",
  description: "A module goes by another id than the one under which it was released.",
  *check(project: ProjectFacts): Iterable<Finding> {
    const before = formerIds(project);
    for (const [facts, { id, certain, where }] of before) yield finding(facts, id, certain, where, project);
  },
};

interface Former {
  readonly id: string;
  /** Whether more than the shape of its state says so. */
  readonly certain: boolean;
  readonly where: string;
}

function formerIds({ modules, orphans: all, readings, root }: ProjectFacts): ReadonlyMap<ModuleFacts, Former> {
  const found = new Map<ModuleFacts, Former>();
  for (const facts of modulesWith(modules, wasCalledElse)) {
    const { baseline } = facts;
    if (baseline !== null)
      found.set(facts, { id: baseline.id, certain: isAlike(facts, baseline.id, baseline.shapes), where: `at ${baseline.name ?? ""}` });
  }
  if (all.length === 0) return found;
  // One that is still there, and only cannot be read, is not gone. One that is read says itself by what id it goes.
  const read = new Set(modules.map(({ module }) => module.file));
  const files = new Set(readings.flatMap(({ file }) => (read.has(file) ? [] : [withoutExtension(relativeTo(root, file))])));
  const orphans = all.filter(({ id }) => !files.has(id));
  const fresh = modulesWith(modules, isFresh).filter((facts) => !found.has(facts));
  for (const orphan of orphans) {
    const alike = fresh.filter((facts) => isFormer(facts, orphan));
    const [only] = alike;
    // What could be two is none.
    if (only === undefined || alike.length > 1 || orphans.some((other) => other !== orphan && isFormer(only, other))) continue;
    const shapes = newestShapes(orphan);
    found.set(only, { id: orphan.id, certain: shapes !== null && isAlike(only, orphan.id, shapes), where: "in its releases" });
  }
  return found;
}

function wasCalledElse({ baseline, module }: ModuleFacts): boolean {
  return baseline?.source === "git" && baseline.id !== module.id;
}

function isFresh({ snapshots }: ModuleFacts): boolean {
  return snapshots.length === 0;
}

function isFormer(facts: ModuleFacts, orphan: OrphanedReleases): boolean {
  const shapes = newestShapes(orphan);
  if (shapes === null || facts.unresolved) return false;
  if (isAlike(facts, orphan.id, shapes)) return true;
  const { protocol } = facts.source;
  return shapes.name === protocol.name && shapeHash(shapes.state) === shapeHash(protocol.state);
}

/** The same file in another folder, or the same file under another id. */
function isAlike({ source }: ModuleFacts, id: string, { name }: ProtocolShapes): boolean {
  if (source.protocol.name !== name) return false;
  return nameOf(id) === withoutExtension(nameOf(source.file));
}

function newestShapes({ snapshots }: OrphanedReleases): ProtocolShapes | null {
  const parsed = snapshots.at(-1)?.parsed;
  return parsed?.kind === "ok" ? parsed.shapes : null;
}

function finding({ module, source }: ModuleFacts, id: string, certain: boolean, where: string, project: ProjectFacts): Finding {
  return {
    rule: actorIdentityChanged.id,
    severity: certain ? "error" : "warning",
    module: module.id,
    file: module.file,
    range: module.ranges.vsn ?? module.ranges.actor,
    message:
      `\`${module.id}\` ${certain ? "is" : "looks like"} what was \`${id}\` ${where}. To a system that runs, it is another module: the processes of \`${id}\` have no code to go on with, ` +
      `their states belong to nobody, and what was released of it is not compared with. ` +
      `Pin the old id with \`id: "${id}"\` beside \`vsn\`${certain ? "" : "; if it is a new module, delete the releases of the old one"}.`,
    related: [],
    fixes: pin(source, id, certain, project),
  };
}

function pin(source: ModuleFacts["source"], id: string, preferred: boolean, { root, text }: ProjectFacts): readonly Fix[] {
  const { vsnValue, file } = source;
  // Where an id is pinned already, it is that one that has to be changed.
  if (vsnValue === null || source.id !== withoutExtension(relativeTo(root, file))) return [];
  return [
    {
      title: `Pin the old id: "${id}"`,
      preferred,
      questions: [],
      edits: () => {
        const { end, start } = vsnValue.range;
        const whole = text(file) ?? "";
        const lines = whole.split(/\r\n|\n|\r/);
        const before = lines[start.line - 1]?.slice(0, start.column - 1) ?? "";
        const alone = /^(\s*)vsn:\s*$/.exec(before)?.[1];
        return [
          {
            file,
            range: { start: end, end },
            newText: `,${alone === undefined ? " " : `\n${alone}`}id: ${inLayout(JSON.stringify(id), layoutOf(whole))}`,
          },
        ];
      },
    },
  ];
}
