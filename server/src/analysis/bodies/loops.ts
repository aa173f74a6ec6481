/**
 * What never comes to an end in a handler, or in what a handler calls or starts: loops without a way out, a function that awaits itself for
 * ever, iterations over what never ends, and promises that nobody settles. Only what is certain by the syntax of the file.
 */
import { isAssignment, namesIn, rootOf } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { functionOf } from "./handlers.ts";
import { isCaught, forEachOwn, type Running, runningIn } from "./running.ts";
import { roundEdits, type TextEdit } from "./round-edits.ts";

export interface Endless {
  /**
   * `forever`: a loop whose condition is always true. `unchanged`: one whose condition is decided by variables that nothing in it changes;
   * `unwritten`: by fields that nothing in it changes, unless somebody else does. `recursion`: a function that awaits itself.
   * `iteration`: over what never ends. `promise`: one that nobody settles.
   */
  readonly kind: "forever" | "unchanged" | "unwritten" | "recursion" | "iteration" | "promise";
  readonly range: Range;
  /** The condition, the function's name, what is iterated over. */
  readonly text: string;
  /** The handler that it runs for. */
  readonly handler: readonly string[];
  /** The function that it stands in, empty where it has no name; null where it is the handler itself. */
  readonly through: string | null;
  /** Whether the handler waits for it; else it goes on when the handler has returned. */
  readonly waitedFor: boolean;
  /** Whether there is an `await` in it, so that others get their turn. */
  readonly awaits: boolean;
  /** What makes of the loop a message that the process sends to itself; null where that takes more. */
  readonly round: readonly TextEdit[] | null;
}

type Iteration = ts.WhileStatement | ts.DoStatement | ts.ForStatement | ts.ForOfStatement;

export function loops(body: BodySource): readonly Endless[] {
  const found: Endless[] = [];
  for (const running of runningIn(body)) {
    const { function: fn, handler, through, waitedFor } = running;
    const add = (kind: Endless["kind"], range: Range, text: string, awaits: boolean, round: Endless["round"] = null): void => {
      found.push({ kind, range, text, handler, through, waitedFor, awaits, round });
    };
    forEachOwn(fn, (node) => {
      if (ts.isWhileStatement(node) || ts.isDoStatement(node) || ts.isForStatement(node)) {
        const endless = endlessLoop(node, running, body);
        if (endless === null) return;
        const condition = conditionOf(node)?.getText() ?? "";
        add(endless, headOf(node), condition, hasOwn(node, isPause), endless === "forever" ? roundEdits(node, running) : null);
      } else if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) {
        if (isEndlessIterable(node.expression, body) && isInescapable(node, running, body))
          add("iteration", headOf(node), node.expression.getText(), true);
      } else if (ts.isAwaitExpression(node) && waitedFor && isNeverSettled(node.expression, body)) {
        add("promise", rangeOf(node.expression), "", true);
      }
    });
    const again = selfCall(fn, body);
    if (again !== undefined && !running.caught) add("recursion", rangeOf(again.expression), again.expression.getText(), true);
  }
  return found.toSorted((one, other) => one.range.start.line - other.range.start.line || one.range.start.column - other.range.start.column);
}

function endlessLoop(loop: Exclude<Iteration, ts.ForOfStatement>, running: Running, body: BodySource): Endless["kind"] | null {
  const condition = conditionOf(loop);
  const kind = condition === undefined || isAlways(true, condition, body) ? "forever" : unchangedCondition(condition, loop, body);
  return kind !== null && isInescapable(loop, running, body) ? kind : null;
}

function conditionOf(loop: Exclude<Iteration, ts.ForOfStatement>): ts.Expression | undefined {
  return ts.isForStatement(loop) ? loop.condition : loop.expression;
}

/** From the keyword to the end of the condition. */
function headOf(loop: Iteration): Range {
  if (ts.isDoStatement(loop)) return rangeOf(loop.expression);
  return rangeIn(loop.getSourceFile(), loop.getStart(), loop.statement.pos);
}

/** Whether an expression has one truth value, whenever it is asked. */
function isAlways(value: boolean, expression: ts.Expression, body: BodySource, depth = 0): boolean {
  const bare = unwrap(expression);
  if (bare.kind === ts.SyntaxKind.TrueKeyword) return value;
  if (bare.kind === ts.SyntaxKind.FalseKeyword) return !value;
  if (ts.isNumericLiteral(bare)) return (Number(bare.text) !== 0) === value;
  if (ts.isPrefixUnaryExpression(bare) && bare.operator === ts.SyntaxKind.ExclamationToken)
    return isAlways(!value, bare.operand, body, depth);
  if (!ts.isIdentifier(bare) || depth > 3) return false;
  const meaning = body.names.meaningOf(bare);
  if (meaning?.kind !== "local" || !ts.isVariableDeclaration(meaning.declaration)) return false;
  const { parent, name, initializer } = meaning.declaration;
  if (!ts.isVariableDeclarationList(parent) || (parent.flags & ts.NodeFlags.Const) === 0 || !ts.isIdentifier(name)) return false;
  return initializer !== undefined && isAlways(value, initializer, body, depth + 1);
}

/** Whether nothing in the loop decides anew what its condition says: of variables, or of the fields of objects. */
function unchangedCondition(condition: ts.Expression, loop: Iteration, body: BodySource): "unchanged" | "unwritten" | null {
  const roots: ts.Identifier[] = [];
  const read = readOnly(condition, roots);
  if (read === null || roots.length === 0) return null;
  for (const root of roots) {
    const meaning = body.names.meaningOf(root);
    if (meaning?.kind !== "local" || ts.isModuleDeclaration(meaning.declaration)) return null;
    if (writesTo(root.text, body.source).some((write) => contains(loop, write) || functionAround(write) !== functionAround(loop)))
      return null;
  }
  if (read === "variables") return "unchanged";
  return hasOwn(loop, mayChangeFields) ? null : "unwritten";
}

/** What an expression reads, where it does nothing but read and reckon; null for any other. */
function readOnly(expression: ts.Expression, roots: ts.Identifier[]): "variables" | "fields" | null {
  const bare = unwrap(expression);
  if (ts.isIdentifier(bare)) {
    if (bare.text !== "undefined") roots.push(bare);
    return "variables";
  }
  if (ts.isLiteralExpression(bare) || /^(true|false|null)$/.test(bare.getText())) return "variables";
  if (ts.isPropertyAccessExpression(bare)) return readOnly(bare.expression, roots) === null ? null : "fields";
  if (ts.isElementAccessExpression(bare))
    return readOnly(bare.expression, roots) === null || readOnly(bare.argumentExpression, roots) === null ? null : "fields";
  if (ts.isTypeOfExpression(bare)) return readOnly(bare.expression, roots);
  if (ts.isPrefixUnaryExpression(bare)) return /^(\+\+|--)/.test(bare.getText()) ? null : readOnly(bare.operand, roots);
  const operation: ts.Expression = bare;
  if (isAssignment(operation) || !ts.isBinaryExpression(operation)) return null;
  const [left, right] = [readOnly(operation.left, roots), readOnly(operation.right, roots)];
  return left === null || right === null ? null : left === "fields" ? left : right;
}

/** Where something is assigned to a variable of this name; variables of the same name are not told apart. */
function writesTo(name: string, source: ts.SourceFile): readonly ts.Node[] {
  let all = writes.get(source);
  if (all === undefined) {
    const found = new Map<string, ts.Node[]>();
    const put = (name: string, node: ts.Node): void => {
      found.set(name, [...(found.get(name) ?? []), node]);
    };
    const add = (target: ts.Node): void => {
      if (ts.isIdentifier(target)) put(target.text, target);
      else if (ts.isArrayLiteralExpression(target) || ts.isObjectLiteralExpression(target)) target.forEachChild(add);
      else if (ts.isPropertyAssignment(target)) add(target.initializer);
      else if (ts.isShorthandPropertyAssignment(target)) add(target.name);
      else if (ts.isSpreadElement(target) || ts.isSpreadAssignment(target)) add(target.expression);
      else if (isAssignment(target)) add(target.left);
      else if (ts.isExpression(target) && unwrap(target) !== target) add(unwrap(target));
    };
    const visit = (node: ts.Node): void => {
      if (isAssignment(node)) add(node.left);
      else if (isStep(node)) add(node.operand);
      else if (ts.isVariableDeclaration(node) && isVar(node) && node.initializer !== undefined)
        namesIn(node.name).forEach((name) => put(name, node));
      else if ((ts.isForOfStatement(node) || ts.isForInStatement(node)) && !ts.isVariableDeclarationList(node.initializer))
        add(node.initializer);
      ts.forEachChild(node, visit);
    };
    visit(source);
    writes.set(source, (all = found));
  }
  return all.get(name) ?? [];
}

const writes = new WeakMap<ts.SourceFile, ReadonlyMap<string, readonly ts.Node[]>>();

/** One that may be declared again, and is assigned to then. */
function isVar({ parent }: ts.VariableDeclaration): boolean {
  return ts.isVariableDeclarationList(parent) && (parent.flags & ts.NodeFlags.BlockScoped) === 0;
}

function isStep(node: ts.Node): node is ts.PrefixUnaryExpression | ts.PostfixUnaryExpression {
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return false;
  return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
}

function mayChangeFields(node: ts.Node): boolean {
  if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node) || isPause(node)) return true;
  if (ts.isDeleteExpression(node) || ts.isSpreadElement(node) || ts.isForOfStatement(node)) return true;
  return (isAssignment(node) && !ts.isIdentifier(node.left)) || (isStep(node) && !ts.isIdentifier(rootOf(node.operand)));
}

function isPause(node: ts.Node): boolean {
  return ts.isAwaitExpression(node) || ts.isYieldExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
}

/** Whether a loop whose condition never ends it has no other way out, not even one that is hard to see. */
function isInescapable(loop: Iteration, running: Running, body: BodySource): boolean {
  if (hasOwn(loop, (node) => leaves(node, loop, body))) return false;
  // What somebody catches is how such a loop ends.
  const caught = running.caught || isCaught(loop, running.function);
  return !caught || !hasOwn(loop, mayThrow);
}

function leaves(node: ts.Node, loop: Iteration, body: BodySource): boolean {
  if (ts.isReturnStatement(node) || ts.isYieldExpression(node)) return true;
  if (ts.isThrowStatement(node)) return !isCaught(node, loop);
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) return jumpsOut(node, loop);
  // Who hands on a signal, or looks at one, is told by it to end, mostly by an exception.
  if (ts.isIdentifier(node)) return /signal|abort|cancel/i.test(node.text);
  if (!ts.isCallExpression(node)) return false;
  const meaning = body.names.meaningOf(node.expression);
  if (meaning?.kind === "import" && /^(node:)?assert(\/strict)?$/.test(meaning.from)) return true;
  const called = functionOf(node.expression, body.names);
  if (called?.type?.kind === ts.SyntaxKind.NeverKeyword) return true;
  return isExit(node);
}

function jumpsOut(jump: ts.BreakOrContinueStatement, loop: Iteration): boolean {
  const { label } = jump;
  for (let at: ts.Node = jump.parent; ; at = at.parent) {
    if (label === undefined) {
      if (at === loop) return ts.isBreakStatement(jump);
      if (ts.isIterationStatement(at, false) || (ts.isSwitchStatement(at) && ts.isBreakStatement(jump))) return false;
    } else if (ts.isLabeledStatement(at) && at.label.text === label.text) {
      if (contains(loop, at)) return false;
      return ts.isBreakStatement(jump) || bareStatement(at) !== loop;
    }
    if (ts.isSourceFile(at)) return true;
  }
}

function bareStatement(labeled: ts.LabeledStatement): ts.Statement {
  let statement: ts.Statement = labeled;
  while (ts.isLabeledStatement(statement)) statement = statement.statement;
  return statement;
}

function mayThrow(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isThrowStatement(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    isPause(node)
  );
}

/** `on(emitter, "message")` of `node:events`, and `setInterval(1000)` of `node:timers/promises`, without options that could end them. */
export function isEndlessIterable(expression: ts.Expression, { names }: BodySource): boolean {
  const call = unwrap(expression);
  if (!ts.isCallExpression(call) || call.arguments.length > 2) return false;
  const meaning = names.meaningOf(call.expression);
  if (meaning?.kind !== "import") return false;
  return (
    (meaning.name === "on" && /^(node:)?events$/.test(meaning.from)) ||
    (meaning.name === "setInterval" && /^(node:)?timers\/promises$/.test(meaning.from))
  );
}

/** `new Promise` whose executor has no use for what would settle it. */
function isNeverSettled(awaited: ts.Expression, { names }: BodySource): boolean {
  const made = unwrap(awaited);
  if (!ts.isNewExpression(made)) return false;
  const meaning = names.meaningOf(made.expression);
  const executor = made.arguments?.[0] === undefined ? undefined : unwrap(made.arguments[0]);
  if (meaning?.kind !== "global" || meaning.name !== "Promise" || executor === undefined) return false;
  if (!ts.isArrowFunction(executor) && !ts.isFunctionExpression(executor)) return false;
  if (executor.parameters.some(({ name, dotDotDotToken }) => !ts.isIdentifier(name) || dotDotDotToken !== undefined)) return false;
  const settlers = new Set(["arguments", ...executor.parameters.map(({ name }) => name.getText())]);
  const settles = (node: ts.Node): boolean =>
    ts.isThrowStatement(node) ||
    (ts.isIdentifier(node) && settlers.has(node.text)) ||
    ts.forEachChild(node, (child) => settles(child)) === true;
  return !settles(executor.body);
}

/** The call by which a function waits for itself, whatever else it does. */
function selfCall(fn: Running["function"], body: BodySource): ts.CallExpression | undefined {
  const isAsync = ts.getModifiers(fn)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
  if (!isAsync || fn.asteriskToken !== undefined || fn.body === undefined || !ts.isBlock(fn.body)) return undefined;
  const block = fn.body;
  if (hasOwn(block, (node) => (ts.isReturnStatement(node) && !isTail(node)) || ts.isThrowStatement(node) || isSignal(node)))
    return undefined;
  for (const statement of block.statements) {
    const value = isTail(statement) || ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (value === undefined) continue;
    const awaited = unwrap(value);
    const call = ts.isAwaitExpression(awaited) ? unwrap(awaited.expression) : ts.isReturnStatement(statement) ? awaited : undefined;
    if (call !== undefined && ts.isCallExpression(call) && functionOf(call.expression, body.names) === fn) return call;
  }
  return undefined;

  function isTail(node: ts.Node): node is ts.ReturnStatement {
    return ts.isReturnStatement(node) && node.parent === block;
  }
}

function isSignal(node: ts.Node): boolean {
  return ts.isIdentifier(node) ? /signal|abort|cancel/i.test(node.text) : isExit(node);
}

function isExit(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /^(process\.(exit|abort)|Deno\.exit)$/.test(node.expression.getText());
}

function hasOwn(node: ts.Node, holds: (node: ts.Node) => boolean): boolean {
  let found = false;
  forEachOwn(node, (each) => {
    found ||= holds(each);
  });
  return found;
}

function contains(outer: ts.Node, inner: ts.Node): boolean {
  return inner.pos >= outer.pos && inner.end <= outer.end && inner !== outer;
}

function functionAround(node: ts.Node): ts.Node {
  let at = node.parent;
  while (!ts.isFunctionLike(at) && !ts.isSourceFile(at)) at = at.parent;
  return at;
}
