/**
 * What a module keeps outside of its actor's state: variables at its top that functions assign, and maps, lists and objects that functions
 * write into. It belongs to one evaluation of the module, and the next one begins without it.
 */
import { unwrap } from "../find.ts";
import { namesIn } from "../file-functions.ts";
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { ts } from "../typescript.ts";
import { changedVariables } from "./changed-variables.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames } from "./file-names.ts";
import { functionPath, type FunctionPath } from "./function-path.ts";

export interface ModuleVariable {
  readonly name: string;
  readonly range: Range;
  /** Whether another value is assigned, or something is put into the one that is there. */
  readonly kind: "variable" | "container";
  /** Whether whoever writes looks first whether it is there: a cache, which fills again. */
  readonly cache: boolean;
  /** The first function that writes. */
  readonly by: FunctionPath;
  /** The exports that write, where nothing else does: whether any of them is called later is for other files to say. */
  readonly exports: readonly string[] | null;
}

export function moduleVariables({ source, names }: BodySource): readonly ModuleVariable[] {
  if (source.isDeclarationFile) return [];
  return [...changedVariables(names)].flatMap(([declaration, { kind, by }]) => {
    const [first] = by;
    if (!ts.isVariableDeclaration(declaration) || first === undefined) return [];
    if (kind === "container" && !isContainer(declaration, names)) return [];
    const name = ts.isIdentifier(declaration.name) ? declaration.name.text : (namesIn(declaration.name)[0] ?? "");
    const writers = [...new Set(by)];
    if (kind === "variable" && writers.every((writer) => isMadeOnce(declaration, writer, names))) return [];
    const cache = kind === "container" && writers.every((writer) => looksFirst(declaration, writer, names));
    const exports = writers.flatMap((writer) => exportOf(writer) ?? []);
    return [
      {
        name,
        range: rangeOf(declaration.name),
        kind,
        cache,
        by: functionPath(bodyOf(first)),
        exports: exports.length === writers.length ? exports : null,
      },
    ];
  });
}

/** `export function set() {}`, `export const set = () => {}` */
function exportOf(writer: ts.Node): string | undefined {
  const statement = ts.isFunctionDeclaration(writer)
    ? writer
    : ts.isVariableDeclaration(writer.parent)
      ? writer.parent.parent.parent
      : undefined;
  if (statement === undefined || !ts.isSourceFile(statement.parent)) return undefined;
  const name = ts.isFunctionDeclaration(writer) ? writer.name : ts.isVariableDeclaration(writer.parent) ? writer.parent.name : undefined;
  const keywords = "modifiers" in statement ? (statement.modifiers as readonly ts.ModifierLike[] | undefined) : undefined;
  if (name === undefined || !ts.isIdentifier(name) || keywords?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return undefined;
  return keywords?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ? name.text : undefined;
}

/** Lists, maps, sets and objects that are written out; what methods of other values do, and whether they lose anything, is not known. */
function isContainer({ initializer }: ts.VariableDeclaration, names: FileNames): boolean {
  const value = initializer === undefined ? undefined : unwrap(initializer);
  if (value === undefined) return false;
  if (ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value)) return true;
  if (!ts.isNewExpression(value) && !ts.isCallExpression(value)) return false;
  const callee = unwrap(value.expression);
  // `Object.create(null)`, `Array.from(…)`
  const made = ts.isCallExpression(value) && ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  const meaning = names.meaningOf(made);
  // What is kept with an object, in a weak map, goes with it.
  return meaning?.kind === "global" && /^(Array|Map|Object|Set|URLSearchParams|[A-Z]\w*Array)$/.test(meaning.name);
}

/** `if (found === undefined) found = make();`, `if (found) return;` before it, and timers, which another rule tells. */
function isMadeOnce(declaration: ts.VariableDeclaration, writer: ts.Node, names: FileNames): boolean {
  let all = true;
  const visit = (node: ts.Node, guarded: boolean): void => {
    if (ts.isBlock(node)) {
      let within = guarded;
      for (const statement of node.statements) {
        visit(statement, within);
        within ||= ts.isIfStatement(statement) && leaves(statement) && whereMissing(statement.expression, declaration, names)[1];
      }
      return;
    }
    if (ts.isIfStatement(node)) {
      visit(node.expression, guarded);
      const [then, otherwise] = whereMissing(node.expression, declaration, names);
      visit(node.thenStatement, guarded || then);
      if (node.elseStatement !== undefined) visit(node.elseStatement, guarded || otherwise);
      return;
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && means(node.left, declaration, names)) {
      if (!guarded && !isTimer(node.right, names) && !isNothing(node.right)) all = false;
    } else if (ts.isExpression(node) && isOtherChange(node, declaration, names)) {
      all = false;
    }
    ts.forEachChild(node, (child) => visit(child, guarded));
  };
  visit(writer, false);
  return all;
}

/** `if (…) return found;` */
function leaves({ thenStatement, elseStatement }: ts.IfStatement): boolean {
  const last = ts.isBlock(thenStatement) ? thenStatement.statements.at(-1) : thenStatement;
  return elseStatement === undefined && last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last));
}

/** Whether a condition says that the variable has no value yet, where it holds and where it does not. */
function whereMissing(condition: ts.Expression, declaration: ts.Node, names: FileNames): readonly [boolean, boolean] {
  const bare = unwrap(condition);
  if (means(bare, declaration, names)) return [false, true];
  if (ts.isPrefixUnaryExpression(bare) && bare.operator === ts.SyntaxKind.ExclamationToken)
    return means(bare.operand, declaration, names) ? [true, false] : [false, false];
  if (!ts.isBinaryExpression(bare) || !isNothing(bare.right) || !means(bare.left, declaration, names)) return [false, false];
  const operator = bare.operatorToken.getText();
  return [/^===?$/.test(operator), /^!==?$/.test(operator)];
}

function isNothing(value: ts.Expression): boolean {
  const bare = unwrap(value);
  return bare.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(bare) && bare.text === "undefined");
}

function isTimer(value: ts.Expression, names: FileNames): boolean {
  const bare = unwrap(value);
  const meaning = ts.isCallExpression(bare) ? names.originOf(bare.expression) : undefined;
  return meaning !== undefined && meaning.kind !== "local" && /^set(Timeout|Interval|Immediate)$/.test(meaning.name);
}

/** `count++`, `count += 1`. */
function isOtherChange(node: ts.Expression, declaration: ts.Node, names: FileNames): boolean {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const counts = node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
    return counts && means(node.operand, declaration, names);
  }
  if (!ts.isBinaryExpression(node) || !means(node.left, declaration, names)) return false;
  const { kind } = node.operatorToken;
  return (
    kind >= ts.SyntaxKind.FirstCompoundAssignment &&
    kind <= ts.SyntaxKind.LastCompoundAssignment &&
    kind !== ts.SyntaxKind.QuestionQuestionEqualsToken &&
    kind !== ts.SyntaxKind.BarBarEqualsToken
  );
}

/** Whether the function also asks for what is there: `cache.get(key)`, `cache.has(key)`, `key in cache`, `cache[key]`. */
function looksFirst(declaration: ts.Node, writer: ts.Node, names: FileNames): boolean {
  let [looks, puts] = [false, false];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      means(node.expression.expression, declaration, names)
    ) {
      if (/^(get|has)$/.test(node.expression.name.text)) looks = true;
      if (/^(set|add)$/.test(node.expression.name.text)) puts = true;
      // What has an order, or is taken out again, is no cache.
      if (/^(delete|push|pop|shift|unshift|splice)$/.test(node.expression.name.text)) puts = looks = false;
    }
    if (ts.isElementAccessExpression(node) && means(node.expression, declaration, names)) {
      const { parent } = node;
      if (ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) puts = true;
      else looks = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(writer);
  return looks && puts;
}

function means(expression: ts.Expression, declaration: ts.Node, names: FileNames): boolean {
  const meaning = names.meaningOf(expression);
  return meaning?.kind === "local" && meaning.declaration === declaration;
}

/** A place within the function, from which its name is found. */
function bodyOf(fn: ts.Node): ts.Node {
  return ts.isFunctionLike(fn) && "body" in fn && fn.body !== undefined ? fn.body : fn;
}
