/**
 * Brings back a message that was removed, with a handler that only takes it, or with that of another message: old senders, and messages that
 * wait, still find one.
 */
import type { ProjectFacts } from "../facts.ts";
import type { Section } from "../protocol-shapes.ts";
import type { FileEdit } from "../rule.ts";
import { primitive } from "../shape.ts";
import { keyText, slotsText } from "../type-text.ts";
import { ts } from "../typescript.ts";
import { indent, list } from "./code.ts";
import { insertMembers, insertProperties } from "./insert.ts";
import { obviousValue } from "./obvious-value.ts";
import { inFile, stepContext, type TypedFacts, typeEdits } from "./step-context.ts";

export function keepHandler(facts: TypedFacts, project: ProjectFacts, section: Section, name: string, like?: string): readonly FileEdit[] {
  const { baseline, tree, source } = facts;
  const message = baseline?.shapes[section].find((each) => each.name === name);
  const protocol = protocolOf(facts);
  const { object } = tree.nodes;
  if (baseline === null || message === undefined || protocol === undefined || object === null) return [];
  if (source.protocol[section].some((each) => each.name === name)) return [];
  const context = stepContext(facts, project, baseline, null);
  const { layout, old } = context;
  const slots = message.args.slots;
  const reply = message.reply ?? primitive("undefined");
  // The frozen types of slots are those of the release; names that still mean the same stay names.
  const parameters = slotsText(
    slots.map((slot) => slot),
    { ...old.types.options },
    true,
  );
  const result = section === "calls" ? (old.types.text(reply) === "undefined" ? "void" : old.types.text(reply)) : "void";
  const member = `/** @deprecated Kept for senders of version ${baseline.vsn}. */\n${keyText(name)}(${parameters}): ${result}`;
  const value = section === "calls" ? obviousValue(reply, layout) : undefined;
  const taking =
    section !== "calls"
      ? `// instar: review what old senders of ${name} are to get.\n${keyText(name)}: ({ next }) => next()`
      : value === undefined
        ? `// instar: review what old callers of ${name} are to get.\n${keyText(name)}: () => {\n${layout.unit}throw new Error(${JSON.stringify(`${name} is gone since version ${baseline.vsn}.`)});\n}`
        : `// instar: review what old callers of ${name} are to get.\n${keyText(name)}: ({ reply }) => reply(${value === "undefined" ? "undefined" : value})`;
  const types = members(protocol, section);
  const handlers = properties(object, section);
  if (types === undefined || handlers === undefined) return [];
  const copied = like === undefined ? taking : copyOf(handlers, like, name);
  if (copied === undefined) return [];
  const edits = [
    ...(types === null
      ? insertMembers(protocol, [`${section}: {\n${indent(member, layout.unit)};\n}`], layout)
      : insertMembers(types, [member], layout)),
    ...(handlers === null
      ? insertProperties(object, [`${section}: ${list("{", [copied], "}", { broken: true, layout })}`], layout)
      : insertProperties(handlers, [copied], layout)),
  ];
  return [...typeEdits(context, [member]), ...inFile(edits, layout)];
}

/** A handler's text under another name. */
function copyOf(handlers: ts.ObjectLiteralExpression | null, like: string, name: string): string | undefined {
  const own = handlers?.properties.find((each) => each.name !== undefined && ts.isPropertyName(each.name) && textOf(each.name) === like);
  if (own?.name === undefined) return undefined;
  const { text } = own.getSourceFile();
  const start = own.getStart();
  const margin = /[ \t]*$/.exec(text.slice(0, start))?.[0] ?? "";
  const rest = ts.isShorthandPropertyAssignment(own) ? `: ${own.name.text}` : text.slice(own.name.getEnd(), own.getEnd());
  const prefix = text.slice(start, own.name.getStart());
  return `${prefix}${keyText(name)}${rest.replaceAll(`\n${margin}`, "\n")}`;
}

function textOf(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : name.getText();
}

/** The protocol's interface, where it is written in the module's own file. */
function protocolOf({ tree }: TypedFacts): ts.InterfaceDeclaration | ts.TypeLiteralNode | undefined {
  const name = tree.call.typeArguments?.[0]?.getText();
  for (const statement of tree.source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name) return statement;
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name && ts.isTypeLiteralNode(statement.type)) return statement.type;
  }
  return undefined;
}

/** The messages of a section; null where it has none, undefined where they are not written out. */
function members(protocol: ts.InterfaceDeclaration | ts.TypeLiteralNode, section: Section): ts.TypeLiteralNode | null | undefined {
  const own = protocol.members.find((each) => each.name?.getText() === section);
  if (own === undefined) return null;
  return ts.isPropertySignature(own) && own.type !== undefined && ts.isTypeLiteralNode(own.type) ? own.type : undefined;
}

function properties(object: ts.ObjectLiteralExpression, section: Section): ts.ObjectLiteralExpression | null | undefined {
  const own = object.properties.find((each) => each.name?.getText() === section);
  if (own === undefined) return null;
  return ts.isPropertyAssignment(own) && ts.isObjectLiteralExpression(own.initializer) ? own.initializer : undefined;
}
