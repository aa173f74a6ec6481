/** The fields and messages that are declared in a file and that the newest release before this version does not have. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { sections } from "../protocol-shapes.ts";
import type { Range } from "../span.ts";
import { fieldAt, fieldPlaces } from "./field-places.ts";
import { fieldPast, messagePast } from "./past.ts";
import { stepsOf, type Syntax } from "./steps-of.ts";
import { versionsOf } from "./versions.ts";

export interface Addition {
  /** Of the name. */
  readonly range: Range;
  readonly vsn: number;
}

/** From top to bottom, each place once: of several modules that share a declaration, the one that says something says it. */
export function additions(project: ProjectFacts, syntax: Syntax, file: string): readonly Addition[] {
  const found = new Map<string, Addition>();
  for (const facts of project.modules) {
    const { vsn } = facts.source;
    if (vsn === null || !facts.snapshots.some((snapshot) => snapshot.vsn < vsn)) continue;
    for (const range of addedIn(facts, file, project, syntax)) found.set(`${range.start.line}:${range.start.column}`, { range, vsn });
  }
  return [...found.values()].toSorted(
    ({ range: { start: one } }, { range: { start: other } }) => one.line - other.line || one.column - other.column,
  );
}

function* addedIn(facts: ModuleFacts, file: string, project: ProjectFacts, syntax: Syntax): Iterable<Range> {
  const { protocol } = facts.source;
  const before = versionsOf(facts).findLast(({ vsn }) => vsn !== facts.source.vsn);
  const isNew = (past: ReturnType<typeof messagePast>) => past?.forms[0]?.vsn === facts.source.vsn && past.unreadable.length === 0;
  for (const section of sections)
    for (const { name, declared } of protocol[section])
      if (declared?.file === file && isNew(messagePast(facts, section, name))) yield declared.range;
  for (const places of fieldPlaces(protocol).values())
    for (const place of places) {
      const { declared } = place.field;
      if (declared?.file !== file || place.root !== "State" || before?.shapes == null) continue;
      // What was there under the same name needs no look at the steps.
      if (fieldAt(before.shapes.state, place.path) !== undefined) continue;
      if (isNew(fieldPast(facts, place, stepsOf(facts, syntax, project)))) yield declared.range;
    }
}
