/** Types, parameters and members as the parser without the compiler reads them: it accepts nothing that the compiler would complain of. */
import type { PrimitiveName } from "../shape.ts";
import { leave, numberText, Scanner, stringValue } from "./scanner.ts";
import type { MemberTree, NameTree, ParameterTree, SignatureTree, SlotTree, TypeTree } from "./tree.ts";
import { memberModifiers, parameterModifiers, reserved, typeOperators } from "./words.ts";

/** What may stand where a name does, beside its text. */
export interface PropertyName extends NameTree {
  readonly computed: boolean;
}

const open: TypeTree = { kind: "open" };

export abstract class TypeParser {
  protected readonly scanner: Scanner;
  #condition = false;

  constructor(source: string) {
    this.scanner = new Scanner(source);
  }

  /** An expression without commas. */
  protected abstract assignment(): unknown;

  protected is(text: string): boolean {
    const { scanner } = this;
    return scanner.text === text && (scanner.kind === "punctuation" || scanner.kind === "name");
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false;
    this.scanner.next();
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) leave();
  }

  /** A name that is no reserved word. */
  protected isName(): boolean {
    return this.scanner.kind === "name" && !reserved.has(this.scanner.text);
  }

  protected name(): NameTree {
    if (!this.isName()) leave();
    const { text, start, end } = this.scanner;
    this.scanner.next();
    return { text, start, end };
  }

  /**
   * What stands here in a try; undefined, with nothing read, where it cannot be read as that.
   * @param failed is called where the reading broke off.
   */
  protected attempt<Result>(read: () => Result, failed?: () => void): Result | undefined {
    const { before } = this.scanner;
    try {
      return read();
    } catch (error) {
      if (typeof error !== "symbol") throw error;
      failed?.();
      this.scanner.back(before);
      return undefined;
    }
  }

  /** Whether the token after this one fits. */
  protected after(fits: (scanner: Scanner) => boolean): boolean {
    const { scanner } = this;
    const { before, kind, end } = scanner;
    // A template or a regular expression would be read as something else on the way back.
    if (kind === "template" || end === before) return false;
    scanner.next();
    const result = fits(scanner);
    scanner.back(before);
    return result;
  }

  protected type(): TypeTree {
    if (this.is("<") || (this.is("(") && this.#startsFunction())) return this.#function();
    if (this.is("new") || (this.is("abstract") && this.after(({ text }) => text === "new"))) {
      this.take("abstract");
      this.scanner.next();
      this.#function();
      return open;
    }
    const checked = this.#union();
    if (!this.is("extends") || this.scanner.newline) return checked;
    // One in the condition of another belongs to different ones, depending on where it is.
    if (this.#condition) leave();
    this.scanner.next();
    this.#condition = true;
    this.type();
    this.#condition = false;
    this.expect("?");
    this.type();
    this.expect(":");
    this.type();
    return open;
  }

  /** What a function gives back. */
  protected result(): TypeTree {
    const { scanner } = this;
    const subject = (): boolean => scanner.kind === "name" && (scanner.text === "this" || !reserved.has(scanner.text));
    if (
      this.is("asserts") &&
      this.after((next) => !next.newline && next.kind === "name" && next.text !== "is" && next.text !== "extends")
    ) {
      scanner.next();
      if (!subject()) leave();
      scanner.next();
      if (this.is("is") && !scanner.newline) {
        scanner.next();
        this.type();
      }
      return { kind: "predicate" };
    }
    if (subject() && this.after((next) => next.kind === "name" && next.text === "is" && !next.newline)) {
      scanner.next();
      scanner.next();
      this.type();
      return { kind: "predicate" };
    }
    return this.type();
  }

  protected typeArguments(): readonly TypeTree[] {
    this.expect("<");
    const types = [this.type()];
    while (this.take(",")) types.push(this.type());
    this.expect(">");
    return types;
  }

  protected typeParameters(): boolean {
    if (!this.take("<")) return false;
    do {
      while (this.is("const") || (this.is("in") && this.after(({ kind }) => kind === "name"))) this.scanner.next();
      this.name();
      if (this.take("extends")) this.type();
      if (this.take("=")) this.type();
    } while (this.take(",") && !this.is(">"));
    this.expect(">");
    return true;
  }

  /** @param constructs whether modifiers may make parameters fields, too. */
  protected parameters(constructs = false): readonly ParameterTree[] {
    const { scanner } = this;
    const parameters: ParameterTree[] = [];
    this.expect("(");
    while (!this.is(")")) {
      while (
        parameterModifiers.has(scanner.text) &&
        scanner.kind === "name" &&
        this.after(({ kind, newline }) => kind === "name" && !newline)
      ) {
        if (!constructs) leave();
        scanner.next();
      }
      const rest = this.take("...");
      let name: string | undefined;
      if (this.is("{") || this.is("[")) this.pattern();
      else if (this.is("this")) {
        name = "this";
        scanner.next();
      } else name = this.name().text;
      const optional = this.take("?");
      const type = this.take(":") ? this.type() : undefined;
      const initialized = this.take("=");
      if (initialized) this.assignment();
      parameters.push({ name, type, optional, rest, initialized });
      if (!this.take(",")) break;
    }
    this.expect(")");
    return parameters;
  }

  /** The names that a pattern declares. */
  protected pattern(): readonly string[] {
    const names: string[] = [];
    const element = (): void => {
      if (this.is("{") || this.is("[")) names.push(...this.pattern());
      else names.push(this.name().text);
    };
    const initializer = (): void => {
      if (this.take("=")) this.assignment();
    };
    if (this.take("[")) {
      while (!this.is("]")) {
        if (this.take(",")) continue;
        this.take("...");
        element();
        initializer();
        if (!this.is("]")) this.expect(",");
      }
      this.expect("]");
      return names;
    }
    this.expect("{");
    while (!this.is("}")) {
      if (this.take("...")) names.push(this.name().text);
      else {
        const plain = this.isName();
        const key = this.propertyName();
        if (this.take(":")) element();
        else if (plain) names.push(key.text);
        else leave();
        initializer();
      }
      if (!this.is("}")) this.expect(",");
    }
    this.expect("}");
    return names;
  }

  protected propertyName(): PropertyName {
    const { scanner } = this;
    const { kind, text, start, end } = scanner;
    if (this.take("[")) {
      this.assignment();
      this.expect("]");
      return { text: "", start, end: scanner.before, computed: true };
    }
    if (kind !== "name" && kind !== "string" && kind !== "number") leave();
    scanner.next();
    return { text: kind === "string" ? stringValue(text) : kind === "number" ? numberText(text) : text, start, end, computed: false };
  }

  /** What may end a statement: a semicolon, or a line's end. */
  protected semicolon(): void {
    if (this.take(";")) return;
    if (!this.is("}") && this.scanner.kind !== "end" && !this.scanner.newline) leave();
  }

  /** The members of an interface or of an object type. */
  protected members(): readonly MemberTree[] {
    const members: MemberTree[] = [];
    this.expect("{");
    while (!this.is("}")) {
      members.push(this.#member());
      if (!this.take(",")) this.semicolon();
    }
    this.expect("}");
    return members;
  }

  #member(): MemberTree {
    const { scanner } = this;
    if (this.is("(") || this.is("<") || (this.is("new") && this.after(({ text }) => text === "(" || text === "<"))) {
      this.take("new");
      this.#signature(":");
      return { kind: "other" };
    }
    const isReadonly = this.is("readonly") && this.after(startsName);
    if (isReadonly) scanner.next();
    // Accessors and modifiers that do not belong here; some say something of what follows on the next line, too.
    if (scanner.kind === "name" && memberModifiers.has(scanner.text) && this.after(startsMember)) leave();
    if (this.is("[")) {
      const index = this.attempt(() => {
        scanner.next();
        this.name();
        this.expect(":");
        const key = this.type();
        this.expect("]");
        return key;
      });
      if (index !== undefined) {
        this.expect(":");
        return { kind: "index", readonly: isReadonly, key: index, value: this.type() };
      }
    }
    const { kind } = scanner;
    const found = this.propertyName();
    // An interface's name may be written as a number, which outlines do not take for one.
    const name = found.computed || kind === "number" ? undefined : found;
    const optional = this.take("?");
    if (this.is("(") || this.is("<")) return { kind: "method", name, readonly: isReadonly, optional, signature: this.#signature(":") };
    return { kind: "property", name, readonly: isReadonly, optional, type: this.take(":") ? this.type() : undefined };
  }

  #function(): TypeTree {
    const signature = this.#signature("=>");
    return signature.result === undefined ? leave() : { kind: "function", signature };
  }

  #signature(separator: ":" | "=>"): SignatureTree {
    const generic = this.typeParameters();
    const parameters = this.parameters();
    if (parameters.some(({ initialized }) => initialized)) leave();
    return { generic, parameters, result: this.take(separator) ? this.result() : undefined };
  }

  /** As the compiler decides it: by what comes after the parenthesis. */
  #startsFunction(): boolean {
    const { scanner } = this;
    const { before } = scanner;
    scanner.next();
    let starts = this.is(")") || this.is("...");
    if (!starts) {
      const skipped = this.attempt(() => {
        if (this.is("{") || this.is("[")) this.pattern();
        else if (this.is("this")) scanner.next();
        else this.name();
        return true;
      });
      starts = skipped === true && (this.is(":") || this.is(",") || this.is("?") || this.is("=") || (this.take(")") && this.is("=>")));
    }
    scanner.back(before);
    return starts;
  }

  #union(): TypeTree {
    return this.#several("|", "union", () => this.#several("&", "intersection", () => this.#operator()));
  }

  #several(separator: string, kind: "union" | "intersection", read: () => TypeTree): TypeTree {
    const leading = this.take(separator);
    const first = read();
    if (!leading && !this.is(separator)) return first;
    const types = [first];
    while (this.take(separator)) types.push(read());
    return { kind, types };
  }

  #operator(): TypeTree {
    const operand = this.scanner.kind === "name" && typeOperators.has(this.scanner.text) ? this.scanner.text : undefined;
    if (operand === undefined) return this.#postfix();
    this.scanner.next();
    if (operand === "infer") {
      this.name();
      // Whether `extends` belongs to it depends on what comes later.
      return this.is("extends") ? leave() : open;
    }
    const type = this.#operator();
    return operand === "readonly" ? { kind: "readonly", type } : open;
  }

  #postfix(): TypeTree {
    let type = this.#primary();
    while (this.is("[") && !this.scanner.newline) {
      this.scanner.next();
      if (this.take("]")) type = { kind: "array", element: type };
      else {
        this.type();
        this.expect("]");
        type = open;
      }
    }
    return type;
  }

  #primary(): TypeTree {
    const { scanner } = this;
    const { kind, text } = scanner;
    if (kind === "string" || kind === "number" || kind === "bigint") {
      scanner.next();
      return { kind: "literal", value: kind === "string" ? stringValue(text) : kind === "number" ? numberOf(text) : bigintOf(text) };
    }
    if (kind === "template") return this.#template();
    if (this.is("-") && this.after((next) => next.kind === "number" || next.kind === "bigint")) {
      scanner.next();
      const { kind: operand, text: digits } = scanner;
      scanner.next();
      const value = operand === "number" ? numberOf(digits) : undefined;
      return { kind: "literal", value: value === undefined || value === 0 ? undefined : -value };
    }
    if (this.take("(")) {
      const type = this.type();
      this.expect(")");
      return { kind: "parentheses", type };
    }
    if (this.is("[")) return this.#tuple();
    if (this.is("{")) return this.#object();
    if (kind !== "name") leave();
    const keyword = keywords.get(text);
    if (keyword !== undefined) {
      scanner.next();
      if (this.is(".")) leave();
      return keyword;
    }
    if (text === "typeof") {
      scanner.next();
      if (this.is("import")) leave();
      this.#entity();
      if (this.is("<") && !scanner.newline) this.typeArguments();
      return open;
    }
    if (text === "asserts" || text === "intrinsic") leave();
    const names = this.#entity();
    const args = this.is("<") && !scanner.newline ? this.typeArguments() : undefined;
    const [first = "", second] = names;
    if (names.length > 2) return open;
    return second === undefined
      ? { kind: "reference", left: null, name: first, args }
      : { kind: "reference", left: first, name: second, args };
  }

  #entity(): readonly string[] {
    const { scanner } = this;
    const names = [this.name().text];
    while (this.take(".")) {
      if (scanner.kind !== "name" || scanner.newline) leave();
      names.push(scanner.text);
      scanner.next();
    }
    return names;
  }

  #template(): TypeTree {
    const { scanner } = this;
    while (scanner.text.endsWith("${") && scanner.kind === "template") {
      scanner.next();
      this.type();
      if (!this.is("}")) leave();
      scanner.template(scanner.start);
    }
    scanner.next();
    return open;
  }

  #tuple(): TypeTree {
    const elements: SlotTree[] = [];
    this.expect("[");
    while (!this.is("]")) {
      const rest = this.take("...");
      const label = this.attempt(() => {
        // Words that begin no type are no labels either.
        const { text } = this.name();
        const optional = this.take("?");
        this.expect(":");
        return { text, optional };
      });
      const type = this.type();
      const optional = label?.optional ?? (!this.scanner.newline && this.take("?"));
      // Both at once are refused at different places.
      if (optional && rest) leave();
      elements.push({ label: label?.text, optional, rest, type });
      if (!this.is("]")) this.expect(",");
    }
    this.expect("]");
    return { kind: "tuple", elements };
  }

  #object(): TypeTree {
    const mapped = this.attempt(() => {
      this.expect("{");
      if (this.take("+") || this.take("-")) this.expect("readonly");
      else if (this.is("readonly") && this.after(({ text }) => text === "[")) this.scanner.next();
      this.expect("[");
      this.name();
      this.expect("in");
      return true;
    });
    if (mapped !== true) return { kind: "object", members: this.members() };
    this.type();
    if (this.take("as")) this.type();
    this.expect("]");
    if (this.take("+") || this.take("-")) this.expect("?");
    else this.take("?");
    if (this.take(":")) this.type();
    this.semicolon();
    this.expect("}");
    return open;
  }
}

function startsName(next: Scanner): boolean {
  return !next.newline && startsMember(next);
}

function startsMember({ kind, text }: Scanner): boolean {
  return kind === "name" || kind === "string" || kind === "number" || kind === "private" || text === "[" || text === "*";
}

function numberOf(text: string): number {
  return Number(numberText(text));
}

function bigintOf(text: string): { readonly bigint: string } | undefined {
  return /^[1-9]\d*n$/.test(text) ? { bigint: text.slice(0, -1) } : undefined;
}

const keywords = new Map<string, TypeTree>([
  ["void", { kind: "void" }],
  ["any", open],
  ["this", open],
  ["null", { kind: "primitive", type: "null" }],
  ["true", { kind: "literal", value: true }],
  ["false", { kind: "literal", value: false }],
  ...(["undefined", "string", "number", "boolean", "bigint", "symbol", "object", "unknown", "never"] satisfies PrimitiveName[]).map(
    (type): [string, TypeTree] => [type, { kind: "primitive", type }],
  ),
]);
