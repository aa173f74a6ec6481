/** Processes that are started outside of every supervisor: by `start`, from handlers and from where a program begins. */
import { unwrap, valueOf } from "../find.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import type { TextEdit } from "./round-edits.ts";
import { runningIn } from "./running.ts";
import { importedBy, type Imported, isOfRuntime } from "./supervisors.ts";

export interface Spawn {
  /** What is called: `start`. */
  readonly range: Range;
  /** What is started, and what the file calls it. */
  readonly module: Imported;
  readonly handle: string;
  /** The handler that starts it; null where the program does as it begins. */
  readonly handler: readonly string[] | null;
  /** Links it with the process that starts it; null where that takes more. */
  readonly linked: readonly TextEdit[] | null;
  /** What makes a child of it; null where it takes more than to move it. */
  readonly moved: { readonly name: string | null; readonly options: readonly string[]; readonly edits: readonly TextEdit[] } | null;
}

/** Those of which nobody would know that they ended. In files that are tests, or end what they start, there are none. */
export function spawns(body: BodySource): readonly Spawn[] {
  const { source } = body;
  if (isTest(source)) return [];
  const running = runningIn(body);
  const found: Spawn[] = [];
  const calls: ts.CallExpression[] = [];
  let ends = false;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      if (isOfRuntime(node, "start", body)) calls.push(node);
      if (isOfRuntime(node, "stop", body) || /^process\.exit$/.test(node.expression.getText())) ends = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const call of calls) {
    const [handle, options] = call.arguments;
    const module = importedBy(handle, body);
    if (handle === undefined || module === null || isLinked(options)) continue;
    const around = functionsAround(call);
    const runs = running.find((each) => around.includes(each.function));
    if (runs !== undefined) {
      if (around.some(looksAfter)) continue;
      found.push({
        range: rangeOf(call.expression),
        module,
        handle: handle.getText(),
        handler: runs.handler,
        linked: linkedEdits(call, options),
        moved: null,
      });
    } else if (!ends && isAtBeginning(around, body)) {
      found.push({
        range: rangeOf(call.expression),
        module,
        handle: handle.getText(),
        handler: null,
        linked: null,
        moved: movedFrom(call, handle, options),
      });
    }
  }
  return found;
}

const testing = /^(node:test|vitest|mocha|jest|@jest\/globals|bun:test|ava|tap|instar\/testing)$/;

function isTest({ statements }: ts.SourceFile): boolean {
  return statements.some(
    (each) => ts.isImportDeclaration(each) && ts.isStringLiteral(each.moduleSpecifier) && testing.test(each.moduleSpecifier.text),
  );
}

/** Whether the options ask for a link, or may. */
function isLinked(options: ts.Expression | undefined): boolean {
  if (options === undefined) return false;
  const object = valueOf(options);
  if (!ts.isObjectLiteralExpression(object)) return true;
  return object.properties.some((each) => {
    if (each.name === undefined || ts.isComputedPropertyName(each.name)) return true;
    return each.name.getText() === "link" && !(ts.isPropertyAssignment(each) && each.initializer.kind === ts.SyntaxKind.FalseKeyword);
  });
}

/** From inside to outside. */
function functionsAround(node: ts.Node): readonly ts.SignatureDeclaration[] {
  const around: ts.SignatureDeclaration[] = [];
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) if (ts.isFunctionLike(at)) around.push(at);
  return around;
}

/** Whether a function sees to it that it is told of an end, or ends itself what it started. */
function looksAfter(fn: ts.Node): boolean {
  return /\b(?:monitor|link|stop|exit)\s*\(/.test(fn.getText().replaceAll(/\bstop\(\s*["'`{]/g, ""));
}

/** Whether a call runs when the file is loaded: outside of all functions, or in one that is called there. */
function isAtBeginning(around: readonly ts.SignatureDeclaration[], { source }: BodySource): boolean {
  const [fn, ...more] = around;
  if (fn === undefined) return true;
  if (more.length > 0) return false;
  if (ts.isParenthesizedExpression(fn.parent)) return ts.isCallExpression(fn.parent.parent);
  const name = ts.isFunctionDeclaration(fn) ? fn.name?.text : ts.isVariableDeclaration(fn.parent) ? fn.parent.name.getText() : undefined;
  if (name === undefined) return false;
  return source.statements.some(
    (each) => ts.isExpressionStatement(each) && new RegExp(`^(?:await |void )?${name}\\(`).test(each.getText()),
  );
}

function linkedEdits(call: ts.CallExpression, options: ts.Expression | undefined): readonly TextEdit[] | null {
  const source = call.getSourceFile();
  const insert = (at: number, newText: string): readonly TextEdit[] => [{ range: rangeIn(source, at, at), newText }];
  const [handle] = call.arguments;
  if (handle === undefined) return null;
  if (options === undefined) return insert(handle.end, ", { link: true }");
  const object = unwrap(options);
  if (!ts.isObjectLiteralExpression(object) || object.properties.some(({ name }) => name?.getText() === "link")) return null;
  const last = object.properties.at(-1);
  return last === undefined ? [{ range: rangeOf(object), newText: "{ link: true }" }] : insert(last.end, ", link: true");
}

/** Where nobody uses the pid, and the options are data that mean the same anywhere. */
function movedFrom(call: ts.CallExpression, handle: ts.Expression, options: ts.Expression | undefined): Spawn["moved"] {
  const source = call.getSourceFile();
  let statement: ts.Node = call.parent;
  while (ts.isAwaitExpression(statement) || ts.isVoidExpression(statement)) statement = statement.parent;
  if (!ts.isExpressionStatement(statement) || !ts.isIdentifier(handle)) return null;
  const object = options === undefined ? undefined : unwrap(options);
  if (object !== undefined && (!ts.isObjectLiteralExpression(object) || !isData(object))) return null;
  const properties = object === undefined ? [] : object.properties.filter(({ name }) => name?.getText() !== "link");
  const name = properties.find((each) => each.name?.getText() === "name");
  const imports = source.statements.find(
    (each): each is ts.ImportDeclaration => ts.isImportDeclaration(each) && each.importClause?.name?.text === handle.text,
  );
  let uses = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === handle.text) uses += 1;
    ts.forEachChild(node, visit);
  };
  visit(source);
  // Nothing else is left of the import.
  const leftOver = imports !== undefined && imports.importClause?.namedBindings === undefined && uses === 2;
  const edits: readonly ts.Node[] = leftOver ? [imports, statement] : [statement];
  return {
    name: name !== undefined && ts.isPropertyAssignment(name) && ts.isStringLiteral(name.initializer) ? name.initializer.text : null,
    options: properties.map((each) => each.getText()),
    edits: edits.map((each) => ({ range: wholeLines(each), newText: "" })),
  };
}

function wholeLines(node: ts.Node): Range {
  const source = node.getSourceFile();
  const { text } = source;
  const [, after = ""] = /^([ \t]*(?:\r?\n)?)/.exec(text.slice(node.end)) ?? [];
  const before = /[ \t]*$/.exec(text.slice(0, node.getStart()))?.[0].length ?? 0;
  return rangeIn(source, node.getStart() - before, node.end + after.length);
}

function isData(expression: ts.Expression): boolean {
  const value = unwrap(expression);
  if (ts.isArrayLiteralExpression(value)) return value.elements.every(isData);
  if (ts.isObjectLiteralExpression(value))
    return value.properties.every(
      (each) => ts.isPropertyAssignment(each) && !ts.isComputedPropertyName(each.name) && isData(each.initializer),
    );
  return ts.isStringLiteral(value) || ts.isNumericLiteral(value) || /^(?:true|false|null|-\d+)$/.test(value.getText());
}
