/** The types of older versions' states that a module keeps for its steps, as the steps name them. */
import type { ModuleFacts } from "../facts.ts";
import { type Shape, shapeHash } from "../shape.ts";
import type { Location } from "../span.ts";
import { stateOf } from "../step-types.ts";
import type { FrozenUse } from "./description.ts";

export interface FrozenType {
  readonly name: string;
  readonly declared: Location;
  readonly shape: Shape;
  /** The versions whose state it is, ascending. */
  readonly versions: readonly number[];
  readonly uses: readonly FrozenUse[];
}

/** Not the state's own type, which the newest steps name as well. */
export function frozenTypes(facts: ModuleFacts): readonly FrozenType[] {
  let types = known.get(facts);
  if (types === undefined) known.set(facts, (types = find(facts)));
  return types;
}

const known = new WeakMap<ModuleFacts, readonly FrozenType[]>();

/** Whether it is what the releases of these versions have; null where one of them is not known. */
export function isAsReleased({ shape, versions }: FrozenType, facts: ModuleFacts): boolean | null {
  const states = versions.map((vsn) => stateOf(facts, vsn));
  return states.includes(null) ? null : states.every((state) => state !== null && shapeHash(state) === shapeHash(shape));
}

function find({ source }: ModuleFacts): readonly FrozenType[] {
  const own = keyOf(source.protocol.state);
  const found = new Map<string, FrozenType>();
  for (const { from, range, functions } of source.steps)
    for (const direction of ["up", "down"] as const)
      for (const side of ["takes", "gives"] as const) {
        const shape = functions[direction]?.[side] ?? null;
        const key = shape === null ? undefined : keyOf(shape);
        if (from === null || shape === null || key === undefined || key === own || !("declared" in shape)) continue;
        const { name, declared } = shape;
        if (name === undefined || declared === undefined) continue;
        const vsn = (direction === "up") === (side === "takes") ? from : from + 1;
        const { versions = [], uses = [] } = found.get(key) ?? {};
        found.set(key, {
          name,
          declared,
          shape,
          versions: [...new Set([...versions, vsn])].toSorted((one, other) => one - other),
          uses: [...uses, { from, direction, side, place: { file: source.file, range } }],
        });
      }
  return [...found.values()];
}

function keyOf(shape: Shape): string | undefined {
  if (!("declared" in shape) || shape.declared === undefined) return undefined;
  const { file, range } = shape.declared;
  return `${file} ${range.start.line} ${range.start.column}`;
}
