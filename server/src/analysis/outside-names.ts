/** Values that a function has from elsewhere, and of which nothing is known, such as what is imported: what becomes of them in it. */
import { unwrap } from "./find.ts";
import { ts } from "./typescript.ts";

/** Whether an identifier stands for a value, and not for a key, a label or what is declared there. */
export function isReference(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === name;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === name;
  if (ts.isBindingElement(parent) || ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.initializer === name;
  if (ts.isFunctionLike(parent)) return ts.isArrowFunction(parent) && parent.body === name;
  return !ts.isLabeledStatement(parent) && !ts.isBreakOrContinueStatement(parent);
}

/**
 * Whether a value is only compared, or goes into what the step returns, so that none of its methods is called and none gets the state.
 * @param step null where what the function returns goes on to others.
 */
export function staysUntouched(value: ts.Node, step: ts.Node | null): boolean {
  const { parent } = value;
  if (ts.isPropertyAccessExpression(parent)) return staysUntouched(parent, step);
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === value || staysUntouched(parent, step);
  if (ts.isConditionalExpression(parent)) return parent.condition === value || staysUntouched(parent, step);
  if (passesOn.has(parent.kind)) return staysUntouched(parent, step);
  if (ts.isBinaryExpression(parent)) {
    const { kind } = parent.operatorToken;
    return usesUp.has(kind) || (isChoice(kind) && staysUntouched(parent, step));
  }
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === value)) {
    let returning: ts.Node = parent;
    while (!ts.isFunctionLike(returning)) returning = returning.parent;
    if (returning === step) return true;
    // Of a callback's results, the value of the call is made.
    const call = returning.parent;
    if (!ts.isCallExpression(call) || call.expression === returning || !ts.isPropertyAccessExpression(call.expression)) return false;
    return !givesBack.has(call.expression.name.text) && staysUntouched(call, step);
  }
  return endsThere.has(parent.kind);
}

/** Whether an expression is written out, without functions and names. */
export function isPlainData(expression: ts.Expression): boolean {
  const value = unwrap(expression);
  if (ts.isPrefixUnaryExpression(value)) return isPlainData(value.operand);
  if (ts.isArrayLiteralExpression(value)) return value.elements.every(isPlainData);
  if (ts.isObjectLiteralExpression(value)) {
    return value.properties.every(
      (property) => ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name) && isPlainData(property.initializer),
    );
  }
  return literals.has(value.kind);
}

const { SyntaxKind } = ts;

function isChoice(operator: ts.SyntaxKind): boolean {
  return (
    operator === SyntaxKind.QuestionQuestionToken || operator === SyntaxKind.BarBarToken || operator === SyntaxKind.AmpersandAmpersandToken
  );
}

const literals: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.BigIntLiteral,
  SyntaxKind.FalseKeyword,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.NullKeyword,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.TrueKeyword,
]);

/** Methods that give their callback what it has returned. */
const givesBack: ReadonlySet<string> = new Set(["parse", "reduce", "reduceRight"]);

/** Whose value may be, or have in it, the value that they are made of. */
const passesOn: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.ArrayLiteralExpression,
  SyntaxKind.AsExpression,
  SyntaxKind.NonNullExpression,
  SyntaxKind.ObjectLiteralExpression,
  SyntaxKind.ParenthesizedExpression,
  SyntaxKind.PropertyAssignment,
  SyntaxKind.SatisfiesExpression,
  SyntaxKind.ShorthandPropertyAssignment,
  SyntaxKind.SpreadAssignment,
  SyntaxKind.SpreadElement,
]);

/** Operators whose value is a primitive. */
const usesUp: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.AsteriskToken,
  SyntaxKind.EqualsEqualsEqualsToken,
  SyntaxKind.EqualsEqualsToken,
  SyntaxKind.ExclamationEqualsEqualsToken,
  SyntaxKind.ExclamationEqualsToken,
  SyntaxKind.GreaterThanEqualsToken,
  SyntaxKind.GreaterThanToken,
  SyntaxKind.InKeyword,
  SyntaxKind.LessThanEqualsToken,
  SyntaxKind.LessThanToken,
  SyntaxKind.MinusToken,
  SyntaxKind.PlusToken,
  SyntaxKind.SlashToken,
]);

/** Where nothing is left of a value but whether it is true, or its text. */
const endsThere: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.CaseClause,
  SyntaxKind.ComputedPropertyName,
  SyntaxKind.IfStatement,
  SyntaxKind.PrefixUnaryExpression,
  SyntaxKind.SwitchStatement,
  SyntaxKind.TemplateSpan,
  SyntaxKind.TypeOfExpression,
]);
