/**
 * What in a function throws, or may, with values that its types allow: `throw`, `!` after a lookup that may find nothing, parsing. What a
 * `try` around it catches is left out, and what the function itself has made sure of before, as far as that is written around it.
 */
import { unwrap } from "../find.ts";
import { rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";
import { eachPart, type ReachedFunction } from "./reached-functions.ts";

export interface MayThrow {
  readonly kind: "throw" | "lookup" | "parse" | "reduce";
  /** As a message shows it: `old.users.find(…)!`. */
  readonly text: string;
  readonly range: Range;
  readonly through: readonly string[];
  /** Of a `throw` behind all cases of a `switch`: what is switched on, as a path from the step's parameter, and the cases. */
  readonly otherwise: { readonly path: readonly string[]; readonly cases: readonly (string | number | boolean)[] } | null;
}

export function mayThrow(reached: readonly ReachedFunction[], names: FileNames): readonly MayThrow[] {
  const found: MayThrow[] = [];
  for (const { node, through } of reached) {
    // What a function that throws is called for is told where it throws.
    const [parameter] = through.length === 0 ? node.parameters : [];
    eachPart(node, (part) => {
      const risk = riskOf(part, names);
      if (risk === null || isCaught(part, node)) return;
      const otherwise = ts.isThrowStatement(part) ? otherwiseOf(part, parameter) : null;
      // Behind a `switch` of which nothing is known, the compiler says whether a case is missing.
      if (otherwise === "unknown") return;
      found.push({ ...risk, range: rangeOf(part), through, otherwise });
    });
  }
  return found;
}

function riskOf(part: ts.Node, names: FileNames): Pick<MayThrow, "kind" | "text"> | null {
  if (ts.isThrowStatement(part))
    return provesNever(part) ? null : { kind: "throw", text: shortened(part.getText().replace(/;$/, "").replaceAll("`", "'")) };
  if (ts.isNonNullExpression(part)) return looksUp(part) ? { kind: "lookup", text: shortened(part.getText()) } : null;
  if (ts.isNewExpression(part)) {
    const [argument] = part.arguments ?? [];
    return isGlobal(part.expression, "URL", names) && argument !== undefined && !isWritten(argument)
      ? { kind: "parse", text: shortened(part.getText()) }
      : null;
  }
  if (!ts.isCallExpression(part)) return null;
  const callee = unwrap(part.expression);
  const [argument] = part.arguments;
  if (argument === undefined || isWritten(argument)) return null;
  const parse = (): Pick<MayThrow, "kind" | "text"> => ({ kind: "parse", text: shortened(part.getText()) });
  if (isGlobal(callee, "decodeURIComponent", names) || isGlobal(callee, "decodeURI", names)) return parse();
  if (!ts.isPropertyAccessExpression(callee)) return null;
  const method = callee.name.text;
  if (method === "parse" && isGlobal(callee.expression, "JSON", names)) return isCopy(argument, names) ? null : parse();
  const reduces = /^reduce(?:Right)?$/.test(method) && part.arguments.length === 1;
  return reduces ? { kind: "reduce", text: shortened(`${callee.getText()}(…)`) } : null;
}

/** `JSON.parse(JSON.stringify(state))` gets what it understands. */
function isCopy(argument: ts.Expression, names: FileNames): boolean {
  const value = unwrap(argument);
  if (!ts.isCallExpression(value)) return false;
  const callee = unwrap(value.expression);
  return ts.isPropertyAccessExpression(callee) && callee.name.text === "stringify" && isGlobal(callee.expression, "JSON", names);
}

/** A `!` after what gives nothing where nothing is found, unless a look there before says that something is. */
function looksUp(assertion: ts.NonNullExpression): boolean {
  let value: ts.Expression = assertion.expression;
  while (ts.isParenthesizedExpression(value)) value = value.expression;
  if (ts.isCallExpression(value)) {
    const callee = value.expression;
    if (!ts.isPropertyAccessExpression(callee) || !lookups.has(callee.name.text)) return false;
    const holder = callee.expression.getText();
    return !isSureOf(
      assertion,
      (condition) => condition.includes(`${holder}.has(`) || condition.includes(`${holder}.length`) || condition.includes(`${holder}.size`),
    );
  }
  if (ts.isElementAccessExpression(value)) {
    // An index that is counted is in the list; one that is written there may not be.
    const holder = value.expression.getText();
    return ts.isNumericLiteral(value.argumentExpression) && !isSureOf(assertion, (condition) => condition.includes(`${holder}.length`));
  }
  if (!ts.isPropertyAccessExpression(value)) return false;
  // What is only compared is asked for nothing.
  if (ts.isBinaryExpression(assertion.parent) && assertion.parent.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken)
    return false;
  const path = value.getText();
  return !isSureOf(assertion, (condition) => condition.includes(path));
}

/** Whether a condition around it, or one in an earlier statement of a block around it, speaks of the same. */
function isSureOf(node: ts.Node, speaks: (condition: string) => boolean): boolean {
  for (let at = node; at.parent !== undefined && !ts.isSourceFile(at.parent); at = at.parent) {
    const { parent } = at;
    if (ts.isConditionalExpression(parent) && at !== parent.condition && speaks(parent.condition.getText())) return true;
    if (ts.isIfStatement(parent) && at !== parent.expression && speaks(parent.expression.getText())) return true;
    if (ts.isWhileStatement(parent) && at === parent.statement && speaks(parent.expression.getText())) return true;
    if (ts.isBinaryExpression(parent) && at === parent.right && speaks(parent.left.getText())) return true;
    if (ts.isBlock(parent)) {
      for (const before of parent.statements) {
        if (before === at) break;
        if (ts.isIfStatement(before) && speaks(before.expression.getText())) return true;
      }
    }
    // `items.filter((item) => all.has(item.id)).map((item) => all.get(item.id)!)`
    if (ts.isCallExpression(parent) && parent.expression !== at && speaks(parent.expression.getText())) return true;
  }
  return false;
}

/** `const never: never = value`, `value satisfies never`: it compiles only where nothing comes there. */
function provesNever(statement: ts.ThrowStatement): boolean {
  const proves = (node: ts.Node): boolean => {
    if ((ts.isSatisfiesExpression(node) || ts.isAsExpression(node)) && node.type.kind === ts.SyntaxKind.NeverKeyword)
      return ts.isSatisfiesExpression(node);
    if (ts.isVariableDeclaration(node) && node.type?.kind === ts.SyntaxKind.NeverKeyword) return true;
    if (ts.isFunctionLike(node)) return false;
    return ts.forEachChild(node, (child) => proves(child) || undefined) === true;
  };
  if (proves(statement)) return true;
  // In a function of its own, its parameter says it.
  for (let at: ts.Node = statement.parent; at !== undefined; at = at.parent) {
    if (ts.isBlock(at) || ts.isCaseClause(at) || ts.isDefaultClause(at)) {
      if (at.statements.some((each) => each.pos < statement.pos && proves(each))) return true;
    }
    if (ts.isFunctionLike(at)) return at.parameters.some(({ type }) => type?.kind === ts.SyntaxKind.NeverKeyword);
  }
  return false;
}

/** Whether a `try` in the function catches it. */
function isCaught(part: ts.Node, within: ts.Node): boolean {
  for (let at = part; at !== within && at.parent !== undefined; at = at.parent)
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at && at.parent.catchClause !== undefined) return true;
  return false;
}

/** Null for a `throw` that stands behind no `switch`. */
function otherwiseOf(statement: ts.ThrowStatement, parameter: ts.ParameterDeclaration | undefined): MayThrow["otherwise"] | "unknown" {
  const found = switchBefore(statement);
  if (found === undefined) return null;
  const path = parameter === undefined ? undefined : pathFrom(found.expression, parameter);
  const clauses = found.caseBlock.clauses.filter(ts.isCaseClause);
  const cases = clauses.map(({ expression }) => literalOf(expression));
  if (path === undefined || cases.some((each) => each === undefined)) return "unknown";
  return { path, cases: cases.filter((each) => each !== undefined) };
}

function switchBefore(statement: ts.ThrowStatement): ts.SwitchStatement | undefined {
  for (let at: ts.Node = statement; at.parent !== undefined && !ts.isFunctionLike(at.parent); at = at.parent) {
    if (ts.isDefaultClause(at.parent)) return at.parent.parent.parent;
    if (ts.isCaseClause(at.parent) || ts.isIfStatement(at.parent)) return undefined;
  }
  const { parent } = statement;
  if (!ts.isBlock(parent) || !ts.isFunctionLike(parent.parent)) return undefined;
  const before = parent.statements[parent.statements.indexOf(statement) - 1];
  return before !== undefined && ts.isSwitchStatement(before) ? before : undefined;
}

/** `["mode"]` for `old.mode`, where `old` is the parameter, or for `mode`, where that is a pattern. */
export function pathFrom(expression: ts.Expression, parameter: ts.ParameterDeclaration): readonly string[] | undefined {
  const path: string[] = [];
  let at = unwrap(expression);
  while (ts.isPropertyAccessExpression(at)) {
    path.unshift(at.name.text);
    at = unwrap(at.expression);
  }
  if (!ts.isIdentifier(at)) return undefined;
  const { text } = at;
  if (ts.isIdentifier(parameter.name)) return parameter.name.text === text ? path : undefined;
  if (!ts.isObjectBindingPattern(parameter.name)) return undefined;
  const element = parameter.name.elements.find(({ name }) => ts.isIdentifier(name) && name.text === text);
  if (element === undefined || element.dotDotDotToken !== undefined) return undefined;
  const key = element.propertyName ?? element.name;
  return ts.isIdentifier(key) ? [key.text, ...path] : undefined;
}

function literalOf(expression: ts.Expression): string | number | boolean | undefined {
  const value = unwrap(expression);
  if (ts.isStringLiteralLike(value)) return value.text;
  if (ts.isNumericLiteral(value)) return Number(value.text);
  if (value.kind === ts.SyntaxKind.TrueKeyword) return true;
  return value.kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
}

function isWritten(expression: ts.Expression): boolean {
  const value = unwrap(expression);
  return ts.isStringLiteralLike(value) || ts.isNumericLiteral(value);
}

function isGlobal(expression: ts.Expression, name: string, names: FileNames): boolean {
  const meaning = names.meaningOf(expression);
  return meaning?.kind === "global" && meaning.name === name;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** Methods that give nothing where nothing is found. */
const lookups: ReadonlySet<string> = new Set("at exec find findLast get match pop shift".split(" "));
