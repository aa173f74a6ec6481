/**
 * Writes one version of a module as a declaration file: readable in review, self-contained, and the same text for the same shapes. The
 * header's hash covers everything beneath it, so that a snapshot that was edited by hand or cut off is seen.
 */
import { cyrb128 } from "./hash.ts";
import { type Message, type ProtocolShapes, type Section, sections } from "./protocol-shapes.ts";
import { children, type Field, type Shape, shapeHash } from "./shape.ts";
import { fieldText, isSymbolName, keyText, referenceText, slotsText, type TextOptions, typeText } from "./type-text.ts";

/** Raised when an older Instar could not read what this one writes. */
export const snapshotFormat = 1;

export function snapshotText(id: string, vsn: number, shapes: ProtocolShapes): string {
  const body = bodyText(shapes);
  return `${headerText(id, vsn, body)}\n\n${body}`;
}

/** One line, so that a text cut off after it has no body and a text cut off in it has no header. */
function headerText(id: string, vsn: number, body: string): string {
  return `// Instar snapshot of ${id}, version ${vsn}. Written by \`instar release\`; do not edit. format=${snapshotFormat} hash=${snapshotHash(id, vsn, body)}`;
}

export const headerPattern = /^\/\/ Instar snapshot of (.+), version (\d+)\. .*?format=(\d+) hash=([0-9a-f]{32})$/;

/** What also headers of later formats say. */
export const formatPattern = /^\/\/ Instar snapshot of .* format=(\d+)/;

export function snapshotHash(id: string, vsn: number, body: string): string {
  return cyrb128(`${id}\n${vsn}\n${body}`);
}

function bodyText(shapes: ProtocolShapes): string {
  const names = nameShapes(shapes);
  const options: TextOptions = { nameOf: (shape) => names.of(shape), protocol: (name) => JSON.stringify(name), markExact: true };
  const parts = [declarationOf("State", shapes.state, options, true)];
  parts.push(protocolText(shapes, options));
  for (const [name, shape] of names.declared) parts.push(declarationOf(name, shape, options));
  parts.push(...names.extra);
  return `${parts.join("\n\n")}\n`;
}

/** What the module's interface says, with everything it needs spelled out in this file. */
function protocolText(shapes: ProtocolShapes, options: TextOptions): string {
  const lines = [`/** Protocol ${shapes.name}. */`, "export interface Protocol {", "  state: State;"];
  for (const section of sections) {
    if (shapes[section].length === 0) continue;
    lines.push(`  ${section}: {`, ...shapes[section].map((message) => `    ${messageText(message, section, options)}`), "  };");
  }
  lines.push("}");
  return lines.join("\n");
}

function messageText(message: Message, section: Section, options: TextOptions): string {
  const result = section === "calls" && message.reply !== null ? replyText(message.reply, options) : "void";
  return `${keyText(message.name)}(${slotsText(message.args.slots, options, true)}): ${result};`;
}

function replyText(reply: Shape, options: TextOptions): string {
  const text = referenceText(reply, options);
  return text === "undefined" ? "void" : text;
}

function declarationOf(name: string, shape: Shape, options: TextOptions, exported = false): string {
  const prefix = exported ? "export " : "";
  // A state that recurses, or that is a class or an enum, has a name of its own among the others.
  if (exported && options.nameOf(shape) !== undefined) return `${prefix}type ${name} = ${referenceText(shape, options)};`;
  if (shape.kind === "object" && shape.fields.length + shape.indexes.length > 0) {
    const indexes = shape.indexes.map((index) => {
      return `${index.readonly ? "readonly " : ""}[key: ${referenceText(index.key, options)}]: ${referenceText(index.value, options)}`;
    });
    return block(`${prefix}interface ${name}`, [...indexes, ...fieldLines(shape.fields, options)]);
  }
  if (shape.kind === "class") {
    const tags = [
      `@class ${shape.class}`,
      `@module ${shape.module}`,
      ...(shape.bases.length > 0 ? [`@bases ${shape.bases.join(" ")}`] : []),
    ];
    return `/** ${tags.join(" ")} */\n${block(`declare class ${name}${shape.extends === undefined ? "" : ` extends ${baseText(shape.extends, options)}`}`, fieldLines(shape.fields, options))}`;
  }
  if (shape.kind === "enum") {
    return block(
      `declare enum ${name}`,
      shape.table.map(([member, value]) => `${keyText(member)} = ${JSON.stringify(value)}`),
      ",",
    );
  }
  if (shape.kind === "builtin" && !exported) {
    const parameters = shape.args.map((_, index) => `T${index}`).join(", ");
    return `/** @package ${shape.from} @class ${shape.class} */\ndeclare class ${name}${parameters === "" ? "" : `<${parameters}>`} {}`;
  }
  return `${prefix}type ${name} = ${exported ? referenceText(shape, options) : typeText(shape, options)};`;
}

/** No class extends what is written with brackets. */
function baseText(base: Shape, options: TextOptions): string {
  return base.kind === "array" ? `Array<${referenceText(base.element, options)}>` : referenceText(base, options);
}

function fieldLines(fields: readonly Field[], options: TextOptions): readonly string[] {
  return fields.map((field) => fieldText(field, options));
}

function block(head: string, lines: readonly string[], end = ";"): string {
  return lines.length === 0 ? `${head} {}` : `${head} {\n${lines.map((line) => `  ${line}${end}`).join("\n")}\n}`;
}

interface Names {
  of(shape: Shape): string | undefined;
  /** What is declared under a name, in the order in which it is met. */
  readonly declared: ReadonlyMap<string, Shape>;
  /** Declarations of what has no shape. */
  readonly extra: readonly string[];
}

/** Gives names to what had one in the source, and to what needs one: what recurses, and what cannot be written in place. */
function nameShapes(shapes: ProtocolShapes): Names {
  const roots = [
    shapes.state,
    ...sections.flatMap((section) =>
      shapes[section].flatMap((message) => [...message.args.slots.map((slot) => slot.shape), ...(message.reply ? [message.reply] : [])]),
    ),
  ];
  const taken = new Map<string, Shape | null>([
    ["State", null],
    ["Protocol", null],
    ["Pid", null],
    // What is written with these names is the platform's.
    ...["Array", "Function", "Uppercase", "Lowercase", "Capitalize", "Uncapitalize"].map((name) => [name, null] as const),
    ...platformNames(roots).map((name) => [name, null] as const),
  ]);
  const names = new Map<string, string>();
  const declared = new Map<string, Shape>();
  const symbols = new Set<string>();
  const seen = new Set<Shape>();
  const open = new Set<Shape>();
  let pids = false;

  const key = (shape: Shape): string => {
    if (shape.kind === "enum") return `enum ${shape.name} ${JSON.stringify(shape.table)}`;
    if (shape.kind === "builtin") return `builtin ${shape.class} ${shape.from}`;
    return `${shape.kind} ${"name" in shape ? shape.name : ""} ${shapeHash(shape)}`;
  };
  const give = (shape: Shape, wanted: string): void => {
    if (names.has(key(shape))) return;
    // A default export is called `default`, and a class of a namespace has dots.
    const plain = wanted.slice(wanted.lastIndexOf(".") + 1);
    const base = isName(plain) ? plain : `${plain.slice(0, 1).toUpperCase()}${plain.slice(1)}`;
    let name = base;
    for (let number = 2; taken.has(name); number += 1) name = `${base}${number}`;
    taken.set(name, shape);
    names.set(key(shape), name);
    declared.set(name, shape);
  };
  const visit = (shape: Shape): void => {
    if (open.has(shape)) give(shape, ("name" in shape ? shape.name : undefined) ?? "Recursive");
    if (seen.has(shape)) return;
    seen.add(shape);
    open.add(shape);
    if (shape.kind === "pid") pids = true;
    if (shape.kind === "symbol") symbols.add(shape.symbol);
    if (shape.kind === "object" || shape.kind === "class") {
      for (const { name } of shape.fields) if (isSymbolName(name)) symbols.add(name.slice(1, -1));
    }
    if (shape.kind === "class") give(shape, shape.class);
    else if (shape.kind === "enum") give(shape, shape.name ?? "Enum");
    else if (shape.kind === "builtin") {
      if (shape.from !== "") give(shape, shape.class);
    } else if ("name" in shape && shape.name !== undefined && shape !== shapes.state) give(shape, shape.name);
    for (const child of written(shape)) visit(child);
    open.delete(shape);
  };
  for (const root of roots) visit(root);
  const extra = [...symbols]
    .filter((symbol) => !symbol.startsWith("Symbol."))
    .toSorted()
    .map((symbol) => `declare const ${symbol}: unique symbol;`);
  if (pids)
    extra.push(
      "/** Reference to a process; opaque, told apart by the name of its protocol. */\ndeclare class Pid<Protocol> {\n  private readonly protocol: Protocol;\n}",
    );
  return { of: (shape) => names.get(key(shape)), declared, extra };
}

function platformNames(roots: readonly Shape[]): readonly string[] {
  const seen = new Set(roots);
  const names = new Set<string>();
  for (const shape of seen) {
    if (shape.kind === "builtin" && shape.from === "") names.add(`${shape.readonly ? "Readonly" : ""}${shape.class.split(".")[0]}`);
    for (const child of children(shape)) seen.add(child);
  }
  return [...names];
}

/** Whether a type can be declared with this name. */
function isName(text: string): boolean {
  return !/^(any|as|await|bigint|boolean|case|class|const|default|delete|enum|export|extends|false|for|function|import|in|interface|never|new|null|number|object|string|super|symbol|this|true|type|typeof|undefined|unknown|var|void|with|yield)$/.test(
    text,
  );
}

/** Children in the order in which they are written. */
function written(shape: Shape): readonly Shape[] {
  return shape.kind === "object" || shape.kind === "class"
    ? [
        ...(shape.kind === "object" ? shape.indexes.flatMap((index) => [index.key, index.value]) : []),
        ...(shape.kind === "class" && shape.extends !== undefined ? [shape.extends] : []),
        ...shape.fields.map((field) => field.shape),
      ]
    : children(shape);
}
