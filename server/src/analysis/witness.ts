/** Examples of values: what a finding shows as the state or message that would break. */
import type { Difference } from "./compare.ts";
import type { Shape } from "./shape.ts";
import { isPrimitive, membersOf } from "./shape.ts";
import { keyText, typeText } from "./type-text.ts";
import type { Validity } from "./validity.ts";

/** A value of this shape, as text; deep parts are left out. */
function sample(shape: Shape, depth = 0): string {
  if (depth > 4) return "…";
  switch (shape.kind) {
    case "primitive":
      return (
        { string: '"…"', number: "1", boolean: "true", bigint: "1n", symbol: "Symbol()", object: "{…}", never: "never" }[
          shape.type as string
        ] ?? shape.type
      );
    case "literal":
      return typeText(shape);
    case "enum":
      return `${shape.name ?? "Enum"}.${shape.members[0] ?? ""}`;
    case "template":
      return '"…"';
    case "array":
      return "[]";
    case "tuple":
      return `[${shape.slots
        .filter((slot) => !slot.optional && !slot.rest)
        .map((slot) => sample(slot.shape, depth + 1))
        .join(", ")}]`;
    case "object": {
      const fields = shape.fields.filter((field) => !field.optional);
      if (fields.length === 0) return "{}";
      if (depth > 1) return "{ … }";
      const shown = fields.slice(0, 6).map((field) => `${keyText(field.name)}: ${sample(field.shape, depth + 1)}`);
      return `{ ${shown.join(", ")}${fields.length > shown.length ? ", …" : ""} }`;
    }
    case "class":
      return `${shape.class} { … }`;
    case "builtin":
      return `${shape.class} { … }`;
    case "pid":
      return "<0.12>";
    case "function":
      return "() => …";
    case "symbol":
      return shape.symbol;
    case "brand":
      return sample(shape.base, depth);
    default:
      return sample(
        shape.members.find((member) => !isPrimitive(member, "null") && !isPrimitive(member, "undefined")) ?? shape.members[0] ?? shape,
        depth + 1,
      );
  }
}

/** One sentence on what a process that lives through the change would meet. */
export function witness(difference: Difference, whole: Shape | null, valid: Validity): string {
  const { path, from, to } = difference;
  if (from === null) {
    const holder = whole === null ? "" : ` \`${sample(whole)}\``;
    return `A process that lives through the upgrade keeps a state such as${holder}, in which \`${path}\` is missing: the new code reads \`undefined\`.`;
  }
  const bad = to === null ? from : (membersOf(from).find((member) => valid(member, to) !== "compatible") ?? from);
  const expected = to === null ? "no longer knows it" : `expects \`${typeText(to)}\``;
  if (difference.kind === "optionalToRequired")
    return `A process that lives through the upgrade may hold nothing at \`${path}\`, where the new code expects \`${typeText(to ?? from)}\`.`;
  return `A process that lives through the upgrade may hold \`${sample(bad)}\` at \`${path}\`, where the new code ${expected}.`;
}
