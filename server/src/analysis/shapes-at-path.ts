/** What lies at a path in a state, as code reads it: fields, positions, and the elements of lists. */
import { membersOf, type Shape } from "./shape.ts";
import { accessText } from "./type-text.ts";

/** A field, a position, or `[]` for any element. */
export type ShapePath = readonly (string | number)[];

/** The alternatives of what lies there. Undefined where some alternative on the way is not known, or none has such a place. */
export function shapesAtPath(root: Shape, path: ShapePath): readonly Shape[] | undefined {
  let shapes = alternatives(root);
  for (const segment of path) {
    const next: Shape[] = [];
    for (const shape of shapes) {
      // Code that looks into an alternative has made sure before that there is something.
      if (shape.kind === "literal" || (shape.kind === "primitive" && shape.type !== "unknown")) continue;
      const found = within(shape, segment);
      if (found === "unknown") return undefined;
      next.push(...found.flatMap(alternatives));
    }
    if (next.length === 0) return undefined;
    shapes = next;
  }
  return shapes;
}

/** `State.items[].kind`. */
export function shapePathText(path: ShapePath): string {
  return `State${path.map((segment) => (typeof segment === "number" ? `[${segment}]` : segment === "[]" ? segment : accessText(segment))).join("")}`;
}

function within(shape: Shape, segment: string | number): readonly Shape[] | "unknown" {
  if (shape.kind === "array") return segment === "[]" || typeof segment === "number" ? [shape.element] : [];
  if (shape.kind === "tuple") {
    if (shape.slots.some(({ rest }) => rest)) return "unknown";
    if (segment === "[]") return shape.slots.map((slot) => slot.shape);
    const slot = typeof segment === "number" ? shape.slots[segment] : undefined;
    return slot === undefined ? [] : [slot.shape];
  }
  if (shape.kind !== "object") return "unknown";
  const field = shape.fields.find(({ name }) => name === segment);
  if (field !== undefined) return [field.shape];
  return shape.indexes.length > 0 ? "unknown" : [];
}

/** A boolean is one of two values. */
function alternatives(shape: Shape): readonly Shape[] {
  return membersOf(shape).flatMap((member): readonly Shape[] =>
    member.kind === "primitive" && member.type === "boolean" ? [true, false].map((value): Shape => ({ kind: "literal", value })) : [member],
  );
}
