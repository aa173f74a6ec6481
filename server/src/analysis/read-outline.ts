/** Reads a file's outline from its syntax, whoever read that. */
import {
  type Call,
  type Declaration,
  type Import,
  type Outline,
  type Passed,
  PlacedOutline,
  type WrittenFunction,
  type WrittenIndex,
  type WrittenMember,
  type WrittenSlot,
  type WrittenStep,
  type WrittenType,
} from "./outline.ts";
import { lineStarts } from "./span.ts";
import {
  defaultCall,
  readDefinition,
  type StepFunctionTree,
  type StepTree,
  unwrapped,
  type Variables,
  variablesOf,
} from "./syntax/definition-tree.ts";
import type {
  CallTree,
  Exported,
  ExpressionTree,
  MemberTree,
  NameTree,
  SignatureTree,
  SlotTree,
  SourceTree,
  Spot,
  StatementTree,
  TypeTree,
} from "./syntax/tree.ts";

export function readOutline(file: string, tree: SourceTree): PlacedOutline {
  const places: number[] = [];
  return new PlacedOutline(file, new OutlineReader(tree, places).read(), places);
}

const open: WrittenType = { kind: "open" };
const openDeclaration: Declaration = { kind: "open" };

class OutlineReader {
  readonly #tree: SourceTree;
  readonly #places: number[];
  readonly #lines: readonly number[];
  readonly #variables: Variables;
  readonly #imports: Import[] = [];
  readonly #exports: (readonly [string, string])[] = [];
  readonly #passed: Passed[] = [];
  /** A name that is declared in several ways is open. */
  readonly #declarations = new Map<string, Declaration>();
  #global = false;

  constructor(tree: SourceTree, places: number[]) {
    this.#tree = tree;
    this.#places = places;
    this.#lines = lineStarts(tree.text);
    this.#variables = variablesOf(tree);
  }

  read(): Outline {
    const { statements, module, syntax, text } = this.#tree;
    for (const statement of statements) this.#statement(statement);
    if (!module && this.#declarations.size > 0) this.#global = true;
    const calls = topLevelCalls(this.#tree);
    const made = defaultCall(this.#tree, this.#variables);
    // The default export may be made by a call that is no statement's own, such as one in parentheses.
    const all = made === undefined || calls.some(({ call }) => call === made) ? calls : [...calls, { call: made, exported: true }];
    const index = all.findIndex(({ call }) => call === made);
    const definition = made === undefined ? undefined : readDefinition(made, this.#variables, text);
    const { vsnValue = null, steps = [], ...said } = definition ?? {};
    const [argument] = made?.typeArguments ?? [];
    return {
      imports: this.#imports,
      exports: this.#exports,
      passed: this.#passed,
      declarations: Object.fromEntries(this.#declarations),
      global: this.#global,
      calls: all.map(({ call, exported }) => this.#call(call, exported)),
      actor:
        definition === undefined
          ? null
          : {
              call: index,
              definition: said as Omit<typeof definition, "vsnValue" | "steps">,
              steps: steps.map((step) => this.#step(step)),
              vsn: vsnValue === null ? null : { text: vsnValue.text, at: this.#place(vsnValue) },
              protocol: argument === undefined ? null : this.#type(argument),
            },
      syntax: syntax === null ? null : { text: syntax.text, at: this.#place(syntax) },
    };
  }

  #step({ key, functions, ...step }: StepTree): WrittenStep {
    const written = (tree: StepFunctionTree | null): WrittenFunction | null =>
      tree && {
        takes: tree.takes && this.#type(tree.takes),
        gives: tree.gives && this.#type(tree.gives),
        returned: tree.returned,
      };
    const at = key && this.#place(key);
    return { ...step, at, functions: { up: written(functions.up), down: written(functions.down) } };
  }

  #place({ start, end }: Spot): number {
    this.#position(start);
    this.#position(end);
    return this.#places.length / 4 - 1;
  }

  #position(offset: number): void {
    const lines = this.#lines;
    let [line, beyond] = [0, lines.length];
    while (beyond - line > 1) {
      const middle = (line + beyond) >> 1;
      if ((lines[middle] ?? 0) <= offset) line = middle;
      else beyond = middle;
    }
    this.#places.push(line + 1, offset - (lines[line] ?? 0) + 1);
  }

  #call({ callee }: CallTree, exported: boolean): Call {
    const at = this.#place(callee);
    if (callee.kind === "name") return { name: callee.text, exported, at };
    if (callee.kind !== "property") return { name: "", exported, at };
    const { object, name } = callee;
    // A property of anything but a name is none of a module's.
    return { name: object.kind === "name" ? object.text : "", property: name, exported, at };
  }

  #statement(statement: StatementTree): void {
    switch (statement.kind) {
      case "import":
        this.#imports.push({ from: statement.from, names: statement.names });
        break;
      case "exports":
        this.#exports.push(...statement.names.map(([here, there]) => [there, here] as const));
        break;
      case "passed":
        this.#passed.push({ from: statement.from, names: statement.names });
        break;
      case "interface":
        this.#declare(statement, statement.name.text, () => this.#interface(statement));
        break;
      case "alias":
        this.#declare(statement, statement.name.text, () =>
          statement.generic ? openDeclaration : { kind: "alias", at: this.#place(statement.name), type: this.#type(statement.type) },
        );
        break;
      case "enum":
        this.#declare(statement, statement.name.text, () => this.#enum(statement));
        break;
      case "variables":
        for (const { names } of statement.variables) for (const name of names) this.#declare(statement, name, () => openDeclaration);
        break;
      case "declared":
        this.#declare(statement, statement.name, () => openDeclaration);
        break;
      case "global":
        this.#global = true;
        break;
      default:
    }
  }

  #declare({ exported, asDefault }: Exported, name: string, read: () => Declaration): void {
    const known = this.#declarations.has(name);
    // A default export goes by another name among the checker's symbols.
    this.#declarations.set(name, known || asDefault ? openDeclaration : read());
    if (exported && !known) this.#exports.push([asDefault ? "default" : name, name]);
  }

  #interface({ name, generic, bases, members }: Extract<StatementTree, { kind: "interface" }>): Declaration {
    if (generic) return openDeclaration;
    const at = this.#place(name);
    const written = bases.map((base): WrittenType => (base === undefined ? open : { kind: "name", name: base }));
    const body = this.#members(members);
    return body === undefined || written.includes(open) ? openDeclaration : { kind: "interface", at, bases: written, ...body };
  }

  #enum(tree: Extract<StatementTree, { kind: "enum" }>): Declaration {
    // Without a value, members of an enum that is only declared are computed elsewhere.
    if (tree.declared) return openDeclaration;
    const members: (readonly [string, string | number])[] = [];
    let next: number | undefined = 0;
    for (const { name, initializer } of tree.members) {
      const value: string | number | undefined = initializer === undefined ? next : constant(initializer);
      if (value === undefined || name === undefined) return openDeclaration;
      if (members.some(([known]) => known === name)) return openDeclaration;
      members.push([name, value]);
      next = typeof value === "number" ? value + 1 : undefined;
    }
    return members.length === 0 ? openDeclaration : { kind: "enum", at: this.#place(tree.name), members };
  }

  /** Undefined where something in it is more than a property, a method or an index signature. */
  #members(trees: readonly MemberTree[]): { members: readonly WrittenMember[]; indexes: readonly WrittenIndex[] } | undefined {
    const members: WrittenMember[] = [];
    const indexes: WrittenIndex[] = [];
    for (const tree of trees) {
      if (tree.kind === "other") return undefined;
      if (tree.kind === "index") {
        if (tree.key === undefined) return undefined;
        indexes.push({ key: this.#type(tree.key), value: this.#type(tree.value), readonly: tree.readonly });
        continue;
      }
      const { name, optional, readonly } = tree;
      if (!isUsable(name) || members.some((each) => each.name === name.text)) return undefined;
      const type = tree.kind === "method" ? this.#signature(tree.signature) : this.#type(tree.type);
      members.push({ name: name.text, type, optional, readonly, at: this.#place(name) });
    }
    return { members, indexes };
  }

  #signature({ generic, parameters, result }: SignatureTree): WrittenType {
    if (result === undefined || generic || result.kind === "predicate") return open;
    const slots: WrittenSlot[] = [];
    for (const { name, type, optional, rest, initialized } of parameters) {
      if (name === undefined || name === "this" || type === undefined || initialized) return open;
      const written = this.#type(type);
      if (rest && written.kind !== "array") return open;
      slots.push({ type: rest && written.kind === "array" ? written.element : written, optional: !rest && optional, rest, label: name });
    }
    return { kind: "function", parameters: slots, result: this.#type(result) };
  }

  #type(tree: TypeTree | undefined): WrittenType {
    switch (tree?.kind) {
      case "parentheses": {
        const inner = this.#type(tree.type);
        return inner.kind === "union" || (inner.kind === "name" && inner.args !== undefined) ? { ...inner, parentheses: true } : inner;
      }
      case "primitive":
        return { kind: "primitive", type: tree.type };
      case "void":
        return { kind: "primitive", type: "undefined" };
      case "literal":
        return tree.value === undefined ? open : { kind: "literal", value: tree.value };
      case "reference": {
        const { left, name, args } = tree;
        if (name === "") return open;
        if (left !== null) return args === undefined ? { kind: "name", name: left, member: name } : open;
        return { kind: "name", name, ...(args === undefined ? {} : { args: args.map((each) => this.#type(each)) }) };
      }
      case "array":
        return { kind: "array", element: this.#type(tree.element), readonly: false };
      case "readonly": {
        const inner = this.#type(tree.type);
        return inner.kind === "array" || inner.kind === "tuple" ? { ...inner, readonly: true } : open;
      }
      case "tuple": {
        const slots = tree.elements.map((each) => this.#slot(each));
        return slots.some(({ rest, type }) => rest && type === open) ? open : { kind: "tuple", slots, readonly: false };
      }
      case "object": {
        const body = this.#members(tree.members);
        return body === undefined ? open : { kind: "object", ...body };
      }
      case "union":
        // Beside others, `void` is not quite `undefined`.
        if (tree.types.some(({ kind }) => kind === "void")) return open;
        return { kind: "union", types: tree.types.map((each) => this.#type(each)) };
      case "intersection":
        return this.#brand(tree.types);
      case "function":
        return this.#signature(tree.signature);
      default:
        return open;
    }
  }

  #slot({ label, rest, optional, type }: SlotTree): WrittenSlot {
    const named = label === undefined ? {} : { label };
    const written = this.#type(type);
    if (!rest) return { type: written, optional, rest, ...named };
    return { type: written.kind === "array" && !written.readonly ? written.element : open, optional, rest, ...named };
  }

  #brand(types: readonly TypeTree[]): WrittenType {
    const [base, ...tags] = types.map((each) => this.#type(each));
    if (base?.kind !== "primitive" || !/^(string|number|bigint)$/.test(base.type)) return open;
    const [tag] = tags;
    if (tag?.kind !== "object" || tags.length > 1 || tag.indexes.length > 0 || tag.members.length === 0) return open;
    return { kind: "brand", base: base.type, members: tag.members };
  }
}

interface TopLevelCall {
  readonly call: CallTree;
  readonly exported: boolean;
}

/** Calls that make a value of the module itself. Inside functions, as in tests, an actor is nobody's business. */
function topLevelCalls({ statements }: SourceTree): readonly TopLevelCall[] {
  return statements.flatMap((statement): readonly TopLevelCall[] => {
    const calls = (expression: ExpressionTree | undefined, exported: boolean): readonly TopLevelCall[] => {
      const call = expression === undefined ? undefined : unwrapped(expression);
      return call?.kind === "call" ? [{ call, exported }] : [];
    };
    if (statement.kind === "variables") return statement.variables.flatMap(({ initializer }) => calls(initializer, statement.exported));
    return statement.kind === "value" || statement.kind === "expression" ? calls(statement.value, true) : [];
  });
}

function constant(expression: ExpressionTree): string | number | undefined {
  if (expression.kind === "string") return expression.template ? undefined : expression.text;
  if (expression.kind !== "number") return undefined;
  const value = Number(expression.text);
  return value === 0 && expression.text.startsWith("-") ? undefined : value;
}

function isUsable(name: NameTree | undefined): name is NameTree {
  return name !== undefined && name.text !== "";
}
