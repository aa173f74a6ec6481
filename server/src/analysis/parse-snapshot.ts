/** Reads a snapshot back into shapes: syntax alone, since the writer leaves nothing for a type checker to decide. */
import type { Message, ProtocolShapes, Section } from "./protocol-shapes.ts";
import { type ParsedSnapshot, readSnapshot } from "./read-snapshot.ts";
import {
  type Field,
  type Index,
  type ObjectShape,
  mappedString,
  primitive,
  type Shape,
  type Signature,
  type Slot,
  type TupleShape,
  unresolved,
  unionOf,
} from "./shape.ts";
import { ts } from "./typescript.ts";

export function parseSnapshot(text: string, id: string, vsn: number): ParsedSnapshot {
  return readSnapshot(text, id, vsn, snapshotShapes);
}

/** The shapes that a snapshot's declarations say; undefined where they declare no `State` and `Protocol`. */
export function snapshotShapes(body: string): ProtocolShapes | undefined {
  return new Reader(ts.createSourceFile("snapshot.d.ts", body, ts.ScriptTarget.ESNext, true)).read();
}

class Reader {
  readonly #declarations = new Map<string, ts.Statement>();
  readonly #known = new Map<string, Shape>();

  constructor(source: ts.SourceFile) {
    for (const statement of source.statements) {
      if (isDeclaration(statement) && statement.name !== undefined) this.#declarations.set(statement.name.text, statement);
    }
  }

  read(): ProtocolShapes | undefined {
    const protocol = this.#declarations.get("Protocol");
    if (protocol === undefined || !ts.isInterfaceDeclaration(protocol) || !this.#declarations.has("State")) return undefined;
    const messages = (section: Section): readonly Message[] => {
      const member = protocol.members.find((each) => each.name?.getText() === section);
      const type = member !== undefined && ts.isPropertySignature(member) ? member.type : undefined;
      if (type === undefined || !ts.isTypeLiteralNode(type)) return [];
      return type.members.filter(ts.isMethodSignature).map((method): Message => {
        const { parameters, result } = this.#signature(method);
        const args: TupleShape = { kind: "tuple", slots: parameters, readonly: false };
        return { name: keyOf(method.name), args, reply: section === "calls" ? result : null };
      });
    };
    const tag = /^Protocol (\S+?)\.?$/.exec(docText(protocol))?.[1];
    return {
      name: tag ?? "unknown",
      state: this.#declared("State"),
      calls: messages("calls"),
      casts: messages("casts"),
      infos: messages("infos"),
    };
  }

  #declared(name: string): Shape {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const keep = <S extends Shape>(shape: S): S => {
      this.#known.set(name, shape);
      return shape;
    };
    const declaration = this.#declarations.get(name);
    if (declaration === undefined) return unresolved;
    if (ts.isInterfaceDeclaration(declaration)) {
      const shape = keep<ObjectShape>({ kind: "object", name, fields: [], indexes: [] });
      return Object.assign(shape, this.#members(declaration.members));
    }
    if (ts.isTypeAliasDeclaration(declaration)) {
      // What recurses through an alias is an array, a tuple, an object or a union; the placeholder becomes that.
      const placeholder = keep<Shape>({ kind: "union", members: [] });
      const shape = this.#type(declaration.type);
      if (ts.isTypeReferenceNode(declaration.type) || ["primitive", "literal"].includes(shape.kind)) return keep(shape);
      for (const key of Object.keys(placeholder)) Reflect.deleteProperty(placeholder, key);
      return Object.assign(placeholder, shape, { name });
    }
    if (ts.isEnumDeclaration(declaration)) {
      const table = declaration.members.map((member): [string, string | number] => [keyOf(member.name), literalOf(member.initializer)]);
      return keep({ kind: "enum", name, table, members: table.map(([each]) => each) });
    }
    if (!ts.isClassDeclaration(declaration)) return unresolved;
    // Folders may be called `@types`, too.
    const found = docText(declaration).matchAll(/@(class|module|bases|package) (.*?)(?= @(?:class|module|bases|package) |$)/g);
    const tags = new Map([...found].map(([, tag = "", value = ""]) => [tag, value.trim()]));
    const from = tags.get("package");
    if (from !== undefined) return { kind: "builtin", class: tags.get("class") ?? name, from, args: [], readonly: false };
    const bases = (tags.get("bases") ?? "").split(" ").filter((base) => base !== "");
    const shape = keep({
      kind: "class" as const,
      name,
      class: tags.get("class") ?? name,
      module: tags.get("module") ?? "",
      bases,
      fields: [] as readonly Field[],
    });
    const base = declaration.heritageClauses?.[0]?.types[0];
    if (base !== undefined) Object.assign(shape, { extends: this.#named(base.expression.getText(), base.typeArguments ?? []) });
    shape.fields = this.#members(declaration.members).fields;
    return shape;
  }

  #members(members: ts.NodeArray<ts.TypeElement> | ts.NodeArray<ts.ClassElement>): { fields: readonly Field[]; indexes: readonly Index[] } {
    const fields: Field[] = [];
    const indexes: Index[] = [];
    for (const member of members) {
      const readonly =
        ts.canHaveModifiers(member) && ts.getModifiers(member)?.some((each) => each.kind === ts.SyntaxKind.ReadonlyKeyword) === true;
      if (ts.isIndexSignatureDeclaration(member)) {
        const key = member.parameters[0]?.type;
        indexes.push({ key: this.#type(key), value: this.#type(member.type), readonly });
      } else if (ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) {
        const optional = member.questionToken !== undefined;
        const exact = docText(member) === "@exact";
        fields.push({ name: keyOf(member.name), shape: this.#type(member.type), optional, ...(exact ? { exact } : {}), readonly });
      }
    }
    return { fields, indexes };
  }

  #type(node: ts.TypeNode | undefined): Shape {
    if (node === undefined) return unresolved;
    if (ts.isParenthesizedTypeNode(node)) return this.#type(node.type);
    if (ts.isLiteralTypeNode(node)) {
      if (node.literal.kind === ts.SyntaxKind.NullKeyword) return primitive("null");
      return { kind: "literal", value: literalValue(node.literal) };
    }
    if (ts.isArrayTypeNode(node)) return { kind: "array", element: this.#type(node.elementType), readonly: false };
    if (ts.isTypeOperatorNode(node)) {
      const inner = this.#type(node.type);
      return inner.kind === "array" || inner.kind === "tuple" ? { ...inner, readonly: true } : inner;
    }
    if (ts.isTupleTypeNode(node)) return { kind: "tuple", slots: node.elements.map((element) => this.#slot(element)), readonly: false };
    if (ts.isTypeLiteralNode(node)) {
      const calls = node.members.filter(ts.isCallSignatureDeclaration);
      if (calls.length > 0) return { kind: "function", signatures: calls.map((call) => this.#signature(call)) };
      const constructs = node.members.filter(ts.isConstructSignatureDeclaration);
      if (constructs.length > 0) return { kind: "function", signatures: constructs.map((each) => this.#signature(each)), construct: true };
      return { kind: "object", ...this.#members(node.members) };
    }
    if (ts.isFunctionTypeNode(node)) return { kind: "function", signatures: [this.#signature(node)] };
    if (ts.isConstructorTypeNode(node)) return { kind: "function", signatures: [this.#signature(node)], construct: true };
    if (ts.isUnionTypeNode(node)) return unionOf(node.types.map((each) => this.#type(each)));
    if (ts.isIntersectionTypeNode(node)) {
      const [base, tag] = node.types.map((each) => this.#type(each));
      return base !== undefined && tag?.kind === "object" ? { kind: "brand", base, tag } : unresolved;
    }
    if (ts.isTemplateLiteralTypeNode(node)) {
      const texts = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
      return { kind: "template", texts, types: node.templateSpans.map((span) => this.#type(span.type)) };
    }
    if (ts.isTypeQueryNode(node)) return { kind: "symbol", symbol: node.exprName.getText() };
    if (ts.isTypeReferenceNode(node)) return this.#reference(node);
    return keywords.has(node.kind) ? primitive(keywords.get(node.kind) ?? "unknown") : unresolved;
  }

  #reference(node: ts.TypeReferenceNode): Shape {
    if (ts.isQualifiedName(node.typeName)) {
      const whole = this.#declared(node.typeName.left.getText());
      if (whole.kind === "enum") return { ...whole, members: [node.typeName.right.text] };
    }
    return this.#named(node.typeName.getText(), node.typeArguments ?? []);
  }

  #named(name: string, args: readonly ts.TypeNode[]): Shape {
    if (name === "Pid") {
      const [protocol] = args;
      const literal =
        protocol !== undefined && ts.isLiteralTypeNode(protocol) && ts.isStringLiteral(protocol.literal)
          ? protocol.literal.text
          : "unknown";
      return { kind: "pid", protocol: literal };
    }
    if (this.#declarations.has(name)) {
      const shape = this.#declared(name);
      return shape.kind === "builtin" ? { ...shape, args: args.map((arg) => this.#type(arg)) } : shape;
    }
    const [of] = args;
    if (of !== undefined && /^(Uppercase|Lowercase|Capitalize|Uncapitalize)$/.test(name)) return mappedString(name, this.#type(of));
    // Only what a class extends is written so.
    if (name === "Array") return { kind: "array", element: this.#type(args[0]), readonly: false };
    if (name === "Function") return { kind: "function", signatures: [] };
    const readonly = name === "ReadonlyMap" || name === "ReadonlySet";
    return {
      kind: "builtin",
      class: readonly ? name.slice("Readonly".length) : name,
      from: "",
      args: args.map((arg) => this.#type(arg)),
      readonly,
    };
  }

  #slot(node: ts.TypeNode | ts.NamedTupleMember): Slot {
    if (ts.isNamedTupleMember(node)) {
      const rest = node.dotDotDotToken !== undefined;
      return {
        shape: rest ? this.#element(node.type) : this.#type(node.type),
        optional: node.questionToken !== undefined,
        rest,
        label: node.name.text,
      };
    }
    if (ts.isRestTypeNode(node)) return { shape: this.#element(node.type), optional: false, rest: true };
    return ts.isOptionalTypeNode(node)
      ? { shape: this.#type(node.type), optional: true, rest: false }
      : { shape: this.#type(node), optional: false, rest: false };
  }

  #element(node: ts.TypeNode): Shape {
    const array = this.#type(node);
    return array.kind === "array" ? array.element : unresolved;
  }

  #signature(node: ts.SignatureDeclaration): Signature {
    const parameters = node.parameters.map((parameter): Slot => {
      const rest = parameter.dotDotDotToken !== undefined;
      const shape = rest && parameter.type !== undefined ? this.#element(parameter.type) : this.#type(parameter.type);
      return { shape, optional: parameter.questionToken !== undefined, rest, label: parameter.name.getText() };
    });
    return { parameters, result: this.#type(node.type) };
  }
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.EnumDeclaration | ts.ClassDeclaration;

function isDeclaration(statement: ts.Statement): statement is Declaration {
  return (
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isClassDeclaration(statement)
  );
}

const keywords = new Map<ts.SyntaxKind, Parameters<typeof primitive>[0]>([
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
  [ts.SyntaxKind.BigIntKeyword, "bigint"],
  [ts.SyntaxKind.SymbolKeyword, "symbol"],
  [ts.SyntaxKind.UndefinedKeyword, "undefined"],
  [ts.SyntaxKind.VoidKeyword, "undefined"],
  [ts.SyntaxKind.ObjectKeyword, "object"],
  [ts.SyntaxKind.UnknownKeyword, "unknown"],
  [ts.SyntaxKind.NeverKeyword, "never"],
]);

function keyOf(name: ts.PropertyName): string {
  if (ts.isComputedPropertyName(name)) return `[${name.expression.getText()}]`;
  return ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : name.getText();
}

function literalValue(node: ts.Expression): string | number | boolean | { readonly bigint: string } {
  if (ts.isPrefixUnaryExpression(node)) {
    const value = literalValue(node.operand);
    return typeof value === "number" ? -value : typeof value === "object" ? { bigint: `-${value.bigint}` } : value;
  }
  if (ts.isBigIntLiteral(node)) return { bigint: node.text.replace(/n$/, "") };
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return node.kind === ts.SyntaxKind.TrueKeyword;
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}

function literalOf(node: ts.Expression | undefined): string | number {
  const value = node === undefined ? "" : literalValue(node);
  return typeof value === "number" || typeof value === "string" ? value : "";
}

/** The text of the doc comment before a node. */
function docText(node: ts.Node): string {
  const text = node.getSourceFile().text;
  // To the compiler, a comment on the line of what is before it trails that; here it never does.
  const start = node.getFullStart();
  const comments = [...(ts.getTrailingCommentRanges(text, start) ?? []), ...(ts.getLeadingCommentRanges(text, start) ?? [])];
  const last = comments.at(-1);
  return last === undefined
    ? ""
    : text
        .slice(last.pos + 2, last.end - 2)
        .replace(/^\*/, "")
        .trim();
}
