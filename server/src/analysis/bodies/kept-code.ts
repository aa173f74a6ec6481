/** Values that are handed over to be called later: whether they are code of the project's own modules, and for how long they are kept. */
import { unwrap } from "../find.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";

/**
 * Whether a value is certainly a function of this file, or of another one of the project: `written` where it stands, or `named`. Null where
 * it may be anybody's, such as what comes as an argument, or is of a package.
 */
export function keptCode(expression: ts.Expression, names: FileNames, depth = 0): "written" | "named" | null {
  const value = unwrap(expression);
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return "written";
  if (ts.isConditionalExpression(value)) return keptCode(value.whenTrue, names, depth) ?? keptCode(value.whenFalse, names, depth);
  if (ts.isCallExpression(value)) {
    const { expression: callee } = value;
    return ts.isPropertyAccessExpression(callee) && callee.name.text === "bind" ? keptCode(callee.expression, names, depth) : null;
  }
  // Methods of a class that is written here.
  if (ts.isPropertyAccessExpression(value) && unwrap(value.expression).kind === ts.SyntaxKind.ThisKeyword) return "named";
  const meaning = names.meaningOf(value);
  if (meaning?.kind === "import") return isOwn(meaning.from) ? "named" : null;
  if (meaning?.kind === "local") return depth > 5 ? null : declaresCode(meaning.declaration, names, depth);
  return ts.isPropertyAccessExpression(value) && memberOf(value, names) !== undefined ? "named" : null;
}

/** Whether a specifier leads to a file of the project, as far as it says so itself. */
export function isOwn(specifier: string): boolean {
  return /^\.\.?(\/|$)/.test(specifier);
}

/** Whether a function settles the promise that is just being made: then it lives no longer than who waits for that. */
export function settlesPromise(callback: ts.Expression, names: FileNames): boolean {
  const fn = unwrap(callback);
  let executor: ts.Node | undefined = fn.parent;
  while (executor !== undefined && !isExecutor(executor, names)) executor = executor.parent;
  if (executor === undefined || !ts.isFunctionLike(executor)) return false;
  const settles = new Set<ts.Node>(executor.parameters);
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const meaning = names.meaningOf(node);
      if (meaning?.kind === "local" && settles.has(meaning.declaration)) found = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(fn);
  return found;
}

/** The nearest function around a node, or the file. */
export function functionAround(node: ts.Node): ts.Node {
  let at = node.parent;
  while (at.parent !== undefined && !ts.isFunctionLike(at)) at = at.parent;
  return at;
}

/** A function that does nothing but send a message is as good as none: whatever code is current handles it. */
export function onlySends(given: ts.Expression): boolean {
  const fn = unwrap(given);
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return false;
  const [only, ...more] = ts.isBlock(fn.body) ? fn.body.statements : [fn.body];
  if (only === undefined || more.length > 0) return only === undefined;
  let expression: ts.Node = ts.isExpressionStatement(only) ? only.expression : only;
  while (ts.isVoidExpression(expression)) expression = expression.expression;
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  const [name] = expression.arguments;
  return /^(cast|call)$/.test(expression.expression.name.text) && name !== undefined && ts.isStringLiteralLike(name);
}

/** The variable that what a call gives is kept in, where it is one of the function itself. */
export function localResult(call: ts.Node): ts.VariableDeclaration | undefined {
  const { parent } = call;
  return ts.isVariableDeclaration(parent) && parent.initializer === call && ts.isIdentifier(parent.name) ? parent : undefined;
}

function declaresCode(declaration: ts.Node, names: FileNames, depth: number): "named" | null {
  if (ts.isFunctionDeclaration(declaration)) return "named";
  if (!ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name) || declaration.initializer === undefined) return null;
  return keptCode(declaration.initializer, names, depth + 1) === null ? null : "named";
}

/** The property of an object that is written out in the file. */
function memberOf({ expression, name }: ts.PropertyAccessExpression, names: FileNames): ts.ObjectLiteralElementLike | undefined {
  const meaning = names.meaningOf(expression);
  if (meaning?.kind !== "local" || !ts.isVariableDeclaration(meaning.declaration)) return undefined;
  const { initializer } = meaning.declaration;
  const object = initializer === undefined ? undefined : unwrap(initializer);
  if (object === undefined || !ts.isObjectLiteralExpression(object)) return undefined;
  return object.properties.find(
    (property) =>
      property.name !== undefined &&
      ts.isIdentifier(property.name) &&
      property.name.text === name.text &&
      (ts.isMethodDeclaration(property) || (ts.isPropertyAssignment(property) && keptCode(property.initializer, names, 5) !== null)),
  );
}

function isExecutor(node: ts.Node, names: FileNames): boolean {
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return false;
  const { parent } = node;
  if (!ts.isNewExpression(parent) || parent.arguments?.[0] !== node) return false;
  const meaning = names.meaningOf(parent.expression);
  return meaning?.kind === "global" && meaning.name === "Promise";
}
