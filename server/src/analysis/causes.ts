/** Groups what changed by the declaration that somebody edited: one cause is one finding, however many modules it reaches. */
import { type Comparison, type Difference, messageShapes } from "./compare.ts";
import type { ModuleFacts } from "./facts.ts";
import type { ProtocolShapes } from "./protocol-shapes.ts";
import { recordsIn } from "./records.ts";
import { type Holder, holderKey, namesIn } from "./shape.ts";
import type { Location } from "./span.ts";
import { createValidity } from "./validity.ts";

export interface Cause {
  readonly place: Location;
  /** Name of the declaration; null for one without a name. */
  readonly name: string | null;
  /** Whether it is the state of the one module that it reaches. */
  readonly own: boolean;
  readonly modules: readonly ModuleFacts[];
  /** What counts, as the first module sees it. */
  readonly differences: readonly Difference[];
  /** Everything that changed in this declaration, as the first module sees it. */
  readonly all: readonly Difference[];
}

/**
 * @param of what counts for a module.
 * @param project all modules: those to which a declaration looks as it did show that it was not edited.
 */
export function causesOf(
  modules: readonly ModuleFacts[],
  of: (facts: ModuleFacts) => readonly Difference[],
  project: readonly ModuleFacts[],
): readonly Cause[] {
  let blame = blames.get(project);
  if (blame === undefined) blames.set(project, (blame = new Blame(project)));
  return withBlame(modules, of, blame);
}

/** For as long as the facts are the same. */
const blames = new WeakMap<readonly ModuleFacts[], Blame>();

function withBlame(modules: readonly ModuleFacts[], of: (facts: ModuleFacts) => readonly Difference[], blame: Blame): readonly Cause[] {
  const causes = new Map<string, { holder: Holder | null; place: Location; reached: Map<ModuleFacts, Difference[]> }>();
  for (const facts of modules) {
    for (const difference of of(facts)) {
      const holder = blame.edited(difference, facts);
      const place = holder?.declared ?? stateOf(facts);
      const key = keyOf(place);
      const cause = causes.get(key) ?? { holder, place, reached: new Map() };
      causes.set(key, cause);
      cause.reached.set(facts, [...(cause.reached.get(facts) ?? []), difference]);
    }
  }
  return [...causes].flatMap(([key, { holder, place, reached }]): readonly Cause[] => {
    const [first] = reached;
    if (first === undefined) return [];
    const [facts, differences] = first;
    const { state } = facts.source.protocol;
    const name = holder?.name ?? null;
    const own = reached.size === 1 && (holder === null || ("name" in state && state.name === name));
    const all = [...facts.state.changes, ...facts.messages.changes].filter((each) => {
      if (each.kind === "readonlyChanged") return false;
      return keyOf(blame.edited(each, facts)?.declared ?? stateOf(facts)) === key;
    });
    const inState = all.filter((each) => facts.state.changes.includes(each));
    return [{ place, name, own, modules: [...reached.keys()], differences, all: inState.length > 0 ? inState : all }];
  });
}

/** Finds which of the declarations around a change was edited. */
class Blame {
  readonly #project: readonly ModuleFacts[];
  readonly #same = new Map<string, boolean>();
  /** By what happened to a field of which name, the records. */
  #moved: Map<string, Map<string, readonly Holder[]>> | undefined;

  constructor(project: readonly ModuleFacts[]) {
    this.#project = project;
  }

  /** Null where it was the module's own state or message. */
  edited(difference: Difference, facts: ModuleFacts): Holder | null {
    const base = this.#baseOf(difference);
    if (base !== undefined) return base;
    const { file } = facts.module;
    return difference.owners.find((holder) => holder.declared.file === file || !this.#looksTheSame(holder)) ?? null;
  }

  /** Whether a module that was released with this declaration sees no change in it. */
  #looksTheSame(holder: Holder): boolean {
    const key = holderKey(holder);
    let same = this.#same.get(key);
    if (same === undefined) {
      same = this.#project.some(({ source, baseline, unresolved, state, messages }) => {
        // What costs little is asked first: most modules with a change in it have just been read anew.
        if (baseline === null || unresolved) return false;
        const isIn = ({ owners: [nearest] }: Difference) => nearest !== undefined && holderKey(nearest) === key;
        if (state.changes.some(isIn) || messages.changes.some(isIn)) return false;
        return recordsIn(source.protocol).has(key) && namesOf(baseline.shapes).has(holder.name);
      });
      this.#same.set(key, same);
    }
    return same;
  }

  /**
   * For a field that came or went: what the record has other fields from, if that got or lost the same field. One that is gone was in a
   * base also where several records with that base lost it.
   */
  #baseOf({ kind, owners: [owner], bases = [], field }: Difference): Holder | undefined {
    const way = wayOf(kind);
    if (way === undefined || field === undefined || bases.length === 0) return undefined;
    const own = owner === undefined ? "" : holderKey(owner);
    return own === (field.holder === undefined ? undefined : holderKey(field.holder))
      ? undefined
      : this.#explained(`${way} ${field.name}`, own, bases);
  }

  #explained(what: string, own: string, bases: readonly Holder[], depth = 0): Holder | undefined {
    const records = this.#recordsThat(what);
    const further = bases.find((base) => holderKey(base) !== own && records.has(holderKey(base)));
    if (further !== undefined) {
      const its = holderKey(further);
      return (depth > 10 ? undefined : this.#explained(what, its, records.get(its) ?? [], depth + 1)) ?? further;
    }
    if (!what.startsWith("lost")) return undefined;
    const independent = [...records].filter(([key, its]) => !its.some((base) => holderKey(base) !== key && records.has(holderKey(base))));
    return bases.find((base) => independent.filter(([, its]) => its.some((each) => holderKey(each) === holderKey(base))).length > 1);
  }

  /** The records that got or lost a field, with what they have others from. */
  #recordsThat(what: string): ReadonlyMap<string, readonly Holder[]> {
    if (this.#moved === undefined) {
      this.#moved = new Map();
      for (const { state, messages } of this.#project) {
        for (const { kind, owners, bases = [], field } of [...state.changes, ...messages.changes]) {
          const way = wayOf(kind);
          const [owner] = owners;
          if (way === undefined || field === undefined || owner === undefined) continue;
          const key = `${way} ${field.name}`;
          this.#moved.set(key, (this.#moved.get(key) ?? new Map<string, readonly Holder[]>()).set(holderKey(owner), bases));
        }
      }
    }
    return this.#moved.get(what) ?? new Map();
  }
}

function wayOf(kind: string): "got" | "lost" | undefined {
  return /^(optionalF|f)ieldAdded$/.test(kind) ? "got" : /^(optionalF|f)ieldRemoved$/.test(kind) ? "lost" : undefined;
}

/** Where the state is declared; where it has no name, the actor. */
function stateOf({ module }: ModuleFacts): Location {
  return { file: module.file, range: module.ranges.state ?? module.ranges.actor };
}

function keyOf({ file, range }: Location): string {
  return `${file}:${range.start.line}:${range.start.column}`;
}

const names = new WeakMap<ProtocolShapes, ReadonlySet<string>>();

function namesOf(shapes: ProtocolShapes): ReadonlySet<string> {
  let known = names.get(shapes);
  if (known === undefined) names.set(shapes, (known = namesIn([shapes.state, ...messageShapes(shapes)])));
  return known;
}

/** The changes that make old values invalid for the new code (`up`), or the reverse. */
export function breaking(comparison: Comparison, direction: "up" | "down"): readonly Difference[] {
  const valid = createValidity();
  const found = comparison.changes.filter(({ kind, from, to }) => {
    const [missing, left, right] =
      direction === "up"
        ? [["fieldAdded", "variantRemoved", "optionalToRequired"], from, to]
        : [["fieldRemoved", "variantAdded", "requiredToOptional"], to, from];
    if (missing.includes(kind)) return true;
    return left !== null && right !== null && valid(left, right) !== "compatible";
  });
  // A verdict that no single change explains, such as a field that comes back, is explained by all of them.
  return found.length > 0 ? found : comparison.changes.filter(({ kind }) => kind !== "readonlyChanged");
}
