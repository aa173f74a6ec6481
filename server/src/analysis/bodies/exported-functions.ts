/** What the functions that a file exports take from outside and do to the world, for steps of other files that call them. */
import { isFunction } from "../file-functions.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { type Effects, effectsOf } from "./effects.ts";
import { constantOf, reachedFunctions } from "./reached-functions.ts";

export interface ExportedFunction extends Effects {
  /** As other files ask for it; `*` for all that is passed on. */
  readonly name: string;
  /** Where it is passed on from; null for a function of the file itself. */
  readonly passedOn: { readonly from: string; readonly name: string } | null;
}

export function exportedFunctions({ source, names }: BodySource): readonly ExportedFunction[] {
  const found: ExportedFunction[] = [];
  const add = (name: string, node: ts.Node | undefined): void => {
    if (node === undefined || !(isFunction(node) || ts.isFunctionDeclaration(node))) return;
    found.push({ name, passedOn: null, ...effectsOf(reachedFunctions(node, names), names) });
  };
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) passOn(statement);
    else if (ts.isFunctionDeclaration(statement) && isExported(statement)) {
      const isDefault = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true;
      add(isDefault ? "default" : (statement.name?.text ?? ""), statement);
    } else if (ts.isVariableStatement(statement) && isExported(statement)) {
      for (const each of statement.declarationList.declarations) if (ts.isIdentifier(each.name)) add(each.name.text, constantOf(each));
    } else if (ts.isExportAssignment(statement)) add("default", meant(statement.expression));
  }
  return found;

  function passOn({ exportClause, moduleSpecifier }: ts.ExportDeclaration): void {
    const from = moduleSpecifier !== undefined && ts.isStringLiteralLike(moduleSpecifier) ? moduleSpecifier.text : null;
    if (exportClause === undefined) {
      if (from !== null) found.push({ name: "*", passedOn: { from, name: "*" }, effects: [], calls: [] });
      return;
    }
    if (!ts.isNamedExports(exportClause)) return;
    for (const { name, propertyName } of exportClause.elements) {
      const own = propertyName ?? name;
      if (from !== null) found.push({ name: name.text, passedOn: { from, name: own.text }, effects: [], calls: [] });
      else if (ts.isIdentifier(own)) add(name.text, meant(own));
    }
  }

  function meant(expression: ts.Expression): ts.Node | undefined {
    const meaning = names.meaningOf(expression);
    if (meaning?.kind !== "local") return expression;
    return constantOf(meaning.declaration) ?? meaning.declaration;
  }
}

function isExported(statement: ts.FunctionDeclaration | ts.VariableStatement): boolean {
  return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}
