/** Expressions and classes as the parser without the compiler reads them; what they are is kept as far as a definition may be made of it. */
import { leave, numberText, stringValue } from "./scanner.ts";
import { TypeParser } from "./parse-types.ts";
import type { ExpressionTree, FunctionTree, PropertyTree, SignatureTree, TypeTree } from "./tree.ts";
import { assignments, classModifiers, operators, prefixes, reserved } from "./words.ts";

export abstract class ExpressionParser extends TypeParser {
  /** What `await` and `yield` are here. */
  #await = true;
  #yield = false;
  /** In the head of a `for`, `in` is none of an expression's. */
  #noIn = false;
  /** Whether what was read last may be assigned to, and whether something stands before it. */
  #assignable = false;
  #prefixed = false;
  #functions = 0;
  /** Whether something waits, or asks of itself, outside of functions, which only modules may. */
  protected awaitsOutside = false;
  /** Zero at the top. */
  protected depth = 0;

  protected abstract block(): void;

  protected expression(): ExpressionTree {
    const first = this.assignment();
    if (!this.is(",")) return first;
    while (this.take(",")) this.assignment();
    return this.#other(first.start);
  }

  protected withoutIn<Result>(read: () => Result, without = true): Result {
    const before = this.#noIn;
    this.#noIn = without;
    const result = read();
    this.#noIn = before;
    return result;
  }

  protected assignment(): ExpressionTree {
    const { scanner } = this;
    const { start } = scanner;
    if (this.is("yield")) {
      if (!this.#yield) leave();
      scanner.next();
      if (!scanner.newline && this.take("*")) this.assignment();
      else if (!scanner.newline && !/^[)\]},;:]$/.test(scanner.text) && scanner.kind !== "end") this.assignment();
      return this.#other(start);
    }
    if (
      this.is("async") &&
      this.after((next) => !next.newline && (next.text === "(" || (next.kind === "name" && next.text !== "function")))
    ) {
      const arrow = this.attempt(() => {
        scanner.next();
        const simple = !this.is("(");
        if (simple) this.name();
        else this.#arrowHead();
        if (!this.is("=>") || scanner.newline) leave();
        return true;
      });
      if (arrow === true) {
        this.#arrowBody(true);
        return this.#other(start);
      }
    } else if (this.is("(")) {
      const signature = this.attempt(() => {
        const head = this.#arrowHead();
        if (!this.is("=>") || scanner.newline) leave();
        return head;
      });
      if (signature !== undefined) return { kind: "function", signature, ...this.#arrowBody(false), start, end: scanner.before };
    }
    const left = this.#binary();
    if (this.is("=>")) {
      if (left.kind !== "name" || scanner.newline) leave();
      const parameter = { name: left.text, type: undefined, optional: false, rest: false, initialized: false };
      const signature = { generic: false, parameters: [parameter], result: undefined };
      return { kind: "function", signature, ...this.#arrowBody(false), start, end: scanner.before };
    }
    if (this.is(">")) scanner.greater();
    if (this.#assignable && scanner.kind === "punctuation" && assignments.has(scanner.text)) {
      scanner.next();
      this.assignment();
      return this.#other(start);
    }
    if (!this.is("?")) return left;
    scanner.next();
    this.withoutIn(() => this.assignment(), false);
    this.expect(":");
    this.assignment();
    this.#assignable = false;
    return this.#other(start);
  }

  #arrowHead(): SignatureTree {
    return { generic: false, parameters: this.parameters(), result: this.take(":") ? this.result() : undefined };
  }

  #arrowBody(isAsync: boolean): Pick<FunctionTree, "body" | "returns"> {
    this.expect("=>");
    const { start } = this.scanner;
    let returns: ExpressionTree | undefined;
    const read = (): void => {
      if (this.is("{")) this.block();
      else returns = this.assignment();
    };
    if (this.is("{")) this.inFunction(isAsync, false, read);
    else this.#inArrow(isAsync, read);
    this.#assignable = false;
    return { body: { start, end: this.scanner.before }, returns };
  }

  /** An arrow's expression may go on outside: `in` is what it is there. */
  #inArrow(isAsync: boolean, read: () => void): void {
    const without = this.#noIn;
    this.inFunction(isAsync, false, () => this.withoutIn(read, without));
  }

  protected inFunction(isAsync: boolean, generator: boolean, read: () => void): void {
    const before = [this.#await, this.#yield, this.#noIn] as const;
    [this.#await, this.#yield, this.#noIn] = [isAsync, generator, false];
    this.depth += 1;
    this.#functions += 1;
    read();
    this.#functions -= 1;
    this.depth -= 1;
    [this.#await, this.#yield, this.#noIn] = before;
  }

  /** From its type parameters on. @param declared whether it may have no body. */
  protected functionRest(
    isAsync: boolean,
    generator: boolean,
    declared: boolean,
    constructs = false,
  ): Pick<FunctionTree, "signature" | "body"> {
    const generic = this.typeParameters();
    let parameters: SignatureTree["parameters"] = [];
    let result: SignatureTree["result"];
    let { start } = this.scanner;
    this.inFunction(isAsync, generator, () => {
      parameters = this.parameters(constructs);
      if (this.take(":")) result = this.result();
      ({ start } = this.scanner);
      if (this.is("{") || !declared) this.block();
      else this.semicolon();
    });
    return { signature: { generic, parameters, result }, body: { start, end: this.scanner.before } };
  }

  #binary(): ExpressionTree {
    const { scanner } = this;
    const { start } = scanner;
    let left = this.#unary();
    for (;;) {
      if (this.is(">")) scanner.greater();
      const { kind, text } = scanner;
      if (kind === "punctuation" && operators.has(text)) {
        // What stands before the base of a power is refused.
        if (text === "**" && this.#prefixed) leave();
        scanner.next();
        this.#unary();
      } else if (kind === "name" && (text === "instanceof" || (text === "in" && !this.#noIn))) {
        scanner.next();
        this.#unary();
      } else if (kind === "name" && (text === "as" || text === "satisfies") && !scanner.newline) {
        scanner.next();
        if (!(text === "as" && this.take("const"))) this.type();
        left = { kind: "wrapped", inner: left, start, end: scanner.before };
        this.#assignable = false;
        continue;
      } else return left;
      this.#assignable = false;
      left = this.#other(start);
    }
  }

  #unary(): ExpressionTree {
    const { scanner } = this;
    const { start, kind, text } = scanner;
    if (kind === "punctuation" && prefixes.has(text)) {
      scanner.next();
      const operand = this.#unary();
      if ((text === "++" || text === "--") && !this.#assignable) leave();
      this.#prefixed = true;
      this.#assignable = false;
      if (text === "-" && operand.kind === "number" && !operand.text.startsWith("-"))
        return { kind: "number", text: `-${operand.text}`, start, end: scanner.before };
      return this.#other(start);
    }
    if (kind === "name" && (text === "typeof" || text === "void" || text === "delete" || text === "await")) {
      if (text === "await") {
        if (!this.#await) leave();
        if (this.#functions === 0) this.awaitsOutside = true;
      }
      scanner.next();
      this.#unary();
      this.#prefixed = true;
      this.#assignable = false;
      return this.#other(start);
    }
    const value = this.leftHandSide();
    this.#prefixed = false;
    this.#assignable = true;
    if ((this.is("++") || this.is("--")) && !scanner.newline) {
      scanner.next();
      this.#assignable = false;
      return this.#other(start);
    }
    return value;
  }

  protected leftHandSide(): ExpressionTree {
    return this.#chain(this.is("new") ? this.#new() : this.#primary(), true);
  }

  #chain(first: ExpressionTree, calls: boolean): ExpressionTree {
    const { scanner } = this;
    const { start } = first;
    let value = first;
    let optional = false;
    for (;;) {
      if (scanner.kind === "template") {
        this.#template();
        value = this.#other(start);
        continue;
      }
      if (scanner.kind !== "punctuation") return value;
      switch (scanner.text) {
        case ".": {
          scanner.next();
          if (optional && (scanner.kind as string) === "private") leave();
          value = this.#property(value);
          break;
        }
        case "?.":
          // Outside of functions it may be the call of an actor's.
          if (!calls || this.#functions === 0) leave();
          scanner.next();
          optional = true;
          // Nothing private is reached by such a chain.
          if ((scanner.kind as string) === "private") leave();
          if (this.is("(")) this.#arguments();
          else if (this.is("[")) this.#element();
          else this.#property(value);
          // Templates do not follow it.
          if ((scanner.kind as string) === "template") leave();
          value = this.#other(start);
          break;
        case "[":
          this.#element();
          value = this.#other(start);
          break;
        case "!":
          if (scanner.newline) return value;
          scanner.next();
          value = { kind: "wrapped", inner: value, start, end: scanner.before };
          break;
        case "(": {
          if (!calls) return value;
          if (value.kind === "name" && value.text === "async") leave();
          const args = this.#arguments();
          value = { kind: "call", callee: value, typeArguments: undefined, args, start, end: scanner.before };
          break;
        }
        case "<<":
          // Where it does not shift a number of places, it may begin the type arguments of a call.
          if (!this.after(({ kind }) => kind === "number")) leave();
          return value;
        case "<": {
          const typeArguments = this.#callTypeArguments();
          if (typeArguments === undefined) return value;
          if (!calls) return value;
          const args = this.#arguments();
          value = { kind: "call", callee: value, typeArguments, args, start, end: scanner.before };
          break;
        }
        default:
          return value;
      }
    }
  }

  /**
   * Type arguments where a call follows; nothing is read where it is a comparison. The compiler takes more for type arguments than are
   * well formed, and complains only then.
   */
  #callTypeArguments(): readonly TypeTree[] | undefined {
    const { scanner } = this;
    const { before, end } = scanner;
    let failed = true;
    const types = this.attempt(
      () => {
        this.expect("<");
        const read = [this.type()];
        while (this.take(",")) read.push(this.type());
        failed = false;
        if (this.is(">")) scanner.greater();
        this.expect(">");
        return read;
      },
      () => {
        // Where a type breaks off at an operator, it is the compiler's end of the list, too; in lists of other kinds it would go on.
        const breaks = breaksOff.test(scanner.text) || greaterThan.test(scanner.source.slice(scanner.start, scanner.start + 20));
        if (failed && !(breaks && !lists.test(scanner.source.slice(end, scanner.start)))) leave();
      },
    );
    if (types === undefined || this.is("(")) return types;
    // A class's body may follow those of its base, which are read there.
    const base = (this.is("{") || this.is("implements")) && !scanner.newline;
    if (!base && !/^[<>+-]$/.test(scanner.text)) leave();
    scanner.back(before);
    return undefined;
  }

  #property(object: ExpressionTree): ExpressionTree {
    const { scanner } = this;
    const { kind, text } = scanner;
    // On the next line it may be the next statement of somebody who still types.
    if ((kind !== "name" && kind !== "private") || scanner.newline) leave();
    scanner.next();
    return kind === "private"
      ? this.#other(object.start)
      : { kind: "property", object, name: text, start: object.start, end: scanner.before };
  }

  #element(): void {
    this.expect("[");
    this.withoutIn(() => this.expression(), false);
    this.expect("]");
  }

  #arguments(): readonly ExpressionTree[] {
    const args: ExpressionTree[] = [];
    this.expect("(");
    this.withoutIn(() => {
      while (!this.is(")")) {
        const { start } = this.scanner;
        const spread = this.take("...");
        const value = this.assignment();
        args.push(spread ? this.#other(start) : value);
        if (!this.is(")")) this.expect(",");
      }
    }, false);
    this.expect(")");
    return args;
  }

  #new(): ExpressionTree {
    const { scanner } = this;
    const { start } = scanner;
    this.expect("new");
    if (this.take(".")) {
      this.expect("target");
      return this.#other(start);
    }
    if (this.is("import")) leave();
    this.#chain(this.is("new") ? this.#new() : this.#primary(), false);
    if (this.is("(")) this.#arguments();
    return this.#other(start);
  }

  #primary(): ExpressionTree {
    const { scanner } = this;
    const { kind, text, start, end } = scanner;
    switch (kind) {
      case "string":
        scanner.next();
        return { kind, text: stringValue(text), template: false, start, end };
      case "number":
        scanner.next();
        return { kind, text: numberText(text), start, end };
      case "bigint":
        scanner.next();
        return { kind: "other", start, end };
      case "template":
        if (!text.endsWith("${")) {
          scanner.next();
          return { kind: "string", text: stringValue(text), template: true, start, end };
        }
        this.#template();
        return this.#other(start);
      case "name":
        return this.#word();
      case "punctuation":
        if (text === "(") {
          scanner.next();
          const inner = this.withoutIn(() => this.expression(), false);
          this.expect(")");
          // It may have been meant as a function's parameters.
          if (this.is("{")) leave();
          return { kind: "wrapped", inner, start, end: scanner.before };
        }
        if (text === "{")
          return { kind: "object", properties: this.withoutIn(() => this.#properties(), false), start, end: scanner.before };
        if (text === "[") return this.withoutIn(() => this.#array(), false);
        if (text === "/" || text === "/=") {
          scanner.expression();
          scanner.next();
          return this.#other(start);
        }
        return leave();
      default:
        return leave();
    }
  }

  #word(): ExpressionTree {
    const { scanner } = this;
    const { text, start, end } = scanner;
    if (text === "function" || (text === "async" && this.after((next) => next.text === "function" && !next.newline))) {
      const isAsync = this.take("async");
      scanner.next();
      const generator = this.take("*");
      if (this.isName()) scanner.next();
      const rest = this.functionRest(isAsync, generator, false);
      return isAsync || generator ? this.#other(start) : { kind: "function", ...rest, returns: undefined, start, end: scanner.before };
    }
    if (text === "class") {
      this.classLike();
      return this.#other(start);
    }
    if (text === "this" || text === "null" || text === "true" || text === "false") {
      scanner.next();
      return { kind: "other", start, end };
    }
    if (text === "super") {
      scanner.next();
      return this.is("(") || this.is(".") || this.is("[") ? { kind: "other", start, end } : leave();
    }
    if (text === "import") {
      scanner.next();
      if (this.is("(")) return { kind: "other", start, end };
      this.expect(".");
      this.expect("meta");
      this.awaitsOutside = true;
      return this.#other(start);
    }
    if (reserved.has(text)) leave();
    scanner.next();
    return { kind: "name", text, start, end };
  }

  #template(): void {
    const { scanner } = this;
    while (scanner.text.endsWith("${")) {
      scanner.next();
      this.withoutIn(() => this.expression(), false);
      if (!this.is("}")) leave();
      scanner.template(scanner.start);
    }
    scanner.next();
  }

  #array(): ExpressionTree {
    const { start } = this.scanner;
    this.expect("[");
    while (!this.is("]")) {
      if (this.take(",")) continue;
      this.take("...");
      this.assignment();
      if (!this.is("]")) this.expect(",");
    }
    this.expect("]");
    return this.#other(start);
  }

  #properties(): readonly PropertyTree[] {
    const properties: PropertyTree[] = [];
    this.expect("{");
    while (!this.is("}")) {
      properties.push(this.#objectProperty());
      if (!this.is("}")) this.expect(",");
    }
    this.expect("}");
    return properties;
  }

  #objectProperty(): PropertyTree {
    const { scanner } = this;
    const { start } = scanner;
    if (this.take("...")) return { kind: "spread", value: this.assignment(), start, end: scanner.before };
    const isAsync = this.#modifier("async");
    const accessor = !isAsync && (this.#modifier("get") || this.#modifier("set"));
    const generator = this.take("*");
    const plain = this.isName();
    const key = this.propertyName();
    const name = key.computed ? undefined : key.text;
    if (this.is("(") || this.is("<") || isAsync || accessor || generator) {
      const rest = this.functionRest(isAsync, generator, false);
      const end = scanner.before;
      if (isAsync || accessor || generator) return { kind: "other", name, start, end };
      return { kind: "method", name, value: { kind: "function", ...rest, returns: undefined, start, end }, start, end };
    }
    if (this.take(":")) return { kind: "value", name, value: this.assignment(), start, end: scanner.before };
    if (!plain || !(this.is(",") || this.is("}"))) leave();
    return { kind: "shorthand", name, value: { kind: "name", text: key.text, start: key.start, end: key.end }, start, end: key.end };
  }

  /** A word that says something of what follows it, and is no name itself. */
  #modifier(word: string): boolean {
    if (!this.is(word)) return false;
    const follows = this.after(
      ({ kind, text }) => kind === "name" || kind === "string" || kind === "number" || kind === "private" || text === "[" || text === "*",
    );
    if (!follows) return false;
    this.scanner.next();
    // On the next line it may be the name of another.
    return this.scanner.newline ? leave() : true;
  }

  /** @returns its name. */
  protected classLike(): string | undefined {
    this.expect("class");
    const name = this.isName() && !this.is("implements") ? this.name().text : undefined;
    this.typeParameters();
    if (this.take("extends")) {
      this.leftHandSide();
      if (this.is("<")) this.typeArguments();
    }
    if (this.take("implements")) {
      do {
        this.name();
        while (this.take(".")) this.name();
        if (this.is("<")) this.typeArguments();
      } while (this.take(","));
    }
    this.expect("{");
    while (!this.is("}")) if (!this.take(";")) this.#classMember();
    this.expect("}");
    return name;
  }

  #classMember(): void {
    const { scanner } = this;
    let isAsync = false;
    let accessor = false;
    while (scanner.kind === "name" && classModifiers.has(scanner.text)) {
      const word = scanner.text;
      if (!this.#modifier(word)) break;
      isAsync ||= word === "async";
      accessor = word === "get" || word === "set";
      // Its name follows, even where that is a word that says something elsewhere.
      if (accessor) break;
    }
    const generator = this.take("*");
    if (this.is("[")) {
      const index = this.attempt(() => {
        scanner.next();
        this.name();
        this.expect(":");
        return true;
      });
      if (index === true) {
        this.type();
        this.expect("]");
        this.expect(":");
        this.type();
        this.semicolon();
        return;
      }
    }
    let constructs = false;
    if (scanner.kind === "private") scanner.next();
    else constructs = this.propertyName().text === "constructor";
    if (!this.take("?") && this.is("!") && !scanner.newline) scanner.next();
    if (this.is("(") || this.is("<") || isAsync || accessor || generator) {
      this.functionRest(isAsync, generator, true, constructs);
      return;
    }
    if (this.take(":")) this.type();
    if (this.take("=")) this.inFunction(false, false, () => void this.assignment());
    this.semicolon();
  }

  #other(start: number): ExpressionTree {
    return { kind: "other", start, end: this.scanner.before };
  }
}

/** What may stand behind the first part of an operand that looks like a type. */
const breaksOff = /^(?:\+|-|\*|\/|%|\*\*|\(|\.|\?\.|&&|\|\||\?\?|[=!]==?|<=|\+\+|--|~)$/;
/** Behind type arguments no value follows in the same line. */
const greaterThan = /^> *(?:\d|(?!(?:in|instanceof|as|satisfies|implements|extends)\b)[A-Za-z_$])/;
/** What begins lists within types, in which the compiler reads on after a mistake. */
const lists = /[{:,?=]|\bnew\b|(?:^|[^\w$)\]\s])\s*\[/;
