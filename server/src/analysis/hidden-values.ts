/** What handlers put into states where the type does not say that it is there, as `unknown` and index signatures of such do not. */
import type { Bodies } from "./bodies/bodies.ts";
import type { ModuleFacts } from "./facts.ts";
import { modulesWith } from "./of-modules.ts";
import { children, type Shape } from "./shape.ts";
import type { Range } from "./span.ts";
import { accessText, typeText } from "./type-text.ts";

export interface Hidden {
  readonly facts: ModuleFacts;
  /** `State.hooks.start`. */
  readonly path: string;
  /** What the type says: `unknown`. */
  readonly type: string;
  readonly range: Range;
}

/** Only modules whose states have such types are looked into. */
export function* hiddenInStates(modules: readonly ModuleFacts[], bodies: Bodies, wanted: "function" | "instance"): Iterable<Hidden> {
  for (const facts of modulesWith(modules, hidesSome)) {
    const { state } = facts.source.protocol;
    for (const { what, path, range } of bodies.of("stateValues", facts.module.file)) {
      const hidden = what === wanted ? hiddenAt(state, path) : null;
      if (hidden !== null) yield { facts, path: pathText(path), type: typeText(hidden), range };
    }
  }
}

function pathText(path: readonly string[]): string {
  return path.reduce((text, each) => text + (each === "[]" ? "[]" : each === "<>" ? "<value>" : accessText(each)), "State");
}

function hidesSome({ source }: ModuleFacts): boolean {
  return hides(source.protocol.state);
}

function hides(state: Shape): boolean {
  let found = known.get(state);
  if (found === undefined) {
    const reached = new Set([state]);
    for (const shape of reached) if (shape.kind !== "function") for (const child of children(shape)) reached.add(child);
    found = [...reached].some(isHiding);
    known.set(state, found);
  }
  return found;
}

/** Most states are the same from one analysis to the next. */
const known = new WeakMap<Shape, boolean>();

function isHiding(shape: Shape): boolean {
  return shape.kind === "primitive" && (shape.type === "unknown" || shape.type === "object") && shape.why !== "unresolved";
}

/** What says nothing of the value at a path; null where something does, and tells of a function itself. */
function hiddenAt(shape: Shape, [first, ...rest]: readonly string[]): Shape | null {
  if (isHiding(shape)) return shape;
  if (shape.kind === "union")
    return (
      shape.members.map((member) => hiddenAt(member, first === undefined ? [] : [first, ...rest])).find((each) => each !== null) ?? null
    );
  if (first === undefined) return null;
  switch (shape.kind) {
    case "object": {
      const field = shape.fields.find(({ name }) => name === first);
      const inner = field?.shape ?? shape.indexes[0]?.value;
      return inner === undefined ? null : hiddenAt(inner, rest);
    }
    case "array":
      return first === "[]" || /^\d+$/.test(first) ? hiddenAt(shape.element, rest) : null;
    case "tuple":
      return shape.slots.map((slot) => hiddenAt(slot.shape, rest)).find((each) => each !== null) ?? null;
    case "builtin": {
      const value = shape.args.at(-1);
      return first === "<>" && value !== undefined && /^(Map|Set)$/.test(shape.class) ? hiddenAt(value, rest) : null;
    }
    default:
      return null;
  }
}
