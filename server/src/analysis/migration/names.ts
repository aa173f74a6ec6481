/**
 * What types are called where a step is written: by their names where the module's file has them in scope with the same shape, frozen
 * under a name of their own (`MessageV1`) where they have changed since, written out where they have no name.
 */
import type { ShapeReader } from "../extract-shape.ts";
import { pidType, runtimePackage } from "../runtime-names.ts";
import type { Shape } from "../shape.ts";
import { children, type EnumShape, isRecursive, shapeHash } from "../shape.ts";
import { accessText, referenceText, type TextOptions, typeText } from "../type-text.ts";
import { ts } from "../typescript.ts";
import { literalsOf } from "../validity.ts";
import type { Layout } from "./code.ts";

export interface ScopeOptions {
  /** The call that makes the actor: names mean what they mean there. */
  readonly call: ts.CallExpression;
  readonly checker: ts.TypeChecker;
  readonly reader: ShapeReader;
  /** Finds the module whose protocol has this name; gives the specifier by which this file imports it. */
  readonly specifierOf: (protocol: string) => string | undefined;
  /** How this file imports what another one exports under a name; undefined where it does not export it. */
  readonly exported: (file: string, name: string) => string | undefined;
  /** What the module's own types are made of now. */
  readonly current: readonly Shape[];
  /** `exactOptionalPropertyTypes` */
  readonly exact: boolean;
}

/** The names that a module's own types go by. */
export class Scope {
  /** Names that the generated code needs, and from where. */
  readonly imports = new Map<string, string>();
  readonly #types: ReadonlyMap<string, ts.Symbol>;
  readonly #options: ScopeOptions;
  /** Classes and enums of the current types, by hash: what is one in an old version is the same one if it has not changed since. */
  #values: readonly ts.Symbol[] | undefined;
  #nominal: ReadonlyMap<string, Shape> | undefined;

  constructor(options: ScopeOptions) {
    this.#options = options;
    const { call, checker } = options;
    const flags = (ts.SymbolFlags.Type | ts.SymbolFlags.Alias) as ts.SymbolFlags;
    this.#types = new Map(checker.getSymbolsInScope(call, flags).map((symbol) => [symbol.name, symbol]));
  }

  /** `exactOptionalPropertyTypes` */
  get exact(): boolean {
    return this.#options.exact;
  }

  has(name: string): boolean {
    return this.#types.has(name);
  }

  /** Whether this name means a type of that shape here. */
  means(name: string, shape: Shape): boolean {
    const type = this.#type(name);
    if (type === undefined) return false;
    if (shape.kind === "class") return type.getSymbol()?.name === shape.class && this.#hash(type) === shapeHash(shape);
    if (shape.kind !== "enum") return this.#hash(type) === shapeHash(shape);
    const own = this.#options.reader.read(type);
    return own.kind === "enum" && JSON.stringify(own.table) === JSON.stringify(shape.table);
  }

  /** How a pid's protocol is written, importing it where need be. */
  protocol(name: string): string {
    if (!this.has(pidType)) this.imports.set(pidType, runtimePackage);
    if (this.has(name)) return name;
    const specifier = this.#options.specifierOf(name);
    if (specifier === undefined) return "never";
    this.imports.set(name, specifier);
    return name;
  }

  /** Whether a type of the project can be had under its name, from the file that declares it if need be. */
  reaches(shape: Shape): boolean {
    if (!("name" in shape) || shape.name === undefined) return false;
    if (this.means(shape.name, shape)) return true;
    if (this.has(shape.name)) return false;
    const known = "declared" in shape && shape.declared !== undefined ? shape : this.#sameNow(shape);
    if (known === undefined || !("declared" in known) || known.declared === undefined) return false;
    const specifier = this.#options.exported(known.declared.file, shape.name);
    if (specifier === undefined) return false;
    this.imports.set(shape.name, specifier);
    return true;
  }

  /** How a member of an enum is written where its values are at hand. */
  enumMember(shape: EnumShape, member: string): string | undefined {
    if (shape.name === undefined || !this.means(shape.name, shape)) return undefined;
    const { call, checker } = this.#options;
    this.#values ??= checker.getSymbolsInScope(call, ts.SymbolFlags.Value | ts.SymbolFlags.Alias);
    const value = this.#values.find(({ name }) => name === shape.name);
    if (value === undefined || isTypeOnly(value)) return undefined;
    return shape.name + accessText(member);
  }

  #sameNow(shape: Shape): Shape | undefined {
    if (shape.kind !== "class" && shape.kind !== "enum") return undefined;
    if (this.#nominal === undefined) {
      const seen = new Set(this.#options.current);
      for (const each of seen) for (const child of children(each)) seen.add(child);
      this.#nominal = new Map([...seen].filter(({ kind }) => kind === "class" || kind === "enum").map((each) => [shapeHash(each), each]));
    }
    return this.#nominal.get(shapeHash(shape));
  }

  #type(name: string): ts.Type | undefined {
    const { checker } = this.#options;
    const local = this.#types.get(name);
    // What a module exports is two symbols: one for the inside, which is empty for types, and one for the outside.
    let symbol = local === undefined ? undefined : checker.getExportSymbolOfSymbol(local);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    if (symbol === undefined || !(symbol.flags & ts.SymbolFlags.Type)) return undefined;
    return checker.getDeclaredTypeOfSymbol(symbol);
  }

  #hash(type: ts.Type): string {
    return shapeHash(this.#options.reader.read(type));
  }
}

/** Whether it was imported for its type alone. */
function isTypeOnly(symbol: ts.Symbol): boolean {
  return (
    symbol.declarations?.some(
      (each) =>
        (ts.isImportSpecifier(each) && (each.isTypeOnly || each.parent.parent.isTypeOnly)) || (ts.isImportClause(each) && each.isTypeOnly),
    ) === true
  );
}

/** The types of one version, as text in the module's file. */
export class VersionTypes {
  /** Declarations of what is frozen, in the order in which they are met. */
  readonly frozen = new Map<string, string>();
  /** Names that mean something else from now on, and what they meant in this version. */
  readonly replaced = new Map<string, string>();
  readonly #scope: Scope;
  readonly #vsn: number | null;
  readonly #layout: Layout;
  readonly #names = new Map<string, string>();

  /** @param vsn the version whose types are frozen; null for the current version's, which are in the source already. */
  constructor(scope: Scope, vsn: number | null, layout: Layout) {
    this.#scope = scope;
    this.#vsn = vsn;
    this.#layout = layout;
    this.#text = { ...this.#text, sayUndefined: scope.exact };
  }

  text(shape: Shape): string {
    // What recurses without a name could be written out for ever.
    return referenceText(shape, isRecursive(shape) ? { ...this.#text, deepest: 8, most: 60, cut: "unknown" } : this.#text);
  }

  /** The type, where it can be said whole: what recurses without a name cannot. */
  whole(shape: Shape): string | undefined {
    if (!isRecursive(shape)) return referenceText(shape, this.#text);
    const text = referenceText(shape, { ...this.#text, deepest: 8, most: 60, cut: "\u2026" });
    return text.includes("\u2026") ? undefined : text;
  }

  /** Freezes a shape under a name even where the type is still in scope: what a step names must never change its meaning. */
  freeze(shape: Shape, name: string): string {
    const declared = this.#names.get(shapeHash(shape));
    return declared ?? this.#declare(shape, name);
  }

  /** For whoever writes more than one type at once. */
  get options(): TextOptions {
    return this.#text;
  }

  #text: TextOptions = {
    nameOf: (shape) => this.#nameOf(shape),
    protocol: (name) => this.#scope.protocol(name),
    // An enum that is not here any more is the values that its members had.
    enumText: (shape) => {
      if (this.#scope.reaches(shape)) return undefined;
      return literalsOf(shape)
        .map((literal) => typeText(literal))
        .join(" | ");
    },
  };

  #nameOf(shape: Shape): string | undefined {
    if (shape.kind === "builtin") {
      return shape.from === "" || this.#scope.has(shape.class) ? undefined : `import(${JSON.stringify(shape.from)}).${shape.class}`;
    }
    if (shape.kind === "enum") return undefined;
    const frozen = this.#names.get(shapeHash(shape));
    if (frozen !== undefined) return frozen;
    if (!("name" in shape) || shape.name === undefined) return undefined;
    if (this.#scope.means(shape.name, shape)) return shape.name;
    if ((this.#vsn === null || shape.kind === "class") && this.#scope.reaches(shape)) return shape.name;
    if (this.#vsn === null) return undefined;
    return this.#declare(shape, shape.name);
  }

  #declare(shape: Shape, base: string): string {
    const wanted = this.#vsn === null ? base : `${base}V${this.#vsn}`;
    let name = wanted;
    for (let number = 2; this.frozen.has(name) || (this.#scope.has(name) && !this.#scope.means(name, shape)); number += 1)
      name = `${wanted}_${number}`;
    this.#names.set(shapeHash(shape), name);
    if (this.#vsn !== null) this.replaced.set(base, name);
    if (this.#scope.has(name)) return name;
    // Before its parts, so that declarations stand in the order in which they are read.
    this.frozen.set(name, "");
    this.frozen.set(name, this.#declaration(name, shape));
    return name;
  }

  #declaration(name: string, shape: Shape): string {
    const fields =
      shape.kind === "class" ? shape.fields.filter((field) => !field.name.startsWith("#")) : shape.kind === "object" ? shape.fields : [];
    if (shape.kind === "class" || (shape.kind === "object" && fields.length > 0)) {
      const indexes = shape.kind === "object" ? shape.indexes : [];
      const text = typeText({ kind: "object", fields: [], indexes }, this.#text).slice(2, -2);
      const parts = fields.map((field) => typeText({ kind: "object", fields: [field], indexes: [] }, this.#text).slice(2, -2));
      const lines = [...(indexes.length > 0 ? [text] : []), ...parts].map((part) => `${this.#layout.unit}${part};`);
      return `interface ${name} {\n${lines.join("\n")}\n}`;
    }
    return `type ${name} = ${typeText(shape, this.#text)};`;
  }
}
