/** Where a file speaks of an actor's messages: its protocol, its handlers, and the steps that translate queued ones. */
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { definitionNodes } from "../definition.ts";
import { defaultCall, unwrap, valueOf } from "../find.ts";
import { type Section, sections } from "../protocol-shapes.ts";
import { dropFunction, runtimePackage } from "../runtime-names.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames } from "./file-names.ts";

export type ActorMessage =
  /** An interface, or a type, that says how an actor starts. */
  | { readonly what: "protocol"; readonly name: string; readonly range: Range }
  | { readonly what: "handled"; readonly section: Section; readonly name: string; readonly range: Range }
  | {
      readonly what: "translated";
      /** The version that the step starts from. */
      readonly from: number;
      readonly name: string;
      readonly range: Range;
      readonly up: Translation;
      readonly down: Translation;
    }
  /** Steps, or parts of them, that are not written out: they may translate anything. */
  | { readonly what: "open"; readonly from: number | null };

/** What becomes of a queued message; `open` where it is not written out. */
export type Translation = "none" | "function" | "drop" | "open";

export function actorMessages({ source, names }: BodySource): readonly ActorMessage[] {
  const found: ActorMessage[] = source.statements.flatMap(protocolIn);
  const call = defaultCall(source);
  if (call === undefined) return found;
  const { object, codeChange, steps } = definitionNodes(call);
  if (object === null) return [...found, { what: "open", from: null }];
  for (const section of sections) {
    const table = property(object, section);
    if (table === undefined || !ts.isObjectLiteralExpression(table)) continue;
    for (const handler of table.properties) {
      const name = keyOf(handler);
      if (name !== undefined && handler.name !== undefined) found.push({ what: "handled", section, name, range: rangeOf(handler.name) });
    }
  }
  if (codeChange === undefined) found.push({ what: "open", from: null });
  for (const { from, object: step } of steps) {
    if (from === null) continue;
    if (step === null) found.push({ what: "open", from });
    else found.push(...translatedIn(step, from, names));
  }
  return found;
}

function protocolIn(statement: ts.Statement): readonly ActorMessage[] {
  const members = ts.isInterfaceDeclaration(statement)
    ? statement.members
    : ts.isTypeAliasDeclaration(statement) && ts.isTypeLiteralNode(statement.type)
      ? statement.type.members
      : undefined;
  if (members === undefined || !(ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))) return [];
  const starts = members.some(({ name }) => name !== undefined && ts.isIdentifier(name) && name.text === "init");
  return starts ? [{ what: "protocol", name: statement.name.text, range: rangeOf(statement.name) }] : [];
}

function translatedIn(step: ts.ObjectLiteralExpression, from: number, names: FileNames): readonly ActorMessage[] {
  const open: ActorMessage = { what: "open", from };
  const messages = property(step, "messages");
  if (messages === undefined) return step.properties.some(ts.isSpreadAssignment) ? [open] : [];
  if (!ts.isObjectLiteralExpression(messages)) return [open];
  return messages.properties.flatMap((entry): readonly ActorMessage[] => {
    const name = keyOf(entry);
    if (name === undefined || entry.name === undefined) return [open];
    return [{ what: "translated", from, name, range: rangeOf(entry.name), ...translation(entry, names) }];
  });
}

function translation(entry: ts.ObjectLiteralElementLike, names: FileNames): { readonly up: Translation; readonly down: Translation } {
  // A function alone is for the way up; what is dropped is dropped up alone, too.
  if (ts.isMethodDeclaration(entry)) return { up: "function", down: "none" };
  const value = ts.isPropertyAssignment(entry) ? valueOf(entry.initializer) : undefined;
  if (value === undefined || !ts.isObjectLiteralExpression(value)) return { up: kindOf(value, names), down: "none" };
  const spread = value.properties.some(ts.isSpreadAssignment);
  const part = (name: string): Translation => {
    const own = value.properties.findLast((each) => keyOf(each) === name);
    if (own === undefined) return spread ? "open" : "none";
    if (ts.isMethodDeclaration(own)) return "function";
    return kindOf(ts.isPropertyAssignment(own) ? valueOf(own.initializer) : undefined, names);
  };
  return { up: part("up"), down: part("down") };
}

function kindOf(value: ts.Expression | undefined, names: FileNames): Translation {
  if (value === undefined) return "open";
  if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) return "function";
  if (!ts.isCallExpression(value)) return "open";
  const meaning = names.meaningOf(value.expression);
  return meaning?.kind === "import" && meaning.from === runtimePackage && meaning.name === dropFunction ? "drop" : "open";
}

function property(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = object.properties.findLast((each) => keyOf(each) === name);
  if (found === undefined) return undefined;
  if (ts.isPropertyAssignment(found)) return valueOf(found.initializer);
  return ts.isShorthandPropertyAssignment(found) ? unwrap(valueOf(found.name)) : undefined;
}

function keyOf(element: ts.ObjectLiteralElementLike): string | undefined {
  const { name } = element;
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) ? name.text : undefined;
}
