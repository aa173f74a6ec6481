/** Questions about the compiler's types and type nodes that its public interface answers only in a roundabout way. */
import { libFolder, ts } from "./typescript.ts";

export function alternativesOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
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
  if (unique?.[1] === undefined) return property.name;
  const declared = property.valueDeclaration === undefined ? undefined : ts.getNameOfDeclaration(property.valueDeclaration);
  const wellKnown = declared !== undefined && ts.isComputedPropertyName(declared) && /^Symbol\.\w+$/.test(declared.expression.getText());
  return wellKnown ? `[Symbol.${unique[1]}]` : `[${unique[1]}]`;
}

/** The name of a unique symbol's constant: `key`, or `Symbol.iterator`. */
export function symbolName(type: ts.Type): string {
  const symbol = type.getSymbol();
  const owner = (symbol as { readonly parent?: ts.Symbol } | undefined)?.parent;
  return symbol !== undefined && owner?.name === "SymbolConstructor" ? `Symbol.${symbol.name}` : (symbol?.name ?? "symbol");
}

/** Whether a type is written with a type parameter that nothing stands for yet. */
export function mentionsParameter(checker: ts.TypeChecker, type: ts.Type): boolean {
  // By levels, each type once, at the level where it is nearest.
  const seen = new Set([type]);
  let level: readonly ts.Type[] = [type];
  for (let depth = 0; depth <= 11 && level.length > 0; depth += 1) {
    if (level.some((each) => each.flags & ts.TypeFlags.Instantiable)) return true;
    const next: ts.Type[] = [];
    for (const each of depth <= 10 ? level.flatMap((one) => partsOf(checker, one)) : []) {
      if (seen.has(each)) continue;
      seen.add(each);
      next.push(each);
    }
    level = next;
  }
  return false;
}

function partsOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  const parts = type.isUnionOrIntersection() ? type.types : argumentsOf(checker, type);
  if (type.getSymbol()?.name !== "__type") return parts;
  return [...parts, ...checker.getPropertiesOfType(type).map((property) => checker.getTypeOfSymbol(property))];
}

/** The name of a symbol with those of the namespaces around it: `Intl.NumberFormat`. */
export function qualifiedName(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const name = checker.getFullyQualifiedName(symbol).replace(/^"[^"]*"\./, "");
  return /^[\p{ID_Continue}$.]+$/u.test(name) ? name : symbol.name;
}

/** How deep the arguments of a type nest: 0 for none, 1 for `Box<string>`, 2 for `Box<string[]>`. */
export function argumentWeight(checker: ts.TypeChecker, type: ts.Type): number {
  const open = new Set<ts.Type>();
  let looks = 0;
  return Math.max(0, ...argumentsOf(checker, type).map((each) => weight(each, 0)));

  function weight(each: ts.Type, depth: number): number {
    looks += 1;
    // What meets everywhere would be looked at for ever.
    if (depth > 20 || looks > 200 || open.has(each)) return 1;
    open.add(each);
    try {
      const parts = each.isUnionOrIntersection() ? each.types : argumentsOf(checker, each);
      // What an object literal type was made with shows in nothing but its fields.
      const literal = parts.length === 0 && each.getSymbol()?.name === "__type" && each.getCallSignatures().length === 0;
      const inner = literal ? checker.getPropertiesOfType(each).map((property) => checker.getTypeOfSymbol(property)) : parts;
      return 1 + Math.max(0, ...inner.map((part) => weight(part, depth + 1)));
    } finally {
      open.delete(each);
    }
  }
}

export function argumentsOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  if (type.aliasTypeArguments !== undefined) return type.aliasTypeArguments;
  if (!isReference(type)) return [];
  // The last one of a class or an interface is its own `this`.
  const count = checker.isTupleType(type) ? undefined : type.target.typeParameters?.length;
  return checker.getTypeArguments(type).slice(0, count);
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return (type.flags & ts.TypeFlags.Object) !== 0 && ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
}

/**
 * One type for all that differ only in which copy of a type parameter they name: each reading of a generic method makes new copies, so that
 * what refers to itself in one would never come around.
 */
export function canonicalTypes(checker: ts.TypeChecker): (type: ts.Type) => ts.Type {
  const ids = new Map<ts.Type, number>();
  const first = new Map<string, ts.Type>();
  return (type) => {
    if (type.flags & ts.TypeFlags.TypeParameter || !isReference(type)) return type;
    const key = keyOf(type, 0);
    if (key === undefined) return type;
    const known = first.get(key);
    if (known === undefined) first.set(key, type);
    return known ?? type;
  };

  /** Undefined where no type parameter is named. */
  function keyOf(type: ts.Type, depth: number): string | undefined {
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = checker.getBaseConstraintOfType(type);
      return constraint === undefined || constraint === type || depth > 5 ? "*" : `*${keyOf(constraint, depth + 1) ?? idOf(constraint)}`;
    }
    const parts = type.isUnionOrIntersection() ? type.types : depth > 5 ? [] : argumentsOf(checker, type);
    const keys = parts.map((part) => keyOf(part, depth + 1));
    if (keys.every((key) => key === undefined)) return undefined;
    const own = isReference(type) ? idOf(type.target) : type.flags;
    const texts = keys.map((key, index) => key ?? String(idOf(parts[index] ?? type)));
    return `${own}<${(type.isUnion() ? texts.toSorted() : texts).join()}>`;
  }

  function idOf(type: ts.Type): number {
    const id = ids.get(type) ?? ids.size;
    ids.set(type, id);
    return id;
  }
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
