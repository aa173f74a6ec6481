/**
 * Which functions run while their module is loaded, and never after: what is called where it stands, what a list is gone through with, and
 * what nothing but the top of the file calls. And which names a file speaks of in code that runs later.
 */
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames } from "./file-names.ts";

/** Of a function that stands in no other one that runs later. */
export function runsAtLoad(node: ts.Node, names: FileNames): boolean {
  if (!ts.isFunctionExpression(node) && !ts.isArrowFunction(node) && !ts.isFunctionDeclaration(node)) return false;
  // What comes after an `await` or a `yield` runs later.
  if (node.asteriskToken !== undefined || node.modifiers?.some(({ kind }) => later.has(kind)) === true) return false;
  if (ts.isFunctionDeclaration(node)) return ts.isSourceFile(node.parent) && isOnlyCalledAtLoad(node, names);
  let value: ts.Node = node;
  while (ts.isParenthesizedExpression(value.parent)) value = value.parent;
  const { parent } = value;
  if (ts.isVariableDeclaration(parent))
    return ts.isSourceFile(parent.parent.parent.parent) && !isExported(parent) && isOnlyCalledAtLoad(parent, names);
  if (!ts.isCallExpression(parent)) return false;
  if (parent.expression === value) return true;
  return ts.isPropertyAccessExpression(parent.expression) && visitors.has(parent.expression.name.text);
}

const later: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.AsyncKeyword, ts.SyntaxKind.ExportKeyword]);
const visitors: ReadonlySet<string> = new Set("every filter flatMap forEach from map reduce reduceRight some sort toSorted".split(" "));

function isExported({ parent }: ts.VariableDeclaration): boolean {
  return (
    ts.isVariableStatement(parent.parent) && parent.parent.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}

/** Whether it is called, and every other mention of it, too, is a call at the top of the file. */
function isOnlyCalledAtLoad(declaration: ts.Node, names: FileNames): boolean {
  let [calls, others] = [0, 0];
  const visit = (node: ts.Node, outside: boolean): void => {
    if (ts.isIdentifier(node) && isMention(node)) {
      const meaning = names.meaningOf(node);
      if (meaning?.kind !== "local" || meaning.declaration !== declaration) return;
      if (outside && ts.isCallExpression(node.parent) && node.parent.expression === node) calls += 1;
      else others += 1;
    }
    ts.forEachChild(node, (child) => visit(child, outside && !ts.isFunctionLike(node)));
  };
  visit(names.source, true);
  return calls > 0 && others === 0;
}

/** Neither the name in a declaration nor that of a property. */
function isMention(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.initializer === node;
  return !(ts.isFunctionLike(parent) && parent.name === node);
}

/** The names that functions of the file speak of which run later, and those that are handed on: whatever they belong to. */
export function laterNames({ source, names }: BodySource): readonly string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node, atLoad: boolean): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) {
      // Under another name, it is not followed.
      if (node.propertyName !== undefined) found.add(node.propertyName.text);
      return;
    }
    if (ts.isIdentifier(node) && !(ts.isFunctionLike(node.parent) && node.parent.name === node)) {
      const declared = ts.isVariableDeclaration(node.parent) && node.parent.name === node;
      const said = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node;
      if (!declared && !(atLoad && ts.isCallExpression(said.parent) && said.parent.expression === said)) found.add(node.text);
    }
    const runsLater = (ts.isFunctionLike(node) || ts.isPropertyDeclaration(node)) && !runsAtLoad(node, names);
    ts.forEachChild(node, (child) => visit(child, atLoad && !runsLater));
  };
  visit(source, true);
  return [...found];
}
