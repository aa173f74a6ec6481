/** The simplest value of a type. */
import type { Shape } from "../shape.ts";
import { isPrimitive } from "../shape.ts";
import { keyText, typeText } from "../type-text.ts";
import { list, type Layout } from "./code.ts";

/** A value that a type makes obvious, as an expression; undefined where any choice would be a guess. */
export function obviousValue(shape: Shape, layout: Layout, open: readonly Shape[] = []): string | undefined {
  const inner = (each: Shape) => (open.includes(each) ? undefined : obviousValue(each, layout, [...open, shape]));
  switch (shape.kind) {
    case "primitive":
      return { string: '""', number: "0", boolean: "false", bigint: "0n", null: "null", undefined: "undefined", unknown: "undefined" }[
        shape.type as string
      ];
    case "literal":
      return typeText(shape);
    case "array":
      return "[]";
    case "tuple": {
      const parts = shape.slots.filter((slot) => !slot.optional && !slot.rest).map((slot) => inner(slot.shape));
      return parts.every((part) => part !== undefined) ? list("[", parts, "]", { layout }) : undefined;
    }
    case "object": {
      const fields = shape.fields.filter((field) => !field.optional).map((field) => [field.name, inner(field.shape)] as const);
      if (fields.some(([, value]) => value === undefined)) return undefined;
      return list(
        "{",
        fields.map(([name, value]) => `${keyText(name)}: ${value}`),
        "}",
        { layout },
      );
    }
    case "builtin":
      return shape.from === "" && /^(Weak)?(Map|Set)$/.test(shape.class) ? `new ${shape.class}()` : undefined;
    case "union":
      if (shape.members.some((member) => isPrimitive(member, "null"))) return "null";
      return shape.members.some((member) => isPrimitive(member, "undefined")) ? "undefined" : undefined;
    default:
      return undefined;
  }
}
