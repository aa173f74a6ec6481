/**
 * Fields of the state that are only ever given functions that other files of the project export: with the edits by which they keep
 * references to them by `mfa` instead. Where anything else may come into such a field, there are none.
 */
import { unwrap } from "../find.ts";
import { inLayout, layoutOf } from "../migration/code.ts";
import { isReference } from "../outside-names.ts";
import { runtimePackage } from "../runtime-names.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { handlersOf } from "./handlers.ts";
import { isOwn } from "./kept-code.ts";
import type { TextEdit } from "./round-edits.ts";
import { contextName, givenBack, stateAt, statePath } from "./state-values.ts";

export interface KeptReferences {
  readonly field: string;
  /** Where the field is declared. */
  readonly declared: Range;
  readonly functions: readonly Imported[];
  readonly edits: readonly TextEdit[];
}

interface Imported {
  /** The specifier. */
  readonly from: string;
  readonly name: string;
}

interface Use extends Imported {
  readonly node: ts.Expression;
  /** `rate` for `{ rate }`. */
  readonly key: string | null;
}

export function keptReferences(body: BodySource): readonly KeptReferences[] {
  if (!areStatesWritten(body)) return [];
  const { source } = body;
  return source.statements.flatMap((statement): readonly KeptReferences[] => {
    // Others may make values of what is exported.
    if (!ts.isInterfaceDeclaration(statement) || statement.modifiers !== undefined) return [];
    return statement.members.flatMap((member): readonly KeptReferences[] => {
      if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name) || member.type === undefined) return [];
      const type = typeEdits(member.type, source);
      const uses = type === null ? null : usesOf(member.name.text, member, body);
      const values = uses === null ? null : valueEdits(uses, source);
      const names = runtimeEdits(source);
      if (uses === null || type === null || values === null || names === null || uses.length === 0) return [];
      const functions = uses.map(({ from, name }) => ({ from, name }));
      return [{ field: member.name.text, declared: rangeOf(member.name), functions, edits: [...names, ...type, ...values] }];
    });
  });
}

/** Whether all states that the file makes are objects that are written out, or parts of the one that is there. */
function areStatesWritten(body: BodySource): boolean {
  const { names } = body;
  let [fits, starts] = [true, false];
  for (const { path, function: fn } of handlersOf(body)) {
    const [section] = path;
    if (section === "codeChange") return false;
    if (section === "init") {
      const given = givenBack(fn).map(unwrap);
      starts = given.length > 0;
      if (!given.every((each) => ts.isObjectLiteralExpression(each) && !each.properties.some(ts.isSpreadAssignment))) return false;
    }
    if (fn.body === undefined || !/^(calls|casts|infos)$/.test(section ?? "")) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const result = contextName(node.expression, fn, names);
        const at = result === undefined ? undefined : stateAt.get(result);
        const state = at === undefined ? undefined : node.arguments[at];
        const value = state === undefined ? undefined : unwrap(state);
        const isState = (each: ts.Expression) => statePath(each, fn, names)?.length === 0;
        if (value !== undefined && ts.isObjectLiteralExpression(value)) {
          if (!value.properties.every((each) => !ts.isSpreadAssignment(each) || isState(each.expression))) fits = false;
        } else if (value !== undefined && !isState(value)) fits = false;
      }
      ts.forEachChild(node, visit);
    };
    visit(fn.body);
  }
  return fits && starts;
}

/** All that the field is given; null where that cannot be told. */
function usesOf(field: string, declaration: ts.PropertySignature, { source, names }: BodySource): readonly Use[] | null {
  const uses: Use[] = [];
  let fits = true;
  const take = (expression: ts.Expression, key: string | null = null): void => {
    const value = unwrap(expression);
    if (value.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(value) && value.text === "undefined")) return;
    if (ts.isConditionalExpression(value)) {
      take(value.whenTrue);
      take(value.whenFalse);
      return;
    }
    // What the field holds already.
    if (ts.isPropertyAccessExpression(value) && value.name.text === field && value.expression.getText() === "state") return;
    const meaning = names.meaningOf(value);
    if (meaning?.kind === "import" && isOwn(meaning.from) && !/^(\*|default)$/.test(meaning.name)) {
      uses.push({ from: meaning.from, name: meaning.name, node: value, key });
    } else fits = false;
  };
  const isField = (name: ts.Node | undefined) =>
    name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) && name.text === field;
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralElementLike(node) && node.name !== undefined) {
      if (ts.isComputedPropertyName(node.name)) fits = false;
      if (isField(node.name)) {
        if (ts.isPropertyAssignment(node)) take(node.initializer);
        else if (ts.isShorthandPropertyAssignment(node)) take(node.name, field);
        else fits = false;
      }
    } else if ((ts.isTypeElement(node) || ts.isClassElement(node)) && isField(node.name) && node !== declaration) fits = false;
    else if (ts.isElementAccessExpression(node) && isField(node.argumentExpression)) fits = false;
    else if (ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left) && isField(node.left.name)) {
      if (node.operatorToken.kind === ts.SyntaxKind.EqualsToken) take(node.right);
      else if (node.operatorToken.getText().endsWith("=") && !/^[=!<>]=/.test(node.operatorToken.getText())) fits = false;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return fits ? uses : null;
}

/** `Mfa<…>` around the function's type; null where it is none that is written out, or one whose calls would mean something else. */
function typeEdits(type: ts.TypeNode, source: ts.SourceFile): readonly TextEdit[] | null {
  const at = (start: number, end: number, newText: string): TextEdit => ({ range: rangeIn(source, start, end), newText });
  if (isPlainFunction(type) || isFunctionName(type, source))
    return [at(type.getStart(), type.getStart(), "Mfa<"), at(type.end, type.end, ">")];
  if (!ts.isUnionTypeNode(type)) return null;
  const functions = type.types.filter((each) => !/^(null|undefined)$/.test(each.getText()));
  const [only] = functions;
  if (only === undefined || functions.length > 1) return null;
  if (isFunctionName(only, source)) return typeEdits(only, source);
  if (!ts.isParenthesizedTypeNode(only) || !isPlainFunction(only.type)) return null;
  return [at(only.getStart(), only.getStart() + 1, "Mfa<"), at(only.end - 1, only.end, ">")];
}

function isPlainFunction(type: ts.TypeNode): boolean {
  return (
    ts.isFunctionTypeNode(type) &&
    type.typeParameters === undefined &&
    !ts.isTypePredicateNode(type.type) &&
    !type.parameters.some(({ name }) => name.getText() === "this")
  );
}

/** The name of such a type in the same file. */
function isFunctionName(type: ts.TypeNode, source: ts.SourceFile): boolean {
  if (!ts.isTypeReferenceNode(type) || type.typeArguments !== undefined) return false;
  const [declared, ...others] = source.statements.filter(
    (each) => (ts.isTypeAliasDeclaration(each) || ts.isInterfaceDeclaration(each)) && each.name.text === type.typeName.getText(),
  );
  return (
    declared !== undefined &&
    others.length === 0 &&
    ts.isTypeAliasDeclaration(declared) &&
    declared.typeParameters === undefined &&
    isPlainFunction(declared.type)
  );
}

/** `mfa` and `Mfa`. */
function runtimeEdits(source: ts.SourceFile): readonly TextEdit[] | null {
  const imported = importsOf(source, runtimePackage).flatMap((each) => namedOf(each)?.elements ?? []);
  const has = (name: string) => imported.some((each) => each.name.text === name && each.propertyName === undefined && !each.isTypeOnly);
  const wanted = ["mfa", "Mfa"].filter((name) => !imported.some((each) => each.name.text === name));
  if (wanted.some((name) => isTaken(name, source)) || (!wanted.includes("mfa") && !has("mfa"))) return null;
  const last = importsOf(source, runtimePackage)
    .filter((each) => each.importClause?.isTypeOnly !== true)
    .flatMap((each) => namedOf(each)?.elements.at(-1) ?? [])[0];
  if (last === undefined) return null;
  const newText = wanted.map((name) => (name === "Mfa" ? ", type Mfa" : ", mfa")).join("");
  return newText === "" ? [] : [{ range: rangeIn(source, last.end, last.end), newText }];
}

/** The references themselves, and the imports of the modules that they lead to. */
function valueEdits(uses: readonly Use[], source: ts.SourceFile): readonly TextEdit[] | null {
  const edits: TextEdit[] = [];
  const layout = layoutOf(source.text);
  for (const from of new Set(uses.map((use) => use.from))) {
    const its = uses.filter((use) => use.from === from);
    const declarations = importsOf(source, from);
    const whole = declarations
      .map((each) => each.importClause?.namedBindings)
      .find((each) => each !== undefined && ts.isNamespaceImport(each));
    const namespace = whole !== undefined && ts.isNamespaceImport(whole) ? whole.name.text : freeName(from, source);
    if (namespace === null) return null;
    for (const { node, name, key } of its)
      edits.push({ range: rangeOf(node), newText: `${key === null ? "" : `${key}: `}${inLayout(`mfa(${namespace}, "${name}")`, layout)}` });
    const [declaration, ...others] = declarations.filter((each) => namedOf(each) !== undefined);
    const named = declaration === undefined ? undefined : namedOf(declaration);
    const clause = declaration?.importClause;
    if (others.length > 0 || (declaration === undefined && whole === undefined)) return null;
    if (declaration === undefined || clause === undefined || named === undefined) continue;
    const left = named.elements.filter((each) => {
      const rewritten = its.filter(({ node }) => ts.isIdentifier(node) && node.text === each.name.text).length;
      return rewritten === 0 || references(each.name.text, source) > rewritten;
    });
    if (/\/[/*]/.test(clause.getText()) || (left.length === 0 && clause.name !== undefined)) return null;
    if (left.length === 0) {
      const line = /^\r?\n?/.exec(source.text.slice(declaration.end))?.[0].length ?? 0;
      const range = whole === undefined ? rangeOf(clause) : rangeIn(source, declaration.getStart(), declaration.end + line);
      edits.push({ range, newText: whole === undefined ? `* as ${namespace}` : "" });
      continue;
    }
    if (left.length < named.elements.length)
      edits.push({ range: rangeOf(named), newText: `{ ${left.map((each) => each.getText()).join(", ")} }` });
    if (whole !== undefined) continue;
    const end = declaration.getText().endsWith(";") ? ";" : "";
    const line = `${layout.newline}import * as ${namespace} from ${declaration.moduleSpecifier.getText()}${end}`;
    edits.push({ range: rangeIn(source, declaration.end, declaration.end), newText: line });
  }
  return edits;
}

function importsOf(source: ts.SourceFile, from: string): readonly ts.ImportDeclaration[] {
  return source.statements.filter(
    (each): each is ts.ImportDeclaration =>
      ts.isImportDeclaration(each) && ts.isStringLiteral(each.moduleSpecifier) && each.moduleSpecifier.text === from,
  );
}

function namedOf({ importClause }: ts.ImportDeclaration): ts.NamedImports | undefined {
  const bindings = importClause?.namedBindings;
  return bindings !== undefined && ts.isNamedImports(bindings) ? bindings : undefined;
}

/** `taxRates` for `./tax-rates.ts`. */
function freeName(from: string, source: ts.SourceFile): string | null {
  const base = /([^/]*?)(?:\.\w+)*$/.exec(from)?.[1] ?? "";
  const name = base.replaceAll(/[^\w$]+(\w?)/g, (_, letter: string) => letter.toUpperCase()).replace(/^\d+/, "");
  return [name, `${name}Module`].find((each) => /^[a-z_$][\w$]*$/i.test(each) && !isTaken(each, source)) ?? null;
}

function isTaken(name: string, source: ts.SourceFile): boolean {
  let found = ts.identifierToKeywordKind(ts.factory.createIdentifier(name)) !== undefined;
  const visit = (node: ts.Node): void => {
    const { parent } = node;
    const key = ts.isIdentifier(node) && (ts.isPropertyAssignment(parent) || ts.isTypeElement(parent)) && parent.name === node;
    const member = ts.isIdentifier(node) && ts.isPropertyAccessExpression(parent) && parent.name === node;
    if (ts.isIdentifier(node) && node.text === name && !key && !member) found = true;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function references(name: string, source: ts.SourceFile): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node) && node.text === name) {
      const { parent } = node;
      const isKey = (ts.isTypeElement(parent) || ts.isClassElement(parent)) && parent.name === node;
      if (!isKey && (isReference(node) || ts.isShorthandPropertyAssignment(parent))) count += 1;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return count;
}
