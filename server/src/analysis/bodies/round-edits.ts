/** Writes a handler that is nothing but an endless loop as one round of it, which ends with a message to the process itself. */
import { namesIn } from "../file-functions.ts";
import { inLayout, layoutOf } from "../migration/code.ts";
import { rangeIn } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import { forEachOwn, type Running } from "./running.ts";

/** In the same file. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** @returns null where the loop is not all that a cast or an info does, or names would mean something else. */
export function roundEdits(loop: ts.WhileStatement | ts.DoStatement | ts.ForStatement, running: Running): readonly TextEdit[] | null {
  const { function: fn, handler, through } = running;
  const [section, message = "", ...more] = handler;
  if (through !== null || more.length > 0 || (section !== "casts" && section !== "infos") || /^(exit|down)$/.test(message)) return null;
  if (fn.body === undefined || !ts.isBlock(fn.body) || fn.body.statements.length !== 1 || fn.body.statements[0] !== loop) return null;
  const { statement: block } = loop;
  if (!ts.isBlock(block) || block.statements.length === 0 || (ts.isForStatement(loop) && loop.initializer !== undefined)) return null;
  const source = loop.getSourceFile();
  const text = source.text;
  const own: string[] = [];
  let movable = true;
  forEachOwn(loop, (node) => {
    if (ts.isContinueStatement(node)) movable = false;
    if (ts.isVariableDeclaration(node)) own.push(...namesIn(node.name));
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) own.push(node.name.text);
  });
  // What is within a template belongs to the text, so it cannot be moved to the left.
  if (!movable || block.getText().includes("`")) return null;
  const [context, ...parameters] = fn.parameters;
  const args = parameters.map(({ name, initializer, dotDotDotToken }) =>
    ts.isIdentifier(name) && initializer === undefined && dotDotDotToken === undefined ? name.text : null,
  );
  const taken = new Set([...own, ...args]);
  if (args.includes(null) || own.some((name) => args.includes(name) || isAmong(name, context))) return null;
  const given = contextNames(context, fn, block.getText(), taken);
  if (given === null) return null;
  const layout = layoutOf(text);
  const sent = [inLayout(JSON.stringify(message), layout), ...args].join(", ");
  const semicolon = layout.semicolons ? ";" : "";
  const send = section === "casts" ? `${given.self}.pid.cast(${sent})` : `${given.self}.sendAfter(0, ${sent})`;
  const indent = /[^\n]*$/.exec(text.slice(0, loop.getStart()))?.[0].replace(/\S.*$/, "") ?? "";
  const inner = text.slice(block.getStart() + 1, block.end - 1).replace(/\s+$/, "");
  const first = /\n([ \t]*)\S/.exec(inner)?.[1];
  // The block stands on one line.
  if (first === undefined || !first.startsWith(indent)) return null;
  const lines = inner.split("\n").map((line) => (line.startsWith(first) ? indent + line.slice(first.length) : line));
  const newText = [
    ...lines
      .join("\n")
      .replace(/^\s*\n/, "")
      .replace(/^[ \t]+/, "")
      .split("\n"),
    indent + send + semicolon,
    `${indent}return ${given.next}()${semicolon}`,
  ];
  return [...given.edits, { range: rangeIn(source, loop.getStart(), loop.end), newText: newText.join("\n") }];
}

function isAmong(name: string, context: ts.ParameterDeclaration | undefined): boolean {
  return context !== undefined && namesIn(context.name).includes(name);
}

/** How the handler says `self` and `next`, and what has to be added to its first parameter for that. */
function contextNames(
  context: ts.ParameterDeclaration | undefined,
  fn: Running["function"],
  body: string,
  taken: ReadonlySet<string | null>,
): { readonly self: string; readonly next: string; readonly edits: readonly TextEdit[] } | null {
  const source = fn.getSourceFile();
  const isFree = (name: string) => !taken.has(name) && !new RegExp(`\\b${name}\\b`).test(body);
  if (context === undefined) {
    const text = source.text.slice(fn.parameters.pos - 1, fn.parameters.end + 1);
    if (text !== "()" || !isFree("self") || !isFree("next")) return null;
    return {
      self: "self",
      next: "next",
      edits: [{ range: rangeIn(source, fn.parameters.pos, fn.parameters.end), newText: "{ self, next }" }],
    };
  }
  const { name } = context;
  if (ts.isIdentifier(name)) return { self: `${name.text}.self`, next: `${name.text}.next`, edits: [] };
  if (!ts.isObjectBindingPattern(name) || name.elements.some(({ dotDotDotToken }) => dotDotDotToken !== undefined)) return null;
  const local = (wanted: string): string | undefined | null => {
    const element = name.elements.find((each) => (each.propertyName ?? each.name).getText() === wanted);
    if (element === undefined) return undefined;
    return ts.isIdentifier(element.name) && element.initializer === undefined ? element.name.text : null;
  };
  const [self, next] = [local("self"), local("next")];
  if (self === null || next === null) return null;
  const missing = [...(self === undefined ? ["self"] : []), ...(next === undefined ? ["next"] : [])];
  if (!missing.every(isFree)) return null;
  const last = name.elements.at(-1);
  const edits =
    missing.length === 0
      ? []
      : last === undefined
        ? [{ range: rangeIn(source, name.getStart(), name.end), newText: `{ ${missing.join(", ")} }` }]
        : [{ range: rangeIn(source, last.end, last.end), newText: `, ${missing.join(", ")}` }];
  return { self: self ?? "self", next: next ?? "next", edits };
}
