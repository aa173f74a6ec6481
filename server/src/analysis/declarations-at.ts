/** Where what a name in a file means is declared, as the type checker resolves it. */
import { locationOf } from "./source-place.ts";
import { type Location, offsetAt, type Position } from "./span.ts";
import { ts } from "./typescript.ts";

export function declarationsAt(source: ts.SourceFile, checker: ts.TypeChecker, position: Position): readonly Location[] {
  const offset = offsetAt(source.text, position);
  const node = nameAt(source, offset);
  if (node === undefined) return [];
  return symbolsOf(node, checker).flatMap(({ declarations = [] }) =>
    declarations.map((declaration) => locationOf(ts.getNameOfDeclaration(declaration) ?? declaration)),
  );
}

/** The identifier, or the string that may be a key, around an offset or right before it. */
function nameAt(source: ts.SourceFile, offset: number): ts.Identifier | ts.StringLiteralLike | undefined {
  let found: ts.Identifier | ts.StringLiteralLike | undefined;
  const visit = (node: ts.Node): void => {
    if (node.getFullStart() > offset || node.getEnd() < offset) return;
    if ((ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && node.getStart(source) <= offset) found = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function symbolsOf(name: ts.Identifier | ts.StringLiteralLike, checker: ts.TypeChecker): readonly ts.Symbol[] {
  const { parent } = name;
  // A key says what it is a key of by what the literal is for.
  if (ts.isObjectLiteralElement(parent) && parent.name === name && ts.isObjectLiteralExpression(parent.parent)) {
    const type = checker.getContextualType(parent.parent);
    const expected = type === undefined ? [] : propertiesOf(type, name.text);
    if (expected.length > 0) return expected;
  }
  if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent) && (parent.propertyName ?? parent.name) === name)
    return propertiesOf(checker.getTypeAtLocation(parent.parent), name.text);
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined) return [];
  return [symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol];
}

function propertiesOf(type: ts.Type, name: string): readonly ts.Symbol[] {
  const types = type.isUnion() ? type.types : [type];
  return types.flatMap((each) => each.getProperty(name) ?? []);
}
