/** First values for what an old state did not have. */
import type { Shape } from "../shape.ts";
import { isPrimitive } from "../shape.ts";
import { keyText, typeText } from "../type-text.ts";
import { ts } from "../typescript.ts";
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

/** The value that the module's own `init` gives a field of the state, where it is written out and the same for every process. */
export function initialValue(initial: ts.ObjectLiteralExpression | null, field: string): string | undefined {
  const property = initial?.properties.find(
    (each) => each.name !== undefined && ts.isPropertyName(each.name) && each.name.getText() === field,
  );
  if (property === undefined || !ts.isPropertyAssignment(property)) return undefined;
  const value = property.initializer;
  return isConstant(value) && !value.getText().includes("\n") ? value.getText() : undefined;
}

function isConstant(node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) return true;
  if ([ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)) return true;
  if (ts.isPrefixUnaryExpression(node)) return isConstant(node.operand);
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isConstant);
  if (ts.isObjectLiteralExpression(node))
    return node.properties.every((each) => ts.isPropertyAssignment(each) && isConstant(each.initializer));
  if (ts.isNewExpression(node))
    return ts.isIdentifier(node.expression) && /^(Map|Set)$/.test(node.expression.text) && (node.arguments ?? []).length === 0;
  return false;
}
