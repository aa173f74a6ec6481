/**
 * Where the functions of a step are declared to take or to give another state than the version that they are for has: nothing but the
 * releases knows that, since the compiler compares them with each other at most.
 */
import { compareShapes, type Difference } from "./compare.ts";
import { breaking } from "./causes.ts";
import type { ModuleFacts, StepFunction, StepSource } from "./facts.ts";
import { hasUnresolved, holderKey, isPrimitive, type Shape, shapeHash } from "./shape.ts";
import type { Location } from "./span.ts";
import { createValidity } from "./validity.ts";

export interface Misfit {
  readonly step: StepSource;
  readonly from: number;
  readonly direction: "up" | "down";
  /** What it is declared to take, or to give. */
  readonly side: "takes" | "gives";
  /** The version whose state it should be, and that state. */
  readonly vsn: number;
  readonly state: Shape;
  readonly declared: Shape;
  /** What makes values invalid on their way: states of the version for what is taken, what is given for states of the version. */
  readonly differences: readonly Difference[];
  readonly place: Location;
}

/** The state of each version of a module as far as it is known: released, or the source's own. */
export function stateOf({ source, released }: ModuleFacts, vsn: number): Shape | null {
  if (vsn === source.vsn) return source.protocol.state;
  return released.find((each) => each.vsn === vsn)?.state ?? null;
}

/** Those of steps between versions of this module, one for each declared type and version. */
export function misfitsOf(facts: ModuleFacts): readonly Misfit[] {
  let known = misfits.get(facts);
  if (known === undefined) misfits.set(facts, (known = [...find(facts)]));
  return known;
}

const misfits = new WeakMap<ModuleFacts, readonly Misfit[]>();

function* find(facts: ModuleFacts): Iterable<Misfit> {
  const { source, unresolved } = facts;
  if (unresolved || source.vsn === null) return;
  const found = new Set<string>();
  // With steps that lead further, it is not said which version the source's own state is of.
  const last = source.steps.some(({ from }) => from !== null && from >= (source.vsn ?? 0)) ? source.vsn - 1 : source.vsn;
  for (const step of source.steps) {
    const { from } = step;
    if (from === null || from >= source.vsn) continue;
    for (const [direction, side, vsn] of sidesOf(from)) {
      const declared = step.functions[direction]?.[side] ?? null;
      const state = stateOf(facts, vsn);
      if (declared === null || state === null || vsn > last) continue;
      const key = `${vsn} ${shapeHash(declared)}`;
      if (found.has(key) || !isMisfit(declared, state, side)) continue;
      found.add(key);
      const [one, other] = side === "takes" ? [state, declared] : [declared, state];
      const differences = breaking(compareShapes(one, other), "up");
      yield { step, from, direction, side, vsn, state, declared, differences, place: placeOf(declared, step, facts) };
    }
  }
}

/** Together those that one edit makes: of a record that several types of older states name, and that is a type of today. */
export function byRecord(misfits: readonly Misfit[]): readonly (readonly Misfit[])[] {
  const groups = new Map<string, Misfit[]>();
  for (const misfit of misfits) {
    const records = new Set(misfit.differences.map(({ owners: [owner] }) => (owner === undefined ? null : holderKey(owner))));
    const [record = null] = records;
    const { declared } = misfit;
    const own =
      "declared" in declared && declared.declared !== undefined
        ? holderKey({ name: declared.name ?? "", declared: declared.declared })
        : null;
    // What is wrong with the type itself is nobody else's fault.
    const key = records.size === 1 && record !== null && record !== own ? record : `${misfit.from} ${misfit.direction} ${misfit.side}`;
    groups.set(key, [...(groups.get(key) ?? []), misfit]);
  }
  return [...groups.values()];
}

function sidesOf(from: number): readonly (readonly [direction: "up" | "down", side: "takes" | "gives", vsn: number])[] {
  return [
    ["up", "takes", from],
    ["down", "takes", from + 1],
    ["up", "gives", from + 1],
    ["down", "gives", from],
  ];
}

/** Whether a step is declared for the versions that it leads between; null where it does not say, or nobody knows these. */
export function isFitting(facts: ModuleFacts, step: StepSource): boolean | null {
  if (step.from === null || facts.unresolved) return null;
  const known = sidesOf(step.from).flatMap(([direction, side, vsn]) => {
    const [declared, state] = [step.functions[direction]?.[side] ?? null, stateOf(facts, vsn)];
    return declared === null || state === null ? [] : [!isMisfit(declared, state, side)];
  });
  return known.length === 0 ? null : known.every(Boolean);
}

/** What is not certain is silent: a step may well be written without saying what it takes. */
function isMisfit(declared: Shape, state: Shape, side: Misfit["side"]): boolean {
  if (isPrimitive(declared, "unknown") || hasUnresolved(declared) || hasUnresolved(state)) return false;
  const valid = createValidity();
  return (side === "takes" ? valid(state, declared) : valid(declared, state)) === "incompatible";
}

/** The frozen type, where this is what it is; else the step, which takes or gives what another version has. */
function placeOf(declared: Shape, step: StepSource, { source, released }: ModuleFacts): Location {
  const its = "declared" in declared ? declared.declared : undefined;
  const own = "declared" in source.protocol.state ? source.protocol.state.declared : undefined;
  if (its === undefined || its.file !== source.file) return { file: source.file, range: step.range };
  const isCurrent = own !== undefined && own.file === its.file && own.range.start.line === its.range.start.line;
  const isAnother = released.some(({ state }) => shapeHash(state) === shapeHash(declared));
  return isCurrent || isAnother ? { file: source.file, range: step.range } : its;
}

/** Fields that every state of the version has, and that an object which a step writes out has not; null where that cannot be told. */
export function lackingFields(facts: ModuleFacts, step: StepSource, direction: "up" | "down"): readonly string[] | null {
  const { source } = facts;
  const written: StepFunction | null = step.functions[direction];
  if (step.from === null || source.vsn === null || step.from >= source.vsn || written === null) return null;
  if (written.returned === null || written.gives !== null) return null;
  const [vsn, to] = direction === "up" ? [step.from, step.from + 1] : [step.from + 1, step.from];
  const [taken, given] = [stateOf(facts, vsn) ?? written.takes, stateOf(facts, to)];
  if (given?.kind !== "object" || (written.returned.spread && taken?.kind !== "object")) return null;
  const spread = written.returned.spread && taken?.kind === "object" ? taken.fields.map(({ name }) => name) : [];
  const names = new Set([...written.returned.names, ...spread]);
  return given.fields.filter(({ name, optional }) => !optional && !names.has(name)).map(({ name }) => name);
}

/** Fields of the same name in both versions that a step cannot carry over, since it is not declared to take them. */
export function untakenFields(facts: ModuleFacts, step: StepSource, direction: "up" | "down"): readonly string[] {
  const { source, unresolved } = facts;
  const written = step.functions[direction];
  if (step.from === null || source.vsn === null || step.from >= source.vsn || unresolved || written === null) return [];
  const [vsn, to] = direction === "up" ? [step.from, step.from + 1] : [step.from + 1, step.from];
  const [taken, given] = [stateOf(facts, vsn), stateOf(facts, to)];
  const { takes, returned } = written;
  if (taken?.kind !== "object" || given?.kind !== "object" || takes?.kind !== "object" || takes.indexes.length > 0) return [];
  // What is spread is carried along, whatever its type says; what else becomes of it, only an object that is written out shows.
  if (returned === null || returned.spread) return [];
  const has = ({ fields }: typeof taken, name: string) => fields.some((field) => field.name === name);
  return returned.names.filter((name) => has(taken, name) && has(given, name) && !has(takes, name));
}
