/** `shapesAt`: what a shape says of the values at one place in them. */
import type { Shape } from "../analysis/shape.ts";
import { isPrimitive } from "../analysis/shape.ts";
import type { Segment } from "./recipe.ts";

/** One for each alternative that has such a place; none where the shape has no place for it. */
export function shapesAt(root: Shape, path: readonly Segment[]): readonly Shape[] {
  return path.reduce<readonly Shape[]>((shapes, segment) => shapes.flatMap((shape) => into(shape, segment)), [root]);
}

function into(shape: Shape, segment: Segment): readonly Shape[] {
  switch (shape.kind) {
    case "union":
      return shape.members.flatMap((member) => into(member, segment));
    case "brand":
      return into(shape.base, segment);
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
