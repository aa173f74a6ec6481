/** The functions and other names at the top of a file, as far as its syntax alone says what they stand for. */
import { unwrap } from "./find.ts";
import { isPlainData } from "./outside-names.ts";
import { ts } from "./typescript.ts";

export type FunctionNode = ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration | ts.MethodDeclaration;

/** The functions at the top of a file, by name. */
export class FileFunctions {
  /** Undefined where a name has several declarations, or another one than a function. */
  readonly #named = new Map<string, FunctionNode | undefined>();
  readonly #plain = new Set<string>();
  /** The names that something is assigned to, or into, anywhere in the file. */
  readonly #assigned = new Set<string>();

  constructor(source: ts.SourceFile) {
    this.#findAssigned(source);
    for (const statement of source.statements) {
      for (const [name, value] of declarationsIn(statement)) this.#named.set(name, this.#named.has(name) ? undefined : value);
      for (const name of plainNamesIn(statement)) if (!this.#assigned.has(name)) this.#plain.add(name);
    }
  }

  /** Whether the file itself gives one of the names a meaning. */
  declaresOneOf(names: ReadonlySet<string>): boolean {
    return [...this.#named.keys()].some((name) => names.has(name));
  }

  /** Whether the variable in which a node is written out is not what it was at first. */
  isAssigned(node: ts.Node): boolean {
    for (let at = node; !ts.isSourceFile(at); at = at.parent)
      if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name) && this.#assigned.has(at.name.text)) return true;
    return false;
  }

  /** Whether the name is that of data without functions, written out in the file. */
  isPlain(name: string): boolean {
    return this.#plain.has(name);
  }

  /** Whether the file itself gives the name a meaning. */
  declares(name: string): boolean {
    return this.#named.has(name);
  }

  named(name: string): FunctionNode | undefined {
    return this.#assigned.has(name) ? undefined : this.#named.get(name);
  }

  #findAssigned(node: ts.Node): void {
    if (isAssignment(node)) {
      const root = rootOf(node.left);
      if (ts.isIdentifier(root)) this.#assigned.add(root.text);
    }
    ts.forEachChild(node, (child) => this.#findAssigned(child));
  }
}

function plainNamesIn(statement: ts.Statement): readonly string[] {
  if (ts.isEnumDeclaration(statement)) return [statement.name.text];
  if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0) return [];
  return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
    ts.isIdentifier(name) && initializer !== undefined && isPlainData(initializer) ? [name.text] : [],
  );
}

function declarationsIn(statement: ts.Statement): readonly (readonly [string, FunctionNode | undefined])[] {
  if (ts.isFunctionDeclaration(statement)) {
    const { name, body } = statement;
    return name === undefined || body === undefined ? [] : [[name.text, statement]];
  }
  if (ts.isVariableStatement(statement)) {
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
      if (!ts.isIdentifier(name)) return namesIn(name).map((inner) => [inner, undefined] as const);
      const value = initializer === undefined ? undefined : unwrap(initializer);
      return [[name.text, isConst && value !== undefined && isFunction(value) ? value : undefined] as const];
    });
  }
  if (ts.isImportDeclaration(statement)) {
    const { importClause } = statement;
    const bindings = importClause?.namedBindings;
    const named = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? [bindings] : bindings.elements;
    return [...(importClause?.name === undefined ? [] : [importClause]), ...named].flatMap(({ name }) =>
      name === undefined ? [] : [[name.text, undefined] as const],
    );
  }
  if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement)) {
    const { name } = statement;
    return name === undefined ? [] : [[name.text, undefined]];
  }
  if (ts.isImportEqualsDeclaration(statement)) return [[statement.name.text, undefined]];
  return [];
}

export function isFunction(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

export function isAssignment(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** What `.a`, `[b]` and `(c)` are asked of, in the end. */
export function rootOf(expression: ts.Expression): ts.Expression {
  let root = unwrap(expression);
  while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) root = unwrap(root.expression);
  return root;
}

export function namesIn(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
}
