/** Which functions of its own file a function calls, or hands to somebody who may, and what these call in turn. */
import { isFunction, type FunctionNode } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { isReference } from "../outside-names.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";

export interface ReachedFunction {
  readonly node: FunctionNode;
  /** The names of the functions on the way there, this one's last; empty for the first. */
  readonly through: readonly string[];
}

/** The function itself comes first. */
export function reachedFunctions(first: FunctionNode, names: FileNames): readonly ReachedFunction[] {
  const reached = new Map<FunctionNode, readonly string[]>([[first, []]]);
  for (const [node, through] of reached) {
    eachPart(node, (part) => {
      const called = functionMeant(part, names);
      if (called !== undefined && !reached.has(called.node)) reached.set(called.node, [...through, called.name]);
    });
  }
  return [...reached].map(([node, through]) => ({ node, through }));
}

/** The function at the top of the file that a name stands for, or a property of an object that is written out there. */
export function functionMeant(node: ts.Node, names: FileNames): { readonly node: FunctionNode; readonly name: string } | undefined {
  if (ts.isIdentifier(node)) {
    if (!isReference(node)) return undefined;
    const meaning = names.meaningOf(node);
    if (meaning?.kind !== "local" || !meaning.top) return undefined;
    const found = ts.isFunctionDeclaration(meaning.declaration) ? meaning.declaration : constantOf(meaning.declaration);
    return found !== undefined && isCode(found) ? { node: found, name: meaning.name } : undefined;
  }
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const meaning = names.meaningOf(node.expression);
  const object = meaning?.kind === "local" && meaning.top ? constantOf(meaning.declaration) : undefined;
  if (object === undefined || !ts.isObjectLiteralExpression(object)) return undefined;
  const property = object.properties.find(({ name }) => name !== undefined && ts.isIdentifier(name) && name.text === node.name.text);
  const value = property !== undefined && ts.isPropertyAssignment(property) ? unwrap(property.initializer) : property;
  return value !== undefined && isCode(value) ? { node: value, name: node.getText() } : undefined;
}

/** Visits what runs when a function runs, what it declares within included; types are left out. */
export function eachPart(node: ts.Node, visit: (part: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    if (ts.isTypeNode(child) || ts.isInterfaceDeclaration(child) || ts.isTypeAliasDeclaration(child)) return;
    visit(child);
    eachPart(child, visit);
  });
}

/** What a constant was declared with. */
export function constantOf(declaration: ts.Node): ts.Expression | undefined {
  if (!ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name) || declaration.initializer === undefined)
    return undefined;
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0 ? undefined : unwrap(declaration.initializer);
}

function isCode(node: ts.Node): node is FunctionNode {
  return isFunction(node) || ((ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node)) && node.body !== undefined);
}
