/** The files of the project that a file loads when it is loaded itself: by their specifiers. Imports of types alone load nothing. */
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { isOwn } from "./kept-code.ts";

export function imports({ source }: BodySource): readonly string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier) && isOwn(specifier.text)) found.add(specifier.text);
    // `import(…)` may stand anywhere.
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found];
}

function specifierOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly === true ? undefined : node.moduleSpecifier;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? undefined : node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
}
