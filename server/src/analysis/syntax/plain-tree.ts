/**
 * Reads a source without the compiler, which takes longer to load than most projects take to be read. It understands ordinary TypeScript and
 * gives what the compiler's parser would; where it is not sure, or something is wrong, it gives nothing, and the compiler is asked.
 */
import { leave, notPlain, stringValue } from "./scanner.ts";
import { ExpressionParser } from "./parse-expressions.ts";
import type { Exported, ExpressionTree, SourceTree, StatementTree, VariableTree } from "./tree.ts";

export function plainTree(file: string, text: string): SourceTree | undefined {
  if (!/(?<!\.d)\.[cm]?tsx?$/.test(file)) return undefined;
  try {
    return new Parser(text).file();
  } catch (error) {
    if (error === notPlain || error instanceof RangeError) return undefined;
    throw error;
  }
}

const notExported: Exported = { exported: false, asDefault: false };
const other: StatementTree = { kind: "other" };

class Parser extends ExpressionParser {
  #module = false;

  file(): SourceTree {
    const { scanner } = this;
    const statements: StatementTree[] = [];
    while (scanner.kind !== "end") statements.push(this.#statement());
    // What waits at the top makes a module of a file only together with what makes it one anyway.
    if (this.awaitsOutside && !this.#module) leave();
    return { text: scanner.source, statements, module: this.#module, syntax: null };
  }

  protected block(): void {
    this.expect("{");
    this.depth += 1;
    while (!this.is("}")) this.#statement();
    this.depth -= 1;
    this.expect("}");
  }

  #statement(): StatementTree {
    const { scanner } = this;
    if (scanner.kind === "punctuation") {
      if (scanner.text === ";") {
        scanner.next();
        return other;
      }
      if (scanner.text === "{") {
        // At the top, too, what is declared in a block is declared nowhere else.
        this.block();
        return other;
      }
      if (scanner.text === "@") leave();
      return this.#expressionStatement();
    }
    if (scanner.kind !== "name") return this.#expressionStatement();
    switch (scanner.text) {
      case "import":
        return this.after(({ text }) => text === "(" || text === ".") ? this.#expressionStatement() : this.#import();
      case "export":
        return this.#export();
      case "if":
      case "for":
      case "while":
      case "do":
      case "switch":
      case "try":
      case "return":
      case "throw":
      case "break":
      case "continue":
      case "debugger":
        this.depth += 1;
        this.#control(scanner.text);
        this.depth -= 1;
        return other;
      case "with":
        return leave();
      default:
        return this.#declaration(notExported) ?? this.#labeled() ?? this.#expressionStatement();
    }
  }

  #labeled(): StatementTree | undefined {
    if (!this.isName() || !this.after(({ text }) => text === ":")) return undefined;
    this.scanner.next();
    this.scanner.next();
    this.#statement();
    return other;
  }

  #expressionStatement(): StatementTree {
    const value = this.expression();
    this.semicolon();
    return { kind: "expression", value };
  }

  /** Undefined where no declaration begins. */
  #declaration(exported: Exported): StatementTree | undefined {
    const { scanner } = this;
    const nameFollows = (): boolean => this.after(({ kind, newline }) => kind === "name" && !newline);
    switch (scanner.text) {
      case "const":
        if (this.after(({ text }) => text === "enum")) {
          scanner.next();
          return this.#enum(exported);
        }
        return this.#variables(exported);
      case "var":
        return this.#variables(exported);
      case "let":
        return this.after(({ kind, text }) => text === "{" || text === "[" || (kind === "name" && text !== "in" && text !== "of"))
          ? this.#variables(exported)
          : leave();
      case "enum":
        return this.#enum(exported);
      case "function":
      case "async":
        if (scanner.text === "async" && !this.after(({ text, newline }) => text === "function" && !newline)) return undefined;
        return this.#function(exported);
      case "class":
        return this.#class(exported);
      case "abstract":
        if (!this.after(({ text, newline }) => text === "class" && !newline)) return undefined;
        scanner.next();
        return this.#class(exported);
      case "interface":
        return nameFollows() ? this.#interface(exported) : leave();
      case "type":
        return nameFollows() ? this.#alias(exported) : undefined;
      case "global":
        // It begins a declaration on the next line, too.
        return this.after(({ kind, text }) => kind === "name" || text === "{") ? leave() : undefined;
      case "declare":
      case "namespace":
      case "module":
      case "using":
        return this.after(({ kind, text, newline }) => !newline && (kind === "name" || kind === "string" || text === "{"))
          ? leave()
          : undefined;
      default:
        return undefined;
    }
  }

  #variables(exported: Exported): StatementTree {
    const variables = this.#variableList();
    this.semicolon();
    return { kind: "variables", ...exported, variables };
  }

  #variableList(inFor = false): readonly VariableTree[] {
    const { scanner } = this;
    scanner.next();
    const variables: VariableTree[] = [];
    do {
      const pattern = this.is("{") || this.is("[");
      const names = pattern ? this.pattern() : [this.name().text];
      if (!pattern && !inFor && this.is("!") && !scanner.newline) scanner.next();
      if (this.take(":")) this.type();
      const initializer = this.take("=") ? this.assignment() : undefined;
      variables.push({ names, pattern, initializer });
    } while (this.take(","));
    return variables;
  }

  #function(exported: Exported): StatementTree {
    const { scanner } = this;
    const isAsync = this.take("async");
    this.expect("function");
    const generator = this.take("*");
    const name = this.is("(") && exported.asDefault ? undefined : this.name();
    const rest = this.functionRest(isAsync, generator, true);
    if (name === undefined) return other;
    const { start } = name;
    const ends = !isAsync && !generator && scanner.source[rest.body.start] === "{";
    const value = ends ? ({ kind: "function", ...rest, returns: undefined, start, end: rest.body.end } as const) : undefined;
    return { kind: "declared", ...exported, name: name.text, value };
  }

  #class(exported: Exported): StatementTree {
    const name = this.classLike();
    if (name === undefined && !exported.asDefault) leave();
    return name === undefined ? other : { kind: "declared", ...exported, name, value: undefined };
  }

  #interface(exported: Exported): StatementTree {
    this.expect("interface");
    const name = this.name();
    const generic = this.typeParameters();
    const bases: (string | undefined)[] = [];
    if (this.take("extends"))
      do {
        const base = this.name().text;
        let plain = true;
        while (this.take(".")) {
          this.name();
          plain = false;
        }
        if (this.is("<")) {
          this.typeArguments();
          plain = false;
        }
        bases.push(plain ? base : undefined);
      } while (this.take(","));
    return { kind: "interface", ...exported, name, generic, bases, members: this.members() };
  }

  #alias(exported: Exported): StatementTree {
    this.expect("type");
    // It may be the name that something is exported by.
    if (this.is("as")) leave();
    const name = this.name();
    const generic = this.typeParameters();
    this.expect("=");
    const type = this.type();
    this.semicolon();
    return { kind: "alias", ...exported, name, generic, type };
  }

  #enum(exported: Exported): StatementTree {
    this.expect("enum");
    const name = this.name();
    const members: { name: string | undefined; initializer: ExpressionTree | undefined }[] = [];
    this.expect("{");
    while (!this.is("}")) {
      const { kind } = this.scanner;
      const key = this.propertyName();
      if (key.computed || kind === "number") leave();
      members.push({ name: key.text, initializer: this.take("=") ? this.assignment() : undefined });
      if (!this.is("}")) this.expect(",");
    }
    this.expect("}");
    return { kind: "enum", ...exported, declared: false, name, members };
  }

  #import(): StatementTree {
    const { scanner } = this;
    this.#atTop();
    this.expect("import");
    if (scanner.kind === "string") return { kind: "import", from: this.#specifier(), names: [] };
    if (this.is("type")) {
      if (!this.after(({ kind, text }) => (kind === "name" && text !== "from" && text !== "type") || text === "{" || text === "*")) leave();
      scanner.next();
    }
    const names: (readonly [string, string])[] = [];
    if (!this.is("{") && !this.is("*")) {
      names.push(["default", this.name().text]);
      if (!this.is("from")) {
        this.expect(",");
        if (!this.is("*") && !this.is("{")) leave();
      }
    }
    if (this.take("*")) {
      this.expect("as");
      names.push(["*", this.name().text]);
    } else if (this.is("{")) names.push(...this.#specifiers().map(([there, here]) => [there, reserved(here)] as const));
    this.expect("from");
    return { kind: "import", from: this.#specifier(), names };
  }

  #export(): StatementTree {
    const { scanner } = this;
    this.#atTop();
    this.expect("export");
    if (this.take("default")) return this.#default();
    if (this.is("type") && this.after(({ text }) => text === "{" || text === "*")) scanner.next();
    if (this.take("*")) {
      const name = this.take("as") ? this.name().text : undefined;
      this.expect("from");
      return { kind: "passed", from: this.#specifier(), names: name === undefined ? null : [["*", name]] };
    }
    if (this.is("{")) {
      const names = this.#specifiers();
      if (this.take("from")) return { kind: "passed", from: this.#specifier(), names };
      this.semicolon();
      return { kind: "exports", names: names.map(([here, there]) => [reserved(here), there]) };
    }
    return this.#declaration({ exported: true, asDefault: false }) ?? leave();
  }

  #default(): StatementTree {
    const exported: Exported = { exported: true, asDefault: true };
    if (this.is("function") || this.is("class") || this.is("interface") || this.is("async") || this.is("abstract")) {
      const declaration = this.is("interface") && !this.after(({ kind }) => kind === "name") ? undefined : this.#declaration(exported);
      if (declaration !== undefined) return declaration;
    }
    const value = this.assignment();
    this.semicolon();
    return { kind: "value", asDefault: true, value };
  }

  /** Pairs of what stands before `as` and after it. */
  #specifiers(): readonly (readonly [string, string])[] {
    const { scanner } = this;
    const found: (readonly [string, string])[] = [];
    const word = (): string => {
      if (scanner.kind !== "name") leave();
      const { text } = scanner;
      scanner.next();
      return text;
    };
    this.expect("{");
    while (!this.is("}")) {
      if (this.is("type") && this.after(({ kind }) => kind === "name")) {
        scanner.next();
        // What `as` is beside `type` takes a closer look.
        if (this.is("as")) leave();
      }
      const first = word();
      found.push([first, this.take("as") ? word() : first]);
      if (!this.is("}")) this.expect(",");
    }
    this.expect("}");
    return found;
  }

  #specifier(): string {
    const { scanner } = this;
    if (scanner.kind !== "string") leave();
    const from = stringValue(scanner.text);
    scanner.next();
    // Attributes of imports.
    if (this.is("with") || this.is("assert")) leave();
    this.semicolon();
    return from;
  }

  #atTop(): void {
    if (this.depth > 0) leave();
    this.#module = true;
  }

  #control(word: string): void {
    const { scanner } = this;
    scanner.next();
    switch (word) {
      case "if":
        this.#condition();
        this.#statement();
        if (this.take("else")) this.#statement();
        return;
      case "while":
        this.#condition();
        this.#statement();
        return;
      case "do":
        this.#statement();
        this.expect("while");
        this.#condition();
        this.take(";");
        return;
      case "for":
        return this.#for();
      case "switch":
        return this.#switch();
      case "try":
        this.block();
        if (this.take("catch")) {
          if (this.take("(")) {
            if (this.is("{") || this.is("[")) this.pattern();
            else this.name();
            if (this.take(":")) this.type();
            this.expect(")");
          }
          this.block();
          if (!this.take("finally")) return;
        } else this.expect("finally");
        this.block();
        return;
      case "throw":
        if (scanner.newline) leave();
        this.expression();
        return this.semicolon();
      case "return":
        if (!scanner.newline && !this.is(";") && !this.is("}") && scanner.kind !== "end") this.expression();
        return this.semicolon();
      default:
        if (word !== "debugger" && !scanner.newline && this.isName()) scanner.next();
        return this.semicolon();
    }
  }

  #condition(): void {
    this.expect("(");
    this.expression();
    this.expect(")");
  }

  #for(): void {
    const isAwait = this.take("await");
    this.expect("(");
    if (
      this.is("let") &&
      !this.after(({ kind, text }) => text === "{" || text === "[" || (kind === "name" && text !== "of" && text !== "in"))
    )
      leave();
    if (this.is("var") || this.is("let") || this.is("const")) this.withoutIn(() => this.#variableList(true));
    else if (this.is("async") || this.is("using")) leave();
    else if (!this.is(";")) this.withoutIn(() => this.expression());
    if (this.take("of")) this.assignment();
    else if (isAwait) leave();
    else if (this.take("in")) this.expression();
    else {
      this.expect(";");
      if (!this.is(";")) this.expression();
      this.expect(";");
      if (!this.is(")")) this.expression();
    }
    this.expect(")");
    this.#statement();
  }

  #switch(): void {
    this.#condition();
    this.expect("{");
    this.depth += 1;
    while (!this.is("}")) {
      if (this.take("case")) this.expression();
      else this.expect("default");
      this.expect(":");
      while (!this.is("case") && !this.is("default") && !this.is("}")) this.#statement();
    }
    this.depth -= 1;
    this.expect("}");
  }
}

/** A local name, which cannot be any word. */
function reserved(name: string): string {
  return /^(default|null|true|false|this|typeof|void|import|export|function|class|const|var|enum|new|delete|in|instanceof|with|if|else|for|while|do|return|throw|try|catch|finally|switch|case|break|continue|debugger|super|extends)$/.test(
    name,
  )
    ? leave()
    : name;
}
