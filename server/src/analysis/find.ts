/** Finds the calls that make a file an actor module: by what names mean, never by how they are spelled. */
import { actorFunctions } from "./runtime-names.ts";
import { ts } from "./typescript.ts";

export interface FoundActor {
  readonly source: ts.SourceFile;
  /** The call whose result is the default export. */
  readonly call: ts.CallExpression;
  /** Other actors in the same file. */
  readonly others: readonly ts.CallExpression[];
}

export interface Found {
  readonly actor: FoundActor | null;
  /** Actors that are exported under a name while the default export is something else: nothing finds them there. */
  readonly unreachable: readonly ts.CallExpression[];
}

export function findActor(checker: ts.TypeChecker, source: ts.SourceFile, isRuntime: (file: string) => boolean): Found {
  const call = defaultCall(source);
  const calls = topLevelCalls(source);
  if (call !== undefined && isActor(call)) {
    return {
      actor: {
        source,
        call,
        others: calls
          .filter((each) => each.call !== call)
          .map((each) => each.call)
          .filter(isActor),
      },
      unreachable: [],
    };
  }
  return {
    actor: null,
    unreachable: calls
      .filter(({ exported }) => exported)
      .map((each) => each.call)
      .filter(isActor),
  };

  function isActor(each: ts.CallExpression): boolean {
    const callee = ts.isPropertyAccessExpression(each.expression) ? each.expression.name : each.expression;
    if (!ts.isIdentifier(callee)) return false;
    let symbol = checker.getSymbolAtLocation(callee);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    if (symbol === undefined || !actorFunctions.has(symbol.name)) return false;
    return symbol.declarations?.some((each) => isRuntime(each.getSourceFile().fileName)) === true;
  }
}

/** Calls that make a value of the module itself. Inside functions, as in tests, an actor is nobody's business. */
function topLevelCalls(source: ts.SourceFile): readonly TopLevelCall[] {
  return source.statements.flatMap((statement) => {
    const expressions: (ts.Expression | undefined)[] = [];
    if (ts.isVariableStatement(statement)) expressions.push(...statement.declarationList.declarations.map((each) => each.initializer));
    else if (ts.isExportAssignment(statement) || ts.isExpressionStatement(statement)) expressions.push(statement.expression);
    const exported =
      !ts.isVariableStatement(statement) || statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    return expressions.flatMap((each) => {
      const call = each === undefined ? undefined : unwrap(each);
      return call !== undefined && ts.isCallExpression(call) ? [{ call, exported }] : [];
    });
  });
}

interface TopLevelCall {
  readonly call: ts.CallExpression;
  readonly exported: boolean;
}

/** The call whose value is the default export, where this file makes it; one that is passed on belongs to another module. */
export function defaultCall(source: ts.SourceFile): ts.CallExpression | undefined {
  for (const statement of source.statements) {
    let value: ts.Expression | undefined;
    if (ts.isExportAssignment(statement) && statement.isExportEquals !== true) value = valueOf(statement.expression);
    else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined && statement.exportClause !== undefined) {
      const clause = statement.exportClause;
      const specifier = ts.isNamedExports(clause) ? clause.elements.find(({ name }) => name.text === "default") : undefined;
      if (specifier !== undefined) value = valueOf(specifier.propertyName ?? specifier.name);
    }
    if (value !== undefined) return ts.isCallExpression(value) ? value : undefined;
  }
  return undefined;
}

/** The expression without parentheses, `as`, `satisfies` and `!`. */
export function unwrap(expression: ts.Expression): ts.Expression {
  let bare = expression;
  while (ts.isParenthesizedExpression(bare) || ts.isAsExpression(bare) || ts.isSatisfiesExpression(bare) || ts.isNonNullExpression(bare)) {
    bare = bare.expression;
  }
  return bare;
}

/** The expression that a name stands for where it is a variable of the same file. For expressions outside of functions. */
export function valueOf(expression: ts.Expression): ts.Expression {
  let bare = unwrap(expression);
  const seen = new Set<string>();
  while (ts.isIdentifier(bare) && !seen.has(bare.text)) {
    seen.add(bare.text);
    const initializer = variablesOf(bare.getSourceFile()).get(bare.text);
    if (initializer === undefined) return bare;
    bare = unwrap(initializer);
  }
  return bare;
}

function variablesOf(source: ts.SourceFile): ReadonlyMap<string, ts.Expression> {
  let variables = variablesIn.get(source);
  if (variables === undefined) {
    variables = new Map();
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer !== undefined && !variables.has(name.text)) variables.set(name.text, initializer);
    }
    variablesIn.set(source, variables);
  }
  return variables;
}

const variablesIn = new WeakMap<ts.SourceFile, Map<string, ts.Expression>>();
