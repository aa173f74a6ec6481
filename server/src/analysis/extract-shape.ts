/** Types to shapes: walks what the checker resolved, and the type nodes beside it for the names that the checker forgets. */
import {
  arrayElementNode,
  enumSymbol,
  fieldName,
  isError,
  isNominal,
  memberName,
  onlyObjectNode,
  packageOf,
  tupleNode,
  undefinedIn,
} from "./compiler-types.ts";
import type { ArrayShape, Field, FunctionShape, Index, ObjectShape, Shape, Slot } from "./shape.ts";
import { endless, primitive, unresolved } from "./shape.ts";
import { opaqueTypes, pidType, runtimePackage } from "./runtime-names.ts";
import type { Location } from "./span.ts";
import { locationOf } from "./source-place.ts";
import { ts } from "./typescript.ts";

export interface ShapeReader {
  /** @param node the type node that said so, where there is one: tuples and arrays have their names only there. */
  read(type: ts.Type, node?: ts.TypeNode): Shape;
  /** The parameters of a signature, as a tuple of what is passed. */
  parameters(signature: ts.Signature): readonly Slot[];
}

interface ShapeReaderOptions {
  readonly checker: ts.TypeChecker;
  /** `exactOptionalPropertyTypes`. */
  readonly exact: boolean;
  readonly isRuntime: (file: string) => boolean;
  readonly isExternal: (file: string) => boolean;
  /** What a class's module is called. */
  readonly moduleOf: (file: string) => string;
}

/** Types that nest into ever new instances of themselves are cut off here. */
const deepest = 12;
const largest = 20_000;

export function createShapeReader({ checker, exact, isRuntime, isExternal, moduleOf }: ShapeReaderOptions): ShapeReader {
  const known = new Map<ts.Type, Map<ts.Symbol | undefined, Shape>>();
  const nullables = new Map<ts.Type, Shape>();
  /** The declarations whose instances are being read, to see where one nests in itself. */
  const open: ts.Symbol[] = [];
  let size = 0;

  function read(type: ts.Type, node?: ts.TypeNode): Shape {
    const alias = aliasOf(type, node);
    const target = alias?.node ?? node;
    const byName = known.get(type) ?? new Map<ts.Symbol | undefined, Shape>();
    known.set(type, byName);
    const before = byName.get(alias?.symbol);
    if (before !== undefined) return before;
    const keep = <S extends Shape>(shape: S): S => {
      byName.set(alias?.symbol, shape);
      const symbol = alias?.symbol ?? nameSymbol(type);
      if (symbol !== undefined && canBeNamed(shape)) Object.assign(shape, named(symbol));
      return shape;
    };
    const symbol = type.getSymbol();
    const nested = symbol === undefined ? 0 : open.filter((each) => each === symbol).length;
    size += 1;
    if (size > largest || nested > deepest) return endless;
    if (symbol !== undefined) open.push(symbol);
    try {
      return readNew(type, target, keep);
    } finally {
      if (symbol !== undefined) open.pop();
    }
  }

  function readNew(type: ts.Type, node: ts.TypeNode | undefined, keep: <S extends Shape>(shape: S) => S): Shape {
    const { flags } = type;
    if (flags & ts.TypeFlags.Any) return isError(type) ? unresolved : primitive("unknown");
    if (flags & ts.TypeFlags.Unknown) return primitive("unknown");
    if (flags & ts.TypeFlags.Never) return primitive("never");
    if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return primitive("undefined");
    if (flags & ts.TypeFlags.Null) return primitive("null");
    if (flags & ts.TypeFlags.EnumLike && !(flags & ts.TypeFlags.Union)) return readEnum([type]);
    if (flags & ts.TypeFlags.BooleanLiteral) return { kind: "literal", value: checker.typeToString(type) === "true" };
    if (flags & ts.TypeFlags.Boolean) return primitive("boolean");
    if (type.isStringLiteral() || type.isNumberLiteral()) return { kind: "literal", value: type.value };
    if (flags & ts.TypeFlags.BigIntLiteral) {
      const { negative, base10Value } = (type as ts.BigIntLiteralType).value;
      return { kind: "literal", value: { bigint: `${negative ? "-" : ""}${base10Value}` } };
    }
    if (flags & ts.TypeFlags.String) return primitive("string");
    if (flags & ts.TypeFlags.Number) return primitive("number");
    if (flags & ts.TypeFlags.BigInt) return primitive("bigint");
    if (flags & ts.TypeFlags.UniqueESSymbol) return { kind: "symbol", symbol: type.getSymbol()?.name ?? "symbol" };
    if (flags & ts.TypeFlags.ESSymbol) return primitive("symbol");
    if (flags & ts.TypeFlags.NonPrimitive) return primitive("object");
    if (flags & ts.TypeFlags.TemplateLiteral) {
      const template = type as ts.TemplateLiteralType;
      return keep({ kind: "template", texts: template.texts, types: template.types.map((each) => read(each)) });
    }
    if (flags & ts.TypeFlags.StringMapping) return primitive("string");
    if (type.isUnion()) return readUnion(type.types, node, keep);
    if (flags & (ts.TypeFlags.Instantiable | ts.TypeFlags.Index | ts.TypeFlags.IndexedAccess)) {
      const constraint = checker.getBaseConstraintOfType(type);
      return constraint === undefined || constraint === type ? primitive("unknown") : read(constraint);
    }
    if (type.isIntersection()) {
      const bases = type.types.filter((each) => !(each.flags & ts.TypeFlags.Object));
      const [base] = bases;
      if (base !== undefined) {
        const rest = type.types.filter((each) => each.flags & ts.TypeFlags.Object);
        const fields = rest.flatMap((each) => checker.getPropertiesOfType(each).map(readField));
        return keep({ kind: "brand", base: read(base), tag: { kind: "object", fields, indexes: [] } });
      }
    }
    return readObject(type as ts.ObjectType, node, keep);
  }

  function readUnion(types: readonly ts.Type[], node: ts.TypeNode | undefined, keep: <S extends Shape>(shape: S) => S): Shape {
    const leaves: Shape[] = [];
    const enums = new Map<ts.Symbol, ts.Type[]>();
    const rest: ts.Type[] = [];
    for (const member of types) {
      const owner = member.flags & ts.TypeFlags.EnumLike ? enumSymbol(member) : undefined;
      if (owner !== undefined) enums.set(owner, [...(enums.get(owner) ?? []), member]);
      else if (member.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection | ts.TypeFlags.Instantiable)) rest.push(member);
      else leaves.push(read(member));
    }
    for (const members of enums.values()) leaves.push(readEnum(members));
    const booleans = leaves.filter((leaf) => leaf.kind === "literal" && typeof leaf.value === "boolean");
    const flat = booleans.length === 2 ? [...leaves.filter((leaf) => !booleans.includes(leaf)), primitive("boolean")] : leaves;
    const [first] = flat;
    if (rest.length === 0 && flat.length === 1 && first !== undefined) return first;
    const [object] = rest;
    if (flat.length === 0 && rest.length === 1 && object !== undefined) return read(object);
    const shape = keep({ kind: "union" as const, members: [] as readonly Shape[] });
    const restNode = rest.length === 1 ? onlyObjectNode(node) : undefined;
    shape.members = [...flat, ...rest.map((member) => read(member, restNode))].flatMap((m) =>
      m.kind === "union" && m !== shape ? m.members : [m],
    );
    return shape;
  }

  function readEnum(types: readonly ts.Type[]): Shape {
    const [first] = types;
    const owner = first === undefined ? undefined : enumSymbol(first);
    if (first === undefined || owner === undefined) return unresolved;
    const table: [string, string | number][] = [];
    for (const declaration of owner.declarations ?? []) {
      if (!ts.isEnumDeclaration(declaration)) continue;
      for (const member of declaration.members) {
        const value = checker.getConstantValue(member);
        // A member that is computed when the program runs may be any number.
        if (value === undefined) return primitive("number");
        table.push([memberName(member.name), value]);
      }
    }
    const allowed = types.flatMap((type) => {
      const symbol = type.getSymbol();
      return symbol === owner || symbol === undefined ? table.map(([name]) => name) : [symbol.name];
    });
    return { kind: "enum", table, members: table.map(([name]) => name).filter((name) => allowed.includes(name)), ...named(owner) };
  }

  function readObject(type: ts.ObjectType, node: ts.TypeNode | undefined, keep: <S extends Shape>(shape: S) => S): Shape {
    if (checker.isTupleType(type)) {
      const reference = type as ts.TupleTypeReference;
      const { elementFlags, labeledElementDeclarations, readonly } = reference.target;
      const shape = keep({ kind: "tuple" as const, slots: [] as readonly Slot[], readonly });
      const nodes = tupleNode(node)?.elements;
      shape.slots = checker.getTypeArguments(reference).map((element, index) => {
        const flag = elementFlags[index] ?? ts.ElementFlags.Required;
        const label = labeledElementDeclarations?.[index]?.name;
        return {
          shape:
            flag & ts.ElementFlags.Optional
              ? readOptional(element, elementNode(nodes?.[index]))
              : read(element, sameType(element, elementNode(nodes?.[index]))),
          optional: (flag & ts.ElementFlags.Optional) !== 0,
          rest: (flag & ts.ElementFlags.Variable) !== 0,
          ...(label !== undefined && ts.isIdentifier(label) ? { label: label.text } : {}),
        };
      });
      return shape;
    }
    if (checker.isArrayType(type)) {
      const [element] = checker.getTypeArguments(type as ts.TypeReference);
      const shape = keep<ArrayShape>({
        kind: "array",
        element: primitive("unknown"),
        readonly: type.symbol.name === "ReadonlyArray",
      });
      if (element !== undefined) shape.element = read(element, arrayElementNode(node));
      return shape;
    }
    // Not the alias: `type UserPid = Pid<User>` is a pid like any other.
    const symbol = type.getSymbol();
    const file = symbol?.declarations?.[0]?.getSourceFile().fileName ?? "";
    if (symbol !== undefined && symbol.declarations?.some((each) => isRuntime(each.getSourceFile().fileName)) === true) {
      if (symbol.name === pidType) {
        const [protocol] = checker.getTypeArguments(type as ts.TypeReference);
        return { kind: "pid", protocol: (protocol?.aliasSymbol ?? protocol?.getSymbol())?.name ?? "unknown" };
      }
      const opaque = opaqueTypes.get(symbol.name);
      if (opaque !== undefined) {
        const args = opaque === "alone" ? [] : checker.getTypeArguments(type as ts.TypeReference).map((arg) => read(arg));
        return { kind: "builtin", class: symbol.name, from: runtimePackage, args, readonly: false };
      }
      if (isNominal(symbol)) return { kind: "builtin", class: symbol.name, from: runtimePackage, args: [], readonly: false };
    }
    if (symbol !== undefined && isExternal(file) && (isNominal(symbol) || symbol.name === "ReadonlyMap" || symbol.name === "ReadonlySet")) {
      return readBuiltin(type, symbol, file, node, keep);
    }
    const calls = type.getCallSignatures();
    if (calls.length > 0) {
      const shape = keep<FunctionShape>({ kind: "function", signatures: [] });
      shape.signatures = calls.map((signature) => ({ parameters: parameters(signature), result: read(signature.getReturnType()) }));
      return shape;
    }
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Class && !type.isIntersection()) {
      const shape = keep({
        kind: "class" as const,
        class: symbol.name,
        module: moduleOf(file),
        bases: basesOf(type),
        fields: [] as readonly Field[],
      });
      shape.fields = checker.getPropertiesOfType(type).map(readField);
      return shape;
    }
    const shape = keep<ObjectShape>({ kind: "object", fields: [], indexes: [] });
    shape.fields = checker.getPropertiesOfType(type).map(readField);
    shape.indexes = checker.getIndexInfosOfType(type).map((info): Index => {
      const valueNode =
        info.declaration !== undefined && ts.isIndexSignatureDeclaration(info.declaration) ? info.declaration.type : undefined;
      return { key: read(info.keyType), value: read(info.type, sameType(info.type, valueNode)), readonly: info.isReadonly };
    });
    return shape;
  }

  function readBuiltin(
    type: ts.ObjectType,
    own: ts.Symbol,
    file: string,
    node: ts.TypeNode | undefined,
    keep: <S extends Shape>(shape: S) => S,
  ): Shape {
    const from = packageOf(file);
    if (from === "" && own.name === "Function") return { kind: "function", signatures: [] };
    if (from === "" && own.name === "Object") return { kind: "object", fields: [], indexes: [] };
    const readonly = own.name === "ReadonlyMap" || own.name === "ReadonlySet";
    const shape = keep({
      kind: "builtin" as const,
      class: readonly ? own.name.slice("Readonly".length) : own.name,
      from,
      args: [] as readonly Shape[],
      readonly,
    });
    // What a typed array lies over says nothing about its values.
    if (/Array$|^Buffer$|^DataView$/.test(own.name)) return shape;
    const nodes = node !== undefined && ts.isTypeReferenceNode(node) ? node.typeArguments : undefined;
    const args = checker
      .getTypeArguments(type as ts.TypeReference)
      .slice(0, (type as ts.TypeReference).target?.typeParameters?.length ?? 0);
    shape.args = args.map((arg, index) => read(arg, sameType(arg, nodes?.[index])));
    return shape;
  }

  function readField(property: ts.Symbol): Field {
    const declaration = property.valueDeclaration ?? property.declarations?.[0];
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const type = checker.getTypeOfSymbol(property);
    const typeNode = declaration !== undefined && "type" in declaration ? (declaration.type as ts.TypeNode | undefined) : undefined;
    const name = declaration === undefined ? undefined : ts.getNameOfDeclaration(declaration);
    return {
      name: fieldName(property),
      shape: optional ? readOptional(type, typeNode) : read(type, sameType(type, typeNode)),
      optional,
      // Under `exactOptionalPropertyTypes` the checker adds a second kind of `undefined` for "missing"; alone, it is the only one allowed.
      ...(optional && exact && undefinedIn(type) === 1 ? { exact: true } : {}),
      readonly: declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0,
      ...(name === undefined || isExternal(name.getSourceFile().fileName) ? {} : { declared: locationOf(name) }),
    };
  }

  /** What an optional field or slot holds where it holds something. */
  function readOptional(type: ts.Type, node: ts.TypeNode | undefined): Shape {
    if (undefinedIn(type) === 0) return read(type, sameType(type, node));
    if (!type.isUnion()) return primitive("never");
    const rest = type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined));
    // The checker can take `undefined` away only together with `null`.
    if (!rest.some((each) => each.flags & ts.TypeFlags.Null)) {
      const bare = checker.getNonNullableType(type);
      return read(bare, sameType(bare, node));
    }
    const before = nullables.get(type);
    if (before !== undefined) return before;
    return readUnion(rest, undefined, (shape) => {
      nullables.set(type, shape);
      return shape;
    });
  }

  function parameters(signature: ts.Signature): readonly Slot[] {
    return signature.getParameters().map((parameter): Slot => {
      const declaration = parameter.valueDeclaration;
      const node = declaration !== undefined && ts.isParameter(declaration) ? declaration : undefined;
      const rest = node?.dotDotDotToken !== undefined;
      const optional = !rest && (node?.questionToken !== undefined || node?.initializer !== undefined);
      let type = checker.getTypeOfSymbol(parameter);
      if (rest && checker.isArrayType(type)) type = checker.getTypeArguments(type as ts.TypeReference)[0] ?? type;
      const typeNode = rest ? arrayElementNode(node?.type) : node?.type;
      return {
        shape: optional ? readOptional(type, typeNode) : read(type, sameType(type, typeNode)),
        optional,
        rest,
        label: parameter.name,
      };
    });
  }

  /** The name under which a type node, or the checker, knows a type. */
  function aliasOf(type: ts.Type, node: ts.TypeNode | undefined): { symbol: ts.Symbol; node: ts.TypeNode | undefined } | undefined {
    if (node !== undefined && ts.isParenthesizedTypeNode(node)) return aliasOf(type, node.type);
    if (node !== undefined && ts.isTypeReferenceNode(node) && node.typeArguments === undefined) {
      let symbol = checker.getSymbolAtLocation(node.typeName);
      if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
      const declaration = symbol?.declarations?.find(ts.isTypeAliasDeclaration);
      if (symbol !== undefined && declaration !== undefined && checker.getTypeFromTypeNode(node) === type) {
        return isExternal(declaration.getSourceFile().fileName) ? undefined : { symbol, node: declaration.type };
      }
    }
    const symbol = type.aliasSymbol;
    const declaration = symbol?.declarations?.find(ts.isTypeAliasDeclaration);
    if (symbol === undefined || declaration === undefined || isExternal(declaration.getSourceFile().fileName)) return undefined;
    return { symbol, node: declaration.typeParameters === undefined ? declaration.type : undefined };
  }

  function nameSymbol(type: ts.Type): ts.Symbol | undefined {
    const symbol = type.getSymbol();
    const declared = symbol !== undefined && symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class | ts.SymbolFlags.Enum);
    return declared && !isExternal(symbol.declarations?.[0]?.getSourceFile().fileName ?? "") ? symbol : undefined;
  }

  function named(symbol: ts.Symbol): { name: string; declared?: Location } {
    const declaration = symbol.declarations?.[0];
    const name = declaration === undefined ? undefined : ts.getNameOfDeclaration(declaration);
    return { name: symbol.name, ...(name === undefined ? {} : { declared: locationOf(name) }) };
  }

  function basesOf(type: ts.Type): readonly string[] {
    const target = (type as ts.TypeReference).target ?? type;
    if (!target.isClassOrInterface()) return [];
    return checker.getBaseTypes(target).flatMap((base) => [base.getSymbol()?.name ?? "unknown", ...basesOf(base)]);
  }

  /** A node helps only where it stands for exactly this type; that of a generic's body does not. */
  function sameType(type: ts.Type, node: ts.TypeNode | undefined): ts.TypeNode | undefined {
    if (node === undefined) return undefined;
    const its = checker.getTypeFromTypeNode(node);
    return its === type ? node : undefined;
  }

  function elementNode(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
    if (node === undefined) return undefined;
    if (ts.isNamedTupleMember(node)) return node.dotDotDotToken === undefined ? node.type : arrayElementNode(node.type);
    if (ts.isOptionalTypeNode(node)) return node.type;
    return ts.isRestTypeNode(node) ? arrayElementNode(node.type) : node;
  }

  return { read, parameters };
}

function canBeNamed(shape: Shape): boolean {
  return ["array", "tuple", "object", "class", "function", "brand", "union", "template"].includes(shape.kind);
}
