/**
 * What an identifier stands for, by the scopes of its own file: an import, something declared in the file, or a name of the platform's.
 * After the scopes of ECMAScript, types left out; what `eval` and `with` do is not looked at.
 */
import { namesIn } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { ts } from "../typescript.ts";

export type Meaning =
  | {
      readonly kind: "import";
      /** The specifier. */
      readonly from: string;
      /** As the other module exports it: `default`, a name, or `*` for all of it; with what is asked of `*`: `*.start` is `start`. */
      readonly name: string;
    }
  | {
      readonly kind: "local";
      readonly name: string;
      /** Where it is declared: a variable, parameter, function, class, enum or binding. */
      readonly declaration: ts.Node;
      /** Whether it is declared at the top of the file. */
      readonly top: boolean;
    }
  /** `setTimeout`, and `globalThis.setTimeout` as well. */
  | { readonly kind: "global"; readonly name: string };

export class FileNames {
  readonly #source: ts.SourceFile;
  readonly #imports = new Map<string, { readonly from: string; readonly name: string; readonly declaration: ts.Node }>();
  readonly #scopes = new WeakMap<ts.Node, ReadonlyMap<string, ts.Node>>();

  constructor(source: ts.SourceFile) {
    this.#source = source;
    for (const statement of source.statements) this.#import(statement);
  }

  /** What is meant by an expression that is a name, or a property of an imported module or of `globalThis`. Undefined for any other. */
  meaningOf(expression: ts.Expression): Meaning | undefined {
    const node = unwrap(expression);
    if (ts.isIdentifier(node)) return this.#lookUp(node);
    const name = ts.isPropertyAccessExpression(node)
      ? node.name.text
      : ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)
        ? node.argumentExpression.text
        : undefined;
    if (name === undefined || !(ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))) return undefined;
    const object = this.meaningOf(node.expression);
    if (object?.kind === "import" && isWhole(object)) return { kind: "import", from: object.from, name };
    if (object?.kind === "global" && /^(globalThis|window|self|global)$/.test(object.name)) return { kind: "global", name };
    return undefined;
  }

  /** The same behind constants of the file: `const later = setTimeout`, `const { setTimeout } = globalThis`. */
  originOf(expression: ts.Expression, depth = 0): Meaning | undefined {
    const meaning = this.meaningOf(expression);
    if (meaning?.kind !== "local" || depth > 10) return meaning;
    const { declaration, name } = meaning;
    if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return meaning;
    if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0) return meaning;
    const value = this.originOf(declaration.initializer, depth + 1);
    if (ts.isIdentifier(declaration.name)) return value ?? meaning;
    if (!ts.isObjectBindingPattern(declaration.name)) return meaning;
    const element = declaration.name.elements.find((each) => ts.isIdentifier(each.name) && each.name.text === name);
    const key = element?.propertyName ?? element?.name;
    if (key === undefined || !ts.isIdentifier(key) || element?.dotDotDotToken !== undefined) return meaning;
    if (value?.kind === "import" && isWhole(value)) return { kind: "import", from: value.from, name: key.text };
    return value?.kind === "global" && value.name === "globalThis" ? { kind: "global", name: key.text } : meaning;
  }

  #lookUp(identifier: ts.Identifier): Meaning {
    const name = identifier.text;
    for (let node: ts.Node = identifier; node !== undefined; node = node.parent) {
      const declaration = this.#declaredIn(node).get(name);
      if (declaration !== undefined) return { kind: "local", name, declaration, top: ts.isSourceFile(node) };
      if (ts.isSourceFile(node)) break;
    }
    const imported = this.#imports.get(name);
    return imported === undefined ? { kind: "global", name } : { kind: "import", from: imported.from, name: imported.name };
  }

  /** What a node declares for what is within it. */
  #declaredIn(scope: ts.Node): ReadonlyMap<string, ts.Node> {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const names = new Map<string, ts.Node>();
    if (ts.isFunctionLike(scope)) {
      if (ts.isFunctionExpression(scope) && scope.name !== undefined) names.set(scope.name.text, scope);
      for (const parameter of scope.parameters) for (const name of namesIn(parameter.name)) names.set(name, parameter);
    } else if (ts.isClassExpression(scope) && scope.name !== undefined) {
      names.set(scope.name.text, scope);
    } else if (ts.isCatchClause(scope) && scope.variableDeclaration !== undefined) {
      for (const name of namesIn(scope.variableDeclaration.name)) names.set(name, scope.variableDeclaration);
    } else if (ts.isForStatement(scope) || ts.isForInStatement(scope) || ts.isForOfStatement(scope)) {
      if (scope.initializer !== undefined && ts.isVariableDeclarationList(scope.initializer)) declare(scope.initializer, names);
    } else if (ts.isSourceFile(scope) || ts.isBlock(scope) || ts.isCaseBlock(scope) || ts.isModuleBlock(scope)) {
      const statements = ts.isCaseBlock(scope) ? scope.clauses.flatMap((clause) => [...clause.statements]) : scope.statements;
      for (const statement of statements) declareStatement(statement, names);
      // Defaults of parameters do not see the body's variables.
      if (ts.isSourceFile(scope) || ts.isFunctionLike(scope.parent) || ts.isClassStaticBlockDeclaration(scope.parent))
        hoisted(scope, names);
    }
    this.#scopes.set(scope, names);
    return names;
  }

  #import(statement: ts.Statement): void {
    if (ts.isImportEqualsDeclaration(statement)) {
      const { moduleReference: reference, name } = statement;
      if (ts.isExternalModuleReference(reference) && ts.isStringLiteralLike(reference.expression))
        this.#imports.set(name.text, { from: reference.expression.text, name: "*", declaration: statement });
      return;
    }
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteralLike(statement.moduleSpecifier)) return;
    const from = statement.moduleSpecifier.text;
    const { importClause: clause } = statement;
    if (clause?.name !== undefined) this.#imports.set(clause.name.text, { from, name: "default", declaration: clause });
    const bindings = clause?.namedBindings;
    if (bindings === undefined) return;
    if (ts.isNamespaceImport(bindings)) this.#imports.set(bindings.name.text, { from, name: "*", declaration: bindings });
    else
      for (const element of bindings.elements)
        this.#imports.set(element.name.text, { from, name: (element.propertyName ?? element.name).text, declaration: element });
  }

  /** The file itself, for whoever walks through it. */
  get source(): ts.SourceFile {
    return this.#source;
  }
}

/** Whether it is all of a module; the platform's modules give that as their default, too. */
function isWhole({ from, name }: Extract<Meaning, { kind: "import" }>): boolean {
  return name === "*" || (name === "default" && from.startsWith("node:"));
}

function declareStatement(statement: ts.Statement, names: Map<string, ts.Node>): void {
  if (ts.isVariableStatement(statement)) {
    declare(statement.declarationList, names);
  } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
    if (statement.name !== undefined) names.set(statement.name.text, statement);
  } else if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name)) {
    names.set(statement.name.text, statement);
  } else if (ts.isLabeledStatement(statement)) {
    declareStatement(statement.statement, names);
  }
}

function declare(list: ts.VariableDeclarationList, names: Map<string, ts.Node>): void {
  for (const declaration of list.declarations) for (const name of namesIn(declaration.name)) names.set(name, declaration);
}

/** `var` belongs to the whole function, however deep it stands. */
function hoisted(body: ts.Node, names: Map<string, ts.Node>): void {
  ts.forEachChild(body, (child) => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child)) return;
    if (ts.isVariableDeclarationList(child) && (child.flags & ts.NodeFlags.BlockScoped) === 0) declare(child, names);
    hoisted(child, names);
  });
}
