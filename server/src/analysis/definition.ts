/** The parts of an actor's definition in the compiler's tree, for whoever writes into it; what it says is read in `definition-tree.ts`. */
import { unwrap, valueOf } from "./find.ts";
import { ts } from "./typescript.ts";

/** The parts of a definition in the compiler's tree, for whoever writes into it. */
export interface DefinitionNodes {
  /** The object that `actor` is called with; null where it is not written out. */
  readonly object: ts.ObjectLiteralExpression | null;
  readonly vsn: ts.Expression | null;
  /** The object literal of `codeChange`; null where there is none, undefined where it is not written out. */
  readonly codeChange: ts.ObjectLiteralExpression | null | undefined;
  readonly steps: readonly StepNode[];
  /** The object that `init` returns, where it is written out. */
  readonly initial: ts.ObjectLiteralExpression | null;
}

export interface StepNode {
  readonly from: number | null;
  readonly property: ts.ObjectLiteralElementLike;
  readonly object: ts.ObjectLiteralExpression | null;
}

export function definitionNodes(call: ts.CallExpression): DefinitionNodes {
  const argument = call.arguments[0];
  const value = argument === undefined ? undefined : valueOf(argument);
  const object = value !== undefined && ts.isObjectLiteralExpression(value) ? value : null;
  if (object === null) return { object, vsn: null, codeChange: undefined, steps: [], initial: null };
  const codeChange = codeChangeOf(object);
  return {
    object,
    vsn: propertyValue(object, "vsn") ?? null,
    codeChange,
    steps: (codeChange ? flattened(codeChange) : []).map((property): StepNode => {
      const key = property.name === undefined ? undefined : nameText(property.name);
      const step = stepValue(property);
      return {
        from: key !== undefined && /^[1-9]\d*$/.test(key) ? Number(key) : null,
        property,
        object: step !== undefined && ts.isObjectLiteralExpression(step) ? step : null,
      };
    }),
    initial: initialState(object),
  };
}

/** The value of a property that is written out in an object literal. */
function propertyValue(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = propertyOf(object, name);
  if (property === undefined) return undefined;
  if (ts.isPropertyAssignment(property)) return unwrap(property.initializer);
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike | undefined {
  return object.properties.findLast((property) => property.name !== undefined && nameText(property.name) === name);
}

function nameText(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : undefined;
}

function codeChangeOf(object: ts.ObjectLiteralExpression): ts.ObjectLiteralExpression | null | undefined {
  const property = propertyOf(object, "codeChange");
  if (property === undefined) return object.properties.some(ts.isSpreadAssignment) ? undefined : null;
  const expression = ts.isPropertyAssignment(property)
    ? property.initializer
    : ts.isShorthandPropertyAssignment(property)
      ? property.name
      : undefined;
  const value = expression === undefined ? undefined : valueOf(expression);
  return value !== undefined && ts.isObjectLiteralExpression(value) ? value : undefined;
}

/** With what is spread into it, where that is an object of this file; what comes later counts. */
function flattened({ properties }: ts.ObjectLiteralExpression): readonly ts.ObjectLiteralElementLike[] {
  if (!properties.some(ts.isSpreadAssignment)) return properties;
  const all = properties.flatMap((property): readonly ts.ObjectLiteralElementLike[] => {
    const value = ts.isSpreadAssignment(property) ? valueOf(property.expression) : undefined;
    return value !== undefined && ts.isObjectLiteralExpression(value) ? [...value.properties] : [property];
  });
  const nameOf = ({ name }: ts.ObjectLiteralElementLike) => (name === undefined ? undefined : nameText(name));
  return all.filter(
    (property, at) => nameOf(property) === undefined || all.findLastIndex((each) => nameOf(each) === nameOf(property)) === at,
  );
}

function stepValue(property: ts.ObjectLiteralElementLike): ts.Expression | undefined {
  return ts.isPropertyAssignment(property) ? valueOf(property.initializer) : undefined;
}

/** The function that is written out under a name. */
export function functionIn(
  object: ts.ObjectLiteralExpression,
  name: string,
): ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration | ts.FunctionDeclaration | undefined {
  const property = propertyOf(object, name);
  if (property === undefined || ts.isMethodDeclaration(property)) return property;
  const value = ts.isPropertyAssignment(property)
    ? valueOf(property.initializer)
    : ts.isShorthandPropertyAssignment(property)
      ? valueOf(property.name)
      : undefined;
  if (value === undefined) return undefined;
  if (ts.isIdentifier(value)) return declaredFunction(value);
  return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : undefined;
}

/** The function that is declared under a name at the top of the file, once. */
function declaredFunction(name: ts.Identifier): ts.FunctionDeclaration | undefined {
  const [first, second] = name
    .getSourceFile()
    .statements.filter(ts.isFunctionDeclaration)
    .filter((each) => each.name?.text === name.text);
  return second === undefined && first?.body !== undefined ? first : undefined;
}

/** The object literal that `init` gives back, if it is written as one. */
function initialState(object: ts.ObjectLiteralExpression): ts.ObjectLiteralExpression | null {
  const fn = functionIn(object, "init");
  if (fn?.body === undefined) return null;
  if (!ts.isBlock(fn.body)) {
    const value = unwrap(fn.body);
    return ts.isObjectLiteralExpression(value) ? value : null;
  }
  const last = fn.body.statements.findLast(ts.isReturnStatement)?.expression;
  const value = last === undefined ? undefined : unwrap(last);
  return value !== undefined && ts.isObjectLiteralExpression(value) ? value : null;
}
