/**
 * What the functions of `codeChange` do: what they take from outside and do to the world, where they write into the state that they are
 * given, what may throw, whether they give a promise, and which functions they share with others. Through the functions of the same file.
 */
import { definitionNodes } from "../definition.ts";
import type { FileEdit } from "../rule.ts";
import { isFunction, type FunctionNode } from "../file-functions.ts";
import { defaultCall, unwrap } from "../find.ts";
import { isReference } from "../outside-names.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { type Effects, effectsOf } from "./effects.ts";
import type { FileNames } from "./file-names.ts";
import { type InputWrite, inputWrites } from "./input-writes.ts";
import { type MayThrow, mayThrow } from "./may-throw.ts";
import { rebuiltState } from "./rebuilt-state.ts";
import { eachPart, functionMeant, reachedFunctions } from "./reached-functions.ts";
import { type SharedFunction, sharedFunctions } from "./shared-functions.ts";
import { returned, type StepPromise, stepPromise } from "./step-promise.ts";

export interface StepFunction extends Effects {
  /** The version that the step starts from; null where its key is no whole number. */
  readonly from: number | null;
  readonly part: "up" | "down" | "messages";
  /** `codeChange[1].up`. */
  readonly name: string;
  /** Its key. */
  readonly range: Range;
  readonly promise: StepPromise | null;
  readonly throws: readonly MayThrow[];
  readonly writes: readonly InputWrite[];
  /** The edits by which it returns a new object in place of the one that it has written to; null where that takes more. */
  readonly rebuilt: readonly Omit<FileEdit, "file">[] | null;
  /** Functions of this file that something else than steps uses as well. */
  readonly shared: readonly SharedFunction[];
  /** What it returns where nothing of that is made of what it is given; null where something may be. */
  readonly reset: Reset | null;
  /** How its second parameter is called, and how it gets one where it has none; null where that takes more. */
  readonly extra: { readonly name: string; readonly edit: Omit<FileEdit, "file"> | null } | null;
}

interface Reset {
  /** What the parameter is called; null where there is none, or a pattern. */
  readonly parameter: string | null;
  /** The fields of the object that it returns, where that is written out. */
  readonly fields: readonly { readonly name: string; readonly value: Range }[] | null;
}

export function steps({ source, names }: BodySource): readonly StepFunction[] {
  const call = defaultCall(source);
  if (call === undefined) return [];
  const { codeChange, steps: nodes } = definitionNodes(call);
  const parts = nodes.flatMap(({ from, property, object }) => {
    const key = property.name === undefined ? "" : property.name.getText();
    const all = object === null ? [] : functionsIn(object, names);
    return all.map((part) => ({ ...part, from, path: `codeChange[${key}].${part.path}`, reached: reachedFunctions(part.node, names) }));
  });
  const sharing = sharedFunctions(parts, codeChange ?? null, names);
  return parts.map(({ from, path, part, key, node, own, reached }): StepFunction => {
    const unfinished = isUnfinished(node);
    return {
      from,
      part,
      name: path,
      range: rangeOf(key),
      ...effectsOf(reached, names),
      promise: stepPromise(node, own, names),
      throws: unfinished ? [] : mayThrow(reached, names),
      writes: inputWrites(node, names),
      rebuilt: own ? rebuiltState(node, source) : null,
      shared: sharing.of(reached, `V${from ?? 0}`),
      reset: part === "messages" || unfinished ? null : resetOf(node, names),
      extra: own ? extraOf(node) : null,
    };
  });
}

/** Whether it is as Instar has written it and waits for somebody to say a value: that it throws until then is what it is for. */
function isUnfinished({ body }: FunctionNode): boolean {
  if (body === undefined || !ts.isBlock(body)) return false;
  const declared = body.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => [...declarationList.declarations]);
  return declared.some(({ name }) => ts.isIdentifier(name) && name.text === "undecided");
}

interface Part {
  readonly path: string;
  readonly part: StepFunction["part"];
  readonly key: ts.Node;
  readonly node: FunctionNode;
  /** Whether it is written out in the step. */
  readonly own: boolean;
}

function functionsIn(step: ts.ObjectLiteralExpression, names: FileNames): readonly Part[] {
  return step.properties.flatMap((property): readonly Part[] => {
    const { name } = property;
    if (name === undefined || !ts.isIdentifier(name)) return [];
    const { text } = name;
    if (text === "up" || text === "down")
      return functionOf(property, names).map((found) => ({ ...found, path: text, part: text, key: name }));
    if (text !== "messages" || !ts.isPropertyAssignment(property)) return [];
    const messages = unwrap(property.initializer);
    return ts.isObjectLiteralExpression(messages) ? messages.properties.flatMap((message) => messageFunctions(message, names)) : [];
  });
}

function messageFunctions(message: ts.ObjectLiteralElementLike, names: FileNames): readonly Part[] {
  const { name } = message;
  if (name === undefined || ts.isComputedPropertyName(name)) return [];
  const path = `messages.${name.getText()}`;
  const value = ts.isPropertyAssignment(message) ? unwrap(message.initializer) : undefined;
  if (value === undefined || !ts.isObjectLiteralExpression(value))
    return functionOf(message, names).map((found) => ({ ...found, path, part: "messages", key: name }));
  return value.properties.flatMap((each): readonly Part[] => {
    const direction = each.name;
    if (direction === undefined || !ts.isIdentifier(direction)) return [];
    return functionOf(each, names).map((found) => ({ ...found, path: `${path}.${direction.text}`, part: "messages", key: direction }));
  });
}

function functionOf(property: ts.ObjectLiteralElementLike, names: FileNames): readonly Pick<Part, "node" | "own">[] {
  if (ts.isMethodDeclaration(property)) return [{ node: property, own: true }];
  const value = ts.isPropertyAssignment(property)
    ? unwrap(property.initializer)
    : ts.isShorthandPropertyAssignment(property)
      ? property.name
      : undefined;
  if (value === undefined) return [];
  if (isFunction(value)) return [{ node: value, own: true }];
  const named = functionMeant(value, names) ?? shorthand(value, names);
  return named === undefined ? [] : [{ node: named.node, own: false }];
}

/** `{ up }` speaks of what is declared at the top of the file. */
function shorthand(value: ts.Expression, names: FileNames): ReturnType<typeof functionMeant> {
  if (!ts.isIdentifier(value)) return undefined;
  const meaning = names.meaningOf(value);
  const declaration = meaning?.kind === "local" && meaning.top ? meaning.declaration : undefined;
  return declaration !== undefined && ts.isFunctionDeclaration(declaration) && declaration.body !== undefined
    ? { node: declaration, name: value.text }
    : undefined;
}

function resetOf(node: FunctionNode, names: FileNames): Reset | null {
  const results = returned(node);
  // One that only throws gives no state at all.
  if (results.length === 0) return null;
  const [parameter] = node.parameters;
  let uses = false;
  eachPart(node, (part) => {
    if (!ts.isIdentifier(part) || !isReference(part)) return;
    const meaning = names.meaningOf(part);
    uses ||= meaning?.kind === "global" && meaning.name === "arguments";
    uses ||= meaning?.kind === "local" && node.parameters.some((each) => each === meaning.declaration);
  });
  if (uses) return null;
  const [result] = results;
  const written = results.length === 1 && result !== undefined && ts.isObjectLiteralExpression(result) ? result : undefined;
  const fields = written?.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) && ts.isIdentifier(property.name)
      ? [{ name: property.name.text, value: rangeOf(property.initializer) }]
      : [],
  );
  return {
    parameter: parameter !== undefined && ts.isIdentifier(parameter.name) ? parameter.name.text : null,
    fields: fields !== undefined && fields.length === written?.properties.length ? fields : null,
  };
}

function extraOf(node: FunctionNode): StepFunction["extra"] {
  const [first, second] = node.parameters;
  if (first === undefined || first.dotDotDotToken !== undefined) return null;
  if (second !== undefined) return ts.isIdentifier(second.name) ? { name: second.name.text, edit: null } : null;
  const source = node.getSourceFile();
  // `old => …` has no brackets to put another parameter into.
  const bracket = source.text.slice(first.getEnd()).trimStart();
  if (!bracket.startsWith(")") && !bracket.startsWith(",")) return null;
  return { name: "extra", edit: { range: rangeIn(source, first.getEnd(), first.getEnd()), newText: ", extra?: unknown" } };
}
