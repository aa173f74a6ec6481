/**
 * A step that assigns some fields of the state that it is given and returns it, as one that returns a new object: only where the fields that
 * it returns are all known, so that each can be written out.
 */
import type { FileEdit } from "../rule.ts";
import { type FunctionNode, isAssignment } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { rangeIn } from "../source-place.ts";
import { ts } from "../typescript.ts";

/** Null where the function is not of that form. */
export function rebuiltState(node: FunctionNode, source: ts.SourceFile): readonly Omit<FileEdit, "file">[] | null {
  const { body } = node;
  const [parameter] = node.parameters;
  if (body === undefined || !ts.isBlock(body) || parameter === undefined || !ts.isIdentifier(parameter.name)) return null;
  const name = parameter.name.text;
  const all = fieldsOf(node.type, source) ?? fieldsOf(parameter.type, source);
  if (all === null) return null;
  const fields = new Map<string, string | null>(all.map((field) => [field, null]));
  const [first] = body.statements;
  const last = body.statements.at(-1);
  if (first === undefined || last === undefined || !ts.isReturnStatement(last) || last.expression === undefined) return null;
  if (!isNamed(last.expression, name) || last === first) return null;
  for (const statement of body.statements) {
    if (statement === last) break;
    if (!ts.isExpressionStatement(statement) || hasComment(statement, first, source)) return null;
    const { expression } = statement;
    if (ts.isDeleteExpression(expression)) {
      const field = fieldOf(expression.expression, name);
      if (field === undefined) return null;
      fields.delete(field);
    } else if (isAssignment(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const field = fieldOf(expression.left, name);
      const value = expression.right.getText();
      // What was assigned before is another value than the old one's.
      const assigned = [...fields].some(([each, text]) => text !== null && new RegExp(`\\b${each}\\b`).test(value));
      if (field === undefined || assigned || new RegExp(`\\b${name}\\b(?!\\s*\\.)`).test(value)) return null;
      fields.set(field, value);
    } else return null;
  }
  if (hasComment(last, first, source)) return null;
  const list = [...fields].map(([field, value]) => `${field}: ${value ?? `${name}.${field}`}`).join(", ");
  return [
    { range: rangeIn(source, first.getStart(), last.getEnd()), newText: `return { ${list} }${last.getText().endsWith(";") ? ";" : ""}` },
  ];
}

/** A comment between statements would be lost. */
function hasComment(statement: ts.Statement, first: ts.Statement, source: ts.SourceFile): boolean {
  return statement !== first && /\S/.test(source.text.slice(statement.getFullStart(), statement.getStart()));
}

function isNamed(expression: ts.Expression, name: string): boolean {
  const value = unwrap(expression);
  return ts.isIdentifier(value) && value.text === name;
}

function fieldOf(target: ts.Expression, name: string): string | undefined {
  const place = unwrap(target);
  return ts.isPropertyAccessExpression(place) && ts.isIdentifier(place.name) && isNamed(place.expression, name)
    ? place.name.text
    : undefined;
}

/** The fields of an interface or object type that is written out in this file. */
function fieldsOf(type: ts.TypeNode | undefined, source: ts.SourceFile): readonly string[] | null {
  if (type === undefined) return null;
  if (ts.isTypeLiteralNode(type)) return membersOf(type.members);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName) || type.typeArguments !== undefined) return null;
  const { text } = type.typeName;
  const declared = source.statements.filter(
    (each) => (ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)) && each.name.text === text,
  );
  const [declaration] = declared;
  if (declaration === undefined || declared.length > 1) return null;
  if (ts.isTypeAliasDeclaration(declaration)) return ts.isTypeLiteralNode(declaration.type) ? membersOf(declaration.type.members) : null;
  if (!ts.isInterfaceDeclaration(declaration) || declaration.heritageClauses !== undefined) return null;
  return membersOf(declaration.members);
}

/** Optional ones may be absent, which an object that has them all written out would not say. */
function membersOf(members: ts.NodeArray<ts.TypeElement>): readonly string[] | null {
  const names = members.map((member) =>
    ts.isPropertySignature(member) && member.questionToken === undefined && ts.isIdentifier(member.name) ? member.name.text : null,
  );
  return names.every((name) => name !== null) ? names : null;
}
