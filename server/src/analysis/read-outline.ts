/** Reads a file's outline from its syntax. */
import { syntaxProblem } from "./checked-project.ts";
import { readDefinition } from "./definition.ts";
import { defaultCall, topLevelCalls } from "./find.ts";
import {
  type Call,
  type Declaration,
  type Import,
  type Outline,
  type Passed,
  PlacedOutline,
  type WrittenIndex,
  type WrittenMember,
  type WrittenSlot,
  type WrittenType,
} from "./outline.ts";
import type { PrimitiveName } from "./shape.ts";
import { rangeOf } from "./source-place.ts";
import type { Range } from "./span.ts";
import { ts } from "./typescript.ts";

export function readOutline(file: string, text: string): PlacedOutline {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const places: number[] = [];
  return new PlacedOutline(file, new OutlineReader(source, places).read(), places);
}

const open: WrittenType = { kind: "open" };
const openDeclaration: Declaration = { kind: "open" };

class OutlineReader {
  readonly #source: ts.SourceFile;
  readonly #places: number[];
  readonly #imports: Import[] = [];
  readonly #exports: (readonly [string, string])[] = [];
  readonly #passed: Passed[] = [];
  /** A name that is declared in several ways is open. */
  readonly #declarations = new Map<string, Declaration>();
  #global = false;

  constructor(source: ts.SourceFile, places: number[]) {
    this.#source = source;
    this.#places = places;
  }

  read(): Outline {
    const source = this.#source;
    for (const statement of source.statements) this.#statement(statement);
    if (!ts.isExternalModule(source) && this.#declarations.size > 0) this.#global = true;
    const calls = topLevelCalls(source);
    const made = defaultCall(source);
    // The default export may be made by a call that is no statement's own, such as one in parentheses.
    const all = made === undefined || calls.some(({ call }) => call === made) ? calls : [...calls, { call: made, exported: true }];
    const index = all.findIndex(({ call }) => call === made);
    const problems = (source as ts.SourceFile & { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
    const syntax = syntaxProblem(source, problems);
    const definition = made === undefined ? undefined : readDefinition(made);
    const { vsnValue = null, ...said } = definition ?? {};
    const [argument] = made?.typeArguments ?? [];
    return {
      imports: this.#imports,
      exports: this.#exports,
      passed: this.#passed,
      declarations: Object.fromEntries(this.#declarations),
      global: this.#global,
      calls: all.map(({ call, exported }) => this.#call(call, exported)),
      actor:
        definition === undefined
          ? null
          : {
              call: index,
              definition: said as Omit<typeof definition, "vsnValue">,
              vsn: vsnValue === null ? null : { text: vsnValue.text, at: this.#place(vsnValue.range) },
              protocol: argument === undefined ? null : this.#type(argument),
            },
      syntax: syntax === null ? null : { text: syntax.text, at: this.#place(syntax.range) },
    };
  }

  #place({ start, end }: Range): number {
    this.#places.push(start.line, start.column, end.line, end.column);
    return this.#places.length / 4 - 1;
  }

  #placeOf(node: ts.Node): number {
    return this.#place(rangeOf(node));
  }

  #call(call: ts.CallExpression, exported: boolean): Call {
    const at = this.#placeOf(call.expression);
    const { expression } = call;
    if (ts.isIdentifier(expression)) return { name: expression.text, exported, at };
    if (!ts.isPropertyAccessExpression(expression) || !ts.isIdentifier(expression.name)) return { name: "", exported, at };
    const object = expression.expression;
    // A property of anything but a name is none of a module's.
    return { name: ts.isIdentifier(object) ? object.text : "", property: expression.name.text, exported, at };
  }

  #statement(statement: ts.Statement): void {
    if (ts.isImportDeclaration(statement)) this.#import(statement);
    else if (ts.isExportDeclaration(statement)) this.#export(statement);
    else if (ts.isInterfaceDeclaration(statement)) this.#declare(statement, statement.name, () => this.#interface(statement));
    else if (ts.isTypeAliasDeclaration(statement)) {
      this.#declare(statement, statement.name, () =>
        statement.typeParameters === undefined
          ? { kind: "alias", at: this.#placeOf(statement.name), type: this.#type(statement.type) }
          : openDeclaration,
      );
    } else if (ts.isEnumDeclaration(statement)) this.#declare(statement, statement.name, () => this.#enum(statement));
    else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        for (const each of namesIn(name)) this.#declare(statement, each, () => openDeclaration);
    } else if (ts.isModuleDeclaration(statement)) {
      if (ts.isIdentifier(statement.name) && statement.name.text !== "global")
        this.#declare(statement, statement.name, () => openDeclaration);
      else this.#global = true;
    } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name !== undefined) this.#declare(statement, statement.name, () => openDeclaration);
    } else if (ts.isImportEqualsDeclaration(statement)) this.#declare(statement, statement.name, () => openDeclaration);
    else if (ts.isNamespaceExportDeclaration(statement)) this.#global = true;
  }

  #declare(statement: ts.Statement, name: ts.Identifier, read: () => Declaration): void {
    const flags = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []).map(({ kind }) => kind) : [];
    const known = this.#declarations.has(name.text);
    // A default export goes by another name among the checker's symbols.
    const declaration = known || flags.includes(ts.SyntaxKind.DefaultKeyword) ? openDeclaration : read();
    this.#declarations.set(name.text, declaration);
    if (flags.includes(ts.SyntaxKind.ExportKeyword) && !known) {
      this.#exports.push([flags.includes(ts.SyntaxKind.DefaultKeyword) ? "default" : name.text, name.text]);
    }
  }

  #import({ importClause, moduleSpecifier }: ts.ImportDeclaration): void {
    if (!ts.isStringLiteral(moduleSpecifier)) return;
    const names: (readonly [string, string])[] = [];
    if (importClause?.name !== undefined) names.push(["default", importClause.name.text]);
    const bindings = importClause?.namedBindings;
    if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.push(["*", bindings.name.text]);
    else if (bindings !== undefined)
      names.push(...bindings.elements.map(({ name, propertyName }) => [(propertyName ?? name).text, name.text] as const));
    this.#imports.push({ from: moduleSpecifier.text, names });
  }

  #export({ exportClause, moduleSpecifier }: ts.ExportDeclaration): void {
    const from = moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
    if (exportClause !== undefined && ts.isNamedExports(exportClause)) {
      const names = exportClause.elements.map(({ name, propertyName }) => [(propertyName ?? name).text, name.text] as const);
      if (from !== undefined) this.#passed.push({ from, names });
      else this.#exports.push(...names.map(([here, there]) => [there, here] as const));
    } else if (from !== undefined) {
      this.#passed.push({ from, names: exportClause === undefined ? null : [["*", exportClause.name.text]] });
    }
  }

  #interface(node: ts.InterfaceDeclaration): Declaration {
    if (node.typeParameters !== undefined) return openDeclaration;
    const at = this.#placeOf(node.name);
    const bases = (node.heritageClauses ?? []).flatMap(({ types }) =>
      types.map((each): WrittenType =>
        ts.isIdentifier(each.expression) && each.typeArguments === undefined ? { kind: "name", name: each.expression.text } : open,
      ),
    );
    const body = this.#members(node.members);
    return body === undefined || bases.includes(open) ? openDeclaration : { kind: "interface", at, bases, ...body };
  }

  #enum(node: ts.EnumDeclaration): Declaration {
    // Without a value, members of an enum that is only declared are computed elsewhere.
    if (node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true) return openDeclaration;
    const members: (readonly [string, string | number])[] = [];
    let next: number | undefined = 0;
    for (const { name, initializer } of node.members) {
      const value: string | number | undefined = initializer === undefined ? next : constant(initializer);
      if (value === undefined || !(ts.isIdentifier(name) || ts.isStringLiteral(name))) return openDeclaration;
      if (members.some(([known]) => known === name.text)) return openDeclaration;
      members.push([name.text, value]);
      next = typeof value === "number" ? value + 1 : undefined;
    }
    return members.length === 0 ? openDeclaration : { kind: "enum", at: this.#placeOf(node.name), members };
  }

  /** Undefined where something in it is more than a property, a method or an index signature. */
  #members(nodes: readonly ts.TypeElement[]): { members: readonly WrittenMember[]; indexes: readonly WrittenIndex[] } | undefined {
    const members: WrittenMember[] = [];
    const indexes: WrittenIndex[] = [];
    for (const node of nodes) {
      const isReadonly =
        ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) === true;
      if (ts.isIndexSignatureDeclaration(node)) {
        const key = node.parameters[0]?.type;
        if (key === undefined || node.parameters.length !== 1) return undefined;
        indexes.push({ key: this.#type(key), value: this.#type(node.type), readonly: isReadonly });
        continue;
      }
      if (!(ts.isPropertySignature(node) || ts.isMethodSignature(node))) return undefined;
      const { name } = node;
      if (!(ts.isIdentifier(name) || ts.isStringLiteral(name)) || name.text === "" || members.some((each) => each.name === name.text))
        return undefined;
      members.push({
        name: name.text,
        type: ts.isMethodSignature(node) ? this.#signature(node) : node.type === undefined ? open : this.#type(node.type),
        optional: node.questionToken !== undefined,
        readonly: isReadonly,
        at: this.#placeOf(name),
      });
    }
    return { members, indexes };
  }

  #signature({ parameters, type, typeParameters }: ts.SignatureDeclaration): WrittenType {
    if (type === undefined || typeParameters !== undefined || ts.isTypePredicateNode(type)) return open;
    const slots: WrittenSlot[] = [];
    for (const each of parameters) {
      if (!ts.isIdentifier(each.name) || each.name.text === "this" || each.type === undefined || each.initializer !== undefined)
        return open;
      const rest = each.dotDotDotToken !== undefined;
      const written = this.#type(each.type);
      if (rest && written.kind !== "array") return open;
      slots.push({
        type: rest && written.kind === "array" ? written.element : written,
        optional: !rest && each.questionToken !== undefined,
        rest,
        label: each.name.text,
      });
    }
    return { kind: "function", parameters: slots, result: this.#type(type) };
  }

  /** Undefined, or a name without text, is what the parser makes of something half-typed. */
  #type(node: ts.TypeNode | undefined): WrittenType {
    if (node === undefined) return open;
    if (ts.isParenthesizedTypeNode(node)) {
      const inner = this.#type(node.type);
      return inner.kind === "union" || (inner.kind === "name" && inner.args !== undefined) ? { ...inner, parentheses: true } : inner;
    }
    const keyword = keywords.get(node.kind);
    if (keyword !== undefined) return { kind: "primitive", type: keyword };
    if (ts.isTypeReferenceNode(node)) return this.#reference(node);
    if (ts.isLiteralTypeNode(node)) return literal(node.literal);
    if (ts.isArrayTypeNode(node)) return { kind: "array", element: this.#type(node.elementType), readonly: false };
    if (ts.isTypeOperatorNode(node)) {
      const inner = node.operator === ts.SyntaxKind.ReadonlyKeyword ? this.#type(node.type) : open;
      return inner.kind === "array" || inner.kind === "tuple" ? { ...inner, readonly: true } : open;
    }
    if (ts.isTupleTypeNode(node)) {
      const slots = node.elements.map((each) => this.#slot(each));
      return slots.some(({ rest, type }) => rest && type === open) ? open : { kind: "tuple", slots, readonly: false };
    }
    if (ts.isTypeLiteralNode(node)) {
      const body = this.#members(node.members);
      return body === undefined ? open : { kind: "object", ...body };
    }
    if (ts.isUnionTypeNode(node)) {
      // Beside others, `void` is not quite `undefined`.
      if (node.types.some(({ kind }) => kind === ts.SyntaxKind.VoidKeyword)) return open;
      return { kind: "union", types: node.types.map((each) => this.#type(each)) };
    }
    if (ts.isFunctionTypeNode(node)) return this.#signature(node);
    if (ts.isIntersectionTypeNode(node)) return this.#brand(node);
    return open;
  }

  #slot(node: ts.TypeNode | ts.NamedTupleMember): WrittenSlot {
    const named = ts.isNamedTupleMember(node) ? { label: node.name.text } : {};
    const rest = ts.isNamedTupleMember(node) ? node.dotDotDotToken !== undefined : ts.isRestTypeNode(node);
    const optional = ts.isNamedTupleMember(node) ? node.questionToken !== undefined : ts.isOptionalTypeNode(node);
    const inner = ts.isNamedTupleMember(node) || ts.isRestTypeNode(node) || ts.isOptionalTypeNode(node) ? node.type : node;
    const type = this.#type(inner);
    if (!rest) return { type, optional, rest, ...named };
    return { type: type.kind === "array" && !type.readonly ? type.element : open, optional, rest, ...named };
  }

  #reference({ typeName, typeArguments }: ts.TypeReferenceNode): WrittenType {
    if (ts.isIdentifier(typeName) ? typeName.text === "" : typeName.right.text === "") return open;
    if (!ts.isIdentifier(typeName)) {
      return ts.isIdentifier(typeName.left) && typeArguments === undefined
        ? { kind: "name", name: typeName.left.text, member: typeName.right.text }
        : open;
    }
    const args = typeArguments?.map((each) => this.#type(each));
    return { kind: "name", name: typeName.text, ...(args === undefined ? {} : { args }) };
  }

  #brand({ types }: ts.IntersectionTypeNode): WrittenType {
    const [base, ...tags] = types.map((each) => this.#type(each));
    if (base?.kind !== "primitive" || !/^(string|number|bigint)$/.test(base.type)) return open;
    const [tag] = tags;
    if (tag?.kind !== "object" || tags.length > 1 || tag.indexes.length > 0 || tag.members.length === 0) return open;
    return { kind: "brand", base: base.type, members: tag.members };
  }
}

function namesIn(name: ts.BindingName): readonly ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
}

function constant(node: ts.Expression): string | number | undefined {
  if (ts.isStringLiteral(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (!ts.isPrefixUnaryExpression(node) || node.operator !== ts.SyntaxKind.MinusToken || !ts.isNumericLiteral(node.operand))
    return undefined;
  const value = Number(node.operand.text);
  return value === 0 ? undefined : -value;
}

function literal(node: ts.LiteralTypeNode["literal"]): WrittenType {
  if (node.kind === ts.SyntaxKind.NullKeyword) return { kind: "primitive", type: "null" };
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
    return { kind: "literal", value: node.kind === ts.SyntaxKind.TrueKeyword };
  if (ts.isBigIntLiteral(node))
    return /^[1-9]\d*n$/.test(node.text) ? { kind: "literal", value: { bigint: node.text.slice(0, -1) } } : open;
  const value = ts.isStringLiteral(node) || ts.isNumericLiteral(node) || ts.isPrefixUnaryExpression(node) ? constant(node) : undefined;
  return value === undefined ? open : { kind: "literal", value };
}

const keywords = new Map<ts.SyntaxKind, PrimitiveName>([
  [ts.SyntaxKind.VoidKeyword, "undefined"],
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
