/**
 * Reads the declarations of a snapshot into shapes without the compiler. It understands what most snapshots hold, and gives nothing for the
 * others: `compiled-snapshot.ts` reads all of them, to the same shapes.
 */
import { type Message, type ProtocolShapes, type Section } from "../protocol-shapes.ts";
import {
  type Field,
  type Index,
  mappedString,
  type ObjectShape,
  primitive,
  type PrimitiveName,
  type Shape,
  type Signature,
  type Slot,
  unionOf,
} from "../shape.ts";
import { leave, notPlain, numberText, Scanner, stringValue } from "./scanner.ts";

export function plainSnapshot(body: string): ProtocolShapes | undefined {
  try {
    return new Reader(body).read();
  } catch (error) {
    if (error === notPlain || error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Declaration {
  readonly kind: "interface" | "type" | "enum" | "opaque";
  /** Where its body begins. */
  readonly at: number;
  readonly doc: string;
}

class Reader {
  readonly #scanner: Scanner;
  readonly #declarations = new Map<string, Declaration>();
  readonly #known = new Map<string, Shape>();

  constructor(body: string) {
    this.#scanner = new Scanner(body);
    while (this.#scanner.kind !== "end") this.#declaration();
  }

  read(): ProtocolShapes {
    const protocol = this.#declarations.get("Protocol");
    if (protocol?.kind !== "interface" || !this.#declarations.has("State")) leave();
    const sections = new Map<string, readonly Message[]>();
    this.#at(protocol, () =>
      this.#braces(() => {
        const { text } = this.#scanner;
        this.#scanner.next();
        this.#expect(":");
        // The state is read under its own name.
        if (text === "state") this.#type();
        else sections.set(text, this.#messages(text as Section));
      }),
    );
    const tag = /^Protocol (\S+?)\.?$/.exec(protocol.doc)?.[1];
    const state = this.#declared("State");
    return {
      name: tag ?? "unknown",
      state,
      calls: sections.get("calls") ?? [],
      casts: sections.get("casts") ?? [],
      infos: sections.get("infos") ?? [],
    };
  }

  #messages(section: Section): readonly Message[] {
    const messages: Message[] = [];
    this.#braces(() => {
      const name = this.#key();
      const { parameters, result } = this.#signature(":");
      messages.push({ name, args: { kind: "tuple", slots: parameters, readonly: false }, reply: section === "calls" ? result : null });
    });
    return messages;
  }

  /** Notes where a declaration is, and goes on behind it. */
  #declaration(): void {
    const scanner = this.#scanner;
    const doc = this.#doc();
    this.#take("export");
    const declared = this.#take("declare");
    const { text: kind } = scanner;
    scanner.next();
    const { text: name, kind: named } = scanner;
    if (named !== "name" || this.#declarations.has(name)) leave();
    scanner.next();
    if (kind === "const" && declared) {
      // A unique symbol.
      this.#skipTo(";");
      return;
    }
    if (kind === "class" && name === "Pid") this.#skipTo("{");
    // What classes say stands in comments.
    else if (kind !== "interface" && kind !== "type" && kind !== "enum") leave();
    else if (kind === "type") this.#expect("=");
    this.#declarations.set(name, { kind: kind === "class" ? "opaque" : kind, at: scanner.before, doc });
    if (kind === "type") this.#skipTo(";");
    else this.#skipTo("}");
  }

  /** Behind the next of these that stands in no brackets of its own. */
  #skipTo(end: string): void {
    const scanner = this.#scanner;
    let depth = 0;
    for (;;) {
      const { kind, text } = scanner;
      if (kind === "end" || kind === "template") leave();
      if (kind === "punctuation") {
        if (text === end && (depth === 0 || (end === "}" && depth === 1))) break;
        if (text === "{" || text === "(" || text === "[") depth += 1;
        if (text === "}" || text === ")" || text === "]") depth -= 1;
      }
      scanner.next();
    }
    if (end !== "{") scanner.next();
  }

  #at<Result>({ at }: Declaration, read: () => Result): Result {
    const { before } = this.#scanner;
    this.#scanner.back(at);
    const several = this.#several;
    const result = read();
    this.#several = several;
    this.#scanner.back(before);
    return result;
  }

  #declared(name: string): Shape {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const keep = <S extends Shape>(shape: S): S => {
      this.#known.set(name, shape);
      return shape;
    };
    const declaration = this.#declarations.get(name) ?? leave();
    return this.#at(declaration, () => {
      switch (declaration.kind) {
        case "interface": {
          const shape = keep<ObjectShape>({ kind: "object", name, fields: [], indexes: [] });
          return Object.assign(shape, this.#members());
        }
        case "type": {
          // What recurses through an alias is an array, a tuple, an object or a union; the placeholder becomes that.
          const placeholder = keep<Shape>({ kind: "union", members: [] });
          const { kind, text, start } = this.#scanner;
          const shape = this.#type();
          const reference = kind === "name" && !keywords.has(text) && text !== "readonly" && text !== "typeof" && this.#isReference(start);
          if (reference || ["primitive", "literal"].includes(shape.kind)) return keep(shape);
          for (const key of Object.keys(placeholder)) Reflect.deleteProperty(placeholder, key);
          return Object.assign(placeholder, shape, { name });
        }
        case "enum": {
          const table: [string, string | number][] = [];
          this.#braces(() => {
            const key = this.#key();
            this.#expect("=");
            const minus = this.#take("-");
            const { kind, text } = this.#scanner;
            this.#scanner.next();
            table.push([
              key,
              kind === "string" ? stringValue(text) : kind === "number" ? Number(numberText(text)) * (minus ? -1 : 1) : leave(),
            ]);
          }, ",");
          return keep({ kind: "enum", name, table, members: table.map(([each]) => each) });
        }
        default:
          return leave();
      }
    });
  }

  /** Whether a type that was read from there on is nothing but a name with arguments. */
  #isReference(start: number): boolean {
    return /^[\w$.]+(<.*>)?$/s.test(this.#scanner.source.slice(start, this.#scanner.before)) && !this.#several;
  }

  /** Whether the type that was read last has several alternatives or parts. */
  #several = false;

  #members(): { fields: readonly Field[]; indexes: readonly Index[] } {
    const scanner = this.#scanner;
    const fields: Field[] = [];
    const indexes: Index[] = [];
    this.#braces(() => {
      const exact = this.#doc() === "@exact";
      const readonly =
        scanner.text === "readonly" && !/^\s*[?:]/.test(scanner.source.slice(scanner.end, scanner.end + 2)) && this.#take("readonly");
      if (this.#is("[")) {
        scanner.next();
        const name = scanner.text;
        scanner.next();
        if (this.#take(":")) {
          const key = this.#type();
          this.#expect("]");
          this.#expect(":");
          indexes.push({ key, value: this.#type(), readonly });
          return;
        }
        // A unique symbol.
        let symbol = name;
        while (this.#take(".")) {
          symbol += `.${scanner.text}`;
          scanner.next();
        }
        this.#expect("]");
        fields.push(this.#field(`[${symbol}]`, exact, readonly));
        return;
      }
      fields.push(this.#field(this.#key(), exact, readonly));
    });
    return { fields, indexes };
  }

  #field(name: string, exact: boolean, readonly: boolean): Field {
    const optional = this.#take("?");
    // A method, or the call of a function's type.
    this.#expect(":");
    return { name, shape: this.#type(), optional, ...(exact ? { exact } : {}), readonly };
  }

  #type(): Shape {
    const members = [this.#intersection()];
    while (this.#take("|")) members.push(this.#intersection());
    if (members.length === 1) return members[0] ?? leave();
    this.#several = true;
    return unionOf(members);
  }

  #intersection(): Shape {
    this.#several = false;
    const base = this.#array();
    if (!this.#take("&")) return base;
    const tag = this.#array();
    this.#several = true;
    return tag.kind === "object" && !this.#is("&") ? { kind: "brand", base, tag } : leave();
  }

  #array(): Shape {
    const scanner = this.#scanner;
    if (this.#take("readonly")) {
      const inner = this.#array();
      return inner.kind === "array" || inner.kind === "tuple" ? { ...inner, readonly: true } : inner;
    }
    let shape = this.#primary();
    while (this.#is("[")) {
      scanner.next();
      this.#expect("]");
      shape = { kind: "array", element: shape, readonly: false };
    }
    return shape;
  }

  #primary(): Shape {
    const scanner = this.#scanner;
    const { kind, text } = scanner;
    if (kind === "punctuation") {
      if (text === "{") {
        const shape = { kind: "object" as const, ...this.#members() };
        this.#several = false;
        return shape;
      }
      if (text === "[") return { kind: "tuple", slots: this.#list("[", "]"), readonly: false };
      if (text === "(") return this.#parentheses();
      if (text !== "-") leave();
      scanner.next();
      const { kind: operand, text: digits } = scanner;
      scanner.next();
      if (operand === "number") return { kind: "literal", value: -Number(numberText(digits)) };
      return operand === "bigint" ? { kind: "literal", value: { bigint: `-${digits.slice(0, -1)}` } } : leave();
    }
    scanner.next();
    if (kind === "string") return { kind: "literal", value: stringValue(text) };
    if (kind === "number") return { kind: "literal", value: Number(numberText(text)) };
    if (kind === "bigint") return { kind: "literal", value: { bigint: text.slice(0, -1) } };
    if (kind !== "name" || text === "new") leave();
    if (text === "true" || text === "false") return { kind: "literal", value: text === "true" };
    const keyword = keywords.get(text);
    if (keyword !== undefined) return primitive(keyword);
    if (text === "typeof") {
      let symbol = scanner.text;
      scanner.next();
      while (this.#take(".")) {
        symbol += `.${scanner.text}`;
        scanner.next();
      }
      return { kind: "symbol", symbol };
    }
    if (this.#take(".")) {
      const whole = this.#declarations.has(text) ? this.#declared(text) : leave();
      const member = scanner.text;
      scanner.next();
      return whole.kind === "enum" ? { ...whole, members: [member] } : leave();
    }
    return this.#named(text);
  }

  #named(name: string): Shape {
    const scanner = this.#scanner;
    if (name === "Pid") {
      this.#expect("<");
      const { kind, text } = scanner;
      if (kind !== "string") leave();
      scanner.next();
      this.#expect(">");
      return { kind: "pid", protocol: stringValue(text) };
    }
    if (this.#declarations.has(name)) return this.#is("<") ? leave() : this.#declared(name);
    const args: Shape[] = [];
    if (this.#take("<")) {
      do args.push(this.#type());
      while (this.#take(","));
      this.#expect(">");
      this.#several = false;
    }
    const [of] = args;
    if (of !== undefined && /^(Uppercase|Lowercase|Capitalize|Uncapitalize)$/.test(name)) return mappedString(name, of);
    if (name === "Array" || name === "Function") leave();
    const readonly = name === "ReadonlyMap" || name === "ReadonlySet";
    return { kind: "builtin", class: readonly ? name.slice("Readonly".length) : name, from: "", args, readonly };
  }

  /** A function's type, or a type in parentheses. */
  #parentheses(): Shape {
    const scanner = this.#scanner;
    const { before } = scanner;
    this.#expect("(");
    let depth = 1;
    while (depth > 0) {
      if (scanner.kind === "end" || scanner.kind === "template") leave();
      if (this.#is("(")) depth += 1;
      if (this.#is(")")) depth -= 1;
      scanner.next();
    }
    const isFunction = this.#is("=>");
    scanner.back(before);
    if (isFunction) {
      const shape: Shape = { kind: "function", signatures: [this.#signature("=>")] };
      this.#several = false;
      return shape;
    }
    this.#expect("(");
    const shape = this.#type();
    this.#expect(")");
    this.#several = false;
    return shape;
  }

  #signature(separator: ":" | "=>"): Signature {
    const parameters = this.#list("(", ")");
    this.#expect(separator);
    return { parameters, result: this.#type() };
  }

  /** Parameters, or the slots of a tuple. */
  #list(open: string, close: string): readonly Slot[] {
    const scanner = this.#scanner;
    const slots: Slot[] = [];
    this.#expect(open);
    while (!this.#is(close)) {
      const rest = this.#take("...");
      const [, mark] = scanner.kind === "name" ? (/^(\??):/.exec(scanner.source.slice(scanner.end, scanner.end + 2)) ?? []) : [];
      const label = mark === undefined ? undefined : scanner.text;
      if (label !== undefined) {
        scanner.next();
        this.#take("?");
        this.#expect(":");
      }
      const type = this.#type();
      const optional = mark === "?" || (label === undefined && this.#take("?"));
      const shape = !rest ? type : type.kind === "array" ? type.element : leave();
      slots.push({ shape, optional, rest, ...(label === undefined ? {} : { label }) });
      if (!this.#is(close)) this.#expect(",");
    }
    this.#expect(close);
    this.#several = false;
    return slots;
  }

  #key(): string {
    const scanner = this.#scanner;
    const { kind, text } = scanner;
    if (kind !== "name" && kind !== "string" && kind !== "number") leave();
    scanner.next();
    return kind === "string" ? stringValue(text) : kind === "number" ? numberText(text) : text;
  }

  #braces(read: () => void, separator = ";"): void {
    this.#expect("{");
    while (!this.#is("}")) {
      read();
      if (!this.#is("}")) this.#expect(separator);
    }
    this.#expect("}");
  }

  #is(text: string): boolean {
    return this.#scanner.text === text && this.#scanner.kind !== "string";
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#scanner.next();
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) leave();
  }

  /** The text of the comment before what comes next. */
  #doc(): string {
    const { source, before, start } = this.#scanner;
    return /^\/\*\*?(.*)\*\/$/s.exec(source.slice(before, start).trim())?.[1]?.trim() ?? "";
  }
}

const keywords = new Map<string, PrimitiveName>([
  ...(["string", "number", "boolean", "bigint", "symbol", "undefined", "object", "unknown", "never", "null"] satisfies PrimitiveName[]).map(
    (name): [string, PrimitiveName] => [name, name],
  ),
  ["void", "undefined"],
]);
