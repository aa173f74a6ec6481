/** The steps of a module as its source writes them. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import type { Location, Position } from "../span.ts";
import type { SourceTree } from "../syntax/tree.ts";
import { type StepCode, stepCodes } from "./step-writes.ts";

/** What has to be asked of whoever can parse, or knows types. */
export interface Syntax {
  /** The same object for as long as the text is the same; undefined where there is no such file. */
  tree(file: string): SourceTree | undefined;
  /** Where what a name means is declared, as the type checker resolves it. */
  declarations(file: string, position: Position): readonly Location[];
}

export interface Steps {
  readonly codes: ReadonlyMap<number, StepCode>;
  readonly file: string;
  readonly text: string;
}

export function stepsOf({ source: { file } }: ModuleFacts, { tree: treeOf }: Syntax, project: ProjectFacts): Steps {
  const text = project.text(file) ?? "";
  if (!/\bcodeChange\b/.test(text)) return { codes: new Map(), file, text };
  const tree = treeOf(file);
  if (tree === undefined) return { codes: new Map(), file, text };
  let codes = known.get(tree);
  if (codes === undefined) known.set(tree, (codes = stepCodes(tree)));
  return { codes, file, text: tree.text };
}

const known = new WeakMap<SourceTree, ReadonlyMap<number, StepCode>>();
