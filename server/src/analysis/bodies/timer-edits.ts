/** Writes a timer that a handler sets as an info that the process sends to itself: in the protocol, in the definition, and where it is set. */
import { definitionNodes } from "../definition.ts";
import { defaultCall, unwrap } from "../find.ts";
import { isReference } from "../outside-names.ts";
import { rangeIn } from "../source-place.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";
import { functionAround } from "./kept-code.ts";
import type { TextEdit } from "./round-edits.ts";
import { forEachOwn } from "./running.ts";

/** @returns null where the function takes something along that an info would not have, or there is no place to write to. */
export function timerEdits(call: ts.CallExpression, name: string, names: FileNames): readonly TextEdit[] | null {
  const [callback, delay] = call.arguments;
  const fn = callback === undefined ? undefined : unwrap(callback);
  if (
    fn === undefined ||
    !(ts.isArrowFunction(fn) || ts.isFunctionExpression(fn)) ||
    fn.parameters.length > 0 ||
    fn.asteriskToken !== undefined
  )
    return null;
  if (delay === undefined || call.arguments.length > 2 || !ts.isExpressionStatement(call.parent) || !/^set(Timeout|Interval)$/.test(name))
    return null;
  const repeats = name === "setInterval";
  if (repeats && !isConstant(delay, names)) return null;
  const place = placeOf(call);
  const taken = place === null ? null : takenAlong(fn, place.context, names);
  if (place === null || taken === null) return null;
  const { context, pattern, property, section } = place;
  const source = call.getSourceFile();
  const info = freeName(repeats ? "tick" : "later", place);
  const self = pattern.elements.find(({ name: local, propertyName }) => (propertyName ?? local).getText() === "self");
  // Another `self` may stand in the handler's own functions.
  if (self === undefined ? /\bself\b/.test(context.parent.getText()) : self.name.getText() !== "self") return null;
  const indent = /[^\n]*$/.exec(source.text.slice(0, section.getStart()))?.[0] ?? "";
  if (/\S/.test(indent)) return null;
  const used = ["state", "self"].filter((each) => taken.has(each) || (each === "self" && repeats));
  const async = fn.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true ? "async " : "";
  const handler = [
    `${info}: ${async}({ ${[...used, "next"].join(", ")} }) => {`,
    ...bodyLines(fn.body).map((line) => (line === "" ? "" : `  ${line}`)),
    ...(repeats ? [`  self.sendAfter(${delay.getText()}, "${info}");`] : []),
    "  return next();",
    "},",
  ];
  const at = (position: number, newText: string): TextEdit => ({ range: rangeIn(source, position, position), newText });
  const replace = (node: ts.Node, newText: string): TextEdit => ({ range: rangeIn(source, node.getStart(), node.end), newText });
  const last = pattern.elements.at(-1);
  return [
    ...(place.declared === null
      ? [at(place.members.end, `${place.members.hasTrailing}\n  infos: { ${info}(): void };`)]
      : [at(place.declared.end, `${place.declared.before}${info}(): void;`)]),
    replace(call, `self.sendAfter(${delay.getText()}, "${info}")`),
    ...(self !== undefined ? [] : [last === undefined ? replace(pattern, "{ self }") : at(last.end, ", self")]),
    property === null
      ? at(section.end, `,\n${indent}infos: {\n${indented(handler, `${indent}  `)}\n${indent}}`)
      : at(property.end, `\n${indented(handler, `${indent}  `)}`),
  ];
}

interface Place {
  /** The handler's first parameter. */
  readonly context: ts.ParameterDeclaration;
  readonly pattern: ts.ObjectBindingPattern;
  /** The section that the handler stands in, after which `infos` comes. */
  readonly section: ts.ObjectLiteralElementLike;
  /** Behind the brace of `infos` in the definition; null where there are none. */
  readonly property: { readonly end: number } | null;
  /** The same in the protocol, with what stands between that and its first member. */
  readonly declared: { readonly end: number; readonly before: string } | null;
  /** The end of the protocol's members. */
  readonly members: { readonly end: number; readonly hasTrailing: string };
  readonly names: readonly string[];
}

function placeOf(call: ts.CallExpression): Place | null {
  const source = call.getSourceFile();
  const definition = defaultCall(source);
  const object = definition === undefined ? null : definitionNodes(definition).object;
  const handler = functionAround(call);
  if (definition === undefined || object === null || !(ts.isArrowFunction(handler) || ts.isMethodDeclaration(handler))) return null;
  const section = object.properties.find((each) => each.pos <= call.pos && call.end <= each.end);
  const table = section !== undefined && ts.isPropertyAssignment(section) ? unwrap(section.initializer) : undefined;
  const own = ts.isMethodDeclaration(handler) ? handler : handler.parent;
  if (section === undefined || table === undefined || own.parent !== table || !/^(calls|casts|infos)$/.test(section.name?.getText() ?? ""))
    return null;
  const [context] = handler.parameters;
  if (
    context === undefined ||
    !ts.isObjectBindingPattern(context.name) ||
    context.name.elements.some(({ dotDotDotToken }) => dotDotDotToken !== undefined)
  )
    return null;
  const [type] = definition.typeArguments ?? [];
  const name = type !== undefined && ts.isTypeReferenceNode(type) && type.typeArguments === undefined ? type.typeName.getText() : "";
  const [protocol, ...others] = source.statements.filter((each) => ts.isInterfaceDeclaration(each) && each.name.text === name);
  if (protocol === undefined || others.length > 0 || !ts.isInterfaceDeclaration(protocol) || protocol.heritageClauses !== undefined)
    return null;
  const infos = protocol.members.find((each) => each.name?.getText() === "infos");
  const declared = infos !== undefined && ts.isPropertySignature(infos) ? infos.type : undefined;
  const present = object.properties.find((each) => each.name?.getText() === "infos");
  const written = present !== undefined && ts.isPropertyAssignment(present) ? unwrap(present.initializer) : undefined;
  if ((infos === undefined) !== (present === undefined) || object.properties.some(ts.isSpreadAssignment)) return null;
  if (infos !== undefined && (declared === undefined || !ts.isTypeLiteralNode(declared))) return null;
  if (declared !== undefined && ts.isTypeLiteralNode(declared) && declared.members.length === 0) return null;
  if (
    present !== undefined &&
    (written === undefined || !ts.isObjectLiteralExpression(written) || !/^\{[ \t]*\n\s*[^\s}]/.test(written.getText()))
  )
    return null;
  const lastMember = protocol.members.at(-1);
  if (lastMember === undefined) return null;
  return {
    context,
    pattern: context.name,
    section,
    property: written === undefined ? null : { end: written.getStart() + 1 },
    declared: declared === undefined ? null : { end: declared.getStart() + 1, before: /^\{(\s*)/.exec(declared.getText())?.[1] ?? " " },
    members: { end: lastMember.end, hasTrailing: /[;,]$/.test(lastMember.getText()) ? "" : ";" },
    names: declared !== undefined && ts.isTypeLiteralNode(declared) ? declared.members.map((each) => each.name?.getText() ?? "") : [],
  };
}

function freeName(wanted: string, { names }: Place): string {
  let name = wanted;
  for (let count = 2; names.includes(name); count += 1) name = `${wanted}${count}`;
  return name;
}

/** What of the handler's context the function uses; null where it uses more of the handler than that. */
function takenAlong(
  fn: ts.ArrowFunction | ts.FunctionExpression,
  context: ts.ParameterDeclaration,
  names: FileNames,
): ReadonlySet<string> | null {
  const taken = new Set<string>();
  let fits = true;
  forEachOwn(fn, (node) => {
    if (ts.isReturnStatement(node)) fits = false;
  });
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (node.kind === ts.SyntaxKind.ThisKeyword || (ts.isIdentifier(node) && /^(next|arguments)$/.test(node.text))) fits = false;
    if (ts.isIdentifier(node) && isReference(node)) {
      const meaning = names.meaningOf(node);
      if (meaning?.kind === "local" && !meaning.top && !isWithin(meaning.declaration, fn)) {
        if (meaning.declaration === context && isPlainly(context, node.text)) taken.add(node.text);
        else fits = false;
      }
    } else if (ts.isShorthandPropertyAssignment(node)) {
      const meaning = names.meaningOf(node.name);
      if (meaning?.kind === "local" && !meaning.top && !isWithin(meaning.declaration, fn)) fits = false;
    }
    ts.forEachChild(node, visit);
  };
  visit(fn.body);
  // What is within a template belongs to the text, so it cannot be moved.
  return fits && !/`[^`]*\n/.test(fn.body.getText()) ? taken : null;
}

/** `{ state }`, and not `{ state: old }`. */
function isPlainly({ name }: ts.ParameterDeclaration, local: string): boolean {
  return (
    (local === "state" || local === "self") &&
    ts.isObjectBindingPattern(name) &&
    name.elements.some((each) => each.name.getText() === local && each.propertyName === undefined && each.initializer === undefined)
  );
}

function isWithin(node: ts.Node, outer: ts.Node): boolean {
  return outer.pos <= node.pos && node.end <= outer.end;
}

function isConstant(delay: ts.Expression, names: FileNames): boolean {
  if (ts.isNumericLiteral(delay)) return true;
  const meaning = ts.isIdentifier(delay) ? names.meaningOf(delay) : undefined;
  return meaning?.kind === "import" || (meaning?.kind === "local" && meaning.top);
}

/** The lines of a function's body, without their common indentation. */
function bodyLines(body: ts.ConciseBody): readonly string[] {
  if (!ts.isBlock(body)) return `${body.getText()};`.split("\n").map((line, index) => (index === 0 ? line : line.trimStart()));
  const text = body.getSourceFile().text.slice(body.getStart() + 1, body.end - 1);
  const lines = text
    .replace(/^[ \t]*\n/, "")
    .trimEnd()
    .split("\n");
  const common = /^\s*/.exec(lines[0] ?? "")?.[0] ?? "";
  return lines.map((line) => (line.startsWith(common) ? line.slice(common.length) : line.trimStart()));
}

function indented(lines: readonly string[], indent: string): string {
  return lines.map((line) => (line === "" ? "" : indent + line)).join("\n");
}
