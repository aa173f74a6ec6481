/** The functions of the definition that a file exports by default, by where they stand in it, whether written out there or named. */
import { unwrap, defaultCall, valueOf } from "../find.ts";
import type { FunctionNode } from "../file-functions.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";

export interface Handler {
  /** `["casts", "say"]`, `["init"]`, `["codeChange", "1", "up"]`. */
  readonly path: readonly string[];
  readonly function: FunctionNode;
}

export function handlersOf({ source, names }: BodySource): readonly Handler[] {
  const [argument] = defaultCall(source)?.arguments ?? [];
  const found: Handler[] = [];
  if (argument !== undefined) look(valueOf(argument), []);
  return found;

  function look(value: ts.Expression, path: readonly string[]): void {
    const fn = functionOf(value, names);
    if (fn !== undefined) found.push({ path, function: fn });
    const object = valueOf(value);
    // Definitions are no deeper than `codeChange.1.messages.add.up`.
    if (!ts.isObjectLiteralExpression(object) || path.length > 4) return;
    for (const property of object.properties) {
      const { name } = property;
      if (name === undefined || !(ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name))) continue;
      const inner = [...path, name.text];
      if (ts.isMethodDeclaration(property)) found.push({ path: inner, function: property });
      else if (ts.isPropertyAssignment(property)) look(property.initializer, inner);
      else if (ts.isShorthandPropertyAssignment(property)) look(property.name, inner);
    }
  }
}

/** The function that an expression is, or names; one that a variable holds only where nothing else can be assigned to it. */
export function functionOf(expression: ts.Expression, names: BodySource["names"]): FunctionNode | undefined {
  const value = unwrap(expression);
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return value;
  if (!ts.isIdentifier(value)) return undefined;
  const meaning = names.meaningOf(value);
  if (meaning?.kind !== "local") return undefined;
  const { declaration } = meaning;
  if (ts.isFunctionDeclaration(declaration)) return declaration.body === undefined ? undefined : declaration;
  if (!ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name) || declaration.initializer === undefined)
    return undefined;
  if (!ts.isVariableDeclarationList(declaration.parent) || (declaration.parent.flags & ts.NodeFlags.Const) === 0) return undefined;
  const held = unwrap(declaration.initializer);
  return ts.isArrowFunction(held) || ts.isFunctionExpression(held) ? held : undefined;
}
