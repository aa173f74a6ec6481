/**
 * The JSON schema of the dev runtime protocol, made from its types in `runtime/src/protocol.ts`, so that the two cannot differ. It knows the
 * forms of types that are used there, and throws at any other. Comments become descriptions, and tags in them (`@minimum 0`) constraints.
 */
import { readFileSync } from "node:fs";
import { protocolVersion } from "../runtime/src/protocol.ts";
import { ts } from "../server/src/analysis/typescript.ts";

type Schema = Readonly<Record<string, unknown>>;
type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

export function protocolSchema(): Schema {
  const text = readFileSync(new URL("../runtime/src/protocol.ts", import.meta.url), "utf8");
  const source = ts.createSourceFile("protocol.ts", text, ts.ScriptTarget.Latest, true);
  const declarations = new Map<string, Declaration>();
  source.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) declarations.set(node.name.text, node);
  });
  const members = (name: string): ts.PropertySignature[] => membersOf(declarations, name);
  const requests = members("Requests").map((member) => {
    const { params, result } = Object.fromEntries(propertiesOf(member.type).map((each) => [nameOf(each), each.type]));
    return { method: nameOf(member), params: commented(member, toSchema(params)), result: toSchema(result) };
  });
  const notifications = members("Notifications").map((member) => ({
    method: nameOf(member),
    params: commented(member, toSchema(member.type)),
  }));
  const named = [...declarations].filter(([name]) => name !== "Requests" && name !== "Notifications");

  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:instar:dev-runtime-protocol:${protocolVersion}`,
    title: `The dev runtime protocol, version ${protocolVersion}`,
    description:
      "A message of the protocol, either way; see docs/protocol.md. For each method, the definitions have `<method>.params` and " +
      "`<method>.result`, for each notification `<name>.params`; `RunFile` is the run file.",
    anyOf: ["Request", "Cancelation", "Notification", "Answer", "Refusal"].map(reference),
    definitions: {
      Request: message(requests, { id: requestId }),
      Cancelation: {
        description: "Asks for the end of a request that is not answered yet.",
        ...object({ jsonrpc: version, method: { const: "$/cancelRequest" }, params: object({ id: requestId }) }),
      },
      Notification: message(notifications, {}),
      Answer: {
        description: "What the result is like depends on the method that was asked for.",
        ...object({ jsonrpc: version, id: requestId, result: {} }),
      },
      Refusal: object({
        jsonrpc: version,
        id: { description: "Null where what came was no request.", type: ["integer", "string", "null"] },
        error: {
          ...object({ code: { type: "integer" }, message: { type: "string" } }),
          if: { properties: { code: { const: -32000 } } },
          // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON schema
          then: object({ data: reference("ErrorData") }),
        },
      }),
      ...Object.fromEntries(
        requests.flatMap(({ method, params, result }) => [
          [`${method}.params`, params],
          [`${method}.result`, result],
        ]),
      ),
      ...Object.fromEntries(notifications.map(({ method, params }) => [`${method}.params`, params])),
      ...Object.fromEntries(named.map(([name, node]) => [name, commented(node, declared(node))])),
    },
  };

  /** Any of these messages. Where all parameters may be left out, so may be the object around them. */
  function message(all: readonly { readonly method: string; readonly params: Schema }[], more: Readonly<Record<string, Schema>>): Schema {
    const common = object({ jsonrpc: version, ...more, method: { enum: all.map(({ method }) => method) } });
    const each = all.map(({ method, params }) => ({
      properties: { method: { const: method }, params: reference(`${method}.params`) },
      ...(requires(params) ? { required: ["params"] } : {}),
    }));
    return { ...common, oneOf: each };
  }

  function requires({ $ref, allOf = [], required }: Schema): boolean {
    const name = typeof $ref === "string" ? $ref.replace("#/definitions/", "") : null;
    const node = name === null ? undefined : declarations.get(name);
    return required !== undefined || [...(allOf as Schema[]), ...(node === undefined ? [] : [declared(node)])].some(requires);
  }

  function declared(node: Declaration): Schema {
    if (ts.isTypeAliasDeclaration(node)) return toSchema(node.type);
    const bases = (node.heritageClauses ?? []).flatMap(({ types }) => [...types]).map((each) => toSchema(each));
    const own = properties(node.members.filter((member) => ts.isPropertySignature(member)));
    return bases.length === 0 ? own : { allOf: [...bases, own] };
  }

  function properties(list: readonly ts.PropertySignature[]): Schema {
    const required = list.filter(({ questionToken }) => questionToken === undefined).map(nameOf);
    const entries = list.map((each) => [nameOf(each), commented(each, toSchema(each.type))]);
    return { type: "object", ...(required.length === 0 ? {} : { required }), properties: Object.fromEntries(entries) };
  }

  function toSchema(node: ts.Node | undefined): Schema {
    if (node === undefined) throw new Error("A member of the protocol has no type.");
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { type: "string" };
      case ts.SyntaxKind.NumberKeyword:
        return { type: "number" };
      case ts.SyntaxKind.BooleanKeyword:
        return { type: "boolean" };
      case ts.SyntaxKind.UnknownKeyword:
        return {};
    }
    if (ts.isParenthesizedTypeNode(node)) return toSchema(node.type);
    if (ts.isTypeOperatorNode(node)) return toSchema(node.type);
    if (ts.isArrayTypeNode(node)) return { type: "array", items: toSchema(node.elementType) };
    if (ts.isTypeLiteralNode(node)) return properties(propertiesOf(node));
    if (ts.isIntersectionTypeNode(node)) return { allOf: node.types.map(toSchema) };
    if (ts.isUnionTypeNode(node)) return union(node.types);
    if (ts.isLiteralTypeNode(node)) {
      const value = literalOf(node);
      return value === null ? { type: "null" } : { const: value };
    }
    if (ts.isTypeQueryNode(node) && node.getText() === "typeof protocolVersion") return { const: protocolVersion };
    if (ts.isMappedTypeNode(node)) {
      const keys = literalsOf(node.typeParameter.constraint);
      return { type: "object", required: keys, properties: Object.fromEntries(keys.map((key) => [key, toSchema(node.type)])) };
    }
    if (ts.isIndexedAccessTypeNode(node)) {
      const [key] = literalsOf(node.indexType);
      return toSchema(members(node.objectType.getText()).find((each) => nameOf(each) === key)?.type);
    }
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = (ts.isTypeReferenceNode(node) ? node.typeName : node.expression).getText();
      const [of, keys] = node.typeArguments ?? [];
      if (name === "Record" && node.getText() === "Record<string, never>") return { type: "object" };
      if (name === "Pick" && of !== undefined) {
        const picked = literalsOf(keys);
        return properties(members(of.getText()).filter((each) => picked.includes(nameOf(each))));
      }
      if (declarations.has(name)) return reference(name);
    }
    throw new Error(`The schema of the protocol knows no ${ts.SyntaxKind[node.kind]}: ${node.getText()}`);
  }

  function union(types: readonly ts.TypeNode[]): Schema {
    const values = types.map((type) => (ts.isLiteralTypeNode(type) ? literalOf(type) : undefined));
    if (!values.includes(undefined)) return { enum: values };
    const schemas = types.map(toSchema);
    const simple = schemas.map((each) => (Object.keys(each).join() === "type" ? each["type"] : undefined));
    return simple.includes(undefined) ? { anyOf: schemas } : { type: simple };
  }
}

const version: Schema = { const: "2.0" };
const requestId: Schema = { type: ["integer", "string"] };

function reference(name: string): Schema {
  return { $ref: `#/definitions/${name.replaceAll("/", "~1")}` };
}

function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: "object", required: Object.keys(properties), properties };
}

function membersOf(declarations: ReadonlyMap<string, Declaration>, name: string): ts.PropertySignature[] {
  const node = declarations.get(name);
  if (node === undefined || !ts.isInterfaceDeclaration(node)) throw new Error(`The protocol has no interface ${name}.`);
  return node.members.filter((member) => ts.isPropertySignature(member));
}

function propertiesOf(node: ts.Node | undefined): ts.PropertySignature[] {
  if (node === undefined || !ts.isTypeLiteralNode(node)) throw new Error(`The protocol has no object here: ${node?.getText()}`);
  return node.members.filter((member) => ts.isPropertySignature(member));
}

function nameOf({ name }: ts.PropertySignature): string {
  return ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : name.getText();
}

function literalOf({ literal }: ts.LiteralTypeNode): string | boolean | null {
  if (ts.isStringLiteral(literal)) return literal.text;
  if (literal.kind === ts.SyntaxKind.NullKeyword) return null;
  if (literal.kind === ts.SyntaxKind.TrueKeyword || literal.kind === ts.SyntaxKind.FalseKeyword) {
    return literal.kind === ts.SyntaxKind.TrueKeyword;
  }
  throw new Error(`The schema of the protocol knows no literal ${literal.getText()}.`);
}

function literalsOf(node: ts.TypeNode | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(literalsOf);
  return ts.isLiteralTypeNode(node) ? [String(literalOf(node))] : [];
}

/** A comment's text as the description, and the constraints that its tags say; `@asType integer` makes a number a whole one. */
function commented(node: ts.Node, schema: Schema): Schema {
  const comments = ts.getJSDocCommentsAndTags(node).filter((each) => ts.isJSDoc(each));
  const description = comments.map(({ comment }) => (ts.getTextOfJSDocComment(comment) ?? "").replace(/\s*\n\s*/g, " ")).join(" ");
  const tags = comments
    .flatMap((each) => [...(each.tags ?? [])])
    .map(({ tagName, comment }): [string, unknown] => {
      const value = ts.getTextOfJSDocComment(comment) ?? "";
      if (tagName.text === "format" || tagName.text === "pattern") return [tagName.text, value];
      if (tagName.text === "asType") return ["type", value];
      if (numbers.has(tagName.text)) return [tagName.text, Number(value)];
      throw new Error(`The schema of the protocol knows no @${tagName.text}.`);
    });
  // What stands beside a reference counts for nothing.
  if (tags.length > 0 && "$ref" in schema) throw new Error(`A tag belongs to the declaration: ${node.getText()}`);
  return { ...(description === "" ? {} : { description }), ...schema, ...Object.fromEntries(tags) };
}

const numbers = new Set(["minimum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems"]);
