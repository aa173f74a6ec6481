/** Types to shapes: walks what the checker resolved, and the type nodes beside it for the names that the checker forgets. */
import {
  alternativesOf,
  argumentsOf,
  arrayElementNode,
  canonicalTypes,
  enumSymbol,
  fieldName,
  isError,
  isNominal,
  memberName,
  mentionsParameter,
  onlyObjectNode,
  packageOf,
  qualifiedName,
  symbolName,
  tupleNode,
} from "./compiler-types.ts";
import { createEndless } from "./endless-types.ts";
import type {
  ArrayShape,
  BrandShape,
  BuiltinShape,
  Field,
  FunctionShape,
  Holder,
  Index,
  ObjectShape,
  Shape,
  Signature,
  Slot,
} from "./shape.ts";
import { anything, endless, mappedString, parameter, primitive, unresolved } from "./shape.ts";
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

/** Larger types are cut off. */
const largest = 20_000;

export function createShapeReader({ checker, exact, isRuntime, isExternal, moduleOf }: ShapeReaderOptions): ShapeReader {
  const known = new Map<ts.Type, Map<ts.Symbol | undefined, Shape>>();
  const nullables = new Map<ts.Type, Shape>();
  /** The types that are being read, to see where instances of one declaration nest in each other. */
  const open: ts.Type[] = [];
  const canonical = canonicalTypes(checker);
  const neverEnds = createEndless(checker);
  let size = 0;
  /** How many functions there are around what is being read. */
  let called = 0;
  /** What was kept since the outermost type was begun. */
  let fresh: (() => void)[] = [];
  let cutOff = false;

  function read(given: ts.Type, node?: ts.TypeNode): Shape {
    const type = canonical(given);
    const alias = aliasOf(type, node);
    const target = alias?.node ?? node;
    const byName = known.get(type) ?? new Map<ts.Symbol | undefined, Shape>();
    known.set(type, byName);
    const before = byName.get(alias?.symbol);
    if (before !== undefined) return before;
    const keep = <S extends Shape>(shape: S): S => {
      byName.set(alias?.symbol, shape);
      fresh.push(() => byName.delete(alias?.symbol));
      const symbol = alias?.symbol ?? nameSymbol(type);
      if (symbol !== undefined && canBeNamed(shape)) Object.assign(shape, named(symbol));
      return shape;
    };
    const outermost = open.length === 0;
    // What is read from outside begins anew: one type that never ends must not cost the others.
    if (outermost) [size, fresh, cutOff] = [0, [], false];
    size += 1;
    if (size > largest || neverEnds(type, open, called)) {
      cutOff = true;
      return endless;
    }
    open.push(type);
    try {
      const shape = readNew(type, target, keep);
      const own = nameSymbol(type);
      // Under the name of an alias it is still the interface that says what is in it.
      if (alias !== undefined && own !== undefined && own !== alias.symbol && (shape.kind === "object" || shape.kind === "class")) {
        const holder = holderOf(own);
        if (holder !== undefined) shape.fields = shape.fields.map((field) => ({ ...field, holder: field.holder ?? holder }));
      }
      return shape;
    } finally {
      open.pop();
      // Where a type is cut off depends on where it was come from, and must not show in what is read next.
      if (outermost && cutOff) for (const forget of fresh) forget();
    }
  }

  function readNew(type: ts.Type, node: ts.TypeNode | undefined, keep: <S extends Shape>(shape: S) => S): Shape {
    const { flags } = type;
    if (flags & ts.TypeFlags.Any) return isError(type) ? unresolved : anything;
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
    if (flags & ts.TypeFlags.UniqueESSymbol) return { kind: "symbol", symbol: symbolName(type) };
    if (flags & ts.TypeFlags.ESSymbol) return primitive("symbol");
    if (flags & ts.TypeFlags.NonPrimitive) return primitive("object");
    if (flags & ts.TypeFlags.TemplateLiteral) {
      const template = type as ts.TemplateLiteralType;
      return keep({ kind: "template", texts: template.texts, types: template.types.map((each) => read(each)) });
    }
    if (flags & ts.TypeFlags.StringMapping) {
      const mapping = type as ts.StringMappingType;
      return keep(mappedString(mapping.symbol.name, read(mapping.type)));
    }
    if (type.isUnion()) return readUnion(type.types, node, keep);
    if (flags & (ts.TypeFlags.Instantiable | ts.TypeFlags.Index | ts.TypeFlags.IndexedAccess)) {
      const constraint = checker.getBaseConstraintOfType(type);
      return constraint === undefined || constraint === type || constraint.flags & ts.TypeFlags.Unknown ? parameter : read(constraint);
    }
    if (type.isIntersection()) {
      const base = type.types.find((each) => !(each.flags & ts.TypeFlags.Object)) ?? type.types.find(isWhole);
      if (base !== undefined) return readBrand(type, base, keep);
    }
    return readObject(type as ts.ObjectType, node, keep);
  }

  /** Something whole and what is said beside it: `string & { readonly __brand: "Id" }`, or a function with properties. */
  function readBrand(type: ts.IntersectionType, base: ts.Type, keep: <S extends Shape>(shape: S) => S): Shape {
    const rest = type.types.filter((each) => each !== base);
    const objects = rest.filter((each) => each.flags & ts.TypeFlags.Object && !isWhole(each));
    const names = new Set<string>();
    const properties = objects
      .flatMap((each) => checker.getPropertiesOfType(each))
      .filter(({ name }) => !names.has(name) && names.add(name));
    // `string & {}` is a string, written so that editors go on to offer the literals beside it.
    if (properties.length === 0 && rest.length === objects.length) return read(base);
    const shape = keep<BrandShape>({ kind: "brand", base: primitive("unknown"), tag: { kind: "object", fields: [], indexes: [] } });
    // Both sides may say something of a string: a template, or two brands that are brands themselves.
    shape.base = read(base);
    const others = rest.filter((each) => !objects.includes(each));
    shape.tag.fields = [
      ...properties.map((each) => readField(type.getProperty(each.name) ?? each)),
      ...others.map((each, index): Field => ({ name: `and${index}`, shape: read(each), optional: false, readonly: true })),
    ];
    return shape;
  }

  /** Whether values of an object type are more than their properties, so that an intersection does not merge it with others. */
  function isWhole(type: ts.Type): boolean {
    if (!(type.flags & ts.TypeFlags.Object)) return false;
    if (checker.isTupleType(type) || checker.isArrayType(type) || type.getCallSignatures().length > 0) return true;
    const symbol = type.getSymbol();
    if (symbol === undefined) return false;
    if (symbol.flags & ts.SymbolFlags.Class) return true;
    const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? "";
    return isExternal(file) && isNominal(symbol) && !(packageOf(file) === "" && symbol.name === "Object");
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
      const shape = keep({ kind: "tuple" as const, slots: [] as readonly Slot[], readonly: reference.target.readonly });
      shape.slots = slotsOf(reference, node);
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
    const constructs = calls.length === 0 ? type.getConstructSignatures() : [];
    if (calls.length + constructs.length > 0) {
      const signatures = (): readonly Signature[] => {
        called += 1;
        const found = [...calls, ...constructs].map((each) => ({ parameters: parameters(each), result: read(each.getReturnType()) }));
        called -= 1;
        return found;
      };
      const construct = constructs.length > 0 ? { construct: true } : {};
      const properties = checker.getPropertiesOfType(type).filter(({ name }) => name !== "prototype");
      if (properties.length === 0) {
        const shape = keep<FunctionShape>({ kind: "function", signatures: [], ...construct });
        shape.signatures = signatures();
        return shape;
      }
      const own: FunctionShape = { kind: "function", signatures: [], ...construct };
      const shape = keep<BrandShape>({ kind: "brand", base: own, tag: { kind: "object", fields: [], indexes: [] } });
      own.signatures = signatures();
      shape.tag.fields = readFields(properties);
      return shape;
    }
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Class) {
      const shape = keep({
        kind: "class" as const,
        class: symbol.name,
        module: moduleOf(file),
        bases: basesOf(type),
        fields: [] as readonly Field[],
      });
      const base = wholeBase(type);
      if (base !== undefined) Object.assign(shape, { extends: base.read() });
      shape.fields = classFields(type, base !== undefined);
      return shape;
    }
    const base = wholeBase(type);
    if (base !== undefined) {
      const inherited = new Set(checker.getPropertiesOfType(base.type).map(({ escapedName }) => escapedName));
      const properties = checker.getPropertiesOfType(type).filter(({ escapedName }) => !inherited.has(escapedName));
      if (properties.length === 0) return base.read();
      const shape = keep<BrandShape>({ kind: "brand", base: primitive("unknown"), tag: { kind: "object", fields: [], indexes: [] } });
      shape.base = base.read();
      shape.tag.fields = readFields(properties);
      return shape;
    }
    const shape = keep<ObjectShape>({ kind: "object", fields: [], indexes: [] });
    shape.fields = readFields(checker.getPropertiesOfType(type), type);
    shape.indexes = checker.getIndexInfosOfType(type).map((info): Index => {
      const valueNode =
        info.declaration !== undefined && ts.isIndexSignatureDeclaration(info.declaration) ? info.declaration.type : undefined;
      return { key: read(info.keyType), value: read(info.type, sameType(info.type, valueNode)), readonly: info.isReadonly };
    });
    return shape;
  }

  function slotsOf(reference: ts.TupleTypeReference, node: ts.TypeNode | undefined): readonly Slot[] {
    const { elementFlags, labeledElementDeclarations } = reference.target;
    const nodes = tupleNode(node)?.elements;
    return checker.getTypeArguments(reference).map((element, index) => {
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
    const shape = keep({ kind: "builtin" as const, ...builtinName(own, file), args: [] as readonly Shape[] });
    // What a typed array lies over says nothing about its values.
    if (/Array$|^Buffer$|^DataView$/.test(own.name)) return shape;
    const nodes = node !== undefined && ts.isTypeReferenceNode(node) ? node.typeArguments : undefined;
    const args = checker
      .getTypeArguments(type as ts.TypeReference)
      .slice(0, (type as ts.TypeReference).target?.typeParameters?.length ?? 0);
    shape.args = args.map((arg, index) => read(arg, sameType(arg, nodes?.[index])));
    return shape;
  }

  function builtinName(own: ts.Symbol, file: string): Pick<BuiltinShape, "class" | "from" | "readonly"> {
    const readonly = own.name === "ReadonlyMap" || own.name === "ReadonlySet";
    return { class: readonly ? own.name.slice("Readonly".length) : qualifiedName(own, checker), from: packageOf(file), readonly };
  }

  /** @param within the type that has it. */
  function readField(property: ts.Symbol, within?: ts.Type): Field {
    const declaration = property.valueDeclaration ?? property.declarations?.[0];
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const type = checker.getTypeOfSymbol(property);
    const typeNode = declaration !== undefined && "type" in declaration ? (declaration.type as ts.TypeNode | undefined) : undefined;
    const name = declaration === undefined ? undefined : ts.getNameOfDeclaration(declaration);
    const inherited = declaration === undefined || within === undefined ? undefined : inheritedFrom(declaration, within);
    const written = typeNode === undefined ? type : checker.getTypeFromTypeNode(typeNode);
    return {
      name: fieldName(property),
      shape: optional ? readOptional(type, typeNode) : read(type, sameType(type, typeNode)),
      optional,
      // Under `exactOptionalPropertyTypes` the checker has a second kind of `undefined` for what is missing.
      ...(optional && exact && !alternativesOf(type).includes(checker.getUndefinedType()) ? { exact: true } : {}),
      readonly: declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0,
      ...(name === undefined
        ? {}
        : isExternal(name.getSourceFile().fileName)
          ? { foreign: true as const }
          : { declared: locationOf(name) }),
      ...inherited,
      ...(written !== type && mentionsParameter(checker, written) ? { open: true } : {}),
    };
  }

  /** The declaration that a type has a property from, where that is not its own. */
  function inheritedFrom(declaration: ts.Declaration, type: ts.Type): Pick<Field, "holder" | "picked"> | undefined {
    const around = (is: (node: ts.Node) => boolean): ts.Node | undefined => {
      let node: ts.Node | undefined = declaration.parent;
      while (node !== undefined && !is(node)) node = node.parent;
      return node;
    };
    const literal = around((node) => ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node) || ts.isClassLike(node));
    if (literal === undefined || type.getSymbol()?.declarations?.includes(literal as ts.Declaration) === true) return undefined;
    const named = around((node) => ts.isInterfaceDeclaration(node) || ts.isClassLike(node) || ts.isTypeAliasDeclaration(node));
    // The literal may be the type of a variable, which has no name among types.
    const symbol = (named as (ts.Declaration & { readonly symbol?: ts.Symbol }) | undefined)?.symbol;
    const holder = symbol === undefined || symbol === type.aliasSymbol ? undefined : holderOf(symbol);
    if (symbol === undefined || holder === undefined) return undefined;
    // What has all of it, as `Readonly` does, gets whatever comes to it.
    const picks =
      objectFlagsOf(type) & ts.ObjectFlags.Mapped &&
      !checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .every(({ name }) => checker.getPropertyOfType(type, name) !== undefined);
    return picks ? { holder, picked: true } : { holder };
  }

  function holderOf(symbol: ts.Symbol): Holder | undefined {
    const { name, declared } = named(symbol);
    return declared === undefined || isExternal(declared.file) ? undefined : { name, declared };
  }

  /** What an optional field or slot holds where it holds something. */
  function readOptional(type: ts.Type, node: ts.TypeNode | undefined): Shape {
    if (!alternativesOf(type).some((each) => each.flags & ts.TypeFlags.Undefined)) return read(type, sameType(type, node));
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
    return signature.getParameters().flatMap((parameter): readonly Slot[] => {
      const declaration = parameter.valueDeclaration;
      const node = declaration !== undefined && ts.isParameter(declaration) ? declaration : undefined;
      const type = checker.getTypeOfSymbol(parameter);
      const label = parameter.name;
      // Those that a tuple stands for have no declarations of their own.
      if (node?.dotDotDotToken !== undefined || (node === undefined && checker.isArrayLikeType(type) && isRest(signature, parameter))) {
        if (checker.isTupleType(type)) return slotsOf(type as ts.TupleTypeReference, node?.type);
        const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number) ?? type;
        return [{ shape: read(element, sameType(element, arrayElementNode(node?.type))), optional: false, rest: true, label }];
      }
      const optional = node?.questionToken !== undefined || node?.initializer !== undefined;
      return [{ shape: optional ? readOptional(type, node?.type) : read(type, sameType(type, node?.type)), optional, rest: false, label }];
    });
  }

  function isRest(signature: ts.Signature, parameter: ts.Symbol): boolean {
    return parameter === signature.getParameters().at(-1) && signature.getDeclaration()?.parameters.at(-1)?.dotDotDotToken !== undefined;
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
    // `typeof Box` is not what is called `Box` among types.
    if (type.flags & ts.TypeFlags.Object && (type as ts.ObjectType).objectFlags & ts.ObjectFlags.Anonymous) return undefined;
    const declared = symbol !== undefined && symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class | ts.SymbolFlags.Enum);
    return declared && !isExternal(symbol.declarations?.[0]?.getSourceFile().fileName ?? "") ? symbol : undefined;
  }

  function named(symbol: ts.Symbol): { name: string; declared?: Location } {
    const declaration = symbol.declarations?.[0];
    const name = declaration === undefined ? undefined : ts.getNameOfDeclaration(declaration);
    return { name: symbol.name, ...(name === undefined ? {} : { declared: locationOf(name) }) };
  }

  /**
   * What a class or interface of the project extends that is more than its properties and no class of the project: `Map<string, Date>`.
   * Undefined also where that depends on type parameters in a way that only the checker could work out.
   */
  function wholeBase(
    type: ts.Type,
    valueOf: (parameter: ts.Type) => ts.Type | undefined = () => undefined,
  ): { readonly type: ts.Type; read(): Shape } | undefined {
    const target = (type as ts.TypeReference).target ?? type;
    if (type.isIntersection() || !target.isClassOrInterface()) return undefined;
    const args = checker.getTypeArguments(type as ts.TypeReference);
    const bound = (each: ts.Type): ts.Type | undefined => {
      const at = target.typeParameters?.findIndex((own) => own === each) ?? -1;
      const arg = at < 0 ? each : args[at];
      return arg === undefined || !mentionsParameter(checker, arg) ? arg : valueOf(arg);
    };
    for (const base of checker.getBaseTypes(target)) {
      const file = base.getSymbol()?.declarations?.[0]?.getSourceFile().fileName ?? "";
      if (!isExternal(file) || !isWhole(base)) {
        const further = wholeBase(base, bound);
        if (further !== undefined) return further;
        continue;
      }
      const baseArgs = argumentsOf(checker, base).map(bound);
      const known = baseArgs.filter((each) => each !== undefined);
      if (known.length < baseArgs.length) return undefined;
      if (!mentionsParameter(checker, base)) return { type: base, read: () => read(base) };
      const symbol = base.getSymbol();
      if (checker.isArrayType(base)) {
        const [element] = known;
        return element && { type: base, read: () => ({ kind: "array", element: read(element), readonly: false }) };
      }
      if (checker.isTupleType(base) || symbol === undefined) return undefined;
      return { type: base, read: () => ({ kind: "builtin", ...builtinName(symbol, file), args: known.map((each) => read(each)) }) };
    }
    return undefined;
  }

  /** Of what comes from a base that is none of the project's, only the data: values show it. */
  function classFields(type: ts.Type, extended: boolean): readonly Field[] {
    return readFields(
      checker.getPropertiesOfType(type).filter((property) => {
        const declaration = property.declarations?.[0];
        if (!extended || declaration === undefined || !isExternal(declaration.getSourceFile().fileName)) return true;
        return checker.getTypeOfSymbol(property).getCallSignatures().length === 0 && !fieldName(property).startsWith("[");
      }),
      type,
    );
  }

  /** Two symbols of the same name may be keys of one object; the second one gets a number. */
  function readFields(properties: readonly ts.Symbol[], within?: ts.Type): readonly Field[] {
    const count = new Map<string, number>();
    return properties.map((property) => {
      const field = readField(property, within);
      const before = count.get(field.name) ?? 0;
      count.set(field.name, before + 1);
      return before === 0 ? field : { ...field, name: field.name.replace(/\]$/, `_${before + 1}]`) };
    });
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

function objectFlagsOf(type: ts.Type): ts.ObjectFlags {
  return type.flags & ts.TypeFlags.Object ? (type as ts.ObjectType).objectFlags : ts.ObjectFlags.None;
}

function canBeNamed(shape: Shape): boolean {
  return ["array", "tuple", "object", "class", "function", "brand", "union", "template"].includes(shape.kind);
}
