/** Where a file writes out a message's arguments, in its protocol and in its handler: for whoever makes one of them optional. */
import type { Section } from "../protocol-shapes.ts";
import { sections } from "../protocol-shapes.ts";
import { rangeIn } from "../source-place.ts";
import type { Range } from "../span.ts";
import { defaultCall } from "../find.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { handlersOf } from "./handlers.ts";

export interface MessageArgument {
  readonly section: Section;
  readonly message: string;
  readonly index: number;
  readonly name: string;
  /** Where the protocol would say that it need not be there; null where it does. */
  readonly declared: Range | null;
  /** Where the handler would say what it is then; null where it does not name it, or says so already. */
  readonly handled: Range | null;
}

/** Only those that have a name in the protocol, and in the handler if that takes them one by one. */
export function messageArguments(body: BodySource): readonly MessageArgument[] {
  const { source } = body;
  const protocol = protocolOf(source);
  if (protocol === undefined) return [];
  const handlers = handlersOf(body);
  return sections.flatMap((section) => {
    const table = protocol.find((each) => each.name?.getText() === section);
    if (table === undefined || !ts.isPropertySignature(table) || table.type === undefined || !ts.isTypeLiteralNode(table.type)) return [];
    const members = table.type.members;
    return members.flatMap((member): readonly MessageArgument[] => {
      const message = member.name === undefined || ts.isComputedPropertyName(member.name) ? undefined : textOf(member.name);
      // Of several signatures, or handlers, each would need its own.
      const alone = members.filter(({ name }) => name?.getText() === member.name?.getText()).length === 1;
      const [handler, ...others] = handlers.filter(({ path }) => path.length === 2 && path[0] === section && path[1] === message);
      if (message === undefined || !alone || !ts.isMethodSignature(member) || handler === undefined || others.length > 0) return [];
      return member.parameters.flatMap((parameter, index): readonly MessageArgument[] => {
        const { name, questionToken, dotDotDotToken } = parameter;
        const taken = handler.function.parameters[index + 1];
        if (!ts.isIdentifier(name) || dotDotDotToken !== undefined) return [];
        if (handler.function.parameters.slice(0, index + 2).some((each) => each.dotDotDotToken !== undefined)) return [];
        if (taken !== undefined && (!ts.isIdentifier(taken.name) || taken.questionToken !== undefined)) return [];
        const at = (offset: number) => rangeIn(source, offset, offset);
        return [
          {
            section,
            message,
            index,
            name: name.text,
            declared: questionToken === undefined ? at(name.end) : null,
            handled: taken === undefined || taken.initializer !== undefined ? null : at(taken.end),
          },
        ];
      });
    });
  });
}

/** The members of the protocol, where it is written in the file. */
function protocolOf(source: ts.SourceFile): readonly ts.TypeElement[] | undefined {
  const [type] = defaultCall(source)?.typeArguments ?? [];
  const name = type !== undefined && ts.isTypeReferenceNode(type) && type.typeArguments === undefined ? type.typeName.getText() : undefined;
  const [declared, ...others] = source.statements.filter(
    (each) => (ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)) && each.name.text === name,
  );
  if (declared === undefined || others.length > 0) return undefined;
  if (ts.isInterfaceDeclaration(declared)) return declared.members;
  return ts.isTypeAliasDeclaration(declared) && ts.isTypeLiteralNode(declared.type) ? declared.type.members : undefined;
}

function textOf(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : name.getText();
}
