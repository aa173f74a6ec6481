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
  const module = checker.getSymbolAtLocation(source);
  const exported = module?.exports?.get(ts.InternalSymbolName.Default);
  const declared = declarationIn(source, exported, checker);
  const call = declared === undefined ? undefined : callOf(declared, checker);
  if (call !== undefined && isActor(call)) {
    return { actor: { source, call, others: topLevelCalls().filter((each) => each !== call && isActor(each)) }, unreachable: [] };
  }
  const unreachable = topLevelCalls(true).filter(isActor);
  return { actor: null, unreachable };

  function isActor(each: ts.CallExpression): boolean {
    const callee = ts.isPropertyAccessExpression(each.expression) ? each.expression.name : each.expression;
    if (!ts.isIdentifier(callee)) return false;
    let symbol = checker.getSymbolAtLocation(callee);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    if (symbol === undefined || !actorFunctions.has(symbol.name)) return false;
    return symbol.declarations?.some((each) => isRuntime(each.getSourceFile().fileName)) === true;
  }

  /** Calls that make a value of the module itself. Inside functions, as in tests, an actor is nobody's business. */
  function topLevelCalls(exportedOnly = false): readonly ts.CallExpression[] {
    return source.statements.flatMap((statement) => {
      const expressions: (ts.Expression | undefined)[] = [];
      if (ts.isVariableStatement(statement)) {
        const isExported = statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) === true;
        if (isExported || !exportedOnly) expressions.push(...statement.declarationList.declarations.map((each) => each.initializer));
      } else if (ts.isExportAssignment(statement)) expressions.push(statement.expression);
      else if (ts.isExpressionStatement(statement)) expressions.push(statement.expression);
      return expressions.flatMap((each) => {
        const bare = each === undefined ? undefined : unwrap(each);
        return bare !== undefined && ts.isCallExpression(bare) ? [bare] : [];
      });
    });
  }
}

/** Whether a text may make an actor. */
export function mentionsActor(text: string): boolean {
  return [...actorFunctions].some((name) => text.includes(name));
}

/** The expression without parentheses, `as`, `satisfies` and `!`. */
export function unwrap(expression: ts.Expression): ts.Expression {
  let bare = expression;
  while (ts.isParenthesizedExpression(bare) || ts.isAsExpression(bare) || ts.isSatisfiesExpression(bare) || ts.isNonNullExpression(bare)) {
    bare = bare.expression;
  }
  return bare;
}

/** The expression that a name stands for where it is a constant of the same file. */
export function valueOf(expression: ts.Expression, checker: ts.TypeChecker): ts.Expression {
  const bare = unwrap(expression);
  if (!ts.isIdentifier(bare)) return bare;
  const declaration = checker.getSymbolAtLocation(bare)?.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return bare;
  return declaration.getSourceFile() === bare.getSourceFile() ? valueOf(declaration.initializer, checker) : bare;
}

/** What declares the default export, if this file does; one that is passed on belongs to another module. */
function declarationIn(source: ts.SourceFile, exported: ts.Symbol | undefined, checker: ts.TypeChecker): ts.Expression | undefined {
  const declaration = exported?.declarations?.[0];
  if (declaration === undefined) return undefined;
  if (ts.isExportAssignment(declaration)) return declaration.expression;
  if (exported === undefined || !ts.isExportSpecifier(declaration)) return undefined;
  const target = checker.getAliasedSymbol(exported).valueDeclaration;
  return target !== undefined && ts.isVariableDeclaration(target) && target.getSourceFile() === source ? target.initializer : undefined;
}

function callOf(expression: ts.Expression, checker: ts.TypeChecker): ts.CallExpression | undefined {
  const value = valueOf(expression, checker);
  return ts.isCallExpression(value) ? value : undefined;
}
