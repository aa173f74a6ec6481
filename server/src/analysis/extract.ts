/** Reads the protocol of one actor module as the checker resolves it. */
import type { ShapeReader } from "./extract-shape.ts";
import type { Message, ProtocolShapes } from "./protocol-shapes.ts";
import { type Shape, unresolved } from "./shape.ts";
import { locationOf } from "./source-place.ts";
import { ts } from "./typescript.ts";

export function readProtocol(call: ts.CallExpression, checker: ts.TypeChecker, reader: ShapeReader): ProtocolShapes {
  const type = protocolTypeOf(call, checker);
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
          ...placeOf(property),
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

/** The protocol of the actor that a call makes. */
export function protocolTypeOf(call: ts.CallExpression, checker: ts.TypeChecker): ts.Type | undefined {
  const argument = call.typeArguments?.[0];
  return argument === undefined ? protocolOf(checker.getTypeAtLocation(call), checker) : checker.getTypeFromTypeNode(argument);
}

/** Protocols that a package declares are not in the project's source. */
function placeOf(property: ts.Symbol): Pick<Message, "declared"> {
  const declaration = property.valueDeclaration ?? property.declarations?.[0];
  const name = declaration === undefined ? undefined : ts.getNameOfDeclaration(declaration);
  return name === undefined || name.getSourceFile().isDeclarationFile ? {} : { declared: locationOf(name) };
}

function protocolOf(handle: ts.Type, checker: ts.TypeChecker): ts.Type | undefined {
  if (handle.aliasTypeArguments !== undefined) return handle.aliasTypeArguments[0];
  return handle.flags & ts.TypeFlags.Object ? checker.getTypeArguments(handle as ts.TypeReference)[0] : undefined;
}

function awaitedNode(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (node === undefined || !ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return node;
  return /^(Promise|PromiseLike|Awaited)$/.test(node.typeName.text) ? awaitedNode(node.typeArguments?.[0]) : node;
}
