/** Reads one actor module: its version, its protocol's shapes and its steps, from declarations and the definition's own literals. */
import type { ActorSource, StepSource } from "./facts.ts";
import { type FoundActor, unwrap, valueOf } from "./find.ts";
import type { ShapeReader } from "./extract-shape.ts";
import { pathId } from "./program.ts";
import type { Message, ProtocolShapes } from "./protocol-shapes.ts";
import { irreversibleFunction } from "./runtime-names.ts";
import { type Shape, unresolved } from "./shape.ts";
import { ts } from "./typescript.ts";

export function extractActor(found: FoundActor, root: string, checker: ts.TypeChecker, reader: ShapeReader): ActorSource {
  const { source, call, others } = found;
  const argument = call.arguments[0];
  const value = argument === undefined ? undefined : valueOf(argument, checker);
  const definition = value !== undefined && ts.isObjectLiteralExpression(value) ? value : null;
  const vsnValue = definition === null ? null : (propertyValue(definition, "vsn") ?? null);
  const idValue = definition === null ? undefined : propertyValue(definition, "id");
  const codeChange = definition === null ? undefined : readCodeChange(definition, checker);
  return {
    id: idValue !== undefined && ts.isStringLiteralLike(idValue) && idValue.text !== "" ? idValue.text : pathId(root, source.fileName),
    file: source.fileName,
    source,
    call,
    others,
    definition,
    vsn: vsnValue === null ? null : wholeNumber(vsnValue),
    vsnValue,
    protocol: readProtocol(call, checker, reader),
    steps: codeChange ? codeChange.properties.map((property) => readStep(property, checker)) : [],
    codeChange,
    initial: definition === null ? null : initialState(definition, checker),
  };
}

/** The value of a property that is written out in an object literal. */
function propertyValue(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = propertyOf(object, name);
  if (property === undefined) return undefined;
  if (ts.isPropertyAssignment(property)) return unwrap(property.initializer);
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike | undefined {
  return object.properties.findLast((property) => property.name !== undefined && nameText(property.name) === name);
}

function nameText(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : undefined;
}

function wholeNumber(expression: ts.Expression): number | null {
  if (!ts.isNumericLiteral(expression)) return null;
  const value = Number(expression.text);
  return Number.isSafeInteger(value) && value >= 1 ? value : null;
}

function readCodeChange(definition: ts.ObjectLiteralExpression, checker: ts.TypeChecker): ts.ObjectLiteralExpression | null | undefined {
  const property = propertyOf(definition, "codeChange");
  if (property === undefined) return definition.properties.some(ts.isSpreadAssignment) ? undefined : null;
  const expression = ts.isPropertyAssignment(property)
    ? property.initializer
    : ts.isShorthandPropertyAssignment(property)
      ? property.name
      : undefined;
  const value = expression === undefined ? undefined : valueOf(expression, checker);
  return value !== undefined && ts.isObjectLiteralExpression(value) ? value : undefined;
}

function readStep(property: ts.ObjectLiteralElementLike, checker: ts.TypeChecker): StepSource {
  const key = property.name === undefined ? undefined : nameText(property.name);
  const from = key !== undefined && /^[1-9]\d*$/.test(key) ? Number(key) : null;
  const value = ts.isPropertyAssignment(property) ? valueOf(property.initializer, checker) : undefined;
  const object = value !== undefined && ts.isObjectLiteralExpression(value) ? value : null;
  if (object === null) return { from, property, object, up: value !== undefined, down: value === undefined ? "missing" : "function" };
  const spread = object.properties.some(ts.isSpreadAssignment);
  const down = propertyOf(object, "down");
  const downValue = down !== undefined && ts.isPropertyAssignment(down) ? valueOf(down.initializer, checker) : undefined;
  const irreversible =
    downValue !== undefined &&
    ts.isCallExpression(downValue) &&
    /(^|\.)(\w+)$/.exec(downValue.expression.getText())?.[2] === irreversibleFunction;
  return {
    from,
    property,
    object,
    up: spread || propertyOf(object, "up") !== undefined,
    down: down === undefined ? (spread ? "function" : "missing") : irreversible ? "irreversible" : "function",
  };
}

/** The object literal that `init` gives back, if it is written as one. */
function initialState(definition: ts.ObjectLiteralExpression, checker: ts.TypeChecker): ts.ObjectLiteralExpression | null {
  const init = propertyOf(definition, "init");
  if (init === undefined) return null;
  const fn = ts.isMethodDeclaration(init) ? init : ts.isPropertyAssignment(init) ? valueOf(init.initializer, checker) : undefined;
  if (fn === undefined || !(ts.isArrowFunction(fn) || ts.isFunctionExpression(fn) || ts.isMethodDeclaration(fn))) return null;
  if (fn.body === undefined) return null;
  if (!ts.isBlock(fn.body)) {
    const value = unwrap(fn.body);
    return ts.isObjectLiteralExpression(value) ? value : null;
  }
  const last = fn.body.statements.findLast(ts.isReturnStatement)?.expression;
  const value = last === undefined ? undefined : unwrap(last);
  return value !== undefined && ts.isObjectLiteralExpression(value) ? value : null;
}

function readProtocol(call: ts.CallExpression, checker: ts.TypeChecker, reader: ShapeReader): ProtocolShapes {
  const argument = call.typeArguments?.[0];
  const type = argument === undefined ? protocolOf(checker.getTypeAtLocation(call), checker) : checker.getTypeFromTypeNode(argument);
  const name = (type?.aliasSymbol ?? type?.getSymbol())?.name ?? "unknown";
  const init = type === undefined ? undefined : signatureOf(type, "init");
  return {
    name: name === "__type" ? "unknown" : name,
    state: init === undefined ? unresolved : result(init),
    calls: messages("calls"),
    casts: messages("casts"),
    infos: messages("infos"),
  };

  function messages(section: string): readonly Message[] {
    const table = type?.getProperty(section);
    if (table === undefined) return [];
    return checker.getPropertiesOfType(checker.getNonNullableType(checker.getTypeOfSymbol(table))).flatMap((property): Message[] => {
      const signature = checker.getNonNullableType(checker.getTypeOfSymbol(property)).getCallSignatures()[0];
      if (signature === undefined) return [];
      return [
        {
          name: property.name,
          args: { kind: "tuple", slots: reader.parameters(signature), readonly: false },
          reply: section === "calls" ? result(signature) : null,
        },
      ];
    });
  }

  function signatureOf(owner: ts.Type, member: string): ts.Signature | undefined {
    const property = owner.getProperty(member);
    return property === undefined ? undefined : checker.getTypeOfSymbol(property).getCallSignatures()[0];
  }

  function result(signature: ts.Signature): Shape {
    const returned = signature.getReturnType();
    const awaited = checker.getAwaitedType(returned) ?? returned;
    const declared = signature.getDeclaration() as ts.SignatureDeclaration | undefined;
    return reader.read(awaited, awaitedNode(declared?.type));
  }
}

function protocolOf(handle: ts.Type, checker: ts.TypeChecker): ts.Type | undefined {
  if (handle.aliasTypeArguments !== undefined) return handle.aliasTypeArguments[0];
  return handle.flags & ts.TypeFlags.Object ? checker.getTypeArguments(handle as ts.TypeReference)[0] : undefined;
}

function awaitedNode(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (node === undefined || !ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return node;
  return /^(Promise|PromiseLike|Awaited)$/.test(node.typeName.text) ? awaitedNode(node.typeArguments?.[0]) : node;
}
