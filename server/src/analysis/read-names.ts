/**
 * Reads actor modules from outlines alone, where names and syntax say everything: plain records, unions, containers and what they refer to,
 * in this file or in others. It gives what the type checker would, or nothing; whoever gets nothing asks the checker. It costs a hundredth.
 */
import type { ActorSource, Reading, StepFunction, StepSource } from "./facts.ts";
import type {
  Call,
  Declaration,
  PlacedOutline,
  WrittenFunction,
  WrittenIndex,
  WrittenMember,
  WrittenSlot,
  WrittenStep,
  WrittenType,
} from "./outline.ts";
import { orderAlternatives, orderUnions } from "./order-unions.ts";
import type { Message, ProtocolShapes } from "./protocol-shapes.ts";
import { actorFunctions, pidType } from "./runtime-names.ts";
import type { ArrayShape, BuiltinShape, EnumShape, Field, Holder, Index, ObjectShape, Shape, Slot } from "./shape.ts";
import { isPrimitive, primitive } from "./shape.ts";
import type { Range } from "./span.ts";

/** What the files of a project are to each other. */
export interface Outlines {
  /** Undefined where there is no such file. */
  of(file: string): PlacedOutline | undefined;
  /** The file that a specifier means, or the runtime's package; undefined where only the compiler knows. */
  resolve(from: string, specifier: string): Resolved | undefined;
  /** `exactOptionalPropertyTypes`, for a module and everything that it uses. */
  exact(file: string): boolean;
  /** The id of a module that does not pin one. */
  idOf(file: string): string;
}

/** Where an import leads, and where that was looked for in vain before. */
export type Resolved = { readonly file: string; readonly missing: readonly string[] } | "runtime";

/** Shapes of declarations, shared by the modules that use them. What is in here is right for as long as none of its files changes. */
export class SharedShapes {
  readonly #entries = new Map<string, SharedShape>();
  /** The ways back, by file and by shape: which shapes depend on it. */
  readonly #byFile = new Map<string, Set<string>>();
  readonly #users = new Map<string, Set<string>>();

  get(key: string): SharedShape | undefined {
    return this.#entries.get(key);
  }

  add(key: string, entry: SharedShape): void {
    this.#entries.set(key, entry);
    for (const [from, to] of [
      [entry.files, this.#byFile],
      [entry.uses, this.#users],
    ] as const)
      for (const each of from) {
        const dependents = to.get(each);
        if (dependents === undefined) to.set(each, new Set([key]));
        else dependents.add(key);
      }
  }

  /** A file declares something else now, has come, or has gone. */
  forget(file: string): void {
    // What depended on it once and was read anew since may be among these: it is read once more.
    const affected = new Set(this.#byFile.get(file));
    for (const key of affected) for (const user of this.#users.get(key) ?? []) affected.add(user);
    for (const key of affected) this.#entries.delete(key);
    this.#byFile.delete(file);
  }

  clear(): void {
    this.#entries.clear();
    this.#byFile.clear();
    this.#users.clear();
  }

  /** All that a shape depends on. */
  filesOf(key: string, found = new Set<string>(), seen = new Set<string>()): ReadonlySet<string> {
    if (seen.has(key)) return found;
    seen.add(key);
    for (const file of this.#entries.get(key)?.files ?? []) found.add(file);
    for (const each of this.#entries.get(key)?.uses ?? []) this.filesOf(each, found, seen);
    return found;
  }
}

interface SharedShape {
  readonly shape: Shape;
  /** The files that were looked at for it itself. */
  readonly files: ReadonlySet<string>;
  /** The other shapes in it. */
  readonly uses: ReadonlySet<string>;
}

export interface NamesReading {
  /** Undefined where only the checker can tell. */
  readonly reading: Reading | undefined;
  /** The files that this depends on, those included that are not there. */
  readonly files: ReadonlySet<string>;
}

/** The protocol that was read before, if nothing that it depends on has changed since. */
export function readByNames(outlines: Outlines, file: string, shared = new SharedShapes(), before?: ProtocolShapes): NamesReading {
  const reader = new NamesReader(outlines, shared, before);
  try {
    return { reading: reader.module(file), files: reader.files };
  } catch (error) {
    if (error instanceof Unsure) return { reading: undefined, files: reader.files };
    throw error;
  }
}

/** Only the checker can tell. */
class Unsure extends Error {}

function unsure(): never {
  throw new Unsure();
}

/** Where a name leads. */
type Meaning =
  | { readonly kind: "declared"; readonly outline: PlacedOutline; readonly name: string; readonly declaration: Declaration }
  | { readonly kind: "runtime"; readonly name: string };

type Declared<Kind extends Declaration["kind"]> = Extract<Meaning, { kind: "declared" }> & {
  readonly declaration: Extract<Declaration, { kind: Kind }>;
};

/** One alternative of a type, with aliases and unions taken apart. */
interface Alternative {
  /** Units and primitives; undefined for what has parts of its own. */
  readonly leaf?: Shape;
  /** The enum of which this is one member, or all of them. */
  readonly of?: { readonly shape: EnumShape; readonly key: string };
  /** As it was written, with what it is written in. */
  readonly type: WrittenType;
  readonly outline: PlacedOutline;
  /** The interface that it is. */
  readonly declared?: Declared<"interface">;
  /** The alias whose whole type this is. */
  readonly alias?: Declared<"alias">;
}

/** The alias whose name a shape gets. */
interface Naming {
  readonly alias: Declared<"alias">;
  readonly key: string;
}

class NamesReader {
  readonly #outlines: Outlines;
  readonly #before: ProtocolShapes | undefined;
  readonly files = new Set<string>();
  readonly #shared: SharedShapes;
  readonly #known = new Map<string, Shape>();
  /** What is being read, and what was read for others to use once it is clear that all of it could be. */
  readonly #open: { readonly files: Set<string>; readonly uses: Set<string> }[] = [];
  readonly #fresh: (readonly [string, SharedShape])[] = [];
  /** Shapes of what is written out, by the name that they got. */
  readonly #written = new Map<WrittenType, Map<string, Shape>>();
  #depth = 0;
  #exact = false;

  constructor(outlines: Outlines, shared: SharedShapes, before: ProtocolShapes | undefined) {
    this.#outlines = outlines;
    this.#shared = shared;
    this.#before = before;
  }

  module(file: string): Reading {
    const placed = this.#outline(file);
    const { outline } = placed;
    this.#exact = this.#outlines.exact(file);
    const range = ({ at }: Call) => placed.locate(at).range;
    const syntax = outline.syntax === null ? null : { text: outline.syntax.text, range: placed.locate(outline.syntax.at).range };
    const { actor } = outline;
    const made = actor === null ? undefined : outline.calls[actor.call];
    if (actor === null || made === undefined || !this.#isActor(placed, made)) {
      const unreachable = outline.calls.filter((call) => call.exported && this.#isActor(placed, call)).map(range);
      return { file, actor: null, unreachable, syntax };
    }
    const { definition, vsn, steps } = actor;
    const source: ActorSource = {
      ...definition,
      id: definition.id ?? this.#outlines.idOf(file),
      file,
      vsnValue: vsn === null ? null : { text: vsn.text, range: placed.locate(vsn.at).range },
      call: range(made),
      others: outline.calls.filter((call) => call !== made && this.#isActor(placed, call)).map(range),
      protocol: this.#before ?? orderUnions(this.#protocol(actor.protocol ?? unsure(), placed)),
      steps: steps.map((step) => this.#step(step, placed, range(made))),
      imports: outline.imports.map(({ from }) => from).filter((from) => from.startsWith(".")),
    };
    for (const [key, entry] of this.#fresh) if (!entry.files.has(file)) this.#shared.add(key, entry);
    return { file, actor: source, unreachable: [], syntax };
  }

  #step({ at, functions, ...step }: WrittenStep, placed: PlacedOutline, call: Range): StepSource {
    const read = (type: WrittenType | null): Shape | null => type && orderAlternatives(this.#read(type, placed, true));
    const shapes = (written: WrittenFunction | null): StepFunction | null =>
      written && { takes: read(written.takes), gives: read(written.gives), returned: written.returned };
    return {
      ...step,
      range: at === null ? call : placed.locate(at).range,
      functions: { up: shapes(functions.up), down: shapes(functions.down) },
    };
  }

  #outline(file: string): PlacedOutline {
    this.#visit(file);
    return this.#outlines.of(file) ?? unsure();
  }

  #visit(file: string): void {
    this.files.add(file);
    this.#open.at(-1)?.files.add(file);
  }

  /** The shape of a declaration, which is the same wherever it is used. */
  #entry({ outline, name }: Extract<Meaning, { kind: "declared" }>, read: () => Shape): Shape {
    const key = `${outline.file} ${name}`;
    this.#open.at(-1)?.uses.add(key);
    const own = this.#known.get(key);
    if (own !== undefined) return own;
    const shared = this.#shared.get(key);
    if (shared !== undefined) {
      for (const file of this.#shared.filesOf(key)) this.files.add(file);
      this.#known.set(key, shared.shape);
      return shared.shape;
    }
    const opened = { files: new Set([outline.file]), uses: new Set<string>() };
    this.#open.push(opened);
    const shape = read();
    this.#open.pop();
    this.#known.set(key, shape);
    this.#fresh.push([key, { shape, ...opened }]);
    return shape;
  }

  #isActor(placed: PlacedOutline, { name, property }: Call): boolean {
    const own = name === "" || Object.hasOwn(placed.outline.declarations, name);
    const imported = own ? undefined : importOf(placed, name);
    if (imported?.from.startsWith("node:") === true) return false;
    if (property === undefined) {
      if (imported === undefined || imported.there === "*") return false;
      const meaning = this.#exported(this.#resolve(placed.file, imported.from), imported.there, new Set());
      return meaning?.kind === "runtime" && actorFunctions.has(meaning.name);
    }
    if (imported?.there !== "*") return actorFunctions.has(property) ? unsure() : false;
    // Of a module of the project, a property may be the same function under another name.
    return this.#resolve(placed.file, imported.from) === "runtime" ? actorFunctions.has(property) : unsure();
  }

  /** A file's path, or `runtime`. */
  #resolve(from: string, specifier: string): string {
    const found = this.#outlines.resolve(from, specifier) ?? unsure();
    if (found === "runtime") return found;
    for (const each of found.missing) this.#visit(each);
    return found.file;
  }

  #exported(target: string, name: string, seen: Set<string>): Meaning | undefined {
    if (target === "runtime") return { kind: "runtime", name };
    if (seen.has(`${target} ${name}`)) return undefined;
    seen.add(`${target} ${name}`);
    const placed = this.#outline(target);
    const own = placed.outline.exports.find(([there]) => there === name);
    if (own !== undefined) return this.#named(placed, own[1], seen);
    const passed = placed.outline.passed.find(({ names }) => names?.some(([, there]) => there === name));
    if (passed !== undefined) {
      const [here = name] = passed.names?.find(([, there]) => there === name) ?? [];
      return here === "*" ? unsure() : this.#exported(this.#resolve(target, passed.from), here, seen);
    }
    // What all of a module is passed on through may come from two of them; then it is nothing.
    const found = placed.outline.passed
      .filter(({ names }) => names === null)
      .flatMap(({ from }) => {
        const file = this.#resolve(target, from);
        // Which names the package has is not known here.
        return file === "runtime" ? unsure() : (this.#exported(file, name, seen) ?? []);
      });
    return found.length > 1 ? unsure() : found[0];
  }

  /** What a name means in a file. */
  #named(placed: PlacedOutline, name: string, seen = new Set<string>()): Meaning | undefined {
    const { declarations } = placed.outline;
    const declaration = Object.hasOwn(declarations, name) ? declarations[name] : undefined;
    if (declaration !== undefined) {
      // A name that is declared and imported is a mistake, or two things under one name.
      if (placed.outline.imports.some(({ names }) => names.some(([, here]) => here === name))) return unsure();
      return { kind: "declared", outline: placed, name, declaration };
    }
    const imported = importOf(placed, name);
    if (imported === undefined) return undefined;
    return imported.there === "*"
      ? unsure()
      : (this.#exported(this.#resolve(placed.file, imported.from), imported.there, seen) ?? unsure());
  }

  #protocol(type: WrittenType, placed: PlacedOutline): ProtocolShapes {
    const { name, members } = this.#record(type, placed);
    const init = members.find((each) => each.member.name === "init") ?? unsure();
    return {
      name: name ?? "unknown",
      state: this.#result(this.#function(init), init.placed),
      calls: this.#messages(members, "calls"),
      casts: this.#messages(members, "casts"),
      infos: this.#messages(members, "infos"),
    };
  }

  #messages(members: readonly OwnMember[], section: "calls" | "casts" | "infos"): readonly Message[] {
    const table = members.find((each) => each.member.name === section);
    if (table === undefined) return [];
    return this.#record(table.member.type, table.placed).members.map((each): Message => {
      const signature = this.#function(each);
      return {
        name: each.member.name,
        args: { kind: "tuple", slots: this.#slots(signature.parameters, each.placed), readonly: false },
        reply: section === "calls" ? this.#result(signature, each.placed) : null,
        declared: each.placed.locate(each.member.at),
      };
    });
  }

  /** The members of something that is an interface or a literal in the end, and the name that the checker has for it. */
  #record(type: WrittenType, placed: PlacedOutline, alias?: Holder): { readonly name?: string; readonly members: readonly OwnMember[] } {
    if (type.kind === "object") {
      if (type.indexes.length > 0) return unsure();
      const held = alias === undefined ? {} : { holder: alias };
      return { ...(alias === undefined ? {} : { name: alias.name }), members: type.members.map((member) => ({ member, placed, ...held })) };
    }
    if (type.kind !== "name" || type.args !== undefined || type.member !== undefined) return unsure();
    const meaning = this.#declared(type.name, placed);
    if (meaning.declaration.kind === "alias") {
      this.#enter();
      const found = this.#record(meaning.declaration.type, meaning.outline, holderOf(meaning, meaning.declaration));
      this.#depth -= 1;
      return found;
    }
    if (meaning.declaration.kind !== "interface") return unsure();
    const { members, indexes } = this.#interface(meaning as Declared<"interface">);
    const holder = holderOf(meaning, meaning.declaration);
    return indexes.length > 0 ? unsure() : { name: meaning.name, members: members.map((each) => ({ holder, ...each })) };
  }

  #declared(name: string, placed: PlacedOutline): Extract<Meaning, { kind: "declared" }> {
    const meaning = this.#named(placed, name) ?? unsure();
    return meaning.kind === "declared" ? meaning : unsure();
  }

  /** Own members first, then those of the bases that are not overridden, as the checker lists them. */
  #interface({ declaration, outline }: Declared<"interface">): {
    readonly members: readonly OwnMember[];
    readonly indexes: readonly WrittenIndex[];
  } {
    this.#enter();
    const members: OwnMember[] = declaration.members.map((member) => ({ member, placed: outline }));
    for (const base of declaration.bases) {
      for (const each of this.#record(base, outline).members)
        if (!members.some(({ member }) => member.name === each.member.name)) members.push(each);
    }
    this.#depth -= 1;
    return { members, indexes: declaration.indexes };
  }

  #function({ member, placed }: OwnMember): { readonly parameters: readonly WrittenSlot[]; readonly result: WrittenType } {
    const { type } = member;
    if (type.kind === "function") return type;
    if (type.kind !== "name" || type.args !== undefined) return unsure();
    // Through an alias, parameters would be read in another file.
    const meaning = this.#declared(type.name, placed);
    const aliased = meaning.declaration.kind === "alias" && meaning.outline === placed ? meaning.declaration.type : unsure();
    return aliased.kind === "function" ? aliased : unsure();
  }

  #result({ result }: { readonly result: WrittenType }, placed: PlacedOutline): Shape {
    const awaited = this.#awaited(result, placed);
    // What has a method `then` is awaited as well.
    if (this.#alternatives(awaited, placed).some((each) => this.#hasThen(each))) return unsure();
    return this.#read(awaited, placed, true);
  }

  #awaited(type: WrittenType, placed: PlacedOutline): WrittenType {
    if (type.kind !== "name" || type.name !== "Promise" || this.#named(placed, type.name) !== undefined) return type;
    const [of, ...more] = type.args ?? [];
    return of === undefined || more.length > 0 ? unsure() : this.#awaited(of, placed);
  }

  #hasThen({ type, outline }: Alternative): boolean {
    if (type.kind === "object") return type.members.some(({ name }) => name === "then");
    if (type.kind !== "name") return false;
    const meaning = this.#named(outline, type.name);
    if (meaning?.kind === "declared" && meaning.declaration.kind === "interface")
      return this.#interface(meaning as Declared<"interface">).members.some(({ member }) => member.name === "then");
    return meaning === undefined && type.name === "Promise";
  }

  /** @param known whether the checker's reader has the type's node at hand, by which it knows the names of arrays and tuples. */
  #read(type: WrittenType, placed: PlacedOutline, known: boolean): Shape {
    this.#enter();
    try {
      return this.#readType(type, placed, known);
    } finally {
      this.#depth -= 1;
    }
  }

  #readType(type: WrittenType, placed: PlacedOutline, known: boolean): Shape {
    const alias = this.#nameOf(type, placed, known);
    if (alias === undefined) return this.#build(this.#alternatives(type, placed), type, placed, known);
    // From an alias on, nodes are known again: those of its own declaration.
    const key = keyOf(alias);
    const { outline, declaration } = alias;
    return this.#entry(alias, () =>
      this.#build(this.#alternatives(declaration.type, outline), declaration.type, outline, true, { alias, key }),
    );
  }

  /** The alias under which a type goes: with its node the first on the way, without it the last, if it is one that the checker keeps. */
  #nameOf(type: WrittenType, placed: PlacedOutline, known: boolean): Declared<"alias"> | undefined {
    if (type.kind !== "name" || type.args !== undefined || type.member !== undefined) return undefined;
    const meaning = this.#named(placed, type.name);
    if (meaning?.kind !== "declared" || meaning.declaration.kind !== "alias") return undefined;
    const alias = meaning as Declared<"alias">;
    if (known) return alias;
    const target = alias.declaration.type;
    if (target.kind === "name") {
      this.#enter();
      const further = this.#nameOf(target, alias.outline, false);
      this.#depth -= 1;
      return further;
    }
    return keepsName(target) ? alias : undefined;
  }

  #keep<S extends Shape>(shape: S, naming: Naming | undefined): S {
    if (naming === undefined) return shape;
    const { alias, key } = naming;
    this.#known.set(key, shape);
    return Object.assign(shape, { name: alias.name, declared: alias.outline.locate(alias.declaration.at) });
  }

  /** One shape for all alternatives. */
  #build(
    alternatives: readonly Alternative[],
    type: WrittenType | undefined,
    placed: PlacedOutline,
    known: boolean,
    naming?: Naming,
  ): Shape {
    const primitives = alternatives.flatMap(({ leaf }) => (leaf?.kind === "primitive" ? [leaf.type] : []));
    const [only] = alternatives;
    if (only === undefined) return primitive("never");
    if (alternatives.length > 1 && primitives.includes("unknown")) return primitive("unknown");
    const leaves: Shape[] = [];
    const enums = new Map<string, { readonly shape: EnumShape; readonly members: Set<string> }>();
    const rest: Alternative[] = [];
    for (const each of alternatives) {
      if (each.of !== undefined) {
        const { shape, key } = each.of;
        const all = enums.get(key) ?? { shape, members: new Set() };
        enums.set(key, all);
        for (const member of shape.members) all.members.add(member);
      } else if (each.leaf === undefined) {
        if (!rest.some((other) => sameDeclaration(other, each))) rest.push(each);
      } else if (each.leaf.kind === "literal") {
        const { value } = each.leaf;
        const wide = typeof value === "object" ? "bigint" : typeof value;
        const same = leaves.some((leaf) => leaf.kind === "literal" && JSON.stringify(leaf.value) === JSON.stringify(value));
        if (!same && !primitives.includes(wide as "string")) leaves.push(each.leaf);
      } else if (!leaves.includes(each.leaf)) leaves.push(each.leaf);
    }
    // Members of enums vanish in the primitives that they are.
    if (enums.size > 0 && (primitives.includes("number") || primitives.includes("string"))) return unsure();
    for (const { shape, members } of enums.values()) {
      const all = shape.table.map(([name]) => name).filter((name) => members.has(name));
      leaves.push({ ...shape, members: all });
    }
    const booleans = leaves.filter((leaf) => leaf.kind === "literal" && typeof leaf.value === "boolean");
    const flat = booleans.length === 2 ? [...leaves.filter((leaf) => !booleans.includes(leaf)), primitive("boolean")] : leaves;
    const [first] = flat;
    const [object] = rest;
    if (rest.length === 0 && flat.length === 1 && first !== undefined) return first;
    if (flat.length === 0 && rest.length === 1 && object !== undefined) {
      if (type === undefined) return this.#alone(object);
      // One that is left of several goes by a name that depends on how the others vanished.
      return type.kind === "union" ? unsure() : this.#object(object, type === object.type && known, naming);
    }
    if (rest.some((each) => each.type.kind === "object" && each.type.members.length + each.type.indexes.length === 0)) return unsure();
    const shape = this.#keep({ kind: "union" as const, members: [] as readonly Shape[] }, naming);
    // Only where there is one object and one node, the checker's reader knows which node is whose.
    const nodes =
      type?.kind === "union" && type.parentheses === undefined
        ? type.types.filter(({ kind }) => kind !== "primitive" && kind !== "literal")
        : [];
    const [node] = nodes.length === 1 && rest.length === 1 ? nodes : [];
    const sure = node !== undefined && this.#alternatives(node, placed).length === 1;
    const parts = sure ? [this.#read(node, placed, known)] : rest.map((each) => this.#alone(each));
    // Those that look alike may be one type to the checker.
    const looks = rest.map((each, index) => looksLike(each, parts[index] ?? shape) ?? String(index));
    if (new Set(looks).size < looks.length) return unsure();
    shape.members = [...flat, ...parts];
    return shape;
  }

  /** One alternative without its node, under the name that the checker keeps. */
  #alone(each: Alternative): Shape {
    const { alias } = each;
    if (alias === undefined || !keepsName(alias.declaration.type)) return this.#object(each, false);
    const key = keyOf(alias);
    return this.#entry(alias, () => this.#object(each, true, { alias, key }));
  }

  /** Aliases and unions taken apart, what is in them left as it is. */
  #alternatives(type: WrittenType, placed: PlacedOutline, alias?: Declared<"alias">): readonly Alternative[] {
    const one = (leaf: Shape): readonly Alternative[] => [{ leaf, type, outline: placed }];
    switch (type.kind) {
      case "primitive":
        return type.type === "never" ? [] : one(primitive(type.type));
      case "literal":
        return one({ kind: "literal", value: type.value });
      case "union":
        this.#enter();
        try {
          return type.types.flatMap((each) => {
            const found = this.#alternatives(each, placed);
            // What is left beside `never` may keep its name.
            return found.length === 0 ? unsure() : found;
          });
        } finally {
          this.#depth -= 1;
        }
      case "name": {
        const meaning = this.#named(placed, type.name);
        if (meaning?.kind !== "declared") break;
        const { declaration } = meaning;
        if (declaration.kind === "open" || type.args !== undefined) return unsure();
        if (declaration.kind === "enum") return [{ of: this.#enum(meaning as Declared<"enum">, type.member), type, outline: placed }];
        if (type.member !== undefined) return unsure();
        if (declaration.kind === "interface") {
          const declared = meaning as Declared<"interface">;
          return [{ declared, type, outline: placed, ...(alias === undefined ? {} : { alias }) }];
        }
        this.#enter();
        try {
          return this.#alternatives(declaration.type, meaning.outline, meaning as Declared<"alias">);
        } finally {
          this.#depth -= 1;
        }
      }
      case "open":
        return unsure();
      default:
    }
    return [{ type, outline: placed, ...(alias === undefined ? {} : { alias }) }];
  }

  #enum({ outline, name, declaration }: Declared<"enum">, member: string | undefined): NonNullable<Alternative["of"]> {
    const names = declaration.members.map(([each]) => each);
    if (member !== undefined && !names.includes(member)) return unsure();
    const key = `${outline.file} ${name}`;
    const members = member === undefined ? names : [member];
    return { key, shape: { kind: "enum", table: declaration.members, members, name, declared: outline.locate(declaration.at) } };
  }

  /** What has parts of its own. */
  #object({ type, outline, declared }: Alternative, known: boolean, naming?: Naming): Shape {
    if (declared !== undefined) return this.#readInterface(declared, naming);
    switch (type.kind) {
      case "array": {
        const shape = this.#keep<ArrayShape>({ kind: "array", element: primitive("unknown"), readonly: type.readonly }, naming);
        shape.element = this.#read(type.element, outline, known);
        return shape;
      }
      case "tuple": {
        const shape = this.#keep({ kind: "tuple" as const, slots: [] as readonly Slot[], readonly: type.readonly }, naming);
        shape.slots = this.#slots(type.slots, outline, known);
        return shape;
      }
      case "object":
        return this.#once(type, naming, () => {
          const shape = this.#keep<ObjectShape>({ kind: "object", fields: [], indexes: [] }, naming);
          const fill = () => {
            shape.fields = type.members.map((member) => this.#field({ member, placed: outline }));
            shape.indexes = this.#indexes(type.indexes, outline);
          };
          return { shape, fill };
        });
      case "brand":
        return this.#once(type, naming, () => {
          const tag: ObjectShape = { kind: "object", fields: [], indexes: [] };
          const shape = this.#keep({ kind: "brand" as const, base: primitive(type.base), tag }, naming);
          const fill = () => {
            tag.fields = type.members.map((member) => this.#field({ member, placed: outline }));
          };
          return { shape, fill };
        });
      case "name": {
        const meaning = this.#named(outline, type.name);
        if (type.member !== undefined) return unsure();
        if (meaning === undefined) return this.#builtin(type, outline, known, naming);
        return meaning.kind === "runtime" ? this.#pid(meaning.name, type, outline) : unsure();
      }
      default:
        return unsure();
    }
  }

  #once(type: WrittenType, naming: Naming | undefined, make: () => { readonly shape: Shape; fill(): void }): Shape {
    const byName = this.#written.get(type) ?? new Map<string, Shape>();
    this.#written.set(type, byName);
    const before = byName.get(naming?.key ?? "");
    if (before !== undefined) return before;
    const { shape, fill } = make();
    byName.set(naming?.key ?? "", shape);
    fill();
    return shape;
  }

  #readInterface(meaning: Declared<"interface">, naming: Naming | undefined): Shape {
    const fill = (shape: ObjectShape): Shape => {
      const { members, indexes } = this.#interface(meaning);
      shape.fields = members.map((each) => this.#field(each));
      shape.indexes = this.#indexes(indexes, meaning.outline);
      return shape;
    };
    // Under the name of an alias it is another shape with the same parts.
    if (naming !== undefined) {
      const shape = this.#keep<ObjectShape>({ kind: "object", fields: [], indexes: [] }, naming);
      fill(shape);
      const holder = holderOf(meaning, meaning.declaration);
      shape.fields = shape.fields.map((field) => ({ ...field, holder: field.holder ?? holder }));
      return shape;
    }
    return this.#entry(meaning, () => {
      const shape: ObjectShape = { kind: "object", fields: [], indexes: [] };
      this.#known.set(keyOf(meaning), shape);
      return fill(Object.assign(shape, { name: meaning.name, declared: meaning.outline.locate(meaning.declaration.at) }));
    });
  }

  #field({ member, placed, holder }: OwnMember): Field {
    const { name, type, optional, readonly, at } = member;
    if (type.kind === "function") return unsure();
    const undefinedToo =
      optional && this.#alternatives(type, placed).some(({ leaf }) => leaf !== undefined && isPrimitive(leaf, "undefined"));
    return {
      name,
      shape: optional ? this.#readOptional(type, placed, true) : this.#read(type, placed, true),
      optional,
      ...(optional && this.#exact && !undefinedToo ? { exact: true } : {}),
      readonly,
      declared: placed.locate(at),
      ...(holder === undefined ? {} : { holder }),
    };
  }

  #readOptional(type: WrittenType, placed: PlacedOutline, known: boolean): Shape {
    const all = this.#alternatives(type, placed);
    const leaf = (each: Alternative, wanted: "undefined" | "null" | "unknown") => each.leaf !== undefined && isPrimitive(each.leaf, wanted);
    if (all.some((each) => leaf(each, "unknown"))) return primitive("unknown");
    const rest = all.filter((each) => !leaf(each, "undefined"));
    if (rest.length === 0) return unsure();
    if (rest.some((each) => leaf(each, "null"))) return this.#build(rest, undefined, placed, false);
    if (rest.length === all.length) return this.#read(type, placed, known);
    if (type.kind !== "union") return this.#build(rest, undefined, placed, false);
    const [written, ...more] = type.types.filter((each) => !(each.kind === "primitive" && each.type === "undefined"));
    // `undefined` that comes out of an alias takes the alias's name with it.
    if (written === undefined || more.length > 0 || this.#alternatives(written, placed).length !== rest.length)
      return this.#build(rest, undefined, placed, false);
    return this.#read(written, placed, false);
  }

  #slots(slots: readonly WrittenSlot[], placed: PlacedOutline, known = true): readonly Slot[] {
    return slots.map(({ type, optional, rest, label }) => ({
      shape: optional ? this.#readOptional(type, placed, known) : this.#read(type, placed, known),
      optional,
      rest,
      ...(label === undefined ? {} : { label }),
    }));
  }

  #indexes(indexes: readonly WrittenIndex[], placed: PlacedOutline): readonly Index[] {
    return indexes.map(({ key, value, readonly }) => {
      if (key.kind !== "primitive" || !/^(string|number)$/.test(key.type)) return unsure();
      return { key: primitive(key.type), value: this.#read(value, placed, true), readonly };
    });
  }

  #pid(name: string, { args }: Extract<WrittenType, { kind: "name" }>, placed: PlacedOutline): Shape {
    const [protocol, ...more] = args ?? [];
    if (name !== pidType || protocol?.kind !== "name" || protocol.args !== undefined || more.length > 0) return unsure();
    return { kind: "pid", protocol: this.#record(protocol, placed).name ?? unsure() };
  }

  /** A name that nothing in the project declares: one of the platform's that is the same under all settings. */
  #builtin(type: Extract<WrittenType, { kind: "name" }>, placed: PlacedOutline, known: boolean, naming: Naming | undefined): Shape {
    const args = type.args ?? [];
    const [first] = args;
    if (/^(Readonly)?Array$/.test(type.name) && first !== undefined && args.length === 1) {
      const readonly = type.name === "ReadonlyArray";
      const shape = this.#keep<ArrayShape>({ kind: "array", element: primitive("unknown"), readonly }, naming);
      shape.element = this.#read(first, placed, known);
      return shape;
    }
    const dictionary = dictionaryOf(type);
    if (dictionary !== undefined && [type.name, dictionary.record].every((each) => this.#named(placed, each) === undefined)) {
      const { key, value, readonly } = dictionary;
      const shape = this.#keep<ObjectShape>({ kind: "object", fields: [], indexes: [] }, naming);
      shape.indexes = [{ key: primitive(key), value: this.#read(value, placed, false), readonly }];
      return shape;
    }
    if (builtins.get(type.name) !== args.length) return unsure();
    const readonly = type.name.startsWith("Readonly");
    const shape: BuiltinShape = {
      kind: "builtin",
      class: readonly ? type.name.slice("Readonly".length) : type.name,
      from: "",
      args: [],
      readonly,
    };
    // It has a name of its own, which says more than an alias.
    if (naming !== undefined) this.#known.set(naming.key, shape);
    shape.args = args.map((each) => this.#read(each, placed, known && type.parentheses === undefined));
    return shape;
  }

  /** Types that contain themselves where nothing lies between are wrong, and the checker says how. */
  #enter(): void {
    this.#depth += 1;
    if (this.#depth > deepest) unsure();
  }
}

interface OwnMember {
  readonly member: WrittenMember;
  readonly placed: PlacedOutline;
  /** The declaration that it is inherited from. */
  readonly holder?: Holder;
}

/** Types that nest deeper are read by the checker, which knows where to stop. */
const deepest = 200;

/** Classes of the language itself, by the number of their type arguments. */
const builtins = new Map<string, number>([
  ["Map", 2],
  ["ReadonlyMap", 2],
  ["WeakMap", 2],
  ["Set", 1],
  ["ReadonlySet", 1],
  ["WeakSet", 1],
  ["Promise", 1],
  ["Date", 0],
  ["RegExp", 0],
  ["Error", 0],
]);

function importOf({ outline }: PlacedOutline, name: string): { readonly from: string; readonly there: string } | undefined {
  for (const { from, names } of outline.imports) for (const [there, here] of names) if (here === name) return { from, there };
  return undefined;
}

function holderOf(
  { outline, name }: Extract<Meaning, { kind: "declared" }>,
  { at }: Extract<Declaration, { readonly at: number }>,
): Holder {
  return { name, declared: outline.locate(at) };
}

function keyOf({ outline, name }: Extract<Meaning, { kind: "declared" }>): string {
  return `${outline.file} ${name}`;
}

/** Whether the checker keeps the name of an alias for such a type, wherever it is used. */
function keepsName({ kind }: WrittenType): boolean {
  return ["object", "union", "brand", "function"].includes(kind);
}

/** `Record<string, Value>`, or a `Readonly` of one. */
function dictionaryOf(
  { name, args = [] }: Extract<WrittenType, { kind: "name" }>,
  readonly = false,
): { readonly record: string; readonly key: "string" | "number"; readonly value: WrittenType; readonly readonly: boolean } | undefined {
  const [first, second, ...more] = args;
  if (more.length > 0 || first === undefined) return undefined;
  if (name === "Readonly" && second === undefined && first.kind === "name" && first.name === "Record" && !readonly)
    return dictionaryOf(first, true);
  if (name !== "Record" || second === undefined || first.kind !== "primitive") return undefined;
  return first.type === "string" || first.type === "number" ? { record: name, key: first.type, value: second, readonly } : undefined;
}

/** The same for two that may be one type. Undefined for records, which are told apart by where they are declared. */
function looksLike({ type, declared }: Alternative, shape: Shape): string | undefined {
  if (declared !== undefined || type.kind === "object" || type.kind === "brand") return undefined;
  switch (shape.kind) {
    case "array":
      return `array ${shape.readonly}`;
    case "tuple":
      return `tuple ${shape.readonly} ${shape.slots.length}`;
    case "builtin":
      return `builtin ${shape.class} ${shape.readonly}`;
    case "pid":
      return `pid ${shape.protocol}`;
    default:
      return shape.kind;
  }
}

function sameDeclaration(one: Alternative, other: Alternative): boolean {
  if (one.declared !== undefined && other.declared !== undefined) return keyOf(one.declared) === keyOf(other.declared);
  return one.type === other.type;
}
