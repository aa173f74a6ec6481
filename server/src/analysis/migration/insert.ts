/** Puts generated code into a file, and leaves everything that is there as it is. */
import type { FileEdit } from "../rule.ts";
import { rangeIn } from "../source-place.ts";
import { ts } from "../typescript.ts";
import { indent, type Layout } from "./code.ts";

/** Adds properties at the end of an object literal. */
export function insertProperties(object: ts.ObjectLiteralExpression, properties: readonly string[], layout: Layout): readonly FileEdit[] {
  const source = object.getSourceFile();
  const { text } = source;
  const file = source.fileName;
  const at = (offset: number, newText: string): FileEdit => ({ file, range: rangeIn(source, offset, offset), newText });
  const closing = object.getEnd() - 1;
  const last = object.properties.at(-1);
  const lineStart = (offset: number) => text.lastIndexOf("\n", offset - 1) + 1;
  const indentAt = (offset: number) => /^[ \t]*/.exec(text.slice(lineStart(offset)))?.[0] ?? "";
  const closingIsAlone = text.slice(lineStart(closing), closing).trim() === "";
  const inner =
    last !== undefined && closingIsAlone && text.slice(lineStart(last.getStart()), last.getStart()).trim() === ""
      ? indentAt(last.getStart())
      : indentAt(object.getStart()) + layout.unit;
  const lines = properties.map((property) => `${indent(property, inner)},`).join("\n");
  const comma: FileEdit[] = last === undefined || object.properties.hasTrailingComma ? [] : [at(last.getEnd(), ",")];
  if (closingIsAlone) return [...comma, at(lineStart(closing), `${lines}\n`)];
  // On one line with what is before it: the blanks and the comma in between make way.
  const from = last?.getEnd() ?? object.getStart() + 1;
  const tail = `\n${lines}\n${indentAt(object.getStart())}`;
  if (!/^[\s,]*$/.test(text.slice(from, closing))) return [...comma, at(closing, tail)];
  return [{ file, range: rangeIn(source, from, closing), newText: `${last === undefined ? "" : ","}${tail}` }];
}

/** Adds members at the end of an interface or a type in braces. */
export function insertMembers(
  holder: ts.InterfaceDeclaration | ts.TypeLiteralNode,
  members: readonly string[],
  layout: Layout,
): readonly FileEdit[] {
  const source = holder.getSourceFile();
  const { text } = source;
  const closing = holder.getEnd() - 1;
  const last = holder.members.at(-1);
  const lineStart = (offset: number) => text.lastIndexOf("\n", offset - 1) + 1;
  const indentAt = (offset: number) => /^[ \t]*/.exec(text.slice(lineStart(offset)))?.[0] ?? "";
  const at = (offset: number, newText: string): FileEdit => ({ file: source.fileName, range: rangeIn(source, offset, offset), newText });
  const closingIsAlone = text.slice(lineStart(closing), closing).trim() === "";
  const inner =
    last !== undefined && closingIsAlone && text.slice(lineStart(last.getStart()), last.getStart()).trim() === ""
      ? indentAt(last.getStart())
      : indentAt(holder.getStart()) + layout.unit;
  const lines = members.map((member) => `${indent(member, inner)};`).join("\n");
  if (closingIsAlone) return [at(lineStart(closing), `${lines}\n`)];
  const end = last === undefined || /[;,]$/.test(last.getText()) ? "" : ";";
  const from = last?.getEnd() ?? closing;
  return [
    {
      file: source.fileName,
      range: rangeIn(source, from, closing),
      newText: `${end}${text.slice(from, closing).trimEnd()}\n${lines}\n${indentAt(holder.getStart())}`,
    },
  ];
}

/** Adds names to the import of a module, or an import. */
export function importEdits(source: ts.SourceFile, names: readonly string[], specifier: string, typeOnly: boolean): readonly FileEdit[] {
  const file = source.fileName;
  const imports = source.statements.filter(ts.isImportDeclaration);
  const from = imports.filter((each) => ts.isStringLiteral(each.moduleSpecifier) && each.moduleSpecifier.text === specifier);
  const has = (name: string) =>
    from.some((each) => {
      const bindings = each.importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings)) return false;
      const usable = (element: ts.ImportSpecifier) => typeOnly || (each.importClause?.isTypeOnly !== true && !element.isTypeOnly);
      return bindings.elements.some((element) => element.name.text === name && usable(element));
    });
  const wanted = [...new Set(names)].filter((name) => !has(name)).toSorted();
  if (wanted.length === 0) return [];
  const open = from.find((each) => {
    const bindings = each.importClause?.namedBindings;
    return bindings !== undefined && ts.isNamedImports(bindings) && (typeOnly || each.importClause?.isTypeOnly !== true);
  });
  const bindings = open?.importClause?.namedBindings;
  if (open !== undefined && bindings !== undefined && ts.isNamedImports(bindings)) {
    const texts = wanted.map((name) => (typeOnly && open.importClause?.isTypeOnly !== true ? `type ${name}` : name));
    const last = bindings.elements.at(-1);
    const end = last?.getEnd() ?? bindings.getStart() + 1;
    const newText = last === undefined ? ` ${texts.join(", ")} ` : `, ${texts.join(", ")}`;
    return [{ file, range: rangeIn(source, end, end), newText }];
  }
  const line = `import ${typeOnly ? "type " : ""}{ ${wanted.join(", ")} } from ${JSON.stringify(specifier)};`;
  const last = imports.at(-1);
  const at = last?.getEnd() ?? source.getStart();
  return [{ file, range: rangeIn(source, at, at), newText: last === undefined ? `${line}\n\n` : `\n${line}` }];
}
