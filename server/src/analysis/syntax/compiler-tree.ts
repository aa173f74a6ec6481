/** What the compiler's parser made of a source, as far as an outline needs it. */
import { ts } from "../typescript.ts";
import type { PrimitiveName } from "../shape.ts";
import type {
  Exported,
  ExpressionTree,
  FunctionTree,
  MemberTree,
  NameTree,
  ParameterTree,
  PropertyTree,
  SignatureTree,
  SlotTree,
  SourceTree,
  StatementTree,
  TypeTree,
} from "./tree.ts";

export function compilerTree(source: ts.SourceFile, syntax: SourceTree["syntax"]): SourceTree {
  return {
    text: source.text,
    statements: source.statements.map((statement) => statementTree(statement, source)),
    module: ts.isExternalModule(source),
    syntax,
  };
}

export function expressionTree(node: ts.Expression, source: ts.SourceFile): ExpressionTree {
  const [start, end] = [node.getStart(source), node.getEnd()];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node))
    return { kind: "wrapped", inner: expressionTree(node.expression, source), start, end };
  if (ts.isIdentifier(node)) return { kind: "name", text: node.text, start, end };
  if (ts.isStringLiteralLike(node)) return { kind: "string", text: node.text, template: !ts.isStringLiteral(node), start, end };
  if (ts.isNumericLiteral(node)) return { kind: "number", text: node.text, start, end };
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(node.operand))
    return { kind: "number", text: `-${node.operand.text}`, start, end };
  if (ts.isObjectLiteralExpression(node))
    return { kind: "object", properties: node.properties.map((each) => propertyTree(each, source)), start, end };
  if (ts.isCallExpression(node)) {
    const callee = expressionTree(node.expression, source);
    const typeArguments = node.typeArguments?.map((each) => typeTree(each, source));
    return { kind: "call", callee, typeArguments, args: node.arguments.map((each) => expressionTree(each, source)), start, end };
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name))
    return { kind: "property", object: expressionTree(node.expression, source), name: node.name.text, start, end };
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return functionTree(node, source) ?? { kind: "other", start, end };
  return { kind: "other", start, end };
}

function functionTree(
  node: ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration | ts.FunctionDeclaration,
  source: ts.SourceFile,
): FunctionTree | undefined {
  const { body, asteriskToken, modifiers } = node;
  if (body === undefined || asteriskToken !== undefined || modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true)
    return undefined;
  return {
    kind: "function",
    signature: signatureTree(node, source),
    body: { start: body.getStart(source), end: body.getEnd() },
    returns: ts.isBlock(body) ? undefined : expressionTree(body, source),
    start: node.getStart(source),
    end: node.getEnd(),
  };
}

function propertyTree(property: ts.ObjectLiteralElementLike, source: ts.SourceFile): PropertyTree {
  const [start, end] = [property.getStart(source), property.getEnd()];
  if (ts.isSpreadAssignment(property)) return { kind: "spread", value: expressionTree(property.expression, source), start, end };
  const { name: node } = property;
  const name = ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) ? node.text : undefined;
  if (ts.isPropertyAssignment(property)) return { kind: "value", name, value: expressionTree(property.initializer, source), start, end };
  if (ts.isShorthandPropertyAssignment(property))
    return { kind: "shorthand", name, value: expressionTree(property.name, source), start, end };
  const method = ts.isMethodDeclaration(property) ? functionTree(property, source) : undefined;
  return method === undefined ? { kind: "other", name, start, end } : { kind: "method", name, value: method, start, end };
}

function statementTree(statement: ts.Statement, source: ts.SourceFile): StatementTree {
  const name = (node: ts.Identifier): NameTree => ({ text: node.text, start: node.getStart(source), end: node.getEnd() });
  if (ts.isImportDeclaration(statement)) return importTree(statement);
  if (ts.isExportDeclaration(statement)) return exportTree(statement);
  if (ts.isExportAssignment(statement))
    return { kind: "value", asDefault: statement.isExportEquals !== true, value: expressionTree(statement.expression, source) };
  if (ts.isExpressionStatement(statement)) return { kind: "expression", value: expressionTree(statement.expression, source) };
  if (ts.isInterfaceDeclaration(statement))
    return {
      kind: "interface",
      ...exportedOf(statement),
      name: name(statement.name),
      generic: statement.typeParameters !== undefined,
      bases: (statement.heritageClauses ?? []).flatMap(({ types }) =>
        types.map((each) => (ts.isIdentifier(each.expression) && each.typeArguments === undefined ? each.expression.text : undefined)),
      ),
      members: memberTrees(statement.members, source),
    };
  if (ts.isTypeAliasDeclaration(statement))
    return {
      kind: "alias",
      ...exportedOf(statement),
      name: name(statement.name),
      generic: statement.typeParameters !== undefined,
      type: typeTree(statement.type, source),
    };
  if (ts.isEnumDeclaration(statement))
    return {
      kind: "enum",
      ...exportedOf(statement),
      name: name(statement.name),
      declared: statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true,
      members: statement.members.map((member) => ({
        name: ts.isIdentifier(member.name) || ts.isStringLiteral(member.name) ? member.name.text : undefined,
        initializer: member.initializer === undefined ? undefined : expressionTree(member.initializer, source),
      })),
    };
  if (ts.isVariableStatement(statement))
    return {
      kind: "variables",
      ...exportedOf(statement),
      variables: statement.declarationList.declarations.map((each) => ({
        names: namesIn(each.name),
        pattern: !ts.isIdentifier(each.name),
        initializer: each.initializer === undefined ? undefined : expressionTree(each.initializer, source),
      })),
    };
  if (ts.isModuleDeclaration(statement))
    return ts.isIdentifier(statement.name) && statement.name.text !== "global"
      ? { kind: "declared", ...exportedOf(statement), name: statement.name.text, value: undefined }
      : { kind: "global" };
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) {
    if (statement.name === undefined) return { kind: "other" };
    const value = ts.isFunctionDeclaration(statement) ? functionTree(statement, source) : undefined;
    return {
      kind: "declared",
      ...exportedOf(statement),
      name: statement.name.text,
      value: value && { ...value, start: statement.name.getStart(source) },
    };
  }
  return ts.isNamespaceExportDeclaration(statement) ? { kind: "global" } : { kind: "other" };
}

function exportedOf(statement: ts.Statement): Exported {
  const flags = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []).map(({ kind }) => kind) : [];
  return { exported: flags.includes(ts.SyntaxKind.ExportKeyword), asDefault: flags.includes(ts.SyntaxKind.DefaultKeyword) };
}

function importTree({ importClause, moduleSpecifier }: ts.ImportDeclaration): StatementTree {
  if (!ts.isStringLiteral(moduleSpecifier)) return { kind: "other" };
  const names: (readonly [string, string])[] = [];
  if (importClause?.name !== undefined) names.push(["default", importClause.name.text]);
  const bindings = importClause?.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.push(["*", bindings.name.text]);
  else if (bindings !== undefined)
    names.push(...bindings.elements.map(({ name, propertyName }) => [(propertyName ?? name).text, name.text] as const));
  return { kind: "import", from: moduleSpecifier.text, names };
}

function exportTree({ exportClause, moduleSpecifier }: ts.ExportDeclaration): StatementTree {
  const from = moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
  if (exportClause !== undefined && ts.isNamedExports(exportClause)) {
    const names = exportClause.elements.map(({ name, propertyName }) => [(propertyName ?? name).text, name.text] as const);
    return from === undefined ? { kind: "exports", names } : { kind: "passed", from, names };
  }
  if (from === undefined) return { kind: "other" };
  return { kind: "passed", from, names: exportClause === undefined ? null : [["*", exportClause.name.text]] };
}

function memberTrees(nodes: readonly ts.TypeElement[], source: ts.SourceFile): readonly MemberTree[] {
  return nodes.map((node): MemberTree => {
    const readonly =
      ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) === true;
    if (ts.isIndexSignatureDeclaration(node)) {
      const key = node.parameters[0]?.type;
      const alone = key !== undefined && node.parameters.length === 1;
      return { kind: "index", readonly, key: alone ? typeTree(key, source) : undefined, value: typeTree(node.type, source) };
    }
    if (!(ts.isPropertySignature(node) || ts.isMethodSignature(node))) return { kind: "other" };
    const named = ts.isIdentifier(node.name) || ts.isStringLiteral(node.name);
    const name = named ? { text: node.name.text, start: node.name.getStart(source), end: node.name.getEnd() } : undefined;
    const optional = node.questionToken !== undefined;
    return ts.isMethodSignature(node)
      ? { kind: "method", name, readonly, optional, signature: signatureTree(node, source) }
      : { kind: "property", name, readonly, optional, type: node.type === undefined ? undefined : typeTree(node.type, source) };
  });
}

function signatureTree({ parameters, type, typeParameters }: ts.SignatureDeclaration, source: ts.SourceFile): SignatureTree {
  return {
    generic: typeParameters !== undefined,
    parameters: parameters.map((each): ParameterTree => ({
      name: ts.isIdentifier(each.name) ? each.name.text : undefined,
      type: each.type === undefined ? undefined : typeTree(each.type, source),
      optional: each.questionToken !== undefined,
      rest: each.dotDotDotToken !== undefined,
      initialized: each.initializer !== undefined,
    })),
    result: type === undefined ? undefined : ts.isTypePredicateNode(type) ? { kind: "predicate" } : typeTree(type, source),
  };
}

/** Undefined, or a name without text, is what the parser makes of something half-typed. */
function typeTree(node: ts.TypeNode | undefined, source: ts.SourceFile): TypeTree {
  if (node === undefined) return { kind: "open" };
  const keyword = keywords.get(node.kind);
  if (keyword !== undefined) return keyword === "void" ? { kind: "void" } : { kind: "primitive", type: keyword };
  const of = (each: ts.TypeNode): TypeTree => typeTree(each, source);
  if (ts.isParenthesizedTypeNode(node)) return { kind: "parentheses", type: of(node.type) };
  if (ts.isTypeReferenceNode(node)) return referenceTree(node, source);
  if (ts.isLiteralTypeNode(node)) return literalTree(node.literal);
  if (ts.isArrayTypeNode(node)) return { kind: "array", element: of(node.elementType) };
  if (ts.isTypeOperatorNode(node))
    return node.operator === ts.SyntaxKind.ReadonlyKeyword ? { kind: "readonly", type: of(node.type) } : { kind: "open" };
  if (ts.isTupleTypeNode(node)) return { kind: "tuple", elements: node.elements.map((each) => slotTree(each, source)) };
  if (ts.isTypeLiteralNode(node)) return { kind: "object", members: memberTrees(node.members, source) };
  if (ts.isUnionTypeNode(node)) return { kind: "union", types: node.types.map(of) };
  if (ts.isIntersectionTypeNode(node)) return { kind: "intersection", types: node.types.map(of) };
  if (ts.isFunctionTypeNode(node)) return { kind: "function", signature: signatureTree(node, source) };
  return { kind: "open" };
}

function referenceTree({ typeName, typeArguments }: ts.TypeReferenceNode, source: ts.SourceFile): TypeTree {
  const args = typeArguments?.map((each) => typeTree(each, source));
  if (ts.isIdentifier(typeName)) return { kind: "reference", left: null, name: typeName.text, args };
  return ts.isIdentifier(typeName.left)
    ? { kind: "reference", left: typeName.left.text, name: typeName.right.text, args }
    : { kind: "open" };
}

function slotTree(node: ts.TypeNode | ts.NamedTupleMember, source: ts.SourceFile): SlotTree {
  if (ts.isNamedTupleMember(node))
    return {
      label: node.name.text,
      rest: node.dotDotDotToken !== undefined,
      optional: node.questionToken !== undefined,
      type: typeTree(node.type, source),
    };
  const [rest, optional] = [ts.isRestTypeNode(node), ts.isOptionalTypeNode(node)];
  return {
    label: undefined,
    rest,
    optional,
    type: typeTree(ts.isRestTypeNode(node) || ts.isOptionalTypeNode(node) ? node.type : node, source),
  };
}

function literalTree(node: ts.LiteralTypeNode["literal"]): TypeTree {
  if (node.kind === ts.SyntaxKind.NullKeyword) return { kind: "primitive", type: "null" };
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
    return { kind: "literal", value: node.kind === ts.SyntaxKind.TrueKeyword };
  if (ts.isBigIntLiteral(node))
    return { kind: "literal", value: /^[1-9]\d*n$/.test(node.text) ? { bigint: node.text.slice(0, -1) } : undefined };
  if (ts.isStringLiteral(node)) return { kind: "literal", value: node.text };
  if (ts.isNumericLiteral(node)) return { kind: "literal", value: Number(node.text) };
  if (!ts.isPrefixUnaryExpression(node) || node.operator !== ts.SyntaxKind.MinusToken || !ts.isNumericLiteral(node.operand))
    return { kind: "literal", value: undefined };
  const value = Number(node.operand.text);
  return { kind: "literal", value: value === 0 ? undefined : -value };
}

function namesIn(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
}

const keywords = new Map<ts.SyntaxKind, PrimitiveName | "void">([
  [ts.SyntaxKind.VoidKeyword, "void"],
  [ts.SyntaxKind.UndefinedKeyword, "undefined"],
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
  [ts.SyntaxKind.BigIntKeyword, "bigint"],
  [ts.SyntaxKind.SymbolKeyword, "symbol"],
  [ts.SyntaxKind.ObjectKeyword, "object"],
  [ts.SyntaxKind.UnknownKeyword, "unknown"],
  [ts.SyntaxKind.NeverKeyword, "never"],
]);
