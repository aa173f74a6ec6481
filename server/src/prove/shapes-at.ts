/** `shapesAt`: what a shape says of the values at one place in them. */
import { type Field, isPrimitive, type Shape } from "../analysis/shape.ts";
import { literalsOf } from "../analysis/validity.ts";
import type { Level, Segment } from "./recipe.ts";

/**
 * One for each alternative that has such a place; none where the shape has no place for it.
 * @param levels what is beside each segment of the path in a value of the shape, to tell which alternatives it is one of.
 */
export function shapesAt(root: Shape, path: readonly Segment[], levels: readonly (Level | null)[] = []): readonly Shape[] {
  return path.reduce<readonly Shape[]>(
    (shapes, segment, index) => shapes.flatMap((shape) => into(shape, segment, levels[index] ?? null)),
    [root],
  );
}

function into(shape: Shape, segment: Segment, level: Level | null): readonly Shape[] {
  switch (shape.kind) {
    case "union":
      return shape.members.filter((member) => level === null || mayBe(member, level)).flatMap((member) => into(member, segment, level));
    case "brand":
      return into(shape.base, segment, level);
    case "array":
      return segment.kind === "index" ? [shape.element] : [];
    case "tuple": {
      if (segment.kind !== "index") return [];
      const rest = shape.slots.findIndex((slot) => slot.rest);
      const slots = rest < 0 || segment.index < rest ? [shape.slots[segment.index]] : shape.slots.slice(rest);
      return slots.flatMap((slot) => (slot === undefined ? [] : [slot.shape]));
    }
    case "object":
    case "class": {
      if (segment.kind !== "field") return [];
      const field = shape.fields.find(({ name }) => name === segment.name);
      if (field !== undefined) return [field.shape];
      if (shape.kind === "class") return [];
      const isNumber = String(Number(segment.name)) === segment.name;
      return shape.indexes.filter(({ key }) => isNumber || !isPrimitive(key, "number")).map(({ value }) => value);
    }
    case "builtin":
      return segment.kind === "key" && shape.class === "Map" && shape.args[1] !== undefined ? [shape.args[1]] : [];
    default:
      return [];
  }
}

/** Whether an object with these fields may be one of a shape. */
function mayBe(shape: Shape, level: Level): boolean {
  if (shape.kind !== "object" && shape.kind !== "class") return true;
  const fits = ({ name, shape: type, optional }: Field): boolean => {
    if (name.startsWith("#") || name.startsWith("[")) return true;
    const held = level.get(name);
    if (held === undefined) return optional || takes(type, undefined);
    return held.value === "object" || (optional && held.value[0] === undefined) || takes(type, held.value[0]);
  };
  return shape.fields.every(fits);
}

/** Whether a shape takes a value that is no object. */
function takes(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case "union":
      return shape.members.some((member) => takes(member, value));
    case "brand":
      return takes(shape.base, value);
    case "literal":
      return (typeof shape.value === "object" ? BigInt(shape.value.bigint) : shape.value) === value;
    case "enum":
      return literalsOf(shape).some(({ value: own }) => own === value);
    case "template":
      return typeof value === "string";
    case "primitive":
      if (shape.type === "null" || shape.type === "undefined") return value === (shape.type === "null" ? null : undefined);
      return shape.type === "unknown" || typeof value === shape.type;
    default:
      return false;
  }
}
