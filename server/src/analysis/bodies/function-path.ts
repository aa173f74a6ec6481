/** In which part of a module a piece of code runs: a handler of an actor's definition, a step, a function of the file, or its top. */
import { defaultCall, valueOf } from "../find.ts";
import { ts } from "../typescript.ts";

/**
 * From outside to inside: `["calls", "join"]` or `["codeChange", "1", "up"]` for what stands in the definition of the file's actor, where
 * keys are written out; `null` for what runs when the module is loaded; else the name of the outermost function, `""` where it has none.
 */
export type FunctionPath = readonly string[] | string | null;

export function functionPath(node: ts.Node): FunctionPath {
  const call = defaultCall(node.getSourceFile());
  const [argument] = call?.arguments ?? [];
  // It may lie in a variable.
  const definition = argument === undefined ? undefined : valueOf(argument);
  const keys: string[] = [];
  let outermost: ts.Node | undefined;
  for (let at = node; at !== undefined && !ts.isSourceFile(at); at = at.parent) {
    if (at === call || at === definition) return outermost === undefined ? null : keys.toReversed();
    if (ts.isFunctionLike(at)) {
      outermost = at;
      keys.length = 0;
    }
    // Only keys outside the outermost function say where it stands.
    if (ts.isObjectLiteralElement(at) && outermost !== undefined && at.name !== undefined && isKey(at.name)) keys.push(at.name.text);
  }
  return outermost === undefined ? null : nameOf(outermost);
}

function isKey(name: ts.PropertyName): name is ts.Identifier | ts.StringLiteral | ts.NumericLiteral {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name);
}

function nameOf(outermost: ts.Node): string {
  if (ts.isFunctionDeclaration(outermost)) return outermost.name?.text ?? "";
  for (let at = outermost.parent; at !== undefined; at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
    if (ts.isStatement(at)) break;
  }
  return "";
}
