/** The fields that steps write out in the states that they give back, and what they take over from the other version as a whole. */
import { definitionNodes, functionIn } from "../definition.ts";
import type { FunctionNode } from "../file-functions.ts";
import { defaultCall, unwrap } from "../find.ts";
import { rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { forEachOwn } from "./running.ts";

/** Of a step whose `up` gives back one object, of which it can be told what is in it. */
export interface StepFields {
  readonly from: number;
  /** Those that nothing else in the object can say otherwise. */
  readonly names: readonly string[];
  /** `...old`, which comes before all others. */
  readonly spread: { readonly range: Range; readonly parameter: string } | null;
}

export function stepFields({ source }: BodySource): readonly StepFields[] {
  const call = defaultCall(source);
  if (call === undefined) return [];
  return definitionNodes(call).steps.flatMap(({ from, object }) => {
    const up = object === null ? undefined : functionIn(object, "up");
    const fields = up === undefined ? null : givenFields(up);
    return from === null || fields === null ? [] : [{ from, ...fields }];
  });
}

/** Null where it gives back something else as well, or what is in it cannot be told. */
function givenFields(fn: FunctionNode): Omit<StepFields, "from"> | null {
  const value = returnedObject(fn);
  if (value === null) return null;
  const [parameter] = fn.parameters;
  const names: string[] = [];
  let spread: StepFields["spread"] = null;
  for (const [index, property] of value.properties.entries()) {
    if (ts.isSpreadAssignment(property)) {
      const of = unwrap(property.expression);
      const isArgument =
        parameter !== undefined && ts.isIdentifier(parameter.name) && ts.isIdentifier(of) && of.text === parameter.name.text;
      if (index > 0 || !isArgument) return null;
      spread = { range: rangeOf(property), parameter: of.text };
    } else if (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) names.push(property.name.text);
    else return null;
  }
  return { names, spread };
}

function returnedObject({ body }: FunctionNode): ts.ObjectLiteralExpression | null {
  if (body === undefined) return null;
  const returned: ts.Expression[] = ts.isBlock(body) ? [] : [body];
  if (ts.isBlock(body)) {
    // A name that is declared once more might be another value.
    if (body.statements.some((each) => !ts.isReturnStatement(each))) return null;
    forEachOwn(body, (node) => {
      if (ts.isReturnStatement(node) && node.expression !== undefined) returned.push(node.expression);
    });
  }
  const [only, ...others] = returned;
  const value = only === undefined || others.length > 0 ? undefined : unwrap(only);
  return value !== undefined && ts.isObjectLiteralExpression(value) ? value : null;
}
