/** Whether a step gives a promise in place of a state, and how it would not. */
import type { FileEdit } from "../rule.ts";
import type { FunctionNode } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";
import { functionMeant } from "./reached-functions.ts";

export interface StepPromise {
  /** As a message shows it: `async`, `Promise.resolve(…)`. */
  readonly text: string;
  readonly range: Range;
  /** Whether it waits for something. */
  readonly waits: boolean;
  /** What makes it synchronous where it waits for nothing; null where it does, or may. */
  readonly edits: readonly Omit<FileEdit, "file">[] | null;
}

/** @param own whether the function is the step's alone. */
export function stepPromise(node: FunctionNode, own: boolean, names: FileNames): StepPromise | null {
  const modifier = asyncModifier(node);
  const results = returned(node);
  if (modifier !== undefined) {
    const waits = awaits(node);
    const edits = own && !waits && results.every(isNoPromise) ? [withoutModifier(modifier), ...withoutPromiseType(node)] : null;
    return { text: "async", range: rangeOf(modifier), waits, edits };
  }
  for (const result of results) {
    const promise = promiseIn(result, names);
    if (promise === undefined) continue;
    const edits =
      own && promise.value !== null && results.length === 1 ? [replaced(result, promise.value), ...withoutPromiseType(node)] : null;
    return { text: promise.text, range: rangeOf(result), waits: promise.value === null, edits };
  }
  return null;
}

function asyncModifier(node: FunctionNode): ts.Modifier | undefined {
  return ts.canHaveModifiers(node) ? ts.getModifiers(node)?.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) : undefined;
}

/** The expressions that a function returns itself. */
export function returned(node: FunctionNode): readonly ts.Expression[] {
  const { body } = node;
  if (body === undefined) return [];
  if (!ts.isBlock(body)) return [unwrap(body)];
  const found: ts.Expression[] = [];
  const visit = (part: ts.Node): void => {
    if (ts.isFunctionLike(part) || ts.isClassLike(part)) return;
    if (ts.isReturnStatement(part) && part.expression !== undefined) found.push(unwrap(part.expression));
    ts.forEachChild(part, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}

function awaits(node: FunctionNode): boolean {
  const visit = (part: ts.Node): boolean => {
    if (ts.isAwaitExpression(part) || (ts.isForOfStatement(part) && part.awaitModifier !== undefined)) return true;
    if (ts.isVariableDeclarationList(part) && part.getText().startsWith("await ")) return true;
    return !ts.isFunctionLike(part) && ts.forEachChild(part, (child) => visit(child) || undefined) === true;
  };
  return node.body !== undefined && visit(node.body);
}

/** What a call returns may be a promise, which `async` has been waiting for. */
function isNoPromise(result: ts.Expression): boolean {
  return (
    ts.isObjectLiteralExpression(result) || ts.isArrayLiteralExpression(result) || ts.isIdentifier(result) || ts.isLiteralExpression(result)
  );
}

function promiseIn(result: ts.Expression, names: FileNames): { readonly text: string; readonly value: string | null } | undefined {
  if (ts.isNewExpression(result)) {
    const meaning = names.meaningOf(result.expression);
    return meaning?.kind === "global" && meaning.name === "Promise" ? { text: "new Promise(…)", value: null } : undefined;
  }
  if (!ts.isCallExpression(result)) return undefined;
  const callee = unwrap(result.expression);
  if (ts.isPropertyAccessExpression(callee)) {
    const meaning = names.meaningOf(callee.expression);
    if (meaning?.kind === "global" && meaning.name === "Promise") {
      const [argument] = result.arguments;
      const text = `Promise.${callee.name.text}(…)`;
      if (callee.name.text !== "resolve" || argument === undefined || !isNoPromise(unwrap(argument))) return { text, value: null };
      const value = argument.getText();
      // An object at the beginning of an arrow function's body would be a block.
      return { text, value: ts.isObjectLiteralExpression(argument) && ts.isArrowFunction(result.parent) ? `(${value})` : value };
    }
  }
  const called = functionMeant(callee, names);
  return called !== undefined && asyncModifier(called.node) !== undefined ? { text: `${called.name}(…)`, value: null } : undefined;
}

function withoutModifier(modifier: ts.Modifier): Omit<FileEdit, "file"> {
  const source = modifier.getSourceFile();
  const end = modifier.getEnd();
  const blanks = /^[ \t]*/.exec(source.text.slice(end))?.[0].length ?? 0;
  return { range: rangeIn(source, modifier.getStart(), end + blanks), newText: "" };
}

function withoutPromiseType({ type }: FunctionNode): readonly Omit<FileEdit, "file">[] {
  if (type === undefined || !ts.isTypeReferenceNode(type) || type.typeName.getText() !== "Promise") return [];
  const [inner] = type.typeArguments ?? [];
  return inner === undefined ? [] : [{ range: rangeOf(type), newText: inner.getText() }];
}

function replaced(node: ts.Node, newText: string): Omit<FileEdit, "file"> {
  return { range: rangeOf(node), newText };
}
