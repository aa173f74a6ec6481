/** Questions about the compiler's types and type nodes that its public interface answers only in a roundabout way. */
import { libFolder, ts } from "./typescript.ts";

/** How many kinds of `undefined` are among a type's alternatives. */
export function undefinedIn(type: ts.Type): number {
  const types = type.isUnion() ? type.types : [type];
  return types.filter((each) => each.flags & ts.TypeFlags.Undefined).length;
}

/** `any` that stands for something that could not be resolved; the checker marks it with this name alone. */
export function isError(type: ts.Type): boolean {
  return (type as ts.Type & { readonly intrinsicName?: string; readonly debugIntrinsicName?: string }).intrinsicName === "error";
}

export function enumSymbol(type: ts.Type): ts.Symbol | undefined {
  const symbol = type.getSymbol();
  if (symbol === undefined) return undefined;
  if (symbol.flags & ts.SymbolFlags.Enum) return symbol;
  return (symbol as ts.Symbol & { readonly parent?: ts.Symbol }).parent;
}

export function memberName(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : name.getText();
}

/** Whether values of a declaration are told apart by their prototype: it is a class, or declared with its constructor. */
export function isNominal(symbol: ts.Symbol | undefined): boolean {
  return symbol !== undefined && (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Variable)) !== 0;
}

/** The package that declares a type; empty for the platform. */
export function packageOf(file: string): string {
  const last = file.lastIndexOf("/node_modules/");
  if (last < 0 || file.startsWith(libFolder)) return "";
  const [scope = "", name = ""] = file.slice(last + "/node_modules/".length).split("/");
  const full = scope.startsWith("@") ? `${scope}/${name}` : scope;
  return full === "@types/node" ? "" : full;
}

export function fieldName(property: ts.Symbol): string {
  const escaped = String(property.escapedName);
  // The checker's own spelling: `__#1@#cap` for private names, `__@key@123` for unique symbols.
  const hash = /^__#\d+@(#.*)$/.exec(escaped);
  if (hash?.[1] !== undefined) return hash[1];
  const unique = /^__@(.*)@\d+$/.exec(escaped);
  return unique?.[1] === undefined ? property.name : `[${unique[1]}]`;
}

export function tupleNode(node: ts.TypeNode | undefined): ts.TupleTypeNode | undefined {
  if (node === undefined) return undefined;
  if (ts.isTupleTypeNode(node)) return node;
  return ts.isTypeOperatorNode(node) || ts.isParenthesizedTypeNode(node) ? tupleNode(node.type) : undefined;
}

export function arrayElementNode(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (node === undefined) return undefined;
  if (ts.isArrayTypeNode(node)) return node.elementType;
  if (ts.isTypeOperatorNode(node) || ts.isParenthesizedTypeNode(node)) return arrayElementNode(node.type);
  if (!ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return undefined;
  return /^(Readonly)?Array$/.test(node.typeName.text) ? node.typeArguments?.[0] : undefined;
}

/** In `Message | null`, the node that says what the one object is. */
export function onlyObjectNode(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (node === undefined || !ts.isUnionTypeNode(node)) return undefined;
  const nodes = node.types.filter((each) => !ts.isLiteralTypeNode(each) && !ts.isToken(each));
  return nodes.length === 1 ? nodes[0] : undefined;
}
