/** What a module's own `init` says of a field of the state. */
import { ts } from "../typescript.ts";
import { unwrap } from "../find.ts";

/**
 * The value that `init` gives a field, as text that means the same for ever; undefined where it is not written out, or is not the same for
 * every process.
 * @param path names of fields, from the state inwards.
 */
export function initialValue(
  initial: ts.ObjectLiteralExpression | null,
  path: readonly string[],
  checker: ts.TypeChecker,
): string | undefined {
  let value: ts.Expression | null = initial;
  for (const name of path) {
    const object: ts.Expression | undefined = value === null ? undefined : unwrap(value);
    if (object === undefined || !ts.isObjectLiteralExpression(object) || object.properties.some(ts.isSpreadAssignment)) return undefined;
    const property: ts.ObjectLiteralElementLike | undefined = object.properties.findLast(
      (each) => each.name !== undefined && (ts.isIdentifier(each.name) || ts.isStringLiteralLike(each.name)) && each.name.text === name,
    );
    if (property !== undefined && ts.isShorthandPropertyAssignment(property)) {
      const symbol = checker.getShorthandAssignmentValueSymbol(property);
      return symbol === undefined ? undefined : constantOf(symbol, checker, 5);
    }
    if (property === undefined || !ts.isPropertyAssignment(property)) return undefined;
    value = property.initializer;
  }
  return value === null ? undefined : constantText(value, checker, 5);
}

/** @param depth how many constants may lead to each other. */
function constantText(node: ts.Expression, checker: ts.TypeChecker, depth: number): string | undefined {
  const inner = (each: ts.Expression) => constantText(each, checker, depth);
  const whole = (parts: readonly (string | undefined)[], write: (texts: readonly string[]) => string) =>
    parts.every((part) => part !== undefined) ? write(parts) : undefined;
  if (ts.isStringLiteralLike(node)) return JSON.stringify(node.text);
  if (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) return node.getText();
  if ([ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)) return node.getText();
  if (ts.isSatisfiesExpression(node)) return inner(node.expression);
  if (ts.isParenthesizedExpression(node)) {
    const text = inner(node.expression);
    return text !== undefined && ts.isBinaryExpression(unwrap(node)) ? `(${text})` : text;
  }
  if (ts.isAsExpression(node)) return ts.isConstTypeReference(node.type) ? inner(node.expression) : undefined;
  if (ts.isPrefixUnaryExpression(node) && [ts.SyntaxKind.MinusToken, ts.SyntaxKind.PlusToken].includes(node.operator)) {
    const operand = inner(node.operand);
    return operand === undefined ? undefined : `${node.operator === ts.SyntaxKind.MinusToken ? "-" : "+"}${operand}`;
  }
  if (ts.isBinaryExpression(node) && /^[-+*/%]$/.test(node.operatorToken.getText()))
    return whole([inner(node.left), inner(node.right)], (parts) => parts.join(` ${node.operatorToken.getText()} `));
  if (ts.isArrayLiteralExpression(node)) return whole(node.elements.map(inner), (parts) => `[${parts.join(", ")}]`);
  if (ts.isObjectLiteralExpression(node)) {
    const parts = node.properties.map((each) => {
      const made = ts.isPropertyAssignment(each) && !ts.isComputedPropertyName(each.name) ? inner(each.initializer) : undefined;
      return made === undefined ? undefined : `${each.name?.getText()}: ${made}`;
    });
    return whole(parts, (texts) => (texts.length === 0 ? "{}" : `{ ${texts.join(", ")} }`));
  }
  if (ts.isNewExpression(node)) {
    const empty = (node.arguments ?? []).length === 0 && ts.isIdentifier(node.expression) && /^(Map|Set)$/.test(node.expression.text);
    return empty ? `new ${node.expression.getText()}()` : undefined;
  }
  if (ts.isIdentifier(node)) {
    if (node.text === "undefined") return node.text;
    const symbol = checker.getSymbolAtLocation(node);
    return symbol === undefined ? undefined : constantOf(symbol, checker, depth);
  }
  if (ts.isPropertyAccessExpression(node)) {
    const symbol = checker.getSymbolAtLocation(node);
    return symbol !== undefined && (symbol.flags & ts.SymbolFlags.EnumMember) !== 0 ? node.getText() : undefined;
  }
  return undefined;
}

/** What a constant of the project stands for: its name may stand for something else one day, and a step means what it meant. */
function constantOf(symbol: ts.Symbol, checker: ts.TypeChecker, depth: number): string | undefined {
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const [declaration] = meant.declarations ?? [];
  if (depth === 0 || declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return undefined;
  if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0 || !ts.isSourceFile(declaration.parent.parent.parent))
    return undefined;
  return constantText(declaration.initializer, checker, depth - 1);
}
