/**
 * What a function says of each module, for rules that look at all of them: it is asked only of modules that changed since the analysis
 * before. At every key that somebody types, a project of a thousand modules is judged by every rule; mostly one module is another one.
 */
import type { ModuleFacts } from "./facts.ts";

type Modules = readonly ModuleFacts[];
type Of<T> = (facts: ModuleFacts) => readonly T[];

interface Said<T> {
  /** One for each module. */
  readonly all: readonly (readonly T[])[];
  /** Those of which something is said. */
  readonly some: readonly (readonly [facts: ModuleFacts, items: readonly T[]])[];
}

interface Earlier {
  readonly modules: Modules;
  /** Undefined where they are not the same ones. */
  readonly changed: readonly { readonly index: number; readonly facts: ModuleFacts }[] | undefined;
}

/**
 * The modules of which something is said, in their order, with what that is.
 * @param of the same function for the same question. It depends on nothing but the module's facts.
 */
export function ofModules<T>(modules: Modules, of: Of<T>): Said<T>["some"] {
  const known = said.get(modules) ?? new Map<Of<unknown>, Said<unknown>>();
  said.set(modules, known);
  // What is kept under a function is its own.
  let own = known.get(of) as Said<T> | undefined;
  if (own === undefined) known.set(of, (own = ask(modules, of)));
  return own.some;
}

/** The modules of which something holds. */
export function modulesWith(modules: Modules, holds: (facts: ModuleFacts) => boolean): Modules {
  let of = questions.get(holds);
  if (of === undefined) questions.set(holds, (of = (facts) => (holds(facts) ? yes : no)));
  return ofModules(modules, of).map(([facts]) => facts);
}

/** Tells that these come after those, as the modules of the next analysis. */
export function follow(modules: Modules, before: Modules): void {
  earlier.delete(before);
  if (modules === before) return;
  const changed = modules.flatMap((facts, index) => (facts === before[index] ? [] : [{ index, facts }]));
  earlier.set(modules, { modules: before, changed: modules.length === before.length ? changed : undefined });
}

function ask<T>(modules: Modules, of: Of<T>): Said<T> {
  const before = earlier.get(modules);
  const known = before === undefined ? undefined : (said.get(before.modules)?.get(of) as Said<T> | undefined);
  let all: readonly (readonly T[])[];
  if (known === undefined || before?.changed === undefined) all = modules.map(of);
  else {
    const fresh = new Map(before.changed.map(({ index, facts }) => [index, of(facts)]));
    // Most questions have no answer for most modules.
    if ([...fresh].every(([index, items]) => items.length === 0 && known.all[index]?.length === 0)) return known;
    all = known.all.map((items, index) => fresh.get(index) ?? items);
  }
  const some = modules.flatMap((facts, index): Said<T>["some"] => {
    const items = all[index] ?? [];
    return items.length === 0 ? [] : [[facts, items]];
  });
  return { all, some };
}

const said = new WeakMap<Modules, Map<Of<unknown>, Said<unknown>>>();
/** Only the last one of each: what came before that is nobody's any more. */
const earlier = new WeakMap<Modules, Earlier>();
const questions = new WeakMap<(facts: ModuleFacts) => boolean, Of<true>>();
const yes: readonly true[] = [true];
const no: readonly true[] = [];
