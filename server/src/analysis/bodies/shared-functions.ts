/** Which functions of a file its steps share with other code, so that they change with it; and how a step gets one of its own. */
import type { FileEdit } from "../rule.ts";
import type { FunctionNode } from "../file-functions.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";
import { changedVariables } from "./changed-variables.ts";
import { eachPart, functionMeant, type ReachedFunction } from "./reached-functions.ts";

export interface SharedFunction {
  readonly name: string;
  /** Where a step, or a function that only steps use, speaks of it first. */
  readonly range: Range;
  /** The edits that give the steps a copy of their own; null where it is no function declaration. */
  readonly copied: readonly Omit<FileEdit, "file">[] | null;
}

interface Sharing {
  /** Those among the functions that a step reaches, its own first; `suffix` is for the names of copies. */
  of(reached: readonly ReachedFunction[], suffix: string): readonly SharedFunction[];
}

/** @param parts all functions of steps, with what they reach. */
export function sharedFunctions(
  parts: readonly { readonly node: FunctionNode; readonly reached: readonly ReachedFunction[] }[],
  codeChange: ts.Node | null,
  names: FileNames,
): Sharing {
  const helpers = new Set<ts.Node>(parts.flatMap(({ reached }) => reached.map(({ node }) => node)));
  const firsts = new Set<ts.Node>(parts.map(({ node }) => node));
  const shared = new Set<ts.Node>();
  const uses = new Map<ts.Node, { readonly at: ts.Node; readonly owner: ts.Node }[]>();
  if (helpers.size > firsts.size) visit(names.source, null, false);
  for (const node of helpers) if (!firsts.has(node) && isExported(node)) shared.add(node);

  return {
    of: (reached, suffix) => {
      const own = new Set<ts.Node>(reached.map(({ node }) => node).filter((node) => !shared.has(node)));
      return reached.flatMap(({ node, through }) => {
        if (!shared.has(node)) return [];
        const here = uses.get(node)?.find(({ owner }) => own.has(owner));
        if (here === undefined) return [];
        const all = (uses.get(node) ?? []).filter(({ owner }) => !shared.has(owner)).map(({ at }) => at);
        const name = through.at(-1) ?? "";
        return [{ name, range: rangeOf(here.at), copied: copyOf(node, all, `${name}${suffix}`, names) }];
      });
    },
  };

  function visit(node: ts.Node, owner: ts.Node | null, inSteps: boolean): void {
    const meant = functionMeant(node, names)?.node;
    if (meant !== undefined && helpers.has(meant) && meant !== owner) {
      if (owner !== null) uses.set(meant, [...(uses.get(meant) ?? []), { at: node, owner }]);
      else if (!inSteps) shared.add(meant);
    }
    ts.forEachChild(node, (child) => visit(child, helpers.has(child) ? child : owner, inSteps || child === codeChange));
  }
}

function isExported(node: ts.Node): boolean {
  return ts.isFunctionDeclaration(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

/**
 * A function that calls itself would call the other one, a name that is there already may mean something else, and what both would write
 * into still changes with the other one.
 */
function copyOf(node: FunctionNode, uses: readonly ts.Node[], name: string, names: FileNames): SharedFunction["copied"] {
  if (!ts.isFunctionDeclaration(node) || node.name === undefined || !uses.every(ts.isIdentifier) || usesChanged(node, names)) return null;
  const source = node.getSourceFile();
  const own = node.name;
  if (has(source, (text) => text === name) || (node.body !== undefined && has(node.body, (text) => text === own.text))) return null;
  const modifiers =
    node.modifiers?.filter(({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword) ?? [];
  const keywords = modifiers.map((modifier) => `${modifier.getText()} `).join("");
  const text = `${keywords}function ${name}${source.text.slice(own.getEnd(), node.getEnd())}`;
  return [
    {
      range: rangeIn(source, node.getEnd(), node.getEnd()),
      newText: `\n\n/** \`${own.text}\` as it is now, for a step that must not change with it. */\n${text}`,
    },
    ...uses.map((use) => ({ range: rangeOf(use), newText: ts.isShorthandPropertyAssignment(use.parent) ? `${own.text}: ${name}` : name })),
  ];
}

function usesChanged(node: ts.Node, names: FileNames): boolean {
  const changed = changedVariables(names);
  let found = false;
  if (changed.size > 0)
    eachPart(node, (part) => {
      const meaning = ts.isIdentifier(part) ? names.meaningOf(part) : undefined;
      found ||= meaning?.kind === "local" && meaning.top && changed.has(meaning.declaration);
    });
  return found;
}

function has(node: ts.Node, named: (text: string) => boolean): boolean {
  return (ts.isIdentifier(node) && named(node.text)) || ts.forEachChild(node, (child) => has(child, named) || undefined) === true;
}
