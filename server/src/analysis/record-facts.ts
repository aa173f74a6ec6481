/**
 * Records as facts of their own: the named types that lie in states or travel in messages, where each is declared, which actors use it and
 * where, and what has changed in it since they were released.
 */
import { causesOf } from "./causes.ts";
import type { Difference } from "./compare.ts";
import type { ModuleFacts } from "./facts.ts";
import type { Change } from "./model.ts";
import { type RecordPlace, recordsIn } from "./records.ts";
import { type Holder, holderKey } from "./shape.ts";
import type { Location } from "./span.ts";

export interface RecordFacts extends Location {
  readonly name: string;
  readonly uses: readonly RecordUse[];
  /** What has changed in it, by path from the record itself: `Player.level`. */
  readonly changes: readonly Change[];
}

export interface RecordUse extends RecordPlace {
  readonly module: string;
}

/** All records of a project, by name and place. Without the states themselves: a state is its module's. */
export function recordsOf(modules: readonly ModuleFacts[]): readonly RecordFacts[] {
  const found = new Map<string, { readonly holder: Holder; readonly uses: RecordUse[] }>();
  for (const { module, source } of modules) {
    for (const [key, { holder, uses }] of recordsIn(source.protocol)) {
      const record = found.get(key) ?? { holder, uses: [] };
      found.set(key, record);
      for (const use of uses) if (use.path !== "State") record.uses.push({ module: module.id, ...use });
    }
  }
  const changes = changesByRecord(modules);
  return [...found]
    .filter(([, { uses }]) => uses.length > 0)
    .map(([key, { holder, uses }]): RecordFacts => ({ name: holder.name, ...holder.declared, uses, changes: changes.get(key) ?? [] }))
    .toSorted((one, other) => compareTexts(one.name, other.name) || compareTexts(one.file, other.file));
}

function changesByRecord(modules: readonly ModuleFacts[]): ReadonlyMap<string, readonly Change[]> {
  const released = modules.filter(({ baseline, unresolved }) => baseline !== null && !unresolved);
  const all = causesOf(released, ({ state, messages }) => [...state.changes, ...messages.changes].filter(counts), modules);
  return new Map(
    all.flatMap(({ name, place, modules: [first], all: differences }): (readonly [string, readonly Change[]])[] => {
      if (name === null || first === undefined) return [];
      const key = holderKey({ name, declared: place });
      const own = differences.map(({ path, kind, old, new: now, renameOf, owners }): Change => {
        const start = (owners.find((owner) => holderKey(owner) === key) ?? owners[0])?.path ?? "";
        return { path: name + path.slice(start.length), kind, old, new: now, ...(renameOf === undefined ? {} : { renameOf }) };
      });
      // It may lie in one state in several places.
      return [[key, [...new Map(own.map((change) => [`${change.kind} ${change.path}`, change])).values()]]];
    }),
  );
}

function counts({ kind }: Difference): boolean {
  return kind !== "readonlyChanged";
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
