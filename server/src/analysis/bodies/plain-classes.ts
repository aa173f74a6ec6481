/**
 * Classes of an actor's own file, with the edits by which their instances become plain data: an interface, a function that makes it, and
 * functions in place of methods. Only for classes of which every use is seen and understood; for any other there are none.
 */
import { unwrap } from "../find.ts";
import { layoutOf } from "../migration/code.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { handlersOf } from "./handlers.ts";
import type { TextEdit } from "./round-edits.ts";
import { statePath } from "./state-values.ts";

export interface PlainClass {
  readonly name: string;
  /** Its name, where it is declared. */
  readonly range: Range;
  readonly edits: readonly TextEdit[];
}

export function plainClasses(body: BodySource): readonly PlainClass[] {
  return body.source.statements.flatMap((statement): readonly PlainClass[] => {
    if (!ts.isClassDeclaration(statement) || statement.name === undefined) return [];
    const edits = classEdits(statement, statement.name.text, body);
    return edits === null ? [] : [{ name: statement.name.text, range: rangeOf(statement.name), edits }];
  });
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Method = ts.MethodDeclaration | ts.GetAccessorDeclaration;

function classEdits(node: ts.ClassDeclaration, name: string, body: BodySource): readonly TextEdit[] | null {
  const { source } = body;
  if (node.modifiers !== undefined || node.heritageClauses !== undefined || node.typeParameters !== undefined) return null;
  // What stands in several lines of a text cannot be moved, and comments belong to what they stand before.
  const text = node.getText();
  if (/`[^`]*\n|\r/.test(text) || node.members.some((each) => hasTrailingComment(each)) || node.members.length === 0) return null;
  const methods = node.members.filter((each): each is Method => ts.isMethodDeclaration(each) || ts.isGetAccessor(each));
  const fields = node.members.filter(ts.isPropertyDeclaration);
  const [constructor, ...constructors] = node.members.filter(ts.isConstructorDeclaration);
  if (methods.length + fields.length + (constructor === undefined ? 0 : 1) !== node.members.length || constructors.length > 0) return null;
  if (!node.members.every((each) => isPlain(each)) || fields.length === 0) return null;
  const taken = wordsOf(source);
  const free = (...wanted: readonly string[]) => wanted.find((each) => !taken.has(each) && !isKeyword(each));
  const self = free(name.charAt(0).toLowerCase() + name.slice(1), "self");
  const make = free(`make${name}`);
  const functions = new Map<string, string>();
  for (const { name: own } of methods) {
    const bare = own.getText().replace(/^#/, "");
    const called = free(bare, `${bare}${name}`);
    if (called === undefined || functions.has(own.getText()) || [...functions.values()].includes(called)) return null;
    functions.set(own.getText(), called);
  }
  const names = fields.map((each) => fieldName(each));
  if (self === undefined || make === undefined || new Set(names).size < names.length) return null;
  const getters = new Set(methods.filter((each) => ts.isGetAccessor(each)).map((each) => each.name.getText()));
  const changes = usesOf(node, name, { self, make, functions, getters, isField: (each) => names.includes(each) }, body);
  const values = changes === null ? null : initialValues(fields, constructor);
  if (changes === null || values === null) return null;
  const { unit } = layoutOf(source.text);
  const written = (each: ts.Node, start = each.getStart(), end = each.end) => applied(source.text, changes, start, end);
  const comment = (each: ts.Node, indent: string) => {
    const before = source.text.slice(each.getFullStart(), each.getStart()).trim();
    return before === "" ? "" : `${dedented(before)}\n`.replaceAll(/^(?=.)/gm, indent);
  };
  const members = fields.map((each) => {
    const type = each.type?.getText() ?? typeOf(each.initializer, isReadonly(each));
    return type === null
      ? null
      : `${comment(each, unit)}${unit}${isReadonly(each) ? "readonly " : ""}${fieldName(each)}${each.questionToken === undefined ? "" : "?"}: ${type};`;
  });
  if (members.includes(null)) return null;
  const parameters = constructor === undefined ? "" : constructor.parameters.map((each) => written(each)).join(", ");
  const lines = [...values].map(([field, value]) => (field === value ? field : `${field}: ${value}`));
  const parts = [
    `interface ${name} {\n${members.join("\n")}\n}`,
    `function ${make}(${parameters}): ${name} {\n${unit}return { ${lines.join(", ")} };\n}`,
    ...methods.map((each) => {
      const async = each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true ? "async " : "";
      const generic = each.typeParameters === undefined ? "" : `<${each.typeParameters.map((one) => one.getText()).join(", ")}>`;
      const all = [`${self}: ${name}`, ...each.parameters.map((one) => written(one))].join(", ");
      const gives = each.type === undefined ? "" : `: ${written(each.type)}`;
      const block = each.body === undefined ? "{}" : written(each.body);
      return `${comment(each, "")}${async}function ${functions.get(each.name.getText())}${generic}(${all})${gives} ${dedented(block)}`;
    }),
  ];
  const outside = changes.filter(({ start, end }) => end <= node.getStart() || start >= node.end);
  return [
    { range: rangeOf(node), newText: parts.join("\n\n") },
    ...outside.map(({ start, end, text: newText }): TextEdit => ({ range: rangeIn(source, start, end), newText })),
  ];
}

/** Without what has no counterpart in data and functions. */
function isPlain(member: ts.ClassElement): boolean {
  const modifiers = ts.canHaveModifiers(member) ? (member.modifiers ?? []) : [];
  if (!modifiers.every(({ kind }) => allowed.has(kind)) || (ts.canHaveDecorators(member) && (ts.getDecorators(member) ?? []).length > 0))
    return false;
  if (ts.isConstructorDeclaration(member)) {
    const { parameters, body } = member;
    return (
      body !== undefined && modifiers.length === 0 && parameters.every((each) => each.modifiers === undefined && ts.isIdentifier(each.name))
    );
  }
  if (member.name === undefined || !(ts.isIdentifier(member.name) || ts.isPrivateIdentifier(member.name))) return false;
  if (ts.isPropertyDeclaration(member)) {
    const value = member.initializer === undefined ? undefined : unwrap(member.initializer);
    return value === undefined || !(ts.isArrowFunction(value) || ts.isFunctionExpression(value) || ts.isClassExpression(value));
  }
  if (ts.isGetAccessor(member)) return member.body !== undefined;
  return (
    ts.isMethodDeclaration(member) && member.body !== undefined && member.asteriskToken === undefined && member.questionToken === undefined
  );
}

const allowed: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.PublicKeyword,
  ts.SyntaxKind.PrivateKeyword,
  ts.SyntaxKind.ReadonlyKeyword,
  ts.SyntaxKind.AsyncKeyword,
]);

function hasTrailingComment({ end, parent }: ts.ClassElement): boolean {
  const { text } = parent.getSourceFile();
  const isLast = ts.isClassDeclaration(parent) && parent.members.at(-1)?.end === end;
  return ts.getTrailingCommentRanges(text, end) !== undefined || (isLast && ts.getLeadingCommentRanges(text, end) !== undefined);
}

interface Names {
  readonly self: string;
  readonly make: string;
  readonly functions: ReadonlyMap<string, string>;
  readonly getters: ReadonlySet<string>;
  isField(name: string): boolean;
}

/** What becomes of each use, in the whole file; null where one of them is not understood. */
function usesOf(
  node: ts.ClassDeclaration,
  name: string,
  { self, make, functions, getters, isField }: Names,
  body: BodySource,
): readonly Change[] | null {
  const { source, names } = body;
  const changes: Change[] = [];
  let fits = true;
  const handlers = handlersOf(body);
  const isClass = (type: ts.TypeNode | undefined) => type !== undefined && type.getText() === name;
  const kept = new Set<string>();
  for (const statement of source.statements)
    if (ts.isInterfaceDeclaration(statement) && statement.modifiers === undefined)
      for (const each of statement.members) if (ts.isPropertySignature(each) && isClass(each.type)) kept.add(each.name.getText());

  function isInstance(expression: ts.Expression): boolean {
    const value = unwrap(expression);
    if (value.kind === ts.SyntaxKind.ThisKeyword) return true;
    if (ts.isIdentifier(value)) {
      const meaning = names.meaningOf(value);
      const declared = meaning?.kind === "local" ? meaning.declaration : undefined;
      if (declared === undefined || !(ts.isParameter(declared) || ts.isVariableDeclaration(declared))) return false;
      if (!ts.isIdentifier(declared.name)) return false;
      if (declared.type !== undefined) return isClass(declared.type);
      const made = declared.initializer === undefined ? undefined : unwrap(declared.initializer);
      return ts.isVariableDeclaration(declared) && made !== undefined && ts.isNewExpression(made) && made.expression.getText() === name;
    }
    const around = handlers.find(({ function: fn }) => fn.pos <= value.pos && value.end <= fn.end);
    const path = around === undefined ? undefined : statePath(value, around.function, names);
    return path?.length === 1 && kept.has(path[0] ?? "");
  }

  /** Whether `this` is the instance there. */
  function isOwnThis(at: ts.Node): boolean {
    let around = at.parent;
    while (
      ts.isArrowFunction(around) ||
      !(ts.isFunctionLike(around) || ts.isPropertyDeclaration(around) || ts.isClassLike(around) || ts.isSourceFile(around))
    )
      around = around.parent;
    return around.parent === node && (ts.isMethodDeclaration(around) || ts.isGetAccessor(around));
  }

  const isThisOfClass = (each: ts.Node) => node.pos <= each.pos && each.end <= node.end;
  const visit = (each: ts.Node): void => {
    if ((each.kind === ts.SyntaxKind.ThisKeyword || ts.isThisTypeNode(each)) && isThisOfClass(each)) {
      // In a constructor it is looked at with its assignments.
      const constructing = ts.findAncestor(each, ts.isConstructorDeclaration)?.parent === node;
      if (ts.isThisTypeNode(each)) changes.push({ start: each.getStart(), end: each.end, text: name });
      else if (isOwnThis(each)) changes.push({ start: each.getStart(), end: each.end, text: self });
      else if (!constructing) fits = false;
    } else if (ts.isPropertyAccessExpression(each)) access(each);
    else if (ts.isElementAccessExpression(each) && isInstance(each.expression)) fits = false;
    else if (ts.isBindingElement(each) && functions.has((each.propertyName ?? each.name).getText())) fits = false;
    else if (ts.isPrivateIdentifier(each) && ts.isBinaryExpression(each.parent)) fits = false;
    else if (ts.isNewExpression(each) && each.expression.getText() === name) {
      if (ts.isPropertyAccessExpression(each.parent) || each.typeArguments !== undefined) fits = false;
      changes.push({ start: each.getStart(), end: each.expression.end, text: make + (each.arguments === undefined ? "()" : "") });
      for (const argument of each.arguments ?? []) visit(argument);
      return;
    } else if (ts.isIdentifier(each) && each.text === name && each !== node.name) {
      const { parent } = each;
      const member =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isTypeElement(parent)) && parent.name === each;
      const exported = source.statements.some(
        (one) =>
          one.pos <= each.pos &&
          each.end <= one.end &&
          !ts.isExportAssignment(one) &&
          ts.canHaveModifiers(one) &&
          one.modifiers !== undefined,
      );
      // What is sent to others, they may call methods of.
      const sent = ts.findAncestor(parent, ts.isMethodSignature);
      if (!member && (!ts.isTypeReferenceNode(parent) || exported || (sent !== undefined && sent.name.getText() !== "init"))) fits = false;
    }
    ts.forEachChild(each, visit);
  };

  function access(each: ts.PropertyAccessExpression): void {
    const own = each.name.getText();
    const called = functions.get(own);
    if (called === undefined) {
      if (!ts.isPrivateIdentifier(each.name)) return;
      if (isField(own.slice(1))) changes.push({ start: each.name.getStart(), end: each.name.end, text: own.slice(1) });
      else fits = false;
      return;
    }
    const { parent } = each;
    if (!isInstance(each.expression) || each.questionDotToken !== undefined) fits = false;
    const start = each.getStart();
    if (getters.has(own)) {
      changes.push({ start, end: start, text: `${called}(` }, { start: each.expression.end, end: each.end, text: ")" });
    } else if (
      ts.isCallExpression(parent) &&
      parent.expression === each &&
      parent.questionDotToken === undefined &&
      parent.typeArguments === undefined
    ) {
      changes.push({ start, end: start, text: `${called}(` });
      changes.push({ start: each.expression.end, end: parent.arguments.pos, text: parent.arguments.length === 0 ? "" : ", " });
    } else fits = false;
  }

  visit(source);
  return fits ? changes : null;
}

/** By field: what it begins with; null where more is done than giving each of them a value. */
function initialValues(
  fields: readonly ts.PropertyDeclaration[],
  constructor: ts.ConstructorDeclaration | undefined,
): ReadonlyMap<string, string> | null {
  const values = new Map<string, string>();
  const plain = (value: ts.Expression) => !/\bthis\b|\/[/*]|\n/.test(value.getText());
  for (const each of fields) {
    if (each.initializer === undefined) continue;
    if (!plain(each.initializer)) return null;
    values.set(fieldName(each), each.initializer.getText());
  }
  if (constructor !== undefined && /\/[/*]/.test(constructor.getFullText())) return null;
  for (const statement of constructor?.body?.statements ?? []) {
    const assigned = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (assigned === undefined || !ts.isBinaryExpression(assigned) || assigned.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
      return null;
    const { left, right } = assigned;
    if (!ts.isPropertyAccessExpression(left) || left.expression.kind !== ts.SyntaxKind.ThisKeyword || !plain(right)) return null;
    values.set(left.name.getText().replace(/^#/, ""), right.getText());
  }
  return fields.every((each) => each.questionToken !== undefined || values.has(fieldName(each))) ? values : null;
}

/** What an initial value says of a field's type, where that is plain. */
function typeOf(value: ts.Expression | undefined, readonly: boolean): string | null {
  if (value === undefined) return null;
  if (ts.isStringLiteral(value)) return readonly ? value.getText() : "string";
  if (ts.isNumericLiteral(value)) return readonly ? value.getText() : "number";
  if (value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword) return readonly ? value.getText() : "boolean";
  if (!ts.isNewExpression(value) || !/^(Map|Set|Date)$/.test(value.expression.getText())) return null;
  if (value.expression.getText() !== "Date" && value.typeArguments === undefined) return null;
  return value
    .getText()
    .replace(/^new /, "")
    .replace(/\([^]*$/, "");
}

function isReadonly({ modifiers }: ts.PropertyDeclaration): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) === true;
}

function fieldName({ name }: ts.PropertyDeclaration): string {
  return name.getText().replace(/^#/, "");
}

/** The names that the file's code speaks of, members left out. */
function wordsOf(source: ts.SourceFile): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const named =
        ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isTypeElement(parent) || ts.isClassElement(parent);
      if (!(named && parent.name === node)) found.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isKeyword(name: string): boolean {
  return ts.identifierToKeywordKind(ts.factory.createIdentifier(name)) !== undefined;
}

function applied(text: string, changes: readonly Change[], from: number, to: number): string {
  let [result, at] = ["", from];
  for (const { start, end, text: newText } of changes
    .filter((each) => each.start >= from && each.end <= to)
    .toSorted((one, other) => one.start - other.start || one.end - other.end)) {
    result += text.slice(at, start) + newText;
    at = end;
  }
  return result + text.slice(at, to);
}

/** As at the top of a file; the first line is there already. */
function dedented(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  const indents = rest.filter((line) => line.trim() !== "").map((line) => /^\s*/.exec(line)?.[0].length ?? 0);
  const last = /^\s*/.exec(rest.at(-1) ?? "")?.[0].length ?? 0;
  // Comments in stars have one more.
  const by = Math.min(last, ...indents) - (first.startsWith("/*") ? 1 : 0);
  return [first, ...rest.map((line) => line.slice(Math.max(by, 0)))].join("\n");
}
